"""What importers share: reading JSON records, taking HTML out, months, identifiers, and telling every repair."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.trust.register.imports import Repair
from agglo.trust.register.registered import RESERVED
from agglo.trust.register.stems import folded

_ID_LENGTH = 60
_SHOWN = 80
_DEEPEST = 50
"""Objects and lists within one another, at most."""
_BLOCKS = frozenset({"p", "div", "br", "ul", "ol", "li", "tr", "h1", "h2", "h3", "h4"})
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


@dataclass(slots=True)
class Mender:
    """Gathers the repairs of one record."""

    repairs: list[Repair] = field(default_factory=list)

    def told(self, where: str, found: object, made: object = "", why: str = "") -> None:
        """Note a repair; long values are shown by their beginning."""
        self.repairs.append(Repair(where, shown(found), shown(made), why))


def shown(value: object) -> str:
    """A value as a repair shows it."""
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def json_records(content: bytes, what: str, lists: Sequence[str]) -> list[dict[str, Any]]:
    """The records of a JSON file: one object, a list of them, or an object that holds the list under one of ``lists``.

    Raises
    ------
    InvalidInput
        It is not JSON in UTF-8, holds half a sign or is nested without end, or something in the list is not an object:
        every one is named.
    """
    try:
        found = json.loads(content.decode("utf-8-sig"))
        json.dumps(found, ensure_ascii=False).encode()
        _check_depth(found)
    except (ValueError, RecursionError) as error:
        fault = Fault(_("file"), str(error)[:_SHOWN], _("JSON in UTF-8"))
        raise InvalidInput(what, [fault]) from None
    if isinstance(found, dict):
        found = next((found[key] for key in lists if isinstance(found.get(key), list)), [found])
    if not isinstance(found, list) or not found:
        raise InvalidInput(what, [Fault(_("file"), shown(found), _("records, one object each"))])
    faults = [
        Fault(_("record {rank}").format(rank=rank), shown(one), _("an object"))
        for rank, one in enumerate(found, start=1)
        if not isinstance(one, dict)
    ]
    if faults:
        raise InvalidInput(what, faults)
    return list(found)


def _check_depth(found: Any) -> None:
    level = [found]
    for _depth in range(_DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    if level:
        raise ValueError(_("nested without end"))


class _Text(HTMLParser):
    """The text of a piece of HTML: a line for each block, a dash before each item, links behind their words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")
        if tag == "a":
            self.link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "a" and self.link:
            self.parts.append(f" ({self.link})")
            self.link = ""

    def handle_data(self, data: str) -> None:
        self.parts.append(" ".join(re.split(r"\s+", data)))


def without_html(text: str) -> str:
    """A text without HTML; one that holds none is only trimmed.

    >>> without_html("<p>Eerst&nbsp;dit.</p><ul><li>Dan dat</li></ul>"), without_html(" a < b ")
    ('Eerst dit.\\n- Dan dat', 'a < b')
    """
    if not _TAG.search(text):
        return text.strip()
    parser = _Text()
    parser.feed(text)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).splitlines())
    return "\n".join(line for line in lines if line and line != "-")


def month(text: str, names: Sequence[str] = ()) -> str:
    """A month as YYYY-MM from one written otherwise; empty where the month is not said. ``names`` from January on.

    >>> month("01-2023"), month("15/03/2023"), month("maart 2023", ["januari", "februari", "maart"]), month("2023")
    ('2023-01', '2023-03', '2023-03', '')
    """
    said = text.strip().lower()
    for rank, name in enumerate(names, start=1):
        said = re.sub(rf"\b{re.escape(name)}\b", f"{rank:02d}", said)
    for pattern in (
        r"(?P<year>[0-9]{4})[-/. ](?P<month>[0-9]{1,2})([-/. T].*)?",
        r"([0-9]{1,2}[-/. ])?(?P<month>[0-9]{1,2})[-/. ](?P<year>[0-9]{4})",
    ):
        found = re.fullmatch(pattern, said)
        if found and 1 <= int(found["month"]) <= 12:
            return f"{found['year']}-{int(found['month']):02d}"
    return ""


def identifier(text: str) -> str:
    """A short name for a card: small letters, digits and dashes, at most 60 signs.

    >>> identifier("Détection d'intrusion au cœur de ville – Été 2025")
    'detection-d-intrusion-au-coeur-de-ville-ete-2025'
    """
    found = ""
    for word in re.findall(r"[0-9a-z]+", folded(text.casefold())):
        if found and len(found) + 1 + len(word) > _ID_LENGTH:
            break
        found = f"{found}-{word}" if found else word[:_ID_LENGTH]
    return found


def unlike(id: str, taken: Iterable[str]) -> str:
    """An identifier that a card may have and that is not taken yet: a number is put behind one that is."""
    known, rank, found = {*taken, *RESERVED}, 2, id
    while found in known:
        found = f"{id[:_ID_LENGTH]}-{rank}"
        rank += 1
    return found
