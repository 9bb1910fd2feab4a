"""``agglo run`` and what can be done with the runs it keeps."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agglo.cli import EXIT_FAILED, answers, show, words
from agglo.cli.options import Json, WorkspaceFolder, choice, named, refuse
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.indicators import vocabulary
from agglo.contract.language import _, ngettext
from agglo.contract.numerals import number, significant, unit_label
from agglo.store.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agglo.contract.model import Model
    from agglo.contract.scenario import Scenario
    from agglo.runs.comparison import Compared
    from agglo.runs.questions import Question
    from agglo.runs.run import Run
    from agglo.runs.verification import Certificate
    from agglo.store.workspace import Workspace

LARGEST_SEED = 2**53 - 1
STATES = ("finished", "failed")

RunReference = Annotated[
    str, typer.Argument(metavar="RUN", help=_("Identifier of a run, or its last characters, as agglo runs lists them."))
]


def register(app: typer.Typer) -> None:
    """Add the commands to ``agglo``."""
    app.command("run", help=_("Ask a model a question, and keep the answer."))(run)
    app.command("runs", help=_("The runs that are kept, latest first."))(runs)
    app.command("show", help=_("A run: question, answer, what it leaves out, what it cost."))(show_run)
    app.command("compare", help=_("Two runs or more, figure by figure."))(compare)
    app.command("verify", help=_("Run the kept code on the kept inputs again, and certify."))(verify)
    app.command("export", help=_("Write a run and all it needs to one file."))(export)
    app.command("import", help=_("Check such a file and keep its run."))(import_)
    app.command("work", help=_("Execute the questions that were accepted and not yet answered."))(work)


def run(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help=_("Model to ask (agglo model list), or a folder with a model.json."))
    ],
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            metavar="NAME=DATASET[@VERSION]",
            help=_("A dataset to read (agglo data list); the latest version if none is given. Once for each input."),
        ),
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help=_('A parameter (agglo model show), with its unit: "sealed_share=80 %". Once for each parameter.'),
        ),
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("YAML file of a scenario: a name, and parameters by model."))
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, metavar="NUMBER", help=_("Seed of the run's random numbers."))
    ] = 0,
    project: Annotated[
        str | None, typer.Option(metavar="NAME", help=_("Project to count its footprint under."))
    ] = None,
    again: Annotated[bool, typer.Option("--again", help=_("Run it even if the answer is kept."))] = False,
    draft: Annotated[
        bool, typer.Option("--draft", help=_("Ask for a draft, where the model's card stands against more."))
    ] = False,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.runs import asking
    from agglo.trust.access import rights

    here = open_workspace(workspace)
    question = _question(here, model, inputs or [], values or [], scenario, seed)
    rights.of_operator(here, "run", rights.Asset("model", question.model.id))
    try:
        with show.progress(question.model.id) as progress:
            asked = asking.ask(here, question, again=again, draft=draft, project=project, progress=progress)
    except KeyboardInterrupt:
        typer.echo(_('Interrupted. The run is kept, marked failed; "agglo runs" shows it.'), err=True)
        raise
    if as_json:
        show.as_json(_content(asked.run) | {"reused": asked.reused})
    else:
        kept = _("Kept, marked failed.") if asked.run.state == "failed" else _("Kept.")
        typer.echo(_("This was asked before: the kept answer, nothing was computed.") if asked.reused else kept)
        typer.echo("\n" + answers.run_text(here, asked.run, workspace))
    if asked.run.state == "failed":
        raise typer.Exit(EXIT_FAILED)


def _question(
    workspace: "Workspace",
    name: str,
    inputs: "Sequence[str]",
    values: "Sequence[str]",
    scenario: Path | None,
    seed: int,
) -> "Question":
    """The question that the words of a command ask; every fault of its options is told at once."""
    from agglo.cli import suggestions
    from agglo.contract import scenario as scenarios
    from agglo.contract.model import find
    from agglo.runs import questions

    model = find(name)
    (read, faults), (given, more) = named(inputs, "--input"), named(values, "--set")
    refuse([*faults, *more])
    hypotheses = scenarios.read(scenario) if scenario else None
    if hypotheses:
        _say_if_silent(hypotheses, model)
    try:
        return questions.pose(workspace, model, inputs=read, parameters=given, scenario=hypotheses, seed=seed)
    except InvalidInput as error:
        sources = {one: f"{scenario}: {one}" for one in (hypotheses.parameters_of(model.id) if hypotheses else ())}
        sources |= {one: f"--set {one}" for one in given}
        raise suggestions.with_suggestions(error, workspace, model, read, sources) from None


def _say_if_silent(scenario: "Scenario", model: "Model") -> None:
    """Say on standard error that a scenario sets nothing for this model, lest a misspelt name go unnoticed."""
    if model.id not in scenario.parameters:
        typer.echo(
            _("Scenario {name} sets nothing for {model}; it speaks of: {models}.").format(
                name=scenario.name, model=model.id, models=", ".join(scenario.parameters) or _("none")
            ),
            err=True,
        )


def runs(
    model: Annotated[str | None, typer.Option(metavar="MODEL", help=_("Only those of this model."))] = None,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help=_("Only those in this state: finished or failed."))
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(metavar="DATASET[@VERSION]", help=_("Only those that read this dataset."))
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="NUMBER", help=_("At most so many."))] = None,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.runs import asking, requests
    from agglo.trust.access import people, reading

    choice("--state", state, STATES)
    here = open_workspace(workspace)
    asking.recover(here)
    person = people.operator(here)
    found = reading.runs(here, person, model=model, state=state, dataset=dataset, limit=limit).rows
    if as_json:
        show.as_json(found)
        return
    if found:
        typer.echo(_listed(found))
    elif model or state or dataset:
        typer.echo(_('No run is like this. "agglo runs" lists all.'))
    else:
        typer.echo(_('No run yet. "agglo demo" asks a first question.'))
    if waiting := len(requests.pending(here)):
        said = ngettext(
            '{count} accepted question waits or is being answered; "agglo work" answers it.',
            '{count} accepted questions wait or are being answered; "agglo work" answers them.',
            waiting,
        )
        typer.echo(said.format(count=waiting), err=True)


def _listed(found: "Sequence[Mapping[str, Any]]") -> str:
    rows = [
        (
            answers.short(one["id"]),
            f"{one['model']}@{one['version']}",
            words.state(one["state"]),
            one["finished"][:16].replace("T", " "),
            words.verdict(one["certificate"]) if one["certificate"] else "-",
            str(one["askings"]),
            significant(one["carbon_g"], 2),
            (one["scenario"] or "-").replace("/", ": "),
        )
        for one in found
    ]
    header = (_("run"), _("model"), _("state"), _("ended (UTC)"), _("verified"), _("asked"), "gCO2e", _("scenario"))
    return show.table(header, rows, figures=(5, 6), wrap=7)


def show_run(run: RunReference, workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    here = open_workspace(workspace)
    found = _load(here, run)
    if as_json:
        show.as_json(_content(found) | {"events": found.sealed.events()})
    else:
        typer.echo(answers.run_text(here, found, workspace))


def compare(
    references: Annotated[
        list[str], typer.Argument(metavar="RUN RUN", help=_("Runs; the others are compared with the first."))
    ],
    every: Annotated[bool, typer.Option("--all", help=_("Show also the figures that are the same."))] = False,
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.runs.comparison import compare as compared

    if len(references) < 2:
        refuse([Fault("RUN RUN", references[0], _("two runs or more"))])
    here = open_workspace(workspace)
    found = [_load(here, reference) for reference in references]
    rows = compared(found)
    if as_json:
        show.as_json(
            [{**{name: getattr(row, name) for name in row.__slots__}, "differences": row.differences} for row in rows]
        )
        return
    typer.echo("\n".join(_legend(rank, one) for rank, one in enumerate(found, 1)) + "\n")
    differ = [row for row in rows if every or len(set(row.values)) > 1]
    if differ:
        typer.echo(_compared(differ, found))
    if same := len(rows) - len(differ):
        said = ngettext(
            "{count} figure is the same; --all shows it.", "{count} figures are the same; --all shows them.", same
        )
        typer.echo(said.format(count=same))


def _legend(rank: int, run: "Run") -> str:
    scenario = run.content["scenario"]
    named_ = scenario["title"] or scenario["name"] if scenario else _("no scenario")
    return f"  ({rank}) {answers.short(run.id)}  {run.model}  {named_}"


def _compared(rows: "Sequence[Compared]", found: "Sequence[Run]") -> str:
    from agglo.cli import places

    names = {code: name for run in found for code, name in places.names(run).items()}
    count = len(found)
    header = [_("indicator"), _("place"), _("cause"), *(f"({rank})" for rank in range(1, count + 1))]
    header += [_("({rank}) less (1)").format(rank=rank) for rank in range(2, count + 1)] + [_("unit")]
    cells = [
        [
            vocabulary()[row.name].title,
            names.get(row.place, row.place),
            words.cause(row.sector),
            *("-" if value is None else number(value, 2) for value in (*row.values, *row.differences[1:])),
            unit_label(row.unit),
        ]
        for row in rows
    ]
    return show.table(header, cells, figures=range(3, 2 + 2 * count), wrap=0)


def verify(run: RunReference, workspace: WorkspaceFolder = None, as_json: Json = False) -> None:
    from agglo.runs.verification import verify as verified

    here = open_workspace(workspace)
    found = _load(here, run)
    with show.progress(_("verifying")) as progress:
        certificate = verified(here, found, progress)
    if as_json:
        show.as_json({"run": found.id, **certificate.to_dict()})
    else:
        typer.echo(_certified(found, certificate))
    if certificate.verdict in ("differs", "cannot run"):
        raise typer.Exit(EXIT_FAILED)


def _certified(run: "Run", certificate: "Certificate") -> str:
    means = {
        "identical": _("The kept code on the kept inputs gives the same answer again."),
        "within tolerance": _("The kept code on the kept inputs gives the same answer, within what the model allows."),
        "differs": _("The kept code on the kept inputs gives another answer."),
        "cannot run": _("The kept answer could not be checked."),
    }[certificate.verdict]
    said = [means, certificate.what, *map(str, certificate.differences)]
    lines = [f"{run.id}: {words.verdict(certificate.verdict)}"]
    lines += [show.paragraph(line, lead="  ") for line in said if line]
    if certificate.packages and certificate.verdict != "identical":
        changed = ", ".join(certificate.packages)
        lines.append(show.paragraph(_("Changed since: {packages}").format(packages=changed)))
    return "\n".join(lines)


def export(
    run: RunReference,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("ZIP file to write."))],
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.runs import archive

    here = open_workspace(workspace)
    found = _load(here, run)
    if not file.absolute().parent.is_dir():
        repair = _("Make it, or give another name.")
        raise InvalidInput(
            _("The archive cannot be written there."), [Fault(str(file.parent), _("no such folder"), repair=repair)]
        )
    path = archive.export(here, found, file)
    typer.echo(
        _("Written: {file} ({size} kB). To keep it elsewhere: agglo import {file}").format(
            file=path, size=number(path.stat().st_size / 1000)
        )
    )


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("File written by agglo export."))],
    workspace: WorkspaceFolder = None,
) -> None:
    from agglo.runs import archive
    from agglo.trust.access import rights

    if not file.is_file():
        raise NotFound(_("No file {name}.").format(name=file), repair=_('"agglo export" writes such a file.'))
    here = open_workspace(workspace)
    rights.of_operator(here, "add")
    kept = archive.import_(here, file)
    typer.echo(_("Kept: {run}").format(run=kept.id))
    typer.echo(_("Next: {command}").format(command=show.command("verify", answers.short(kept.id), workspace=workspace)))


def work(workspace: WorkspaceFolder = None) -> None:
    from agglo.runs import asking

    with show.progress(_("answering")) as progress:
        done = asking.work(open_workspace(workspace), progress)
    for one in done:
        typer.echo(f"{one.id}  {one.model}  {words.state(one.state)}")
    said = ngettext("{count} question answered.", "{count} questions answered.", len(done))
    typer.echo(said.format(count=len(done)) if done else _("No question waits for an answer."))


def _load(workspace: "Workspace", reference: str) -> "Run":
    """The run of that name, if whoever uses the command line may read it."""
    from agglo.trust.access import people, reading

    return reading.run(workspace, people.operator(workspace), reference)


def _content(run: "Run") -> dict[str, Any]:
    return {**run.content, "indicators": [one.to_dict() for one in run.indicators]}
