"""``agglo demo``: the main question on the bundled data, asked twice, with a report."""

from pathlib import Path
from typing import Annotated

import typer

from agglo.cli import show
from agglo.cli.options import WorkspaceFolder
from agglo.contract.indicators import vocabulary
from agglo.contract.language import _, in_language
from agglo.contract.numerals import number, significant
from agglo.runs.run import Run
from agglo.store.workspace import open_workspace
from agglo.territory import perimeters
from agglo.territory.communes import Territory

REPORT = "demo-report.html"
_COLUMNS = ("land.carbon-stock", "land.carbon-flux", "land.take")


def register(app: typer.Typer) -> None:
    app.command(
        "demo", help=_("What does Paris-Saclay's land use do to its carbon? Asked twice, kept, with a report.")
    )(demo)


def demo(
    report: Annotated[Path, typer.Option(help=_("HTML report to write."))] = Path(REPORT),
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.studies import land

    here = open_workspace(workspace)
    with show.progress(_("asking land.sinks")) as progress:
        answers = land.ask_both(here, lambda _label: progress)
    runs = [answer.asked.run for answer in answers]
    failed = [run for run in runs if run.state == "failed"]
    if failed:
        typer.echo(_("A run failed: agglo show {run}").format(run=failed[0].id), err=True)
        raise typer.Exit(1)
    territory = perimeters.load(here.setting("territory"), cache=here.cache / "geography")
    typer.echo(_("What does {territory}'s land use do to its carbon?").format(territory=territory.name))
    typer.echo(_("Covers: {headline}.").format(headline=in_language(runs[0].content["model"]["headline"])))
    typer.echo("\n" + _table(territory, runs) + "\n")
    typer.echo(_by_cause(territory, runs) + "\n")
    for note in runs[0].notes:
        typer.echo(f"- {note}")
    land.write_report(here, report, answers, territory)
    typer.echo("\n" + _cost(land.reused(answers), runs))
    typer.echo(_("Report: {file}").format(file=report))
    typer.echo(_("Next: agglo verify {run}").format(run=runs[0].id))


def _table(territory: Territory, runs: list[Run]) -> str:
    """Commune by commune and for the territory: stock, flux as observed and with land take halved, land take."""
    first, second = ({(one.name, one.place): one.value for one in run.indicators if not one.sector} for run in runs)
    names = {commune.insee: commune.name for commune in territory.communes} | {territory.siren: _("TERRITORY")}
    rows = []
    for code, name in names.items():
        stock, flux, take = (first.get((column, code)) for column in _COLUMNS)
        flux_halved, take_halved = (second.get((column, code)) for column in _COLUMNS[1:])
        difference = flux_halved - flux if flux is not None and flux_halved is not None else None
        rows.append(
            [
                name,
                *(_cell(value, 0) for value in (stock,)),
                *(_cell(v, 1) for v in (flux, flux_halved, difference)),
                *(_cell(v, 2) for v in (take, take_halved)),
            ]
        )
    header = (_("commune"), _("stock"), _("flux"), _("halved"), _("difference"), _("land take"), _("halved"))
    units = ("", "tC", "tCO2/yr", "tCO2/yr", "tCO2/yr", _("ha/yr"), _("ha/yr"))
    lines = show.table(header, [units, *rows], figures=range(1, 7)).splitlines()
    legend = _(
        "Flux: positive is carbon stored each year, negative is carbon lost. Modelled; stock 2023, changes 2012-2018."
    )
    return "\n".join([*lines, legend])


def _by_cause(territory: Territory, runs: list[Run]) -> str:
    """The territory's flux by cause, in both runs."""
    name = "land.carbon-flux"
    columns = [
        {
            one.sector: one.value
            for one in run.indicators
            if one.name == name and one.place == territory.siren and one.sector
        }
        for run in runs
    ]
    causes = {
        "land-take": _("land take"),
        "to-cropland": _("to cropland"),
        "to-grassland": _("to grassland"),
        "to-wetland": _("to wetland"),
        "to-orchard": _("to orchard"),
        "to-vineyard": _("to vineyard"),
        "to-forest": _("to forest"),
    }
    rows = [
        [causes[cause], *(_cell(values.get(cause), 1) for values in columns)]
        for cause in causes
        if any(v.get(cause) for v in columns)
    ]
    header = (_("flux by cause, {unit}").format(unit=vocabulary()[name].unit), _("observed"), _("halved"))
    return show.table(header, rows, figures=[1, 2])


def _cell(value: float | None, decimals: int) -> str:
    return "-" if value is None else number(value, decimals)


def _cost(reused: int, runs: list[Run]) -> str:
    """What the answers cost, together; a kept answer costs nothing more and says so."""
    footprints = [run.footprint for run in runs]
    if any(one.energy_kwh is None for one in footprints):
        return _("Cost: unknown.")
    energy = [sum(getattr(one.energy_kwh, bound) or 0.0 for one in footprints) for bound in ("low", "central", "high")]
    carbon = [
        sum(getattr(one.carbon_g, bound) or 0.0 for one in footprints if one.carbon_g)
        for bound in ("low", "central", "high")
    ]
    seconds = sum(one.measurement.wall_s or 0.0 for one in footprints)
    peak = max(one.measurement.peak_memory_bytes or 0 for one in footprints)
    lines = [
        _(
            "Cost of the two answers: {kwh} kWh; gCO2e low {low}, central {central}, high {high}; "
            "{seconds} s; {memory} MB at most."
        ).format(
            kwh=significant(energy[1]),
            low=significant(carbon[0]),
            central=significant(carbon[1]),
            high=significant(carbon[2]),
            seconds=number(seconds, 1),
            memory=number(peak / 1e6, 0),
        ),
        _("Estimated by {method} ({attribution}); assumptions are in the report.").format(
            method=footprints[0].method, attribution=footprints[0].attribution
        ),
    ]
    if reused:
        lines.insert(
            0,
            _("{count} of {total} answers were kept before: they came back without computing. Their cost then:").format(
                count=reused, total=len(runs)
            ),
        )
    return "\n".join(lines)
