import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.models.climate import decomposition

from .inventory_scenes import PUBLISHED

LMDI = json.loads((PUBLISHED / "lmdi.json").read_text(encoding="utf-8"))
AMOUNT = st.floats(1e-6, 1e6)
FACTORS = st.integers(1, 5).flatmap(
    lambda size: st.tuples(*(st.lists(AMOUNT | st.just(0.0), min_size=size, max_size=size) for _ in range(2)))
)


def named(values: list[float]) -> dict[str, float]:
    return {str(rank): float(value) for rank, value in enumerate(values)}


@pytest.mark.parametrize("period", range(3))
def test_published_effects_of_two_parts_and_three_factors(period: int) -> None:
    before, after = LMDI["factors"][period : period + 2]
    found = [
        list(decomposition.effects(named(one), named(other)).values()) for one, other in zip(before, after, strict=True)
    ]
    for part, expected in zip(found, LMDI["effects"][period], strict=True):
        assert part == pytest.approx(expected, rel=1e-8, abs=1e-8)
    sums = [math.fsum(parts) for parts in zip(*found, strict=True)]
    assert sums == pytest.approx(LMDI["sums"][period], rel=1e-8)
    assert math.fsum(sums) == pytest.approx(LMDI["totals"][period + 1] - LMDI["totals"][period], rel=1e-9)


@pytest.mark.parametrize("case", LMDI["zeros"], ids=["appears", "vanishes"])
def test_published_limits_for_zeros(case: dict[str, list[float]]) -> None:
    found = decomposition.effects(named(case["before"]), named(case["after"]))
    assert list(found.values()) == case["effects"]


@given(FACTORS)
def test_nothing_is_left_over(pair: tuple[list[float], list[float]]) -> None:
    before, after = pair
    found = decomposition.effects(named(before), named(after))
    start, end = math.prod(before), math.prod(after)
    assert math.fsum(found.values()) == pytest.approx(end - start, rel=1e-9, abs=1e-9 * max(start, end))


@given(FACTORS)
def test_back_in_time_is_the_opposite(pair: tuple[list[float], list[float]]) -> None:
    before, after = pair
    forth, back = (decomposition.effects(named(one), named(other)) for one, other in (pair, (after, before)))
    scale = max(math.prod(before), math.prod(after))
    for name, value in forth.items():
        assert back[name] == pytest.approx(-value, rel=1e-9, abs=1e-9 * scale)


@given(st.lists(AMOUNT, min_size=1, max_size=5))
def test_no_change_has_no_effect_exactly(values: list[float]) -> None:
    assert set(decomposition.effects(named(values), named(values)).values()) == {0.0}


@given(AMOUNT, AMOUNT)
def test_the_logarithmic_mean_lies_between_the_geometric_and_the_arithmetic(a: float, b: float) -> None:
    mean = decomposition.log_mean(a, b)
    assert mean == pytest.approx(decomposition.log_mean(b, a), rel=1e-12)
    assert math.sqrt(a * b) * (1 - 1e-12) <= mean <= (a + b) / 2 * (1 + 1e-12)


@pytest.mark.parametrize("apart", [1e-3, 1e-9, 1e-13])
def test_close_amounts_keep_their_digits(apart: float) -> None:
    assert decomposition.log_mean(1.0, 1.0 + apart) == pytest.approx(1 + apart / 2, abs=apart**2)


def test_factors_that_appear_together_share_the_change_evenly() -> None:
    found = decomposition.effects({"a": 0.0, "b": 0.0, "c": 2.0}, {"a": 3.0, "b": 1.0, "c": 2.0})
    assert found == {"a": 3.0, "b": 3.0, "c": 0.0}


def test_the_limit_is_that_of_small_amounts() -> None:
    small = {"a": 1e-200, "b": 2.0}
    assert decomposition.effects(small, {"a": 3.0, "b": 5.0})["a"] == pytest.approx(15, rel=0.01)
    assert decomposition.effects({"a": 0.0, "b": 2.0}, {"a": 0.0, "b": 5.0}) == {"a": 0.0, "b": 0.0}


def test_the_smallest_amount_beside_a_great_one_is_finite() -> None:
    found = decomposition.effects({"a": 1.0, "b": 5e-324}, {"a": 2.0, "b": 1e300})
    assert math.fsum(found.values()) == pytest.approx(2e300)
