"""A model's code, kept by digest: what runs is what is kept, now and in a verification years later.

The code is a folder (or a single file) described by a small JSON, the *tree*: the SHA-256 of each file and whether it
can be executed. Each file is a blob, and so is the tree; the tree's digest stands for the code.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agglo.contract.model import Model
from agglo.store import blobs, digest, files, locks
from agglo.store.files import sha256_of
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
    """The files that make a model's code: all but caches and hidden ones."""
    if code.is_file():
        yield code
        return
    for path in files.walk(code):
        parts = path.relative_to(code).parts
        if not any(part in _LEFT_OUT or part.startswith(".") for part in parts):
            yield path


def blobs_of(workspace: Workspace, code: str) -> list[str]:
    """Every blob a kept code is made of, the tree included."""
    return [code, *(entry["sha256"] for entry in _tree(workspace, code)["files"].values())]


def check_out(workspace: Workspace, code: str) -> Path:
    """The kept code as files on the disk, checked: the folder, or the single file.

    Raises
    ------
    NotFound, Damaged
        A blob of it is missing or has changed.
    """
    tree = _tree(workspace, code)
    folder = workspace.cache / "code" / code
    with locks.hold(workspace.lock(f"code-{code[:16]}")):
        if not _is_whole(folder / tree["name"], tree):
            _write(workspace, folder, tree)
    place: Path = folder / tree["name"]
    return place / tree["name"] if list(tree["files"]) == [tree["name"]] else place


def _tree(workspace: Workspace, code: str) -> Tree:
    content: Tree = json.loads(blobs.get(workspace, code))
    return content


def _is_whole(place: Path, tree: Tree) -> bool:
    if not place.is_dir():
        return False
    present = {path.relative_to(place).as_posix() for path in files.walk(place)}
    return present == set(tree["files"]) and all(
        sha256_of(place / name)[0] == entry["sha256"] for name, entry in tree["files"].items()
    )


def _write(workspace: Workspace, folder: Path, tree: Tree) -> None:
    files.remove_tree(folder)
    for name, entry in tree["files"].items():
        path = folder / tree["name"] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blobs.get(workspace, entry["sha256"]))
        path.chmod(0o555 if entry["executable"] else 0o444)
