from dataclasses import FrozenInstanceError, replace

import pytest

from agglo.contract.errors import InvalidInput, NotFound
from agglo.territory.communes import Commune, Ring, Territory, fold
from agglo.territory.geodesy import ring_area_m2
from agglo.territory.perimeters import load

SQUARE = ((2.0, 48.0), (2.1, 48.0), (2.1, 48.1), (2.0, 48.1), (2.0, 48.0))
HOLE = ((2.04, 48.04), (2.06, 48.04), (2.06, 48.06), (2.04, 48.06), (2.04, 48.04))
ISLAND = ((2.2, 48.0), (2.21, 48.0), (2.21, 48.01), (2.2, 48.01), (2.2, 48.0))


def commune(insee: str = "91477", name: str = "Palaiseau", **changes: object) -> Commune:
    made = Commune(insee, name, None, 10, None, 2.05, 48.05, (Ring(SQUARE),), "91", "11")
    return replace(made, **changes)  # type: ignore[arg-type]


def territory(*communes: Commune, year: int | None = 2025) -> Territory:
    return Territory("200056232", "Essai", communes, "made up", "none", year)


@pytest.mark.parametrize(
    ("written", "official"),
    [
        ("saint aubin", "Saint-Aubin"),
        ("St-Aubin", "Saint-Aubin"),
        ("ST. AUBIN", "Saint-Aubin"),
        ("Ste Geneviève des Bois", "Sainte-Geneviève-des-Bois"),
        ("EPINAY SUR ORGE", "Épinay-sur-Orge"),
        ("Épinay s/Orge", "Épinay-sur-Orge"),
        ("L’Haÿ les Roses", "L'Haÿ-les-Roses"),
        ("Oeuilly", "Œuilly"),
        ("  Gif  sur  Yvette ", "Gif-sur-Yvette"),
    ],
)
def test_names_written_by_people_fold_to_the_official_one(written: str, official: str) -> None:
    assert fold(written) == fold(official)


def test_different_names_fold_differently() -> None:
    names = [one.name for one in load().communes]
    assert len({fold(name) for name in names}) == len(names)


@pytest.mark.parametrize("asked", ["91692", "Les Ulis", "les ulis", "ULIS"])
def test_commune_by_code_name_or_name_without_article(asked: str) -> None:
    assert load().commune(asked).insee == "91692"


def test_every_commune_is_found_by_its_code_and_its_name() -> None:
    saclay = load()
    for one in saclay.communes:
        assert saclay.commune(one.insee) is one
        assert saclay.commune(one.name.upper()) is one


@pytest.mark.parametrize(
    ("asked", "near"), [("gif sur ivette", "Gif-sur-Yvette"), ("91478", "91477"), ("PALAISAU", "Palaiseau")]
)
def test_an_unknown_commune_names_the_nearest(asked: str, near: str) -> None:
    with pytest.raises(NotFound, match=f'Did you mean "{near}'):
        load().commune(asked)


def test_a_commune_unlike_any_lists_known_ones() -> None:
    with pytest.raises(NotFound, match=r"Known: Ballainvilliers"):
        load().commune("Zzz")


def test_homonyms_are_refused_with_their_codes() -> None:
    two = territory(commune("91538", "Saint-Aubin"), commune("10331", "Saint-Aubin"))
    with pytest.raises(InvalidInput, match=r"91538.*10331"):
        two.commune("St Aubin")


def test_a_commune_twice_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r'position 3.*"91477".*each commune once') as caught:
        territory(commune(), commune("91272", "Gif-sur-Yvette"), commune())
    assert len(caught.value.faults) == 1


def test_a_malformed_code_and_no_commune_are_refused() -> None:
    with pytest.raises(InvalidInput, match='Did you mean "01004"'):
        territory(commune("1004"))
    with pytest.raises(InvalidInput, match="one commune or more"):
        territory()


def test_holes_are_taken_out_and_parts_added() -> None:
    whole = commune(rings=(Ring(SQUARE), Ring(HOLE, hole=True), Ring(ISLAND, part=1)))
    expected = (ring_area_m2(SQUARE) - ring_area_m2(HOLE) + ring_area_m2(ISLAND)) / 1e4
    assert whole.area_ha == pytest.approx(expected, rel=1e-12)
    assert whole.bounds == (2.0, 48.0, 2.21, 48.1)


def test_population_of_a_territory() -> None:
    other = commune("91272", population_municipale=32)
    assert territory(commune(), other).population_municipale == 42
    assert territory(commune(), replace(other, population_municipale=None)).population_municipale is None


def test_the_year_is_said_or_said_to_be_unknown() -> None:
    assert territory(commune()).vintage == "populations in force in 2025"
    assert "does not state" in territory(commune(), year=None).vintage


def test_validate_codes_gathers_every_fault() -> None:
    faults = load().validate_codes(["91477", "75056", "91477", "9147", "2A004"], what="insee")
    assert [(fault.where, fault.got) for fault in faults] == [
        ("insee, position 3", '"91477"'),
        ("insee, position 4", '"9147"'),
        ("insee, position 2", '"75056"'),
        ("insee, position 5", '"2A004"'),
    ]
    assert "Paris-Saclay" in faults[2].expected


def test_validate_codes_accepts_the_territory_itself() -> None:
    assert load().validate_codes(load().codes) == []
    assert load().validate_codes([]) == []


def test_communes_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        commune().name = "other"  # type: ignore[misc]
