"""What is remembered of what a person may read is forgotten with the first change, whoever makes it."""

import subprocess
import sys

import pytest

from agglo.contract.errors import NotFound
from agglo.portal import changes
from agglo.store.workspace import Workspace
from agglo.trust.access import people, visibility
from agglo.trust.access.rights import Asset

_DECIDE = """
import sys
from pathlib import Path
from agglo.store.workspace import open_workspace
from agglo.trust.access import people, visibility
from agglo.trust.access.rights import Asset
here = open_workspace(Path(sys.argv[1]))
visibility.set_(here, people.operator(here), Asset("dataset", sys.argv[2]), "restricted")
"""


@pytest.fixture
def asked(workspace: Workspace):
    """Ask whether something is asked anew."""
    times = []

    def ask() -> int:
        changes.remembered(workspace, "key", lambda: times.append(1))
        return len(times)

    return ask


def reference(workspace: Workspace) -> str:
    from agglo.catalogue import datasets

    return datasets.find(workspace, "communes").reference


def test_what_was_found_is_remembered(asked) -> None:
    assert [asked() for _time in range(4)] == [1, 1, 1, 1]


def test_a_decision_of_this_process_is_seen(workspace, asked) -> None:
    asked()
    visibility.set_(
        workspace, people.operator(workspace), Asset("dataset", reference(workspace)), "restricted"
    )  # fmt: skip
    assert asked() == 2
    assert asked() == 2


def test_a_decision_of_another_process_is_seen(workspace, asked) -> None:
    asked()
    subprocess.run([sys.executable, "-c", _DECIDE, str(workspace.root), reference(workspace)], check=True)
    assert asked() == 2
    assert asked() == 2


def test_files_of_rights_and_a_new_index_are_seen(workspace, asked) -> None:
    asked()
    (workspace.root / "rights").mkdir(exist_ok=True)
    (workspace.root / "rights" / "grants.yaml").write_text("[]\n")
    assert asked() == 2
    (workspace.root / "rights" / "grants.yaml").unlink()
    assert asked() == 3
    workspace.index.rebuild()
    assert asked() == 4
    assert asked() == 4


def test_what_was_refused_is_not_remembered(workspace) -> None:
    def refuse() -> None:
        raise NotFound("nothing")

    for _time in range(2):
        with pytest.raises(NotFound):
            changes.remembered(workspace, "other", refuse)
    assert changes.remembered(workspace, "other", lambda: 1) == 1


def test_without_an_index_all_is_asked_anew(workspace, asked) -> None:
    asked()
    for path in (workspace.root / "index").iterdir():
        path.unlink()
    assert asked() == 2
    assert asked() == 3
