"""How commands print: aligned tables, wrapped text, progress, errors, JSON."""

import json
import os
import shlex
import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from agglo.contract.errors import AggloError, Fault
from agglo.contract.language import _, ngettext

if TYPE_CHECKING:
    from agglo.runs.process import Progress

COLUMNS = 100
"""Columns that text is wrapped to where there is no terminal."""
NARROWEST = 18
"""Columns that a wrapped column of a table keeps at least."""
GAP = "  "
SAID_EVERY_S = 5.0
"""Time between two lines of progress where there is no terminal [s]."""

MOST_FAULTS = 50
"""Faults that are shown of one error."""

RULE: Sequence[str] = ()
"""In the rows of a table: a line across."""


def as_json(content: Any) -> None:
    """Print JSON that a program reads: UTF-8 whatever the terminal's encoding, figures in full."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False).encode())


def width() -> int:
    """Columns that text is wrapped to: those of the terminal."""
    return max(shutil.get_terminal_size((COLUMNS, 24)).columns, 2 * NARROWEST)


def paragraph(text: str, *, lead: str = "") -> str:
    """``text`` wrapped to the terminal; ``lead`` begins it and the lines after are set in as much."""
    return textwrap.fill(
        text, width(), initial_indent=lead, subsequent_indent=" " * len(lead), break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def notes(texts: Iterable[str]) -> str:
    """Texts as a list, wrapped to the terminal."""
    return "\n".join(paragraph(text, lead="- ") for text in texts)


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, figures: Sequence[int] = (), wrap: int | None = None
) -> str:
    """Rows as aligned text under a header.

    Parameters
    ----------
    header
        A text by column; it may have several lines.
    figures
        Columns aligned to the right.
    wrap
        The column whose texts go on below where the terminal is too narrow.
    """
    heads = [one.split("\n") for one in header]
    height = max(map(len, heads))
    top = list(zip(*(one + [""] * (height - len(one)) for one in heads), strict=True))
    widths = [max(len(line[column]) for line in [*top, *filter(None, rows)]) for column in range(len(header))]
    if wrap is not None:
        rows, widths = _wrapped(rows, widths, wrap)
    rule = ["-" * one for one in widths]
    lines = [*top, rule, *(row or rule for row in rows)]
    return "\n".join(
        GAP.join(
            text.rjust(size) if column in figures else text.ljust(size)
            for column, (text, size) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _wrapped(
    rows: Sequence[Sequence[str]], widths: list[int], column: int
) -> tuple[Sequence[Sequence[str]], list[int]]:
    """Rows whose ``column`` fits what the terminal leaves it, on as many lines as that takes."""
    others = sum(widths) - widths[column] + len(GAP) * (len(widths) - 1)
    room = max(width() - others, NARROWEST)
    if widths[column] <= room:
        return rows, widths
    narrow = [*widths[:column], room, *widths[column + 1 :]]
    lines: list[Sequence[str]] = []
    for row in rows:
        parts = textwrap.wrap(row[column], room, break_on_hyphens=False) if row else []
        for rank, part in enumerate(parts or [""]):
            lines.append([part if one == column else text if not rank else "" for one, text in enumerate(row)])
    return lines, narrow


def pairs(content: Mapping[str, str] | Sequence[tuple[str, str]]) -> str:
    """Names and values, one a line, aligned; long values are wrapped. As pairs, a name may come twice."""
    rows = list(content.items()) if isinstance(content, Mapping) else content
    size = max((len(name) for name, _value in rows), default=0)
    return "\n".join(paragraph(value, lead=f"  {name.ljust(size)}  ") for name, value in rows)


def error(failed: AggloError) -> None:
    """Print an error on standard error, wrapped where that is a terminal; of very many faults, the first."""
    lines = [failed.what, *(f"  - {one}" for one in faults(failed.faults)), failed.repair]
    lines = [line for text in lines if text for line in text.splitlines()]
    if sys.stderr.isatty():
        lines = [_error_line(line) for line in lines]
    typer.echo("\n".join(lines), err=True)


def faults(found: Sequence[Fault]) -> list[str]:
    """Faults in words, the first ones where there are very many, and how many others there are."""
    said = [str(one) for one in found[:MOST_FAULTS]]
    more = len(found) - len(said)
    return [*said, ngettext("... and {count} more", "... and {count} more", more).format(count=more)] if more else said


def _error_line(line: str) -> str:
    """A line of an error, wrapped; what follows a dash is set in under it."""
    lead = next((one for one in ("  - ", "  ") if line.startswith(one)), "")
    return paragraph(line[len(lead) :], lead=lead) if line.strip() else line


def command(*words: str, workspace: Path | None = None) -> str:
    """A command to type next: this very program, in this very workspace."""
    place = ["--workspace", str(workspace)] if workspace else []
    return shlex.join([_program(), *words, *place])


def _program() -> str:
    """How this program is called here: its name where the shell finds it, else its path."""
    typed, found = Path(sys.argv[0]), shutil.which("agglo")
    if typed.name != "agglo" or not typed.exists() or (found and Path(found).resolve() == typed.resolve()):
        return "agglo"
    near = os.path.relpath(typed)
    return str(typed) if near.startswith("..") else near


@contextmanager
def progress(label: str) -> "Iterator[Progress]":
    """A progress bar under one label; see :func:`bars`."""
    with bars() as bar:
        yield bar(label)


@contextmanager
def bars() -> "Iterator[Callable[[str], Progress]]":
    """Progress on standard error: a bar with the remaining time for each label; lines where that is no terminal."""
    if not sys.stderr.isatty():
        yield _said
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = [TextColumn("{task.description}", markup=False), BarColumn(30), TextColumn("{task.percentage:>3.0f} %")]
    times = [TimeElapsedColumn(), TimeRemainingColumn(), TextColumn("{task.fields[text]}", markup=False)]
    with Bar(*columns, *times, console=Console(file=sys.stderr), transient=True) as bar:

        def start(label: str) -> "Progress":
            task = bar.add_task(label, total=1.0, text=_("starting"))
            return lambda fraction, text: bar.update(task, completed=fraction, text=text[:30])

        yield start


def _said(label: str) -> "Progress":
    """Progress as lines: one at the start, then one every few seconds."""
    typer.echo(f"{label}...", err=True)
    last = [time.monotonic()]

    def report(fraction: float, text: str) -> None:
        if time.monotonic() - last[0] >= SAID_EVERY_S:
            last[0] = time.monotonic()
            typer.echo(f"{label}: {fraction:.0%} {text}".rstrip(), err=True)

    return report
