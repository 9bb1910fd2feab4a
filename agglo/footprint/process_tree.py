"""What a process and its descendants use at one instant: resident memory and CPU time.

On Linux this is read from ``/proc`` (a worker's children are listed by the kernel, so the cost does not grow with the
number of processes on the machine); elsewhere through psutil.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class Usage:
    """Use of a process tree at one instant.

    ``cpu_s`` counts every live process and the ended children each has waited for; ``highest_peak_bytes`` is the
    largest peak resident memory that the kernel has kept for any single live process.
    """

    memory_bytes: int
    highest_peak_bytes: int
    cpu_s: float


def usage_of(pid: int) -> Usage | None:
    """Use of the process ``pid`` and its descendants now, or None when it is gone or may not be read."""
    return _usage_proc(pid) if (PROC / "self" / "stat").exists() else _usage_psutil(pid)


def _usage_proc(pid: int) -> Usage | None:
    memory, peak, cpu, read = 0, 0, 0.0, 0
    waiting = [str(pid)]
    while waiting:
        name = waiting.pop()
        try:
            cpu += _cpu_s(name)
            resident, highest = _memory_bytes(name)
            children = _children(name)
        except (OSError, IndexError, ValueError):
            continue
        memory, peak, read = memory + resident, max(peak, highest), read + 1
        waiting += children
    return Usage(memory, peak, cpu) if read else None


def _cpu_s(pid: str) -> float:
    """User and system time of a process and of the children it has waited for [s]."""
    with open(f"{PROC}/{pid}/stat", "rb") as stat:  # noqa: PTH123, a Path costs as much as the read
        fields = stat.read().rpartition(b")")[2].split()
    own, waited = (sum(map(int, fields[start : start + 2])) / _TICKS_PER_S for start in (11, 13))
    try:
        return time.clock_gettime(_cpu_clock(int(pid))) + waited
    except OSError:
        return own + waited


def _cpu_clock(pid: int) -> int:
    """The kernel's clock of a process's CPU time, in nanoseconds where ``stat`` has hundredths of a second."""
    return ~pid << 3 | 2


def _memory_bytes(pid: str) -> tuple[int, int]:
    """Resident memory of a process now and its peak as the kernel keeps it [bytes]; 0 for one that has ended."""
    with open(f"{PROC}/{pid}/status", "rb") as status:  # noqa: PTH123
        _, found, lines = status.read().partition(b"VmHWM:")
    if not found:
        return 0, 0
    peak, _, rest = lines.partition(b" kB")
    return int(rest.partition(b"VmRSS:")[2].split(None, 1)[0]) * 1024, int(peak) * 1024


def _children(pid: str) -> list[str]:
    found: list[str] = []
    for task in os.listdir(f"{PROC}/{pid}/task"):  # noqa: PTH208
        with open(f"{PROC}/{pid}/task/{task}/children", "rb") as children:  # noqa: PTH123
            found += children.read().decode().split()
    return found


def _usage_psutil(pid: int) -> Usage | None:
    import psutil

    memory, cpu, read = 0, 0.0, 0
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.Error:
        return None
    for process in tree:
        try:
            times, resident = process.cpu_times(), process.memory_info().rss
        except psutil.Error:
            continue
        waited = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
        memory, cpu, read = memory + resident, cpu + times.user + times.system + waited, read + 1
    return Usage(memory, memory, cpu) if read else None
