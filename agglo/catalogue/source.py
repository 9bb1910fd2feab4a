"""Sources: what a file holds, column by column, before a schema gives it types.

A cell of a spreadsheet may be a number above and a text below: a column is kept as parts of different types, each null
where another holds the value. Every cell keeps its place in the file, so that a fault names what a person can open and
look at.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from agglo.catalogue.findings import quoted
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _

if TYPE_CHECKING:
    import pyarrow as pa

HEADER_SEARCH = 30
"""Rows looked at when the header is not where it should be."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table lies in its file; ``known`` are the column names the schema and the mapping expect."""

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    range: str | None = None
    layer: str | None = None
    header_row: int | None = None
    last_row: int | None = None
    skip_rows: tuple[int, ...] = ()
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Column:
    """A column as found: parts of different types, each null where another holds the value."""

    name: str
    parts: "tuple[pa.ChunkedArray, ...]"

    def cell(self, row: int) -> Any:
        """The value found at ``row``, None where the cell is empty."""
        found = (part[row].as_py() for part in self.parts)
        return next((value for value in found if value is not None), None)


@dataclass(frozen=True, slots=True)
class Source:
    """What a file holds; ``where(row, column)`` is the place of a cell as a person would look for it."""

    format: str
    columns: Mapping[str, Column]
    rows: int
    where: Callable[[int, str], str]
    notes: tuple[str, ...] = ()
    crs: str | None = None
    percent: frozenset[str] = frozenset()


def unreadable(name: str, got: str, expected: str, repair: str = "") -> InvalidInput:
    """The error for a file that cannot be read at all."""
    return InvalidInput(_("This file cannot be read."), [Fault(name, got, expected, repair)])


def header_faults(
    names: Sequence[str], place: Callable[[int], str], after: Iterable[tuple[int, Sequence[str]]], known: frozenset[str]
) -> list[Fault]:
    """What is wrong with a header: a name twice, a cell without a name, or a header that is further down.

    ``place`` gives where the header cell of a position is; ``after`` are the rows that follow, each with its number.
    """
    here = len(known.intersection(names))
    for number, cells in islice(after, HEADER_SEARCH):
        there = len(known.intersection(cells))
        if there > here and there * 2 >= len(known):
            repair = _("Row {row} looks like the header: say header_row: {row} in the mapping.").format(row=number)
            return [Fault(place(0), quoted(" | ".join(filter(None, names))), _("the header"), repair)]
    faults = []
    for position, name in enumerate(names):
        if not name:
            repair = _("Name the column, or remove it.")
            faults.append(Fault(place(position), _("an empty cell"), _("a column name"), repair))
        elif name in names[:position]:
            repair = _("Rename one of the two columns.")
            faults.append(Fault(place(position), quoted(name), _("each column name once"), repair))
    return faults
