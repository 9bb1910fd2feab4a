"""How French inventories write days and choices."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from agglo.contract.card.substance import plain

_NUMERIC = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})([T ].*)?")
_WORDS = re.compile(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
_NEGATIONS = {"pas", "jamais", "ni", "sauf"}


def day(text: str, months: Sequence[str]) -> str:
    """A day as YYYY-MM-DD, day before month as the French write; nothing where it is none.

    >>> months = ["janvier", "fevrier"]
    >>> day("03/02/2026", months), day("1er février 2026", months), day("février 2026", months)
    ('2026-02-03', '2026-02-01', '')
    """
    if found := _ISO.fullmatch(text.strip()):
        parts = found[1], found[2], found[3]
    elif found := _NUMERIC.fullmatch(text.strip()):
        parts = found[3] if len(found[3]) > 2 else f"20{found[3]}", found[2], found[1]
    elif (found := _WORDS.fullmatch(plain(text))) and found[2] in months:
        parts = found[3], str(months.index(found[2]) + 1), found[1]
    else:
        return ""
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:
        return ""


def meanings(text: str, words: Mapping[str, Sequence[str]]) -> list[str]:
    """The choices whose words stand in a text; none where it holds a negation that is not one of the words.

    A phrase within another one that stands there does not count: "plus utilisé" is not "utilisé".

    >>> meanings("Un outil d'aide à la décision", {"support": ["aide a la decision"], "full": ["totalement"]})
    ['support']
    """
    said = f" {plain(text)} "
    there = [(phrase, choice) for choice, phrases in words.items() for phrase in phrases if f" {phrase} " in said]
    phrases = [phrase for phrase, _choice in there]
    whole = [(one, choice) for one, choice in there if not any(one != each and one in each for each in phrases)]
    left = said
    for phrase, _choice in whole:
        left = left.replace(f" {phrase} ", "  ")
    if _NEGATIONS & set(left.split()):
        return []
    return list(dict.fromkeys(choice for _phrase, choice in whole))
