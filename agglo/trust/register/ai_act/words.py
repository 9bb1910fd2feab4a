"""Articles, dates and obligations of the regulation as people read them."""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby

from agglo.contract import numerals
from agglo.contract.card.substance import plain
from agglo.contract.language import _, in_language
from agglo.trust.register.ai_act.tree import Date, Question, Tree
from agglo.trust.register.ai_act.walk import Due

_ROMAN = {"I": 1, "V": 5, "X": 10}


def articles(said: str) -> str:
    """Articles as the data name them, as people read them.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> articles("6(1), annex I, recital 55"), articles("11, 18")
    ('article 6(1), annex I, recital 55', 'articles 11, 18')
    """
    parts = [part.strip() for part in said.split(",") if part.strip()]
    return ", ".join(_group(kind, list(group)) for kind, group in groupby(parts, _kind))


def in_order(names: Iterable[str]) -> list[str]:
    """Articles by their numbers, then annexes, then recitals.

    >>> in_order(["26(2)", "annex III 2", "annex I", "3(1)", "recital 12", "annex III", "annex III 10"])
    ['3(1)', '26(2)', 'annex I', 'annex III', 'annex III 2', 'annex III 10', 'recital 12']
    """
    return sorted(names, key=_place)


def _place(name: str) -> tuple[int, tuple[tuple[int, str], ...]]:
    words = re.findall(r"\d+|[A-Za-z]+", name)
    kind = {"annex": 1, "recital": 2}.get(words[0], 0) if words else 0
    return kind, tuple((_number(word), word) for word in (words[1:] if kind else words))


def _number(word: str) -> int:
    """A number in figures or of an annex; letters stand after the text without any."""
    if word.isdigit():
        return int(word)
    worth = [_ROMAN[letter] for letter in word if letter in _ROMAN]
    if len(worth) < len(word):
        return 0
    return sum(-one if one < after else one for one, after in zip(worth, [*worth[1:], 0], strict=True))


def _kind(part: str) -> str:
    """Numbers of articles stand together; annexes and recitals each by itself."""
    return part if part.startswith(("annex ", "recital ")) else ""


def _group(kind: str, parts: list[str]) -> str:
    if not kind:
        numbers = ", ".join(parts)
        several = len(parts) > 1 or "–" in numbers
        return (_("articles {numbers}") if several else _("article {numbers}")).format(numbers=numbers)
    word, number, *place = kind.split()
    if word == "recital":
        return _("recital {number}").format(number=number)
    if not place:
        return _("annex {number}").format(number=number)
    if place[0].isalpha():
        return _("annex {number}, section {section}").format(number=number, section=place[0])
    return _("annex {number}, point {point}").format(number=number, point=place[0])


def since(date: Date) -> str:
    """From when a rule applies; where the texts do not agree, both days.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> from agglo.trust.register.ai_act import tree
    >>> since(tree.load().dates["general"])
    '2 August 2026'
    """
    original, amended = (numerals.day_in_words(one) if one else "" for one in (date.original, date.amended))
    if original and amended:
        return _("{original} in the text of 2024; {amended} as amended, according to secondary sources").format(
            original=original, amended=amended
        )
    if amended:
        return _("{amended}, according to secondary sources").format(amended=amended)
    return original


def by_date(owed: Iterable[Due]) -> list[tuple[Date, list[Due]]]:
    """Obligations under the date from which they apply, earliest first."""
    ordered = sorted(owed, key=lambda one: (one.date.amended or one.date.original, one.date.id))
    return [
        (group[0].date, group) for _id, found in groupby(ordered, lambda one: one.date.id) if (group := list(found))
    ]


def unreviewed(tree: Tree, name: str) -> str:
    """What was not checked, as :attr:`agglo.trust.register.ai_act.walk.Conclusion.unreviewed` names it."""
    kind, _dot, one = name.partition(".")
    if kind == "question":
        found = tree.questions[one]
        return f"{in_language(found.question)} ({articles(found.article)})"
    if kind == "obligation":
        owed = tree.obligations[one]
        return f"{in_language(owed.text)} ({articles(owed.article)})"
    date = tree.dates[one]
    return f"{in_language(date.meaning)}{_(':')} {since(date)}"


def spelled(tree: Tree, given: Mapping[str, str]) -> dict[str, str]:
    """Answers as the data name them, where they are given in the words of a label, in any language, or as yes or no."""
    return {name: _spelled(tree.questions[name], said) if name in tree.questions else said
            for name, said in given.items()}  # fmt: skip


def _spelled(question: Question, said: str) -> str:
    known = {one.id for one in question.answers}
    labels = {plain(label): one.id for one in question.answers for label in one.label.values()}
    found = labels.get(plain(said)) or {"oui": "yes", "non": "no", "aucun": "none", "aucune": "none"}.get(plain(said))
    return said if said in known or found not in known else found
