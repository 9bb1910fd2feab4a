"""Every word of the texts that are searched, and which of them a mistyped word may have been."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agglo.models.assistant.retrieval.analysis import folded, fragments, stem

_LIKELY = 3
"""Words at most that a mistyped word is read as."""
_ALIKE, _SHORTEST = 0.4, 4
"""Least likeness (Dice, fragments of two letters) of two words; fewest letters of a word that is looked for."""


@dataclass
class Vocabulary:
    """Rows of stems and of fragments, given as words come; ``row`` and ``fragment_rows`` add what is new."""

    stems: dict[str, int] = field(default_factory=dict)
    fragments: dict[str, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    """Folded words, with the row of their stem."""
    _seen: dict[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    _pairs: dict[str, list[str]] = field(default_factory=dict)

    def rows(self, word: str) -> tuple[int, tuple[int, ...]]:
        """The row of a word's stem and those of its fragments; new ones are added."""
        known = self._seen.get(word)
        if known is None:
            row = self.stems.setdefault(stem(word), len(self.stems))
            parts = tuple(self.fragments.setdefault(one, len(self.fragments)) for one in fragments(word))
            known = self._seen[word] = (row, parts)
            self.words.setdefault(folded(word), row)
        return known

    def close(self) -> None:
        """No word comes any more: make it quick to find words that look alike."""
        self._seen.clear()
        for word in self.words:
            if len(word) >= _SHORTEST:
                for pair in _pairs(word):
                    self._pairs.setdefault(pair, []).append(word)

    def stem_rows(self, word: str) -> list[tuple[int, float]]:
        """Rows of the stems that a word of a question stands for, with the part of its weight that each takes.

        A word of the texts stands for itself. One that no text holds is read as the words it looks most like: one or
        two letters wrong, missing, added or exchanged.
        """
        small = folded(word)
        row = self.stems.get(stem(word), self.words.get(small))
        if row is not None:
            return [(row, 1.0)]
        if len(small) < _SHORTEST or small.isdigit():
            return []
        found: dict[int, float] = {}
        for alike, likeness in self._alike(small):
            found[self.words[alike]] = max(likeness, found.get(self.words[alike], 0.0))
        return list(found.items())

    def _alike(self, word: str) -> list[tuple[str, float]]:
        shared: dict[str, int] = {}
        own = _pairs(word)
        for pair in own:
            for other in self._pairs.get(pair, ()):
                if abs(len(other) - len(word)) <= 2:
                    shared[other] = shared.get(other, 0) + 1
        close = [(2 * count / (len(own) + len(other) + 1), other) for other, count in shared.items()]
        best = sorted((one for one in close if one[0] >= _ALIKE), reverse=True)[: 8 * _LIKELY]
        most = 1 if len(word) <= 5 else 2
        kept = [(other, steps) for _likeness, other in best if (steps := distance(word, other, most)) <= most]
        kept.sort(key=lambda one: one[1])
        return [(other, 1 - steps / len(word)) for other, steps in kept if steps == kept[0][1]][:_LIKELY]


def _pairs(word: str) -> set[str]:
    marked = f"_{word}_"
    return {marked[i : i + 2] for i in range(len(marked) - 1)}


def distance(first: str, second: str, most: int) -> int:
    """Letters to change, add, drop or exchange with their neighbour to make one word of the other (Damerau 1964, DOI
    10.1145/363958.363994; restricted); ``most + 1`` where more than ``most`` are needed.

    >>> distance("dechetrie", "decheterie", 2), distance("velo", "vleo", 2), distance("eau", "route", 2)
    (1, 1, 3)
    """
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: Sequence[int] = ()
    line: list[int] = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        new = [i]
        for j, other in enumerate(second, start=1):
            least = min(line[j] + 1, new[j - 1] + 1, line[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                least = min(least, before[j - 2] + 1)
            new.append(least)
        if min(new) > most:
            return most + 1
        before, line = line, new
    return min(line[-1], most + 1)


def rows_of(vocabulary: Vocabulary, words: Iterable[str]) -> tuple[list[int], list[int]]:
    """Rows of the stems and of the fragments of words, in order."""
    stems: list[int] = []
    parts: list[int] = []
    for word in words:
        row, own = vocabulary.rows(word)
        stems.append(row)
        parts.extend(own)
    return stems, parts
