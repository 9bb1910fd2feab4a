"""The EPANET engine stepped through time, keeping chosen nodes and links only, in metres and m3/h.

Solver: gradient method of Todini and Pilati as EPANET 2.2 has it (EPANET 2.2 User Manual, EPA/600/R-20/133, 2020,
chapter 12); leaks are emitters, flow = coefficient x pressure ^ exponent.
"""

import ctypes
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from agglo.contract.errors import InvalidInput
from agglo.contract.language import _
from agglo.models.water.hydraulics import network as networks
from agglo.models.water.hydraulics import toolkit as codes
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.hydraulics.schedule import Schedule
from agglo.models.water.hydraulics.stepping import Recorder, Simulated, step_through
from agglo.models.water.hydraulics.toolkit import Toolkit

if TYPE_CHECKING:
    import numpy as np

_log = logging.getLogger(__name__)

_SMALLEST = 1e-9
"""Factor of demands that stands for none: EPANET multiplies leaks by it too, which are divided by it before."""


class Engine:
    """EPANET open on a network; every setter takes metres and m3/h and holds for the simulations that follow.

    ``network`` is a network or the path of its file; ``scratch`` a folder for EPANET's own files.

    Raises
    ------
    MissingExtra
        WNTR, which brings EPANET, is not installed.
    InvalidInput
        The file is refused, by :func:`.network.read` or by EPANET.
    """

    def __init__(self, network: Network | Path, scratch: Path) -> None:
        self.network = networks.read(network) if isinstance(network, Path) else network
        scratch.mkdir(parents=True, exist_ok=True)
        name = f"epanet-{id(self):x}"
        self._files = (self.network.write(scratch / f"{name}.inp"), scratch / f"{name}.rpt")
        self.toolkit = Toolkit(*self._files)
        self._running = False
        self._leaks: dict[str, tuple[int, float]] = {}
        self._factor = self.network.demand_multiplier
        self._exponent = self.network.emitter_exponent
        self._flow = self.network.flow_m3_h

    def __enter__(self) -> "Engine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Frees EPANET's memory and takes its files away."""
        self.toolkit.close()
        for file in self._files:
            file.unlink(missing_ok=True)

    def node_index(self, name: str) -> int:
        """EPANET's index of a node; NotFound with the closest name where there is none."""
        return self.toolkit.index("node", self.network.node(name).id)

    def link_index(self, name: str) -> int:
        """EPANET's index of a link; NotFound with the closest name where there is none."""
        return self.toolkit.index("link", self.network.link(name).id)

    def set_emitter_exponent(self, exponent: float) -> None:
        """Exponent N1 of every emitter: EPANET has one for the whole network. Set it before the coefficients."""
        self._exponent = exponent
        self.toolkit.set_option(codes.EMITTER_EXPONENT, exponent)

    def set_emitter(self, node: str, coefficient: float) -> None:
        """A leak: flow [m3/h] = ``coefficient`` [m3/h/m^N1] x pressure [m] ^ N1. For one along a pipe, take an end."""
        value = coefficient / self._flow / self.network.pressure_per_m**self._exponent
        self.toolkit.set_node_value(self.node_index(node), codes.EMITTER, value)

    def set_base_demand(self, node: str, demand_m3_h: float, category: int = 1) -> None:
        """Base demand of one category (from 1) of a junction [m3/h], multiplied by its pattern."""
        value = ctypes.c_double(demand_m3_h / self._flow)
        self.toolkit.call("setbasedemand", self.node_index(node), category, value)

    def scale_demands(self, factor: float) -> None:
        """Multiplies every demand, base and pattern as they are; leaks of :meth:`add_leak` stay what they are."""
        self._factor = max(factor, _SMALLEST) * self.network.demand_multiplier
        self.toolkit.set_option(codes.DEMAND_MULTIPLIER, self._factor)
        for node, (_category, flow) in self._leaks.items():
            self.add_leak(node, flow)

    def scale_node(self, node: str, factor: float) -> None:
        """Multiplies every demand of one junction, as it is in the file."""
        for category, (base, _pattern) in enumerate(self.network.node(node).demands, 1):
            self.set_base_demand(node, base * factor, category)

    def add_leak(self, node: str, flow_m3_h: float) -> None:
        """A constant flow taken at a junction besides its demands [m3/h], whatever the pressure; 0 takes it away."""
        if node not in self._leaks:
            self._not_running()
            self.toolkit.call("adddemand", self.node_index(node), ctypes.c_double(0.0), b"", b"leak")
            self._leaks[node] = (self.toolkit.whole("getnumdemands", self.node_index(node)), 0.0)
        category = self._leaks[node][0]
        self._leaks[node] = (category, flow_m3_h)
        self.set_base_demand(node, flow_m3_h / self._factor, category)

    def set_pattern(self, name: str, multipliers: "np.ndarray | Sequence[float]") -> None:
        """The multipliers of a pattern of the file, one for each pattern step from the start, in a loop."""
        import numpy as np

        self.toolkit.set_pattern(self.toolkit.index("pattern", name), np.ascontiguousarray(multipliers, np.float64))

    def new_pattern(self, name: str) -> None:
        """A new pattern, 1 throughout, for :meth:`set_pattern` and :meth:`follow`."""
        self._not_running()
        self.toolkit.call("addpattern", name.encode())

    def follow(self, node: str, pattern: str, category: int = 1) -> None:
        """A junction's demand of one category follows another pattern."""
        self.toolkit.call("setdemandpattern", self.node_index(node), category, self.toolkit.index("pattern", pattern))

    def set_setting(self, link: str, setting: float) -> None:
        """A valve's setting (PRV, PSV, PBV: m; FCV: m3/h; others a number) or a pump's relative speed."""
        valve = self.network.link(link).valve
        unit = self.network.pressure_per_m if valve in ("PRV", "PSV", "PBV") else 1.0
        value = setting / self._flow if valve == "FCV" else setting * unit
        self._set_link(link, (codes.INITIAL_SETTING, codes.SETTING), value)

    def set_open(self, link: str, is_open: bool) -> None:
        """Opens or closes a link. A control of the file may move it again: see :meth:`drop_controls`."""
        self._set_link(link, (codes.INITIAL_STATUS, codes.STATUS), float(is_open))

    def _set_link(self, link: str, pair: tuple[int, int], value: float) -> None:
        index = self.link_index(link)
        self.toolkit.set_link_value(index, pair[self._running], value)

    def set_roughness(self, pipe: str, roughness: float) -> None:
        """Roughness of a pipe, in the file's formula and unit."""
        self.toolkit.set_link_value(self.link_index(pipe), codes.ROUGHNESS, roughness)

    def set_level(self, tank: str, level_m: float) -> None:
        """Level of a tank above its bottom [m]: at the start, or now when simulating. For a reservoir, its head."""
        value = level_m / self.network.m_per_length
        code = codes.TANK_LEVEL if self.network.node(tank).kind == "tank" else codes.ELEVATION
        self.toolkit.set_node_value(self.node_index(tank), code, value)

    def drop_controls(self, *links: str) -> None:
        """Takes away the simple controls of some links; with none named, all of the file's controls and rules."""
        self._not_running()
        wanted = {self.link_index(name) for name in links}
        for index in range(self.toolkit.whole("getcount", codes.CONTROL_COUNT), 0, -1):
            if not links or self.toolkit.controlled(index) in wanted:
                self.toolkit.call("deletecontrol", index)
        for index in range(0 if links else self.toolkit.whole("getcount", codes.RULE_COUNT), 0, -1):
            self.toolkit.call("deleterule", index)

    def set_pattern_step(self, step_s: int) -> None:
        """A finer step for all patterns [s], their multipliers repeated; it divides that of the file.

        Raises
        ------
        InvalidInput
            The step does not divide the file's.
        """
        import numpy as np

        repeat, rest = divmod(self.network.pattern_step_s, step_s)
        if rest:
            text = _("A step of {step} s does not divide the model's pattern step, {held} s.")
            raise InvalidInput(text.format(step=step_s, held=self.network.pattern_step_s))
        self.toolkit.call("settimeparam", codes.PATTERN_STEP, ctypes.c_long(step_s))
        for name, values in self.network.patterns.items():
            self.set_pattern(name, np.repeat(np.asarray(values), repeat))

    def simulate(
        self,
        duration_s: int,
        step_s: int | None = None,
        nodes: Sequence[str] = (),
        links: Sequence[str] = (),
        *,
        schedule: Schedule | None = None,
        before: Callable[[int], None] | None = None,
    ) -> Simulated:
        """Hydraulics from 0 to ``duration_s``, both included, kept every ``step_s`` (None: the file's report step).

        EPANET also solves between steps, at each change of pattern and at each control. ``schedule`` says what changes
        with time; ``before`` is called with the time [s] before each solve, and may use all setters but those that add.

        Raises
        ------
        ModelFailed
            EPANET cannot solve the network.
        """
        step = step_s or self.toolkit.long("gettimeparam", codes.REPORT_STEP)
        self.toolkit.call("settimeparam", codes.DURATION, ctypes.c_long(duration_s))
        self.toolkit.call("settimeparam", codes.REPORT_START, ctypes.c_long(0))
        if step_s:
            self.toolkit.call("settimeparam", codes.REPORT_STEP, ctypes.c_long(step))
            self.toolkit.call("settimeparam", codes.HYDRAULIC_STEP, ctypes.c_long(step))
        changes = [] if schedule is None else [schedule.applied_to(self)]
        changes += [] if before is None else [before]
        for node in nodes:
            self.network.node(node)
        for link in links:
            self.network.link(link)
        recorder = Recorder(
            self.network, self.toolkit, nodes=nodes, links=links, size=duration_s // step + 1, step_s=step
        )
        with self.running():
            step_through(self.toolkit, recorder, changes)
        found = recorder.simulated()
        for one in found.warnings.values():
            _log.info("EPANET warning %s, %s times, first at %s s: %s", one.code, one.count, one.first_s, one.text)
        return found

    @contextmanager
    def running(self) -> Iterator[None]:
        """EPANET's solver open, for who steps through it by hand with :attr:`toolkit`; closed whatever happens."""
        self.toolkit.call("openH")
        self._running = True
        try:
            yield
        finally:
            self._running = False
            self.toolkit.call("closeH")

    def _not_running(self) -> None:
        if self._running:
            raise RuntimeError("nothing can be added to a network while it is simulated")
