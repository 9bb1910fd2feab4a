"""Records of other registers made into cards: tolerant on the way in, every repair told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agglo.contract.card import Card


@dataclass(frozen=True, slots=True)
class Repair:
    """One thing that was not as the format asks: where, what was found, what was made of it (empty: left out)."""

    where: str
    found: str
    made: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """A card made of one record, and every repair that it took. Nothing is invented: what a record lacks is empty."""

    id: str
    card: Card
    repairs: Sequence[Repair] = field(default_factory=tuple)
