import math
from typing import Any

import pytest

from agglo.contract.errors import InvalidInput
from agglo.contract.indicators import Indicator, check, vocabulary
from agglo.contract.units import UNITS


def indicator(**values: Any) -> Indicator:
    return Indicator(**({"name": "land.take", "value": 1.5, "unit": "ha/yr", "place": "91272", "year": 2018} | values))


def faults(*indicators: Indicator) -> str:
    with pytest.raises(InvalidInput, match="These indicators cannot be kept") as error:
        check(list(indicators))
    return "\n".join(map(str, error.value.faults))


def test_every_term_has_a_unit_of_the_table_titles_and_a_definition() -> None:
    for name, term in vocabulary().items():
        assert term.unit in UNITS, name
        assert term.better in ("higher", "lower", "none"), name
        assert all((term.id == name, term.title_fr, term.title_en, term.definition)), name


def test_a_title_is_in_the_language_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    assert vocabulary()["land.take"].title == "Land take"
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    assert vocabulary()["land.take"].title == "Artificialisation"


@pytest.mark.parametrize("value", [1.5, 0, 0.0, -3, None])
def test_zero_and_unknown_are_both_kept_and_are_not_the_same(value: float | None) -> None:
    check([indicator(value=value)])
    assert indicator(value=None) != indicator(value=0)


def test_the_same_indicator_may_be_given_for_other_places_years_and_sectors() -> None:
    check([indicator(), indicator(place="91477"), indicator(year=2024), indicator(sector="housing")])


def test_no_indicator_is_fine() -> None:
    check([])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "land.takes"}, 'Did you mean "land.take"?'),
        ({"unit": "m2/yr"}, "found m2/yr, expected ha/yr. Convert it"),
        ({"value": math.nan}, "found nan, expected a finite number"),
        ({"value": -math.inf}, "found -inf"),
        ({"place": ""}, "no place"),
        ({"quality": "guessed"}, "found guessed, expected measured, modelled, declared, assumed"),
        ({"since": 2019}, "since: found 2019, expected <= 2018"),
        ({"value": "1.5"}, "value: found '1.5', expected a number"),
        ({"value": True}, "value: found True"),
        ({"value": 10**400}, "value: found 1000"),
        ({"value": 2**60}, "value: found"),
        ({"year": "2018"}, "year: found '2018', expected a whole number"),
        ({"year": 2018.0}, "year: found 2018.0"),
        ({"name": ["land.take"]}, "name: found ['land.take'], expected a text"),
        ({"place": 91272}, "place: found 91272, expected a text"),
    ],
)
def test_what_others_could_not_compare_is_refused(values: dict[str, Any], said: str) -> None:
    assert said in faults(indicator(), indicator(**{"sector": "housing", **values}))
    assert "#2" in faults(indicator(), indicator(**{"sector": "housing", **values}))


def test_the_same_thing_said_twice_is_refused() -> None:
    assert "#2 land.take: found 91272 2018, expected given once" in faults(indicator(), indicator(value=3))


def test_every_fault_of_every_indicator_is_given_at_once() -> None:
    found = faults(indicator(unit="ha", place="", quality="guessed"), indicator(value=math.nan))
    assert found.count("#1") == 3
    assert found.count("#2") == 1


def test_an_indicator_goes_through_json() -> None:
    one = indicator(since=2012, sector="housing", quality="measured", source="IGN")
    assert Indicator(**one.to_dict()) == one
