"""Where the territory stands: its inventory by sector, and what was observed apart from weather and population."""

from typing import Any

from agglo.contract.language import _, in_language
from agglo.contract.numerals import decimals_for
from agglo.models.climate.attribution import FACTORS
from agglo.models.climate.nomenclature import ALL, BOUNDARIES
from agglo.studies.report import barchart, linechart, wording
from agglo.studies.report.blocks import Block, Chart, Column, Row, Section, Table
from agglo.studies.report.chapters import words
from agglo.studies.report.chapters.actions import ASSUMED
from agglo.studies.report.findings import EX_POST, INVENTORY, Findings, Found

_UNIT = "tCO2e/yr"


def section(findings: Findings) -> Section | None:
    """The inventory of the last year, and what was observed since the first."""
    blocks: list[Block] = [
        _inventory(one, rank) for rank, one in enumerate(findings.of(INVENTORY, "totals")) if one.rows
    ]
    for rank, one in enumerate(observed := findings.of(EX_POST, "observed")):
        if any(row["sector"] == ALL for row in one.rows):
            blocks.append(_observed(one, rank, several=len(observed) > 1))
    for rank, one in enumerate(causes := findings.of(EX_POST, "decomposition")):
        if one.rows:
            blocks.append(_decomposition(one, rank, several=len(causes) > 1))
    if not blocks:
        return None
    return Section("situation", _("Where the territory stands"), _("Inventory"), tuple(blocks))


def _inventory(found: Found, rank: int) -> Chart:
    last = max(int(row["year"]) for row in found.rows)
    rows = sorted(found.rows, key=lambda row: (-row["year"], row["sector"] == ALL))
    emitted = ("emissions_tco2e", "low_tco2e", "high_tco2e")
    heads = (_("central"), _("low"), _("high"))
    energies = zip(("energy_mwh", "energy_low_mwh", "energy_high_mwh"), heads, strict=True)
    used = {name: head for name, head in energies if any(row[name] is not None for row in rows)}
    places = decimals_for(words.values(rows, *emitted))
    emissions, energy = _("Emissions"), _("Energy")
    columns = (
        Column(_("Sector")),
        Column(_("Year"), year=True),
        *(Column(f"{emissions}, {head}", _UNIT, True, places) for head in heads),
        *(Column(f"{energy}, {head}", "MWh/yr", True) for head in used.values()),
        Column(_("Obtained")),
    )
    made = tuple(
        Row(
            (
                words.sector(row["sector"]),
                int(row["year"]),
                *(row[name] for name in (*emitted, *used)),
                wording.quality(row["quality"]),
            ),
            shown=row["year"] == last,
            strong=row["sector"] == ALL,
        )
        for row in rows
    )
    boundary = words.listed(_boundary(str(row["boundary"])) for row in rows)
    note = _("Boundary: {boundary}. Warming potentials: {gwp}.").format(
        boundary=boundary, gwp=words.listed(str(row["gwp"]) for row in rows)
    )
    caption = _("Emissions and energy by sector in {year}").format(year=last)
    table = Table(f"inventory-table-{rank}", caption, columns, made, note)
    bars = [_bar(row) for row in rows if row["year"] == last and row["sector"] != ALL and row["emissions_tco2e"]]
    bars.sort(key=lambda bar: -bar.value)
    title = _("Greenhouse gas emissions by sector in {year}").format(year=last)
    below = _("Hollow bar: the figure is assumed.") if any(bar.hollow for bar in bars) else ""
    make = barchart.bars(bars, unit=_UNIT, below=below)
    description = _("Bars: emissions of each sector, the largest first; lines: their interval. The table holds both.")
    return Chart(f"inventory-{rank}", title, description, make, table)


def _boundary(identifier: str) -> str:
    text = BOUNDARIES.get(identifier)
    return in_language(text) if text else identifier


def _bar(row: dict[str, Any]) -> barchart.Bar:
    value, low, high = row["emissions_tco2e"], row["low_tco2e"], row["high_tco2e"]
    said = words.rounded(value)
    if low is not None and high is not None and low != high:
        said = f"{said} ({words.between(low, high)})"
    return barchart.Bar(words.sector(row["sector"]), value, said, low, high, row["quality"] == ASSUMED)


def _of_scenario(title: str, found: Found, *, several: bool) -> str:
    """A title that says which scenario it is of, where there are several."""
    return _("{title}, {scenario}").format(title=title, scenario=found.label) if several else title


def _observed(found: Found, rank: int, *, several: bool) -> Chart:
    every = found.rows
    rows = sorted((row for row in every if row["sector"] == ALL), key=lambda row: int(row["year"]))
    names = {
        "observed": _("Observed"),
        "weather_corrected": _("In normal weather"),
        "counterfactual": _("With the first year's practices"),
        "attributed": _("Apart from weather and population"),
    }
    places = decimals_for(words.values(every, "observed"))
    columns = (
        Column(_("Sector")),
        Column(_("Year"), year=True),
        *(Column(title, _UNIT, True, places, signed=name == "attributed") for name, title in names.items()),
    )
    made = tuple(
        Row(
            (words.sector(row["sector"]), int(row["year"]), *(row[name] for name in names)),
            shown=row["sector"] == ALL,
        )
        for row in sorted(every, key=lambda row: (row["sector"] != ALL, row["sector"], row["year"]))
    )
    title = _("What was observed, and what it would have been with the first year's practices")
    title = _of_scenario(title, found, several=several)
    table = Table(f"observed-table-{rank}", title, columns, made, heads=2)
    series = [
        linechart.Line(head, tuple(int(row["year"]) for row in known), tuple(row[name] for row in known))
        for name, head in list(names.items())[:3]
        if (known := [row for row in rows if row[name] is not None])
    ]
    make = linechart.lines(series, unit=_UNIT)
    description = _("Lines: emissions by year, all sectors. The table below holds the same figures.")
    return Chart(f"observed-{rank}", title, description, make, table)


def _decomposition(found: Found, rank: int, *, several: bool) -> Table:
    columns = (
        Column(_("Sector")),
        Column(_("Period")),
        Column(_("Factor")),
        Column(_("Effect"), _UNIT, True, decimals_for(words.values(found.rows, "effect")), signed=True),
    )
    made = tuple(
        Row(
            (words.sector(row["sector"]), f"{row['since']}-{row['year']}", _factor(row["factor"]), row["effect"]),
            shown=row["sector"] == ALL,
        )
        for row in found.rows
    )
    if not any(row.shown for row in made):
        made = tuple(Row(row.cells) for row in made)
    note = _("Effects add up to the whole change (LMDI).")
    title = _of_scenario(_("Causes of the change of emissions"), found, several=several)
    return Table(f"decomposition-{rank}", title, columns, made, note)


def _factor(identifier: str) -> str:
    return in_language(FACTORS[identifier]) if identifier in FACTORS else identifier
