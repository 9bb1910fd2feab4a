"""Aldo, ADEME's method for the carbon of land use: categories of land, areas that change, fluxes and stocks.

Flux [tC/yr] = area that changes [ha/yr] x factor [tC/ha] x multiplier, for soil, biomass and litter; positive means
stored. A factor is either the whole change of stock, or a 20th of it: the multiplier (20 or 1) brings all of them to
the whole change, counted in the year of the change.

Source: ADEME, Aldo (incubateur-ademe/aldo, commit a8f42b23, MIT licence). Categories of land are those of CORINE Land
Cover, third level (44 classes).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import fsum
from typing import Literal

from agglo.models.land.factors import Factors

YEARS_BETWEEN_INVENTORIES = 6
"""CORINE Land Cover 2012 to 2018 [yr]."""

LITTER_TC_HA = 9.0
"""Litter under a forest [tC/ha]."""

PROGRESSIVE = 20
"""Years over which a factor given as a yearly share adds up to the whole change of stock."""

Reservoir = Literal["soil", "biomass", "litter"]

_ARTIFICIAL_CODES = ("111", "112", "121", "122", "123", "124", "131", "132", "133", "142")

CATEGORIES: dict[str, tuple[str, tuple[str, ...]]] = {
    # category: the soil it stands on, its CORINE codes
    "cropland": ("cropland", ("211", "212", "213", "241", "242", "243", "244")),
    "grassland_wooded": ("grassland", ("323",)),
    "grassland_herbaceous": ("grassland", ("231", "321")),
    "grassland_shrub": ("grassland", ("322",)),
    "wetland": ("wetland", ("411", "412", "421", "422", "423", "511", "512", "521", "522", "523")),
    "orchard": ("orchard", ("222", "223")),
    "vineyard": ("vineyard", ("221",)),
    "artificial_sealed": ("artificial_sealed", _ARTIFICIAL_CODES),
    "artificial_grassed": ("artificial_grassed", _ARTIFICIAL_CODES),
    "artificial_wooded": ("artificial_wooded", ("141",)),
    "forest_mixed": ("forest", ("313", "324")),
    "forest_broadleaf": ("forest", ("311",)),
    "forest_conifer": ("forest", ("312",)),
}

NOMENCLATURE = frozenset(code for _soil, codes in CATEGORIES.values() for code in codes) | {
    *("331", "332", "333", "334", "335")
}
"""The 44 codes of CORINE Land Cover; bare land (33x) belongs to no category of Aldo."""

FORESTS = ("forest_mixed", "forest_broadleaf", "forest_conifer")
ARTIFICIAL = ("artificial_sealed", "artificial_grassed", "artificial_wooded")

_CATEGORIES_OF = {
    code: tuple(name for name, (_soil, codes) in CATEGORIES.items() if code in codes) for code in NOMENCLATURE
}

_NEVER_TO_WOODED = ("artificial_grassed", "grassland_wooded", "grassland_shrub", "orchard", "vineyard", "wetland")

_BIOMASS_MULTIPLIERS = (
    # side, category, multiplier: the first line that applies
    ("origin", "artificial_sealed", PROGRESSIVE),
    ("destination", "artificial_sealed", 1),
    ("destination", "grassland_wooded", PROGRESSIVE),
    ("origin", "grassland_wooded", 1),
    ("origin", "wetland", PROGRESSIVE),
    ("destination", "wetland", 1),
    ("origin", "cropland", PROGRESSIVE),
    ("destination", "cropland", 1),
    ("origin", "artificial_wooded", 1),
    ("destination", "artificial_wooded", PROGRESSIVE),
    ("origin", "grassland_herbaceous", PROGRESSIVE),
    ("destination", "grassland_herbaceous", 1),
    ("origin", "orchard", 1),
    ("destination", "orchard", PROGRESSIVE),
    ("origin", "vineyard", PROGRESSIVE),
    ("destination", "vineyard", 1),
    ("origin", "grassland_shrub", 1),
    ("destination", "grassland_shrub", PROGRESSIVE),
)

Pair = tuple[str, str]
"""Origin and destination: two CORINE codes, or two categories."""


@dataclass(frozen=True, slots=True)
class Flux:
    """Carbon stored (or lost, negative) each year by one change of land in one reservoir."""

    origin: str
    destination: str
    reservoir: Reservoir
    area_ha_yr: float
    carbon_tc_yr: float


def soil(category: str) -> str:
    """The soil a category of land stands on: the three grasslands share one, so do the three forests."""
    return CATEGORIES[category][0]


def is_land_take(origin_code: str, destination_code: str) -> bool:
    """Whether a change between two CORINE codes makes land artificial (codes 1xx).

    >>> is_land_take("211", "133"), is_land_take("112", "133")
    (True, False)
    """
    return destination_code.startswith("1") and not origin_code.startswith("1")


def yearly_areas(changes: Iterable[tuple[str, str, float]], *, land_take_factor: float = 1.0) -> dict[Pair, float]:
    """Area that changes each year [ha/yr] by pair of CORINE codes, of ``changes`` over six years [ha].

    Land take is multiplied by ``land_take_factor`` [1]; land that is then not taken stays as it was. Rows of the same
    pair add up; a row from a code to itself is no change.

    >>> yearly_areas([("211", "133", 12.0), ("211", "133", 6.0)], land_take_factor=0.5)
    {('211', '133'): 1.5}
    """
    rows: defaultdict[Pair, list[float]] = defaultdict(list)
    for origin, destination, area_ha in changes:
        if origin != destination:
            rows[origin, destination].append(area_ha)
    return {
        pair: fsum(areas) / YEARS_BETWEEN_INVENTORIES * (land_take_factor if is_land_take(*pair) else 1.0)
        for pair, areas in rows.items()
    }


def land_take(areas: Mapping[Pair, float]) -> float:
    """Land made artificial each year [ha/yr], of yearly areas by pair of CORINE codes."""
    return fsum(area for pair, area in areas.items() if is_land_take(*pair))


def category_changes(areas: Mapping[Pair, float], *, sealed_share: float) -> dict[Pair, float]:
    """Area that changes each year [ha/yr] by pair of categories, new artificial land being split.

    Parameters
    ----------
    areas
        Yearly areas by pair of CORINE codes [ha/yr].
    sealed_share
        Share of new artificial land that is sealed [1]; the rest is green.
    """
    summed: defaultdict[Pair, list[float]] = defaultdict(list)
    for (origin_code, destination_code), area in areas.items():
        for origin in _CATEGORIES_OF[origin_code]:
            for destination in _CATEGORIES_OF[destination_code]:
                summed[origin, destination].append(area)
    read = {pair: fsum(values) for pair, values in summed.items()}
    result = {pair: area for pair, area in read.items() if pair[1] not in ARTIFICIAL}
    for origin in {origin for origin, destination in read if destination in ARTIFICIAL}:
        shares = new_artificial(
            origin,
            built_ha=read.get((origin, "artificial_sealed"), 0.0),
            wooded_ha=read.get((origin, "artificial_wooded"), 0.0),
            sealed_share=sealed_share,
        )
        result |= {(origin, destination): area for destination, area in shares.items()}
    return {pair: area for pair, area in sorted(result.items()) if area and pair[0] != pair[1]}


def new_artificial(origin: str, *, built_ha: float, wooded_ha: float, sealed_share: float) -> dict[str, float]:
    """How land that becomes artificial is split into sealed, grassed and wooded land [same unit as given].

    ``built_ha`` goes to CORINE's built codes, which hold both sealed and grassed land, ``wooded_ha`` to urban parks
    (141). The sum is not always that of the two areas: see the limits on the model's card.

    >>> new_artificial("cropland", built_ha=10.0, wooded_ha=0.0, sealed_share=0.8)["artificial_sealed"]
    8.0
    """
    wooded = 0.0 if origin in _NEVER_TO_WOODED else wooded_ha
    total, green_share = built_ha + wooded, 1 - sealed_share
    few_trees = wooded < green_share * total
    beside_trees = total * green_share - wooded if few_trees else 0.0
    grassed = built_ha * green_share if origin in FORESTS else beside_trees
    sealed = total * sealed_share if few_trees else built_ha
    return {
        "artificial_sealed": 0.0 if origin == "artificial_grassed" else sealed,
        "artificial_grassed": 0.0 if origin == "artificial_sealed" else grassed,
        "artificial_wooded": wooded,
    }


def soil_multiplier(origin: str, destination: str) -> int:
    """1 where the soil's factor is the whole change of stock, 20 where it is a yearly share of it."""
    immediate = "wetland" in (origin, destination) or destination in ARTIFICIAL
    return 1 if immediate else PROGRESSIVE


