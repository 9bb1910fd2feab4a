"""Decisions about visibility: events that are never lost, what they need, and what they close."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from agglo.catalogue import datasets
from agglo.contract.errors import Forbidden, InvalidInput, NotFound
from agglo.contract.model import from_folder
from agglo.runs import asking
from agglo.runs.run import load
from agglo.store import indexing, sealed
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace
from agglo.trust.access import examples, publication, reading, visibility
from agglo.trust.access.people import PUBLIC, Person, operator
from agglo.trust.access.rights import Asset
from agglo.trust.access.visibility import Visibility
from trust.access.conftest import ANN, BOB, SAMPLES, STEWARD, Made, ask, declare_authority, write_rights


def run(made: Made) -> Asset:
    return Asset("run", made.plain_run)


def dataset(made: Made) -> Asset:
    return Asset("dataset", made.dataset)


@pytest.fixture
def declared(made: Made) -> Made:
    declare_authority(made.workspace, "test.pebble", "test.shell")
    return made


def test_a_decision_is_an_event_with_its_author(made: Made) -> None:
    here = made.workspace
    visibility.set_(here, STEWARD, run(made), "restricted", why="contract")
    (event,) = load(here, made.plain_run).sealed.events("visibility")
    assert {key: event[key] for key in ("visibility", "actor", "role", "why")} == {
        "visibility": "restricted",
        "actor": "sue",
        "role": "steward",
        "why": "contract",
    }
    assert visibility.history(here, run(made)) == [event]
    assert visibility.of(here, run(made)) == "restricted"
    load(here, made.plain_run).sealed.check()


def test_the_last_decision_counts_and_none_is_lost(made: Made) -> None:
    here = made.workspace
    levels: tuple[Visibility, ...] = ("restricted", "draft", "restricted")
    for level in levels:
        visibility.set_(here, STEWARD, dataset(made), level)
        assert visibility.of(here, dataset(made)) == level
    assert [event["visibility"] for event in visibility.history(here, dataset(made))] == list(levels)
    here.index.rebuild()
    assert visibility.of(here, dataset(made)) == reading.datasets(here, STEWARD).rows[0]["visibility"] == "restricted"


def test_deciding_the_same_again_adds_nothing(made: Made) -> None:
    for _time in range(3):
        visibility.set_(made.workspace, STEWARD, run(made), "restricted")
    assert len(visibility.history(made.workspace, run(made))) == 1


@pytest.mark.parametrize("person", [PUBLIC, ANN, BOB, Person("x", "ghost")], ids=lambda one: one.id or "public")
def test_who_may_not_approve_decides_nothing(made: Made, person: Person) -> None:
    with pytest.raises(Forbidden if person == ANN else NotFound):
        visibility.set_(made.workspace, person, run(made), "restricted")
    assert not visibility.history(made.workspace, run(made))


def test_a_grant_to_approve_one_asset(made: Made) -> None:
    write_rights(made.workspace, "grants", [{"to": "account:ann", "right": "approve", "on": str(run(made))}])
    visibility.set_(made.workspace, ANN, run(made), "restricted")
    assert visibility.of(made.workspace, run(made)) == "restricted"


def test_personal_is_left_only_by_whoever_may_read_it(made: Made) -> None:
    here = made.workspace
    visibility.set_(here, STEWARD, run(made), "personal")
    for person in (STEWARD, Person("ada", "administrator"), ANN):
        with pytest.raises(NotFound, match="No run"):
            visibility.set_(here, person, run(made), "draft")
    write_rights(here, "grants", [{"to": "account:sue", "right": "read-restricted", "on": str(run(made))}])
    visibility.set_(here, STEWARD, run(made), "restricted")
    assert visibility.of(here, run(made)) == "restricted"


def test_a_run_is_not_published_with_a_draft_for_a_card(made: Made) -> None:
    with pytest.raises(InvalidInput) as caught:
        visibility.set_(made.workspace, STEWARD, run(made), "public")
    (fault,) = caught.value.faults
    assert fault.where == "card of test.pebble"
    assert "authority.legal_basis" in fault.got
    assert "authority.owner" in fault.got
    assert not visibility.history(made.workspace, run(made))


def test_a_run_is_published_once_all_it_rests_on_is(declared: Made) -> None:
    here, asset = declared.workspace, Asset("run", declared.reading_run)
    for level in ("draft", "restricted"):
        visibility.set_(here, STEWARD, dataset(declared), level)  # type: ignore[arg-type]
        with pytest.raises(InvalidInput) as caught:
            visibility.set_(here, STEWARD, asset, "public")
        assert [(fault.where, fault.got) for fault in caught.value.faults] == [(f"dataset:{declared.dataset}", level)]
    visibility.set_(here, STEWARD, dataset(declared), "public")
    visibility.set_(here, STEWARD, asset, "public")
    assert reading.run(here, PUBLIC, declared.reading_run).id == declared.reading_run
    assert not visibility.is_example(here, asset)


def test_a_demonstration_is_published_as_it_is_and_says_so(made: Made) -> None:
    here = made.workspace
    visibility.set_(here, STEWARD, run(made), "public", example=True)
    assert visibility.is_example(here, run(made))
    assert reading.runs(here, PUBLIC).matched == 1
    visibility.set_(here, STEWARD, run(made), "restricted")
    assert not visibility.is_example(here, run(made))


def test_an_example_that_is_published_in_earnest_needs_its_card(made: Made) -> None:
    here = made.workspace
    visibility.set_(here, STEWARD, run(made), "public", example=True)
    with pytest.raises(InvalidInput, match="cannot be published yet"):
        visibility.set_(here, STEWARD, run(made), "public")
    declare_authority(here, "test.pebble")
    visibility.set_(here, STEWARD, run(made), "public")
    assert not visibility.is_example(here, run(made))


@pytest.mark.parametrize("level", ["secret", "", "PUBLIC", None, "public "])
def test_a_visibility_that_is_none(made: Made, level: Any) -> None:
    with pytest.raises(InvalidInput, match="expected one of public, draft, restricted, personal"):
        visibility.set_(made.workspace, STEWARD, run(made), level)


@pytest.mark.parametrize(
    "asset", [Asset("model", "land.sinks"), Asset("workspace"), Asset("dataset", "lakes"), Asset("deal", "x")], ids=str
)
def test_what_has_no_visibility(made: Made, asset: Asset) -> None:
    with pytest.raises(InvalidInput, match="What this is about is not clear"):
        visibility.set_(made.workspace, STEWARD, asset, "draft")


@pytest.mark.parametrize(
    "asset",
    [Asset("run", "0"), Asset("run"), Asset("run", "../runs"), Asset("dataset", "lakes@0"), Asset("dataset", "x/y@z"),
     Asset("study", "none"), Asset("model", "m")],
    ids=str,
)  # fmt: skip
def test_what_is_not_kept_has_no_visibility(made: Made, asset: Asset) -> None:
    with pytest.raises(NotFound):
        visibility.of(made.workspace, asset)


def test_a_value_that_is_unknown_is_the_most_closed(made: Made) -> None:
    here, folder = made.workspace, load(made.workspace, made.plain_run).sealed
    folder.add_event("visibility", {"visibility": "members", "actor": "x", "role": "y"})
    here.index.add("run", folder)
    assert visibility.of(here, run(made)) == "personal"
    assert not reading.runs(here, ANN).matched


def test_an_event_of_another_kind_that_ends_alike_is_no_decision(made: Made) -> None:
    here, folder = made.workspace, load(made.workspace, made.plain_run).sealed
    folder.add_event("x.visibility", {"visibility": "public", "actor": "x", "role": "y"})
    here.index.add("run", folder)
    assert not visibility.history(here, run(made))
    assert not reading.runs(here, PUBLIC).matched


@pytest.fixture
def copied(made: Made, tmp_path: Any, schemas: None) -> Asset:
    """A dataset that says it was made of the run that reads lakes, and a run that reads it."""
    (tmp_path / "copy.csv").write_text("insee,area_m2\n91272,7\n", encoding="utf-8")
    described = {"title": "Copy", "licence": "etalab-2.0", "source": f"run {made.reading_run}", "owner": "tests"}
    found = datasets.add(made.workspace, tmp_path / "copy.csv", name="copy", schema="lakes", **described).dataset
    return Asset("dataset", found.reference)


def test_what_was_made_of_something_closed_is_closed_with_it(made: Made, copied: Asset) -> None:
    here, by = made.workspace, operator(made.workspace)
    later = ask(here, from_folder(SAMPLES / "shell"), inputs={"lakes": copied.id}, factor=3)
    for asset in (dataset(made), Asset("run", made.reading_run), copied, Asset("run", later.id)):
        visibility.set_(here, by, asset, "public", example=True)
    assert reading.runs(here, PUBLIC).matched == 2
    visibility.set_(here, by, dataset(made), "personal", why="names in it")
    assert visibility.of(here, copied) == "personal"
    assert visibility.history(here, copied)[-1]["why"] == f"made of dataset:{made.dataset}"
    assert not visibility.is_example(here, copied)
    assert visibility.of(here, Asset("run", later.id)) == "personal"
    assert not reading.runs(here, PUBLIC).matched
    assert not reading.datasets(here, PUBLIC).matched
    visibility.set_(here, by, dataset(made), "public", example=True)
    assert visibility.of(here, copied) == "personal"


def test_a_dataset_made_of_a_closed_run_is_not_published(made: Made, copied: Asset) -> None:
    with pytest.raises(InvalidInput) as caught:
        visibility.set_(made.workspace, STEWARD, copied, "public")
    assert [(fault.where, fault.got) for fault in caught.value.faults] == [(f"run:{made.reading_run}", "draft")]


def test_a_death_between_the_event_and_the_index_is_made_good(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    here = made.workspace
    with monkeypatch.context() as patch:
        patch.setattr(type(here.index), "add", lambda *_given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            visibility.set_(here, STEWARD, run(made), "restricted")
    asking.recover(here)
    assert visibility.of(here, run(made)) == "restricted"
    assert not list(here.staging.iterdir())


def test_two_events_that_come_together_are_both_in_the_index(made: Made) -> None:
    """Many processes index the same folder after events of their own: none puts back what it read before another."""
    here, folder = made.workspace, load(made.workspace, made.plain_run).sealed

    def decide(number: int) -> None:
        content = {"visibility": "restricted", "actor": f"a{number}", "role": "steward"}
        sealed.note(here, Sealed(folder.folder), "run", "visibility", content)

    def asked(number: int) -> None:
        folder.add_event("asked", {"actor": f"b{number}", "role": "contributor"})
        here.index.add("run", folder)

    threads = [threading.Thread(target=do, args=(number,)) for number in range(12) for do in (decide, asked)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (row,) = [row for row in reading.runs(here, STEWARD).rows if row["id"] == made.plain_run]
    assert (row["visibility"], row["askings"]) == ("restricted", 13)


def test_the_folder_is_read_once_nobody_else_can_write(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    here, folder = made.workspace, load(made.workspace, made.plain_run).sealed
    whole: Callable[..., Any] = indexing.rows_of
    busy: list[str] = []

    def rows_of(kind: str, one: Sealed) -> Any:
        try:
            import sqlite3

            path = here.root / "index" / (here.root / "index" / "current").read_text()
            with sqlite3.connect(path, timeout=0) as other:
                other.execute("UPDATE runs SET askings = 0")
        except sqlite3.OperationalError as error:
            busy.append(str(error))
        finally:
            other.close()
        return whole(kind, one)

    monkeypatch.setattr(indexing, "rows_of", rows_of)
    here.index.add("run", folder)
    assert busy == ["database is locked"]


@pytest.mark.parametrize(
    ("text", "asset"),
    [
        ("study:local-green-deal", Asset("study", "local-green-deal")),
        ("lakes@01", Asset("dataset", "lakes@01")),
        ("dataset:lakes@01", Asset("dataset", "lakes@01")),
        ("run:0199", Asset("run", "0199")),
        ("0199", Asset("run", "0199")),
        ("other:0199", Asset("run", "other:0199")),
    ],
)
def test_what_a_person_names(text: str, asset: Asset) -> None:
    assert publication.named(text) == asset


def test_a_demonstration_as_a_whole(tmp_path_factory: pytest.TempPathFactory) -> None:
    from agglo.store.workspace import open_workspace
    from agglo.studies import finding, running

    here = open_workspace(tmp_path_factory.mktemp("demonstration"))
    running.run(here, finding.find(here, "local-green-deal"))
    by = operator(here)
    counts = reading.runs(here, by).matched, reading.datasets(here, by).matched
    assert not reading.studies(here, PUBLIC)
    with pytest.raises(NotFound):
        examples.publish(here, BOB, "local-green-deal")
    published = examples.publish(here, by, "local-green-deal")
    assert (reading.runs(here, PUBLIC).matched, reading.datasets(here, PUBLIC).matched) == counts
    assert [one.study.name for one in reading.studies(here, PUBLIC)] == ["local-green-deal"]
    assert all(visibility.is_example(here, asset) for asset in published)
    assert len(published) == sum(counts) + 1
    assert examples.publish(here, by, "local-green-deal") == []
    _studies_are_as_visible_as_decided(here)


def _studies_are_as_visible_as_decided(here: Workspace) -> None:
    study, by = Asset("study", "local-green-deal"), operator(here)
    run = Asset("run", str(reading.runs(here, PUBLIC).rows[0]["id"]))
    visibility.set_(here, by, run, "restricted")
    examples.publish(here, by, study.id)
    assert visibility.of(here, run) == "restricted"
    assert run.id not in reading.readable_runs(here, PUBLIC, [run.id])
    expected: dict[Visibility, tuple[int, int, int]] = {
        "restricted": (0, 0, 1),
        "draft": (0, 1, 1),
        "personal": (0, 0, 0),
        "public": (1, 1, 1),
    }
    ran = Person(here.actor, "contributor")
    for level, seen in expected.items():
        visibility.set_(here, by, study, level)
        assert visibility.of(here, study) == level
        assert tuple(len(reading.studies(here, person)) for person in (BOB, ran, STEWARD)) == seen
        for person, count in zip((BOB, ran, STEWARD), seen, strict=True):
            if not count:
                with pytest.raises(NotFound) as hidden:
                    reading.study(here, person, study.id)
                assert str(hidden.value).splitlines()[1] == '"agglo study run" runs one.'
    visibility.set_(here, by, study, "personal")
    write_rights(here, "grants", [{"to": "account:bob", "right": "read-restricted", "on": str(study)}])
    assert [one.study.name for one in reading.studies(here, BOB)] == [study.id]
