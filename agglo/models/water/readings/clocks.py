"""Clocks that jump: weeks whose daily shape is that of the week before, an hour or two earlier or later."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from agglo.contract.language import _
from agglo.models.water.readings.series import Flag, Grid
from agglo.models.water.readings.telling import runs

if TYPE_CHECKING:
    import numpy as np

DAY_S, SLOT_S = 86_400, 1_800
LAGS_H = (-1, 1)
"""Jumps looked for [h], an hour as clocks make them: positive where the sensor's clock was put ahead."""
WINDOW_DAYS, LEAST_DAYS = 7, 5
"""Days before and after a jump that are compared, a whole week each, and how many of them must be whole."""
RESTLESS, CALM, TIMES = 0.05, 0.01, 4.0
"""Median squared difference of two weeks over which a sensor has no daily shape of its own (a pump that fills a tank),
and how much of it, or how many times the sensor's median, a jump put right may leave (assumed)."""
MOST_JUMPS, DAYS_A_JUMP = 2, 90
"""Jumps, and one more in so many days, over which it is not the clock that moves (assumed)."""
LEFT, LEFT_OF_HALF = 0.35, 0.7
"""Share of the squared difference of two weeks that the jump may leave: of the day, and of its morning and its evening
alike, since habits and holidays move one of them (assumed)."""


@dataclass(frozen=True, slots=True)
class _Days:
    """Mean values by local day and slot (days, slots), NaN where there are none, and which days are whole."""

    shapes: "np.ndarray"
    whole: "np.ndarray"


def shifts(
    grid: Grid, values: "Mapping[str, np.ndarray]", kinds: Mapping[str, str], zone: str
) -> "list[tuple[Flag, np.ndarray]]":
    """Flags of clocks that jumped, each with the rows that are no longer trusted (none where that is not sure).

    The mean daily shape of each week is correlated with that of the week before, moved by each lag; a lag that leaves
    little of their difference, in the morning and in the evening, is a jump. What lies between two jumps is shifted;
    the lag of most days is none. Days of 23 and 25 hours are left out. Where nobody follows the changes of the zone's
    clock (a simulated town), days are those of a clock that never changes.
    """
    import numpy as np

    if grid.step_s > 3600:
        return []
    judged = {sensor: series for sensor, series in values.items() if kinds[sensor] != "level"}
    utc = grid.times.astype(np.int64)
    local = grid.local(zone).astype(np.int64)
    steady = utc + int((local - utc).min())
    clocks = [local] if (local - utc == steady - utc).all() else [local, steady]
    paths = min(
        ({name: _path(_days(clock, one, grid.step_s)) for name, one in judged.items()} for clock in clocks),
        key=lambda found: sum(np.count_nonzero(np.diff(path)) for path in found.values()),
    )
    day = local // DAY_S - local[0] // DAY_S
    found = []
    for sensor, path in paths.items():
        others = [one for name, one in paths.items() if name != sensor]
        for first, last in _stretches(path):
            common = any(float((one[first : last + 1] == path[first]).mean()) > 0.5 for one in others)
            rows = np.flatnonzero((day >= first) & (day <= last))
            kept = _why_kept(common=common, begun=first > 0, ended=last < len(path) - 1)
            found.append((_flag(sensor, grid, rows, int(path[first]), kept), rows[:0] if kept else rows))
    return found


def _stretches(path: "np.ndarray") -> list[list[int]]:
    """First and last day of each stretch of one lag other than zero."""
    return sorted(span for lag in set(path.tolist()) - {0} for span in runs(path == lag).tolist())


def _why_kept(*, common: bool, begun: bool, ended: bool) -> str:
    """Why the values of a stretch stay although the clock seems to have moved; empty where they do not."""
    if common:
        return _("Other sensors move alike: pumps or habits, or the clocks of all; the values are kept.")
    if not (begun and ended):
        return _("There is one jump only, so that either side may be right; the values are kept.")
    return ""


def _flag(sensor: str, grid: Grid, rows: "np.ndarray", lag: int, kept: str) -> Flag:
    days = round(len(rows) * grid.step_s / DAY_S)
    text = (
        _("For {days} days the daily shape comes {hours} h late, as if the clock were ahead.")
        if lag > 0
        else _("For {days} days the daily shape comes {hours} h early, as if the clock were behind.")
    )
    detail = text.format(days=days, hours=abs(lag))
    detail = f"{detail} {kept}" if kept else detail
    return Flag(sensor, "clock", grid.times[rows[0]], grid.times[rows[-1]], len(rows), detail)


