"""Aldo's method: published fluxes, the rules one by one, and what must hold whatever the areas."""

import json
from math import fsum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.contract.units import carbon_to_co2
from agglo.models.land import aldo, factors

from .conftest import PUBLISHED, rows_of

FACTORS = factors.load()
CODES = sorted(aldo.NOMENCLATURE)

areas_ha = st.floats(0, 1e4, allow_subnormal=False).map(lambda area: round(area, 6))
changes_over_six_years = st.lists(
    st.tuples(st.sampled_from(CODES), st.sampled_from(CODES), areas_ha), min_size=1, max_size=12
)


def fluxes(rows, *, zone="2_2", interregion="NORD-OUEST", sealed_share=0.8, land_take_factor=1.0):
    areas = aldo.yearly_areas(rows, land_take_factor=land_take_factor)
    changes = aldo.category_changes(areas, sealed_share=sealed_share)
    return aldo.fluxes(changes, FACTORS, zone=zone, interregion=interregion)


def carbon(found) -> float:
    return fsum(one.carbon_tc_yr for one in found)


def published_changes(epci: str) -> dict[str, list[dict]]:
    communes: dict[str, list[dict]] = {}
    for row in rows_of(PUBLISHED / "aldo-changes.csv"):
        if row["epci_siren"] == epci:
            communes.setdefault(row["insee"], []).append(row)
    return communes


def published_results() -> list[dict]:
    return rows_of(PUBLISHED / "aldo-results.csv")


@pytest.mark.parametrize("expected", published_results(), ids=lambda row: f"{row['epci_siren']}-{row['destination']}")
def test_published_flux_of_an_epci(expected: dict) -> None:
    found = [
        flux
        for rows in published_changes(expected["epci_siren"]).values()
        for flux in fluxes(
            [(row["clc_from"], row["clc_to"], row["area_ha"]) for row in rows],
            zone=rows[0]["soil_zone"],
            interregion=FACTORS.interregion[rows[0]["region"]],
        )
        if aldo.soil(flux.destination) == expected["destination"]
        and expected["origin"] in ("", aldo.soil(flux.origin))
        and expected["reservoir"] in ("", flux.reservoir)
    ]
    obtained = carbon(found) if expected["unit"] == "tC/yr" else carbon_to_co2(carbon(found))
    assert obtained == pytest.approx(float(expected["value"]), abs=float(expected["printed_to"]))


def test_the_published_changes_are_those_of_two_whole_epcis() -> None:
    assert {epci: sum(map(len, published_changes(epci).values())) for epci in ("200007177", "200042992")} == {
        "200007177": 15,
        "200042992": 30,
    }


def test_nomenclature_has_the_44_classes_of_corine() -> None:
    assert len(aldo.NOMENCLATURE) == 44
    assert sum(code.startswith("1") for code in aldo.NOMENCLATURE) == 11


# The split of new artificial land, as Aldo's own tests publish it: 300 ha over six years go to built codes.
@pytest.mark.parametrize(
    ("origin", "wooded_ha", "sealed_share", "category", "expected"),
    [
        ("cropland", 600.0, 0.8, "artificial_sealed", 50.0),
        ("cropland", 60.0, 0.8, "artificial_sealed", 48.0),
        ("forest_mixed", 6.0, 0.8, "artificial_grassed", 10.0),
        ("forest_mixed", 6.0, 0.6, "artificial_grassed", 20.0),
        ("cropland", 6.0, 0.8, "artificial_grassed", 9.2),
        ("cropland", 600.0, 0.8, "artificial_grassed", 0.0),
        ("cropland", 60.0, 0.8, "artificial_wooded", 10.0),
        ("grassland_wooded", 60.0, 0.8, "artificial_wooded", 0.0),
        ("vineyard", 60.0, 0.8, "artificial_wooded", 0.0),
        ("wetland", 60.0, 0.8, "artificial_wooded", 0.0),
        ("artificial_grassed", 0.0, 0.8, "artificial_sealed", 0.0),
        ("artificial_sealed", 0.0, 0.8, "artificial_grassed", 0.0),
    ],
)
def test_split_of_new_artificial_land(origin, wooded_ha, sealed_share, category, expected) -> None:
    found = aldo.new_artificial(origin, built_ha=50.0, wooded_ha=wooded_ha / 6, sealed_share=sealed_share)
    assert found[category] == pytest.approx(expected, abs=1e-12)


