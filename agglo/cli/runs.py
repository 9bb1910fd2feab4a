"""``agglo run`` and what can be done with the runs it keeps."""

from pathlib import Path
from typing import Annotated, Any

import typer

from agglo.cli import show
from agglo.cli.footprint import figure
from agglo.cli.options import Json, WorkspaceFolder, named
from agglo.contract import scenario as scenarios
from agglo.contract.indicators import vocabulary
from agglo.contract.language import _
from agglo.contract.model import find
from agglo.contract.numerals import number
from agglo.store.workspace import Workspace, open_workspace

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

RunReference = Annotated[str, typer.Argument(metavar="RUN", help=_("Identifier of a run, or its end."))]


def register(app: typer.Typer) -> None:
    app.command("run", help=_("Ask a model a question, and keep the answer."))(run)
    app.command("runs", help=_("The runs that are kept, latest first."))(runs)
    app.command("show", help=_("A run: question, answer, what it leaves out, what it cost."))(show_run)
    app.command("compare", help=_("Two runs or more, figure by figure."))(compare)
    app.command("verify", help=_("Run the kept code on the kept inputs again, and certify the answer."))(verify)
    app.command("export", help=_("Write a run and all it needs to one file."))(export)
    app.command("import", help=_("Check such a file and keep its run."))(import_)
    app.command("work", help=_("Execute the questions that were accepted and not yet answered."))(work)


