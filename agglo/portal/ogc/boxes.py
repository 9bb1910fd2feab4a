"""Whether a geometry touches a box, from its GeoJSON text: exact, with the standard library alone."""

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from agglo.territory.communes import Bounds

Point = Sequence[float]


def touches(feature: str, west: float, south: float, east: float, north: float) -> bool:
    """Whether the geometry of a feature and a box [degrees] have a point in common.

    >>> touches('{"geometry":{"type":"LineString","coordinates":[[0,0],[2,2]]}}', 0.0, 1.5, 0.4, 2.0)
    False
    """
    geometry = json.loads(feature)["geometry"]
    return geometry is not None and _touches(geometry, (west, south, east, north))


def _touches(geometry: dict[str, Any], box: Bounds) -> bool:
    kind = geometry["type"]
    if kind == "GeometryCollection":
        return any(_touches(one, box) for one in geometry["geometries"])
    if kind.startswith("Multi"):
        single = kind.removeprefix("Multi")
        return any(_simple(single, one, box) for one in geometry["coordinates"])
    return _simple(kind, geometry["coordinates"], box)


def _simple(kind: str, coordinates: Any, box: Bounds) -> bool:
    if kind == "Point":
        return bool(coordinates) and _inside(coordinates, box)
    if kind == "LineString":
        return _line_touches(coordinates, box)
    rings: Sequence[Sequence[Point]] = coordinates
    return any(_line_touches(ring, box) for ring in rings) or _holds(rings, (box[0], box[1]))


def _inside(point: Point, box: Bounds) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _line_touches(line: Sequence[Point], box: Bounds) -> bool:
    return any(_segment_touches(start, end, box) for start, end in pairwise(line))


def _segment_touches(start: Point, end: Point, box: Bounds) -> bool:
    """Clip a segment by a box (Liang and Barsky, 1984, doi:10.1145/357332.357333); whether anything is left."""
    first, last = 0.0, 1.0
    for step, distance in _sides(start, end, box):
        if step == 0:
            if distance < 0:
                return False
            continue
        at = distance / step
        if step < 0:
            first = max(first, at)
        else:
            last = min(last, at)
    return first <= last


def _sides(start: Point, end: Point, box: Bounds) -> Iterator[tuple[float, float]]:
    for axis in (0, 1):
        along = end[axis] - start[axis]
        yield -along, start[axis] - box[axis]
        yield along, box[axis + 2] - start[axis]


def _holds(rings: Sequence[Sequence[Point]], point: Point) -> bool:
    """Whether a polygon holds a point that is on none of its rings (even-odd rule)."""
    inside = False
    for ring in rings:
        for (x1, y1, *_z1), (x2, y2, *_z2) in pairwise(ring):
            if (y1 <= point[1]) != (y2 <= point[1]) and point[0] < x1 + (point[1] - y1) * (x2 - x1) / (y2 - y1):
                inside = not inside
    return inside
