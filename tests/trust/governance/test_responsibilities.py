"""Who answers for what, the rights it gives, and what nobody answers for."""

from typing import Any

import pytest

from agglo.contract.errors import InvalidInput, NotFound
from agglo.store.workspace import Workspace
from agglo.trust.access import filters, granting, rights, rules
from agglo.trust.access.people import PUBLIC, Person, operator
from agglo.trust.access.rights import Asset
from agglo.trust.access.rules import READ_PERSONAL, RIGHTS, Grant, faults_of
from agglo.trust.governance import gaps, responsibilities
from trust.governance.conftest import told, write

LINE = {"asset": "model:land.sinks", "role": "owner", "holder": "culture"}
BOB = Person("bob", "contributor")
MODEL = Asset("model", "land.sinks")


def lines(workspace: Workspace, *given: dict[str, Any]) -> None:
    write(workspace, "responsibilities", list(given))


def test_roles_bring_rights_and_never_that_to_personal_data() -> None:
    for role in responsibilities.roles().values():
        assert set(role.rights) <= set(RIGHTS) - {READ_PERSONAL, "administer"}, role.name
        assert set(role.title) == {"fr", "en"}
        assert role.raci in responsibilities.LETTERS
    named = {one.name for one in responsibilities.roles().values() if one.raci == responsibilities.ACCOUNTABLE}
    assert named == {"owner"}


def test_the_letter_is_that_of_the_role_unless_it_is_said(empty: Workspace) -> None:
    lines(empty, LINE, {**LINE, "role": "steward", "raci": "consulted", "since": "2026-01-15"})
    owner, steward = responsibilities.read(empty)
    assert (owner.raci, steward.raci, steward.since) == ("accountable", "consulted", "2026-01-15")


@pytest.mark.parametrize(
    ("change", "field", "nearest"),
    [
        ({"asset": "modle:land.sinks"}, "asset", "model"),
        ({"asset": "run:1"}, "asset", ""),
        ({"asset": "model:"}, "asset", ""),
        ({"asset": "dataset:a_b"}, "asset", ""),
        ({"asset": "workspace:x"}, "asset", ""),
        ({"role": "ownr"}, "role", "owner"),
        ({"holder": "cultur"}, "holder", "culture"),
        ({"holder": "91477"}, "holder", ""),
        ({"role": "municipal-correspondent", "holder": "1477"}, "holder", ""),
        ({"raci": "acountable"}, "raci", "accountable"),
        ({"account": "a b"}, "account", ""),
        ({"since": "soon"}, "since", ""),
        ({"until": "2030-01-01"}, "until", ""),
        ({"asset": None}, "asset", ""),
    ],
    ids=str,
)
def test_a_line_that_is_refused(empty: Workspace, change: dict[str, Any], field: str, nearest: str) -> None:
    lines(empty, {**LINE, **change})
    with pytest.raises(InvalidInput) as caught:
        responsibilities.read(empty)
    assert [where for where, _got in told(caught.value)] == [f"governance/responsibilities.yaml: #1.{field}"]
    assert not nearest or f'Did you mean "{nearest}"?' in caught.value.faults[0].repair


def test_the_file_is_read_whole_or_not_at_all_with_every_fault(empty: Workspace) -> None:
    lines(empty, LINE, {**LINE, "role": "x"}, {**LINE, "holder": "y", "asset": "z"})
    with pytest.raises(InvalidInput) as caught:
        responsibilities.read(empty)
    assert len(told(caught.value)) == 3


def test_a_correspondent_is_of_a_commune(empty: Workspace) -> None:
    lines(empty, {"asset": "workspace", "role": "municipal-correspondent", "holder": "91477"})
    (found,) = responsibilities.read(empty)
    assert responsibilities.holder_title(empty, found.holder) == "Palaiseau"
    assert responsibilities.holder_title(empty, "culture") == "Culture"
    assert responsibilities.holder_title(empty, "conseil-de-developpement") == "Development council"


def test_every_asset_that_is_accepted_is_one_rights_know() -> None:
    for asset in ("card:a.b", "card:a*", "dataset:lakes", "dataset:la*", "model:land.*", "study:a-b", "deal:a*"):
        assert faults_of("account:a", "run", asset, {}) == [], asset


def test_an_account_gets_the_rights_of_its_role_on_that_asset_alone(empty: Workspace) -> None:
    assert not rights.may(empty, BOB, "approve", MODEL)
    lines(empty, {**LINE, "account": "bob"}, {**LINE, "asset": "card:*", "role": "dpo", "account": "bob"})
    assert rights.may(empty, BOB, "approve", MODEL)
    assert rights.may(empty, BOB, "read-restricted", Asset("card", "olga"))
    assert not rights.may(empty, BOB, "approve", Asset("card", "olga"))
    assert not rights.may(empty, BOB, "approve", Asset("model", "land.other"))
    assert not rights.may(empty, BOB, "administer", MODEL)
    assert not rights.may(empty, PUBLIC, "approve", MODEL)


def test_rights_change_with_the_file(empty: Workspace) -> None:
    lines(empty, {**LINE, "account": "bob"})
    assert rights.may(empty, BOB, "approve", MODEL)
    lines(empty, {**LINE, "role": "custodian", "account": "bob"})
    assert not rights.may(empty, BOB, "approve", MODEL)
    assert rights.may(empty, BOB, "read-restricted", MODEL)
    (empty.root / "governance" / "responsibilities.yaml").unlink()
    assert not rights.may(empty, BOB, "read-restricted", MODEL)


