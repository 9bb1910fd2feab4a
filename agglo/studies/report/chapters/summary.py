"""The question and its answer in three sentences, the figures that lead, and the scenarios side by side."""

from agglo.contract import numerals
from agglo.contract.language import _, in_language
from agglo.contract.numerals import unit_label
from agglo.studies.report import pages, wording
from agglo.studies.report.blocks import Block, Column, Items, Key, Keys, Paragraph, Row, Section, Table, share
from agglo.studies.report.chapters import effort, places, trajectory, words
from agglo.studies.report.findings import Findings, Found

FLUX = "land.carbon-flux"


def section(findings: Findings) -> Section:
    """The answer."""
    sentences = answer(findings) or [_("No step of this study has an answer yet.")]
    keys = _keys(findings)
    blocks: list[Block] = [Keys(tuple(keys))] if keys else []
    blocks += [Paragraph(sentence) for sentence in sentences]
    covered = [pages.said(in_language(one.run.content["model"].get("headline") or {})) for one in findings.models]
    if any(covered):
        blocks.append(Items(tuple(dict.fromkeys(one for one in covered if one)), _("What these figures cover")))
    return Section("summary", _("In short"), _("Summary"), tuple(blocks))


def answer(findings: Findings) -> list[str]:
    """The answer in three sentences at most."""
    found = [*_in_tonnes(findings)]
    if not found:
        found = [*_as_index(findings), *_of_land(findings)]
        if found and effort.needs_inventory(findings):
            found.append(
                _("How likely it is to meet a target, and which action brings most, cannot be said without tonnes.")
            )
    return found[:3]


def _in_tonnes(findings: Findings) -> list[str]:
    found, year = trajectory.of_quantity(findings, words.EMISSIONS), trajectory.lead_year(findings)
    lead = trajectory.lead(findings)
    if lead is None or year is None:
        return []
    row = next((row for row in lead.rows if row["year"] == year), lead.rows[-1])
    start = lead.rows[0]
    said = [
        _(
            "In {year}, {place} would emit {value} (between {low} and {high}, nine times out of ten) under "
            "“{scenario}”: {change} against {start}."
        ).format(
            year=row["year"],
            place=findings.place,
            value=words.amount(row["central"], "tCO2e/yr"),
            low=words.rounded(row["p05"]),
            high=words.rounded(row["p95"]),
            scenario=lead.label,
            change=_change(row["central"], start["central"]),
            start=start["year"],
        )
    ]
    if lead.label != found[0].label:
        other = next((one for one in found[0].rows if one["year"] == row["year"]), None)
        if other:
            less = row["central"] - other["central"]
            said.append(
                _("That is {value} compared with “{scenario}” (central values).").format(
                    value=f"{'+' if less > 0 else ''}{words.amount(less, 'tCO2e/yr')}", scenario=found[0].label
                )
            )
    return [*said, *_probability(findings, lead, year)]


def _change(value: float, start: float) -> str:
    """``−34 %``."""
    return numerals.quantity((value / start - 1) * 100, "%", signed=True) if start else _("no data")


def _probability(findings: Findings, lead: Found, year: int) -> list[str]:
    for one, row in trajectory.targets(findings, words.EMISSIONS, "all"):
        if row["year"] == year and one.scenarios == lead.scenarios and row["probability"] is not None:
            values = {
                "pathway": words.pathway(row),
                "year": year,
                "target": words.amount(row["target"], row["unit"]),
                "probability": share(row["probability"]),
            }
            if row["conditional"] == "yes":
                said = _(
                    "Conditional on assumptions, the target of {pathway} for {year} ({target}) is met with a "
                    "probability of {probability}."
                )
            else:
                said = _("The target of {pathway} for {year} ({target}) is met with a probability of {probability}.")
            return [said.format(**values)]
    return []


def _as_index(findings: Findings) -> list[str]:
    row = effort.lead(findings)
    if row is None:
        return []
    said = _(
        "To meet the target of {pathway}, {quantity} must come down to {index} of their level of {reference} in "
        "{year}, that is {effort} less every year."
    )
    return [
        said.format(
            pathway=words.pathway(row),
            quantity=words.quantity(row["quantity"]).lower(),
            index=numerals.quantity(row["index_target"], "%"),
            reference=row["reference_year"],
            year=row["year"],
            effort=numerals.quantity(row["yearly_effort"], "%", 1),
        )
    ]


