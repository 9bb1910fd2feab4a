"""The model in an hour of the readings: what it says sensors read, and how a small leak anywhere would move them.

Sensitivities are those of the linearised network equations at the solved state (Todini and Pilati, A gradient algorithm
for the analysis of pipe networks, Computer Applications in Water Supply 1, 1988): one sparse system for all places.
A leak takes its flow from the consumption of its zone, whose total is measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.models.water.hydraulics.network import Network
from agglo.models.water.hydraulics.steady import Steady
from agglo.models.water.locating.search.driving import Driving
from agglo.models.water.locating.search.layout import Layout, Zone

if TYPE_CHECKING:
    import numpy as np

HAZEN_WILLIAMS = 1.852
LEAST_FLOW_M3_H = 0.05
"""Flow under which a pipe's loss is taken as linear [m3/h], as solvers do."""
LEAST_LOSS = 1e-6
OPEN_VALVE = 1e4
VALVE_M = 0.02
"""A pressure within this of a valve's setting is held by it [m]."""
Leak = tuple[int, float]
"""Rank of a pipe in the zone, and its flow [m3/h]."""


@dataclass
class ZoneView:
    """A zone as arrays: ranks of its junctions, of those at the ends of each pipe (twice the same if there is one)."""

    zone: Zone
    inside: "np.ndarray"
    ends: "list[list[int]]"
    both: "np.ndarray"
    nodes: tuple[str, ...]
    links: tuple[str, ...]

    @property
    def size(self) -> int:
        """Pressures, then splits."""
        return len(self.nodes) + len(self.links)


@dataclass(frozen=True)
class State:
    """A state to solve: factor of each zone (and of what is in none) and pattern (zones + 1, patterns), what is taken
    besides at junctions [m3/h], levels [m], and the consumption of each junction [m3/h]."""

    factors: "np.ndarray"
    extra_m3_h: Mapping[int, float]
    levels_m: Mapping[str, float]
    given_m3_h: "np.ndarray"


class World:
    """A network driven by readings."""

    def __init__(self, network: Network, layout: Layout, driving: Driving, states: Steady) -> None:
        import numpy as np

        self.network, self.layout, self.driving, self.states = network, layout, driving, states
        self.rank = {name: rank for rank, name in enumerate(network.junctions)}
        self._errors: np.ndarray | None = None
        self.views = [self._view(zone) for zone in layout.zones]
        self._tangent = Tangent(network)
        zones = np.full(len(network.junctions), len(self.views))
        for rank, view in enumerate(self.views):
            zones[view.inside] = rank
        states.group(zones, driving.shares.base_m3_h)

    def _view(self, zone: Zone) -> ZoneView:
        import numpy as np

        links = [self.network.links[pipe] for pipe in zone.pipes]
        ends = [[self.rank[node] for node in (link.start, link.end) if node in self.rank] for link in links]
        inside = np.array([self.rank[name] for name in zone.junctions])
        nodes = tuple(node for _sensor, node in zone.pressures)
        both = np.array([(one[0], one[-1]) for one in ends])
        return ZoneView(zone, inside, ends, both, nodes, tuple(link for _sensor, link, _sign in zone.splits))

    def err(self, errors: "np.ndarray | None") -> None:
        """Multiplies the model's demands at each junction (junctions,) for what follows; None: as they are."""
        self._errors = errors
        self.states.multiply(errors)

    def state(self, hour: int, leaks: Mapping[str, Sequence[Leak]], totals: Mapping[str, float] | None = None) -> State:
        """The state of an hour of the readings, leaks by zone; ``totals`` take the place of measured ones."""
        import numpy as np

        shares = self.driving.shares
        patterns = shares.now(hour)
        base = shares.base_m3_h @ patterns
        base = base if self._errors is None else base * self._errors
        factors, given = np.ones(len(self.views) + 1), np.zeros(len(base))
        extra: dict[int, float] = {}
        for rank, view in enumerate(self.views):
            zone = view.zone.name
            those = leaks.get(zone, ())
            total = (totals or {}).get(zone, float(self.driving.smooth[zone][hour]))
            used = max(total - sum(flow for _pipe, flow in those), 0.05 * total)
            factors[rank] = used / max(float(base[view.inside].sum()), 1e-9)
            given[view.inside] = base[view.inside] * factors[rank]
            for pipe, flow in those:
                for node in view.ends[pipe]:
                    extra[node] = extra.get(node, 0.0) + flow / len(view.ends[pipe])
        for sensor, link, _sign in self.layout.replaced:
            flow = float(self.driving.pumped[sensor][hour])
            for name, sign in ((self.network.links[link].start, 1.0), (self.network.links[link].end, -1.0)):
                if name in self.rank:
                    extra[self.rank[name]] = extra.get(self.rank[name], 0.0) + sign * flow
        levels = {tank: float(values[hour]) for tank, values in self.driving.level.items()}
        return State(np.outer(factors, patterns), extra, levels, given)

    def solve(self, state: State) -> None:
        self.states.drive(state.factors, state.extra_m3_h, state.levels_m)

    def said(self, view: ZoneView) -> "np.ndarray":
        """What the solved state says the zone's sensors read: pressures [m], then splits [m3/h]."""
        return self.states.chosen(view.nodes, view.links)

    def signatures(self, view: ZoneView, state: State) -> "np.ndarray":
        """Change at each sensor for each m3/h of a leak on each pipe of the zone at the solved state (pipes, sensors).

        What a leak takes, the consumption of the zone gives up, as it is spread.
        """
        import numpy as np

        moved = self._tangent.at(self.states, view)
        given = np.zeros(len(state.given_m3_h))
        given[view.inside] = state.given_m3_h[view.inside]
        moved = moved - (given / max(given.sum(), 1e-9)) @ moved
        found: np.ndarray = (moved[view.both[:, 0]] + moved[view.both[:, 1]]) / 2
        return found


