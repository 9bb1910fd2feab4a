"""A small workspace that was really run, copied for each test; and indexes filled with made-up rows, for long lists."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from agglo.catalogue import datasets, known_schemas
from agglo.contract.model import Model, from_folder
from agglo.runs import asking, questions
from agglo.runs.run import Run
from agglo.store import indexing
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.access.people import Person
from tests import cards

SAMPLES = Path(__file__).parents[2] / "samples"
DESCRIBED = {"title": "Lakes", "licence": "etalab-2.0", "source": "a test", "owner": "tests"}

ANN = Person("ann", "contributor")
BOB = Person("bob", "contributor")
STEWARD = Person("sue", "steward")


@dataclass(frozen=True)
class Made:
    """What the workspace of a test holds: a dataset, a run of Ann's that reads it, a run of hers that reads nothing."""

    workspace: Workspace
    dataset: str
    reading_run: str
    plain_run: str


@pytest.fixture
def schemas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the schema of lakes known."""
    monkeypatch.setattr(known_schemas, "installed", lambda: {"test.shell": lambda: from_folder(SAMPLES / "shell")})


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("access")
    workspace = open_workspace(folder / "workspace")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known_schemas, "installed", lambda: {"test.shell": lambda: from_folder(SAMPLES / "shell")})
        (folder / "lakes.csv").write_text("insee,area_m2\n91272,100\n", encoding="utf-8")
        lakes = datasets.add(workspace, folder / "lakes.csv", name="lakes", schema="lakes", **DESCRIBED).dataset
        reading = ask(workspace, carded(folder, "shell"), inputs={"lakes": "lakes"}, factor=2)
    plain = ask(workspace, carded(folder, "pebble"))
    return Made(workspace, lakes.reference, reading.id, plain.id)


def ask(
    workspace: Workspace, model: Model, person: Person = ANN, inputs: dict[str, str] | None = None, **values: Any
) -> Run:
    question = questions.pose(workspace, model, inputs=inputs or {}, parameters=values)
    return asking.ask(workspace, question, actor=person.id, role=person.role).run


@pytest.fixture
def made(template: Made, tmp_path: Path) -> Made:
    """A copy of it, to be changed at will."""
    shutil.copytree(template.workspace.root, tmp_path / "workspace", symlinks=True)
    return Made(open_workspace(tmp_path / "workspace"), template.dataset, template.reading_run, template.plain_run)


@pytest.fixture
def workspace(made: Made) -> Workspace:
    return made.workspace


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "empty")


def write_rights(workspace: Workspace, file: str, content: Any) -> None:
    """Write ``grants`` or ``roles``: a text as it is, or what YAML makes of the rest."""
    folder = workspace.root / "rights"
    folder.mkdir(exist_ok=True)
    text = content if isinstance(content, str) else yaml.safe_dump(content)
    (folder / f"{file}.yaml").write_text(text, encoding="utf-8")


def carded(folder: Path, sample: str) -> Model:
    """A copy of a sample whose maker has declared everything; the authority has not."""
    shutil.copytree(SAMPLES / sample, folder / sample)
    (folder / sample / "card.yaml").write_text(yaml.safe_dump(cards.maker()), encoding="utf-8")
    return from_folder(folder / sample)


def declare_authority(workspace: Workspace, *models: str) -> None:
    """Complete the authority's half of some cards."""
    for model in models:
        (workspace.register / f"{model}.yaml").write_text(yaml.safe_dump(cards.authority()), encoding="utf-8")


def identifier(number: int) -> str:
    return f"01a20efa-0000-7000-8000-{number:012x}"


Row = dict[str, Any]


def run_row(number: int, visibility: str | None = None, **given: Any) -> Row:
    zeros = dict.fromkeys(("wall_s", "energy_kwh", "carbon_g", "carbon_low_g", "carbon_high_g"), 0.0)
    nothing = dict.fromkeys(
        ("scenario", "project", "checks_energy_kwh", "checks_carbon_g", "outcome_digest", "failure", "certificate")
    )
    texts = {"model": "test.m", "version": "1.0.0", "state": "finished", "fingerprint": f"{number:064x}"}
    times = {"territory": "200056232", "started": "2026", "finished": "2026", "footprint_status": "measured"}
    counts = {"seed": 0, "checks": 0, "askings": 1}
    return {"id": identifier(number), **zeros, **nothing, **texts, **times, **counts, "visibility": visibility, **given}


def dataset_row(name: str, version: int, visibility: str | None = None, **given: Any) -> Row:
    texts = dict.fromkeys(("schema", "title", "licence", "owner", "source"), "said")
    own = {"name": name, "version": f"{version:012x}", "digest": f"{version:064x}", "rows": 1}
    return {**own, **texts, "added": f"2026-{version:06}", "visibility": visibility, **given}


@pytest.fixture
def fill(empty: Workspace) -> Callable[..., Workspace]:
    """Have an index hold made-up runs and datasets, and nothing else: no folder is there."""

    def filled(
        runs: Iterable[Row] = (),
        datasets: Iterable[Row] = (),
        inputs: Iterable[tuple[str, str, str]] = (),
        askers: Iterable[tuple[str, str]] = (),
    ) -> Workspace:
        empty.index.rebuild()
        read = [{"run": run, "name": f"i{rank}", "dataset": name, "dataset_version": version}
                for rank, (run, name, version) in enumerate(inputs)]  # fmt: skip
        asked = [{"run": run, "actor": actor} for run, actor in askers]
        rows = {"runs": list(runs), "datasets": list(datasets), "run_inputs": read, "run_askers": asked}
        with empty.index.writing() as connection:
            indexing.write(connection, rows, replace=False)
        return empty

    return filled
