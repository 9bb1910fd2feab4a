"""Daily leakage from the flow of the night: pure functions of the method's formulas.

Leakage of a day [m3/d] = (night flow - legitimate night use) [m3/h] x night-day factor [h/d], with night-day factor =
sum over the 24 hours of (pressure of the hour / pressure of the night) ^ N1. Source: A. Lambert, International report:
water losses management and techniques, Water Science and Technology: Water Supply 2(4), 1-20, 2002;
J. Thornton, R. Sturm and G. Kunkel, Water Loss Control, second edition, chapter 16, 2008.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, hypot

HOURS = 24.0


@dataclass(frozen=True, slots=True)
class Range:
    """A value with the bounds it is held to be between."""

    low: float
    central: float
    high: float

    def times(self, factor: float) -> "Range":
        """All three multiplied by ``factor``, zero or more."""
        return Range(self.low * factor, self.central * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Pressures:
    """Mean pressure of each of some parts of the day that last equally long, and that of the night window [mH2O]."""

    day: Sequence[float]
    night: float


def night_use(connections: float, per_connection_l_h: float) -> float:
    """Legitimate night use [m3/h] of ``connections``, each using ``per_connection_l_h`` [L/h].

    >>> round(night_use(3200, 1.7), 2)
    5.44
    """
    return connections * per_connection_l_h / 1000.0


def night_day_factor(pressures: Pressures | None, exponent: float) -> float:
    """Hours of night leakage that make a day's leakage [h/d]; 24 where pressures are not known.

    A single ``day`` pressure is the mean of the day; 24 of them are its hours.

    >>> round(night_day_factor(Pressures([45.0], 52.0), 1.0), 4)
    20.7692
    """
    if pressures is None:
        return HOURS
    parts = [(pressure / pressures.night) ** exponent for pressure in pressures.day]
    return HOURS / len(parts) * fsum(parts)


def daily_leakage(night_flow_m3_h: float, use_m3_h: float, factor_h_d: float) -> float:
    """Leakage of a day [m3/d]; below zero where night use exceeds night flow.

    >>> round(daily_leakage(42.0, 5.44, 24.0 * 45 / 52), 1)
    759.3
    """
    return (night_flow_m3_h - use_m3_h) * factor_h_d


def leakage_range(
    flow: float, flow_halfwidths: Sequence[float], use: Range, pressures: Pressures | None, exponent: Range
) -> Range:
    """Daily leakage with its 95 % interval [m3/d].

    Parameters
    ----------
    flow
        Mean night flow [m3/h].
    flow_halfwidths
        Half-widths at 95 % of the errors of that flow, independent of each other: night-to-night noise, meters [m3/h].
    use
        Legitimate night use [m3/h].
    pressures, exponent
        What the night-day factor is computed from.

    Each cause moves the estimate alone; the moves to one side are added in quadrature, as independent errors are
    (JCGM 100:2008, Guide to the expression of uncertainty in measurement, 5.1.2).
    """
    factor = night_day_factor(pressures, exponent.central)
    central = daily_leakage(flow, use.central, factor)
    noise = hypot(*flow_halfwidths) * factor
    of_use = [daily_leakage(flow, bound, factor) - central for bound in (use.low, use.high)]
    of_exponent = [
        daily_leakage(flow, use.central, night_day_factor(pressures, bound)) - central
        for bound in (exponent.low, exponent.high)
    ]
    below = hypot(noise, min(0.0, *of_use), min(0.0, *of_exponent))
    above = hypot(noise, max(0.0, *of_use), max(0.0, *of_exponent))
    return Range(central - below, central, central + above)
