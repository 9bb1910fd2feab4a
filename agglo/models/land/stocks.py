"""Carbon held by land as it is: area of each land-cover class x (soil + plants + litter).

Source: ADEME, Aldo (see :mod:`agglo.models.land.aldo`). The 17 classes are those of CITEPA's land cover by commune; the
table below says which soil and which plants of Aldo each of them is counted as.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from agglo.contract.language import Text
from agglo.models.land.aldo import LITTER_TC_HA
from agglo.models.land.factors import Factors

LandClass = Literal[
    "artificial_wooded",
    "artificial_grassed",
    "artificial_sealed",
    "cropland",
    "temporary_grassland",
    "orchard",
    "vineyard",
    "forest_conifer",
    "forest_broadleaf",
    "forest_mixed",
    "poplar",
    "wetland",
    "water",
    "other",
    "grassland_wooded",
    "grassland_herbaceous",
    "grassland_shrub",
]
LAND_CLASSES: tuple[str, ...] = get_args(LandClass)

TITLES: Mapping[str, Text] = {
    "artificial_wooded": {"fr": "sols artificiels arborés", "en": "wooded artificial land"},
    "artificial_grassed": {"fr": "sols artificiels enherbés", "en": "grassed artificial land"},
    "artificial_sealed": {"fr": "sols imperméabilisés", "en": "sealed land"},
    "cropland": {"fr": "cultures", "en": "cropland"},
    "temporary_grassland": {"fr": "prairies temporaires", "en": "temporary grassland"},
    "orchard": {"fr": "vergers", "en": "orchards"},
    "vineyard": {"fr": "vignes", "en": "vineyards"},
    "forest_conifer": {"fr": "forêts de conifères", "en": "coniferous forest"},
    "forest_broadleaf": {"fr": "forêts de feuillus", "en": "broadleaf forest"},
    "forest_mixed": {"fr": "forêts mixtes", "en": "mixed forest"},
    "poplar": {"fr": "peupleraies", "en": "poplar plantations"},
    "wetland": {"fr": "zones humides", "en": "wetland"},
    "water": {"fr": "eau", "en": "water"},
    "other": {"fr": "autres terres", "en": "other land"},
    "grassland_wooded": {"fr": "prairies arborées", "en": "wooded grassland"},
    "grassland_herbaceous": {"fr": "prairies herbacées", "en": "herbaceous grassland"},
    "grassland_shrub": {"fr": "prairies arbustives", "en": "shrub grassland"},
}

SOILS: Mapping[str, str] = {
    "artificial_wooded": "artificial_wooded",
    "artificial_grassed": "artificial_grassed",
    "artificial_sealed": "artificial_sealed",
    "cropland": "cropland",
    "orchard": "orchard",
    "vineyard": "vineyard",
    "forest_conifer": "forest",
    "forest_broadleaf": "forest",
    "forest_mixed": "forest",
    "poplar": "forest",
    "wetland": "wetland",
    "grassland_wooded": "grassland",
    "grassland_herbaceous": "grassland",
    "grassland_shrub": "grassland",
}
"""Soil each class is counted as. Water and other land have none; temporary grassland is a parameter."""

FORESTS = ("forest_conifer", "forest_broadleaf", "forest_mixed", "poplar")

WITHOUT_PLANT_STOCK = ("cropland", "grassland_herbaceous", "wetland", "artificial_sealed")
"""Classes whose plants the method leaves out on purpose: cut each year, or none."""

TemporaryGrassland = Literal["cropland", "grassland_herbaceous"]

Missing = Literal["", "biomass", "all"]


@dataclass(frozen=True, slots=True)
class Stock:
    """Carbon of one class of land in one commune; ``missing`` says what could not be counted for want of a factor."""

    land: str
    counted_as: str
    area_ha: float
    soil_tc: float
    biomass_tc: float
    litter_tc: float
    missing: Missing

    @property
    def carbon_tc(self) -> float:
        """Soil, plants and litter [tC]."""
        return self.soil_tc + self.biomass_tc + self.litter_tc


@dataclass(frozen=True, slots=True)
class Place:
    """What the factors of a commune depend on. ``forest_group`` is empty where it is not known."""

    zone: str
    interregion: str
    forest_group: str


def stock(land: str, area_ha: float, factors: Factors, place: Place, *, temporary_grassland: str) -> Stock:
    """Carbon of ``area_ha`` of a class of land; nothing is counted where there is no factor.

    >>> from agglo.models.land.factors import load
    >>> place = Place("1_2", "NORD-OUEST", "B4")
    >>> stock("orchard", 10.0, load(), place, temporary_grassland="cropland").carbon_tc
    620.0
    """
    counted_as = temporary_grassland if land == "temporary_grassland" else land
    if counted_as not in SOILS:
        return Stock(land, "", area_ha, 0.0, 0.0, 0.0, "all")
    forest = counted_as in FORESTS
    plants = _plants(counted_as, factors, place)
    return Stock(
        land,
        counted_as,
        area_ha,
        soil_tc=area_ha * factors.soil_stock[place.zone, SOILS[counted_as]],
        biomass_tc=area_ha * (plants or 0.0),
        litter_tc=area_ha * LITTER_TC_HA if forest else 0.0,
        missing="biomass" if plants is None else "",
    )


def _plants(land: str, factors: Factors, place: Place) -> float | None:
    if land in WITHOUT_PLANT_STOCK:
        return 0.0
    if land in FORESTS:
        return factors.forest_biomass.get((place.forest_group, land))
    return factors.biomass_stock[place.interregion, land]
