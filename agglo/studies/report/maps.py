"""A territory as a drawing: communes, where their names fit, and a scale bar. Values and colours come later."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from agglo.territory.communes import Commune, Territory, fold
from agglo.territory.geodesy import Point
from agglo.territory.outlines import frame, label_positions, svg_paths

WIDTH = 560.0
"""Width of a map [pixels]; letters keep their size where it is shown that wide."""
MARGIN = 3.0
TEXT_SIZE = 10.5
"""Size of a commune's name [pixels]."""
LARGE_TEXT_SIZE = 19.0
"""Size of a commune's number where the map is shown on a telephone, at some 330 pixels [pixels]."""
LETTER_WIDTH = 0.6
"""Mean width of a letter, in text sizes, that of wide fonts."""
LINE_HEIGHT = 1.1

_TALLEST = 1.6
_BAR_SHARE = 0.25
_LEVELS = 41
_LEVELS_OF_A_BOX = 5


@dataclass(frozen=True, slots=True)
class Shape:
    """A commune on the drawing: its path, the place of its number, and its name with its place, none without room.

    ``number`` is its rank by name; it stands for the name where that does not fit.
    """

    commune: Commune
    number: int
    path: str
    number_at: Point
    lines: tuple[str, ...]
    name_at: Point


@dataclass(frozen=True, slots=True)
class Drawing:
    """A territory's communes by name, in ``width`` by ``height`` [pixels]; a bar of ``bar`` stands for ``bar_km``."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    bar: float
    bar_km: float


@lru_cache(maxsize=4)
def drawing(territory: Territory, width: float = WIDTH) -> Drawing:
    """The drawing of a territory, as high as its shape asks for.

    >>> from agglo.territory.perimeters import load
    >>> [shape.commune.name for shape in drawing(load()).shapes][:2]
    ['Ballainvilliers', 'Bures-sur-Yvette']
    """
    height = _height(territory, width)
    paths = svg_paths(territory, width, height, margin=MARGIN)
    fallbacks = label_positions(territory, width, height, margin=MARGIN)
    fitted = frame(territory, width, height, margin=MARGIN)
    shapes = []
    for rank, commune in enumerate(by_name(territory), 1):
        lines = [[fitted.xy(*point) for point in ring.points] for ring in commune.rings]
        number_at = _place(lines, *_size((str(rank),), LARGE_TEXT_SIZE)) or fallbacks[commune.insee]
        named = _name_that_fits(commune.name, lines) or ((), number_at)
        shapes.append(Shape(commune, rank, paths[commune.insee], number_at, *named))
    bar_km = _round_length(width * _BAR_SHARE * fitted.metres_per_pixel / 1000)
    return Drawing(width, height, tuple(shapes), round(bar_km * 1000 / fitted.metres_per_pixel, 1), bar_km)


def by_name(territory: Territory) -> list[Commune]:
    """Communes in the order of their names, whatever their accents."""
    return sorted(territory.communes, key=lambda commune: (fold(commune.name), commune.insee))


def _height(territory: Territory, width: float) -> float:
    """Height of a drawing of that width with no room lost above and below."""
    west, south, east, north = territory.bounds
    across = (east - west) * math.cos(math.radians((south + north) / 2))
    ratio = (north - south) / across if across else 1.0
    return float(math.ceil(min(_TALLEST, ratio) * (width - 2 * MARGIN) + 2 * MARGIN))


def _round_length(longest_km: float) -> float:
    power = 10.0 ** math.floor(math.log10(longest_km))
    return next(digit * power for digit in (5, 2, 1) if digit * power <= longest_km)


Outline = Sequence[Sequence[Point]]
"""Rings of a commune on the drawing [pixels]; holes need no mark, a level line leaves and enters them."""


def _name_that_fits(name: str, outline: Outline) -> tuple[tuple[str, ...], Point] | None:
    """The name on one line or two, and where it has room; None where it has none."""
    for lines in _ways_to_write(name):
        place = _place(outline, *_size(lines, TEXT_SIZE))
        if place is not None:
            return lines, place
    return None


def _ways_to_write(name: str) -> list[tuple[str, ...]]:
    """A name on one line, then on two, cut after a hyphen or at a space, the most even cut first."""
    cuts = [position + 1 for position, letter in enumerate(name[:-1]) if letter in "- "]
    cuts.sort(key=lambda cut: max(cut, len(name) - cut))
    return [(name,), *((name[:cut].strip(), name[cut:]) for cut in cuts)]


def _size(lines: Sequence[str], text_size: float) -> tuple[float, float]:
    """Width and height of a text [pixels]."""
    return max(map(len, lines)) * LETTER_WIDTH * text_size, len(lines) * LINE_HEIGHT * text_size


def _place(outline: Outline, width: float, height: float) -> Point | None:
    """Where a box of that size has most room on both sides inside an outline; None where it does not fit."""
    levels = [y for ring in outline for _x, y in ring]
    low, high = min(levels) + height / 2, max(levels) - height / 2
    best, best_width = None, width
    for step in range(_LEVELS if high > low else 0):
        y = low + (high - low) * step / (_LEVELS - 1)
        for west, east in _free(outline, y, height):
            if east - west > best_width:
                best, best_width = (round((west + east) / 2, 1), round(y, 1)), east - west
    return best


def _free(outline: Outline, y: float, height: float) -> list[tuple[float, float]]:
    """Stretches that are inside the outline at every level of a box of that height around ``y``."""
    free = [(-math.inf, math.inf)]
    for share in range(_LEVELS_OF_A_BOX):
        level = y + height * (share / (_LEVELS_OF_A_BOX - 1) - 0.5)
        inside = _inside(outline, level)
        free = [
            (max(west, start), min(east, end))
            for west, east in free
            for start, end in inside
            if max(west, start) < min(east, end)
        ]
    return free


def _inside(outline: Outline, y: float) -> list[tuple[float, float]]:
    """Stretches of the level line ``y`` that are inside the outline."""
    crossings = sorted(
        x1 + (y - y1) * (x2 - x1) / (y2 - y1)
        for ring in outline
        for (x1, y1), (x2, y2) in pairwise(ring)
        if (y1 <= y) != (y2 <= y)
    )
    return list(zip(crossings[::2], crossings[1::2], strict=True))
