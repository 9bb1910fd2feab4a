"""Intervals of an inventory: half-widths of 95 % intervals, as shares of the value, combined by error propagation.

Source: 2006 IPCC Guidelines for National Greenhouse Gas Inventories, volume 1, chapter 3, section 3.2.3.1 (Approach 1),
equations 3.1 (product) and 3.2 (sum). It holds for errors that are independent, about normal, and not too wide (the
Guidelines ask for coefficients of variation under 30 %); beyond that the intervals are orders of magnitude.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import fsum, hypot
from types import MappingProxyType

ASSUMED_HALFWIDTHS: Mapping[str, float] = MappingProxyType(
    {"measured": 0.05, "modelled": 0.15, "declared": 0.20, "assumed": 0.40}
)
"""Half-width [1] of a figure that states none, by quality: assumed by this project, not published."""


def of_product(*halfwidths: float) -> float:
    """Half-width [1] of a product of independent factors, from theirs [1] (equation 3.1).

    ::

        U = sqrt(U1^2 + ... + Un^2)

    >>> of_product(0.03, 0.04)
    0.05
    """
    return hypot(*halfwidths)


def of_sum(values: Sequence[float], halfwidths: Sequence[float], groups: Sequence[str] | None = None) -> float:
    """Absolute half-width of a sum, in the unit of ``values`` (equation 3.2, before division by the sum).

    ::

        U = sqrt((U1 x1)^2 + ... + (Un xn)^2)

    Parameters
    ----------
    values
        What is added up, below zero what is subtracted, any unit, shape (n,).
    halfwidths
        Half-width of each [1], shape (n,).
    groups
        A name for each, shape (n,): those of one name are too high or too low together, by their half-widths, and
        groups err independently. Without it every value errs independently.

    >>> of_sum([30.0, 40.0], [0.1, 0.1])
    5.0
    >>> of_sum([30.0, 40.0], [0.1, 0.1], ["survey", "survey"])
    7.0
    >>> of_sum([100.0, -90.0], [0.1, 0.1], ["survey", "survey"])
    1.0
    """
    names = [str(rank) for rank in range(len(values))] if groups is None else groups
    together: defaultdict[str, list[float]] = defaultdict(list)
    for value, halfwidth, name in zip(values, halfwidths, names, strict=True):
        together[name].append(value * halfwidth)
    return hypot(*(fsum(parts) for parts in together.values()))


def interval(value: float, halfwidth: float) -> tuple[float, float]:
    """Bounds of the 95 % interval of an amount, which is never below zero; ``halfwidth`` in the unit of ``value``.

    >>> interval(10.0, 12.0)
    (0.0, 22.0)
    """
    return max(0.0, value - halfwidth), value + halfwidth
