"""A water network as its EPANET file describes it: nodes, links, patterns, demands, in metres and m3/h."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from agglo.contract.errors import InvalidInput, MissingExtra, NotFound, nearest
from agglo.contract.language import _
from agglo.models.water.hydraulics import checks, inp, sections, words

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

NodeKind = Literal["junction", "reservoir", "tank"]
LinkKind = Literal["pipe", "pump", "valve"]


@dataclass(frozen=True, slots=True)
class Node:
    """A junction, reservoir or tank; ``elevation_m`` of a reservoir is its head. ``x``, ``y`` as in the file, or None.

    ``demands`` are (base demand [m3/h], pattern or "" where it is constant); ``diameter_m`` is a tank's, NaN elsewhere.
    """

    id: str
    kind: NodeKind
    elevation_m: float
    x: float | None
    y: float | None
    demands: tuple[tuple[float, str], ...]
    diameter_m: float
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A pipe, pump or valve between two nodes; pumps and valves have no length.

    ``valve`` is a valve's kind (PRV, PSV, PBV, FCV, TCV, GPV), empty elsewhere; ``setting`` is its own: metres of water
    (PRV, PSV, PBV), m3/h (FCV) or a number; NaN where there is none. ``closed``: at the start. ``one_way``: from start
    to end only (pumps, check valves, PRV, PSV).
    """

    id: str
    kind: LinkKind
    start: str
    end: str
    length_m: float
    diameter_m: float
    roughness: float
    valve: str
    setting: float
    closed: bool
    one_way: bool
    line: int


@dataclass(frozen=True)
class Network:
    """What an EPANET file holds, and its lines as they are.

    ``patterns`` are multipliers by name, one for each ``pattern_step_s``; ``controlled`` the links that a simple
    control of the file moves, ``ruled`` those that a rule moves; ``emitters`` the junctions that leak in the file.
    """

    nodes: Mapping[str, Node]
    links: Mapping[str, Link]
    patterns: Mapping[str, tuple[float, ...]]
    pattern_step_s: int
    duration_s: int
    flow_unit: str
    pressure_unit: Literal["PSI", "METERS", "KPA"]
    specific_gravity: float
    demand_multiplier: float
    emitter_exponent: float
    controlled: frozenset[str]
    ruled: frozenset[str]
    emitters: frozenset[str]
    lines: tuple[str, ...]

    @property
    def metric(self) -> bool:
        """Whether lengths of the file are metres; feet elsewhere."""
        return self.flow_unit not in words.CUSTOMARY

    @property
    def m_per_length(self) -> float:
        """One of the file's units of length, elevation and head [m]."""
        return 1.0 if self.metric else words.M_PER_FOOT

    @property
    def flow_m3_h(self) -> float:
        """One of the file's units of flow [m3/h]."""
        return words.FLOW_UNITS_M3_H[self.flow_unit]

    @property
    def pressure_per_m(self) -> float:
        """One metre of the network's water in the file's unit of pressure."""
        if self.pressure_unit == "METERS":
            return self.specific_gravity
        psi = words.PSI_PER_FOOT / words.M_PER_FOOT * self.specific_gravity
        return psi * (words.KPA_PER_PSI if self.pressure_unit == "KPA" else 1.0)

    @cached_property
    def junctions(self) -> tuple[str, ...]:
        return tuple(name for name, node in self.nodes.items() if node.kind == "junction")

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Reservoirs and tanks."""
        return tuple(name for name, node in self.nodes.items() if node.kind != "junction")

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Rank of each node, in the order of :attr:`nodes`."""
        return {name: rank for rank, name in enumerate(self.nodes)}

    @property
    def length_m(self) -> float:
        """Length of all pipes [m]."""
        return sum(link.length_m for link in self.links.values())

    def of_kind(self, *kinds: str) -> tuple[str, ...]:
        """Names of the links of these kinds (pipe, pump, valve, or PRV, PSV...), in the file's order."""
        return tuple(name for name, link in self.links.items() if link.kind in kinds or link.valve in kinds)

    def mean_demand_m3_h(self, node: str) -> float:
        """Mean demand of a node over its patterns [m3/h]."""
        means = self._pattern_means
        return self.demand_multiplier * sum(base * means.get(name, 1.0) for base, name in self.node(node).demands)

    @cached_property
    def _pattern_means(self) -> Mapping[str, float]:
        return {name: sum(values) / len(values) for name, values in self.patterns.items() if values}

    def distances_m(self, nodes: Iterable[str] | None = None) -> "np.ndarray":
        """Shortest way along pipes from each of ``nodes`` (all where None) to every node [m], (nodes, all nodes).

        Pumps and valves have no length; ``inf`` where there is no way, whatever is open or closed.

        Raises
        ------
        MissingExtra
            scipy is not installed.
        """
        import numpy as np

        try:
            from scipy.sparse import csr_array  # type: ignore[import-untyped]
            from scipy.sparse.csgraph import dijkstra  # type: ignore[import-untyped]
        except ImportError:
            raise MissingExtra("scipy", "water") from None
        shortest: dict[tuple[int, int], float] = {}
        for link in self.links.values():
            pair = tuple(sorted((self.index[link.start], self.index[link.end])))
            shortest[pair[0], pair[1]] = min(link.length_m, shortest.get((pair[0], pair[1]), np.inf))
        ends = np.array(list(shortest)).reshape(-1, 2).T
        graph = csr_array((list(shortest.values()), (ends[0], ends[1])), shape=(len(self.nodes),) * 2)
        starts = None if nodes is None else [self.index[self.node(name).id] for name in nodes]
        found: np.ndarray = dijkstra(graph, directed=False, indices=starts)
        return found

    def node(self, name: str) -> Node:
        """The node of that name; NotFound with the closest name where there is none."""
        if name not in self.nodes:
            raise NotFound(
                _('This network has no node "{name}".').format(name=name), repair=nearest(name, [*self.nodes])
            )
        return self.nodes[name]

    def link(self, name: str) -> Link:
        """The link of that name; NotFound with the closest name where there is none."""
        if name not in self.links:
            raise NotFound(
                _('This network has no link "{name}".').format(name=name), repair=nearest(name, [*self.links])
            )
        return self.links[name]

    def reached(self, closed: Iterable[str] = ()) -> frozenset[str]:
        """Nodes with a way from a reservoir or tank without the links of ``closed`` and those closed at the start.

        Pumps, check valves, PRV and PSV are one way; a link that a control or a rule moves counts as open.
        """
        moved = self.controlled | self.ruled
        shut = {*closed, *(name for name, link in self.links.items() if link.closed and name not in moved)}
        left = [link for name, link in self.links.items() if name not in shut]
        back = [(link.end, link.start) for link in left if not link.one_way]
        return checks.reached(self.sources, [*((link.start, link.end) for link in left), *back])

    def write(self, path: Path) -> Path:
        """The lines, as a file that EPANET opens."""
        path.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
        return path


