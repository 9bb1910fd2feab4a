"""Sealed folders: what is kept for good. The manifest is written last; a folder without its manifest does not exist.

A sealed folder holds its files, ``manifest.json`` with the digest of each, and ``events/``, the only part that grows.
Folders are never migrated: ``format`` says how to read one, and readers for every format stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from agglo.contract.errors import Damaged, Fault, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.store import files, locks
from agglo.store.identifiers import new_id, now
from agglo.store.workspace import Workspace

FORMAT = 1
MANIFEST_FILE = "manifest.json"
EVENTS_FOLDER = "events"
_INTENT = ".sealing"

Described = dict[str, dict[str, Any]]
"""What a manifest says of each file, by its path in the folder: ``{"sha256": ..., "bytes": ...}``."""


@dataclass(frozen=True)
class Sealed:
    """A sealed folder as its manifest describes it."""

    folder: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest.

        Raises
        ------
        NotFound, Damaged
            There is none; or it cannot be read or is of a format this agglo does not know.
        """
        path = self.folder / MANIFEST_FILE
        try:
            content = files.read_json(path)
        except FileNotFoundError:
            raise NotFound(_("Nothing is kept under {name}.").format(name=self.folder.name)) from None
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise Damaged(_("A manifest cannot be read."), [Fault(_where(path), expected="JSON")])
        if content.get("format") != FORMAT:
            raise Damaged(
                _("This was kept by another version of agglo."),
                [Fault(_where(path), f"format {content.get('format')}", f"format {FORMAT}", _("Use a newer agglo."))],
            )
        return content

    @property
    def exists(self) -> bool:
        return (self.folder / MANIFEST_FILE).is_file()

    def json(self, name: str) -> Any:
        """The content of one of its JSON files.

        Raises
        ------
        Damaged
            It is missing or cannot be read.
        """
        path = self.folder / name
        try:
            return files.read_json(path)
        except FileNotFoundError:
            raise Damaged(_("A kept file is missing."), [Fault(_where(path), _("nothing"))]) from None
        except ValueError:
            raise Damaged(_("A kept file cannot be read."), [Fault(_where(path), expected="JSON")]) from None

    def check(self) -> None:
        """Compare every file with the manifest.

        Raises
        ------
        Damaged
            Lists every file that is missing, changed or was added.
        """
        described: Mapping[str, Any] = self.manifest["files"]
        found = [fault for name, entry in described.items() if (fault := self._fault_of(name, entry))]
        present = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if _is_content(path)}
        extra = sorted(
            name for name in present - set(described) - {MANIFEST_FILE} if not name.startswith(f"{EVENTS_FOLDER}/")
        )
        found += [Fault(f"{self.folder.name}/{name}", _("a file that was not sealed")) for name in extra]
        if found:
            raise Damaged(_("Kept content has changed since it was sealed."), found)

    def _fault_of(self, name: str, entry: Mapping[str, Any]) -> Fault | None:
        path = self.folder / name
        if path.is_symlink() or not path.is_file():
            got = _("a link") if path.is_symlink() else _("nothing")
            return Fault(f"{self.folder.name}/{name}", got, _("{count} bytes").format(count=entry["bytes"]))
        digest, _size = files.sha256_of(path)
        return (
            None
            if digest == entry["sha256"]
            else Fault(f"{self.folder.name}/{name}", digest[:12], entry["sha256"][:12])
        )

    def add_event(self, kind: str, content: Mapping[str, Any]) -> str:
        """Append an event; the answer is its identifier. Events are never changed."""
        event = {"id": new_id(), "kind": kind, "at": now(), **content}
        folder = self.folder / EVENTS_FOLDER
        folder.mkdir(exist_ok=True)
        files.write_atomically(folder / f"{event['id']}.{kind}.json", files.to_json(event))
        return str(event["id"])

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """Its events, oldest first, all or of one kind.

        Raises
        ------
        Damaged
            An event cannot be read.
        """
        ending = f".{kind}.json" if kind else ".json"
        try:
            names = sorted(path.name for path in (self.folder / EVENTS_FOLDER).iterdir())
        except FileNotFoundError:
            return []
        return [
            self.json(f"{EVENTS_FOLDER}/{name}") for name in names if name.endswith(ending) and not name.startswith(".")
        ]


