"""EPANET solved from one event to the next, and what is kept of it."""

import ctypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.models.water.hydraulics import toolkit as codes
from agglo.models.water.hydraulics.toolkit import Toolkit, text_of

if TYPE_CHECKING:
    import numpy as np

    from agglo.models.water.hydraulics.network import Network


@dataclass(frozen=True, slots=True)
class Warned:
    """How often EPANET warned of one thing, and when first."""

    code: int
    text: str
    count: int
    first_s: int


@dataclass(frozen=True, eq=False, slots=True)
class Simulated:
    """Values at ``times_s`` (T,) since the start [s]: ``pressure_m`` (T, nodes), ``flow_m3_h`` (T, links).

    The pressure of a tank is its level. Flow is positive from the link's start to its end. ``energy_kwh`` is that of
    each pump over the whole period. ``warnings`` are by EPANET's code: 1 unbalanced, 2 unstable, 3 disconnected, 4
    pumps, 5 valves, 6 negative pressures.
    """

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    times_s: "np.ndarray"
    pressure_m: "np.ndarray"
    elevation_m: "np.ndarray"
    flow_m3_h: "np.ndarray"
    energy_kwh: Mapping[str, float]
    warnings: Mapping[int, Warned]
    solves: int

    @property
    def head_m(self) -> "np.ndarray":
        """Head above the datum of the file [m], (T, nodes)."""
        head: np.ndarray = self.pressure_m + self.elevation_m
        return head

    def pressure_of(self, node: str) -> "np.ndarray":
        """Pressure of one node [m], (T,)."""
        return self.pressure_m[:, self.nodes.index(node)]

    def flow_of(self, link: str) -> "np.ndarray":
        """Flow of one link [m3/h], (T,)."""
        return self.flow_m3_h[:, self.links.index(link)]


class Recorder:
    """Keeps the chosen nodes and links at each step, the energy of pumps, and EPANET's warnings."""

    def __init__(
        self,
        network: "Network",
        toolkit: Toolkit,
        *,
        nodes: Sequence[str],
        links: Sequence[str],
        size: int,
        step_s: int,
    ) -> None:
        import numpy as np

        self._nodes, self._links, self._step = tuple(nodes), tuple(links), step_s
        self._network = network
        self._pumps = network.of_kind("pump")
        self._heads = np.full((size, len(nodes)), np.nan)
        self._flows = np.full((size, len(links)), np.nan)
        self._read_heads = toolkit.reader("node", [toolkit.index("node", one) for one in nodes], codes.HEAD)
        self._read_flows = toolkit.reader("link", [toolkit.index("link", one) for one in links], codes.FLOW)
        pumps = [toolkit.index("link", one) for one in self._pumps]
        self._read_power = toolkit.reader("link", pumps, codes.POWER)
        self._power, self._energy = np.zeros(len(pumps)), np.zeros(len(pumps))
        self._warned: dict[int, list[int]] = {}
        self._solves = 0

    def solved(self, time_s: int, warning: int) -> None:
        """After a solve: keeps it where it falls on a step."""
        self._solves += 1
        if warning:
            self._warned.setdefault(warning, [0, time_s])[0] += 1
        self._read_power(self._power)
        at, rest = divmod(time_s, self._step)
        if not rest and at < len(self._heads):
            self._read_heads(self._heads[at])
            self._read_flows(self._flows[at])

    def passed(self, seconds: int) -> None:
        """The time until the next solve: pumps draw their power meanwhile."""
        self._energy += self._power * (seconds / 3600)

    def simulated(self) -> Simulated:
        import numpy as np

        elevations = np.array([self._network.nodes[one].elevation_m for one in self._nodes])
        heads = self._heads * self._network.m_per_length
        return Simulated(
            nodes=self._nodes,
            links=self._links,
            times_s=np.arange(len(heads)) * self._step,
            pressure_m=heads - elevations,
            elevation_m=elevations,
            flow_m3_h=self._flows * self._network.flow_m3_h,
            energy_kwh=dict(zip(self._pumps, self._energy.tolist(), strict=True)),
            warnings={code: Warned(code, text_of(code), *known) for code, known in sorted(self._warned.items())},
            solves=self._solves,
        )


def step_through(toolkit: Toolkit, recorder: Recorder, changes: Sequence[Callable[[int], None]]) -> None:
    """Hydraulics from the start to the end of the period, ``changes`` called before each solve with the time [s]."""
    toolkit.call("initH", codes.FROM_SCRATCH)
    now, left = ctypes.c_long(0), ctypes.c_long(1)
    while left.value > 0:
        for change in changes:
            change(now.value)
        warning = toolkit.call("runH", ctypes.byref(now))
        recorder.solved(now.value, warning)
        toolkit.call("nextH", ctypes.byref(left))
        recorder.passed(left.value)
        now.value += left.value
