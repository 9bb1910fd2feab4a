"""What a sector's inflow should be at an hour: the same hour of the same weekday in the past twelve weeks.

Median and median absolute deviation, so that a past leak or odd day weighs little; 99 % of hours lie within the band
while nothing changes. Only the past is used. Public holidays teach nothing about other days.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.models.water.watching.hours import DAY_H

if TYPE_CHECKING:
    import numpy as np

WEEKS = 12
LEAST_WEEKS = 4
QUANTILE = 2.5758
"""Normal quantile of a two-sided 99 % interval."""
_MAD = 1.4826
_FEW = {2: 1.196, 3: 1.495, 4: 1.363, 5: 1.206, 6: 1.200, 7: 1.140, 8: 1.129, 9: 1.107}
_MEDIAN_VARIANCE = 1.5708
"""Variance of a median over that of a mean, normal values: pi / 2."""


@dataclass(frozen=True, slots=True)
class Band:
    """Of a sector: what entered, ``expected`` and ``half`` width of the band (hours,) [m3/h]; not a number where
    unknown."""

    seen: "np.ndarray"
    expected: "np.ndarray"
    half: "np.ndarray"

    def days(self) -> "np.ndarray":
        """Mean excess of each day over what is expected (days,) [m3/h]; unknown where half a day is."""
        import numpy as np

        excess = (self.seen - self.expected).reshape(-1, DAY_H)
        known = np.isfinite(excess)
        total = np.where(known, excess, 0.0).sum(axis=1)
        number = known.sum(axis=1)
        return np.where(number >= DAY_H // 2, total / np.maximum(number, 1), np.nan)


def expected_day(seen: "np.ndarray", day: int, special: "np.ndarray") -> "tuple[np.ndarray, np.ndarray]":
    """Expected inflow and half width (24,) [m3/h] of ``day``, from the days before it in ``seen`` (hours,)."""
    import numpy as np

    past = np.arange(max(day - 7 * WEEKS, 0), day)
    past = past[~special[past]]
    values = seen.reshape(-1, DAY_H)
    unknown = np.full(DAY_H, np.nan)
    same = values[past[(day - past) % 7 == 0]]
    number = np.isfinite(same).sum(axis=0)
    if not len(same) or number.max() < LEAST_WEEKS:
        return unknown, unknown
    centre = _median(same)
    away = np.concatenate([np.abs(one - _median(one)) for one in _weekdays(values, past, day)])
    spread = _MAD * _median(away) * np.array([_small_sample(int(count)) for count in number])
    spread = np.sqrt((spread**2 + np.roll(spread, 1) ** 2 + np.roll(spread, -1) ** 2) / 3)
    half = QUANTILE * spread * np.sqrt(1 + _MEDIAN_VARIANCE / np.maximum(number, 1))
    enough = number >= LEAST_WEEKS
    return np.where(enough, centre, np.nan), np.where(enough, half, np.nan)


def _small_sample(count: int) -> float:
    """What a median absolute deviation of few values lacks (C. Croux and P. J. Rousseeuw, Computational Statistics 1,
    411-428, 1992, doi:10.1007/978-3-662-26811-7_58)."""
    return _FEW.get(count, count / (count - 0.8) if count > 1 else 1.0)


def _weekdays(values: "np.ndarray", past: "np.ndarray", day: int) -> "list[np.ndarray]":
    chosen = [values[past[(day - past) % 7 == weekday]] for weekday in range(7)]
    return [one for one in chosen if len(one) >= 2]


def _median(values: "np.ndarray") -> "np.ndarray":
    """Median by column where at least one is known, without a warning."""
    import numpy as np

    known = np.isfinite(values).any(axis=0)
    found = np.full(values.shape[1], np.nan)
    found[known] = np.nanmedian(values[:, known], axis=0)
    return found
