"""LMDI: what each factor of a product adds to the change of the product, with nothing left over.

Additive logarithmic mean Divisia index, method I. For V = x1 x2 ... xn, from 0 to T::

    effect of xk = L(V_T, V_0) ln(xk_T / xk_0)        L(a, b) = (a - b) / (ln a - ln b), L(a, a) = a

The effects add up to V_T - V_0, and those of parts add up to those of the whole.

Sources: B. W. Ang, The LMDI approach to decomposition analysis: a practical guide, Energy Policy 33, 2005,
doi:10.1016/j.enpol.2003.10.010. Zeros take their analytical limits: B. W. Ang and N. Liu, Handling zero values in the
logarithmic mean Divisia index decomposition approach, Energy Policy 35, 2007, doi:10.1016/j.enpol.2005.11.001; R. Wood
and M. Lenzen, Energy Policy 34, 2006, doi:10.1016/j.enpol.2004.11.010.
"""

from collections.abc import Mapping
from math import log, log1p, prod

_NEAR = 0.1
"""Relative difference under which the logarithm is taken of the difference, which keeps its digits."""


def log_mean(a: float, b: float) -> float:
    """Logarithmic mean of two amounts, 0 or more; ``a`` where they are equal, 0 where one of them is 0.

    >>> log_mean(2.0, 2.0), log_mean(0.0, 5.0), round(log_mean(1.0, 2.0), 6)
    (2.0, 0.0, 1.442695)
    """
    if a == b:
        return a
    if a == 0 or b == 0:
        return 0.0
    return (a - b) / _log_ratio(a, b)


def effects(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """What each factor adds to the change of their product, in the product's unit.

    Where some factors rise from 0 they share the whole change evenly, and the others have none (likewise where some
    fall to 0): the limits of the formula for small amounts that are equal.

    Parameters
    ----------
    before, after
        The factors by name, each 0 or more, at both times.

    >>> found = effects({"people": 10.0, "each": 2.0}, {"people": 10.0, "each": 3.0})
    >>> found["people"], round(found["each"], 9)
    (0.0, 10.0)
    """
    start, end = prod(before.values()), prod(after.values())
    if start == 0 or end == 0:
        return _limits(before, after, end - start)
    mean = log_mean(end, start)
    return {name: mean * _log_ratio(after[name], value) for name, value in before.items()}


def _limits(before: Mapping[str, float], after: Mapping[str, float], change: float) -> dict[str, float]:
    appears = {name for name, value in before.items() if value == 0}
    vanishes = {name for name, value in after.items() if value == 0}
    moved = (appears or vanishes) if change else set()
    return {name: change / len(moved) if name in moved else 0.0 for name in before}


def _log_ratio(a: float, b: float) -> float:
    """ln(a / b), with all its digits where the two are close."""
    return log1p((a - b) / b) if abs(a - b) < _NEAR * b else log(a) - log(b)