class Tangent:
    """The network equations linearised at a state."""

    def __init__(self, network: Network) -> None:
        import numpy as np

        self.network = network
        index = network.index
        self.free = np.array([index[name] for name in network.junctions])
        self.row = np.full(len(network.nodes), -1)
        self.row[self.free] = np.arange(len(self.free))
        self.links = list(network.links.values())
        self.start = np.array([index[link.start] for link in self.links])
        self.end = np.array([index[link.end] for link in self.links])
        self.pipe = np.array([link.kind == "pipe" for link in self.links])
        self.order = {link.id: rank for rank, link in enumerate(self.links)}

    def at(self, states: Steady, view: ZoneView) -> "np.ndarray":
        """Change of each sensor of a zone for each m3/h more taken at each junction, (junctions, sensors)."""
        import numpy as np
        from scipy.sparse import csc_array
        from scipy.sparse.linalg import splu

        heads, flows = states.heads_m(), states.flows_m3_h()
        conductance = self._conductances(heads, flows)
        size = len(self.free)
        rows, columns, values, held = self._equations(conductance, heads, flows)
        total = size + held
        diagonal = np.arange(total)
        matrix = csc_array(
            (
                np.concatenate([values, np.full(total, 1e-9)]),
                (np.concatenate([rows, diagonal]), np.concatenate([columns, diagonal])),
            ),
            shape=(total, total),
        )
        wanted = np.zeros((total, view.size))
        for rank, node in enumerate(view.nodes):
            wanted[self.row[self.network.index[node]], rank] = 1.0
        for rank, link in enumerate(view.links, len(view.nodes)):
            at = self.order[link]
            for node, sign in ((self.start[at], 1.0), (self.end[at], -1.0)):
                if self.row[node] >= 0:
                    wanted[self.row[node], rank] += sign * conductance[at]
        return -np.asarray(splu(matrix).solve(wanted, trans="T")[:size])

    def _conductances(self, heads: "np.ndarray", flows: "np.ndarray") -> "np.ndarray":
        """Change of flow for each metre of head lost more [m3/h/m] in each link; 0 where it is closed."""
        import numpy as np

        loss = np.abs(heads[self.start] - heads[self.end])
        flow = np.abs(flows)
        per_flow = HAZEN_WILLIAMS * loss / np.maximum(flow, LEAST_FLOW_M3_H)
        found: np.ndarray = 1.0 / np.maximum(per_flow, LEAST_LOSS)
        return np.where(self.pipe & ~((flow < LEAST_LOSS) & (loss > VALVE_M)), found, 0.0)

    def _equations(
        self, conductance: "np.ndarray", heads: "np.ndarray", flows: "np.ndarray"
    ) -> "tuple[np.ndarray, np.ndarray, np.ndarray, int]":
        """Entries of the matrix: balance of each junction, and one more row for each valve that holds a pressure."""
        import numpy as np

        start, end = self.row[self.start], self.row[self.end]
        held: list[tuple[int, int]] = []
        for rank, link in enumerate(self.links):
            if link.kind == "valve" and flows[rank] > LEAST_LOSS:
                elevation = self.network.nodes[link.end].elevation_m
                if link.valve == "PRV" and abs(heads[self.end[rank]] - elevation - link.setting) < VALVE_M:
                    held.append((int(start[rank]), int(end[rank])))
                else:
                    conductance[rank] = OPEN_VALVE
        both = (start >= 0) & (end >= 0)
        rows = [start[start >= 0], end[end >= 0], start[both], end[both]]
        columns = [start[start >= 0], end[end >= 0], end[both], start[both]]
        values = [conductance[start >= 0], conductance[end >= 0], -conductance[both], -conductance[both]]
        for rank, (upstream, downstream) in enumerate(held, len(self.free)):
            if upstream >= 0:
                rows.append(np.array([upstream]))
                columns.append(np.array([rank]))
                values.append(np.array([1.0]))
            rows.append(np.array([downstream, rank]))
            columns.append(np.array([rank, downstream]))
            values.append(np.array([-1.0, 1.0]))
        return np.concatenate(rows), np.concatenate(columns), np.concatenate(values), len(held)
