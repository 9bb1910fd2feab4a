"""Requests: questions accepted and not yet answered. Written to the disk before they are acknowledged.

``requests/ID.json`` holds the question; the run that answers it takes the same identifier.
``requests/ID.UUID.asked.json`` is one asking of it, ``requests/ID.dismissed.json`` that somebody no longer wants it.
Whoever holds the lock ``run-ID`` executes it; the kernel frees the lock of a dead process.

``cache/pending/FINGERPRINT`` is a link whose text is the identifier of the pending request of that question. It is
made before the request and checked against it, and can be made again from the requests.
"""

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agglo.runs.questions import Question
from agglo.store import files
from agglo.store.identifiers import new_id, now
from agglo.store.sealed import EVENTS_FOLDER, Sealed
from agglo.store.workspace import Workspace

_ASKED, _DISMISSED = ".asked.json", ".dismissed.json"
_QUESTION = re.compile(r"[^.]+\.json")


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

    @property
    def dismissal(self) -> Path:
        """The file that says that somebody no longer wants this."""
        return self.path.with_suffix(_DISMISSED)

    @property
    def dismissed(self) -> bool:
        return self.dismissal.exists()

    def content(self) -> dict[str, Any]:
        """The question as JSON (:meth:`Question.to_dict`), with ``id`` and ``asked``."""
        content: dict[str, Any] = files.read_json(self.path)
        return content

    def record_asking(self, asking: Mapping[str, Any]) -> None:
        """Keep, before it is acknowledged, that somebody asked this."""
        files.write_atomically(*self._asked(asking))

    def record_dismissal(self, actor: str) -> None:
        """Keep, before it is acknowledged, that somebody no longer wants this."""
        event = {"id": new_id(), "kind": "dismissed", "at": now(), "actor": actor}
        files.write_atomically(self.dismissal, files.to_json(event))

    def accept(self, asking: Mapping[str, Any], content: Mapping[str, Any]) -> None:
        """Keep a question, and before it that somebody asked it.

        Where a power cut leaves a question that nobody asked, nobody was told that it was accepted.
        """
        question = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
        files.write_in_order([self._asked(asking), (self.path, question)])

    def _asked(self, asking: Mapping[str, Any]) -> tuple[Path, bytes]:
        """The file that says that somebody asked this."""
        event = {"id": new_id(), "kind": "asked", "at": now(), **asking}
        return self.path.with_suffix(f".{event['id']}{_ASKED}"), files.to_json(event)

    def askings(self) -> list[Path]:
        first = f"{self.id}."
        found = _names(self.workspace)
        return [self.workspace.requests / name for name in found if name.startswith(first) and name.endswith(_ASKED)]

    def actors(self) -> set[str]:
        """Whoever asked this and has not been given to the run yet."""
        found = set()
        for path in self.askings():
            with suppress(FileNotFoundError):
                found.add(str(files.read_json(path)["actor"]))
        return found

    def link_events(self, folder: Path) -> list[Path]:
        """Make the askings, and the dismissal, events of the run in ``folder``; the answer is their files here, which
        stay."""
        events, given = folder / EVENTS_FOLDER, self.askings()
        events.mkdir(exist_ok=True)
        for path in given:
            _link(path, events / path.name.removeprefix(f"{self.id}."))
        if self.dismissed:
            _link(self.dismissal, events / f"{files.read_json(self.dismissal)['id']}{_DISMISSED}")
            given.append(self.dismissal)
        return given

    def give_events_to(self, run: Sealed) -> None:
        """Make the askings, and the dismissal, events of a sealed run, and index it.

        They are removed here last, so that a death at any moment leaves them to be given again.
        """
        given = self.link_events(run.folder)
        files.sync(run.folder / EVENTS_FOLDER)
        self.workspace.index.add("run", run)
        for path in given:
            path.unlink()

    def forget(self) -> None:
        """Remove the question, and the link that leads to it."""
        with suppress(OSError, ValueError, KeyError):
            link = _links(self.workspace) / self.content()["fingerprint"]
            if link.readlink().name == self.id:
                link.unlink()
        self.path.unlink()
        self.dismissal.unlink(missing_ok=True)


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
    _point(workspace, question.fingerprint, request.id)
    request.accept(asking, {"id": request.id, "asked": now(), **question.to_dict()})
    return request


def without_question(workspace: Workspace) -> list[Request]:
    """Askings whose question is no longer there, or never was: what a process left that died meanwhile."""
    return [one for one in (Request(workspace, name) for name in sorted(asked(workspace))) if not one.exists]


def asked(workspace: Workspace) -> set[str]:
    """The identifiers of requests that somebody asked or dismissed, in one look at the folder."""
    named = (name.partition(".") for name in _names(workspace))
    return {first for first, _dot, rest in named if first and "." in rest}


def pending(workspace: Workspace) -> list[Request]:
    """Requests not yet answered, oldest first."""
    found = (name for name in _names(workspace) if _QUESTION.fullmatch(name))
    return [Request(workspace, name.removesuffix(".json")) for name in found]


def _names(workspace: Workspace) -> list[str]:
    """What lies in ``requests``, in order."""
    with os.scandir(workspace.requests) as entries:
        return sorted(entry.name for entry in entries)


def waiting_for(workspace: Workspace, fingerprint: str) -> Request | None:
    """The pending request that asks the same question and that nobody has dismissed, if there is one.

    However many wait, one is read. Whoever calls this holds the lock ``asking``.
    """
    if not _links(workspace).is_dir():
        point_again(workspace)
    try:
        found = Request(workspace, (_links(workspace) / fingerprint).readlink().name)
        same = found.content()["fingerprint"] == fingerprint
    except (OSError, ValueError, KeyError):
        return None
    return found if same and not found.dismissed else None


def point_again(workspace: Workspace) -> None:
    """Make the links to pending requests again, from the requests: each is read. The lock ``asking`` is held."""
    files.remove_tree(_links(workspace))
    _links(workspace).mkdir(parents=True, exist_ok=True)
    for request in pending(workspace):
        with suppress(OSError, ValueError, KeyError):
            if not request.dismissed:
                _point(workspace, request.content()["fingerprint"], request.id)


def _links(workspace: Workspace) -> Path:
    return workspace.cache / "pending"


def _point(workspace: Workspace, fingerprint: str, id: str) -> None:
    """Have the link of a question lead to a request. Nothing waits for the disk: a lost link is made again."""
    folder = _links(workspace)
    aside = folder / f".{id}"
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        aside.symlink_to(id)
        aside.replace(folder / fingerprint)
