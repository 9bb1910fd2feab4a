"""French text as it is searched: words without elision, stems without accents, fragments of words.

Words that only link others are left out; interrogatives (*comment*, *pourquoi*, *combien*) stay: on questions of
residents, leaving them out cost 7.5 points of recall (measured; see docs/decisions).
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

FRAGMENT = 4
"""Letters of a fragment, the marks of beginning and end of a word included."""

_MANY = 1 << 17
_ELISION = re.compile(r"\b(?:[ldjmtscn]|qu|jusqu|lorsqu|puisqu|quoiqu)'", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_LINKS = frozenset(
    _WORD.findall(
        "a au aux avec ce ces cet cette dans de des du elle en et eux il ils je la le les leur leurs lui ma mais me "
        "meme mes moi mon ne nos notre nous on ou par pas pour qu que sa se ses si son sur ta te tes toi ton tu un une "
        "vos votre vous y est sont ete etre l d j m t s c n"
    )
)
"""Articles, prepositions, pronouns and the verb to be, folded."""


def folded(text: str) -> str:
    """A text in small letters, without accents or ligatures.

    >>> folded("Œuvre d'Été")
    "oeuvre d'ete"
    """
    small = text.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'").replace("ʼ", "'")
    return "".join(one for one in unicodedata.normalize("NFKD", small) if not unicodedata.combining(one))


def words(text: str) -> list[str]:
    """The words of a text that say something, in small letters, with their accents, in order.

    >>> words("Où jeter l'huile de friture ?")
    ['où', 'jeter', 'huile', 'friture']
    """
    apart = _ELISION.sub(" ", unicodedata.normalize("NFC", text).lower().replace("’", "'").replace("ʼ", "'"))
    return [word for word in _WORD.findall(apart) if not _links(word)]


@lru_cache(maxsize=_MANY)
def _links(word: str) -> bool:
    return word != "où" and folded(word) in _LINKS


@lru_cache(maxsize=_MANY)
def stem(word: str) -> str:
    """A word without its ending (Snowball, French) and then without accents.

    >>> stem("habitants"), stem("déchèterie"), stem("écoles")
    ('habit', 'decheter', 'ecol')
    """
    return folded(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    from snowballstemmer import stemmer

    return stemmer("french")


@lru_cache(maxsize=_MANY)
def fragments(word: str) -> tuple[str, ...]:
    """Every run of :data:`FRAGMENT` letters of a folded word, its ends marked; a short word is one fragment.

    >>> fragments("eau"), fragments("bus"), fragments("velos")
    (('_eau', 'eau_'), ('_bus', 'bus_'), ('_vel', 'velo', 'elos', 'los_'))
    """
    marked = f"_{folded(word)}_"
    return tuple(marked[i : i + FRAGMENT] for i in range(max(1, len(marked) - FRAGMENT + 1)))
