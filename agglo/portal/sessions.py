"""Who asks: the person of a session cookie or of a program's token, else the public. Forms are tied to their session.

A form bears a random part and its HMAC under a text that only the browser holds: the session's, or before signing in
that of a cookie made for it. Another site can make neither; and since the random part changes with each page,
compressing pages tells nothing about it.
"""

import hashlib
import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response

from agglo.portal import refusals
from agglo.store.workspace import Workspace
from agglo.trust.access.people import PUBLIC, Person

_SESSION, _FORM = "session", "form"
_LONGEST_TEXT = 200
_BEARER = "bearer "


def person_of(request: Request) -> Person:
    """The person who sent a request. Without a cookie and a token nothing is looked up.

    Raises
    ------
    Refused
        A token was shown that is not valid.
    """
    person = _person_of_token(request) if bears_token(request) else _person_of_cookie(request)
    if person.signed_in:
        keep_private(request)
    return person


def bears_token(request: Request) -> bool:
    """Whether a program's token was shown: no browser adds it by itself, so no other site can have it sent."""
    return request.headers.get("authorization", "").lower().startswith(_BEARER)


def _person_of_token(request: Request) -> Person:
    from agglo.trust.accounts import tokens

    token = request.headers["authorization"][len(_BEARER) :].strip()
    person = tokens.person_of(_workspace(request), token) if 0 < len(token) <= _LONGEST_TEXT else None
    if person is None:
        raise refusals.wrong_token()
    return person


def _person_of_cookie(request: Request) -> Person:
    from agglo.trust.accounts import sessions

    token = session_of(request)
    return (sessions.person_of(_workspace(request), token) if token else None) or PUBLIC


def session_of(request: Request) -> str:
    """The text of the session cookie; empty where there is none."""
    return _cookie(request, _SESSION)


def keep_private(request: Request) -> None:
    """Have the answer kept nowhere: it is for one person."""
    request.state.private = True


def sign_in(request: Request, answer: Response, token: str) -> None:
    """Give a new session to the browser; the cookie that stood for it before is dropped."""
    keep_private(request)
    _give(request, answer, _SESSION, token)
    _drop(request, answer, _FORM)


def sign_out(request: Request, answer: Response) -> None:
    """Take the session from the browser."""
    for name in (_SESSION, _FORM):
        _drop(request, answer, name)


def form_token(request: Request) -> str:
    """The token that forms of this session must bear, so that no other site can send them."""
    known: str | None = getattr(request.state, "form_token", None)
    if known is None:
        salt = secrets.token_hex(8)
        known = request.state.form_token = f"{salt}.{_signature(browser_of(request), salt)}"
        keep_private(request)
    return known


def check_form(request: Request, token: str) -> None:
    """Refuse a form that this session was not given.

    Raises
    ------
    Refused
        The token is missing, wrong, or of another session.
    """
    salt, _dot, signature = token.partition(".")
    key = session_of(request) or _cookie(request, _FORM)
    if not key or not hmac.compare_digest(signature.encode(), _signature(key, salt).encode()):
        raise refusals.from_elsewhere()


def browser_of(request: Request) -> str:
    """A text that only this browser holds; :func:`finish` gives it one if it has none yet."""
    held = session_of(request) or _cookie(request, _FORM)
    if held:
        return held
    made: str | None = getattr(request.state, "form_cookie", None)
    if made is None:
        made = request.state.form_cookie = secrets.token_urlsafe(32)
    return made


def finish(request: Request, answer: Response) -> None:
    """Give the browser the cookie that the forms of this page are tied to, if it was made for them."""
    made: str | None = getattr(request.state, "form_cookie", None)
    if made:
        _give(request, answer, _FORM, made)


def secure(request: Request) -> bool:
    """Whether people come through https, if only as far as a proxy ahead."""
    address = str(_workspace(request).setting("address"))
    return address.startswith("https://") or request.url.scheme == "https"


def _signature(key: str, salt: str) -> str:
    return hmac.new(key.encode(), f"form {salt}".encode(), hashlib.sha256).hexdigest()


def _workspace(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace


def _name(request: Request, name: str) -> str:
    return f"__Host-{name}" if secure(request) else name


def _cookie(request: Request, name: str) -> str:
    if not request.headers.get("cookie"):
        return ""
    held = request.cookies.get(_name(request, name), "")
    return held if len(held) <= _LONGEST_TEXT else ""


def _give(request: Request, answer: Response, name: str, value: str) -> None:
    answer.set_cookie(_name(request, name), value, path="/", httponly=True, samesite="lax", secure=secure(request))


def _drop(request: Request, answer: Response, name: str) -> None:
    answer.delete_cookie(_name(request, name), path="/", httponly=True, samesite="lax", secure=secure(request))
