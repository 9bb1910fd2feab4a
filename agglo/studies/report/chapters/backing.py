"""What figures rest on: what is left out, assumptions, sources, footprint, and how to verify each run."""

from collections.abc import Mapping
from typing import Any

from agglo.catalogue import datasets
from agglo.contract import numerals
from agglo.contract.errors import NotFound
from agglo.contract.language import _, in_language, ngettext
from agglo.footprint.record import BYTES_PER_GB, Bounds, FootprintRecord
from agglo.studies.report import costs, pages, sources, wording
from agglo.studies.report.blocks import Block, Box, Column, Facts, Items, Paragraph, Row, Section, Table
from agglo.studies.report.chapters import words
from agglo.studies.report.chapters.actions import ASSUMED
from agglo.studies.report.comparison import LabelledRun
from agglo.studies.report.findings import INVENTORY, TRAJECTORY, Findings, Rows

WH_PER_KWH = 1000.0

_ESTIMATES = ("central", "low", "high")
_YEARS = ("horizon", "since", "until")
_NOTHING: tuple[Any, ...] = (None, {}, [], "")


def drafts(findings: Findings) -> list[Box]:
    """One box for the models whose entry in the register is incomplete."""
    draft = [one for one in findings.models if one.card.is_draft]
    if not draft:
        return []
    said = _(
        "It may be read and discussed; it may not be published or back a decision. Incomplete: {models}. What is "
        "missing is listed under “{section}”."
    ).format(models=words.listed(one.run.model for one in draft), section=_("Assumptions"))
    return [Box(_("Draft: register entry incomplete."), (said,))]


def left_out(findings: Findings) -> Section | None:
    """Notes of the runs, and limits of the models."""
    notes: dict[tuple[str, str], list[str]] = {}
    for one in findings.runs:
        for note in one.run.notes:
            notes.setdefault((one.run.model, pages.said(note)), []).append(one.label)
    blocks: list[Block] = []
    if notes:
        models = [one.run.model for one in findings.runs]
        said = [_note(text, labels, models.count(model)) for (model, text), labels in notes.items()]
        blocks.append(Items(tuple(dict.fromkeys(said)), _("Notes of the runs")))
    for one in findings.models:
        if one.card.maker.limits:
            limits = tuple(pages.said(in_language(limit)) for limit in one.card.maker.limits)
            blocks.append(Items(limits, _("Limits of the model {model}").format(model=one.run.model)))
    if not blocks:
        return None
    return Section("left-out", _("What is left out, and what to keep in mind"), _("Left out"), tuple(blocks))


def _note(text: str, labels: list[str], every: int) -> str:
    """A note, and whose it is where it is not of every run of its model."""
    if len(set(labels)) == every:
        return text
    return _("{text} ({labels})").format(text=text, labels=words.listed(labels))


def assumptions(findings: Findings) -> Section:
    """Parameters of every step by scenario, and everything that is assumed."""
    blocks: list[Block] = []
    assumed = _assumed(findings)
    if assumed:
        blocks.append(_assumed_table(assumed))
    rows = _parameters(findings)
    if rows:
        titles = [findings.label(one) for one in findings.scenarios]
        columns = (
            Column(_("Step")),
            Column(_("Parameter")),
            *(Column(title, short=True) for title in titles),
            Column(_("Where the usual value comes from")),
        )
        caption = _("What was chosen for each scenario; those that differ come first")
        note = _("A long value is cut here; the workbook holds it whole.")
        blocks.append(Table("parameters-table", caption, columns, tuple(rows), note, heads=2))
    methods = {
        one.run.model: pages.said(in_language(one.card.maker.method))
        for one in findings.models
        if one.card.maker.method
    }
    blocks += [Items((text,), _("Method of {model}").format(model=model)) for model, text in methods.items()]
    missing = [one for one in findings.models if one.card.is_draft]
    if missing:
        said = [
            _("{model}: {fields}.").format(
                model=one.run.model, fields=words.listed(map(wording.undeclared, one.card.missing()))
            )
            for one in missing
        ]
        blocks.append(Items(tuple(said), _("Not declared yet in the register")))
    return Section("assumptions", _("Assumptions"), _("Assumptions"), tuple(blocks))


