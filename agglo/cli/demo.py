"""``agglo demo``: the study of Paris-Saclay's Local Green Deal on the bundled data, with a report, and drinking water
on a made-up town."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agglo.cli import EXIT_FAILED, answers, cost, demo_water, show, words
from agglo.cli.options import WorkspaceFolder
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.indicators import vocabulary
from agglo.contract.language import _, in_language, ngettext
from agglo.contract.numerals import number, quantities, quantity, unit_label
from agglo.models.climate.nomenclature import ALL, GROUP_TITLES

if TYPE_CHECKING:
    from agglo.runs.asking import Asked
    from agglo.runs.run import Run
    from agglo.store.workspace import Workspace
    from agglo.studies.results import StepResult, StudyResult
    from agglo.territory.communes import Territory

REPORT = "demo-report.html"
STUDY = "local-green-deal"
OBSERVED, HALVED = "observed", "land-take-halved"
LAND, EFFORT = "land", "effort"
STOCK, FLUX, TAKE = "land.carbon-stock", "land.carbon-flux", "land.take"


def register(app: typer.Typer) -> None:
    """Add the command to ``agglo``."""
    app.command(
        "demo",
        help=_("What Paris-Saclay's climate commitments ask for, with a report; drinking water of a made-up town."),
    )(demo)


def demo(
    report: Annotated[
        Path, typer.Option(metavar="FILE", help=_("HTML report to write; a report already there is replaced."))
    ] = Path(REPORT),
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.store.workspace import open_workspace
    from agglo.studies import finding, running
    from agglo.studies.report.study import write
    from agglo.territory import perimeters
    from agglo.trust.access import examples, people

    _check_place(report)
    here = open_workspace(workspace)
    study = finding.find(here, STUDY)
    with show.progress(in_language(study.title)) as progress:
        result = running.run(here, study, progress=progress).result
    steps = [step for scenario in result.scenarios for step in scenario.steps.values()]
    if failed := [step for step in steps if step.failure]:
        typer.echo(_failed(failed[0]), err=True)
        raise typer.Exit(EXIT_FAILED)
    examples.publish(here, people.operator(here), STUDY)
    water = _water(here)
    typer.echo(_text(perimeters.load(), result))
    typer.echo("\n" + demo_water.text(water))
    typer.echo("\n" + _cost([*_asked(steps), *water.asked.values()]))
    typer.echo("")
    typer.echo(_("Report: {file}").format(file=write(report, result, here, "html")))
    pdf = show.command("study", "compare", STUDY, "--format", "pdf", workspace=workspace)
    typer.echo(_("The same as a PDF: {command}").format(command=pdf))
    first = _run(result, OBSERVED, LAND)
    typer.echo(
        _("Verify: {command}").format(command=show.command("verify", answers.short(first.id), workspace=workspace))
    )
    typer.echo(
        _("As pages, with a map, at http://127.0.0.1:8000: {command}").format(
            command=show.command("serve", workspace=workspace)
        )
    )


def _water(here: "Workspace") -> demo_water.Answers:
    """What the models of water answer, published as an example."""
    from agglo.trust.access import examples, people

    with show.progress(_("Drinking water of Clairvane, a made-up town")) as progress:
        water = demo_water.ask(here, progress)
    if water.failure:
        typer.echo(show.paragraph(water.failure), err=True)
        raise typer.Exit(EXIT_FAILED)
    examples.publish_runs(here, people.operator(here), [one.run for one in water.asked.values()])
    return water


def _run(result: "StudyResult", scenario: str, step: str) -> "Run":
    """The run of one step of one scenario; there is one, since no step failed."""
    found = next(one for one in result.scenarios if one.name == scenario).steps[step].run
    assert found is not None
    return found


def _failed(step: "StepResult") -> str:
    return show.paragraph(_("{step}: no answer. {why}").format(step=step.step, why=step.failure))


def _check_place(report: Path) -> None:
    """Refuse a report that could not be written, before anything is computed."""
    if report.is_dir() or not report.absolute().parent.is_dir():
        got = _("a folder") if report.is_dir() else _("no such folder: {folder}").format(folder=report.parent)
        raise InvalidInput(
            _("The report cannot be written there."),
            [Fault(f"--report {report}", got, _("the name of a file, in a folder that exists"))],
        )


def _text(territory: "Territory", result: "StudyResult") -> str:
    """The whole answer but its cost."""
    runs = [_run(result, scenario, LAND) for scenario in (OBSERVED, HALVED)]
    effort = _run(result, OBSERVED, EFFORT)
    headline = in_language(runs[0].content["model"]["headline"])
    notes = dict.fromkeys(quantities(note) for run in (*runs, effort) for note in run.notes)
    parts = [
        show.paragraph(in_language(result.study.question)),
        _efforts(effort),
        _conditions(effort),
        show.paragraph(_("Land carbon covers: {headline}.").format(headline=headline)),
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


def _efforts(run: "Run") -> str:
    """What each published target asks for, by group of sectors."""
    rows = [
        [
            _measured(one["quantity"]) if one["group"] == ALL else f"  {_group(one['group'])}",
            f"{one['reference_year']}-{one['year']}",
            number(one["index_then"], 0),
            number(one["index_target"], 1),
            number(one["yearly_effort"], 2),
        ]
        for one in run.table(EFFORT).to_pylist()
    ]
    header = (_("what the climate plan asks for"), _("years"), _("index at\nthe start"), _("index\nto reach"),
              _("less each\nyear [%]"))  # fmt: skip
    return show.table(header, rows, figures=(2, 3, 4))


def _conditions(run: "Run") -> str:
    """What would have to be true: a sentence for each thing held."""
    rows = run.table("conditions").to_pylist()
    held = dict.fromkeys((one["held_group"], one["held_change"], one["year"], one["index_needed"]) for one in rows)
    return show.notes(
        _held(change).format(
            group=_group(group), change=quantity(-100 * change, "%"), year=year, needed=quantity(needed, "%")
        )
        for group, change, year, needed in held
    )


def _held(change: float) -> str:
    """What the other sectors must do if one group changes by ``change`` [1]."""
    if not change:
        return _(
            "{group}: if nothing changes by {year}, the other sectors must come down to {needed} of what they were."
        )
    return _("{group}: if it comes down by {change} by {year}, the other sectors must come down to {needed}.")


def _measured(name: str) -> str:
    return {"emissions": _("greenhouse gas emissions"), "energy": _("final energy")}[name]


def _group(group: str) -> str:
    return in_language(GROUP_TITLES[group])


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


def _asked(steps: "Sequence[StepResult]") -> "list[Asked]":
    from agglo.runs.asking import Asked

    return [Asked(step.run, step.reused) for step in steps if step.run]


def _cost(answers: "Sequence[Asked]") -> str:
    """What the answers cost, together; a kept answer costs nothing more and says so."""
    computed = {one.run.id for one in answers if not one.reused}
    every = {one.run.id: one.run for one in answers}
    footprints = [run.footprint for run in every.values()]
    if len(computed) == len(every):
        return cost.text(footprints, _("cost of the answers"))
    said = ngettext(
        "{count} answer of {total} was kept before: it came back without computing.",
        "{count} answers of {total} were kept before: they came back without computing.",
        len(every) - len(computed),
    ).format(count=len(every) - len(computed), total=len(every))
    return "\n".join([said, "", cost.text(footprints, _("cost when they were computed"))])
