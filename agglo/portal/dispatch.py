"""From an address to its route without trying every other one: routes are grouped by how their addresses begin."""

from collections.abc import Iterable
from typing import Any

from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import Receive, Scope, Send

_CHOSEN = "agglo.route"


class ByBeginning(BaseRoute):
    """Many routes as one; those whose address begins with the same word are tried in their order, no others.

    An address such as ``/{name}`` begins with no word, and cannot be among them.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._groups: dict[str, list[Route]] = {}
        for route in routes:
            beginning = _beginning(route.path)
            assert "{" not in beginning, route.path
            self._groups.setdefault(beginning, []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As one route does: the first whose address and method match, else the first whose address does."""
        partial: tuple[Match, Scope] = (Match.NONE, {})
        for route in self._groups.get(_beginning(scope["path"].removeprefix(scope.get("root_path", ""))), ()):
            match, child = route.matches(scope)
            if match == Match.FULL:
                return match, {**child, _CHOSEN: route}
            if match == Match.PARTIAL and partial[0] == Match.NONE:
                partial = match, {**child, _CHOSEN: route}
        return partial

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope[_CHOSEN].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """The path of a route among them; errors as Starlette's."""
        for route in (one for group in self._groups.values() for one in group if one.name == name):
            return route.url_path_for(name, **path_params)
        raise NoMatchFound(name, path_params)


def _beginning(path: str) -> str:
    """The first word of an address.

    >>> _beginning("/ogc/jobs"), _beginning("/")
    ('ogc', '')
    """
    return path[1:].partition("/")[0]
