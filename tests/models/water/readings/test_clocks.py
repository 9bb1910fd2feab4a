"""Clocks an hour off, days of 23 and 25 hours, and what only looks like a jump."""

import numpy as np
import pytest

from agglo.models.water.readings.series import read

from .scenes import HOUR, Sensor, instants, kinds, of, rhythm, series, table

TIMES = instants(90, start="2024-04-10T22:00:00")
DAY = 96


def shifted(times: np.ndarray, first_day: int, last_day: int, hours: int, kind: str = "flow", seed: int = 0) -> Sensor:
    """A sensor whose clock was ``hours`` ahead for some days."""
    values = rhythm(times, seed) if kind == "flow" else 60 - rhythm(times, seed) / 5
    moved = times.copy()
    moved[first_day * DAY : last_day * DAY] += hours * HOUR
    return kind, moved, values


@pytest.mark.parametrize("kind", ["flow", "pressure"])
@pytest.mark.parametrize(("days", "hours", "said"), [(10, 1, "1 h late"), (21, -1, "1 h early"), (30, 1, "1 h late")])
def test_an_hour_off_for_some_days_is_found_to_the_day(kind: str, days: int, hours: int, said: str) -> None:
    found = series(a=shifted(TIMES, 30, 30 + days, hours, kind), b=("flow", TIMES, rhythm(TIMES, 1)))
    (flag,) = of(found, "clock")
    assert flag.sensor == "a"
    assert said in flag.detail
    assert f"For {days} days" in flag.detail
    assert abs((flag.start - np.datetime64(int(TIMES[30 * DAY]), "s")).astype(int)) <= 86_400
    rows = (found.grid.times >= flag.start) & (found.grid.times <= flag.end)
    assert np.isnan(found.values["a"][rows]).all()
    assert np.isfinite(found.values["b"]).all()


def test_one_jump_alone_is_told_and_the_values_stay() -> None:
    found = series(a=shifted(TIMES, 60, 90, 1))
    (flag,) = of(found, "clock")
    assert flag.detail.endswith("either side may be right; the values are kept.")
    assert np.isfinite(found.values["a"]).sum() > 89 * DAY


def test_sensors_that_move_together_are_told_and_their_values_stay() -> None:
    found = series(a=shifted(TIMES, 30, 50, 1), b=shifted(TIMES, 30, 50, 1, seed=1))
    assert [one.sensor for one in of(found, "clock")] == ["a", "b"]
    assert np.isfinite(found.values["a"]).sum() > 89 * DAY


@pytest.mark.parametrize("start", ["2024-03-01T00:00:00", "2024-10-01T00:00:00"])
@pytest.mark.parametrize("step", [300, 900, 3600])
def test_days_of_23_and_25_hours_are_no_jumps(start: str, step: int) -> None:
    times = instants(60, step, start)
    assert series(a=("flow", times, rhythm(times)), b=("pressure", times, 60 - rhythm(times, 2) / 5)).flags == ()


def test_a_logger_that_does_not_follow_the_summer_is_told() -> None:
    times = instants(60, 900, "2024-03-01T00:00:00")
    change = np.datetime64("2024-03-31T01:00:00", "s").astype(np.int64)
    stuck = np.where(times >= change, times - HOUR, times)
    found = series(
        a=("flow", stuck, rhythm(times)), **{f"b{seed}": ("flow", times, rhythm(times, seed)) for seed in (1, 2)}
    )
    assert {one.sensor for one in of(found, "clock")} == {"a"}


def test_a_town_without_summer_time_is_sound() -> None:
    times = instants(60, 900, "2024-03-01T00:00:00")
    assert series(a=("flow", times, rhythm(times, zone="Etc/GMT-1"))).flags == ()


def test_people_who_get_up_later_are_no_clock() -> None:
    values = rhythm(TIMES)
    later = rhythm(TIMES - HOUR)
    days = np.arange(len(TIMES)) // DAY
    morning = (TIMES // HOUR + 2) % 24 < 13
    values = np.where(morning & (days >= 30) & (days < 44), later, values)
    assert not of(series(a=("flow", TIMES, values)), "clock")


def test_a_sensor_without_a_daily_shape_is_not_judged() -> None:
    noise = np.round(np.random.default_rng(0).normal(50, 10, len(TIMES)), 2)
    assert not of(series(a=("flow", TIMES, noise)), "clock")
    assert kinds(read(table(a=shifted(TIMES[: 10 * DAY], 4, 6, 1)), step_s=900)).count("clock") == 0
