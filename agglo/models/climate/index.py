"""What a target asks for when only an index is known: yearly effort, and what the others must do if one does less.

The emissions of the reference year are 100. Shares [1] give each group's part of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

HUNDRED = 100.0
"""The index of the reference year [%]."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a group must come down to if another one changes by ``held_change`` [1].

    ``index_needed`` [%, the group's own reference year being 100]: all groups but the held one go the rest of the way,
    each by the same share. ``index_alone`` [%]: this group goes it alone, the others staying as they were.
    ``missing`` [points of the total's index] is what is short where ``index_needed`` would be below zero.
    """

    held_group: str
    held_change: float
    group: str
    index_needed: float
    index_alone: float
    missing: float


def yearly_effort(start: float, end: float, years: int) -> float | None:
    """The constant compound reduction [%/yr] from ``start`` to ``end`` in so many years; above zero to reduce.

    Equation: 1 - (end / start)^(1 / years). None where ``end`` is zero: no constant rate ever gets there.

    >>> round(yearly_effort(100.0, 66.0, 18), 2)
    2.28
    """
    if end <= 0:
        return None
    return HUNDRED * (1 - float((end / start) ** (1 / years)))


def conditions(shares: Mapping[str, float], change: float, held_group: str, held_change: float) -> list[Condition]:
    """What the groups other than ``held_group`` must reach for the total to change by ``change`` [1].

    Equation: the sum over groups of share x (1 + change of the group) is total x (1 + change).
    """
    total = fsum(shares.values())
    wanted = total * (1 + change)
    left = wanted - shares[held_group] * (1 + held_change)
    others = {name: share for name, share in shares.items() if name != held_group}
    rest = fsum(others.values())
    return [
        Condition(
            held_group,
            held_change,
            name,
            index_needed=HUNDRED * left / rest,
            index_alone=HUNDRED * (left - (rest - share)) / share,
            missing=HUNDRED * max(0.0, -left),
        )
        for name, share in others.items()
    ]
