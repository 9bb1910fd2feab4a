"""What every answer tells browsers, which hosts are answered, and how often something may be asked for."""

import ipaddress
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agglo.contract.errors import TooMany
from agglo.contract.language import _
from agglo.portal import refusals
from agglo.portal.visits import Visit

EXTRA_HEADER = "x-agglo-csp-extra"
"""A function that needs more of the content policy than others names it in this header of its answer, as directives
with the sources to add (``"worker-src blob:; img-src https://tiles.example"``); it does not leave the portal."""

_POLICY: Mapping[str, tuple[str, ...]] = {
    "default-src": ("'none'",),
    "style-src": ("'self'",),
    "script-src": ("'self'",),
    "img-src": ("'self'", "data:"),
    "connect-src": ("'self'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'none'",),
    "base-uri": ("'none'",),
}
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_YEAR_S = 365 * 24 * 3600
_API, _STATIC = "/ogc", "/static/"


class Guarded:
    """The portal behind its security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        address = str(scope["app"].state.workspace.setting("address"))

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _guard(scope, MutableHeaders(scope=message), https=_https(scope, address))
            await send(message)

        if address and not _is_host_of(address, scope):
            await _refuse(scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    from agglo.portal import routing

    answer = await routing.told(Request(scope, receive), refusals.other_host())
    await answer(scope, receive, send)


def _is_host_of(address: str, scope: Scope) -> bool:
    """Whether a request is for the address that the portal is published at, and names one host only."""
    named = Headers(scope=scope).getlist("host")
    known = urlsplit(address)
    default = {"https": ":443", "http": ":80"}[known.scheme]
    return len(named) == 1 and named[0].lower().removesuffix(default) == known.netloc.lower().removesuffix(default)


def _https(scope: Scope, address: str) -> bool:
    return address.startswith("https://") or scope.get("scheme") == "https"


def _guard(scope: Scope, headers: MutableHeaders, *, https: bool) -> None:
    headers["Content-Security-Policy"] = policy(headers.get(EXTRA_HEADER, ""))
    if EXTRA_HEADER in headers:
        del headers[EXTRA_HEADER]
    for name, value in _ALWAYS.items():
        headers[name] = value
    if https:
        headers["Strict-Transport-Security"] = f"max-age={_YEAR_S}"
    path, private = str(scope["path"]), bool(scope["state"].get("private"))
    api = path == _API or path.startswith(f"{_API}/")
    headers["Cross-Origin-Resource-Policy"] = "cross-origin" if api else "same-origin"
    if api and not private and scope["method"] in {"GET", "HEAD"}:
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = "Link, ETag, Location, Content-Crs, OGC-NumberMatched"
    if not path.startswith(_STATIC):
        _say_who_may_keep(headers, private=private, api=api)


def _say_who_may_keep(headers: MutableHeaders, *, private: bool, api: bool) -> None:
    """Say that answers depend on who asks, and that those for one person are not kept."""
    headers.add_vary_header("Cookie, Authorization" if api else "Cookie")
    if private:
        headers["Cache-Control"] = "no-store"
    elif "cache-control" not in headers:
        headers["Cache-Control"] = "no-cache"


def policy(extra: str = "") -> str:
    """The content policy, with sources added to some of its directives.

    >>> policy("worker-src blob:; img-src https://tiles.example").split("; ")[3:]  # doctest: +NORMALIZE_WHITESPACE
    ["img-src 'self' data: https://tiles.example", "connect-src 'self'", "form-action 'self'",
     "frame-ancestors 'none'", "base-uri 'none'", 'worker-src blob:']
    """
    known: dict[str, tuple[str, ...]] = dict(_POLICY)
    for directive in extra.replace("\r", "").replace("\n", "").split(";"):
        name, *sources = directive.split()[:20] or [""]
        if name:
            known[name] = (*(one for one in known.get(name, ()) if one != "'none'"), *sources)
    return "; ".join(" ".join((name, *sources)) for name, sources in known.items())


def address_of(request: Request) -> str:
    """Where a request comes from: an address, or the network of 2^64 that one subscriber has in version 6.

    >>> network_of("2001:db8:1:2:3::4"), network_of("192.0.2.7"), network_of("testclient")
    ('2001:db8:1:2::/64', '192.0.2.7', 'testclient')
    """
    return network_of(request.client.host if request.client else "")


def network_of(address: str) -> str:
    """What counts as one place that requests come from."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if known.version == 4 else str(ipaddress.ip_network((known, 64), strict=False))


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, then so many a second."""

    burst: float
    per_s: float


@dataclass
class Limits:
    """How often something may be asked for, by one account and from one address. Held in memory: a restart forgives."""

    rates: dict[str, tuple[Rate, Rate]]
    """By what is asked for: of one account, of one address."""
    _buckets: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _most: int = 20_000

    def take(self, visit: Visit, what: str) -> None:
        """Count one asking.

        Raises
        ------
        TooMany
            It comes too soon after others; it is not counted.
        """
        of_account, of_address = self.rates[what]
        counted = [((what, f"from {address_of(visit.request)}"), of_address)]
        if visit.person.signed_in:
            counted.append(((what, f"by {visit.person.id}"), of_account))
        with self._lock:
            self._take(counted)

    def _take(self, counted: Iterable[tuple[tuple[str, str], Rate]]) -> None:
        moment, left = monotonic(), {}
        if len(self._buckets) > self._most:
            self._buckets.clear()
        for key, rate in counted:
            before, at = self._buckets.get(key, (rate.burst, moment))
            held = min(rate.burst, before + (moment - at) * rate.per_s)
            if held < 1:
                raise TooMany(
                    _("You have asked for a lot in a short time."),
                    wait_s=(1 - held) / rate.per_s,
                    repair=_("Wait a moment, then try again."),
                )
            left[key] = (held - 1, moment)
        self._buckets |= left


limits = Limits({"ask": (Rate(30, 0.2), Rate(100, 1.0))})
"""Asking a model: 30 questions at once and 12 a minute for an account; 100 and 60 a minute from an address."""