def _of_land(findings: Findings) -> list[str]:
    for runs, one in places.totals(findings):
        if one.term.id == FLUX and one.total:
            value = one.total.values[0]
            said = _("Changes of land use in {place}: {value} ({reading}), {period}, “{scenario}”.")
            return [
                said.format(
                    place=findings.place,
                    value=one.quantity(value, signed=True),
                    reading=wording.reading(FLUX, value) or _("no change"),
                    period=one.period,
                    scenario=runs[0].label,
                )
            ]
    return []


def _keys(findings: Findings) -> list[Key]:
    """The figures that lead: emissions of each scenario, else the effort, and the land's flux."""
    found, year = trajectory.of_quantity(findings, words.EMISSIONS), trajectory.lead_year(findings)
    keys = []
    for one in found:
        row = next((row for row in one.rows if row["year"] == year), one.rows[-1])
        below = _("between {low} and {high}, in {year}").format(
            low=words.rounded(row["p05"]), high=words.rounded(row["p95"]), year=row["year"]
        )
        keys.append(Key(one.label, words.rounded(row["central"]), unit_label("tCO2e/yr"), below))
    lead = effort.lead(findings)
    if not keys and lead is not None:
        below = _("of {quantity}, from {reference} to {year}").format(
            quantity=words.quantity(lead["quantity"]).lower(), reference=lead["reference_year"], year=lead["year"]
        )
        effort_said = numerals.number(-lead["yearly_effort"], 1)
        keys.append(Key(_("Required every year"), effort_said, unit_label("%/yr"), below))
    for runs, compared in places.totals(findings):
        if not found and compared.term.id == FLUX and compared.total:
            for run, flux in zip(runs, compared.total.values, strict=True):
                title = f"{compared.term.title}, {run.label}"
                reading = ", ".join(filter(None, (wording.reading(FLUX, flux), compared.period)))
                keys.append(Key(title, compared.figure(flux, signed=True), unit_label(compared.unit), reading))
    return keys


def scenarios(findings: Findings) -> Section:
    """The scenarios: what they are, and their figures side by side."""
    columns = (Column(_("Scenario")), Column(_("What it supposes")), Column(_("State")), Column(_("Version")))
    rows = tuple(
        Row(
            (
                findings.label(one),
                in_language(one.description or {}),
                words.status(str(one.state)),
                str(one.version),
            )
        )
        for one in findings.scenarios
    )
    about = Table("scenarios-about", _("Scenarios of this study"), columns, rows)
    blocks: list[Block] = [about, *_compared(findings)]
    return Section("scenarios", _("Scenarios compared"), _("Scenarios"), tuple(blocks))


def _compared(findings: Findings) -> list[Block]:
    """Figures of the whole territory, by scenario, with intervals where there are any and differences."""
    rows: list[Row] = []
    for quantity in trajectory.QUANTITIES:
        rows += _compared_yearly(findings, quantity)
    for runs, one in places.totals(findings):
        if one.total:
            differences = ("", *one.total.differences)
            for run, value, less in zip(runs, one.total.values, differences, strict=True):
                period = one.period
                rows.append(Row((one.term.title, period, run.label, unit_label(one.unit), value, "", "", less)))
    if not rows:
        return []
    columns = (
        Column(_("Figure")),
        Column(_("Year or period")),
        Column(_("Scenario")),
        Column(_("Unit")),
        Column(_("Value"), "", True),
        Column(_("Low (p05)"), "", True),
        Column(_("High (p95)"), "", True),
        Column(_("Difference"), "", True, signed=True),
    )
    reference = findings.label(findings.scenarios[0])
    note = _(
        "Differences are with “{reference}”, between central values. An empty interval: the model gives none."
    ).format(reference=reference)
    return [Table("compared-table", _("The whole territory, by scenario"), columns, tuple(rows), note, heads=1)]


def _compared_yearly(findings: Findings, quantity: str) -> list[Row]:
    found = trajectory.of_quantity(findings, quantity)
    wanted = {int(row["year"]) for _one, row in trajectory.targets(findings, quantity, "all")}
    wanted |= {int(one.rows[-1]["year"]) for one in found}
    rows = []
    for year in sorted(wanted):
        first: float | None = None
        for rank, one in enumerate(found):
            row = next((row for row in one.rows if row["year"] == year), None)
            if row is None:
                continue
            first = row["central"] if rank == 0 else first
            less = "" if rank == 0 or first is None else row["central"] - first
            head = (words.quantity(quantity), str(year), one.label, unit_label(words.unit(quantity)))
            rows.append(Row((*head, row["central"], row["p05"], row["p95"], less)))
    return rows
