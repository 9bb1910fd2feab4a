"""What people write under an entry, as the schema writes it: a choice in their own words, a day as 31/12/2027.

Only what can be read in one way is changed; everything else is left for the schema to refuse.
"""

import datetime
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from agglo.contract.card.card import ENTRIES, HALVES
from agglo.contract.card.entries import choice_label, is_day, is_month
from agglo.contract.card.substance import plain
from agglo.contract.language import LANGUAGES, speaking

_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_MONTH = re.compile(r"(?:[0-9]{1,2}/)?([0-9]{1,2})/([0-9]{4})")


def spelled(half: str, content: Any) -> Any:
    """The content of one half of a card, its choices, days and months as the schema writes them.

    >>> spelled("authority", {"state": "En usage", "review_due": "31/12/2027", "since": "3/2025", "need": "En usage"})
    {'state': 'in-use', 'review_due': '2027-12-31', 'since': '2025-03', 'need': 'En usage'}
    """
    if not isinstance(content, Mapping):
        return content
    return {name: _value(f"{half}.{name}", value) for name, value in content.items()}


def _value(path: str, value: Any) -> Any:
    if path not in ENTRIES:
        return value
    if isinstance(value, list) and ENTRIES[path].choices:
        return [_value(path, one) for one in value]
    if not isinstance(value, str):
        return value
    half, _dot, name = path.partition(".")
    field = HALVES[half].model_fields[name]
    if ENTRIES[path].choices:
        return words(path).get(plain(value), value.strip())
    if is_day(field) and (found := _DAY.fullmatch(value.strip())):
        return _in_calendar(f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}", value)
    if is_month(field) and (found := _MONTH.fullmatch(value.strip())):
        month = f"{found[2]}-{int(found[1]):02}"
        return value if _in_calendar(f"{month}-01", value) == value else month
    return value


def _in_calendar(day: str, written: str) -> str:
    """A day, or what was written for it where no calendar has it: the refusal then quotes that."""
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        return written
    return day


@cache
def words(path: str) -> Mapping[str, str]:
    """The values of a choice by what people may write for them: the value itself, and its label in each language.

    >>> words("authority.holding")["achete"]
    'bought'
    """
    entry = ENTRIES[path]
    known = {plain(value): value for value in entry.choices}
    for language in LANGUAGES:
        with speaking(language):
            for value in entry.choices:
                label = choice_label(entry.name, value)
                known.setdefault(plain(label), value)
                known.setdefault(plain(re.split("[,(]", label)[0]), value)
    return known
