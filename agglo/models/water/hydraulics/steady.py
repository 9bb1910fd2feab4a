"""One steady state after another: demands and levels of tanks go in, heads and flows come out.

Demands are set by group of junctions and pattern: a few calls a state, not one for each junction.
"""

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.models.water.hydraulics import toolkit as codes
from agglo.models.water.hydraulics.engine import Engine
from agglo.models.water.hydraulics.network import Network

if TYPE_CHECKING:
    import numpy as np

_KEEP_FLOWS = 0
_ACCURACY = 1e-3
"""Change of flows, over all flows, under which a solution is taken [1]."""


class Steady:
    """A network whose controls, patterns and demands are set aside: each state is solved on its own.

    Junctions are in the order of ``network.junctions``. ``closed`` links stay closed. ``groups`` is how many
    groups of junctions :meth:`group` may make.
    """

    def __init__(self, engine: Engine, closed: Sequence[str] = (), groups: int = 1) -> None:
        self.network, self._engine, self._toolkit = engine.network, engine, engine.toolkit
        self.links = tuple(self.network.links)
        engine.drop_controls()
        for link in closed:
            engine.set_open(link, False)
        self._junctions = [engine.node_index(one) for one in self.network.junctions]
        self._columns = 1 + len(self.network.patterns)
        self._patterns = [self._new_pattern(f"agglo-{rank}") for rank in range(groups * self._columns)]
        self._prepare(self._new_pattern("agglo-constant"))
        nodes = [engine.node_index(one) for one in self.network.nodes]
        self._read_heads = self._toolkit.reader("node", nodes, codes.HEAD)
        self._read_flows = self._toolkit.reader("link", [engine.link_index(one) for one in self.links], codes.FLOW)
        self._readers: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[Any, Any]] = {}
        self._extra: dict[int, float] = {}
        self._toolkit.call("settimeparam", codes.DURATION, ctypes.c_long(0))
        self._toolkit.set_option(codes.ACCURACY, _ACCURACY)

    def _new_pattern(self, name: str) -> int:
        self._engine.new_pattern(name)
        return self._toolkit.index("pattern", name)

    def _prepare(self, constant: int) -> None:
        """Base demands at zero, and one more for each junction, constant, after those of the patterns."""
        for index in self._junctions:
            held = self._toolkit.whole("getnumdemands", index)
            for _more in range(self._columns + 1 - held):
                self._toolkit.call("adddemand", index, ctypes.c_double(0.0), b"", b"")
            for category in range(1, max(held, self._columns + 1) + 1):
                self._toolkit.call("setbasedemand", index, category, ctypes.c_double(0.0))
            self._toolkit.call("setdemandpattern", index, self._columns + 1, constant)
        self._toolkit.set_option(codes.DEMAND_MULTIPLIER, 1.0)

    def group(self, groups: "np.ndarray", base_m3_h: "np.ndarray") -> None:
        """Puts junctions in groups (junctions,), with their demand under each pattern (junctions, patterns) [m3/h]."""
        self._base = base_m3_h / self.network.flow_m3_h
        for rank, index in enumerate(self._junctions):
            for column in range(self._columns):
                pattern = self._patterns[int(groups[rank]) * self._columns + column]
                self._toolkit.call("setdemandpattern", index, column + 1, pattern)
        self.multiply(None)

    def multiply(self, errors: "np.ndarray | None") -> None:
        """Multiplies the demands of each junction (junctions,); None: as they were given."""
        base = self._base if errors is None else self._base * errors[:, None]
        for rank, column in zip(*self._base.nonzero(), strict=True):
            value = ctypes.c_double(float(base[rank, column]))
            self._toolkit.call("setbasedemand", self._junctions[rank], int(column) + 1, value)

    def drive(self, factors: "np.ndarray", extra_m3_h: Mapping[int, float], levels_m: Mapping[str, float]) -> None:
        """Solves a state: a factor of each group and pattern (groups, patterns), flows taken besides at junctions
        [m3/h], levels of tanks [m]; from the flows of the last state.

        Raises
        ------
        ModelFailed
            EPANET cannot solve it.
        """
        for pattern, value in zip(self._patterns, factors.reshape(-1).tolist(), strict=True):
            self._toolkit.call("setpatternvalue", pattern, 1, ctypes.c_double(value))
        self._take(extra_m3_h)
        self._solve(levels_m)

    def _take(self, extra_m3_h: Mapping[int, float]) -> None:
        for rank in [rank for rank in self._extra if rank not in extra_m3_h]:
            self._put(rank, 0.0)
            del self._extra[rank]
        for rank, flow in extra_m3_h.items():
            if self._extra.get(rank) != flow:
                self._put(rank, flow)
                self._extra[rank] = flow

    def _put(self, rank: int, flow_m3_h: float) -> None:
        value = ctypes.c_double(flow_m3_h / self.network.flow_m3_h)
        self._toolkit.call("setbasedemand", self._junctions[rank], self._columns + 1, value)

    def solve(self, demand_m3_h: "np.ndarray", levels_m: Mapping[str, float]) -> None:
        """Solves a state of these demands alone (junctions,) [m3/h].

        Raises
        ------
        ModelFailed
            EPANET cannot solve it.
        """
        self._take(dict(enumerate(demand_m3_h.tolist())))
        self._solve(levels_m)

    def _solve(self, levels_m: Mapping[str, float]) -> None:
        for tank, level in levels_m.items():
            index = self._engine.node_index(tank)
            self._toolkit.set_node_value(index, codes.TANK_LEVEL, level / self.network.m_per_length)
        self._toolkit.call("initH", _KEEP_FLOWS)
        self._toolkit.call("runH", ctypes.byref(ctypes.c_long()))

    def set_roughness(self, pipes: Mapping[str, float]) -> None:
        """Roughness of pipes, in the file's formula and unit."""
        for pipe, value in pipes.items():
            self._engine.set_roughness(pipe, value)

    def heads_m(self) -> "np.ndarray":
        """Head of every node [m], in the order of ``network.nodes``."""
        import numpy as np

        row = np.empty(len(self.network.nodes))
        self._read_heads(row)
        return row * self.network.m_per_length

    def flows_m3_h(self) -> "np.ndarray":
        """Flow of every link [m3/h], in the order of ``links``."""
        import numpy as np

        row = np.empty(len(self.links))
        self._read_flows(row)
        return row * self.network.flow_m3_h

    def chosen(self, nodes: Sequence[str], links: Sequence[str]) -> "np.ndarray":
        """Pressure [m] of some nodes (for a tank, its level), then flow [m3/h] of some links."""
        import numpy as np

        key, engine = (tuple(nodes), tuple(links)), self._engine
        if key not in self._readers:
            self._readers[key] = (
                self._toolkit.reader("node", [engine.node_index(one) for one in nodes], codes.HEAD),
                self._toolkit.reader("link", [engine.link_index(one) for one in links], codes.FLOW),
            )
        row = np.empty(len(nodes) + len(links))
        for read, part in zip(self._readers[key], (row[: len(nodes)], row[len(nodes) :]), strict=True):
            read(part)
        row[: len(nodes)] *= self.network.m_per_length
        row[: len(nodes)] -= [self.network.nodes[one].elevation_m for one in nodes]
        row[len(nodes) :] *= self.network.flow_m3_h
        return row


@contextmanager
def steady(network: Network, scratch: Path, closed: Sequence[str] = (), groups: int = 1) -> Iterator[Steady]:
    """A network ready to be solved state by state, freed at the end.

    Raises
    ------
    MissingExtra
        WNTR, which brings EPANET, is not installed.
    """
    with Engine(network, scratch) as engine:
        states = Steady(engine, closed, groups)
        with engine.running():
            yield states
