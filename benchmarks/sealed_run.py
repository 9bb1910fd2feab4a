"""What keeping a run costs, with MLflow in the same process beside it where it is installed.

``python benchmarks/sealed_run.py [--count 1000] [--runs 10000] [--mlflow-runs 2000] [--json FILE]``

a. Tracking, like for like: 10 parameters, 10 indicators and an opaque output of 1 MB. Here: as runs are kept, a sealed
   folder with the output, its description and a manifest with the digest of each, and the rows of the index; every file
   is synced to the disk. There: a run in a SQLite store and the output in a local folder, which MLflow does not sync.
b. One whole sealed run around a trivial model (a shell script without inputs): what is left once the model's process
   and the encoding of its answer (Parquet and digests) are taken apart.
c. Finding runs among many, from the index.

Times are medians, in milliseconds.
"""

import argparse
import importlib.util
import json
import os
import statistics
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from agglo.contract.model import Model, from_folder
from agglo.runs import asking, outcomes, process, questions
from agglo.runs.listing import by_indicator, listing
from agglo.store import files, indexing, sealed
from agglo.store.identifiers import new_id, now
from agglo.store.workspace import Workspace, open_workspace

OUTPUT_BYTES = 1_000_000
VALUES = 10
WHOLE_RUNS = 50
FILTERS = 50
WARM_UP = 5
_BATCH = 500

SCRIPT = """#!/bin/sh
printf 'insee,value\\n91272,1\\n' > "$5/table.csv"
printf '{"indicators": [{"name": "land.take", "value": 1, "unit": "ha/yr", "place": "91272", "year": 2024}],
 "tables": {"table": {"path": "table.csv"}}}' > "$5/outputs.json"
"""
DESCRIPTION = {
    "id": "bench.trivial",
    "version": "1.0.0",
    "command": ["run.sh"],
    "outputs": {"table": {"kind": "table", "columns": {"insee": "", "value": "1"}}},
}

Figures = dict[str, float]


def median_ms(durations: list[float]) -> float:
    return statistics.median(durations[WARM_UP:] or durations) * 1e3


def timed(action: Callable[[int], object], count: int) -> list[float]:
    """How long each of ``count`` calls takes [s]."""
    durations = []
    for rank in range(count):
        start = perf_counter()
        action(rank)
        durations.append(perf_counter() - start)
    return durations


def outputs(folder: Path) -> Callable[[], Path]:
    """A file of 1 MB that is another one at each call."""
    path, content = folder / "output.bin", bytearray(os.urandom(OUTPUT_BYTES))

    def renewed() -> Path:
        content[:16] = os.urandom(16)
        path.write_bytes(content)
        return path

    return renewed


def disk_alone(folder: Path, renewed: Callable[[], Path], count: int) -> list[float]:
    """Write 1 MB and sync it to the disk: what no way of keeping it can be faster than."""
    durations = []
    for rank in range(count):
        output, path = renewed().read_bytes(), folder / f"alone-{rank % 10}"
        start = perf_counter()
        path.write_bytes(output)
        files.sync(path)
        durations.append(perf_counter() - start)
    return durations


def track_here(workspace: Workspace, renewed: Callable[[], Path], count: int) -> list[float]:
    """Keep parameters, indicators and an output, ``count`` times; making the output is not counted."""
    listing(workspace, limit=1)
    durations = []
    for rank in range(count):
        output = renewed().read_bytes()
        start = perf_counter()
        identifier = new_id()
        record = {"id": identifier, "at": now(), "output": "output.bin", **_values(rank)}
        staging = workspace.staging / identifier
        staging.mkdir()
        (staging / "output.bin").write_bytes(output)
        (staging / "run.json").write_bytes(files.to_json(record))
        sealed.seal(staging, workspace.runs / identifier, kind="run", id=identifier)
        with workspace.index.writing() as connection:
            indexing.write(connection, _rows(identifier, rank))
        durations.append(perf_counter() - start)
    return durations


def _values(rank: int) -> dict[str, dict[str, float]]:
    return {
        "parameters": {f"parameter_{one}": rank + one / 10 for one in range(VALUES)},
        "indicators": {f"indicator_{one}": (rank * 7919 + one * 104_729) % 10_007 / 10_007 for one in range(VALUES)},
    }


