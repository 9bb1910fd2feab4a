"""The list of addresses that other tests go through: it knows every route, and what it names is there."""

import pytest

from agglo.portal import app
from agglo.store.workspace import Workspace
from agglo.trust.access import examples
from agglo.trust.access.people import operator
from portal import addresses
from portal.conftest import SignedIn


def test_every_route_that_can_be_read_is_in_the_list(workspace: Workspace) -> None:
    read = {route.name for route in app.routes() if "GET" in (route.methods or ())}
    found = addresses.of(workspace)
    assert set(found) == read
    assert all(found.values())
    assert set(addresses.page_names()) <= read


@pytest.mark.parametrize("name", addresses.page_names())
def test_every_page_of_the_list_answers_an_administrator_with_a_page(
    workspace: Workspace, signed_in: SignedIn, name: str
) -> None:
    examples.publish(workspace, operator(workspace), "local-green-deal")
    client = signed_in("administrator")
    for path in addresses.of_route(workspace, name):
        if "/none" in path or path.endswith("/0"):
            continue
        answer = client.get(path, follow_redirects=True)
        assert answer.headers["content-type"].startswith("text/html"), path
        assert answer.status_code in addresses.statuses(name, path, signed_in=True), f"{path}: {answer.status_code}"
