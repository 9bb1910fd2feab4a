import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from agglo.contract.errors import Damaged
from agglo.store import indexing, tables
from agglo.store.index import POINTER_FILE, sealed_folders
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace, open_workspace

from .conftest import Start, finished, keep_dataset, keep_declaration, keep_run, listing

FULL = {"run": 3, "dataset": 2, "declaration": 1}


@pytest.fixture
def full(workspace: Workspace) -> Workspace:
    """Three runs, one with events, one failed without indicators; two datasets, one declaration."""
    keep_dataset(workspace)
    keep_dataset(workspace, "ba9876543210")
    first = keep_run(workspace, 0)
    keep_run(workspace, 1)
    failed = keep_run(workspace, 2, state="failed", outcome=None, failure={"reason": "killed"})
    (failed.folder / indexing.INDICATORS_FILE).unlink()
    keep_declaration(workspace)
    first.add_event("asked", {"reused": True})
    spent = {"energy_kwh": {"central": 0.5}, "carbon_g": None}
    for verdict in ("identical", "differs"):
        first.add_event("certified", {"verdict": verdict, "footprint": spent})
    for run in (first, failed):
        workspace.index.add("run", run)
    return workspace


def rows(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    content: dict[str, list[dict[str, Any]]] = json.loads(listing(workspace))
    return content[name]


def builds(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in (workspace.root / "index").iterdir())


def test_a_new_workspace_has_an_empty_index(workspace: Workspace) -> None:
    assert {name: len(rows(workspace, name)) for name in tables.metadata.tables} == dict.fromkeys(
        tables.metadata.tables, 0
    )


def test_rows_say_what_the_folders_hold(full: Workspace) -> None:
    first, second, failed = rows(full, "runs")
    assert (first["askings"], first["certificate"], first["checks"]) == (1, "differs", 2)
    assert (first["checks_energy_kwh"], first["checks_carbon_g"]) == (1.0, None)
    assert (second["scenario"], second["energy_kwh"], second["certificate"]) == ("halved", 2.0, None)
    assert (failed["state"], failed["failure"], failed["outcome_digest"]) == ("failed", "killed", None)
    declaration = rows(full, "declarations")[0]
    assert (declaration["month"], declaration["carbon_g"], declaration["embodied_g"]) == ("2025-03", None, 5.0)
    assert [row["version"] for row in rows(full, "datasets")] == ["0123456789ab", "ba9876543210"]


def test_parameters_are_kept_as_json_and_numbers_also_as_numbers(full: Workspace) -> None:
    run = rows(full, "runs")[1]["id"]
    found = {row["name"]: (row["value"], row["number"]) for row in rows(full, "run_parameters") if row["run"] == run}
    assert found == {"share": ("0.1", 0.1), "way": ('"fast"', None), "on": ("true", None), "years": ("[1, 2]", None)}


def test_indicators_of_all_sectors_together_unknown_is_not_zero(full: Workspace) -> None:
    runs = [row["id"] for row in rows(full, "runs")]
    values = {(row["run"], row["place"]): row["value"] for row in rows(full, "run_indicators")}
    assert values == {
        (runs[0], "91272"): 0.0,
        (runs[0], "91477"): 0.0,
        (runs[1], "91272"): 1.0,
        (runs[1], "91477"): None,
    }


def test_adding_again_changes_nothing(full: Workspace) -> None:
    before = listing(full)
    for kind in FULL:
        for folder in sealed_folders(full, kind):
            full.index.add(kind, folder)
    assert listing(full) == before


def test_adding_again_after_an_event_replaces_the_rows(full: Workspace) -> None:
    run = Sealed(full.runs / rows(full, "runs")[1]["id"])
    run.add_event("asked", {})
    (run.folder / indexing.INDICATORS_FILE).unlink()
    full.index.add("run", run)
    assert rows(full, "runs")[1]["askings"] == 1
    assert run.folder.name not in {row["run"] for row in rows(full, "run_indicators")}
    before = listing(full)
    full.index.rebuild()
    assert listing(full) == before


def test_a_rebuild_gives_byte_equal_listings(full: Workspace) -> None:
    before = listing(full)
    assert full.index.rebuild() == FULL
    assert listing(full) == before


@pytest.mark.parametrize("how", ["folder", "file", "pointer", "stale pointer", "empty pointer", "content"])
def test_an_index_that_is_gone_is_made_again(full: Workspace, how: str) -> None:
    before = listing(full)
    folder = full.root / "index"
    if how == "folder":
        shutil.rmtree(folder)
    elif how == "file":
        next(folder.glob("*.sqlite")).unlink()
    elif how == "content":
        shutil.rmtree(folder)
        folder.mkdir()
    else:
        content = {"pointer": None, "stale pointer": "gone.sqlite", "empty pointer": ""}[how]
        (folder / POINTER_FILE).unlink()
        if content is not None:
            (folder / POINTER_FILE).write_text(content, encoding="utf-8")
    assert listing(full) == before
    if how != "folder":
        assert listing(open_workspace(full.root)) == before


def test_an_index_made_with_other_tables_is_made_again(full: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = listing(full)
    old = builds(full)
    monkeypatch.setattr(tables, "layout", lambda: "000000000000")
    assert listing(full) == before
    assert builds(full) != old


def test_the_layout_of_the_tables_is_seen_in_the_name_of_the_file(full: Workspace) -> None:
    (name,) = [name for name in builds(full) if name.endswith(".sqlite")]
    assert name.endswith(f".{tables.layout()}.sqlite")


def test_a_damaged_file_of_the_index_is_mended_by_a_rebuild(full: Workspace) -> None:
    before = listing(full)
    next((full.root / "index").glob("*.sqlite")).write_bytes(b"not a database" * 1000)
    other = open_workspace(full.root)
    assert other.index.rebuild() == FULL
    assert listing(other) == before


def test_only_the_build_in_force_stays(full: Workspace) -> None:
    (full.root / "index" / "0190-died.sqlite").write_bytes(b"")
    (full.root / "index" / "0190-died.sqlite-wal").write_bytes(b"")
    for _again in range(3):
        full.index.rebuild()
    assert [name for name in builds(full) if not name.endswith(("-wal", "-shm"))] == sorted(
        [POINTER_FILE, (full.root / "index" / POINTER_FILE).read_text(encoding="utf-8")]
    )


def test_a_reader_with_the_old_index_open_sees_the_new_one(full: Workspace) -> None:
    reader = open_workspace(full.root)
    before = listing(reader)
    for _again in range(3):
        keep_run(full, 7)
        full.index.rebuild()
    assert len(json.loads(listing(reader))["runs"]) == FULL["run"] + 3
    assert listing(reader) == listing(full) != before


def test_a_reader_that_meets_a_build_just_removed_reads_the_next(
    full: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = listing(full)
    reader = open_workspace(full.root)
    stale = (full.root / "index" / POINTER_FILE).read_text(encoding="utf-8")
    full.index.rebuild()
    real, answers = reader.index._current, [stale]
    monkeypatch.setattr(reader.index, "_current", lambda: answers.pop() if answers else real())
    assert listing(reader) == before
    assert stale not in builds(full)


def test_an_index_that_is_there_is_not_made_again_on_first_use(full: Workspace) -> None:
    before = builds(full)
    assert full.index.rebuild(only_if_missing=True) == {}
    assert builds(full) == before


def test_a_wrong_question_is_an_error_not_an_endless_wait(full: Workspace) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError

    with pytest.raises(OperationalError, match="no such table"):
        full.index.rows(text("select * from absent"))


def test_a_failed_writing_leaves_the_rows_as_they_were(full: Workspace) -> None:
    before = listing(full)
    with pytest.raises(ZeroDivisionError), full.index.writing() as connection:
        connection.execute(tables.runs.delete())
        1 / 0  # noqa: B018
    assert listing(full) == before


def test_a_workspace_under_any_name(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path / "été & co #1 100% ?x=y;é")
    keep_run(workspace)
    before = listing(workspace)
    assert len(json.loads(before)["runs"]) == 1
    assert listing(open_workspace(workspace.root)) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [workspace.root.name]


def test_folders_that_are_not_sealed_do_not_exist(full: Workspace) -> None:
    (full.runs / "half").mkdir()
    (full.runs / "half" / "run.json").write_text("{}", encoding="utf-8")
    (full.runs / "note.txt").write_text("x", encoding="utf-8")
    assert full.index.rebuild() == FULL


def break_run(workspace: Workspace, how: str) -> Path:
    folder = sorted(workspace.runs.iterdir())[1]
    if how == "copied":
        shutil.copytree(folder, workspace.runs / "zz-copy")
        return workspace.runs / "zz-copy"
    if how == "run.json missing":
        (folder / "run.json").unlink()
    elif how == "run.json cut":
        (folder / "run.json").write_bytes((folder / "run.json").read_bytes()[:50])
    elif how == "run.json of another shape":
        (folder / "run.json").write_text('{"id": 3}', encoding="utf-8")
    else:
        (folder / indexing.INDICATORS_FILE).write_bytes(b"PAR1")
    return folder


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("copied", "zz-copy: expected "),
        ("run.json missing", "/run.json: found nothing"),
        ("run.json cut", "/run.json: expected JSON"),
        ("run.json of another shape", ": found KeyError"),
        ("indicators cut", ": found ArrowInvalid"),
    ],
)
def test_a_damaged_folder_is_told_and_does_not_hide_the_others(full: Workspace, how: str, said: str) -> None:
    damaged = break_run(full, how)
    with pytest.raises(Damaged, match=f"(?s)All was indexed but these folders.*{damaged.name}.*{said}|{said}") as error:
        full.index.rebuild()
    assert len(error.value.faults) == 1
    assert len(rows(full, "runs")) == FULL["run"] - (how != "copied")
    assert len(rows(full, "datasets")) == FULL["dataset"]
    with pytest.raises(Damaged):
        full.index.add("run", Sealed(damaged))


def test_a_damaged_folder_does_not_stop_a_first_use(full: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    damaged = break_run(full, "run.json missing")
    shutil.rmtree(full.root / "index")
    assert len(rows(open_workspace(full.root), "runs")) == FULL["run"] - 1
    assert f"Not indexed, damaged: {damaged.name}/run.json" in caplog.text


def test_a_dataset_or_declaration_out_of_its_place_is_told(full: Workspace) -> None:
    shutil.copytree(full.datasets / "lakes", full.datasets / "rivers")
    shutil.copytree(next(full.declarations.iterdir()), full.declarations / "zz-copy")
    with pytest.raises(Damaged) as error:
        full.index.rebuild()
    assert [fault.where for fault in error.value.faults] == [
        "rivers/0123456789ab",
        "rivers/ba9876543210",
        "zz-copy",
    ]


@pytest.mark.parametrize("column", ["model", "state", "scenario"])
def test_the_latest_runs_of_a_kind_need_no_sorting(full: Workspace, column: str) -> None:
    question = select(tables.runs).where(tables.runs.c[column] == "x").order_by(tables.runs.c.id.desc()).limit(100)
    (name,) = [name for name in builds(full) if name.endswith(".sqlite")]
    connection = sqlite3.connect(full.root / "index" / name)
    text = str(question.compile(compile_kwargs={"literal_binds": True}))
    plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}"))
    connection.close()
    assert f"USING INDEX runs_by_{column}" in plan
    assert "TEMP B-TREE" not in plan


def test_values_in_order_need_no_sorting(full: Workspace) -> None:
    """The question of who has the most, over many runs, is read from an index of the database."""
    values = tables.run_indicators
    question = select(values).where(values.c.name == "land.take").order_by(values.c.value.desc()).limit(100)
    (name,) = [name for name in builds(full) if name.endswith(".sqlite")]
    connection = sqlite3.connect(full.root / "index" / name)
    for one in (question, question.where(values.c.place == "91272")):
        text = str(one.compile(compile_kwargs={"literal_binds": True}))
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}"))
        assert "USING INDEX" in plan
        assert "TEMP B-TREE" not in plan
    connection.close()


