"""An inventory as a baseline emission inventory (BEI) of the Covenant of Mayors: four key sectors, final energy.

Municipal, tertiary and residential buildings and transport; other sectors only where measures are planned. Source:
``data/README.md``.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _, in_language
from agglo.models.climate.nomenclature import ALL, CARRIERS, ENERGY
from agglo.studies.climate import correspondence, counted
from agglo.studies.climate.correspondence import Rule
from agglo.studies.climate.counted import Figure
from agglo.studies.climate.grid import LEFT_OUT, Change, Grid, Line
from agglo.studies.climate.rows import EMISSIONS

if TYPE_CHECKING:
    import pyarrow as pa

OPTIONAL = ("industry", "agriculture", "waste", "energy-industry")
"""Sectors that belong to the inventory only where the action plan has measures for them."""

UNITS = {ENERGY: "MWh", EMISSIONS: "tCO2e"}


def export(
    table: "pa.Table", place: str | None = None, *, gwp: str = "as-stated", measures: Collection[str] = ()
) -> Grid:
    """Energy [MWh] and emissions [tCO2e] of the key sectors, by carrier and year.

    ``measures`` are the optional sectors for which the action plan has measures.

    Raises
    ------
    InvalidInput
        A sector of ``measures`` is none of :data:`OPTIONAL`; else as :func:`.counted.read`.
    """
    wrong = [
        Fault("--measures", one, ", ".join(OPTIONAL), nearest(one, OPTIONAL)) for one in measures if one not in OPTIONAL
    ]
    if wrong:
        raise InvalidInput(_("This inventory cannot be exported."), wrong)
    held = counted.read(table, place, gwp=gwp, detailed=correspondence.subsectors("com"))
    lines: list[Line] = []
    changes: list[Change] = [*held.changes]
    for quantity, unit in UNITS.items():
        decided = correspondence.sorted_out("com", held.of(quantity))
        lines += _lines(decided, quantity, measures)
        changes += correspondence.changes(decided, unit, measures)
    heads = (_("key sector"), _("quantity"), _("carrier"), _("unit"))
    title = _("Inventory of {place}, Covenant of Mayors").format(place=held.place)
    return Grid(title, heads, held.years, tuple(lines), tuple(changes))


def _lines(decided: dict[Rule, list[Figure]], quantity: str, measures: Collection[str]) -> list[Line]:
    """A line a key sector and carrier, those of a sector followed by their total, then all together."""
    said = _("final energy") if quantity == ENERGY else _("greenhouse gas emissions")
    by_sector: dict[str, list[Figure]] = {}
    for rule, figures in decided.items():
        if rule.done != LEFT_OUT or rule.line in measures:
            by_sector.setdefault(in_language(rule.title), []).extend(figures)
    lines = []
    for sector, figures in by_sector.items():
        for carrier in (*CARRIERS, ALL):
            same = [one for one in figures if one.carrier == carrier]
            if same and carrier != ALL:
                name = in_language(CARRIERS[carrier])
                lines.append(Line((sector, said, name, UNITS[quantity]), counted.summed(same)))
        lines.append(Line((sector, said, _("total"), UNITS[quantity]), counted.summed(figures)))
    every = [one for figures in by_sector.values() for one in figures]
    if every:
        lines.append(Line((_("total"), said, _("total"), UNITS[quantity]), counted.summed(every)))
    return lines
