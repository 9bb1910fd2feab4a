"""Requests: questions accepted and not yet answered. Written to the disk before they are acknowledged.

``requests/ID.json`` holds the question; the run that answers it takes the same identifier.
``requests/ID.UUID.asked.json`` is one asking of it. Whoever holds the lock ``run-ID`` executes it; the kernel frees the
lock of a dead process.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agglo.runs.questions import Question
from agglo.store import files
from agglo.store.identifiers import new_id, now
from agglo.store.sealed import EVENTS_FOLDER, Sealed
from agglo.store.workspace import Workspace


@dataclass(frozen=True)
class Request:
    """A request on the disk."""

    workspace: Workspace
    id: str

    @property
    def path(self) -> Path:
        return self.workspace.requests / f"{self.id}.json"

    @property
    def lock(self) -> Path:
        return self.workspace.lock(f"run-{self.id}")

    @property
    def staging(self) -> Path:
        """Where the run is made; its being there means that the execution has begun."""
        return self.workspace.staging / self.id

    @property
    def exists(self) -> bool:
        return self.path.exists()

    def content(self) -> dict[str, Any]:
        """The question as JSON (:meth:`Question.to_dict`), with ``id`` and ``asked``."""
        content: dict[str, Any] = files.read_json(self.path)
        return content

    def record_asking(self, asking: Mapping[str, Any]) -> None:
        """Keep, before it is acknowledged, that somebody asked this."""
        files.write_atomically(*self._asked(asking))

    def accept(self, asking: Mapping[str, Any], content: Mapping[str, Any]) -> None:
        """Keep a question, and before it that somebody asked it.

        Where a power cut leaves a question that nobody asked, nobody was told that it was accepted.
        """
        question = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
        files.write_in_order([self._asked(asking), (self.path, question)])

    def _asked(self, asking: Mapping[str, Any]) -> tuple[Path, bytes]:
        """The file that says that somebody asked this."""
        event = {"id": new_id(), "kind": "asked", "at": now(), **asking}
        return self.path.with_suffix(f".{event['id']}.asked.json"), files.to_json(event)

    def askings(self) -> list[Path]:
        first, last = f"{self.id}.", ".asked.json"
        found = self.workspace.requests.iterdir()
        return sorted(path for path in found if path.name.startswith(first) and path.name.endswith(last))

    def link_askings(self, folder: Path) -> list[Path]:
        """Make the askings events of the run in ``folder``; the answer is their files here, which stay."""
        events, given = folder / EVENTS_FOLDER, self.askings()
        events.mkdir(exist_ok=True)
        for path in given:
            _link(path, events / path.name.removeprefix(f"{self.id}."))
        return given

    def give_askings_to(self, run: Sealed) -> None:
        """Make the askings events of a sealed run, and index it.

        They are removed here last, so that a death at any moment leaves them to be given again.
        """
        given = self.link_askings(run.folder)
        files.sync(run.folder / EVENTS_FOLDER)
        self.workspace.index.add("run", run)
        for path in given:
            path.unlink()


def _link(path: Path, place: Path) -> None:
    """Have a file at a second place too: the same file, or where that cannot be a copy of it."""
    if place.exists():
        return
    try:
        place.hardlink_to(path)
    except OSError:
        files.write_atomically(place, path.read_bytes())


def accept(workspace: Workspace, question: Question, asking: Mapping[str, Any]) -> Request:
    """Make a question durable; once this returns, it will be answered exactly once."""
    request = Request(workspace, new_id())
    request.accept(asking, {"id": request.id, "asked": now(), **question.to_dict()})
    return request


def without_question(workspace: Workspace) -> list[Request]:
    """Askings whose question is no longer there, or never was: what a process left that died meanwhile."""
    asked = {path.name.partition(".")[0] for path in workspace.requests.glob("*.asked.json")}
    return [one for one in (Request(workspace, name) for name in sorted(asked)) if not one.exists]


def pending(workspace: Workspace) -> list[Request]:
    """Requests not yet answered, oldest first."""
    found = (path.stem for path in workspace.requests.glob("*.json") if not path.name.endswith(".asked.json"))
    return [Request(workspace, name) for name in sorted(found)]


def waiting_for(workspace: Workspace, fingerprint: str) -> Request | None:
    """The pending request that asks the same question, if there is one."""
    return next((one for one in pending(workspace) if one.content()["fingerprint"] == fingerprint), None)
