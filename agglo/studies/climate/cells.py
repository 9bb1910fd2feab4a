"""Cells of a filled workbook: each value with its place, read or refused."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from agglo.catalogue.spreadsheet import shown
from agglo.catalogue.workbook import Cell, Sheet, letters
from agglo.contract.errors import Fault, nearest
from agglo.contract.language import _
from agglo.studies.climate import layout
from agglo.studies.climate.layout import Head

LARGEST_UNCERTAINTY = 10.0
"""Half of a 95 % interval, share of the value."""

FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row with a value: what its cells say, and where they are."""

    row: int
    values: Mapping[str, Any]
    places: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass
class Form:
    """A sheet to fill in, and the faults of its cells."""

    sheet: Sheet
    name: str
    language: str
    faults: list[Fault] = field(default_factory=list)

    @property
    def heads(self) -> Sequence[Head]:
        return layout.HEADS[self.name]

    def place(self, row: int, column: int) -> str:
        return f"{self.sheet.name}!{letters(column)}{row}"

    def check_header(self) -> bool:
        """Whether titles and order are those of the template; each column that is not is a fault."""
        found = {column: shown(value).strip() for column, value in self.sheet.cells.get(1, {}).items()}
        wanted = [head.said(self.language) for head in self.heads]
        before = len(self.faults)
        for column, title in enumerate(wanted, 1):
            got = found.get(column, "")
            if got != title:
                self.faults.append(self._header_fault(column, got, title, found))
        for column in sorted(column for column in found if column > len(wanted)):
            if found[column] not in wanted:
                repair = _("Remove it, or put its content under Source.")
                self.faults.append(Fault(self.place(1, column), f'"{found[column]}"', _("no further column"), repair))
        return len(self.faults) == before

    def _header_fault(self, column: int, got: str, title: str, found: Mapping[int, str]) -> Fault:
        elsewhere = next((one for one, text in found.items() if text == title), None)
        if elsewhere is not None:
            repair = _("This column was moved to {cell}: put it back.").format(cell=self.place(1, elsewhere))
        elif got:
            repair = _("Give the column its title again, or begin with a new template.")
        else:
            repair = _("This column was removed: begin with a new template.")
        return Fault(self.place(1, column), f'"{got}"' if got else _("an empty cell"), f'"{title}"', repair)

    def check_cells(self) -> None:
        """Merged cells, and formulas without a result."""
        for top, first, bottom, last in self.sheet.merged:
            where = f"{self.place(top, first)}:{letters(last)}{bottom}"
            repair = _("Unmerge them and write the value in every cell.")
            self.faults.append(Fault(where, _("merged cells"), _("one value in one cell"), repair))
        for row, column, problem in self.sheet.broken:
            repair = _("Repair the formula, or open and save the file so that results are kept.")
            self.faults.append(Fault(self.place(row, column), problem, _("a value"), repair))

    def rows(self) -> Iterator[FilledRow]:
        """The rows with a value; a row that is described and has none is a fault."""
        broken = {row for row, _column, _problem in self.sheet.broken}
        column = next(rank for rank, head in enumerate(self.heads, 1) if head.name == "value")
        for row in sorted(self.sheet.cells):
            if row == 1 or row in broken:
                continue
            cells = self.sheet.cells[row]
            if column in cells:
                before = len(self.faults)
                found = self._row(row, cells)
                if len(self.faults) == before:
                    yield found
            elif said := self._described(cells):
                expected = _("a value, as {title} is given").format(title=said)
                repair = _("Write the value (0 for zero), or empty this row.")
                self.faults.append(Fault(self.place(row, column), _("an empty cell"), expected, repair))

    def _described(self, cells: Mapping[int, Cell]) -> str:
        """The title of a cell that nobody fills without a value."""
        telling = ("uncertainty", "quality", "vintage")
        return next(
            (
                head.title[self.language]
                for rank, head in enumerate(self.heads, 1)
                if head.name in telling and rank in cells
            ),
            "",
        )

    def _row(self, row: int, cells: Mapping[int, Cell]) -> FilledRow:
        places = {head.name: self.place(row, rank) for rank, head in enumerate(self.heads, 1)}
        values = {
            head.name: self._value(head, cells.get(rank), f'{places[head.name]} ("{head.title[self.language]}")', rank)
            for rank, head in enumerate(self.heads, 1)
        }
        return FilledRow(row, values, places)

    def _value(self, head: Head, cell: Cell | None, where: str, rank: int) -> Any:
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            if head.needed:
                self.faults.append(Fault(where, _("an empty cell"), self._expected(head)))
            return None
        match head.kind:
            case "number":
                return self._number(cell, where)
            case "percent":
                return self._share(cell, where, percent=rank in self.sheet.percent)
            case "year":
                return self._year(cell, where)
            case "place":
                return self._code(cell, where)
            case "choice":
                return self._choice(head, cell, where)
            case "subsector":
                return self._subsector(cell, where)
        return shown(cell).strip()

    def _expected(self, head: Head) -> str:
        if head.kind == "choice":
            return _("a name of the list")
        return {
            "place": _("an INSEE code of a commune or a SIREN code of a territory"),
            "year": _("a year from 1900 to 2200"),
            "number": _("a number"),
        }.get(head.kind, _("a text"))

    def _number(self, cell: Cell, where: str) -> float | None:
        if not isinstance(cell, float) or isinstance(cell, bool):
            repair = _("Type the number alone: no unit, no space, no text format.") if isinstance(cell, str) else ""
            self.faults.append(Fault(where, f'"{shown(cell)}"', _("a number"), repair))
            return None
        if cell < 0:
            repair = _("Carbon stored and energy produced are not part of an inventory.")
            self.faults.append(Fault(where, shown(cell), _("0 or more"), repair))
            return None
        return cell

    def _share(self, cell: Cell, where: str, *, percent: bool) -> float | None:
        value = self._number(cell, where)
        if value is None:
            return None
        share = value if percent else value / 100
        if share > LARGEST_UNCERTAINTY:
            self.faults.append(Fault(where, shown(cell), _("at most 1000 % of the value")))
            return None
        return share

    def _year(self, cell: Cell, where: str) -> int | None:
        text = shown(cell).strip()
        if isinstance(cell, datetime) or not text.isdigit() or not FIRST_YEAR <= int(text) <= LAST_YEAR:
            self.faults.append(Fault(where, f'"{text}"', _("a year from 1900 to 2200")))
            return None
        return int(text)

    def _code(self, cell: Cell, where: str) -> str | None:
        text = shown(cell).strip().upper()
        if not _is_code(text):
            lost = text.isdigit() and len(text) == 4 and _is_code(f"0{text}")
            repair = _("The zero in front was lost: give the cell a text format and type 0{code}.").format(code=text)
            expected = _("an INSEE code of a commune or a SIREN code of a territory")
            self.faults.append(Fault(where, f'"{text}"', expected, repair if lost else ""))
            return None
        return text

    def _choice(self, head: Head, cell: Cell, where: str) -> str | None:
        text = shown(cell).strip()
        found = _names(head.choices).get(_plain(text))
        if found is None:
            names = [one[self.language] for one in layout.CHOICES[head.choices].values()]
            self.faults.append(Fault(where, f'"{text}"', _("a name of the list"), nearest(text, names)))
        return found

    def _subsector(self, cell: Cell, where: str) -> str | None:
        text = shown(cell).strip()
        if not text or not all(one.isdigit() or ("a" <= one <= "z") or one == "-" for one in text):
            repair = _('Such as "{name}".').format(name="-".join(_plain(text).split()) or "livestock")
            self.faults.append(Fault(where, f'"{text}"', _("lower-case letters, digits and hyphens"), repair))
            return None
        return text


def _is_code(text: str) -> bool:
    import re

    return bool(re.fullmatch(r"(\d{2}|2[AB])\d{3}|\d{9}", text))


@cache
def _names(choices: str) -> Mapping[str, str]:
    """Identifiers of a list by every way of naming them: identifier, French, English; accents and case aside."""
    found: dict[str, str] = {}
    for name, text in layout.CHOICES[choices].items():
        for said in (name, *text.values()):
            found.setdefault(_plain(said), name)
    return found


def _plain(text: str) -> str:
    """A name without accents, case or doubled spaces."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(bare.casefold().replace("'", " ").split())
