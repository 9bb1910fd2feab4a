"""What is known of a commitment since it was made: a figure of a kept run, or an observation somebody declares.

The two are kept apart and never added or averaged. A run of a draft card feeds no deal.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agglo.contract.errors import Fault, NotFound, nearest
from agglo.contract.language import _
from agglo.runs import run as runs
from agglo.store import blobs
from agglo.store.identifiers import now
from agglo.store.workspace import Workspace
from agglo.trust.deal import keeping, kept_figures
from agglo.trust.deal.keeping import Kept
from agglo.trust.deal.kept_figures import refuse
from agglo.trust.deal.reading import is_day, unit_fault
from agglo.trust.deal.text import Commitment

FROM_RUN, DECLARED = "run", "declared"


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure of a commitment. ``basis`` is "run" or "declared"; what the other basis has is empty.

    ``year`` is the year the figure speaks of. A figure of a run for a year after the one it was entered in is a
    projection: ``projected``.
    """

    commitment: str
    basis: str
    value: float
    unit: str
    year: int
    at: str
    version: int
    quality: str
    source: str
    gauge: str
    projected: bool = False
    run: str = ""
    model: str = ""
    outcome: str = ""
    place: str = ""
    sector: str = ""
    since: int | None = None
    author: str = ""
    evidence: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON; what the basis does not have is left out."""
        content = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in content.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that bears a commitment out, kept by its digest."""

    commitment: str
    sha256: str
    bytes: int
    suffix: str
    source: str
    author: str
    date: str
    at: str

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def from_run(
    workspace: Workspace, reference: str, commitment: str, *, run: str, place: str = "", year: int | None = None
) -> Entry:
    """Keep the figure that a run gives for a commitment's indicator.

    Parameters
    ----------
    place
        Official code; else the place the commitment names, else the territory of the deal.
    year
        Year of the figure [yr]; needed where the run has several.

    Raises
    ------
    InvalidInput
        The run failed, was verified to differ or is of a draft card (what is missing is named); it does not give the
        indicator, or not in that unit, place or year; the commitment has no indicator of the vocabulary.
    NotFound
        No such deal, commitment or run.
    """
    kept = keeping.latest(workspace, reference)
    found = commitment_of(kept, commitment)
    held = runs.load(workspace, run)
    kept_figures.check(workspace, held)
    one = kept_figures.find(held, found, place or _place(kept, found), year)
    refuse(before_baseline(found, one.year))
    content = {
        "commitment": found.id,
        "basis": FROM_RUN,
        "value": one.value,
        "unit": one.unit,
        "year": one.year,
        "since": one.since,
        "place": one.place,
        "sector": one.sector,
        "quality": one.quality,
        "source": one.source,
        "run": held.id,
        "model": held.model,
        "outcome": held.content["outcome"]["digest"],
        "projected": one.year > int(now()[:4]),
        "gauge": gauge_name(found),
    }
    return _keep(workspace, kept, content)


def declare(
    workspace: Workspace,
    reference: str,
    commitment: str,
    *,
    value: float,
    unit: str,
    year: int,
    author: str,
    source: str,
    evidence: Path,
    date: str = "",
) -> Entry:
    """Keep an observation: ``value`` [``unit``] in a year, by whom (a role), from where, and the file that shows it.

    Raises
    ------
    InvalidInput
        Lists all that is wrong: another unit than the indicator's, a year before the baseline or to come, no author,
        source or evidence; the commitment has no indicator.
    NotFound
        No such deal, commitment or file.
    """
    kept = keeping.latest(workspace, reference)
    found = commitment_of(kept, commitment)
    faults = [*_of_observation(found, value, unit, year), *_of_words(author, source, date)]
    refuse(faults)
    shown = _keep_evidence(workspace, kept, found, evidence, author=author, source=source, date=date)
    content = {
        "commitment": found.id,
        "basis": DECLARED,
        "value": value,
        "unit": unit,
        "year": year,
        "quality": "declared",
        "source": source.strip(),
        "author": author.strip(),
        "evidence": shown,
        "gauge": gauge_name(found),
    }
    return _keep(workspace, kept, content)


def attach(
    workspace: Workspace, reference: str, commitment: str, *, evidence: Path, author: str, source: str, date: str = ""
) -> Evidence:
    """Keep a file that bears a commitment out, without a figure; errors as :func:`declare`."""
    kept = keeping.latest(workspace, reference)
    found = commitment_of(kept, commitment)
    refuse(_of_words(author, source, date))
    _keep_evidence(workspace, kept, found, evidence, author=author, source=source, date=date)
    return evidence_of(kept, found)[-1]


