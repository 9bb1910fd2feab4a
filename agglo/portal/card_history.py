"""The published versions of a card, and what changed from one to the next."""

from dataclasses import dataclass

from agglo.contract.card import label
from agglo.portal import html
from agglo.portal.visits import Visit
from agglo.trust.access import rights
from agglo.trust.access.rights import Asset
from agglo.trust.register import publishing


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a card: when it was published and why, the entries that changed, why it was withdrawn if it was."""

    number: int
    at: str
    why: str
    changes: tuple[str, ...]
    withdrawn: bool = False
    withdrawn_why: str = ""


def versions(visit: Visit, id: str) -> list[Version]:
    """Versions, latest first; one that was withdrawn is told to those who may read what is restricted alone.

    Raises
    ------
    Damaged
        A version is no longer what was sealed.
    """
    restricted = rights.may(visit.workspace, visit.person, "read-restricted", Asset("card", id))
    found = reversed(publishing.history(visit.workspace, id))
    zone = str(visit.workspace.setting("time_zone"))
    return [_version(one, zone) for one in found if restricted or not one.withdrawn]


def _version(one: publishing.Version, zone: str) -> Version:
    changed = tuple(label(change.path) for change in one.changes)
    gone = one.withdrawn
    return Version(one.number, html.day(one.at, zone), one.why, changed, bool(gone), gone.why if gone else "")
