"""What every target of export is made of: a subject goes in, a document and what it lacks come out."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agglo.contract.card import Card
from agglo.trust.governance.authority import Authority
from agglo.trust.register.use import Use


@dataclass(frozen=True, slots=True)
class Subject:
    """A card with what the register knows besides: whose it is, and what its use was measured to be."""

    id: str
    card: Card
    use: Use
    authority: Authority
    page: str = ""
    """Address of its page on the portal, empty where the portal has no public address."""


@dataclass(frozen=True, slots=True)
class Lack:
    """What a target asks for and the card does not say: the target's own name for it, the entry of the card (empty
    where no entry would say it), and why it cannot be written. ``required``: the document is not valid without it."""

    target_field: str
    entry: str
    why: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Exported:
    """A document, what is wrong with it under the target's rules (empty: valid), and what it lacks."""

    content: bytes
    lacks: Sequence[Lack] = ()
    faults: Sequence[str] = ()

    @property
    def is_valid(self) -> bool:
        return not self.faults and not any(one.required for one in self.lacks)


class Exporter(Protocol):
    """Makes one document of one or several subjects, in the language in force."""

    def __call__(self, subjects: Sequence[Subject], *, today: datetime.date) -> Exported: ...


@dataclass(frozen=True, slots=True)
class Target:
    """A format that cards are exported to. ``title``, ``about`` and ``source`` (where its rules are from, with the day
    they were read) are told to people; ``several``: one document may hold several cards."""

    id: str
    title: str
    about: str
    source: str
    media_type: str
    extension: str
    export: Exporter
    several: bool = True
    applies: Callable[[Card], bool] = field(default=lambda _card: True)
    """Whether an obligation or a format concerns a card at all."""
