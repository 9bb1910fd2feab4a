"""Emissions and energy by year against targets, with their intervals and probabilities; and carbon budgets."""

from typing import Any

from agglo.contract.language import _
from agglo.contract.numerals import decimals_for, unit_label
from agglo.models.climate.nomenclature import ALL, SECTORS
from agglo.studies.report import linechart
from agglo.studies.report.blocks import Block, Box, Chart, Column, Items, Paragraph, Row, Section, Table
from agglo.studies.report.chapters import words
from agglo.studies.report.findings import TRAJECTORY, Findings, Found

QUANTITIES = (words.EMISSIONS, words.ENERGY)


def of_quantity(findings: Findings, quantity: str, sector: str = ALL) -> list[Found]:
    """Yearly rows of a quantity in one sector, in the order of years."""
    found = findings.of(TRAJECTORY, quantity)
    return [
        Found(
            one.label,
            one.scenarios,
            sorted((row for row in one.rows if row["sector"] == sector), key=lambda row: int(row["year"])),
        )
        for one in found
        if any(row["sector"] == sector for row in one.rows)
    ]


def targets(findings: Findings, quantity: str | None = None, sector: str | None = None) -> list[tuple[Found, Any]]:
    """Targets that could be assessed, in the order of years, each with the scenarios it was held against."""
    found = [(one, row) for one in findings.of(TRAJECTORY, "targets") for row in one.rows]
    kept = [
        (one, row)
        for one, row in found
        if quantity in (None, row["quantity"]) and sector in (None, row["sector"]) and row["probability"] is not None
    ]
    return sorted(kept, key=lambda pair: (pair[1]["quantity"] != words.EMISSIONS, pair[1]["year"]))


def lead_year(findings: Findings) -> int | None:
    """The year that the report speaks of first: that of the nearest target, else the last year."""
    years = [int(row["year"]) for _found, row in targets(findings, words.EMISSIONS, ALL)]
    if years:
        return min(years)
    last = [int(one.rows[-1]["year"]) for one in of_quantity(findings, words.EMISSIONS)]
    return max(last, default=None)


def lead(findings: Findings) -> Found | None:
    """Emissions of the scenario the report speaks of: the first one with actions, the reference only failing others."""
    found = of_quantity(findings, words.EMISSIONS)
    acting = {one.scenarios for one in findings.of(TRAJECTORY, "contributions") if one.rows}
    others = [one for one in found[1:] if one.scenarios in acting]
    return next(iter([*others, *found[1:], *found]), None)


def section(findings: Findings) -> Section | None:
    """The trajectory, its targets, its sectors."""
    if not findings.has(TRAJECTORY):
        return None
    blocks: list[Block] = [_conditional(findings)] if conditional(findings) else []
    for quantity in QUANTITIES:
        blocks += _yearly(findings, quantity)
    blocks += _targets(findings)
    blocks += _sectors(findings)
    if not blocks:
        blocks = [Paragraph(_("The runs hold no figure for the whole of {place}.").format(place=findings.place))]
    return Section("trajectory", _("Trajectory against targets"), _("Trajectory"), tuple(blocks))


def conditional(findings: Findings) -> bool:
    """Whether any probability rests on assumed effects."""
    return any(row["conditional"] == "yes" for _found, row in targets(findings))


def _conditional(findings: Findings) -> Box:
    assumed = _("Probabilities and intervals are conditional on assumptions.")
    text = _(
        "Effects of actions that are marked assumed were neither measured nor published for {place}. A probability "
        "says what follows from these assumptions, not how likely the assumptions are."
    )
    return Box(assumed, (text.format(place=findings.place),))


def _yearly(findings: Findings, quantity: str) -> list[Block]:
    found = of_quantity(findings, quantity)
    if not found:
        return []
    marked = [int(row["year"]) for _one, row in targets(findings, quantity, ALL)]
    table = _yearly_table(quantity, found, marked, _not_held(findings, quantity))
    symbol = words.unit(quantity)
    series = [
        linechart.Line(
            one.label,
            tuple(int(row["year"]) for row in one.rows),
            tuple(row["central"] for row in one.rows),
            tuple(row["p05"] for row in one.rows),
            tuple(row["p95"] for row in one.rows),
        )
        for one in found
    ]
    description = _(
        "Lines: central values by scenario. Bands: from the 5th to the 95th percentile of the draws. Diamonds: "
        "targets. The table below holds the same figures."
    )
    title = _("{quantity}, all sectors").format(quantity=words.quantity(quantity))
    make = linechart.lines(
        series,
        unit=symbol,
        marks=_marks(findings, quantity),
    )
    return [Chart(f"{quantity}-chart", title, description, make, table)]


