"""Signing in and out, and one's own account."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from agglo.store import tables as index_tables
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.accounts import accounts, tokens

from .conftest import PASSWORD, Account, SignedIn, post, token_of

NEW = "nine herons flew away"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


def _sign_in(client: TestClient, login: str, password: str, **more: str) -> TestClient:
    return post(client, "/connexion", {"login": login, "password": password, **more})


def test_signing_in_and_out(client: TestClient, account: Account) -> None:
    login, password = account("steward")
    assert client.get("/compte").headers["location"] == "/connexion?next=%2Fcompte"
    answer = _sign_in(client, login, password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/compte")
    page = client.get("/compte").text
    assert "Steward" in page
    assert "read what is draft or restricted" in page
    assert "manage accounts" not in page
    assert post(client, "/deconnexion", page="/compte").headers["location"] == "/"
    assert client.get("/compte").status_code == 303


def test_wrong_ones_are_told_with_the_form_filled_again(client: TestClient, account: Account) -> None:
    login, _password = account("contributor")
    answer = _sign_in(client, login, "wrong one")
    assert answer.status_code == 422
    assert "The login or the password is wrong." in answer.text
    assert f'value="{login}"' in answer.text
    assert "wrong one" not in answer.text
    assert "session" not in client.cookies


def test_too_many_wrong_ones_say_when_to_come_back(client: TestClient, account: Account) -> None:
    login, password = account("contributor")
    answers = [_sign_in(client, login, "wrong one") for _ in range(6)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert "Too many wrong attempts" in answers[-1].text
    assert _sign_in(client, login, password).status_code == 429


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/modeles?q=eau", "/modeles?q=eau"),
        ("https://elsewhere.example/", "/compte"),
        ("//elsewhere.example/", "/compte"),
        ("/\\elsewhere.example", "/compte"),
        ("/\t/elsewhere.example", "/compte"),
        ("\\\\elsewhere.example", "/compte"),
        ("javascript:alert(1)", "/compte"),
        ("/x\r\nSet-Cookie: a=b", "/compte"),
        ("http:/elsewhere.example", "/compte"),
        ("", "/compte"),
    ],
)
def test_where_one_goes_after_signing_in_is_here(client: TestClient, account: Account, wanted: str, led: str) -> None:
    login, password = account("contributor")
    page = client.get("/connexion", params={"next": wanted}).text
    assert ('name="next"' in page) is (led != "/compte")
    assert _sign_in(client, login, password, next=wanted).headers["location"] == led


def test_each_signing_in_begins_a_new_session(client: TestClient, account: Account) -> None:
    login, password = account("contributor")
    client.cookies.set("session", "chosen-by-somebody-else")
    _sign_in(client, login, password)
    first = client.cookies.get("session", domain="testserver.local")
    assert first != "chosen-by-somebody-else"
    assert "form" not in client.cookies


def test_a_stolen_session_is_of_no_use_after_signing_out(client: TestClient, account: Account) -> None:
    login, password = account("contributor")
    _sign_in(client, login, password)
    stolen = client.cookies["session"]
    post(client, "/deconnexion", page="/compte")
    client.cookies.clear()
    client.cookies.set("session", stolen)
    assert client.get("/compte").status_code == 303


def test_changing_a_password(signed_in: SignedIn, workspace: Workspace, client: TestClient) -> None:
    here = signed_in("contributor", "ada")
    sent = {"current": PASSWORD, "password": NEW, "again": NEW}
    answer = post(here, "/compte/mot-de-passe", sent, page="/compte")
    assert answer.headers["location"] == "/compte?done=password"
    assert "has been changed" in here.get("/compte?done=password").text
    assert _sign_in(client, "ada", PASSWORD).status_code == 422
    assert _sign_in(client, "ada", NEW).status_code == 303


def test_every_fault_of_a_new_password_is_told_at_once(signed_in: SignedIn, workspace: Workspace) -> None:
    here = signed_in("contributor", "ada")
    answer = post(here, "/compte/mot-de-passe", {"current": "no", "password": "a", "again": "b"}, page="/compte")
    assert answer.status_code == 422
    assert [name for name in ("current", "password", "again") if f'id="w-{name}"' in answer.text] == [
        "current", "password", "again"
    ]  # fmt: skip
    assert answer.text.count('aria-invalid="true"') == 3
    assert accounts.by_login(workspace, "ada")


def test_the_present_password_cannot_be_guessed_there(signed_in: SignedIn) -> None:
    here = signed_in("contributor", "ada")
    sent = {"current": "no", "password": NEW, "again": NEW}
    codes = [post(here, "/compte/mot-de-passe", sent, page="/compte").status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]


def test_a_token_is_shown_once_and_lets_a_program_in(
    signed_in: SignedIn, client: TestClient, workspace: Workspace
) -> None:
    here = signed_in("steward")
    made = post(here, "/compte/jetons", {"label": "QGIS <b>", "days": "30"}, page="/compte")
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    (token,) = re.findall(r"agglo_[\w-]+", made.text)
    page = here.get("/compte").text
    assert token not in page
    assert "QGIS &lt;b&gt;" in page
    shown = {"Authorization": f"Bearer {token}"}
    assert client.get("/compte", headers=shown).status_code == 200
    (held,) = tokens.listing(workspace, here.actor)
    assert post(here, f"/compte/jetons/{held.id}/revoquer", page="/compte").status_code == 303
    refused = client.get("/compte", headers=shown)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"


def test_a_token_cannot_be_revoked_by_somebody_else(signed_in: SignedIn, workspace: Workspace) -> None:
    owner, other = signed_in("steward"), signed_in("steward")
    tokens.add(workspace, owner.actor, "QGIS")
    (held,) = tokens.listing(workspace, owner.actor)
    assert post(other, f"/compte/jetons/{held.id}/revoquer", page="/compte").status_code == 404
    assert tokens.listing(workspace, owner.actor) == [held]


@pytest.mark.parametrize(
    "sent", [{"label": "", "days": "90"}, {"label": "x", "days": "9999"}, {"label": "x", "days": "²"}]
)
def test_a_token_that_cannot_be_made(signed_in: SignedIn, sent: dict[str, str]) -> None:
    answer = post(signed_in("steward"), "/compte/jetons", sent, page="/compte")
    assert answer.status_code == 422
    assert "agglo_" not in answer.text


def test_a_program_cannot_manage_an_account(client: TestClient, signed_in: SignedIn, workspace: Workspace) -> None:
    owner = signed_in("steward")
    shown = {"Authorization": f"Bearer {tokens.add(workspace, owner.actor, 'QGIS')}"}
    sent = {"label": "another", "days": "30", "token": token_of(client, "/connexion")}
    assert client.post("/compte/jetons", data=sent, headers=shown).status_code == 403
    assert len(tokens.listing(workspace, owner.actor)) == 1


def test_one_sees_what_one_asked(signed_in: SignedIn, workspace: Workspace) -> None:
    here, other = signed_in("contributor"), signed_in("contributor")
    assert "You have asked nothing yet." in here.get("/compte").text
    path = workspace.requests / "0197a000-0000-7000-8000-000000000001.json"
    path.write_text('{"id": "0197a000-0000-7000-8000-000000000001", "model": {"id": "land.sinks", "version": "1.0.0"},'
                    ' "asked": "2026-11-24T10:00:00Z"}')  # fmt: skip
    path.with_suffix(".0197a000.asked.json").write_text(f'{{"actor": "{here.actor}"}}')
    (workspace.requests / "0197a000-0000-7000-8000-000000000002.x.asked.json").write_text("half a fi")
    assert "land.sinks 1.0.0" in here.get("/compte").text
    assert "waiting" in here.get("/compte").text
    assert "land.sinks" not in other.get("/compte").text
    assert "run_askers" in index_tables.metadata.tables


def test_whoever_has_the_role_of_the_public_is_told_what_to_do(signed_in: SignedIn) -> None:
    page = signed_in("public").get("/compte").text
    assert "To do more, ask whoever administers this portal" in page
    assert "Administration" not in page
    assert "Administration" in signed_in("administrator").get("/compte").text
