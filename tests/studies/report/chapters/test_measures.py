"""What each action is, read from the dataset that a trajectory read."""

from types import SimpleNamespace

import pytest

from agglo.catalogue import bundles
from agglo.store.workspace import Workspace, open_workspace
from agglo.studies.report.chapters import measures


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


def findings(workspace: Workspace, *inputs: dict[str, object]) -> SimpleNamespace:
    runs = [(None, None, SimpleNamespace(content={"inputs": one})) for one in inputs]
    return SimpleNamespace(workspace=workspace, finished=lambda *_models: runs)


def test_each_dataset_of_actions_is_told_once_with_its_sources(workspace: Workspace) -> None:
    kept = bundles.add(workspace, "strasbourg", ["strasbourg-actions"])["strasbourg-actions"]
    read = {"actions": {"dataset": kept.name, "version": kept.version}}
    table, origins = measures.described(findings(workspace, read, read, {}))
    rows = kept.table().to_pylist()
    assert len(table.rows) == len(rows) == 21
    assert [made.cells[1] for made in origins.rows] == [row["source"] for row in rows]
    assert all(row["source"] for row in rows)
    assert (len(table.printed), origins.printed) == (21, ())
    for made, row in zip(table.rows, rows, strict=True):
        assert made.cells[3] == row["co_benefits"]
        assert made.cells[2] == f"{row['start_year']}-{row['full_year']}"
    assert {row.cells[4] for row in table.rows} == {"assumed"}


def test_actions_that_are_no_longer_held_are_left_out(workspace: Workspace) -> None:
    assert measures.described(findings(workspace, {"actions": {"dataset": "gone", "version": "0" * 12}})) == []
