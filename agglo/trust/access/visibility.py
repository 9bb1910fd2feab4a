"""Visibility: who may see what is kept. An event of the asset, so that it is never lost and never without an author."""

from collections.abc import Iterable
from typing import Any, Literal, get_args

from agglo.contract.errors import Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import _
from agglo.store import sealed
from agglo.store.indexing import CLOSENESS, VISIBILITY
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace
from agglo.trust.access import filters, rights
from agglo.trust.access.people import Person
from agglo.trust.access.rules import Asset

Visibility = Literal["public", "draft", "restricted", "personal"]
VISIBILITIES: tuple[str, ...] = get_args(Visibility)


def of(workspace: Workspace, asset: Asset) -> Visibility:
    """The visibility in force of a run, a dataset (``NAME@VERSION``) or a study: that of its last event, else the
    workspace's setting; for a run, that of an input if it is less visible.

    Raises
    ------
    NotFound
        It is not kept here.
    """
    default = workspace.setting("visibility")
    if asset.kind == "run":
        return named(CLOSENESS[_rank_of_run(workspace, asset.id, default)])
    return named(decided(_folders(workspace, asset)) or default)


def rank(visibility: str) -> int:
    """How closed a visibility is: its place in :data:`VISIBILITIES`; one that is unknown is the most closed."""
    return CLOSENESS.index(visibility) if visibility in CLOSENESS else len(CLOSENESS) - 1


def named(visibility: str) -> Visibility:
    """The visibility of that name; the most closed where there is none."""
    known: Any = CLOSENESS[rank(visibility)]
    closed: Visibility = known
    return closed


def _rank_of_run(workspace: Workspace, id: str, default: str) -> int:
    from sqlalchemy import select

    from agglo.store.tables import runs

    rows = workspace.index.rows(select(filters.effective(default).label("rank")).where(runs.c.id == id))
    if not rows:
        raise _not_kept(Asset("run", id))
    return int(rows[0]["rank"])


def set_(
    workspace: Workspace, person: Person, asset: Asset, visibility: Visibility, *, why: str = "", example: bool = False
) -> None:
    """Decide who may see an asset; deciding the same again adds nothing.

    ``example`` publishes what belongs to a demonstration although the card of its model is not complete, and pages
    say so. What is closed closes the datasets that were made of it as well.

    Raises
    ------
    NotFound
        There is none, or the person may not read it: what is personal is opened only by whoever may read it.
    Forbidden
        The person may not approve it.
    InvalidInput
        A run is published whose model's card is a draft (every undeclared field is listed) or one of whose inputs is
        closed; a dataset is published that was made by a run that is closed.
    """
    from agglo.trust.access import publication

    found = publication.readable(workspace, person, asset)
    rights.check(workspace, person, "approve", found)
    if visibility not in VISIBILITIES:
        expected = _("one of {values}").format(values=", ".join(VISIBILITIES))
        fault = Fault(str(found), str(visibility)[:80], expected, nearest(str(visibility), VISIBILITIES))
        raise InvalidInput(_("There is no such visibility."), [fault])
    if visibility == "public" and not example:
        publication.check(workspace, found)
    content: dict[str, Any] = {"visibility": visibility, "actor": person.id, "role": person.role, "why": why}
    content |= {"example": True} if example else {}
    if record(workspace, found, content):
        publication.close_outputs(workspace, found, content)


def record(workspace: Workspace, asset: Asset, content: dict[str, Any]) -> bool:
    """Keep a decision with the asset, unless it is the last that was taken; the answer says whether it was kept."""
    folders = _folders(workspace, asset)
    last = _last(folders) or {}
    if (last.get("visibility"), bool(last.get("example"))) == (content["visibility"], bool(content.get("example"))):
        return False
    if asset.kind == "study":
        folders[-1].add_event(VISIBILITY, content)
    else:
        sealed.note(workspace, folders[-1], asset.kind, VISIBILITY, content)
    return True


def decided(folders: Iterable[Sealed]) -> str | None:
    """What was last decided of an asset, whichever of its folders keeps it; None where nobody has."""
    last = _last(folders)
    return None if last is None else str(last["visibility"])


def is_example(workspace: Workspace, asset: Asset) -> bool:
    """Whether an asset was published as a part of a demonstration, with a card that may be incomplete."""
    last = _last(_folders(workspace, asset))
    return bool(last and last["visibility"] == "public" and last.get("example"))


def history(workspace: Workspace, asset: Asset) -> list[dict[str, Any]]:
    """Every decision about an asset, oldest first: visibility, actor, role, why, at."""
    return _decisions(_folders(workspace, asset))


def _last(folders: Iterable[Sealed]) -> dict[str, Any] | None:
    found = _decisions(folders)
    return found[-1] if found else None


def _decisions(folders: Iterable[Sealed]) -> list[dict[str, Any]]:
    found = (event for one in folders for event in one.events(VISIBILITY) if event["kind"] == VISIBILITY)
    return sorted(found, key=lambda event: str(event["id"]))


def _folders(workspace: Workspace, asset: Asset) -> list[Sealed]:
    """The sealed folders of an asset, oldest first: one, but for a study."""
    if asset.kind == "study":
        from agglo.studies import record

        found = [one.sealed for one in record.history(workspace, asset.id)]
    else:
        name, _at, version = asset.id.partition("@")
        folder = workspace.runs / name if asset.kind == "run" else workspace.datasets / name / version
        plain = asset.kind in ("run", "dataset") and "/" not in asset.id and bool(version) == (asset.kind == "dataset")
        found = [Sealed(folder)] if plain and Sealed(folder).exists else []
    if not found:
        raise _not_kept(asset)
    return found


def _not_kept(asset: Asset) -> NotFound:
    return NotFound(_("Nothing is kept under {name}.").format(name=str(asset)))
