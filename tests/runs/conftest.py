import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agglo.catalogue import datasets, known_schemas
from agglo.catalogue.datasets import Dataset
from agglo.contract.model import Model, from_folder
from agglo.footprint.declarations import TokenUse, declaration
from agglo.runs import asking, questions, totals
from agglo.runs.asking import Asked
from agglo.store.workspace import Workspace, open_workspace

SAMPLES = Path(__file__).parents[1] / "samples"
sys.path.insert(0, str(SAMPLES))

from lake import lake  # noqa: E402

COMMAND = [sys.executable, "-c", "from agglo.cli import main; main()"]
DESCRIBED = {"title": "Lakes", "licence": "etalab-2.0", "source": "a test", "owner": "tests"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def lake_model() -> Model:
    return lake


@pytest.fixture
def pebble() -> Model:
    """The smallest model, a shell script: quick to start."""
    return from_folder(SAMPLES / "pebble")


@pytest.fixture
def shell() -> Model:
    """The shell script that reads a table of lakes."""
    return from_folder(SAMPLES / "shell")


@pytest.fixture
def lake_folder(tmp_path: Path) -> Path:
    """The lake as a folder of its own, which can be edited and asked from the command line."""
    folder = tmp_path / "lake"
    shutil.copytree(SAMPLES / "lake", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "model.json").write_text(json.dumps(lake.interface()), encoding="utf-8")
    return folder


@pytest.fixture
def add_lakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Dataset]:
    """Keep a table of lakes, under the schema the lake model brings."""
    monkeypatch.setattr(known_schemas, "installed", lambda: {"test.lake": lambda: lake})

    def add(workspace: Workspace, rows: str = "91272,100\n01004,200.5\n", name: str = "lakes") -> Dataset:
        path = tmp_path / f"{name}.csv"
        path.write_text(f"insee,area_m2\n{rows}", encoding="utf-8")
        return datasets.add(workspace, path, name=name, schema="lakes", **DESCRIBED).dataset

    return add


@pytest.fixture
def ask() -> Callable[..., Asked]:
    """Ask a model in this process: ``ask(workspace, model, inputs=..., seed=..., parameter=value...)``."""

    def asked(
        workspace: Workspace,
        model: Model = lake,
        *,
        inputs: dict[str, str] | None = None,
        seed: int = 0,
        again: bool = False,
        **parameters: Any,
    ) -> Asked:
        question = questions.pose(workspace, model, inputs=inputs or {}, parameters=parameters, seed=seed)
        return asking.ask(workspace, question, again=again)

    return asked


@pytest.fixture
def agglo() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start a real agglo on a workspace; what still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(workspace: Workspace, *words: str, **environment: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [*COMMAND, *words, "--workspace", str(workspace.root)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Model]:
    """A model that is a shell script: ``program(script, outputs={...})``; it may use ``$in`` and ``$out``."""

    def made(script: str, outputs: dict[str, Any] | None = None) -> Model:
        folder = tmp_path / "program"
        folder.mkdir(exist_ok=True)
        (folder / "run.sh").write_text(f"#!/bin/sh\nin=$3\nout=$5\n{script}\n", encoding="utf-8")
        (folder / "run.sh").chmod(0o755)
        described = {"id": "test.program", "version": "1.0.0", "command": ["run.sh"], "outputs": outputs or {}}
        (folder / "model.json").write_text(json.dumps(described), encoding="utf-8")
        return from_folder(folder)

    return made


@pytest.fixture
def declared(workspace: Workspace) -> Callable[..., str]:
    """Keep a partner's declaration of a language model's tokens; the answer is its identifier."""

    def declare(*, kwh: float = 2.0, **given: Any) -> str:
        said = {"project": "p", "partner": "q", "author": "r", "date": "2026-05-04", "kind": "tokens"}
        tokens = TokenUse(tokens_in=1000, tokens_out=10, source="its supplier", energy_kwh=kwh)
        return totals.declare(workspace, declaration(**{**said, "tokens": tokens, **given}))

    return declare
