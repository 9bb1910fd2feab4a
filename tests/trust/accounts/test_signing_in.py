"""Wrong passwords: the same answer whatever is wrong, and longer and longer waits."""

from datetime import timedelta

import pytest

from agglo.contract.errors import TooMany
from agglo.store.workspace import Workspace
from agglo.trust.accounts import accounts, audit, database, passwords, signing_in, throttle
from agglo.trust.accounts.accounts import Account

from .conftest import OPERATOR, PASSWORD


class Hashes:
    """How often a password was really checked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        really = passwords.verified

        def verified(kept: str | None, password: str) -> tuple[bool, bool]:
            self.count += 1
            return really(kept, password)

        monkeypatch.setattr(passwords, "verified", verified)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Hashes:
    return Hashes(monkeypatch)


def _refused(workspace: Workspace, login: str, password: str = "wrong", address: str = "192.0.2.1") -> Exception:
    with pytest.raises((signing_in.WrongPassword, TooMany)) as raised:
        signing_in.with_password(workspace, login, password, address=address)
    return raised.value


def test_what_is_wrong_is_not_said_and_costs_the_same(workspace: Workspace, ada: Account, hashes: Hashes) -> None:
    accounts.add(workspace, "bob", PASSWORD, by=OPERATOR)
    accounts.disable(workspace, accounts.find(workspace, "bob").id, by=OPERATOR)
    said = {
        str(_refused(workspace, "ada")),
        str(_refused(workspace, "nobody", PASSWORD)),
        str(_refused(workspace, "bob", PASSWORD)),
    }
    assert len(said) == 1
    assert hashes.count == 3


def test_ten_thousand_wrong_passwords_of_one_login(workspace: Workspace, ada: Account, hashes: Hashes) -> None:
    kinds = [type(_refused(workspace, "ada", f"wrong {rank}")) for rank in range(10_000)]
    assert kinds[:5] == [signing_in.WrongPassword] * 5
    assert kinds.count(TooMany) > 9_900
    assert hashes.count < 100
    assert audit.listing(workspace, action="sign-in-failed")[1] == hashes.count


def test_many_logins_from_one_address(workspace: Workspace, hashes: Hashes) -> None:
    for rank in range(500):
        _refused(workspace, f"login{rank}")
    assert hashes.count < 100


def test_one_login_from_many_addresses(workspace: Workspace, ada: Account, hashes: Hashes) -> None:
    for rank in range(500):
        _refused(workspace, "ada", address=f"192.0.2.{rank}")
    assert hashes.count < 100


def test_waits_grow_and_end_and_survive_a_restart(
    workspace: Workspace, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = database.now()
    monkeypatch.setattr(database, "now", lambda: moment)
    waits = []
    for _ in range(12):
        assert isinstance(_refused(workspace, "ada"), signing_in.WrongPassword)
        blocked = throttle.wait_after(len(waits) + 1, throttle.FREE["pair"])
        waits.append(blocked)
        if blocked:
            database.of(workspace).dispose()
            database._opened.clear()
            refused = _refused(workspace, "ada", PASSWORD)
            assert isinstance(refused, TooMany)
            assert refused.wait_s == pytest.approx(blocked)
            moment += timedelta(seconds=blocked)
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128]
    assert signing_in.with_password(workspace, "ada", PASSWORD, address="192.0.2.1") == ada
    assert isinstance(_refused(workspace, "ada"), signing_in.WrongPassword)
    assert isinstance(_refused(workspace, "ada"), signing_in.WrongPassword)


def test_guessing_elsewhere_does_not_keep_somebody_out(workspace: Workspace, ada: Account) -> None:
    for _ in range(40):
        _refused(workspace, "ada", address="198.51.100.7")
    assert signing_in.with_password(workspace, "ada", PASSWORD, address="192.0.2.1") == ada


def test_a_right_password_does_not_excuse_guessing_others(workspace: Workspace, ada: Account) -> None:
    kinds = []
    for rank in range(40):
        kinds.append(type(_refused(workspace, f"other{rank}")))
        if kinds[-1] is TooMany:
            break
        signing_in.with_password(workspace, "ada", PASSWORD, address="192.0.2.1")
        if len(kinds) == throttle.FREE["address"] - 1:
            assert isinstance(_refused(workspace, "last"), signing_in.WrongPassword)
            break
    assert isinstance(_refused(workspace, "ada", PASSWORD), TooMany)


def test_what_is_counted_is_not_what_was_typed(workspace: Workspace) -> None:
    _refused(workspace, "my password typed as a login")
    held = b"".join(path.read_bytes() for path in database.path_of(workspace).parent.iterdir())
    assert b"my password" not in held
    assert b"192.0.2.1" not in held


@pytest.mark.parametrize("login", ["' OR 1=1 --", '"; DROP TABLE accounts; --', "ada'/*", "\x00", "a" * 100_000])
def test_sql_in_a_login_is_text(workspace: Workspace, ada: Account, login: str) -> None:
    assert isinstance(_refused(workspace, login, PASSWORD), signing_in.WrongPassword)
    assert accounts.find(workspace, "ada") == ada
