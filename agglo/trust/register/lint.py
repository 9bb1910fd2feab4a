"""Plain language: sentences that are too long, acronyms nobody spelled out, words that have a plainer one.

Sentences: 25 words. English: GOV.UK, "Sentence length: why 25 words is our limit" (4 August 2014). French: the guide
"Rédiger clairement" of the European Commission asks for 20 words on average and gives no maximum; 25 for one sentence
is our choice. Acronyms are spelled out at first use unless everybody knows them (GOV.UK style guide, "Abbreviations and
acronyms"); which ones everybody knows, and the words that have a plainer one, are our own lists (``lint.yaml``).
Consulted on 2026-11-24.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from agglo.contract.card import Card
from agglo.contract.documents import read_yaml
from agglo.contract.language import LANGUAGES, _
from agglo.contract.numerals import number
from agglo.trust.register.stems import folded, guessed

LONGEST_WORDS = {"fr": 25, "en": 25}
"""Words of a sentence, by language; the sources are said above."""

Kind = Literal["long", "acronym", "jargon"]
_QUOTED_WORDS = 8
_MAKER = ("purpose", "method", "limits")
_AUTHORITY = ("plain_text", "need", "consulted", "benefit", "benefit_measure", "simple_baseline", "alternative",
              "context", "stage", "people_concerned", "human_oversight", "training", "left_out", "human_channel",
              "contest", "risks", "mitigations")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to write more plainly: the entry of the card (empty for a text alone), the words, and what to do."""

    path: str
    kind: Kind
    words: str
    advice: str


def findings(text: str, language: str, path: str = "") -> list[Finding]:
    """What is not plain in a text of a language (``fr`` or ``en``; any other is guessed), in the order of the text.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> [(one.kind, one.words) for one in findings("Le PLUI est scalable.", "fr")]
    [('acronym', 'PLUI'), ('jargon', 'scalable')]
    """
    code = language if language in LANGUAGES else guessed(text)
    plain = _without_addresses(text)
    return [*_long(plain, code, path), *_acronyms(plain, code, path), *_jargon(plain, code, path)]


def of_card(card: Card) -> list[Finding]:
    """What is not plain in the texts of a card that are meant for people; each finding once, at its first place.

    An acronym that one entry spells out is known to those after it.
    """
    found: dict[tuple[Kind, str], Finding] = {}
    spelled: set[str] = set()
    for path, code, text in _texts(card):
        for one in findings(text, code, path):
            if one.kind != "acronym" or one.words not in spelled:
                found.setdefault((one.kind, one.words), one)
        spelled |= {acronym for acronym in _ACRONYM.findall(text) if _is_spelled_out(acronym, text)}
    return list(found.values())


def _texts(card: Card) -> Iterator[tuple[str, str, str]]:
    """Every text that is linted: the path of its entry, its language (empty where it must be guessed), the text."""
    paths = [f"maker.{name}" for name in _MAKER] + [f"authority.{name}" for name in _AUTHORITY]
    for path in paths:
        if path not in card.lacking():
            for code, text in _by_language(card.value(path)):
                yield path, code, text


def _by_language(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from ((str(code), str(text)) for code, text in value.items() if text)
    elif isinstance(value, list):
        for one in value:
            yield from _by_language(one)
    elif value:
        yield "", str(value)


# ------------------------------------------------------------------------------------------------------------ sentences

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)\S+@\S+\.\w+|\b[\w-]+(?:\.[\w-]+)+/\S*")
_SHORTENED = re.compile(
    r"\b(?:M|MM|Mme|Mmes|Mlle|Me|Dr|Pr|St|Ste|art|al|p|pp|ex|n|no|nos|vol|chap|cf|env|max|min|tél|tel|av|bd|boul|etc|"
    r"e\.g|i\.e|p\. ?ex|c\.-à-d|vs|Mr|Mrs|Ms|approx|fig|sec|resp|ann|éd|ed|Inc|Ltd)\.(?=\s+\S)",
    re.IGNORECASE,
)
_END = re.compile(
    r"(?<=[.!?…])[\"»”)]*\s+(?=[\"«“(]?\s*[A-ZÀÂÇÉÈÊËÎÏÔÛÙŒ0-9])|\n\s*\n|\n\s*(?=[-*•–]|\d+[.)]\s)|[;:]\s*\n"
)
_WORD = re.compile(r"[^\W_]+(?:[-./][^\W_]+|[.,]\d+)*")
_DOT = "\x00"


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub("…", text).replace("’", "'")


def sentences(text: str) -> list[str]:
    """The sentences of a text: abbreviations, decimals and initials end none; each item of a list is one.

    >>> sentences("M. Martin lit l'art. 5. Il vaut 2.5 km.")
    ["M. Martin lit l'art. 5.", 'Il vaut 2.5 km.']
    """
    kept = _SHORTENED.sub(lambda found: _protected(found, text), text)
    kept = re.sub(r"\b([A-Z])\.(?=\s?[A-Z])", rf"\1{_DOT}", kept)
    return [one.replace(_DOT, ".").strip() for one in _END.split(kept) if one and one.strip()]


