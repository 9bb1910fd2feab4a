"""An empty workspace, and passwords that cost little to check."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("argon2", reason="Accounts need the extra portal")

from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.accounts import accounts, passwords
from agglo.trust.accounts.accounts import Account

PASSWORD = "seven grey herons at dawn"
OPERATOR = "actor-000000000000"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(passwords, "TIME_COST", 1)
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    passwords.forget_costs()
    yield
    passwords.forget_costs()


@pytest.fixture
def ada(workspace: Workspace) -> Account:
    return accounts.add(workspace, "ada", PASSWORD, role="contributor", name="Ada Lovelace", by=OPERATOR)
