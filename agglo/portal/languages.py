"""The language of a request: ``?lang=``, else the cookie of the last choice, else that of the workspace."""

from starlette.requests import Request
from starlette.responses import Response

from agglo.contract.language import LANGUAGES

COOKIE = "language"
_YEAR_S = 365 * 24 * 3600


def asked(request: Request) -> str:
    """One of ours, whatever was sent."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return str(request.app.state.workspace.setting("language"))


def remember(request: Request, answer: Response) -> None:
    """Keep a choice made by ``?lang=`` for the pages that follow."""
    wanted = request.query_params.get("lang")
    if wanted in LANGUAGES and request.cookies.get(COOKIE) != wanted:
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, wanted, max_age=_YEAR_S, samesite="lax", httponly=True, secure=secure)
