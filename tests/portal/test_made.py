"""Pages kept for those who have not signed in: given again, and never once something behind them has changed."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from agglo.contract import card
from agglo.portal import html, made
from agglo.store.workspace import Workspace
from agglo.trust.access import people, visibility
from agglo.trust.access.people import operator
from agglo.trust.access.rights import Asset
from agglo.trust.register import publishing, writing
from tests import cards


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of the pages that were made, one by one."""
    asked: list[str] = []
    page = html.page

    def counted(visit, template, **values):
        asked.append(str(visit.request.url.path))
        return page(visit, template, **values)

    monkeypatch.setattr(html, "page", counted)
    return asked


def test_a_page_is_made_once_for_everybody(client: TestClient, rendered: list[str]) -> None:
    first, again = client.get("/donnees"), client.get("/donnees")
    assert rendered == ["/donnees"]
    assert again.text == first.text
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
    known = client.get("/donnees", headers={"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


def test_languages_and_queries_are_pages_of_their_own(client: TestClient, rendered: list[str]) -> None:
    client.get("/donnees")
    assert 'lang="fr"' in client.get("/donnees?lang=fr").text
    client.get("/donnees?q=communes")
    assert len(rendered) == 3
    assert 'lang="fr"' in client.get("/donnees").text, "the choice is kept in a cookie"


def test_what_is_closed_is_closed_at_once(client: TestClient, workspace: Workspace) -> None:
    operator = people.operator(workspace)
    version = next((workspace.datasets / "communes").iterdir()).name
    assert client.get("/donnees/communes").status_code == 200
    assert client.get("/etudes/local-green-deal").status_code == 200
    visibility.set_(workspace, operator, Asset("dataset", f"communes@{version}"), "restricted")
    visibility.set_(workspace, operator, Asset("study", "local-green-deal"), "restricted")
    assert client.get("/donnees/communes").status_code == 404
    assert client.get("/etudes/local-green-deal").status_code == 404


def test_a_published_card_shows_at_once(client: TestClient, workspace: Workspace) -> None:
    assert "Direction of planning" not in client.get("/modeles/land.sinks").text
    writing.save(
        workspace, operator(workspace), "land.sinks", card.parse(cards.authority(owner="Direction of planning"), "x")
    )
    assert "Direction of planning" not in client.get("/modeles/land.sinks").text
    publishing.publish(workspace, operator(workspace), "land.sinks")
    assert "Direction of planning" in client.get("/modeles/land.sinks").text


def test_nothing_is_given_from_one_person_to_another(
    client: TestClient, signed_in: Callable[..., TestClient], rendered: list[str]
) -> None:
    steward = signed_in("steward")
    rendered.clear()
    mine = steward.get("/donnees").text
    theirs = client.get("/donnees").text
    assert rendered == ["/donnees", "/donnees"]
    assert "My account" in mine
    assert "My account" not in theirs
    assert client.get("/donnees", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_a_page_with_a_form_is_made_for_each(client: TestClient, rendered: list[str]) -> None:
    first = client.get("/connexion")
    client.cookies.clear()
    assert client.get("/connexion").text != first.text
    assert rendered == ["/connexion", "/connexion"]


def test_few_pages_are_kept(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "_MOST_PAGES", 3)
    for word in "abcdef":
        client.get(f"/donnees?q={word}")
    assert len(made._PAGES) == 3


def test_a_file_that_cannot_be_looked_at_closes_no_page(client: TestClient, workspace: Workspace) -> None:
    loop = workspace.register / "loop.yaml"
    loop.symlink_to(loop.name)
    bodies = workspace.root / "governance" / "bodies.yaml"
    bodies.parent.mkdir()
    bodies.symlink_to(bodies.name)
    addresses = ("/", "/registre", "/registre/loop", "/gouvernance")
    assert [client.get(address).status_code for address in addresses] == [200, 200, 404, 200]
    assert "cannot be read for now" in client.get("/gouvernance").text
