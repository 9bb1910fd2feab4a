"""Passwords: argon2id, and what makes one acceptable. Length counts, composition does not (ANSSI, CNIL 2022-100)."""

import os
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, TooMany
from agglo.contract.language import _

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12
LONGEST = 200
"""Longer than any phrase, short enough to cost nothing to look at [characters]."""
TIME_COST = 3
MEMORY_KIB = 19_456
"""19 MiB: the least that OWASP advises for argon2id; checks are made one at a time, so that is all they ever hold."""
_WAIT_S = 5.0
_COMMON = frozenset(
    ("password", "motdepasse", "azerty", "qwerty", "azertyuiop", "qwertyuiop", "bonjour", "admin", "administrateur",
     "parissaclay", "iloveyou", "jetaime", "soleil", "doudou", "chouchou", "letmein", "welcome", "bienvenue")
)  # fmt: skip
"""Words that begin the passwords guessed first; repeated or followed by figures they are no better."""

_one_at_a_time = threading.RLock()


def faults(password: str, *, login: str = "", where: str = "password") -> list[Fault]:
    """What is wrong with a new password: it is short, well known, or the login."""
    plain = _plain(password)
    found = []
    if len(plain) < SHORTEST:
        expected = _("at least {count} characters").format(count=SHORTEST)
        found.append(Fault(where, _("a password that is too short"), expected, _("A phrase of a few words does well.")))
    elif len(plain) > LONGEST:
        found.append(Fault(where, _("a very long text"), _("at most {count} characters").format(count=LONGEST)))
    elif _guessed_first(plain, login):
        expected = _("a password that nobody would try first")
        found.append(Fault(where, _("a password that is easy to guess"), expected, _("Choose other words.")))
    return found


def _guessed_first(plain: str, login: str) -> bool:
    letters = "".join(one for one in plain.lower() if one.isalpha())
    known = {login.strip().lower(), login.partition("@")[0].strip().lower()} - {""}
    if plain.strip().lower() in known or len(set(plain.lower())) < 4:
        return True
    words = _COMMON | {"".join(one for one in name if one.isalpha()) for name in known} - {""}
    return any(letters == word * times for word in words for times in (1, 2, 3))


def hashed(password: str) -> str:
    """What is kept of a password: argon2id, with a salt of its own."""
    with turn():
        return _hasher().hash(_plain(password))


def verified(kept: str | None, password: str) -> tuple[bool, bool]:
    """Whether a password is the one kept, and whether it should be hashed again with today's costs.

    An account that does not exist costs the same time as one that does: something is hashed in any case.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    with turn():
        try:
            right = _hasher().verify(kept or _stand_in(), _plain(password[: 2 * LONGEST]))
        except (VerificationError, InvalidHashError):
            return False, False
    return bool(kept) and right, bool(kept) and _hasher().check_needs_rehash(kept or "")


@contextmanager
def turn() -> Iterator[None]:
    """One check at a time: they are costly on purpose, and must not take the machine from those who read.

    Raises
    ------
    TooMany
        The turn did not come soon enough.
    """
    if not _one_at_a_time.acquire(timeout=_WAIT_S):
        raise TooMany(_("Too many people are signing in at once."), wait_s=_WAIT_S, repair=_("Try again in a moment."))
    try:
        yield
    finally:
        _one_at_a_time.release()


def _plain(password: str) -> str:
    """The same characters in the same order, whatever keyboard they were typed on (NFKC, as NIST SP 800-63B asks)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher, Type

    return PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=1, type=Type.ID)


@cache
def _stand_in() -> str:
    """What is checked when there is no account: the hash of a password that nobody has."""
    return _hasher().hash(os.urandom(16).hex())


def forget_costs() -> None:
    """Have costs that were changed be taken into account."""
    _hasher.cache_clear()
    _stand_in.cache_clear()
