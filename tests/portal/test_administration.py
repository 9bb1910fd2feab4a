"""Accounts, rights and the log, by who administers; refused to everybody else."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.access import rights
from agglo.trust.access.people import Person
from agglo.trust.accounts import accounts, audit

from .conftest import PASSWORD, Account, SignedIn, post

PAGES = ("/administration", "/administration/droits", "/administration/journal")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


@pytest.mark.parametrize("page", PAGES)
def test_only_who_administers_sees_it(client: TestClient, signed_in: SignedIn, page: str) -> None:
    for refused in (client, *(signed_in(role) for role in ("public", "contributor", "steward"))):
        answer = refused.get(page)
        assert answer.status_code == 403
        assert "Person" not in answer.text
    assert signed_in("administrator").get(page).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/administration/comptes",
        "/administration/comptes/{id}",
        "/administration/droits",
        "/administration/droits/retirer",
    ],
)
def test_only_who_administers_changes_it(signed_in: SignedIn, workspace: Workspace, address: str) -> None:
    steward = signed_in("steward")
    sent = {"login": "eve", "password": PASSWORD, "role": "administrator", "change": "role",
            "to": f"account:{steward.actor}", "right": "administer", "on": "workspace"}  # fmt: skip
    assert post(steward, address.format(id=steward.actor), sent, page="/compte").status_code == 403
    assert [one.role for one in accounts.listing(workspace)] == ["steward"]
    assert not rights.may(workspace, Person(steward.actor, "steward"), "administer")


def test_an_account_is_made_and_may_sign_in(signed_in: SignedIn, client: TestClient) -> None:
    chief = signed_in("administrator")
    sent = {"login": "Eve", "name": "<i>Eve</i>", "role": "steward", "password": PASSWORD}
    made = post(chief, "/administration/comptes", sent, page="/administration")
    assert made.status_code == 303
    assert "&lt;i&gt;Eve&lt;/i&gt;" in chief.get(made.headers["location"]).text
    assert "<i>Eve" not in chief.get("/administration").text
    assert post(client, "/connexion", {"login": "eve", "password": PASSWORD}).status_code == 303


def test_every_fault_is_told_and_the_form_filled_again(signed_in: SignedIn) -> None:
    chief = signed_in("administrator")
    sent = {"login": "a b", "name": "Ada", "role": "king", "password": "short"}
    answer = post(chief, "/administration/comptes", sent, page="/administration")
    assert answer.status_code == 422
    assert [name for name in ("login", "role", "password") if f'id="w-{name}"' in answer.text] == [
        "login", "role", "password"
    ]  # fmt: skip
    assert 'value="Ada"' in answer.text
    assert 'value="short"' not in answer.text


def test_a_role_counts_from_the_next_click_on(signed_in: SignedIn) -> None:
    chief, ada = signed_in("administrator"), signed_in("contributor")
    page = f"/administration/comptes/{ada.actor}"
    assert ada.get("/administration").status_code == 403
    assert post(chief, page, {"change": "role", "role": "administrator"}).status_code == 303
    assert ada.get("/administration").status_code == 200
    assert post(chief, page, {"change": "disable"}).status_code == 303
    assert ada.get("/compte").status_code == 303
    assert "disabled on" in chief.get(page).text
    assert post(chief, page, {"change": "enable"}).status_code == 303
    assert post(chief, page, {"change": "nonsense"}).status_code == 422


def test_a_new_password_is_given(
    signed_in: SignedIn, account: Account, workspace: Workspace, client: TestClient
) -> None:
    chief, (login, _password) = signed_in("administrator"), account("contributor")
    page = f"/administration/comptes/{accounts.find(workspace, login).id}"
    assert post(chief, page, {"change": "password", "password": "short"}).status_code == 422
    assert post(chief, page, {"change": "password", "password": "nine herons flew away"}).status_code == 303
    assert post(client, "/connexion", {"login": login, "password": "nine herons flew away"}).status_code == 303


def test_the_last_administrator_stays(signed_in: SignedIn) -> None:
    chief = signed_in("administrator")
    page = f"/administration/comptes/{chief.actor}"
    for change in ({"change": "role", "role": "public"}, {"change": "disable"}):
        answer = post(chief, page, change)
        assert answer.status_code == 422
        assert "Nobody would be left to administer." in answer.text
    assert chief.get("/administration").status_code == 200


def test_an_unknown_account_is_not_found(signed_in: SignedIn) -> None:
    assert signed_in("administrator").get("/administration/comptes/actor-none").status_code == 404


def test_a_right_is_given_and_taken_back(signed_in: SignedIn, workspace: Workspace) -> None:
    chief, ada = signed_in("administrator"), signed_in("public")
    person = Person(ada.actor, "public")
    given = {"to": f"account:{ada.actor}", "right": "run", "on": "model:land.sinks"}
    assert post(chief, "/administration/droits", {**given, "why": "<b>trial</b>"}).status_code == 303
    assert rights.may(workspace, person, "run", rights.Asset("model", "land.sinks"))
    page = chief.get("/administration/droits").text
    assert "&lt;b&gt;trial" in page
    assert "model:land.sinks" in ada.get("/compte").text
    assert post(chief, "/administration/droits/retirer", given, page="/administration/droits").status_code == 303
    assert not rights.may(workspace, person, "run", rights.Asset("model", "land.sinks"))
    assert [one["action"] for one in audit.listing(workspace, actor=chief.actor)[0]][:2] == ["revoked", "granted"]


def test_a_right_that_cannot_be_given(signed_in: SignedIn) -> None:
    chief = signed_in("administrator")
    sent = {"to": "account:../x", "right": "fly", "on": "moon:1", "why": ""}
    answer = post(chief, "/administration/droits", sent)
    assert answer.status_code == 422
    assert all(f'id="w-{name}"' in answer.text for name in ("to", "right", "on"))
    missing = {"to": f"account:{chief.actor}", "right": "run", "on": "dataset:no-such"}
    assert post(chief, "/administration/droits", missing).status_code == 422


def test_the_log_has_pages_and_filters(signed_in: SignedIn, workspace: Workspace) -> None:
    chief = signed_in("administrator")
    for rank in range(60):
        audit.add(workspace, chief.actor, "asked", asset=f"model m{rank}")
    audit.add(workspace, "actor-ffffffffffff", "added", asset="dataset <b>flows")
    first = chief.get("/administration/journal").text
    assert "dataset &lt;b&gt;flows" in first
    assert "1 to 50 of 63" in first
    assert "51 to 63 of 63" in chief.get("/administration/journal?page=2").text
    of_action = chief.get("/administration/journal?action=asked").text
    assert "1 to 50 of 60" in of_action
    assert "action=asked&amp;page=2" in of_action
    assert "1 to 1 of 1" in chief.get("/administration/journal?actor=actor-ffffffffffff").text
    assert "Nothing of that kind was done." in chief.get("/administration/journal?actor=nobody").text


SQL = (
    "' OR '1'='1",
    "1; DROP TABLE audit",
    '" UNION SELECT password FROM accounts --',
    "\x00",
    "%",
    "²",
    "9" * 40,
    "-1",
)


@pytest.mark.parametrize("text", SQL)
def test_sql_in_a_query_is_text(signed_in: SignedIn, workspace: Workspace, text: str) -> None:
    chief = signed_in("administrator")
    for name in ("actor", "action", "page"):
        answer = chief.get("/administration/journal", params={name: text})
        assert answer.status_code == 200
        assert "argon2" not in answer.text
    assert "Nothing of that kind was done." in chief.get("/administration/journal", params={"actor": text}).text
    assert audit.listing(workspace)[1] == 2
