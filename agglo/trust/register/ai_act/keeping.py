"""Answers kept with the card they are about."""

import datetime

from agglo.contract.card import Card
from agglo.contract.errors import InvalidInput
from agglo.contract.language import _
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.register import registered
from agglo.trust.register.ai_act import tree, walk
from agglo.trust.register.ai_act.walk import Conclusion


def keep(workspace: Workspace, person: Person, id: str, conclusion: Conclusion, *, today: datetime.date) -> Card:
    """Write the answers, class and roles of a conclusion, and the day, into the card in hand; the answer is that card.

    Raises
    ------
    NotFound
        The person may read no card of that identifier.
    Forbidden
        The person may not write it, or may not read the card in hand that the answers would go to.
    InvalidInput
        The card's file cannot be read; every fault is named.
    """
    from agglo.trust.register import writing

    registered.find(workspace, person, id)
    writing.check(workspace, person, [id])
    with writing.hold(workspace):
        found = registered.find(workspace, person, id)
        if found.faults:
            raise InvalidInput(_("This card cannot be read."), found.faults)
        card = with_answers(found.card, conclusion, today=today)
        writing.put(workspace, {id: card})
    return card


def understated(card: Card) -> str:
    """The class that the answers kept with a card lead to, where the card says none or one that binds less; else
    nothing."""
    said = card.authority
    try:
        found = walk.step(tree.load(), said.ai_act_answers)
    except InvalidInput:
        return ""
    if not isinstance(found, Conclusion):
        return ""
    binds = tree.BINDING.index
    enough = said.ai_act_class and binds(said.ai_act_class) <= binds(found.ai_act_class)
    return "" if enough else found.ai_act_class


def with_answers(card: Card, conclusion: Conclusion, *, today: datetime.date) -> Card:
    """A card that says what answers led to."""
    said = {
        "ai_act_answers": conclusion.answers,
        "ai_act_class": conclusion.ai_act_class,
        "ai_act_roles": list(conclusion.roles),
        "ai_act_checked": today.isoformat(),
    }
    return Card(maker=card.maker, authority=card.authority.model_copy(update=said))
