"""The index: makes sealed folders quick to find. It is never the truth and can be made again from the folders.

Each build of the index is a new SQLite file; ``index/current`` names the one in force, so a reader never sees a
half-built index and a stale write-ahead log never meets another file. Writers hold a shared lock that a rebuild holds
alone, so nothing sealed during a rebuild is missed.
"""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from agglo.contract.errors import AggloError, Damaged, Fault
from agglo.contract.language import _
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
_BATCH_FOLDERS = 500


class Index:
    """The index of one workspace."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._folder = workspace.root / "index"
        self._lock = workspace.lock("index")
        self._name = ""
        self._opened: Engine | None = None
        self._opening = threading.Lock()

    def rows(self, statement: "Executable", values: Mapping[str, Any] | None = None) -> "Sequence[RowMapping]":
        """The rows a question gives, with ``values`` for the parameters it leaves open."""
        from sqlalchemy.exc import OperationalError

        while True:
            name, engine = self._engine()
            try:
                with engine.connect() as connection:
                    return connection.execute(statement, values).mappings().all()
            except OperationalError:
                if self._current() == name:
                    raise

    def add(self, kind: str, sealed: Sealed) -> None:
        """Index a sealed folder, or index it again after an event. Doing it twice changes nothing.

        The folder is read once no other can write, so that of two events that come together none is lost.
        """
        with self.writing() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            indexing.write(connection, indexing.rows_of(kind, sealed))

    @contextmanager
    def writing(self) -> "Iterator[Connection]":
        """A transaction on the index in force; a rebuild waits for it, and it waits for a rebuild."""
        while True:
            with locks.hold(self._lock, shared=True):
                if name := self._current():
                    with self._opened_on(name).begin() as connection:
                        yield connection
                    return
            self.rebuild(only_if_missing=True)

    def rebuild(self, *, only_if_missing: bool = False) -> dict[str, int]:
        """Build a new index aside from the folders, then put it in force; the answer counts what was indexed.

        Raises
        ------
        Damaged
            Lists every folder that could not be indexed; all others are.
        """
        with locks.hold(self._lock):
            if only_if_missing and self._current():
                return {}
            name = f"{new_id()}{_ending()}"
            self._folder.mkdir(exist_ok=True)
            counts, faults = self._build(name)
            write_atomically(self._folder / POINTER_FILE, name.encode())
            self._forget_all_but(name)
        if faults and only_if_missing:
            logging.getLogger(__name__).warning(_("Not indexed, damaged: %s"), "; ".join(map(str, faults)))
        elif faults:
            raise Damaged(_("All was indexed but these folders."), faults)
        return counts

    def _build(self, name: str) -> tuple[dict[str, int], list[Fault]]:
        from agglo.store import tables

        engine = self._connect(name, create=True)
        faults: list[Fault] = []
        try:
            tables.metadata.create_all(engine)
            with engine.begin() as connection:
                counts = {kind: self._fill(connection, kind, faults) for kind in _KINDS}
        finally:
            engine.dispose()
        return counts, faults

    def _fill(self, connection: "Connection", kind: str, faults: list[Fault]) -> int:
        """Index every folder of a kind, those that cannot be added to ``faults``; the answer counts the others."""
        count = 0
        folders = sealed_folders(self._workspace, kind)
        while batch := list(islice(folders, _BATCH_FOLDERS)):
            rows = []
            for sealed in batch:
                try:
                    rows.append(indexing.rows_of(kind, sealed))
                except AggloError as error:
                    faults.extend(error.faults)
            indexing.write(connection, indexing.merged(rows), replace=False)
            count += len(rows)
        return count

    def _engine(self) -> "tuple[str, Engine]":
        """The name of the index in force and an engine on it; opened again after another process has rebuilt it."""
        name = self._current()
        if not name:
            self.rebuild(only_if_missing=True)
            name = self._current()
        return name, self._opened_on(name)

    def _opened_on(self, name: str) -> "Engine":
        with self._opening:
            if self._opened is None or name != self._name:
                if self._opened is not None:
                    self._opened.dispose()
                self._opened, self._name = self._connect(name), name
            return self._opened

    def _current(self) -> str:
        """The file in force; none where there is no such file, or where it was made with other tables."""
        try:
            name = (self._folder / POINTER_FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        return name if name.endswith(_ending()) and (self._folder / name).is_file() else ""

    def _connect(self, name: str, *, create: bool = False) -> "Engine":
        """An engine on one build of the index; a build that is no longer there is an error, never an empty index."""
        from sqlalchemy import URL, create_engine, event

        file, mode = quote(str(self._folder / name)), "rwc" if create else "rw"
        address = URL.create("sqlite", database=f"file:{file}", query={"mode": mode, "uri": "true"})
        engine = create_engine(address, connect_args={"timeout": 60})

        @event.listens_for(engine, "connect")
        def _settings(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")

        return engine

    def _forget_all_but(self, name: str) -> None:
        """Remove the builds no longer in force, and what a rebuild that died left."""
        for path in self._folder.glob("*.sqlite*"):
            if not path.name.startswith(name):
                path.unlink(missing_ok=True)


def _ending() -> str:
    from agglo.store.tables import layout

    return f".{layout()}.sqlite"


def sealed_folders(workspace: "Workspace", kind: str) -> Iterator[Sealed]:
    """Every sealed folder of a kind (``run``, ``dataset``, ``declaration``), oldest name first."""
    parent = {"run": workspace.runs, "dataset": workspace.datasets, "declaration": workspace.declarations}[kind]
    pattern = "*/*" if kind == "dataset" else "*"
    for folder in sorted(parent.glob(pattern)):
        sealed = Sealed(folder)
        if sealed.exists:
            yield sealed
