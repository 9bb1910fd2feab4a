"""What a simulated year needs to know of a town: its network, its sensors, and what it drinks every five minutes.

L-Town's demand is taken from its real meters: both inflows less the pump and the true leaks for the low zone, and for
the zone behind the pump its own balance: pumped volume less the change of the tank's volume and the true leaks. Any
other network drinks what its own model says, times a slow random walk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from agglo.models.water.hydraulics import checks
from agglo.models.water.hydraulics import network as networks
from agglo.models.water.hydraulics.network import Network
from benchmarks.water import leaks
from benchmarks.water.leaks import STEPS_PER_HOUR, Flow

MAIN, PUMPED = "main", "pumped"
STEP_S = 300
STEPS_PER_DAY = 24 * STEPS_PER_HOUR
YEAR_STEPS = 365 * STEPS_PER_DAY
TANK_AREA_M2 = np.pi * 16**2 / 4
_BALANCE_STEPS, _METER_STEPS = 12, 5
_SLOW_SHARE, _SLOW_DAYS = 0.05, 14
_LEAST_M3_H = 1.0
_INFLOWS, _PUMP, _TANK = ("p227", "p235"), "PUMP_1", "T1"
_SENSOR_REMARK = "PRESSURE SENSOR"


@dataclass(frozen=True)
class Town:
    """``totals_m3_h``: demand of each zone without leaks, one value a step."""

    network: Network
    pressures: tuple[str, ...]
    flows: tuple[str, ...]
    levels: tuple[str, ...]
    start: np.datetime64
    totals_m3_h: Mapping[str, Flow]

    @property
    def steps(self) -> int:
        return min(len(total) for total in self.totals_m3_h.values())

    @property
    def demand_m3_h(self) -> Flow:
        """Of all zones together."""
        return np.asarray(np.sum(list(self.totals_m3_h.values()), axis=0))


def l_town(folder: Path) -> Town:
    """L-Town with its 33 pressure sensors and the demand of 2019; ``folder`` holds the public files.

    Inflows are averaged over 25 minutes: what moves faster is mostly the meters.
    """
    file = folder / "L-TOWN.inp"
    network = networks.read(file)
    flows = _readings(folder / "Flows_2019.csv")
    level_m = _readings(folder / "Levels_2019.csv")[_TANK]
    year = leaks.read(folder / "leak_flows_m3_h_2019.parquet", folder / "leaks_2019.csv")
    behind = pumped_pipes(network)
    lost = {MAIN: np.zeros(year.steps), PUMPED: np.zeros(year.steps)}
    for leak in year.leaks:
        lost[PUMPED if leak.pipe in behind else MAIN] += leak.flow_m3_h
    inflow = averaged(flows[_INFLOWS[0]] + flows[_INFLOWS[1]] - flows[_PUMP], _METER_STEPS)
    totals = {
        MAIN: np.maximum(inflow - lost[MAIN], _LEAST_M3_H),
        PUMPED: np.maximum(balance_m3_h(flows[_PUMP], level_m, TANK_AREA_M2) - lost[PUMPED], _LEAST_M3_H),
    }
    return Town(network, pressure_sensors(file), (*_INFLOWS, _PUMP), (_TANK,), year.start, totals)


def averaged(values: Flow, steps: int) -> Flow:
    """Mean over ``steps`` (odd) around each step, over fewer at the ends."""
    window = np.ones(steps)
    return np.asarray(np.convolve(values, window, "same") / np.convolve(np.ones(len(values)), window, "same"))


def balance_m3_h(pumped_m3_h: Flow, level_m: Flow, area_m2: float, half_steps: int = _BALANCE_STEPS) -> Flow:
    """Outflow of a tank [m3/h]: mean pumped flow less the change of volume, over a window around each step.

    The window is needed because a level is rounded to 1 cm: over five minutes that alone is 24 m3/h in L-Town's tank.
    Where the window meets an end of the series it is shortened.
    """
    steps = np.arange(len(level_m))
    first, last = np.maximum(steps - half_steps, 0), np.minimum(steps + half_steps, len(level_m) - 1)
    volume_m3 = np.concatenate([[0.0], np.cumsum(pumped_m3_h[:-1] / STEPS_PER_HOUR)])
    hours = (last - first) / STEPS_PER_HOUR
    return np.asarray((volume_m3[last] - volume_m3[first] - area_m2 * (level_m[last] - level_m[first])) / hours)


def of_model(
    network: Network, *, pressures: Sequence[str], flows: Sequence[str] = (), steps: int = YEAR_STEPS, seed: int = 0
) -> Town:
    """Any network with the demand of its own model, times a random walk of about 5 % over a fortnight."""
    slow = _slow(np.random.default_rng(seed), steps)
    totals = {zone: total * slow for zone, total in nominal_m3_h(network, np.arange(steps)).items()}
    tanks = tuple(name for name, node in network.nodes.items() if node.kind == "tank")
    return Town(network, tuple(pressures), tuple(flows), tanks, np.datetime64("2019-01-01T00:00:00", "s"), totals)


def zones(network: Network) -> dict[str, str]:
    """``main`` for each node that a reservoir reaches without passing a pump, ``pumped`` for the others."""
    reservoirs = [name for name, node in network.nodes.items() if node.kind == "reservoir"]
    ways = [(link.start, link.end) for link in network.links.values() if link.kind != "pump"]
    reached = checks.reached(reservoirs, [*ways, *((end, start) for start, end in ways)])
    return {node: MAIN if node in reached else PUMPED for node in network.nodes}


def pumped_pipes(network: Network) -> frozenset[str]:
    """Pipes behind a pump."""
    zone = zones(network)
    return frozenset(name for name in network.of_kind("pipe") if zone[network.links[name].start] == PUMPED)


def nominal_m3_h(network: Network, steps: np.ndarray[Any, np.dtype[np.int64]]) -> dict[str, Flow]:
    """What the model's own demands and patterns come to in each zone that has demand, at steps of the year."""
    zone, demand = zones(network), nodal_m3_h(network, steps)
    inside = {name: np.array([zone[node] == name for node in network.junctions]) for name in (MAIN, PUMPED)}
    found = {name: demand[:, chosen].sum(axis=1) for name, chosen in inside.items()}
    return {name: total for name, total in found.items() if total.any()}


