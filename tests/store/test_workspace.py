import getpass
import os
import re
import socket
from pathlib import Path

import pytest

from agglo.contract.errors import InvalidInput
from agglo.store.workspace import DEFAULT_FOLDER, Workspace, open_workspace

from .conftest import Start, finished

PLACES = ("blobs", "datasets", "runs", "declarations", "requests", "register", "staging", "cache")


def test_a_workspace_is_made_on_first_use_and_opened_again(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "workspace"
    made = open_workspace(folder)
    (made.runs / "kept").mkdir()
    assert open_workspace(folder) == made == Workspace(folder)
    assert (folder / "agglo.toml").is_file()
    assert all(getattr(made, name) == folder / name and (folder / name).is_dir() for name in PLACES)
    assert (made.runs / "kept").is_dir()
    assert made.lock("x") == folder / "locks" / "x"


def test_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_workspace().root == tmp_path / DEFAULT_FOLDER
    monkeypatch.setenv("AGGLO_WORKSPACE", "other")
    assert open_workspace().root == tmp_path / "other"
    assert open_workspace(Path("third")).root == tmp_path / "third"
    monkeypatch.setenv("AGGLO_WORKSPACE", "")
    assert open_workspace().root == tmp_path / DEFAULT_FOLDER


def test_an_empty_folder_becomes_a_workspace(tmp_path: Path) -> None:
    assert open_workspace(tmp_path).runs.is_dir()


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    with pytest.raises(InvalidInput, match=r"(?s)not a workspace.*other files"):
        open_workspace(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["letters"]


def test_a_workspace_without_its_settings_or_its_temporary_folders_is_still_one(workspace: Workspace) -> None:
    (workspace.root / "agglo.toml").unlink()
    for name in ("locks", "index", "cache"):
        (workspace.root / name).rmdir()
    assert open_workspace(workspace.root).setting("location") == "FR"
    assert (workspace.root / "index").is_dir()


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_in_its_place_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"(?s)The workspace cannot be made.*expected a folder to write in"):
        open_workspace(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(InvalidInput, match="The workspace cannot be made"):
        open_workspace(tmp_path / "workspace")


def test_settings_are_read_once(workspace: Workspace) -> None:
    (workspace.root / "agglo.toml").write_text('location = "DE"', encoding="utf-8")
    assert workspace.setting("location") == "DE"
    assert workspace.settings["location"].origin == "agglo.toml"
    (workspace.root / "agglo.toml").write_text('location = "ES"', encoding="utf-8")
    assert workspace.setting("location") == "DE"
    assert open_workspace(workspace.root).setting("location") == "ES"


def test_the_actor_is_opaque_and_always_the_same(workspace: Workspace, tmp_path: Path) -> None:
    assert re.fullmatch("actor-[0-9a-f]{12}", workspace.actor)
    assert open_workspace(workspace.root).actor == workspace.actor
    assert open_workspace(tmp_path / "other").actor != workspace.actor
    for name in (getpass.getuser(), socket.gethostname()):
        assert name not in workspace.actor


OPENER = """
import sys
from pathlib import Path
from agglo.store.workspace import open_workspace
for rank, line in enumerate(sys.stdin):
    workspace = open_workspace(Path(line.strip()))
    print(workspace.actor, flush=True)
"""


def test_processes_that_make_one_workspace_at_once_agree(tmp_path: Path, start: Start) -> None:
    """Each process opens the same new workspaces in the same order; all started before the first name is known."""
    names = "".join(f"{tmp_path / str(rank)}\n" for rank in range(25))
    openers = [start(OPENER) for _rank in range(3)]
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write(names)
        opener.stdin.flush()
    actors = [finished(opener).split() for opener in openers]
    assert len(actors[0]) == 25
    assert actors[0] == actors[1] == actors[2]
    for rank in range(25):
        assert not list((tmp_path / str(rank)).rglob(".*"))
