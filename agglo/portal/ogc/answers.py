"""Answers to programs: JSON with links, in the form that was asked for, and not sent again where nothing changed."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from agglo.contract.language import _
from agglo.portal import routing
from agglo.portal.ogc import queries, refusals
from agglo.portal.visits import Visit

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
ROOT = "/ogc"

Link = dict[str, str]
Place = Callable[[Visit], str]
"""Gives the path of the page on which people read the same thing."""


def operation(
    handler: routing.Handler,
    *,
    parameters: Collection[str] | None = (),
    several: Collection[str] = (),
    media: str = JSON,
    page: Place | None = None,
) -> routing.Handler:
    """A handler behind what all operations share: known parameters, the form asked for, problems told.

    ``parameters`` None leaves the check of the query to the handler. ``page`` leads people who ask for HTML.
    """

    def answer(visit: Visit) -> Response:
        try:
            if parameters is not None:
                queries.check(visit.request.query_params, parameters, several=several)
            if wants_html(visit, media, page=page is not None) and page:
                return RedirectResponse(page(visit), 303, {"Vary": "Accept"})
            return handler(visit)
        except refusals.Wrong as error:
            return refusals.problem(error)

    return answer


def wants_html(visit: Visit, media: str, *, page: bool) -> bool:
    """Whether HTML is asked for rather than ``media``: ``f`` decides, else the header ``Accept``.

    Raises
    ------
    Wrong
        Neither form that there is is acceptable (406), or ``f`` names no form (400).
    """
    wanted = visit.request.query_params.get("f")
    forms = ("json", "html") if page else ("json",)
    if wanted is not None:
        if wanted not in forms:
            raise refusals.parameter("f", wanted, ", ".join(forms))
        return wanted == "html"
    ranges = _accepted(visit.request.headers.get("accept", ""))
    best = max(_quality(ranges, kind) for kind in {media.partition(";")[0], JSON, "application/problem+json"})
    html = _quality(ranges, HTML) if page else 0.0
    if best <= 0 and html <= 0:
        known = f"{media}, {HTML}" if page else media
        raise refusals.Wrong(_("This cannot be had in that form."), status=406, repair=f"Accept: {known}")
    return html > best


def _accepted(header: str) -> dict[str, float]:
    """Media ranges and how much each is wanted (RFC 9110, 12.5.1); everything where nothing is said."""
    ranges = {}
    for part in header[:2_000].split(","):
        name, *options = (one.strip().lower() for one in part.split(";"))
        if name:
            ranges[name] = next((_weight(one[2:]) for one in options if one.startswith("q=")), 1.0)
    return ranges or {"*/*": 1.0}


def _weight(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _quality(ranges: Mapping[str, float], kind: str) -> float:
    group = f"{kind.partition('/')[0]}/*"
    return next((ranges[one] for one in (kind, group, "*/*") if one in ranges), 0.0)


def document(visit: Visit, content: Mapping[str, Any], *, media: str = JSON, status: int = 200) -> Response:
    """A JSON document; one that whoever asks already holds is not sent again."""
    body = encoded(content)
    if status != 200:
        return Response(body, status, headers(visit), media)
    tag = etag(body)
    return unchanged(visit, tag) or Response(body, 200, {**headers(visit), "ETag": tag}, media)


def encoded(content: Any) -> bytes:
    """JSON as UTF-8; what is no text (half of a pair of surrogates) becomes a question mark."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace")


def headers(visit: Visit) -> dict[str, str]:
    return {"Vary": "Accept", "Content-Language": visit.language}


def etag(*parts: bytes) -> str:
    """A weak tag: the same content may be sent compressed or not."""
    made = hashlib.sha256()
    for part in parts:
        made.update(part)
    return f'W/"{made.hexdigest()[:32]}"'


def unchanged(visit: Visit, tag: str) -> Response | None:
    """The answer to whoever already holds what has that tag; none to anybody else."""
    held = visit.request.headers.get("if-none-match")
    if held is None or (
        held.strip() != "*" and tag[2:] not in [one.strip().removeprefix("W/") for one in held.split(",")]
    ):
        return None
    return Response(status_code=304, headers={**headers(visit), "ETag": tag})


def address(visit: Visit, *parts: str, **query: str) -> str:
    """An absolute address below the root of the API."""
    path = "".join(f"/{quote(part, safe='@:.-_~')}" for part in parts)
    return f"{visit.address}{ROOT}{path}{f'?{urlencode(query)}' if query else ''}"


def portal(visit: Visit, name: str, /, **parts: Any) -> str:
    """The absolute address of a page or a file of the portal."""
    from agglo.portal.app import path_of

    return f"{visit.address}{path_of(name, **parts)}"


def link(href: str, rel: str, title: str, media: str = JSON) -> Link:
    return {"href": href, "rel": rel, "type": media, "title": title}


def here(visit: Visit, **changed: Any) -> str:
    """The address that was asked for, with some parameters changed."""
    query = [(name, text) for name, text in visit.request.query_params.multi_items() if name not in changed]
    query += [(name, str(value)) for name, value in changed.items()]
    return f"{_place(visit)}?{urlencode(query, errors='replace')}" if query else _place(visit)


def _place(visit: Visit) -> str:
    """The address that was asked for, without its query; made once a request."""
    known: str | None = getattr(visit.request.state, "place", None)
    if known is None:
        path = quote(visit.request.scope["path"], safe="/@:.-_~", errors="replace")
        known = visit.request.state.place = f"{visit.address}{path}"
    return known


def itself(visit: Visit, media: str = JSON, *, page: bool = True) -> list[Link]:
    """Links to this very answer, and to the page on which people read the same."""
    links = [link(here(visit), "self", _("This document"), media)]
    if page:
        links.append(link(here(visit, f="html"), "alternate", _("The same as a page"), HTML))
    return links


def turning(visit: Visit, asked: queries.Page, matched: int, media: str = JSON) -> list[Link]:
    """Links to the next and the previous part of a list."""
    links = []
    if asked.offset + asked.limit < matched:
        after = here(visit, offset=asked.offset + asked.limit, limit=asked.limit)
        links.append(link(after, "next", _("Next"), media))
    if asked.offset > 0:
        before = here(visit, offset=max(asked.offset - asked.limit, 0), limit=asked.limit)
        links.append(link(before, "prev", _("Previous"), media))
    return links


def sliced(rows: Sequence[Any], asked: queries.Page) -> Sequence[Any]:
    """The part of a list that is asked for."""
    return rows[asked.offset : asked.offset + asked.limit]
