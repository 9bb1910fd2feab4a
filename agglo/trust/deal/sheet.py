"""A deal in words, in the language in force: what the page, the PDF and the terminal show."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agglo.contract import numerals
from agglo.contract.language import _, in_language
from agglo.store.workspace import Workspace
from agglo.trust.deal import keeping, signing, standing
from agglo.trust.deal.keeping import AMENDED, Kept
from agglo.trust.deal.progress import Entry, Evidence
from agglo.trust.deal.standing import Standing
from agglo.trust.deal.text import AXES, DRAFT, KINDS, STATUSES, Commitment, Figure

SHORT_DIGEST = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of a commitment: what it is, the figure, its year, the share of the way, and where it comes from."""

    what: str
    figure: str
    year: str
    share: str
    source: str


@dataclass(frozen=True, slots=True)
class Item:
    """A commitment in words.

    ``short`` holds its baseline, its target and its latest figures, of a run and declared; ``nothing`` stands in their
    place where there is no evidence at all.
    """

    id: str
    title: str
    text: str
    bearer: str
    partners: str
    indicator: str
    lines: tuple[Line, ...]
    remarks: tuple[str, ...]
    short: tuple[str, str, str, str]
    nothing: str
    has_shares: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis and its commitments."""

    id: str
    title: str
    commitments: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A party and whether it has signed."""

    name: str
    kind: str
    role: str
    signed: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """What one version changed of the one before."""

    title: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole deal in words."""

    title: str
    kind: str
    territory: str
    state: str
    warning: str
    note: str
    notice: str
    preamble: str
    members: tuple[Member, ...]
    axes: tuple[Axis, ...]
    amendments: tuple[Amendment, ...]
    sources: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    digest: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def sheet(kept: Kept, standings: Sequence[Standing], history: Sequence[Kept]) -> Sheet:
    """A version in words; ``history`` is every version of the deal, none for a bundled text."""
    deal, latest = kept.deal, history[-1].version if history else kept.version
    by_id = {one.commitment.id: one for one in standings}
    names = signing.party_names(deal)
    axes = [
        Axis(axis, _(title), tuple(_item(one, by_id[one.id], names) for one in deal.of_axis(axis)))
        for axis, title in AXES.items()
    ]
    return Sheet(
        title=in_language(deal.title),
        kind=_("Local Green Deal"),
        territory=_("{name} (SIREN {siren})").format(name=deal.territory.name, siren=deal.territory.siren),
        state=_state(kept, latest),
        warning=_("Draft: approved by nobody, and not open for signature.") if deal.status == DRAFT else "",
        note=in_language(deal.note),
        notice=in_language(signing.NOTICE),
        preamble=in_language(deal.preamble),
        members=tuple(_members(kept)),
        axes=tuple(one for one in axes if one.commitments),
        amendments=tuple(_amendments(history, kept.version)),
        sources=deal.sources,
        facts=tuple(_facts(kept)),
        digest=kept.digest,
    )


def of(workspace: Workspace, kept: Kept) -> Sheet:
    """The sheet of a kept or bundled version."""
    if not kept.version:
        return sheet(kept, standing.unkept(kept), [])
    history = keeping.history(workspace, kept.deal.name)
    return sheet(kept, standing.standings(workspace, kept), history)


def figure(value: float, unit: str, *, computed: bool = False) -> str:
    """A figure as precise as it was written, with its unit; one that a model ``computed`` to three digits or to one."""
    written = min(6, len(f"{value!r}".partition(".")[2])) if value != int(value) else 0
    return numerals.quantity(value, unit, min(written, numerals.decimals_for([value])) if computed else written)


def _state(kept: Kept, latest: int) -> str:
    if kept.version < latest:
        return _("replaced by version {version}").format(version=latest)
    signed, parties = len(signing.signatures(kept)), len(kept.deal.parties)
    if not signed:
        return _(STATUSES[kept.deal.status])
    if signed == parties:
        return _("signed by every party")
    return _("signed by {count} of {parties} parties").format(count=signed, parties=parties)


def _facts(kept: Kept) -> list[tuple[str, str]]:
    version = str(kept.version) if kept.version else _("none: this text comes with agglo and is not kept here")
    facts = [(_("Version"), version), (_("Date of the text"), numerals.day(kept.deal.date))]
    if kept.since:
        facts.append((_("Kept on"), numerals.instant(kept.since)))
    return [*facts, (_("Digest of the text (SHA-256)"), kept.digest)]


def _members(kept: Kept) -> list[Member]:
    signed = {one.party: one for one in signing.signatures(kept)}
    found = []
    for party in kept.deal.parties:
        one, said = signed.get(party.id), _("not signed")
        if one:
            said = _("{by}, on {day}").format(by=one.by, day=numerals.day(one.signed))
        if one and one.pdf:
            said += " " + _("(signed PDF kept: {digest})").format(digest=one.pdf[:SHORT_DIGEST])
        found.append(Member(party.name, _(KINDS[party.kind]), in_language(party.role), said))
    return found


def _item(commitment: Commitment, known: Standing, names: Mapping[str, str]) -> Item:
    bearer = names[commitment.bearer]
    baseline, target = commitment.baseline, commitment.target
    lines = tuple(_lines(commitment, known))
    return Item(
        id=commitment.id,
        title=in_language(commitment.title),
        text=in_language(commitment.text),
        bearer=f"{bearer} ({commitment.service})" if commitment.service else bearer,
        partners=", ".join(names[one] for one in commitment.partners),
        indicator=_indicator(commitment),
        lines=lines,
        remarks=tuple(_remarks(commitment, known)),
        short=(
            _dated(baseline) if baseline else _("not set"),
            _dated(target) if target else _("no target set yet"),
            _dated(known.modelled) if known.modelled else "–",
            _dated(known.declared) if known.declared else _latest_evidence(known),
        ),
        nothing="" if known.has_evidence else _nothing(known),
        has_shares=any(line.share for line in lines),
    )


def _dated(one: Figure | Entry) -> str:
    return _("{figure} in {year}").format(figure=figure(one.value, one.unit), year=one.year)


def _latest_evidence(known: Standing) -> str:
    """What is said where no figure is declared: the day of the latest file, if there is one."""
    if not known.evidence:
        return "–"
    return _("no figure; evidence of {day}").format(day=numerals.day(max(one.date for one in known.evidence)))


def _nothing(known: Standing) -> str:
    return _("no evidence since {day}").format(day=numerals.day(known.since))


def _indicator(commitment: Commitment) -> str:
    gauge = commitment.gauge
    if gauge is None:
        return _("none chosen yet")
    parts = [in_language(gauge.titles), *(one for one in (gauge.sector, gauge.place) if one)]
    label = numerals.unit_label(gauge.unit)
    return ", ".join(parts) + (f" [{label}]" if label else "")


def _lines(commitment: Commitment, known: Standing) -> list[Line]:
    found = []
    if one := commitment.baseline:
        found.append(Line(_("Baseline"), figure(one.value, one.unit), str(one.year), "", one.source))
    if one := commitment.target:
        found.append(Line(_("Target"), figure(one.value, one.unit), str(one.year), "", one.source))
    if entry := known.modelled:
        found.append(_line(_("From a kept run ({quality})").format(quality=_quality(entry)), entry, known))
    if entry := known.declared:
        found.append(_line(_("Declared"), entry, known))
    if entry := known.projected:
        found.append(_line(_("Projected by a kept run ({quality})").format(quality=_quality(entry)), entry, known))
    return found


def _line(what: str, entry: Entry, known: Standing) -> Line:
    share = known.share(entry)
    said = "" if share is None else numerals.quantity(100 * share, "%")
    year = f"{entry.since}–{entry.year}" if entry.since else str(entry.year)
    return Line(what, figure(entry.value, entry.unit, computed=bool(entry.run)), year, said, _source(entry))


def _quality(entry: Entry) -> str:
    return {"measured": _("measured"), "modelled": _("modelled"), "declared": _("declared"), "assumed": _("assumed")}[
        entry.quality
    ]


def _source(entry: Entry) -> str:
    entered = _("entered on {day}").format(day=numerals.day(entry.at))
    if entry.run:
        said = _("run {run} of {model}, place {place}")
        source = f" ({entry.source})" if entry.source else ""
        return f"{said.format(run=entry.run, model=entry.model, place=entry.place)}{source}; {entered}"
    said = _("{source}; by: {author}; evidence {digest}")
    shown = said.format(source=entry.source, author=entry.author, digest=entry.evidence[:SHORT_DIGEST])
    return f"{shown}; {entered}"


def _remarks(commitment: Commitment, known: Standing) -> list[str]:
    found = []
    if not commitment.target:
        reason = in_language(commitment.no_target)
        found.append(_("No target set yet: {reason}").format(reason=reason))
    if not known.has_evidence:
        found.append(_sentence(_nothing(known)))
    told = known.declared.evidence if known.declared else ""
    found += [_file(one) for one in known.evidence if one.sha256 != told]
    if known.set_aside:
        said = _("Figures entered for another indicator, before an amendment: {count}. They are kept, and not shown.")
        found.append(said.format(count=known.set_aside))
    return found


def _file(one: Evidence) -> str:
    said = _("Evidence of {day}: {source}; by: {author}; file {digest} ({size} kB).")
    size = numerals.number(one.bytes / 1000, 1)
    digest = one.sha256[:SHORT_DIGEST] + one.suffix
    return said.format(day=numerals.day(one.date), source=one.source, author=one.author, digest=digest, size=size)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _amendments(history: Sequence[Kept], version: int) -> list[Amendment]:
    found = []
    for one in history:
        for event in one.events(AMENDED) if one.version <= version else []:
            said = _("Version {version}, kept on {day}; signatures left with the version before: {count}")
            title = said.format(version=one.version, day=numerals.day(one.since), count=event["signatures_left"])
            changed = [(c["where"], change_value(c["before"]), change_value(c["after"])) for c in event["changes"]]
            found.append(Amendment(title, tuple(changed)))
    return found


def change_value(value: Any) -> str:
    """One side of a change: a text as it is, anything longer by what names it."""
    if value is None:
        return "–"
    if isinstance(value, Mapping) and "fr" in value:
        return in_language(value)
    if isinstance(value, Mapping):
        title = value.get("title") or value.get("name") or value.get("value")
        return in_language(title) if isinstance(title, Mapping) else str(title if title is not None else dict(value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
