"""Simulated years of a network's sensors, with leaks or without, to develop and to judge detectors on.

``python -m benchmarks.water.leaky_years L_TOWN_FOLDER OUTPUT [--seeds 0 1 2] [--healthy] [--shift-weeks N]``

Writes ``OUTPUT/year_SEED/``: ``readings.parquet`` (pressures [m] and levels [m] to 1 cm, flows [m3/h] to 0.01, and
``timestamp``), ``leak_flows.parquet`` and ``leaks.csv`` (what :mod:`benchmarks.water.leaks` reads),
``healthy.parquet``: a year before, without leaks, of the same town with other noise, and ``healthy_again.parquet``: one
more, to count alarms in.

What differs from the model that a detector holds: roughness of each pipe about 10 % (lognormal), base demand of each
node about 15 % (normal), and 30 % more at each node every hour (normal). The sum of a zone's demand is the town's own
at each step. A leak is drawn off half at each end of its pipe. These three shares are assumed, not measured.
"""

import argparse
import ctypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from agglo.contract.errors import ModelFailed
from agglo.models.water.hydraulics.engine import Engine
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.hydraulics.stepping import Simulated
from benchmarks.water import drawn_leaks, leaks, towns
from benchmarks.water.drawn_leaks import Habits
from benchmarks.water.leaks import STEP, STEPS_PER_HOUR, TIME, Flow, Year
from benchmarks.water.towns import STEP_S, Town

DECIMALS = 2
_HOUR_S = 3600
_NEGATIVE_PRESSURES = 6
_LEAST_FACTOR = 0.2


@dataclass(frozen=True)
class Doubt:
    """How far the true town is from its model: standard deviations, as shares."""

    roughness: float = 0.10
    base_demand: float = 0.15
    hourly_demand: float = 0.30


USUAL = Doubt()


def simulate(town: Town, year: Year, *, town_seed: int, noise_seed: int, doubt: Doubt = USUAL) -> pa.Table:
    """Readings of every sensor, one row a step.

    ``town_seed`` draws what lasts (roughness, base demands), ``noise_seed`` what changes every hour: two years of one
    town share the first.

    Raises
    ------
    ModelFailed
        The network cannot bring what the town drinks and its leaks lose: pressures would be negative.
    """
    with TemporaryDirectory(prefix="agglo-water-") as scratch, Engine(town.network, Path(scratch)) as engine:
        engine.set_pattern_step(STEP_S)
        lasting = np.random.default_rng(town_seed)
        _roughen(engine, lasting, doubt.roughness)
        shares = _shares(town, lasting, np.random.default_rng(noise_seed), doubt)
        _follow_zones(engine, town, shares)
        _inject(engine, year)
        simulated = engine.simulate(
            (town.steps - 1) * STEP_S,
            STEP_S,
            (*town.pressures, *town.levels),
            town.flows,
            before=_every_hour(engine, shares),
        )
    negative = simulated.warnings.get(_NEGATIVE_PRESSURES)
    if negative:
        raise ModelFailed(f"Pressures are negative from {negative.first_s} s on: the town loses more than it gets.")
    return _readings(simulated, town)


def _roughen(engine: Engine, random: np.random.Generator, share: float) -> None:
    for pipe in engine.network.of_kind("pipe"):
        factor = float(np.exp(share * random.standard_normal()))
        engine.set_roughness(pipe, engine.network.links[pipe].roughness * factor)


def _shares(town: Town, lasting: np.random.Generator, hourly: np.random.Generator, doubt: Doubt) -> Flow:
    """(hours, junctions) what each junction would drink [m3/h]: the model's demand times lasting and hourly factors."""
    shares = towns.nodal_m3_h(town.network, np.arange(0, town.steps, STEPS_PER_HOUR))
    shares *= np.clip(1 + doubt.base_demand * lasting.standard_normal(shares.shape[1]), _LEAST_FACTOR, None)
    shares *= np.clip(1 + doubt.hourly_demand * hourly.standard_normal(shares.shape), 0, None)
    return shares


def _follow_zones(engine: Engine, town: Town, shares: Flow) -> None:
    """One pattern a zone, that brings the sum of its junctions' shares to the zone's total at each step."""
    network, zone = town.network, towns.zones(town.network)
    hours = np.arange(town.steps) // STEPS_PER_HOUR
    for name, total in town.totals_m3_h.items():
        inside = np.array([zone[junction] == name for junction in network.junctions])
        shared = shares[:, inside].sum(axis=1)[hours] * network.demand_multiplier
        engine.new_pattern(f"zone-{name}")
        engine.set_pattern(f"zone-{name}", np.divide(total[: town.steps], shared, where=shared > 0, out=shared * 0))
        for junction in np.array(network.junctions)[inside].tolist():
            engine.follow(junction, f"zone-{name}")
    for junction in network.junctions:
        for category in range(2, len(network.nodes[junction].demands) + 1):
            engine.set_base_demand(junction, 0.0, category)


