"""From readings to a grid: steps, placing, gaps, duplicates, what is refused."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agglo.contract.errors import InvalidInput
from agglo.models.water.readings.series import Grid, read

from .scenes import HOUR, instants, kinds, of, rhythm, series, table


def test_a_sound_sensor_has_no_flag_and_keeps_every_value() -> None:
    times = instants(30)
    found = series(a=("flow", times, rhythm(times)))
    assert found.flags == ()
    assert (found.grid.step_s, found.grid.length) == (900, len(times))
    np.testing.assert_array_equal(found.values["a"], rhythm(times))
    assert found.kinds == {"a": "flow"}


def test_the_order_of_rows_does_not_matter() -> None:
    times = instants(20)
    given = table(a=("flow", times, rhythm(times)), b=("pressure", times, 40 + rhythm(times, 1) / 50))
    mixed = given.take(np.random.default_rng(0).permutation(given.num_rows))
    one, other = read(given), read(mixed)
    assert one.flags == other.flags
    for name, values in one.values.items():
        np.testing.assert_array_equal(values, other.values[name])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 600), st.integers(1, 40))
def test_missing_readings_are_counted_and_nothing_is_filled(first: int, count: int) -> None:
    times = instants(7)
    left = np.r_[times[:first], times[first + count :]]
    whole = series(a=("flow", left, rhythm(times)[np.isin(times, left)]), b=("flow", times, rhythm(times)))
    (gap,) = of(whole, "gap")
    inside = min(count, len(times) - first)
    assert (gap.sensor, gap.count) == ("a", inside)
    assert gap.start.astype(np.int64) == times[first]
    assert gap.end.astype(np.int64) == times[first + inside - 1]
    assert np.isnan(whole.values["a"]).sum() == inside


def test_a_sensor_that_is_missing_for_weeks_says_so() -> None:
    times = instants(60)
    there = (times < times[0] + 10 * 86_400) | (times >= times[0] + 35 * 86_400)
    (gap,) = of(series(a=("flow", times[there], rhythm(times)[there])), "gap")
    assert gap.detail == "No reading for 25 days: the sensor, or what sends its readings, has stopped."


def test_many_short_gaps_are_told_together() -> None:
    times = instants(30)
    there = np.arange(len(times)) % 50 != 7
    (gap,) = of(series(a=("flow", times[there], rhythm(times)[there]), b=("flow", times, rhythm(times))), "gap")
    assert gap.count == (~there).sum()
    assert "places" in gap.detail


def test_a_sensor_without_any_reading_is_told() -> None:
    times = instants(2)
    sensors = pa.table({"sensor": ["a", "lost"], "kind": ["flow", "pressure"]})
    (gap,) = of(read(table(a=("flow", times, rhythm(times))), sensors=sensors), "gap")
    assert (gap.sensor, gap.count) == ("lost", len(times))


def test_duplicates_alike_are_kept_once_and_those_that_contradict_each_other_not_at_all() -> None:
    times = instants(7)
    values = rhythm(times)
    twice, other = np.r_[times, times[100:104]], np.r_[values, values[100:104]]
    found = series(a=("flow", twice, other))
    (flag,) = of(found, "duplicate")
    assert (flag.count, kinds(found)) == (8, ["duplicate"])
    np.testing.assert_array_equal(found.values["a"], values)
    other[-2:] += 5
    found = series(a=("flow", twice, other))
    assert [one.count for one in of(found, "duplicate")] == [4, 4]
    assert np.flatnonzero(np.isnan(found.values["a"])).tolist() == [102, 103]


def test_times_a_little_off_go_to_the_nearest_step() -> None:
    times = instants(7)
    off = times + np.random.default_rng(1).integers(-20, 21, len(times))
    found = series(a=("flow", off, rhythm(times)), b=("flow", times, rhythm(times)))
    np.testing.assert_array_equal(found.values["a"], rhythm(times))


def test_denser_readings_become_means_and_sparser_ones_stay_where_they_are() -> None:
    times, dense, sparse = instants(7), instants(7, 300), instants(7, HOUR)
    found = series(
        **{name: ("flow", times, rhythm(times)) for name in "ab"},
        dense=("flow", dense, np.arange(len(dense)) % 7 + 10.0),
        sparse=("flow", sparse, rhythm(sparse)),
    )
    assert found.grid.step_s == 900
    expected = (np.arange(len(dense)) % 7 + 10.0).reshape(-1, 3).mean(axis=1)
    np.testing.assert_allclose(found.values["dense"], expected)
    assert np.isfinite(found.values["sparse"]).sum() == len(sparse)
    assert not of(found, "gap")


def test_a_step_may_be_asked_for() -> None:
    times = instants(7)
    found = read(table(a=("flow", times, rhythm(times))), step_s=HOUR)
    np.testing.assert_allclose(found.values["a"], rhythm(times).reshape(-1, 4).mean(axis=1))


def test_the_grid_shows_local_time_through_both_changes_of_clock() -> None:
    grid = Grid(np.datetime64("2024-03-31T00:00:00"), HOUR, 3)
    assert grid.local("Europe/Paris").astype(str).tolist()[1:] == ["2024-03-31T03:00:00", "2024-03-31T04:00:00"]
    grid = Grid(np.datetime64("2024-10-27T00:00:00"), HOUR, 3)
    assert [str(one)[11:13] for one in grid.local("Europe/Paris")] == ["02", "02", "03"]


def test_one_reading_is_enough() -> None:
    found = series(a=("level", instants(1)[:1], np.array([2.5])))
    assert found.values["a"].tolist() == [2.5]


def test_what_cannot_be_used_is_refused_all_at_once() -> None:
    times = instants(1)
    both = table(a=("flow", times, rhythm(times)), b=("flow", times, rhythm(times)), c=("level", times, rhythm(times)))
    given = both.to_pylist()
    given[0]["pressure_m"] = 4.0
    given[120]["flow_m3_h"], given[120]["index_m3"] = None, 7.0
    sensors = pa.table({"sensor": ["c"], "kind": ["pressure"]})
    with pytest.raises(InvalidInput, match="one of these quantities") as error:
        read(pa.Table.from_pylist(given, both.schema), sensors=sensors)
    said = [str(fault) for fault in error.value.faults]
    assert len(said) == 3
    assert said[0].startswith("readings, a at 2024-01-01T00:00:00+00:00: found flow_m3_h, pressure_m")
    assert said[1] == "readings, sensor b: found flow, index, expected one quantity a sensor"
    assert said[2].startswith("readings, sensor c: found level, expected pressure, as the table of sensors says")


def test_no_reading_a_wrong_step_or_a_wrong_date_is_refused() -> None:
    times = instants(1)
    with pytest.raises(InvalidInput, match="no value, expected at least one reading"):
        series(a=("flow", times, np.full(len(times), np.nan)))
    with pytest.raises(InvalidInput, match="step_s: found 100000"):
        read(table(a=("flow", times, rhythm(times))), step_s=100_000)
    far = np.r_[-(10**9), times]
    with pytest.raises(InvalidInput, match=r"sensor a: found readings from 1938-.* A date is probably wrong"):
        series(a=("flow", far, np.r_[1.0, rhythm(times)]))
