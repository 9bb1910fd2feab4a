"""Gridding: the steps of sensors, the grid of all, and readings placed on it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _, ngettext
from agglo.models.water.readings.raw import Raw
from agglo.models.water.readings.series import Flag, Grid
from agglo.models.water.readings.telling import LONG_S, runs, told

if TYPE_CHECKING:
    import numpy as np

MOST_STEPS = 1_200_000
"""Longest grid: over eleven years of five minutes."""
LONGEST_STEP_S = 86_400
LATE = 1.5
"""A reading is missing where the next one comes after so many steps."""
WEEKS_S = 14 * LONG_S


def own_step(times: "np.ndarray") -> int:
    """The step of a sensor [s]: the commonest time between two readings, 0 where there is only one reading."""
    import numpy as np

    between = np.diff(times)
    between = between[between > 0]
    if not len(between):
        return 0
    found, counts = np.unique(between, return_counts=True)
    return int(found[counts.argmax()])


def grid_of(raws: Sequence[Raw], step_s: int | None) -> Grid:
    """The grid that holds all readings, at ``step_s`` or the step that most sensors have.

    Raises
    ------
    InvalidInput
        The step is no time between one second and a day, or the readings lie so far apart that a date must be wrong.
    """
    import numpy as np

    if step_s is not None and not 1 <= step_s <= LONGEST_STEP_S:
        fault = Fault("step_s", str(step_s), _("a step between 1 and {most} seconds").format(most=LONGEST_STEP_S))
        raise InvalidInput(_("These readings cannot be put on a grid."), [fault])
    steps = [step for step in (own_step(raw.times) for raw in raws) if step]
    step = step_s or min(max(sorted(set(steps)), key=steps.count, default=3600), LONGEST_STEP_S)
    ends = [_cells(raw.times[[0, -1]], own_step(raw.times), step) for raw in raws]
    first, last = min(int(one[0]) for one in ends), max(int(one[1]) for one in ends)
    if last - first >= MOST_STEPS:
        raise InvalidInput(_("These readings cannot be put on a grid."), [_span_fault(raws, step)])
    return Grid(np.datetime64(first * step, "s"), step, last - first + 1)


def _cells(times: "np.ndarray", own: int, step: int) -> "np.ndarray":
    """The number, since 1970, of the step (n,) each instant [s] goes to: the one it is in where readings are denser
    than the grid, else the nearest."""
    return times // step if 0 < own < 0.75 * step else (times + step // 2) // step


def _span_fault(raws: Sequence[Raw], step: int) -> Fault:
    import numpy as np

    farthest = max(raws, key=lambda raw: int(raw.times[-1] - raw.times[0]))
    got = _("readings from {first} to {last} every {step} s").format(
        first=np.datetime64(int(farthest.times[0]), "s"), last=np.datetime64(int(farthest.times[-1]), "s"), step=step
    )
    repair = _("A date is probably wrong: look at the first and the last ones.")
    where = _("readings, sensor {name}").format(name=farthest.sensor)
    return Fault(where, got, _("at most {count} steps").format(count=MOST_STEPS), repair)


def without_duplicates(raw: Raw) -> tuple[Raw, list[Flag]]:
    """The readings, one an instant: those given twice alike kept once, those that contradict each other left out."""
    import numpy as np

    times, first, counts = np.unique(raw.times, return_index=True, return_counts=True)
    if len(times) == len(raw.times):
        return raw, []
    low, high = np.minimum.reduceat(raw.values, first), np.maximum.reduceat(raw.values, first)
    flags = [
        *_duplicates(raw, times, (counts > 1) * (low == high) * counts, _("The same reading came twice; one is kept.")),
        *_duplicates(
            raw,
            times,
            (counts > 1) * (low != high) * counts,
            _("Several readings of one instant contradict each other; none is used."),
        ),
    ]
    kept = low == high
    return Raw(raw.sensor, raw.kind, times[kept], raw.values[first][kept]), flags


def _duplicates(raw: Raw, times: "np.ndarray", counts: "np.ndarray", text: str) -> list[Flag]:
    """Flags of the instants (n,) at which ``counts`` readings (n,), zero elsewhere, are duplicates of one sort."""
    import numpy as np

    spans = runs(counts > 0)
    each = np.array([int(counts[first : last + 1].sum()) for first, last in spans.tolist()], np.int64)
    return told(raw.sensor, "duplicate", times, spans, lambda _first, _last, _count: text, counts=each)


def gap_flags(raw: Raw, grid: Grid, step: int) -> list[Flag]:
    """Readings that are missing, from the first instant of the grid to its last, by the sensor's own step [s]."""
    import numpy as np

    step = step or grid.step_s
    first, last = raw.times[[0, -1]].astype(np.int64)
    due = [first - grid.times[0].astype(np.int64), grid.times[-1].astype(np.int64) - last]
    before, after = (max((int(one) + min(step, grid.step_s) // 4) // step, 0) + 1 for one in due)
    times = np.unique(np.r_[first - before * step, raw.times, last + after * step])
    late = np.flatnonzero(np.diff(times) > LATE * step)
    if not len(late):
        return []
    edges = np.column_stack([times[late] + step, np.maximum(times[late + 1] - step, times[late] + step)])
    missing = np.maximum(np.round((times[late + 1] - times[late]) / step).astype(np.int64) - 1, 1)
    spans = np.arange(2 * len(late)).reshape(-1, 2)
    return told(
        raw.sensor, "gap", edges.ravel(), spans, lambda a, b, n: _gap(edges.ravel()[[a, b]], step, n), counts=missing
    )


def _gap(ends: "np.ndarray", step: int, missing: int) -> str:
    length = int(ends[1] - ends[0]) + step
    if length >= WEEKS_S and length <= LATE * missing * step:
        text = _("No reading for {days} days: the sensor, or what sends its readings, has stopped.")
        return text.format(days=length // LONG_S)
    text = ngettext("{count} reading is missing.", "{count} readings are missing.", missing)
    return text.format(count=missing)


def placed(raw: Raw, grid: Grid, step: int) -> "np.ndarray":
    """Values (length,) on the grid, NaN where there is none: the mean of the readings of each step.

    Readings as far apart as the grid's steps, or farther, go to the nearest instant; denser ones to their step.
    """
    import numpy as np

    cells = _cells(raw.times, step, grid.step_s) - int(grid.times[0].astype(np.int64)) // grid.step_s
    inside = (cells >= 0) & (cells < grid.length)
    count = np.bincount(cells[inside], minlength=grid.length)
    total = np.bincount(cells[inside], weights=raw.values[inside], minlength=grid.length)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
