"""The watch on pressures, day after day, with nothing but what is past.

Every midnight the relations between sensors are learnt anew (:mod:`.relations`) on the latest weeks, each hour of the
day about the mean it has had since the last change. During the day each relation's drop is scored against that mean,
and the scores add up (:mod:`.cusum`). The limit is the one that a network without change passes once a year by chance,
all relations together. Where it is passed, the pattern of the drop over all sensors tells a new leak from one that is
known: the watch then starts again from a new mean, blind to that pattern, so that a leak which grows, or varies between
day and night, is raised once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from agglo.models.water.watching.cusum import limit_for, normal_scores
from agglo.models.water.watching.history import History
from agglo.models.water.watching.hours import DAY_H
from agglo.models.water.watching.relations import Relations

if TYPE_CHECKING:
    import numpy as np

ALLOWANCE = 1.0
"""Page's k: half of the smallest lasting shift looked for, two spreads of an hour."""
SETTLING_DAYS = 2
ALIKE = 0.5
"""Cosine above which two patterns are one leak's: half of it is explained by the other."""
_HOURS_A_YEAR = 8766
_LEAST_HOURS = 2.5
"""No single hour brings more than a limit divided by this: at least three hours must agree."""
_MUCH_LARGER = 2.0
_CLOCK_LEFT = 0.25
_GONE, _REVERSE = 0.5, 0.8

Kind = Literal["drop", "rise", "growth", "return"]


@dataclass(frozen=True, slots=True)
class Change:
    """A lasting change: hours ``start`` to ``raised``; ``drop`` (sensors,) [m] below what was expected, not a number
    where a sensor is not watched; ``sensor`` the one that the others explain least; ``score`` its drop in spreads of an
    hour; ``moved`` how many sensors moved; ``evidence`` the sum of scores; ``known`` the index of the earlier change
    whose pattern it has, or -1; ``clock`` whether the sensor's clock moved by an hour explains it; ``relations``
    those of the day."""

    raised: int
    start: int
    kind: Kind
    sensor: int
    drop: "np.ndarray"
    score: float
    moved: int
    evidence: float
    known: int
    clock: bool
    relations: Relations


