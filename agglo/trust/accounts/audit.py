"""Who did what: an append-only log of opaque identifiers, kept one year."""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agglo.contract.language import N_
from agglo.store.workspace import Workspace
from agglo.trust.accounts import database

if TYPE_CHECKING:
    from sqlalchemy import Connection

ACTIONS: Mapping[str, str] = {
    "signed-in": N_("signed in"),
    "sign-in-failed": N_("failed to sign in"),
    "signed-out": N_("signed out"),
    "asked": N_("asked a model"),
    "dismissed": N_("dismissed a question"),
    "added": N_("added data"),
    "published": N_("changed who may see"),
    "approved": N_("moved a scenario"),
    "replied": N_("replied to an opinion"),
    "card-written": N_("wrote a card of the register"),
    "card-moved": N_("moved the state of a card"),
    "card-published": N_("published a card"),
    "card-withdrawn": N_("withdrew a card"),
    "granted": N_("gave a right"),
    "revoked": N_("took a right back"),
    "account-made": N_("made an account"),
    "account-disabled": N_("disabled an account"),
    "account-enabled": N_("enabled an account"),
    "role-changed": N_("changed a role"),
    "password-changed": N_("changed a password"),
    "token-made": N_("made a token"),
    "token-revoked": N_("revoked a token"),
}
"""Every action of the log, and how people read it."""


def add(workspace: Workspace, actor: str, action: str, *, asset: str = "", detail: str = "", address: str = "") -> None:
    """Note that somebody did one of :data:`ACTIONS`. ``asset`` is ``KIND ID``; ``address`` is shortened.

    Neither ``asset`` nor ``detail`` may hold a name.
    """
    with database.of(workspace).begin() as connection:
        note(connection, actor, action, asset=asset, detail=detail, address=address)


def note(
    connection: "Connection", actor: str, action: str, *, asset: str = "", detail: str = "", address: str = ""
) -> None:
    """:func:`add` in the transaction of what was done."""
    from agglo.trust.accounts.tables import audit

    if action not in ACTIONS:
        raise ValueError(action)
    values = {"actor": actor, "action": action, "asset": asset[:200], "detail": detail[:500]}
    at = database.instant(database.now())
    connection.execute(audit.insert().values(at=at, address=shortened(address), **values))


def listing(
    workspace: Workspace, *, actor: str = "", action: str = "", limit: int = 50, offset: int = 0
) -> "tuple[Sequence[Mapping[str, Any]], int]":
    """What was done, latest first, and how many entries there are in all."""
    from sqlalchemy import func, select

    from agglo.trust.accounts.tables import audit

    wanted = [column == value for column, value in ((audit.c.actor, actor), (audit.c.action, action)) if value]
    rows = select(audit).where(*wanted).order_by(audit.c.id.desc()).limit(limit).offset(offset)
    with database.of(workspace).connect() as connection:
        count = connection.scalar(select(func.count()).select_from(audit).where(*wanted))
        found: Sequence[Mapping[str, Any]] = [dict(row) for row in connection.execute(rows).mappings()]
    return found, int(count or 0)


def shortened(address: str) -> str:
    """The network of an address, which does not tell one person from another; nothing of what is no address.

    >>> shortened("192.0.2.77"), shortened("2001:db8:1:2::3"), shortened("testclient")
    ('192.0.2.0/24', '2001:db8:1::/48', '')
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((known, 24 if known.version == 4 else 48), strict=False))
