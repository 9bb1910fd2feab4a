"""A library: sheets, searched together."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agglo.models.assistant.retrieval import index
from agglo.models.assistant.sheets import blocks
from agglo.models.assistant.sheets.sheet import Place, Sheet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A sheet that a question may be about: its score from 0 to 1, and where most of the question stands in it."""

    sheet: Sheet
    score: float
    place: Place | None


@dataclass(frozen=True)
class Library:
    """Sheets with their index. Make it with :meth:`of`; it is never changed, and may be shared by threads."""

    sheets: tuple[Sheet, ...]
    index: index.Index
    _places: tuple[tuple[Place, ...], ...]
    _territories: "dict[frozenset[str], NDArray[np.bool_]]" = field(default_factory=dict)

    @classmethod
    def of(cls, sheets: Iterable[Sheet]) -> "Library":
        """A library of sheets, in the order of their identifiers, so that the same sheets always make the same."""
        ordered = tuple(sorted(sheets, key=lambda sheet: sheet.id))
        texts, places = [], []
        for sheet in ordered:
            sentences = [
                (sentence, Place(block, number))
                for block, one in enumerate(blocks.read(sheet.text))
                for number, sentence in enumerate(blocks.sentences(blocks.plain(one.text)))
            ]
            texts.append(index.Text(sheet.title, [sentence for sentence, _place in sentences], sheet.questions))
            places.append(tuple(place for _sentence, place in sentences))
        return cls(ordered, index.of(texts), tuple(places))

    @property
    def digest(self) -> str:
        """The SHA-256 of the index: what an answer depends on."""
        return self.index.digest

    def search(self, question: str, *, limit: int = 10, territories: Collection[str] | None = None) -> list[Hit]:
        """The sheets that a question may be about, best first.

        Parameters
        ----------
        limit
            Sheets at most.
        territories
            Codes; sheets of other places are left out. Those that are true everywhere are always looked at.
        """
        among = None if territories is None else self._of(frozenset(territories))
        return [
            Hit(
                self.sheets[one.text], one.score, None if one.sentence is None else self._places[one.text][one.sentence]
            )
            for one in self.index.search(question, limit=limit, among=among)
        ]

    def _of(self, territories: frozenset[str]) -> "NDArray[np.bool_]":
        import numpy as np

        if territories not in self._territories:
            here = territories | {EVERYWHERE}
            self._territories[territories] = np.array([one.territory in here for one in self.sheets], dtype=bool)
        return self._territories[territories]
