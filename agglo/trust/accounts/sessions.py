"""Sessions: who has signed in, by the digest of a random text that only their browser holds."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.accounts import audit, database

LONGEST = timedelta(hours=12)
IDLE = timedelta(hours=2)
_SEEN_EVERY = timedelta(minutes=1)


def digest_of(token: str) -> str:
    """What is kept of a session or a token.

    >>> len(digest_of("x"))
    64
    """
    return hashlib.sha256(token.encode()).hexdigest()


def begin(workspace: Workspace, account: str, *, id_token: str | None = None, address: str = "") -> str:
    """A new session of an account: the text that its browser is to hold. It is kept nowhere else."""
    from agglo.trust.accounts.tables import sessions

    token, moment = secrets.token_urlsafe(32), database.now()
    created, expires = database.instant(moment), database.instant(moment + LONGEST)
    values = {"digest": digest_of(token), "account": account, "created": created, "last_seen": created}
    with database.of(workspace).begin() as connection:
        database.forget_what_is_over(connection)
        connection.execute(sessions.insert().values(**values, expires=expires, id_token=id_token))
        audit.note(connection, account, "signed-in", address=address)
    return token


def person_of(workspace: Workspace, token: str) -> Person | None:
    """Who holds a session, with the role they have now; nobody if it is unknown, over, or its account disabled."""
    from sqlalchemy import select

    from agglo.trust.accounts.tables import accounts, sessions

    moment, digest = database.now(), digest_of(token)
    asked = (
        select(accounts.c.id, accounts.c.role, sessions.c.last_seen)
        .join_from(sessions, accounts)
        .where(sessions.c.digest == digest, accounts.c.disabled.is_(None))
        .where(sessions.c.expires > database.instant(moment))
        .where(sessions.c.last_seen > database.instant(moment - IDLE))
    )
    with database.of(workspace).connect() as connection:
        row = connection.execute(asked).one_or_none()
    if row is None:
        return None
    if row.last_seen < database.instant(moment - _SEEN_EVERY):
        with database.of(workspace).begin() as connection:
            seen = sessions.update().where(sessions.c.digest == digest)
            connection.execute(seen.values(last_seen=database.instant(moment)))
    return Person(row.id, row.role)


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that is over; ``id_token`` is what its identity provider is told, if there was one."""

    account: str
    id_token: str


def end(workspace: Workspace, token: str, *, address: str = "") -> Ended | None:
    """End a session; nothing happens if there is none."""
    from agglo.trust.accounts.tables import sessions

    with database.of(workspace).begin() as connection:
        ended = sessions.delete().where(sessions.c.digest == digest_of(token))
        row = connection.execute(ended.returning(sessions.c.account, sessions.c.id_token)).one_or_none()
        if row is None:
            return None
        audit.note(connection, row.account, "signed-out", address=address)
    return Ended(row.account, row.id_token or "")
