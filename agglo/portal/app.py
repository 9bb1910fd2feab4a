"""The portal as one ASGI application."""

from functools import cache
from importlib import import_module
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.routing import Route

from agglo.portal import assets, routing, security
from agglo.portal.dispatch import ByBeginning
from agglo.store.workspace import Workspace

MODULES = (
    "agglo.portal.pages.home",
    "agglo.portal.pages.territory",
    "agglo.portal.pages.models",
    "agglo.portal.pages.requests",
    "agglo.portal.pages.runs",
    "agglo.portal.pages.downloads",
    "agglo.portal.pages.comparison",
    "agglo.portal.pages.studies",
    "agglo.portal.pages.data",
    "agglo.portal.pages.deals",
    "agglo.portal.pages.footprint",
    "agglo.portal.pages.strategy",
    "agglo.portal.pages.water",
    "agglo.portal.pages.about",
    "agglo.portal.pages.account",
    "agglo.portal.pages.administration",
    "agglo.portal.pages.publication",
    "agglo.portal.pages.register",
    "agglo.portal.pages.card_form",
    "agglo.portal.pages.ai_act",
    "agglo.portal.pages.watch",
    "agglo.portal.pages.governance",
    "agglo.portal.map.pages",
    "agglo.portal.ogc.routes",
)
"""Every module whose ``ROUTES`` are part of the portal."""

_SHORTEST_COMPRESSED = 500
_SENT_AS_KEPT = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/geopackage+sqlite3",
    "application/octet-stream",
    "application/vnd.apache.parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
"""Types that are not compressed on their way: they are already, and parts of them can be asked for."""


def create(workspace: Workspace) -> Starlette:
    """The application that serves a workspace."""
    made = Starlette(
        routes=[ByBeginning([*routes(), Route("/static/{digest}/{name:path}", assets.answer, name="static")])],
        exception_handlers={HTTPException: routing.refused},
        middleware=[
            Middleware(security.Guarded),
            Middleware(
                GZipMiddleware,
                minimum_size=_SHORTEST_COMPRESSED,
                compresslevel=6,
                exclude_content_types=_SENT_AS_KEPT,
            ),
        ],
    )
    made.state.workspace = workspace
    return made


@cache
def routes() -> tuple[Route, ...]:
    """Every route, in the order of the modules."""
    return tuple(route for name in MODULES for route in import_module(name).ROUTES)


def path_of(name: str, /, **parts: Any) -> str:
    """The path of a named route.

    >>> path_of("home")
    '/'
    """
    return str(_named()[name].url_path_for(name, **parts))


@cache
def _named() -> dict[str, Route]:
    return {route.name: route for route in routes()}
