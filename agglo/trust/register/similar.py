"""Cards that serve a like purpose, however they are worded: what is held is found before it is bought again.

Two cards are compared by the concepts they name (:mod:`agglo.trust.register.concepts`) and by the words they share,
each weighed by how rare it is, as a cosine. What cards say is thin: a background of short texts of our own says which
words and concepts are common, so that three cards are enough to tell a rare word.
"""

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from agglo.contract.card import AuthorityPart, Card, choice_label
from agglo.contract.documents import read_yaml
from agglo.contract.language import _, in_language
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.register import concepts
from agglo.trust.register.stems import stem, words

COUNT = 3
"""How many like cards are proposed."""

_TITLE, _PURPOSE, _NEED, _MORE = 2.0, 1.5, 1.0, 0.5
"""How much the texts of a card count."""
_WEIGHTS = {"object": 3.0, "action": 1.5, "word": 1.0, "theme": 1.0}
"""How much a likeness counts: what it is about, what is done, a word that is shared, the theme."""
_EXPRESSION = 1.5
"""How much an expression tells of a concept, where a word alone, which may mean other things, tells 1."""
_WITHIN = 0.5
"""How much a concept names those it is within."""
_COHERENCE = 0.5
"""How much less a concept counts in a text that is about other themes: a word there most likely means another thing."""
_SATURATION = 4.0
"""What is said twice does not count twice: n times counts n / (n + this), as in BM25."""
_REASONS = 6
"""Words and concepts that are told of a likeness, at most."""
_CARDS_KEPT = 4096

Texts = tuple[tuple[str, float], ...]
"""What a card says of its purpose, each text with how much it counts."""
Features = Mapping[str, float]
"""What a text is compared by, and how much it says it (0 to 1): ``object:``, ``action:``, ``theme:`` and ``word:``."""


@dataclass(frozen=True, slots=True)
class Like:
    """A card that serves a like purpose: how near it is (0 to 1), and the concepts and words that say so."""

    id: str
    score: float
    why: list[str] = field(default_factory=list)


def nearest(card: Card, others: Mapping[str, Card], *, count: int = COUNT) -> list[Like]:
    """The cards nearest in purpose to one, nearest first; fewer than ``count`` where others share nothing with it."""
    return Index(others).nearest(card, count=count)


def known(workspace: Workspace, person: Person) -> dict[str, Card]:
    """The cards and models that a person may read, by identifier."""
    from agglo.trust.register import registered

    return {one.id: one.card for one in registered.listing(workspace, person)}


def card_of(text: str) -> Card:
    """A need in words, before there is a card of it, as a card that can be compared."""
    return Card(authority=AuthorityPart(need=text))


class Index:
    """Cards made ready to be searched many times."""

    def __init__(self, cards: Mapping[str, Card]) -> None:
        self._cards = cards
        features = {name: _features(_texts(one), one.authority.theme) for name, one in cards.items()}
        common, count = _background()
        self._seen = common + Counter(feature for one in features.values() for feature in one)
        self._of = count + len(features)
        self._postings: dict[str, dict[str, float]] = defaultdict(dict)
        for name, one in features.items():
            for feature, weight in self._weighed(one).items():
                self._postings[feature][name] = weight

    def nearest(self, card: Card, *, count: int = COUNT) -> list[Like]:
        """As :func:`nearest`."""
        asked = self._weighed(_features(_texts(card), card.authority.theme))
        scores: dict[str, float] = defaultdict(float)
        for feature, weight in asked.items():
            for name, other in self._postings.get(feature, {}).items():
                scores[name] += weight * other
        best = heapq.nsmallest(count, scores, key=lambda name: (-scores[name], name))
        return [Like(name, min(scores[name], 1.0), self._why(asked, name)) for name in best]

    def _weighed(self, features: Features) -> dict[str, float]:
        """Features weighed by their kind and by how rare they are, of length 1."""
        found = {one: value * _WEIGHTS[one.partition(":")[0]] * self._rarity(one) for one, value in features.items()}
        length = math.sqrt(sum(value * value for value in found.values()))
        return {one: value / length for one, value in found.items()} if length else {}

    def _rarity(self, feature: str) -> float:
        """The inverse document frequency of BM25, over the cards and the background."""
        seen = self._seen[feature]
        return math.log(1 + (self._of - seen + 0.5) / (seen + 0.5))

    def _why(self, asked: Mapping[str, float], name: str) -> list[str]:
        """What both cards say, as people read it, what counts most first: concepts, and words that name none of them.

        The theme is told only where nothing else is shared.
        """
        shared = {
            one: weight * other for one, weight in asked.items() if (other := self._postings.get(one, {}).get(name))
        }
        ordered = sorted(shared, key=lambda feature: (-shared[feature], feature))
        written = _written(self._cards[name])
        told = [one for feature in ordered if (one := _told(feature, set(ordered), written))]
        themes = [choice_label("theme", one.partition(":")[2]) for one in ordered if one.startswith("theme:")]
        return list(dict.fromkeys(told or themes[:1]))[:_REASONS]


