"""What a request that changes something must show: that it comes from this portal's own pages, or from a program."""

from urllib.parse import urlsplit

from starlette.requests import Request

from agglo.portal import bodies, refusals, sessions
from agglo.portal.visits import Visit

UNSAFE = frozenset(("POST", "PUT", "PATCH", "DELETE"))
TOKEN_FIELD = "token"  # noqa: S105 - the name of a field
TOKEN_HEADER = "x-agglo-token"  # noqa: S105 - the name of a header


def of_form_before(visit: Visit) -> None:
    """Refuse a form that a browser says comes from another site, before it is read."""
    if _same_origin(visit.request) is False:
        raise refusals.from_elsewhere()


def of_form(visit: Visit) -> None:
    """Refuse a form without the token of its session."""
    sessions.check_form(visit.request, visit.form.get(TOKEN_FIELD) or visit.request.headers.get(TOKEN_HEADER, ""))


def of_program(visit: Visit) -> None:
    """Refuse what a browser sends with its session unless it comes from this portal and is JSON. A program that shows
    its token, or shows nothing, is not asked for more."""
    request = visit.request
    if sessions.bears_token(request) or not visit.person.signed_in:
        return
    if not _same_origin(request):
        raise refusals.from_elsewhere()
    kind = bodies.kind_of(request)
    if request.method != "DELETE" and kind != "application/json" and not kind.endswith("+json"):
        raise refusals.not_json()


def _same_origin(request: Request) -> bool | None:
    """Whether a browser says that a request comes from this portal; none where it says nothing."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site in {"same-origin", "none"}
    if origin is not None:
        return _host(origin) in _hosts(request)
    return None


def _hosts(request: Request) -> set[str]:
    address = str(request.app.state.workspace.setting("address"))
    return {host for host in (_host(address), request.headers.get("host", "").lower()) if host}


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""
