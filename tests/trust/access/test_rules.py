"""Roles and grants in files: read whole or not at all, with every fault at once."""

import os
from typing import Any

import pytest

from agglo.contract.errors import InvalidInput
from agglo.store.workspace import Workspace
from agglo.trust.access import rules
from agglo.trust.access.rules import Asset, Grant
from trust.access.conftest import identifier, write_rights

RUN = f"run:{identifier(1)}"
DATASET = "dataset:lakes@0123456789ab"


def faults(workspace: Workspace) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidInput) as caught:
        rules.read(workspace)
    return [(one.where, one.got, one.expected) for one in caught.value.faults]


def test_the_roles_that_come_with_agglo(empty: Workspace) -> None:
    found = {name: sorted(role.rights) for name, role in rules.read(empty).roles.items()}
    assert found == {
        "public": [],
        "contributor": ["add", "run"],
        "steward": ["add", "approve", "read-restricted", "run"],
        "administrator": ["add", "administer", "approve", "read-restricted", "run"],
        "operator": ["add", "administer", "approve", "read-personal", "read-restricted", "run"],
    }
    assert all(set(role.title) == {"en", "fr"} for role in rules.read(empty).roles.values())


def test_a_workspace_replaces_the_roles_it_names_and_adds_its_own(empty: Workspace) -> None:
    write_rights(empty, "roles", {"contributor": {"rights": ["run"]}, "partner": {"rights": ["add"]}})
    found = rules.read(empty).roles
    assert (found["contributor"].rights, found["partner"].rights) == ({"run"}, {"add"})
    assert found["steward"].rights == {"add", "run", "read-restricted", "approve"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", [("rights/roles.yaml", "nothing", "roles by name")]),
        ("- a", [("rights/roles.yaml", "['a']", "roles by name")]),
        ({"Steward": {"rights": []}}, [("rights/roles.yaml: Steward", "", "lower-case letters, digits and hyphens")]),
        ({"a": ["run"]}, [("rights/roles.yaml: a", "['run']", "a title and a list of rights")]),
        ({"a": {"rights": "run"}}, [("rights/roles.yaml: a", "{'rights': 'run'}", "a title and a list of rights")]),
        ({"a": {"rights": ["runs"]}}, [("rights/roles.yaml: a: rights", "'runs'", "a right")]),
        ({"a": {"rights": [["run"]]}}, [("rights/roles.yaml: a: rights", "[['run']]"[1:-1], "a right")]),
        ({"a": {"rights": ["read-personal"]}}, [("rights/roles.yaml: a: rights", "'read-personal'", "a right")]),
        ({"public": {"rights": ["approve"]}}, [("rights/roles.yaml: public: rights", "'approve'", "a right")]),
        ({"a": {"rights": [], "all": True}}, [("rights/roles.yaml: a: all", "", "one of title, rights")]),
        ({"a": {"rights": [], "title": "A"}}, [("rights/roles.yaml: a: title", "'A'", "a text by language")]),
    ],
    ids=str,
)  # fmt: skip
def test_a_file_of_roles_that_is_refused(empty: Workspace, content: Any, expected: list[tuple[str, str, str]]) -> None:
    write_rights(empty, "roles", content)
    assert faults(empty) == expected


@pytest.mark.parametrize(
    ("entry", "place", "got"),
    [
        ({"to": "role:stewart", "right": "run", "on": "workspace"}, "1: to", "'role:stewart'"),
        ({"to": "role:", "right": "run", "on": "workspace"}, "1: to", "'role:'"),
        ({"to": "ann", "right": "run", "on": "workspace"}, "1: to", "'ann'"),
        ({"to": "account:", "right": "run", "on": "workspace"}, "1: to", "'account:'"),
        ({"to": "account:a b", "right": "run", "on": "workspace"}, "1: to", "'account:a b'"),
        ({"to": "account:a", "right": "read-personal", "on": "workspace"}, "1: right", "'read-personal'"),
        ({"to": "role:public", "right": "approve", "on": "workspace"}, "1: right", "'approve'"),
        ({"to": "account:a", "right": "run", "on": "everything"}, "1: on", "'everything'"),
        ({"to": "account:a", "right": "run", "on": "workspace:x"}, "1: on", "'workspace:x'"),
        ({"to": "account:a", "right": "run", "on": "run:0199"}, "1: on", "'run:0199'"),
        ({"to": "account:a", "right": "run", "on": "run:*"}, "1: on", "'run:*'"),
        ({"to": "account:a", "right": "run", "on": "dataset:"}, "1: on", "'dataset:'"),
        ({"to": "account:a", "right": "run", "on": "dataset:*"}, "1: on", "'dataset:*'"),
        ({"to": "account:a", "right": "run", "on": "dataset:lakes@01"}, "1: on", "'dataset:lakes@01'"),
        ({"to": "account:a", "right": "run", "on": "model:l*nd"}, "1: on", "'model:l*nd'"),
        ({"to": "account:a", "right": "run"}, "1: on", "nothing"),
        ({"to": 3, "right": "run", "on": "workspace"}, "1: to", "3"),
        ({"to": "account:a", "right": "run", "on": "workspace", "revoked": True}, "1: revoked", "True"),
        ({"to": "account:a", "right": "run", "on": "workspace", "until": "2030"}, "1: until", ""),
        ("account:a", "1", "'account:a'"),
    ],
    ids=str,
)
def test_a_grant_that_is_refused(empty: Workspace, entry: Any, place: str, got: str) -> None:
    write_rights(empty, "grants", [entry])
    assert [(where, found) for where, found, _expected in faults(empty)] == [(f"rights/grants.yaml: {place}", got)]