def test_rights_depend_on_the_file_of_the_holder_too(empty: Workspace) -> None:
    lines(empty, {**LINE, "account": "bob"})
    assert rights.may(empty, BOB, "approve", MODEL)
    write(empty, "directions", [{"id": "archives", "title": "Archives"}])
    assert not rights.may(empty, BOB, "approve", MODEL)
    assert [one.got for one in rules.read(empty).ignored] == ["culture"]


def test_while_the_file_is_faulty_it_gives_nothing_and_other_rights_stay(empty: Workspace) -> None:
    granting.grant(empty, operator(empty), to="account:bob", right="approve", on="deal:x")
    lines(empty, {**LINE, "account": "bob"}, {"asset": "moon"})
    assert not rights.may(empty, BOB, "approve", MODEL)
    assert rights.may(empty, BOB, "approve", Asset("deal", "x"))
    assert len(rules.read(empty).ignored) == 3


def test_a_right_of_a_file_is_marked_and_taken_back_there_alone(empty: Workspace) -> None:
    lines(empty, {**LINE, "account": "bob"})
    found = [one for one in granting.listing(empty, operator(empty)) if one.right == "approve"]
    assert [(one.to, one.source, one.why) for one in found] == [
        ("account:bob", "governance/responsibilities.yaml", "responsibility owner")
    ]
    assert responsibilities.why(found[0].why) == "responsibility: Owner"
    with pytest.raises(NotFound, match=r"governance/responsibilities\.yaml"):
        granting.revoke(empty, operator(empty), to="account:bob", right="approve", on=str(MODEL))


def test_what_comes_from_a_file_is_never_written_as_given(empty: Workspace) -> None:
    lines(empty, {**LINE, "account": "bob"})
    granting.grant(empty, operator(empty), to="account:bob", right="approve", on=str(MODEL))
    text = (empty.root / "rights" / "grants.yaml").read_text(encoding="utf-8")
    assert text.count("- to:") == 1
    assert "responsibility" not in text
    granting.revoke(empty, operator(empty), to="account:bob", right="approve", on=str(MODEL))
    assert rights.may(empty, BOB, "approve", MODEL)


def test_no_responsibility_opens_what_is_personal(empty: Workspace) -> None:
    lines(empty, {**LINE, "asset": "study:x", "account": "bob"})
    reader = filters.reader(empty, BOB)
    assert reader.may_read("study", "x", "restricted", made=False)
    assert not reader.may_read("study", "x", "personal", made=False)
    given = Grant("account:bob", "read-restricted", Asset("study", "y"))
    (derived,) = [one for one in rules.read(empty).grants if one.right == "read-restricted"]
    both = filters.Reader("bob", "draft", rights.Held(frozenset(), [given, derived]))
    assert both.named("study") == ["y"]


def gap(workspace: Workspace, asset: str) -> gaps.Gap | None:
    return next((one for one in gaps.of(workspace, operator(workspace)) if one.asset == asset), None)


def test_what_nobody_answers_for(empty: Workspace) -> None:
    before = gap(empty, "model:land.sinks")
    assert before
    assert (before.missing, before.accountable) == (("owner", "steward"), 0)
    lines(empty, LINE)
    found = gap(empty, "model:land.sinks")
    assert found
    assert (found.missing, found.accountable) == (("steward",), 1)
    lines(empty, LINE, {**LINE, "role": "steward"})
    assert gap(empty, "model:land.sinks") is None
    assert gap(empty, "model:climate.effort")


def test_two_who_are_accountable_are_a_gap_unless_one_is_closer(empty: Workspace) -> None:
    steward = {**LINE, "role": "steward"}
    lines(empty, LINE, steward, {**LINE, "holder": "finances"})
    found = gap(empty, "model:land.sinks")
    assert found
    assert (found.missing, found.accountable) == ((), 2)
    lines(empty, LINE, steward, {**LINE, "asset": "model:land.*", "holder": "finances"})
    assert gap(empty, "model:land.sinks") is None
    lines(empty, {**LINE, "asset": "workspace"}, {**steward, "asset": "model:*"})
    assert gap(empty, "model:land.sinks") is None


def test_a_line_about_a_card_counts_for_the_model_of_that_name(empty: Workspace) -> None:
    lines(empty, {**LINE, "asset": "card:land.sinks"}, {**LINE, "asset": "card:land.*", "role": "steward"})
    assert gap(empty, "model:land.sinks") is None


def test_a_card_that_says_who_answers_for_it_has_an_owner(empty: Workspace) -> None:
    (empty.register / "leaks.yaml").write_text("owner: unknown\n", encoding="utf-8")
    found = gap(empty, "card:leaks")
    assert found
    assert (found.missing, found.accountable) == (("owner", "steward"), 0)
    (empty.register / "leaks.yaml").write_text("owner: Head of the water network\n", encoding="utf-8")
    found = gap(empty, "card:leaks")
    assert found
    assert (found.missing, found.accountable) == (("steward",), 1)
    lines(empty, {**LINE, "asset": "card:leaks", "role": "steward"})
    assert gap(empty, "card:leaks") is None
