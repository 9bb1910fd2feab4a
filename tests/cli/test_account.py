"""``agglo account``: people who may sign in."""

import json
import os
import pty
import select
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from agglo.cli.account import _typed
from agglo.store.workspace import open_workspace
from agglo.trust.accounts import accounts, audit, passwords, sessions, signing_in

from .conftest import Agglo, command, environment

PASSWORD = "seven grey herons at dawn"
OTHER = "eleven herons left at noon"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(f"{PASSWORD}\nnot this\n")
    return path


def test_an_account_is_made_listed_and_may_sign_in(agglo: Agglo, secret: Path, tmp_path: Path) -> None:
    said = agglo("account", "add", "Ada@Example.org", "--role", "steward", "--name", "Ada", "--password-file", secret)
    assert said.code == 0, said.err
    here = open_workspace(tmp_path / "workspace")
    made = signing_in.with_password(here, "ada@example.org", PASSWORD, address="192.0.2.1")
    assert (made.role, made.name) == ("steward", "Ada")
    assert made.id in said.out
    (listed,) = json.loads(agglo("account", "list", "--json").out)
    assert (listed["login"], listed["role"], listed["disabled"]) == ("ada@example.org", "steward", None)
    assert "Ada" in agglo("account", "list").out
    entries, _count = audit.listing(here, action="account-made")
    assert entries[0]["actor"] == here.actor


def test_every_fault_is_told(agglo: Agglo, tmp_path: Path) -> None:
    weak = tmp_path / "weak.txt"
    weak.write_text("short")
    said = agglo("account", "add", "a b", "--role", "king", "--password-file", weak)
    assert said.code == 2
    assert all(word in said.err for word in ("login", "role", "king", "at least 12 characters"))
    assert "short\n" not in said.err


def test_no_account_yet(agglo: Agglo) -> None:
    assert "No account yet" in agglo("account", "list").out
    said = agglo("account", "role", "nobody", "steward")
    assert said.code == 2
    assert "No account nobody" in said.err


def test_a_role_changes_and_an_account_closes_and_opens(agglo: Agglo, secret: Path, tmp_path: Path) -> None:
    agglo("account", "add", "ada", "--password-file", secret)
    here = open_workspace(tmp_path / "workspace")
    token = sessions.begin(here, accounts.find(here, "ada").id)
    assert agglo("account", "role", "ada", "steward").code == 0
    person = sessions.person_of(here, token)
    assert person is not None
    assert person.role == "steward"
    assert agglo("account", "disable", "ada").code == 0
    assert sessions.person_of(here, token) is None
    assert "disabled" in agglo("account", "list").out
    assert agglo("account", "disable", "ada", "--undo").code == 0
    assert not accounts.find(here, "ada").disabled


def test_the_last_administrator_stays(agglo: Agglo, secret: Path) -> None:
    agglo("account", "add", "ada", "--role", "administrator", "--password-file", secret)
    for words in (("role", "ada", "public"), ("disable", "ada")):
        said = agglo("account", *words)
        assert said.code == 2
        assert "Nobody would be left" in said.err
    assert json.loads(agglo("account", "list", "--json").out)[0]["role"] == "administrator"


def test_a_new_password_ends_sessions(agglo: Agglo, secret: Path, tmp_path: Path) -> None:
    agglo("account", "add", "ada", "--password-file", secret)
    here = open_workspace(tmp_path / "workspace")
    token = sessions.begin(here, accounts.find(here, "ada").id)
    secret.write_text(OTHER)
    assert agglo("account", "password", "ada", "--password-file", secret).code == 0
    assert sessions.person_of(here, token) is None
    assert signing_in.with_password(here, "ada", OTHER, address="").login == "ada"


def test_without_a_terminal_a_file_is_asked_for(agglo: Agglo, monkeypatch: pytest.MonkeyPatch) -> None:
    said = agglo("account", "add", "ada")
    assert said.code == 2
    assert "--password-file" in said.err
    missing = agglo("account", "add", "ada", "--password-file", "missing.txt")
    assert missing.code == 2
    assert "No such file" in missing.err


def test_a_password_comes_through_the_standard_input(tmp_path: Path) -> None:
    subprocess.run(
        command("account", "add", "ada", "--password-file", "-"),
        cwd=tmp_path, env=environment(), input=f"{PASSWORD}\r\n", text=True, check=True, capture_output=True,
    )  # fmt: skip
    here = open_workspace(tmp_path / "agglo-workspace")
    assert signing_in.with_password(here, "ada", PASSWORD, address="").role == "contributor"


def test_a_password_is_asked_twice_and_not_shown(tmp_path: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        words = command("account", "add", "ada")
        os.execve(words[0], words, environment())
    shown = _answer(terminal, [(b"Password: ", PASSWORD), (b"The same again: ", PASSWORD)])
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, shown
    assert PASSWORD.encode() not in shown
    here = open_workspace(tmp_path / "agglo-workspace")
    assert passwords.verified(_kept(here), PASSWORD)[0]


def _answer(terminal: int, answers: list[tuple[bytes, str]]) -> bytes:
    """Type each answer when its question shows; the answer is all that was shown."""
    shown, waiting = b"", list(answers)
    while True:
        if not select.select([terminal], [], [], 60)[0]:
            pytest.fail(f"nothing more was said after {shown!r}")
        try:
            piece = os.read(terminal, 1024)
        except OSError:
            break
        if not piece:
            break
        shown += piece
        if waiting and waiting[0][0] in shown.split(b"\n")[-1]:
            os.write(terminal, f"{waiting.pop(0)[1]}\n".encode())
    os.close(terminal)
    return shown


def _kept(here: object) -> str:
    row = accounts.by_login(here, "ada")  # type: ignore[arg-type]
    assert row is not None
    return str(row.password)


def test_a_password_is_asked_for_with_the_sign_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("typer.prompt", lambda text, **told: asked.append(f"{text}{told['prompt_suffix']}") or PASSWORD)
    for code in ("en", "fr"):
        monkeypatch.setenv("AGGLO_LANGUAGE", code)
        assert _typed() == PASSWORD
    assert asked == ["Password: ", "Mot de passe\u00a0: "]
