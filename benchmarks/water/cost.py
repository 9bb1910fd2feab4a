"""What the hydraulic engine costs: a year stepped through, sensitivities, and WNTR's own simulator over a week beside.

``python -m benchmarks.water.cost [--l-town FOLDER] [--year FOLDER --detector MODULE:FUNCTION] [--json FILE]``

a. A year at five minutes, 36 sensors kept (33 pressures, 3 flows on L-Town).
b. Change of every pressure sensor for a small leak at every junction, at four hours of the day.
c. A week at five minutes, stepped through with those sensors kept, and the same week through WNTR's ``run_sim``.
d. Detection over one simulated year, for a detector as :mod:`benchmarks.water.evaluate` takes them, where one is given.

Each is measured in a process of its own: wall clock and processor time [s] without the import of WNTR, and the most
memory that it held at once [MB], with it. L-Town's public files are looked for beside the project; without them WNTR's
Net3 is measured, and said to be.
"""

import argparse
import importlib
import importlib.util
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from agglo.contract.errors import MissingExtra

DAY_S, WEEK_S, YEAR_S, STEP_S = 86_400, 7 * 86_400, 365 * 86_400, 300
HOURS = (3.0, 9.0, 15.0, 21.0)
SENSORS = 33
TARGETS = {"a year": (30.0, 400.0), "sensitivities": (6.0, None), "detection": (60.0, None)}
ROOT = Path(__file__).parents[2]
BESIDE = ROOT.parent / "shared" / "data" / "l-town"


@dataclass(frozen=True)
class Spent:
    clock_s: float
    processor_s: float
    peak_mb: float
    said: str = ""

    def __str__(self) -> str:
        return f"{self.clock_s:8.2f} s, {self.processor_s:8.2f} s of processor, {self.peak_mb:6.0f} MB  {self.said}"


@dataclass(frozen=True)
class Scene:
    """What is measured: a network file, and the files of a year where a detector is timed."""

    network: Path
    year: Path | None = None
    detector: str = ""


def scene(l_town: Path | None) -> tuple[Path, str]:
    """The network to measure, and its name."""
    folder = l_town or BESIDE
    if (folder / "L-TOWN.inp").is_file():
        return folder / "L-TOWN.inp", "L-Town"
    found = importlib.util.find_spec("wntr")
    if found is None or found.origin is None:
        raise MissingExtra("wntr", "water")
    return Path(found.origin).parent / "library" / "networks" / "Net3.inp", "Net3 (L-Town's files are not here)"


