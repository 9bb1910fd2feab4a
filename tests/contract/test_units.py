import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.contract.errors import InvalidInput
from agglo.contract.units import _ROWS, CO2_PER_CARBON, UNITS, carbon_to_co2, convert, same_kind, unit

SYMBOLS = sorted(UNITS)


def test_no_symbol_is_lost_by_being_given_twice() -> None:
    assert len(UNITS) == len(_ROWS)


def test_units_of_one_kind_share_their_dimension_and_have_one_reference() -> None:
    for kind in {one.kind for one in UNITS.values()}:
        units = [one for one in UNITS.values() if one.kind == kind]
        assert len({one.dimension for one in units}) == 1, kind
        assert all(one.factor > 0 for one in units), kind


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_ucum_code_is_ascii_without_spaces_and_only_money_has_none(symbol: str) -> None:
    one = unit(symbol)
    if one.ucum is None:
        assert one.dimension.startswith("EUR")
    else:
        assert re.fullmatch(r"[!-~]+", one.ucum)


def test_ucum_codes_are_unique() -> None:
    codes = [one.ucum for one in UNITS.values() if one.ucum]
    assert len(codes) == len(set(codes))


@given(st.sampled_from([(a, b) for a in SYMBOLS for b in same_kind(a)]), st.floats(-1e12, 1e12))
def test_there_and_back_is_the_same_value(pair: tuple[str, str], value: float) -> None:
    source, target = pair
    assert math.isclose(convert(convert(value, source, target), target, source), value, rel_tol=1e-12, abs_tol=1e-300)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1, "kWh", "J", 3.6e6),
        (1, "ha", "m2", 1e4),
        (1, "yr", "d", 365.25),
        (36, "km/h", "m/s", 10),
        (1, "L/s", "m3/h", 3.6),
        (24, "m3/d", "m3/h", 1),
        (2500, "gCO2e", "kgCO2e", 2.5),
        (10.2, "mH2O", "bar", 1.00027830),
        (80, "%", "1", 0.8),
        (1, "kEUR", "EUR", 1000),
        (1, "EUR/d", "EUR/yr", 365.25),
        (1.2, "dam3", "m3", 1200),
        (24_000, "L/d", "m3/h", 1),
    ],
)
def test_known_conversions(value: float, source: str, target: str, expected: float) -> None:
    assert convert(value, source, target) == pytest.approx(expected, rel=1e-8)


def test_the_same_unit_gives_the_very_same_value() -> None:
    assert convert(0.1 + 0.2, "%", "%") == 0.1 + 0.2


@pytest.mark.parametrize(
    ("source", "target"),
    [("tC", "tCO2"), ("tCO2", "tCO2e"), ("kWh", "kW"), ("m3/yr", "m3/h"), ("1", "count"), ("t", "tC")],
)
def test_two_kinds_never_convert_and_the_error_names_both(source: str, target: str) -> None:
    with pytest.raises(InvalidInput, match="measure different things") as error:
        convert(1, source, target)
    (fault,) = error.value.faults
    assert unit(source).kind in fault.got
    assert unit(target).kind in fault.expected
    assert target in fault.repair


def test_an_unknown_unit_names_the_nearest() -> None:
    with pytest.raises(InvalidInput, match='Did you mean "tCO2e"'):
        unit("tCO2eq")
    with pytest.raises(InvalidInput, match="Unknown unit"):
        convert(1, "furlong", "m")


def test_carbon_to_co2_is_chemistry() -> None:
    assert carbon_to_co2(12) == 44
    assert carbon_to_co2(1) == CO2_PER_CARBON
    assert carbon_to_co2(-3) == -11