def test_all_new_land_is_sealed_or_none_is() -> None:
    assert aldo.new_artificial("cropland", built_ha=5.0, wooded_ha=0.0, sealed_share=1.0) == {
        "artificial_sealed": 5.0,
        "artificial_grassed": 0.0,
        "artificial_wooded": 0.0,
    }
    green = aldo.new_artificial("cropland", built_ha=5.0, wooded_ha=0.0, sealed_share=0.0)
    assert (green["artificial_sealed"], green["artificial_grassed"]) == (0.0, 5.0)


@pytest.mark.parametrize(
    ("origin", "destination", "times"),
    [
        ("cropland", "grassland_shrub", 20),
        ("cropland", "wetland", 1),
        ("wetland", "cropland", 1),
        ("forest_mixed", "artificial_sealed", 1),
        ("grassland_herbaceous", "artificial_wooded", 1),
        ("artificial_sealed", "cropland", 20),
    ],
)
def test_soil_multiplier(origin: str, destination: str, times: int) -> None:
    assert aldo.soil_multiplier(origin, destination) == times


NOT_A_DIFFERENCE_OF_STOCKS = {
    # Aldo's table counts 57 tC/ha in every interregion where the stock is 31 to 57
    ("grassland_wooded", "wetland"),
}


@pytest.mark.parametrize("interregion", sorted(set(FACTORS.interregion.values())))
def test_biomass_factor_times_multiplier_is_the_difference_of_stocks(interregion: str) -> None:
    def stock(category: str) -> float:
        return FACTORS.biomass_stock.get((interregion, category), 0.0)

    pairs = [pair for zone, *pair in FACTORS.biomass_flux if zone == interregion]
    checked = 0
    for origin, destination in pairs:
        if (origin, destination) in NOT_A_DIFFERENCE_OF_STOCKS:
            continue
        whole = FACTORS.biomass_flux[interregion, origin, destination] * aldo.biomass_multiplier(origin, destination)
        assert whole == pytest.approx(stock(destination) - stock(origin), abs=1e-9), (origin, destination)
        checked += 1
    assert checked == 61


def test_litter_goes_with_the_forest() -> None:
    assert aldo.litter_change("forest_conifer", "cropland") == -9
    assert aldo.litter_change("cropland", "forest_conifer") == 9
    assert aldo.litter_change("forest_conifer", "artificial_wooded") is None
    assert aldo.litter_change("forest_conifer", "forest_broadleaf") is None
    assert aldo.litter_change("artificial_sealed", "forest_mixed") is None
    assert aldo.litter_change("cropland", "vineyard") is None


def test_new_artificial_land_in_zone_1_2_by_hand() -> None:
    found = {(one.destination, one.reservoir): one.carbon_tc_yr for one in fluxes([("211", "133", 6.0)], zone="1_2")}
    assert found == {
        ("artificial_sealed", "soil"): pytest.approx(0.8 * -6.0),
        ("artificial_grassed", "soil"): pytest.approx(0.2 * 13.0),
        ("artificial_grassed", "biomass"): pytest.approx(0.2 * 0.35 * 20),
    }


def test_a_cleared_forest_loses_soil_and_litter_and_its_wood_is_not_counted() -> None:
    found = fluxes([("311", "211", 6.0)], zone="2_2")
    assert {one.reservoir: one.carbon_tc_yr for one in found} == {"soil": pytest.approx(-20.0), "litter": -9.0}


def test_within_one_category_nothing_changes() -> None:
    assert fluxes([("211", "212", 6.0), ("112", "133", 6.0), ("311", "324", 6.0), ("131", "131", 6.0)]) == []