def biomass_multiplier(origin: str, destination: str) -> int:
    """1 where the plants' factor is the whole change of stock, 20 where it is a yearly share of it."""
    sides = {"origin": origin, "destination": destination}
    return next(times for side, category, times in _BIOMASS_MULTIPLIERS if sides[side] == category)


def fluxes(changes: Mapping[Pair, float], factors: Factors, *, zone: str, interregion: str) -> list[Flux]:
    """Fluxes of ``changes`` [ha/yr by pair of categories] in a soil zone and an interregion.

    A pair without a factor in a reservoir gives no flux there.
    """
    return [
        Flux(origin, destination, reservoir, area, area * whole_change)
        for (origin, destination), area in changes.items()
        for reservoir, whole_change in stock_changes(origin, destination, factors, zone, interregion)
    ]


def stock_changes(
    origin: str, destination: str, factors: Factors, zone: str, interregion: str
) -> Iterator[tuple[Reservoir, float]]:
    """The whole change of stock [tC/ha] in each reservoir that has a factor for this pair of categories."""
    soil_factor = factors.soil_flux.get((zone, soil(origin), soil(destination)))
    if soil_factor is not None:
        yield "soil", soil_factor * soil_multiplier(origin, destination)
    biomass_factor = factors.biomass_flux.get((interregion, origin, destination))
    if biomass_factor is not None:
        yield "biomass", biomass_factor * biomass_multiplier(origin, destination)
    litter = litter_change(origin, destination)
    if litter is not None:
        yield "litter", litter


