"""From an address to a function: ``page`` and ``endpoint`` make routes whose functions take a Visit.

The function runs in a thread, in the language of the request. What it raises on purpose becomes a designed page (or a
problem document for programs); what it raises by accident becomes a sober one that says nothing of the inside.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from agglo.contract.errors import AggloError, TooMany
from agglo.contract.language import speaking
from agglo.portal import bodies, errors, guards, languages, made, refusals, sessions
from agglo.portal.visits import Visit
from agglo.store.workspace import Workspace
from agglo.trust.access.people import PUBLIC

Handler = Callable[[Visit], Response]
log = logging.getLogger("agglo.portal")

_CLOSING = frozenset((408, 413))
"""Answers after which the connection is of no use: the rest of the body would still come."""


@dataclass(frozen=True)
class _Kind:
    """How a kind of route tells errors, and what it checks of a request that changes something: before its body is
    read, and after."""

    failed: Callable[[Visit, Exception], Response]
    before: Callable[[Visit], None]
    after: Callable[[Visit], None]


_PAGE = _Kind(errors.page, guards.of_form_before, guards.of_form)
_ENDPOINT = _Kind(errors.problem, guards.of_program, lambda _visit: None)


def page(path: str, handler: Handler, *, name: str, methods: Sequence[str] = ("GET",)) -> Route:
    """A page for people; forms that are sent to it must bear the token of the session."""
    return _route(path, handler, name, methods, _PAGE)


def endpoint(path: str, handler: Handler, *, name: str, methods: Sequence[str] = ("GET",)) -> Route:
    """An answer for programs; errors are problem documents (RFC 9457), as OGC API asks for."""
    return _route(path, handler, name, methods, _ENDPOINT)


def _route(path: str, handler: Handler, name: str, methods: Sequence[str], kind: _Kind) -> Route:
    async def answer(request: Request) -> Response:
        return await answered(request, handler, kind)

    return Route(path, answer, name=name, methods=list(methods))


async def answered(request: Request, handler: Handler, kind: _Kind) -> Response:
    """What a function answers to a request, or how its error is told."""
    visit = _unknown_visit(request)
    with speaking(visit.language):
        try:
            visit = await _prepared(visit, kind)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:
            return await anyio.to_thread.run_sync(_failed, visit, error, kind)
        stamp = made.stamp(visit) if kind is _PAGE else None
        if stamp is not None and (kept := made.find(visit, stamp)):
            return kept
        try:
            answer = await anyio.to_thread.run_sync(_made, visit, handler, kind)
            if stamp is not None:
                made.keep(visit, stamp, answer)
            return answer
        finally:
            await visit.request.close()


async def visit_of(request: Request) -> Visit:
    """Who asks for what, without a body."""
    visit = _unknown_visit(request)
    return replace(visit, person=await anyio.to_thread.run_sync(sessions.person_of, request))


def _unknown_visit(request: Request) -> Visit:
    workspace: Workspace = request.app.state.workspace
    return Visit(request, workspace, PUBLIC, languages.asked(request))


async def _prepared(visit: Visit, kind: _Kind) -> Visit:
    """The visit with its person and its body, once it has shown what it must."""
    request = visit.request
    if request.headers.get("cookie") or request.headers.get("authorization"):
        visit = await visit_of(request)
    if request.method not in guards.UNSAFE:
        return visit
    kind.before(visit)
    visit = await bodies.read(visit)
    try:
        kind.after(visit)
    except AggloError:
        await visit.request.close()
        raise
    return visit


def _made(visit: Visit, handler: Handler, kind: _Kind) -> Response:
    try:
        answer = handler(visit)
    except Exception as error:
        return _failed(visit, error, kind)
    sessions.finish(visit.request, answer)
    return answer


def _failed(visit: Visit, error: Exception, kind: _Kind) -> Response:
    if not isinstance(error, AggloError):
        log.error("%s %s", visit.request.method, visit.request.url.path, exc_info=error)
    answer = kind.failed(visit, error)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(ceil(error.wait_s))
    if answer.status_code == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if answer.status_code in _CLOSING:
        answer.headers["Connection"] = "close"
    sessions.finish(visit.request, answer)
    return answer


async def refused(request: Request, error: Exception) -> Response:
    """The answer where no route is: an address that nothing has, or that is used another way."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    kinds = {404: refusals.not_found, 405: refusals.wrong_method}
    answer = await told(request, kinds.get(status, refusals.unreadable)())
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


async def told(request: Request, error: Exception) -> Response:
    """An error as people read it, or as programs do below the address of the API."""

    def tell(_visit: Visit) -> Response:
        raise error

    program = request.url.path == "/ogc" or request.url.path.startswith("/ogc/")
    visit = _unknown_visit(request)
    with speaking(visit.language):
        return await anyio.to_thread.run_sync(_made, visit, tell, _ENDPOINT if program else _PAGE)
