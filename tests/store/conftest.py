"""Workspaces, small sealed folders, and other processes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agglo.store import sealed
from agglo.store.identifiers import new_id
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[2]
BOUNDS = {"low": 1.0, "central": 2.0, "high": 3.0}

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a Python program in a process of its own; those still running at the end are ended."""
    started = []

    def begin(program: str, *words: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-B", "-c", program, *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def finished(process: "subprocess.Popen[str]", said: str | None = None) -> str:
    """What a process wrote, told something or not, once it has ended well."""
    out, err = process.communicate(said, timeout=120)
    assert process.returncode == 0, err
    return out


def stage_run(workspace: Workspace, rank: int = 0, **changes: Any) -> Path:
    """A staged folder with all that the index reads of a run; its name is its identifier."""
    folder = workspace.staging / new_id()
    (folder / "outcome").mkdir(parents=True)
    indicators = [
        {"name": "land.take", "place": place, "year": 2024, "since": None, "sector": sector, "value": value}
        for place, sector, value in (
            ("91272", "", float(rank)),
            ("91272", "housing", 1.0),
            ("91477", "", None if rank % 2 else 0.0),
        )
    ]
    rows = [{**row, "unit": "ha/yr", "quality": "modelled", "source": ""} for row in indicators]
    pq.write_table(pa.Table.from_pylist(rows), folder / "outcome" / "indicators.parquet")
    run = {
        "id": folder.name,
        "model": {"id": "test.lake", "version": "1.0.0"},
        "state": "finished",
        "fingerprint": f"{rank:064x}",
        "seed": rank,
        "scenario": {"name": "halved"} if rank % 2 else None,
        "project": None,
        "territory": None,
        "started": "2024-01-01T00:00:00.000000Z",
        "finished": "2024-01-01T00:00:01.000000Z",
        "parameters": {"share": rank / 10, "way": "fast", "on": True, "years": [1, 2]},
        "inputs": {"lakes": {"dataset": "lakes", "version": "0123456789ab"}},
        "footprint": {"measurement": {"wall_s": 1.0}, "status": "measured", "energy_kwh": BOUNDS, "carbon_g": BOUNDS},
        "outcome": {"digest": "f" * 64},
        "failure": None,
        **changes,
    }
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    (folder / "log.txt").write_text("done\n", encoding="utf-8")
    return folder


def keep_run(workspace: Workspace, rank: int = 0, **changes: Any) -> Sealed:
    folder = stage_run(workspace, rank, **changes)
    return sealed.keep(workspace, folder, workspace.runs / folder.name, kind="run", id=folder.name)


def keep_dataset(workspace: Workspace, version: str = "0123456789ab") -> Sealed:
    folder = workspace.staging / new_id()
    folder.mkdir()
    described = {
        "name": "lakes",
        "version": version,
        "digest": version * 5,
        "schema": "lakes",
        "title": "Lacs",
        "licence": "LO 2.0",
        "owner": "CPS",
        "source": "IGN",
        "rows": 2,
        "added": "2024-01-01T00:00:00.000000Z",
    }
    (folder / "dataset.json").write_text(json.dumps(described), encoding="utf-8")
    return sealed.keep(workspace, folder, workspace.datasets / "lakes" / version, kind="dataset", id=folder.name)


def keep_declaration(workspace: Workspace) -> Sealed:
    folder = workspace.staging / new_id()
    folder.mkdir()
    declared = {
        "project": "flood-alert",
        "partner": "Acme",
        "kind": "compute",
        "model": None,
        "territory": None,
        "date": "2025-03-01",
        "energy_kwh": BOUNDS,
        "carbon_g": None,
        "embodied": {"carbon_g": 5.0, "source": "maker"},
    }
    (folder / "declaration.json").write_text(json.dumps(declared), encoding="utf-8")
    return sealed.keep(workspace, folder, workspace.declarations / folder.name, kind="declaration", id=folder.name)


def listing(workspace: Workspace) -> bytes:
    """Every row of every table of the index, in the order of its key."""
    from sqlalchemy import select

    from agglo.store.tables import metadata

    content = {
        name: [dict(row) for row in workspace.index.rows(select(table).order_by(*table.primary_key))]
        for name, table in metadata.tables.items()
    }
    return json.dumps(content, indent=1).encode()


def left_over(workspace: Workspace) -> list[str]:
    """What lies in the places for work in progress, and hidden files anywhere."""
    found = [path for path in workspace.root.rglob("*") if path.name.startswith(".")]
    return [str(path.relative_to(workspace.root)) for path in [*found, *workspace.staging.iterdir()]]
