"""The factor tables are whole, and agree with one another."""

import pytest

from agglo.models.land import aldo, factors

FACTORS = factors.load()


def test_every_zone_has_the_same_soils() -> None:
    assert len(FACTORS.zones) == 14
    assert len(FACTORS.soil_stock) == 14 * 9
    assert len(FACTORS.soil_flux) == 14 * 27


def test_every_interregion_has_the_same_plants() -> None:
    names = set(FACTORS.interregion.values())
    assert len(names) == 5
    assert len(FACTORS.interregion) == 13
    assert len(FACTORS.biomass_stock) == 5 * 6
    assert len(FACTORS.biomass_flux) == 5 * 62


def test_categories_are_those_of_the_tables() -> None:
    soils = {aldo.soil(name) for name in aldo.CATEGORIES}
    assert {soil for _zone, soil in FACTORS.soil_stock} == soils
    assert {name for _place, *pair in FACTORS.soil_flux for name in pair} <= soils
    assert {name for _place, *pair in FACTORS.biomass_flux for name in pair} <= set(aldo.CATEGORIES)


@pytest.mark.parametrize("zone", FACTORS.zones)
def test_soil_fluxes_towards_artificial_land_are_differences_of_stocks(zone: str) -> None:
    pairs = [pair for place, *pair in FACTORS.soil_flux if place == zone and pair[1] in aldo.ARTIFICIAL]
    assert len(pairs) == 7
    for origin, destination in pairs:
        difference = FACTORS.soil_stock[zone, destination] - FACTORS.soil_stock[zone, origin]
        assert FACTORS.soil_flux[zone, origin, destination] == pytest.approx(difference)


def test_values_of_paris_saclay() -> None:
    assert FACTORS.soil_stock["2_2", "cropland"] == 43
    assert FACTORS.soil_flux["2_2", "grassland", "cropland"] == -0.46
    assert FACTORS.biomass_stock["NORD-OUEST", "grassland_wooded"] == 48
    assert FACTORS.forest_biomass["B4", "forest_broadleaf"] == pytest.approx(99.46 + 7.75)
    assert FACTORS.interregion["11"] == "NORD-OUEST"