def _days(local: "np.ndarray", series: "np.ndarray", step_s: int) -> _Days:
    import numpy as np

    slots = DAY_S // max(SLOT_S, step_s if DAY_S % step_s == 0 else SLOT_S)
    first = local[0] // DAY_S
    day, slot = local // DAY_S - first, local % DAY_S * slots // DAY_S
    count = int(day[-1]) + 1
    there = np.isfinite(series)
    where = day * slots + slot
    n = np.bincount(where[there], minlength=count * slots)
    total = np.bincount(where[there], weights=series[there], minlength=count * slots)
    shapes = np.where(n > 0, total / np.maximum(n, 1), np.nan).reshape(count, slots)
    steps = np.bincount(day, minlength=count)
    whole = (steps == round(DAY_S / step_s)) & (np.isfinite(shapes).mean(axis=1) >= 0.8)
    return _Days(shapes, whole)


def _path(days: _Days) -> "np.ndarray":
    """The lag [h] of each day, the commonest being zero."""
    import numpy as np

    path = np.zeros(len(days.whole), np.int64)
    for day, lag in _jumps(days):
        path[day:] += lag
    lags, counts = np.unique(path, return_counts=True)
    right: np.ndarray = path - lags[counts.argmax()]
    return right


def _jumps(days: _Days) -> list[tuple[int, int]]:
    """Days on which the clock jumped, and by how many hours: to and fro, else it is not the clock that moves."""
    import numpy as np

    before = _weeks(_standard(days.shapes), days.whole)[: -WINDOW_DAYS or None]
    was = _left(before, days.shapes, days)
    known = was[np.isfinite(was).all(axis=1)]
    noise = float(np.median(known.mean(axis=1))) if len(known) else np.inf
    if noise > RESTLESS:
        return []
    rows = np.column_stack([_ratio(was, _left(before, _moved(days, lag), days), noise) for lag in LAGS_H])
    found = []
    for first, last in runs(rows.min(axis=1) <= LEFT).tolist():
        at = first + int(rows[first : last + 1].min(axis=1).argmin())
        found.append((at + WINDOW_DAYS, LAGS_H[int(rows[at].argmin())]))
    too_many = len(found) > MOST_JUMPS + len(days.whole) / DAYS_A_JUMP
    return [] if too_many or any(one[1] == other[1] for one, other in pairwise(found)) else found


def _weeks(shapes: "np.ndarray", whole: "np.ndarray") -> "np.ndarray":
    """Standardised mean shape (weeks, slots) of the days from each day on, NaN where too few of them are whole."""
    import numpy as np

    there = np.isfinite(shapes) & whole[:, None]
    total = np.cumsum(np.r_[np.zeros((1, shapes.shape[1])), np.where(there, shapes, 0.0)], axis=0)
    count = np.cumsum(np.r_[np.zeros((1, shapes.shape[1])), there.astype(float)], axis=0)
    n = count[WINDOW_DAYS:] - count[:-WINDOW_DAYS]
    mean = np.where(n >= LEAST_DAYS, (total[WINDOW_DAYS:] - total[:-WINDOW_DAYS]) / np.maximum(n, 1), np.nan)
    return _standard(mean)


def _left(before: "np.ndarray", moved: "np.ndarray", days: _Days) -> "np.ndarray":
    """Mean squared difference (weeks, 2) of the morning and the evening of each week from those of the week before."""
    import numpy as np

    after = _weeks(_standard(moved), days.whole)[WINDOW_DAYS:]
    apart = (after - before) ** 2
    half = apart.shape[1] // 2
    return np.column_stack([apart[:, :half].mean(axis=1), apart[:, half:].mean(axis=1)])


def _ratio(was: "np.ndarray", left: "np.ndarray", noise: float) -> "np.ndarray":
    """Share of the difference that a lag leaves (weeks,), infinite where it is no jump of the whole day.

    Of two standardised shapes whose correlation is r, the mean squared difference is 2 (1 - r).
    """
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        halves, ratio = left / was, left.sum(axis=1) / was.sum(axis=1)
        like = left.mean(axis=1) <= max(CALM, TIMES * noise)
        jump = like & (halves <= LEFT_OF_HALF).all(axis=1)
    return np.where(jump, ratio, np.inf)


def _moved(days: _Days, lag_h: int) -> "np.ndarray":
    """Shapes (days, slots) as they would be had the clock not been put ``lag_h`` hours ahead."""
    import numpy as np

    count, slots = days.shapes.shape
    by = lag_h * slots // 24
    padded = np.r_[np.full(slots, np.nan), days.shapes.ravel(), np.full(slots, np.nan)]
    moved: np.ndarray = padded[slots + by : slots + by + count * slots].reshape(count, slots)
    return moved


def _standard(shapes: "np.ndarray") -> "np.ndarray":
    """Each shape (days, slots) less its mean, over its standard deviation; NaN where it does not move."""
    import numpy as np

    there = np.isfinite(shapes)
    n = np.maximum(there.sum(axis=1, keepdims=True), 1)
    middle = np.where(there, shapes, 0.0).sum(axis=1, keepdims=True) / n
    spread = np.sqrt((np.where(there, shapes - middle, 0.0) ** 2).sum(axis=1, keepdims=True) / n)
    return np.where(there & (spread > 0), (shapes - middle) / np.where(spread > 0, spread, 1.0), np.nan)
