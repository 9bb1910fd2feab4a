"""Whether a shortened text says nothing but what its passages say.

Each sentence must lie within two sentences of the passages that follow each other: its words are theirs, all but one in
ten at most; every number, amount, date, telephone number and address stands there letter by letter, a number with the
word that follows it; and whatever denies or restricts in one does in the other. What cannot be checked is refused: the
quotation itself is shown instead.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agglo.models.assistant.retrieval import analysis
from agglo.models.assistant.sheets import blocks

LEAST_SHARED = 0.9
"""Part of the words of a sentence that its passage must hold."""
MOST_CHARACTERS = 2_000
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>()\"']+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_NUMBER = re.compile(r"\d(?:[\d\u00a0\u202f .,:/h-]*\d)?")
_UNIT = re.compile(r"[\s\u00a0\u202f]*([^\W\d_]+|[€%°])")
_DENIES = frozenset(
    ("ne", "n", "pas", "jamais", "aucun", "aucune", "sans", "sauf", "hors", "ni", "rien", "non", "interdit",
     "interdite", "excepte", "seulement", "uniquement", "obligatoire", "facultatif", "gratuit", "gratuite",
     "payant", "payante")
)  # fmt: skip
"""Folded words that turn a sentence, and so must stand in both or in neither."""
_WRITTEN_NUMBERS = frozenset(
    ("un", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "quinze",
     "vingt", "trente", "quarante", "cinquante", "soixante", "cent", "mille", "moitie", "double", "tiers", "quart")
) - {"un", "une"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refused:
    """A sentence that cannot be shown, and why: ``words``, ``number``, ``address``, ``denial``, ``empty``, ``long``."""

    sentence: str
    why: str
    what: str = ""


def refused(text: str, passages: Sequence[str]) -> list[Refused]:
    """Everything that keeps a shortened text from being shown; empty where each sentence maps to a passage.

    >>> refused("La carte coûte 30 €.", ["La carte d'identité perdue coûte 25 €."])[0].why
    'number'
    """
    said = text.strip()
    if not said:
        return [Refused("", "empty")]
    if len(said) > MOST_CHARACTERS or len(said) > sum(len(one) for one in passages) + 1:
        return [Refused("", "long")]
    windows = [one for passage in passages for one in _windows(blocks.plain(passage))]
    found = []
    for line in said.splitlines():
        for sentence in blocks.sentences(line.strip().removeprefix("-").strip()):
            faults = [_fault(sentence, window) for window in windows]
            if None not in faults:
                found.append(_nearest(faults, sentence))
    return found


def _windows(passage: str) -> Iterator[str]:
    """Each sentence of a passage, and each two that follow each other."""
    said = [one for line in passage.splitlines() for one in blocks.sentences(line)]
    yield from said
    yield from (f"{one} {other}" for one, other in pairwise(said))


_ORDER = ("words", "address", "number", "denial")


def _nearest(faults: Sequence[Refused | None], sentence: str) -> Refused:
    """The fault against the window that goes furthest through the checks."""
    known = [one for one in faults if one is not None]
    return max(known, key=lambda one: _ORDER.index(one.why), default=Refused(sentence, "words"))


def _fault(sentence: str, window: str) -> Refused | None:
    """What keeps a sentence from being said after a window, the first found."""
    asked, held = _stems(sentence), _stems(window)
    strange = asked - held
    if len(strange) > (1 - LEAST_SHARED) * len(asked):
        return Refused(sentence, "words", ", ".join(sorted(strange)))
    for address in _ADDRESS.findall(sentence):
        if address.rstrip(".,;") not in window:
            return Refused(sentence, "address", address)
    for number in sorted(_numbers(sentence) - _numbers(window, bare=True)):
        return Refused(sentence, "number", number)
    turned = _turning(sentence) ^ _turning(window)
    return Refused(sentence, "denial", ", ".join(sorted(turned))) if turned else None


def _stems(text: str) -> set[str]:
    return {analysis.stem(word) for word in analysis.words(_ADDRESS.sub(" ", text)) if not word[0].isdigit()}


def _numbers(text: str, *, bare: bool = False) -> set[str]:
    """Every number as it is written, with the word or sign that follows where there is one; numbers in letters too.
    ``bare`` adds each number alone, so that one that ends a sentence may be found in a longer one.
    """
    without = _ADDRESS.sub(" ", text)
    found = _words(text) & _WRITTEN_NUMBERS
    for one in _NUMBER.finditer(without):
        unit = _UNIT.match(without, one.end())
        found.add(one[0] + (" " + unit[1].lower() if unit else ""))
        found |= {one[0]} if bare else set()
    return found


def _turning(text: str) -> set[str]:
    """Words that deny or restrict, those of one negation as one."""
    found = _words(text) & _DENIES
    return (found - {"ne", "n", "pas"}) | ({"ne"} if found & {"ne", "n", "pas"} else set())


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", analysis.folded(text)))
