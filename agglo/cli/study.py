"""``agglo study``: questions asked in several steps, for several scenarios."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agglo.cli import EXIT_FAILED, show, study_text
from agglo.cli.options import Json, WorkspaceFolder, choice, refuse
from agglo.cli.usage import Commands
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _, in_language
from agglo.store.workspace import open_workspace

if TYPE_CHECKING:
    from agglo.studies.results import StudyResult

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Studies: questions in several steps and scenarios."))

_FORMATS = ("table", "html", "xlsx", "pdf")
_STATES = ("draft", "proposed", "approved", "closed")

StudyName = Annotated[str, typer.Argument(metavar="STUDY", help=_("A study that was run here (agglo study list)."))]


@app.command("run", help=_("Ask every step of every scenario; what has an answer is not computed again."))
def run(
    study: Annotated[
        str, typer.Argument(metavar="STUDY", help=_("YAML file, or the name of a study (agglo study list)."))
    ],
    scenarios: Annotated[
        list[str] | None,
        typer.Option("--scenario", metavar="NAME", help=_("Only this scenario. Once for each scenario.")),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, metavar="NUMBER", help=_("Models that run at once; one for each processor by default.")),
    ] = None,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.studies import finding, running
    from agglo.trust.access import rights

    here = open_workspace(workspace)
    found = finding.find(here, study)
    for step in found.steps.values():
        rights.of_operator(here, "run", rights.Asset("model", step.model))
    try:
        with show.progress(found.name) as progress:
            ran = running.run(here, found, only=scenarios or [], jobs=jobs, progress=progress)
    except (KeyboardInterrupt, SystemExit):
        words = [word for one in scenarios or [] for word in ("--scenario", one)]
        again = show.command("study", "run", study, *words, workspace=workspace)
        said = _("Interrupted. What was answered is kept; this computes only what is left: {command}")
        typer.echo(said.format(command=again), err=True)
        raise
    if as_json:
        show.as_json(study_text.content(ran.result))
    else:
        typer.echo(study_text.ran(ran, found, workspace))
    if any(step.failure for one in ran.result.scenarios for step in one.steps.values()) and len(ran.closed) < len(
        ran.result.scenarios
    ):
        raise typer.Exit(EXIT_FAILED)


@app.command("list", help=_("Studies that were run here, and those that come with agglo."))
def list_(workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.studies import finding
    from agglo.trust.access import people, reading

    here = open_workspace(workspace)
    held = {one.study.name: one.study for one in reading.studies(here, people.operator(here))}
    bundled = {name: finding.find(here, name) for name in finding.bundled() if name not in held}
    if as_json:
        show.as_json(
            [
                {"study": name, "run_here": name in held, "title": dict(one.title), "scenarios": list(one.scenarios)}
                for name, one in {**held, **bundled}.items()
            ]
        )
        return
    rows = [
        (name, _("run here") if name in held else _("comes with agglo"), ", ".join(one.scenarios),
         in_language(one.title))
        for name, one in {**held, **bundled}.items()
    ]  # fmt: skip
    if rows:
        typer.echo(show.table((_("study"), _("from"), _("scenarios"), _("title")), rows, wrap=3))
    else:
        typer.echo(_('No study yet. "agglo study run FILE" runs one.'))


@app.command("show", help=_("A study: question, scenarios with their states, what each step gave."))
def show_(study: StudyName, workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.studies import finding, record, results
    from agglo.trust.access import people, reading

    here = open_workspace(workspace)
    held = record.history(here, study)
    if not held:
        found = finding.find(here, study)
        if as_json:
            show.as_json(found.to_dict())
        else:
            typer.echo(study_text.not_run(found, study, workspace))
        return
    reading.study(here, people.operator(here), study)
    result = results.load(here, study)
    if as_json:
        moves = [event for name in held[-1].study.scenarios for event in record.moves_of(held, name)]
        show.as_json({**study_text.content(result), "moves": moves})
    else:
        typer.echo(study_text.shown(result, held, workspace))


@app.command("state", help=_("Move a scenario: draft, proposed, approved, closed."))
def state(
    study: StudyName,
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help=_("A scenario of it; its last version moves."))],
    to: Annotated[str, typer.Argument(metavar="STATE", help=_("draft, proposed, approved or closed."))],
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.studies import states
    from agglo.trust.access import people, reading, rights

    choice("STATE", to, _STATES)
    here = open_workspace(workspace)
    reading.study(here, people.operator(here), study)
    rights.of_operator(here, "approve", rights.Asset("study", study))
    kept = states.move(here, study, scenario, to)
    said = _("{study}, scenario {scenario}, version {version}: {state}.")
    typer.echo(said.format(study=study, scenario=scenario, version=kept.versions[scenario],
                           state=study_text.state(to)))  # fmt: skip


@app.command("compare", help=_("Scenarios of a study side by side: a table here, or a report to hand over."))
def compare(
    study: StudyName,
    scenarios: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,NAME",
            help=_("Scenarios to compare, NAME or NAME@VERSION; the others with the first. All if none is given."),
        ),
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help=_("table, html, xlsx or pdf."))] = "table",
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("File to write; STUDY.html, STUDY.xlsx or STUDY.pdf if none."))
    ] = None,
    every: Annotated[bool, typer.Option("--all", help=_("Every place in the table, not the territory alone."))] = False,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.studies import comparison

    choice("--format", form, _FORMATS)
    path = _place(form, output, study)
    here = open_workspace(workspace)
    result = _chosen(here, study, scenarios)
    found = [] if path and len(result.scenarios) == 1 else comparison.compare(here, result)
    if path:
        typer.echo(_("Report: {file}").format(file=_written(path, result, here, form)))
    elif as_json:
        show.as_json(
            [
                {"step": one.step, **{name: getattr(row, name) for name in row.__slots__},
                 "differences": row.differences}
                for one in found
                for row in one.rows
            ]
        )  # fmt: skip
    else:
        typer.echo(study_text.compared(result, found, every=every))


def _chosen(workspace: Any, study: str, scenarios: str | None) -> "StudyResult":
    """The scenarios to compare, in the order given; without any, that of ``compare_with`` first."""
    from agglo.studies import results
    from agglo.trust.access import people, reading

    reading.study(workspace, people.operator(workspace), study)
    if scenarios is not None:
        wanted = [name.strip() for name in scenarios.split(",") if name.strip()]
        return results.load(workspace, study, wanted)
    every = results.load(workspace, study)
    every.scenarios.sort(key=lambda one: one.name != every.study.compare_with)
    return every


def _place(form: str, output: Path | None, study: str) -> Path | None:
    """The file to write; a place that could not be written is refused before anything is read."""
    if form == "table":
        if output is not None:
            refuse([Fault("--output", str(output), _("--format html, xlsx or pdf"))])
        return None
    path = output or Path(f"{study}.{form}")
    if path.is_dir() or not path.absolute().parent.is_dir():
        got = _("a folder") if path.is_dir() else _("no such folder: {folder}").format(folder=path.parent)
        raise InvalidInput(
            _("The report cannot be written there."),
            [Fault(f"--output {path}", got, _("the name of a file, in a folder that exists"))],
        )
    return path


def _written(path: Path, result: "StudyResult", workspace: Any, form: Any) -> Path:
    from agglo.studies.report import study as report

    return report.write(path, result, workspace, form)
