"""Comparing answers: two or more runs, or scenarios of a study, with the same refusals as everywhere."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _, in_language
from agglo.portal import differences, figures, html, run_document
from agglo.portal.app import path_of
from agglo.portal.differences import LETTERS
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.runs.run import Run
from agglo.studies import comparison as scenarios_compared
from agglo.studies import results
from agglo.studies.report.comparison import LabelledRun
from agglo.studies.results import StudyResult
from agglo.trust.access import reading

MOST_RUNS = len(LETTERS)
PROPOSED = 60
"""How many of the latest answers the form proposes."""
_LONGEST_LABEL = 60


def show(visit: Visit) -> Response:
    """The comparison that the address asks for, or the form to choose what to compare."""
    asked = list(dict.fromkeys(one for one in visit.request.query_params.getlist("execution") if one.strip()))
    study = visit.query.get("etude", "").strip()
    if study:
        return _scenarios(visit, study)
    if not asked:
        return _form(visit, [])
    if len(asked) > MOST_RUNS:
        return _form(
            visit, asked, _refused(Fault("execution", str(len(asked)), _("2 to {most}").format(most=MOST_RUNS)))
        )
    runs = [reading.run(visit.workspace, visit.person, one) for one in asked]
    runs = list({run.id: run for run in runs}.values())
    if len(runs) < 2:
        expected = _("two different answers at least")
        return _form(visit, [run.id for run in runs], _refused(Fault("execution", _("one answer"), expected)))
    labelled = [LabelledRun(label, run) for label, run in zip(_labels(visit, runs), runs, strict=True)]
    return _compared(visit, labelled)


def _refused(fault: Fault) -> InvalidInput:
    return InvalidInput(_("These answers cannot be compared."), [fault])


def _labels(visit: Visit, runs: Sequence[Run]) -> list[str]:
    """What each answer is called here: its letter, then its scenario or its model."""
    names = figures.Scenarios(visit)
    texts = [names.title(run) or run.model for run in runs]
    return [
        _("{letter}: {name}").format(letter=letter, name=text[:_LONGEST_LABEL])
        for letter, text in zip(LETTERS, texts, strict=False)
    ]


def _compared(visit: Visit, runs: Sequence[LabelledRun], **more: Any) -> Response:
    """The page of a comparison; one that is refused says why, with the form to choose others."""
    try:
        view = differences.view(runs, visit.territory, visit.query.get("indicateur"), _commune)
    except InvalidInput as error:
        return _form(visit, [one.run.id for one in runs], error)
    return html.page(
        visit,
        "comparison.html.j2",
        view=view,
        runs=[(one.label, one.run, run_document.title(one.run)) for one in runs],
        questions=differences.questions(runs),
        costs=differences.costs(runs),
        kept=[(name, value) for name, value in visit.request.query_params.multi_items() if name != "indicateur"],
        layers=",".join(f"run-{one.run.id}.indicators" for one in runs[:2]),
        headlines=list(dict.fromkeys(run_document.leaves_out(one.run) for one in runs)),
        **{"steps": [], "step": "", "study": "", **more},
    )


def _commune(insee: str) -> str:
    return path_of("commune", insee=insee)


def _scenarios(visit: Visit, name: str) -> Response:
    """Scenarios of a study, step by step; those asked for, else all, the reference first."""
    study = reading.study(visit.workspace, visit.person, name)[-1].study
    asked = list(dict.fromkeys(one for one in visit.request.query_params.getlist("scenario") if one.strip()))
    ordered = asked or sorted(study.scenarios, key=lambda one: one != study.compare_with)
    result = _readable(visit, results.load(visit.workspace, name, ordered[:MOST_RUNS]))
    try:
        compared = scenarios_compared.compare(visit.workspace, result)
    except InvalidInput as error:
        return _form(visit, [], error)
    steps = [one.step for one in compared]
    if not steps:
        return _form(visit, [], _refused(Fault(_("indicators"), _("none"), _("answers that give indicators"))))
    step = steps[0] if visit.query.get("etape") not in steps else visit.query["etape"]
    runs = []
    for letter, one in zip(LETTERS, result.scenarios, strict=False):
        run = one.steps[step].run
        if run is not None:
            label = _("{letter}: {name}").format(letter=letter, name=in_language(one.title)[:_LONGEST_LABEL])
            runs.append(LabelledRun(label, run))
    return _compared(visit, runs, steps=steps, step=step, study=name)


def _readable(visit: Visit, result: StudyResult) -> StudyResult:
    """A study's results, if each of its runs may be read.

    Raises
    ------
    NotFound
        One of them may not.
    """
    ids = {step.run.id for one in result.scenarios for step in one.steps.values() if step.run}
    if ids - reading.readable_runs(visit.workspace, visit.person, ids):
        raise NotFound(
            _("Some answers of this study cannot be read by you."), repair=_("Sign in, or ask for the right.")
        )
    return result


def _form(visit: Visit, chosen: Sequence[str], error: InvalidInput | None = None) -> Response:
    """The form to choose what to compare, with what stands against the last choice."""
    rows = list(reading.runs(visit.workspace, visit.person, state="finished", limit=PROPOSED).rows)
    found = figures.answers(visit, rows)
    return html.page(
        visit,
        "compare.html.j2",
        status=422 if error else 200,
        error=error,
        chosen=chosen,
        answers=found,
        studies=[(one.study.name, in_language(one.study.title), list(one.study.scenarios))
                 for one in reading.studies(visit.workspace, visit.person) if len(one.study.scenarios) > 1],
    )  # fmt: skip


ROUTES = (page("/comparer", show, name="compare"),)
