"""The yearly effort that targets ask for, as an index; what would have to be true; and what cannot be said yet."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from agglo.contract.language import _
from agglo.contract.numerals import decimals_for
from agglo.models.climate.nomenclature import ALL
from agglo.studies.report import linechart, wording
from agglo.studies.report.blocks import Block, Box, Chart, Column, Row, Section, Table
from agglo.studies.report.chapters import words
from agglo.studies.report.chapters.actions import ASSUMED
from agglo.studies.report.findings import EFFORT, INVENTORY, TRAJECTORY, Findings, Found

IMPORT = (
    "agglo climate template climate-inventory.xlsx",
    "agglo climate import climate-inventory.xlsx --name climate-inventory",
)


def needs_inventory(findings: Findings) -> bool:
    """Whether nothing can be said in tonnes: the study has no inventory and no trajectory."""
    return not findings.has(TRAJECTORY) and not findings.has(INVENTORY)


def without_inventory() -> Box:
    """What cannot be said without an inventory in tonnes, and how to import one."""
    texts = (
        _(
            "No probability of meeting a target and no ranking of actions is given: both need emissions and energy "
            "in tonnes and MWh, by sector and energy carrier, which are not held for this territory."
        ),
        _(
            "To import them: have a workbook written, fill it, import it as a dataset, then name it in the study file "
            "as “inventory” and run the study again. Regional observatories send these figures on request."
        ),
    )
    return Box(_("Until an inventory in tonnes is imported"), texts, code="\n".join(IMPORT))


def section(findings: Findings) -> Section | None:
    """Required effort by pathway and group, and conditions."""
    blocks: list[Block] = [without_inventory()] if needs_inventory(findings) else []
    for rank, one in enumerate(findings.of(EFFORT, "effort")):
        for key in dict.fromkeys((row["pathway"], row["edition"], row["quantity"]) for row in one.rows):
            rows = [row for row in one.rows if (row["pathway"], row["edition"], row["quantity"]) == key]
            blocks.append(_effort(rows, f"effort-{rank}-{len(blocks)}"))
    blocks += [
        _conditions(one, f"conditions-{rank}") for rank, one in enumerate(findings.of(EFFORT, "conditions")) if one.rows
    ]
    if not blocks:
        return None
    return Section("effort", _("The effort that targets ask for"), _("Effort"), tuple(blocks))


def lead(findings: Findings) -> dict[str, Any] | None:
    """The row of all groups together that the report speaks of first: emissions, the nearest year."""
    rows = [
        row
        for one in findings.of(EFFORT, "effort")
        for row in one.rows
        if row["group"] == ALL and row["yearly_effort"] is not None
    ]
    rows.sort(key=lambda row: (row["quantity"] != words.EMISSIONS, row["year"]))
    return rows[0] if rows else None


def _effort(rows: list[dict[str, Any]], name: str) -> Chart:
    first = rows[0]
    quantity = words.quantity(first["quantity"])
    reference = int(first["reference_year"])
    caption = _("{quantity}: the path that {pathway} asks for ({reference} = 100)").format(
        quantity=quantity, pathway=words.pathway(first), reference=reference
    )
    series = [_path(group, rows) for group in dict.fromkeys(row["group"] for row in rows)]
    make = linechart.lines(
        series, unit="%", title=_("Index, all sectors in {reference} = 100").format(reference=reference)
    )
    description = _(
        "Lines: the path of each group of sectors, falling by the same rate every year to its target. The table below "
        "holds the same figures."
    )
    return Chart(name, caption, description, make, _effort_table(f"{name}-table", caption, rows))


def _path(group: str, rows: list[dict[str, Any]]) -> linechart.Line:
    """A group's points of the index from its reference year, by constant yearly rates from target to target."""
    own = sorted((row for row in rows if row["group"] == group), key=lambda row: int(row["year"]))
    known = [(int(own[0]["reference_year"]), float(own[0]["index_then"]))]
    known += [(int(row["year"]), float(row["index_target"])) for row in own]
    years, values = [known[0][0]], [known[0][1]]
    for (since, start), (until, end) in pairwise(known):
        for year in range(since + 1, until + 1):
            part = (year - since) / (until - since)
            years.append(year)
            values.append(start * (end / start) ** part if start > 0 and end > 0 else start + (end - start) * part)
    return linechart.Line(words.sector(group), tuple(years), tuple(values))


def _effort_table(id: str, caption: str, rows: list[dict[str, Any]]) -> Table:
    efforts = {"yearly_effort": _("Effort a year"), "yearly_effort_from_now": _("Effort a year, from now")}
    held = {name: title for name, title in efforts.items() if any(row[name] is not None for row in rows)}
    columns = (
        Column(_("Group of sectors")),
        Column(_("Year"), year=True),
        Column(_("Share at the start"), "", True, share=True),
        Column(_("Index at the start"), "%", True, decimals_for(words.values(rows, "index_then"))),
        Column(_("Index to reach"), "%", True, decimals_for(words.values(rows, "index_target"))),
        *(Column(title, "%/yr", True, 2) for title in held.values()),
        Column(_("Obtained")),
    )
    made = tuple(
        Row(
            (
                words.sector(row["group"]),
                int(row["year"]),
                *(row[name] for name in ("share", "index_then", "index_target", *held)),
                wording.quality("declared" if row["group"] == ALL else ASSUMED),
            ),
            strong=row["group"] == ALL,
        )
        for row in rows
    )
    note = _(
        "Effort: the constant yearly reduction, compounded, that leads to the target. By group it is assumed that all "
        "reduce by the same share: no published target says how to split the effort."
    )
    return Table(id, caption, columns, made, note)


def _conditions(found: Found, id: str) -> Table:
    alone = [name for name in ("index_alone", "feasible_alone") if name in found.rows[0]]
    columns = (
        Column(_("Target")),
        Column(_("Year"), year=True),
        Column(_("If this group")),
        Column(_("changes by"), "", True, share=True, signed=True),
        Column(_("then this one")),
        Column(_("must come down to, the others doing as much"), "%", True, 1),
        Column(_("Possible")),
        *((Column(_("or to, if it acts alone"), "%", True, 1), Column(_("Possible alone"))) if alone else ()),
    )
    made = tuple(Row(_condition(row, alone)) for row in found.rows)
    note = _("Index of the group itself, its reference year being 100. Below zero it cannot be reached.")
    return Table(id, _("What would have to be true"), columns, made, note)


def _condition(row: dict[str, Any], alone: Sequence[str]) -> tuple[Any, ...]:
    said = {"yes": _("yes"), "no": _("no")}
    return (
        words.pathway(row),
        int(row["year"]),
        words.sector(row["held_group"]),
        row["held_change"],
        words.sector(row["group"]),
        row["index_needed"],
        said[row["feasible"]],
        *((row["index_alone"], said[row["feasible_alone"]]) if alone else ()),
    )
