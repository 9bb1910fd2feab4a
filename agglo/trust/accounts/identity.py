"""Signing in through an identity provider: OpenID Connect, authorization code with PKCE, as ProConnect asks for.

What is sent to the provider (state, nonce, verifier) is kept here until it comes back, for ten minutes, once, and for
the browser that left with it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from agglo.store.workspace import Workspace
from agglo.trust.accounts import database, provider
from agglo.trust.accounts.provider import NotVouched, Provider
from agglo.trust.accounts.sessions import digest_of

_WHILE_AWAY = timedelta(minutes=10)
_LEVEL = "eidas1"
"""The level of assurance that ProConnect gives by default; asked for where the provider knows it."""
_NAMES = ("profile", "given_name", "usual_name")
"""The scopes that bring a name, which is all that is asked of the provider besides the identity."""
_LEEWAY_S = 30
_SIGNED = "application/jwt"


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider vouches for. ``id_token`` is shown to it at the end of the session; ``onward`` is where the
    person was going."""

    issuer: str
    subject: str
    name: str
    id_token: str
    onward: str


def departure(workspace: Workspace, *, back: str, browser: str, onward: str) -> str:
    """The provider's address to send somebody to; it sends them to ``back``. ``browser`` is a text that only their
    browser holds.

    Raises
    ------
    NoNetwork
        The provider cannot be reached.
    """
    from agglo.trust.accounts.tables import identity_requests

    known = provider.of(workspace)
    state, nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    values = {"state": digest_of(state), "browser": digest_of(browser), "nonce": nonce, "verifier": verifier}
    expires = database.instant(database.now() + _WHILE_AWAY)
    with database.of(workspace).begin() as connection:
        database.forget_what_is_over(connection)
        connection.execute(identity_requests.insert().values(**values, onward=onward, expires=expires))
    with known.http(scope=_scope(known), redirect_uri=back, code_challenge_method="S256") as client:
        more = {"acr_values": _LEVEL} if _LEVEL in known.document.get("acr_values_supported", ()) else {}
        address, _state = client.create_authorization_url(
            known.document["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce, **more
        )
    return str(address)


def _scope(known: Provider) -> str:
    supported = known.document.get("scopes_supported", ["profile"])
    return " ".join(("openid", *(name for name in _NAMES if name in supported)))


def arrival(workspace: Workspace, sent: Mapping[str, str], *, back: str, browser: str) -> Vouched:
    """Whom the provider sent back with these parameters.

    Raises
    ------
    NotVouched
        Nobody: it refused, the parameters were used already or are another browser's, or a token cannot be believed.
    NoNetwork
        The provider cannot be reached.
    """
    left = _taken(workspace, sent.get("state", ""), browser)
    known = provider.of(workspace)
    if sent.get("iss", known.issuer) != known.issuer:
        raise NotVouched("the answer is of another provider")
    if "code" not in sent:
        raise NotVouched(f"refused: {sent.get('error', '')[:80]}")
    tokens = _tokens(known, sent["code"], back=back, verifier=left["verifier"])
    subject = _subject(known, tokens, nonce=left["nonce"])
    about = _about(known, str(tokens["access_token"]), subject)
    return Vouched(known.issuer, subject, _name(about), str(tokens["id_token"]), left["onward"])


def _taken(workspace: Workspace, state: str, browser: str) -> Mapping[str, str]:
    """What was kept when somebody left; it is taken once."""
    from agglo.trust.accounts.tables import identity_requests as held

    wanted = (held.c.state == digest_of(state), held.c.browser == digest_of(browser))
    in_time = held.c.expires > database.instant(database.now())
    with database.of(workspace).begin() as connection:
        row = connection.execute(held.delete().where(*wanted, in_time).returning(held)).mappings().one_or_none()
    if row is None or not browser:
        raise NotVouched("a state that is unknown, used or another browser's")
    return dict(row)


def _tokens(known: Provider, code: str, *, back: str, verifier: str) -> Mapping[str, Any]:
    import httpx2
    from authlib.integrations.base_client import OAuthError

    try:
        with known.http(redirect_uri=back) as client:
            address = known.document["token_endpoint"]
            tokens = client.fetch_token(address, grant_type="authorization_code", code=code, code_verifier=verifier)
    except OAuthError as error:
        raise NotVouched(f"no token: {error.error}") from None
    except (httpx2.HTTPError, ValueError) as error:
        raise provider.unreachable(error) from None
    if not all(isinstance(tokens.get(name), str) for name in ("id_token", "access_token")):
        raise NotVouched("no id_token")
    return dict(tokens)


def _subject(known: Provider, tokens: Mapping[str, Any], *, nonce: str) -> str:
    """Whom an identity token is about, once all that it claims has been checked (OpenID Connect Core, 3.1.3.7)."""
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import JoseError

    header, content = known.content_of(tokens["id_token"])
    wanted = {"iss": {"essential": True, "value": known.issuer}, "aud": {"essential": True, "value": known.client}}
    more = {"nonce": nonce, "client_id": known.client, "access_token": tokens["access_token"]}
    try:
        CodeIDToken(content, header, wanted, more).validate(leeway=_LEEWAY_S)
    except JoseError as error:
        raise NotVouched(f"an identity token that cannot be believed ({type(error).__name__}: {error})") from None
    subject = content["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise NotVouched("no subject")
    return subject


def _about(known: Provider, access_token: str, subject: str) -> Mapping[str, Any]:
    """What the provider says of somebody: JSON, or a signed token as ProConnect gives."""
    import httpx2

    try:
        with known.http(token={"access_token": access_token, "token_type": "Bearer"}) as client:
            answer = client.get(known.document["userinfo_endpoint"])
            answer.raise_for_status()
        signed = answer.headers.get("content-type", "").partition(";")[0].strip() == _SIGNED
        about = known.content_of(answer.text.strip())[1] if signed else answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise provider.unreachable(error) from None
    if not isinstance(about, dict) or about.get("sub") != subject:
        raise NotVouched("what is said is about somebody else")
    if signed and (about.get("iss", known.issuer) != known.issuer or known.client not in _audience(about, known)):
        raise NotVouched("what is said is by or for somebody else")
    return about


def _audience(about: Mapping[str, Any], known: Provider) -> list[Any]:
    named = about.get("aud", known.client)
    return named if isinstance(named, list) else [named]


def _name(about: Mapping[str, Any]) -> str:
    """A name to show: ProConnect gives ``given_name`` and ``usual_name``, others ``name``."""
    parts = [about.get("given_name"), about.get("usual_name") or about.get("family_name")]
    whole = " ".join(one for one in parts if isinstance(one, str) and one)
    named = about.get("name")
    return whole or (named if isinstance(named, str) else "")


def farewell(workspace: Workspace, id_token: str, *, back: str) -> str:
    """The provider's address where a session ends there too; empty if it has none."""
    end = str(provider.of(workspace).document.get("end_session_endpoint", ""))
    if not end.startswith(("https://", "http://")):
        return ""
    sent = {"id_token_hint": id_token, "state": secrets.token_urlsafe(16), "post_logout_redirect_uri": back}
    return f"{end}{'&' if '?' in end else '?'}{urlencode(sent)}"
