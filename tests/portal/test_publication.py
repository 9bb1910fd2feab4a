"""Who may see something is decided on a page, by whoever may approve, and noted."""

from collections.abc import Callable

from starlette.testclient import TestClient

from agglo.store.workspace import Workspace
from agglo.trust.access import visibility
from agglo.trust.access.rights import Asset
from agglo.trust.accounts import audit
from portal.conftest import post

SignedIn = Callable[..., TestClient]


def _dataset(workspace: Workspace) -> str:
    return f"communes@{next((workspace.datasets / 'communes').iterdir()).name}"


def test_a_steward_closes_and_opens_a_dataset(workspace: Workspace, client: TestClient, signed_in: SignedIn) -> None:
    reference, steward = _dataset(workspace), signed_in("steward")
    name = reference.partition("@")[0]
    assert "Decide who may see this" in steward.get(f"/donnees/{name}").text
    place = f"/visibilite/dataset/{reference}"
    closed = post(steward, place, {"visibility": "restricted", "why": "being checked"})
    assert closed.status_code == 303
    assert visibility.of(workspace, Asset("dataset", reference)) == "restricted"
    assert client.get(f"/donnees/{name}").status_code == 404
    assert "being checked" in steward.get(place).text
    post(steward, place, {"visibility": "public", "why": ""})
    assert client.get(f"/donnees/{name}").status_code == 200
    noted, _count = audit.listing(workspace, action="published")
    assert [one["detail"] for one in noted] == ["public", "restricted"]
    assert {one["actor"] for one in noted} == {steward.actor}  # type: ignore[attr-defined]


def test_an_answer_of_an_undeclared_model_is_not_published(workspace: Workspace, signed_in: SignedIn) -> None:
    run, steward = sorted(path.name for path in workspace.runs.iterdir())[0], signed_in("steward")
    post(steward, f"/visibilite/run/{run}", {"visibility": "draft"})
    refused = post(steward, f"/visibilite/run/{run}", {"visibility": "public"})
    assert refused.status_code == 422
    assert "legal_basis" in refused.text
    assert visibility.of(workspace, Asset("run", run)) == "draft"


def test_others_may_not_decide(workspace: Workspace, client: TestClient, signed_in: SignedIn) -> None:
    place = f"/visibilite/dataset/{_dataset(workspace)}"
    assert client.get(place).status_code == 403
    contributor = signed_in("contributor")
    assert "Decide who may see this" not in contributor.get("/donnees/communes").text
    assert contributor.get(place).status_code == 403
    assert post(contributor, place, {"visibility": "restricted"}, page="/compte").status_code == 403


def test_what_is_not_there_and_what_is_no_visibility(workspace: Workspace, signed_in: SignedIn) -> None:
    steward = signed_in("steward")
    assert steward.get("/visibilite/run/nothing").status_code == 404
    assert steward.get("/visibilite/elephant/x").status_code == 422
    wrong = post(steward, f"/visibilite/dataset/{_dataset(workspace)}", {"visibility": "secret"})
    assert wrong.status_code == 422
    assert "There is no such visibility." in wrong.text
