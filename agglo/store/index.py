"""The index: makes sealed folders quick to find. It is never the truth and can be made again from the folders.

Each build of the index is a new SQLite file; ``index/current`` names the one in force, so a reader never sees a
half-built index and a stale write-ahead log never meets another file. Writers hold a shared lock that a rebuild holds
alone, so nothing sealed during a rebuild is missed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from agglo.store import indexing, locks
from agglo.store.files import write_atomically
from agglo.store.identifiers import new_id
from agglo.store.sealed import Sealed

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Executable
    from sqlalchemy.engine import RowMapping

    from agglo.store.workspace import Workspace

POINTER_FILE = "current"
_KINDS = ("dataset", "run", "declaration")


class Index:
    """The index of one workspace."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._folder = workspace.root / "index"
        self._lock = workspace.lock("index")
        self._name = ""
        self._opened: Engine | None = None

    def rows(self, statement: "Executable") -> "Sequence[RowMapping]":
        """The rows a question gives."""
        with self._engine().connect() as connection:
            return connection.execute(statement).mappings().all()

    def add(self, kind: str, sealed: Sealed) -> None:
        """Index a sealed folder, or index it again after an event. Doing it twice changes nothing."""
        with self.writing() as connection:
            indexing.write(connection, indexing.rows_of(kind, sealed))

    @contextmanager
    def writing(self) -> "Iterator[Connection]":
        """A transaction on the index in force; a rebuild waits for it, and it waits for a rebuild."""
        self._engine()
        with locks.hold(self._lock, shared=True), self._engine().begin() as connection:
            yield connection

    def rebuild(self, *, only_if_missing: bool = False) -> dict[str, int]:
        """Build a new index aside from the folders, then put it in force; the answer counts what was indexed."""
        with locks.hold(self._lock):
            old, name = self._current(), f"{new_id()}.sqlite"
            if old and only_if_missing:
                return {}
            engine = self._connect(name)
            try:
                counts = self._fill(engine)
            finally:
                engine.dispose()
            write_atomically(self._folder / POINTER_FILE, name.encode())
            self._forget(old)
        return counts

    def _fill(self, engine: "Engine") -> dict[str, int]:
        counts = {}
        with engine.begin() as connection:
            for kind in _KINDS:
                rows = [indexing.rows_of(kind, sealed) for sealed in sealed_folders(self._workspace, kind)]
                counts[kind] = len(rows)
                indexing.write(connection, indexing.merged(rows))
        return counts

    def _engine(self) -> "Engine":
        """The engine on the index in force; opened again after another process has rebuilt it."""
        name = self._current()
        if not name:
            self.rebuild(only_if_missing=True)
            name = self._current()
        if self._opened is None or name != self._name:
            if self._opened is not None:
                self._opened.dispose()
            self._opened, self._name = self._connect(name), name
        return self._opened

    def _current(self) -> str:
        try:
            name = (self._folder / POINTER_FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        return name if (self._folder / name).is_file() else ""

    def _connect(self, name: str) -> "Engine":
        from sqlalchemy import create_engine, event

        from agglo.store import tables

        new = not (self._folder / name).exists()
        engine = create_engine(f"sqlite:///{self._folder / name}", connect_args={"timeout": 60})

        @event.listens_for(engine, "connect")
        def _settings(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")

        if new:
            tables.metadata.create_all(engine)
        return engine

    def _forget(self, old: str) -> None:
        for path in self._folder.glob(f"{old}*") if old else ():
            path.unlink(missing_ok=True)


def sealed_folders(workspace: "Workspace", kind: str) -> Iterator[Sealed]:
    """Every sealed folder of a kind (``run``, ``dataset``, ``declaration``), oldest name first."""
    parent = {"run": workspace.runs, "dataset": workspace.datasets, "declaration": workspace.declarations}[kind]
    pattern = "*/*" if kind == "dataset" else "*"
    for folder in sorted(parent.glob(pattern)):
        sealed = Sealed(folder)
        if sealed.exists:
            yield sealed
