"""The made-up town as it "really" is: off the model, noisy, leaking; simulated, then read by its sensors."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agglo.models.water.hydraulics.engine import Engine
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.hydraulics.schedule import Schedule
from agglo.models.water.town import demand, layout
from agglo.models.water.town.demand import DAYS, STEP_S

if TYPE_CHECKING:
    import numpy as np

ROUGHNESS_ERROR, DEMAND_ERROR, HOURLY_NOISE = 0.10, 0.15, 0.30
"""How far the model is from the town: roughness and base demands, and demand of each junction each hour [1]."""
BACKGROUND_M3_H = 5.0
"""Leakage spread over all junctions, at 45 m of pressure and in proportion to it [m3/h]."""
_REFERENCE_M = 45.0
_FINE_S = 60


@dataclass(frozen=True, slots=True)
class Leak:
    """A leak that was put in: reaches ``flow_m3_h`` (at 45 m of pressure) after ``growing_h`` from ``start_h`` [h]."""

    id: str
    pipe: str
    node: str
    start_h: int
    growing_h: int
    flow_m3_h: float

    def flow(self, hours: "np.ndarray") -> "np.ndarray":
        """Flow at each hour since the start of the readings [m3/h]."""
        import numpy as np

        share = (hours - self.start_h) / max(self.growing_h, 1e-9)
        found: np.ndarray = self.flow_m3_h * np.clip(np.where(hours < self.start_h, 0.0, share), 0.0, 1.0)
        return found


@dataclass(frozen=True, eq=False, slots=True)
class Truth:
    """What happened: by node [m], by link [m3/h, mean of each step], level of the tank [m], each (steps,)."""

    pressure_m: "Mapping[str, np.ndarray]"
    flow_m3_h: "Mapping[str, np.ndarray]"
    level_m: "np.ndarray"


def leaks(network: Network) -> tuple[Leak, ...]:
    """One that opens at once in the valley (2 April 2025, 3 h UTC), one that grows on the heights from 24 March."""
    return (
        _leak(network, "F1", _pipe_between(network, "V0505"), start_h=24 * 37 + 4, growing_h=0, flow_m3_h=5.0),
        _leak(network, "F2", _pipe_between(network, "H0501"), start_h=24 * 28, growing_h=24 * 18, flow_m3_h=4.0),
    )


def _pipe_between(network: Network, node: str) -> str:
    return next(name for name, link in network.links.items() if link.kind == "pipe" and node in (link.start, link.end))


def _leak(network: Network, name: str, pipe: str, *, start_h: int, growing_h: int, flow_m3_h: float) -> Leak:
    return Leak(name, pipe, network.links[pipe].start, start_h, growing_h, flow_m3_h)


def simulate(network: Network, sensors: tuple[str, ...], seed: int, scratch: Path, *, leaking: bool = True) -> Truth:
    """The town over the whole period, solved each minute; flows are means over each step of the readings.

    Raises
    ------
    MissingExtra
        WNTR, which brings EPANET, is not installed.
    """
    import numpy as np

    chance = np.random.default_rng(seed)
    links = (layout.INLET, layout.PUMP, layout.VALVE)
    with Engine(network, scratch) as engine:
        for pipe in network.of_kind("pipe"):
            engine.set_roughness(pipe, network.links[pipe].roughness * chance.normal(1.0, ROUGHNESS_ERROR))
        schedule = _schedule(network, chance, leaks(network) if leaking else ())
        for pattern in ("habitants", "activites"):
            engine.set_pattern(pattern, demand.drawn(pattern, chance))
        engine.set_emitter_exponent(1.0)
        found = engine.simulate(DAYS * 86400 - _FINE_S, _FINE_S, [*sensors, layout.TANK], links, schedule=schedule)
    steps = STEP_S // _FINE_S
    means = found.flow_m3_h.reshape(-1, steps, len(links)).mean(axis=1)
    pressures = dict(zip(sensors, found.pressure_m[::steps].T, strict=False))
    return Truth(pressures, dict(zip(links, means.T, strict=True)), found.pressure_m[::steps, -1])


def _schedule(network: Network, chance: "np.random.Generator", put_in: tuple[Leak, ...]) -> Schedule:
    import numpy as np

    hours = np.arange(DAYS * 24)
    own = chance.normal(1.0, DEMAND_ERROR, len(network.junctions)).clip(0.4)
    noise = chance.normal(1.0, HOURLY_NOISE, (len(network.junctions), len(hours))).clip(0.0)
    factors = dict(zip(network.junctions, own[:, None] * noise, strict=True))
    each = BACKGROUND_M3_H / len(network.junctions) / _REFERENCE_M
    emitters = {node: np.array([each]) for node in network.junctions}
    for one in put_in:
        emitters[one.node] = each + one.flow(hours) / _REFERENCE_M
    return Schedule(3600, factors=factors, emitters=emitters)
