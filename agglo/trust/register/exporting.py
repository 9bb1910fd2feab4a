"""Which cards go to a target, which are left out and why, and what of each the document lacks."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agglo.contract.card import Card, choice_label
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import N_, _
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.register import registered, subjects
from agglo.trust.register.exports import Exported, Lack, Subject, Target
from agglo.trust.register.registered import Registered

HELD = ("in-house", "bought", "partner")
"""How a system is held that documents of the whole register are about."""
OWED = ("mention", "annex-viii-c", "annex-viii-a", "annex-viii-b")
"""Targets that are only made of a card they are owed for: made of another, they would say that they are."""

NOT_PUBLISHED = N_("not published yet")
WITHDRAWN = N_("withdrawn")
NOT_READ = N_("the file cannot be read")
NOT_HELD = N_("no system held")
NOT_SAID = N_("how it is held is not declared")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The cards of a document; and by reason, in words, those of the register that are left out."""

    subjects: list[Subject]
    left_out: Mapping[str, list[str]] = field(default_factory=dict)


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


def chosen(
    workspace: Workspace, person: Person, target: Target, names: Sequence[str] = (), *, drafts: bool = False
) -> Chosen:
    """The cards of those identifiers; without any, all that hold a system and that the target is about. They are taken
    as they were published; with ``drafts``, as they are in hand where the person may read that.

    Raises
    ------
    NotFound
        A card is not there.
    InvalidInput
        A card that is named is not published; its file cannot be read; or the document is not owed for it.
    """
    if names:
        found = [_named(workspace, person, one, drafts=drafts) for one in dict.fromkeys(names)]
        _refuse(target, found)
        return Chosen([subjects.of(workspace, person, one) for one in found])
    known = {} if drafts else {name: one for name, one in registered.public(workspace).items() if one.published}
    kept, left = [], dict[str, list[str]]()
    for seen in registered.listing(workspace, person):
        one = known.get(seen.id, seen)
        if why := _out(target, one, drafts=drafts):
            left.setdefault(why, []).append(one.id)
        else:
            kept.append(subjects.of(workspace, person, one))
    return Chosen(kept, left)


def _named(workspace: Workspace, person: Person, id: str, *, drafts: bool) -> Registered:
    """A card by its identifier, as it was published, or as it is in hand."""
    found = registered.find(workspace, person, id)
    in_hand = registered.path_of(workspace, id).is_file()
    if drafts or (found.latest is None and not in_hand):
        if found.faults:
            raise InvalidInput(_("These cards cannot be read."), found.faults)
        return found
    if found.latest is None:
        repair = _("Publish it, or add --drafts to take it as it is in hand.")
        fault = Fault(_told(id, _(WITHDRAWN if found.withdrawn else NOT_PUBLISHED)), repair=repair)
        raise InvalidInput(_("A document is made of published cards."), [fault])
    return registered.public(workspace)[id]


def _out(target: Target, one: Registered, *, drafts: bool) -> str:
    """Why a card is not in a document of the whole register, in words; nothing where it is."""
    holding = one.card.authority.holding
    if one.faults:
        return _(NOT_READ)
    if holding == "none":
        return _(NOT_HELD)
    if not drafts and one.published is None and (holding or one.origin == "workspace"):
        return _(WITHDRAWN if one.withdrawn else NOT_PUBLISHED)
    if holding not in HELD:
        return _(NOT_SAID)
    return "" if target.applies(one.card) else why_not(target, one.card)


def _refuse(target: Target, found: Sequence[Registered]) -> None:
    """Refuse to make what is owed for some cards alone of others."""
    faults = [Fault(_told(one.id, why)) for one in found if (why := undue(target, one.card))]
    if faults:
        raise InvalidInput(_('No document "{target}" is owed for this card.').format(target=target.id), faults)


def _told(id: str, why: str) -> str:
    return _("{entry}: {said}").format(entry=id, said=why)


def undue(target: Target, card: Card) -> str:
    """Why a document that only those make who owe it is not owed for a card; nothing where it is, or anybody may."""
    return why_not(target, card) if target.id in OWED and not target.applies(card) else ""


def why_not(target: Target, card: Card) -> str:
    """Why a target is not about a card, in words."""
    return "; ".join(_reasons(target, card)) or _("it is not what this document is about")


def _reasons(target: Target, card: Card) -> Iterator[str]:
    said = card.authority
    if said.holding == "none":
        yield _(NOT_HELD)
        return
    if target.id == "crpa" and said.state != "in-use":
        yield _("not in use")
    if target.id in ("crpa", "mention") and said.individual_decisions == "no":
        yield _("not used to decide about a person or a business")
    if target.id in ("crpa", "mention") and not said.individual_decisions:
        yield _('nothing says whether it is used to decide about a person or a business ("individual_decisions")')
    if target.id.startswith("annex-viii-"):
        yield _("class under the AI Act: {ai_act_class}").format(
            ai_act_class=choice_label("ai_act_class", said.ai_act_class) or _("not declared")
        )
        roles = ", ".join(choice_label("ai_act_roles", one) for one in said.ai_act_roles)
        yield _("roles: {roles}").format(roles=roles or _("not declared"))


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
    told = {same for name, lack in lacks for same in (lack, replace(lack, target_field=f"{name}: {lack.target_field}"))}
    said = {same for name, fault in faults for same in (fault, f"{name}: {fault}")}
    lacks += [("", lack) for lack in made.lacks if lack not in told]
    faults += [("", fault) for fault in made.faults if fault not in said]
    return Document(target, made, lacks, faults)