@dataclass(slots=True)
class Pattern:
    """A change that the watch remembers: its drop, the hour of its last sign, and whether it still is there."""

    change: int
    drop: "np.ndarray"
    last: int
    present: bool = True
    least_evidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What people decided of the change of a sensor (index) that started at an hour: from ``hour`` on."""

    sensor: int
    start: int
    hour: int
    state: Literal["repaired", "false"]


@dataclass(slots=True)
class Watch:
    """The watch as it goes: ``table`` (hours, columns), the first ``sensors`` columns pressures [m], then flows and
    levels. ``limit`` is that of every sum: one false signal in ``years``, both directions of all relations together.
    ``changes`` are what was found, ``watched`` how many sensors were watched each day."""

    table: "np.ndarray"
    sensors: int
    verdicts: Sequence[Verdict] = ()
    years: float = 1.0
    history: History = field(init=False)
    changes: list[Change] = field(default_factory=list)
    patterns: list[Pattern] = field(default_factory=list)
    watched: dict[int, int] = field(default_factory=dict)
    first_hour: int | None = None
    totals: "np.ndarray" = field(init=False)
    lengths: "np.ndarray" = field(init=False)
    limit: float = field(init=False)

    def __post_init__(self) -> None:
        self.history = History(self.table, self.sensors)
        self.limit = limit_for(2 * self.history.charts.number * _HOURS_A_YEAR * self.years, ALLOWANCE)
        self._reset()

    def run(self) -> None:
        """Goes through all the days."""
        start = self.history.first_stable()
        if start is None:
            return
        self.first_hour = start
        done: set[Verdict] = set()
        for hour in range(start, len(self.table) - DAY_H + 1, DAY_H):
            for verdict in self.verdicts:
                if verdict.hour <= hour and verdict not in done:
                    done.add(verdict)
                    self._decided(verdict, hour)
            self._day(hour)

    def _reset(self) -> None:
        import numpy as np

        self.totals = np.zeros((2, self.history.charts.number))
        self.lengths = np.zeros((2, self.history.charts.number), np.int64)

    def _day(self, hour: int) -> None:
        import numpy as np

        days = self.history.days_since_change(hour)
        if days < (SETTLING_DAYS if self.history.segments else 1):
            return
        relations = self.history.learn(hour, self._directions())
        if relations is None:
            return
        drops, counts = self.history.drops(hour, relations)
        self.watched[hour // DAY_H] = int(relations.active.sum())
        cap = self.limit / _LEAST_HOURS
        ratios = (drops @ relations.weights) / (relations.spread * np.sqrt(1 + 1 / np.maximum(counts, 1))[:, None])
        scores = np.clip(normal_scores(ratios, relations.freedom), -cap, cap) * (counts > 0)[:, None]
        for at, score in enumerate(scores):
            self._add(score)
            if self.totals.max() > self.limit and self._signal(hour, at, drops, relations):
                return
        self._ended(hour, drops[counts > 0], relations)

    def _ended(self, hour: int, drops: "np.ndarray", relations: Relations) -> None:
        """Ends the pattern whose reverse a day shows, by half of its first size or more: sums are blind to it."""
        import numpy as np

        if len(drops) < DAY_H // 2:
            return
        day, metric = drops.mean(axis=0), relations.precision
        for one in self.patterns:
            change = self.changes[one.change]
            size = float(one.drop @ metric @ day) / max(float(one.drop @ metric @ one.drop), 1e-12)
            if one.present and size < -_GONE and _cosine(one.drop, day, metric) < -_REVERSE:
                last, drop = hour + DAY_H - 1, np.where(relations.active, day, np.nan)
                known = (change.sensor, drop, size, 0, 0.0, one.change, False, relations)
                self.changes.append(Change(last, hour, "return", *known))
                one.present = False
                self.history.change(hour, hour + DAY_H)
                self._reset()
                return

    def _add(self, score: "np.ndarray") -> None:
        import numpy as np

        np.maximum(0.0, self.totals + np.stack([score, -score]) - ALLOWANCE, out=self.totals)
        self.lengths = np.where(self.totals > 0, self.lengths + 1, 0)

    def _signal(self, hour: int, at: int, drops: "np.ndarray", relations: Relations) -> bool:
        """Takes note of a change found at hour ``hour + at``, and starts again from a new mean; whether there is one.

        A sum may pass its limit because pressures were odd for some hours. It is a change where the sensor that the
        others explain least stands out by itself, or where the sum still is above its limit a whole day after it rose.
        """
        import numpy as np

        over = self.totals > self.limit
        lasting = over & (self.lengths >= DAY_H)
        which = np.where(lasting if lasting.any() else over, self.totals, 0.0)
        side, chart = np.unravel_index(int(np.argmax(which)), over.shape)
        raised = hour + at
        start = raised - int(self.lengths[side, chart]) + 1
        before = _midnight(start)
        days = range(before, hour, DAY_H)
        drops = np.concatenate([*(self.history.drops(day, relations)[0] for day in days), drops[: at + 1]])
        change = self._told(start, raised, drops[start - before :].mean(axis=0), drops[: start - before], relations)
        if change.evidence < self.limit and not lasting.any():
            return False
        self.changes.append(change)
        self._remember(change)
        self.history.change(before, _midnight(raised) + DAY_H)
        self._reset()
        return True

    def _told(self, start: int, raised: int, drop: "np.ndarray", before: "np.ndarray", relations: Relations) -> Change:
        import numpy as np

        new = relations.free @ np.where(relations.active, drop, 0.0)
        partial = relations.precision @ new / np.sqrt(np.maximum(np.diag(relations.precision), 1e-12))
        sensor = int(np.argmax(np.abs(partial)))
        alone = np.abs(drop) / relations.spread[-self.sensors :]
        moved = int((np.nan_to_num(alone) > 3.0).sum())
        evidence = float(abs(partial[sensor])) * (raised - start + 1) ** 0.5
        kind, known = self._kind(drop, float(partial[sensor]), before, relations)
        if kind == "growth" and evidence > self._false_evidence(known):
            kind, known = "drop", -1
        shown = np.where(relations.active, drop, np.nan)
        clock = self._clock(sensor, start, raised, relations)
        score = float(partial[sensor])
        return Change(raised, start, kind, sensor, shown, score, moved, evidence, known, clock, relations)

    def _false_evidence(self, known: int) -> float:
        """The evidence of a pattern that people found false, over which it is raised again."""
        pattern = next(one for one in self.patterns if one.change == known)
        return pattern.least_evidence or float("inf")

    def _clock(self, sensor: int, start: int, raised: int, relations: Relations) -> bool:
        """Whether the sensor's readings an hour earlier or later leave a quarter of what it is off, or less."""
        import numpy as np

        chart = len(self.history.charts.target) + sensor
        first, after = _midnight(start), _midnight(raised) + DAY_H
        left = []
        for lag in (0, -1, 1):
            rows = self.table[first:after].copy()
            moved = np.clip(np.arange(first, after) + lag, 0, raised)
            rows[:, sensor] = self.table[moved, sensor]
            drops, _counts = self.history.drops(first, relations, rows)
            left.append(float(np.sum((drops[start - first : raised - first + 1] @ relations.weights[:, chart]) ** 2)))
        return min(left[1:]) < _CLOCK_LEFT * left[0]

    def _kind(self, drop: "np.ndarray", score: float, before: "np.ndarray", relations: Relations) -> tuple[Kind, int]:
        """Whether a drop is a new leak's, a known one that grows, or one that ends; and which one is known."""
        found = [(_cosine(one.drop, drop, relations.precision), one) for one in self.patterns if one.present]
        cosine, nearest = max(found, key=lambda pair: abs(pair[0]), default=(0.0, None))
        if nearest is None or abs(cosine) <= ALIKE:
            return ("rise" if score < 0 else "drop"), -1
        if cosine < 0:
            return "return", nearest.change
        if self._sudden(nearest, drop, before, relations):
            return "drop", -1
        return "growth", nearest.change

    def _sudden(self, known: Pattern, drop: "np.ndarray", before: "np.ndarray", relations: Relations) -> bool:
        """Whether a drop like a known one came within hours and is much larger: another leak at the same place."""
        import numpy as np

        metric = relations.precision
        size = float(known.drop @ metric @ known.drop)
        larger = float(known.drop @ metric @ drop) / size
        already = float(known.drop @ metric @ np.mean(before, axis=0)) / size if len(before) else 0.0
        return larger > _MUCH_LARGER and already < larger / 4

    def _remember(self, change: Change) -> None:
        import numpy as np

        index, drop = len(self.changes) - 1, np.nan_to_num(change.drop)
        if change.known < 0:
            self.patterns.append(Pattern(index, drop, change.raised))
            return
        pattern = next(one for one in self.patterns if one.change == change.known)
        pattern.last = change.raised
        if change.kind == "growth":
            pattern.drop = drop
        else:
            pattern.present = False

    def _directions(self) -> "np.ndarray":
        import numpy as np

        present = [one.drop for one in self.patterns if one.present and not one.least_evidence]
        return np.stack(present, axis=1) if present else np.zeros((self.sensors, 0))

    def _decided(self, verdict: Verdict, hour: int) -> None:
        """A repair ends a pattern and starts a new mean; a false alarm stays known."""
        for pattern in self.patterns:
            change = self.changes[pattern.change]
            if (change.sensor, change.start) == (verdict.sensor, verdict.start):
                if verdict.state == "repaired" and pattern.present:
                    pattern.present = False
                    self.history.change(verdict.hour, hour)
                    self._reset()
                if verdict.state == "false":
                    pattern.least_evidence = change.evidence


def _midnight(hour: int) -> int:
    return hour // DAY_H * DAY_H


def _cosine(first: "np.ndarray", second: "np.ndarray", metric: "np.ndarray") -> float:
    size = float(first @ metric @ first) * float(second @ metric @ second)
    return float(first @ metric @ second) / size**0.5 if size > 0 else 0.0
