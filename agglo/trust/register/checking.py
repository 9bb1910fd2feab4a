"""Everything there is to say of a card before it is published: what is missing, what is against it, what is alike."""

import datetime
from dataclasses import dataclass

from agglo.contract.card.gate import Refusal
from agglo.contract.errors import Fault
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.register import completeness, lint, publishing, similar, states
from agglo.trust.register import doubts as doubting
from agglo.trust.register.registered import Registered


@dataclass(frozen=True, slots=True)
class Checked:
    """A card as it was checked.

    ``refusals``: everything against publishing it. ``findings``: what is not plain in its texts. ``similar``: the cards
    and models nearest in purpose. ``missing``: what is asked and not declared. ``faults``: why its file cannot be read.
    ``leaving``: of a card in state *idea*, or beyond, what the usefulness gate asks and it does not say. ``doubts``:
    what is declared and can hardly be right, which never keeps it from being published.
    """

    score: completeness.Score
    refusals: tuple[Refusal, ...]
    findings: list[lint.Finding]
    similar: list[similar.Like]
    missing: list[str]
    faults: tuple[Fault, ...] = ()
    leaving: tuple[Fault, ...] = ()
    doubts: tuple[doubting.Doubt, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether anything keeps it from being published."""
        return bool(self.refusals or self.faults)


def check(workspace: Workspace, person: Person, registered: Registered, *, today: datetime.date) -> Checked:
    """Check a card as a person may read it; what is similar is sought among the cards that they may read."""
    card = registered.card
    known = similar.known(workspace, person) | {registered.id: card}
    others = {name: one for name, one in known.items() if name != registered.id}
    readable = not registered.faults
    living = card.authority.state in (states.IDEA, *states.BEYOND_IDEA)
    return Checked(
        score=completeness.of(card, completeness.copied(known).get(registered.id, set())),
        refusals=publishing.against(card, today) if readable else (),
        findings=lint.of_card(card),
        similar=similar.nearest(card, others),
        missing=card.missing(),
        faults=registered.faults,
        leaving=tuple(states.against_leaving_idea(workspace, person, registered)) if readable and living else (),
        doubts=tuple(doubting.of(card, today)) if readable else (),
    )
