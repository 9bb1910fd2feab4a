"""Errors as people and programs read them; nothing of the inside (paths, code, statements) is in them."""

import json

from starlette.responses import Response

from agglo.contract.errors import AggloError, Damaged, Forbidden, InvalidInput, NoNetwork, NotFound, TooMany
from agglo.contract.language import _
from agglo.portal.refusals import Refused
from agglo.portal.visits import Visit

_STATUS = ((NotFound, 404), (Forbidden, 403), (TooMany, 429), (InvalidInput, 422), (NoNetwork, 503), (Damaged, 500))


def status_of(error: Exception) -> int:
    if isinstance(error, Refused):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def page(visit: Visit, error: Exception) -> Response:
    """An error as a page."""
    from agglo.portal import html

    return html.page(visit, "error.html.j2", status=status_of(error), status_code=status_of(error), error=_told(error))


def problem(_visit: Visit, error: Exception) -> Response:
    """An error as a problem document (RFC 9457)."""
    told = _told(error)
    status = status_of(error)
    content = {
        "type": "about:blank",
        "title": told.what,
        "status": status,
        "detail": str(told),
        "faults": [fault.to_dict() for fault in told.faults],
    }
    return Response(json.dumps(content, ensure_ascii=False), status, media_type="application/problem+json")


def _told(error: Exception) -> AggloError:
    if isinstance(error, AggloError):
        return error
    return AggloError(
        _("Something went wrong on our side."),
        repair=_("It has been noted. Try again, or tell us what you were doing."),
    )
