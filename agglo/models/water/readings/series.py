"""Readings on one regular grid of time, with what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Grid:
    """Instants (UTC, seconds) at a regular step; a value at an instant is that of the step that starts there."""

    start: "np.datetime64"
    step_s: int
    length: int

    @property
    def times(self) -> "np.ndarray":
        """Instants (length,), ``datetime64[s]``, UTC."""
        import numpy as np

        start = int(self.start.astype("datetime64[s]").astype(np.int64))
        return (start + self.step_s * np.arange(self.length, dtype=np.int64)).astype("datetime64[s]")

    def local(self, zone: str) -> "np.ndarray":
        """The same instants on the clock of a zone, ``datetime64[s]``."""
        from agglo.models.water.readings.clock import local_times

        return local_times(self.times, zone)


@dataclass(frozen=True, slots=True)
class Flag:
    """Something wrong with a sensor from ``start`` to ``end`` (UTC, both included): ``count`` readings, one sentence.

    ``kind`` is one of gap, flat, outlier, duplicate, rollover, replacement, backwards, clock, negative, unit.
    """

    sensor: str
    kind: str
    start: "np.datetime64"
    end: "np.datetime64"
    count: int
    detail: str


@dataclass(frozen=True, slots=True)
class Series:
    """Values by sensor on a grid: flow [m3/h], pressure [m], level [m]; NaN where unknown or not trusted.

    ``kinds`` says what each sensor measures: flow, pressure or level.
    """

    grid: Grid
    values: "Mapping[str, np.ndarray]"
    kinds: Mapping[str, str]
    flags: tuple[Flag, ...]


def read(
    readings: "pa.Table",
    *,
    sensors: "pa.Table | None" = None,
    step_s: int | None = None,
    zone: str = "Europe/Paris",
) -> Series:
    """Readings of the schema ``water-readings`` on a regular grid, all that is wrong with them flagged.

    Parameters
    ----------
    readings, sensors
        Tables of the schemas ``water-readings`` and ``water-sensors``; a sensor of it without readings is flagged.
    step_s
        Step of the grid [s]; else the step that most sensors have.
    zone
        The clock people live by, whose days the clock of each sensor is compared with.

    Cumulative indexes become flows [m3/h]. What is not trusted is NaN and has a flag; nothing else is changed, but for
    the roll-over of a meter that is certain, which is counted through and has its flag.

    Raises
    ------
    InvalidInput
        A row holds several quantities, a sensor measures several, the step or the span cannot be used, or there is no
        reading at all; every fault is listed.
    """
    from agglo.models.water.readings import reading

    return reading.assemble(readings, sensors, step_s, zone)
