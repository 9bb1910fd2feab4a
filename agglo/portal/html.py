"""Pages from templates: Jinja2 with the words, figures and dates of the language in force."""

import hashlib
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse, Response

from agglo.contract import numerals
from agglo.contract.language import LANGUAGES, _, ended, in_language, ngettext
from agglo.portal import assets, languages, sessions
from agglo.portal.visits import Visit
from agglo.trust.access import rights

TEMPLATES = Path(__file__).parent / "templates"
OK, NOT_MODIFIED = 200, 304
WEIGHT = "@@weight@@"
"""Stands in a page for its own weight, which is known once it is made."""


def page(visit: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
    """The page that a template gives, with its weight in its footer."""
    text = environment().get_template(template).render(visit=visit, lang=visit.language, path=_path, **values)
    answer: Response = HTMLResponse(text.replace(WEIGHT, assets.weight_of(text), 1), status)
    if status == OK and visit.request.method in {"GET", "HEAD"}:
        answer = _unless_known(visit, answer)
    languages.remember(visit.request, answer)
    return answer


def _unless_known(visit: Visit, answer: Response) -> Response:
    """The page with a tag of its content, or "not modified" where the browser has that very content."""
    tag = f'W/"{hashlib.sha256(answer.body).hexdigest()[:24]}"'
    if tag in visit.request.headers.get("if-none-match", ""):
        answer = Response(status_code=NOT_MODIFIED)
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@cache
def environment() -> Any:
    """Jinja2 with what every template may use."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {
        "_": _,
        "ngettext": ngettext,
        "in_language": in_language,
        "languages": LANGUAGES,
        "static": assets.address_of,
        "WEIGHT": WEIGHT,
        "menu": menu,
        "here": "",
        "other_language": other_language,
        "deciding": deciding,
        "form_token": lambda visit: sessions.form_token(visit.request),
    }
    made.filters |= {
        "number": numerals.number,
        "quantity": numerals.quantity,
        "significant": numerals.significant,
        "unit_label": numerals.unit_label,
        "day": day,
        "instant": instant,
        "anchor": anchor,
        "said": numerals.quantities,
        "ended": ended,
    }
    return made


def menu() -> list[tuple[str, str]]:
    """The main menu: names of routes and what people read."""
    return [
        ("territory", _("Territory")),
        ("studies", _("Studies")),
        ("deals", _("Commitments")),
        ("register", _("Register")),
        ("models", _("Models")),
        ("runs", _("Answers")),
        ("data", _("Data")),
        ("footprint", _("Footprint")),
        ("strategy", _("Strategy")),
    ]


def deciding(visit: Visit, kind: Literal["run", "dataset", "study"], id: str) -> bool:
    """Whether whoever visits may decide who sees an asset."""
    return rights.may(visit.workspace, visit.person, "approve", rights.Asset(kind, id))


def other_language(visit: Visit, code: str) -> str:
    """The address of the same page in another language."""
    asked = [(key, one) for key, one in visit.request.query_params.multi_items() if key != "lang"]
    return f"?{urlencode([*asked, ('lang', code)])}"


def anchor(text: str) -> str:
    """``text`` as the identifier of an element: letters, digits and hyphens, the same for the same text.

    >>> anchor("Émissions 2024")
    'missions-2024'
    """
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain or f"x{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def day(moment: str, zone: str = "Europe/Paris") -> str:
    """The day of an instant as people write it.

    >>> day("2026-11-24T23:30:00Z")
    '25 November 2026'
    """
    return numerals.day_in_words(datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date().isoformat())


def instant(moment: str, zone: str = "Europe/Paris") -> str:
    """Day and time of an instant as people write them."""
    local = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    return _("{day} at {time}").format(day=day(moment, zone), time=f"{local:%H:%M}")


def _path(name: str, /, **parts: Any) -> str:
    from agglo.portal.app import path_of

    return path_of(name, **parts)
