"""Each caveat is said where it applies, and only there."""

import pytest

from agglo.models.land import stocks

from .conftest import change, commune, cover


def said(outcome, words: str) -> list[str]:
    return [note for note in outcome.notes if words in note]


def test_gardens_of_zone_1_2_are_named(ask, small) -> None:
    notes = said(ask(small), "In soil zone")
    assert len(notes) == 1
    assert "1_2 (Amont)" in notes[0]
    assert "(49 tC/ha)" in notes[0]
    assert "(47 tC/ha)" in notes[0]


def test_gardens_of_zone_2_2_need_no_warning(ask, small) -> None:
    small["communes"][0]["soil_zone"] = "2_2"
    assert not said(ask(small), "In soil zone")


@pytest.mark.parametrize(
    ("counted_as", "words"),
    [("cropland", "herbaceous grassland they would change the stock by +130 tC"), ("grassland_herbaceous", "-130 tC")],
)
def test_temporary_grassland_is_a_stated_assumption(counted_as: str, words: str, ask, small) -> None:
    small["land_cover"][0]["area_ha"] = 50.0
    small["land_cover"].append(cover("91001", "temporary_grassland", 10.0))
    notes = said(ask(small, temporary_grassland=counted_as), "Assumed: 10.00 ha of temporary grassland")
    assert len(notes) == 1
    assert words in notes[0]
    assert stocks.TITLES[counted_as]["en"] in notes[0]


def test_without_temporary_grassland_nothing_is_assumed(ask, small) -> None:
    assert not said(ask(small), "Assumed")


def test_classes_without_factor_are_said_with_their_hectares(ask, small) -> None:
    small["land_cover"][0]["area_ha"] = 50.0
    small["land_cover"] += [cover("91001", "water", 2.0), cover("91001", "poplar", 3.5), cover("91002", "other", 0.0)]
    notes = ask(small).notes
    assert "Water: 2.00 ha have no factor and are left out of the stock." in notes
    assert (
        "Poplar plantations: 3.50 ha have no factor for wood; their soil and litter are counted, not their wood."
        in notes
    )
    assert not [note for note in notes if note.startswith("Other land")]


def test_the_group_of_forests_is_named(ask, small) -> None:
    assert said(ask(small), "forest group B4")
    small["communes"][0]["forest_group"] = None
    outcome = ask(small)
    assert not said(outcome, "forest group")
    assert said(outcome, "Broadleaf forest: 40.00 ha have no factor for wood")


def test_few_communes_are_warned_about(ask, small) -> None:
    assert said(ask(small), "Only 2 communes are counted")
    small["communes"] = [commune(f"910{number:02}") for number in range(1, 11)]
    small["land_cover"] = [cover(one["insee"], "cropland", 100.0) for one in small["communes"]]
    small["changes"] = []
    assert not said(ask(small), "communes are counted")


def test_communes_without_a_recorded_change_are_named(ask, small) -> None:
    small["changes"].pop()
    notes = said(ask(small, land_take_factor=0), "No land-use change is recorded in")
    assert len(notes) == 1
    assert notes[0].startswith("No land-use change is recorded in Aval:")


def test_land_that_leaves_artificial_land_is_told(ask, small) -> None:
    assert not said(ask(small), "leave artificial land")
    small["changes"].append(change("91001", "121", "211", 12.0))
    assert said(ask(small), "2.00 ha a year leave artificial land")


def test_changes_without_factor_are_told(ask, small) -> None:
    small["changes"] += [change("91001", "331", "211", 6.0), change("91001", "211", "221", 3.0)]
    outcome = ask(small)
    assert said(outcome, "1.00 ha a year change from or to land that has no factor")
    assert said(outcome, "0.50 ha a year change without a factor for the soil")


def test_a_land_cover_with_holes_is_told(ask, small) -> None:
    assert not said(ask(small), "without a class")
    small["land_cover"][2]["area_ha"] = 97.0
    assert said(ask(small), "The land cover leaves more than 2% of the commune without a class in Aval")


def test_communes_of_no_territory_are_named(ask, small) -> None:
    assert not said(ask(small), "No territory")
    small["communes"][1]["epci_siren"] = None
    assert said(ask(small), "No territory is named for Aval: they are in no total.")
