import json
import os
from pathlib import Path

import pytest

from agglo.contract.errors import Damaged, InvalidInput, NotFound
from agglo.store import files, sealed
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace

from .conftest import Start, finished, keep_run, left_over, listing, stage_run


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    folder = tmp_path / "staging"
    for name, content in (("a.txt", b"a"), ("deep/er/b.txt", b"b"), ("deep/empty", b""), (".hidden", b"h")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def one(staging: Path, tmp_path: Path) -> Sealed:
    return sealed.seal(staging, tmp_path / "kept" / "one", kind="run", id="one", details={"state": "finished"})


def faults(folder: Sealed) -> list[str]:
    with pytest.raises(Damaged, match="Kept content has changed since it was sealed") as error:
        folder.check()
    return [str(fault) for fault in error.value.faults]


def test_the_manifest_lists_every_file_with_its_digest(one: Sealed) -> None:
    assert one.manifest == {
        "format": 1,
        "kind": "run",
        "id": "one",
        "state": "finished",
        "files": {
            name: dict(zip(("sha256", "bytes"), files.sha256_of(one.folder / name), strict=True))
            for name in (".hidden", "a.txt", "deep/empty", "deep/er/b.txt")
        },
    }
    one.check()


def test_a_staged_folder_is_moved_not_copied(one: Sealed, staging: Path) -> None:
    assert not staging.exists()
    assert one.exists
    assert sorted(path.name for path in one.folder.parent.iterdir()) == ["one"]


def test_without_its_manifest_a_folder_does_not_exist(one: Sealed, tmp_path: Path) -> None:
    (one.folder / "manifest.json").unlink()
    for folder in (Sealed(one.folder), Sealed(tmp_path / "nowhere")):
        assert not folder.exists
        with pytest.raises(NotFound, match=f"Nothing is kept under {folder.folder.name}"):
            folder.check()


def test_a_changed_a_missing_and_an_added_file_are_all_told(one: Sealed) -> None:
    (one.folder / "a.txt").write_bytes(b"x")
    (one.folder / "deep" / "er" / "b.txt").unlink()
    (one.folder / "deep" / "new.txt").write_bytes(b"new")
    changed, missing, added = faults(one)
    assert changed.startswith("one/a.txt: found 2d711642b726, expected ca978112ca1b")
    assert missing == "one/deep/er/b.txt: found nothing, expected 1 bytes"
    assert added == "one/deep/new.txt: found a file that was not sealed"


def test_a_file_of_the_same_size_that_changed_is_seen(one: Sealed) -> None:
    before = (one.folder / "a.txt").stat()
    (one.folder / "a.txt").write_bytes(b"z")
    os.utime(one.folder / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert len(faults(one)) == 1


def test_a_link_is_never_content(one: Sealed, tmp_path: Path) -> None:
    (tmp_path / "same").write_bytes(b"a")
    (one.folder / "a.txt").unlink()
    (one.folder / "a.txt").symlink_to(tmp_path / "same")
    (one.folder / "added").symlink_to("nowhere")
    assert faults(one) == [
        "one/a.txt: found a link, expected 1 bytes",
        "one/added: found a file that was not sealed",
    ]


def test_a_link_is_not_sealed(staging: Path, tmp_path: Path) -> None:
    (staging / "deep" / "link").symlink_to(staging / "a.txt")
    with pytest.raises(InvalidInput, match="link: expected a plain file"):
        sealed.seal(staging, tmp_path / "kept", kind="run", id="one")
    assert not (tmp_path / "kept").exists()


def test_what_is_kept_is_never_replaced(one: Sealed, staging: Path) -> None:
    staging.mkdir()
    (staging / "other.txt").write_bytes(b"other")
    with pytest.raises(OSError, match="not empty"):
        sealed.seal(staging, one.folder, kind="run", id="one")
    one.check()
    assert staging.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", r"manifest cannot be read.*one/manifest.json: expected JSON"),
        (b"[]", r"manifest cannot be read.*one/manifest.json: expected JSON"),
        (b"\xff", r"manifest cannot be read"),
        (b"{}", "another version of agglo.*found format None, expected format 1. Use a newer agglo"),
        (b'{"format": 2}', "found format 2, expected format 1"),
    ],
)
def test_a_manifest_that_cannot_be_understood_is_damaged(one: Sealed, content: bytes, said: str) -> None:
    (one.folder / "manifest.json").write_bytes(content)
    with pytest.raises(Damaged, match=f"(?s){said}"):
        Sealed(one.folder).check()


def test_json_of_a_sealed_folder(one: Sealed) -> None:
    assert one.json("manifest.json")["id"] == "one"
    with pytest.raises(Damaged, match=r"(?s)A kept file is missing.*one/absent.json"):
        one.json("absent.json")
    with pytest.raises(Damaged, match=r"(?s)A kept file cannot be read.*one/a.txt: expected JSON"):
        one.json("a.txt")


def test_events_are_appended_in_order_and_are_not_content(one: Sealed) -> None:
    assert one.events() == []
    made = [one.add_event(kind, {"rank": rank}) for rank, kind in enumerate(("asked", "certified", "asked"))]
    assert [event["rank"] for event in one.events()] == [0, 1, 2]
    assert [event["rank"] for event in one.events("asked")] == [0, 2]
    assert [event["id"] for event in one.events()] == made
    assert all(event["at"].endswith("Z") for event in one.events())
    one.check()


def test_a_hundred_events_stay_in_order(one: Sealed) -> None:
    for rank in range(100):
        one.add_event("asked", {"rank": rank})
    assert [event["rank"] for event in one.events()] == list(range(100))


