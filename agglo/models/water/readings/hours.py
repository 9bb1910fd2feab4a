"""Hours: series on a grid as means of clock hours (UTC)."""

from typing import TYPE_CHECKING

from agglo.models.water.readings.series import Grid

if TYPE_CHECKING:
    import numpy as np

HOUR_S = 3600


def hours_of(grid: Grid) -> "tuple[np.ndarray, np.ndarray]":
    """The hours a grid touches (h,), ``datetime64[s]``, and the number of the hour of each step (length,)."""
    import numpy as np

    number = grid.times.astype(np.int64) // HOUR_S
    first = int(number[0])
    hours = (np.arange(first, int(number[-1]) + 1) * HOUR_S).astype("datetime64[s]")
    return hours, number - first


def hourly(grid: Grid, values: "np.ndarray") -> "tuple[np.ndarray, np.ndarray]":
    """Mean (h,) of the trusted values of each hour, NaN where there is none, and how many there are (h,)."""
    import numpy as np

    hours, number = hours_of(grid)
    there = np.isfinite(values)
    count = np.bincount(number[there], minlength=len(hours))
    total = np.bincount(number[there], weights=values[there], minlength=len(hours))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan), count


def at_hours(grid: Grid, values: "np.ndarray") -> "np.ndarray":
    """The value (h,) at the beginning of each hour: that of its first step, NaN where it is not known."""
    import numpy as np

    hours, number = hours_of(grid)
    first = np.searchsorted(number, np.arange(len(hours)))
    exact = grid.times[np.minimum(first, grid.length - 1)] - hours < np.timedelta64(max(grid.step_s, 1), "s")
    return np.where(
        exact & (number[np.minimum(first, grid.length - 1)] == np.arange(len(hours))),
        values[np.minimum(first, grid.length - 1)],
        np.nan,
    )