OPENER = """
import sys
from pathlib import Path
from sqlalchemy import func, select
from agglo.store import tables
from agglo.store.workspace import open_workspace
workspace = open_workspace(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(workspace.index.rows(select(func.count()).select_from(tables.runs))[0]["count_1"])
"""


def test_processes_that_open_it_first_at_once_make_one_index(full: Workspace, start: Start) -> None:
    shutil.rmtree(full.root / "index")
    openers = [start(OPENER, full.root) for _rank in range(3)]
    for opener in openers:
        assert opener.stdout is not None
        opener.stdout.readline()
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()
    assert [finished(opener) for opener in openers] == ["3\n"] * 3
    assert len([name for name in builds(full) if name.endswith(".sqlite")]) == 1


WRITER = """
import sys
from pathlib import Path
from sqlalchemy import select
from agglo.store.tables import runs
from agglo.store.workspace import open_workspace
from store.conftest import keep_run
workspace = open_workspace(Path(sys.argv[1]))
print("ready", flush=True)
for rank in range(int(sys.argv[2])):
    kept = keep_run(workspace, rank).folder.name
    for again in range(10):
        assert workspace.index.rows(select(runs.c.id).where(runs.c.id == kept)), f"{kept} is lost"
    print(kept)
"""


def test_a_rebuild_while_others_write_loses_nothing(workspace: Workspace, start: Start) -> None:
    writers = [start(WRITER, workspace.root, 20) for _rank in range(2)]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    rebuilt = 0
    while any(writer.poll() is None for writer in writers):
        workspace.index.rebuild()
        rebuilt += 1
    kept = {name for writer in writers for name in finished(writer).split()}
    assert len(kept) == 40
    assert rebuilt >= 2
    incremental = listing(workspace)
    assert {row["id"] for row in json.loads(incremental)["runs"]} == kept
    assert workspace.index.rebuild()["run"] == 40
    assert listing(workspace) == incremental


