"""A card to fill: every entry by section, each with what it asks in comments, in the language in force."""

import textwrap
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from agglo.contract.card import ENTRIES, SECTIONS, Card, Entry, choice_label, label
from agglo.contract.card.entries import ALWAYS, OPTIONAL
from agglo.contract.card.reading import MAKER
from agglo.contract.language import LANGUAGES, N_, _, language, speaking
from agglo.trust.register import layout

_WIDTH = 100
_RULE = "===="
"""Begins the line that names a section."""

WHEN = {
    ALWAYS: "",
    "held": N_("Asked as soon as a system is held: skip it where there is none."),
    "bought": N_("Asked if it is bought, or run by a partner."),
    "started": N_("Asked from the state \"project\" on."),
    "used": N_("Asked once it is in use."),
    "retired": N_("Asked once it is retired."),
    "individual": N_("Asked if it is used to decide about a person or a business."),
    "public": N_("Asked if residents meet it."),
    "affects": N_("Asked if residents meet it, or if it is used to decide about a person or a business."),
    "personal": N_("Asked if there are personal data."),
    "high-risk": N_("Asked if it is high risk under the AI Act."),
    "again": N_("Asked if something already serves a like purpose."),
    OPTIONAL: N_("Not needed to publish; some documents ask for it. Take the sign # away to fill one."),
}  # fmt: skip
"""By the name of a condition: when an entry is asked, untranslated."""


def text(id: str, card: Card, *, beside: frozenset[str] = frozenset()) -> str:
    """The file of a card to fill, what is known of it filled in.

    ``beside`` are the entries that a card beside the model declares already: they are named, not repeated.
    """
    told = layout.content(card)
    maker = dict(told.pop(MAKER, {}))
    lines = [*_head(id), "", f"{MAKER}:"]
    if beside:
        names = ", ".join(label(path) for path in ENTRIES if path in beside)
        said = _("Its maker declares, with the model: {names}.").format(names=names)
        lines += layout.indented(_comment(said))
    lines += layout.indented(list(_half(MAKER, maker, beside)))
    lines += _half("authority", told, frozenset())
    return "\n".join(lines) + "\n"


def language_of(text: str) -> str | None:
    """The language of the help that a file holds, None where it is not a card to fill that holds it still."""
    heads = {line.strip("# =") for line in text.splitlines() if line.lstrip().startswith(f"# {_RULE} ")}
    counts = {code: len(heads & _titles(code)) for code in LANGUAGES}
    best = max(LANGUAGES, key=lambda code: counts[code])
    return best if 2 * counts[best] > len(SECTIONS) else None


def _titles(code: str) -> set[str]:
    with speaking(code):
        return {_(title).strip("# =") for title in SECTIONS.values()}


def _head(id: str) -> list[str]:
    said = (
        _('Card "{id}" of the register of algorithms.').format(id=id),
        _('Write between the quotes "". After the sign >-, write on the line below, under its spaces.'),
        _('Between quotes, write « » rather than a second pair of "".'),
        _("What you leave empty is not declared. Lines that begin with # are help."),
        _('What is missing still: "agglo register check {id}".').format(id=id),
    )
    return [line for one in said for line in _comment(one)]


def _half(half: str, told: Mapping[str, Any], beside: frozenset[str]) -> Iterator[str]:
    """The entries of one half, section by section; those that are always asked come first."""
    for section, title in SECTIONS.items():
        asked = [one for path, one in ENTRIES.items() if (one.half, one.section) == (half, section)]
        asked = [one for one in asked if one.path not in beside]
        if asked:
            yield from ("", f"# {_RULE} {_(title)} {'=' * max(4, 60 - len(_(title)))}")
        asked.sort(key=lambda one: list(WHEN).index(_group(one)))
        for when, group in groupby(asked, key=_group):
            if when != ALWAYS:
                yield from ("", *_comment(f"--- {_(WHEN[when])}"))
            for one in group:
                yield from ("", *_entry(one, told))


def _group(one: Entry) -> str:
    """When an entry is asked; what already serves a like purpose stands with the question that it raises."""
    return "again" if one.path == "authority.similar" else one.when


def _entry(one: Entry, told: Mapping[str, Any]) -> Iterator[str]:
    hint = f" {_(one.hint)}" if one.hint else ""
    yield from _comment(f"{_sentence(_(one.label))}{hint}")
    yield from _choices(one)
    if one.name in told:
        yield from layout.entry(one.name, told[one.name])
    elif one.when == OPTIONAL:
        lines = [f'{one.name}: ""'] if one.annotation is str else layout.blank(one, language())
        yield from (f"# {line}" for line in lines if line.strip())
    else:
        yield from _blank(one)


def _choices(one: Entry) -> Iterator[str]:
    """The words that an entry takes, each with what people call it where that is another word."""
    said = {value: choice_label(one.name, value) for value in one.choices}
    if not said:
        return
    ask = _("One or several of these words:") if _is_list(one) else _("One of these words:")
    if all(value == label for value, label in said.items()):
        yield from _comment(f"{ask} {', '.join(said)}.")
        return
    yield from _comment(ask)
    size = max(map(len, said))
    yield from (f"#   {value.ljust(size)}  {label}" for value, label in said.items())


def _blank(one: Entry) -> Iterator[str]:
    """An empty entry; one that is written by language shows how the other language is added."""
    lines = layout.blank(one, language())
    yield from lines
    if str(one.annotation).startswith("dict[str"):
        other = next(code for code in LANGUAGES if code != language())
        mark = ">-" if layout.is_long(one.name) else '""'
        yield f"  # {other}: {mark}"


def _is_list(one: Entry) -> bool:
    return str(one.annotation).startswith(("list", "typing.List"))


def _sentence(text: str) -> str:
    return text if text.endswith(("?", "!", ".")) else f"{text}."


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