def _marks(findings: Findings, quantity: str) -> list[linechart.Mark]:
    """Targets of the whole territory, once each whatever the scenario."""
    rows = [row for _one, row in targets(findings, quantity, ALL)]
    known = {(row["pathway"], row["edition"], row["year"]): row for row in rows}
    return [
        linechart.Mark(
            int(row["year"]),
            row["target"],
            _("Target of {pathway} in {year}: {value}").format(
                pathway=words.pathway(row), year=row["year"], value=words.amount(row["target"], row["unit"])
            ),
        )
        for row in known.values()
    ]


def _not_held(findings: Findings, quantity: str) -> str:
    """The sectors that a quantity leaves out, in a sentence; empty where it holds them all."""
    held = {row["sector"] for one in findings.of(TRAJECTORY, quantity) for row in one.rows}
    left = [words.sector(one) for one in SECTORS if one not in held]
    return _("Not held, so not counted: {sectors}.").format(sectors=", ".join(left)) if left else ""


def _yearly_table(quantity: str, found: list[Found], marked: list[int], left_out: str) -> Table:
    symbol = words.unit(quantity)
    shown = words.years_shown((row["year"] for one in found for row in one.rows), *marked)
    printed = {*marked, *(int(one.rows[end]["year"]) for one in found for end in (0, -1))}
    places = decimals_for(value for one in found for value in words.values(one.rows, "p95"))
    columns = [
        Column(_("Year"), year=True),
        Column(_("Scenario")),
        *(Column(title, symbol, True, places) for title in (_("Central"), _("Low (p05)"), _("High (p95)"))),
    ]
    if len(found) > 1:
        title = _("Difference with “{scenario}”").format(scenario=found[0].label)
        columns.append(Column(title, symbol, True, places, signed=True))
    note = _(
        "p05 and p95: nine draws out of ten lie between them. A difference is that of central values; it has no "
        "interval here, for the interval of a difference is not the difference of intervals."
    )
    return Table(
        f"{quantity}-table",
        _("{quantity} by year and scenario, all sectors").format(quantity=words.quantity(quantity)),
        tuple(columns),
        tuple(Row(cells, cells[0] in shown, printed=cells[0] in printed) for cells in _yearly_cells(found)),
        " ".join(filter(None, (left_out, note))),
        heads=2,
    )


def _yearly_cells(found: list[Found]) -> list[tuple[Any, ...]]:
    """Cells by year, then by scenario; the last one is the difference with the first scenario, if there are others."""
    first = {row["year"]: row["central"] for row in found[0].rows}
    made = []
    for rank, one in enumerate(found):
        for row in one.rows:
            year, central = int(row["year"]), row["central"]
            cells = (year, one.label, central, row["p05"], row["p95"])
            less = "" if rank == 0 else central - first[year] if year in first else None
            made.append((year, rank, (*cells, *((less,) if len(found) > 1 else ()))))
    return [cells for _year, _rank, cells in sorted(made, key=lambda item: item[:2])]


def _targets(findings: Findings) -> list[Block]:
    found, unassessed = targets(findings), _unassessed(findings)
    left = [Items(unassessed, _("Targets that cannot be assessed"))] if unassessed else []
    if not found:
        return [*left]
    heading = _("Probability, conditional on assumptions") if conditional(findings) else _("Probability")
    columns = (
        Column(_("Target")),
        Column(_("Year"), year=True),
        Column(_("Scenario")),
        Column(_("Unit")),
        Column(_("Target value"), "", True),
        Column(_("Median"), "", True),
        Column(_("Low (p05)"), "", True),
        Column(_("High (p95)"), "", True),
        Column(heading, "", True, share=True),
    )
    rows = tuple(
        Row(
            (
                _target_name(row),
                int(row["year"]),
                one.label,
                unit_label(row["unit"]),
                *(row[name] for name in ("target", "p50", "p05", "p95", "probability")),
            ),
            shown=row["sector"] == ALL,
        )
        for one, row in found
    )
    note = _("Probability: share of the draws in which the target of the year is met.")
    return [Table("targets-table", _("Targets, and what each scenario makes of them"), columns, rows, note), *left]


