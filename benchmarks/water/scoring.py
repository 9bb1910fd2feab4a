"""BattLeDIM's scoring rule: what a list of detections (pipe, time) earns on a year whose leaks are known.

Rule of the Battle of the Leakage Detection and Isolation Methods 2020 (Vrachimis et al., J. Water Resour. Plann.
Manage. 148(12), 2022, doi:10.1061/(ASCE)WR.1943-5452.0001601), as its organisers' final programme applies it:

- Detections before the year are dropped; the others are taken in order of time (those of one time in the order given).
- A detection finds a leak if start <= time <= end of the leak and the two pipes lie at most 300 m apart along the
  network, from middle to middle. Among several leaks not found before, it finds the nearest.
- It then earns 0.80 EUR for every m3 that the leak loses from then to the end of the year, less 500 EUR for every
  300 m of distance.
  The sum counts steps from one: it begins with the flow of the step before the detection (step 0 counts as step 1).
- If it matches nothing but leaks already found it earns 0; if it matches nothing, it costs 500 EUR (a false positive).
- A leak never found costs nothing.

Pumps and valves join their two nodes over no length.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np

from agglo.contract.errors import Fault, InvalidInput, nearest
from benchmarks.water.leaks import STEP, Leak, Year
from benchmarks.water.pipes import Pipes

Verdict = Literal["true", "repeated", "false"]
_HOUR = np.timedelta64(3600, "s")


@dataclass(frozen=True)
class Rule:
    reach_m: float = 300.0
    water_eur_m3: float = 0.80
    crew_eur: float = 500.0


BATTLEDIM = Rule()


@dataclass(frozen=True)
class Detection:
    pipe: str
    time: np.datetime64


@dataclass(frozen=True)
class Line:
    """What one detection earned; the leak, the distance and the delay where it found one."""

    detection: Detection
    verdict: Verdict
    euros: float
    leak: Leak | None = None
    distance_m: float | None = None
    delay_h: float | None = None
    inherited: bool = False


@dataclass(frozen=True)
class Result:
    lines: tuple[Line, ...]
    dropped: tuple[Detection, ...]
    leaks: int
    maximum_eur: float

    @property
    def score_eur(self) -> float:
        """To the cent."""
        return round(sum(line.euros for line in self.lines), 2)

    @property
    def share(self) -> float:
        """Of the maximum; 0 for a year without leaks."""
        return self.score_eur / self.maximum_eur if self.maximum_eur else 0.0

    @property
    def true_positives(self) -> int:
        return self._count("true")

    @property
    def false_positives(self) -> int:
        return self._count("false")

    def _count(self, verdict: Verdict) -> int:
        return sum(line.verdict == verdict for line in self.lines)

    def delays_h(self, kind: str) -> dict[str, float]:
        """Pipe of each found leak of a kind that began within the year -> hours from its start to its detection."""
        return {
            line.leak.pipe: line.delay_h
            for line in self.lines
            if line.leak and line.leak.kind == kind and line.delay_h is not None and not line.inherited
        }

    def inherited_delays_h(self) -> dict[str, float]:
        """The same for leaks that ran before the year, from the year's start."""
        return {
            line.leak.pipe: line.delay_h
            for line in self.lines
            if line.leak and line.inherited and line.delay_h is not None
        }

    def median_delay_h(self, kind: str) -> float | None:
        delays = self.delays_h(kind)
        return median(delays.values()) if delays else None


def score(detections: Iterable[Detection], year: Year, pipes: Pipes, rule: Rule = BATTLEDIM) -> Result:
    """Apply the rule. A pipe that the network lacks, or a time between two steps, is refused."""
    given = list(detections)
    _check(given, year, pipes)
    dropped = tuple(one for one in given if year.step(one.time) < 0)
    kept = sorted((one for one in given if year.step(one.time) >= 0), key=lambda one: one.time)
    around = {leak.pipe: pipes.within(leak.pipe, rule.reach_m) for leak in year.leaks}
    found: set[str] = set()
    lines = []
    for detection in kept:
        line = _judged(detection, year, around, found, rule)
        if line.leak:
            found.add(line.leak.pipe)
        lines.append(line)
    return Result(tuple(lines), dropped, len(year.leaks), maximum_eur(year, rule))


def maximum_eur(year: Year, rule: Rule = BATTLEDIM) -> float:
    """Every leak found in its own pipe at its very start, no false positive [EUR]."""
    return round(sum(_water_eur(leak, year.step(leak.start), rule) for leak in year.leaks), 2)


def _judged(
    detection: Detection, year: Year, around: Mapping[str, Mapping[str, float]], found: set[str], rule: Rule
) -> Line:
    matching = [
        leak for leak in year.leaks if leak.start <= detection.time <= leak.end and detection.pipe in around[leak.pipe]
    ]
    if not matching:
        return Line(detection, "false", -rule.crew_eur)
    fresh = [leak for leak in matching if leak.pipe not in found]
    if not fresh:
        return Line(detection, "repeated", 0.0)
    leak = min(fresh, key=lambda leak: around[leak.pipe][detection.pipe])
    distance_m = around[leak.pipe][detection.pipe]
    euros = _water_eur(leak, year.step(detection.time), rule) - rule.crew_eur * distance_m / rule.reach_m
    delay_h = float((detection.time - max(leak.start, year.start)) / _HOUR)
    return Line(detection, "true", euros, leak, distance_m, delay_h, year.inherited(leak))


def _water_eur(leak: Leak, step: int, rule: Rule) -> float:
    """Worth of the water lost from a step to the end of the year, counting steps from one."""
    return rule.water_eur_m3 * leak.volume_m3(max(step, 1) - 1)


def _check(detections: Sequence[Detection], year: Year, pipes: Pipes) -> None:
    faults = [
        Fault(f"detection {number}", one.pipe, "a pipe of the network", nearest(one.pipe, list(pipes.by_id)))
        for number, one in enumerate(detections, 1)
        if one.pipe not in pipes
    ]
    faults += [
        Fault(f"detection {number}", str(one.time), "a time on the year's five-minute grid", "Give the step's time.")
        for number, one in enumerate(detections, 1)
        if (one.time - year.start) % STEP != np.timedelta64(0, "s")
    ]
    if faults:
        raise InvalidInput("The detections cannot be scored.", faults)
