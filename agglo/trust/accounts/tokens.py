"""Tokens: what a program shows instead of a password. Each has a label, ends some day, and can be revoked."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.accounts import audit, database
from agglo.trust.accounts.sessions import digest_of

PREFIX = "agglo_"
"""Begins every token, so that one left in a file is recognised."""
LONGEST_DAYS = 366
MOST = 20
_LONGEST_LABEL = 80
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner sees it afterwards: never the token itself."""

    id: str
    label: str
    created: str
    last_used: str
    expires: str


def add(workspace: Workspace, account: str, label: str, *, days: int = 90) -> str:
    """Make a token; the answer is the only time it is shown.

    Raises
    ------
    InvalidInput
        The label or the duration cannot be taken, or there are too many already.
    """
    from agglo.trust.accounts.tables import tokens

    label = label.strip()
    found = _faults(label, days)
    if not found and len(listing(workspace, account)) >= MOST:
        found.append(Fault("label", str(MOST), _("fewer tokens"), _("Revoke those that no program uses.")))
    if found:
        raise InvalidInput(_("This token cannot be made."), found)
    token, moment, name = PREFIX + secrets.token_urlsafe(32), database.now(), secrets.token_hex(6)
    created, expires = database.instant(moment), database.instant(moment + timedelta(days=days))
    values = {"id": name, "digest": digest_of(token), "account": account, "label": label}
    with database.of(workspace).begin() as connection:
        connection.execute(tokens.insert().values(**values, created=created, expires=expires))
        audit.note(connection, account, "token-made", asset=f"token {name}")
    return token


def _faults(label: str, days: int) -> list[Fault]:
    found = []
    if not label or len(label) > _LONGEST_LABEL or not label.isprintable():
        expected = _("1 to {count} characters that say which program it is for").format(count=_LONGEST_LABEL)
        found.append(Fault("label", f'"{label[:_LONGEST_LABEL]}"', expected))
    if not 1 <= days <= LONGEST_DAYS:
        found.append(Fault("days", str(days), _("1 to {count} days").format(count=LONGEST_DAYS)))
    return found


def listing(workspace: Workspace, account: str) -> list[Token]:
    """The tokens of an account that are still good, latest first."""
    from sqlalchemy import select

    from agglo.trust.accounts.tables import tokens

    asked = select(tokens).where(tokens.c.account == account, tokens.c.expires > database.instant(database.now()))
    with database.of(workspace).connect() as connection:
        rows = connection.execute(asked.order_by(tokens.c.created.desc())).all()
    return [Token(row.id, row.label, row.created, row.last_used or "", row.expires) for row in rows]


def revoke(workspace: Workspace, account: str, id: str) -> None:
    """Revoke a token of an account.

    Raises
    ------
    NotFound
        The account has no such token.
    """
    from agglo.trust.accounts.tables import tokens

    with database.of(workspace).begin() as connection:
        done = connection.execute(tokens.delete().where(tokens.c.id == id, tokens.c.account == account))
        if not done.rowcount:
            raise NotFound(_("No such token."))
        audit.note(connection, account, "token-revoked", asset=f"token {id}")


def person_of(workspace: Workspace, token: str) -> Person | None:
    """Whose program shows a token; nobody if it is unknown, over, or its account disabled."""
    from sqlalchemy import select

    from agglo.trust.accounts.tables import accounts, tokens

    moment = database.now()
    asked = (
        select(accounts.c.id, accounts.c.role, tokens.c.id.label("token"), tokens.c.last_used)
        .join_from(tokens, accounts)
        .where(tokens.c.digest == digest_of(token), accounts.c.disabled.is_(None))
        .where(tokens.c.expires > database.instant(moment))
    )
    with database.of(workspace).connect() as connection:
        row = connection.execute(asked).one_or_none()
    if row is None:
        return None
    if (row.last_used or "") < database.instant(moment - _USED_EVERY):
        with database.of(workspace).begin() as connection:
            used = tokens.update().where(tokens.c.id == row.token)
            connection.execute(used.values(last_used=database.instant(moment)))
    return Person(row.id, row.role)
