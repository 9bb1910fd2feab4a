"""An inventory by the Global Protocol for Community-Scale Greenhouse Gas Inventories 1.1 (GPC), level BASIC.

BASIC counts scopes 1 and 2 of stationary energy and of transport, and scopes 1 and 3 of waste; industrial processes and
agriculture belong to BASIC+. Source: ``data/README.md``.
"""

from typing import TYPE_CHECKING

from agglo.contract.language import Text, _, in_language
from agglo.studies.climate import correspondence, counted
from agglo.studies.climate.counted import Counted, Figure
from agglo.studies.climate.grid import LEFT_OUT, NOT_HELD, Change, Grid, Line
from agglo.studies.climate.rows import EMISSIONS

if TYPE_CHECKING:
    import pyarrow as pa

LEVEL = "BASIC"

_WASTE_ELSEWHERE: Text = {
    "fr": "les déchets et eaux usées produits ici et traités ailleurs sont dans BASIC (scope 3) ; le plan climat ne "
    "les compte pas",
    "en": "waste and wastewater produced here and treated elsewhere are in BASIC (scope 3); the climate plan does not "
    "count them",
}
_JOURNEYS: Text = {
    "fr": "l'inventaire ne dit pas s'il compte les trajets là où ils ont lieu ou selon qui les fait : la part faite "
    "hors du territoire est de BASIC+ (II.1.3)",
    "en": "the inventory does not say whether it counts journeys where they happen or by who makes them: the part "
    "outside of the territory belongs to BASIC+ (II.1.3)",
}
_ENERGY: Text = {
    "fr": "le GPC ne compte que des émissions",
    "en": "the GPC counts emissions only",
}


def export(table: "pa.Table", place: str | None = None, *, gwp: str = "as-stated") -> Grid:
    """The lines of BASIC [tCO2e] of an inventory, by year; errors as :func:`.counted.read`."""
    held = counted.read(table, place, gwp=gwp, detailed=correspondence.subsectors("gpc"))
    decided = correspondence.sorted_out("gpc", held.of(EMISSIONS))
    lines: dict[tuple[str, str, str], list[Figure]] = {}
    for rule, figures in decided.items():
        if rule.done != LEFT_OUT:
            lines.setdefault((rule.line, in_language(rule.title), rule.scope), []).extend(figures)
    heads = (_("GPC reference"), _("subsector"), _("scope"), _("unit"))
    found = [Line((*key, "tCO2e"), counted.summed(figures)) for key, figures in sorted(lines.items(), key=_order)]
    every = [figure for figures in lines.values() for figure in figures]
    found.append(Line((LEVEL, _("total of the lines above"), "1+2", "tCO2e"), counted.summed(every)))
    title = _("Inventory of {place}, GPC 1.1 {level}").format(place=held.place, level=LEVEL)
    changes = (*held.changes, *correspondence.changes(decided, "tCO2e"), *_not_held(held))
    return Grid(title, heads, held.years, tuple(found), tuple(changes))


def _order(item: tuple[tuple[str, str, str], list[Figure]]) -> tuple[int, tuple[str, ...]]:
    numeral, _point, rest = item[0][0].partition(".")
    return ["I", "II", "III", "IV", "V"].index(numeral.partition("-")[0]), (rest, item[0][2])


def _not_held(held: Counted) -> list[Change]:
    """What BASIC asks for and an inventory of a climate plan does not hold."""
    sectors = {one.sector for one in held.of(EMISSIONS)}
    found = []
    if "waste" in sectors:
        found.append(Change("-", NOT_HELD, "III.1.2, III.2.2, III.3.2, III.4.2", _WASTE_ELSEWHERE))
    if "road-transport" in sectors:
        found.append(Change("-", NOT_HELD, "II.1.3", _JOURNEYS))
    if any(held.of("energy")):
        found.append(Change(_("energy"), LEFT_OUT, "-", _ENERGY))
    return found
