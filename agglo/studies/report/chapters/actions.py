"""What each action brings and costs, and which assumption matters most."""

from dataclasses import replace
from typing import Any

from agglo.contract import numerals
from agglo.contract.language import _
from agglo.contract.numerals import decimals_for
from agglo.studies.report import barchart, pieces, wording
from agglo.studies.report.blocks import Block, Box, Chart, Column, Row, Section, Table, share
from agglo.studies.report.chapters import measures, trajectory, words
from agglo.studies.report.findings import SENSITIVITY, TRAJECTORY, Findings, Found

ASSUMED = "assumed"
_MOST_BARS = 12


def titles(findings: Findings) -> dict[str, str]:
    """Titles of actions by identifier."""
    return {row["action"]: words.title(row) for one in findings.of(TRAJECTORY, "contributions") for row in one.rows}


def contributions(findings: Findings) -> Section | None:
    """What each action takes away, by scenario."""
    blocks: list[Block] = []
    for quantity in (words.EMISSIONS, words.ENERGY):
        for one in findings.of(TRAJECTORY, "contributions"):
            rows = _of_quantity(one, quantity)
            if rows:
                blocks.append(_contributions(findings, one, rows, quantity, len(blocks)))
    if not blocks:
        return None
    if any(row["quality"] == ASSUMED for one in findings.of(TRAJECTORY, "contributions") for row in one.rows):
        said = _("Effects marked assumed are hypotheses to discuss; they are drawn as hollow bars.")
        blocks.insert(0, Box(_("Conditional on assumptions."), (said,)))
    blocks += measures.described(findings)
    return Section("contributions", _("What each action brings"), _("Contributions"), tuple(blocks))


def _of_quantity(found: Found, quantity: str) -> list[dict[str, Any]]:
    """Rows of a quantity; where an action is counted in all sectors together, only so."""
    rows = [row for row in found.rows if row["quantity"] == quantity]
    return [row for row in rows if row["sector"] == "all"] or rows


def _contributions(
    findings: Findings, found: Found, rows: list[dict[str, Any]], quantity: str, rank: int
) -> Chart | Table:
    years = sorted({int(row["year"]) for row in rows})
    lead = trajectory.lead_year(findings)
    year = lead if lead in years else years[-1]
    rows = sorted(rows, key=lambda row: (row["year"] != year, row["year"], -row["effect"]))
    unit = rows[0]["unit"]
    name = f"contributions-{quantity}-{rank}"
    caption = _("{quantity} avoided by each action in {year}, {scenario}").format(
        quantity=words.quantity(quantity), year=year, scenario=found.label
    )
    table = _contribution_table(f"{name}-table", caption, rows, year, years[-1])
    known = [row for row in rows if row["year"] == year and row["effect"] is not None]
    drawn = known[:_MOST_BARS]
    bars = [
        barchart.Bar(
            words.title(row),
            row["effect"],
            _with_interval(row),
            row["low"],
            row["high"],
            row["quality"] == ASSUMED,
        )
        for row in drawn
    ]
    make = barchart.bars(bars, unit=unit, below=_below(drawn, len(known)), colour=_colour(quantity))
    description = _(
        "Bars: what each action takes away, the largest first. Lines: from the 5th to the 95th percentile of the "
        "draws. The table below holds the same figures."
    )
    return Chart(name, caption, description, make, table, printed=quantity == words.EMISSIONS)


def _below(rows: list[dict[str, Any]], count: int) -> str:
    """What the bars of a chart leave out, and what hollow ones stand for."""
    said = [_("Line: from the 5th to the 95th percentile.")]
    if any(row["quality"] == ASSUMED for row in rows):
        said.insert(0, _("Hollow bar: the effect is assumed."))
    return " ".join((*said, *_more(len(rows), count)))


def _more(shown: int, count: int) -> list[str]:
    """A sentence where only the first bars are drawn."""
    return [_("The first {shown} of {count}.").format(shown=shown, count=count)] if shown < count else []


def _colour(quantity: str) -> str:
    return pieces.COLOURS[0] if quantity == words.EMISSIONS else pieces.COLOURS[1]


def _with_interval(row: dict[str, Any]) -> str:
    said = words.rounded(row["effect"])
    if row["low"] is None or row["high"] is None:
        return said
    return f"{said} ({words.between(row['low'], row['high'])})"


def _contribution_table(id: str, caption: str, rows: list[dict[str, Any]], year: int, last: int) -> Table:
    places = decimals_for(words.values(rows, "effect", "high"))
    names, unit = ("effect", "low", "high", "error"), rows[0]["unit"]
    heads = (_("Effect"), _("Low (p05)"), _("High (p95)"), _("Error of the sharing-out"))
    columns = (
        Column(_("Action")),
        Column(_("Year"), year=True),
        Column(_("Sector")),
        *(Column(title, unit, True, places) for title in heads),
        Column(_("Obtained")),
    )
    made = tuple(
        Row(
            (
                words.title(row),
                int(row["year"]),
                words.sector(row["sector"]),
                *(row[name] for name in names),
                wording.quality(row["quality"]),
            ),
            shown=row["year"] in (year, last),
            printed=row["year"] == year,
        )
        for row in rows
    )
    note = _(
        "Above zero, the action reduces. Actions on the same uses act on what the others leave: each one's share does "
        "not depend on their order (Shapley value on central effects), so shares add up to the whole."
    )
    return Table(id, caption, columns, made, note)


