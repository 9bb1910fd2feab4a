"""What the watch on pressures may learn from: whole days since each change, the latest first."""

from dataclasses import dataclass, field
from statistics import NormalDist
from typing import TYPE_CHECKING

from agglo.models.water.watching.cusum import normal_scores
from agglo.models.water.watching.hours import DAY_H
from agglo.models.water.watching.relations import Charts, Relations, charts_of, learn

if TYPE_CHECKING:
    import numpy as np

MEMORY_DAYS = 28
LEAST_DAYS = 14
"""Two whole weeks."""
_METER_ERROR = 0.005
"""Error of a flow meter or level as a share of its usual value [1]; assumed."""
_LEAST_SHARE = 0.8
"""Part of the remembered hours in which a sensor must be known for it to be watched [1]."""
_STABLE_CHANCE = 0.01
"""Chance that a stable stretch is taken for an unstable one, all relations together."""


@dataclass(slots=True)
class History:
    """``table`` (hours, columns), pressures first; ``segments`` are stretches (first hour, hour after the last) between
    changes that are over; ``since`` is the hour where the present stretch starts."""

    table: "np.ndarray"
    sensors: int
    segments: list[tuple[int, int]] = field(default_factory=list)
    since: int = 0
    charts: Charts = field(init=False)
    errors: "np.ndarray" = field(init=False)

    def __post_init__(self) -> None:
        import numpy as np

        self.charts = charts_of(np.nan_to_num(self.table - np.nanmean(self.table[: 28 * DAY_H], axis=0)), self.sensors)
        flows = self.table[:, self.sensors :]
        self.errors = np.maximum(_METER_ERROR * np.nan_to_num(np.nanmedian(np.abs(flows), axis=0)), 0.01) ** 2

    @property
    def least_days(self) -> int:
        """Days that it takes to learn: two weeks, or three hours for each column."""
        return max(LEAST_DAYS, -(-3 * int(self.table.shape[1]) // DAY_H))

    def change(self, over: int, since: int) -> None:
        """A change: the present stretch is over at hour ``over``, the next one starts at ``since`` (both midnights)."""
        self.segments.append((self.since, max(over, self.since)))
        self.since = since

    def days_since_change(self, hour: int) -> int:
        return max(hour - self.since, 0) // DAY_H

    def stretches(self, hour: int) -> "list[np.ndarray]":
        """Days (days, 24, columns) of the present stretch before ``hour``, then of earlier ones: those of the memory,
        and older ones as long as there are too few."""
        found: list[np.ndarray] = []
        have = 0
        for first, after in [(self.since, hour), *reversed(self.segments)]:
            last = after // DAY_H * DAY_H
            start = max(-(-first // DAY_H) * DAY_H, last - MEMORY_DAYS * DAY_H)
            if have >= self.least_days:
                start = max(start, hour - MEMORY_DAYS * DAY_H)
            if last - start >= 2 * DAY_H:
                found.append(self.table[start:last].reshape(-1, DAY_H, self.table.shape[1]))
                have += len(found[-1]) - 1
        return found

    def first_stable(self) -> int | None:
        """The hour after the first stretch, long enough to learn, whose two halves do not differ; None if there is
        none.

        The test is Student's on daily means, every relation's drop, at 1 % for all of them together (Bonferroni).
        """
        import numpy as np

        span = self.least_days * DAY_H
        for first in range(0, len(self.table) - span, DAY_H):
            self.since = first
            relations = self.learn(first + span, np.zeros((self.sensors, 0)))
            if relations is not None and self._stable(first, first + span, relations):
                return first + span
        return None

    def _stable(self, first: int, after: int, relations: Relations) -> bool:
        import numpy as np

        drops, _counts = self.drops(after, relations, self.table[first:after])
        days = (drops @ relations.weights).reshape(-1, DAY_H, relations.weights.shape[1]).mean(axis=1)
        half = len(days) // 2
        early, late = days[:half], days[half:]
        freedom = len(days) - 2
        squares = ((early - early.mean(axis=0)) ** 2).sum(axis=0) + ((late - late.mean(axis=0)) ** 2).sum(axis=0)
        error = np.sqrt(squares / freedom * (1 / len(early) + 1 / len(late))) + 1e-9
        scores = normal_scores((late.mean(axis=0) - early.mean(axis=0)) / error, freedom)
        watched = np.isfinite(relations.spread)
        limit = NormalDist().inv_cdf(1 - _STABLE_CHANCE / 2 / max(int(watched.sum()), 1))
        return bool(np.abs(scores[watched]).max(initial=0.0) < limit)

    def learn(self, hour: int, directions: "np.ndarray") -> Relations | None:
        """The relations at ``hour``, over the sensors that are known well enough; None where fewer than two are."""
        import numpy as np

        stretches = self.stretches(hour)
        if not stretches:
            return None
        centred = [_centred(one) for one in stretches]
        rows = np.concatenate(centred)
        active = np.isfinite(rows).mean(axis=0) >= _LEAST_SHARE
        active &= np.nanstd(rows, axis=0) > 0 if len(rows) else False
        complete = np.isfinite(rows[:, active]).all(axis=1)
        if active[: self.sensors].sum() < 2 or complete.sum() < max(0.5 * self.least_days * DAY_H, active.sum() + 48):
            return None
        latest = centred[0] if self.segments and len(stretches[0]) <= 7 and len(stretches) > 1 else None
        return learn(rows, self.charts, directions, active=active, errors=self.errors, latest=latest)

    def drops(
        self, hour: int, relations: Relations, day: "np.ndarray | None" = None
    ) -> "tuple[np.ndarray, np.ndarray]":
        """How far pressures of the day from ``hour`` are below their mean since the last change, flows allowed for.

        Gives drops (24, sensors) [m], and on how many days the mean of each hour rests (24,), 0 where it is not known.
        A sensor that is not known is given what the others make likely.
        """
        import numpy as np

        day = self.table[hour : hour + DAY_H] if day is None else day
        start = max(-(-self.since // DAY_H) * DAY_H, hour // DAY_H * DAY_H - MEMORY_DAYS * DAY_H)
        past = self.table[start:hour].reshape(-1, DAY_H, self.table.shape[1])
        number, mean = _means(past)
        repeated = np.tile(mean, (len(day) // DAY_H, 1))
        away = np.abs(day - repeated)[:, self.sensors :][:, relations.flows]
        known = (away <= relations.reach).all(axis=1)
        drops = relations.likely(relations.without_flows(repeated) - relations.without_flows(day))
        drops = np.where(known[:, None], drops, 0.0)
        used = np.concatenate([relations.active, relations.flows])
        counts = np.tile(number[:, used].min(axis=1), len(day) // DAY_H) * known
        return drops, counts


def _centred(days: "np.ndarray") -> "np.ndarray":
    """Deviations (hours, columns) of days (days, 24, columns) from the mean of each hour, at their true spread."""
    _number, mean = _means(days)
    count = len(days)
    found: np.ndarray = ((days - mean) * (count / (count - 1)) ** 0.5).reshape(-1, days.shape[2])
    return found


def _means(days: "np.ndarray") -> "tuple[np.ndarray, np.ndarray]":
    """On how many days each hour is known (24, columns), and its mean."""
    import numpy as np

    known = np.isfinite(days)
    number = known.sum(axis=0)
    mean = np.where(known, days, 0.0).sum(axis=0) / np.maximum(number, 1)
    return number, np.where(number > 0, mean, np.nan)
