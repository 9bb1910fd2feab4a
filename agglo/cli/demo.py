"""``agglo demo``: the main question on the bundled data, asked twice, with a report."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agglo.cli import EXIT_FAILED, answers, cost, show, words
from agglo.cli.options import WorkspaceFolder
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.indicators import vocabulary
from agglo.contract.language import _, in_language, ngettext
from agglo.contract.numerals import number, quantities, unit_label

if TYPE_CHECKING:
    from agglo.runs.run import Run
    from agglo.studies.land import Answer
    from agglo.territory.communes import Territory

REPORT = "demo-report.html"
STOCK, FLUX, TAKE = "land.carbon-stock", "land.carbon-flux", "land.take"


def register(app: typer.Typer) -> None:
    """Add the command to ``agglo``."""
    app.command("demo", help=_("Ask what Paris-Saclay's land use does to its carbon. Twice, with a report."))(demo)


def demo(
    report: Annotated[
        Path, typer.Option(metavar="FILE", help=_("HTML report to write; a report already there is replaced."))
    ] = Path(REPORT),
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.store.workspace import open_workspace
    from agglo.studies import land

    _check_place(report)
    here = open_workspace(workspace)
    with show.bars() as bar:
        answers_ = land.ask_both(here, bar)
    runs = [one.asked.run for one in answers_]
    if failed := [run for run in runs if run.state == "failed"]:
        typer.echo(answers.run_text(here, failed[0], workspace), err=True)
        raise typer.Exit(EXIT_FAILED)
    territory = land.territory()
    typer.echo(_text(territory, runs))
    land.write_report(here, report, answers_, territory)
    typer.echo("\n" + _cost(answers_))
    typer.echo("\n" + _("Report: {file}").format(file=report))
    typer.echo(
        _("Next: {command}").format(command=show.command("verify", answers.short(runs[0].id), workspace=workspace))
    )


def _check_place(report: Path) -> None:
    """Refuse a report that could not be written, before anything is computed."""
    if report.is_dir() or not report.absolute().parent.is_dir():
        got = _("a folder") if report.is_dir() else _("no such folder: {folder}").format(folder=report.parent)
        raise InvalidInput(
            _("The report cannot be written there."),
            [Fault(f"--report {report}", got, _("the name of a file, in a folder that exists"))],
        )


def _text(territory: "Territory", runs: "Sequence[Run]") -> str:
    """The whole answer but its cost."""
    from agglo.studies import land

    headline = in_language(runs[0].content["model"]["headline"])
    notes = dict.fromkeys(quantities(note) for run in runs for note in run.notes)
    parts = [
        "\n".join([land.question(territory), show.paragraph(_("Covers: {headline}.").format(headline=headline))]),
        _by_commune(territory, runs),
        show.paragraph(
            _(
                "Flux: above zero, carbon is stored each year; below zero (−), it is lost to the air. Difference: "
                "with land take halved, less as observed. Modelled; stock of 2023, changes of 2012-2018."
            )
        ),
        _by_cause(territory, runs),
        "\n".join([_("To know beside these figures:"), show.notes(notes)]),
    ]
    return "\n\n".join(parts)


def _by_commune(territory: "Territory", runs: "Sequence[Run]") -> str:
    """Stock, flux and land take of each commune and of the territory, as observed and with land take halved."""
    observed, halved = ({(one.name, one.place): one.value for one in run.indicators if not one.sector} for run in runs)
    names = {commune.insee: commune.name for commune in territory.communes}
    rows = [_row(name, code, observed, halved) for code, name in names.items()]
    total = _row(_("TERRITORY"), territory.siren, observed, halved)
    header = (
        _("commune"),
        _head(_("stock"), "", STOCK),
        *(_head(_("flux"), way, FLUX) for way in (_("observed"), _("halved"), _("difference"))),
        *(_head(_("land take"), way, TAKE) for way in (_("observed"), _("halved"))),
    )
    return show.table(header, [*rows, show.RULE, total], figures=range(1, 7))


def _head(title: str, way: str, indicator: str) -> str:
    """The three lines above a column: what it is, in which case, in which unit."""
    return "\n".join([title, way, unit_label(vocabulary()[indicator].unit)])


_Values = dict[tuple[str, str], float | None]


def _row(name: str, code: str, observed: _Values, halved: _Values) -> list[str]:
    flux, flux_halved = observed.get((FLUX, code)), halved.get((FLUX, code))
    return [
        name,
        _cell(observed.get((STOCK, code)), 0),
        *(_cell(value, 1) for value in (flux, flux_halved, _less(flux_halved, flux))),
        *(_cell(one.get((TAKE, code)), 2) for one in (observed, halved)),
    ]


def _by_cause(territory: "Territory", runs: "Sequence[Run]") -> str:
    """The territory's flux by cause in both runs, and the causes that are zero in both."""
    observed, halved = (
        {one.sector: one.value for one in run.indicators if one.name == FLUX and one.place == territory.siren}
        for run in runs
    )
    causes = [cause for cause in observed if cause]
    zero = [cause for cause in causes if observed[cause] == 0 and halved.get(cause) == 0]
    rows = [
        [
            words.cause(cause),
            *(_cell(v, 1) for v in (observed[cause], halved.get(cause), _less(halved.get(cause), observed[cause]))),
        ]
        for cause in causes
        if cause not in zero
    ]
    title = _("flux of the territory by cause [{unit}]").format(unit=unit_label(vocabulary()[FLUX].unit))
    text = show.table((title, _("observed"), _("halved"), _("difference")), rows, figures=(1, 2, 3))
    if not zero:
        return text
    named = _("Zero in both: {causes}.").format(causes=", ".join(map(words.cause, zero)))
    return f"{text}\n{show.paragraph(named)}"


def _less(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other


def _cell(value: float | None, decimals: int) -> str:
    return "-" if value is None else number(value, decimals)


def _cost(found: "Sequence[Answer]") -> str:
    """What the answers cost, together; a kept answer costs nothing more and says so."""
    reused = sum(one.asked.reused for one in found)
    footprints = [one.asked.run.footprint for one in found]
    if not reused:
        return cost.text(footprints, _("cost of the two answers"))
    said = ngettext(
        "{count} answer of {total} was kept before: it came back without computing.",
        "{count} answers of {total} were kept before: they came back without computing.",
        reused,
    ).format(count=reused, total=len(found))
    return "\n".join([said, "", cost.text(footprints, _("cost when they were computed"))])
