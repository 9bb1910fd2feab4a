"""The two axes of a drawing of lines, and the marks on it [pixels]."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from agglo.contract import numerals

WIDTH, HEIGHT = 480.0, 260.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 66.0, 16.0, 12.0, 30.0
_TICKS_Y, _TICKS_X = 4, 6
_SIZE = 4.5
_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Axis:
    """Where years and values lie, and the ticks of both: (place, words)."""

    years: tuple[int, int]
    values: tuple[float, float]
    decimals: int
    ticks_x: tuple[tuple[str, str], ...] = ()
    ticks_y: tuple[tuple[str, str], ...] = ()

    @property
    def width(self) -> float:
        return WIDTH

    @property
    def height(self) -> float:
        return HEIGHT

    @property
    def left(self) -> float:
        return _LEFT

    @property
    def right(self) -> float:
        return WIDTH - _RIGHT

    @property
    def bottom(self) -> float:
        return HEIGHT - _BOTTOM

    def x(self, year: float) -> float:
        """Where a year lies from the left [pixels]."""
        first, last = self.years
        if first == last:
            return (_LEFT + self.right) / 2
        return _LEFT + (self.right - _LEFT) * (year - first) / (last - first)

    def y(self, value: float) -> float:
        """Where a value lies from the top [pixels]."""
        low, high = self.values
        return self.bottom - (self.bottom - _TOP) * (value - low) / (high - low)


def axis_of(points: Iterable[tuple[int, float | None]]) -> Axis:
    """Axes that hold every point, and zero, with ticks at round numbers."""
    points = list(points)
    years = sorted({year for year, _value in points}) or [0]
    known = [value for _year, value in points if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    step = _step((high - low) or 1.0)
    first, last = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    tick_decimals = max(0, -math.floor(math.log10(step)))
    decimals = max(numerals.decimals_for(known), tick_decimals)
    bare = Axis((years[0], years[-1]), (first * step, last * step), decimals)
    ticks_y = tuple(
        (f"{bare.y(rank * step):.1f}", numerals.number(round(rank * step, 12), tick_decimals if rank else 0))
        for rank in range(first, last + 1)
    )
    ticks_x = tuple((f"{bare.x(year):.1f}", str(year)) for year in _some(years))
    return Axis(bare.years, bare.values, decimals, ticks_x, ticks_y)


def _step(size: float) -> float:
    """A round step that cuts ``size`` in some four."""
    power = 10.0 ** math.floor(math.log10(size / _TICKS_Y))
    return next(digit * power for digit in _STEPS if digit * power >= size / _TICKS_Y * (1 - 1e-9))


def _some(years: list[int]) -> list[int]:
    """The first year, the last, and a few between at even steps."""
    if len(years) <= _TICKS_X:
        return years
    step = math.ceil((years[-1] - years[0]) / (_TICKS_X - 1))
    between = [year for year in range(years[0], years[-1], step) if years[-1] - year >= step * 0.6]
    return [*between, years[-1]]


def spot(shape: int, x: float, y: float) -> str:
    """A mark as a path: a disc, a square, a triangle or a diamond."""
    size = _SIZE
    if shape == 0:
        return f"M{x - size:.1f} {y:.1f}a{size} {size} 0 1 0 {2 * size} 0a{size} {size} 0 1 0 -{2 * size} 0z"
    corners = (
        (),
        ((-size, -size), (size, -size), (size, size), (-size, size)),
        ((0, -size * 1.2), (size * 1.1, size * 0.9), (-size * 1.1, size * 0.9)),
        ((0, -size * 1.3), (size * 1.3, 0), (0, size * 1.3), (-size * 1.3, 0)),
    )[shape]
    return "M" + "L".join(f"{x + dx:.1f} {y + dy:.1f}" for dx, dy in corners) + "z"
