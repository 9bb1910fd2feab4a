"""Who may do what: by role, by grant, and not at all where the files cannot be read."""

import logging
from typing import get_args

import pytest

from agglo.contract.errors import Forbidden, InvalidInput
from agglo.store.workspace import Workspace
from agglo.trust.access import rights
from agglo.trust.access.people import OPERATOR_ROLE, PUBLIC, Person, operator
from agglo.trust.access.rights import RIGHTS, WORKSPACE, Asset, Right
from trust.access.conftest import ANN, BOB, STEWARD, identifier, write_rights

ADMINISTRATOR = Person("ada", "administrator")
RUN = Asset("run", identifier(1))
HELD = {
    "public": set(),
    "contributor": {"add", "run"},
    "steward": {"add", "run", "read-restricted", "approve"},
    "administrator": set(RIGHTS),
    "operator": set(RIGHTS),
    "ghost": set(),
    "": set(),
}  # fmt: skip


@pytest.mark.parametrize("right", RIGHTS)
@pytest.mark.parametrize("role", HELD)
@pytest.mark.parametrize("asset", [WORKSPACE, RUN, Asset("model")], ids=str)
def test_a_role_holds_its_rights_on_everything(empty: Workspace, role: str, right: Right, asset: Asset) -> None:
    person = Person("somebody", role)
    assert rights.may(empty, person, right, asset) == (right in HELD[role])
    if right in HELD[role]:
        rights.check(empty, person, right, asset)
    else:
        with pytest.raises(Forbidden, match=f'"{right}"'):
            rights.check(empty, person, right, asset)


def test_the_rights_are_those_of_the_type() -> None:
    assert get_args(Right) == RIGHTS


def test_a_grant_counts_for_whom_it_names_and_for_what_it_names(empty: Workspace) -> None:
    write_rights(
        empty,
        "grants",
        [
            {"to": "account:ann", "right": "approve", "on": str(RUN)},
            {"to": "role:contributor", "right": "read-restricted", "on": "model:land.*"},
            {"to": "role:public", "right": "run", "on": "model:land.sinks"},
        ],
    )
    assert rights.may(empty, ANN, "approve", RUN)
    assert not rights.may(empty, ANN, "approve", Asset("run", identifier(2)))
    assert not rights.may(empty, ANN, "approve")
    assert not rights.may(empty, ANN, "administer", RUN)
    assert not rights.may(empty, BOB, "approve", RUN)
    assert rights.may(empty, BOB, "read-restricted", Asset("model", "land.sinks"))
    assert rights.may(empty, PUBLIC, "run", Asset("model", "land.sinks"))
    assert not rights.may(empty, PUBLIC, "run", Asset("model", "climate.effort"))
    assert not rights.may(empty, PUBLIC, "read-restricted", Asset("model", "land.sinks"))


def test_a_grant_that_was_taken_back_counts_no_more(empty: Workspace) -> None:
    entry = {"to": "account:ann", "right": "approve", "on": "run"}
    write_rights(empty, "grants", [entry])
    assert rights.may(empty, ANN, "approve", RUN)
    write_rights(empty, "grants", [{**entry, "revoked": {"by": "ada", "at": "2026-01-01"}}])
    assert not rights.may(empty, ANN, "approve", RUN)


def test_an_account_is_no_role_and_nobody_is_no_account(empty: Workspace) -> None:
    write_rights(empty, "grants", [{"to": "account:contributor", "right": "approve", "on": "workspace"}])
    assert not rights.may(empty, ANN, "approve")
    assert rights.may(empty, Person("contributor", "ghost"), "approve")
    assert not rights.may(empty, PUBLIC, "approve")


@pytest.mark.parametrize("person", [PUBLIC, ANN, STEWARD, ADMINISTRATOR], ids=lambda one: one.role)
@pytest.mark.parametrize("file", ["grants", "roles"])
def test_files_that_cannot_be_read_open_nothing(empty: Workspace, person: Person, file: str) -> None:
    write_rights(empty, "grants", [{"to": f"role:{person.role}", "right": "run", "on": "workspace"}])
    write_rights(empty, file, "- a: [")
    assert not any(rights.may(empty, person, right) for right in get_args(Right))
    with pytest.raises(Forbidden) as caught:
        rights.check(empty, person, "run")
    assert caught.value.repair == "The files of rights cannot be read. The operator of this workspace can repair them."
    assert not caught.value.faults


def test_the_operator_is_told_what_cannot_be_read(empty: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    write_rights(empty, "grants", [{"to": "x", "right": "run", "on": "workspace"}])
    with caplog.at_level(logging.WARNING), pytest.raises(InvalidInput, match=r"rights/grants\.yaml: 1: to: found 'x'"):
        rights.may(empty, operator(empty), "run")
    assert "rights/grants.yaml: 1: to" in caplog.text


def test_an_operator_can_be_limited(empty: Workspace) -> None:
    write_rights(empty, "roles", {"operator": {"rights": ["run"]}})
    rights.of_operator(empty, "run")
    with pytest.raises(Forbidden) as caught:
        rights.of_operator(empty, "approve", RUN)
    assert caught.value.what == f'You do not have the right to publish and approve ("approve"), here: run {RUN.id}.'
    assert caught.value.repair == "rights/roles.yaml of this workspace limits the command line."


def test_checking_the_operator_writes_nothing(empty: Workspace) -> None:
    rights.of_operator(empty, "add")
    assert not (empty.root / "actor").exists()
    assert operator(empty) == Person(empty.actor, OPERATOR_ROLE)


def test_a_refusal_says_who_can_give_the_right(empty: Workspace) -> None:
    with pytest.raises(Forbidden) as caught:
        rights.check(empty, ANN, "administer")
    assert caught.value.what == 'You do not have the right to give rights and manage accounts ("administer").'
    assert caught.value.repair == 'Who can give it to you: Administrator. Tell them your account, "ann".'
    with pytest.raises(Forbidden, match="Sign in with an account that has this right"):
        rights.check(empty, PUBLIC, "add")
    write_rights(empty, "roles", {"administrator": {"rights": []}})
    with pytest.raises(Forbidden, match="Who can give it to you: Operator"):
        rights.check(empty, ANN, "approve")


def test_the_role_of_the_operator_is_no_way_in_for_an_account_of_another_role(empty: Workspace) -> None:
    assert not rights.held(empty, ADMINISTRATOR).reads_personal
    assert rights.held(empty, operator(empty)).reads_personal
