"""The life of an algorithm: idea, project, in use, retired; and the usefulness gate through which it leaves *idea*.

A project leaves *idea* only with the need, who was consulted, how the benefit is measured, the simple baseline it must
beat, the alternative without digital tools, and a word on each thing already held that serves a like purpose.
"""

import datetime
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agglo.contract.card import ENTRIES, Card, choice_label
from agglo.contract.card.gate import refusals
from agglo.contract.card.substance import says_something
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _, in_language
from agglo.store import files
from agglo.store.identifiers import now
from agglo.store.workspace import Workspace
from agglo.trust.access import rights
from agglo.trust.access.people import Person
from agglo.trust.access.rights import Asset
from agglo.trust.register import clock, registered, unanswered, writing
from agglo.trust.register.registered import Registered

IDEA, PROJECT, IN_USE, RETIRED = "idea", "project", "in-use", "retired"
BEYOND_IDEA = (PROJECT, IN_USE)
MOVES: Mapping[str, tuple[str, ...]] = {
    "": (IDEA,),
    IDEA: (PROJECT, RETIRED),
    PROJECT: (IN_USE, IDEA, RETIRED),
    IN_USE: (RETIRED,),
    RETIRED: (PROJECT,),
}
"""By state, those that a card may be moved to."""

USEFUL = ("need", "consulted", "benefit_measure", "simple_baseline", "alternative")
"""Entries of the authority that the usefulness gate asks."""
NEAR = 0.3
"""How alike a card must be for the gate to ask a word on it, from 0 to 1. Our choice: pairs that serve one purpose were
measured at 0.40 and above, cards that share words alone at 0.28 at most."""
_COMPARED = ("maker.purpose", "authority.need")
"""A card that says neither has nothing to be compared by: that it says neither is told first."""


@dataclass(frozen=True, slots=True)
class Move:
    """A state that was left for another: when, and by whom (an opaque identifier)."""

    at: str
    actor: str
    before: str
    after: str


def move(workspace: Workspace, person: Person, id: str, to: str, *, today: datetime.date | None = None) -> Card:
    """Move the card in hand to another state; the answer is the card as it is written then.

    The month since which it is in use, or until which it was, is filled in where it is not declared.

    Raises
    ------
    NotFound
        There is no card in hand that the person may read.
    Forbidden
        The person may not move it.
    InvalidInput
        There is no such move; or what it needs is not declared: every reason is told.
    """
    registered.find(workspace, person, id)
    rights.check(workspace, person, "approve", Asset("card", id))
    today = today or clock.today(workspace)
    with writing.hold(workspace):
        found = registered.in_hand(workspace, person, id)
        before = found.card.authority.state
        _check(workspace, person, found, to, today)
        moved = _moved(found.card, to, today)
        writing.put(workspace, {id: moved})
        _note(workspace, id, {"at": now(), "actor": person.id, "from": before, "to": to})
    return moved


def history(workspace: Workspace, id: str) -> list[Move]:
    """Every move of a card, oldest first; a line that cannot be read is left out."""
    try:
        lines = (workspace.register / writing.HISTORY_FOLDER / f"{id}.jsonl").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [one for line in lines if (one := _read(line))]


def against_leaving_idea(workspace: Workspace, person: Person, one: Registered) -> list[Fault]:
    """What keeps a card from leaving the state of idea, as the person may know it: what is not declared, and what
    already serves a like purpose without a word on why it does not do."""
    from agglo.trust.register import similar

    lacking = one.card.lacking()
    asked = (f"authority.{name}" for name in USEFUL)
    found = [Fault(path, _found(one.card, path), repair=_(ENTRIES[path].hint)) for path in asked if path in lacking]
    others = {name: card for name, card in similar.known(workspace, person).items() if name != one.id}
    answered = {known.id for known in one.card.authority.similar if says_something(known.why)}
    comparable = not lacking.issuperset(_COMPARED)
    near = [like for like in similar.nearest(one.card, others) if like.score >= NEAR] if comparable else []
    found += [_unanswered(like.id, others[like.id]) for like in near if like.id not in answered]
    if (near or one.card.authority.similar) and "authority.why_again" in lacking:
        told = _found(one.card, "authority.why_again")
        found.append(Fault("authority.why_again", told, repair=_("Say why it is bought or built again.")))
    return found


def _found(card: Card, path: str) -> str:
    """What stands under an entry that declares nothing."""
    said = unanswered.written(card, path)
    return _('"{text}", which does not count as an answer').format(text=said) if said else _("nothing")


def _unanswered(id: str, card: Card) -> Fault:
    said = _("{title} ({id}) serves a like purpose").format(title=in_language(card.maker.title) or id, id=id)
    return Fault("authority.similar", said, repair=_("Say there why it does not do, under that identifier."))


def _check(workspace: Workspace, person: Person, found: Registered, to: str, today: datetime.date) -> None:
    before = found.card.authority.state
    if to not in MOVES[before]:
        states = ENTRIES["authority.state"]
        words = dict(zip(states.choices, states.said_choices(), strict=True))
        known = _(" or ").join(words[one] for one in MOVES[before])
        said = _('The card {id} cannot be moved from "{before}" to "{after}".')
        fault = Fault(_("state"), choice_label("state", to), known)
        raise InvalidInput(said.format(id=found.id, before=choice_label("state", before) or _("not declared"),
                                       after=choice_label("state", to)), [fault])  # fmt: skip
    faults: list[Fault] = []
    if to == PROJECT:
        faults = against_leaving_idea(workspace, person, found)
    if to == IN_USE:
        moved = _moved(found.card, to, today)
        faults = [unanswered.quoted(moved, one).fault() for one in refusals(moved, today)]
    if faults:
        raise InvalidInput(_("This card cannot be moved yet."), faults)


def _moved(card: Card, to: str, today: datetime.date) -> Card:
    """A card in another state. One that is taken up again loses the month until which it was in use."""
    said, update = card.authority, {"state": to}
    if to == IN_USE and not said.since:
        update["since"] = f"{today:%Y-%m}"
    if to == RETIRED and not said.until and said.state == IN_USE:
        update["until"] = f"{today:%Y-%m}"
    if said.state == RETIRED:
        update["until"] = ""
    return Card(maker=card.maker, authority=said.model_copy(update=update))


def _note(workspace: Workspace, id: str, line: Mapping[str, Any]) -> None:
    """Append a line to the history of a card. The caller holds the lock of the register."""
    folder = workspace.register / writing.HISTORY_FOLDER
    folder.mkdir(exist_ok=True)
    with (folder / f"{id}.jsonl").open("ab") as file:
        file.write((json.dumps(line, ensure_ascii=False) + "\n").encode())
        file.flush()
        os.fsync(file.fileno())
    files.sync(folder)


def _read(line: str) -> Move | None:
    try:
        told = json.loads(line)
        return Move(*(str(told[key]) for key in ("at", "actor", "from", "to")))
    except (ValueError, KeyError, TypeError):
        return None
