"""Carbon held by land: values of Aldo's tables, and what is counted as what."""

import pytest

from agglo.models.land import factors, stocks

FACTORS = factors.load()
ZONE_1_2 = stocks.Place("1_2", "NORD-OUEST", "B4")
ZONE_2_2 = stocks.Place("2_2", "NORD-OUEST", "B4")


def stock(land: str, area_ha: float = 1.0, place=ZONE_2_2, temporary_grassland: str = "cropland") -> stocks.Stock:
    return stocks.stock(land, area_ha, FACTORS, place, temporary_grassland=temporary_grassland)


# Aldo's tables: soil zones 2_2 and 1_2, interregion NORD-OUEST, forest group B4
@pytest.mark.parametrize(
    ("land", "in_2_2", "in_1_2"),
    [
        ("cropland", 43, 36),
        ("orchard", 46 + 16, 46 + 16),
        ("vineyard", 39 + 5, 39 + 5),
        ("grassland_herbaceous", 55, 49),
        ("grassland_shrub", 55 + 7, 49 + 7),
        ("grassland_wooded", 55 + 48, 49 + 48),
        ("wetland", 125, 125),
        ("artificial_sealed", 30, 30),
        ("artificial_grassed", 55 + 7, 49 + 7),
        ("artificial_wooded", 83 + 48, 47 + 48),
        ("forest_broadleaf", 83 + 9 + 99.46 + 7.75, 47 + 9 + 99.46 + 7.75),
        ("forest_mixed", 83 + 9 + 58.41 + 11.02, 47 + 9 + 58.41 + 11.02),
        ("forest_conifer", 83 + 9 + 58.67 + 6.49, 47 + 9 + 58.67 + 6.49),
    ],
)
def test_carbon_of_a_hectare(land: str, in_2_2: float, in_1_2: float) -> None:
    assert stock(land).carbon_tc == pytest.approx(in_2_2)
    assert stock(land, place=ZONE_1_2).carbon_tc == pytest.approx(in_1_2)
    assert stock(land).missing == ""


@pytest.mark.parametrize("land", ["water", "other"])
def test_a_class_without_factor_is_not_filled(land: str) -> None:
    assert stock(land, 3.0).carbon_tc == 0
    assert stock(land, 3.0).missing == "all"


def test_poplar_counts_soil_and_litter_only() -> None:
    found = stock("poplar", 2.0)
    assert (found.soil_tc, found.biomass_tc, found.litter_tc, found.missing) == (166.0, 0.0, 18.0, "biomass")


def test_forest_of_an_unknown_group_counts_soil_and_litter_only() -> None:
    found = stock("forest_broadleaf", place=stocks.Place("2_2", "NORD-OUEST", ""))
    assert (found.carbon_tc, found.missing) == (92.0, "biomass")


def test_temporary_grassland_is_what_is_assumed() -> None:
    assert stock("temporary_grassland").carbon_tc == stock("cropland").carbon_tc
    as_grassland = stock("temporary_grassland", temporary_grassland="grassland_herbaceous")
    assert as_grassland.carbon_tc == stock("grassland_herbaceous").carbon_tc
    assert as_grassland.counted_as == "grassland_herbaceous"


def test_a_grassed_garden_holds_more_soil_carbon_than_a_forest_in_zone_1_2() -> None:
    assert stock("artificial_grassed", place=ZONE_1_2).soil_tc == 49
    assert stock("forest_broadleaf", place=ZONE_1_2).soil_tc == 47


@pytest.mark.parametrize("land", stocks.LAND_CLASSES)
def test_stock_is_proportional_to_area(land: str) -> None:
    assert stock(land, 0.0).carbon_tc == 0
    assert stock(land, 12.0).carbon_tc == pytest.approx(12 * stock(land).carbon_tc)


def test_every_class_has_a_title_in_both_languages() -> None:
    assert len(stocks.LAND_CLASSES) == 17
    assert {land for land, title in stocks.TITLES.items() if title["fr"] and title["en"]} == set(stocks.LAND_CLASSES)
