"""Which cards go to a target, and what of each the document lacks."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from agglo.contract.errors import InvalidInput, NotFound
from agglo.contract.language import _
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.register import registered, subjects
from agglo.trust.register.exports import Exported, Lack, Subject, Target


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a target; what it lacks, and what is wrong with it, beside the identifier of the card (empty where
    it is about the document as a whole)."""

    target: Target
    exported: Exported
    lacks: Sequence[tuple[str, Lack]]
    faults: Sequence[tuple[str, str]]

    @property
    def is_valid(self) -> bool:
        return not self.faults and not any(lack.required for _id, lack in self.lacks)


def chosen(workspace: Workspace, person: Person, target: Target, names: Sequence[str] = ()) -> list[Subject]:
    """The cards of those identifiers, whatever they are; without any, all that a person may read and that the target
    is about.

    Raises
    ------
    NotFound
        A card is not there, or none is that the target is about.
    InvalidInput
        The file of a card that is named cannot be read.
    """
    if names:
        found = [registered.find(workspace, person, one) for one in dict.fromkeys(names)]
        if unreadable := [fault for one in found for fault in one.faults]:
            raise InvalidInput(_("These cards cannot be read."), unreadable)
    else:
        found = [one for one in registered.listing(workspace, person) if not one.faults and target.applies(one.card)]
    if not found:
        raise NotFound(
            _('The register holds no card that "{target}" is about.').format(target=target.id),
            repair=_("Name a card to export it all the same."),
        )
    return [subjects.of(workspace, person, one) for one in found]


def document(target: Target, exported: Sequence[Subject], *, today: datetime.date) -> Document:
    """The document of one or several cards.

    Raises
    ------
    InvalidInput
        Several cards are given, and a document of the target holds one.
    """
    if len(exported) > 1 and not target.several:
        raise InvalidInput(
            _('A document of "{target}" holds one card.').format(target=target.id),
            repair=_("Name one card, or give an existing folder to --output: one file for each card."),
        )
    made = target.export(exported, today=today)
    lacks: list[tuple[str, Lack]] = []
    faults: list[tuple[str, str]] = []
    for one in exported:
        own = target.export([one], today=today) if len(exported) > 1 else made
        lacks += [(one.id, lack) for lack in own.lacks]
        faults += [(one.id, fault) for fault in own.faults]
    told = {lack for _id, lack in lacks}, {fault for _id, fault in faults}
    lacks += [("", lack) for lack in made.lacks if lack not in told[0]]
    faults += [("", fault) for fault in made.faults if fault not in told[1]]
    return Document(target, made, lacks, faults)
