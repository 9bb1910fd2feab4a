"""How people of the made-up town draw water over a week, and how real weeks differ from it."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import numpy as np

STEP_S = 900
DAYS = 49
ZONE = "Europe/Paris"
START = datetime(2025, 2, 24, tzinfo=ZoneInfo(ZONE))
"""A Monday, midnight on the town's clock; the clock goes forward on 30 March 2025."""

_HOURS = {
    "habitants": (
        *(0.30, 0.18, 0.13, 0.11, 0.13, 0.30, 0.95, 1.75, 1.70, 1.35, 1.15, 1.15),
        *(1.30, 1.20, 1.00, 0.95, 1.00, 1.20, 1.55, 1.85, 1.75, 1.40, 0.95, 0.60),
    ),
    "activites": (
        *(0.16, 0.12, 0.10, 0.10, 0.14, 0.35, 0.80, 1.40, 1.95, 2.05, 2.00, 1.90),
        *(1.60, 1.70, 1.85, 1.80, 1.65, 1.30, 0.95, 0.70, 0.50, 0.40, 0.30, 0.22),
    ),
}
"""Demand of each hour of a working day over the mean [1]; invented."""
_DAYS = {"habitants": (0.97, 0.96, 0.98, 0.97, 1.0, 1.08, 1.04), "activites": (1.2, 1.2, 1.2, 1.2, 1.1, 0.65, 0.45)}
"""Demand of each day from Monday over the mean [1]; invented."""


def times() -> "np.ndarray":
    """Instants of the readings, ``datetime64[s]``, UTC."""
    import numpy as np

    start = np.datetime64(START.astimezone(ZoneInfo("UTC")).replace(tzinfo=None), "s")
    return start + np.arange(DAYS * 86400 // STEP_S) * np.timedelta64(STEP_S, "s")


def week(pattern: str) -> "np.ndarray":
    """Multipliers of a whole week (672,), from Monday midnight, of mean 1."""
    import numpy as np

    hours = np.array(_HOURS[pattern])
    quarters = np.interp(np.arange(96) / 4, np.arange(-1, 26), [hours[-1], *hours, hours[0], hours[1]])
    all_days = np.concatenate([quarters * day for day in _DAYS[pattern]])
    found: np.ndarray = np.round(all_days / all_days.mean(), 4)
    return found


def drawn(pattern: str, chance: "np.random.Generator") -> "np.ndarray":
    """Multipliers of the whole period: the week on the town's clock, each day a little different, and a slow noise."""
    import numpy as np

    from agglo.models.water.readings.clock import local_times

    local = local_times(times(), ZONE)
    at = ((local - np.datetime64("2025-02-24T00:00:00")) // np.timedelta64(STEP_S, "s")).astype(int)
    days = chance.normal(1.0, 0.035, DAYS + 1)[at // 96]
    noise, slow = chance.normal(0.0, 0.015, len(at)), np.zeros(len(at))
    for rank in range(1, len(at)):
        slow[rank] = 0.9 * slow[rank - 1] + noise[rank]
    found: np.ndarray = week(pattern)[at % 672] * days * (1 + slow)
    return found
