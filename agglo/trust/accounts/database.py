"""The accounts' database of a workspace: ``accounts/accounts.sqlite``, readable by its owner alone.

It is the truth about accounts, unlike the index: it is migrated, by Alembic, when it is opened.
"""

import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from agglo.store import locks
from agglo.store.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

FOLDER = "accounts"
FILE = "accounts.sqlite"
HEAD = "0002"
"""The last revision of ``migrations``."""
AUDIT_KEPT = timedelta(days=365)
_ATTEMPTS_KEPT = timedelta(days=1)
_MIGRATIONS = Path(__file__).parent / "migrations"

_opened: dict[Path, "Engine"] = {}
_opening = threading.Lock()


def path_of(workspace: Workspace) -> Path:
    return workspace.root / FOLDER / FILE


def now() -> datetime:
    return datetime.now(UTC)


def instant(moment: datetime) -> str:
    """An instant as the tables hold it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def of(workspace: Workspace) -> "Engine":
    """The database of a workspace, made and migrated when it is first asked for in this process."""
    path = path_of(workspace)
    with _opening:
        engine = _opened.get(path)
        if engine is None or not path.exists():
            if engine is not None:
                engine.dispose()
            with locks.hold(workspace.lock(FOLDER)):
                engine = _opened[path] = _open(path)
        return engine


def _open(path: Path) -> "Engine":
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.parent.chmod(0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    engine = _connect(path)
    with engine.begin() as connection:
        if _revision(connection) != HEAD:
            migrate(connection)
        forget_what_is_over(connection)
    return engine


def _connect(path: Path) -> "Engine":
    from sqlalchemy import URL, create_engine, event

    address = URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "rw", "uri": "true"})
    engine = create_engine(address, connect_args={"timeout": 30}, pool_size=20)

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        for setting in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {setting}")

    return engine


def _revision(connection: "Connection") -> str | None:
    from sqlalchemy import column, inspect, select, table

    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(select(column("version_num")).select_from(table("alembic_version")))


def migrate(connection: "Connection", to: str = "head") -> None:
    """Apply the revisions that the database lacks. Alembic is loaded for that alone."""
    from alembic import command

    settings = configuration()
    settings.attributes["connection"] = connection
    command.upgrade(settings, to)


def configuration() -> Any:
    """Alembic's configuration; there is no file of it."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


def forget_what_is_over(connection: "Connection") -> None:
    """Remove what has no use any more: ended sessions, old attempts, and what was done more than a year ago."""
    from agglo.trust.accounts.tables import attempts, audit, identity_requests, sessions

    moment = now()
    limits: Mapping[Any, str] = {
        sessions.c.expires: instant(moment),
        identity_requests.c.expires: instant(moment),
        attempts.c.last: instant(moment - _ATTEMPTS_KEPT),
        audit.c.at: instant(moment - AUDIT_KEPT - timedelta(minutes=1)),
    }
    for column, limit in limits.items():
        connection.execute(column.table.delete().where(column < limit))
