"""Grids: an export as lines with a figure by year, and beside it what changed on the way, with the reason.

A CSV holds the grid, and a second one, ``NAME-changes.csv``, the changes; an XLSX holds both as sheets.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agglo.contract import formulas
from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import N_, Text, _, in_language
from agglo.store.files import write_in_order
from agglo.studies.climate import rows

SUFFIXES = (".csv", ".xlsx")

MOVED = N_("moved")
LEFT_OUT = N_("left out")
NOT_SEPARABLE = N_("not separable")
COMPUTED = N_("computed")
NO_IDENTIFIER = N_("no identifier")
NOT_HELD = N_("not held")

Figures = Mapping[int, float | None]
"""A figure by year."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a grid: what it is, and its figure by year."""

    labels: tuple[str, ...]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Change:
    """What differs from the inventory: which rows of it, what was done, where they went, why, and how much by year."""

    what: str
    done: str
    where: str
    why: Text
    unit: str = ""
    figures: Figures | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """An export: ``heads`` name the labels of each line."""

    title: str
    heads: tuple[str, ...]
    years: tuple[int, ...]
    lines: tuple[Line, ...]
    changes: tuple[Change, ...] = ()

    def table(self) -> list[list[str | float | None]]:
        """Header and lines, figures as numbers."""
        found: list[list[str | float | None]] = [[*self.heads, *map(str, self.years)]]
        found += [[*line.labels, *(line.figures.get(year) for year in self.years)] for line in self.lines]
        return found

    def change_table(self) -> list[list[str | float | None]]:
        """Header and changes, in the language in force."""
        heads = (_("rows of the inventory"), _("what was done"), _("line of the export"), _("why"), _("unit"))
        found: list[list[str | float | None]] = [[*heads, *map(str, self.years)]]
        for one in self.changes:
            amounts = [(one.figures or {}).get(year) for year in self.years]
            found.append([one.what, _(one.done), one.where, in_language(one.why), one.unit, *amounts])
        return found


def check_place(path: Path) -> None:
    """Refuse a file that an export could not be written to.

    Raises
    ------
    InvalidInput
        No such folder, or neither a CSV nor an XLSX.
    """
    found = []
    if path.suffix.lower() not in SUFFIXES:
        expected = _("a name that ends in {suffixes}").format(suffixes=", ".join(SUFFIXES))
        found.append(Fault("--output", str(path), expected, nearest(path.suffix, SUFFIXES)))
    if path.is_dir() or not path.absolute().parent.is_dir():
        got = _("a folder") if path.is_dir() else _("no such folder: {folder}").format(folder=path.parent)
        found.append(Fault("--output", got, _("the name of a file, in a folder that exists")))
    if found:
        raise InvalidInput(_("The export cannot be written there."), found)


def write(grid: Grid, path: Path) -> list[Path]:
    """Write a grid and its changes; the answer is the files made. Errors as :func:`check_place`."""
    check_place(path)
    if path.suffix.lower() == ".xlsx":
        write_in_order([(path, _workbook(grid))])
        return [path]
    beside = path.with_name(f"{path.stem}-changes{path.suffix}")
    write_in_order([(path, _text(grid.table())), (beside, _text(grid.change_table()))])
    return [path, beside]


def _text(table: Sequence[Sequence[str | float | None]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([[_cell(value) for value in line] for line in table])
    return text.getvalue().encode()


def _cell(value: str | float | None) -> str:
    return formulas.neutral(value) if isinstance(value, str) else rows.written(value)


def _workbook(grid: Grid) -> bytes:
    import openpyxl
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    book.properties.title = grid.title
    del book[book.sheetnames[0]]
    for name, table, wide in (
        (_("grid"), grid.table(), len(grid.heads)),
        (_("changes"), grid.change_table(), 5),
    ):
        sheet = book.create_sheet(name)
        for line in table:
            sheet.append(line)
        formulas.as_texts(sheet)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = sheet.cell(2, wide + 1 if name == _("grid") else 1)
        for column in range(1, len(table[0]) + 1):
            longest = max(len(str(line[column - 1] or "")) for line in table)
            sheet.column_dimensions[get_column_letter(column)].width = min(max(longest + 2, 10), 60)
        for row in sheet.iter_rows(min_row=2, max_col=wide):
            for cell in row:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
