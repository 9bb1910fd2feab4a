"""What a person may read: the rule, in lists and look-ups alike; what is closed is told from nothing by nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agglo.contract.errors import InvalidInput, NotFound
from agglo.runs.run import Run, load
from agglo.store import indexing
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.access import filters, reading, visibility
from agglo.trust.access.people import PUBLIC, Person, operator
from agglo.trust.access.rights import Asset
from trust.access.conftest import ANN, BOB, STEWARD, Made, Row, dataset_row, identifier, run_row, write_rights

GRANTED = Person("gus", "contributor")
OPERATOR = Person("actor-x", "operator")
PEOPLE = {"public": PUBLIC, "asker": ANN, "other": BOB, "granted": GRANTED, "steward": STEWARD, "operator": OPERATOR}
Fill = Callable[..., Workspace]

READABLE = {
    "public": {"public", "asker", "other", "granted", "steward", "operator"},
    "draft": {"asker", "granted", "steward", "operator"},
    "restricted": {"granted", "steward", "operator"},
    "personal": {"granted", "operator"},
    "secret": {"granted", "operator"},
}


def ids(found: reading.Found) -> list[str]:
    return [str(row["id"]) for row in found.rows]


def references(found: reading.Found) -> list[str]:
    return [f"{row['name']}@{row['version']}" for row in found.rows]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("level", READABLE)
def test_the_rule_for_runs(fill: Fill, level: str, who: str) -> None:
    workspace = fill([run_row(1, level)], askers=[(identifier(1), "ann")])
    write_rights(workspace, "grants", [{"to": "account:gus", "right": "read-restricted", "on": f"run:{identifier(1)}"}])
    person, may = PEOPLE[who], who in READABLE[level]
    found = reading.runs(workspace, person)
    assert (ids(found), found.matched) == (([identifier(1)], 1) if may else ([], 0))
    assert reading.readable_runs(workspace, person, [identifier(1)]) == ({identifier(1)} if may else set())
    if who == "operator":
        return
    if may:
        assert reading.run(workspace, person, identifier(1)).sealed.folder.name == identifier(1)
    else:
        with pytest.raises(NotFound):
            reading.run(workspace, person, identifier(1))


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("level", READABLE)
def test_the_rule_for_datasets(fill: Fill, level: str, who: str) -> None:
    row = dataset_row("lakes", 1, level)
    reference = f"lakes@{row['version']}"
    workspace = fill(datasets=[row])
    with workspace.index.writing() as connection:
        own = {"dataset": "lakes", "dataset_version": row["version"], "actor": "ann"}
        indexing.write(connection, {"dataset_adders": [own]}, replace=False)
    write_rights(workspace, "grants", [{"to": "account:gus", "right": "read-restricted", "on": f"dataset:{reference}"}])
    found = reading.datasets(workspace, PEOPLE[who])
    assert (references(found), found.matched) == (([reference], 1) if who in READABLE[level] else ([], 0))


@pytest.mark.parametrize("level", [None, *READABLE])
@pytest.mark.parametrize("default", ["public", "draft", "restricted"])
def test_the_rule_for_one_is_that_of_lists(fill: Fill, default: str, level: str | None) -> None:
    """The rule in Python, which studies use, against the one in the index."""
    workspace = fill([run_row(1, level)], askers=[(identifier(1), "ann")])
    (workspace.root / "agglo.toml").write_text(f'visibility = "{default}"', encoding="utf-8")
    here = open_workspace(workspace.root)
    grant = {"right": "read-restricted", "on": f"run:{identifier(1)}"}
    write_rights(here, "grants", [{"to": "account:gus", **grant}, {"to": "role:public", **grant}])
    for who, person in PEOPLE.items():
        reader = filters.reader(here, person)
        alone = reader.may_read("run", identifier(1), level, made=who == "asker")
        assert alone == bool(reading.runs(here, person).matched), who


@pytest.mark.parametrize(
    ("grant", "read"),
    [
        ({"to": "account:bob", "on": "workspace"}, {"draft", "restricted"}),
        ({"to": "account:bob", "on": "run"}, {"draft", "restricted"}),
        ({"to": "role:contributor", "on": "run"}, {"draft", "restricted"}),
        ({"to": "account:bob", "on": f"run:{identifier(3)}"}, {"restricted"}),
        ({"to": "role:contributor", "on": f"run:{identifier(3)}"}, {"restricted"}),
        ({"to": "account:bob", "on": f"run:{identifier(4)}"}, {"personal"}),
        ({"to": "role:contributor", "on": f"run:{identifier(4)}"}, set()),
        ({"to": "account:ann", "on": "workspace"}, set()),
        ({"to": "role:steward", "on": "run"}, set()),
        ({"to": "account:bob", "on": "dataset"}, set()),
        ({"to": "account:bob", "on": "workspace", "right": "approve"}, set()),
        ({"to": "account:bob", "on": "run", "revoked": {"by": "a", "at": "b"}}, set()),
    ],
    ids=lambda one: str(sorted(one) if isinstance(one, set) else one),
)
def test_what_a_grant_opens(fill: Fill, grant: dict[str, Any], read: set[str]) -> None:
    levels = ("public", "draft", "restricted", "personal")
    workspace = fill([run_row(number, level) for number, level in enumerate(levels, 1)])
    write_rights(workspace, "grants", [{"right": "read-restricted", **grant}])
    found = {str(row["visibility"]) for row in reading.runs(workspace, BOB).rows}
    assert found == {"public", *read}


def test_a_dataset_by_name_opens_its_versions_but_not_what_is_personal(fill: Fill) -> None:
    rows = [dataset_row("lakes", 1, "restricted"), dataset_row("lakes", 2, "personal"), dataset_row("la", 3, "draft")]
    workspace = fill(datasets=rows)
    for on in ("dataset:lakes", "dataset:lak*"):
        write_rights(workspace, "grants", [{"to": "account:bob", "right": "read-restricted", "on": on}])
        assert references(reading.datasets(workspace, BOB, all_versions=True)) == ["lakes@000000000001"]
    write_rights(workspace, "grants", [{"to": "account:bob", "right": "read-restricted", "on": "dataset:l*"}])
    assert references(reading.datasets(workspace, BOB)) == ["la@000000000003", "lakes@000000000001"]


def test_the_setting_is_the_visibility_of_what_nobody_decided_about(fill: Fill) -> None:
    workspace = fill([run_row(1), run_row(2, "restricted")], [dataset_row("lakes", 1)])
    for default, seen in (("public", 1), ("draft", 0), ("restricted", 0)):
        (workspace.root / "agglo.toml").write_text(f'visibility = "{default}"', encoding="utf-8")
        here = open_workspace(workspace.root)
        assert (reading.runs(here, PUBLIC).matched, reading.datasets(here, PUBLIC).matched) == (seen, seen)
        assert [row["visibility"] for row in reading.runs(here, STEWARD).rows] == ["restricted", default]
        assert [row["visibility"] for row in reading.datasets(here, STEWARD).rows] == [default]


@pytest.mark.parametrize("level", [None, "draft", "restricted", "personal", "secret", "absent"])
def test_a_run_is_never_more_visible_than_its_inputs(fill: Fill, level: str | None) -> None:
    closed = [] if level == "absent" else [dataset_row("lakes", 1, level)]
    version = "000000000001"
    inputs = [(identifier(1), "rivers", "000000000002"), (identifier(1), "lakes", version)]
    workspace = fill(
        [run_row(1, "public"), run_row(2, "public")], [*closed, dataset_row("rivers", 2, "public")], inputs
    )  # fmt: skip
    assert ids(reading.runs(workspace, PUBLIC)) == [identifier(2)]
    with pytest.raises(NotFound):
        reading.run(workspace, PUBLIC, identifier(1))
    shown = {"absent": "personal", "secret": "personal", None: "draft"}.get(level, level)
    assert visibility.of(workspace, Asset("run", identifier(1))) == shown
    assert [row["visibility"] for row in reading.runs(workspace, OPERATOR).rows] == ["public", shown]
    seen = {row["id"] for row in reading.runs(workspace, STEWARD).rows}
    assert (identifier(1) in seen) == (level in (None, "draft", "restricted"))


def test_who_may_read_a_closed_input_may_read_the_run_that_is_open_to_them(fill: Fill) -> None:
    row = dataset_row("patients", 1, "personal")
    workspace = fill(
        [run_row(1), run_row(2, "restricted")],
        [row],
        [(identifier(1), "patients", row["version"]), (identifier(2), "patients", row["version"])],
        [(identifier(1), "ann"), (identifier(2), "ann")],
    )
    assert not reading.runs(workspace, ANN).matched
    assert not reading.runs(workspace, STEWARD).matched
    on = f"dataset:patients@{row['version']}"
    write_rights(workspace, "grants", [{"to": "account:ann", "right": "read-restricted", "on": on}])
    assert ids(reading.runs(workspace, ANN)) == [identifier(1)]


def test_a_decision_about_a_dataset_counts_at_once_for_the_runs_that_read_it(made: Made) -> None:
    here, dataset = made.workspace, Asset("dataset", made.dataset)
    by = operator(here)
    for asset in (dataset, Asset("run", made.reading_run)):
        visibility.set_(here, by, asset, "public", example=True)
    assert ids(reading.runs(here, PUBLIC)) == [made.reading_run]
    visibility.set_(here, by, dataset, "restricted")
    assert not reading.runs(here, PUBLIC).matched
    assert not reading.runs(here, ANN, dataset="lakes").matched
    with pytest.raises(NotFound):
        reading.run(here, PUBLIC, made.reading_run)
    assert reading.runs(here, STEWARD, dataset="lakes").matched == 1
    assert visibility.of(here, Asset("run", made.reading_run)) == "restricted"


def said(error: pytest.ExceptionInfo[Any]) -> str:
    return str(error.value)


@pytest.mark.parametrize("part", [slice(None), slice(8), slice(-12, None), slice(1), slice(-1, None)], ids=str)
def test_a_hidden_run_is_told_from_none_by_nothing(fill: Fill, part: slice) -> None:
    workspace = fill([run_row(0xABC, "restricted")])
    reference = identifier(0xABC)[part]
    with pytest.raises(NotFound) as hidden:
        reading.run(workspace, BOB, reference)
    absent = open_workspace(workspace.root.parent / "other")
    with pytest.raises(NotFound) as none:
        reading.run(absent, BOB, reference)
    with pytest.raises(NotFound) as none_of_operator:
        load(absent, reference)
    assert said(hidden) == said(none) == said(none_of_operator)


def test_a_prefix_of_a_visible_run_and_hidden_ones_is_that_of_the_visible_one(fill: Fill) -> None:
    workspace = fill([run_row(1, "public"), *(run_row(number, "restricted") for number in range(2, 20))])
    for reference in (identifier(1)[:8], identifier(1)[:20], "1"):
        assert reading.run(workspace, PUBLIC, reference).sealed.folder.name == identifier(1)
    with pytest.raises(InvalidInput, match="Several runs match"):
        reading.run(workspace, STEWARD, identifier(1)[:8])


def test_only_visible_runs_are_named_where_several_match(fill: Fill) -> None:
    workspace = fill([run_row(number, "public" if number < 3 else "restricted") for number in range(1, 9)])
    with pytest.raises(InvalidInput) as caught:
        reading.run(workspace, PUBLIC, identifier(1)[:8])
    assert [fault.where for fault in caught.value.faults] == [identifier(1), identifier(2)]


@pytest.mark.parametrize("reference", ["", " ", "/", "..", "../runs", ".", "%", "_", "0\x00", "\ud800", "x" * 100_000])
@pytest.mark.parametrize("person", [PUBLIC, STEWARD, OPERATOR], ids=lambda one: one.role)
def test_a_reference_that_is_none(fill: Fill, person: Person, reference: str) -> None:
    workspace = fill([run_row(1, "public")])
    with pytest.raises(NotFound):
        reading.run(workspace, person, reference)
    with pytest.raises(NotFound):
        reading.dataset(workspace, person, reference)
    with pytest.raises(NotFound):
        reading.study(workspace, person, reference)


def test_a_hidden_dataset_and_its_versions_are_not_spoken_of(made: Made) -> None:
    here, version = made.workspace, made.dataset.partition("@")[2]
    for reference in ("lakes", made.dataset, f"lakes@{version[:2]}", "lakes@ffff", "lake"):
        with pytest.raises(NotFound) as hidden:
            reading.dataset(here, BOB, reference)
        assert said(hidden) == f'No dataset named "{reference.partition("@")[0]}".\nKnown: none'
    assert reading.dataset(here, STEWARD, f"lakes@{version[:2]}").reference == made.dataset


def test_the_latest_version_is_the_latest_that_may_be_read(fill: Fill) -> None:
    rows = [dataset_row("lakes", 1, "public"), dataset_row("lakes", 2, "public"), dataset_row("lakes", 3, "restricted")]
    workspace = fill(datasets=[*rows, dataset_row("rivers", 4, "restricted")])
    assert references(reading.datasets(workspace, PUBLIC)) == ["lakes@000000000002"]
    assert references(reading.datasets(workspace, STEWARD)) == ["lakes@000000000003", "rivers@000000000004"]
    both = ["lakes@000000000001", "lakes@000000000002"]
    assert references(reading.datasets(workspace, PUBLIC, all_versions=True)) == both
    assert references(reading.datasets(workspace, PUBLIC, name="lakes")) == both
    assert not reading.datasets(workspace, PUBLIC, name="rivers").matched


def test_runs_are_found_by_all_they_can_be_asked_for(fill: Fill) -> None:
    rows = [
        run_row(1, "public", model="land.sinks", scenario="deal/observed", project="deal"),
        run_row(2, "public", model="climate.effort", state="failed"),
        run_row(3, "restricted", model="land.sinks"),
    ]
    inputs = [(identifier(1), "lakes", "0123456789ab")]
    workspace = fill(rows, [dataset_row("lakes", 0x0123456789AB, "public")], inputs)

    def found(**asked: Any) -> list[int]:
        return [int(one[-1]) for one in ids(reading.runs(workspace, PUBLIC, **asked))]

    assert found() == [2, 1]
    assert found(model="land.sinks") == found(scenario="deal/observed") == found(project="deal") == [1]
    assert found(state="failed") == [2]
    assert found(dataset="lakes") == found(dataset="lakes@0123") == [1]
    assert found(dataset="lakes@02") == found(dataset="lake") == []
    assert found(text="SINKS") == found(text="observed") == [1]
    assert found(text="0000") == [2, 1]
    assert found(model="") == []


HOSTILE = ["' OR 1=1 --", '"; DROP TABLE runs; --', "%", "_", "\\", "*", "\x00", "\ud800", "a" * 100_000, "''", "🦆"]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_looks_like_sql_is_text(fill: Fill, text: str) -> None:
    workspace = fill([run_row(1, "public"), run_row(2, "restricted")], [dataset_row("lakes", 1, "public")])
    for name in ("model", "state", "dataset", "scenario", "project", "text"):
        found = reading.runs(workspace, PUBLIC, **{name: text})
        assert (ids(found), found.matched) == ([], 0)
    for name in ("name", "schema", "text"):
        assert not reading.datasets(workspace, PUBLIC, **{name: text}).matched
    assert not reading.readable_runs(workspace, PUBLIC, [text])
    assert ids(reading.runs(workspace, Person(text[:50].replace("\ud800", ""), text[:50]))) == [identifier(1)]


@pytest.mark.parametrize(("limit", "offset"), [(-1, 0), (0, 0), (10**30, 10**30), (5, -5), (10**30, 0), (None, 0)])
def test_limits_that_make_no_sense_do_no_harm(fill: Fill, limit: int | None, offset: int) -> None:
    workspace = fill([run_row(number, "public") for number in range(9)])
    found = reading.runs(workspace, PUBLIC, limit=limit, offset=offset)
    assert (len(found.rows), found.matched) == (min(max(9 if limit is None else limit, 0), 9) if offset < 9 else 0, 9)


def test_a_long_list_is_cut_and_counted_in_the_index(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        run_row(number, ("public", "draft", "restricted", "personal", None)[number % 5]) for number in range(10_000)
    ]
    workspace = fill(rows)
    given: list[int] = []
    whole = workspace.index.rows
    statements: list[str] = []

    def counted(statement: Any, values: Any = None) -> Any:
        found = whole(statement, values)
        statements.append(str(statement))
        given.append(len(found))
        return found

    monkeypatch.setattr(workspace.index, "rows", counted)
    for person, matched in ((PUBLIC, 2000), (STEWARD, 8000), (OPERATOR, 10_000)):
        given.clear()
        statements.clear()
        found = reading.runs(workspace, person, limit=50, offset=500)
        assert (len(found.rows), found.matched) == (50, matched)
        assert max(given) == 50
        assert any("LIMIT" in statement and "OFFSET" in statement for statement in statements)
    assert ids(reading.runs(workspace, PUBLIC, limit=2)) == [identifier(9995), identifier(9990)]


LEVELS = st.sampled_from([None, "public", "draft", "restricted", "personal", "secret"])
WORLDS = st.fixed_dictionaries(
    {
        "runs": st.lists(LEVELS, max_size=8),
        "datasets": st.lists(LEVELS, max_size=4),
        "inputs": st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4)), max_size=10),
        "askers": st.lists(st.tuples(st.integers(0, 7), st.sampled_from(["ann", "bob"])), max_size=6),
        "grants": st.lists(
            st.tuples(
                st.sampled_from(["account:ann", "account:bob", "role:contributor", "role:public"]),
                st.sampled_from(
                    ["workspace", "run", "dataset", "dataset:d*", "dataset:d1", f"dataset:d2@{2:012x}"]
                    + [f"run:{identifier(number)}" for number in range(4)]
                ),
            ),
            max_size=4,
        ),
        "default": st.sampled_from(["public", "draft", "restricted"]),
    }
)


@pytest.fixture(scope="module")
def scratch() -> Iterator[Workspace]:
    with TemporaryDirectory() as folder:
        workspace = open_workspace(Path(folder) / "workspace")
        workspace.index.rebuild()
        yield workspace


def build(workspace: Workspace, world: dict[str, Any]) -> Workspace:
    """Have the index hold a made-up world, and the workspace its settings and grants."""
    from agglo.store.tables import metadata

    runs = [run_row(number, level) for number, level in enumerate(world["runs"])]
    inputs = {(one, other) for one, other in world["inputs"] if one < len(runs)}
    askers = {(one, actor) for one, actor in world["askers"] if one < len(runs)}
    rows: dict[str, list[Row]] = {
        "runs": runs,
        "datasets": [dataset_row(f"d{number}", number, level) for number, level in enumerate(world["datasets"])],
        "run_inputs": [
            {"run": identifier(one), "name": f"i{other}", "dataset": f"d{other}", "dataset_version": f"{other:012x}"}
            for one, other in inputs
        ],
        "run_askers": [{"run": identifier(one), "actor": actor} for one, actor in askers],
    }
    with workspace.index.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        indexing.write(connection, rows, replace=False)
    (workspace.root / "agglo.toml").write_text(f'visibility = "{world["default"]}"', encoding="utf-8")
    given = [{"to": to, "right": "read-restricted", "on": on} for to, on in world["grants"]]
    write_rights(workspace, "grants", given)
    return open_workspace(workspace.root)


def expected(workspace: Workspace, person: Person, world: dict[str, Any]) -> set[str]:
    """The rule again, slowly and in Python: the run itself and each of its inputs."""
    reader = filters.reader(workspace, person)

    def reads_dataset(number: int) -> bool:
        levels = world["datasets"]
        held = number < len(levels)
        return reader.reads_all or (
            held and reader.may_read("dataset", f"d{number}@{number:012x}", levels[number], made=False)
        )

    return {
        identifier(number)
        for number, level in enumerate(world["runs"])
        if reader.may_read("run", identifier(number), level, made=(number, person.id) in world["askers"])
        and all(reads_dataset(other) for one, other in world["inputs"] if one == number)
    }


def pages(workspace: Workspace, person: Person) -> Iterable[reading.Found]:
    offset = 0
    while (page := reading.runs(workspace, person, limit=3, offset=offset)).rows:
        yield page
        offset += 3


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=WORLDS)
def test_lists_look_ups_and_counts_agree_whatever_the_world(scratch: Workspace, world: dict[str, Any]) -> None:
    here = build(scratch, world)
    everything = [identifier(number) for number in range(len(world["runs"]))]
    for person in (PUBLIC, ANN, BOB, STEWARD, OPERATOR):
        listed = [row for page in pages(here, person) for row in page.rows]
        found = [str(row["id"]) for row in listed]
        assert found == sorted(expected(here, person, world), reverse=True)
        assert {page.matched for page in pages(here, person)} <= {len(found)}
        assert reading.readable_runs(here, person, everything) >= set(found)
        assert person == OPERATOR or reading.readable_runs(here, person, everything) == set(found)
        for row in listed:
            assert row["visibility"] == visibility.of(here, Asset("run", str(row["id"])))
        if person != OPERATOR:
            assert {one for one in everything if loads(here, person, one)} == set(found)


def loads(workspace: Workspace, person: Person, reference: str) -> bool:
    with suppress(NotFound):
        return reading.run(workspace, person, reference).sealed.folder.name == reference
    return False


@pytest.mark.parametrize("broken", ["[", "- {to: x, right: run, on: run}"])
def test_broken_files_close_all_but_what_is_public(fill: Fill, broken: str) -> None:
    workspace = fill(
        [run_row(1, "public"), run_row(2, "draft"), run_row(3, "restricted"), run_row(4, "draft")],
        askers=[(identifier(4), "sue")],
    )
    write_rights(workspace, "grants", broken)
    assert ids(reading.runs(workspace, PUBLIC)) == ids(reading.runs(workspace, BOB)) == [identifier(1)]
    assert ids(reading.runs(workspace, STEWARD)) == [identifier(4), identifier(1)]
    with pytest.raises(InvalidInput, match="cannot be read"):
        reading.runs(workspace, OPERATOR)


def kept_run(workspace: Workspace, number: int) -> Run:
    run = Run(Sealed(workspace.runs / identifier(number)))
    run.__dict__["content"] = {"id": identifier(number)}
    return run


@pytest.mark.parametrize(
    ("level", "input_level", "who", "again"),
    [
        ("public", "public", "other", True),
        ("draft", "public", "other", True),
        (None, "public", "other", True),
        ("restricted", "public", "other", False),
        ("restricted", "public", "steward", True),
        ("personal", "public", "steward", False),
        ("draft", "restricted", "other", False),
        ("draft", "restricted", "asker", False),
        ("draft", "restricted", "steward", True),
        ("public", "personal", "steward", False),
        ("personal", "personal", "operator", True),
    ],
)
def test_when_a_kept_answer_is_given_again(
    fill: Fill, level: str | None, input_level: str, who: str, *, again: bool
) -> None:
    row = dataset_row("lakes", 1, input_level)
    asked = [(identifier(1), "ann")]
    workspace = fill([run_row(1, level)], [row], [(identifier(1), "lakes", row["version"])], asked)
    assert reading.reusable(workspace, PEOPLE[who])(kept_run(workspace, 1)) is again


def test_many_runs_are_asked_about_at_once(fill: Fill) -> None:
    workspace = fill([run_row(number, "public" if number % 2 else "restricted") for number in range(1500)])
    asked = [identifier(number) for number in range(2000)]
    assert len(reading.readable_runs(workspace, PUBLIC, asked)) == 750
    assert reading.may_read_run(workspace, PUBLIC, kept_run(workspace, 1))
    assert not reading.may_read_run(workspace, PUBLIC, kept_run(workspace, 2))


def test_whoever_asked_reads_their_draft_also_after_the_index_is_made_again(made: Made) -> None:
    here = made.workspace
    for _time in range(2):
        assert ids(reading.runs(here, ANN)) == [made.plain_run]
        assert reading.run(here, ANN, made.plain_run[-12:]).id == made.plain_run
        assert not reading.runs(here, BOB).matched
        assert ids(reading.runs(here, STEWARD)) == sorted([made.plain_run, made.reading_run], reverse=True)
        here.index.rebuild()


def test_whoever_adds_a_dataset_reads_its_draft(made: Made) -> None:
    here = made.workspace
    sealed = reading.dataset(here, STEWARD, made.dataset).sealed
    sealed.add_event(indexing.ADDED, {"actor": "ann"})
    here.index.add("dataset", sealed)
    assert reading.dataset(here, ANN, "lakes").reference == made.dataset
    assert ids(reading.runs(here, ANN)) == sorted([made.plain_run, made.reading_run], reverse=True)
    with pytest.raises(NotFound):
        reading.dataset(here, BOB, "lakes")
