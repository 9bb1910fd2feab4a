"""The life of a scenario: draft, proposed, approved, closed."""

from collections.abc import Iterator

from agglo.contract import card
from agglo.contract.errors import Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import _
from agglo.contract.model import Model, from_interface
from agglo.runs import code, gate
from agglo.runs import run as runs
from agglo.store import locks
from agglo.store.workspace import Workspace
from agglo.studies import record
from agglo.studies.record import Kept
from agglo.studies.study import STATES

MOVES = {
    "draft": ("proposed", "closed"),
    "proposed": ("draft", "approved", "closed"),
    "approved": ("closed",),
    "closed": (),
}


def move(workspace: Workspace, name: str, scenario: str, to: str, *, actor: str = "") -> Kept:
    """Move the latest version of a scenario to another state; who did it and when is kept with the study.

    ``actor`` is the opaque identifier of whoever moves it, else that of whoever uses the command line.

    Raises
    ------
    NotFound
        No such study, or no such scenario in it.
    InvalidInput
        The state cannot follow the one it is in. To be approved, each step needs an answer, and each model a complete
        card: drafts feed no approved study.
    """
    with locks.hold(workspace.lock(f"study-{name}")):
        held = record.held(workspace, name)
        kept = latest_with(held, scenario)
        version = kept.versions[scenario]
        now = record.state_of(held, scenario, version)
        if to not in MOVES[now]:
            raise _refused(name, [_not_allowed(scenario, now, to)])
        if to == "approved":
            found = list(dict.fromkeys(_against(workspace, held, kept, scenario)))
            if found:
                raise _refused(name, found)
        content = {"scenario": scenario, "version": version, "from": now, "to": to,
                   "actor": actor or workspace.actor}  # fmt: skip
        kept.sealed.add_event(record.STATE, {**content, "steps": record.last_ran(held, scenario, version)})
        return kept


def latest_with(held: list[Kept], scenario: str) -> Kept:
    """The last content of a study that asks a scenario.

    Raises
    ------
    NotFound
        None does; the nearest name is given.
    """
    found = [one for one in held if scenario in one.versions]
    if not found:
        known = list(dict.fromkeys(name for one in held for name in one.versions))
        what = _('{study} has no scenario "{name}" that was run.').format(study=held[-1].study.name, name=scenario)
        raise NotFound(what, repair=nearest(scenario, known))
    return found[-1]


def undeclared(workspace: Workspace, model: Model) -> Iterator[Fault]:
    """What a model's card does not declare, and what it stands against."""
    missing = card.of(model, workspace.register).missing()
    if missing:
        got = _("a draft: {fields}").format(fields=", ".join(missing))
        repair = _('"agglo model show {model}" says where to declare them.').format(model=model.id)
        yield Fault(_("card of {model}").format(model=model.id), got, _("a complete card"), repair)
    yield from gate.faults(workspace, model)


def _against(workspace: Workspace, held: list[Kept], kept: Kept, scenario: str) -> Iterator[Fault]:
    """What stands against approving a scenario: steps without an answer, cards of its runs that are drafts."""
    answered = record.last_ran(held, scenario, kept.versions[scenario]) or {}
    for step in kept.study.steps:
        one = answered.get(step)
        run = runs.load(workspace, one["run"]) if one and one["run"] else None
        if run is None or run.state != "finished":
            yield Fault(f"{scenario}: {step}", _("no answer"), _("a finished run"), _("Run the study again."))
        else:
            described = run.content["model"]
            yield from undeclared(workspace, from_interface(described, code.check_out(workspace, described["code"])))


def _not_allowed(scenario: str, now: str, to: str) -> Fault:
    expected = ", ".join(MOVES[now]) or _("nothing: a closed scenario stays closed")
    return Fault(scenario, _("from {now} to {to}").format(now=now, to=to), expected, nearest(to, STATES) if
                 to not in STATES else "")  # fmt: skip


def _refused(name: str, faults: list[Fault]) -> InvalidInput:
    return InvalidInput(_("This scenario of {study} cannot be moved.").format(study=name), faults)
