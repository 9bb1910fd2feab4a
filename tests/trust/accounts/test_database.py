"""The accounts' database: closed to others, migrated when it is opened, its log never rewritten."""

import stat
import threading
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from agglo.store.workspace import Workspace
from agglo.trust.accounts import accounts, audit, database, sessions, signing_in, tables
from agglo.trust.accounts.accounts import Account

from .conftest import OPERATOR, PASSWORD


def test_only_its_owner_may_read_it(workspace: Workspace) -> None:
    database.of(workspace)
    path = database.path_of(workspace)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for beside in path.parent.iterdir():
        assert stat.S_IMODE(beside.stat().st_mode) & 0o077 == 0


def test_modes_are_put_right_when_it_is_opened(workspace: Workspace) -> None:
    path = database.path_of(workspace)
    path.parent.mkdir(mode=0o755)
    path.touch(mode=0o644)
    database.of(workspace)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_revisions_make_the_tables(workspace: Workspace) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.of(workspace).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_head_is_the_last_revision() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(database.configuration()).get_current_head() == database.HEAD


def test_an_older_database_is_taken_over_with_what_it_holds(workspace: Workspace) -> None:
    """Revision 1, with an account, a session, wrong attempts and a log, as its users left it."""
    from argon2 import PasswordHasher

    path = database.path_of(workspace)
    path.parent.mkdir(mode=0o700)
    old = create_engine(f"sqlite:///{path}")
    with old.begin() as connection:
        database.migrate(connection, "0001")
        assert not inspect(connection).has_table("tokens")
        now = database.instant(database.now())
        later = database.instant(database.now() + timedelta(hours=1))
        values = {"id": "actor-0123456789ab", "login": "ada", "name": "Ada", "role": "steward", "now": now,
                  "password": PasswordHasher(1, 64, 1).hash(PASSWORD), "digest": sessions.digest_of("held"),
                  "later": later}  # fmt: skip
        connection.execute(
            text("INSERT INTO accounts (id, login, name, role, password, created)"
                 " VALUES (:id, :login, :name, :role, :password, :now)"), values,
        )  # fmt: skip
        connection.execute(text("INSERT INTO sessions VALUES (:digest, :id, :now, :now, :later)"), values)
        connection.execute(text("INSERT INTO attempts VALUES ('login x', 3, :now, :now)"), values)
        connection.execute(text("INSERT INTO audit VALUES (1, :now, :id, 'signed-in', '', '', '')"), values)
    old.dispose()

    assert accounts.find(workspace, "ada").name == "Ada"
    person = sessions.person_of(workspace, "held")
    assert person is not None
    assert (person.id, person.role) == ("actor-0123456789ab", "steward")
    assert signing_in.with_password(workspace, "ada", PASSWORD, address="").id == person.id
    assert audit.listing(workspace)[1] == 1
    with database.of(workspace).begin() as connection, pytest.raises(IntegrityError, match="never changed"):
        connection.execute(tables.audit.update().values(actor="somebody else"))


def test_many_threads_open_it_at_once(workspace: Workspace) -> None:
    failed: list[BaseException] = []

    def look() -> None:
        try:
            accounts.listing(workspace)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_the_log_is_neither_changed_nor_shortened(workspace: Workspace) -> None:
    audit.add(workspace, OPERATOR, "added", asset="dataset flows")
    for statement in (tables.audit.update().values(detail="x"), tables.audit.delete()):
        with pytest.raises(IntegrityError, match="audit log"), database.of(workspace).begin() as connection:
            connection.execute(statement)
    assert audit.listing(workspace)[1] == 1


def test_the_log_is_kept_a_year(workspace: Workspace, ada: Account) -> None:
    old = database.instant(database.now() - database.AUDIT_KEPT - timedelta(days=2))
    with database.of(workspace).begin() as connection:
        values = {"actor": ada.id, "action": "asked", "asset": "", "detail": "", "address": ""}
        connection.execute(tables.audit.insert().values(at=old, **values))
    assert audit.listing(workspace, action="asked")[1] == 1
    sessions.begin(workspace, ada.id)
    assert audit.listing(workspace, action="asked")[1] == 0
    assert audit.listing(workspace, action="account-made")[1] == 1


def test_a_removed_database_is_made_again(workspace: Workspace, ada: Account) -> None:
    for path in database.path_of(workspace).parent.iterdir():
        path.unlink()
    assert accounts.listing(workspace) == []
