"""A territory as a drawing: communes, where their names fit, and a scale bar. Values and colours come later."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agglo.territory.communes import Commune, Territory, fold
from agglo.territory.geodesy import Point
from agglo.territory.outlines import Frame, frame, label_positions, svg_paths

WIDTH = 560.0
"""Width of a map [pixels]; letters keep their size where it is shown that wide."""
MARGIN = 3.0
TEXT_SIZE = 10.5
"""Size of a commune's name [pixels]."""
LETTER_WIDTH = 0.56
"""Mean width of a letter, in text sizes, rather more than in common fonts."""
LINE_HEIGHT = 1.1

_TALLEST = 1.6
_BAR_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Shape:
    """A commune on the drawing: its path, where its label stands, and the lines of its name, none if it has no room.

    ``number`` is its rank by name; it stands for the name where that does not fit.
    """

    commune: Commune
    number: int
    path: str
    x: float
    y: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The communes of a territory by name, in ``width`` by ``height`` [pixels]; a bar of ``bar`` stands for ``bar_km``."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    bar: float
    bar_km: float


def drawing(territory: Territory, width: float = WIDTH) -> Drawing:
    """The drawing of a territory, as high as its shape asks for.

    >>> from agglo.territory.perimeters import load
    >>> [shape.commune.name for shape in drawing(load()).shapes][:2]
    ['Ballainvilliers', 'Bures-sur-Yvette']
    """
    height = _height(territory, width)
    paths = svg_paths(territory, width, height, margin=MARGIN)
    places = label_positions(territory, width, height, margin=MARGIN)
    fitted = frame(territory, width, height, margin=MARGIN)
    shapes = []
    for rank, commune in enumerate(by_name(territory), 1):
        place = places[commune.insee]
        shapes.append(Shape(commune, rank, paths[commune.insee], *place, _lines_that_fit(commune, fitted, place)))
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


def _lines_that_fit(commune: Commune, fitted: Frame, place: Point) -> tuple[str, ...]:
    """The name on one line or two, where there is room for it inside the outline."""
    for lines in _ways_to_write(commune.name):
        widest = max(map(len, lines)) * LETTER_WIDTH * TEXT_SIZE
        tall = len(lines) * LINE_HEIGHT * TEXT_SIZE
        levels = [place[1] + tall * share / 4 for share in (-2, -1, 0, 1, 2)]
        if min(_room(commune, fitted, place[0], level) for level in levels) >= widest / 2:
            return lines
    return ()


def _ways_to_write(name: str) -> Sequence[tuple[str, ...]]:
    """A name on one line, then on two, cut after a hyphen or at a space, the most even cut first."""
    cuts = [position + 1 for position, letter in enumerate(name[:-1]) if letter in "- "]
    cuts.sort(key=lambda cut: max(cut, len(name) - cut))
    return [(name,), *((name[:cut].strip(), name[cut:]) for cut in cuts)]


def _room(commune: Commune, fitted: Frame, x: float, y: float) -> float:
    """How far the outline is on the nearer side of a point, on the level [pixels]; 0 outside."""
    crossings = []
    for ring in commune.rings:
        points = [fitted.xy(*point) for point in ring.points]
        for (x1, y1), (x2, y2) in zip(points, points[1:], strict=False):
            if (y1 <= y) != (y2 <= y):
                crossings.append(x1 + (y - y1) * (x2 - x1) / (y2 - y1))
    left = [x - crossing for crossing in crossings if crossing <= x]
    right = [crossing - x for crossing in crossings if crossing > x]
    return min(min(left), min(right)) if len(left) % 2 and right else 0.0
