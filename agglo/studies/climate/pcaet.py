"""An inventory as the grid of a climate plan (PCAET): sectors by gases, energy and six pollutants, with identifiers.

Order of 4 August 2016 (NOR DEVR1622619A), article 2; identifiers and units of the State's platform, ``data/README.md``.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from agglo.contract.language import Text, _, in_language
from agglo.models.climate.nomenclature import ALL, CARRIERS, CO2E, ENERGY, POLLUTANTS, SECTORS
from agglo.studies.climate import counted, identifiers, layout, rows
from agglo.studies.climate.counted import Counted
from agglo.studies.climate.grid import NO_IDENTIFIER, NOT_HELD, Change, Grid, Line
from agglo.studies.climate.rows import EMISSIONS

if TYPE_CHECKING:
    import pyarrow as pa

UNITS = {EMISSIONS: "kteq CO2", ENERGY: "GWh"}
"""Units of the platform's diagnosis of a plan; pollutants are in tonnes."""

EVERY = layout.CHOICES["carrier"][ALL]
"""What a line of all carriers together says."""

_PER_THOUSAND = 1000

_CARRIERS: Text = {
    "fr": "la plateforme ne demande pas l'énergie par vecteur ; l'arrêté, si",
    "en": "the platform does not ask for energy by carrier; the order does",
}
_MISSING: Text = {
    "fr": "l'inventaire ne donne pas ces secteurs, ou pas toutes leurs années",
    "en": "the inventory does not give these sectors, or not in every year",
}


def export(table: "pa.Table", place: str | None = None, *, gwp: str = "as-stated") -> Grid:
    """The grid of an inventory, by year: gases [kteq CO2], energy [GWh], pollutants [t].

    Errors as :func:`.counted.read`. A cell without figure is one that is not held; a total of all sectors has its
    identifier only where every sector is.
    """
    held = counted.read(table, place, gwp=gwp)
    lines: list[Line] = []
    changes: list[Change] = [*held.changes]
    for quantity in (EMISSIONS, ENERGY, *POLLUTANTS):
        substance = CO2E if quantity == EMISSIONS else quantity
        by_sector = {one: _summed(held, quantity, one) for one in SECTORS}
        lines += [_line(held, substance, sector, figures) for sector, figures in by_sector.items()]
        if quantity == ENERGY:
            carriers = list(_carriers(held))
            lines += carriers
            changes += [Change(line.labels[3], NO_IDENTIFIER, line.labels[2], _CARRIERS) for line in carriers]
        if any(by_sector.values()):
            lines.append(_total(held, substance, by_sector))
        changes += list(_missing(held, substance, by_sector))
    heads = (_("identifier"), _("quantity"), _("sector"), _("carrier"), _("unit"))
    title = _("Inventory of {place}, grid of the climate plan").format(place=held.place)
    return Grid(title, heads, held.years, tuple(lines), tuple(changes))


def _summed(held: Counted, quantity: str, sector: str) -> dict[int, float]:
    figures = counted.summed([one for one in held.of(quantity) if one.sector == sector])
    return {year: _in_unit(value, quantity) for year, value in figures.items()}


def _in_unit(value: float, quantity: str) -> float:
    return float(rows.exact(value) / _PER_THOUSAND) if quantity in UNITS else value


def _words(substance: str) -> tuple[str, str]:
    """What is counted, and in which unit."""
    if substance == CO2E:
        return _("greenhouse gas emissions"), UNITS[EMISSIONS]
    return (_("final energy"), UNITS[ENERGY]) if substance == ENERGY else (substance, "tonnes")


def _line(held: Counted, substance: str, sector: str, figures: Mapping[int, float]) -> Line:
    what, unit = _words(substance)
    known = {year: figures.get(year) for year in held.years}
    identifier = identifiers.of_sector(substance, sector)
    return Line((identifier, what, in_language(SECTORS[sector]), in_language(EVERY), unit), known)


def _total(held: Counted, substance: str, by_sector: Mapping[str, Mapping[int, float]]) -> Line:
    """The sum of sectors in each year that holds them all; of those that are held, without identifier, elsewhere."""
    what, unit = _words(substance)
    whole = all(year in figures for figures in by_sector.values() for year in held.years)
    figures = {
        year: rows.total(values)
        for year in held.years
        if (values := [one[year] for one in by_sector.values() if year in one])
    }
    said = _("all sectors") if whole else _("sectors that are held")
    return Line((identifiers.of_total(substance) if whole else "", what, said, in_language(EVERY), unit), figures)


def _carriers(held: Counted) -> Iterator[Line]:
    """Energy by sector and carrier, where the inventory tells carriers apart."""
    what, unit = _words(ENERGY)
    for sector, said in SECTORS.items():
        for carrier, name in CARRIERS.items():
            same = [one for one in held.of(ENERGY) if (one.sector, one.carrier) == (sector, carrier)]
            if same and carrier != ALL:
                figures = {year: _in_unit(value, ENERGY) for year, value in counted.summed(same).items()}
                yield Line(("", what, in_language(said), in_language(name), unit), figures)


def _missing(held: Counted, substance: str, by_sector: Mapping[str, Mapping[int, float]]) -> Iterator[Change]:
    """The sectors that some year lacks."""
    lacking = [one for one, figures in by_sector.items() if any(year not in figures for year in held.years)]
    if lacking:
        named = ", ".join(in_language(SECTORS[one]) for one in lacking)
        named = _("all sectors") if len(lacking) == len(SECTORS) else named
        yield Change(named, NOT_HELD, _words(substance)[0], _MISSING)
