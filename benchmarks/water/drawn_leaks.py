"""Leaks drawn at random, like those that L-Town's makers drew for 2019 and of no pipe or date of theirs.

What is kept of theirs, measured on the 23 true series: four in 23 ran before the year at 5 to 7 m3/h; of the rest about
half are abrupt; peaks lie between 5 and 28 m3/h, nearly all above 15 are repaired after two to nine weeks and nearly
all below never; an incipient leak grows with the square of time for 22 to 75 days; a leak loses 1 to 6 % less when the
town's demand doubles, since the pressure drops; those behind the pump lose 15 m3/h together, within what it can bring.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.water.leaks import KINDS, STEP, STEPS_PER_HOUR, Flow, Leak, Year

_DAY = 24 * STEPS_PER_HOUR
_YEAR = 365 * _DAY
_LEAST_LENGTH_M = 5.0
_CONTINUED = np.timedelta64(180, "D")
_ABRUPT, _INCIPIENT = KINDS


@dataclass(frozen=True)
class Habits:
    """How leaks come; a pair is (least, most), drawn evenly between. Days are those of a whole year: a shorter series
    holds all of it, faster."""

    count: int = 23
    inherited: tuple[int, int] = (3, 5)
    inherited_m3_h: tuple[float, float] = (4.5, 8.0)
    peak_m3_h: tuple[float, float] = (5.0, 28.0)
    abrupt_share: float = 0.47
    large_m3_h: float = 15.0
    repaired_share_large: float = 0.92
    repaired_share_small: float = 0.08
    abrupt_days: tuple[float, float] = (13.0, 52.0)
    incipient_days_after_peak: tuple[float, float] = (2.0, 25.0)
    growth_days: tuple[float, float] = (22.0, 75.0)
    start_days: tuple[float, float] = (10.0, 335.0)
    demand_slope: tuple[float, float] = (0.01, 0.06)
    most_pumped_m3_h: float = 15.0


USUAL = Habits()


def draw(
    lengths_m: Mapping[str, float],
    demand_m3_h: Flow,
    *,
    start: np.datetime64,
    seed: int,
    habits: Habits = USUAL,
    pumped: Collection[str] = (),
) -> Year:
    """A year of leaks, each in a pipe of its own, a pipe as likely as it is long.

    ``lengths_m``: every pipe; ``demand_m3_h``: the town's demand at each step, which moves the pressure that drives the
    leaks; ``pumped``: pipes behind a pump, that together lose ``most_pumped_m3_h`` at most (a leak beyond that is drawn
    in another pipe).
    """
    random = np.random.default_rng(seed)
    long = [pipe for pipe, length_m in lengths_m.items() if length_m >= _LEAST_LENGTH_M]
    weights = np.array([lengths_m[pipe] for pipe in long])
    order = [long[rank] for rank in random.choice(len(long), len(long), replace=False, p=weights / weights.sum())]
    chosen, spare = order[: habits.count], [pipe for pipe in order[habits.count :] if pipe not in pumped]
    before = int(random.integers(habits.inherited[0], habits.inherited[1] + 1))
    surplus = demand_m3_h / demand_m3_h.mean() - 1
    behind = np.zeros(len(surplus))
    leaks = []
    for rank, pipe in enumerate(chosen):
        make = _inherited if rank < before else _new
        leak = make(pipe, surplus, random, start, habits)
        if pipe in pumped and (behind + leak.flow_m3_h).max() > habits.most_pumped_m3_h:
            leak = replace(leak, pipe=spare.pop())
        elif pipe in pumped:
            behind += leak.flow_m3_h
        leaks.append(leak)
    return Year(start, len(surplus), tuple(sorted(leaks, key=lambda leak: (leak.start, leak.pipe))))


def _inherited(pipe: str, surplus: Flow, random: np.random.Generator, start: np.datetime64, habits: Habits) -> Leak:
    flow = random.uniform(*habits.inherited_m3_h) * _driven(surplus, random, habits)
    return Leak(pipe, _INCIPIENT, start - _CONTINUED, start + STEP * (len(surplus) - 1), flow)


def _new(pipe: str, surplus: Flow, random: np.random.Generator, start: np.datetime64, habits: Habits) -> Leak:
    steps = np.arange(len(surplus))
    scale = len(steps) / _YEAR * _DAY
    kind = _ABRUPT if random.random() < habits.abrupt_share else _INCIPIENT
    peak = random.uniform(*habits.peak_m3_h)
    first = int(random.uniform(*habits.start_days) * scale)
    growth, last = 1, len(steps) - 1
    if kind == _INCIPIENT:
        growth = min(max(1, int(random.uniform(*habits.growth_days) * scale)), len(steps) - first)
    share = habits.repaired_share_large if peak > habits.large_m3_h else habits.repaired_share_small
    if random.random() < share:
        days = random.uniform(*(habits.abrupt_days if kind == _ABRUPT else habits.incipient_days_after_peak))
        last = min(last, first + growth + int(days * scale))
    grown = np.clip((steps - first + 1) / growth, 0, 1) ** 2 * (steps <= last)
    flow = peak * grown * _driven(surplus, random, habits)
    return Leak(pipe, kind, start + STEP * first, start + STEP * last, flow)


def _driven(surplus: Flow, random: np.random.Generator, habits: Habits) -> Flow:
    """About 1: less when the town drinks more than usual."""
    return np.maximum(1 - random.uniform(*habits.demand_slope) * surplus, 0.0)
