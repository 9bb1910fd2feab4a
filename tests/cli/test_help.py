"""Every command, argument and option is documented, and help costs little."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from agglo.cli.commands import app

from .conftest import Agglo


def _commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield words, command
    if isinstance(command, TyperGroup):
        for name, one in command.commands.items():
            yield from _commands(one, (*words, name))


COMMANDS = dict(_commands(get_command(app)))
LEAVES = {words: one for words, one in COMMANDS.items() if not isinstance(one, TyperGroup)}


def test_the_commands_are_those_of_the_documentation() -> None:
    assert {" ".join(words) for words in LEAVES} == {
        "access roles", "access list", "access grant", "access revoke", "publish", "serve",
        "demo", "run", "runs", "show", "compare", "verify", "export", "import", "work", "init", "reindex",
        "data add", "data list", "data show", "data check", "data schemas", "model list", "model show",
        "climate template", "climate import", "climate export", "climate report",
        "deal show", "deal list", "deal add", "deal open", "deal sign", "deal progress", "deal export",
        "study run", "study list", "study show", "study state", "study compare",
        "register new", "register list", "register show", "register check", "register move", "register publish",
        "account add", "account list", "account role", "account disable", "account password",
        "register watch", "register guide",
        "register ai-act",
        "register similar",
        "register export", "register import",
        "body list", "body show", "responsibility list", "responsibility gaps", "responsibility template",
        "opinion add", "opinion list", "opinion show", "opinion reply", "opinion template",
        "territory show", "config show", "footprint estimate", "footprint declare", "footprint report",
    }  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_documented(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    assert len(command.help or "") > 10
    for parameter in command.params:
        assert len(parameter.help or "") > 5, f"agglo {' '.join(words)}: {parameter.name} has no help text"


@pytest.mark.parametrize("words", [words for words in COMMANDS if words], ids=" ".join)
def test_help_is_shown_in_full_and_fits_a_terminal(words: tuple[str, ...], agglo: Agglo) -> None:
    said = agglo(*words, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: agglo {' '.join(words)} ")
    assert max(map(len, said.out.splitlines())) <= 80
    if words in LEAVES:
        usage = said.out.split("Options:")[0]
        assert "..." not in usage.replace("{RUN RUN}...", "").replace("{FILE}...", "").replace("[ID]...", "").replace(
            "[WORD]...", ""
        )


def test_the_list_of_commands_cuts_no_sentence(agglo: Agglo) -> None:
    said = agglo("--help")
    assert said.code == 0
    assert "..." not in said.out.split("Commands:")[1]


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_every_command_takes_a_workspace(words: tuple[str, ...]) -> None:
    assert "--workspace" in [name for one in LEAVES[words].params for name in one.opts]


def test_help_imports_no_heavy_library() -> None:
    heavy = ("pyarrow", "pandas", "numpy", "sqlalchemy", "pydantic", "rich.console", "jsonschema", "yaml")
    code = (
        "import json, sys; from agglo.cli import run; run(['--help'])\n"
        f"print(json.dumps([name for name in {heavy!r} if name in sys.modules]), file=sys.stderr)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(answer.stderr) == []


def test_version(agglo: Agglo) -> None:
    assert agglo("--version").out.startswith("agglo ")
