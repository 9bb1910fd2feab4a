"""Publishing a card: what everybody reads is a sealed version of the card in hand, until it is withdrawn."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agglo.contract.card import ENTRIES, Card, choice_label
from agglo.contract.card.gate import Refusal, refusals
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import N_, _
from agglo.store.workspace import Workspace
from agglo.trust.access import rights
from agglo.trust.access.people import Person
from agglo.trust.access.rights import Asset
from agglo.trust.register import clock, layout, registered, states, unanswered, versions, writing
from agglo.trust.register.ai_act import keeping

NEEDED = {
    "maker.title": N_("Its title is not declared."),
    "maker.purpose": N_("What it is for is not declared."),
    "authority.service": N_("The direction that uses it is not declared."),
    "authority.contact": N_("No contact is declared."),
    "authority.state": N_("Its state is not declared."),
}
"""What a published card says at least, and what is said where it does not."""

_UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that one version says otherwise than the one before; None where nothing is said."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """When a version was withdrawn, by whom (an opaque identifier) and why."""

    at: str
    actor: str
    why: str


@dataclass(frozen=True, slots=True)
class Version:
    """A published version: when, by whom and why; what changed since the one before; its withdrawal, if any."""

    number: int
    card: Card
    at: str
    actor: str
    why: str
    withdrawn: Withdrawal | None
    changes: tuple[Change, ...]


def against(card: Card, today: datetime.date) -> tuple[Refusal, ...]:
    """Everything against publishing a card: what a published card says at least, what its gate says, and a class that
    binds less than its own answers lead to."""
    lacking = card.lacking()
    missing = (
        Refusal(path, unanswered.sentence(card, path) or _(said), runs=False)
        for path, said in NEEDED.items()
        if path in lacking
    )
    return (*missing, *(unanswered.quoted(card, one) for one in refusals(card, today)), *_class(card))


def _class(card: Card) -> Iterator[Refusal]:
    if card.authority.holding != "none" and (found := keeping.understated(card)):
        said = _('Its answers to the questions of the AI Act lead to "{ai_act_class}".')
        reason = said.format(ai_act_class=choice_label("ai_act_class", found))
        yield Refusal("authority.ai_act_class", reason, runs=False)


def publish(workspace: Workspace, person: Person, id: str, *, why: str = "", today: datetime.date | None = None) -> int:
    """Publish the card in hand as it is now; the answer is the number of the version.

    Nothing is sealed where the latest version says the same and was not withdrawn: its number is the answer.

    Raises
    ------
    NotFound
        There is no card in hand that the person may read.
    Forbidden
        The person may not publish it.
    InvalidInput
        Something is against it: every reason is told, with its article; or a project began since it was last
        published, and what the usefulness gate asks is not answered.
    """
    registered.find(workspace, person, id)
    rights.check(workspace, person, "approve", Asset("card", id))
    today = today or clock.today(workspace)
    with writing.hold(workspace):
        found = registered.in_hand(workspace, person, id)
        before = versions.latest_of(workspace, id)
        reasons = [one.fault() for one in against(found.card, today)]
        if before and writing.starts(before.card.authority.state, found.card.authority.state):
            reasons += states.against_leaving_idea(workspace, person, found)
        if reasons:
            raise InvalidInput(_("This card cannot be published."), reasons)
        if before and before.number is not None and not _differs(before.card, found.card):
            return before.number
        updated = found.card.authority.model_copy(update={_UPDATED: today.isoformat()})
        return versions.add(workspace, person, id, Card(maker=found.card.maker, authority=updated), why)


def withdraw(workspace: Workspace, person: Person, id: str, *, why: str) -> None:
    """Have nobody but those who may read what is restricted see a card that was published; its versions stay. A card
    that comes with agglo is kept as a version first, so that it stays withdrawn.

    Raises
    ------
    NotFound
        There is no such card, or nothing of it is published.
    Forbidden
        The person may not withdraw it.
    InvalidInput
        It is not said why.
    """
    registered.find(workspace, person, id)
    rights.check(workspace, person, "approve", Asset("card", id))
    if not why.strip():
        fault = Fault(_("reason"), _("nothing"), _("why it is withdrawn: it is kept with the card"))
        raise InvalidInput(_("This card cannot be withdrawn."), [fault])
    with writing.hold(workspace):
        latest = versions.latest_of(workspace, id)
        number = latest.number if latest else None
        if latest is None and (bundled := registered.bundled(workspace, id)):
            number = versions.add(workspace, person, id, bundled, why)
        if number is None:
            raise NotFound(_("No version of the card {id} is published.").format(id=id))
        versions.withdraw(workspace, person, id, number, why)


def history(workspace: Workspace, id: str) -> list[Version]:
    """Every version of a card, oldest first, those that were withdrawn included: who may read them is for the caller
    to know (:func:`agglo.trust.register.registered.find`).

    Raises
    ------
    Damaged
        A version is no longer what was sealed.
    """
    found: list[Version] = []
    if registered.fault_of_id(id):
        return found
    for number in versions.numbers(workspace, id):
        card, folder = versions.load(workspace, id, number)
        told, events = folder.manifest, folder.events(versions.WITHDRAWN)
        withdrawn = Withdrawal(*(str(events[0][key]) for key in ("at", "actor", "why"))) if events else None
        changed = tuple(changes(found[-1].card, card)) if found else ()
        found.append(Version(number, card, told["kept"], told["actor"], told["why"], withdrawn, changed))
    return found


def changes(before: Card, after: Card) -> Iterator[Change]:
    """Every entry that two cards say differently, in order; the day of the update left out."""
    old, new = (_by_path(layout.content(card)) for card in (before, after))
    for path in ENTRIES:
        if path != f"authority.{_UPDATED}" and old.get(path) != new.get(path):
            yield Change(path, old.get(path), new.get(path))


def _differs(before: Card, after: Card) -> bool:
    return any(True for _change in changes(before, after))


def _by_path(content: Mapping[str, Any]) -> dict[str, Any]:
    maker = {f"maker.{name}": value for name, value in content.get("maker", {}).items()}
    return {**maker, **{f"authority.{name}": value for name, value in content.items() if name != "maker"}}
