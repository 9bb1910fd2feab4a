"""The open API for tests: a workspace with layers of every kind, programs with tokens, and a server that answers."""

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient

from agglo.catalogue import datasets
from agglo.portal import app
from agglo.portal.workers import Workers
from agglo.runs import asking, questions
from agglo.runs.run import Run
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.access import people, visibility
from agglo.trust.access.rights import Asset
from portal import offered

sys.path.insert(0, str(Path(__file__).parents[2] / "samples"))

from field import field

LATIN = "ponds"
POINTS = 150


@pytest.fixture(autouse=True)
def _offered(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model ``echo`` and samples can be asked."""
    offered.offer(tmp_path_factory.mktemp("offered") / "site", monkeypatch)


@pytest.fixture(scope="session")
def layered(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with a run that gives a layer and a dataset with geometries, all public. Not to be changed."""
    import shutil

    folder = tmp_path_factory.mktemp("layered") / "workspace"
    shutil.copytree(example, folder, symlinks=True)
    here = open_workspace(folder)
    add_ponds(here, tmp_path_factory.mktemp("ponds"))
    harvest(here)
    return folder


@pytest.fixture
def workspace(layered: Path, tmp_path: Path) -> Workspace:
    """A copy of it, to be changed at will."""
    import shutil

    shutil.copytree(layered, tmp_path / "workspace", symlinks=True)
    return open_workspace(tmp_path / "workspace")


def add_ponds(workspace: Workspace, folder: Path, *, name: str = LATIN, count: int = POINTS) -> str:
    """Add a public dataset of points; the answer is its reference."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [2.0 + rank / 1_000, 48.6 + rank / 2_000]},
            "properties": {"name": f"pond {rank} é", "depth_m": rank / 10, "deep": rank > 100, "rank": rank},
        }
        for rank in range(count)
    ]
    (folder / "ponds.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    schema = {
        "name": "ponds",
        "title": {"en": "Ponds", "fr": "Mares"},
        "fields": [
            {"name": "name", "type": "string"},
            {"name": "depth_m", "type": "number", "unit": "m", "title": {"en": "Depth", "fr": "Profondeur"}},
            {"name": "deep", "type": "boolean"},
            {"name": "rank", "type": "integer"},
            {"name": "geometry", "type": "geometry"},
        ],
    }
    (folder / "ponds.json").write_text(json.dumps(schema))
    told = {"title": "Ponds", "licence": "Licence Ouverte 2.0", "source": "made up", "owner": "nobody"}
    added = datasets.add(workspace, folder / "ponds.geojson", name=name, schema=str(folder / "ponds.json"), **told)
    decide(workspace, Asset("dataset", added.dataset.reference), "public")
    return added.dataset.reference


def harvest(workspace: Workspace, *, level: str = "public", **parameters: Any) -> Run:
    """A run that gives a layer, a table by commune and a file."""
    question = questions.pose(workspace, field, inputs={}, parameters=parameters)
    run = asking.ask(workspace, question).run
    decide(workspace, Asset("run", run.id), level)
    return run


def decide(workspace: Workspace, asset: Asset, level: str) -> None:
    """Decide who may see something, as for a demonstration: the models of tests have no card."""
    operator = people.operator(workspace)
    visibility.set_(workspace, operator, asset, level, example=level == "public")  # type: ignore[arg-type]


@pytest.fixture
def field_run(workspace: Workspace) -> Run:
    """The run that gives a layer."""
    from agglo.runs import listing, run

    return run.load(workspace, str(listing.listing(workspace, model="test.field")[0]["id"]))


@pytest.fixture
def ponds(workspace: Workspace) -> str:
    """The reference of the dataset of points."""
    return datasets.find(workspace, LATIN).reference


Program = Callable[..., TestClient]


def token_of(workspace: Workspace, role: str = "contributor", login: str = "") -> tuple[str, str]:
    """A new account with a role, and a token of it."""
    from agglo.trust.accounts import accounts, tokens

    login = login or f"{role}.{len(accounts.listing(workspace))}"
    made = accounts.add(
        workspace, login, "seven grey herons at dawn", role=role, name=login, by="actor-000000000000"
    )  # fmt: skip
    return made.id, tokens.add(workspace, made.id, "tests")


@pytest.fixture
def program(workspace: Workspace) -> Iterator[Program]:
    """A program with a token: ``program("contributor")``; ``actor`` of the client is its account."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def make(role: str = "contributor") -> TestClient:
            account, token = token_of(workspace, role)
            made = stack.enter_context(TestClient(app.create(workspace), follow_redirects=False))
            made.headers["Authorization"] = f"Bearer {token}"
            made.actor = account  # type: ignore[attr-defined]
            return made

        yield make


@pytest.fixture
def working(workspace: Workspace) -> Iterator[None]:
    """A worker answers what is asked."""
    beside = Workers(workspace.root, 1)
    beside.start()
    yield
    beside.stop()


@pytest.fixture
def served(workspace: Workspace) -> Iterator[str]:
    """The address of a server on the loopback, with a worker."""
    with serving(workspace) as address:
        yield address


@contextmanager
def serving(workspace: Workspace) -> Iterator[str]:
    made, beside = app.create(workspace), Workers(workspace.root, 1)
    made.state.wake = beside.wake
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(made, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    beside.start()
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        beside.stop()
        listening.close()
