"""Streets, pipes, valve, pump and tank of the made-up town, drawn from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from random import Random

STREET_M = 110.0
"""Distance between two crossings [m]."""
_KEPT = 0.72
"""Share of the streets between two crossings that have a pipe, besides those that hold the network together."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the town: a grid of streets from an origin [m], rising from ``elevation_m`` by ``rise_m``."""

    sector: str
    letter: str
    rows: int
    columns: int
    x: float
    y: float
    elevation_m: float
    rise_m: float

    def name(self, row: int, column: int) -> str:
        return f"{self.letter}{row:02d}{column:02d}"


ZONES = (
    Zone("bas", "B", 9, 9, 0.0, 0.0, 38.0, 8.0),
    Zone("val", "V", 8, 8, 1100.0, -150.0, 14.0, 9.0),
    Zone("haut", "H", 7, 7, 100.0, 1150.0, 62.0, 10.0),
)
"""The middle of the town, fed by gravity; the valley behind a pressure-reducing valve; the heights behind a pump."""

SOURCE, TANK = "RES", "CHATEAU"
INLET, PUMP, VALVE = "ADD", "POMPE", "PRV_VAL"
SOURCE_HEAD_M, TANK_BOTTOM_M, TANK_DIAMETER_M, VALVE_SETTING_M = 94.0, 104.0, 14.0, 42.0


@dataclass(frozen=True, slots=True)
class Crossing:
    """A junction: ``demand_m3_h`` is its mean demand, ``pattern`` how it goes over the week."""

    name: str
    sector: str
    x: float
    y: float
    elevation_m: float
    demand_m3_h: float
    pattern: str


@dataclass(frozen=True, slots=True)
class Pipe:
    name: str
    start: str
    end: str
    length_m: float
    diameter_mm: int
    roughness: int


@dataclass(frozen=True, slots=True)
class Town:
    """Junctions and pipes; source, tank, pump and valve are the constants of this module."""

    crossings: tuple[Crossing, ...]
    pipes: tuple[Pipe, ...]
    valve: tuple[str, str]
    pump: str
    tank_outlet: str
    source_outlet: str

    def sector_of(self, node: str) -> str:
        return next(one.sector for one in self.crossings if one.name == node)


def draw(seed: int) -> Town:
    """The town of a seed; the same on every machine (Python's Mersenne Twister, lengths rounded)."""
    chance = Random(seed)  # noqa: S311
    crossings = [one for zone in ZONES for one in _crossings(zone, chance)]
    # The valve opens on a junction of its own, between the middle of the town and the valley.
    inlet = Crossing("V_ENTREE", "val", 1040.0, 260.0, 24.0, 0.0, "habitants")
    crossings.append(inlet)
    places = {one.name: one for one in crossings}
    pairs = [pair for zone in ZONES for pair in _streets(zone, chance)]
    pairs.append(("V_ENTREE", ZONES[1].name(4, 0)))
    pipes = [_pipe(f"C{number:03d}", places[start], places[end]) for number, (start, end) in enumerate(pairs, 1)]
    middle, heights = ZONES[0], ZONES[2]
    return Town(
        tuple(crossings),
        tuple(pipes),
        valve=(middle.name(4, 8), "V_ENTREE"),
        pump=middle.name(8, 4),
        tank_outlet=heights.name(3, 3),
        source_outlet=middle.name(0, 4),
    )


def _crossings(zone: Zone, chance: Random) -> Iterator[Crossing]:
    for row in range(zone.rows):
        for column in range(zone.columns):
            up, along = row / (zone.rows - 1), column / (zone.columns - 1)
            yield Crossing(
                zone.name(row, column),
                zone.sector,
                x=round(zone.x + STREET_M * column + chance.uniform(-18, 18), 1),
                y=round(zone.y + STREET_M * row + chance.uniform(-18, 18), 1),
                elevation_m=round(zone.elevation_m + zone.rise_m * (0.7 * up + 0.3 * along * along), 1),
                demand_m3_h=round(chance.uniform(0.08, 0.54), 3),
                pattern="activites" if chance.random() < 0.12 else "habitants",
            )


def _streets(zone: Zone, chance: Random) -> list[tuple[str, str]]:
    """Streets that have a pipe: some at random, and all that keep the zone in one piece, in the order of the grid."""
    streets = [
        (zone.name(row, column), zone.name(row + down, column + 1 - down))
        for row in range(zone.rows)
        for column in range(zone.columns)
        for down in (0, 1)
        if row + down < zone.rows and column + 1 - down < zone.columns
    ]
    order = sorted(streets, key=lambda _street: chance.random())
    root: dict[str, str] = {}
    kept = {street for street in order if _joins(street, root) or chance.random() < _KEPT or _is_main(*street)}
    return [street for street in streets if street in kept]


def _joins(street: tuple[str, str], root: dict[str, str]) -> bool:
    """Whether a street joins two pieces so far apart (union-find)."""
    ends = []
    for one in street:
        name = one
        while root.get(name, name) != name:
            name = root[name]
        ends.append(name)
    root[ends[0]] = ends[1]
    return ends[0] != ends[1]


def _is_main(start: str, end: str) -> bool:
    """Whether a pipe is of the main streets of its zone, which cross in the middle, or of the entry of the valley."""
    return start[1:3] == end[1:3] == "04" or start[3:] == end[3:] == "04" or "ENTREE" in start


def _pipe(name: str, start: Crossing, end: Crossing) -> Pipe:
    """Wider along the main streets."""
    main = _is_main(start.name, end.name)
    number, wide = int(name[1:]), 200 if start.sector == "bas" or "ENTREE" in start.name else 150
    return Pipe(
        name,
        start.name,
        end.name,
        length_m=round(hypot(start.x - end.x, start.y - end.y), 1),
        diameter_mm=wide if main else 80 if number % 3 == 0 else 60,
        roughness=130 if main else (120, 110, 100)[number % 3],
    )
