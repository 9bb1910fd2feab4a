"""Cumulative indexes of meters: their breaks, and the flows between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.contract.language import _
from agglo.models.water.readings.gridding import LATE
from agglo.models.water.readings.raw import Raw
from agglo.models.water.readings.series import Flag, Grid

if TYPE_CHECKING:
    import numpy as np

DIGITS = range(4, 10)
"""Digits a counter of cubic metres may have (assumed: 4 for a household meter, 9 for a pumping station)."""
PLAUSIBLE, IMPOSSIBLE = 3.0, 10.0
"""Times the usual largest flow (99 % of increments) that water may still have made, and that it cannot have."""
LONGEST_SPIKE = 12
"""Readings after which an index that left its course is no longer looked for on it."""
NEAR_ZERO = 0.01
"""Share of the old index below which the new one is that of a new meter."""


@dataclass(frozen=True, slots=True)
class _Breaks:
    """Increments (n - 1,) [m3] as counted, which of them are trusted, and what was found."""

    volumes: "np.ndarray"
    trusted: "np.ndarray"
    flags: list[Flag]


def flow_of_index(raw: Raw, grid: Grid, step: int) -> "tuple[np.ndarray, list[Flag]]":
    """Mean flow [m3/h] (length,) of each step of the grid, and the flags of the index.

    Between two readings the flow is their difference over the time; NaN where the difference is not trusted, or a
    reading is missing between. Volumes are exact: the flows of trusted steps add up to what the index counted.
    """
    import numpy as np

    flow = np.full(grid.length, np.nan)
    raw, flags = _on_course(raw, step)
    if len(raw.times) < 2:
        return flow, flags
    breaks = _breaks(raw, step)
    known = breaks.trusted & (np.diff(raw.times) <= LATE * max(step, 1))
    counted = np.r_[0.0, np.cumsum(np.where(known, breaks.volumes, 0.0))]
    edges = grid.times[0].astype(np.int64) + np.arange(grid.length + 1) * grid.step_s
    flow = np.diff(np.interp(edges, raw.times, counted)) * 3600 / grid.step_s
    unknown = np.r_[0.0, np.cumsum(np.where(known, 0.0, np.diff(raw.times)))]
    lost = np.diff(np.interp(edges, raw.times, unknown)) > 0
    lost |= (edges[:-1] < raw.times[0]) | (edges[1:] > raw.times[-1])
    return np.where(lost, np.nan, flow), [*flags, *breaks.flags]


def _rates(raw: Raw, step: int) -> "tuple[np.ndarray, float]":
    """Flow of each increment [m3/h], and the largest usual one: 99 % of those that go up, or one unit of the index."""
    import numpy as np

    volumes, hours = np.diff(raw.values), np.diff(raw.times) / 3600
    rates = volumes / hours
    rising = rates[volumes > 0]
    if not len(rising):
        return rates, 0.0
    unit = float(volumes[volumes > 0].min()) / (max(step, 1) / 3600)
    return rates, max(float(np.quantile(rates[volumes >= 0], 0.99)), min(unit, float(np.median(rising))))


def _on_course(raw: Raw, step: int) -> tuple[Raw, list[Flag]]:
    """The index without the few readings that leave its course and come back to it."""
    import numpy as np

    if len(raw.times) < 3:
        return raw, []
    rates, usual = _rates(raw, step)
    kept, flags = np.ones(len(raw.times), bool), []
    broken = (rates < 0) | (rates > IMPOSSIBLE * max(usual, 1e-9))
    for at in np.flatnonzero(broken & ~np.r_[False, broken[:-1]]).tolist():
        if not kept[at] or not kept[at + 1] or usual == 0:
            continue
        back = _return(raw, at, PLAUSIBLE * usual)
        if back:
            kept[at + 1 : back] = False
            flags.append(_spike(raw, at, back))
    return Raw(raw.sensor, raw.kind, raw.times[kept], raw.values[kept]), flags


def _return(raw: Raw, at: int, most: float) -> int:
    """The reading, of the few after ``at``, at which the index is where water (``most`` [m3/h]) puts it; else 0."""
    for back in range(at + 2, min(at + 2 + LONGEST_SPIKE, len(raw.times))):
        hours = (raw.times[back] - raw.times[at]) / 3600
        if 0 <= raw.values[back] - raw.values[at] <= most * hours:
            return back
    return 0


def _spike(raw: Raw, at: int, back: int) -> Flag:
    import numpy as np

    low = raw.values[at + 1] < raw.values[at]
    text = (
        _("The index goes back from {before} to {after} m3, then is on its course again; these readings are not used.")
        if low
        else _("The index leaps from {before} to {after} m3, then is on its course again; these readings are not used.")
    )
    detail = text.format(before=_shown(raw.values[at]), after=_shown(raw.values[at + 1]))
    start, end = np.datetime64(int(raw.times[at + 1]), "s"), np.datetime64(int(raw.times[back - 1]), "s")
    return Flag(raw.sensor, "backwards" if low else "outlier", start, end, back - at - 1, detail)


def _breaks(raw: Raw, step: int) -> _Breaks:
    """The increments that no flow explains: counted through where the meter surely rolled over, else not trusted."""
    import numpy as np

    rates, usual = _rates(raw, step)
    volumes, trusted, flags = np.diff(raw.values), np.ones(len(rates), bool), []
    fast = rates > IMPOSSIBLE * usual if usual else np.zeros(len(rates), bool)
    lone = fast & ~np.r_[False, fast[:-1]] & ~np.r_[fast[1:], False]
    for at in np.flatnonzero((volumes < 0) | lone).tolist():
        capacity = _rolled(raw, at, PLAUSIBLE * usual) if volumes[at] < 0 else 0
        if capacity:
            volumes[at] += capacity
        else:
            trusted[at] = False
        flags.append(_break(raw, at, capacity, usual))
    return _Breaks(volumes, trusted, list(_merged(flags)))


def _rolled(raw: Raw, at: int, most: float) -> int:
    """The capacity [m3] of a counter that went through its last number between two readings; 0 where it did not."""
    before, after = float(raw.values[at]), float(raw.values[at + 1])
    hours = (raw.times[at + 1] - raw.times[at]) / 3600
    highest = float(raw.values.max())
    for digits in DIGITS:
        capacity = 10**digits
        through = after + capacity - before
        if highest < capacity and before >= 0.9 * capacity and 0 <= through <= min(most * hours, 0.1 * capacity):
            return int(capacity)
    return 0


def _break(raw: Raw, at: int, capacity: int, usual: float) -> Flag:
    import numpy as np

    before, after = float(raw.values[at]), float(raw.values[at + 1])
    hours = (raw.times[at + 1] - raw.times[at]) / 3600
    if capacity:
        kind, text = "rollover", _("The counter passed its last number ({before} then {after} m3): counted through.")
    elif after > before:
        kind, text = "replacement", _("The index leaps from {before} to {after} m3 and goes on: the meter was changed.")
    elif 0 <= after <= max(PLAUSIBLE * usual * hours, NEAR_ZERO * before):
        kind, text = "replacement", _("The index falls from {before} to {after} m3 and goes on: a new meter.")
    elif before - after > PLAUSIBLE * usual * 24:
        kind, text = "replacement", _("The index falls from {before} to {after} m3 and goes on: the meter was changed.")
    else:
        kind, text = (
            "backwards",
            _("The index goes back from {before} to {after} m3: reversed flow, or a reading amiss."),
        )
    detail = text.format(before=_shown(before), after=_shown(after))
    start, end = np.datetime64(int(raw.times[at]), "s"), np.datetime64(int(raw.times[at + 1]), "s")
    return Flag(raw.sensor, kind, start, end, 1, detail)


def _merged(flags: list[Flag]) -> Iterator[Flag]:
    """Steps back that follow one another, as one flag."""
    held: Flag | None = None
    for one in flags:
        if held and held.kind == one.kind == "backwards" and held.end == one.start:
            text = _("The index goes back {count} times in a row: reversed flow, or readings amiss.")
            count = held.count + 1
            held = Flag(one.sensor, one.kind, held.start, one.end, count, text.format(count=count))
            continue
        if held:
            yield held
        held = one
    if held:
        yield held


def _shown(volume: float) -> str:
    return f"{volume:.3f}".rstrip("0").rstrip(".")
