"""Cumulative indexes: volumes are kept, roll-overs counted through, other breaks told and left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .scenes import HOUR, instants, kinds, of, rhythm, series

STEP = 900


def index(times: np.ndarray, start: float = 1000.0, seed: int = 0) -> np.ndarray:
    """What a meter counts [m3], to the litre, one reading more than there are steps."""
    return np.round(start + np.r_[0.0, np.cumsum(rhythm(times, seed)[:-1] * STEP / HOUR)], 3)


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 1e5), st.integers(2, 20))
def test_flows_add_up_to_what_was_counted(start: float, days: int) -> None:
    times = instants(days)
    counted = index(times, start)
    found = series(a=("index", times, counted))
    assert found.flags == ()
    assert found.kinds == {"a": "flow"}
    assert np.nansum(found.values["a"]) * STEP / HOUR == pytest.approx(counted[-1] - counted[0])
    np.testing.assert_allclose(found.values["a"][:-1], rhythm(times)[:-1], atol=0.01)


@settings(max_examples=24, deadline=None)
@given(st.integers(4, 9), st.floats(0.2, 0.8))
def test_a_roll_over_is_counted_through_whatever_the_digits(digits: int, share: float) -> None:
    times = instants(4)
    capacity, whole = 10**digits, index(times, 0.0)
    counted = np.round((capacity - share * whole[-1] + whole) % capacity, 3)
    found = series(a=("index", times, counted))
    (flag,) = of(found, "rollover")
    assert kinds(found) == ["rollover"]
    assert "counted through" in flag.detail
    np.testing.assert_allclose(found.values["a"][:-1], rhythm(times)[:-1], atol=0.02)


def test_a_new_meter_is_told_and_its_step_left_out() -> None:
    times = instants(10)
    for new, said in ((0.0, "a new meter"), (5000.0, "the meter was changed"), (90_000.0, "leaps")):
        counted = index(times, 30_000.0)
        counted[480:] += new - counted[480]
        found = series(a=("index", times, counted))
        (flag,) = of(found, "replacement")
        assert kinds(found) == ["replacement"], new
        assert said in flag.detail
        assert np.flatnonzero(np.isnan(found.values["a"])).tolist() == [479, len(times) - 1]


def test_readings_that_leave_the_course_and_come_back_are_left_out() -> None:
    times = instants(10)
    for change, kind in ((-400.0, "backwards"), (80_000.0, "outlier")):
        counted = index(times, 30_000.0)
        counted[300:303] += change
        found = series(a=("index", times, counted))
        (flag,) = of(found, kind)
        assert (kinds(found), flag.count) == ([kind], 3)
        missing = np.flatnonzero(np.isnan(found.values["a"]))
        assert missing.tolist() == [299, 300, 301, 302, len(times) - 1]


def test_an_index_that_goes_back_for_hours_is_one_flag() -> None:
    times = instants(10)
    counted = index(times, 30_000.0)
    counted[400:] -= np.minimum(np.arange(len(counted) - 400) + 1, 8) * 40.0
    found = series(a=("index", times, counted))
    (flag,) = of(found, "backwards")
    assert flag.count > 1
    assert "times in a row" in flag.detail
    assert np.nanmin(found.values["a"]) >= 0


def test_a_gap_of_an_index_is_not_spread() -> None:
    times = instants(10)
    there = np.ones(len(times), bool)
    there[200:260] = False
    found = series(a=("index", times[there], index(times)[there]), b=("flow", times, rhythm(times)))
    assert kinds(found) == ["gap"]
    assert np.isnan(found.values["a"][199:260]).all()
    assert np.isfinite(found.values["a"][:199]).all()


def test_an_index_in_whole_cubic_metres_of_a_small_flow_is_sound() -> None:
    times = instants(10)
    found = series(a=("index", times, np.floor(index(times) / 100)))
    assert found.flags == ()


def test_an_index_that_never_moves_is_told() -> None:
    times = instants(10)
    found = series(a=("index", times, np.full(len(times), 812.0)))
    (flag,) = of(found, "flat")
    assert flag.detail.startswith("Always 0")
    assert np.isnan(found.values["a"]).all()