def _assumed(findings: Findings) -> list[tuple[str, str, str]]:
    """What is assumed: what it is, of which kind, in which scenarios or steps."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in findings.of(TRAJECTORY, "contributions"):
        for row in one.rows:
            if row["quality"] == ASSUMED:
                found.setdefault((words.title(row), _("effect of an action")), []).append(one.label)
    for one in findings.of(INVENTORY, "totals"):
        for sector, years in _assumed_years(one.rows).items():
            said = _("{sector}, {years}").format(sector=words.sector(sector), years=years)
            found.setdefault((said, _("inventory")), []).append(one.label)
    for run in findings.runs:
        for indicator in run.run.indicators:
            if indicator.quality == ASSUMED and indicator.place == findings.siren and not indicator.sector:
                found.setdefault((_indicator(indicator.name), _("indicator")), []).append(run.label)
    together: dict[tuple[str, str], list[str]] = {}
    for (what, kind), labels in found.items():
        together.setdefault((kind, words.listed(labels)), []).append(what)
    return [(", ".join(names), kind, labels) for (kind, labels), names in together.items()]


def _assumed_years(rows: Rows) -> dict[str, str]:
    """Years whose figure is assumed, by sector: ``2018-2023``."""
    years: dict[str, list[int]] = {}
    for row in rows:
        if row["quality"] == ASSUMED:
            years.setdefault(row["sector"], []).append(int(row["year"]))
    return {
        sector: str(found[0]) if len(set(found)) == 1 else f"{min(found)}-{max(found)}"
        for sector, found in years.items()
    }


def _indicator(name: str) -> str:
    from agglo.contract.indicators import vocabulary

    return vocabulary()[name].title


def _assumed_table(assumed: list[tuple[str, str, str]]) -> Table:
    columns = (Column(_("What")), Column(_("Kind")), Column(_("Scenario or step")), Column(_("Obtained")))
    rows = tuple(Row((*one, wording.quality(ASSUMED))) for one in assumed)
    note = _(
        "Assumed: neither measured nor published for this territory. Replace it as soon as a better figure is held."
    )
    return Table("assumed-table", _("What is assumed"), columns, rows, note)


def _parameters(findings: Findings) -> list[Row]:
    chosen: dict[tuple[str, str], dict[str, Any]] = {}
    schemas: dict[tuple[str, str], Mapping[str, Any]] = {}
    for scenario, step, run in findings.finished():
        described = run.content["model"]["parameters"].get("properties", {})
        for name, schema in described.items():
            schemas[step.step, name] = schema
            chosen.setdefault((step.step, name), {})[findings.label(scenario)] = run.content["parameters"].get(name)
    rows = []
    for (step_name, name), values in chosen.items():
        schema = schemas[step_name, name]
        said = [
            _value(name, values[one], schema.get("unit", "1")) if one in values else ""
            for one in map(findings.label, findings.scenarios)
        ]
        differs = len({text for text in said if text}) > 1
        source = _(schema["source"]) if schema.get("source") else ""
        given = any(value not in _NOTHING for value in values.values())
        rows.append(Row((step_name, _(schema.get("title") or name), *said, source), shown=given, strong=differs))
    return sorted(rows, key=lambda row: not row.strong)


def _value(name: str, value: Any, unit: str) -> str:
    """A parameter's value for a person; a year is written without its thousands."""
    if isinstance(value, int) and not isinstance(value, bool) and ("year" in name or name in _YEARS):
        return str(value)
    return pages.value_of(value, unit)


def origins(findings: Findings) -> Section:
    """Where every number comes from: datasets, outlines, references of the models."""
    facts: list[Block] = [_dataset(findings, reference) for reference in sources.references(findings.runs)]
    if findings.territory is not None:
        pairs = ((_("Source"), findings.territory.source), (_("Licence"), findings.territory.licence))
        facts.append(Facts(_("Communes and their outlines"), pairs))
    for one in findings.models:
        if one.card.maker.references:
            title = _("References of the model {model}").format(model=one.run.model)
            facts.append(Items(tuple(one.card.maker.references), title))
    return Section("sources", _("Sources of every number"), _("Sources"), tuple(facts))


def _dataset(findings: Findings, reference: str) -> Facts:
    """A dataset as the catalogue describes it; one that is the output of a run says of which."""
    try:
        described = datasets.find(findings.workspace, reference).description
    except NotFound:
        said = _("This workspace no longer holds it; its digest is kept in the runs.")
        return Facts(reference, ((_("Dataset and version"), reference),), (said,))
    source = sources.of(reference, described)
    pairs = [
        (_("Dataset and version"), source.reference),
        (_("Owner"), source.owner),
        (_("Source"), source.source),
        (_("Licence"), source.licence),
        (_("Attribution"), source.attribution),
    ]
    return Facts(
        source.title, tuple(pair for pair in pairs if pair[1]), tuple(pages.said(one) for one in source.caveats)
    )


def source_table(findings: Findings) -> Table:
    """The datasets as one table, for a workbook."""
    titles = (_("Title"), _("Dataset and version"), _("Owner"), _("Source"), _("Licence"), _("Attribution"))
    rows = []
    for reference in sources.references(findings.runs):
        facts = _dataset(findings, reference)
        known = dict(facts.pairs)
        rows.append(Row((facts.title, *(known.get(title, "") for title in titles[1:]), " ".join(facts.texts))))
    columns = tuple(Column(title) for title in (*titles, _("Caveats")))
    return Table("sources-table", _("Sources of every number"), columns, tuple(rows))


