"""Values no water made: outliers, flat lines, constant and all-zero series, negative pressures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .scenes import HOUR, instants, kinds, of, rhythm, series

TIMES = instants(30)


def changed(first: int, last: int, value: float, kind: str = "flow", base: np.ndarray | None = None) -> tuple:
    values = (rhythm(TIMES) if base is None else base).copy()
    values[first:last] = value
    return series(a=(kind, TIMES, values)), values


@settings(max_examples=15, deadline=None)
@given(st.integers(50, 2500), st.integers(1, 3), st.sampled_from([-9999.0, 400.0, 65_535.0]))
def test_a_short_spike_is_an_outlier(first: int, count: int, value: float) -> None:
    found, values = changed(first, first + count, value)
    (flag,) = of(found, "outlier")
    assert (kinds(found), flag.count) == (["outlier"], count)
    missing = np.isnan(found.values["a"])
    assert np.flatnonzero(missing).tolist() == list(range(first, first + count))
    np.testing.assert_array_equal(found.values["a"][~missing], values[~missing])


def test_a_burst_of_hours_stays() -> None:
    found, _values = changed(1000, 1030, 260.0, base=rhythm(TIMES))
    assert not of(found, "outlier")
    burst = rhythm(TIMES)
    burst[1000:1100] += 120
    assert series(a=("flow", TIMES, burst)).flags == ()


def test_a_value_that_no_sensor_has_is_an_outlier_however_long() -> None:
    found, _values = changed(1000, 1200, -9999.0)
    (flag,) = of(found, "outlier")
    assert flag.count == 200
    assert flag.detail.startswith("Far from all other values: -9999, usually between ")


def test_a_flat_line_is_told_and_a_closed_valve_is_not() -> None:
    found, _values = changed(1000, 1050, 41.3)
    (flag,) = of(found, "flat")
    assert (kinds(found), flag.count) == (["flat"], 50)
    assert flag.detail == "The value stays at 41.3 for 12 hours (50 readings)."
    assert np.isnan(found.values["a"][1000:1050]).all()
    found, values = changed(1000, 1050, 0.0)
    assert found.flags == ()
    np.testing.assert_array_equal(found.values["a"], values)


def test_coarse_pressures_are_no_flat_lines() -> None:
    pressure = np.round(50 - rhythm(TIMES) / 25, 0)
    assert series(a=("pressure", TIMES, pressure)).flags == ()


@pytest.mark.parametrize(("value", "said"), [(0.0, "Always 0: a stopped sensor"), (12.5, "Always 12.5: this sensor")])
def test_a_series_that_never_moves_is_not_trusted(value: float, said: str) -> None:
    found = series(a=("flow", TIMES, np.full(len(TIMES), value)))
    (flag,) = found.flags
    assert (flag.kind, flag.count) == ("flat", len(TIMES))
    assert flag.detail.startswith(said)
    assert np.isnan(found.values["a"]).all()


def test_negative_pressures_and_levels_are_told_and_negative_flows_are_not() -> None:
    pressure = 40 + rhythm(TIMES) / 25
    found, _values = changed(500, 504, -2.25, "pressure", pressure)
    (flag,) = found.flags
    assert (flag.kind, flag.count, flag.detail) == ("negative", 4, "Negative pressure, down to -2.25 m.")
    assert np.isnan(found.values["a"][500:504]).all()
    found = series(a=("flow", TIMES, -rhythm(TIMES)), b=("level", TIMES, rhythm(TIMES) / 25 - 1.5))
    assert {one.sensor for one in found.flags} == {"b"}


def test_few_readings_say_nothing() -> None:
    times = instants(1)[:5]
    assert series(a=("flow", times, np.array([1.0, 1.0, 1.0, 1.0, 900.0]))).flags == ()


def test_a_pump_that_runs_and_stops_is_sound() -> None:
    times = instants(20, HOUR // 12)
    running = (times // (5 * HOUR)) % 2 == 0
    flow = np.where(running, 44.0 + np.random.default_rng(0).integers(0, 7, len(times)) / 100, 0.0)
    assert series(PUMP=("flow", times, flow)).flags == ()