def read(source: "pa.Table | Path") -> Network:
    """The network of an EPANET 2.2 file, or of a table of its lines (schema ``water-network``).

    Raises
    ------
    InvalidInput
        A section, word, name or number that EPANET would refuse or pass over, a node without link, a zone that no
        source feeds: every fault, with its line.
    """
    faults = inp.Faults()
    lines = inp.texts(source)
    draft = sections.read(inp.rows(lines, faults), faults)
    checks.check(draft, faults)
    if faults.found:
        raise InvalidInput(_("This EPANET model cannot be used."), faults.found)
    return Network(
        nodes={name: _node(name, draft) for name in draft.nodes},
        links={name: _link(link, draft) for name, link in draft.links.items()},
        patterns={name: tuple(values) for name, values in draft.patterns.items()},
        pattern_step_s=draft.times["PATTERN"],
        duration_s=draft.times["DURATION"],
        flow_unit=draft.flow_unit,
        pressure_unit=draft.pressure_unit,
        specific_gravity=draft.options["SPECIFIC"],
        demand_multiplier=draft.options["DEMAND"],
        emitter_exponent=draft.options["EMITTER"],
        controlled=frozenset(draft.controlled),
        ruled=frozenset(draft.ruled),
        emitters=frozenset(draft.emitters),
        lines=tuple(lines),
    )


def _node(name: str, draft: sections.Draft) -> Node:
    row = draft.nodes[name]
    kinds: dict[str, NodeKind] = {"JUNCTIONS": "junction", "RESERVOIRS": "reservoir", "TANKS": "tank"}
    x, y = draft.coordinates.get(name, (None, None))
    flow_m3_h = words.FLOW_UNITS_M3_H[draft.flow_unit]
    return Node(
        id=name,
        kind=kinds[row.section],
        elevation_m=float(row.cell(1)) * draft.m_per_length,
        x=x,
        y=y,
        demands=tuple((base * flow_m3_h, pattern) for base, pattern in draft.demands_of(name)),
        diameter_m=float(row.cell(5) or 0) * draft.m_per_length if row.section == "TANKS" else float("nan"),
        line=row.line,
    )


def _link(one: sections.DraftLink, draft: sections.Draft) -> Link:
    kinds: dict[str, LinkKind] = {"PIPES": "pipe", "PUMPS": "pump", "VALVES": "valve"}
    return Link(
        id=one.row.cell(0),
        kind=kinds[one.row.section],
        start=one.row.cell(1),
        end=one.row.cell(2),
        length_m=one.length * draft.m_per_length,
        diameter_m=one.diameter * draft.m_per_diameter,
        roughness=one.roughness,
        valve=one.valve,
        setting=one.setting / draft.setting_unit(one.valve),
        closed=one.closed,
        one_way=one.one_way,
        line=one.row.line,
    )
