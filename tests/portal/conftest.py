"""A portal for tests: a workspace with a study, copied for each test that changes it, and a client beside it."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="The portal needs the extra portal")

from starlette.testclient import TestClient

from agglo.portal import app
from agglo.store.workspace import Workspace, open_workspace


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace in which the study local-green-deal was run and published. Not to be changed."""
    from agglo.portal import askable
    from agglo.studies import finding, running
    from agglo.trust.access import examples, people
    from agglo.trust.register import registered

    folder = tmp_path_factory.mktemp("example") / "workspace"
    here = open_workspace(folder)
    running.run(here, finding.find(here, "local-green-deal"))
    examples.publish(here, people.operator(here), "local-green-deal")
    askable.entries(here)  # what is cached here is in every copy: no test has to import every model again
    registered.listing(here, people.operator(here))
    return folder


@pytest.fixture
def workspace(example: Path, tmp_path: Path) -> Workspace:
    """A copy of it, to be changed at will."""
    shutil.copytree(example, tmp_path / "workspace", symlinks=True)
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def client(workspace: Workspace) -> Iterator[TestClient]:
    """Whoever has not signed in, on that copy."""
    with TestClient(app.create(workspace), follow_redirects=False) as made:
        yield made


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords that cost little to check: tests make many accounts."""
    from agglo.trust.accounts import passwords

    monkeypatch.setattr(passwords, "TIME_COST", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    passwords.forget_costs()
    yield
    passwords.forget_costs()


Account = Callable[..., tuple[str, str]]
SignedIn = Callable[..., TestClient]
PASSWORD = "seven grey herons at dawn"


@pytest.fixture
def account(workspace: Workspace) -> Account:
    """Make an account with a role: ``account("steward") -> (login, password)``."""
    from agglo.trust.accounts import accounts

    def make(role: str = "contributor", login: str = "") -> tuple[str, str]:
        login = login or f"{role}.{len(accounts.listing(workspace))}"
        accounts.add(workspace, login, PASSWORD, role=role, name=f"Person {login}", by="actor-000000000000")
        return login, PASSWORD

    return make


@pytest.fixture
def signed_in(workspace: Workspace, account: Account) -> Iterator[SignedIn]:
    """A client of somebody with a role who has signed in: ``signed_in("steward") -> TestClient``; ``actor`` of the
    client is their identifier. It says where its requests come from, as browsers do."""
    from agglo.trust.accounts import accounts, sessions

    with ExitStack() as stack:

        def make(role: str = "contributor", login: str = "") -> TestClient:
            login, _password = account(role, login)
            known = accounts.find(workspace, login)
            made = stack.enter_context(TestClient(app.create(workspace), follow_redirects=False))
            made.cookies.set("session", sessions.begin(workspace, known.id))
            made.headers["Sec-Fetch-Site"] = "same-origin"
            made.actor = known.id  # type: ignore[attr-defined]
            return made

        yield make


def token_of(client: TestClient, page: str) -> str:
    """The token that the forms of a page bear."""
    found = re.search(r'name="token" value="([^"]+)"', client.get(page).text)
    assert found, f"{page} has no form that changes something"
    return found[1]


def post(
    client: TestClient, address: str, data: Mapping[str, Any] | None = None, *, page: str = "", **more: Any
) -> Any:
    """Send a form as a browser does, with the token of the page that holds it (``page``, else the same address)."""
    return client.post(address, data={**(data or {}), "token": token_of(client, page or address)}, **more)
