"""How commands print: aligned tables, progress bars, JSON."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import typer

from agglo.contract.language import _
from agglo.runs.process import Progress


def as_json(content: Any) -> None:
    """Print JSON that a program reads: UTF-8, figures in full."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1))


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, figures: Sequence[int] = ()) -> str:
    """Rows as aligned text under a header; the columns in ``figures`` are aligned to the right."""
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(
            text.rjust(width) if column in figures else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def pairs(content: Mapping[str, str]) -> str:
    """Names and values, one a line, aligned."""
    width = max((len(name) for name in content), default=0)
    return "\n".join(f"  {name.ljust(width)}  {value}" for name, value in content.items())


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A progress bar with the remaining time, on standard error; a line where that is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(file=sys.stderr)
    columns = [TextColumn("{task.description}"), BarColumn(30), TextColumn("{task.percentage:>3.0f} %")]
    times = [TimeElapsedColumn(), TimeRemainingColumn(), TextColumn("{task.fields[text]}")]
    with Bar(*columns, *times, console=console, transient=console.is_terminal) as bar:
        task = bar.add_task(label, total=1.0, text=_("starting"))

        def report(fraction: float, text: str) -> None:
            bar.update(task, completed=fraction, text=text[:30])

        yield report
        bar.update(task, completed=1.0, text="")
