"""A network as the scoring rule sees it: pipes, where they end, and how far apart two of them lie.

The network file is read here on its own, not through ``agglo.models.water``: a mistake of the models' reader cannot
hide in the score.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from agglo.contract.errors import Fault, InvalidInput, NotFound, nearest

METRES_PER_FOOT = 0.3048
US_UNITS = frozenset({"CFS", "GPM", "MGD", "IMGD", "AFD"})
_LINKS = frozenset({"PIPES", "PUMPS", "VALVES"})


@dataclass(frozen=True)
class Pipe:
    id: str
    start: str
    end: str
    length_m: float


@dataclass(frozen=True)
class Pipes:
    """The pipes of a network, and the node pairs that a pump or valve joins without any length."""

    pipes: tuple[Pipe, ...]
    joined: tuple[tuple[str, str], ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Pipe]:
        return {pipe.id: pipe for pipe in self.pipes}

    def __getitem__(self, id: str) -> Pipe:
        try:
            return self.by_id[id]
        except KeyError:
            raise NotFound(f"There is no pipe {id!r}.", repair=nearest(id, list(self.by_id))) from None

    def __contains__(self, id: object) -> bool:
        return id in self.by_id

    def within(self, id: str, reach_m: float) -> dict[str, float]:
        """Every pipe within ``reach_m`` [m] of this one and its distance [m].

        The distance of two pipes is the shortest way between an end of one and an end of the other, plus half the
        length of each: from middle to middle. It is 0 from a pipe to itself.
        """
        pipe = self[id]
        found: dict[str, float] = {}
        for node, way_m in self._ways(pipe, reach_m).items():
            for other in self._ending_at[node]:
                distance_m = way_m + pipe.length_m / 2 + other.length_m / 2
                if distance_m <= reach_m and distance_m < found.get(other.id, float("inf")):
                    found[other.id] = distance_m
        return found | {id: 0.0}

    @cached_property
    def _ending_at(self) -> dict[str, list[Pipe]]:
        ending = defaultdict(list)
        for pipe in self.pipes:
            for node in {pipe.start, pipe.end}:
                ending[node].append(pipe)
        return ending

    @cached_property
    def _neighbours(self) -> dict[str, list[tuple[str, float]]]:
        neighbours = defaultdict(list)
        edges = [(pipe.start, pipe.end, pipe.length_m) for pipe in self.pipes]
        for start, end, length_m in edges + [(start, end, 0.0) for start, end in self.joined]:
            neighbours[start].append((end, length_m))
            neighbours[end].append((start, length_m))
        return neighbours

    def _ways(self, pipe: Pipe, reach_m: float) -> dict[str, float]:
        """Shortest way from either end of the pipe to every node within reach [m] (Dijkstra)."""
        ways = {pipe.start: 0.0, pipe.end: 0.0}
        waiting = [(0.0, pipe.start), (0.0, pipe.end)]
        while waiting:
            way_m, node = heapq.heappop(waiting)
            if way_m > ways[node]:
                continue
            for neighbour, length_m in self._neighbours[node]:
                longer_m = way_m + length_m
                if longer_m <= reach_m and longer_m < ways.get(neighbour, float("inf")):
                    ways[neighbour] = longer_m
                    heapq.heappush(waiting, (longer_m, neighbour))
        return ways


def read(path: Path) -> Pipes:
    """Pipes, pumps and valves of an EPANET file, in the file's order, lengths in metres whatever the file's unit."""
    lines = list(_sections(path.read_text(encoding="utf-8", errors="replace").splitlines()))
    metres = METRES_PER_FOOT if _unit(lines) in US_UNITS else 1.0
    pipes: list[Pipe] = []
    joined: list[tuple[str, str]] = []
    faults: list[Fault] = []
    for number, section, fields in lines:
        if section not in _LINKS:
            continue
        try:
            if section == "PIPES":
                pipes.append(Pipe(fields[0], fields[1], fields[2], float(fields[3]) * metres))
            else:
                joined.append((fields[1], fields[2]))
        except (IndexError, ValueError, TypeError):
            faults.append(_unread(number, section, fields))
    if faults or not pipes:
        raise InvalidInput(f"{path.name} does not give a network's pipes.", faults)
    return Pipes(tuple(pipes), tuple(joined))


def _sections(lines: Sequence[str]) -> Iterator[tuple[int, str, list[str]]]:
    """(line number from 1, section, fields) of every line that says something; what follows ; is a remark."""
    section = ""
    for number, line in enumerate(lines, 1):
        text = line.split(";")[0].strip()
        if text.startswith("["):
            section = text.strip("[]").upper()
        elif text:
            yield number, section, text.split()


def _unit(lines: Sequence[tuple[int, str, list[str]]]) -> str:
    """The flow unit, which decides between feet and metres; EPANET's own default is GPM."""
    said = [fields[1].upper() for _, section, fields in lines if section == "OPTIONS" and fields[0].upper() == "UNITS"]
    return said[-1] if said else "GPM"


def _unread(number: int, section: str, fields: Sequence[str]) -> Fault:
    expected = "an id, two nodes and a length" if section == "PIPES" else "an id and two nodes"
    return Fault(f"line {number}, [{section}]", " ".join(fields), expected, "Correct the line.")
