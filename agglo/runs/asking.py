"""Ask a question: the kept answer if there is one, else one execution, however many ask at once.

Accepting is apart from answering: :func:`accept` returns at once, and any process on this workspace answers
(:func:`work`); :func:`ask` does both.
"""

import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Damaged, Fault, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.contract.scenario import Scenario
from agglo.runs import aside, execution, failures, gate, process, requests, standing
from agglo.runs.dismissal import Dismissal
from agglo.runs.process import Progress
from agglo.runs.questions import Question
from agglo.runs.requests import Request
from agglo.runs.run import Run
from agglo.runs.standing import Reporter, Standing
from agglo.store import files, locks, sealed
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Select

COMMAND_LINE_ROLE = "operator"
_POLL_S = 0.05
_IDENTIFIER = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True)
class Asked:
    """An answered question: the run, and whether it had been kept before."""

    run: Run
    reused: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted question: the identifier of its request, which is that of its run; the run where it was kept
    before."""

    id: str
    run: Run | None = None


def _always(_run: Run) -> bool:
    return True


def ask(
    workspace: Workspace,
    question: Question,
    *,
    again: bool = False,
    draft: bool = False,
    actor: str | None = None,
    role: str = COMMAND_LINE_ROLE,
    project: str | None = None,
    progress: Progress | None = None,
) -> Asked:
    """The answer to a question, which is accepted as :func:`accept` does for whoever uses the workspace.

    Whoever asks what is being computed waits for that run; should its process die meanwhile, it is kept as failed and
    is the answer of all who asked. Errors as :func:`accept`.
    """
    with failures.full_disk_explained():
        recover(workspace)
        actor = actor or workspace.actor
        accepted = accept(workspace, question, actor=actor, role=role, project=project, again=again, draft=draft)
        if accepted.run:
            return Asked(accepted.run, reused=True)
        return Asked(_answer(Request(workspace, accepted.id), progress), reused=False)


def accept(
    workspace: Workspace,
    question: Question,
    *,
    actor: str,
    role: str,
    project: str | None = None,
    again: bool = False,
    draft: bool = False,
    reusable: Callable[[Run], bool] = _always,
) -> Accepted:
    """Take a question, durably, to be answered by whatever process comes to it; every asking is recorded.

    A kept answer is given as it is, if it is ``reusable``, unless ``again``; who asks what others wait for waits with
    them, under the same identifier. ``actor`` is an opaque identifier, never a name. ``draft`` asks for no more than a
    draft, which is recorded with the asking.

    Raises
    ------
    InvalidInput
        Its scenario has been run with another content under the same name and version; or the card of its model stands
        against more than a draft, and no draft was asked for.
    AggloError
        The disk is full. A question that was accepted stays so.
    """
    if not draft:
        gate.check(workspace, question.model)
    scenario = question.scenario.name if question.scenario else None
    asking: dict[str, Any] = {"actor": actor, "role": role, "scenario": scenario, "project": project}
    if draft:
        asking["draft"] = True
    with failures.full_disk_explained():
        if question.scenario:
            _check_unchanged(workspace, question.scenario)
        with locks.hold(workspace.lock("asking")):
            kept = None if again else answered(workspace, question.fingerprint, reusable)
            if kept:
                request = Request(workspace, kept.id)
                request.record_asking({**asking, "reused": True})
                request.give_events_to(kept.sealed)
                return Accepted(kept.id, kept)
            return Accepted(_request(workspace, question, asking, again=again).id)


def progress_of(workspace: Workspace, id: str) -> Standing:
    """Where a request stands, from its identifier, which is that of its run.

    Raises
    ------
    NotFound
        There is neither a request nor a run of that identifier.
    """
    if _IDENTIFIER.fullmatch(id):
        with suppress(FileNotFoundError):
            return standing.of_request(Request(workspace, id))
        if (run := Sealed(workspace.runs / id)).exists:
            return standing.of_run(Run(run))
    raise NotFound(_('No question "{id}".').format(id=id))


def dismiss(workspace: Workspace, id: str, *, actor: str) -> None:
    """Give up a question that has no answer yet: it is kept as a failed run, and its model's process is ended.

    The mark is on the disk before this returns. Where another process executes the request, that process ends it
    within a second; asking the same question meanwhile makes a new request. Who may do this is for the caller to check.

    Raises
    ------
    NotFound
        There is neither a request nor a run of that identifier.
    InvalidInput
        It has been answered.
    """
    request = Request(workspace, id)
    with failures.full_disk_explained():
        with locks.hold(workspace.lock("asking")):
            if progress_of(workspace, id).is_over or Sealed(workspace.runs / id).exists:
                raise InvalidInput(_("This question has already been answered."))
            if not request.dismissed:
                request.record_dismissal(actor)
        with _held(request) as mine:
            if mine:
                _execute(request, None)


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


def _request(workspace: Workspace, question: Question, asking: Mapping[str, Any], *, again: bool) -> Request:
    """The pending request for the same question, this asking recorded; or a new one."""
    pending = None if again else requests.waiting_for(workspace, question.fingerprint)
    if pending is None:
        return requests.accept(workspace, question, {**asking, "reused": False})
    pending.record_asking({**asking, "reused": True})
    return pending


def answered(workspace: Workspace, fingerprint: str, reusable: Callable[[Run], bool] = _always) -> Run | None:
    """The latest finished run of that fingerprint that is ``reusable`` and as it was sealed, and whose last
    certificate, if it has one, is not "differs"."""
    for row in workspace.index.rows(_answers(), {"fingerprint": fingerprint}):
        kept = Run(Sealed(workspace.runs / row["id"]))
        with suppress(NotFound, Damaged):
            if reusable(kept):
                kept.sealed.check()
                return kept
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
    """Execute every request nobody is executing; the answer is the runs this gave. Errors as :func:`ask`.

    A request that cannot even be kept as failed stops none of those after it: its error is raised at the end.
    """
    done, failed = [], None
    with failures.full_disk_explained():
        recover(workspace)
        for request in requests.pending(workspace):
            process.heed()
            try:
                with _held(request) as mine:
                    if mine:
                        done.append(_execute(request, progress))
            except Exception as error:
                if failures.is_full_disk(error):
                    raise
                failed = failed or error
    if failed:
        raise failed
    return done


@contextmanager
def _held(request: Request) -> Iterator[bool]:
    """Hold a request, if it is still there and nobody executes it; yields whether it is held."""
    if not request.exists:
        yield False
        return
    with locks.try_hold(request.lock) as free:
        if free and not request.exists:
            request.lock.unlink(missing_ok=True)
        yield free and request.exists


def recover(workspace: Workspace) -> list[Run]:
    """Make whole what a dead agglo left: index what was sealed, keep as failed what was interrupted, remove the rest.

    Where the disk is full, what needs room is left for the next time.
    """
    kept: list[Run] = []
    with suppress(failures.DiskFull), failures.full_disk_explained():
        sealed.finish_interrupted(workspace)
        aside.remove_left(workspace)
        _settle_askings(workspace)
        waiting = requests.pending(workspace)
        asked = requests.asked(workspace)
        for request in waiting:
            with _held(request) as mine:
                if mine and (run := _recovered(request, asked)):
                    kept.append(run)
    return kept


def _settle_askings(workspace: Workspace) -> None:
    """Give askings left aside to their run; those of a question that was never accepted are removed."""
    with locks.hold(workspace.lock("asking")):
        for request in requests.without_question(workspace):
            run = Sealed(workspace.runs / request.id)
            if run.exists:
                request.give_events_to(run)
            for path in request.askings():
                path.unlink()
            request.dismissal.unlink(missing_ok=True)


def _recovered(request: Request, asked: Collection[str]) -> Run | None:
    """The failed run of a request that was dismissed, or whose execution was interrupted; one that was sealed is only
    put in order, and one that nobody asked, which was never accepted, is removed."""
    run = Sealed(request.workspace.runs / request.id)
    if run.exists:
        _close(request, run)
    elif request.id not in asked and not request.askings():
        request.forget()
        request.lock.unlink(missing_ok=True)
    elif request.staging.exists() or request.dismissed:
        return _kept_unanswered(request)
    return None


def _kept_unanswered(request: Request) -> Run:
    run = execution.keep_unanswered(request)
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
        if progress:
            _pass_on(request, progress)
        process.heed()
        time.sleep(_POLL_S)


def _pass_on(request: Request, progress: Progress) -> None:
    """Say how far the process is that executes a request."""
    with suppress(FileNotFoundError):
        now = standing.of_request(request)
        progress(now.fraction, now.text)


def _execute(request: Request, progress: Progress | None) -> Run:
    """Execute a request whose lock is held, or end what a process that died has begun of it."""
    run = Sealed(request.workspace.runs / request.id)
    if run.exists:
        _close(request, run)
        return Run(run)
    if request.staging.exists() or request.dismissed:
        return _kept_unanswered(request)
    try:
        with Dismissal(request).heeded():
            return execution.execute(request, Reporter(request.staging, progress))
    finally:
        if run.exists:
            _close(request, run)


def _close(request: Request, run: Sealed) -> None:
    """Give the run its askings, index it and forget the request. Asking waits meanwhile."""
    files.remove_tree(request.staging)
    with locks.hold(request.workspace.lock("asking")):
        request.give_events_to(run)
        request.forget()
    request.lock.unlink(missing_ok=True)