def footprint(findings: Findings) -> Section | None:
    """What the runs cost: computed now, or kept from before and saved."""
    if not findings.runs:
        return None
    computed = {step.run.id for _scenario, step in findings.steps() if step.run is not None and not step.reused}
    asked = [step.run.id for _scenario, step in findings.steps() if step.run is not None]
    now = [one for one in findings.runs if one.run.id in computed]
    said = [costs.in_all(now)] if now else []
    if not now:
        said.append(_("Nothing was computed for this report: every answer was kept from before."))
    saved = [step.saved_carbon_g for _scenario, step in findings.steps() if step.reused]
    known = [one for one in saved if one is not None]
    if saved:
        said.append(
            ngettext(
                "{count} answer of {total} was kept: it saved {carbon} of greenhouse gases.",
                "{count} answers of {total} were kept: they saved {carbon} of greenhouse gases.",
                len(saved),
            ).format(
                count=len(saved),
                total=len(asked),
                carbon=numerals.scaled(sum(known) if len(known) == len(saved) else None, "gCO2e"),
            )
        )
    method = (*costs.methods(findings.runs), *costs.assumptions(findings.runs))
    tables = (_footprints(findings, computed), _machines(findings))
    blocks: list[Block] = [*(Paragraph(text) for text in said if text), *tables]
    blocks.append(Items(method, _("Method and assumptions")))
    return Section("footprint", _("What these answers cost"), _("Footprint"), tuple(blocks))


def _footprints(findings: Findings, computed: set[str]) -> Table:
    columns = (
        Column(_("Run")),
        Column(_("When")),
        *_estimates(_("Electricity"), "Wh"),
        *_estimates(_("Gases"), "gCO2e"),
        Column(_("How it was obtained")),
    )
    rows = []
    for one in findings.runs:
        record = one.run.footprint
        bounds = [_bound(record.energy_kwh, name, WH_PER_KWH) for name in _ESTIMATES]
        bounds += [_bound(record.carbon_g, name) for name in _ESTIMATES]
        when = _("computed now") if one.run.id in computed else _("kept from before")
        rows.append(Row((one.label, when, *bounds, wording.status(record.status))))
    note = _("Low and high are bounds under the assumptions below, not a confidence interval.")
    return Table("footprint-table", _("Footprint of each computation"), columns, tuple(rows), note)


def _machines(findings: Findings) -> Table:
    """What was measured of each computation, and the machine it ran on."""
    columns = (
        Column(_("Run")),
        Column(_("Wall time"), "s", True),
        Column(_("Peak memory"), "GB", True),
        Column(_("Location of the machine")),
        Column(_("Processor")),
        *_estimates(_("PUE"), ""),
    )
    rows = []
    for one in findings.runs:
        record = one.run.footprint
        peak = record.measurement.peak_memory_bytes
        measured = (record.measurement.wall_s, None if peak is None else peak / BYTES_PER_GB)
        machine = (record.location or _("not known"), record.processor or _("not known"))
        rows.append(Row((one.label, *measured, *machine, *(_pue(record, name) for name in _ESTIMATES))))
    note = _("PUE: electricity of the whole machine room for each unit of electricity of its computers.")
    return Table("machines-table", _("Time, memory and machine of each computation"), columns, tuple(rows), note)


def _estimates(title: str, unit: str) -> list[Column]:
    """A column by estimate, in the order of ``_ESTIMATES``."""
    return [Column(f"{title}, {head}", unit, True) for head in (_("central"), _("low"), _("high"))]


def _pue(record: FootprintRecord, name: str) -> float | None:
    return record.basis[name].pue if record.basis else None


def _bound(bounds: Bounds | None, name: str, factor: float = 1.0) -> float | None:
    value: float | None = getattr(bounds, name) if bounds else None
    return None if value is None else value * factor


def verification(findings: Findings) -> Section:
    """Every run with the command that verifies it."""
    said = _(
        "Everything these figures rest on is kept: code, data, choices and result. “agglo verify” runs the kept code "
        "on the kept data again and says whether it finds the same."
    )
    columns = (
        Column(_("Answer")),
        Column(_("Model and version")),
        Column(_("Command")),
        Column(_("Computed")),
        Column(_("Code (digest)")),
        Column(_("Result (digest)")),
        Column(_("Last verification")),
    )
    rows = tuple(Row(_verified(one)) for one in findings.runs)
    table = Table("runs-table", _("Runs of this study"), columns, rows)
    return Section("verify", _("Verify it yourself"), _("Runs"), (Paragraph(said), table))


def _verified(one: LabelledRun) -> tuple[str, ...]:
    content = one.run.content
    found = one.run.certificates
    return (
        one.label,
        one.run.model,
        f"agglo verify {one.run.id}",
        numerals.instant(content["finished"]),
        content["model"]["code"][: pages.SHORT_DIGEST],
        content["outcome"]["digest"][: pages.SHORT_DIGEST],
        wording.certificate(found[-1]["verdict"]) if found else _("none yet"),
    )
