"""Hourly means of sensors on the clock of the zone: whole days of 24 hours, so that weeks and days line up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _

if TYPE_CHECKING:
    import numpy as np

    from agglo.models.water.readings.series import Series

DAY_H = 24
_LEAST_SHARE = 0.5
"""Part of an hour that must be known for its mean to count [1]."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours from the midnight that starts ``first`` (a local day), ``days`` whole days of them.

    The hour that does not exist in spring is not known; the one that comes twice in autumn is the mean of both.
    ``instants`` (days x 24,) is when each starts, UTC, ``datetime64[s]``.
    """

    first: "np.datetime64"
    days: int
    instants: "np.ndarray"
    values: "Mapping[str, np.ndarray]"

    def at(self, hour: int) -> "np.datetime64":
        """When an hour starts, on the local clock."""
        import numpy as np

        found: np.datetime64 = self.first.astype("datetime64[h]") + np.timedelta64(int(hour), "h")
        return found

    def day(self, day: int) -> "np.datetime64":
        """The date of a day."""
        import numpy as np

        found: np.datetime64 = self.first.astype("datetime64[D]") + np.timedelta64(int(day), "D")
        return found

    def hour_of(self, date: "np.datetime64") -> int:
        """The first hour of a date; below zero before the first day."""
        import numpy as np

        return int((date.astype("datetime64[h]") - self.first.astype("datetime64[h]")) / np.timedelta64(1, "h"))


def hourly(series: "Series", zone: str, extra: "Mapping[str, np.ndarray] | None" = None) -> Hours:
    """Hourly means of every sensor, and of ``extra`` values on the same grid; an hour half unknown is not known.

    Raises
    ------
    InvalidInput
        Readings are further apart than an hour.
    """
    import numpy as np

    step_s = series.grid.step_s
    if step_s > 3600:
        got = _("one reading in {minutes:.0f} min").format(minutes=step_s / 60)
        fault = Fault(_("readings"), got, _("at least one an hour"), _("Give the readings as they were logged."))
        raise InvalidInput(_("These readings are too far apart to be watched."), [fault])
    local = series.grid.local(zone)
    first = local[0].astype("datetime64[D]")
    index = ((local - first.astype("datetime64[s]")) // np.timedelta64(3600, "s")).astype(np.int64)
    days = int(index[-1]) // DAY_H + 1
    count = 3600 / step_s
    instants = np.full(days * DAY_H, np.datetime64("NaT"), "datetime64[s]")
    instants[index[::-1]] = series.grid.times[::-1]
    all_values = _items(series.values, extra)
    values = {name: _means(index, one, days * DAY_H, count) for name, one in all_values}
    return Hours(first, days, instants, values)


def _items(
    values: "Mapping[str, np.ndarray]", extra: "Mapping[str, np.ndarray] | None"
) -> "Iterable[tuple[str, np.ndarray]]":
    yield from values.items()
    yield from (extra or {}).items()


def _means(index: "np.ndarray", values: "np.ndarray", length: int, count: float) -> "np.ndarray":
    import numpy as np

    known = np.isfinite(values)
    number = np.bincount(index, known, length)
    total = np.bincount(index, np.where(known, values, 0.0), length)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(number >= max(_LEAST_SHARE * count, 1), total / number, np.nan)
