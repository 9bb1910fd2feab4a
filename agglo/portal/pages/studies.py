"""Studies: what was asked, for which scenarios, what came of it, what it leaves out, what it cost, and who decides."""

import re

from starlette.responses import RedirectResponse, Response

from agglo.contract.errors import Forbidden, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.portal import html, noting, study_document, study_view
from agglo.portal.app import path_of
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.studies import states
from agglo.studies.report import wording
from agglo.trust.access import reading, rights
from agglo.trust.access.rights import Asset

_SEE_OTHER, _UNPROCESSABLE = 303, 422
_FIELD = re.compile(r"\b(?:maker|authority)\.[a-z_]+\b")


def show_all(visit: Visit) -> Response:
    """Every study that the reader may read."""
    found = [reading.study(visit.workspace, visit.person, one.study.name)
             for one in reading.studies(visit.workspace, visit.person)]  # fmt: skip
    return html.page(visit, "studies.html.j2", studies=[study_view.whole(visit, held) for held in found])


def show(visit: Visit) -> Response:
    """One study."""
    return _shown(visit, str(visit.path["name"]))


def _shown(visit: Visit, name: str, *, status: int = 200, refused: InvalidInput | None = None) -> Response:
    held = reading.study(visit.workspace, visit.person, name)
    whole = study_view.whole(visit, held)
    document, missing = _document(visit, whole)
    return html.page(
        visit,
        "study.html.j2",
        status=status,
        study=whole,
        document=document,
        missing=missing,
        forms=tuple(study_document.FORMS),
        may_decide=rights.may(visit.workspace, visit.person, "approve", Asset("study", name)),
        refused=refused.what if refused else "",
        refusals=_in_words(refused) if refused else [],
    )


def _document(visit: Visit, whole: study_view.Whole) -> tuple[study_view.Laid | None, str]:
    """The report laid out for the page, else why there is none."""
    try:
        path = study_document.made(visit.workspace, whole.held, whole.readable, study_document.PAGE)
    except study_document.NotMade as error:
        return None, f"{error.what} {error.repair}"
    return study_view.laid_out(visit.territory, path), ""


def _in_words(error: InvalidInput) -> list[str]:
    """Why a scenario cannot be moved, the fields of a card being called what people call them."""
    said = (str(fault) for fault in error.faults)
    return [_FIELD.sub(lambda match: wording.undeclared(match[0]), one) for one in said]


def move(visit: Visit) -> Response:
    """Propose, approve or close a scenario, by whoever has the right to."""
    name, scenario, to = str(visit.path["name"]), visit.form.get("scenario", ""), visit.form.get("to", "")
    reading.study(visit.workspace, visit.person, name)
    rights.check(visit.workspace, visit.person, "approve", Asset("study", name))
    if not visit.person.signed_in:
        raise Forbidden(_("A decision needs an author."), repair=_("Sign in, then decide again."))
    try:
        states.move(visit.workspace, name, scenario, to, actor=visit.person.id)
    except InvalidInput as error:
        return _shown(visit, name, status=_UNPROCESSABLE, refused=error)
    noting.note(visit, "approved", f"study {name}", f"{scenario}: {to}")
    return RedirectResponse(f"{path_of('study', name=name)}#scenarios", _SEE_OTHER)


def report(visit: Visit) -> Response:
    """A study's report as a file."""
    name, form = str(visit.path["name"]), str(visit.path["form"])
    held = reading.study(visit.workspace, visit.person, name)
    if form not in study_document.FORMS:
        forms = ", ".join(study_document.FORMS)
        raise NotFound(_("There is no report of that form."), repair=_("There are: {forms}.").format(forms=forms))
    readable = study_view.whole(visit, held).readable
    content = study_document.made(visit.workspace, held, readable, form).read_bytes()
    headers = {"Cache-Control": "no-cache", "Vary": "Cookie"}
    if form == "html":
        headers["x-agglo-csp-extra"] = study_document.csp_of(content)
    else:
        headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return Response(content, media_type=study_document.FORMS[form], headers=headers)


ROUTES = (
    page("/etudes", show_all, name="studies"),
    page("/etudes/{name}", show, name="study"),
    page("/etudes/{name}/etat", move, name="study_state", methods=("POST",)),
    page("/etudes/{name}/rapport.{form}", report, name="study_report"),
)
