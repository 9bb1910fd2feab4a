"""Cards as they were published: each version is a sealed folder, ``cards/ID/VERSION/``.

It holds ``card.json``, laid out as a file of the register, and a manifest with its digest, when it was published, by
whom and why. That it was withdrawn is an event. A version is never changed.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agglo.contract import card as cards
from agglo.contract.card import Card
from agglo.contract.errors import Damaged, Fault, NotFound
from agglo.contract.language import _
from agglo.store import digest, files, sealed
from agglo.store.identifiers import new_id, now
from agglo.store.sealed import EVENTS_FOLDER, MANIFEST_FILE, Sealed
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.register import cache, layout
from agglo.trust.register.cache import Read

KIND = "card"
CARD_FILE = "card.json"
WITHDRAWN = "withdrawn"

_NEWEST: dict[str, tuple[tuple[int, ...], int | None]] = {}
"""By the folder of a card: its highest version, and the state of the folder when it was looked into."""


@dataclass(frozen=True, slots=True)
class Issued:
    """The latest version of a card: its number, None where it was withdrawn, and what it says."""

    number: int | None
    card: Card
    faults: tuple[Fault, ...] = ()


def latest(workspace: Workspace) -> dict[str, Issued]:
    """The latest version of every card that was ever published, by identifier. What is damaged has faults."""
    newest = {name: number for name in _ids(workspace) if (number := _newest(workspace, name))}
    places = {_name(name, number): f"{workspace.cards}/{name}/{number}/{CARD_FILE}" for name, number in newest.items()}
    read = cache.read_all(workspace, "issued", places, _parse)
    return {name: _issued(workspace, name, number, read.get(_name(name, number))) for name, number in newest.items()}


def latest_of(workspace: Workspace, id: str) -> Issued | None:
    """The latest version of one card, None where it was never published."""
    number = _newest(workspace, id)
    if number is None:
        return None
    place = f"{workspace.cards}/{id}/{number}/{CARD_FILE}"
    return _issued(workspace, id, number, cache.read_one(workspace, "issued", _name(id, number), place, _parse))


def numbers(workspace: Workspace, id: str) -> list[int]:
    """The versions of a card, lowest first."""
    try:
        with os.scandir(workspace.cards / id) as entries:
            found = [entry.name for entry in entries if entry.name.isdecimal()]
    except OSError:
        return []
    return sorted(int(name) for name in found if (workspace.cards / id / name / MANIFEST_FILE).is_file())


def load(workspace: Workspace, id: str, number: int) -> tuple[Card, Sealed]:
    """A version, checked against its manifest.

    Raises
    ------
    NotFound, Damaged
        There is no such version; or what is kept is not what was sealed.
    """
    found = Sealed(workspace.cards / id / str(number))
    if not found.exists:
        raise NotFound(_("The card {id} has no version {version}.").format(id=id, version=number))
    card = _parse(found.folder / CARD_FILE)
    if found.manifest.get("id") != _name(id, number):
        raise Damaged(
            _("A kept folder is not where it belongs."), [Fault(_name(id, number), str(found.manifest.get("id")))]
        )
    return card, found


def add(workspace: Workspace, person: Person, id: str, card: Card, why: str) -> int:
    """Seal a card as its next version; the answer is its number. The caller holds the lock of the register."""
    number = next(reversed(numbers(workspace, id)), 0) + 1
    content = layout.content(card)
    details = {"version": number, "digest": digest.of_json(content), "kept": now(), "actor": person.id,
               "role": person.role, "why": why}  # fmt: skip
    staging = workspace.staging / new_id()
    staging.mkdir()
    try:
        (staging / CARD_FILE).write_bytes(files.to_json(content))
        target = workspace.cards / id / str(number)
        sealed.seal(staging, target, kind=KIND, id=_name(id, number), details=details)
    finally:
        files.remove_tree(staging)
    _touch(workspace)
    return number


def withdraw(workspace: Workspace, person: Person, id: str, number: int, why: str) -> None:
    """Keep that a version was withdrawn. The caller holds the lock of the register."""
    content = {"actor": person.id, "role": person.role, "why": why}
    Sealed(workspace.cards / id / str(number)).add_event(WITHDRAWN, content)
    _touch(workspace)


def _touch(workspace: Workspace) -> None:
    """Have the folder of all cards tell by its time when one was last published or withdrawn."""
    os.utime(workspace.cards)


def _ids(workspace: Workspace) -> list[str]:
    try:
        with os.scandir(workspace.cards) as entries:
            return [entry.name for entry in entries if entry.is_dir()]
    except OSError:
        return []


def _newest(workspace: Workspace, id: str) -> int | None:
    """The highest version of a card; its folder is looked into again once a version was added."""
    place = f"{workspace.cards}/{id}"
    try:
        known = os.stat(place)  # noqa: PTH116
    except OSError:
        return None
    stamp = known.st_mtime_ns, known.st_nlink, known.st_ino
    seen = _NEWEST.get(place)
    if seen is None or seen[0] != stamp:
        seen = stamp, next(reversed(numbers(workspace, id)), None)
        _NEWEST[place] = seen
    return seen[1]


def _issued(workspace: Workspace, id: str, number: int, read: Read | None) -> Issued:
    if read is None:
        return Issued(None, Card(), (Fault(f"{id}/{number}/{CARD_FILE}", _("nothing")),))
    gone = read.faults or _is_withdrawn(f"{workspace.cards}/{id}/{number}/{EVENTS_FOLDER}")
    return Issued(None if gone else number, read.card, read.faults)


def _is_withdrawn(events: str) -> bool:
    try:
        with os.scandir(events) as entries:
            return any(entry.name.endswith(f".{WITHDRAWN}.json") for entry in entries)
    except OSError:
        return False


def _name(id: str, number: int) -> str:
    return f"{id}@{number}"


def _parse(path: Path) -> Card:
    """The card of a sealed folder; errors as :func:`load`."""
    found = Sealed(path.parent)
    found.check()
    content: Any = found.json(path.name)
    if not isinstance(content, dict) or found.manifest.get("digest") != digest.of_json(content):
        raise Damaged(_("A kept card is not what was published."), [Fault(f"{path.parent.name}/{path.name}")])
    return cards.parse(content, path.name)
