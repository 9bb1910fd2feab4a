"""Entries of a card as fields of a form: how each is asked, what was typed, and the card that it makes.

A field is called after its entry (``authority.need``); texts in two languages, and the columns of rows, add their own
part (``maker.title.fr``, ``authority.sources.0.what``).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_origin

from pydantic import BaseModel, ValidationError

from agglo.contract.card import ENTRIES, HALVES, SECTIONS, Card, choice_label, label
from agglo.contract.errors import Fault
from agglo.contract.language import LANGUAGES, N_, _
from agglo.portal.app import path_of
from agglo.portal.card_words import MONTHS

Kind = Literal["text", "long", "day", "choice", "choices", "languages", "lines", "rows"]
LONGEST_TEXT = 5_000
"""Letters of one text."""
MOST_LINES = 200
_SPARE_ROWS = 2
"""Empty rows that a form shows after those that are filled."""
_MOST_ROWS = 100
"""Rows that may be kept of an entry, unless it has more already."""
_SHORT = frozenset(
    (
        "service", "owner", "contact", "since", "until", "website", "decisions_per_year", "people_concerned",
        "human_channel", "human_hours", "human_telephone", "retention", "maker", "version", "address", "licence",
        "hosting_country", "applicable_law", "contract", "procurement", "eu_database", "submitter",
        "representative", "market_status", "certificate", "conformity", "instructions",
    )
)  # fmt: skip
"""Entries that a single line answers."""
_DAYS = frozenset(("review_due", "updated", "ai_act_checked"))
ELSEWHERE = frozenset(("authority.state", "authority.ai_act_answers", "authority.ai_act_checked"))
"""Entries that have a page of their own: they are not typed here."""
_COLUMNS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "maker.limits": (("fr", N_("In French")), ("en", N_("In English, if there is any"))),
    "authority.sources": (
        ("what", N_("Data")),
        ("source", N_("Where they are from")),
        ("collected", N_("How they are collected")),
        ("kind", N_("Kind: table, text, image, sound")),
        ("amount", N_("How much of them")),
    ),
    "authority.similar": (
        ("id", N_("Card, model or contract (its identifier or name)")),
        ("why", N_("Why it does not do")),
    ),
}
"""Entries asked in rows: the columns of each, and what they are called."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field as a form asks it. ``columns`` and ``rows`` are of entries asked in rows."""

    path: str
    kind: Kind
    label: str
    hint: str
    optional: bool
    options: tuple[tuple[str, str], ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    rows: int = 0


def address(id: str, path: str) -> str:
    """The address of the field that asks an entry of a card."""
    return f"{path_of('card_edit', id=id)}?section={ENTRIES[path].section}#f-{path}"


ALSO = "aussi"
"""Name in the address of the sections that ask for more since an answer was kept."""


def also(id: str, query: Mapping[str, str]) -> list[tuple[str, str]]:
    """The sections that the address names: the address of each and its title."""
    named = query.get(ALSO, "").split(",")
    here = path_of("card_edit", id=id)
    return [(f"{here}?section={section}", _(title)) for section, title in SECTIONS.items() if section in named]


def kind_of(path: str) -> Kind:
    """How an entry is asked."""
    one = ENTRIES[path]
    if path in _COLUMNS:
        return "rows"
    origin = get_origin(one.annotation)
    if one.choices:
        return "choices" if origin is list else "choice"
    if origin is dict:
        return "languages"
    if origin is list:
        return "lines"
    return "day" if one.name in _DAYS else "text" if one.name in _SHORT else "long"


def fields(card: Card, section: str, typed: Mapping[str, str]) -> list[Field]:
    """The fields of a section: what is asked of this card and what may be said besides, in the order of the schema."""
    asked = set(card.asked())
    return [_field(path, path in asked, typed) for path in paths(card, section)]


def paths(card: Card, section: str) -> list[str]:
    """The entries of a section that a form asks of a card: asked ones, optional ones, and those already said."""
    asked, lacking = set(card.asked()), card.lacking()
    return [
        path
        for path, one in ENTRIES.items()
        if one.section == section and path not in ELSEWHERE
        if path in asked or one.when == "optional" or path not in lacking
    ]


def _field(path: str, is_asked: bool, typed: Mapping[str, str]) -> Field:
    one, kind = ENTRIES[path], kind_of(path)
    options = tuple((value, choice_label(one.name, value)) for value in one.choices)
    if kind == "choice":
        options = (("", _("not declared")), *options)
    columns = tuple((name, _(said)) for name, said in _COLUMNS.get(path, ()))
    rows = _filled(path, typed) + _SPARE_ROWS if columns else 0
    conditional = is_asked and one.when not in ("always", "held")
    return Field(path, kind, label(path), _hint(path, kind, conditional), not is_asked, options, columns, rows)


def _hint(path: str, kind: Kind, conditional: bool) -> str:
    one = ENTRIES[path]
    parts = [_("This follows from your answers.")] if conditional else []
    if one.hint and kind != "day":
        parts.append(_(one.hint))
    if kind == "lines":
        parts.append(_("One a line."))
    if kind == "day":
        parts.append(_("Year, month, day: 2026-11-24."))
    return " ".join(parts)


def _filled(path: str, typed: Mapping[str, str]) -> int:
    """How many rows of an entry are filled, the last one counted."""
    given = [int(found[1]) for name, text in typed.items() if text.strip()
             if (found := re.fullmatch(rf"{re.escape(path)}\.([0-9]{{1,3}})\.[a-z]+", name))]  # fmt: skip
    return max(given, default=-1) + 1


def typed_of(card: Card, wanted: Sequence[str]) -> dict[str, str]:
    """What a form shows of a card: a text by the name of each field; a choice of several has a name for each."""
    found: dict[str, str] = {}
    for path in wanted:
        found.update(_typed(path, card.value(path)))
    return found


def _typed(path: str, value: Any) -> Iterator[tuple[str, str]]:
    match kind_of(path):
        case "rows":
            for number, row in enumerate(_shown(path, value)):
                yield from ((f"{path}.{number}.{name}", row.get(name, "")) for name, _said in _COLUMNS[path])
        case "languages":
            yield from ((f"{path}.{code}", value.get(code, "")) for code in LANGUAGES)
        case "choices":
            yield from ((f"{path}.{one}", "on") for one in value)
        case "lines":
            yield path, "\n".join(value)
        case _:
            yield path, value or ""


def read(card: Card, wanted: Sequence[str], form: Mapping[str, str], faults: list[Fault]) -> Card:
    """The card with what a form says of some entries; what is wrong goes to ``faults``, and is left as it was."""
    content = {half: getattr(card, half).model_dump() for half in HALVES}
    for path in wanted:
        half, _dot, name = path.partition(".")
        content[half][name] = _value(path, card.value(path), form, faults)
    return Card(**{half: _half(half, card, content[half], faults) for half in HALVES})


def _half(half: str, card: Card, content: dict[str, Any], faults: list[Fault]) -> Any:
    try:
        return HALVES[half].model_validate(content)
    except ValidationError as error:
        for detail in error.errors():
            path = f"{half}.{detail['loc'][0]}"
            faults.append(Fault(path, str(detail["input"])[:60], _expected(path)))
        wrong = {str(detail["loc"][0]) for detail in error.errors()}
        kept = {name: value for name, value in content.items() if name not in wrong}
        before = getattr(card, half).model_dump()
        return HALVES[half].model_validate({**before, **kept})


def _expected(path: str) -> str:
    name = path.partition(".")[2]
    if name in MONTHS:
        return _("a month, such as 2026-01")
    if name in _DAYS:
        return _("a day, such as 2026-11-24")
    return _("one of the choices of the list") if ENTRIES[path].choices else _("a text")


def _value(path: str, before: Any, form: Mapping[str, str], faults: list[Fault]) -> Any:
    """What a form says of an entry, as the schema takes it."""
    match kind_of(path):
        case "rows":
            return _rows(path, before, form, faults)
        case "languages":
            return _with_others({code: _text(form, f"{path}.{code}", faults) for code in LANGUAGES}, before)
        case "choices":
            return [one for one in ENTRIES[path].choices if form.get(f"{path}.{one}")]
        case "lines":
            return _lines(form, path, faults)
        case "choice":
            return form.get(path, "").strip() or (None if path == "maker.custody" else "")
        case "long":
            return _text(form, path, faults)
        case _:
            return " ".join(_text(form, path, faults).split())


def _shown(path: str, rows: Sequence[Any]) -> list[Mapping[str, str]]:
    """The rows that a form shows: those that say something in one of its columns."""
    given = [one.model_dump() if isinstance(one, BaseModel) else one for one in rows]
    return [one for one in given if any(one.get(name) for name, _said in _COLUMNS[path])]


def _rows(path: str, before: Any, form: Mapping[str, str], faults: list[Fault]) -> list[Any]:
    """The rows in which something is typed; other languages of a row, and rows in them alone, are kept."""
    found: list[Any] = []
    shown, first = _shown(path, before), _COLUMNS[path][0][0]
    for number in range(_filled(path, form)):
        row = {name: _text(form, f"{path}.{number}.{name}", faults) for name, _said in _COLUMNS[path]}
        if not any(row.values()):
            continue
        if path == "maker.limits":
            found.append(_with_others(row, shown[number] if number < len(shown) else {}))
            continue
        if not row[first]:
            faults.append(Fault(f"{path}.{number}.{first}", _("nothing"), _("what this line is about")))
        found.append(row)
    if len(found) > max(_MOST_ROWS, len(shown)):
        faults.append(Fault(path, _("{count} lines").format(count=len(found)), _at_most(_MOST_ROWS)))
    return found + [row for row in before if row not in shown] if path == "maker.limits" else found


def _with_others(given: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """The texts that are given, with what stood there before in languages that the form does not ask."""
    others = {code: text for code, text in before.items() if code not in LANGUAGES}
    return {**others, **{code: text for code, text in given.items() if text}}


def _lines(form: Mapping[str, str], path: str, faults: list[Fault]) -> list[str]:
    lines = [" ".join(line.split()) for line in _clean(form.get(path, "")).splitlines()]
    given = [line for line in lines if line]
    if len(given) > MOST_LINES:
        faults.append(Fault(path, _("{count} lines").format(count=len(given)), _at_most(MOST_LINES)))
    if any(len(line) > LONGEST_TEXT for line in given):
        faults.append(Fault(path, _("a line that is too long"), _at_most(LONGEST_TEXT)))
    return given


def _text(form: Mapping[str, str], name: str, faults: list[Fault]) -> str:
    text = _clean(form.get(name, "")).strip()
    if len(text) > LONGEST_TEXT:
        faults.append(Fault(name, _("{count} characters").format(count=len(text)), _at_most(LONGEST_TEXT)))
    return text


def _at_most(count: int) -> str:
    return _("at most {count}").format(count=count)


def _clean(text: str) -> str:
    """A text as it is kept: one sign for a new line, no other sign that does not show; French needs no-break spaces."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in plain if one.isprintable() or one in "\n\t" or unicodedata.category(one) == "Zs")


def every_label(found: Sequence[Field]) -> dict[str, str]:
    """What each field, and each of its parts, is called."""
    names: dict[str, str] = {}
    for one in found:
        names[one.path] = one.label
        names |= {f"{one.path}.{code}": one.label for code in LANGUAGES if one.kind == "languages"}
        for number in range(one.rows):
            names |= {f"{one.path}.{number}.{column}": f"{one.label}, {said}" for column, said in one.columns}
    return names


def every_name(found: Sequence[Field]) -> list[str]:
    """The name of each input of a form."""
    names: list[str] = []
    for one in found:
        match one.kind:
            case "languages":
                names += [f"{one.path}.{code}" for code in LANGUAGES]
            case "choices":
                names += [f"{one.path}.{value}" for value, _said in one.options]
            case "rows":
                names += [
                    f"{one.path}.{number}.{column}" for number in range(one.rows) for column, _said in one.columns
                ]
            case _:
                names.append(one.path)
    return names


@dataclass(frozen=True, slots=True)
class Progress:
    """A section in the list of sections: how many of its entries are asked and not declared."""

    id: str
    title: str
    left: int
    asked: int


def progress(card: Card) -> list[Progress]:
    """Every section of the form, with what is left to declare in each."""
    asked, missing, found = set(card.asked()), set(card.missing()), []
    for section, title in SECTIONS.items():
        here = {path for path, one in ENTRIES.items() if one.section == section}
        if paths(card, section):
            found.append(Progress(section, _(title), len(here & missing), len(here & asked)))
    return found
