"""Numbers as people read them, in both languages."""

import pytest

from agglo.contract import numerals


@pytest.fixture
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0.0, 1, "0.0"),
        (-0.0, 1, "0.0"),
        (0, 0, "0"),
        (-1043.04, 1, "−1,043.0"),
        (1483388.1, 0, "1,483,388"),
        (0.04, 1, "≈\xa00"),
        (-0.04, 1, "≈\xa00"),
        (-0.06, 1, "−0.1"),
        (0.5, 0, "≈\xa00"),
    ],
)
def test_number(value: float, decimals: int, expected: str) -> None:
    assert numerals.number(value, decimals) == expected


def test_a_sign_is_shown_where_it_is_asked_for() -> None:
    assert [numerals.number(value, 1, signed=True) for value in (2.0, -2.0, 0.0)] == ["+2.0", "−2.0", "0.0"]


@pytest.mark.usefixtures("french")
def test_number_in_french() -> None:
    assert numerals.number(-1234567.891, 2) == "−1\u202f234\u202f567,89"
    assert numerals.quantity(12.5, "%", 1) == "12,5\xa0%"
    assert numerals.quantity(1.5, "ha/yr", 1) == "1,5\xa0ha/an"
    assert numerals.quantities("7864.5 tC") == "7\u202f864,5\xa0tC"
    assert numerals.plain(0.0000113) == "0,000\u202f011"
    assert numerals.instant("2026-11-23T12:27:51Z") == "23/11/2026 à 12\xa0h\xa027 UTC"
    assert numerals.scaled(0.5, "GB") == "500\xa0Mo"


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (None, 3, "-"),
        (0.0, 3, "0"),
        (2.1310848, 4, "2.131"),
        (109.282, 4, "109.3"),
        (303827.8464, 4, "303,828"),
        (0.00000513, 3, "0.00000513"),
        (12.0, 4, "12"),
        (9.9996, 4, "10"),
        (-0.5, 2, "−0.5"),
        (100.0, 2, "100"),
        (float("inf"), 2, "inf"),
    ],
)
def test_significant(value: float | None, digits: int, expected: str) -> None:
    assert numerals.significant(value, digits) == expected


def test_what_is_not_known_is_said() -> None:
    assert numerals.figure(None) == "no data"
    assert numerals.quantity(None, "ha") == "no data"
    assert numerals.scaled(None, "kWh") == "no data"


@pytest.mark.parametrize(
    ("symbol", "label"),
    [("tCO2/yr", "tCO₂/yr"), ("m2", "m²"), ("m3/h", "m³/h"), ("Cel", "°C"), ("mH2O", "mH₂O"), ("1", ""), ("count", "")],
)
def test_unit_label(symbol: str, label: str) -> None:
    assert numerals.unit_label(symbol) == label


@pytest.mark.usefixtures("french")
@pytest.mark.parametrize(
    ("symbol", "label"),
    [("tCO2/yr", "tCO₂/an"), ("m3/d", "m³/j"), ("GB", "Go"), ("yr", "an"), ("inhabitant", "hab."), ("EUR/yr", "€/an")],
)
def test_unit_label_in_french(symbol: str, label: str) -> None:
    assert numerals.unit_label(symbol) == label


def test_quantities_leaves_codes_years_and_versions_alone() -> None:
    text = "In 91272 (2012-2018), zone 1_2, doi:10.1002 and v3.0 of 2018: nothing."
    assert numerals.quantities(text) == text


def test_quantities_never_changes_digits() -> None:
    assert numerals.quantities("0 ha, 0.00 ha and -0.004 tC") == "0\xa0ha, 0.00\xa0ha and −0.004\xa0tC"


def test_decimals_for_ignores_what_is_not_known() -> None:
    assert numerals.decimals_for([None, 0.0]) == 0
    assert numerals.decimals_for([None, 0.0123]) == 4


@pytest.mark.parametrize(
    ("day", "english", "french"),
    [("2020-07-01", "1 July 2020", "1er juillet 2020"), ("2026-11-24", "24 November 2026", "24 novembre 2026"),
     ("2026-08", "August 2026", "août 2026"), ("2027", "2027", "2027")],
)  # fmt: skip
def test_days_and_months_in_words(monkeypatch: pytest.MonkeyPatch, day: str, english: str, french: str) -> None:
    assert numerals.day_in_words(day) == english
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    assert numerals.day_in_words(day) == french