def _rows(identifier: str, rank: int) -> indexing.Rows:
    values = _values(rank)
    row = {
        "id": identifier, "model": f"bench.model-{rank % 10}", "version": "1.0.0", "state": "finished",
        "fingerprint": f"{rank:064x}", "seed": 0, "scenario": None, "project": None, "territory": "200056232",
        "started": now(), "finished": now(), "wall_s": 1.0, "footprint_status": "measured", "energy_kwh": 1e-4,
        "carbon_g": 5e-3, "carbon_low_g": 1e-3, "carbon_high_g": 1e-2, "checks": 0, "checks_energy_kwh": None,
        "checks_carbon_g": None, "outcome_digest": None, "failure": None, "certificate": None, "askings": 1,
        "visibility": None,
    }  # fmt: skip
    return {
        "runs": [row],
        "run_askers": [{"run": identifier, "actor": "actor-bench"}],
        "run_parameters": [
            {"run": identifier, "name": name, "value": str(value), "number": value}
            for name, value in values["parameters"].items()
        ],
        "run_inputs": [],
        "run_indicators": [
            {"run": identifier, "name": name, "place": "91272", "year": 2024, "unit": "1", "value": value}
            for name, value in values["indicators"].items()
        ],
    }


@contextmanager
def mlflow_store(folder: Path) -> Iterator[Any]:
    """MLflow on a SQLite store and a local folder of its own, or None where it is not installed."""
    if importlib.util.find_spec("mlflow") is None:
        yield None
        return
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow

        mlflow.set_tracking_uri(f"sqlite:///{folder / 'mlflow.db'}")
        experiment = mlflow.create_experiment("bench", artifact_location=(folder / "artifacts").as_uri())
        mlflow.set_experiment(experiment_id=experiment)
        yield mlflow


def track_mlflow(mlflow: Any, renewed: Callable[[], Path] | None, count: int) -> list[float]:
    """The same through MLflow; without an output where none is given."""
    durations = []
    for rank in range(count):
        output = renewed() if renewed else None
        start = perf_counter()
        values = _values(rank)
        with mlflow.start_run():
            mlflow.log_params(values["parameters"])
            mlflow.log_metrics(values["indicators"])
            if output:
                mlflow.log_artifact(str(output))
        durations.append(perf_counter() - start)
    return durations


def whole_run(workspace: Workspace, model: Model) -> Figures:
    """One whole run, its parts, and what asking again costs once it is kept."""
    spent: dict[str, list[float]] = {"process": [], "encoding": []}
    with _measuring(process, "run", spent["process"]), _measuring(outcomes, "keep", spent["encoding"]):
        asked = [questions.pose(workspace, model, inputs={}, seed=seed) for seed in range(WHOLE_RUNS)]
        whole = timed(lambda seed: asking.ask(workspace, asked[seed]), WHOLE_RUNS)
    apart = [total - sum(parts) for total, *parts in zip(whole, *spent.values(), strict=True)]
    return {
        "whole": median_ms(whole),
        "process": median_ms(spent["process"]),
        "encoding": median_ms(spent["encoding"]),
        "apart": median_ms(apart),
        "apart, least": min(apart) * 1e3,
        "question": median_ms(timed(lambda seed: questions.pose(workspace, model, inputs={}, seed=seed), WHOLE_RUNS)),
        "kept answer": median_ms(timed(lambda seed: asking.ask(workspace, asked[seed]), WHOLE_RUNS)),
        "kept answer, found": median_ms(
            timed(lambda seed: asking.answered(workspace, asked[seed].fingerprint), WHOLE_RUNS)
        ),
    }


@contextmanager
def _measuring(module: Any, name: str, durations: list[float]) -> Iterator[None]:
    """Note how long each call of a function takes."""
    function = getattr(module, name)

    def measured(*given: Any, **more: Any) -> Any:
        start = perf_counter()
        try:
            return function(*given, **more)
        finally:
            durations.append(perf_counter() - start)

    setattr(module, name, measured)
    try:
        yield
    finally:
        setattr(module, name, function)


