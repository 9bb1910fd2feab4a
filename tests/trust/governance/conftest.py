"""An empty workspace, and its files of governance written from Python."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from agglo.contract.errors import InvalidInput
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.access.people import Person

ANN = Person("ann", "contributor")
STEWARD = Person("sue", "steward")


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "empty")


def write(workspace: Workspace, name: str, content: Any) -> None:
    """Write a file of governance: a text as it is, or what YAML makes of the rest."""
    folder = workspace.root / "governance"
    folder.mkdir(exist_ok=True)
    text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def elsewhere(folder: Path) -> Workspace:
    """A workspace about a territory for which nothing comes with agglo."""
    made = open_workspace(folder / "elsewhere")
    with (made.root / "agglo.toml").open("a", encoding="utf-8") as file:
        file.write('\nterritory = "243100518"\n')
    return open_workspace(folder / "elsewhere")


def told(error: InvalidInput) -> list[tuple[str, str]]:
    """Place and found text of each fault."""
    return [(one.where, one.got) for one in error.faults]