def run(
    model: Annotated[str, typer.Argument(help=_("Model to ask, or a folder with a model.json."))],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", metavar="NAME=DATASET[@VERSION]", help=_("A dataset to read."))
    ] = None,
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=_('A parameter, with its unit: "80 %".'))
    ] = None,
    scenario: Annotated[Path | None, typer.Option(help=_("YAML file of a scenario."))] = None,
    seed: Annotated[int, typer.Option(help=_("Seed of the run's random numbers."))] = 0,
    project: Annotated[str | None, typer.Option(help=_("Project to count its footprint under."))] = None,
    again: Annotated[bool, typer.Option("--again", help=_("Run it even if the answer is kept."))] = False,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.runs import asking, questions

    here = open_workspace(workspace)
    question = questions.pose(
        here,
        find(model),
        inputs=named(inputs or [], "--input"),
        parameters=named(values or [], "--set"),
        scenario=scenarios.read(scenario) if scenario else None,
        seed=seed,
    )
    try:
        with show.progress(question.model.id) as progress:
            asked = asking.ask(here, question, again=again, project=project, progress=progress)
    except KeyboardInterrupt:
        typer.echo(_('Interrupted. The run is kept, marked failed; "agglo runs" shows it.'), err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if as_json:
        show.as_json(_content(asked.run, reused=asked.reused))
    else:
        typer.echo(_("This was asked before: the kept answer, nothing was computed.") if asked.reused else _("Kept."))
        _print(here, asked.run)
    if asked.run.state == "failed":
        raise typer.Exit(EXIT_FAILED)


def runs(
    model: Annotated[str | None, typer.Option(help=_("Only those of this model."))] = None,
    state: Annotated[str | None, typer.Option(help=_("Only those finished, or failed."))] = None,
    dataset: Annotated[str | None, typer.Option(help=_("Only those that read this dataset."))] = None,
    limit: Annotated[int | None, typer.Option(min=1, help=_("At most so many."))] = None,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.runs import asking, requests
    from agglo.runs.listing import listing

    here = open_workspace(workspace)
    asking.recover(here)
    found = listing(here, model=model, state=state, dataset=dataset, limit=limit)
    waiting = requests.pending(here)
    if as_json:
        show.as_json(found)
        return
    if not found and not waiting:
        typer.echo(_('No run yet. "agglo demo" asks a first question.'))
        return
    rows = [
        (
            one["id"],
            f"{one['model']}@{one['version']}",
            {"finished": _("finished"), "failed": _("failed")}[one["state"]],
            one["scenario"] or "-",
            _verdict(one["certificate"]) if one["certificate"] else "-",
            str(one["askings"]),
            "-" if one["carbon_g"] is None else figure(one["carbon_g"]),
            one["finished"][:16].replace("T", " "),
        )
        for one in found
    ]
    header = (_("run"), _("model"), _("state"), _("scenario"), _("verified"), _("asked"), "gCO2e", _("ended (UTC)"))
    typer.echo(show.table(header, rows, figures=[5, 6]))
    if waiting:
        typer.echo(
            _('{count} accepted questions wait or are being answered; "agglo work" answers them.').format(
                count=len(waiting)
            )
        )


def show_run(run: RunReference, workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.runs.run import load

    here = open_workspace(workspace)
    found = load(here, run)
    if as_json:
        show.as_json({**_content(found), "events": found.sealed.events()})
        return
    _print(here, found)


def compare(
    references: Annotated[list[str], typer.Argument(metavar="RUN RUN...", help=_("Runs; the first is the reference."))],
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.runs.comparison import compare as compared
    from agglo.runs.run import load

    if len(references) < 2:
        raise typer.BadParameter(_("Give at least two runs."))
    here = open_workspace(workspace)
    rows = compared([load(here, reference) for reference in references])
    if as_json:
        show.as_json(
            [{**{name: getattr(row, name) for name in row.__slots__}, "differences": row.differences} for row in rows]
        )
        return
    count = len(references)
    header = [_("indicator"), _("place"), _("cause"), *(_("run {rank}").format(rank=rank + 1) for rank in range(count))]
    header += [_("{rank} - 1").format(rank=rank + 1) for rank in range(1, count)] + [_("unit")]
    cells = [
        [
            vocabulary()[row.name].title,
            row.place,
            row.sector or _("all"),
            *(_value(value) for value in (*row.values, *row.differences[1:])),
            row.unit,
        ]
        for row in rows
    ]
    typer.echo(show.table(header, cells, figures=range(3, 2 + 2 * count)))


def verify(run: RunReference, workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.runs.run import load
    from agglo.runs.verification import verify as verified

    here = open_workspace(workspace)
    found = load(here, run)
    with show.progress(_("verifying")) as progress:
        certificate = verified(here, found, progress)
    if as_json:
        show.as_json(certificate.to_dict())
    else:
        typer.echo(f"{found.id}: {_verdict(certificate.verdict)}")
        for line in (certificate.what, *map(str, certificate.differences)):
            if line:
                typer.echo(f"  {line}")
        if certificate.packages and certificate.verdict != "identical":
            typer.echo(_("Changed since: {packages}").format(packages=", ".join(certificate.packages)))
    if certificate.verdict in ("differs", "cannot run"):
        raise typer.Exit(EXIT_FAILED)


def export(
    run: RunReference,
    file: Annotated[Path, typer.Argument(help=_("ZIP file to write."))],
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.runs import archive
    from agglo.runs.run import load

    here = open_workspace(workspace)
    path = archive.export(here, load(here, run), file)
    typer.echo(_("Written: {file} ({size} bytes)").format(file=path, size=path.stat().st_size))


def import_(
    file: Annotated[Path, typer.Argument(help=_("File written by agglo export."))], workspace: WorkspaceFolder = None
) -> None:
    from agglo.runs import archive

    kept = archive.import_(open_workspace(workspace), file)
    typer.echo(_("Kept: {run}. Next: agglo verify {run}").format(run=kept.id))


def work(workspace: WorkspaceFolder = None) -> None:
    from agglo.runs import asking

    with show.progress(_("answering")) as progress:
        done = asking.work(open_workspace(workspace), progress)
    for one in done:
        typer.echo(f"{one.id}  {one.model}  {one.state}")
    typer.echo(_("{count} questions answered.").format(count=len(done)))


def _content(run: Any, **more: Any) -> dict[str, Any]:
    return {**run.content, **more, "indicators": [one.to_dict() for one in run.indicators]}


def _print(workspace: Workspace, run: Any) -> None:
    """A run as people read it."""
    from agglo.cli import answers

    typer.echo(answers.run_text(workspace, run))


def _value(value: float | None) -> str:
    return "-" if value is None else number(value, 2)


def _verdict(verdict: str) -> str:
    return {
        "identical": _("identical"),
        "within tolerance": _("within tolerance"),
        "differs": _("differs"),
        "cannot run": _("cannot run"),
    }[verdict]
