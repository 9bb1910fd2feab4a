"""A model's code, kept by digest: what runs is what is kept, now and in a verification years later.

The code is a folder (or a single file) described by a small JSON, the *tree*: the SHA-256 of each file and whether it
can be executed. Each file is a blob, and so is the tree; the tree's digest stands for the code.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agglo.contract.errors import AggloError, Fault, InvalidInput
from agglo.contract.language import _
from agglo.contract.model import Model
from agglo.store import blobs, digest, files, locks
from agglo.store.files import sha256_of
from agglo.store.identifiers import new_id
from agglo.store.workspace import Workspace

Tree = dict[str, Any]
"""``{"format": 1, "name": ..., "files": {path: {"sha256": ..., "executable": ...}}}``."""

_LEFT_OUT = {"__pycache__", "node_modules"}


def keep(workspace: Workspace, model: Model) -> str:
    """Keep a model's code as it is on the disk now; the answer is its digest."""
    root = model.code if model.code.is_dir() else model.code.parent
    entries = {}
    for path in code_files(model.code):
        executable = os.access(path, os.X_OK)
        entries[path.relative_to(root).as_posix()] = {
            "sha256": blobs.put_file(workspace, path),
            "executable": executable,
        }
    tree = {"format": 1, "name": model.code.name, "files": entries}
    return blobs.put(workspace, digest.canonical_json(tree))


def code_files(code: Path) -> Iterator[Path]:
    """The files that make a model's code: all but caches and hidden ones.

    Raises
    ------
    InvalidInput
        There is a link among them: what it leads to would not be kept.
    """
    if code.is_file():
        yield code
        return
    for path in sorted(code.rglob("*")):
        place = path.relative_to(code)
        if any(part in _LEFT_OUT or part.startswith(".") for part in place.parts):
            continue
        if path.is_symlink():
            wanted = _("a plain file or folder")
            raise InvalidInput(_("This model's code cannot be kept."), [Fault(place.as_posix(), _("a link"), wanted)])
        if path.is_file():
            yield path


def blobs_of(workspace: Workspace, code: str) -> list[str]:
    """Every blob a kept code is made of, the tree included; the tree alone where it cannot be read any more."""
    try:
        return [code, *(entry["sha256"] for entry in _tree(workspace, code)["files"].values())]
    except AggloError:
        return [code]


def check_out(workspace: Workspace, code: str) -> Path:
    """The kept code as files on the disk, checked: the folder, or the single file.

    Raises
    ------
    NotFound, Damaged
        A blob of it is missing or has changed.
    """
    tree = _tree(workspace, code)
    place: Path = workspace.cache / "code" / code / tree["name"]
    with locks.hold(workspace.lock(f"code-{code[:16]}")):
        place.mkdir(parents=True, exist_ok=True)
        for path in files.walk(place):
            if path.relative_to(place).as_posix() not in tree["files"]:
                path.unlink()
        for name, entry in tree["files"].items():
            if not _is_as_kept(place / name, entry):
                _write(workspace, place / name, entry)
    return place / tree["name"] if list(tree["files"]) == [tree["name"]] else place


def _tree(workspace: Workspace, code: str) -> Tree:
    content: Tree = json.loads(blobs.get(workspace, code))
    return content


def _is_as_kept(path: Path, entry: Mapping[str, Any]) -> bool:
    return path.is_file() and not path.is_symlink() and sha256_of(path)[0] == entry["sha256"]


def _write(workspace: Workspace, path: Path, entry: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{new_id()}")
    aside.write_bytes(blobs.get(workspace, entry["sha256"]))
    aside.chmod(0o555 if entry["executable"] else 0o444)
    aside.replace(path)
