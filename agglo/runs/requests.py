"""Requests: questions accepted and not yet answered. Written to the disk before they are acknowledged.

``requests/ID.json`` holds the question; the run that answers it takes the same identifier.
``requests/ID.UUID.asked.json`` is one asking of it. Whoever holds the lock ``run-ID`` executes it; the kernel frees the
lock of a dead process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agglo.runs.questions import Question
from agglo.store import files
from agglo.store.identifiers import new_id, now
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
        event = {"id": new_id(), "kind": "asked", "at": now(), **asking}
        files.write_atomically(self.path.with_suffix(f".{event['id']}.asked.json"), files.to_json(event))

    def askings(self) -> list[Path]:
        return sorted(self.workspace.requests.glob(f"{self.id}.*.asked.json"))


def accept(workspace: Workspace, question: Question, asking: Mapping[str, Any]) -> Request:
    """Make a question durable; once this returns, it will be answered exactly once."""
    request = Request(workspace, new_id())
    request.record_asking(asking)
    content = {"id": request.id, "asked": now(), **question.to_dict()}
    files.write_atomically(request.path, files.to_json(content))
    return request


def forget_unaccepted(workspace: Workspace) -> None:
    """Remove what a process left that died while it was accepting a question; nobody was told it was accepted."""
    for path in workspace.requests.glob("*.asked.json"):
        if not Request(workspace, path.name.partition(".")[0]).exists:
            path.unlink()


def pending(workspace: Workspace) -> list[Request]:
    """Requests not yet answered, oldest first."""
    found = (path.stem for path in workspace.requests.glob("*.json") if not path.name.endswith(".asked.json"))
    return [Request(workspace, name) for name in sorted(found)]


def waiting_for(workspace: Workspace, fingerprint: str) -> Request | None:
    """The pending request that asks the same question, if there is one."""
    return next((one for one in pending(workspace) if one.content()["fingerprint"] == fingerprint), None)
