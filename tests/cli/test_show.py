"""How commands print."""

import sys
from pathlib import Path

import pytest

from agglo.cli import show
from agglo.contract.errors import Fault, InvalidInput


@pytest.fixture(autouse=True)
def _sixty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")


def test_a_table_is_aligned() -> None:
    text = show.table(("place", "flux\n[t]"), [("Gif", "1.5"), show.RULE, ("Palaiseau", "10.25")], figures=(1,))
    assert text.splitlines() == [
        "place       flux",
        "             [t]",
        "---------  -----",
        "Gif          1.5",
        "---------  -----",
        "Palaiseau  10.25",
    ]


def test_a_table_without_rows_has_its_header() -> None:
    assert show.table(("a", "b"), []) == "a  b\n-  -"


def test_a_long_column_goes_on_below() -> None:
    text = show.table(("name", "title"), [("a", "one " * 20), ("b", "short")], wrap=1)
    assert max(map(len, text.splitlines())) <= 60
    assert text.splitlines()[2].startswith("a     one")
    assert text.splitlines()[3].startswith("      one")
    assert text.splitlines()[-1] == "b     short"


def test_pairs_and_notes_are_wrapped_and_set_in() -> None:
    assert show.pairs({"a": "x", "long": "y"}) == "  a     x\n  long  y"
    lines = show.notes(["word " * 30, "b"]).splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[0].startswith("- word")
    assert lines[1].startswith("  word")
    assert lines[-1] == "- b"


def test_addresses_are_not_broken() -> None:
    address = "https://example.org/" + "a-b/" * 20
    assert address in show.paragraph(f"See {address} for more").splitlines()


def test_an_error_is_wrapped_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = InvalidInput("Refused.", [Fault("--row 3", "a " * 30, "b " * 30)])
    show.error(error)
    assert capsys.readouterr().err.count("\n") == 2
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    show.error(error)
    lines = capsys.readouterr().err.splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[1].startswith("  - --row 3: found a a")
    assert lines[2].startswith("    a")


def test_of_very_many_faults_the_first_are_shown_and_the_others_counted(capfd: pytest.CaptureFixture[str]) -> None:
    show.error(InvalidInput("Refused.", [Fault(f"row {rank}") for rank in range(1, 1001)], repair="Mend them."))
    lines = capfd.readouterr().err.splitlines()
    assert lines[:2] == ["Refused.", "  - row 1"]
    assert lines[-3:] == ["  - row 50", "  - ... and 950 more", "Mend them."]


def test_progress_without_a_terminal_is_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 1.0, 6.0, 6.0])
    monkeypatch.setattr(show.time, "monotonic", lambda: next(times))
    with show.progress("asking") as report:
        report(0.1, "Gif")
        report(0.5, "Palaiseau")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "asking...\nasking: 50% Palaiseau\n")


def test_progress_on_a_terminal_is_a_bar_that_goes_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with show.progress("asking [land]") as report:
        report(0.5, "Saint-Aubin [B]")
    said = capsys.readouterr()
    assert said.out == ""
    assert "asking [land]" in said.err
    assert "50 %" in said.err
    assert "Saint-Aubin [B]" in said.err


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("pytest", "agglo verify x"), ("bin/agglo", "bin/agglo verify x"), ("agglo", "agglo verify x")],
)
def test_the_next_command_is_one_that_can_be_typed(
    typed: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "agglo").touch()
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sys.argv", [str(tmp_path / typed)])
    assert show.command("verify", "x") == expected


def test_the_next_command_names_the_workspace_that_was_named() -> None:
    assert show.command("runs", workspace=Path("my folder")) == "agglo runs --workspace 'my folder'"
