"""One scenario simulated: leakage that follows pressure, spread over the network, and what measures change.

Background leakage and leaks are emitters, flow = coefficient x pressure ^ N1 (A. Lambert, What do we know about
pressure:leakage relationships in distribution systems?, IWA conference on systems approach to leakage control, Brno,
2001: N1 from 0.5 for fixed holes to 1.5 for background leakage). EPANET has one N1 for the whole network: N1 is run
through its range, and the range of answers is the interval.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.models.water.hydraulics.engine import Engine
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.hydraulics.stepping import Warned
from agglo.models.water.scenarios.measures import Leak, Measure

if TYPE_CHECKING:
    import numpy as np

STEP_S = 900
DAY_S = 86400
_CLOSE_ENOUGH, _ROUNDS = 1e-7, 30


@dataclass(frozen=True, slots=True)
class Leakage:
    """Leakage as it is now: background [m3/h], how it is spread over junctions (shares that sum to 1), and leaks."""

    background_m3_h: float
    shares: Mapping[str, float]
    leaks: Mapping[str, Leak]


@dataclass(frozen=True, eq=False, slots=True)
class Scenario:
    """Means over the period: leakage of the fed junctions [m3/h], least pressure [m], pump energy [kWh/d].

    ``background`` and ``leaks`` are [m3/h] by junction and by leak; ``pressure_m`` the least of each junction, NaN
    where it is cut off; ``cut_off`` the junctions without a way to a source.
    """

    background: Mapping[str, float]
    leaks: Mapping[str, float]
    pressure_m: Mapping[str, float]
    cut_off: frozenset[str]
    energy_kwh_d: float
    warnings: Mapping[int, Warned]

    def leakage_m3_h(self, without: Iterable[str] = (), leaks: Mapping[str, Leak] | None = None) -> float:
        """Background and leaks together [m3/h], those of the junctions ``without`` left out."""
        out = set(without)
        places = leaks or {}
        kept = [flow for name, flow in self.leaks.items() if name not in places or places[name].node not in out]
        return sum(flow for node, flow in self.background.items() if node not in out) + sum(kept)


def shares(network: Network, spread: str) -> dict[str, float]:
    """Share of the background leakage of each junction: the same for all, or by half the length of its pipes."""
    lengths = dict.fromkeys(network.junctions, 0.0)
    for link in network.links.values():
        for node in (link.start, link.end):
            if node in lengths:
                lengths[node] += link.length_m / 2
    weights = lengths if spread == "length" else dict.fromkeys(network.junctions, 1.0)
    total = sum(weights.values())
    return {node: weight / total for node, weight in weights.items()}


class Simulator:
    """Scenarios of one network with one N1; the coefficients are those that give today's leakage today."""

    def __init__(self, network: Network, leakage: Leakage, *, exponent: float, days: int, scratch: Path) -> None:
        self._network, self._leakage, self._exponent, self._scratch = network, leakage, exponent, scratch
        self._duration = days * DAY_S
        self._days = days
        self._cut_off_now = frozenset(network.junctions) - network.reached()
        self._background, self._leaks = self._calibrated()

    def scenario(self, measure: Measure | None = None) -> Scenario:
        """The network with one measure; as it is now with none."""
        closed = measure.closed if measure else ()
        cut_off = frozenset(self._network.junctions) - self._network.reached(closed)
        repaired = set(measure.repaired) if measure else set()
        leaks = {name: 0.0 if name in repaired else value for name, value in self._leaks.items()}
        with Engine(self._network, self._scratch) as engine:
            self._emit(engine, leaks, cut_off)
            if measure:
                _do(engine, measure)
            found = engine.simulate(self._duration, STEP_S, self._network.junctions)
        powers = self._powers(found.pressure_m)
        lowest = dict(zip(found.nodes, found.pressure_m.min(axis=0).tolist(), strict=True))
        return Scenario(
            *self._flows(leaks, powers, cut_off),
            pressure_m={node: float("nan") if node in cut_off else value for node, value in lowest.items()},
            cut_off=cut_off,
            energy_kwh_d=sum(found.energy_kwh.values()) / self._days,
            warnings=found.warnings,
        )

    def _flows(
        self, leaks: Mapping[str, float], powers: Mapping[str, float], cut_off: frozenset[str]
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Background by junction and leaks by name [m3/h]; nothing where there is no water."""
        fed = {node: 0.0 if node in cut_off else power for node, power in powers.items()}
        background = {node: self._background * share * fed[node] for node, share in self._leakage.shares.items()}
        return background, {name: value * fed[self._leakage.leaks[name].node] for name, value in leaks.items()}

    def _powers(self, pressure_m: "np.ndarray") -> dict[str, float]:
        """Mean over time of pressure ^ N1 of each junction; pressures under zero leak nothing."""
        means = (pressure_m.clip(min=0.0) ** self._exponent)[:-1].mean(axis=0)
        return dict(zip(self._network.junctions, means.tolist(), strict=True))

    def _emit(self, engine: Engine, leaks: Mapping[str, float], cut_off: frozenset[str]) -> None:
        engine.set_emitter_exponent(self._exponent)
        emitted = {node: self._background * share for node, share in self._leakage.shares.items()}
        for name, value in leaks.items():
            emitted[self._leakage.leaks[name].node] += value
        for node, value in emitted.items():
            engine.set_emitter(node, 0.0 if node in cut_off else value)
        for node in cut_off:
            engine.scale_node(node, 0.0)

    def _calibrated(self) -> tuple[float, dict[str, float]]:
        """Coefficients of background and leaks that give their flows now, found by successive simulation.

        Raises
        ------
        InvalidInput
            The model cannot carry this leakage: it does not settle, or a leak is where there is no pressure.
        """
        self._background, self._leaks = 0.0, dict.fromkeys(self._leakage.leaks, 0.0)
        for _round in range(_ROUNDS):
            with Engine(self._network, self._scratch) as engine:
                self._emit(engine, self._leaks, self._cut_off_now)
                powers = self._powers(engine.simulate(self._duration, STEP_S, self._network.junctions).pressure_m)
            held = (self._background, *self._leaks.values())
            spread = sum(share * powers[node] for node, share in self._leakage.shares.items())
            self._no_pressure(powers)
            self._background = self._leakage.background_m3_h / spread if spread else 0.0
            self._leaks = {name: one.flow_m3_h / powers[one.node] for name, one in self._leakage.leaks.items()}
            now = (self._background, *self._leaks.values())
            if all(abs(new - old) <= _CLOSE_ENOUGH * new for new, old in zip(now, held, strict=True)):
                return self._background, self._leaks
        what = _("The model cannot carry this leakage: pressures do not settle.")
        raise InvalidInput(what, repair=_("Check the background leakage and the flows of the leaks."))

    def _no_pressure(self, powers: Mapping[str, float]) -> None:
        """A leak that takes all the pressure there is has no coefficient; 1 m is 1 whatever the exponent."""
        faults = [
            Fault(_("leak {leak}").format(leak=name), _("less than 1 m of pressure at {node}").format(node=one.node))
            for name, one in self._leakage.leaks.items()
            if powers[one.node] < 1 or one.node in self._cut_off_now
        ]
        if faults:
            what = _("The model cannot carry these leaks.")
            raise InvalidInput(what, faults, repair=_("Check the flows of the leaks, and the model."))


def _do(engine: Engine, measure: Measure) -> None:
    moved: Sequence[str] = [*measure.settings, *measure.closed]
    if moved:
        engine.drop_controls(*moved)
    for valve, setting in measure.settings.items():
        engine.set_setting(valve, setting)
    for link in measure.closed:
        engine.set_open(link, False)
