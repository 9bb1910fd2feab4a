"""The command line for tests: in this process, or as the real program."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from agglo import cli

ROOT = Path(__file__).parents[2]
SHELL_MODEL = ROOT / "tests" / "samples" / "shell"


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


Agglo = Callable[..., Said]


def program(*words: str, folder: Path, **variables: str | None) -> Said:
    """Run the real program in ``folder``, in English unless ``AGGLO_LANGUAGE`` is given."""
    answer = subprocess.run(
        command(*words), cwd=folder, env=environment(**variables), capture_output=True, encoding="utf-8", check=False
    )
    return Said(answer.returncode, answer.stdout, answer.stderr)


def command(*words: str) -> list[str]:
    """The words that start the real program."""
    return [sys.executable, "-c", "from agglo.cli import main; main()", *words]


def environment(**variables: str | None) -> dict[str, str]:
    """The environment without the person's own settings; a variable that is None is not set."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AGGLO_") and name != "COLUMNS"}
    wanted = {**ours, "AGGLO_LANGUAGE": "en", **variables}
    return {name: value for name, value in wanted.items() if value is not None}


@pytest.fixture
def agglo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Agglo:
    """Run a command in this process, in a folder of its own and a workspace that is not made yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGGLO_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*words: object) -> Said:
        capfd.readouterr()
        code = cli.run([str(word) for word in words])
        return Said(code, *capfd.readouterr())

    return run


MEASURED = """
import re
import resource
from pathlib import Path
from agglo.cli import main
try:
    main()
finally:
    own = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    Path("memory").write_text(str(own + worker))
"""
"""The program, which leaves its own peak memory and its worker's [kB together] in a file.

Its own is read from /proc: the kernel's account of a process begins with the peak of the one that started it.
"""


@dataclass(frozen=True)
class Demo:
    """Two calls of ``agglo demo`` by the real program, in one folder."""

    folder: Path
    first: Said
    second: Said

    @property
    def workspace(self) -> Path:
        return self.folder / "agglo-workspace"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    return Demo(folder, program("demo", folder=folder), program("demo", folder=folder))


@pytest.fixture
def asked(demo: Demo, monkeypatch: pytest.MonkeyPatch, agglo: Agglo) -> Agglo:
    """Commands on the workspace of the demo, which holds its nine runs; tests add to it and change nothing there."""
    monkeypatch.setenv("AGGLO_WORKSPACE", str(demo.workspace))
    return agglo


def shell_model(folder: Path, script: str, **described: object) -> Path:
    """A model that is a shell script, in a new folder; it reads no input."""
    folder.mkdir()
    content = {"id": "test.script", "version": "1.0.0", "command": ["answer.sh"], **described}
    (folder / "model.json").write_text(json.dumps(content), encoding="utf-8")
    program_file = folder / "answer.sh"
    program_file.write_text(f"#!/bin/sh\nout=$5\n{script}\n", encoding="utf-8")
    program_file.chmod(0o755)
    return folder


INDICATOR = '{"name": "land.take", "value": 1.5, "unit": "ha/yr", "place": "91272", "year": 2024}'
ANSWER = f"""echo '{{"indicators": [{INDICATOR}]}}' > "$out/outputs.json"\n"""
"""A script that gives one figure."""


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def described(file: Path | str, schema: str, *more: str) -> Sequence[object]:
    """The words of ``agglo data add`` for a file that is well described."""
    said = ["--title", "A table", "--licence", "Licence Ouverte 2.0", "--source", "A survey", "--owner", "The agency"]
    return ["data", "add", file, "--schema", schema, *said, *more]