def entries(kept: Kept, commitment: Commitment) -> list[Entry]:
    """The figures entered for a commitment under one version, oldest first."""
    return [
        Entry(**{name: event[name] for name in Entry.__slots__ if name in event})
        for event in kept.events(keeping.PROGRESS)
        if event["commitment"] == commitment.id
    ]


def evidence_of(kept: Kept, commitment: Commitment) -> list[Evidence]:
    """The files kept for a commitment under one version, oldest first."""
    return [
        Evidence(**{name: event[name] for name in Evidence.__slots__})
        for event in kept.events(keeping.EVIDENCE)
        if event["commitment"] == commitment.id
    ]


def commitment_of(kept: Kept, id: str) -> Commitment:
    """The commitment of that identifier.

    Raises
    ------
    NotFound
        There is none; the nearest is named.
    """
    known = {one.id: one for one in kept.deal.commitments}
    if id not in known:
        said = _('{reference} has no commitment "{id}".').format(reference=kept.reference, id=id)
        raise NotFound(said, repair=nearest(id, list(known)))
    return known[id]


def gauge_name(commitment: Commitment) -> str:
    """What the indicator of a commitment is told by, so that figures of another one are never put with its own."""
    gauge = commitment.gauge
    if gauge is None:
        return ""
    return " ".join(filter(None, [gauge.id or gauge.title["fr"], gauge.sector, gauge.place, gauge.unit]))


def _place(kept: Kept, commitment: Commitment) -> str:
    return (commitment.gauge and commitment.gauge.place) or kept.deal.territory.siren


def _keep(workspace: Workspace, kept: Kept, content: dict[str, Any]) -> Entry:
    with keeping.hold(workspace, kept.deal.name):
        last = keeping.latest(workspace, kept.reference)
        assert last.sealed
        last.sealed.add_event(keeping.PROGRESS, {**content, "version": last.version})
    return entries(last, commitment_of(last, str(content["commitment"])))[-1]


def _keep_evidence(
    workspace: Workspace, kept: Kept, commitment: Commitment, file: Path, *, author: str, source: str, date: str
) -> str:
    if not file.is_file():
        raise NotFound(_("No file {name}.").format(name=file), repair=_("Give the name of a file."))
    if not file.stat().st_size:
        refuse([Fault(file.name, _("an empty file"), _("evidence"))])
    digest = blobs.put_file(workspace, file)
    said = {"author": author.strip(), "source": source.strip(), "date": date or now()[:10]}
    what = {"commitment": commitment.id, "sha256": digest, "bytes": file.stat().st_size, "suffix": file.suffix[:12]}
    with keeping.hold(workspace, kept.deal.name):
        last = keeping.latest(workspace, kept.reference)
        assert last.sealed
        last.sealed.add_event(keeping.EVIDENCE, {**what, **said})
    return digest


def before_baseline(commitment: Commitment, year: int) -> list[Fault]:
    """That a year lies before that of the baseline, if it does."""
    start = commitment.baseline.year if commitment.baseline else year
    said = _("{year} or later, the year of the baseline").format(year=start)
    return [Fault("year", str(year), said)] if year < start else []


def _of_observation(commitment: Commitment, value: float, unit: str, year: int) -> list[Fault]:
    import math

    gauge = commitment.gauge
    if gauge is None:
        where = _("commitment {id}").format(id=commitment.id)
        return [Fault(where, _("no indicator"), _("an indicator"), _("Keep its evidence without a figure."))]
    found = before_baseline(commitment, year)
    if not math.isfinite(value):
        found.append(Fault("value", str(value), _("a finite number")))
    elif unit != gauge.unit:
        found.append(unit_fault("unit", value, unit, gauge.unit))
    present = int(now()[:4])
    if year > present:
        found.append(Fault("year", str(year), _("{year} or earlier: what is observed has been").format(year=present)))
    return found


def _of_words(author: str, source: str, date: str) -> list[Fault]:
    found = [
        Fault(name, _("nothing"), expected)
        for name, said, expected in (
            ("author", author, _("the role of whoever declares it")),
            ("source", source, _("where it comes from")),
        )
        if not said.strip()
    ]
    if date and not is_day(date):
        found.append(Fault("date", date[:80], _("a day, YYYY-MM-DD")))
    return found
