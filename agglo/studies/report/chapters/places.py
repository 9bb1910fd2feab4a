"""Maps and tables of what the runs hold commune by commune."""

from collections.abc import Sequence

from agglo.contract.indicators import vocabulary
from agglo.contract.language import _, in_language
from agglo.contract.numerals import unit_label
from agglo.studies.report import comparison, pages, pictures, wording
from agglo.studies.report.blocks import Block, Box, Column, Map, Maps, Paragraph, Row, Section, Table
from agglo.studies.report.chapters import trajectory
from agglo.studies.report.comparison import Compared, LabelledRun
from agglo.studies.report.findings import INVENTORY, TRAJECTORY, Findings
from agglo.studies.report.maps import Drawing, by_name, drawing
from agglo.territory.communes import Territory

_SHARES = ("1", "%", "Cel")


def section(findings: Findings) -> Section | None:
    """Every indicator that runs give by commune; a sentence where no outlines are held."""
    territory = findings.territory
    if territory is None:
        said = _("No map: agglo holds the outlines of no commune of {place}.").format(place=findings.place)
        return _section((Paragraph(said),))
    blocks: list[Block] = []
    for runs in _by_model(findings, territory):
        blocks += _model(runs, territory, drawing(territory), len(blocks))
    blocks += _emissions(findings, territory, drawing(territory))
    return _section((*blocks, Paragraph(_rounding()))) if blocks else None


def _section(blocks: tuple[Block, ...]) -> Section:
    return Section("communes", _("Commune by commune"), _("Communes"), blocks)


def _by_model(findings: Findings, territory: Territory) -> list[list[LabelledRun]]:
    """Runs that hold figures of communes, model by model, each under the titles of its scenarios."""
    codes = set(territory.codes)
    titles: dict[str, list[str]] = {}
    runs: dict[str, dict[str, LabelledRun]] = {}
    for scenario, step, run in findings.finished():
        if step.model.partition("@")[0] != TRAJECTORY and any(one.place in codes for one in run.indicators):
            titles.setdefault(run.id, []).append(findings.label(scenario))
            label = ", ".join(dict.fromkeys(titles[run.id]))
            runs.setdefault(step.step, {})[run.id] = LabelledRun(label, run)
    return [list(found.values()) for found in runs.values()]


def totals(findings: Findings) -> list[tuple[list[LabelledRun], Compared]]:
    """Indicators of the territory itself that runs also give by commune, with the runs they are of."""
    if findings.territory is None:
        return []
    found = []
    for runs in _by_model(findings, findings.territory):
        comparison.check(runs, findings.territory)
        found += [(runs, one) for one in comparison.compare(runs, findings.territory) if one.total]
    return found


def _model(runs: list[LabelledRun], territory: Territory, drawn: Drawing, rank: int) -> list[Block]:
    comparison.check(runs, territory)
    compared = comparison.compare(runs, territory)
    main = comparison.main_of(compared)
    blocks: list[Block] = []
    headline = in_language(runs[0].run.content["model"].get("headline") or {})
    if headline:
        said = _("What this covers: {headline}.").format(headline=pages.said(headline))
        blocks.append(Paragraph(said, strong=True))
    for number, one in enumerate([main, *(one for one in compared if one is not main)]):
        name = f"place-{rank}-{number}"
        blocks.append(_indicator(one, runs, drawn, name))
        if one.causes and runs[0].run.content["model"]["id"] != INVENTORY:
            blocks.append(_causes(one, runs, f"{name}-causes"))
    return blocks


def _indicator(one: Compared, runs: Sequence[LabelledRun], drawn: Drawing, id: str) -> Maps | Table:
    found = pictures.maps_of(one, runs, drawn, id)
    table = _table(one, runs, f"{id}-table", numbered=bool(found))
    if not found:
        return table
    maps = tuple(Map(picture, drawn, one.term.title) for picture in found)
    return Maps(maps, table, (pages.explained(one.term), _obtained(one), *_reading(one)))


def _emissions(findings: Findings, territory: Territory, drawn: Drawing) -> list[Block]:
    """Emissions of each commune in the year the report speaks of, where a trajectory was computed by commune."""
    year = trajectory.lead_year(findings)
    codes = set(territory.codes)
    values: dict[str, dict[str, float]] = {}
    runs: dict[str, LabelledRun] = {}
    for scenario, _step, run in findings.finished(TRAJECTORY):
        rows = run.table("emissions").to_pylist()
        known = {row["place"]: row["central"] for row in rows if row["sector"] == "all" and row["year"] == year}
        if codes & set(known):
            values[run.id] = known
            label = f"{runs[run.id].label}, {findings.label(scenario)}" if run.id in runs else findings.label(scenario)
            runs[run.id] = LabelledRun(label, run)
    if not values or year is None:
        return []

    def row(code: str, name: str) -> comparison.Row:
        return comparison.Row(code, name, tuple(found.get(code) for found in values.values()))

    compared = Compared(
        term=vocabulary()["climate.emissions"],
        year=year,
        since=None,
        qualities=("assumed" if trajectory.conditional(findings) else "modelled",),
        rows=tuple(row(one.insee, one.name) for one in by_name(territory)),
        total=row(territory.siren, territory.name) if any(territory.siren in one for one in values.values()) else None,
    )
    return [_indicator(compared, list(runs.values()), drawn, "place-emissions")]


