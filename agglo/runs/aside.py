"""Folders to work in aside: gone once the work ends, and found and removed where it died."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agglo.runs import process
from agglo.store import files, locks
from agglo.store.identifiers import new_id
from agglo.store.workspace import Workspace

_PREFIX = "aside-"


@contextmanager
def folder(workspace: Workspace) -> Iterator[Path]:
    """A new folder of ``staging``, removed at the end whatever happens."""
    path = workspace.staging / f"{_PREFIX}{new_id()}"
    lock = workspace.lock(path.name)
    with locks.hold(lock):
        path.mkdir()
        try:
            yield path
        finally:
            files.remove_tree(path)
            lock.unlink(missing_ok=True)


def remove_left(workspace: Workspace) -> None:
    """Remove the folders of processes that died, and end what they left at work there."""
    for path in workspace.staging.glob(f"{_PREFIX}*"):
        lock = workspace.lock(path.name)
        with locks.try_hold(lock) as free:
            if free:
                process.end_left_in(path)
                files.remove_tree(path)
                lock.unlink(missing_ok=True)
