"""Query parameters as OGC API defines them, read once; every fault names its parameter."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from starlette.datastructures import QueryParams

from agglo.contract.errors import Fault, nearest
from agglo.contract.language import LANGUAGES, _
from agglo.portal.ogc import refusals
from agglo.territory.communes import Bounds

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CRS84H = "http://www.opengis.net/def/crs/OGC/0/CRS84h"
ALWAYS = ("f", "lang")
"""Parameters of every operation."""
LARGEST_LIMIT, DEFAULT_LIMIT = 10_000, 100
LARGEST_OFFSET = 10**15

_WHOLE = re.compile(r"[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}([Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2}))?", re.ASCII)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    limit: int
    offset: int


def check(query: QueryParams, known: Collection[str], *, several: Collection[str] = ()) -> None:
    """Refuse parameters that an operation does not have, and those given twice that may be given once.

    Raises
    ------
    Wrong
        Lists all of them (Features Part 1, 7.5: unknown and invalid parameters are refused with 400).
    """
    names = [*ALWAYS, *known, *several]
    found = [
        Fault(name[:80], query[name][:80], _("a parameter of this operation"), nearest(name[:80], names))
        for name in query
        if name not in names
    ]
    found += [
        Fault(name, expected=_("given once"))
        for name in {*query}.intersection(names).difference(several)
        if len(query.getlist(name)) > 1
    ]
    if query.get("lang", LANGUAGES[0]) not in LANGUAGES:
        found.append(Fault("lang", query["lang"][:80], ", ".join(LANGUAGES)))
    if found:
        raise refusals.parameters(found)


def page(query: QueryParams, *, default: int = DEFAULT_LIMIT, largest: int = LARGEST_LIMIT) -> Page:
    """The part that ``limit`` and ``offset`` ask for; a limit above the largest is the largest."""
    limit = _whole(query, "limit", default, least=1)
    return Page(min(limit, largest), min(_whole(query, "offset", 0, least=0), LARGEST_OFFSET))


def _whole(query: QueryParams, name: str, default: int, *, least: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not _WHOLE.fullmatch(text) or int(text) < least:
        raise refusals.parameter(name, text, _("a whole number, at least {least}").format(least=least))
    return int(text)


def boxes(query: QueryParams) -> Sequence[Bounds]:
    """The boxes [degrees] that ``bbox`` asks for: one, two where it crosses the 180th meridian, none where it is not
    there. Heights are not looked at: what is kept has none."""
    crs = query.get("bbox-crs", CRS84)
    if crs not in (CRS84, CRS84H):
        raise refusals.parameter("bbox-crs", crs, CRS84)
    text = query.get("bbox")
    if text is None:
        return ()
    numbers = [_number(part) for part in text.split(",")[:7]]
    if len(numbers) not in (4, 6) or None in numbers:
        raise refusals.parameter("bbox", text, _("four or six numbers separated by commas"))
    known = [number for number in numbers if number is not None]
    half = len(known) // 2
    west, south, east, north = known[0], known[1], known[half], known[half + 1]
    if south > north or (half == 3 and known[2] > known[5]):
        raise refusals.parameter("bbox", text, _("the lower corner before the upper one"))
    if west > east:
        return (west, south, 180.0, north), (-180.0, south, east, north)
    return ((west, south, east, north),)


def _number(text: str) -> float | None:
    """A finite number, or none."""
    number = float(text) if _NUMBER.fullmatch(text.strip(" ")) else math.inf
    return number if math.isfinite(number) else None


def interval(query: QueryParams, name: str = "datetime") -> Interval | None:
    """The instants that ``datetime`` asks for (RFC 3339, or an interval whose ends may be open), both included."""
    text = query.get(name)
    if text is None:
        return None
    first, slash, last = text.partition("/")
    try:
        start = _instant(first, last=False) if not (slash and first in ("", "..")) else _FIRST
        end = _instant(last if slash else first, last=True) if not (slash and last in ("", "..")) else _LAST
    except (ValueError, OverflowError):
        start, end = _LAST, _FIRST
    if start > end or text in ("/", "../", "/..", "../.."):
        raise refusals.parameter(name, text, _("a date, an instant, or two of them separated by a slash"))
    return start, end


def _instant(text: str, *, last: bool) -> datetime:
    """The first or the last moment that a text speaks of."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(text)
    if len(text) == len("2026-01-01"):
        midnight = datetime.combine(date.fromisoformat(text), time(), UTC)
        return midnight + timedelta(days=1, microseconds=-1) if last else midnight
    seconds, dot, rest = text.upper().replace("Z", "+00:00").partition(".")
    if dot:
        digits = re.match(r"[0-9]+", rest)
        fraction = digits[0] if digits else ""
        return datetime.fromisoformat(f"{seconds}.{fraction[:6]:0<6}{rest[len(fraction) :]}")
    return datetime.fromisoformat(seconds)


def among(query: QueryParams, name: str, values: Collection[str]) -> set[str]:
    """Which of some values a parameter asks for; it may be repeated, or separate them with commas. Empty: all."""
    asked = {part for text in query.getlist(name) for part in text.split(",")}
    wrong = sorted(asked - set(values))
    if wrong:
        raise refusals.parameter(name, wrong[0], ", ".join(values))
    return asked


def texts(query: QueryParams, name: str) -> list[str]:
    """What a parameter lists, separated by commas; empty texts are left out."""
    return [part.strip() for text in query.getlist(name) for part in text.split(",") if part.strip()]


def duration(query: QueryParams, name: str) -> float | None:
    """A number of seconds, or none."""
    text = query.get(name)
    return None if text is None else float(_whole(query, name, 0, least=0))


def equals(query: QueryParams, kinds: Mapping[str, str]) -> dict[str, str | float]:
    """What properties of features must be, by name; ``kinds`` gives the type of each."""
    return {name: _value(name, query[name], kinds[name]) for name in kinds if name in query}


def _value(name: str, text: str, kind: str) -> str | float:
    if kind == "string":
        return text.encode("utf-8", "replace").decode()
    if kind == "boolean":
        if text not in ("true", "false"):
            raise refusals.parameter(name, text, "true, false")
        return float(text == "true")
    number = _number(text)
    if number is None:
        raise refusals.parameter(name, text, _("a number"))
    return number
