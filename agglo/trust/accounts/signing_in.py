"""Signing in with a login and a password."""

from agglo.contract.errors import Forbidden
from agglo.contract.language import _
from agglo.store.workspace import Workspace
from agglo.trust.accounts import audit, database, passwords, throttle
from agglo.trust.accounts.accounts import Account, account_of, by_login, normal_login


class WrongPassword(Forbidden):
    """The login or the password is wrong; which of them is not said."""

    def __init__(self) -> None:
        super().__init__(
            _("The login or the password is wrong."), repair=_("Check both, and whether capital letters are locked.")
        )


class SignInFirst(Forbidden):
    """Only somebody with a session may do this."""

    def __init__(self) -> None:
        super().__init__(_("You are not signed in."), repair=_("Sign in, then try again."))


def with_password(workspace: Workspace, login: str, password: str, *, address: str) -> Account:
    """Whose login and password these are.

    An account that does not exist, one that is disabled and one whose password is another are refused in the same words
    after the same work. Attempts are judged one after the other, so that of many sent at once few are free.

    Raises
    ------
    WrongPassword
        They are nobody's.
    TooMany
        Too many wrong ones came before, or too many people are signing in.
    """
    login = normal_login(login[:200])
    throttle.check(workspace, login, address)
    with passwords.turn():
        throttle.check(workspace, login, address)
        return _judged(workspace, login, password, address)


def _judged(workspace: Workspace, login: str, password: str, address: str) -> Account:
    from agglo.trust.accounts.tables import accounts

    row = by_login(workspace, login)
    right, to_hash_again = passwords.verified(row.password if row else None, password)
    kept = {"password": passwords.hashed(password)} if to_hash_again else {}
    with database.of(workspace).begin() as connection:
        if row is not None and right and not row.disabled:
            throttle.succeeded(connection, login, address)
            if kept:
                connection.execute(accounts.update().where(accounts.c.id == row.id).values(kept))
            return account_of(row)
        throttle.failed(connection, login, address)
        audit.note(connection, row.id if row else "", "sign-in-failed", address=address)
    raise WrongPassword
