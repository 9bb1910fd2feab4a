"""Signing in through an identity provider, a real one on the loopback, and what it may not get away with."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from agglo.portal import app
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.accounts import accounts, audit, database
from agglo.trust.accounts import provider as accounts_provider

from .conftest import post
from .provider import CLIENT, SECRET, Provider


@pytest.fixture(scope="module")
def _running() -> Iterator[Provider]:
    with Provider() as running:
        yield running


@pytest.fixture
def provider(_running: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    _running.wrong.clear()
    _running.claims.clear()
    monkeypatch.setenv("AGGLO_IDENTITY_SECRET", SECRET)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    accounts_provider._known.clear()
    return _running


@pytest.fixture
def workspace(tmp_path: Path, provider: Provider) -> Workspace:
    made = open_workspace(tmp_path / "workspace")
    (made.root / "agglo.toml").write_text(f'identity_provider = "{provider.issuer}"\nidentity_client = "{CLIENT}"\n')
    return open_workspace(made.root)


def _there(client: TestClient, onward: str = "") -> str:
    """Leave for the provider and back; the answer is the address that it sends the browser to."""
    leaving = client.get("/connexion/fournisseur", params={"next": onward} if onward else {})
    assert leaving.status_code == 303, leaving.text
    with httpx2.Client() as browser:
        return str(browser.get(leaving.headers["location"]).headers["location"])


def test_somebody_comes_back_with_an_account(client: TestClient, workspace: Workspace, provider: Provider) -> None:
    assert "Sign in with the identity provider" in client.get("/connexion").text
    answer = client.get(_there(client, "/modeles"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/modeles")
    (made,) = accounts.listing(workspace)
    assert (made.name, made.role, made.login) == ("Ada Lovelace", "public", "")
    assert "Ada Lovelace" in client.get("/compte").text
    assert "Change my password" not in client.get("/compte").text
    assert provider.shown == SECRET
    asked = provider.asked
    assert (asked["response_type"], asked["acr_values"], asked["client_id"]) == ("code", "eidas1", CLIENT)
    assert (asked["scope"], asked["code_challenge_method"]) == ("openid given_name usual_name", "S256")
    assert asked["redirect_uri"] == "http://testserver/connexion/retour"
    assert len(asked["nonce"]) >= 32
    assert audit.listing(workspace, action="signed-in")[1] == 1


def test_the_same_person_has_the_same_account(client: TestClient, workspace: Workspace, provider: Provider) -> None:
    client.get(_there(client))
    (made,) = accounts.listing(workspace)
    accounts.set_role(workspace, made.id, "steward", by="actor-000000000000")
    provider.wrong.add("json")
    client.get(_there(client))
    assert [(one.id, one.role) for one in accounts.listing(workspace)] == [(made.id, "steward")]
    accounts.disable(workspace, made.id, by="actor-000000000000")
    assert client.get(_there(client)).status_code == 403
    assert client.get("/compte").status_code == 303


def test_signing_out_ends_the_session_there_too(client: TestClient, workspace: Workspace, provider: Provider) -> None:
    client.get(_there(client))
    host = f"http://{urlsplit(provider.issuer).netloc}"
    assert f"form-action 'self' {host};" in client.get("/compte").headers["content-security-policy"]
    left = post(client, "/deconnexion", page="/compte")
    assert left.headers["location"].startswith(f"{provider.issuer}/session/end?")
    sent = parse_qs(urlsplit(left.headers["location"]).query)
    assert sent["id_token_hint"][0].count(".") == 2
    assert sent["post_logout_redirect_uri"] == ["http://testserver/"]
    assert client.get("/compte").status_code == 303


@pytest.mark.parametrize("wrong", ["signature", "unsigned", "userinfo", "refused", "mixed"])
def test_what_is_not_signed_as_it_should_be_is_refused(
    client: TestClient, workspace: Workspace, provider: Provider, wrong: str
) -> None:
    provider.wrong.add(wrong)
    _refused(client, workspace, _there(client))


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://elsewhere.example"},
        {"aud": "somebody-else"},
        {"exp": 1_700_000_000},
        {"sub": None},
        {"sub": "somebody-else"},
        {"sub": 7},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"at_hash": "bm90IHRoZSBoYXNo"},
    ],
    ids=str,
)
def test_a_token_that_cannot_be_believed_is_refused(
    client: TestClient, workspace: Workspace, provider: Provider, claims: dict[str, object]
) -> None:
    provider.claims.update(claims)
    _refused(client, workspace, _there(client))


def test_an_answer_is_taken_once(client: TestClient, workspace: Workspace) -> None:
    address = _there(client)
    assert client.get(address).status_code == 303
    client.cookies.delete("session")
    _refused(client, workspace, address, held=1)


def test_an_answer_is_taken_from_the_browser_that_left(client: TestClient, workspace: Workspace) -> None:
    address = _there(client)
    with TestClient(app.create(workspace), follow_redirects=False) as other:
        _refused(other, workspace, address)
        other.get("/connexion")
        _refused(other, workspace, address)


def test_an_answer_that_comes_late_is_refused(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    address, later = _there(client), database.now() + timedelta(minutes=11)
    monkeypatch.setattr(database, "now", lambda: later)
    _refused(client, workspace, address)


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x&code=y", "?error=access_denied", "?state=%00&code=%ff"])
def test_an_invented_answer_is_refused(client: TestClient, workspace: Workspace, query: str) -> None:
    _refused(client, workspace, f"/connexion/retour{query}")


def test_one_goes_on_to_this_portal_only(client: TestClient, workspace: Workspace) -> None:
    assert client.get(_there(client, "//elsewhere.example/")).headers["location"] == "/compte"


@pytest.mark.parametrize("wrong", ["issuer", "plain"])
def test_a_provider_that_is_not_what_the_settings_say(client: TestClient, provider: Provider, wrong: str) -> None:
    provider.wrong.add(wrong)
    answer = client.get("/connexion/fournisseur")
    assert answer.status_code == 422
    assert "The identity provider is not what the settings say." in answer.text


def test_a_provider_that_does_not_answer(workspace: Workspace, provider: Provider) -> None:
    (workspace.root / "agglo.toml").write_text(
        f'identity_provider = "http://127.0.0.1:9/none"\nidentity_client = "{CLIENT}"\n'
    )
    with TestClient(app.create(open_workspace(workspace.root)), follow_redirects=False) as client:
        answer = client.get("/connexion/fournisseur")
    assert answer.status_code == 503
    assert "The identity provider does not answer." in answer.text
    assert "127.0.0.1" not in answer.text


def _refused(client: TestClient, workspace: Workspace, address: str, *, held: int = 0) -> None:
    answer = client.get(address)
    assert answer.status_code == 403
    assert "Signing in did not work." in answer.text
    assert "elsewhere" not in answer.text.partition("<main")[2]
    assert "session" not in client.cookies
    assert len(accounts.listing(workspace)) == held
