"""Accounts: who may sign in, with which role. A name is held here and nowhere else."""

import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.store.workspace import Workspace
from agglo.trust.access import rights
from agglo.trust.access.people import OPERATOR_ROLE, PUBLIC_ROLE, Person
from agglo.trust.accounts import audit, database, passwords

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,99}")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in: with a password if they have a ``login``, else through the identity provider."""

    id: str
    login: str
    name: str
    role: str
    created: str
    disabled: str

    @property
    def person(self) -> Person:
        return Person(self.id, self.role)

    @property
    def has_password(self) -> bool:
        return bool(self.login)


def new_actor() -> str:
    """A new opaque identifier of somebody."""
    return f"actor-{os.urandom(6).hex()}"


def normal_login(text: str) -> str:
    """A login as it is kept: its case and the keyboard it was typed on do not count."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def add(
    workspace: Workspace, login: str, password: str, *, role: str = PUBLIC_ROLE, name: str = "", by: str = ""
) -> Account:
    """Make an account; ``by`` is who makes it.

    Raises
    ------
    InvalidInput
        The login is taken or cannot be one, the password is weak, or there is no such role; every fault is listed.
    """
    from sqlalchemy.exc import IntegrityError

    from agglo.trust.accounts.tables import accounts

    login = normal_login(login)
    found = [*_login_faults(login), *_role_faults(workspace, role), *_name_faults(name)]
    found += passwords.faults(password, login=login)
    if not found and by_login(workspace, login):
        found.append(Fault("login", login, _("a login that nobody has"), ""))
    if found:
        raise InvalidInput(_("This account cannot be made."), found)
    values = {"id": new_actor(), "login": login, "name": name.strip() or login, "role": role}
    values |= {"password": passwords.hashed(password), "created": database.instant(database.now())}
    try:
        with database.of(workspace).begin() as connection:
            connection.execute(accounts.insert().values(values))
            audit.note(connection, by or values["id"], "account-made", asset=f"account {values['id']}", detail=role)
    except IntegrityError:
        raise InvalidInput(
            _("This account cannot be made."), [Fault("login", login, _("a login that nobody has"))]
        ) from None
    return of(workspace, values["id"])


def _login_faults(login: str) -> list[Fault]:
    if _LOGIN.fullmatch(login):
        return []
    expected = _("2 to 100 letters without accent, digits, or signs among . _ @ + -")
    return [Fault("login", f'"{login[:100]}"', expected)]


def _role_faults(workspace: Workspace, role: str) -> list[Fault]:
    known = roles(workspace)
    if role in known:
        return []
    return [Fault("role", f'"{role[:40]}"', _("one of {values}").format(values=", ".join(known)))]


def _name_faults(name: str) -> list[Fault]:
    if len(name) <= _LONGEST_NAME and name.isprintable():
        return []
    return [Fault("name", _("a very long text"), _("at most {count} characters").format(count=_LONGEST_NAME))]


def roles(workspace: Workspace) -> tuple[str, ...]:
    """The roles an account may have: all but that of whoever holds the disk."""
    return tuple(name for name in rights.roles(workspace) if name != OPERATOR_ROLE)


def listing(workspace: Workspace) -> list[Account]:
    """Every account, by name."""
    from sqlalchemy import select

    from agglo.trust.accounts.tables import accounts

    with database.of(workspace).connect() as connection:
        rows = connection.execute(select(accounts).order_by(accounts.c.name, accounts.c.id)).all()
    return [account_of(row) for row in rows]


def of(workspace: Workspace, id: str) -> Account:
    """The account of an actor.

    Raises
    ------
    NotFound
        There is none.
    """
    from sqlalchemy import select

    from agglo.trust.accounts.tables import accounts

    with database.of(workspace).connect() as connection:
        row = connection.execute(select(accounts).where(accounts.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(_("No such account."))
    return account_of(row)


def find(workspace: Workspace, login: str) -> Account:
    """The account of that login, or of that actor.

    Raises
    ------
    NotFound
        There is none.
    """
    row = by_login(workspace, normal_login(login))
    if row is not None:
        return account_of(row)
    try:
        return of(workspace, login)
    except NotFound:
        raise NotFound(
            _("No account {login}.").format(login=login), repair=_('"agglo account list" lists them.')
        ) from None


def name_of(workspace: Workspace, actor: str) -> str:
    """The name of an actor, for pages of signed-in people who answer for the portal; empty where there is none."""
    if not database.path_of(workspace).exists():
        return ""
    try:
        return of(workspace, actor).name
    except NotFound:
        return ""


def set_role(workspace: Workspace, id: str, role: str, *, by: str) -> None:
    """Give an account another role, which counts from its next request on.

    Raises
    ------
    InvalidInput
        There is no such role, or nobody would be left to administer.
    """
    if found := _role_faults(workspace, role):
        raise InvalidInput(_("This role cannot be given."), found)
    account = of(workspace, id)
    if account.role == role:
        return
    with database.of(workspace).begin() as connection:
        _update(connection, id, role=role)
        audit.note(connection, by, "role-changed", asset=f"account {id}", detail=f"{account.role} > {role}")
        _refuse_an_empty_chair(connection, account)


def disable(workspace: Workspace, id: str, *, by: str) -> None:
    """Close an account: its sessions end, its tokens are refused. It can be enabled again.

    Raises
    ------
    InvalidInput
        Nobody would be left to administer.
    """
    account = of(workspace, id)
    with database.of(workspace).begin() as connection:
        _update(connection, id, disabled=database.instant(database.now()))
        end_sessions(connection, id)
        audit.note(connection, by, "account-disabled", asset=f"account {id}")
        _refuse_an_empty_chair(connection, account)


def enable(workspace: Workspace, id: str, *, by: str) -> None:
    """Open a disabled account again."""
    of(workspace, id)
    with database.of(workspace).begin() as connection:
        _update(connection, id, disabled=None)
        audit.note(connection, by, "account-enabled", asset=f"account {id}")


def set_password(workspace: Workspace, id: str, password: str, *, by: str, but: str = "") -> None:
    """Change a password; every session of the account ends, except the one whose digest is ``but``.

    Raises
    ------
    InvalidInput
        The password is weak, or the account signs in through the identity provider.
    """
    account = of(workspace, id)
    found = passwords.faults(password, login=account.login)
    if not account.has_password:
        expected = _("an account with a login of its own")
        found = [Fault("password", _("an account of the identity provider"), expected)]
    if found:
        raise InvalidInput(_("This password cannot be taken."), found)
    kept = passwords.hashed(password)
    with database.of(workspace).begin() as connection:
        _update(connection, id, password=kept)
        end_sessions(connection, id, but=but)
        audit.note(connection, by, "password-changed", asset=f"account {id}")


def end_sessions(connection: "Connection", id: str, *, but: str = "") -> None:
    """End the sessions of an account, except the one whose digest is ``but``."""
    from agglo.trust.accounts.tables import sessions

    connection.execute(sessions.delete().where(sessions.c.account == id, sessions.c.digest != but))


def of_identity(workspace: Workspace, issuer: str, subject: str, *, name: str) -> Account:
    """The account of somebody the identity provider vouches for, made on their first visit.

    A new one has the role of the public until an administrator gives it another. The name follows the provider's.
    """
    from sqlalchemy import select
    from sqlalchemy.dialects.sqlite import insert

    from agglo.trust.accounts.tables import accounts

    created = database.instant(database.now())
    values = {"id": new_actor(), "issuer": issuer, "subject": subject, "role": PUBLIC_ROLE, "created": created}
    shown = "".join(one for one in name if one.isprintable())[:_LONGEST_NAME].strip() or _("no name given")
    with database.of(workspace).begin() as connection:
        connection.execute(insert(accounts).values(**values, name=shown).on_conflict_do_nothing())
        wanted = (accounts.c.issuer == issuer) & (accounts.c.subject == subject)
        row = connection.execute(select(accounts).where(wanted)).one()
        if row.id == values["id"]:
            audit.note(connection, row.id, "account-made", asset=f"account {row.id}", detail=PUBLIC_ROLE)
        elif row.name != shown:
            _update(connection, row.id, name=shown)
    return of(workspace, row.id)


def account_of(row: "Row[Any]") -> Account:
    """An account from its row."""
    return Account(row.id, row.login or "", row.name, row.role, row.created, row.disabled or "")


def by_login(workspace: Workspace, login: str) -> "Row[Any] | None":
    """The row of a login (a :func:`normal_login`), if there is one."""
    from sqlalchemy import select

    from agglo.trust.accounts.tables import accounts

    with database.of(workspace).connect() as connection:
        return connection.execute(select(accounts).where(accounts.c.login == login)).one_or_none()


def _update(connection: "Connection", id: str, **values: Any) -> None:
    from agglo.trust.accounts.tables import accounts

    connection.execute(accounts.update().where(accounts.c.id == id).values(values))


def _refuse_an_empty_chair(connection: "Connection", before: Account) -> None:
    """Refuse, within its transaction, a change that leaves nobody to administer where somebody did."""
    from sqlalchemy import select

    from agglo.trust.accounts.tables import accounts

    if before.role != "administrator" or before.disabled:
        return
    left = select(accounts.c.id).where(accounts.c.role == "administrator", accounts.c.disabled.is_(None)).limit(1)
    if connection.execute(left).first() is None:
        fault: Sequence[Fault] = [Fault("role", _("the last administrator"), _("another administrator before that"))]
        raise InvalidInput(_("Nobody would be left to administer."), fault)
