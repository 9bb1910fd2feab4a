"""Routes grouped by how addresses begin are chosen as Starlette chooses among all of them."""

import pytest
from starlette.routing import Match

from agglo.portal import app
from agglo.portal.dispatch import ByBeginning

PATHS = (
    "/",
    "/ogc",
    "/ogc/",
    "/ogc/jobs/x",
    "/ogc/nothing",
    "/donnees/x",
    "/donnees",
    "/nothing",
    "/reponses/x/y/z",
    "//",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PUT"])
def test_the_same_route_is_chosen(path, method) -> None:
    scope = {"type": "http", "path": path, "method": method, "root_path": ""}
    found = [(route.matches(scope)[0], route.endpoint) for route in app.routes()]
    full = next((one for one in found if one[0] == Match.FULL), None)
    expected = full or next((one for one in found if one[0] == Match.PARTIAL), None)
    match, child = ByBeginning(app.routes()).matches(scope)
    assert match == (expected[0] if expected else Match.NONE)
    assert child.get("endpoint") == (expected[1] if expected else None)


def test_addresses_behind_a_prefix_are_found() -> None:
    scope = {"type": "http", "path": "/below/ogc", "method": "GET", "root_path": "/below"}
    assert ByBeginning(app.routes()).matches(scope)[0] == Match.FULL