def sensors(network: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """33 junctions and three links: those that the file calls sensors, or others spread over the network."""
    from agglo.models.water.hydraulics import network as networks
    from benchmarks.water.towns import pressure_sensors

    known = networks.read(network)
    said = pressure_sensors(network)
    every = max(1, len(known.junctions) // SENSORS)
    flows = tuple(name for name in ("p227", "p235", "PUMP_1") if name in known.links)
    return said or known.junctions[::every][:SENSORS], flows or tuple(known.links)[:3]


def stepped(network: Path, duration_s: int) -> str:
    """Step through, and keep the sensors alone."""
    from agglo.models.water.hydraulics.engine import Engine

    nodes, links = sensors(network)
    with TemporaryDirectory(prefix="agglo-bench-") as scratch, Engine(network, Path(scratch)) as engine:
        found = engine.simulate(duration_s, STEP_S, nodes, links)
    return f"{len(found.times_s):,} steps, {len(nodes) + len(links)} sensors"


def sensed(network: Path) -> str:
    """Sensitivities of every sensor to a leak at every junction."""
    from agglo.models.water.hydraulics import network as networks
    from agglo.models.water.hydraulics.sensitivity import sensitivities

    known, (nodes, _) = networks.read(network), sensors(network)
    with TemporaryDirectory(prefix="agglo-bench-") as scratch:
        found = sensitivities(known, known.junctions, HOURS, nodes, scratch=Path(scratch))
    return f"{len(known.junctions)} junctions x {len(HOURS)} hours x {len(nodes)} sensors, {found.size:,} figures"


def peer(network: Path) -> str:
    """The same week through WNTR's simulator, which keeps everything."""
    wntr = importlib.import_module("wntr")
    model = wntr.network.WaterNetworkModel(str(network))
    times = model.options.time
    times.duration, times.hydraulic_timestep, times.report_timestep = WEEK_S, STEP_S, STEP_S
    with TemporaryDirectory(prefix="agglo-bench-") as scratch:
        found = wntr.sim.EpanetSimulator(model).run_sim(file_prefix=str(Path(scratch) / "week"))
    return f"{len(found.node['pressure']):,} steps, every node and link"


def detected(given: Scene) -> str:
    """One year through a detector."""
    from benchmarks.water import evaluate

    assert given.year is not None
    before = given.year / "healthy.parquet"
    readings = evaluate.Readings(given.network, given.year / "readings.parquet", before if before.exists() else None)
    return f"{len(list(evaluate.named(given.detector)(readings)))} detections"


PARTS: dict[str, Callable[[Scene], str]] = {
    "a year": lambda given: stepped(given.network, YEAR_S - STEP_S),
    "sensitivities": lambda given: sensed(given.network),
    "a week": lambda given: stepped(given.network, WEEK_S),
    "a week, run_sim": lambda given: peer(given.network),
    "detection": detected,
}


def measured(part: str, given: Scene) -> Spent:
    """One part, in this process; WNTR is imported before, which takes as long for all."""
    importlib.import_module("wntr")
    clock, processor = perf_counter(), process_time()
    said = PARTS[part](given)
    return Spent(perf_counter() - clock, process_time() - processor, peak_mb(), said)


def peak_mb() -> float:
    """Most memory that this process held, since it began as this program [MB]."""
    status = Path("/proc/self/status")
    if status.exists():
        held = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(held.split()[1]) / 1024
    divisor = 2**20 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / divisor


def apart(part: str, given: Scene) -> Spent:
    """One part, in a process of its own."""
    arguments = [part, str(given.network), str(given.year or ""), given.detector]
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.water.cost", "--part", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    if answer.returncode:
        raise RuntimeError(f"{part}: {answer.stderr.strip()}")
    return Spent(**json.loads(answer.stdout.splitlines()[-1]))


def verdict(part: str, spent: Spent) -> str:
    """Against the target, for L-Town; where other work slows the clock, processor time alone may keep it."""
    most_s, most_mb = TARGETS.get(part, (None, None))
    said = []
    if most_s:
        by = (
            "kept" if spent.clock_s <= most_s else "kept by processor time" if spent.processor_s <= most_s else "MISSED"
        )
        said = [f"target {most_s:g} s: {by}"]
    said += [f"target {most_mb:g} MB: {'kept' if spent.peak_mb <= most_mb else 'MISSED'}"] if most_mb else []
    return ", ".join(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--l-town", type=Path, help="folder of L-Town's public files")
    parser.add_argument("--year", type=Path, help="a simulated year's folder, to time a detector on")
    parser.add_argument("--detector", default="", help="module:function")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--part", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        part, network, year, detector = options.part
        print(json.dumps(asdict(measured(part, Scene(Path(network), Path(year) if year else None, detector)))))
        return
    network, name = scene(options.l_town)
    found = compared(Scene(network, options.year, options.detector), name)
    if options.json:
        figures = {part: asdict(spent) for part, spent in found.items()}
        options.json.write_text(json.dumps({"network": name, "parts": figures, "run_sim_over_stepping": ratios(found)}))


def compared(given: Scene, name: str) -> dict[str, Spent]:
    """Every part, measured and printed one after the other."""
    print(f"{name}, one process a line")
    found: dict[str, Spent] = {}
    for part in PARTS:
        if part == "detection" and not (given.year and given.detector):
            print("detection        not timed: give --year and --detector")
            continue
        found[part] = apart(part, given)
        print(f"{part:<16} {found[part]}  {verdict(part, found[part]) if name == 'L-Town' else ''}".rstrip())
    times = ratios(found)
    print(f"run_sim / stepping, a week: x {times['time']:.1f} time, x {times['memory']:.1f} memory")
    return found


def ratios(found: dict[str, Spent]) -> dict[str, float]:
    """How many times more WNTR's simulator takes for the week."""
    ours, theirs = found["a week"], found["a week, run_sim"]
    return {"time": theirs.clock_s / ours.clock_s, "memory": theirs.peak_mb / ours.peak_mb}


if __name__ == "__main__":
    main()
