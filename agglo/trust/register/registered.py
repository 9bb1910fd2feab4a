"""Who reads which cards: of the workspace, of the programme that comes with agglo, of the models kept here.

Those who may read what is restricted see the card in hand, ``register/ID.yaml``. Everybody else sees the latest version
that was published, unless it was withdrawn; the cards of the programme; and what their makers say of the models.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from agglo.contract import card as cards
from agglo.contract.card import Card
from agglo.contract.errors import Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import _, in_language
from agglo.store.workspace import Workspace
from agglo.trust.access import rights
from agglo.trust.access.people import Person
from agglo.trust.access.rights import Asset
from agglo.trust.register import cache, makers, versions
from agglo.trust.register.cache import Read
from agglo.trust.register.salvaging import salvaged
from agglo.trust.register.versions import Issued

Origin = Literal["workspace", "programme", "model"]

ENDING = ".yaml"
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_NOTHING = Card()
TERRITORY = "200056232"
"""SIREN of the territory whose programme comes with agglo: Communauté d'agglomération Paris-Saclay."""
RESERVED = ("exports", "nouvelle-fiche")
"""Identifiers that no card may have: they are addresses of pages."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A card of the register as a person may read it.

    ``origin``: where it is from. ``published``: the number of the version that this is, None where it is the card in
    hand, which only those who may read what is restricted are shown. ``latest``: the version that everybody reads, None
    where there is none or it was withdrawn. ``faults``: what of its file cannot be read; the card is what can.
    ``withdrawn``: whether it was published, or came with agglo, and was taken back.
    """

    id: str
    card: Card
    origin: Origin
    published: int | None = None
    latest: int | None = None
    faults: tuple[Fault, ...] = ()
    withdrawn: bool = False

    @property
    def title(self) -> str:
        """Its title in the language in force, else its identifier."""
        return in_language(self.card.maker.title) or self.id


@dataclass(frozen=True)
class _Shelves:
    """Every card there is, by identifier: in hand, as published, of the programme, of the models."""

    hand: Mapping[str, Read]
    issued: Mapping[str, Issued]
    programme: Mapping[str, Read]
    makers: Mapping[str, Read]

    @property
    def names(self) -> list[str]:
        return sorted({*self.hand, *self.issued, *self.programme, *self.makers})

    def is_gone(self, id: str) -> bool:
        """Whether nothing is left of a card but its history: it was withdrawn, and its file taken away."""
        issued = self.issued.get(id)
        elsewhere = any(id in shelf for shelf in (self.hand, self.programme, self.makers))
        return issued is not None and issued.number is None and not issued.faults and not elsewhere

    def of(self, id: str, restricted: bool) -> Registered | None:
        """A card as whoever may, or may not, read what is restricted sees it."""
        hand, issued = self.hand.get(id) if restricted else None, self.issued.get(id)
        latest = issued.number if issued else None
        taken_back = restricted and issued is not None and latest is None and not issued.faults
        card, published, faults = _NOTHING, None, tuple[Fault, ...]()
        if hand:
            card, faults = hand.card, hand.faults
        elif issued and latest is not None:
            card, published = issued.card, latest
        if maker := self.makers.get(id):
            own = maker.card.maker.model_dump(exclude_defaults=True)
            told = (*faults, *(maker.faults if restricted else ()))
            return Registered(id, cards.with_maker(card, own), "model", published, latest, told, taken_back)
        if hand or published:
            return Registered(id, card, "workspace", published, latest, faults, taken_back)
        return self._else(id, restricted)

    def _else(self, id: str, restricted: bool) -> Registered | None:
        """A card that is neither in hand nor published: that of the programme, unless it was withdrawn here; to those
        who may read what is restricted, what was withdrawn too."""
        bundled, issued = self.programme.get(id), self.issued.get(id)
        if bundled and not bundled.faults and (restricted or not issued):
            return Registered(id, bundled.card, "programme", withdrawn=issued is not None)
        if issued and restricted:
            faults = issued.faults or _withdrawn(id)
            return Registered(id, issued.card, "workspace", faults=faults, withdrawn=not issued.faults)
        return None


def listing(workspace: Workspace, person: Person) -> list[Registered]:
    """Every card that a person may read, by identifier. A file that cannot be read is told to those who may repair it
    and left out for everybody else; so is a card that was withdrawn and whose file is gone."""
    held, shelves = rights.held(workspace, person), _shelves(workspace)
    names = (name for name in shelves.names if not shelves.is_gone(name))
    found = (shelves.of(name, held.may("read-restricted", Asset("card", name))) for name in names)
    return [one for one in found if one]


