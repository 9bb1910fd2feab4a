"""How much night flow wavers from one night to the next, and the smallest change that it lets one see.

Smallest visible change: J. Spooner, S. Dressing and D. Meals, Minimum detectable change analysis, Tech Notes 7, United
States Environmental Protection Agency, December 2011: t x s x sqrt(1/n before + 1/n after), s made larger by
sqrt((1 + r) / (1 - r)) where nights follow each other with an autocorrelation r.
"""

from dataclasses import dataclass
from math import fsum, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SPAN = 28
"""Nights of each of two periods that are compared: four whole weeks."""
STEADY = 15
"""Nights over which leakage is taken as steady, the night itself in the middle.

On the measured year of L-Town, whose leaks are known, it gives 17.3 m3/h for the two inlets and 8.2 m3/h with the tank,
where taking out the true leaks gives 16.9 and 8.4; 29 nights give 17.9 and 9.7, for leaks come and go meanwhile.
"""
FEWEST = 14
"""Nights under which noise is not told: each day of the week comes twice."""
YEAR_D = 365.25
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Noise:
    """``sigma`` of one night [m3/h]; ``correlation`` of a night with the next, 0 where it is negative [1]."""

    sigma: float
    correlation: float
    nights: int

    @property
    def inflation(self) -> float:
        """By how much the error of a mean is larger than that of independent nights [1]."""
        return sqrt((1 + self.correlation) / (1 - self.correlation))

    @property
    def of_mean(self) -> float:
        """Half of the 95 % interval of the mean over the nights [m3/h]."""
        return student(self.nights - 1) * self.sigma * self.inflation / sqrt(self.nights)

    def smallest_change(self, nights: int = SPAN) -> float:
        """Smallest change between two periods of ``nights`` that is told from none at 95 % [m3/h]."""
        return student(2 * nights - 2) * self.sigma * self.inflation * sqrt(2 / nights)


@dataclass(frozen=True, slots=True)
class Trend:
    """Slope of night flow and half of its 95 % interval [m3/h/yr]."""

    slope: float
    halfwidth: float


def noise(dates: "np.ndarray", flows: "np.ndarray") -> Noise | None:
    """Noise of nights, or None under :data:`FEWEST` of them.

    Parameters
    ----------
    dates, flows
        Of shape (nights,): local dates [D] in order and night flow [m3/h], all known.

    What changes slowly (leaks that grow or are repaired, seasons) is taken out by a running mean over :data:`STEADY`
    nights, then the mean of each day of the week; the degrees of freedom spent on both are paid for.
    """
    import numpy as np

    count = len(flows)
    if count < FEWEST:
        return None
    residual, spent = _without_slow(dates, flows)
    weekly = week(dates, residual)
    residual = residual - weekly
    spent += (_WEEK - 1) if weekly.any() else 0
    sigma = sqrt(float(np.sum(residual**2)) / max(count - spent, 1.0))
    return Noise(sigma, _correlation(dates, residual), count)


def week(dates: "np.ndarray", values: "np.ndarray") -> "np.ndarray":
    """Mean of each night's day of the week less the mean of the seven [of the values], of shape (nights,).

    Zero where a day of the week comes less than twice: it cannot be told from noise.
    """
    import numpy as np

    days = dates.astype("datetime64[D]").astype(np.int64) % _WEEK
    held = [values[days == day] for day in range(_WEEK)]
    if min(map(len, held)) < 2:
        return np.zeros(len(values))
    means = np.array([those.mean() for those in held])
    around: np.ndarray = (means - means.mean())[days]
    return around


def trend(dates: "np.ndarray", flows: "np.ndarray") -> Trend | None:
    """Least-squares slope of night flow beside the days of the week, its error made larger by autocorrelation."""
    count = len(flows)
    if count < FEWEST:
        return None
    years = (dates - dates[0]).astype("timedelta64[D]").astype(float) / YEAR_D
    around, values = years - years.mean() - week(dates, years), flows - flows.mean() - week(dates, flows)
    spread = float(around @ around)
    slope = float(around @ values) / spread
    residual = values - slope * around
    freedom = count - 1 - _WEEK
    error = sqrt(float(residual @ residual) / freedom / spread)
    inflation = Noise(0.0, _correlation(dates, residual), count).inflation
    return Trend(slope, student(freedom) * error * inflation)


def change(dates: "np.ndarray", flows: "np.ndarray", nights: int = SPAN) -> float | None:
    """Mean flow of the last ``nights`` dates less that of as many before [m3/h]; None where most are missing."""
    import numpy as np

    if not len(dates):
        return None
    ages = (dates[-1] - dates).astype("timedelta64[D]").astype(np.int64)
    values = flows - week(dates, flows)
    after, before = values[ages < nights], values[(ages >= nights) & (ages < 2 * nights)]
    if 2 * min(len(after), len(before)) < nights:
        return None
    return float(after.mean() - before.mean())


def student(freedom: int) -> float:
    """The 97.5 % quantile of Student's distribution with ``freedom`` degrees, six or more, to 0.002.

    Expansion around the normal quantile: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.7.5.

    >>> round(student(10), 3), round(student(54), 3)
    (2.228, 2.005)
    """
    z = NormalDist().inv_cdf(0.975)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + fsum(term / float(freedom) ** power for power, term in enumerate(terms, 1))


def _without_slow(dates: "np.ndarray", flows: "np.ndarray") -> "tuple[np.ndarray, float]":
    """Flows less their running mean over :data:`STEADY` nights, and how many degrees of freedom that mean takes."""
    import numpy as np

    half = np.timedelta64(STEADY // 2, "D")
    first = np.searchsorted(dates, dates - half)
    last = np.searchsorted(dates, dates + half, side="right")
    sums = np.concatenate([[0.0], np.cumsum(flows)])
    counts = last - first
    return flows - (sums[last] - sums[first]) / counts, float(np.sum(1.0 / counts))


def _correlation(dates: "np.ndarray", residual: "np.ndarray") -> float:
    """Of a night with the next, between 0 and 0.95."""
    import numpy as np

    next_day = np.diff(dates).astype("timedelta64[D]").astype(np.int64) == 1
    before, after = residual[:-1][next_day], residual[1:][next_day]
    scale = float(residual @ residual) / len(residual)
    if not len(before) or scale <= 0:
        return 0.0
    return min(max(float(before @ after) / len(before) / scale, 0.0), 0.95)
