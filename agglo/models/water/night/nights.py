"""The flow of each night, from a series at regular instants."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _

if TYPE_CHECKING:
    import numpy as np

    from agglo.models.water.readings.series import Grid

HOUR_S = 3600
COMPLETE, PARTIAL, MISSING, CLOCK_CHANGE = "complete", "partial", "missing", "clock-change"


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of the night that count, by the clock of ``zone`` [h after midnight]."""

    start_h: float = 2.0
    end_h: float = 4.0
    zone: str = "Europe/Paris"

    @property
    def hours(self) -> float:
        return self.end_h - self.start_h


@dataclass(frozen=True, slots=True)
class Nights:
    """Nights of a sector, each array of shape (nights,).

    ``dates`` are the local dates of the windows. ``mean`` is the mean over the known instants of the window, and
    ``minimum`` the least mean over one hour of it [m3/h]; not a number where not known. ``known`` is the share of the
    window's instants that are known [1], ``hours`` how long the window lasted [h]: an hour less or more where clocks
    change. ``used`` says which nights are known well enough to be counted.
    """

    dates: "np.ndarray"
    mean: "np.ndarray"
    minimum: "np.ndarray"
    known: "np.ndarray"
    hours: "np.ndarray"
    used: "np.ndarray"

    def qualities(self, window: Window) -> Iterator[str]:
        """A word for each night: complete, partial, missing, or complete on a night when clocks changed."""
        for known, hours, used in zip(self.known, self.hours, self.used, strict=True):
            if not used:
                yield MISSING
            elif hours != window.hours:
                yield CLOCK_CHANGE
            else:
                yield COMPLETE if known == 1.0 else PARTIAL


def nights(flow: "np.ndarray", grid: "Grid", window: Window, *, least_known: float) -> Nights:
    """The flow of each night that the grid touches.

    Parameters
    ----------
    flow
        Net inflow [m3/h], of shape (grid.length,), not a number where not known.
    least_known
        Share of a window's instants under which a night is not counted [1].

    On a night when clocks change the window has an hour less, or more, by the clock; the mean is over the hours that
    there are. A night that the grid begins or ends in is measured against its whole window.

    Raises
    ------
    InvalidInput
        Instants are more than an hour apart.
    """
    import numpy as np

    if grid.step_s > HOUR_S:
        got = _("one reading every {hours:g} h").format(hours=grid.step_s / HOUR_S)
        raise InvalidInput(
            _("Night flow cannot be read."), [Fault(_("readings"), got, _("at least one reading an hour"))]
        )
    around = -(-86_400 // grid.step_s)
    values = np.pad(flow, around, constant_values=np.nan)
    dates, within = _windows(grid, around, window)
    hourly = _hourly(values, dates, within, steps=max(1, round(HOUR_S / grid.step_s)))
    touched = np.unique(dates[around:-around][within[around:-around]])
    starts, ends = np.searchsorted(dates[within], touched), np.searchsorted(dates[within], touched, side="right")
    parts = [slice(start, end) for start, end in zip(starts, ends, strict=True)]
    flows, rolling = values[within], hourly[within]
    known = np.array([np.isfinite(flows[part]).mean() for part in parts])
    used = known >= max(least_known, 1e-12)
    return Nights(
        touched,
        np.array([np.nanmean(flows[part]) if good else np.nan for part, good in zip(parts, used, strict=True)]),
        np.array([_least(rolling[part]) if good else np.nan for part, good in zip(parts, used, strict=True)]),
        known,
        (ends - starts) * (grid.step_s / HOUR_S),
        used,
    )


def inside(grid: "Grid", window: Window) -> "np.ndarray":
    """Whether each instant of a grid lies in the window of a night, of shape (length,)."""
    return _windows(grid, 0, window)[1]


def _windows(grid: "Grid", around: int, window: Window) -> "tuple[np.ndarray, np.ndarray]":
    """Local date of each instant of a grid made longer by ``around`` at both ends, and whether it is in the window."""
    import numpy as np

    longer = type(grid)(grid.start - np.timedelta64(around * grid.step_s, "s"), grid.step_s, grid.length + 2 * around)
    local = longer.local(window.zone)
    dates = local.astype("datetime64[D]")
    hours = (local - dates).astype("timedelta64[s]").astype(float) / HOUR_S
    return dates, (hours >= window.start_h) & (hours < window.end_h)


def _hourly(values: "np.ndarray", dates: "np.ndarray", within: "np.ndarray", *, steps: int) -> "np.ndarray":
    """Mean over the hour that begins at each instant, where all of it is in one window; else not a number."""
    import numpy as np

    means = np.full(len(values), np.nan)
    last = len(values) - steps + 1
    whole = within[:last] & within[steps - 1 :] & (dates[:last] == dates[steps - 1 :])
    views = np.lib.stride_tricks.sliding_window_view(values, steps)
    means[:last][whole] = views[whole].mean(axis=1)
    return means


def _least(hourly: "np.ndarray") -> float:
    import numpy as np

    known = hourly[np.isfinite(hourly)]
    return float(known.min()) if len(known) else float("nan")
