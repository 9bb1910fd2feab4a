"""Draws and streamed quantiles of a trajectory: time, peak memory, and how the cost grows with each dimension.

``python benchmarks/trajectory.py``

10,000 draws x 27 communes x 39 years x 8 sectors x 20 measures, on emissions. Every sector has three carriers, with
measures on the whole and on single carriers, so that its communes differ and none of the shortcuts applies that a
simpler plan allows. Beside it stands what numpy does in a straightforward way, at a size that fits in memory: all draws
of all communes, years and sectors in one array, then its quantiles. The sensitivity is timed apart, where SALib is
installed.
"""

import resource
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from time import perf_counter, process_time

import numpy as np

from agglo.models.climate import chance, simulation, sobol
from agglo.models.climate.actions import Action, Range
from agglo.models.climate.nomenclature import SECTORS
from agglo.models.climate.pots import Row, pots_of
from agglo.models.climate.simulation import System

CARRIERS = ("oil", "gas", "electricity")
BASE_YEAR = 2012
SMALLER_DRAWS = 1000
SOBOL_SAMPLE = 1024


@dataclass(frozen=True)
class Size:
    draws: int = 10_000
    communes: int = 27
    years: int = 39
    sectors: int = 8
    measures: int = 20


def scene(size: Size) -> System:
    """A plan of that size; each measure acts on one sector, a third of them on all its carriers."""
    random = np.random.default_rng(1)
    places = [f"91{rank:03d}" for rank in range(size.communes)]
    sectors = list(SECTORS)[: size.sectors]
    rows = [
        Row(place, sector, carrier, float(random.uniform(100, 1000)), 0.1, "declared")
        for place in places
        for sector in sectors
        for carrier in CARRIERS
    ]
    actions = [
        Action(
            id=f"measure-{rank}",
            title={},
            sector=sectors[rank % len(sectors)],
            carrier=("all", *CARRIERS)[rank // len(sectors) % 4],
            unit_name="unit",
            units=100.0,
            start_year=BASE_YEAR + 5 + rank % 5,
            full_year=BASE_YEAR + 15 + rank % 9,
            lifetime_yr=None,
            effects={"emissions": Range(1.0, 3.0, 6.0)},
            cost=None,
            quality="assumed",
            source="benchmark",
        )
        for rank in range(size.measures)
    ]
    years = tuple(range(BASE_YEAR, BASE_YEAR + size.years))
    trends = {sector: Range(-0.5, 0.0, 0.5) for sector in SECTORS}
    pots = pots_of(rows, actions, "emissions", places)
    return System("emissions", tuple(places), tuple(pots), tuple(actions), years, trends)


def streamed(system: System, draws: int) -> simulation.Followed:
    return simulation.follow(system, simulation.drawn(system, chance.streams(0, draws)))


def straightforward(system: System, draws: int) -> np.ndarray:
    """Quantiles (probabilities x places x sectors x years) of one array of all draws, on the same draws."""
    sample = simulation.drawn(system, chance.streams(0, draws))
    held = np.zeros((len(system.places), len(SECTORS) + 1, len(system.years), draws))
    for pot, level in zip(system.pots, sample.levels, strict=True):
        sector = list(SECTORS).index(pot.sector)
        for column, year in enumerate(system.years):
            factor = level * simulation.growth(system, sample, pot.sector, year)
            factor = factor * simulation.remainder(system, sample, pot, year)
            held[:, sector, column] += pot.base[:, None] * factor
    held[:, -1] = held[:, :-1].sum(axis=1)
    whole = np.concatenate([held, held.sum(axis=0, keepdims=True)])
    return np.quantile(whole, simulation.PROBABILITIES, axis=-1, method="inverted_cdf")


@dataclass(frozen=True)
class Time:
    """Time on the clock and of all processors [s]: the second tells little of what else the machine is doing."""

    clock_s: float
    processors_s: float

    def __str__(self) -> str:
        return f"{self.clock_s:6.2f} s on the clock, {self.processors_s:.2f} s of processors"


def median(call: Callable[[], object], times: int = 3) -> Time:
    """Middle of a few timings."""
    clock, processors = [], []
    for _round in range(times):
        start, spent = perf_counter(), process_time()
        call()
        clock.append(perf_counter() - start)
        processors.append(process_time() - spent)
    return Time(statistics.median(clock), statistics.median(processors))


def peak_mb() -> float:
    """Most memory this process has held so far [MB]."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def grown(size: Size) -> dict[str, tuple[Size, Size]]:
    """For each dimension a smaller and a twice larger size; sectors are eight at most."""
    found = {}
    for name in ("draws", "communes", "years", "sectors", "measures"):
        value = getattr(size, name)
        smaller = value // 2 if name == "sectors" else value
        found[name] = replace(size, **{name: smaller}), replace(size, **{name: 2 * smaller})
    return found


def main() -> None:
    size = Size()
    system = scene(size)
    start_mb = peak_mb()
    ours = median(lambda: streamed(system, size.draws))
    print(f"{size}, {simulation.available_threads()} threads, {len(system.pots)} pots")
    print(f"streamed             {ours}, peak {peak_mb():.0f} MB ({start_mb:.0f} MB before)")
    for name, (small, large) in grown(size).items():
        times = [median(lambda one=one: streamed(scene(one), one.draws)) for one in (small, large)]
        ratio = times[1].processors_s / times[0].processors_s
        print(f"  twice the {name:<10} {times[1]}, x {ratio:.2f} (processors)")
    few = SMALLER_DRAWS
    mine, peer = median(lambda: streamed(system, few)), median(lambda: straightforward(system, few))
    same = np.allclose(np.stack(streamed(system, few).quantiles)[:, -1], straightforward(system, few)[:, -1], rtol=1e-9)
    print(f"{few} draws, streamed {mine}")
    print(f"{few} draws, one array{peer}, ratio {peer.clock_s / mine.clock_s:.1f}; same quantiles: {same}")
    print(f"  peak {peak_mb():.0f} MB; with {size.draws} draws its array alone would take {array_mb(size):.0f} MB")
    _sensitivity(system)


def _sensitivity(system: System) -> None:
    if not find_spec("SALib"):
        print("sensitivity: not timed, SALib is not installed (extra climate)")
        return
    names, year = simulation.assumptions(system), system.years[-1]

    def results(uniforms: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {"": simulation.draws(system, simulation.drawn(system, uniforms.__getitem__), year)}

    taken = median(lambda: sobol.indices(results, names, size=SOBOL_SAMPLE, seed=0), 1)
    print(f"sensitivity          {taken}, {len(names)} assumptions, {SOBOL_SAMPLE * (len(names) + 2)} evaluations")


def array_mb(size: Size) -> float:
    """All draws in one array of 64-bit numbers, the sums left out [MB]."""
    return size.draws * size.communes * size.years * size.sectors * 8 / 1e6


if __name__ == "__main__":
    main()
