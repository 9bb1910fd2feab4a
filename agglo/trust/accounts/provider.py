"""The identity provider: what it says of itself (OpenID Connect Discovery), and what it has signed."""

import ipaddress
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from agglo.contract.errors import Fault, Forbidden, InvalidInput, MissingExtra, NoNetwork
from agglo.contract.language import _
from agglo.store.workspace import Workspace

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

SECRET_VARIABLE = "AGGLO_IDENTITY_SECRET"  # noqa: S105 - the name of a variable
ALGORITHMS = ("RS256", "PS256", "ES256")
"""Signatures that are accepted: those of a key pair only."""
_TIMEOUT_S = 10.0
_FRESH_S = 3600.0
_LEAST_BETWEEN_S = 60.0
"""Keys are not asked for again sooner than that because a signature names an unknown one."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")

log = logging.getLogger("agglo.accounts")


class NotVouched(Forbidden):
    """The identity provider did not say who somebody is, or it cannot be believed. Why is in the log, not told."""

    def __init__(self, why: str) -> None:
        log.warning("identity provider: %s", why)
        super().__init__(_("Signing in did not work."), repair=_("Start again from the page to sign in."))


def configured(workspace: Workspace) -> bool:
    """Whether people may sign in through an identity provider."""
    return bool(workspace.setting("identity_provider") and workspace.setting("identity_client"))


@dataclass
class Provider:
    """An identity provider and this portal's registration with it."""

    issuer: str
    client: str
    document: Mapping[str, Any]
    read: float
    _keys: "KeySet | None" = None
    _keys_read: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def http(self, **more: Any) -> Any:
        """A client of its endpoints, from Authlib; to be used in a ``with``."""
        return _client(self.client, self._way_to_show_the_secret(), **more)

    def _way_to_show_the_secret(self) -> str:
        known = self.document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"

    def content_of(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and content of a token that the provider signed.

        Raises
        ------
        NotVouched
            It did not sign it, or not with a key pair.
        """
        from joserfc import jwt
        from joserfc.errors import JoseError

        for again in (False, True):
            try:
                read = jwt.decode(token, self._keys_in_force(again=again), algorithms=list(ALGORITHMS))
            except (JoseError, ValueError) as error:
                reason = f"{type(error).__name__}: {error}"
                continue
            return dict(read.header), dict(read.claims)
        raise NotVouched(f"a signature is not valid ({reason})")

    def _keys_in_force(self, *, again: bool) -> "KeySet":
        from joserfc.jwk import KeySet

        with self._lock:
            age_s = monotonic() - self._keys_read
            if self._keys is None or age_s > _FRESH_S or (again and age_s > _LEAST_BETWEEN_S):
                content: Any = fetched(self.document["jwks_uri"])
                self._keys = KeySet.import_key_set(content)
                self._keys_read = monotonic()
            return self._keys


_known: dict[tuple[str, str], Provider] = {}


def of(workspace: Workspace) -> Provider:
    """The provider that the settings name; what it says of itself is asked once an hour.

    Raises
    ------
    NoNetwork
        It cannot be reached.
    InvalidInput
        It is not what the settings say.
    """
    issuer, client = str(workspace.setting("identity_provider")), str(workspace.setting("identity_client"))
    held = _known.get((issuer, client))
    if held is None or monotonic() - held.read > _FRESH_S:
        document = fetched(f"{issuer}/.well-known/openid-configuration")
        _check(issuer, document)
        held = _known[issuer, client] = Provider(str(document["issuer"]), client, document, monotonic())
    return held


def fetched(address: str) -> dict[str, Any]:
    """A JSON object of the provider.

    Raises
    ------
    NoNetwork
        It cannot be reached, or answers something else.
    """
    import httpx2

    try:
        answer = httpx2.get(address, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        content = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise unreachable(error) from None
    if not isinstance(content, dict):
        raise unreachable(TypeError("not an object"))
    return content


def unreachable(error: Exception) -> NoNetwork:
    """The provider does not answer; why is in the log."""
    log.warning("identity provider: %s: %s", type(error).__name__, error)
    return NoNetwork(_("The identity provider does not answer."), repair=_("Try again in a moment."))


def _client(name: str, way: str, **more: Any) -> Any:
    try:
        from authlib.integrations.httpx_client import OAuth2Client
    except ImportError:
        raise MissingExtra("Authlib", "portal") from None
    secret = os.environ.get(SECRET_VARIABLE, "")
    return OAuth2Client(name, secret, token_endpoint_auth_method=way, timeout=_TIMEOUT_S, **more)


def _check(issuer: str, document: Mapping[str, Any]) -> None:
    found = []
    if str(document.get("issuer", "")).rstrip("/") != issuer:
        found.append(Fault("issuer", str(document.get("issuer"))[:200], issuer))
    for name in _ENDPOINTS:
        if not _is_safe(str(document.get(name, "")), issuer):
            found.append(Fault(name, str(document.get(name))[:200], _("an address that begins with https://")))
    if found:
        raise InvalidInput(_("The identity provider is not what the settings say."), found)


def _is_safe(address: str, issuer: str) -> bool:
    """Whether an address may be trusted with secrets: https, or http on this very machine where the issuer is there."""
    known = urlsplit(address)
    if known.scheme == "https" and known.hostname:
        return True
    return known.scheme == "http" and _is_loopback(known.hostname) and _is_loopback(urlsplit(issuer).hostname)


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
