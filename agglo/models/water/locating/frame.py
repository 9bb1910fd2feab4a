"""The frame of a map: from the coordinates of a network to pixels, the length of a bar, and places for numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, floor, hypot, log10, pi, sin

WIDTH, HEIGHT, MARGIN = 640.0, 620.0, 24.0
"""Size of the map, and what stays free around the network [pixels]."""
APART = 22.0
"""Least distance of two numbers [pixels]."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """Pixels = (x - west) x scale + left, (north - y) x scale + top."""

    west: float
    north: float
    scale: float
    left: float
    top: float

    def at(self, point: Sequence[float]) -> Point:
        """A point of the network [pixels]."""
        return (point[0] - self.west) * self.scale + self.left, (self.north - point[1]) * self.scale + self.top


def fitted(points: Sequence[Point]) -> Frame:
    """The frame that holds all points, in the middle, both axes at one scale."""
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    across, up = max(xs) - min(xs), max(ys) - min(ys)
    room_x, room_y = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN - 20
    scale = min(room_x / across if across else 1e9, room_y / up if up else 1e9)
    scale = 1.0 if scale >= 1e9 else scale
    return Frame(min(xs), max(ys), scale, MARGIN + (room_x - across * scale) / 2, MARGIN + (room_y - up * scale) / 2)


def bar(pipes: Iterable[tuple[tuple[float, float, float, float] | None, float]], frame: Frame) -> Point | None:
    """Length of a scale bar [pixels] and what it stands for [m], a round number; None where pipes tell no scale.

    ``pipes`` are the ends of each in the coordinates of the network, and its length [m].
    """
    straight = length = 0.0
    for ends, length_m in pipes:
        if ends is not None:
            straight += hypot(ends[2] - ends[0], ends[3] - ends[1])
            length += length_m
    if straight <= 0 or length <= 0:
        return None
    metres_per_pixel = length / straight / frame.scale
    longest = 160 * metres_per_pixel
    power = 10.0 ** floor(log10(longest))
    metres = next(digit * power for digit in (5, 2, 1) if digit * power <= longest)
    return metres / metres_per_pixel, metres


def free_place(x: float, y: float, taken: Sequence[Point]) -> Point:
    """Where a number may go near a point without covering another one, inside the map; the first place tried is up and
    to the right."""
    for radius in (16.0, 30.0, 44.0, 60.0):
        for turn in range(8):
            angle = pi / 4 - turn * pi / 4
            place = (x + radius * cos(angle), y - radius * sin(angle))
            inside = 10 <= place[0] <= WIDTH - 10 and 10 <= place[1] <= HEIGHT - 30
            if inside and all(hypot(place[0] - a, place[1] - b) >= APART for a, b in taken):
                return place
    return x, y
