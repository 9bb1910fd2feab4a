"""Ask a question: the kept answer if there is one, else one execution, however many ask at once."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Damaged, Fault, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.contract.scenario import Scenario
from agglo.runs import aside, execution, failures, process, requests
from agglo.runs.process import Progress
from agglo.runs.questions import Question
from agglo.runs.requests import Request
from agglo.runs.run import Run
from agglo.store import files, locks, sealed
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Select

COMMAND_LINE_ROLE = "operator"
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Asked:
    """An answered question: the run, and whether it had been kept before."""

    run: Run
    reused: bool


def ask(
    workspace: Workspace,
    question: Question,
    *,
    again: bool = False,
    role: str = COMMAND_LINE_ROLE,
    project: str | None = None,
    progress: Progress | None = None,
) -> Asked:
    """The answer to a question. A kept answer is given as it is unless ``again``; every asking is recorded.

    Whoever asks what is being computed waits for that run; should its process die meanwhile, it is kept as failed and
    is the answer of all who asked.

    Raises
    ------
    InvalidInput
        Its scenario has been run with another content under the same name and version.
    AggloError
        The disk is full. A question that was accepted stays so.
    """
    with failures.full_disk_explained():
        recover(workspace)
        if question.scenario:
            _check_unchanged(workspace, question.scenario)
        return _ask(workspace, question, again=again, role=role, project=project, progress=progress)


def _check_unchanged(workspace: Workspace, scenario: Scenario) -> None:
    """Refuse a scenario that differs from the one last run under its name and version."""
    kept = _last_run(workspace, scenario)
    if kept is None or kept == scenario:
        return
    before, where = kept.to_dict(), f"{scenario.name}, version {scenario.version}"
    found = [
        Fault(f"{where}: {key}", repr(value)[:80], repr(before[key])[:80])
        for key, value in scenario.to_dict().items()
        if value != before[key]
    ]
    repair = _("Give the changed scenario a new version.")
    raise InvalidInput(_("A scenario does not change once it has been run."), found, repair=repair)


def _last_run(workspace: Workspace, scenario: Scenario) -> Scenario | None:
    """What was last run under the name and version of a scenario."""
    from sqlalchemy import select

    from agglo.store.tables import runs

    question = select(runs.c.id).where(runs.c.scenario == scenario.name).order_by(runs.c.id.desc())
    for row in workspace.index.rows(question):
        with suppress(Damaged, NotFound):
            kept = Scenario(**Run(Sealed(workspace.runs / row["id"])).content["scenario"])
            if kept.version == scenario.version:
                return kept
    return None


def _ask(
    workspace: Workspace, question: Question, *, again: bool, role: str, project: str | None, progress: Progress | None
) -> Asked:
    asking = {
        "actor": workspace.actor,
        "role": role,
        "scenario": question.scenario.name if question.scenario else None,
        "project": project,
    }
    with locks.hold(workspace.lock("asking")):
        kept = None if again else answered(workspace, question.fingerprint)
        if kept:
            request = Request(workspace, kept.id)
            request.record_asking({**asking, "reused": True})
            request.give_askings_to(kept.sealed)
            return Asked(kept, reused=True)
        request = _request(workspace, question, asking, again=again)
    return Asked(_answer(request, progress), reused=False)


def _request(workspace: Workspace, question: Question, asking: Mapping[str, str | None], *, again: bool) -> Request:
    """The pending request for the same question, this asking recorded; or a new one."""
    pending = None if again else requests.waiting_for(workspace, question.fingerprint)
    if pending is None:
        return requests.accept(workspace, question, {**asking, "reused": False})
    pending.record_asking({**asking, "reused": True})
    return pending


def answered(workspace: Workspace, fingerprint: str) -> Run | None:
    """The latest finished run of that fingerprint that is as it was sealed, and whose last certificate, if it has one,
    is not "differs"."""
    for row in workspace.index.rows(_answers(), {"fingerprint": fingerprint}):
        kept = Sealed(workspace.runs / row["id"])
        with suppress(NotFound, Damaged):
            kept.check()
            return Run(kept)
    return None


@cache
def _answers() -> "Select[Any]":
    from sqlalchemy import bindparam, or_, select

    from agglo.store.tables import runs

    return (
        select(runs.c.id)
        .where(runs.c.fingerprint == bindparam("fingerprint"), runs.c.state == "finished")
        .where(or_(runs.c.certificate.is_(None), runs.c.certificate != "differs"))
        .order_by(runs.c.id.desc())
    )


def work(workspace: Workspace, progress: Progress | None = None) -> list[Run]:
    """Execute every request nobody is executing; the answer is the runs this gave. Errors as :func:`ask`."""
    done = []
    with failures.full_disk_explained():
        recover(workspace)
        for request in requests.pending(workspace):
            with locks.try_hold(request.lock) as free:
                if free and request.exists:
                    done.append(_execute(request, progress))
    return done


def recover(workspace: Workspace) -> list[Run]:
    """Make whole what a dead agglo left: index what was sealed, keep as failed what was interrupted, remove the rest.

    Where the disk is full, what needs room is left for the next time.
    """
    kept: list[Run] = []
    with suppress(failures.DiskFull), failures.full_disk_explained():
        sealed.finish_interrupted(workspace)
        aside.remove_left(workspace)
        _settle_askings(workspace)
        for request in requests.pending(workspace):
            with locks.try_hold(request.lock) as free:
                if free and request.exists and (run := _recovered(request)):
                    kept.append(run)
    return kept


def _settle_askings(workspace: Workspace) -> None:
    """Give askings left aside to their run; those of a question that was never accepted are removed."""
    with locks.hold(workspace.lock("asking")):
        for request in requests.without_question(workspace):
            run = Sealed(workspace.runs / request.id)
            if run.exists:
                request.give_askings_to(run)
            for path in request.askings():
                path.unlink()


def _recovered(request: Request) -> Run | None:
    """The failed run of a request whose execution was interrupted; one that was sealed is only put in order, and one
    that nobody asked, which was never accepted, is removed."""
    run = Sealed(request.workspace.runs / request.id)
    if run.exists:
        _close(request, run)
    elif not request.askings():
        request.path.unlink()
        request.lock.unlink(missing_ok=True)
    elif request.staging.exists():
        return _kept_interrupted(request)
    return None


def _kept_interrupted(request: Request) -> Run:
    run = execution.keep_interrupted(request)
    _close(request, run.sealed)
    return run


def _answer(request: Request, progress: Progress | None) -> Run:
    """Execute a request, or wait for the process that does and take over if it dies."""
    while True:
        with locks.try_hold(request.lock) as free:
            run = Sealed(request.workspace.runs / request.id)
            if run.exists and not request.exists:
                request.lock.unlink(missing_ok=True)
                return Run(run)
            if free:
                return _execute(request, progress)
        process.heed()
        time.sleep(_POLL_S)


def _execute(request: Request, progress: Progress | None) -> Run:
    """Execute a request whose lock is held, or end what a process that died has begun of it."""
    run = Sealed(request.workspace.runs / request.id)
    if run.exists:
        _close(request, run)
        return Run(run)
    if request.staging.exists():
        return _kept_interrupted(request)
    try:
        return execution.execute(request, progress)
    finally:
        if run.exists:
            _close(request, run)


def _close(request: Request, run: Sealed) -> None:
    """Give the run its askings, index it and forget the request. Asking waits meanwhile."""
    files.remove_tree(request.staging)
    with locks.hold(request.workspace.lock("asking")):
        request.give_askings_to(run)
        request.path.unlink()
    request.lock.unlink(missing_ok=True)
