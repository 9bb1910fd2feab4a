"""The directions of the authority, and its partners with the place each has: ``governance/directions.yaml`` and
``governance/partners.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agglo.contract.errors import Fault
from agglo.contract.language import N_, Text, _
from agglo.store.workspace import Workspace
from agglo.trust.governance import files

DIRECTIONS, PARTNERS = "directions", "partners"
KINDS: Mapping[str, str] = {
    "company": N_("company"),
    "laboratory": N_("laboratory"),
    "association": N_("association"),
    "state": N_("State or public body"),
    "network": N_("network"),
}
"""Kinds of partners, by identifier."""

_DIRECTION = ("id", "title", "about", "source")
_PARTNER = ("id", "title", "kind", "place", "website", "source", "unreviewed")


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction or service of the authority; ``about`` is what it is in charge of, ``source`` where that is said."""

    id: str
    title: Text
    about: Text = field(default_factory=dict)
    source: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner and its ``place`` in the consortium; ``unreviewed`` names what its source does not say."""

    id: str
    title: Text
    kind: str
    place: Text = field(default_factory=dict)
    website: str = ""
    source: Text = field(default_factory=dict)
    unreviewed: tuple[str, ...] = ()


def directions(workspace: Workspace) -> tuple[Direction, ...]:
    """The directions, in the order of their file.

    Raises
    ------
    InvalidInput
        The file is malformed; all that is wrong is listed.
    """
    return files.held(workspace, DIRECTIONS, (DIRECTIONS,), _directions)


def partners(workspace: Workspace) -> tuple[Partner, ...]:
    """The partners, in the order of their file; errors as :func:`directions`."""
    return files.held(workspace, PARTNERS, (PARTNERS,), _partners)


def titles(workspace: Workspace, faults: list[Fault]) -> dict[str, Text]:
    """The titles of directions and partners by identifier; an identifier that both have is a fault."""
    own = {one.id: one.title for one in _directions(workspace, faults) if one.id}
    others = {one.id: one.title for one in _partners(workspace, faults) if one.id}
    for name in sorted(own.keys() & others.keys()):
        faults.append(Fault(f"{files.place(PARTNERS)}: {name}", name, _("an identifier that no direction has")))
    return {**own, **others}


def _directions(workspace: Workspace, faults: list[Fault]) -> tuple[Direction, ...]:
    given = enumerate(files.entries(workspace, DIRECTIONS, faults), 1)
    found = tuple(_direction(one, rank, faults) for rank, one in given)
    files.refuse_twice(DIRECTIONS, [one.id for one in found], faults)
    return found


def _direction(content: Any, rank: int, faults: list[Fault]) -> Direction:
    entry = files.fields(content, DIRECTIONS, rank, _DIRECTION, faults)
    return Direction(
        id=entry.short_name("id"),
        title=files.text(entry, "title", required=True),
        about=files.text(entry, "about"),
        source=files.text(entry, "source"),
    )


def _partners(workspace: Workspace, faults: list[Fault]) -> tuple[Partner, ...]:
    given = enumerate(files.entries(workspace, PARTNERS, faults), 1)
    found = tuple(_partner(one, rank, faults) for rank, one in given)
    files.refuse_twice(PARTNERS, [one.id for one in found], faults)
    return found


def _partner(content: Any, rank: int, faults: list[Fault]) -> Partner:
    entry = files.fields(content, PARTNERS, rank, _PARTNER, faults)
    website = entry.text("website", required=False)
    if website and not website.startswith(("https://", "http://")):
        entry.fault("website", website[:80], _("an address that begins with https://"))
    unreviewed = tuple(str(one) for one in entry.items("unreviewed", required=False))
    for one in unreviewed:
        if one not in _PARTNER:
            entry.fault("unreviewed", one[:80], _("one of {values}").format(values=", ".join(_PARTNER)))
    return Partner(
        id=entry.short_name("id"),
        title=files.text(entry, "title", required=True),
        kind=entry.choice("kind", list(KINDS)),
        place=files.text(entry, "place"),
        website=website,
        source=files.text(entry, "source"),
        unreviewed=unreviewed,
    )
