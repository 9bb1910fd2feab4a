"""Ask a question: the kept answer if there is one, else one execution, however many ask at once."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from agglo.runs import execution, requests
from agglo.runs.process import Progress
from agglo.runs.questions import Question
from agglo.runs.requests import Request
from agglo.runs.run import Run
from agglo.store import files, locks, sealed
from agglo.store.sealed import EVENTS_FOLDER, Sealed
from agglo.store.workspace import Workspace

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
    """The answer to a question. A kept answer is given as it is unless ``again``; every asking is recorded."""
    recover(workspace)
    asking = {
        "actor": workspace.actor,
        "role": role,
        "scenario": question.scenario.name if question.scenario else None,
        "project": project,
    }
    with locks.hold(workspace.lock("asking")):
        kept = None if again else answered(workspace, question.fingerprint)
        request = None if kept else _request(workspace, question, asking, again=again)
    if request is not None:
        return Asked(_answer(request, progress), reused=False)
    assert kept is not None
    kept.sealed.add_event("asked", {**asking, "reused": True})
    workspace.index.add("run", kept.sealed)
    return Asked(kept, reused=True)


def _request(workspace: Workspace, question: Question, asking: Mapping[str, str | None], *, again: bool) -> Request:
    """The pending request for the same question, this asking recorded; or a new one."""
    pending = None if again else requests.waiting_for(workspace, question.fingerprint)
    if pending is None:
        return requests.accept(workspace, question, {**asking, "reused": False})
    pending.record_asking({**asking, "reused": True})
    return pending


def answered(workspace: Workspace, fingerprint: str) -> Run | None:
    """The latest finished run of that fingerprint whose last certificate is not "differs"."""
    from sqlalchemy import or_, select

    from agglo.store.tables import runs

    question = (
        select(runs.c.id)
        .where(runs.c.fingerprint == fingerprint, runs.c.state == "finished")
        .where(or_(runs.c.certificate.is_(None), runs.c.certificate != "differs"))
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    found = [Run(Sealed(workspace.runs / row["id"])) for row in workspace.index.rows(question)]
    return found[0] if found and found[0].sealed.exists else None


def work(workspace: Workspace, progress: Progress | None = None) -> list[Run]:
    """Execute every request nobody is executing; the answer is the runs this gave."""
    recover(workspace)
    done = []
    for request in requests.pending(workspace):
        with locks.try_hold(request.lock) as free:
            if free and request.exists:
                done.append(_execute(request, progress))
    return done


def recover(workspace: Workspace) -> list[Run]:
    """Make whole what a dead agglo left: index what was sealed, and keep as failed what was interrupted."""
    sealed.finish_interrupted(workspace)
    kept = []
    for request in requests.pending(workspace):
        with locks.try_hold(request.lock) as free:
            if not free or not request.exists:
                continue
            run = Sealed(workspace.runs / request.id)
            if not run.exists and request.staging.exists():
                run = execution.keep_interrupted(request).sealed
                kept.append(Run(run))
            if run.exists:
                _close(request, run)
    return kept


def _answer(request: Request, progress: Progress | None) -> Run:
    """Execute a request, or wait for the process that does and take over if it dies."""
    while True:
        with locks.try_hold(request.lock) as free:
            run = Sealed(request.workspace.runs / request.id)
            if run.exists and not request.exists:
                return Run(run)
            if free:
                return _execute(request, progress)
        time.sleep(_POLL_S)


def _execute(request: Request, progress: Progress | None) -> Run:
    run = Sealed(request.workspace.runs / request.id)
    try:
        if run.exists:
            return Run(run)
        if request.staging.exists():
            return execution.keep_interrupted(request)
        return execution.execute(request, progress)
    finally:
        if run.exists:
            _close(request, run)


def _close(request: Request, run: Sealed) -> None:
    """Move the askings into the run's events, index it and forget the request. Asking waits meanwhile."""
    with locks.hold(request.workspace.lock("asking")):
        folder = run.folder / EVENTS_FOLDER
        folder.mkdir(exist_ok=True)
        for path in request.askings():
            identifier = path.name.removeprefix(f"{request.id}.")
            path.rename(folder / identifier)
        files.sync_folder(folder)
        request.workspace.index.add("run", run)
        request.path.unlink()
    files.remove_tree(request.staging)
    request.lock.unlink(missing_ok=True)