def _is_content(path: Path) -> bool:
    return path.is_symlink() or path.is_file()


def described(folder: Path, known: Described | None = None) -> Described:
    """What a manifest says of the files of a folder, events left out; those in ``known`` are not read again."""
    return {
        name: (known or {}).get(name) or dict(zip(("sha256", "bytes"), files.sha256_of(path), strict=True))
        for path in files.walk(folder)
        if path.parent != folder / EVENTS_FOLDER
        for name in [str(path.relative_to(folder))]
    }


def seal(
    staging: Path,
    target: Path,
    *,
    kind: str,
    id: str,
    details: Mapping[str, Any] | None = None,
    known: Described | None = None,
) -> Sealed:
    """Give every file in ``staging`` its place in a manifest, sync all to the disk and rename it to ``target``.

    ``details`` go into the manifest as they are: logical digests, blobs referred to. ``known`` is what
    :func:`described` gave before, so that no file is read twice.

    Raises
    ------
    InvalidInput
        There is a symbolic link in ``staging``: what it leads to would not be kept.
    """
    contents = list(staging.rglob("*"))
    if links := [path.name for path in contents if path.is_symlink()]:
        raise InvalidInput(_("A link cannot be sealed."), [Fault(name, expected=_("a plain file")) for name in links])
    manifest = {"format": FORMAT, "kind": kind, "id": id, **(details or {}), "files": described(staging, known)}
    (staging / MANIFEST_FILE).write_bytes(files.to_json(manifest))
    files.sync_all([*contents, staging / MANIFEST_FILE, staging])
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
    staging.rename(target)
    files.sync(target.parent)
    return Sealed(target)


def keep(
    workspace: Workspace, staging: Path, target: Path, *, kind: str, id: str, details: Mapping[str, Any] | None = None
) -> Sealed:
    """Seal a folder and index it. A death between the two is made good by :func:`finish_interrupted`."""
    intent = workspace.staging / f"{id}{_INTENT}"
    lock = workspace.lock(intent.name)
    with locks.hold(lock):
        files.write_atomically(intent, files.to_json({"kind": kind, "target": str(target.relative_to(workspace.root))}))
        sealed = seal(staging, target, kind=kind, id=id, details=details)
        workspace.index.add(kind, sealed)
        intent.unlink(missing_ok=True)
    lock.unlink(missing_ok=True)
    return sealed


def note(workspace: Workspace, folder: Sealed, kind: str, event: str, content: Mapping[str, Any]) -> str:
    """Append an event to a sealed folder of a kind that is indexed, and index it again; the answer is its identifier.
    A death between the two is made good by :func:`finish_interrupted`."""
    intent = workspace.staging / f"{new_id()}{_INTENT}"
    lock = workspace.lock(intent.name)
    with locks.hold(lock):
        target = str(folder.folder.relative_to(workspace.root))
        files.write_atomically(intent, files.to_json({"kind": kind, "target": target}))
        identifier = folder.add_event(event, content)
        workspace.index.add(kind, folder)
        intent.unlink(missing_ok=True)
    lock.unlink(missing_ok=True)
    return identifier


def finish_interrupted(workspace: Workspace) -> None:
    """Index what a dead process had sealed and not yet indexed."""
    for intent in workspace.staging.glob(f"*{_INTENT}"):
        lock = workspace.lock(intent.name)
        with locks.try_hold(lock) as free:
            if free and intent.exists():
                content = files.read_json(intent)
                if (sealed := Sealed(workspace.root / content["target"])).exists:
                    workspace.index.add(content["kind"], sealed)
                intent.unlink()
        if free:
            lock.unlink(missing_ok=True)


def _where(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
