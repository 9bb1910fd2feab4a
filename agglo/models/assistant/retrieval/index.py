"""The index of a library: which texts a question may be about, best first, and how sure.

Five things count, each by BM25:

- the stems of the question in the title (twice), in the reworded questions that editors added, and in the text;
- words that mean the same as those asked, with less weight (:mod:`agglo.models.assistant.retrieval.lexicon`);
- its fragments of words: other endings, compounds, mistyped words;
- of the texts that come first, how much of the question stands in two sentences that follow each other;
- and how much of it in the order asked.

How sure: these sums as parts of what the question tells, times the square root of what it tells, since six words found
out of eight are better evidence than three out of four; see :attr:`Found.score`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from agglo.models.assistant.retrieval import analysis, lexicon, reading
from agglo.models.assistant.retrieval.postings import Postings, build
from agglo.models.assistant.retrieval.vocabulary import Vocabulary, rows_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TITLE = 2
"""Times that a title counts."""
MEANT, FRAGMENTS, WINDOW, ORDER = 0.4, 0.5, 0.5, 0.3
"""What words meant, fragments, two sentences and the order weigh beside stems."""
DEPTH = 50
"""Texts that are read closely."""
SURE_FRAGMENTS, SURE_WINDOW, SURE_POWER, SURE_HALF = 3.0, 1.0, 0.5, 11.0
"""Weights of how sure; ``SURE_HALF`` is the evidence that gives a score of one half."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is indexed of a sheet."""

    title: str
    sentences: Sequence[str]
    questions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A text that a question may be about.

    ``score`` runs from 0 to 1 and compares across questions: it grows with the share of the question that the text
    answers. ``sentence`` is where most of it stands; None where only the title or a reworded question tells.
    """

    text: int
    score: float
    sentence: int | None


@dataclass(frozen=True)
class Asked:
    """A question in rows of the index: of each word, the stems it stands for with what each tells."""

    words: Sequence[str]
    stems: Sequence[Sequence[tuple[int, float]]]
    meant: Sequence[int]
    """Stems of other words that mean the same."""
    tells: float
    """What the words tell together, those that no text holds included."""

    @property
    def rows(self) -> dict[int, float]:
        """What each stem tells, the most where a stem is asked twice."""
        found: dict[int, float] = {}
        for word in self.stems:
            for row, tells in word:
                found[row] = max(tells, found.get(row, 0.0))
        return found

    @property
    def pairs(self) -> dict[tuple[int, int], float]:
        """What neighbours tell together, the likeliest stem of each taken."""
        likely = [word[0] if word else None for word in self.stems]
        both = [(one, other) for one, other in pairwise(likely) if one and other]
        return {(one[0], other[0]): (one[1] + other[1]) / 2 for one, other in both}


@dataclass(frozen=True)
class Index:
    """What is kept of texts to search them. Make it with :func:`of`."""

    vocabulary: Vocabulary
    stems: Postings
    fragments: Postings
    sequences: reading.Sequences
    digest: str

    @property
    def bytes(self) -> int:
        """What the arrays hold [bytes]."""
        return self.stems.bytes + self.fragments.bytes + self.sequences.bytes

    def search(self, question: str, *, limit: int = 10, among: "NDArray[np.bool_] | None" = None) -> list[Found]:
        """The texts that a question may be about, best first; ``among`` says which texts may be found."""
        import numpy as np

        asked = self.asked(analysis.words(question))
        stems, fragments = self._broad(asked)
        broad = stems + FRAGMENTS * fragments
        if among is not None:
            broad[~among] = 0
        first = np.argsort(-broad, kind="stable")[:DEPTH]
        first = first[broad[first] > 0]
        if not len(first):
            return []
        window, sentence, order = self._close(asked, first)
        total = broad[first] + WINDOW * window + ORDER * order
        sure = self._sure(asked, stems[first], fragments[first], window)
        best = np.lexsort((first, -total))[:limit]
        return [Found(int(first[i]), float(sure[i]), int(sentence[i]) if window[i] > 0 else None) for i in best]

    def asked(self, words: Sequence[str]) -> Asked:
        """The words of a question as the index knows them."""
        stems, tells = [], 0.0
        for word in words:
            likely = [(row, part * float(self.stems.information[row])) for row, part in self.vocabulary.stem_rows(word)]
            stems.append(likely)
            tells += max((one for _row, one in likely), default=self.stems.unknown)
        meant = [row for stem in lexicon.meant(words) if (row := self.vocabulary.stems.get(stem)) is not None]
        return Asked(words, stems, meant, tells)

    def _broad(self, asked: Asked) -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
        """What stems and fragments give each text."""
        import numpy as np

        stems, fragments = (np.zeros(self.stems.count, dtype=np.float32) for _ in range(2))
        for likely in asked.stems:
            for row, tells in likely:
                part = tells / max(float(self.stems.information[row]), 1e-9) / len(likely) ** 0.5
                self.stems.add(stems, row, part)
        for row in asked.meant:
            self.stems.add(stems, row, MEANT)
        for word in asked.words:
            for one in analysis.fragments(word):
                known = self.vocabulary.fragments.get(one)
                if known is not None:
                    self.fragments.add(fragments, known)
        return stems, fragments

    def _close(
        self, asked: Asked, first: "NDArray[np.int64]"
    ) -> "tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]":
        """Of each text that comes first: its best two sentences, which they are, and what stands in order."""
        import numpy as np

        read = reading.opened(self.sequences, first.tolist())
        meant = {row: MEANT * float(self.stems.information[row]) for row in asked.meant}
        both, alone = reading.windows(read, meant | asked.rows)
        window, sentence = np.zeros(len(first)), np.zeros(len(first), dtype=np.int64)
        bounds = np.append(read.first, len(read.text))
        for place, (start, end) in enumerate(pairwise(bounds)):
            if end > start:
                best = start + int(np.argmax(both[start:end]))
                window[place] = both[best]
                sentence[place] = best - start + int(np.argmax(alone[best : min(best + 2, end)]))
        return window, sentence, reading.order(read, asked.pairs, len(first))

    def _sure(
        self,
        asked: Asked,
        stems: "NDArray[np.float32]",
        fragments: "NDArray[np.float32]",
        window: "NDArray[np.float64]",
    ) -> "NDArray[np.float64]":
        """How sure, from 0 to 1."""
        known = self.vocabulary.fragments
        parts = [known.get(one) for word in asked.words for one in analysis.fragments(word)]
        unknown = self.fragments.unknown
        whole = sum(unknown if row is None else float(self.fragments.information[row]) for row in parts)
        share = (stems + SURE_WINDOW * window) / asked.tells + SURE_FRAGMENTS * fragments / whole
        evidence: NDArray[np.float64] = share * asked.tells**SURE_POWER
        return evidence / (evidence + SURE_HALF)


def of(texts: Iterable[Text]) -> Index:
    """Index texts."""
    import numpy as np

    vocabulary = Vocabulary()
    stems, fragments, sentences = [], [], []
    for text in texts:
        title = rows_of(vocabulary, analysis.words(text.title))
        around = [title] * TITLE + [rows_of(vocabulary, analysis.words(one)) for one in text.questions]
        inside = [rows_of(vocabulary, analysis.words(one)) for one in text.sentences]
        stems.append(np.array([row for rows, _parts in (*around, *inside) for row in rows], dtype=np.int32))
        fragments.append(np.array([part for _rows, parts in (*around, *inside) for part in parts], dtype=np.int32))
        sentences.append([rows for rows, _parts in inside])
    vocabulary.close()
    made = build(stems, len(vocabulary.stems)), build(fragments, len(vocabulary.fragments))
    read = reading.sequences(sentences)
    return Index(vocabulary, *made, read, _digest(vocabulary, *made, read))


def _digest(vocabulary: Vocabulary, stems: Postings, fragments: Postings, read: reading.Sequences) -> str:
    """The SHA-256 of everything that an answer depends on: same texts, same order, same code, same digest."""
    found = hashlib.sha256()
    for names in (vocabulary.stems, vocabulary.fragments, vocabulary.words):
        found.update("\n".join(names).encode() + b"\0")
    held = [(one.starts, one.texts, one.levels, one.largest) for one in (stems, fragments)]
    for arrays in (*held, (read.stems, read.sentences, read.texts)):
        for array in arrays:
            found.update(array.tobytes())
    return found.hexdigest()