def costs(findings: Findings) -> Section | None:
    """What actions cost, and the cost of each tonne avoided."""
    names = titles(findings)
    blocks: list[Block] = []
    for rank, one in enumerate(findings.of(TRAJECTORY, "costs")):
        if one.rows:
            blocks.append(_costs(one, names, rank))
    if not blocks:
        return None
    return Section("costs", _("What actions cost"), _("Costs"), tuple(blocks))


def _costs(found: Found, names: dict[str, str], rank: int) -> Chart | Table:
    money = ("cost_low", "cost_central", "cost_high")
    rows = sorted(found.rows, key=lambda row: (row["cost_per_tonne"] is None, row["cost_per_tonne"] or 0.0))
    unit_cost = "EUR/tCO2e"
    heads = (_("Cost, low"), _("Cost, central"), _("Cost, high"))
    bounds = {"cost_per_tonne_low": _("Cost per tonne, low"), "cost_per_tonne_high": _("Cost per tonne, high")}
    bounded = {name: title for name, title in bounds.items() if name in rows[0]}
    columns = (
        Column(_("Action")),
        Column(_("Counted in")),
        Column(_("Number"), "", True, decimals_for(words.values(rows, "units"))),
        *(Column(title, "EUR", True) for title in heads),
        Column(_("Avoided in all"), "tCO2e", True, decimals_for(words.values(rows, "avoided_t"))),
        Column(_("Cost per tonne"), unit_cost, True, decimals_for(words.values(rows, "cost_per_tonne"))),
        *(Column(title, unit_cost, True) for title in bounded.values()),
    )
    made = tuple(
        Row(
            (
                names.get(row["action"], row["action"]),
                row["unit_name"],
                row["units"],
                *(row[name] for name in money),
                row["avoided_t"],
                row["cost_per_tonne"],
                *(row[name] for name in bounded),
            )
        )
        for row in rows
    )
    caption = _("Cost of each action, {scenario}").format(scenario=found.label)
    note = _("Costs are not discounted. Energy saved and other benefits are not subtracted.")
    table = Table(f"costs-table-{rank}", caption, columns, made, note)
    bars = [
        barchart.Bar(
            str(names.get(row["action"], row["action"])),
            row["cost_per_tonne"],
            words.amount(row["cost_per_tonne"], unit_cost),
            row.get("cost_per_tonne_low"),
            row.get("cost_per_tonne_high"),
        )
        for row in rows
        if row["cost_per_tonne"] is not None
    ]
    if not bars:
        return table
    below = " ".join(_more(min(_MOST_BARS, len(bars)), len(bars)))
    title = _("Cost per tonne avoided, {scenario}").format(scenario=found.label)
    make = barchart.bars(bars[:_MOST_BARS], unit=unit_cost, below=below, colour=pieces.COLOURS[2])
    description = _("Bars: central cost of each tonne avoided, the cheapest first. The table below holds the figures.")
    return Chart(f"costs-{rank}", title, description, make, table)


def sensitivity(findings: Findings) -> Section | None:
    """Which assumption the result depends on most (Sobol indices)."""
    blocks: list[Block] = []
    lead = trajectory.lead(findings)
    for rank, one in enumerate(findings.of(SENSITIVITY, "indices")):
        printed = lead is None or not {*lead.scenarios}.isdisjoint(one.scenarios)
        keys = dict.fromkeys((row["quantity"], row.get("target") or "", row["year"]) for row in one.rows)
        for number, key in enumerate(keys):
            rows = [row for row in one.rows if (row["quantity"], row.get("target") or "", row["year"]) == key]
            chart = _indices(one, key, rows, f"sensitivity-{rank}-{number}")
            blocks.append(replace(chart, printed=printed))
    if not blocks:
        return None
    return Section("sensitivity", _("What matters most"), _("Sensitivity"), tuple(blocks))


def _indices(found: Found, key: tuple[str, str, int], rows: list[dict[str, Any]], name: str) -> Chart:
    rows = sorted(rows, key=lambda row: int(row["rank"]))
    names = ("total_order", "total_order_error", "first_order", "first_order_error")
    heads = (_("With its interactions"), _("Error (±)"), _("Alone"), _("Error of “alone” (±)"))
    columns = (
        Column(_("Assumption")),
        Column(_("Rank"), "", True),
        *(Column(title, "", True, share=True) for title in heads),
    )
    made = tuple(
        Row((words.title(row), int(row["rank"]), *(row[name] for name in names)), shown=place < _MOST_BARS)
        for place, row in enumerate(rows)
    )
    title = _("Share of the uncertainty of {what} in {year} that comes from each assumption, {scenario}").format(
        what=_of_what(key), year=key[2], scenario=found.label
    )
    note = _(
        "Sobol indices. “Alone”: share of the variance that would go if the assumption were known (first order). “With "
        "its interactions”: share that would remain if all the others were known (total order)."
    )
    bars = [_total_order(row) for row in rows if row["total_order"] is not None][:_MOST_BARS]
    heading = _("Total-order index [{unit}]").format(unit=numerals.unit_label("%"))
    make = barchart.bars(bars, unit="", title=heading, colour=pieces.COLOURS[4])
    description = _("Bars: total-order indices, the largest first; lines: their error. The table below holds both.")
    return Chart(name, title, description, make, Table(f"{name}-table", title, columns, made, note))


def _of_what(key: tuple[str, str, int]) -> str:
    quantity, target, _year = key
    if quantity == "gap":
        return _("the gap to the target {target}").format(target=target)
    return words.quantity(quantity).lower()


def _total_order(row: dict[str, Any]) -> barchart.Bar:
    value, error = row["total_order"], row["total_order_error"]
    low, high = (None, None) if error is None else (value - error, value + error)
    return barchart.Bar(words.title(row), value, share(value), low, high)
