"""Spreadsheets: the one table of a sheet, or the cells that keep it from being one."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from agglo.catalogue.findings import SHOWN, Findings, quoted
from agglo.catalogue.source import Column, Layout, Source, header_faults, unreadable
from agglo.catalogue.workbook import Cell, Sheet, box, letters, sheets
from agglo.contract.errors import Fault, NotFound, nearest
from agglo.contract.language import _, ngettext

if TYPE_CHECKING:
    import pyarrow as pa


def read_spreadsheet(path: Path, layout: Layout, kind: str) -> Source:
    """The columns of the table on the sheet the layout names, or on the only sheet that is filled.

    Raises
    ------
    NotFound
        There is no sheet of that name.
    InvalidInput
        Merged cells, several tables, a formula without a result, an error value or an unusable header.
    """
    sheet = _chosen(sheets(path, kind), layout, path.name)
    table = _Table(sheet, layout)
    findings = Findings()
    findings.add(*table.faults())
    findings.stop(_('The sheet "{sheet}" of {name} is not one plain table.').format(sheet=sheet.name, name=path.name))
    if not table.rows:
        raise unreadable(sheet.name, _("a header without rows"), _("at least one row"))
    notes = [_('read from the sheet "{sheet}"').format(sheet=sheet.name)]
    return Source(kind, table.columns(), len(table.rows), table.where, tuple(notes), percent=table.percent())


def _chosen(found: list[Sheet], layout: Layout, name: str) -> Sheet:
    names = [sheet.name for sheet in found]
    if layout.sheet is not None:
        if layout.sheet not in names:
            raise NotFound(
                _('No sheet "{sheet}" in {name}.').format(sheet=layout.sheet, name=name),
                repair=nearest(layout.sheet, names),
            )
        found = [sheet for sheet in found if sheet.name == layout.sheet]
    filled = [sheet for sheet in found if sheet.cells or sheet.broken]
    if not filled:
        raise unreadable(name, _("no filled cell"), _("a header and rows"))
    if len(filled) > 1:
        got = ", ".join(quoted(sheet.name) for sheet in filled)
        raise unreadable(name, got, _("one filled sheet"), _("Say which in the mapping, with sheet:."))
    return filled[0]


class _Table:
    """The part of a sheet the layout asks for: its header row, its rows and its columns."""

    def __init__(self, sheet: Sheet, layout: Layout) -> None:
        self.sheet, self.layout = sheet, layout
        top, left, bottom, right = box(layout.range) if layout.range else (1, 1, 1 << 24, 1 << 14)
        top = layout.header_row or top
        bottom = layout.last_row or bottom
        self._span = (left, right)
        self._region = (top, left, bottom, right)
        filled = sorted(
            row for row in sheet.cells if top <= row <= bottom and row not in layout.skip_rows and self._in(row)
        )
        self.header = filled[0] if filled else top
        self.rows = filled[1:]
        used = {column for row in filled for column in self._in(row)}
        self.used = sorted(used)
        last = max(used, default=left)
        self.first = min(used, default=left)
        self.names = [self._name(column) for column in range(self.first, last + 1)]

    def _in(self, row: int) -> dict[int, Cell]:
        left, right = self._span
        cells = self.sheet.cells.get(row, {})
        if (left, right) == (1, 1 << 14):
            return cells
        return {column: value for column, value in cells.items() if left <= column <= right}

    def _name(self, column: int) -> str:
        return shown(self._in(self.header).get(column, "")).strip()

    def place(self, row: int, column: int) -> str:
        return f"{self.sheet.name}!{letters(column)}{row}"

    def where(self, row: int, column: str) -> str:
        """The place of a cell, and the name of its column."""
        number = self.rows[row] if row < len(self.rows) else self.header
        if column not in self.names:
            return f"{self.sheet.name}!{number}"
        return f'{self.place(number, self.first + self.names.index(column))} ("{column}")'

    def percent(self) -> frozenset[str]:
        """Names of the columns whose numbers are shown in percent."""
        return frozenset(self._name(column) for column in self.sheet.percent if column in self.used)

    def columns(self) -> dict[str, Column]:
        """Every column, in parts by the type of its cells."""
        cells = [self.sheet.cells[row] for row in self.rows]
        return {
            name: Column(name, tuple(_parts([row.get(self.first + offset) for row in cells])))
            for offset, name in enumerate(self.names)
        }

    def faults(self) -> Iterator[Fault]:
        """What keeps the cells from being one plain table."""
        yield from self._merged()
        yield from self._broken()
        blocks = list(self._blocks())
        yield from blocks
        if not blocks:
            after = ((row, [shown(value) for value in self._in(row).values()]) for row in self.rows)
            yield from header_faults(
                self.names,
                lambda position: self.place(self.header, self.first + position),
                after,
                self.layout.known,
            )

    def _merged(self) -> Iterator[Fault]:
        last = self.rows[-1] if self.rows else self.header
        _top, left, _bottom, right = self._region
        for top, first, bottom, end in self.sheet.merged:
            if bottom >= self.header and top <= last and end >= left and first <= right:
                yield Fault(
                    f"{self.place(top, first)}:{letters(end)}{bottom}",
                    _("merged cells"),
                    _("one value in one cell"),
                    _("Unmerge them and write the value in every cell."),
                )

    def _broken(self) -> Iterator[Fault]:
        top, left, bottom, right = self._region
        inside = [
            (row, column, problem)
            for row, column, problem in self.sheet.broken
            if top <= row <= bottom and left <= column <= right and row not in self.layout.skip_rows
        ]
        repair = _("Repair the formula, or open and save the file so that results are kept.")
        for row, column, problem in inside[:SHOWN]:
            yield Fault(self.place(row, column), problem, _("a value"), repair)
        if len(inside) > SHOWN:
            more = len(inside) - SHOWN
            yield Fault(ngettext("{count} more cell", "{count} more cells", more).format(count=more), "", _("a value"))

    def _blocks(self) -> Iterator[Fault]:
        """Where a second table starts, below an empty row or beyond an empty column."""
        expected = _("one table on the sheet")
        skipped = set(self.layout.skip_rows)
        for above, below in pairwise([self.header, *self.rows]):
            if not all(row in skipped for row in range(above + 1, below)):
                repair = _(
                    "Give it a sheet of its own; if the table ends above, say last_row: {row} in the mapping;"
                    " if it starts here, header_row: {below}."
                ).format(row=above, below=below)
                cell = self.place(below, min(self._in(below)))
                yield Fault(cell, _("cells after an empty row"), expected, repair)
        for before, after in pairwise(self.used):
            if after != before + 1:
                row = next(row for row in [self.header, *self.rows] if after in self._in(row))
                repair = _("Give it a sheet of its own, or say in the mapping which cells to read, with range:.")
                yield Fault(self.place(row, after), _("cells after an empty column"), expected, repair)


def shown(value: Cell) -> str:
    """A cell as a text, a whole number without decimals.

    >>> shown(2018.0), shown("Orsay")
    ('2018', 'Orsay')
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _parts(values: Sequence[Cell | None]) -> "Iterator[pa.ChunkedArray]":
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    types = {float: pa.float64(), str: pa.string(), bool: pa.bool_(), datetime: pa.timestamp("us")}
    for kind in kinds or {str}:
        part = [value if type(value) is kind else None for value in values]
        yield pa.chunked_array([pa.array(part, types[kind])])