def test_what_is_being_written_beside_events_is_not_one(one: Sealed) -> None:
    one.add_event("asked", {})
    (one.folder / "events" / ".x.asked.json").write_bytes(b"{")
    (one.folder / "events" / ".y.asked.json.123.ab").write_bytes(b"{")
    assert len(one.events()) == len(one.events("asked")) == 1


def test_an_event_that_cannot_be_read_is_damaged(one: Sealed) -> None:
    identifier = one.add_event("asked", {})
    (one.folder / "events" / f"{identifier}.asked.json").write_bytes(b"{")
    with pytest.raises(Damaged, match=f"events/{identifier}.asked.json: expected JSON"):
        one.events()


def test_events_made_before_sealing_stay_outside_the_manifest(staging: Path, tmp_path: Path) -> None:
    (staging / "events").mkdir()
    (staging / "events" / "1.asked.json").write_text('{"rank": 0}', encoding="utf-8")
    (staging / "deep" / "events").mkdir()
    (staging / "deep" / "events" / "x").touch()
    one = sealed.seal(staging, tmp_path / "kept", kind="run", id="kept")
    assert "events/1.asked.json" not in one.manifest["files"]
    assert "deep/events/x" in one.manifest["files"]
    assert one.events("asked") == [{"rank": 0}]
    one.check()


def test_keeping_seals_indexes_and_leaves_nothing_aside(workspace: Workspace) -> None:
    kept = keep_run(workspace)
    kept.check()
    assert json.loads(listing(workspace))["runs"][0]["id"] == kept.folder.name
    assert left_over(workspace) == []
    assert [path.name for path in (workspace.root / "locks").iterdir()] == ["index"]


DYING = """
import os, sys
from pathlib import Path
from agglo.store import sealed
from agglo.store.workspace import open_workspace
workspace, staging, moment = open_workspace(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3]

def die(*_arguments, **_named):
    print("dead", flush=True)
    os.kill(os.getpid(), 9)

if moment == "before the seal":
    sealed.seal = die
elif moment == "before the manifest":
    real = Path.write_bytes
    Path.write_bytes = lambda path, content: die() if path.name == "manifest.json" else real(path, content)
elif moment == "before the move":
    sealed.files.sync = lambda folder: die() if folder.name == "outcome" else None
elif moment == "before the index":
    type(workspace.index).add = die
elif moment == "after the index":
    remove = Path.unlink
    Path.unlink = lambda path, **named: die() if path.suffix == ".sealing" else remove(path, **named)
sealed.keep(workspace, staging, workspace.runs / staging.name, kind="run", id=staging.name)
"""


@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        ("before the seal", False),
        ("before the manifest", False),
        ("before the move", False),
        ("before the index", True),
        ("after the index", True),
    ],
)
def test_a_death_at_any_moment_leaves_all_or_nothing(
    workspace: Workspace, start: Start, moment: str, kept: bool
) -> None:
    staging = stage_run(workspace)
    process = start(DYING, workspace.root, staging, moment)
    assert process.communicate(timeout=60)[0] == "dead\n"
    assert process.returncode == -9
    sealed.finish_interrupted(workspace)
    run = Sealed(workspace.runs / staging.name)
    assert run.exists == run.folder.exists() == kept
    assert len(json.loads(listing(workspace))["runs"]) == kept
    assert not list(workspace.staging.glob("*.sealing"))
    if kept:
        run.check()
        before = listing(workspace)
        workspace.index.rebuild()
        assert listing(workspace) == before


def test_all_is_on_the_disk_before_the_folder_has_its_name_and_the_name_last(
    staging: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (staging / "events").mkdir()
    (staging / "events" / "1.asked.json").write_text("{}", encoding="utf-8")
    done: list[Path] = []
    real, written, renamed = files.sync, Path.write_bytes, Path.rename
    monkeypatch.setattr(files, "sync", lambda path: (done.append(path), real(path)))
    monkeypatch.setattr(Path, "write_bytes", lambda path, content: (done.append(path), written(path, content)))
    monkeypatch.setattr(Path, "rename", lambda path, target: (done.append(target), renamed(path, target)))
    present = {staging, *staging.rglob("*")}
    sealed.seal(staging, tmp_path / "kept" / "one", kind="run", id="one")
    assert done[0] == staging / "manifest.json"
    assert set(done[1:-2]) == {*present, staging / "manifest.json"}
    assert done[-2:] == [tmp_path / "kept" / "one", tmp_path / "kept"]


def test_what_was_described_before_is_not_read_again(staging: Path, tmp_path: Path) -> None:
    known = sealed.described(staging)
    (staging / "a.txt").write_bytes(b"x")
    (staging / "more").write_bytes(b"more")
    one = sealed.seal(staging, tmp_path / "kept", kind="run", id="one", known=known)
    assert list(one.manifest["files"]) == [".hidden", "a.txt", "deep/empty", "deep/er/b.txt", "more"]
    assert [fault.split(":")[0] for fault in faults(one)] == ["kept/a.txt"]


def test_what_another_process_is_keeping_is_left_to_it(workspace: Workspace, start: Start) -> None:
    assert json.loads(listing(workspace))["runs"] == []
    staging = stage_run(workspace)
    waiting = DYING.replace("os.kill(os.getpid(), 9)", "sys.stdin.readline()")
    process = start(waiting, workspace.root, staging, "before the index")
    assert process.stdout is not None
    assert process.stdout.readline() == "dead\n"
    sealed.finish_interrupted(workspace)
    assert list(workspace.staging.glob("*.sealing"))
    assert json.loads(listing(workspace))["runs"] == []
    finished(process, "\n")
    assert not list(workspace.staging.glob("*.sealing"))


def test_there_may_be_nothing_to_finish(workspace: Workspace) -> None:
    sealed.finish_interrupted(workspace)
    assert left_over(workspace) == []