def litter_change(origin: str, destination: str) -> float | None:
    """Litter gained or lost with a forest [tC/ha], None where the method counts none."""
    keeps_litter = (*FORESTS, "artificial_wooded")
    if origin in FORESTS and destination not in keeps_litter:
        return -LITTER_TC_HA
    if origin not in (*keeps_litter, "artificial_sealed") and destination in keeps_litter:
        return LITTER_TC_HA
    return None


def has_no_category(origin_code: str, destination_code: str) -> bool:
    """Whether one of two CORINE codes is of land that Aldo leaves out: bare land, 33x."""
    return not (_CATEGORIES_OF[origin_code] and _CATEGORIES_OF[destination_code])


def has_no_soil_factor(origin: str, destination: str, factors: Factors, zone: str) -> bool:
    """Whether two soils that do not hold the same carbon change into one another without a factor.

    Changes inside artificial land are not meant: the method counts none.
    """
    if origin in ARTIFICIAL and destination in ARTIFICIAL:
        return False
    before, after = (factors.soil_stock[zone, soil(category)] for category in (origin, destination))
    return before != after and (zone, soil(origin), soil(destination)) not in factors.soil_flux


CAUSES = ("land-take", "to-cropland", "to-grassland", "to-wetland", "to-orchard", "to-vineyard", "to-forest")


def cause(destination: str) -> str:
    """The group a flux is reported under: land take, or what the land becomes.

    No factor exists between two kinds of artificial land, so that a flux to artificial land is one of land take.

    >>> cause("artificial_sealed"), cause("grassland_shrub")
    ('land-take', 'to-grassland')
    """
    return "land-take" if destination in ARTIFICIAL else f"to-{soil(destination)}"