def _protected(found: re.Match[str], text: str) -> str:
    """An abbreviation with its dot set aside; "etc." and the like before a capital do end a sentence."""
    after = text[found.end() :].lstrip()
    ends = found[0].lower() in ("etc.", "env.", "max.", "min.") and after[:1].isupper()
    return found[0] if ends else found[0].replace(".", _DOT)


def _long(text: str, code: str, path: str) -> Iterator[Finding]:
    for sentence in sentences(text):
        said = _WORD.findall(sentence)
        if len(said) > LONGEST_WORDS[code]:
            advice = _("This sentence has {count} words: cut it so that none has more than {most}.").format(
                count=number(len(said)), most=number(LONGEST_WORDS[code])
            )
            yield Finding(path, "long", _beginning(sentence), advice)


def _beginning(sentence: str) -> str:
    said = sentence.split()
    return " ".join(said[:_QUOTED_WORDS]) + ("…" if len(said) > _QUOTED_WORDS else "")


# ------------------------------------------------------------------------------------------------------------- acronyms

_ACRONYM = re.compile(r"(?<![\w.@/&-])[A-Z][A-Z0-9]{1,5}(?![\w@/&])(?!-\w)")
_ROMAN = re.compile(r"[IVXLC]+")
_LEAST_LETTERS, _MOST_LETTERS = 2, 6


def _acronyms(text: str, code: str, path: str) -> Iterator[Finding]:
    known = _lists()["known"]
    everybody = {*known["any"], *known[code]}
    for acronym in dict.fromkeys(_ACRONYM.findall(text)):
        letters = sum(one.isalpha() for one in acronym)
        if letters < _LEAST_LETTERS or acronym in everybody or _ROMAN.fullmatch(acronym) or _is_shouted(acronym, text):
            continue
        if not _is_spelled_out(acronym, text):
            advice = _('Spell it out at first use: "in full ({acronym})".').format(acronym=acronym)
            yield Finding(path, "acronym", acronym, advice)


def _is_shouted(acronym: str, text: str) -> bool:
    """Whether it is a word of a text or title in capitals."""
    place = text.find(acronym)
    near = re.findall(r"[^\W\d_]{2,}", text[max(0, place - 30) : place + len(acronym) + 30])
    capitals = sum(word.isupper() for word in near)
    return len(near) > 3 and capitals > 0.6 * len(near)


def _is_spelled_out(acronym: str, text: str) -> bool:
    """Whether its first use stands beside it in full: in brackets after several words, or with several in brackets."""
    first = re.search(rf"(?<!\w){re.escape(acronym)}(?!\w)", text)
    if first is None:
        return False
    before, after = text[: first.start()].rstrip(), text[first.end() :].lstrip()
    if before.endswith(("(", "[")) and after[:1] in ")],;:":
        return _is_in_full(acronym, before[:-1])
    if opened := re.match(r"[(\[]([^)\]]+)[)\]]|[,:]? ?[«\"“]([^»\"”]+)[»\"”]", after):
        return _is_in_full(acronym, opened[1] or opened[2])
    clause = re.match(r"[,:–—]\s*([^.;,:()]+)", after)
    return bool(clause and _are_initials(acronym, clause[1]))


def _is_in_full(acronym: str, said: str) -> bool:
    """Whether words in or before brackets are what an acronym stands for: several, its first letter among theirs."""
    several = re.findall(r"[a-z]{2,}", folded(said).lower())[-2 * _MOST_LETTERS :]
    return len(several) > 1 and acronym[0].lower() in {word[0] for word in several}


def _are_initials(acronym: str, said: str) -> bool:
    """Whether most letters of an acronym begin words that follow it, in order."""
    initials = iter(word[0] for word in re.findall(r"[a-z]+", folded(said).lower()))
    found = sum(letter in initials for letter in acronym.lower())
    return found > len(acronym) / 2


# --------------------------------------------------------------------------------------------------------------- jargon


@cache
def _lists() -> Mapping[str, Any]:
    path = Path(str(resources.files("agglo.trust.register"))) / "lint.yaml"
    lists: Mapping[str, Any] = read_yaml(path, _("The lists of the plain-language check cannot be read."))
    return lists


@cache
def _jargon_words(code: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(word), plainer) for word, plainer in _lists()["jargon"][code].items())


def _pattern(word: str) -> re.Pattern[str]:
    flags = 0 if word.endswith("=") else re.IGNORECASE
    written = re.escape(word.rstrip("*=")) + (r"\w*" if word.endswith("*") else "")
    return re.compile(rf"(?<![\w-]){written}(?![\w])(?!-\w)", flags)


def _jargon(text: str, code: str, path: str) -> Iterator[Finding]:
    found: dict[tuple[int, str], str] = {}
    for pattern, plainer in _jargon_words(code):
        for match in pattern.finditer(text):
            found.setdefault((match.start(), match[0]), plainer)
    said = set()
    for (_place, word), plainer in sorted(found.items()):
        if word.lower() not in said:
            said.add(word.lower())
            yield Finding(path, "jargon", word, _('Plainer: "{plainer}".').format(plainer=plainer))
