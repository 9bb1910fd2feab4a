"""Okapi BM25 over a few thousand short texts, kept small: three bytes for each time that a text holds a term.

The weight of a term in a text is that of Robertson and Zaragoza (2009, DOI 10.1561/1500000019, equation 3.15), with
the information of a term as Lucene computes it, ``log(1 + (N - n + 1/2) / (n + 1/2))``, which is never negative.
Weights are kept as whole 255ths of the largest weight of their term: none is off by more than 0.2 % of that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K1, B = 1.5, 0.75
_LEVELS = 255


@dataclass(frozen=True)
class Postings:
    """For each term, the texts that hold it and what it weighs in each.

    Terms are numbered; term ``r`` stands in ``texts[starts[r]:starts[r + 1]]``, and in ``levels`` alike. ``largest``
    holds the largest weight of each term, ``information`` what each tells (natural logarithm).
    """

    count: int
    starts: "NDArray[np.int64]"
    texts: "NDArray[np.unsignedinteger[Any]]"
    levels: "NDArray[np.uint8]"
    largest: "NDArray[np.float32]"
    information: "NDArray[np.float32]"

    @property
    def unknown(self) -> float:
        """What a term that no text holds would tell."""
        return log(1 + (self.count + 0.5) / 0.5)

    def add(self, scores: "NDArray[np.float32]", term: int, weight: float = 1.0) -> None:
        """Add to ``scores`` (one a text) what a term weighs in each text."""
        part = slice(self.starts[term], self.starts[term + 1])
        scores[self.texts[part]] += self.levels[part] * (self.largest[term] * weight / _LEVELS)

    @property
    def bytes(self) -> int:
        """What the arrays hold [bytes], the names of terms left out."""
        return sum(one.nbytes for one in (self.starts, self.texts, self.levels, self.largest, self.information))


def build(texts: Sequence["NDArray[np.int32]"], width: int) -> Postings:
    """Postings of texts, each given as its terms, numbered below ``width``, in any order, with repetitions."""
    import numpy as np

    counted = [np.unique(text, return_counts=True) for text in texts]
    sizes = np.array([len(terms) for terms, _times in counted], dtype=np.int64)
    terms = np.concatenate([one for one, _times in counted] or [np.zeros(0, np.int32)])
    times = np.concatenate([one for _terms, one in counted] or [np.zeros(0, np.int64)]).astype(np.float32)
    owner = np.repeat(np.arange(len(texts)), sizes)
    order = np.argsort(terms, kind="stable")
    terms, times, owner = terms[order], times[order], owner[order]
    held = np.bincount(terms, minlength=width)
    starts = np.concatenate([[0], np.cumsum(held)]).astype(np.int64)
    information = np.log1p((len(texts) - held + 0.5) / (held + 0.5)).astype(np.float32)
    length = np.array([len(text) for text in texts], dtype=np.float32)
    relative = length / max(float(length.mean()) if len(texts) else 0.0, 1.0)
    weights = information[terms] * times * (K1 + 1) / (times + K1 * (1 - B + B * relative[owner]))
    largest = np.zeros(width, dtype=np.float32)
    np.maximum.at(largest, terms, weights)
    levels = np.rint(weights / np.where(largest > 0, largest, 1)[terms] * _LEVELS).astype(np.uint8)
    small = np.uint16 if len(texts) <= np.iinfo(np.uint16).max else np.uint32
    return Postings(len(texts), starts, owner.astype(small), levels, largest, information)
