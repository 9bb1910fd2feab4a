"""The meter: what a run's process tree uses, measured from its parent."""

import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.footprint.process_tree import Usage, usage_of
from agglo.footprint.rapl import POWERCAP, EnergyCounter

if TYPE_CHECKING:
    from resource import struct_rusage

INTERVAL_S = 0.1
"""Time between two samples [s], reached by doubling from :data:`FIRST_INTERVAL_S` so that short runs are seen too."""
FIRST_INTERVAL_S = 0.005
"""Time between the first sample and the second [s]."""
ENERGY_INTERVAL_S = 30.0
"""Time between two readings of the machine's energy counters [s], well under the minutes they take to wrap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What a process tree used; None is what could not be measured, and ``missing`` names it.

    ``machine_energy_j`` is the whole machine's during that time and belongs to no run.
    """

    wall_s: float | None
    cpu_s: float | None
    peak_memory_bytes: int | None
    machine_energy_j: float | None = None
    missing: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether wall time, CPU time and peak memory were all measured to the end."""
        return not self.missing

    def to_dict(self) -> dict[str, Any]:
        """A JSON object; ``complete`` is there for readers."""
        return asdict(self) | {"missing": list(self.missing), "complete": self.complete}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Measurement":
        values = {key: value for key, value in kept.items() if key != "complete"}
        return cls(**(values | {"missing": tuple(kept["missing"])}))


def together(measurements: Sequence[Measurement]) -> Measurement:
    """What several processes, one after another, used in all: sums of times, the highest peak.

    >>> one = Measurement(wall_s=1.0, cpu_s=2.0, peak_memory_bytes=10)
    >>> together([one, Measurement(wall_s=3.0, cpu_s=1.0, peak_memory_bytes=30)])
    Measurement(wall_s=4.0, cpu_s=3.0, peak_memory_bytes=30, machine_energy_j=None, missing=())
    """

    def known(name: str) -> list[float]:
        return [value for one in measurements if (value := getattr(one, name)) is not None]

    peaks, energy = known("peak_memory_bytes"), known("machine_energy_j")
    return Measurement(
        wall_s=sum(known("wall_s")) or None,
        cpu_s=sum(known("cpu_s")) or None,
        peak_memory_bytes=int(max(peaks)) if peaks else None,
        machine_energy_j=sum(energy) if len(energy) == len(measurements) else None,
        missing=tuple(dict.fromkeys(name for one in measurements for name in one.missing)),
    )


class Meter:
    """Measures the process ``pid`` and its descendants from ``start`` to ``stop``.

    Peak memory is the highest sum of resident memory over the tree that a sample saw, or the kernel's own record of the
    largest process where it set a new record meanwhile; memory that processes share is counted once for each.
    """

    def __init__(self, pid: int, *, interval_s: float = INTERVAL_S, powercap: Path = POWERCAP) -> None:
        self._pid = pid
        self._interval_s = interval_s
        self._powercap = powercap
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._sample_until_stopped, name="agglo-meter", daemon=True)
        self._first: Usage | None = None
        self._last: Usage | None = None
        self._peak_bytes = 0

    def start(self) -> None:
        """Take the first sample and go on sampling in a thread."""
        self._started = time.perf_counter()
        self._energy = EnergyCounter(self._powercap)
        self._first = self._sample()
        self._thread.start()

    def stop(self, rusage: "struct_rusage | None" = None) -> Measurement:
        """End the measure. ``rusage`` is what ``os.wait4`` gave for the process, if it has ended.

        Without it, CPU time is the difference between the first sample and one taken now, and is missing
        if the process has gone in between.
        """
        wall_s = time.perf_counter() - self._started
        self._stopping.set()
        self._thread.join()
        final = self._sample() if rusage is None else None
        cpu_s, peak = self._cpu_s(rusage, final), max(self._peak_bytes, _own_peak_bytes(rusage)) or None
        missing = []
        if cpu_s is None or (rusage is None and final is None):
            missing.append("cpu_s")
        if peak is None:
            missing.append("peak_memory_bytes")
        return Measurement(
            wall_s=wall_s,
            cpu_s=cpu_s,
            peak_memory_bytes=peak,
            machine_energy_j=self._energy.update(),
            missing=tuple(missing),
        )

    def _cpu_s(self, rusage: "struct_rusage | None", final: Usage | None) -> float | None:
        """CPU time [s]: the kernel's account, or what samples saw if that is more (descendants nobody waited for)."""
        last = final or self._last
        if rusage is not None:
            return max(rusage.ru_utime + rusage.ru_stime, last.cpu_s if last else 0.0)
        if self._first is None or last is None:
            return None
        return last.cpu_s - self._first.cpu_s

    def _sample_until_stopped(self) -> None:
        energy_read = time.perf_counter()
        interval_s = min(FIRST_INTERVAL_S, self._interval_s)
        while not self._stopping.wait(interval_s):
            self._sample()
            interval_s = min(2 * interval_s, self._interval_s)
            if time.perf_counter() - energy_read > ENERGY_INTERVAL_S:
                self._energy.update()
                energy_read = time.perf_counter()

    def _sample(self) -> Usage | None:
        usage = usage_of(self._pid)
        if usage is not None:
            of_this_run = self._first is not None and usage.highest_peak_bytes > self._first.highest_peak_bytes
            record = usage.highest_peak_bytes if of_this_run else 0
            self._peak_bytes = max(self._peak_bytes, usage.memory_bytes, record)
            self._last = usage
        return usage


def _own_peak_bytes(rusage: "struct_rusage | None") -> int:
    """Peak resident memory of the largest ended process [bytes], or 0 where the kernel's figure may be the parent's.

    Linux lets a process inherit the peak of the one that started it; only above this one's own peak is it its own.
    """
    if rusage is None or sys.platform != "linux":
        return 0
    from resource import RUSAGE_SELF, getrusage

    inherited = getrusage(RUSAGE_SELF).ru_maxrss
    return rusage.ru_maxrss * 1024 if rusage.ru_maxrss > inherited else 0