def _unassessed(findings: Findings) -> tuple[str, ...]:
    """Targets without a probability, and why."""
    rows = [row for one in findings.of(TRAJECTORY, "targets") for row in one.rows if row["probability"] is None]
    said = [
        _("{target}, {year}: {reason}").format(
            target=_target_name(row), year=row["year"], reason=row.get("reason") or _("not assessed")
        )
        for row in rows
    ]
    return tuple(dict.fromkeys(said))


def _target_name(row: dict[str, Any]) -> str:
    said = _("{pathway}, {status}: {quantity}, {sector}")
    return said.format(
        pathway=words.pathway(row),
        status=words.status(str(row["status"])),
        quantity=words.quantity(row["quantity"]).lower(),
        sector=words.sector(row["sector"]).lower(),
    )


def _sectors(findings: Findings) -> list[Block]:
    """Emissions by sector and scenario; pages show the year the report speaks of."""
    year = lead_year(findings)
    found = [
        (one, row) for one in findings.of(TRAJECTORY, words.EMISSIONS) for row in one.rows if row["sector"] in SECTORS
    ]
    if not found or year is None:
        return []
    order = list(SECTORS)
    found.sort(key=lambda pair: (order.index(pair[1]["sector"]), pair[1]["year"]))
    places = decimals_for(row["p95"] for _one, row in found)
    unit = words.unit(words.EMISSIONS)
    columns = (
        Column(_("Sector")),
        Column(_("Scenario")),
        Column(_("Year"), year=True),
        *(Column(title, unit, True, places) for title in (_("Central"), _("Low (p05)"), _("High (p95)"))),
    )
    rows = tuple(
        Row(
            (
                words.sector(row["sector"]),
                one.label,
                int(row["year"]),
                *(row[name] for name in ("central", "p05", "p95")),
            ),
            shown=row["year"] == year,
        )
        for one, row in found
    )
    caption = _("Greenhouse gas emissions by sector in {year}").format(year=year)
    return [Table("sectors-table", caption, columns, rows, heads=2)]


def budgets(findings: Findings) -> Section | None:
    """Carbon budgets by period, and when each is spent."""
    found = [(one, row) for one in findings.of(TRAJECTORY, "budgets") for row in one.rows]
    if not found:
        return None
    heading = _("Probability, conditional on assumptions") if conditional(findings) else _("Probability")
    places = decimals_for(value for _one, row in found for value in (row["budget"], row["p95"]))
    figures = (("budget", _("Budget")), ("p50", _("Median")), ("p05", _("Low (p05)")), ("p95", _("High (p95)")))
    columns = (
        Column(_("Budget of")),
        Column(_("Period")),
        Column(_("Scenario")),
        *(Column(title, "tCO2e", True, places) for _name, title in figures),
        Column(heading, "", True, share=True),
        Column(_("Spent in (earliest, median, latest)")),
    )
    rows = tuple(
        Row(
            (
                f"{words.pathway(row)}, {words.sector(row['sector'])}",
                f"{row['since']}-{row['until']}",
                one.label,
                *(row[name] for name, _title in figures),
                row["probability"],
                _spent(row),
            ),
            shown=row["sector"] == ALL,
        )
        for one, row in found
    )
    if not any(row.shown for row in rows):
        rows = tuple(Row(row.cells) for row in rows)
    note = _("Emissions add up over the period; the probability is the share of the draws that stay within the budget.")
    table = Table("budgets-table", _("Emissions of each period against its budget"), columns, rows, note)
    return Section("budgets", _("Carbon budgets"), _("Budgets"), (table,))


def _spent(row: dict[str, Any]) -> str:
    """The years a budget is spent; in some draws it never is."""
    years = [row.get(f"spent_year_{name}") for name in ("p05", "p50", "p95")]
    if all(year is None for year in years):
        return str(row.get("reason") or _("not spent"))
    return " / ".join(_("not spent") if year is None else str(int(year)) for year in years)
