"""The report of a study: question, answer, scenarios, trajectory, actions, effort, and what all of it rests on.

``write`` makes a page, a workbook or a PDF from what a study's runs hold; each is a rendering, outside any fingerprint
or digest. The same runs in the same language give the same report.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _, in_language
from agglo.contract.numerals import instant
from agglo.store.files import write_atomically
from agglo.store.workspace import Workspace
from agglo.studies.report import charts
from agglo.studies.report.blocks import Box, Document, Section
from agglo.studies.report.chapters import actions, backing, effort, places, situation, summary, trajectory
from agglo.studies.report.findings import Findings

if TYPE_CHECKING:
    from agglo.studies.results import StudyResult

Form = Literal["html", "xlsx", "pdf"]
FORMS: tuple[str, ...] = get_args(Form)


def write(path: Path, result: "StudyResult", workspace: Workspace, form: Form) -> Path:
    """Write the report of a study in one file.

    Parameters
    ----------
    result
        What the study's runs hold (see :func:`agglo.studies.results.load`).
    workspace
        Where datasets and cards are described.
    form
        ``html``: a self-contained page, to read and to print. ``xlsx``: a workbook with every row. ``pdf``: A4, by
        Typst.

    Raises
    ------
    InvalidInput
        No such form.
    MissingExtra
        A PDF is asked for and Typst is not installed.
    """
    if form not in FORMS:
        raise InvalidInput(_("A report cannot be written so."), [Fault("form", str(form), ", ".join(FORMS))])
    findings = Findings(result, workspace)
    write_atomically(path, rendered(findings, form))
    return path


def rendered(findings: Findings, form: Form) -> bytes:
    """The report of :func:`write` in memory."""
    from agglo.studies.report import printing, webpage, workbook

    whole = document(findings)
    if form == "html":
        return webpage.render(whole, findings.workspace.cache / "charts").encode()
    if form == "pdf":
        return printing.render(whole)
    return workbook.render(whole, backing.source_table(findings))


def document(findings: Findings) -> Document:
    """Everything the report says, whatever it is written as."""
    study = findings.result.study
    title = in_language(study.title) or study.name
    about = [_("Territory: {place} ({siren}).").format(place=findings.place, siren=findings.siren)]
    finished = sorted(one.run.content["finished"] for one in findings.runs)
    if finished:
        about.append(_("Answered on {date}.").format(date=instant(finished[-1])))
    return Document(
        title=in_language(study.question) or title,
        kind=_("Study: {title}").format(title=title),
        about=tuple(about),
        sections=tuple(_sections(findings)),
        runs=tuple(one.run.id for one in findings.runs),
        boxes=tuple(_boxes(findings)),
    )


def _boxes(findings: Findings) -> list[Box]:
    failed = places.failed_box(findings)
    found = [*backing.drafts(findings), *([failed] if failed else [])]
    if not charts.installed():
        found.append(Box(_("No charts here."), (charts.absent(),), "plain"))
    return found


def _sections(findings: Findings) -> list[Section]:
    made = [
        summary.section(findings),
        summary.scenarios(findings),
        places.section(findings),
        situation.section(findings),
        trajectory.section(findings),
        actions.contributions(findings),
        actions.costs(findings),
        trajectory.budgets(findings),
        effort.section(findings),
        actions.sensitivity(findings),
        backing.left_out(findings),
        backing.assumptions(findings),
        backing.origins(findings),
        backing.footprint(findings),
        backing.verification(findings),
    ]
    return [one for one in made if one is not None]
