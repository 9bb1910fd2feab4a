"""Accounts, passwords, sessions, tokens."""

from datetime import timedelta

import pytest

from agglo.contract.errors import InvalidInput, NotFound
from agglo.store.workspace import Workspace
from agglo.trust.accounts import accounts, audit, database, passwords, sessions, signing_in, tokens
from agglo.trust.accounts.accounts import Account

from .conftest import OPERATOR, PASSWORD


def _later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    moment = database.now() + by
    monkeypatch.setattr(database, "now", lambda: moment)


def test_a_login_is_one_whatever_its_case(workspace: Workspace, ada: Account) -> None:
    assert accounts.find(workspace, " ADA ") == ada
    assert accounts.find(workspace, ada.id) == ada
    with pytest.raises(InvalidInput, match="cannot be made") as raised:
        accounts.add(workspace, "Ada", PASSWORD, by=OPERATOR)
    assert [fault.where for fault in raised.value.faults] == ["login"]


def test_every_fault_of_a_new_account_is_told(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput) as raised:
        accounts.add(workspace, "../x", "short", role="operator", name="x" * 300, by=OPERATOR)
    assert {fault.where for fault in raised.value.faults} == {"login", "role", "name", "password"}
    assert "short" not in str(raised.value).replace("too short", "")


def test_the_operator_is_no_role_of_an_account(workspace: Workspace, ada: Account) -> None:
    assert "operator" not in accounts.roles(workspace)
    with pytest.raises(InvalidInput):
        accounts.set_role(workspace, ada.id, "operator", by=OPERATOR)


def test_names_are_told_of_known_actors_only(workspace: Workspace) -> None:
    assert accounts.name_of(workspace, "actor-unknown") == ""
    assert not database.path_of(workspace).exists()
    made = accounts.add(workspace, "ada", PASSWORD, name="Ada", by=OPERATOR)
    assert accounts.name_of(workspace, made.id) == "Ada"
    assert accounts.name_of(workspace, "actor-unknown") == ""
    with pytest.raises(NotFound):
        accounts.find(workspace, "nobody")


@pytest.mark.parametrize(
    "weak",
    ["", "eleven char", "motdepasse12", "MotDePasse2026!", "aaaaaaaaaaaa", "ada.lovelace@example.org", "azertyuiop123",
     "adalovelace2026", "x" * 201],
)  # fmt: skip
def test_weak_passwords(weak: str) -> None:
    assert passwords.faults(weak, login="ada.lovelace@example.org")


@pytest.mark.parametrize("good", [PASSWORD, "correct horse battery", "été à la campagne", "zq8!fj2#kd9s"])
def test_good_passwords(good: str) -> None:
    assert passwords.faults(good, login="ada") == []


def test_a_password_is_the_same_from_every_keyboard() -> None:
    kept = passwords.hashed("e\u0301te\u0301 a la campagne")
    assert passwords.verified(kept, "\u00e9t\u00e9 a la campagne") == (True, False)
    assert passwords.verified(kept, "ete a la campagne") == (False, False)


