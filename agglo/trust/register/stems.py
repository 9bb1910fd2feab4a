"""Words of a text as they are compared: without accents, endings or the words that every text has. French and English.

The stemmer is a light one, one list of endings for both languages: what counts is that forms of one word meet, not
that the stem is a word.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from agglo.contract.documents import read_yaml
from agglo.contract.language import _

_SHORTEST = 4
"""Letters that a stem keeps at least when a long ending is taken off."""
_MANY = 65536


@cache
def _lists() -> Mapping[str, Any]:
    path = Path(str(resources.files("agglo.trust.register"))) / "stems.yaml"
    lists: Mapping[str, Any] = read_yaml(path, _("The lists of words cannot be read."))
    return lists


@cache
def _endings() -> tuple[str, ...]:
    return tuple(sorted(_lists()["endings"], key=lambda ending: (-len(ending), ending)))


@cache
def _stop() -> frozenset[str]:
    """Words without which a text says the same, folded."""
    return frozenset(word for listed in _lists()["stop"].values() for word in listed)


def guessed(text: str) -> str:
    """The language of a text by its commonest words, French where they tell nothing.

    >>> guessed("Who may use the answer"), guessed("Les agents du service")
    ('en', 'fr')
    """
    said = re.findall(r"[a-z]+", folded(text).lower())
    counts = {code: sum(word in common for word in said) for code, common in _lists()["common"].items()}
    return "en" if counts["en"] > counts["fr"] else "fr"


def folded(text: str) -> str:
    """A text without accents or ligatures, its capitals kept.

    >>> folded("Œuvres d'été")
    "Oeuvres d'ete"
    """
    apart = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "Oe").replace("æ", "ae"))
    return "".join(one for one in apart if not unicodedata.combining(one)).replace("’", "'").replace("ʼ", "'")


def words(text: str) -> list[str]:
    """The words of a text that say something, folded, in small letters, in order. Names written BikeFlow are two;
    compounds with a word that says nothing are one (``sans-abri``).

    >>> words("BikeFlow : l'eau s'échappe sous 12 rues, vers les sans-abri")
    ['bike', 'flow', 'eau', 'echappe', 'rues', 'sansabri']
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", folded(text)).lower()
    whole = re.sub(r"[a-z0-9]+(?:-[a-z0-9]+)+", _joined, apart)
    return [word for word in re.findall(r"[a-z0-9]+", whole) if _says_something(word)]


def _joined(compound: re.Match[str]) -> str:
    parts = compound[0].split("-")
    telling = [_says_something(part) for part in parts]
    return "".join(parts) if any(telling) and not all(telling) else " ".join(parts)


def _says_something(word: str) -> bool:
    return len(word) > 1 and word not in _stop() and not word.isdigit()


@lru_cache(maxsize=_MANY)
def stem(word: str) -> str:
    """A folded word without its ending.

    >>> stem("fuites"), stem("detection"), stem("detecter"), stem("locaux"), stem("distribution")
    ('fuit', 'detect', 'detect', 'local', 'distribu')
    """
    word = _singular(word)
    if word.endswith("ution"):
        return word[: -len("tion")]
    for ending in _endings():
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=_MANY)
def form(word: str) -> str:
    """A folded word without the endings of number, gender and the commonest forms of verbs: less than :func:`stem`,
    so that words of one family that mean different things stay apart.

    >>> form("equipes"), form("equipages"), form("fuites"), form("trie"), form("trier")
    ('equip', 'equipag', 'fuit', 'trie', 'trie')
    """
    word = _singular(word)
    if len(word) > _SHORTEST and word.endswith("er"):
        return word[:-1] if len(word) == _SHORTEST + 1 else word[:-2]
    if word.endswith("ent") and len(word) > _SHORTEST + 2:
        return word[:-3]
    return word[:-1] if word.endswith("e") and len(word) > _SHORTEST else word


def _singular(word: str) -> str:
    if word.endswith("aux") and not word.endswith("eaux"):
        return word[:-2] + "l"
    if len(word) > 3 and word[-1] in "sx" and (word[-2] not in "su" or word.endswith(("eaux", "eux", "oux"))):
        return word[:-1]
    return word
