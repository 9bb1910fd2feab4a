"""Classes of a map: natural breaks at round numbers, in colours that everyone can tell apart.

Blue is what is good and orange what is bad, as the indicator's ``better`` says; pale is near zero and dark is far from
it, so that the order survives in grey. Blue and orange stay apart in the three kinds of colour blindness; zero has its
own class and what is not known has none.

Breaks: Fisher, On grouping for maximum homogeneity, JASA 53 (1958), doi:10.1080/01621459.1958.10501479.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from agglo.contract.language import _
from agglo.contract.numerals import number

BLUES = ("#d3e5f4", "#9fc8e6", "#5fa0d0", "#2b72ae", "#123f73")
ORANGES = ("#fbe2c3", "#f5bd7c", "#dd8a38", "#ad5a17", "#6e330a")
ZERO = "#efede8"
INK, WHITE = "#16191d", "#ffffff"

_SHADES = {1: (2,), 2: (1, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}
_MOST_CLASSES, _MOST_A_SIDE = 5, 3
_ROOM_BEYOND = 0.2
"""Share by which the outermost limit may go beyond the outermost value to be a round number."""


@dataclass(frozen=True, slots=True)
class Class:
    """Values of one sign from ``near`` to ``far`` (magnitudes; ``far`` belongs to the next class), and how they look.

    Zero is the class from 0 to 0.
    """

    sign: int
    near: float
    far: float
    colour: str
    label: str

    @property
    def ink(self) -> str:
        """Colour of a text on it: the one of dark and white that contrasts more."""
        return max((INK, WHITE), key=lambda ink: contrast(ink, self.colour))


@dataclass(frozen=True, slots=True)
class Scale:
    """Classes from the lowest value to the highest."""

    classes: tuple[Class, ...]

    def of(self, value: float) -> Class:
        """The class of a value among those the scale was made for."""
        sign, size = _sign(value), abs(value)
        same = [one for one in self.classes if one.sign == sign]
        return max((one for one in same if one.near <= size), key=lambda one: one.near, default=same[0])


def scale_of(
    values: Sequence[float | None], *, better: str = "none", signed: bool = False, classes: int = _MOST_CLASSES
) -> Scale:
    """The scale that suits ``values``; None is what is not known. ``better`` is the indicator's: higher, lower or none.

    ``classes``, from 1 to 5, is how many there are at most besides zero (3 a side where values are of both signs).

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> [one.label for one in scale_of([0, 1, 2, 40, 44, 95]).classes]
    ['0', '0 to 20', '20 to 50', '50 to 100']
    """
    known = [value for value in values if value is not None]
    sides = {sign: sorted({abs(value) for value in known if _sign(value) == sign}) for sign in (-1, 1)}
    most = min(classes, _MOST_A_SIDE if all(sides.values()) else _MOST_CLASSES)
    nothing = [Class(0, 0.0, 0.0, ZERO, number(0))] if 0 in known else []
    below, above = (
        _side(sign, sides[sign], most=most, zero=bool(nothing), better=better, signed=signed) for sign in (-1, 1)
    )
    return Scale((*reversed(below), *nothing, *above))


def _side(sign: int, sizes: Sequence[float], *, most: int, zero: bool, better: str, signed: bool) -> list[Class]:
    """Classes of the values of one sign, from the nearest to zero."""
    if not sizes:
        return []
    groups = natural_breaks(sizes, min(most, (len(sizes) + 1) // 2))
    inner = [roundest(before[-1], after[0]) for before, after in pairwise(groups)]
    limits = [_first_limit(sizes[0], zero), *inner, roundest_above(sizes[-1])]
    palette = BLUES if (sign > 0) != (better == "lower") else ORANGES
    decimals = max(_decimals(limit) for limit in limits)
    return [
        Class(sign, near, far, palette[shade], _label(sign, near, far, decimals, signed))
        for (near, far), shade in zip(pairwise(limits), _SHADES[len(groups)], strict=True)
    ]


def _first_limit(least: float, zero: bool) -> float:
    return 0.0 if zero else roundest(least * (1 - _ROOM_BEYOND), least)


def _label(sign: int, near: float, far: float, decimals: int, signed: bool) -> str:
    low, high = (number(limit, decimals if limit else 0, signed=signed) for limit in sorted((sign * near, sign * far)))
    return _("{low} to {high}").format(low=low, high=high)


def natural_breaks(values: Sequence[float], count: int) -> list[list[float]]:
    """Sorted ``values`` in ``count`` groups, such that the squares of deviations within groups add up to the least.

    >>> natural_breaks([1, 2, 10, 11, 50], 3)
    [[1, 2], [10, 11], [50]]
    """
    starts = [[0] * len(values) for _group in range(count)]
    cost = [_deviation(values[: end + 1]) for end in range(len(values))]
    for group in range(1, count):
        options = [
            [(cost[start - 1] + _deviation(values[start : end + 1]), start) for start in range(group, end + 1)]
            for end in range(len(values))
        ]
        chosen = [min(some, default=(math.inf, 0)) for some in options]
        cost, starts[group] = [one for one, _start in chosen], [start for _one, start in chosen]
    groups: list[list[float]] = []
    end = len(values)
    for group in reversed(range(count)):
        start = starts[group][end - 1]
        groups.insert(0, list(values[start:end]))
        end = start
    return groups


def _deviation(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values)


def roundest(above: float, up_to: float) -> float:
    """The roundest number over ``above`` and not over ``up_to``, both positive; of several, the one nearest the middle.

    >>> roundest(62.2, 116.2), roundest(0.083, 0.83), roundest(2, 40)
    (100.0, 0.5, 20.0)
    """
    power = math.floor(math.log10(up_to))
    while True:
        for digit in (10, 5, 2, 1):
            step = digit * 10.0**power
            last = math.floor(up_to / step + 1e-9)
            multiple = min(last, max(math.floor(above / step) + 1, round((above + up_to) / 2 / step)))
            found = round(multiple * step, 12)
            if above < found <= up_to:
                return found
        power -= 1


def roundest_above(size: float) -> float:
    """The roundest number from ``size`` to a fifth more.

    >>> roundest_above(491.6)
    500.0
    """
    return roundest(size * (1 - 1e-12), size * (1 + _ROOM_BEYOND))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (``#rrggbb``), from 1 to 21 (WCAG 2.1, relative luminance)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of a colour (``#rrggbb``), from 0 to 1 (WCAG 2.1)."""
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else math.pow((share + 0.055) / 1.055, 2.4) for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _decimals(value: float) -> int:
    return next((decimals for decimals in range(12) if round(value, decimals) == value), 12)