def test_what_is_kept_is_argon2id_with_sane_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    passwords.forget_costs()
    kept = passwords.hashed(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=3,p=1$")
    assert passwords.hashed(PASSWORD) != kept


def test_a_password_is_hashed_again_when_costs_change(
    workspace: Workspace, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "TIME_COST", 2)
    passwords.forget_costs()
    row = accounts.by_login(workspace, "ada")
    assert row is not None
    assert "t=1," in row.password
    signing_in.with_password(workspace, "ada", PASSWORD, address="")
    row = accounts.by_login(workspace, "ada")
    assert row is not None
    assert "t=2," in row.password
    assert signing_in.with_password(workspace, "ada", PASSWORD, address="") == ada


def test_sessions_hold_no_text_that_opens_them(workspace: Workspace, ada: Account) -> None:
    token = sessions.begin(workspace, ada.id)
    held = b"".join(path.read_bytes() for path in database.path_of(workspace).parent.iterdir())
    assert sessions.digest_of(token).encode() in held
    assert token.encode() not in held
    assert PASSWORD.encode() not in held
    assert sessions.person_of(workspace, sessions.digest_of(token)) is None


@pytest.mark.parametrize(("after", "held"), [(timedelta(minutes=119), True), (timedelta(minutes=121), False)])
def test_an_idle_session_ends(
    workspace: Workspace, ada: Account, after: timedelta, held: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sessions.begin(workspace, ada.id)
    _later(monkeypatch, after)
    assert (sessions.person_of(workspace, token) is not None) is held


def test_a_session_in_use_ends_after_twelve_hours(
    workspace: Workspace, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, began = sessions.begin(workspace, ada.id), database.now()
    for hour in range(1, 12):
        monkeypatch.setattr(database, "now", lambda hour=hour: began + timedelta(hours=hour))
        assert sessions.person_of(workspace, token) == ada.person
    monkeypatch.setattr(database, "now", lambda: began + timedelta(hours=12, seconds=1))
    assert sessions.person_of(workspace, token) is None


def test_roles_and_closing_count_at_once(workspace: Workspace, ada: Account) -> None:
    session, token = sessions.begin(workspace, ada.id), tokens.add(workspace, ada.id, "QGIS")
    accounts.set_role(workspace, ada.id, "steward", by=OPERATOR)
    for person in (sessions.person_of(workspace, session), tokens.person_of(workspace, token)):
        assert person is not None
        assert person.role == "steward"
    accounts.disable(workspace, ada.id, by=OPERATOR)
    assert sessions.person_of(workspace, session) is None
    assert tokens.person_of(workspace, token) is None
    accounts.enable(workspace, ada.id, by=OPERATOR)
    assert sessions.person_of(workspace, session) is None
    assert tokens.person_of(workspace, token) is not None


def test_the_last_administrator_stays(workspace: Workspace, ada: Account) -> None:
    accounts.set_role(workspace, ada.id, "administrator", by=OPERATOR)
    with pytest.raises(InvalidInput, match="Nobody would be left"):
        accounts.set_role(workspace, ada.id, "public", by=ada.id)
    with pytest.raises(InvalidInput, match="Nobody would be left"):
        accounts.disable(workspace, ada.id, by=ada.id)
    assert accounts.of(workspace, ada.id).role == "administrator"
    other = accounts.add(workspace, "bob", PASSWORD, role="administrator", by=ada.id)
    accounts.disable(workspace, ada.id, by=other.id)
    assert accounts.of(workspace, ada.id).disabled


def test_a_changed_password_ends_the_other_sessions(workspace: Workspace, ada: Account) -> None:
    here, there = sessions.begin(workspace, ada.id), sessions.begin(workspace, ada.id)
    new = "nine herons flew away"
    accounts.set_password(workspace, ada.id, new, by=ada.id, but=sessions.digest_of(here))
    assert sessions.person_of(workspace, here) is not None
    assert sessions.person_of(workspace, there) is None
    assert signing_in.with_password(workspace, "ada", new, address="").id == ada.id
    with pytest.raises(signing_in.WrongPassword):
        signing_in.with_password(workspace, "ada", PASSWORD, address="")


def test_tokens(workspace: Workspace, ada: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tokens.add(workspace, ada.id, " QGIS ", days=30)
    (held,) = tokens.listing(workspace, ada.id)
    assert (held.label, held.last_used) == ("QGIS", "")
    assert tokens.person_of(workspace, token) == ada.person
    assert tokens.listing(workspace, ada.id)[0].last_used
    other = accounts.add(workspace, "bob", PASSWORD, by=OPERATOR)
    with pytest.raises(NotFound):
        tokens.revoke(workspace, other.id, held.id)
    with monkeypatch.context() as patch:
        _later(patch, timedelta(days=30, seconds=1))
        assert tokens.person_of(workspace, token) is None
        assert tokens.listing(workspace, ada.id) == []
    tokens.revoke(workspace, ada.id, held.id)
    assert tokens.person_of(workspace, token) is None


def test_tokens_that_cannot_be_made(workspace: Workspace, ada: Account) -> None:
    with pytest.raises(InvalidInput) as raised:
        tokens.add(workspace, ada.id, "\n", days=0)
    assert [fault.where for fault in raised.value.faults] == ["label", "days"]
    for rank in range(tokens.MOST):
        tokens.add(workspace, ada.id, f"program {rank}")
    with pytest.raises(InvalidInput):
        tokens.add(workspace, ada.id, "one more")


def test_the_log_says_who_did_what_without_names(workspace: Workspace, ada: Account) -> None:
    session = sessions.begin(workspace, ada.id, address="192.0.2.77")
    sessions.end(workspace, session, address="2001:db8:1:2::3")
    tokens.add(workspace, ada.id, "QGIS")
    accounts.set_role(workspace, ada.id, "steward", by=OPERATOR)
    entries, count = audit.listing(workspace)
    assert count == 5
    assert [one["action"] for one in entries] == [
        "role-changed",
        "token-made",
        "signed-out",
        "signed-in",
        "account-made",
    ]
    assert [one["address"] for one in entries] == ["", "", "2001:db8:1::/48", "192.0.2.0/24", ""]
    assert "Ada" not in str(entries)
    assert "ada" not in str(entries)
    assert audit.listing(workspace, actor=OPERATOR)[1] == 2
    with pytest.raises(ValueError, match="invented"):
        audit.add(workspace, ada.id, "invented")
