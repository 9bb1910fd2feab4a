"""Classes of colour of a layer's features, as those of the drawn maps: natural breaks at round numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agglo.portal.drawings import Key, css_of
from agglo.studies.report import classes as breaks


@dataclass(frozen=True, slots=True)
class Step:
    """A class of colour: its style, its mark, its bounds in words, its least value."""

    css: str
    mark: str
    label: str
    least: float


def steps(values: Sequence[float | None]) -> list[Step]:
    """The classes of some values, from the lowest; none where no value is known.

    >>> [(one.css, one.least) for one in steps([1.0, 2.0, 10.0, 11.0, 50.0, None])]
    [('p1', 1.0), ('p3', 10.0), ('p5', 50.0)]
    """
    known = sorted({value for value in values if value is not None and math.isfinite(value)})
    scale = breaks.scale_of(_spread(known)) if known else breaks.Scale(())
    return [
        Step(css_of(one), str(rank), one.label, _least(one, scale.classes))
        for rank, one in enumerate(scale.classes, start=1)
    ]


_MOST = 60
"""Distinct values that breaks are sought among: their search takes the cube of that."""


def _spread(known: Sequence[float]) -> list[float]:
    if len(known) <= _MOST:
        return list(known)
    return [known[round(rank * (len(known) - 1) / (_MOST - 1))] for rank in range(_MOST)]


def _least(one: breaks.Class, every: Sequence[breaks.Class]) -> float:
    """The least value of a class; where zero has its own, that above it begins at the least positive number."""
    if one.sign < 0:
        return -one.far
    zero = any(other.sign == 0 for other in every)
    return math.nextafter(0.0, 1.0) if zero and one.sign > 0 and one.near == 0 else one.near


def keys(drawn: Sequence[Sequence[Key]], stepped: Sequence[Sequence[Step]]) -> list[tuple[str, str, str]]:
    """One legend for every side: colour, mark and bounds of each class, once."""
    found = [(key.css, key.mark, key.label) for some in drawn for key in some]
    found += [(step.css, step.mark, step.label) for some in stepped for step in some]
    return sorted(dict.fromkeys(found), key=lambda one: (one[1] == "?", one[1]))
