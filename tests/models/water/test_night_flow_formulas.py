"""Night flow to daily leakage: the worked case, the limits, what moves the interval; volumes; LeakDB's baseline."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.models.water.night.balance import balance
from agglo.models.water.night.baseline import baseline_flags, rates
from agglo.models.water.night.leakage import (
    Pressures,
    Range,
    daily_leakage,
    leakage_range,
    night_day_factor,
    night_use,
)

CERTAIN = Range(0.0, 0.0, 0.0)
ONE = Range(1.0, 1.0, 1.0)


def test_the_worked_case() -> None:
    """42 m3/h, 3,200 connections of 1.7 L/h, N1 = 1, 52 m at night and 45 m over the day: 36.56 m3/h, 759.3 m3/d."""
    use = night_use(3200, 1.7)
    factor = night_day_factor(Pressures([45.0], 52.0), 1.0)
    assert f"{42.0 - use:.2f}" == "36.56"
    assert f"{daily_leakage(42.0, use, factor):.1f}" == "759.3"


def test_without_pressures_a_day_has_24_night_hours() -> None:
    assert night_day_factor(None, 1.5) == 24.0
    assert night_day_factor(Pressures([45.0], 52.0), 0.0) == 24.0
    assert night_day_factor(Pressures([52.0] * 24, 52.0), 1.3) == 24.0


def test_the_factor_is_a_sum_over_hours() -> None:
    hours = [30.0] * 12 + [60.0] * 12
    assert night_day_factor(Pressures(hours, 60.0), 1.0) == pytest.approx(12 * 0.5 + 12)
    assert night_day_factor(Pressures(hours, 60.0), 0.5) == pytest.approx(12 * 0.5**0.5 + 12)
    by_mean = night_day_factor(Pressures([45.0], 60.0), 1.0)
    assert by_mean == pytest.approx(night_day_factor(Pressures(hours, 60.0), 1.0))


@given(st.floats(1, 100), st.floats(1, 100), st.floats(0, 2.5))
def test_more_pressure_by_day_than_by_night_makes_more_than_24_hours(day: float, night: float, exponent: float) -> None:
    factor = night_day_factor(Pressures([day], night), exponent)
    assert (factor >= 24.0) == (day >= night or exponent == 0) or factor == pytest.approx(24.0)


def test_leakage_below_zero_is_not_hidden() -> None:
    assert daily_leakage(3.0, 5.0, 24.0) == -48.0


def test_each_cause_moves_the_interval_alone() -> None:
    pressures = Pressures([45.0], 52.0)
    certain = leakage_range(42.0, [0.0], Range(5.44, 5.44, 5.44), pressures, ONE)
    assert certain.low == certain.central == certain.high
    noisy = leakage_range(42.0, [3.0, 4.0], Range(5.44, 5.44, 5.44), pressures, ONE)
    assert noisy.high - noisy.central == pytest.approx(5.0 * 24 * 45 / 52)
    use = leakage_range(42.0, [0.0], Range(4.0, 5.44, 8.0), pressures, ONE)
    assert (use.high - use.central, use.central - use.low) == pytest.approx((1.44 * 24 * 45 / 52, 2.56 * 24 * 45 / 52))
    exponent = leakage_range(42.0, [0.0], Range(5.44, 5.44, 5.44), pressures, Range(0.5, 1.0, 1.5))
    assert exponent.low == pytest.approx(36.56 * 24 * (45 / 52) ** 1.5)
    assert exponent.high == pytest.approx(36.56 * 24 * (45 / 52) ** 0.5)


@given(st.floats(-10, 100), st.floats(0, 20), st.floats(0, 20), st.floats(0, 20), st.floats(20, 80), st.floats(20, 80))
def test_the_interval_holds_the_estimate(
    flow: float, noise: float, low: float, high: float, day: float, night: float
) -> None:
    use = Range(20.0 - low, 20.0, 20.0 + high)
    found = leakage_range(flow, [noise], use, Pressures([day], night), Range(0.5, 1.0, 1.5))
    assert found.low <= found.central <= found.high


def test_volumes_count_known_hours_alone() -> None:
    flow = np.array([10.0, np.nan, 20.0, 30.0])
    found = balance(flow, 1800, Range(96.0, 120.0, 144.0))
    assert (found.hours, found.hours_known, found.known, found.inflow) == (2.0, 1.5, 0.75, 30.0)
    assert found.losses == Range(6.0, 7.5, 9.0)
    assert found.consumption == Range(21.0, 22.5, 24.0)
    assert found.efficiency is not None
    assert found.efficiency.central == pytest.approx(75.0)


def test_volumes_that_are_not_known() -> None:
    assert balance(np.array([10.0]), 3600, None).efficiency is None
    assert balance(np.array([np.nan]), 3600, CERTAIN).efficiency is None
    assert balance(np.array([0.0]), 3600, CERTAIN).efficiency is None
    assert balance(np.array([]), 3600, None).known == 0.0


def test_the_baseline_of_leakdb() -> None:
    """A leak of 15 % from the 13th day on: found at 10 %, not at 20 %, and never taken into the reference."""
    flows = [10.0, 10.2, *[10.1] * 10, *[11.5] * 30, 10.1]
    leaks = [False] * 12 + [True] * 30 + [False]
    assert baseline_flags(flows, 0.10) == leaks
    assert rates(baseline_flags(flows, 0.10), leaks) == (1.0, 1.0)
    assert rates(baseline_flags(flows, 0.20), leaks) == (0.0, 1.0)


def test_the_baseline_follows_a_slow_fall() -> None:
    flows = [10.0] * 10 + [9.0] * 10 + [10.0]
    assert baseline_flags(flows, 0.10)[-1]
    assert baseline_flags([5.0] * 4, 0.1) == [False] * 4
