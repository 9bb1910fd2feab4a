"""Questions from the portal: who may ask, what they may ask it with, and the workers told. Pages and API share this."""

from collections.abc import Mapping
from typing import Any

from agglo.contract.errors import Fault, Forbidden, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.portal import noting
from agglo.portal.askable import Entry
from agglo.portal.security import limits
from agglo.portal.visits import Visit
from agglo.runs import asking, questions
from agglo.runs.asking import Accepted
from agglo.runs.questions import Question
from agglo.runs.requests import Request
from agglo.runs.standing import Standing
from agglo.store.workspace import Workspace
from agglo.trust.access import reading, rights
from agglo.trust.access.people import Person
from agglo.trust.access.rights import Asset

LARGEST_SEED = 2**31 - 1


def ask(
    visit: Visit,
    entry: Entry,
    *,
    inputs: Mapping[str, str],
    parameters: Mapping[str, Any],
    seed: int = 0,
    project: str | None = None,
    draft: bool = False,
) -> Accepted:
    """Have a question answered for whoever visits; it is durable once this returns.

    Raises
    ------
    Forbidden, TooMany
        They may not ask this model, or ask too often.
    InvalidInput, MissingExtra
        As :func:`posed`; or its card stands against more than a draft, and no ``draft`` is asked for.
    """
    workspace, person = visit.workspace, visit.person
    rights.check(workspace, person, "run", Asset("model", entry.model.id))
    limits.take(visit, "ask")
    question = posed(workspace, person, entry, inputs=inputs, parameters=parameters, seed=seed)
    reusable = reading.reusable(workspace, person)
    accepted = asking.accept(
        workspace,
        question,
        actor=person.id,
        role=person.role,
        project=project,
        draft=draft,
        reusable=reusable,
    )
    wake(visit)
    noting.note(visit, "asked", f"run {accepted.id}", entry.model.id)
    return accepted


def posed(
    workspace: Workspace,
    person: Person,
    entry: Entry,
    *,
    inputs: Mapping[str, str],
    parameters: Mapping[str, Any],
    seed: int = 0,
) -> Question:
    """A question as :func:`agglo.runs.questions.pose` makes it, of datasets that the person may read and no others.

    Raises
    ------
    InvalidInput
        Lists all that is wrong: every input that is missing, of another schema, or not there for this person, and
        every parameter that cannot be used.
    MissingExtra
        A library the model declares is not installed.
    """
    model, found = entry.model, list[Fault]()
    held = _readable(workspace, person, entry, inputs, found)
    refused = {fault.where for fault in found}
    values: Mapping[str, Any] = parameters
    try:
        values = entry.resolve(parameters)
    except InvalidInput as error:
        found += error.faults
    if found:
        found += _other_faults(workspace, entry, held, refused)
        raise InvalidInput(_("{model} cannot be asked this.").format(model=model.id), found)
    return questions.pose(workspace, model, inputs=held, parameters=values, seed=seed)


def _readable(
    workspace: Workspace, person: Person, entry: Entry, inputs: Mapping[str, str], found: list[Fault]
) -> dict[str, str]:
    """The references of inputs, each to a version that the person may read; all others are added to ``found``."""
    declared = {one.name: one for one in entry.model.inputs}
    held = {}
    for name, reference in inputs.items():
        if name not in declared:
            found.append(Fault(name, reference, _("an input of {model}").format(model=entry.model.id)))
            continue
        try:
            dataset = reading.dataset(workspace, person, reference)
            held[name] = f"{dataset.name}@{dataset.version}"
        except (NotFound, InvalidInput):
            wanted = _("a dataset of schema {schema}").format(schema=declared[name].schema)
            found.append(Fault(name, reference, wanted))
    for name, one in declared.items():
        if one.required and name not in inputs:
            wanted = _("a dataset of schema {schema}").format(schema=one.schema)
            found.append(Fault(name, _("nothing"), wanted))
    return held


def _other_faults(workspace: Workspace, entry: Entry, held: Mapping[str, str], refused: set[str]) -> list[Fault]:
    """What is wrong with the inputs that are there; other inputs and parameters are known to be wrong already."""
    known = {one.name for one in entry.model.inputs}
    try:
        questions.pose(workspace, entry.model, inputs=held, parameters={})
    except InvalidInput as error:
        return [fault for fault in error.faults if fault.where in known - refused]
    return []


def wake(visit: Visit) -> None:
    """Tell the workers, where there are some, that there is something to do."""
    woken = getattr(visit.request.app.state, "wake", None)
    if woken:
        woken()


def standing_of(workspace: Workspace, person: Person, id: str) -> Standing:
    """Where a request stands, for whoever asked it or may read its run.

    Raises
    ------
    NotFound
        There is none, or it is not theirs to see.
    """
    now = asking.progress_of(workspace, id)
    if not now.is_over and (_asked_by(workspace, person, id) or _sees_all(workspace, person, id)):
        return now
    try:  # the run has taken over who asked it, or is about to be all there is
        reading.run(workspace, person, id)
    except NotFound:
        raise _unknown(id) from None
    return asking.progress_of(workspace, id)


def _unknown(id: str) -> NotFound:
    return NotFound(_('No question "{id}".').format(id=id))


def _asked_by(workspace: Workspace, person: Person, id: str) -> bool:
    return person.signed_in and person.id in Request(workspace, id).actors()


def _sees_all(workspace: Workspace, person: Person, id: str) -> bool:
    """Whether a person may see what others ask, this question and all that it is put to."""
    if not rights.may(workspace, person, "read-restricted", Asset("run", id)):
        return False
    try:
        for one in Request(workspace, id).content()["inputs"].values():
            reading.dataset(workspace, person, f"{one['dataset']}@{one['version']}")
    except (NotFound, FileNotFoundError):
        return False
    return True


def may_dismiss(workspace: Workspace, person: Person, id: str) -> bool:
    """Whether a person may give up a request: whoever asked it, if nobody else waits for it, or who administers."""
    if rights.may(workspace, person, "administer", Asset("run", id)):
        return True
    return person.signed_in and Request(workspace, id).actors() == {person.id}


def dismiss(visit: Visit, id: str) -> None:
    """Give up a request.

    Raises
    ------
    NotFound
        There is none that they may see.
    Forbidden
        Others wait for it too.
    InvalidInput
        It has been answered.
    """
    now = standing_of(visit.workspace, visit.person, id)
    if now.is_over:
        raise InvalidInput(_("This question has already been answered."))
    if not may_dismiss(visit.workspace, visit.person, id):
        repair = _(
            "Only who asked it may withdraw it, as long as nobody else waits for its answer, and administrators."
        )
        raise Forbidden(_("You may not withdraw this question."), repair=repair)
    asking.dismiss(visit.workspace, id, actor=visit.person.id)
    wake(visit)
    noting.note(visit, "dismissed", f"run {id}")