def trivial_model(folder: Path) -> Model:
    folder.mkdir()
    (folder / "run.sh").write_text(SCRIPT)
    (folder / "run.sh").chmod(0o755)
    (folder / "model.json").write_text(json.dumps(DESCRIPTION))
    return from_folder(folder)


def filters_here(workspace: Workspace, runs: int) -> Figures:
    """Find runs among ``runs`` of them by an indicator, by model, and list the latest and all."""
    for start in range(0, runs, _BATCH):
        with workspace.index.writing() as connection:
            rows = [_rows(new_id(), rank) for rank in range(start, min(start + _BATCH, runs))]
            indexing.write(connection, indexing.merged(rows), replace=False)
    searches: dict[str, Callable[[int], object]] = {
        "by indicator": lambda _: by_indicator(workspace, "indicator_3", place="91272", at_least=0.99),
        "by indicator, any place": lambda _: by_indicator(workspace, "indicator_3", at_least=0.99),
        "by model, latest 100": lambda _: listing(workspace, model="bench.model-3", limit=100),
        "latest 100": lambda _: listing(workspace, limit=100),
        "all": lambda _: listing(workspace),
    }
    return {name: median_ms(timed(search, FILTERS)) for name, search in searches.items()}


def filters_mlflow(mlflow: Any) -> Figures:
    filtered = {"filter_string": "metrics.indicator_3 >= 0.99", "order_by": ["metrics.indicator_3 DESC"]}
    searches: dict[str, Callable[[int], object]] = {
        "by indicator": lambda _: mlflow.search_runs(max_results=100, output_format="list", **filtered),
        "latest 100": lambda _: mlflow.search_runs(max_results=100, output_format="list"),
    }
    return {name: median_ms(timed(search, FILTERS // 2)) for name, search in searches.items()}


def measure(options: argparse.Namespace) -> dict[str, Figures]:
    """Every figure, by part."""
    found: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory(prefix="agglo-bench-") as name, mlflow_store(Path(name)) as mlflow:
        place = Path(name)
        renewed = outputs(place)
        found["a. tracking"] = {
            "disk alone, 1 MB synced": median_ms(disk_alone(place, renewed, min(options.count, 200))),
            "agglo": median_ms(track_here(open_workspace(place / "a"), renewed, options.count)),
        }
        if mlflow:
            count = min(options.count, options.mlflow_runs)
            found["a. tracking"]["mlflow"] = median_ms(track_mlflow(mlflow, renewed, count))
        found["b. whole run"] = whole_run(open_workspace(place / "b"), trivial_model(place / "model"))
        found[f"c. finding among {options.runs} runs"] = filters_here(open_workspace(place / "c"), options.runs)
        if mlflow:
            track_mlflow(mlflow, None, max(0, options.mlflow_runs - count))
            found[f"c. MLflow, among {max(options.mlflow_runs, count)} runs"] = filters_mlflow(mlflow)
    return found


def ratios(found: dict[str, Figures]) -> Figures:
    """How many times longer MLflow takes, where it was measured."""
    tracking = found["a. tracking"]
    here = next(figures for name, figures in found.items() if name.startswith("c. finding"))
    there = next((figures for name, figures in found.items() if name.startswith("c. MLflow")), {})
    result = {"tracking": tracking["mlflow"] / tracking["agglo"]} if "mlflow" in tracking else {}
    return result | {f"finding, {name}": there[name] / here[name] for name in there}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000, help="runs tracked in part a")
    parser.add_argument("--runs", type=int, default=10_000, help="runs in the index in part c")
    parser.add_argument("--mlflow-runs", type=int, default=2000, help="most runs given to MLflow, which is slow")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    found = measure(options)
    for part, figures in found.items():
        print(part)
        for name, value in figures.items():
            print(f"  {name:<26} {value:>10.2f} ms")
    for name, value in ratios(found).items():
        print(f"MLflow / agglo, {name}: {value:.1f}")
    if "mlflow" not in found["a. tracking"]:
        print('MLflow is not installed: pip install "agglo[bench]"')
    if options.json:
        options.json.write_bytes(files.to_json({"medians_ms": found, "mlflow_over_agglo": ratios(found)}))


if __name__ == "__main__":
    main()
