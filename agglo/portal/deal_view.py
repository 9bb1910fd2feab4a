"""A deal as a person may read it: versions that nobody signed are drafts; figures of closed runs are not shown."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agglo.contract import numerals
from agglo.contract.errors import Damaged, NotFound
from agglo.contract.language import _
from agglo.portal.app import path_of
from agglo.store.workspace import Workspace
from agglo.trust.access import reading, rights
from agglo.trust.access.people import Person
from agglo.trust.access.rights import Asset
from agglo.trust.deal import keeping, progress, sheet, signing, standing
from agglo.trust.deal.keeping import Kept
from agglo.trust.deal.progress import Entry
from agglo.trust.deal.sheet import Axis, Item, Line, Sheet
from agglo.trust.deal.standing import Standing

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Way:
    """How far along a figure is: in words, and as a share [%] between 0 and 100 for the bar."""

    label: str
    said: str
    percent: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A commitment as a page shows it: each line with the address of its run, if it has one and it may be read."""

    item: Item
    lines: tuple[tuple[Line, str], ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A deal for one person: sheet, commitments by axis, versions they may read, and whether nothing is left out."""

    kept: Kept
    sheet: Sheet
    axes: tuple[tuple[str, tuple[Shown, ...]], ...]
    versions: tuple[Kept, ...]
    whole: bool


def versions(workspace: Workspace, person: Person, name: str) -> list[Kept]:
    """The versions of a deal that a person may read, oldest first; none where there is no such deal.

    A version that nobody has signed is a draft, for those alone who may read what is restricted.
    """
    if len(name) > LONGEST_NAME:
        return []
    held = keeping.history(workspace, name)
    if rights.may(workspace, person, "read-restricted", Asset("deal", name)):
        return held
    return [one for one in held if is_signed(one)]


def is_signed(kept: Kept) -> bool:
    """Whether a party has signed this version."""
    return bool(signing.signatures(kept))


def listing(workspace: Workspace, person: Person) -> tuple[list[list[Kept]], int]:
    """The versions a person may read of each deal, and how many deals cannot be read because they have changed."""
    found, damaged = [], 0
    for name in keeping.names(workspace):
        try:
            known = versions(workspace, person, name)
        except Damaged:
            damaged += 1
            continue
        found += [known] if known else []
    return found, damaged


def view(workspace: Workspace, person: Person, reference: str) -> View:
    """The version ``NAME@VERSION``, or the latest one of ``NAME`` that the person may read.

    Raises
    ------
    NotFound
        There is none, or the person may not read it.
    """
    name, _at, version = reference.partition("@")
    known = versions(workspace, person, name)
    kept = next((one for one in reversed(known) if version in ("", str(one.version))), None)
    if kept is None:
        raise NotFound(_("There is no such deal, or it is not public."), repair=_("See the list of deals."))
    spoken_of = set(_runs(known, kept))
    full = standing.standings(workspace, kept)
    spoken_of |= {entry.run for one in full for entry in (one.modelled, one.projected) if entry}
    readable = reading.readable_runs(workspace, person, spoken_of)
    told = [_open(one, readable) for one in full]
    shown = sheet.sheet(kept, told, known)
    axes = tuple((axis.title, tuple(_items(axis, full, told))) for axis in shown.axes)
    every = len(known) == len(keeping.versions(workspace, name))
    return View(kept, shown, axes, tuple(known), every and readable >= spoken_of)


def _runs(known: Sequence[Kept], kept: Kept) -> Iterator[str]:
    """Every run that a version, or one before it, speaks of."""
    for one in known:
        for commitment in one.deal.commitments if one.version <= kept.version else ():
            yield from (entry.run for entry in progress.entries(one, commitment) if entry.run)


def _open(known: Standing, readable: set[str]) -> Standing:
    """What is known of a commitment without the figures of runs that may not be read."""

    def kept(entry: Entry | None) -> Entry | None:
        return entry if entry and entry.run in readable else None

    return dataclasses.replace(known, modelled=kept(known.modelled), projected=kept(known.projected))


def _items(axis: Axis, full: Sequence[Standing], told: Sequence[Standing]) -> Iterator[Shown]:
    by_id = {one.commitment.id: (one, other) for one, other in zip(full, told, strict=True)}
    for item in axis.commitments:
        every, known = by_id[item.id]
        yield _shown(item, every, known)


def _shown(item: Item, every: Standing, known: Standing) -> Shown:
    commitment = known.commitment
    entries: list[Entry | None] = [None for one in (commitment.baseline, commitment.target) if one]
    entries += [one for one in (known.modelled, known.declared, known.projected) if one]
    lines = [(line, path_of("run", id=entry.run) if entry and entry.run else "")
             for line, entry in zip(item.lines, entries, strict=True)]  # fmt: skip
    closed = [
        what
        for what, one, other in (
            (_("From a kept run"), every.modelled, known.modelled),
            (_("Projected by a kept run"), every.projected, known.projected),
        )
        if one and not other
    ]
    lines += [(Line(what, _("not public"), "–", "", _("an answer that is not public")), "") for what in closed]
    if closed and item.nothing:
        said = item.nothing[:1].upper() + item.nothing[1:] + "."
        item = dataclasses.replace(item, nothing="", remarks=tuple(one for one in item.remarks if one != said))
    ways = [
        _way(label, known, entry)
        for label, entry in ((_("From a kept run"), known.modelled), (_("Declared"), known.declared))
        if entry and known.share(entry) is not None
    ]
    return Shown(item, tuple(lines), tuple(ways))


def _way(label: str, known: Standing, entry: Entry) -> Way:
    share = 100 * (known.share(entry) or 0.0)
    said = _("{label}: {share} of the way, in {year}").format(
        label=label, share=numerals.quantity(share, "%"), year=entry.year
    )
    return Way(label, said, round(min(max(share, 0.0), 100.0), 1))
