"""What another workspace decided of visibility has no force in the one that imports."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from agglo.runs import archive
from agglo.runs.asking import Asked
from agglo.runs.received import ELSEWHERE
from agglo.runs.run import Run, load
from agglo.store import files
from agglo.store.sealed import Sealed
from agglo.store.tables import datasets, runs
from agglo.store.workspace import Workspace, open_workspace
from runs.checks import assert_whole, snapshot


@pytest.fixture
def run(workspace: Workspace, ask: Callable[..., Asked], add_lakes: Any, shell: Any) -> Run:
    add_lakes(workspace)
    return ask(workspace, shell, inputs={"lakes": "lakes"}, factor=2).run


@pytest.fixture
def elsewhere(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "elsewhere")


def lakes(workspace: Workspace, run: Run) -> Sealed:
    return Sealed(workspace.datasets / "lakes" / run.content["inputs"]["lakes"]["version"])


def decide(workspace: Workspace, run: Run, *levels: str) -> None:
    for level in levels:
        for kind, folder in (("run", run.sealed), ("dataset", lakes(workspace, run))):
            folder.add_event("visibility", {"visibility": level, "actor": "x", "role": "steward", "why": ""})
            workspace.index.add(kind, folder)


def visibilities(workspace: Workspace) -> list[str | None]:
    """Of the run, then of its input."""
    found = [row["visibility"] for table in (runs, datasets) for row in workspace.index.rows(select(table))]
    assert len(found) == 2
    return found


def travelled(workspace: Workspace, run: Run, to: Workspace) -> Run:
    number = len(list(to.root.parent.glob("*.zip")))
    return archive.import_(to, archive.export(workspace, run, to.root.parent / f"{number}.zip"))


@pytest.mark.parametrize(
    ("there", "setting", "here"),
    [
        ((), "draft", None),
        (("public",), "draft", "draft"),
        (("public",), "public", "draft"),
        (("public",), "restricted", "restricted"),
        (("draft",), "public", "draft"),
        (("restricted",), "public", "restricted"),
        (("personal",), "draft", "personal"),
        (("restricted", "public"), "draft", "draft"),
        (("public", "personal"), "draft", "personal"),
    ],
)
def test_what_comes_from_elsewhere_is_no_more_than_a_draft(
    workspace: Workspace, run: Run, elsewhere: Workspace, there: tuple[str, ...], setting: str, here: str | None
) -> None:
    (elsewhere.root / "agglo.toml").write_text(f'visibility = "{setting}"', encoding="utf-8")
    decide(workspace, run, *there)
    kept = travelled(workspace, run, open_workspace(elsewhere.root))
    assert visibilities(elsewhere) == [here, here]
    assert [event["visibility"] for event in kept.sealed.events(ELSEWHERE)] == list(there)
    assert len(kept.sealed.events("visibility")) == (1 if there else 0)
    elsewhere.index.rebuild()
    assert visibilities(elsewhere) == [here, here]
    assert_whole(elsewhere)


def test_the_decision_says_where_it_is_from(workspace: Workspace, run: Run, elsewhere: Workspace) -> None:
    decide(workspace, run, "public")
    (event,) = travelled(workspace, run, elsewhere).sealed.events("visibility")
    assert (event["actor"], event["why"]) == (elsewhere.actor, "imported")


def test_importing_again_changes_nothing(workspace: Workspace, run: Run, elsewhere: Workspace) -> None:
    decide(workspace, run, "public", "restricted", "public")
    travelled(workspace, run, elsewhere)
    before = snapshot(elsewhere)
    travelled(workspace, run, elsewhere)
    assert snapshot(elsewhere) == before


def test_what_is_held_keeps_what_was_decided_here(workspace: Workspace, run: Run, elsewhere: Workspace) -> None:
    kept = travelled(workspace, run, elsewhere)
    decide(elsewhere, kept, "restricted")
    decide(workspace, run, "public")
    travelled(workspace, run, elsewhere)
    assert visibilities(elsewhere) == ["restricted", "restricted"]
    assert [event["visibility"] for event in kept.sealed.events(ELSEWHERE)] == ["public"]


def test_what_is_held_and_undecided_stays_undecided(workspace: Workspace, run: Run, elsewhere: Workspace) -> None:
    travelled(workspace, run, elsewhere)
    decide(workspace, run, "public")
    travelled(workspace, run, elsewhere)
    assert visibilities(elsewhere) == [None, None]


def test_a_run_that_comes_back_keeps_its_own_decisions(workspace: Workspace, run: Run, elsewhere: Workspace) -> None:
    decide(workspace, run, "restricted")
    kept = travelled(workspace, run, elsewhere)
    decide(elsewhere, kept, "public")
    travelled(elsewhere, kept, workspace)
    assert visibilities(workspace) == ["restricted", "restricted"]


def test_a_decision_of_a_third_workspace_has_no_force_either(
    workspace: Workspace, run: Run, elsewhere: Workspace, tmp_path: Path
) -> None:
    decide(workspace, run, "public")
    kept = travelled(workspace, run, elsewhere)
    third = open_workspace(tmp_path / "third")
    travelled(elsewhere, kept, third)
    assert visibilities(third) == ["draft", "draft"]


def test_a_date_to_come_gives_a_decision_no_force(workspace: Workspace, run: Run, elsewhere: Workspace) -> None:
    """Whoever makes an archive by hand may date an event after all that is decided here."""
    identifier = "ffffffff-ffff-7fff-bfff-ffffffffffff"
    event = {"id": identifier, "kind": "visibility", "at": "2999", "visibility": "public", "actor": "x", "role": "y"}
    path = run.sealed.folder / "events" / f"{identifier}.visibility.json"
    path.write_bytes(files.to_json(event))
    kept = travelled(workspace, run, elsewhere)
    decide(elsewhere, kept, "restricted")
    travelled(workspace, run, elsewhere)
    assert visibilities(elsewhere)[0] == "restricted"


def test_events_that_only_look_like_decisions_have_no_force(
    workspace: Workspace, run: Run, elsewhere: Workspace
) -> None:
    run.sealed.add_event("x.visibility", {"visibility": "public"})
    run.sealed.add_event(f"x.{ELSEWHERE}", {"visibility": "public"})
    kept = travelled(workspace, run, elsewhere)
    assert visibilities(elsewhere)[0] is None
    assert load(elsewhere, kept.id).sealed.events()


def test_a_decision_that_cannot_be_read_is_refused(workspace: Workspace, run: Run, elsewhere: Workspace) -> None:
    from agglo.contract.errors import Damaged

    run.sealed.add_event("visibility", {"actor": "x"})
    with pytest.raises(Damaged):
        travelled(workspace, run, elsewhere)
    assert not list(elsewhere.runs.iterdir())


def test_an_unknown_visibility_is_the_most_closed(workspace: Workspace, run: Run, elsewhere: Workspace) -> None:
    decide(workspace, run, "members")
    travelled(workspace, run, elsewhere)
    assert visibilities(elsewhere) == ["members", "members"]