READER = """
import sys
from pathlib import Path
from sqlalchemy import func, select
from agglo.store import tables
from agglo.store.workspace import open_workspace
print("ready", flush=True)
for rank in range(150):
    workspace = open_workspace(Path(sys.argv[1])) if rank % 3 == 0 else workspace
    count = workspace.index.rows(select(func.count()).select_from(tables.runs))[0]["count_1"]
    assert count == 3, f"{count} rows seen"
"""


def test_readers_never_see_a_part_of_an_index(full: Workspace, start: Start) -> None:
    readers = [start(READER, full.root) for _rank in range(2)]
    for reader in readers:
        assert reader.stdout is not None
        reader.stdout.readline()
    while any(reader.poll() is None for reader in readers):
        full.index.rebuild()
    for reader in readers:
        finished(reader)
    assert full.index.rows(select(func.count()).select_from(tables.runs))[0]["count_1"] == 3


def test_threads_share_one_index(workspace: Workspace) -> None:
    """Each opens it, reads and writes, while it is made again."""
    from concurrent.futures import ThreadPoolExecutor

    from sqlalchemy import text

    def use(rank: int) -> int:
        if rank % 10 == 0:
            workspace.index.rebuild()
        with workspace.index.writing() as connection:
            connection.execute(text("SELECT 1"))
        return len(workspace.index.rows(text("SELECT 1")))

    with ThreadPoolExecutor(12) as threads:
        assert list(threads.map(use, range(120))) == [1] * 120
