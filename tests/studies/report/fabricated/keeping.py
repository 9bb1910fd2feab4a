"""A study's result by hand, and runs kept with the tables that models give."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from agglo.catalogue import bundles
from agglo.contract.indicators import Indicator
from agglo.footprint.meter import Measurement
from agglo.footprint.record import footprint_of
from agglo.runs.outcomes import indicator_table, write_parquet
from agglo.runs.run import Run
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace


@dataclass
class Place:
    siren: str
    name: str


@dataclass
class Study:
    name: str
    title: dict[str, str]
    question: dict[str, str]
    territory: Place
    compare_with: str = "reference"


@dataclass
class Step:
    step: str
    model: str
    run: Run | None
    reused: bool = False
    saved_carbon_g: float | None = None
    failure: str = ""


@dataclass
class Scenario:
    name: str
    title: dict[str, str]
    steps: dict[str, Step]
    description: dict[str, str] = field(default_factory=dict)
    state: str = "draft"
    version: int = 1


@dataclass
class Result:
    study: Study
    scenarios: list[Scenario]


def content(number: int, **changed: Any) -> dict[str, Any]:
    """The ``run.json`` of a finished run, as :mod:`agglo.runs.execution` writes it, less what a report never reads."""
    footprint = footprint_of(
        Measurement(wall_s=1.0, cpu_s=0.8, peak_memory_bytes=120_000_000), location="FR", cpu_name="A processor"
    )
    whole = {
        "id": f"01a20860-0000-7000-8000-00000000000{number}",
        "state": "finished",
        "model": {
            "id": "land.sinks",
            "version": "1.0.0",
            "title": {"en": "Carbon sinks"},
            "headline": {"en": "land-use change, excluding forest growth, felling and N2O"},
            "parameters": {
                "properties": {
                    "sealed_share": {"title": "Sealed share", "unit": "1", "source": "ADEME"},
                    "factor": {"title": "Land take", "unit": "1", "source": "observed"},
                }
            },
            "code": "c0de" * 16,
        },
        "inputs": {"land_cover": {"dataset": "land-cover", "version": "0123456789ab", "digest": "d" * 64}},
        "parameters": {"sealed_share": 0.8, "factor": 1.0 / number},
        "scenario": None,
        "finished": "2026-11-23T12:27:52.398029Z",
        "environment": {"agglo": "0.1.0"},
        "notes": ["No change is recorded in Cormes and Saclay.", "653.25 ha are assumed."],
        "outcome": {"digest": "feed" * 16},
        "footprint": footprint.to_dict(),
    }
    return whole | changed


class Keeper:
    """Keeps runs by hand in a folder, each with tables as outputs."""

    def __init__(self, folder: Path, inputs: Mapping[str, Any]) -> None:
        self.folder, self.inputs, self.count = folder, inputs, 0

    def run(
        self,
        model: str,
        tables: Mapping[str, list[dict[str, Any]]],
        *,
        title: str,
        found: list[Indicator] | None = None,
        headline: str = "",
        notes: list[str] | None = None,
        parameters: dict[str, Any] | None = None,
        **changed: Any,
    ) -> Run:
        folder = self.folder / f"run-{self.count}"
        self.count += 1
        (folder / "outcome").mkdir(parents=True)
        outputs = {}
        for name, rows in tables.items():
            write_parquet(pa.Table.from_pylist(rows), folder / "outcome" / f"{name}.parquet")
            outputs[name] = {"path": f"outcome/{name}.parquet"}
        described = {
            "id": model,
            "version": "1.0.0",
            "title": {"fr": title, "en": title},
            "code": "c0de" * 16,
            "headline": {"fr": headline, "en": headline} if headline else {},
            "parameters": {
                "properties": {
                    "horizon": {"title": "Horizon", "unit": "1", "source": ""},
                    "draws": {"title": "Draws", "unit": "1", "source": "usual"},
                }
            },
        }
        whole = content(
            self.count,
            model=described,
            inputs=self.inputs,
            notes=notes or [],
            parameters=parameters or {"horizon": 2050, "draws": 10000},
            outcome={"digest": "feed" * 16, "outputs": outputs},
        )
        whole |= changed
        (folder / "run.json").write_text(json.dumps(whole), encoding="utf-8")
        rows = [one.to_dict() for one in found or []]
        write_parquet(indicator_table(rows), folder / "outcome" / "indicators.parquet")
        return Run(Sealed(folder))


def keeper(folder: Path, workspace: Workspace) -> Keeper:
    added = bundles.add(workspace)
    inputs = {name: {"dataset": one.name, "version": one.version, "digest": one.digest} for name, one in added.items()}
    return Keeper(folder, inputs)