def _inject(engine: Engine, year: Year) -> None:
    """Half of each leak at each end of its pipe, as a constant 1 m3/h that follows the leak's flow as its pattern."""
    flows: dict[str, Flow] = {}
    for leak in year.leaks:
        link = engine.network.link(leak.pipe)
        ends = [node for node in (link.start, link.end) if engine.network.nodes[node].kind == "junction"]
        for node in ends:
            flows[node] = flows.get(node, 0) + leak.flow_m3_h / len(ends)
    for rank, (node, flow) in enumerate(flows.items()):
        engine.add_leak(node, 1.0)
        engine.new_pattern(f"leak-{rank}")
        engine.set_pattern(f"leak-{rank}", flow)
        engine.follow(node, f"leak-{rank}", _categories(engine, node))


def _categories(engine: Engine, node: str) -> int:
    return engine.toolkit.whole("getnumdemands", engine.toolkit.index("node", node))


def _every_hour(engine: Engine, shares: Flow) -> Callable[[int], None]:
    """A function that sets every junction's demand at each full hour."""
    junctions = [engine.toolkit.index("node", junction) for junction in engine.network.junctions]
    unit_m3_h = engine.network.flow_m3_h

    def change(time_s: int) -> None:
        hour, rest = divmod(time_s, _HOUR_S)
        if not rest and hour < len(shares):
            for junction, demand in zip(junctions, (shares[hour] / unit_m3_h).tolist(), strict=True):
                engine.toolkit.call("setbasedemand", junction, 1, ctypes.c_double(demand))

    return change


def _readings(simulated: Simulated, town: Town) -> pa.Table:
    """Pressures, flows, levels, then the time, each rounded as its sensor rounds."""
    count = len(town.pressures)
    found: Mapping[str, Flow] = {
        **dict(zip(town.pressures, simulated.pressure_m.T[:count], strict=True)),
        **dict(zip(town.flows, simulated.flow_m3_h.T, strict=True)),
        **dict(zip(town.levels, simulated.pressure_m.T[count:], strict=True)),
    }
    columns = {name: np.round(values, DECIMALS).astype(np.float32) for name, values in found.items()}
    return pa.table(columns | {TIME: (town.start + STEP * np.arange(town.steps)).astype("datetime64[us]")})


def no_leaks(town: Town) -> Year:
    return Year(town.start, town.steps, ())


def drawn(town: Town, seed: int, habits: Habits = drawn_leaks.USUAL) -> Year:
    """Leaks of one seed in this town."""
    return drawn_leaks.draw(
        _lengths(town.network),
        town.demand_m3_h,
        start=town.start,
        seed=seed,
        habits=habits,
        pumped=towns.pumped_pipes(town.network),
    )


def _lengths(network: Network) -> dict[str, float]:
    return {name: network.links[name].length_m for name in network.of_kind("pipe")}


def write(town: Town, folder: Path, seed: int, *, healthy: bool = True, habits: Habits = drawn_leaks.USUAL) -> Path:
    """One seed's year, its leaks, and the healthy years of the same town."""
    place = folder / f"year_{seed}"
    place.mkdir(parents=True, exist_ok=True)
    year = drawn(town, seed, habits)
    flows, listed = leaks.tables(year)
    pq.write_table(flows, place / "leak_flows.parquet")
    pa_csv.write_csv(listed, place / "leaks.csv")
    pq.write_table(simulate(town, year, town_seed=seed, noise_seed=seed + 1000), place / "readings.parquet")
    if healthy:
        for number, name in ((2000, "healthy"), (3000, "healthy_again")):
            readings = simulate(town, no_leaks(town), town_seed=seed, noise_seed=seed + number)
            pq.write_table(readings, place / f"{name}.parquet")
    return place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("l_town", type=Path, help="folder with L-TOWN.inp and the readings and leaks of 2019")
    parser.add_argument("output", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--healthy", action="store_true", help="write the healthy years too")
    parser.add_argument("--shift-weeks", type=int, default=0, help="move the real demand by so many weeks")
    options = parser.parse_args()
    town = towns.shifted(towns.l_town(options.l_town), options.shift_weeks)
    for seed in options.seeds:
        begun = perf_counter()
        place = write(town, options.output, seed, healthy=options.healthy)
        print(f"{place}: {perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
