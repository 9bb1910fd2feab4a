"""What a card says, in words: choices, days, lists and texts in several languages as a page shows them."""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agglo.contract import numerals
from agglo.contract.card import ENTRIES, SECTIONS, Card, Similar, Source, choice_label, label
from agglo.contract.card.substance import says_something
from agglo.contract.language import _, in_language
from agglo.trust.register import seeking

_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.ASCII)
_MAILBOX = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST_SENTENCE = 200
MONTHS = frozenset(("since", "until"))
"""Entries that say a month."""
ELSEWHERE = frozenset(("authority.ai_act_answers", "authority.sources", "authority.similar", "maker.title"))
"""Entries that a page of a card shows in a way of their own."""


@dataclass(frozen=True, slots=True)
class Word:
    """Something said: a text, and an address where it leads anywhere."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of a card as people read it; nothing said means "not declared"."""

    path: str
    label: str
    said: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Some entries of a card under one title."""

    id: str
    title: str
    lines: tuple[Line, ...]

    @property
    def said(self) -> tuple[Line, ...]:
        """The entries under which something is said."""
        return tuple(line for line in self.lines if line.said)

    @property
    def unsaid(self) -> tuple[str, ...]:
        """What the others are called."""
        return tuple(line.label for line in self.lines if not line.said)


def words(path: str, value: Any) -> tuple[Word, ...]:
    """What stands under an entry, a word for each thing said; none where nothing is."""
    if not says_something(value):
        return ()
    name = path.partition(".")[2]
    if ENTRIES[path].choices:
        return tuple(Word(choice_label(name, one)) for one in (value if isinstance(value, list) else [value]))
    if name in MONTHS:
        return (Word(said_day(value)),)
    if isinstance(value, list):
        return tuple(_word(one) for one in value if says_something(one))
    if isinstance(value, Mapping) and name == "ai_act_answers":
        return ()
    return (_word(value),)


def _word(value: Any) -> Word:
    if isinstance(value, Source):
        return Word("; ".join(filter(None, (value.what, value.source, value.collected))))
    if isinstance(value, Similar):
        return Word(f"{value.id}{_(':')} {value.why}" if value.why else value.id)
    text = in_language(value) if isinstance(value, Mapping) else str(value)
    if _DAY.fullmatch(text):
        return Word(said_day(text))
    return Word(text, _leads(text))


def said_day(text: str) -> str:
    """A day as people write it, a month without its day, a year as it is."""
    return numerals.day_in_words(text)


def _leads(text: str) -> str:
    """The address that a text is, if it is one."""
    if _ADDRESS.fullmatch(text):
        return text
    return f"mailto:{text}" if _MAILBOX.fullmatch(text) else ""


def sections(card: Card, *, half: str = "", skip: Iterable[str] = ()) -> list[Section]:
    """Every entry that is asked of a card or said on it, by section; of one half alone where it is named."""
    left_out = ELSEWHERE | set(skip)
    asked, lacking, found = set(card.asked()), card.lacking(), []
    for section, title in SECTIONS.items():
        lines = tuple(
            Line(path, label(path), () if path in lacking else words(path, card.value(path)))
            for path, one in ENTRIES.items()
            if one.section == section and path not in left_out and half in ("", one.half)
            if path in asked or path not in lacking
        )
        if lines:
            found.append(Section(section, _(title), lines))
    return found


def only_said(found: Iterable[Section]) -> list[Section]:
    """Sections without the entries under which nothing is said."""
    return [Section(one.id, one.title, one.said) for one in found if one.said]


def labels(paths: Iterable[str]) -> list[str]:
    """What entries are called."""
    return [label(path) for path in paths]


def purpose_path(card: Card) -> str:
    """The entry that says in the plainest words what it is for."""
    return "maker.purpose" if "authority.plain_text" in card.lacking() else "authority.plain_text"


def plain_purpose(card: Card) -> str:
    """What it is for, in the words that are plainest."""
    return in_language(card.value(purpose_path(card)))


def short(text: str) -> str:
    """The first sentence of a text, cut where it is long.

    >>> short("It finds leaks. It does not repair them.")
    'It finds leaks.'
    """
    first = next(iter(_sentences(" ".join(text.split()))), "")
    return first if len(first) <= _LONGEST_SENTENCE else first[: _LONGEST_SENTENCE - 1].rsplit(" ", 1)[0] + "…"


def _sentences(text: str) -> Iterator[str]:
    yield from (one for one in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ0-9«])", text) if one)


def state(card: Card) -> str:
    """Where it stands and how it is held, as one text."""
    said = card.authority
    parts = [
        choice_label("state", said.state) if said.state else _("state not declared"),
        choice_label("holding", said.holding) if said.holding else "",
    ]
    return ", ".join(filter(None, parts))


def overdue(card: Card, today: str) -> bool:
    """Whether the review of a card was due before a day (YYYY-MM-DD)."""
    return seeking.is_overdue(card, datetime.date.fromisoformat(today))


def review(card: Card, today: str) -> str:
    """When a card is read again, or should have been, as a sentence."""
    due = card.authority.review_due
    if not due:
        return ""
    late, ahead = _("Its review was due on {day}."), _("Review due on {day}.")
    return (late if overdue(card, today) else ahead).format(day=said_day(due))
