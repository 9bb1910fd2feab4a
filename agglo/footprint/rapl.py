"""RAPL: the energy counters some processors keep, for the whole machine.

They count everything the machine does, so their reading is shown beside a run's estimate and never attributed to it.
Source: Linux kernel documentation, "Power Capping Framework" (energy_uj, max_energy_range_uj).
"""

from pathlib import Path

POWERCAP = Path("/sys/class/powercap")


class EnergyCounter:
    """Energy used by the machine's processor packages since the counter was made [J].

    The kernel's counters wrap around: ``update`` must be called more often than they do (every few minutes).
    """

    def __init__(self, folder: Path = POWERCAP) -> None:
        self._joules = 0.0
        self._last: dict[Path, int] = {}
        for package in sorted(folder.glob("intel-rapl:*")):
            value = _read(package / "energy_uj")
            if value is not None and ":" not in package.name.partition(":")[2] and not _is_platform(package):
                self._last[package] = value

    @property
    def readable(self) -> bool:
        """Whether the machine lets its counters be read."""
        return bool(self._last)

    def update(self) -> float | None:
        """Energy since the counter was made [J], or None where it cannot be read."""
        for package, last in list(self._last.items()):
            value = _read(package / "energy_uj")
            if value is None:
                self._last.clear()
                break
            wrapped = (_read(package / "max_energy_range_uj") or 0) if value < last else 0
            self._joules += (value - last + wrapped) / 1e6
            self._last[package] = value
        return self._joules if self._last else None


def _is_platform(package: Path) -> bool:
    """Whether a domain is the whole platform, which counts the packages a second time."""
    try:
        return (package / "name").read_text(encoding="ascii").strip() == "psys"
    except OSError:
        return False


def _read(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