def public(workspace: Workspace) -> dict[str, Registered]:
    """Every card by identifier as whoever may not read what is restricted sees it."""
    shelves = _shelves(workspace)
    return {name: one for name in shelves.names if (one := shelves.of(name, False))}


def _shelves(workspace: Workspace) -> _Shelves:
    return _Shelves(_in_hand(workspace), versions.latest(workspace), _programme(workspace), makers.listing(workspace))


def find(workspace: Workspace, person: Person, id: str) -> Registered:
    """The card of that identifier.

    Raises
    ------
    NotFound
        There is none that the person may read; the nearest is named.
    """
    shelves = _Shelves(*_one_in_hand(workspace, id), _programme(workspace), makers.listing(workspace))
    found = shelves.of(id, rights.may(workspace, person, "read-restricted", Asset("card", id)))
    if found is None:
        known = [one.id for one in listing(workspace, person)]
        raise NotFound(_('No card "{id}" in the register.').format(id=id), repair=nearest(id, known))
    return found


def in_hand(workspace: Workspace, person: Person, id: str) -> Registered:
    """The card in hand of that identifier, which is written, moved and published.

    Raises
    ------
    NotFound
        There is none that the person may read.
    InvalidInput
        Its file cannot be read: every fault is told.
    """
    found = find(workspace, person, id)
    if found.faults:
        raise InvalidInput(_("This card cannot be read."), found.faults)
    if found.published or not path_of(workspace, id).is_file():
        repair = _('"agglo register new {id}" makes one to fill.').format(id=id)
        raise NotFound(_('No card "{id}" in hand.').format(id=id), repair=repair)
    return found


def path_of(workspace: Workspace, id: str) -> Path:
    """Where the card in hand lies, or would."""
    return workspace.register / f"{id}{ENDING}"


def fault_of_id(id: str) -> Fault | None:
    """What is wrong with an identifier, if anything is."""
    if not IDENTIFIER.fullmatch(id):
        expected = _("lower-case letters, digits, hyphens, dots and underscores, such as leak-finder")
        return Fault(_("identifier"), f'"{id[:140]}"', expected)
    if id in RESERVED:
        return Fault(_("identifier"), f'"{id}"', _("another word: this one is the address of a page"))
    return None


def _withdrawn(id: str) -> tuple[Fault, ...]:
    said = _("It was withdrawn, and its file is gone.")
    return (Fault(f"register/{id}.yaml", _("nothing"), repair=said),)


def bundled(workspace: Workspace, id: str) -> Card | None:
    """The card of that identifier that comes with agglo, None where there is none."""
    found = _programme(workspace).get(id)
    return found.card if found and not found.faults else None


def _programme(workspace: Workspace) -> dict[str, Read]:
    """The cards that come with agglo, in a workspace about the territory whose they are."""
    if str(workspace.setting("territory")) != TERRITORY:
        return {}
    folder = Path(str(resources.files("agglo.trust.register"))) / "programme"
    places = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    return cache.read_all(workspace, "programme", places, cards.read)


def _in_hand(workspace: Workspace) -> dict[str, Read]:
    with os.scandir(workspace.register) as entries:
        files = [entry.name for entry in entries if entry.name.endswith(ENDING) and not entry.name.startswith(".")]
    places = {name.removesuffix(ENDING): f"{workspace.register}/{name}" for name in files}
    read = cache.read_all(workspace, "hand", places, cards.read, salvage=salvaged)
    return {name: _named(name, one) for name, one in read.items()}


def _one_in_hand(workspace: Workspace, id: str) -> tuple[Mapping[str, Read], Mapping[str, Issued]]:
    """What lies under one identifier alone."""
    if fault_of_id(id) and not any(path.stem == id for path in workspace.register.glob("*.yaml")):
        return {}, {}
    issued, path = None, path_of(workspace, id)
    read = cache.read_one(workspace, "hand", id, path, cards.read, salvage=salvaged)
    if not fault_of_id(id):
        issued = versions.latest_of(workspace, id)
    return {id: _named(id, read)} if read else {}, {id: issued} if issued else {}


def _named(id: str, read: Read) -> Read:
    """What a file holds, unless its name cannot be that of a card."""
    fault = fault_of_id(id)
    return Read(Card(), (Fault(f"register/{id}.yaml", fault.got, fault.expected),)) if fault else read
