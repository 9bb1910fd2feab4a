"""Nights on a grid: the window, gaps, edges, nights when clocks change."""

import numpy as np
import pytest

from agglo.contract.errors import InvalidInput
from agglo.models.water.night.nights import Nights, Window, inside, nights
from agglo.models.water.readings.series import Grid

from .night_scenes import grid

PARIS = Window(2.0, 4.0, "Europe/Paris")
UTC = Window(2.0, 4.0, "UTC")


def counted(flow: np.ndarray, on: Grid, window: Window = UTC, *, least_known: float = 0.9) -> Nights:
    return nights(flow, on, window, least_known=least_known)


def of_hours(on: Grid) -> np.ndarray:
    """The hour of the day of each instant, UTC, as a flow."""
    return on.times.astype(np.int64) % 86_400 / 3600


def test_the_mean_is_over_the_window_and_the_least_over_one_hour_of_it() -> None:
    on = grid(2)
    found = counted(of_hours(on), on)
    assert found.dates.astype(str).tolist() == ["2026-01-05", "2026-01-06"]
    assert found.mean == pytest.approx([2.875, 2.875])
    assert found.minimum == pytest.approx([2.375, 2.375])
    assert found.hours.tolist() == [2.0, 2.0]
    assert [*found.qualities(UTC)] == ["complete", "complete"]


def test_the_clock_of_the_place_tells_the_night() -> None:
    on = grid(2)
    assert counted(of_hours(on), on, PARIS).mean == pytest.approx([1.875, 1.875])


def test_a_constant_flow_is_its_own_night_flow_whatever_the_step() -> None:
    for step in (60, 300, 420, 900, 1800, 3600):
        on = grid(3, step_s=step)
        found = counted(np.full(on.length, 7.0), on)
        assert found.mean[:2] == pytest.approx(7.0)
        assert found.minimum[:2] == pytest.approx(7.0)


def test_readings_more_than_an_hour_apart_are_refused() -> None:
    on = grid(3, step_s=7200)
    with pytest.raises(InvalidInput, match=r"one reading every 2 h, expected at least one reading an hour"):
        counted(np.ones(on.length), on)


def test_a_gap_is_never_a_zero() -> None:
    on = grid(3)
    flow = np.full(on.length, 10.0)
    flow[8:10] = np.nan
    flow[96 + 9] = np.nan
    strict, loose = counted(flow, on, least_known=0.8), counted(flow, on, least_known=0.5)
    assert strict.used.tolist() == [False, True, True]
    assert np.isnan(strict.mean[0])
    assert strict.mean[1:] == pytest.approx(10.0)
    assert loose.mean == pytest.approx(10.0)
    assert [*strict.qualities(UTC)] == ["missing", "partial", "complete"]
    assert strict.known == pytest.approx([0.75, 0.875, 1.0])


def test_a_night_without_a_whole_hour_has_no_least_hour() -> None:
    on = grid(1)
    flow = np.full(on.length, 10.0)
    flow[[9, 13]] = np.nan
    found = counted(flow, on, least_known=0.5)
    assert found.mean == pytest.approx([10.0])
    assert np.isnan(found.minimum[0])


def test_a_night_that_the_readings_begin_in_is_measured_against_its_whole_window() -> None:
    on = grid(2, start="2026-01-05T03:00:00")
    found = counted(np.ones(on.length), on)
    assert found.known.tolist() == [0.5, 1.0, 0.5]
    assert found.used.tolist() == [False, True, False]


def test_a_series_without_any_night() -> None:
    on = Grid(np.datetime64("2026-01-05T10:00:00", "s"), 900, 8)
    found = counted(np.ones(8), on)
    assert len(found.dates) == len(found.mean) == 0


def test_the_night_in_spring_has_one_hour() -> None:
    """29 March 2026: at 2 h by the clock it is 3 h; from 2 h to 4 h lasts one hour, from 1 h to 2 h UTC."""
    on = grid(3, start="2026-03-28T00:00:00")
    found = counted(of_hours(on), on, PARIS)
    assert found.hours.tolist() == [2.0, 1.0, 2.0]
    assert found.mean == pytest.approx([1.875, 1.375, 0.875])
    assert found.known.tolist() == [1.0, 1.0, 1.0]
    assert [*found.qualities(PARIS)] == ["complete", "clock-change", "complete"]


def test_the_night_in_autumn_has_three_hours() -> None:
    """25 October 2026: 2 h to 3 h comes twice, from 0 h to 2 h UTC, and 3 h to 4 h after them."""
    on = grid(3, start="2026-10-24T00:00:00")
    found = counted(of_hours(on), on, PARIS)
    assert found.hours.tolist() == [2.0, 3.0, 2.0]
    assert found.mean == pytest.approx([0.875, 1.375, 1.875])
    assert found.minimum[1] == pytest.approx(0.375)
    assert [*found.qualities(PARIS)] == ["complete", "clock-change", "complete"]


def test_every_instant_of_the_window_is_inside_once() -> None:
    on = grid(2)
    assert inside(on, UTC).sum() == 16
    assert inside(on, Window(0.0, 24.0, "UTC")).all()
