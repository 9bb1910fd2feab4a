"""Small studies for tests: models that are shell scripts, in a folder beside the study's file."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from agglo.catalogue import datasets
from agglo.store.workspace import Workspace, open_workspace
from agglo.studies import running, study
from agglo.studies.running import Ran
from agglo.studies.study import Study

SACLAY = "200056232"
GAUGES = {"fields": [{"name": "insee", "type": "string"}, {"name": "rain_m", "type": "number", "unit": "m"}]}
VALUE = """value() { sed -n "s/.*\\"$1\\": *\\"\\{0,1\\}\\([^\\",}]*\\).*/\\1/p" "$in/inputs.json" | head -n 1; }"""
INDICATOR = '{"name": "land.take", "value": %s, "unit": "ha/yr", "place": "%s", "year": %s}'

RAIN = """printf 'insee,rain_m\\n91272,%s\\n91477,1\\n' "$(value rain)" > "$out/gauges.csv"
printf '{"indicators": [], "tables": {"gauges": {"path": "gauges.csv"}}}' > "$out/outputs.json"
"""
LAKE = f"""sum=$(awk -F, 'NR > 1 {{ sum += $2 }} END {{ print sum }}' "$in/gauges.csv")
printf '{{"indicators": [{INDICATOR}]}}' "$sum" {SACLAY} 2024 > "$out/outputs.json"
"""
PEBBLE = f"""sleep "$(value seconds)"
test "$(value weight)" != 13 || exit 1
printf '{{"indicators": [{INDICATOR}]}}' "$(value weight)" "$(value place)" "$(value year)" > "$out/outputs.json"
"""
NUMBER = {"type": "number", "minimum": 0, "unit": "1", "source": "assumed"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The folder with the models: ``rain`` gives a table that ``lake`` reads, ``pebble`` gives a parameter back."""
    folder = tmp_path / "models"
    rain = {"properties": {"rain": {**NUMBER, "default": 1}}}
    gauges = {"columns": {"insee": "", "rain_m": "m"}, "schema": "gauges"}
    pebble = {
        "weight": {**NUMBER, "maximum": 100, "default": 1},
        "seconds": {**NUMBER, "default": 0},
        "year": {"type": "integer", "default": 2024},
        "place": {"type": "string", "default": SACLAY},
    }
    program(folder / "rain", RAIN, parameters=rain, outputs={"gauges": gauges})
    program(folder / "lake", LAKE, inputs={"gauges": {"schema": "gauges", "format": "csv"}})
    program(folder / "pebble", PEBBLE, parameters={"properties": pebble})
    (folder / "rain" / "schemas").mkdir()
    (folder / "rain" / "schemas" / "gauges.json").write_text(json.dumps(GAUGES), encoding="utf-8")
    return folder


def program(folder: Path, script: str, **described: Any) -> Path:
    """A model that is a shell script; it may use ``$in``, ``$out`` and ``$(value PARAMETER)``."""
    folder.mkdir(parents=True)
    if "parameters" in described:
        described["parameters"] = {"type": "object", "additionalProperties": False, **described["parameters"]}
    content = {"id": f"test.{folder.name}", "version": "1.0.0", "command": ["answer.sh"], **described}
    (folder / "model.json").write_text(json.dumps(content), encoding="utf-8")
    file = folder / "answer.sh"
    file.write_text(f"#!/bin/sh\nset -eu\nin=$3\nout=$5\n{VALUE}\n{script}", encoding="utf-8")
    file.chmod(0o755)
    return folder


@pytest.fixture
def write(models: Path) -> Callable[..., Path]:
    """Write the file of a study beside its models: ``write(steps={...}, ...)``."""

    def written(**content: Any) -> Path:
        path = models.parent / "study.yaml"
        whole = {"name": "weights", "territory": SACLAY, **content}
        path.write_text(yaml.safe_dump(whole, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return path

    return written


@pytest.fixture
def made(write: Callable[..., Path]) -> Callable[..., Study]:
    """The study of such a file."""
    return lambda **content: study.read(write(**content))


@pytest.fixture
def run(workspace: Workspace, made: Callable[..., Study]) -> Callable[..., Ran]:
    """Write a study and run it: ``run(steps={...}, only=..., jobs=...)``."""

    def ran(*, only: tuple[str, ...] = (), jobs: int = 2, progress: Any = None, **content: Any) -> Ran:
        return running.run(workspace, made(**content), only=only, jobs=jobs, progress=progress)

    return ran


def pebbles(*names: str, **parameters: Any) -> dict[str, Any]:
    """Steps that each ask the pebble."""
    return {name: {"model": "models/pebble", "parameters": dict(parameters)} for name in names}


CHAIN: Mapping[str, Any] = {
    "rain": {"model": "models/rain"},
    "lake": {"model": "models/lake", "inputs": {"gauges": "rain/gauges"}},
}
"""Two steps, the second of which reads the output of the first."""


@pytest.fixture
def add_gauges(workspace: Workspace, models: Path, tmp_path: Path) -> Callable[..., str]:
    """Keep a table of gauges; the answer is its reference."""

    def add(rain: float = 2.0, name: str = "gauges") -> str:
        path = tmp_path / f"{name}.csv"
        path.write_text(f"insee,rain_m\n91272,{rain}\n", encoding="utf-8")
        schema = str(models / "rain" / "schemas" / "gauges.json")
        words = {"title": "Gauges", "licence": "etalab-2.0", "source": "a test", "owner": "tests"}
        return datasets.add(workspace, path, name=name, schema=schema, **words).dataset.reference

    return add


def figure(ran: Ran, scenario: str, step: str) -> float | None:
    """The one figure that a step gave in a scenario."""
    result = next(one for one in ran.result.scenarios if one.name == scenario)
    run_ = result.steps[step].run
    assert run_ is not None, result.steps[step].failure
    [indicator] = run_.indicators
    return indicator.value
