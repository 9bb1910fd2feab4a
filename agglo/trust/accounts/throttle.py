"""Wrong attempts to sign in: after a few, each makes the next wait longer. It survives a restart.

Three counts are kept for a day: of a login from one network, of one network, and of a login from everywhere. The first
stops whoever guesses at home; the second, whoever tries many logins; the third is generous, so that guessing from many
places is slow and yet nobody is easily kept out of their own account.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from agglo.contract.errors import TooMany
from agglo.contract.language import _, ngettext
from agglo.store.workspace import Workspace
from agglo.trust.accounts import database

if TYPE_CHECKING:
    from sqlalchemy import Connection

FREE: Mapping[str, int] = {"pair": 5, "address": 30, "login": 50}
"""Wrong attempts that cost no wait."""
LONGEST_WAIT_S = 900.0


def check(workspace: Workspace, login: str, address: str) -> None:
    """Refuse an attempt that comes too soon after wrong ones; nothing is hashed or written for that.

    Raises
    ------
    TooMany
        ``wait_s`` says for how long.
    """
    from sqlalchemy import func, select

    from agglo.trust.accounts.tables import attempts

    moment = database.now()
    wanted = attempts.c.what.in_(_counted(login, address).values())
    with database.of(workspace).connect() as connection:
        until = connection.scalar(select(func.max(attempts.c.until)).where(wanted))
    wait_s = (datetime.fromisoformat(until) - moment).total_seconds() if until else 0.0
    if wait_s > 0:
        minutes = ceil(wait_s / 60)
        raise TooMany(
            _("Too many wrong attempts to sign in."),
            wait_s=wait_s,
            repair=ngettext("Try again in a minute.", "Try again in {count} minutes.", minutes).format(count=minutes),
        )


def failed(connection: "Connection", login: str, address: str) -> None:
    """Count a wrong attempt."""
    from sqlalchemy.dialects.sqlite import insert

    from agglo.trust.accounts.tables import attempts

    moment = database.now()
    for kind, what in _counted(login, address).items():
        count = 1 + _failures(connection, what)
        until = database.instant(moment + timedelta(seconds=wait_after(count, FREE[kind])))
        values = {"failures": count, "last": database.instant(moment), "until": until}
        connection.execute(insert(attempts).values(what=what, **values).on_conflict_do_update(set_=values))


def succeeded(connection: "Connection", login: str, address: str) -> None:
    """Forget the wrong attempts at a login. Those of the network are kept: a right password excuses no guessing."""
    from agglo.trust.accounts.tables import attempts

    counted = _counted(login, address)
    connection.execute(attempts.delete().where(attempts.c.what.in_([counted["pair"], counted["login"]])))


def wait_after(failures: int, free: int) -> float:
    """How long the next attempt waits [s]: nothing at first, then twice as long each time.

    >>> [wait_after(count, 5) for count in (1, 5, 6, 7, 20)]
    [0.0, 1.0, 2.0, 4.0, 900.0]
    """
    return 0.0 if failures < free else min(2.0 ** min(failures - free, 20), LONGEST_WAIT_S)


def _failures(connection: "Connection", what: str) -> int:
    from sqlalchemy import select

    from agglo.trust.accounts.tables import attempts

    return connection.scalar(select(attempts.c.failures).where(attempts.c.what == what)) or 0


def _counted(login: str, address: str) -> dict[str, str]:
    """What is counted of an attempt: digests, so that what people type by mistake (a password...) is not kept."""
    known = {"pair": f"{login}\n{address}", "address": address, "login": login}
    return {kind: f"{kind} {hashlib.sha256(what.encode()).hexdigest()}" for kind, what in known.items()}
