"""Whether anything has changed that decides what a person may read: the index, or the files of rights.

What was found for a person stays true as long as the stamp is the same; taking one costs a few microseconds, where
asking the index again costs a thousand. Nothing is ever remembered of what was refused.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from agglo.store.index import POINTER_FILE
from agglo.store.workspace import Workspace
from agglo.trust.access.rules import FILES

Stamp = tuple[Any, ...]
Found = TypeVar("Found")

_MOST = 1_000


@dataclass
class _Watch:
    """A workspace's own connection to its index, which says whether any other has written (PRAGMA data_version)."""

    root: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    place: Any = None
    connection: sqlite3.Connection | None = None
    found: dict[Hashable, tuple[Stamp, Any]] = field(default_factory=dict)

    def stamp(self) -> Stamp | None:
        """What changes whenever something may have; None where that cannot be told."""
        with self.lock:
            try:
                place = _state(f"{self.root}/index/{POINTER_FILE}")
                if self.connection is None or place != self.place:
                    self._open(place)
                assert self.connection is not None
                version = self.connection.execute("PRAGMA data_version").fetchone()[0]
            except (OSError, sqlite3.Error):
                self._close()
                return None
        return place, version, *(_state(f"{self.root}/{name}") for name in FILES)

    def _open(self, place: Any) -> None:
        self._close()
        name = (Path(self.root) / "index" / POINTER_FILE).read_text(encoding="utf-8")
        address = f"{(Path(self.root) / 'index' / name).as_uri()}?mode=rw"
        self.connection = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
        self.place = place

    def _close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection, self.place = None, None


_WATCHES: dict[Path, _Watch] = {}
_LOCK = threading.Lock()


def _state(path: str) -> tuple[int, int, int] | None:
    """What changes whenever a file does; None where there is none."""
    try:
        known = os.stat(path)  # noqa: PTH116 - ten times quicker than a Path
    except FileNotFoundError:
        return None
    except OSError:
        return -1, -1, -1
    return known.st_mtime_ns, known.st_size, known.st_ino


def stamp_of(workspace: Workspace) -> Stamp | None:
    """What changes whenever something may have that decides what a person may read; None where that cannot be told."""
    return _watch(workspace).stamp()


def _watch(workspace: Workspace) -> _Watch:
    with _LOCK:
        return _WATCHES.setdefault(workspace.root, _Watch(str(workspace.root)))


def remembered(workspace: Workspace, key: Hashable, find: Callable[[], Found]) -> Found:
    """What ``find`` gives, asked again only where something has changed since. ``key`` names who asks, and what for.

    Errors as those of ``find``.
    """
    watch = _watch(workspace)
    stamp = watch.stamp()
    held = watch.found.get(key)
    if held is not None and stamp is not None and held[0] == stamp:
        known: Found = held[1]
        return known
    found = find()
    if stamp is not None:
        if len(watch.found) >= _MOST:
            watch.found.clear()
        watch.found[key] = (stamp, found)
    return found
