"""Whether an entry says anything: "unknown", "n/a", a copied hint or the text of another entry do not count."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

_COPY_WORDS = 5
"""A text of as many words that stands twice on a card was copied; shorter ones may well be the same twice."""

_FOREIGN, _WORDS = re.compile(r"[^\x00-\x7f]"), re.compile(r"[^\W_]+")

_EMPTY = frozenset(
    " ".join(one.split())
    for one in """,
    sans objet, a completer, a definir, a determiner, a faire, a preciser, a renseigner, a venir, a voir, en
    attente, en cours, en cours de definition, inconnu, inconnue, indetermine, je ne sais pas, nc, non
    communique, non connu, non declare, non defini, non precise, non renseigne, nr, nsp, ne sait pas, pas
    encore, plus tard, rien a declarer, sans objet pour le moment, voir plus tard, lorem ipsum, na, n a, nil,
    not applicable, not available, not declared, not known, not yet, not yet known, pending, placeholder, tba,
    tbc, tbd, test, to be completed, to be confirmed, to be defined, to be determined, to do, todo, unknown, xx,
    xxx, xxxx, nog niet bekend, nvt, n v t, niet bekend, niet van toepassing, onbekend, volgt, wordt nog
    aangevuld
    """.replace("\n", " ").split(",")
)
"""Texts that say nothing, as :func:`plain` writes them: French, English and Dutch."""


def plain(text: str) -> str:
    """A text as it is compared: without accents, capitals or signs.

    >>> plain("N/A : à définir !")
    'n a a definir'
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    letters = _FOREIGN.sub(lambda one: "" if unicodedata.combining(one[0]) else one[0], apart)
    return " ".join(_WORDS.findall(letters))


_plain_hint = lru_cache(maxsize=1024)(plain)
"""Hints are few, and compared with every card."""


def says_something(value: Any) -> bool:
    """Whether a value says anything: nothing, blank text, "unknown" and the like, or a list or mapping of such, do not.

    >>> says_something("Inconnu."), says_something(["", "n/a"]), says_something("Aucun")
    (False, False, True)
    """
    return any(plain(text) not in _EMPTY for text in texts(value))


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, however deep, without the empty ones."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)
    elif value is not None and str(value).strip():
        yield str(value)


def empty(values: Mapping[str, Any], hints: Mapping[str, str]) -> set[str]:
    """The names under which nothing is said: no substance, the entry's own hint, or the text of an earlier entry."""
    found, seen = set(), {}
    for name, value in values.items():
        said = [told for text in texts(value) if (told := plain(text)) not in _EMPTY]
        own = [text for text in said if text != _plain_hint(hints.get(name, "")) and text not in seen]
        if not own:
            found.add(name)
        seen.update(dict.fromkeys((one for one in said if len(one.split()) >= _COPY_WORDS), name))
    return found
