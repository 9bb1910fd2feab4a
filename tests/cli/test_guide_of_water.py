"""The guide of water is run: each of its commands, in order, says what the page shows."""

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agglo import cli

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "guides"
GUIDE = (GUIDES / "water.md").read_text(encoding="utf-8")
SKIPPED = "..."
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]*)\)")


@dataclass
class Command:
    """A command of the page and the lines shown under it."""

    words: str
    shown: list[str] = field(default_factory=list)


def commands(page: str) -> Iterator[Command]:
    """The commands of a page: lines after a dollar, with those that a backslash joins, then what is shown."""
    found: Command | None = None
    for line in page.splitlines():
        if line.startswith("    $ "):
            if found:
                yield found
            found = Command(line.removeprefix("    $ "))
        elif found and not line.startswith("    "):
            yield found
            found = None
        elif found and found.words.endswith("\\"):
            found.words = found.words.removesuffix("\\") + line.strip()
        elif found:
            found.shown.append(line.removeprefix("    "))
    if found:
        yield found


def follows(shown: list[str], said: str) -> str:
    """The first line shown that was not said in that order; empty where all were. Dots stand for any lines."""
    lines = iter([plain(line) for line in said.splitlines()])
    for line in shown:
        if line.strip() != SKIPPED and plain(line) not in lines:
            return line
    return ""


def plain(line: str) -> str:
    return " ".join(line.split())


def test_a_page_that_shows_something_else_is_found_out() -> None:
    page = "    $ agglo a \\\n          b\n    one\n    ...\n    three\n\n    $ agglo c\n"
    first, second = commands(page)
    assert (first.words, second.words, second.shown) == ("agglo a b", "agglo c", [])
    assert follows(first.shown, "one\ntwo\n three") == ""
    assert follows(first.shown, "one\ntwo") == "three"
    assert follows(["three", "one"], "one\nthree") == "one"


def test_every_command_of_the_guide_does_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("wntr", reason="the guide needs the extra water")
    for name in ("agglo/models/water/data/town", "docs/examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.setenv("AGGLO_LANGUAGE", "en")
    monkeypatch.setenv("AGGLO_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.delenv("COLUMNS", raising=False)
    variables: dict[str, str] = {}
    for one in commands(GUIDE):
        if one.words.startswith("cd "):
            monkeypatch.chdir(tmp_path / one.words.removeprefix("cd "))
            continue
        if assigned := re.fullmatch(r"(\w+)='(.*)'", one.words):
            variables[f"${assigned[1]}"] = assigned[2]
            continue
        for name, value in variables.items():
            one.words = one.words.replace(name, value)
        program, *words = shlex.split(one.words)
        assert program == "agglo"
        capfd.readouterr()
        code = cli.run(words)
        said = capfd.readouterr()
        refused = any(line.startswith("No answer") for line in one.shown)
        assert (code != 0) == refused, f"{one.words}\n{said.err}"
        assert not (missing := follows(one.shown, said.out)), f"{one.words}\nshows: {missing}\nsaid:\n{said.out}"


@pytest.mark.parametrize("name", ["water.md", "eau.md"])
def test_pictures_are_there_and_say_that_the_town_is_made_up(name: str) -> None:
    pictures = PICTURE.findall((GUIDES / name).read_text(encoding="utf-8"))
    assert len(pictures) >= 3
    for words, place in pictures:
        assert "made-up town" in words or "ville inventée" in words
        assert (GUIDES / place).read_bytes().startswith(b"\x89PNG")


def test_examples_say_that_the_town_is_made_up() -> None:
    assert "Clairvane, made-up town" in (ROOT / "docs/examples/clairvane-decisions.csv").read_text(encoding="utf-8")
    first, second = GUIDE.split("\n\n")[2], (GUIDES / "eau.md").read_text(encoding="utf-8").split("\n\n")[2]
    assert "is a made-up town, not Paris-Saclay" in first
    assert "est une ville inventée, pas Paris-Saclay" in second
