"""Where a request stands: waiting, being answered and how far, or answered. Read from files, by any process."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from agglo.runs.failures import DISMISSED
from agglo.runs.process import Progress
from agglo.runs.requests import Request
from agglo.runs.run import Run
from agglo.store import files

Status = Literal["queued", "running", "finished", "failed", "dismissed"]

PROGRESS_FILE = "progress.json"
_EVERY_S = 0.2
_STEP = 0.05
"""Progress that is written at once, however soon it comes."""
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request stands. ``fraction`` is from 0 to 1; instants are UTC, and none where it has not come to that.

    A request that was dismissed and is still being ended has no ``finished``. ``model`` is ``id@version``.
    """

    id: str
    status: Status
    fraction: float
    text: str
    created: str
    started: str | None
    finished: str | None
    model: str
    fingerprint: str

    @property
    def is_over(self) -> bool:
        """Whether there is a run to read."""
        return self.finished is not None


def of_run(run: Run) -> Standing:
    """Where a request stands that has been answered."""
    content = run.content
    failure = content["failure"]
    status: Status = DISMISSED if failure and failure["reason"] == DISMISSED else run.state
    text = failure["what"] if failure else ""
    fraction = 0.0 if failure else 1.0
    times = content["asked"], content["started"], content["finished"]
    return Standing(run.id, status, fraction, text, *times, run.model, content["fingerprint"])


def of_request(request: Request) -> Standing:
    """Where a request stands that has no answer yet; an error of the system where it has one meanwhile."""
    content = request.content()
    started = _started(request)
    fraction, text = _told(request.staging) if started else (0.0, "")
    waiting: Status = "running" if started else "queued"
    model = f"{content['model']['id']}@{content['model']['version']}"
    return Standing(
        request.id,
        DISMISSED if request.dismissed else waiting,
        fraction,
        text,
        content["asked"],
        started,
        None,
        model,
        content["fingerprint"],
    )


def _started(request: Request) -> str | None:
    """When the execution began: the last time that anything was put in the folder the model reads."""
    for folder in (request.staging / "in", request.staging):
        with suppress(FileNotFoundError):
            moment = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
            return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return None


def _told(staging: Path) -> tuple[float, str]:
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = files.read_json(staging / PROGRESS_FILE)
        return float(said["fraction"]), str(said["text"])
    return 0.0, ""


class Reporter:
    """Writes what a model says of its progress where other processes read it, a few times a second at most.

    Nothing waits for the disk: after a death nobody reads it.
    """

    def __init__(self, staging: Path, also: Progress | None = None) -> None:
        self._path, self._also = staging / PROGRESS_FILE, also
        self._next, self._highest = 0.0, -1.0

    def __call__(self, fraction: float, text: str) -> None:
        """Say how far the work is; see :meth:`agglo.contract.context.Context.progress`."""
        if time.monotonic() >= self._next or fraction >= self._highest + _STEP:
            self._write(fraction, text)
        if self._also:
            self._also(fraction, text)

    def _write(self, fraction: float, text: str) -> None:
        self._next, self._highest = time.monotonic() + _EVERY_S, max(fraction, self._highest)
        aside = self._path.with_name(f".{self._path.name}")
        with suppress(OSError):
            aside.write_text(json.dumps({"fraction": fraction, "text": text[:_LONGEST_TEXT]}), encoding="utf-8")
            aside.replace(self._path)
