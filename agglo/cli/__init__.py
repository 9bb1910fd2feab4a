"""The command line. Each command parses, calls one function of a lower floor, and prints.

Standard output holds the answer and nothing else; progress and errors go to standard error.
"""

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line; see :func:`run` for the exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)


def run(words: Sequence[str]) -> int:
    """Run one command; the answer is its exit code.

    0; 1 where a run failed or a check differs; 2 for bad input; 130 after Ctrl-C.
    """
    from agglo.cli import language

    language.take(words)
    from typer import TyperException

    from agglo.cli import show, usage
    from agglo.cli.commands import app
    from agglo.contract.errors import AggloError

    try:
        return int(app(args=list(words), prog_name="agglo", standalone_mode=False) or 0)
    except AggloError as error:
        show.error(error)
    except TyperException as error:
        usage.tell(error)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        show.error(usage.of_system(error))
    return EXIT_BAD_INPUT


def _terminated(number: int, _frame: FrameType | None) -> None:
    """Leave as after Ctrl-C, so that what was begun is kept as interrupted."""
    sys.exit(128 + number)
