"""What nobody answers for: the cards, models and datasets that lack an owner, a steward, or one who is accountable."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.governance import responsibilities
from agglo.trust.governance.assets import Readable
from agglo.trust.governance.responsibilities import ACCOUNTABLE, Responsibility
from agglo.trust.register import registered

NEEDED = ("owner", "steward")
OWNER = "authority.owner"
"""The entry of a card that says who answers for it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """An asset and what it lacks: roles of :data:`NEEDED`, and how many are accountable for it (1 is right)."""

    asset: str
    title: str
    missing: tuple[str, ...]
    accountable: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "asset": self.asset,
            "title": self.title,
            "missing": list(self.missing),
            "accountable": self.accountable,
        }


def of(workspace: Workspace, person: Person) -> list[Gap]:
    """The gaps of the assets that a person may read, cards and models first.

    A line about the very asset counts before one about a beginning, and that before one about the whole workspace.

    Raises
    ------
    InvalidInput
        The files of governance cannot be read.
    """
    lines, known = responsibilities.read(workspace), Readable(workspace, person)
    declared = {one.id for one in registered.listing(workspace, person) if OWNER not in one.card.lacking()}
    assets = [
        (f"{'model' if name in known.models else 'card'}:{name}", title) for name, title in known.cards.items()
    ] + [(f"dataset:{name}", title) for name, title in known.datasets.items()]  # fmt: skip
    found = (_gap(asset, title, lines, declared) for asset, title in assets)
    return [one for one in found if one.missing or one.accountable != 1]


def _gap(asset: str, title: str, lines: Sequence[Responsibility], declared: Set[str]) -> Gap:
    """The gap of an asset; a card that declares who answers for it has an owner."""
    kind, _colon, name = asset.partition(":")
    names = (asset, f"card:{name}") if kind == "model" else (asset,)
    about = [one for one in lines if any(one.covers(said) for said in names)]
    owned = kind != "dataset" and name in declared
    held = {one.role for one in about} | ({"owner"} if owned else set())
    answering = [_closeness(one) for one in about if one.raci == ACCOUNTABLE]
    closest = max(answering, default=0)
    accountable = answering.count(closest) or int(owned)
    return Gap(asset, title, tuple(one for one in NEEDED if one not in held), accountable)


def _closeness(line: Responsibility) -> int:
    """How closely a line names what it is about: the length of what it gives; the whole name counts most."""
    if line.asset == "workspace":
        return 0
    return len(line.asset) if line.asset.endswith("*") else 1_000
