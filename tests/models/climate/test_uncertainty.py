"""Error propagation: the algebra of IPCC 2006 (volume 1, chapter 3, equations 3.1 and 3.2), and draws beside it."""

from math import fsum, hypot, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.models.climate import uncertainty

AMOUNTS = st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 2)), min_size=1, max_size=12)


def test_product_and_sum_by_hand() -> None:
    assert uncertainty.of_product(0.05, 0.1) == pytest.approx(sqrt(0.05**2 + 0.1**2))
    assert uncertainty.of_sum([100, 200, 300], [0.1, 0.2, 0.05]) == pytest.approx(hypot(10, 40, 15))


def test_equal_and_independent_figures_shrink_with_the_root_of_their_number() -> None:
    share = uncertainty.of_sum([10.0] * 25, [0.2] * 25) / 250
    assert share == pytest.approx(0.2 / 5)
    assert uncertainty.of_sum([10.0] * 25, [0.2] * 25, ["one"] * 25) / 250 == pytest.approx(0.2)


def test_half_intervals_agree_with_draws() -> None:
    values, halves = np.array([500.0, 300.0, 200.0]), np.array([0.05, 0.2, 0.3])
    draws = np.random.default_rng(1).normal(values, values * halves / 1.959964, (400_000, 3)).sum(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    assert (high - low) / 2 == pytest.approx(uncertainty.of_sum(values.tolist(), halves.tolist()), rel=0.01)
    factors = np.random.default_rng(2).normal(1, [0.03 / 1.959964, 0.04 / 1.959964], (400_000, 2)).prod(axis=1)
    low, high = np.quantile(factors, [0.025, 0.975])
    assert (high - low) / 2 == pytest.approx(uncertainty.of_product(0.03, 0.04), rel=0.01)


@given(AMOUNTS)
def test_the_interval_of_a_sum_lies_between_independent_and_common_errors(parts: list[tuple[float, float]]) -> None:
    values, halves = zip(*parts, strict=True)
    apart = uncertainty.of_sum(values, halves)
    together = uncertainty.of_sum(values, halves, ["one"] * len(values))
    assert together == pytest.approx(fsum(value * half for value, half in parts))
    assert max(value * half for value, half in parts) <= apart * (1 + 1e-12)
    assert apart <= together * (1 + 1e-12)


def test_what_is_subtracted_from_its_own_source_loses_its_error() -> None:
    assert uncertainty.of_sum([100.0, -100.0], [0.2, 0.2], ["one", "one"]) == 0
    assert uncertainty.of_sum([100.0, -100.0], [0.2, 0.2]) == pytest.approx(20 * sqrt(2))


def test_nothing_has_no_interval() -> None:
    assert uncertainty.of_sum([], []) == 0
    assert uncertainty.of_product() == 0
    assert uncertainty.interval(0.0, 0.0) == (0.0, 0.0)


@given(st.floats(0, 1e9), st.floats(0, 1e10))
def test_bounds_are_never_below_zero(value: float, half: float) -> None:
    low, high = uncertainty.interval(value, half)
    assert 0 <= low <= value <= high