def test_bare_land_has_no_category() -> None:
    assert fluxes([("331", "211", 6.0)]) == []
    assert aldo.has_no_category("331", "211")
    assert not aldo.has_no_category("311", "211")


def test_land_take_counts_bare_land_and_parks() -> None:
    areas = aldo.yearly_areas([("331", "121", 6.0), ("211", "141", 12.0), ("112", "121", 6.0), ("133", "211", 6.0)])
    assert aldo.land_take(areas) == 3.0


def test_a_soil_without_factor_is_told_apart_from_a_soil_that_holds_as_much() -> None:
    assert aldo.has_no_soil_factor("artificial_sealed", "cropland", FACTORS, "2_2")
    assert not aldo.has_no_soil_factor("grassland_shrub", "artificial_grassed", FACTORS, "2_2")
    assert not aldo.has_no_soil_factor("artificial_sealed", "artificial_wooded", FACTORS, "2_2")
    assert not aldo.has_no_soil_factor("cropland", "wetland", FACTORS, "2_2")


def test_no_row_gives_no_flux() -> None:
    assert carbon(fluxes([])) == 0
    assert carbon(fluxes([("211", "133", 0.0)])) == 0


@given(changes_over_six_years)
def test_a_row_split_in_two_changes_nothing(rows) -> None:
    halves = [(origin, destination, area / 2) for origin, destination, area in rows for _half in range(2)]
    assert carbon(fluxes(halves)) == pytest.approx(carbon(fluxes(rows)), rel=1e-9, abs=1e-9)


@given(changes_over_six_years, st.sampled_from([0.25, 0.5, 2.0, 4.0]))
def test_fluxes_are_linear_in_area(rows, times: float) -> None:
    scaled = [(origin, destination, area * times) for origin, destination, area in rows]
    assert carbon(fluxes(scaled)) == pytest.approx(times * carbon(fluxes(rows)), rel=1e-9, abs=1e-9)


@given(changes_over_six_years, st.floats(0, 2))
def test_land_take_is_proportional_to_its_factor_and_nothing_else_moves(rows, factor: float) -> None:
    def by_take(found) -> tuple[float, float]:
        take = [o for o in found if o.destination in aldo.ARTIFICIAL and o.origin not in aldo.ARTIFICIAL]
        return carbon(take), carbon(found) - carbon(take)

    take, rest = by_take(fluxes(rows))
    scaled_take, scaled_rest = by_take(fluxes(rows, land_take_factor=factor))
    assert scaled_take == pytest.approx(factor * take, rel=1e-9, abs=1e-6)
    assert scaled_rest == pytest.approx(rest, rel=1e-9, abs=1e-6)


@given(changes_over_six_years)
def test_without_land_take_there_is_none(rows) -> None:
    assert aldo.land_take(aldo.yearly_areas(rows, land_take_factor=0.0)) == 0
    assert not [one for one in fluxes(rows, land_take_factor=0.0) if aldo.cause(one.destination) == "land-take"]


@given(areas_ha, areas_ha, st.floats(0, 1))
def test_the_split_keeps_the_area_of_cropland(built_ha: float, wooded_ha: float, sealed_share: float) -> None:
    found = aldo.new_artificial("cropland", built_ha=built_ha, wooded_ha=wooded_ha, sealed_share=sealed_share)
    assert fsum(found.values()) == pytest.approx(built_ha + wooded_ha, rel=1e-9, abs=1e-9)
    assert min(found.values()) >= 0


@given(changes_over_six_years)
def test_every_flux_has_a_known_cause(rows) -> None:
    assert {aldo.cause(one.destination) for one in fluxes(rows)} <= set(aldo.CAUSES)


def test_schema_of_changes_knows_the_same_codes() -> None:
    path = Path(aldo.__file__).parent / "schemas" / "land-cover-changes.json"
    fields = {one["name"]: one for one in json.loads(path.read_text(encoding="utf-8"))["fields"]}
    assert (
        set(fields["clc_from"]["constraints"]["enum"])
        == aldo.NOMENCLATURE
        == set(fields["clc_to"]["constraints"]["enum"])
    )
