"""Imported cards are written to the register: new ones, or over those that are there."""

from collections.abc import Sequence
from dataclasses import replace as changed
from typing import Any

from agglo.contract.card import HALVES, Card, choice_label, label
from agglo.contract.card.substance import says_something
from agglo.contract.errors import AggloError, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.register import registered, writing
from agglo.trust.register.imports import Imported, Repair


def prepared(
    workspace: Workspace, person: Person, imported: Sequence[Imported], *, prefix: str = "", replace: bool = False
) -> list[Imported]:
    """Imported cards as they would be written: ``prefix`` before each identifier; with ``replace``, what a record does
    not say stays as the card of that identifier says it, and no project begins."""
    named = [changed(one, id=f"{prefix}{one.id}") for one in imported]
    return [_over(workspace, person, one) for one in named] if replace else named


def keep(workspace: Workspace, person: Person, ready: Sequence[Imported], *, replace: bool = False) -> None:
    """Write prepared cards, all of them or none; errors as :func:`agglo.trust.register.writing.add_all`."""
    writing.add_all(workspace, person, [(one.id, one.card) for one in ready], replace=replace)


def refused(
    workspace: Workspace, person: Person, ready: Sequence[Imported], *, replace: bool = False
) -> AggloError | None:
    """What :func:`keep` would raise; None where it would write."""
    try:
        writing.check_all(workspace, person, [(one.id, one.card) for one in ready], replace=replace)
    except AggloError as error:
        return error
    return None


def _over(workspace: Workspace, person: Person, one: Imported) -> Imported:
    try:
        there = registered.find(workspace, person, one.id)
    except NotFound:
        return one
    if there.faults:
        raise InvalidInput(_("This card cannot be read."), there.faults)
    merged = Card.model_validate({half: _merged(there.card, one.card, half) for half in HALVES})
    was, state = there.card.authority.state, merged.authority.state
    if not writing.starts(was, state):
        return changed(one, card=merged)
    why = _('a project begins by "agglo register move {id} project"').format(id=one.id)
    told = Repair(label("authority.state"), choice_label("state", state), choice_label("state", was), why)
    ours = merged.authority.model_copy(update={"state": was})
    return changed(one, card=Card(maker=merged.maker, authority=ours), repairs=(*one.repairs, told))


def _merged(there: Card, new: Card, half: str) -> dict[str, Any]:
    """The entries of a half: what the new card says, else what stands there; of texts by language, each."""
    old, own = getattr(there, half).model_dump(), getattr(new, half).model_dump()
    found = {**old, **{name: value for name, value in own.items() if says_something(value)}}
    for name, value in own.items():
        if isinstance(value, dict):
            found[name] = {**old[name], **value}
    return found
