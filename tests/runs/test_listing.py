import json
import shutil

import pytest

from agglo.runs.listing import by_indicator, listing
from agglo.runs.verification import verify
from agglo.store.workspace import open_workspace


@pytest.fixture
def kept(workspace, pebble, shell, program, ask, add_lakes) -> dict[str, str]:
    """Runs of two models, finished, failed, asked twice and verified; the answer gives their identifiers."""
    lakes = add_lakes(workspace)
    runs = {f"pebble {weight}": ask(workspace, pebble, weight=weight).run for weight in (1, 3, 2)}
    runs["shell"] = ask(workspace, shell, inputs={"lakes": lakes.reference}, factor=2).run
    runs["failed"] = ask(workspace, program("exit 1")).run
    ask(workspace, pebble, weight=3)
    verify(workspace, runs["pebble 3"])
    return {name: run.id for name, run in runs.items()}


def _ids(rows) -> list[str]:
    return [row["id"] for row in rows]


def test_runs_are_listed_latest_first(workspace, kept) -> None:
    assert _ids(listing(workspace)) == list(reversed(kept.values()))
    assert _ids(listing(workspace, limit=2)) == [kept["failed"], kept["shell"]]


def test_runs_are_found_by_model_state_and_dataset(workspace, kept) -> None:
    assert _ids(listing(workspace, model="test.shell")) == [kept["shell"]]
    assert _ids(listing(workspace, state="failed")) == [kept["failed"]]
    assert _ids(listing(workspace, model="test.pebble", state="failed")) == []
    version = json.loads((workspace.runs / kept["shell"] / "run.json").read_text())["inputs"]["lakes"]["version"]
    for reference in ("lakes", f"lakes@{version}", f"lakes@{version[:4]}"):
        assert _ids(listing(workspace, dataset=reference)) == [kept["shell"]]
    for reference in ("lake", "lakes@%", "lakes@_", f"lakes@{version}0"):
        assert _ids(listing(workspace, dataset=reference)) == []


def test_a_row_says_what_a_reader_looks_for(workspace, kept) -> None:
    [row] = [row for row in listing(workspace) if row["id"] == kept["pebble 3"]]
    assert (row["askings"], row["checks"], row["certificate"], row["state"]) == (2, 1, "identical", "finished")
    [failed] = listing(workspace, state="failed")
    assert (failed["failure"], failed["outcome_digest"], failed["certificate"]) == ("raised", None, None)


def test_runs_are_found_by_the_value_of_an_indicator(workspace, kept) -> None:
    rows = by_indicator(workspace, "land.take")
    assert [row["value"] for row in rows] == [3.0, 2.0, 2.0, 1.0]
    assert [row["value"] for row in by_indicator(workspace, "land.take", at_least=2.5)] == [3.0]
    assert [row["run"] for row in by_indicator(workspace, "land.take", place="91272")] == [kept["shell"]]
    assert by_indicator(workspace, "land.taek") == []
    assert [row["run"] for row in rows[1:3]] == sorted([kept["pebble 2"], kept["shell"]])


def test_an_index_made_again_gives_the_same_bytes(workspace, kept, declared, agglo) -> None:
    for project in ("a", "b"):
        declared(project=project)
    commands = [
        ("runs", "--json"),
        ("data", "list", "--json"),
        ("footprint", "report", "--json"),
        ("footprint", "report", "--by", "month", "--json"),
    ]

    def answers() -> list[str]:
        return [_said(process) for process in [agglo(workspace, *words) for words in commands]]

    before = answers()
    assert all(len(json.loads(one)) >= 1 for one in before)
    shutil.rmtree(workspace.root / "index")
    _said(agglo(workspace, "reindex"))
    assert answers() == before
    shutil.rmtree(workspace.root / "index")
    assert answers() == before


def _said(process) -> str:
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return said


def test_filters_read_an_index_made_again_as_before(workspace, kept) -> None:
    before = [by_indicator(workspace, "land.take"), listing(workspace, dataset="lakes")]
    shutil.rmtree(workspace.root / "index")
    again = open_workspace(workspace.root)
    assert [by_indicator(again, "land.take"), listing(again, dataset="lakes")] == before
