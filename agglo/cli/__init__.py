"""The command line. Each command parses, calls one function of a lower floor, and prints."""

import os
import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line; the exit code is 0, 1 (a run failed, a check differs), 2 (bad input) or 130 (Ctrl-C)."""
    _speak()
    signal.signal(signal.SIGTERM, _terminated)
    from agglo.cli.commands import app
    from agglo.contract.errors import AggloError

    try:
        app()
    except AggloError as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _terminated(number: int, _frame: FrameType | None) -> None:
    """Leave as after Ctrl-C, so that what was begun is kept as interrupted."""
    sys.exit(128 + number)


def _speak() -> None:
    """Take the language from the workspace's settings, before any text is made, unless the environment says it."""
    if "AGGLO_LANGUAGE" in os.environ:
        return
    import tomllib
    from pathlib import Path

    from agglo.store.config import CONFIG_FILE
    from agglo.store.workspace import DEFAULT_FOLDER, VARIABLE

    words = sys.argv[1:]
    given = words[words.index("--workspace") + 1] if "--workspace" in words[:-1] else None
    path = Path(given or os.environ.get(VARIABLE) or DEFAULT_FOLDER) / CONFIG_FILE
    try:
        language = tomllib.loads(path.read_text(encoding="utf-8")).get("language")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return
    if isinstance(language, str):
        os.environ["AGGLO_LANGUAGE"] = language
