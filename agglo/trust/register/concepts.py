"""What a text is about: the concepts of ``concepts.yaml`` that it names, in French or English.

The list is this project's own. A text names a concept by a word whatever its ending, by the beginning of a word, or by
several words that stand near each other in any order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from agglo.contract.documents import read_yaml
from agglo.contract.language import _, in_language
from agglo.trust.register.stems import form, stem, words

_GAP = 2
"""Words of others that may stand between the words of an expression."""
_MANY = 65536
_TELLING = 8
"""Letters of a stem that only one family of words has."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept: its name by language, its theme (of a card; empty for what is done), what it is within."""

    id: str
    title: Mapping[str, str]
    kind: Literal["object", "action"]
    theme: str
    within: tuple[str, ...]
    terms: tuple[str, ...]

    @property
    def label(self) -> str:
        """Its name in the language in force."""
        return in_language(self.title)


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """Concepts by what finds them: a stem alone, the beginning of a word, or a stem with others near it."""

    concepts: Mapping[str, Concept]
    alone: Mapping[str, tuple[str, ...]]
    beginnings: tuple[tuple[str, str], ...]
    together: Mapping[str, tuple[tuple[frozenset[str], str], ...]]


@cache
def _lexicon() -> _Lexicon:
    path = Path(str(resources.files("agglo.trust.register"))) / "concepts.yaml"
    content = read_yaml(path, _("The list of concepts cannot be read."))
    concepts = {name: _concept(name, told) for name, told in content.items()}
    alone: dict[str, set[str]] = {}
    together: dict[str, set[tuple[frozenset[str], str]]] = {}
    beginnings = []
    for name, term in ((one.id, term) for one in concepts.values() for term in one.terms):
        stems = [stem(word) for word in words(term)]
        if term.endswith("*"):
            beginnings.append((words(term)[0], name))
        elif len(stems) == 1:
            alone.setdefault(_key(words(term)[0]), set()).add(name)
        else:
            for first in stems:
                together.setdefault(first, set()).add((frozenset(stems), name))
    return _Lexicon(
        concepts,
        {key: tuple(sorted(ids)) for key, ids in alone.items()},
        tuple(beginnings),
        {key: tuple(sorted(found, key=lambda one: (one[1], sorted(one[0])))) for key, found in together.items()},
    )


def _concept(id: str, told: Mapping[str, Any]) -> Concept:
    return Concept(
        id,
        {code: told[code] for code in ("fr", "en")},
        told.get("kind", "object"),
        told.get("theme", ""),
        tuple(told.get("in", ())),
        tuple(map(str, told["terms"])),
    )


def listing() -> Mapping[str, Concept]:
    """Every concept by its identifier."""
    return _lexicon().concepts


def named(said: Sequence[str]) -> dict[str, set[frozenset[int]]]:
    """The concepts that a text names, given by its :func:`~agglo.trust.register.stems.words`: for each, the places of
    the words that name it, an expression's together. A word of an expression names nothing else by itself.

    >>> sorted(named(words("des fuites sous le trottoir")))
    ['road-network', 'walking', 'water-leak']
    >>> sorted(named(words("assistante maternelle"))), sorted(named(words("école maternelle")))
    (['childcare'], ['school'])
    """
    found: dict[str, set[frozenset[int]]] = {}
    for name, places in _expressions(said):
        found.setdefault(name, set()).add(places)
    covered = {place for several in found.values() for places in several for place in places}
    for place, word in enumerate(said):
        for name in _by_word(word):
            if place not in covered:
                found.setdefault(name, set()).add(frozenset([place]))
    return found


def _expressions(said: Sequence[str]) -> Iterator[tuple[str, frozenset[int]]]:
    stems = [stem(word) for word in said]
    for place, first in enumerate(stems):
        for expression, name in _lexicon().together.get(first, ()):
            reach = range(place, min(place + len(expression) + _GAP, len(said)))
            if expression <= {stems[one] for one in reach}:
                yield name, frozenset(next(one for one in reach if stems[one] == part) for part in expression)


def _key(word: str) -> str:
    """What a word alone is looked up by: its stem where that is long enough to be of one family only, else its form."""
    return found if len(found := stem(word)) >= _TELLING else form(word)


@lru_cache(maxsize=_MANY)
def _by_word(word: str) -> tuple[str, ...]:
    lexicon = _lexicon()
    begun = [name for beginning, name in lexicon.beginnings if word.startswith(beginning)]
    return tuple(dict.fromkeys([*lexicon.alone.get(_key(word), ()), *begun]))
