"""Executing a request: prepare the model's folder, run its process, keep what came of it, whatever that is.

What is kept is a whole run, finished or failed with its log; a death at any moment leaves either that or a request
that says it was begun, which the next agglo turns into a failed run.
"""

import os
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agglo.contract import protocol
from agglo.contract.errors import ModelFailed
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.language import N_, _
from agglo.footprint.meter import Measurement
from agglo.footprint.processors import machine_processor
from agglo.footprint.record import FootprintRecord, footprint_of, unmeasured
from agglo.footprint.statements import Statement
from agglo.runs import code as kept_code
from agglo.runs import crate, environment, failures, outcomes, process, questions, redaction
from agglo.runs.failures import DiskFull, Failure, Stopped
from agglo.runs.questions import Question
from agglo.runs.requests import Request
from agglo.runs.run import LOG_FILE, RUN_FILE, Run
from agglo.store import files, sealed
from agglo.store.identifiers import now
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace

PLATFORM_PUE = {"personalComputer": 1.0, "localServer": None}

_FULL_BYTES = 1_000_000
"""A model that failed with less room than this on the disk [bytes] is taken to have failed for want of it."""
_SHORT_LOG_BYTES = 65_536


@dataclass(frozen=True)
class Folders:
    """The folders of an execution: what the process reads, what it writes, and what will be sealed."""

    root: Path

    @property
    def incoming(self) -> Path:
        return self.root / "in"

    @property
    def outgoing(self) -> Path:
        return self.root / "out"

    @property
    def kept(self) -> Path:
        return self.root / "run"

    @property
    def log(self) -> Path:
        return self.root / "log"

    def make(self) -> None:
        for folder in (self.root, self.incoming, self.outgoing, self.kept):
            folder.mkdir()


@dataclass
class Attempt:
    """One execution as it goes: what is known so far of what will be sealed."""

    request: Request
    content: Mapping[str, Any]
    folders: Folders
    started: str
    measurement: Measurement | None = None
    outcome: Mapping[str, Any] | None = None
    notes: list[str] = field(default_factory=list)
    failure: Failure | None = None


def execute(request: Request, progress: process.Progress | None = None) -> Run:
    """Execute a request whose lock is held, and keep the run. Always gives a run, finished or failed.

    An interruption (Ctrl-C) is kept as a failed run, then goes on.
    """
    attempt = Attempt(request, request.content(), Folders(request.staging), now())
    try:
        _attempt(attempt, progress)
    except Exception as error:
        attempt.failure = failures.of(error)
    except BaseException as error:
        attempt.failure = failures.of(error)
        keep_run(attempt)
        raise
    return keep_run(attempt)


def _attempt(attempt: Attempt, progress: process.Progress | None) -> None:
    workspace, folders = attempt.request.workspace, attempt.folders
    folders.make()
    question = questions.from_dict(workspace, attempt.content)
    ended = ask_process(question, folders, progress)
    attempt.measurement = ended.measurement
    try:
        answer = answer_of(ended, folders)
    except ModelFailed:
        if shutil.disk_usage(folders.root).free < _FULL_BYTES:
            raise DiskFull from None
        raise
    attempt.outcome, attempt.notes = outcomes.keep(question.model, answer, folders.kept), answer.notes


def ask_process(question: Question, folders: Folders, progress: process.Progress | None = None) -> process.Ended:
    """Put a question, its code being checked out, to its model's process, in folders that are already made."""
    handles = {name: _place(question, name, folders.incoming) for name in question.inputs}
    asked = protocol.Question(
        question.model.id, question.model.version, question.parameters, question.seed, Inputs(handles)
    )
    protocol.write_question(folders.incoming, asked)
    command = process.command_of(question.model, folders.incoming, folders.outgoing)
    return process.run(command, folder=folders.outgoing, log=folders.log, progress=progress)


def _place(question: Question, name: str, folder: Path) -> Handle:
    """A dataset where the process can read it: a link to the Parquet file, or a CSV copy where the model wants one."""
    dataset = question.inputs[name]
    wanted = question.model.input(name).format
    path = folder / f"{name}.{wanted}"
    if wanted == "csv":
        import pyarrow.csv

        pyarrow.csv.write_csv(dataset.table(), path)
    else:
        path.symlink_to(dataset.path)
    return Handle(name, path, dataset.schema, dataset.crs)


def answer_of(ended: process.Ended, folders: Folders) -> protocol.Answer:
    """What the process answered; what interrupted it is raised again.

    Raises
    ------
    ModelFailed
        It was ended by a signal, refused its inputs, or failed; the faults are those it wrote.
    """
    if ended.interruption is not None:
        raise ended.interruption
    if ended.exit_code == 0:
        return protocol.read_answer(folders.outgoing)
    if ended.exit_code < 0:
        name = signal.Signals(-ended.exit_code).name
        raise Stopped("killed", _("The model's process was ended by the signal {name}.").format(name=name))
    said = protocol.read_error(folders.outgoing)
    what, faults = said or (_("The model's process ended with code {code}.").format(code=ended.exit_code), ())
    raise Stopped("refused" if ended.exit_code == protocol.EXIT_REFUSED and said else "raised", what, faults)