def _told(feature: str, shared: Set[str], written: Mapping[str, str]) -> str:
    """A shared feature in words; nothing for a theme, or where another that is shared says it better."""
    kind, _colon, name = feature.partition(":")
    listing = concepts.listing()
    if kind == "theme":
        return ""
    if kind == "word":
        word = written.get(name, "")
        known = {f"{listing[one].kind}:{one}" for one in concepts.named(words(word))}
        return "" if known & shared else word
    narrower = (
        one for one in shared if one.startswith("object:") and name in listing[one.removeprefix("object:")].within
    )
    return "" if any(narrower) else listing[name].label


def _written(card: Card) -> dict[str, str]:
    """Words of a card in the language in force by their stem, as they are written there."""
    maker, authority = card.maker, card.authority
    said = [in_language(maker.title), in_language(maker.purpose), authority.need, authority.benefit, authority.context]
    found = (word for text in [*said, *authority.tags] for word in re.findall(r"[^\W\d_]+", text))
    return {stem(one): word.lower() for word in found for one in words(word)}


def _texts(card: Card) -> Texts:
    maker, authority = card.maker, card.authority
    weighed = [
        *((text, _TITLE) for text in maker.title.values()),
        *((text, _PURPOSE) for text in maker.purpose.values()),
        (authority.need, _NEED),
        *((text, _MORE) for text in (authority.benefit, authority.context, *authority.tags)),
    ]
    return tuple((text, weight) for text, weight in weighed if text)


@lru_cache(maxsize=_CARDS_KEPT)
def _features(texts: Texts, theme: str) -> Features:
    listing = concepts.listing()
    counts, themes = _counted(texts)
    whole = sum(themes.values())
    for feature in [one for one in counts if one.startswith("object:")]:
        share = themes[listing[feature.removeprefix("object:")].theme] / whole
        counts[feature] *= 1 - _COHERENCE + 2 * _COHERENCE * share
    if theme:
        themes[theme] += 1
    counts.update({f"theme:{name}": times for name, times in themes.items()})
    return {feature: times / (times + _SATURATION) for feature, times in counts.items() if times}


def _counted(texts: Texts) -> tuple[dict[str, float], dict[str, float]]:
    """How much texts name each word and concept, by how many different words name it; and each theme."""
    listing = concepts.listing()
    counts: dict[str, float] = defaultdict(float)
    themes: dict[str, float] = defaultdict(float)
    for text, weight in texts:
        said = words(text)
        for word in said:
            counts[f"word:{stem(word)}"] += weight
        for name, ways in concepts.named(said).items():
            one = listing[name]
            different = {frozenset(said[place] for place in places) for places in ways}
            times = weight * sum(_EXPRESSION if len(way) > 1 else 1.0 for way in different)
            counts[f"{one.kind}:{name}"] += times
            for wider in one.within:
                counts[f"object:{wider}"] += times * _WITHIN
            if one.kind == "object":
                themes[one.theme] += times
    return counts, themes


@cache
def _background() -> tuple[Counter[str], int]:
    """How many texts of the background have each feature, and how many there are."""
    path = Path(str(resources.files("agglo.trust.register"))) / "background.yaml"
    texts = read_yaml(path, _("The background texts cannot be read."))
    return Counter(feature for text in texts for feature in _features(((text, 1.0),), "")), len(texts)
