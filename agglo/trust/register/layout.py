"""A card as YAML that people read and write: long texts in blocks, short ones between quotes, nothing that is empty."""

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Any

from agglo.contract.card import ENTRIES, Card, Entry
from agglo.contract.card.reading import MAKER, pruned

_WIDTH = 100
"""Columns that a long text is wrapped to, its indentation left out."""

_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_WORDS_OF_YAML = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
_SPACES = "\u00a0\u202f"
"""No-break spaces, which French texts hold before signs."""
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

SHORT = frozenset((
    *("title", "maker", "version", "contact", "address", "website", "licence", "hosting_country", "service", "owner"),
    *("human_channel", "human_hours", "human_telephone", "decisions_per_year", "contract", "procurement", "id"),
    *("eu_database", "since", "until", "review_due", "updated", "ai_act_checked", "market_status", "certificate"),
    *("what", "source", "collected", "kind", "amount", "people_concerned", "tags", "models", "member_states"),
    *("techniques", "ai_act_roles", "ai_act_answers", "custody"),
))  # fmt: skip
"""Entries whose texts fit a line; so do choices."""


def content(card: Card) -> dict[str, Any]:
    """A card as a file of the register holds it: the authority's entries, the maker's under ``maker``, none empty."""
    told = pruned(card.model_dump(mode="json"))
    maker = {MAKER: told[MAKER]} if MAKER in told else {}
    return {**maker, **told.get("authority", {})}


def text(card: Card) -> str:
    """The whole file of a card, in the order of its entries."""
    told = content(card)
    maker, authority = told.pop(MAKER, {}), told
    lines = [line for name, value in _in_order(maker, MAKER) for line in entry(name, value)]
    top = [f"{MAKER}:", *indented(lines)] if lines else []
    rest = [line for name, value in _in_order(authority, "authority") for line in entry(name, value)]
    return "\n".join([*top, *rest]) + "\n"


def _in_order(told: Mapping[str, Any], half: str) -> list[tuple[str, Any]]:
    return [(one.name, told[one.name]) for one in ENTRIES.values() if one.half == half and one.name in told]


def entry(name: str, value: Any) -> list[str]:
    """An entry as lines of YAML: its name and what stands under it."""
    first, *rest = _node(value, is_long(name))
    return [f"{_key(name)}: {first}".rstrip(), *indented(rest)]


def is_long(name: str) -> bool:
    """Whether the texts of an entry are written as blocks."""
    known = next((one for one in ENTRIES.values() if one.name == name), None)
    return name not in SHORT and not (known and known.choices)


def blank(one: Entry, language: str) -> list[str]:
    """An entry under which nothing is said yet, laid out so that it only needs to be filled."""
    kind, long = str(one.annotation), is_long(one.name)
    if one.name == "sources":
        return ["sources:", '  - what: ""', '    source: ""', '    collected: ""', '    kind: ""', '    amount: ""']
    if one.name == "similar":
        return ["similar:", '  - id: ""', *_to_fill("    why", long, 6)]
    if one.name == "ai_act_answers":
        return [f"{one.name}: {{}}"]
    if kind.startswith("list[dict"):
        return [f"{one.name}:", *_to_fill(f"  - {language}", long, 6)]
    if kind.startswith("dict"):
        return [f"{one.name}:", *_to_fill(f"  {language}", long, 4)]
    if kind.startswith(("list", "typing.List")):
        return [f"{one.name}:", '  - ""']
    return _to_fill(one.name, long, 2)


def _to_fill(key: str, long: bool, indentation: int) -> list[str]:
    return [f"{key}: >-", " " * indentation] if long else [f'{key}: ""']


def indented(lines: list[str]) -> list[str]:
    """Lines set in by two columns."""
    return [f"  {line}" if line else "" for line in lines]


def _node(value: Any, long: bool) -> list[str]:
    """What stands beside the key of a value, then the lines below it, as they are set in under that key."""
    if isinstance(value, Mapping):
        return ["", *(line for name, one in value.items() for line in _pair(str(name), one, long))]
    if isinstance(value, list):
        return ["", *(line for one in value for line in _item(one, long))]
    if isinstance(value, bool) or not isinstance(value, str):
        return [json.dumps(value)]
    return (_folded(value) if long else None) or [_quoted(value)]


def _pair(name: str, value: Any, long: bool) -> list[str]:
    first, *rest = _node(value, long and name not in SHORT)
    return [f"{_key(name)}: {first}".rstrip(), *indented(rest)]


def _item(value: Any, long: bool) -> list[str]:
    first, *rest = _node(value, long)
    if isinstance(value, Mapping | list):
        first, *rest = rest or [_empty(value)]
    return [f"- {first}", *indented(rest)]


def _empty(value: Any) -> str:
    return "{}" if isinstance(value, Mapping) else "[]"


def _key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) and name.lower() not in _WORDS_OF_YAML else _quoted(name)


def _quoted(value: str) -> str:
    return _UNPRINTABLE.sub(lambda one: f"\\u{ord(one[0]):04x}", json.dumps(value, ensure_ascii=False))


def _folded(value: str) -> list[str] | None:
    """A text as a block: folded where it is one paragraph, line by line where it is several; None if it cannot be."""
    lines = value.split("\n")
    if any(line != line.strip() or not _fits(line) for line in lines) or not value.strip():
        return None
    if len(lines) > 1:
        return ["|-", *lines] if lines[0] and lines[-1] else None
    wrapped = textwrap.wrap(value, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return [">-", *wrapped] if " ".join(wrapped) == value else None


def _fits(line: str) -> bool:
    return all(one.isprintable() or one in _SPACES for one in line) and "\ufeff" not in line
