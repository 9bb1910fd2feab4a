"""Wall clocks: instants as a clock on the wall of a zone shows them."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from agglo.contract.errors import Fault, nearest
from agglo.contract.language import _

if TYPE_CHECKING:
    import numpy as np

_DAY_S = 86_400


def local_times(times: "np.ndarray", zone: str) -> "np.ndarray":
    """Instants (n,), ``datetime64[s]`` UTC in any order, on the clock of ``zone``, ``datetime64[s]``.

    >>> import numpy as np
    >>> local_times(np.array(["2024-07-01T00:00:00"], "datetime64[s]"), "Europe/Paris").astype(str).tolist()
    ['2024-07-01T02:00:00']
    """
    import numpy as np

    seconds = times.astype("datetime64[s]").astype(np.int64)
    if not len(seconds):
        return times.astype("datetime64[s]")
    changes, shifts = _shifts(ZoneInfo(zone), int(seconds.min()), int(seconds.max()))
    shift = shifts[np.searchsorted(changes, seconds, side="right")]
    local: np.ndarray = (seconds + shift).astype("datetime64[s]")
    return local


def _shifts(zone: ZoneInfo, first: int, last: int) -> "tuple[np.ndarray, np.ndarray]":
    """Instants [s since 1970] at which the clock changes, and its shift from UTC [s] before, between and after them."""
    import numpy as np

    changes: list[int] = []
    shifts = [_shift(zone, first)]
    for day in range(first, last + _DAY_S, _DAY_S):
        after = _shift(zone, day + _DAY_S)
        if after != shifts[-1]:
            changes.append(_instant_of_change(zone, day, day + _DAY_S))
            shifts.append(after)
    return np.array(changes, np.int64), np.array(shifts, np.int64)


def _shift(zone: ZoneInfo, second: int) -> int:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    return int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds())


def _instant_of_change(zone: ZoneInfo, low: int, high: int) -> int:
    before = _shift(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _shift(zone, middle) == before else (low, middle)
    return high


def zone_faults(zone: str) -> list[Fault]:
    """What is wrong with the parameter ``time_zone``: none where the zone is known."""
    known = available_timezones()
    return (
        [] if zone in known else [Fault("time_zone", zone, _("the name of a time zone"), nearest(zone, sorted(known)))]
    )