def _reading(one: Compared) -> list[str]:
    """How the colours of a map are read."""
    colours = {
        "higher": _("Blue is on the good side of zero, orange on the bad side; the darker, the further from zero."),
        "lower": _("Orange is on the bad side of zero, blue on the good side; the darker, the further from zero."),
    }
    said = colours.get(one.term.better) or _("Blue is above zero, orange below; the darker, the further from zero.")
    limits = _("A value on the limit of two classes is in the one further from zero.")
    texts = [f"{said} {limits}", _("A commune whose name has no room on the map bears its number in the table.")]
    if is_total(one.unit):
        texts.append(
            _(
                "Colours show the total of each commune, not a figure per hectare: a larger commune often has a larger "
                "one."
            )
        )
    return texts


def _obtained(one: Compared) -> str:
    """How an indicator was obtained and from what."""
    said = [_("Obtained: {quality}.").format(quality=", ".join(map(wording.quality, one.qualities)))]
    if one.sources:
        said.append(_("Source: {source}.").format(source=pages.said("; ".join(one.sources))))
    return " ".join(said)


def is_total(unit: str) -> bool:
    """Whether figures in a unit grow with the commune: an amount or an amount a year, no share and no ratio."""
    counted, _slash, per = unit.partition("/")
    return counted not in _SHARES and per in ("", "yr")


def _rounding() -> str:
    return _(
        "Figures are rounded to be read; differences and totals are computed before, so a last digit may seem not to "
        "add up. “≈ 0” is not zero but rounds to it; “0” is zero; “no data” means that nothing is known."
    )


def _table(one: Compared, runs: Sequence[LabelledRun], id: str, *, numbered: bool) -> Table:
    heads = [*([Column(_("No."), "", True)] if numbered else []), Column(_("Commune"))]

    def row(line: comparison.Row, number: str | int, *, shown: bool = True, strong: bool = False) -> Row:
        return Row((*([number] if numbered else []), line.name, *_figures(one, line)), shown, strong)

    made = [row(line, rank, shown=numbered or not line.zero) for rank, line in enumerate(one.rows, 1)]
    if one.total:
        made.append(row(one.total, "", strong=True))
    caption = _("{title}, {unit} ({period})").format(title=one.term.title, unit=unit_label(one.unit), period=one.period)
    return Table(id, caption, (*heads, *_columns(one, runs)), tuple(made), _obtained(one), heads=len(heads))


def _causes(one: Compared, runs: Sequence[LabelledRun], id: str) -> Table:
    """The territory's figures by cause; causes that are zero in every scenario are named below."""
    made = [Row((_capital(line.name), *_figures(one, line)), shown=not line.zero) for line in one.causes]
    if one.total:
        made.append(Row((_("All causes"), *_figures(one, one.total)), strong=True))
    zero = ", ".join(line.name for line in one.causes if line.zero)
    note = _("Zero in every scenario: {causes}.").format(causes=zero) if zero else ""
    caption = _("{title} by cause, whole territory, {unit} ({period})").format(
        title=one.term.title, unit=unit_label(one.unit), period=one.period
    )
    return Table(id, caption, (Column(_("Cause")), *_columns(one, runs)), tuple(made), note)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _columns(one: Compared, runs: Sequence[LabelledRun]) -> list[Column]:
    """A column by run, then one by difference with the first; a single one where all runs agree."""
    if not one.differ:
        return [Column(_("Value"), one.unit, True, one.decimals)]
    return [
        *(Column(run.label, one.unit, True, one.decimals) for run in runs),
        *(
            Column(_("{label}: difference").format(label=run.label), one.unit, True, one.decimals, signed=True)
            for run in runs[1:]
        ),
    ]


def _figures(one: Compared, line: comparison.Row) -> tuple[float | None, ...]:
    """The cells of :func:`_columns`."""
    return (*line.values, *line.differences) if one.differ else line.values[:1]


def failed_box(findings: Findings) -> Box | None:
    """Steps that have no answer, and why."""
    said = [
        _("{scenario}, step “{step}”: {why}").format(
            scenario=findings.label(scenario), step=step.step, why=_why(step.failure)
        )
        for scenario, step in findings.steps()
        if step.run is None or step.run.state != "finished"
    ]
    if not said:
        return None
    return Box(_("Some steps have no answer; what rests on them is missing here."), tuple(said))


def _why(failure: str) -> str:
    return failure or _("not run yet")
