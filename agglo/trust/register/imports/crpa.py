"""French inventories of algorithms (CSV), made into cards.

Columns are known by the names that :mod:`agglo.trust.register.exports.crpa` writes, by those of Etalab, and by synonyms
(``crpa.yaml``). What has no entry on a card, and what cannot be understood, is left out and told.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from agglo.contract.card import AuthorityPart, Card, MakerPart, Source
from agglo.contract.card.substance import plain, says_something
from agglo.contract.documents import read_yaml
from agglo.contract.language import _, ngettext
from agglo.trust.register.exports.fields import FieldList
from agglo.trust.register.imports import Imported, Repair, french, tables
from agglo.trust.register.imports.mending import identifier, unlike
from agglo.trust.register.registered import IDENTIFIER

_TEXTS = ("service", "contact", "context", "stage", "legal_basis", "website", "decisions_per_year", "people_concerned")
_CHOICES = ("automation", "reach", "state", "individual_decisions")
_BY_LANGUAGE = ("title", "purpose", "method")
_SOURCE = ("source.what", "source.source", "source.collected")
_LEFT_OUT = ("administration", "impact_resources")
_LANGUAGE = "fr"
_LONGEST_NAME = 120
"""Signs of a name of a column at most."""
_CLOSE = 0.88
"""How like a known name an unknown one is taken for it."""


@dataclass(slots=True)
class _Line:
    """One algorithm while it is read: its texts by column, and what was repaired."""

    number: int
    texts: dict[str, list[str]]
    repairs: list[Repair] = field(default_factory=list)

    def text(self, name: str) -> str:
        """What stands in a column, if that says anything; several columns of a name, each once."""
        said = list(dict.fromkeys(one for one in self.texts.get(name, ()) if one))
        kept = [one for one in said if says_something(one)]
        for one in said:
            if one not in kept:
                self.tell(name, one, "", _("says nothing"))
        if len(kept) > 1 and name != "references":
            self.tell(name, " / ".join(kept), "\n".join(kept), _("several columns put together"))
        return "\n".join(kept)

    def tell(self, name: str, found: str, made: str, why: str) -> None:
        self.repairs.append(Repair(_("line {number}, {column}").format(number=self.number, column=_name(name)),
                                   found, made, why))  # fmt: skip


def read(content: bytes) -> list[Imported]:
    """The cards of an inventory, one for each line that says anything; repairs of the file stand with the first.

    Raises
    ------
    InvalidInput
        The file is no table, or none of its columns is known.
    """
    table = tables.read(content, lambda text: _known(text) is not None, ["Nom de l'algorithme", "Finalité"])
    columns, repairs = _columns(table.header)
    lines = _lines(table, columns)
    repairs = [*table.repairs, *repairs, *_dropped(table, columns)]
    made: list[Imported] = []
    for line in lines:
        card, name = _card(line), _identifier(line, {one.id for one in made})
        made.append(Imported(name, card, tuple(dict.fromkeys(line.repairs))))
    if made:
        made[0] = Imported(made[0].id, made[0].card, (*repairs, *made[0].repairs))
    return made


@cache
def _words() -> dict[str, Any]:
    folder = Path(str(resources.files("agglo.trust.register.imports")))
    content: dict[str, Any] = read_yaml(folder / "crpa.yaml", "crpa.yaml")
    return content


@cache
def _names() -> dict[str, str]:
    """Column by each name it goes by, written plainly."""
    return {name: column for column, names in _words()["columns"].items() for name in names}


@cache
def _official() -> dict[str, str]:
    """Names that the export writes, by column."""
    return {_names()[plain(name)]: name for name in FieldList.read("crpa").names}


def _name(column: str) -> str:
    """What people call a column."""
    return _official().get(column, column)


@lru_cache(maxsize=1024)
def _known(text: str) -> str | None:
    """The column that a header names, if any: exactly, with a number after it, or nearly."""
    if len(text) > _LONGEST_NAME:
        return None
    said = re.sub(r" \d+$", "", plain(text))
    if said in _names() or not said:
        return _names().get(said)
    close = get_close_matches(said, _names(), n=1, cutoff=_CLOSE)
    return _names()[close[0]] if close else None


def _columns(header: Sequence[str]) -> tuple[list[str | None], list[Repair]]:
    """The column of each cell of a line, and what the header took."""
    columns = [_known(name) for name in header]
    related = [at for at, one in enumerate(columns) if one == "resources"]
    meant = _words()["resources"]
    for rank, at in enumerate(related):
        columns[at] = meant[rank] if len(related) == len(meant) else "references"
    repairs = []
    for name, column in zip(header, columns, strict=True):
        if column and re.sub(r" \d+$", "", name) != _name(column):
            repairs.append(Repair(_("header"), name, _name(column), _("name of a column")))
    return columns, repairs


def _lines(table: tables.Table, columns: Sequence[str | None]) -> list[_Line]:
    """Lines that say something of a card; data alone, without a name, belong to the line before."""
    lines: list[_Line] = []
    for number, cells in table.rows:
        texts: dict[str, list[str]] = {}
        for column, text in zip(columns, cells, strict=False):
            if column:
                texts.setdefault(column, []).append(text)
        said = {name for name, found in texts.items() if any(found)}
        line = _Line(number, texts)
        if extra := " ".join(filter(None, cells[len(columns) :])):
            line.repairs.append(
                Repair(_("line {number}").format(number=number), extra, "", _("beyond the last column"))
            )
        if lines and said and said <= set(_SOURCE):
            _continue(lines[-1], line)
        elif said - set(_LEFT_OUT):
            lines.append(line)
    return lines


def _continue(line: _Line, more: _Line) -> None:
    """Add the data that a line without a name tells to the algorithm before it."""
    for name in _SOURCE:
        line.texts.setdefault(name, []).extend(more.texts.get(name, [""]))
    found = " ".join(text for name in _SOURCE for text in more.texts.get(name, ()) if text)
    more.tell("source.what", found, _("data of the line above"), _("a line without a name"))
    line.repairs += more.repairs


def _dropped(table: tables.Table, columns: Sequence[str | None]) -> list[Repair]:
    """Columns that say something and that no card holds."""
    repairs = []
    for at, (name, column) in enumerate(zip(table.header, columns, strict=True)):
        count = sum(1 for _number, cells in table.rows if at < len(cells) and cells[at])
        if count and (column is None or column in _LEFT_OUT):
            repairs.append(Repair(_("header"), name or _("a column without a name"), "", _why_dropped(column, count)))
    return repairs


def _why_dropped(column: str | None, count: int) -> str:
    if column == "administration":
        return _("the authority is written in governance/authority.yaml")
    return ngettext(
        "no entry of a card holds its {count} text",
        "no entry of a card holds its {count} texts",
        count,
    ).format(count=count)


def _card(line: _Line) -> Card:
    ours: dict[str, Any] = {name: line.text(name) for name in _TEXTS}
    ours |= {name: _choice(line, name) for name in _CHOICES}
    ours |= {"updated": _updated(line), "sources": _sources(line)}
    theirs: dict[str, Any] = {name: {_LANGUAGE: text} for name in _BY_LANGUAGE if (text := line.text(name))}
    theirs |= {"references": _parts(line.text("references")), "techniques": _techniques(line)}
    return Card(maker=MakerPart.model_validate(theirs), authority=AuthorityPart.model_validate(ours))


def _choice(line: _Line, name: str) -> str:
    found = _several(line, name, [line.text(name)])
    return found[0] if len(found) == 1 else ""


def _techniques(line: _Line) -> list[str]:
    return _several(line, "techniques", _parts(line.text("techniques")), most=None)


def _several(line: _Line, name: str, texts: Iterable[str], most: int | None = 1) -> list[str]:
    """The choices that texts mean, in their order; what is not written as the export does is told."""
    ours = {word: choice for choice, word in FieldList.read("crpa").words[name].items()}
    made: list[str] = []
    for text in filter(None, texts):
        found = [ours[text]] if text in ours else french.meanings(text, _words()["words"][name])
        if not found or (most and len(found) > most):
            line.tell(name, text, "", _("not understood") if not found else _("could mean several things"))
            continue
        if text not in ours:
            words = FieldList.read("crpa").words[name]
            line.tell(name, text, ", ".join(words[one] for one in found), _("understood from its words"))
        made += found
    return list(dict.fromkeys(made))


def _updated(line: _Line) -> str:
    text = line.text("updated")
    made = french.day(text, _words()["months"]) if text else ""
    if made != text:
        line.tell("updated", text, made, _("written as a day") if made else _("no day that can be read"))
    return made


def _sources(line: _Line) -> list[Source]:
    """Data, where from and how, in the same order in three columns: cut by bars, or in columns of their own."""
    cut = {name: [part for one in line.texts.get(name, ()) for part in _bars(one)] for name in _SOURCE}
    counts = {len(parts) for parts in cut.values() if any(parts)}
    if len(counts) > 1:
        told = " / ".join(str(len(cut[name])) for name in _SOURCE)
        line.tell("source.what", told, _("put together in order"), _("not as many data, sources and ways to collect"))
    made = []
    for at in range(max(counts, default=0)):
        what, source, collected = (
            _substance(line, name, cut[name][at] if at < len(cut[name]) else "") for name in _SOURCE
        )
        if what or source or collected:
            made.append(Source(what=what, source=source, collected=collected))
    return made


def _substance(line: _Line, name: str, text: str) -> str:
    if text and not says_something(text):
        line.tell(name, text, "", _("says nothing"))
        return ""
    return text


def _bars(text: str) -> list[str]:
    return [one.strip() for one in text.split("|")]


def _parts(text: str) -> list[str]:
    return [one.strip() for one in re.split(r"[|\n]", text) if one.strip()]


def _identifier(line: _Line, taken: set[str]) -> str:
    given = line.text("id")
    made = given if IDENTIFIER.fullmatch(given) else identifier(given or line.text("title")) or f"line-{line.number}"
    free = unlike(made, taken)
    if free != given:
        why = _("identifier taken already") if free != made else _("identifier made of the name")
        line.tell("id", given, free, why)
    return free