def nodal_m3_h(network: Network, steps: np.ndarray[Any, np.dtype[np.int64]]) -> Flow:
    """(steps, junctions) demand of the model itself [m3/h]."""
    patterns = ["", *network.patterns]
    base = np.zeros((len(patterns), len(network.junctions)))
    for rank, junction in enumerate(network.junctions):
        for demand_m3_h, pattern in network.nodes[junction].demands:
            base[patterns.index(pattern if pattern in network.patterns else ""), rank] += demand_m3_h
    at = steps * STEP_S // network.pattern_step_s
    rows = [np.ones(len(steps)), *(np.array(values)[at % len(values)] for values in network.patterns.values())]
    return np.asarray(network.demand_multiplier * np.stack(rows, axis=1) @ base)


def pressure_sensors(network: Path) -> tuple[str, ...]:
    """Nodes that the file's remarks call pressure sensors."""
    found = []
    for line in network.read_text(encoding="utf-8", errors="replace").splitlines():
        said, _, remark = line.partition(";")
        if _SENSOR_REMARK in remark.upper() and said.split():
            found.append(said.split()[0])
    return tuple(found)


def shifted(town: Town, weeks: int) -> Town:
    """The town drinking the same, but ``weeks`` later: another year's demand at each date, same days of the week."""
    by = weeks * 7 * STEPS_PER_DAY
    totals = {name: np.roll(total, by) for name, total in town.totals_m3_h.items()}
    return Town(town.network, town.pressures, town.flows, town.levels, town.start, totals)


def _readings(path: Path) -> dict[str, Flow]:
    """Columns of a file with ; between fields and decimal commas."""
    options = pa_csv.ConvertOptions(decimal_point=",", column_types={name: pa.float64() for name in _columns(path)})
    table = pa_csv.read_csv(path, parse_options=pa_csv.ParseOptions(delimiter=";"), convert_options=options)
    return {name: table[name].to_numpy() for name in _columns(path)}


def _columns(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig") as file:
        return file.readline().strip().split(";")[1:]


def _slow(random: np.random.Generator, steps: int) -> Flow:
    """About 1, wandering by 5 % within a fortnight."""
    days = steps // STEPS_PER_DAY + 2
    walk = np.empty(days)
    keep, walk[0] = np.exp(-1 / _SLOW_DAYS), 0.0
    for day in range(1, days):
        walk[day] = keep * walk[day - 1] + np.sqrt(1 - keep**2) * random.standard_normal()
    at = np.interp(np.arange(steps) / STEPS_PER_DAY, np.arange(days), walk)
    return np.asarray(1 + _SLOW_SHARE * at)
