"""The texts that come first, read closely: how much of a question stands together in them, and where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agglo.models.assistant.retrieval.postings import K1

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

USUAL = 40
"""Words that two sentences usually hold."""
_HALF = 0.5
"""Part of the saturation that does not depend on how long the two sentences are."""


@dataclass(frozen=True)
class Sequences:
    """The stems of every sentence, in order: text ``t`` has the sentences ``texts[t]`` to ``texts[t + 1]``, sentence
    ``s`` the stems ``stems[sentences[s]:sentences[s + 1]]``."""

    stems: "NDArray[np.integer[Any]]"
    sentences: "NDArray[np.int64]"
    texts: "NDArray[np.int64]"

    @property
    def bytes(self) -> int:
        return self.stems.nbytes + self.sentences.nbytes + self.texts.nbytes


def sequences(texts: Iterable[Sequence[Sequence[int]]]) -> Sequences:
    """Of texts, each given as its sentences, each given as the rows of its stems."""
    import numpy as np

    stems: list[int] = []
    sentences, ends = [0], [0]
    for text in texts:
        for sentence in text:
            stems.extend(sentence)
            sentences.append(len(stems))
        ends.append(len(sentences) - 1)
    small = np.uint16 if max(stems, default=0) <= np.iinfo(np.uint16).max else np.int32
    return Sequences(np.array(stems, small), np.array(sentences, np.int64), np.array(ends, np.int64))


@dataclass(frozen=True)
class Opened:
    """Some texts laid one after the other: their stems, the sentence of each stem, the text of each sentence."""

    stems: "NDArray[np.integer[Any]]"
    sentence: "NDArray[np.int64]"
    text: "NDArray[np.int64]"
    first: "NDArray[np.int64]"
    """The first sentence of each text."""


def opened(held: Sequences, texts: Sequence[int]) -> Opened:
    """Texts, in the order given."""
    import numpy as np

    spans = [(held.texts[one], held.texts[one + 1]) for one in texts]
    counts = np.array([end - start for start, end in spans], dtype=np.int64)
    lengths = np.concatenate([np.diff(held.sentences[start : end + 1]) for start, end in spans])
    stems = np.concatenate([held.stems[held.sentences[start] : held.sentences[end]] for start, end in spans])
    sentence = np.repeat(np.arange(len(lengths)), lengths)
    return Opened(stems, sentence, np.repeat(np.arange(len(texts)), counts), np.cumsum(counts) - counts)


def windows(read: Opened, asked: Mapping[int, float]) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """For each sentence, how much of the question it and the next one of its text hold (BM25 of the two), and what the
    stems of the question that stand in it alone tell.

    ``asked`` gives each stem of the question what it tells.
    """
    import numpy as np

    count = len(read.text)
    both, alone = np.zeros(count), np.zeros(count)
    if not count:
        return both, alone
    follows = np.append(read.text[1:] == read.text[:-1], False)
    length = _with_next(np.bincount(read.sentence, minlength=count), follows)
    saturation = K1 * (_HALF + (1 - _HALF) * length / USUAL)
    for stem, tells in asked.items():
        held = np.bincount(read.sentence[read.stems == stem], minlength=count)
        if held.any():
            times = _with_next(held, follows)
            both += tells * times * (K1 + 1) / (times + saturation)
            alone += tells * (held > 0)
    return both, alone


def _with_next(values: "NDArray[np.int64]", follows: "NDArray[np.bool_]") -> "NDArray[np.int64]":
    import numpy as np

    return values + np.where(follows, np.append(values[1:], 0), 0)


def order(read: Opened, pairs: Mapping[tuple[int, int], float], count: int) -> "NDArray[np.float64]":
    """For each of ``count`` texts, what the pairs of neighbours of the question tell that stand side by side in it."""
    import numpy as np

    total = np.zeros(count)
    same = read.sentence[1:] == read.sentence[:-1]
    of_text = read.text[read.sentence[:-1]]
    for (one, other), tells in pairs.items():
        beside = (read.stems[:-1] == one) & (read.stems[1:] == other) & same
        if beside.any():
            times = np.bincount(of_text[beside], minlength=count)
            total += tells * times * (K1 + 1) / (times + K1)
    return total
