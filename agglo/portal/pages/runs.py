"""Answers: the list of runs, the page of one, and its tables row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse, Response

from agglo.contract import numerals
from agglo.contract.errors import Damaged, NotFound
from agglo.contract.language import _
from agglo.portal import datasets, figures, html, outputs, paging, run_document, run_figures, tables
from agglo.portal.app import path_of
from agglo.portal.outputs import Output
from agglo.portal.pages.downloads import may_read_log
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.runs.run import Run
from agglo.studies.report import wording
from agglo.trust.access import reading

PER_PAGE = 25
PREVIEW_ROWS = 5
SUGGESTED = 200
"""How many of the latest answers are looked through for what to suggest in the form."""
OTHERS = 40
"""How many other answers of the same model are proposed to compare with."""

_FILTERS = {
    "modele": "model",
    "etat": "state",
    "donnee": "dataset",
    "scenario": "scenario",
    "projet": "project",
    "texte": "text",
}
"""Names of the form's fields, and what :func:`agglo.trust.access.reading.runs` calls them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An output on the page: the first rows of a table, or none; why it cannot be shown, if it cannot."""

    output: Output
    preview: tables.Page | None
    wrong: str = ""


def listing(visit: Visit) -> Response:
    """Every answer a person may read, latest first, under the filters of the address."""
    asked = {name: visit.query.get(name, "").strip() for name in _FILTERS}
    wanted: dict[str, Any] = {_FILTERS[name]: value for name, value in asked.items() if value}
    start = (paging.asked(visit) - 1) * PER_PAGE
    found = reading.runs(visit.workspace, visit.person, **wanted, limit=PER_PAGE, offset=start)
    rows = {row["id"]: row for row in found.rows}
    return html.page(
        visit,
        "runs.html.j2",
        asked=asked,
        filtered=bool(wanted),
        answers=[(one, rows[one.id], _about(rows[one.id])) for one in figures.answers(visit, found.rows)],
        matched=found.matched,
        pager=paging.pager(visit, start + 1, start + len(found.rows), found.matched, PER_PAGE),
        suggested=_suggested(visit),
    )


def _about(row: Mapping[str, Any]) -> dict[str, str]:
    """What a line of the list says beside the answer itself."""
    certificate = wording.certificate(str(row["certificate"])) if row["certificate"] else _("never verified")
    return {
        "certificate": certificate if row["state"] == "finished" else "-",
        "visibility": datasets.visibility(str(row["visibility"])),
        "status": wording.status(str(row["footprint_status"])),
    }


def _suggested(visit: Visit) -> Mapping[str, Sequence[str]]:
    """Models, scenarios and projects of the latest answers."""
    rows = reading.runs(visit.workspace, visit.person, limit=SUGGESTED).rows
    columns = {"modele": "model", "scenario": "scenario", "projet": "project"}
    return {name: sorted({str(row[column]) for row in rows if row[column]}) for name, column in columns.items()}


def show(visit: Visit) -> Response:
    """One answer: figures, maps, tables, and all that is needed to judge it."""
    run = reading.run(visit.workspace, visit.person, visit.path["id"])
    if run.id != visit.path["id"]:
        return RedirectResponse(path_of("run", id=run.id), 303)
    view = run_figures.view(visit, run, _commune)
    label, who, example = run_document.shown_to(visit, run)
    return html.page(
        visit,
        "run.html.j2",
        run=run,
        name=run_document.title(run),
        scenario=figures.Scenarios(visit).title(run),
        leaves_out=run_document.leaves_out(run),
        failure=run_document.failure(run) if run.state == "failed" else None,
        visibility=(label, who),
        example=example,
        missing=run_document.missing_of_card(visit, run),
        view=view,
        places=_paged(visit, view),
        notes=run.notes,
        outputs=[_shown(one) for one in _outputs(run)],
        has_indicators=view is not None,
        inputs=run_document.inputs(visit, run),
        parameters=run_document.parameters(run),
        checks=run_document.checks(run),
        cost=run_document.cost(run),
        environment=run_document.environment(visit, run),
        askings=run_document.askings(run),
        others=_others(visit, run),
        layers=_layers(run, view),
        **_log(visit, run),
    )


def _commune(insee: str) -> str:
    return path_of("commune", insee=insee)


def _paged(visit: Visit, view: run_figures.View | None) -> dict[str, Any] | None:
    grid = view.places if view else None
    if grid is None:
        return None
    return paging.pager(visit, grid.first, grid.first + len(grid.rows) - 1, grid.total, run_figures.PLACES)


def _outputs(run: Run) -> Sequence[Output | Damaged]:
    """The outputs of a run; one whose file is not what was kept does not hide the others."""
    found: list[Output | Damaged] = []
    for name in (run.content["outcome"] or {"outputs": {}})["outputs"]:
        try:
            found.append(outputs.find(run, name))
        except Damaged as error:
            found.append(error)
    return found


def _shown(output: Output | Damaged) -> Shown | str:
    """The first rows of an output; for one that is damaged, what is wrong."""
    if isinstance(output, Damaged):
        return str(output)
    if not output.is_table:
        return Shown(output, None)
    try:
        return Shown(output, tables.page(output.path, units=output.columns, rows=PREVIEW_ROWS))
    except Damaged as error:
        return Shown(output, None, str(error))


def _others(visit: Visit, run: Run) -> list[tuple[str, str]]:
    """Other answers of the same model, to compare with: identifiers and what they were about."""
    model = str(run.content["model"]["id"])
    rows = reading.runs(visit.workspace, visit.person, model=model, state="finished", limit=OTHERS).rows
    return [
        (str(row["id"]), f"{row['scenario'] or _('no scenario')}, {html.instant(row['finished'])}")
        for row in rows
        if row["id"] != run.id
    ]


def _layers(run: Run, view: run_figures.View | None) -> list[str]:
    """Identifiers of what the map can show of this answer."""
    declared = (run.content["outcome"] or {"outputs": {}})["outputs"]
    own = [f"run-{run.id}.{name}" for name, one in declared.items() if one["kind"] == "layer"]
    return [*([f"run-{run.id}.indicators"] if view and view.map else []), *own]


def _log(visit: Visit, run: Run) -> dict[str, Any]:
    """What the model printed, for those who may read it, and whether the archive (which holds it) is theirs."""
    try:
        log = run.log
    except (OSError, ValueError):
        return {"log": "", "log_hidden": False, "archive": False}
    readable = may_read_log(visit, run)
    silent = not log.strip()
    return {
        "log": log[-run_document.LOG_LETTERS :] if readable else "",
        "log_hidden": not readable and not silent,
        "archive": readable or silent,
    }


def output(visit: Visit) -> Response:
    """The rows of one table of an answer, a page at a time."""
    run = reading.run(visit.workspace, visit.person, visit.path["id"])
    found = outputs.find(run, visit.path["output"])
    if not found.is_table:
        raise NotFound(_("This output is a file: it has no rows to show."))
    number = paging.asked(visit, paging.count(tables.count(found.path), tables.ROWS))
    shown = tables.page(found.path, units=found.columns, start=(number - 1) * tables.ROWS)
    return html.page(
        visit,
        "output.html.j2",
        run=run,
        name=run_document.title(run),
        output=found,
        shown=shown,
        bytes=numerals.scaled(found.path.stat().st_size / 1e9, "GB"),
        pager=paging.pager(visit, shown.first, shown.last, shown.total, tables.ROWS),
    )


ROUTES = (
    page("/reponses", listing, name="runs"),
    page("/reponses/{id}", show, name="run"),
    page("/reponses/{id}/tables/{output}", output, name="output"),
)
