"""Outlines of communes: well-known text and binary, and the paths of a map in SVG. Pure Python, same bytes everywhere.

Maps use a local equirectangular projection: metres east and north of the middle of the territory on the sphere, east
scaled by the cosine of the middle latitude. Over an agglomeration 20 km high a distance on the map is right within
0.5 %; the projection needs no library, keeps north upwards and serves the overseas departments, where Lambert-93 has no
meaning. Areas are never measured on it.
"""

import math
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.territory.communes import Commune, Ring, Territory
from agglo.territory.geodesy import Point, ring_area_m2

EARTH_RADIUS_M = 6_371_007.2
_LITTLE_ENDIAN, _WKB_POLYGON, _WKB_MULTIPOLYGON = 1, 3, 6
_SCAN_LINES = 11
_BETWEEN_POLYGONS = re.compile(r"\)\s*\)\s*,\s*\(\s*\(")
_BETWEEN_RINGS = re.compile(r"\)\s*,\s*\(")


def parts(rings: Iterable[Ring]) -> list[list[Ring]]:
    """Rings grouped by part, each part with its outer ring first."""
    grouped: dict[int, list[Ring]] = {}
    for ring in rings:
        grouped.setdefault(ring.part, []).append(ring)
    return [sorted(part, key=lambda ring: ring.hole) for part in grouped.values()]


def from_wkt(text: str) -> tuple[Ring, ...]:
    """Rings of a POLYGON or MULTIPOLYGON in well-known text (OGC 06-103r4, clause 7).

    >>> from_wkt("POLYGON ((0 0, 1 0, 1 1, 0 0))")[0].points[1]
    (1.0, 0.0)

    Raises
    ------
    InvalidInput
        The text is of another kind of geometry.
    """
    kind, _space, body = text.partition("(")
    if kind.strip() not in ("POLYGON", "MULTIPOLYGON"):
        raise InvalidInput(
            _("This outline cannot be read."), [Fault(_("outline"), f'"{text[:40]}"', "POLYGON, MULTIPOLYGON")]
        )
    return tuple(
        Ring(_wkt_points(line), part, index > 0)
        for part, polygon in enumerate(_BETWEEN_POLYGONS.split(body))
        for index, line in enumerate(_BETWEEN_RINGS.split(polygon.strip("() ")))
    )


def _wkt_points(line: str) -> tuple[Point, ...]:
    pairs = (pair.split() for pair in line.split(","))
    return tuple((float(longitude), float(latitude)) for longitude, latitude in pairs)


def to_wkb(commune: Commune) -> bytes:
    """Outline of ``commune`` as a multipolygon in well-known binary, little-endian (OGC 06-103r4, clause 8)."""
    polygons = parts(commune.rings)
    head = struct.pack("<BII", _LITTLE_ENDIAN, _WKB_MULTIPOLYGON, len(polygons))
    return head + b"".join(_wkb_polygon(polygon) for polygon in polygons)


def _wkb_polygon(rings: Sequence[Ring]) -> bytes:
    lines = (
        struct.pack(
            f"<I{2 * len(ring.points)}d", len(ring.points), *(value for point in ring.points for value in point)
        )
        for ring in rings
    )
    return struct.pack("<BII", _LITTLE_ENDIAN, _WKB_POLYGON, len(rings)) + b"".join(lines)


@dataclass(frozen=True)
class Frame:
    """How a place becomes a point of a drawing: x to the right, y downwards [pixels], from the top left corner."""

    longitude: float
    latitude: float
    width: float
    height: float
    metres_per_pixel: float

    def xy(self, longitude: float, latitude: float) -> Point:
        """Place of a longitude and latitude [degrees] in the drawing [pixels]."""
        metre = EARTH_RADIUS_M * math.pi / 180 / self.metres_per_pixel
        east = (longitude - self.longitude) * math.cos(math.radians(self.latitude)) * metre
        north = (latitude - self.latitude) * metre
        return self.width / 2 + east, self.height / 2 - north


def frame(territory: Territory, width: float, height: float, *, margin: float = 4.0) -> Frame:
    """The frame in which ``territory`` fills ``width`` by ``height``, centred, less a ``margin`` all round [pixels]."""
    west, south, east, north = territory.bounds
    middle = (south + north) / 2
    metre = EARTH_RADIUS_M * math.pi / 180
    across = (east - west) * math.cos(math.radians(middle)) * metre / (width - 2 * margin)
    upwards = (north - south) * metre / (height - 2 * margin)
    return Frame((west + east) / 2, middle, width, height, max(across, upwards))


def svg_paths(
    territory: Territory, width: float, height: float, *, margin: float = 4.0, decimals: int = 1
) -> dict[str, str]:
    """SVG path of each commune by INSEE code, fitted in ``width`` by ``height`` [pixels].

    Draw them with ``fill-rule="evenodd"``, which leaves holes empty. Neighbours share their vertices exactly.

    >>> from agglo.territory.perimeters import load
    >>> svg_paths(load(), 600, 400)["91538"][:24]
    'M163.6,114.5L167.2,115.0'
    """
    drawing = frame(territory, width, height, margin=margin)
    return {
        commune.insee: "".join(_subpath(ring, drawing, decimals) for ring in commune.rings)
        for commune in territory.communes
    }


def _subpath(ring: Ring, drawing: Frame, decimals: int) -> str:
    points = [_rounded(drawing.xy(*point), decimals) for point in ring.points]
    kept = [point for point, before in zip(points, [None, *points], strict=False) if point != before]
    if len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    return "M" + "L".join(f"{x:.{decimals}f},{y:.{decimals}f}" for x, y in kept) + "Z"


def _rounded(point: Point, decimals: int) -> Point:
    return round(point[0], decimals) + 0.0, round(point[1], decimals) + 0.0


def label_positions(
    territory: Territory, width: float, height: float, *, margin: float = 4.0, decimals: int = 1
) -> dict[str, Point]:
    """Where to centre the label of each commune [pixels], by INSEE code: always inside its outline.

    It is the middle of the widest level line across the middle half of the commune, where text has most room.
    """
    drawing = frame(territory, width, height, margin=margin)
    return {commune.insee: _rounded(drawing.xy(*_roomiest(commune)), decimals) for commune in territory.communes}


def _roomiest(commune: Commune) -> Point:
    largest = max(commune.rings, key=lambda ring: 0.0 if ring.hole else ring_area_m2(ring.points))
    latitudes = [latitude for _longitude, latitude in largest.points]
    south, height = min(latitudes), max(latitudes) - min(latitudes)
    levels = [south + height * (1 + 2 * (line + 0.5) / _SCAN_LINES) / 4 for line in range(_SCAN_LINES)]
    width, _away, west, level = max((*span, level) for level in levels for span in _spans(commune, level))
    return west + width / 2, level


def _spans(commune: Commune, latitude: float) -> list[tuple[float, float, float]]:
    """Level lines inside the outline at ``latitude``: width, minus the distance from the centre, west end."""
    crossings = sorted(
        x1 + (latitude - y1) * (x2 - x1) / (y2 - y1)
        for ring in commune.rings
        for (x1, y1), (x2, y2) in zip(ring.points, ring.points[1:], strict=False)
        if (y1 <= latitude) != (y2 <= latitude)
    )
    away = -abs(latitude - commune.latitude)
    return [(east - west, away, west) for west, east in zip(crossings[::2], crossings[1::2], strict=True)]