def keep_run(attempt: Attempt) -> Run:
    """Seal what an execution gave as ``runs/ID``; where the disk is full, seal the failure alone."""
    try:
        return _seal(attempt)
    except Exception as error:
        kept = Sealed(attempt.request.workspace.runs / attempt.request.id)
        if not failures.is_full_disk(error):
            raise
        if kept.exists:
            return Run(kept)
        attempt.failure = failures.of(error)
        _make_room(attempt.folders)
        return _seal(attempt)


def _make_room(folders: Folders) -> None:
    """Give up what cannot be kept for want of room: all but the end of the log."""
    for folder in (folders.incoming, folders.outgoing, folders.kept):
        files.remove_tree(folder)
    if folders.log.exists():
        with folders.log.open("r+b") as log:
            log.seek(-min(log.seek(0, os.SEEK_END), _SHORT_LOG_BYTES), os.SEEK_END)
            end = log.read()
            log.truncate(0)
            log.seek(0)
            log.write(end)
    folders.kept.mkdir(parents=True)


def _seal(attempt: Attempt) -> Run:
    workspace, kept, content = attempt.request.workspace, attempt.folders.kept, attempt.content
    if attempt.failure:
        files.remove_tree(kept / "outcome")
    places = places_of(workspace, content, attempt.folders)
    (kept / LOG_FILE).write_text(redaction.redacted_log(attempt.folders.log, places), encoding="utf-8")
    run = _described(attempt, places)
    (kept / RUN_FILE).write_bytes(files.to_json(run))
    known = sealed.described(kept)
    (kept / crate.CRATE_FILE).write_bytes(files.to_json(crate.describe(run, known)))
    attempt.request.link_events(kept)
    details = {
        "state": run["state"],
        "digest": run["outcome"]["digest"] if run["outcome"] else None,
        "blobs": [*kept_code.blobs_of(workspace, content["model"]["code"]), run["environment"]["packages"]],
    }
    target = workspace.runs / attempt.request.id
    return Run(sealed.seal(kept, target, kind="run", id=attempt.request.id, details=details, known=known))


def _described(attempt: Attempt, places: Mapping[str, str]) -> dict[str, Any]:
    """The content of ``run.json``."""
    workspace, failure = attempt.request.workspace, attempt.failure
    asking = files.read_json(attempt.request.askings()[0])
    return {
        **attempt.content,
        "state": "failed" if failure else "finished",
        "started": attempt.started,
        "finished": now(),
        "actor": asking["actor"],
        "role": asking["role"],
        "project": asking["project"],
        "territory": workspace.setting("territory"),
        "environment": environment.described(workspace),
        "failure": redaction.redacted_json(failure.to_dict(), places) if failure else None,
        "notes": redaction.redacted_json(attempt.notes, places) if not failure else [],
        "outcome": attempt.outcome if not failure else None,
        "footprint": footprint(workspace, attempt.measurement).to_dict(),
    }


def places_of(workspace: Workspace, content: Mapping[str, Any], folders: Folders) -> dict[str, str]:
    """The word to put for each folder that a log or an error may name."""
    code = workspace.cache / "code" / content["model"]["code"]
    places = {folders.incoming: "<in>", folders.outgoing: "<out>", code: "<code>", workspace.root: "<workspace>"}
    root, real = str(workspace.root), str(workspace.root.resolve())
    words = {str(place): word for place, word in places.items()}
    return words | {real + place.removeprefix(root): word for place, word in words.items()}


def footprint(workspace: Workspace, measurement: Measurement | None) -> FootprintRecord:
    """What a process cost, under the settings of the workspace."""
    if measurement is None:
        return unmeasured(Statement(N_("The process ended before it could be measured.")))
    pue = workspace.setting("pue") or PLATFORM_PUE[workspace.setting("platform")]
    return footprint_of(measurement, location=workspace.setting("location"), pue=pue, cpu_name=machine_processor())


def keep_unanswered(request: Request) -> Run:
    """Keep, as a failed run, a request that was dismissed, or whose execution died with its agglo; its lock is held.
    The log so far is kept."""
    folders = Folders(request.staging)
    process.end_left_in(request.staging)
    for folder in (folders.incoming, folders.outgoing, folders.kept):
        files.remove_tree(folder)
    folders.kept.mkdir(parents=True)
    interrupted = Failure("interrupted", _("agglo was stopped while the model was running."))
    failure = failures.of(failures.dismissed()) if request.dismissed else interrupted
    content = request.content()
    return keep_run(Attempt(request, content, folders, content["asked"], failure=failure))
