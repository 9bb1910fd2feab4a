"""What the use of an algorithm was measured to be: its kept runs, and what partners declared of it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from agglo.contract import numerals
from agglo.contract.card import AuthorityPart, Card, Source
from agglo.contract.language import _, ngettext
from agglo.footprint.record import STATUSES, Bounds
from agglo.store.workspace import Workspace
from agglo.trust.access import filters
from agglo.trust.access.people import Person

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

FEW = 100
"""Runs or declarations whose records are read one by one for the bounds that the index does not hold."""


@dataclass(frozen=True, slots=True)
class Use:
    """Figures over the finished runs of the models of a card, and the declarations about it.

    ``energy_kwh`` and ``carbon_g`` are sums over what is known (low, central, high), None where nothing is; a bound is
    None where it is not known of everything that is in the central sum. The index holds no bounds of energy: they are
    summed from the records of up to :data:`FEW` runs. Verifications of runs are not counted.

    ``known`` runs out of ``runs`` have a known footprint, by status in ``statuses``; ``declared`` declarations are in
    the sums. ``first`` and ``last`` are instants; ``by_month`` counts runs by YYYY-MM; ``versions`` are those that ran,
    the latest last; ``datasets`` those that were read (NAME@VERSION), ``sources`` the same in words. ``method`` and
    ``factor_set`` are those of the latest run; ``location`` that of its electricity.
    """

    models: tuple[str, ...] = ()
    runs: int = 0
    known: int = 0
    declared: int = 0
    first: str = ""
    last: str = ""
    by_month: Mapping[str, int] = field(default_factory=dict)
    versions: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    energy_kwh: Bounds | None = None
    carbon_g: Bounds | None = None
    method: str = ""
    factor_set: str = ""
    location: str = ""
    statuses: Mapping[str, int] = field(default_factory=dict)


def of(workspace: Workspace, person: Person, id: str, card: Card) -> Use:
    """What a person may know of the use of the algorithm of a card: ``id`` if it is a model, and ``card.models``."""
    from agglo.store.tables import runs as table

    reader = filters.reader(workspace, person)
    asked = [id, *card.authority.models]
    readable = filters.runs(reader, inputs_read=filters.reads_every_input(workspace, reader))
    where = [_matches(table.c.model, asked), table.c.state == "finished", readable]
    counted = _counted(workspace, where)
    if counted.runs:
        counted = _with_latest(workspace, _with_datasets(workspace, counted, where), where)
    return _with_declarations(workspace, counted, asked)


def _matches(column: "ColumnElement[Any]", asked: Sequence[str]) -> "ColumnElement[bool]":
    """The condition that a model is one of some, or of a system (``water.*``)."""
    from sqlalchemy import or_

    systems = [one.removesuffix("*") for one in asked if one.endswith(".*")]
    return or_(column.in_(asked), *(column.startswith(system, autoescape=True) for system in systems))


def _counted(workspace: Workspace, where: "Sequence[ColumnElement[bool]]") -> Use:
    """Counts by model, version, month and status, and the sums that the index holds."""
    from sqlalchemy import func, select

    from agglo.store.tables import runs as table

    at, month = table.c, func.substr(table.c.finished, 1, 7)
    groups = (at.model, at.version, at.footprint_status, month.label("month"))
    columns = [*groups, func.count().label("runs"), func.min(at.finished).label("first"),
               func.max(at.finished).label("last")]  # fmt: skip
    for one in (at.energy_kwh, at.carbon_g, at.carbon_low_g, at.carbon_high_g):
        columns += [func.sum(one).label(one.name), func.count(one).label(f"n_{one.name}")]
    rows = [dict(row) for row in workspace.index.rows(select(*columns).where(*where).group_by(*groups))]
    return _summed(workspace, rows, where) if rows else Use()


def _summed(workspace: Workspace, rows: Sequence[Mapping[str, Any]], where: "Sequence[ColumnElement[bool]]") -> Use:
    last = {version: max(row["last"] for row in rows if row["version"] == version) for version in _all(rows, "version")}
    statuses = _sums(rows, "footprint_status")
    return Use(
        models=tuple(sorted(_all(rows, "model"))),
        runs=sum(row["runs"] for row in rows),
        known=sum(row["n_energy_kwh"] for row in rows),
        first=min(row["first"] for row in rows),
        last=max(row["last"] for row in rows),
        by_month=dict(sorted(_sums(rows, "month").items())),
        versions=tuple(sorted(last, key=lambda version: (last[version], version))),
        energy_kwh=_energy(workspace, rows, where),
        carbon_g=_carbon(rows),
        statuses={status: statuses[status] for status in STATUSES if status in statuses},
    )


def _all(rows: Iterable[Mapping[str, Any]], name: str) -> set[str]:
    return {str(row[name]) for row in rows}


def _sums(rows: Iterable[Mapping[str, Any]], name: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[str(row[name])] = counts.get(str(row[name]), 0) + int(row["runs"])
    return counts


def _carbon(rows: Sequence[Mapping[str, Any]]) -> Bounds | None:
    count = {name: sum(row[f"n_{name}"] for row in rows) for name in ("carbon_g", "carbon_low_g", "carbon_high_g")}
    if not count["carbon_g"]:
        return None
    total = {name: math.fsum(row[name] or 0.0 for row in rows) for name in count}
    low, high = (total[one] if count[one] == count["carbon_g"] else None for one in ("carbon_low_g", "carbon_high_g"))
    return Bounds(low, total["carbon_g"], high)


def _energy(
    workspace: Workspace, rows: Sequence[Mapping[str, Any]], where: "Sequence[ColumnElement[bool]]"
) -> Bounds | None:
    known = sum(row["n_energy_kwh"] for row in rows)
    if not known:
        return None
    if sum(row["runs"] for row in rows) <= FEW:
        return summed(one for run in _ids(workspace, where) if (one := _kept(workspace, run).energy_kwh))
    return Bounds(None, math.fsum(row["energy_kwh"] or 0.0 for row in rows), None)


def summed(several: Iterable[Bounds]) -> Bounds | None:
    """The sum of figures; a bound that one of them lacks is not known of the sum."""
    listed = list(several)
    columns = ([getattr(one, name) for one in listed] for name in ("low", "central", "high"))
    low, central, high = (None if None in column else math.fsum(column) for column in columns)
    return Bounds(low, central, high) if listed else None


def _ids(workspace: Workspace, where: "Sequence[ColumnElement[bool]]", limit: int = FEW) -> list[str]:
    """Identifiers of runs, latest first."""
    from sqlalchemy import select

    from agglo.store.tables import runs as table

    latest = select(table.c.id).where(*where).order_by(table.c.finished.desc(), table.c.id.desc()).limit(limit)
    return [str(row["id"]) for row in workspace.index.rows(latest)]


def _kept(workspace: Workspace, run: str) -> Any:
    from agglo.runs import run as runs

    return runs.load(workspace, run).footprint


def _with_latest(workspace: Workspace, use: Use, where: "Sequence[ColumnElement[bool]]") -> Use:
    record = _kept(workspace, _ids(workspace, where, 1)[0])
    return replace(use, method=record.method, factor_set=record.factor_set, location=record.location or "")


def _with_datasets(workspace: Workspace, use: Use, where: "Sequence[ColumnElement[bool]]") -> Use:
    """With the datasets that the runs read: whoever may read a run may read its inputs."""
    from sqlalchemy import select

    from agglo.store.tables import datasets, run_inputs
    from agglo.store.tables import runs as table

    read, described = run_inputs.alias("read"), datasets.alias("described")
    same = (described.c.name == read.c.dataset) & (described.c.version == read.c.dataset_version)
    question = (
        select(read.c.dataset, read.c.dataset_version, described.c.title, described.c.source)
        .select_from(read.outerjoin(described, same))
        .where(read.c.run.in_(select(table.c.id).where(*where)))
        .distinct()
        .order_by(read.c.dataset, described.c.added, read.c.dataset_version)
    )
    rows = workspace.index.rows(question)
    sources = {row["dataset"]: Source(what=row["title"] or row["dataset"], source=row["source"] or "") for row in rows}
    names = tuple(f"{row['dataset']}@{row['dataset_version']}" for row in rows)
    return replace(use, datasets=names, sources=tuple(sources.values()))


def _with_declarations(workspace: Workspace, use: Use, asked: Sequence[str]) -> Use:
    """With what was declared of the same models; anybody may read declarations, as on the page of costs."""
    from sqlalchemy import select

    from agglo.runs import totals
    from agglo.store.tables import declarations as table

    rows = workspace.index.rows(select(table).where(_matches(table.c.model, asked)).order_by(table.c.id))
    if not rows:
        return use
    if len(rows) <= FEW:
        kept = [totals.load(workspace, str(row["id"])) for row in rows]
        energy, carbon = [one.energy_kwh for one in kept], [one.carbon_g for one in kept if one.carbon_g]
    else:
        energy, carbon = (
            [Bounds(None, row[name], None) for row in rows if row[name] is not None]
            for name in ("energy_kwh", "carbon_g")
        )
    return replace(
        use,
        declared=len(rows),
        energy_kwh=summed([*([use.energy_kwh] if use.energy_kwh else []), *energy]),
        carbon_g=summed([*([use.carbon_g] if use.carbon_g else []), *carbon]),
    )


def describe(use: Use) -> list[str]:
    """The use of an algorithm in sentences: how often, what each answer cost, how that is known, what is not."""
    if not use.runs and not use.declared:
        return [_("No answer of it is kept here, and nobody declared what it costs.")]
    said = [_how_often(use)] if use.runs else [_("No answer of it is kept here.")]
    said += [line for line in (_cost(use, "energy_kwh", "kWh"), _cost(use, "carbon_g", "gCO2e")) if line]
    if unknown := use.runs - use.known:
        told = ngettext("What {count} answer cost is not known.", "What {count} answers cost is not known.", unknown)
        said.append(told.format(count=numerals.number(unknown)))
    if use.declared:
        told = ngettext(
            "{count} declaration is in these sums.", "{count} declarations are in these sums.", use.declared
        )
        said.append(told.format(count=numerals.number(use.declared)))
    return said


def _how_often(use: Use) -> str:
    answers = ngettext("{count} answer", "{count} answers", use.runs).format(count=numerals.number(use.runs))
    first, last = numerals.day(use.first), numerals.day(use.last)
    if first == last:
        return _("{answers}, on {day}.").format(answers=answers, day=first)
    return _("{answers}, from {first} to {last}.").format(answers=answers, first=first, last=last)


def _cost(use: Use, name: str, unit: str) -> str:
    """What was spent: each answer where the sum is of answers alone, else in all."""
    total: Bounds | None = getattr(use, name)
    if total is None or total.central is None:
        return ""
    what = {"energy_kwh": _("Electricity"), "carbon_g": _("Greenhouse gases")}[name]
    whole = numerals.scaled(total.central, unit)
    if total.low is not None and total.high is not None:
        low, high = (numerals.scaled(bound, unit, like=total.central) for bound in (total.low, total.high))
        whole = _("{central} ({low} to {high})").format(central=whole, low=low, high=high)
    if use.declared or not use.known:
        return _("{what}: {total} in all, {how}.").format(what=what, total=whole, how=_how_known(use))
    each = numerals.scaled(total.central / use.known, unit)
    return _("{what}: {each} an answer, {total} in all, {how}.").format(
        what=what, each=each, total=whole, how=_how_known(use)
    )


def _how_known(use: Use) -> str:
    """How the figures of a use are known, in words."""
    words = {"measured": _("measured"), "partial": _("measured in part"), "declared": _("declared")}
    told = [*use.statuses, *(["declared"] if use.declared else [])]
    return ", ".join(dict.fromkeys(words[status] for status in told if status in words)) or _("not known how")


def prefilled(card: Card, use: Use) -> Card:
    """A card with what its runs tell where it says nothing: the data it reads, its version, and since when it is used
    if its state says that it is. What it says is never overwritten."""
    lacking = card.lacking()
    known: dict[str, Any] = {
        "maker.version": use.versions[-1] if use.versions else "",
        "authority.sources": list(use.sources),
        "authority.since": use.first[:7] if card.authority.state == "in-use" else "",
    }
    filled = {path: value for path, value in known.items() if value and path in lacking}
    return Card(maker=card.maker.model_copy(update=_half(filled, "maker")), authority=_authority(card, filled))


def _authority(card: Card, filled: Mapping[str, Any]) -> AuthorityPart:
    return card.authority.model_copy(update=_half(filled, "authority"))


def _half(filled: Mapping[str, Any], half: str) -> dict[str, Any]:
    return {path.partition(".")[2]: value for path, value in filled.items() if path.startswith(half)}
