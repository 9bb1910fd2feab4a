"""Folders to work in aside: gone once the work ends, and found and removed where it died."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from agglo.contract.errors import Damaged, NotFound
from agglo.runs import process
from agglo.store import files, locks
from agglo.store.identifiers import new_id
from agglo.store.sealed import Sealed
from agglo.store.workspace import ASIDE, Workspace

_TOUCHED = "touched"
_HALF_WRITTEN = ("staging/blob-*", "staging/.*", "requests/.*")
_OLD_S = 3600.0
"""Age from which a file that is still half written is taken to be left by a process that died [s]."""


@contextmanager
def folder(workspace: Workspace, *, touching: str = "") -> Iterator[Path]:
    """A new folder of ``staging``, removed at the end whatever happens.

    ``touching`` names a run that gets an event meanwhile: should this process die, the run is indexed again.
    """
    path = workspace.staging / f"{ASIDE}{new_id()}"
    lock = workspace.lock(path.name)
    with locks.hold(lock):
        path.mkdir()
        try:
            if touching:
                files.write_atomically(path / _TOUCHED, touching.encode())
            yield path
        finally:
            files.remove_tree(path)
            lock.unlink(missing_ok=True)


def remove_left(workspace: Workspace) -> None:
    """Remove the folders of processes that died, and end what they left at work there."""
    for path in workspace.staging.glob(f"{ASIDE}*"):
        lock = workspace.lock(path.name)
        with locks.try_hold(lock) as free:
            if free:
                process.end_left_in(path)
                _index_touched(workspace, path / _TOUCHED)
                files.remove_tree(path)
                lock.unlink(missing_ok=True)
    for pattern in _HALF_WRITTEN:
        for path in workspace.root.glob(pattern):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _OLD_S:
                    path.unlink()


def _index_touched(workspace: Workspace, mark: Path) -> None:
    if mark.is_file():
        run = Sealed(workspace.runs / mark.read_text(encoding="utf-8"))
        with suppress(NotFound, Damaged):
            workspace.index.add("run", run)
