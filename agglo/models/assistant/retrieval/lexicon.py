"""Words that mean the same to a resident and to an office: whoever asks with one also looks for the others."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from agglo.contract.documents import read_yaml
from agglo.contract.language import _
from agglo.models.assistant.retrieval import analysis

Phrase = tuple[str, ...]
"""Stems that follow each other."""
LONGEST = 4
"""Stems of a phrase at most."""


@cache
def _others() -> Mapping[Phrase, tuple[Phrase, ...]]:
    """For each phrase, those that mean the same."""
    path = Path(str(resources.files("agglo.models.assistant.retrieval"))) / "lexicon.yaml"
    groups: Sequence[Sequence[str]] = read_yaml(path, _("The lists of words cannot be read."))["groups"]
    found: dict[Phrase, tuple[Phrase, ...]] = {}
    for group in groups:
        phrases = [phrase for phrase in map(phrase_of, group) if phrase]
        for phrase in phrases:
            found[phrase] = found.get(phrase, ()) + tuple(one for one in phrases if one != phrase)
    return found


def phrase_of(text: str) -> Phrase:
    """The stems of a text, the words that only link others left out.

    >>> phrase_of("carte d'identité")
    ('cart', 'ident')
    """
    return tuple(analysis.stem(word) for word in analysis.words(text))


def meant(words: Sequence[str]) -> Iterator[str]:
    """Stems that the words of a question may mean beside their own, each once.

    >>> sorted(meant(["virer"]))
    ['licenci', 'mis', 'port', 'renvoi']
    """
    stems = [analysis.stem(word) for word in words]
    seen = set(stems)
    start = 0
    while start < len(stems):
        length = next((n for n in range(LONGEST, 0, -1) if tuple(stems[start : start + n]) in _others()), 0)
        for phrase in _others().get(tuple(stems[start : start + length]), ()) if length else ():
            for stem in phrase:
                if stem not in seen:
                    seen.add(stem)
                    yield stem
        start += max(1, length)
