"""The watch on sectors' inflow: lasting excess over the band, less what neighbours share.

Each day's mean excess is compared with its spread over the past twelve weeks, and less than the season may change is
not counted; the scores add up (:mod:`.cusum`). What neighbouring sectors do at the same time, in the proportion
learnt from the past, is use or weather: it is taken off, and where only it passes the limit it is reported as a
change in common.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from agglo.models.water.watching.bands import LEAST_WEEKS, WEEKS, Band, expected_day
from agglo.models.water.watching.cusum import limit_for, normal_scores
from agglo.models.water.watching.hours import DAY_H

if TYPE_CHECKING:
    import numpy as np

ALLOWANCE = 0.5
"""Page's k: half of the smallest lasting shift looked for, one spread of a day."""
_CAP = 3.0
_MAD = 1.4826
_DAYS_A_YEAR = 365.25
_SHARED = 0.5
"""Correlation above which two sectors are neighbours whose changes are compared."""


@dataclass(frozen=True, slots=True)
class Excess:
    """A lasting change of a sector from day ``start``, told on day ``raised``: ``step`` m3/h, and its ``evidence``."""

    sector: str
    raised: int
    start: int
    kind: Literal["excess", "return", "common", "fall"]
    step_m3_h: float
    evidence: float
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A loss of a sector that people confirmed on day ``told``: m3/h from day ``first`` to the day before ``after``."""

    sector: str
    first: int
    told: int
    after: int
    flow_m3_h: float


@dataclass(slots=True)
class FlowWatch:
    """``inflow`` (hours,) [m3/h] by sector, on whole days; ``special`` (days,) are holidays; ``known`` confirmed
    losses; ``seasonal_share`` the part of the inflow that the season may change in twelve weeks."""

    inflow: "Mapping[str, np.ndarray]"
    special: "np.ndarray"
    known: Sequence[Known] = ()
    years: float = 1.0
    seasonal_share: float = 0.05
    found: list[Excess] = field(default_factory=list)
    bands: dict[str, Band] = field(default_factory=dict)
    excess: dict[str, "np.ndarray"] = field(default_factory=dict)
    usual: dict[str, "np.ndarray"] = field(default_factory=dict)
    tracks: "dict[tuple[str, bool, int], tuple[float, int]]" = field(default_factory=dict)
    open: dict[str, Excess] = field(default_factory=dict)
    limit: float = field(init=False)

    def __post_init__(self) -> None:
        import numpy as np

        self.limit = limit_for(2 * max(len(self.inflow), 1) * _DAYS_A_YEAR * self.years, ALLOWANCE)
        for sector, values in self.inflow.items():
            self.usual[sector] = values.copy()
            unknown = np.full(len(values), np.nan)
            self.bands[sector] = Band(values, unknown, unknown.copy())
            self.excess[sector] = np.full(len(values) // DAY_H, np.nan)

    def run(self) -> None:
        """Goes through all the days."""
        for day in range(7 * LEAST_WEEKS, len(self.special)):
            self._apply(day)
            for sector in self.inflow:
                self._expect(sector, day)
            for sector in self.inflow:
                self._judge(sector, day)

    def _apply(self, day: int) -> None:
        """Takes a confirmed loss off the inflow from the day it is told of, until it is repaired."""
        for one in self.known:
            if one.sector not in self.inflow:
                continue
            if one.told == day:
                guessed = self.open.get(one.sector)
                if guessed is not None and guessed.start >= one.first - 7:
                    self._shift(one.sector, guessed.start, day, guessed.step_m3_h)
                    del self.open[one.sector]
                self._shift(one.sector, one.first, day, -one.flow_m3_h)
            if one.after == day and one.after > one.told:
                self._shift(one.sector, one.after, day, one.flow_m3_h)

    def _shift(self, sector: str, first: int, day: int, flow_m3_h: float) -> None:
        self.usual[sector][max(first, 0) * DAY_H :] += flow_m3_h
        self.excess[sector][max(first, 0) : day + 1] += flow_m3_h
        for own in (True, False):
            for way in (1, -1):
                self.tracks[sector, own, way] = (0.0, day + 1)

    def _expect(self, sector: str, day: int) -> None:
        import numpy as np

        hours = slice(day * DAY_H, (day + 1) * DAY_H)
        band = self.bands[sector]
        centre, half = expected_day(self.usual[sector], day, self.special)
        band.expected[hours], band.half[hours] = centre + self._added(sector, hours), half
        away = self.usual[sector][hours] - centre
        if np.isfinite(away).sum() >= DAY_H // 2 and not self.special[day]:
            self.excess[sector][day] = np.nanmean(away)

    def _added(self, sector: str, hours: slice) -> "np.ndarray":
        """Losses already known at those hours [m3/h], which the band contains."""
        found: np.ndarray = self.inflow[sector][hours] - self.usual[sector][hours]
        return found

    def _judge(self, sector: str, day: int) -> None:
        import numpy as np

        value = self.excess[sector][day]
        if not np.isfinite(value):
            return
        past = self.excess[sector][max(day - 7 * WEEKS, 0) : day]
        neighbours, shared, left = self._shared(sector, day)
        for own, series, now in ((False, past, value), (True, left, value - shared)):
            spread, freedom = _spread(series)
            if freedom < 7:
                continue
            for side in (1, -1):
                ratio = (side * now - self._tolerance(sector, day)) / spread
                score = float(np.clip(normal_scores(np.array([ratio]), freedom)[0], -_CAP, _CAP))
                self._add(sector, day, own, side, score)
        self._tell(sector, day, neighbours)

    def _tolerance(self, sector: str, day: int) -> float:
        """What the season may change in twelve weeks [m3/h]."""
        import numpy as np

        past = self.inflow[sector][max(day - 7 * WEEKS, 0) * DAY_H : day * DAY_H]
        return self.seasonal_share * float(np.nanmedian(np.abs(past)))

    def _add(self, sector: str, day: int, own: bool, side: int, score: float) -> None:
        total, since = self.tracks.get((sector, own, side), (0.0, day))
        total = max(0.0, total + score - ALLOWANCE)
        self.tracks[sector, own, side] = (total, since if total > 0 else day + 1)

    def _shared(self, sector: str, day: int) -> "tuple[tuple[str, ...], float, np.ndarray]":
        """The neighbours that move with a sector, what they make of its excess today, and what that left in the
        past."""
        import numpy as np

        span = slice(max(day - 7 * WEEKS, 0), day)
        own = self.excess[sector][span]
        near: dict[str, float] = {}
        for other in self.inflow:
            both = np.isfinite(own) & np.isfinite(self.excess[other][span])
            if other == sector or both.sum() < 14 or not np.isfinite(self.excess[other][day]):
                continue
            first, second = own[both], self.excess[other][span][both]
            alike = _correlation(first, second)
            if alike > _SHARED:
                near[other] = alike * float(np.std(first)) / max(float(np.std(second)), 1e-9)
        if not near:
            return (), 0.0, own
        past = np.mean([slope * self.excess[other][span] for other, slope in near.items()], axis=0)
        today = float(np.mean([slope * self.excess[other][day] for other, slope in near.items()]))
        return tuple(near), today, own - past

    def _tell(self, sector: str, day: int, neighbours: tuple[str, ...]) -> None:
        for side in (1, -1):
            own, since = self.tracks.get((sector, True, side), (0.0, day))
            total, all_since = self.tracks.get((sector, False, side), (0.0, day))
            if own > self.limit:
                self._change(sector, day, since, side, own)
            elif neighbours and total > self.limit:
                step = self._step(sector, all_since, day)
                self.found.append(Excess(sector, day, all_since, "common", step, total, neighbours))
                self.tracks[sector, False, side] = (0.0, day + 1)

    def _change(self, sector: str, day: int, since: int, side: int, evidence: float) -> None:
        step = self._step(sector, since, day)
        before = self.open.pop(sector, None) if side < 0 else None
        kind: Literal["excess", "return", "fall"] = "excess" if side > 0 else "return" if before else "fall"
        found = Excess(sector, day, since, kind, step, evidence)
        self.found.append(found)
        if side > 0:
            self.open[sector] = found
        self._shift(sector, since, day, -step)

    def _step(self, sector: str, since: int, day: int) -> float:
        import numpy as np

        return float(np.nanmean(self.excess[sector][since : day + 1]))


def _correlation(first: "np.ndarray", second: "np.ndarray") -> float:
    import numpy as np

    size = float(np.std(first) * np.std(second))
    return float(np.mean((first - first.mean()) * (second - second.mean()))) / size if size > 1e-12 else 0.0


def _spread(values: "np.ndarray") -> tuple[float, int]:
    """Robust spread of a day's excess (days,) [m3/h], widened for excesses that last two days; days beyond one."""
    import numpy as np

    known = values[np.isfinite(values)]
    if len(known) < 8:
        return 1.0, 0
    away = known - np.median(known)
    spread = _MAD * float(np.median(np.abs(away)))
    pairs = (away[: len(away) // 2 * 2]).reshape(-1, 2).mean(axis=1)
    wide = max(1.0, 2 * float(np.mean(pairs**2)) / (float(np.mean(away**2)) + 1e-9))
    return max(spread * wide**0.5, 1e-6), len(known) - 1