def test_every_fault_of_both_files_is_told_at_once(empty: Workspace) -> None:
    write_rights(empty, "roles", {"a": {"rights": ["fly"]}})
    write_rights(empty, "grants", [{"to": "x", "right": "y", "on": "z"}, {"to": "role:a", "right": "run", "on": "run"}])
    assert [where.rpartition(": ")[2] for where, _got, _expected in faults(empty)] == ["rights", "to", "right", "on"]


@pytest.mark.parametrize(
    "text", ["[", "a: 1\na: 2", "\t", "{}", "grants: []", "!!python/object:os.system {}", "[" * 5000]
)
def test_what_is_no_list_of_grants_is_refused(empty: Workspace, text: str) -> None:
    write_rights(empty, "grants", text)
    assert all(where.startswith("rights/grants.yaml") for where, _got, _expected in faults(empty))


def test_bytes_that_are_no_text_and_what_is_no_file_are_refused(empty: Workspace) -> None:
    write_rights(empty, "grants", "")
    (empty.root / "rights" / "grants.yaml").write_bytes(b"\xff\xfe- a")
    assert [where for where, _got, _expected in faults(empty)] == ["rights/grants.yaml"]
    (empty.root / "rights" / "grants.yaml").unlink()
    (empty.root / "rights" / "grants.yaml").mkdir()
    assert [where for where, _got, _expected in faults(empty)] == ["rights/grants.yaml"]


def test_a_bare_on_is_read_as_the_word_it_is(empty: Workspace) -> None:
    write_rights(empty, "grants", f"- to: account:ann\n  right: run\n  on: {RUN}\n  why: because\n")
    assert rules.read(empty).grants == [Grant("account:ann", "run", Asset("run", identifier(1)), why="because")]


def test_no_grant_is_no_fault(empty: Workspace) -> None:
    for text in ("", "# none yet\n", "[]"):
        write_rights(empty, "grants", text)
        assert not rules.read(empty).grants


def test_files_are_read_again_when_they_change_and_only_then(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"to": "account:ann", "right": "run", "on": "workspace"}
    write_rights(empty, "grants", [entry])
    assert len(rules.read(empty).grants) == 1
    reads = []
    whole = rules._read
    monkeypatch.setattr(rules, "_read", lambda root: (reads.append(root), whole(root))[1])
    for _again in range(3):
        rules.read(empty)
    assert not reads
    path = empty.root / "rights" / "grants.yaml"
    before = path.stat()
    write_rights(empty, "grants", [entry, {**entry, "to": "account:bob"}])
    assert len(rules.read(empty).grants) == 2
    write_rights(empty, "grants", [{**entry, "to": "account:bob"}])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert [one.to for one in rules.read(empty).grants] == ["account:bob"]
    path.unlink()
    assert not rules.read(empty).grants


def test_a_file_that_is_repaired_counts_again(empty: Workspace) -> None:
    write_rights(empty, "grants", "[")
    assert faults(empty) == faults(empty)
    write_rights(empty, "grants", [{"to": "account:ann", "right": "run", "on": "workspace"}])
    assert len(rules.read(empty).grants) == 1


@pytest.mark.parametrize(
    ("on", "covered", "others"),
    [
        ("workspace", ["workspace", "run", RUN, DATASET, "model:land.sinks"], []),
        ("run", ["run", RUN], ["workspace", DATASET]),
        (RUN, [RUN], ["run", f"run:{identifier(2)}", "workspace"]),
        ("dataset:lakes", [DATASET, "dataset:lakes"], ["dataset:lakes-2@0123456789ab", "dataset", RUN]),
        (DATASET, [DATASET], ["dataset:lakes", "dataset:lakes@0123456789ac"]),
        ("dataset:la*", [DATASET, "dataset:lakes"], ["dataset:rivers@0123456789ab", "dataset"]),
        ("model:land.*", ["model:land.sinks", "model:land.sinks@1.0.0"], ["model:landing", "model:water.leaks"]),
        ("model:land.sinks", ["model:land.sinks", "model:land.sinks@1.0.0"], ["model:land.sinks2", "model"]),
        ("study:deal", ["study:deal"], ["study:deal-2", "study", "deal:deal"]),
    ],
)
def test_what_a_grant_covers(on: str, covered: list[str], others: list[str]) -> None:
    grant = Grant("account:ann", "run", rules.asset(on))
    assert [text for text in (*covered, *others) if grant.covers(rules.asset(text))] == covered
