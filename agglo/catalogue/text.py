"""Delimited text: French and English CSV alike, every column read as text first.

Codes keep their leading zeros and numbers their decimal comma until a schema says what they are.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.catalogue.encoding import as_utf8, sample_of_accents
from agglo.catalogue.findings import SHOWN, Findings
from agglo.catalogue.source import Column, Layout, Source, header_faults, unreadable
from agglo.contract.errors import Fault
from agglo.contract.language import _

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

SEPARATORS = (";", ",", "\t", "|")
HEAD_BYTES = 1 << 17
"""Bytes looked at to find the separator and the header."""
BLOCK_BYTES = 1 << 22


def read_text(path: Path, layout: Layout) -> Source:
    """The columns of a delimited text file, all as text.

    Raises
    ------
    InvalidInput
        The file is empty or not text, its header cannot be used, or lines have another number of cells than it.
    """
    import pyarrow as pa

    if not path.stat().st_size:
        raise unreadable(path.name, _("an empty file"), _("a header and rows"))
    with pa.memory_map(str(path)) as file:
        buffer, encoding = as_utf8(file.read_buffer(), path.name, layout.encoding)
    text = _Text.of(path.name, buffer, layout)
    columns = text.columns()
    return Source("csv", columns, text.count, text.where, (_note(encoding, text),))


def _note(encoding: str, text: "_Text") -> str:
    separator = _("tab") if text.separator == "\t" else f'"{text.separator}"'
    note = _("read as {encoding}, separated by {separator}").format(encoding=encoding, separator=separator)
    word = sample_of_accents(text.body) if encoding not in ("utf-8", "utf-16-le", "utf-16-be") else ""
    return f'{note} ("{word}")' if word else note


@dataclass
class _Text:
    """A text being read: UTF-8 lines, those left out blanked so that line numbers stay those of the file."""

    name: str
    body: "pa.Buffer"
    separator: str
    names: list[str]
    width: int
    header_end: int
    count: int = 0

    @classmethod
    def of(cls, name: str, buffer: "pa.Buffer", layout: Layout) -> "_Text":
        body, hinted = _excel_hint(_with_newlines(buffer))
        body = _blanked(body, layout)
        head = bytes(body[:HEAD_BYTES]).decode("utf-8", "ignore")
        whole = body.size <= HEAD_BYTES
        if not head.strip():
            raise unreadable(name, _("no header"), _("a header and rows"))
        separator = layout.separator or hinted or _separator(head, whole, layout.known)
        records = list(islice(_records(io.StringIO(head, newline=""), separator), 60))
        start, end, cells = records[0]
        names = [cell.strip() for cell in cells]
        while len(names) > 1 and not names[-1]:
            names.pop()
        findings = Findings()

        def place(position: int) -> str:
            return _("line {line}, column {position}").format(line=start, position=position + 1)

        findings.add(*header_faults(names, place, ((first, cells) for first, _end, cells in records[1:]), layout.known))
        findings.stop(_("The header of {name} cannot be used.").format(name=name))
        return cls(name, body, separator, names, len(cells), end)

    def columns(self) -> dict[str, Column]:
        """Every column as text; extra empty columns at the end are left out."""
        table, wrong = self._table()
        if wrong:
            self._refuse_widths(wrong)
        if not table.num_rows:
            raise unreadable(self.name, _("a header without rows"), _("at least one row"))
        self.count = table.num_rows
        findings = Findings()
        for position in range(len(self.names), self.width):
            self._refuse_unnamed(table, position, findings)
        findings.stop(_("The header of {name} cannot be used.").format(name=self.name))
        return {name: Column(name, (table.column(position),)) for position, name in enumerate(self.names)}

    def where(self, row: int, column: str) -> str:
        """The line and the column of a cell."""
        line = int(self.lines[row]) if row < len(self.lines) else row + 2
        return _('line {line}, column "{column}"').format(line=line, column=column)

    @cached_property
    def lines(self) -> "np.ndarray":
        """The line on which each row starts."""
        import numpy as np

        if b'"' not in bytes(self.body):
            ends = np.append(_newlines(self.body), self.body.size)
            starts = np.concatenate(([0], ends[:-1] + 1))
            content = np.frombuffer(self.body, np.uint8)
            filled = (ends - starts > 1) | (
                (ends - starts == 1) & (content[np.minimum(starts, len(content) - 1)] != 13)
            )
            lines = np.flatnonzero(filled) + 1
            return lines[lines > self.header_end]
        return np.array([first for first, _end, _cells in self._rows()], dtype=np.int64)

    def _rows(self) -> "Iterator[tuple[int, int, list[str]]]":
        stream = io.TextIOWrapper(io.BytesIO(self.body), encoding="utf-8", newline="")
        rows = _records(stream, self.separator)
        next(rows)
        return rows

    def _table(self) -> "tuple[pa.Table, list[Any]]":
        """The cells under the header as text, and the rows that have more or fewer cells than it."""
        import pyarrow as pa

        ends = _newlines(self.body[:HEAD_BYTES])
        start = int(ends[self.header_end - 1]) + 1 if self.header_end <= len(ends) else self.body.size
        content = self.body[start:]
        if not bytes(content[:HEAD_BYTES]).strip():
            raise unreadable(self.name, _("a header without rows"), _("at least one row"))
        quotes = b'"' in bytes(content)
        self._refuse_open_quote(quotes)
        problem = ""
        for block in (min(BLOCK_BYTES, content.size + 1), content.size + 1):
            try:
                return self._parsed(content, quotes, block)
            except pa.ArrowInvalid as error:
                problem = str(error)
        raise unreadable(self.name, problem, _("delimited text"))

    def _parsed(self, content: "pa.Buffer", quotes: bool, block: int) -> "tuple[pa.Table, list[Any]]":
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        names = [str(position) for position in range(self.width)]
        wrong: list[Any] = []

        def remember(row: Any) -> str:
            wrong.append(row)
            return "skip"

        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=block),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.separator, newlines_in_values=quotes, invalid_row_handler=remember
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
        return table, wrong

    def _refuse_open_quote(self, quotes: bool) -> None:
        if not quotes or bytes(self.body).count(b'"') % 2 == 0:
            return
        stream = io.TextIOWrapper(io.BytesIO(self.body), encoding="utf-8", newline="")
        read = [1]
        try:
            read.extend(last + 1 for _first, last, _cells in _records(stream, self.separator, strict=True))
        except csv.Error:
            raise unreadable(
                _("line {line}").format(line=read[-1]),
                _("a quotation mark that is never closed"),
                _("quotation marks in pairs"),
                _("Close it, or double a mark that is part of the text."),
            ) from None

    def _refuse_widths(self, wrong: list[Any]) -> None:
        """Name the lines with too many or too few cells."""
        findings = Findings()
        others = ((first, cells) for first, _end, cells in self._rows() if len(cells) != self.width)
        expected = _("{count} cells, as in the header").format(count=self.width)
        for first, cells in islice(others, SHOWN):
            got = _("{count} cells").format(count=len(cells))
            findings.add(Fault(_("line {line}").format(line=first), got, expected, self._width_repair(cells)))
        if not findings.faults:
            findings.add(*(Fault(row.text[:60], str(row.actual_columns), expected) for row in wrong[:SHOWN]))
        if len(wrong) > SHOWN:
            findings.add(Fault(_("{count} more lines").format(count=len(wrong) - SHOWN), "", expected))
        findings.stop(_("Lines of {name} do not have the cells of its header.").format(name=self.name))

    def _width_repair(self, cells: list[str]) -> str:
        if len(cells) > self.width:
            if self.separator == "," and any(
                re.fullmatch(r"\d+", left.strip()) and re.fullmatch(r"\d+", right.strip())
                for left, right in pairwise(cells)
            ):
                return _('If "," is also the decimal sign, put such cells between quotation marks or separate by ";".')
            return _("Put cells that hold the separator between quotation marks.")
        return _("Add the missing cells, empty if need be; list the line under skip_rows if it is no data.")

    def _refuse_unnamed(self, table: "pa.Table", position: int, findings: Findings) -> None:
        import numpy as np
        import pyarrow.compute as pc

        filled = np.flatnonzero(pc.not_equal(table.column(position), "").to_numpy())
        findings.cells(
            filled,
            where=lambda row: _("line {line}, column {position}").format(line=self.lines[row], position=position + 1),
            got=lambda row: f'"{table.column(position)[row].as_py()}"',
            expected=_("an empty cell, as this column has no name"),
            repair=_("Name the column in the header."),
        )


def _records(stream: io.TextIOBase, separator: str, *, strict: bool = False) -> Iterator[tuple[int, int, list[str]]]:
    """First line, last line and cells of every record that is not blank."""
    before = csv.field_size_limit(1 << 30)
    try:
        reader = csv.reader(stream, delimiter=separator, strict=strict)
        end = 0
        for cells in reader:
            start, end = end + 1, reader.line_num
            if cells:
                yield start, end, cells
    finally:
        csv.field_size_limit(before)


def _separator(head: str, whole: bool, known: frozenset[str]) -> str:
    """The separator under which the header has the known names, else gives every line as many cells, else the most."""

    def merit(separator: str) -> tuple[int, bool, int]:
        rows = [cells for _first, _end, cells in islice(_records(io.StringIO(head, newline=""), separator), 50)]
        rows = rows if whole or len(rows) < 2 else rows[:-1]
        names = [cell.strip() for cell in rows[0]]
        best = max(len(known.intersection(cell.strip() for cell in cells)) for cells in rows[:30])
        return best, all(len(cells) == len(names) for cells in rows), len(names)

    return max(SEPARATORS, key=merit)


def _excel_hint(body: "pa.Buffer") -> "tuple[pa.Buffer, str | None]":
    """The text without the first line ``sep=;`` that a spreadsheet may write, and that separator."""
    import pyarrow as pa

    found = re.match(rb'"?sep=(.)"?\r?(?=\n)', bytes(body[:16]), re.IGNORECASE)
    if not found:
        return body, None
    return pa.py_buffer(bytes(body)[found.end() :]), found.group(1).decode("ascii", "ignore") or None


def _with_newlines(body: "pa.Buffer") -> "pa.Buffer":
    """The text with line feeds, where it has carriage returns alone."""
    import pyarrow as pa

    content = bytes(body[:HEAD_BYTES])
    if b"\r" in content and b"\n" not in content:
        return pa.py_buffer(bytes(body).replace(b"\r", b"\n"))
    return body


def _newlines(body: "pa.Buffer") -> "np.ndarray":
    import numpy as np

    return np.flatnonzero(np.frombuffer(body, np.uint8) == 10)


def _blanked(body: "pa.Buffer", layout: Layout) -> "pa.Buffer":
    """The text with the lines left out by the mapping made blank."""
    import pyarrow as pa

    leave_out: Callable[[int], bool] = lambda line: (  # noqa: E731
        line < (layout.header_row or 1) or line > (layout.last_row or line) or line in layout.skip_rows
    )
    if not (layout.header_row or layout.last_row or layout.skip_rows):
        return body
    lines = bytes(body).split(b"\n")
    return pa.py_buffer(b"\n".join(b"" if leave_out(number) else line for number, line in enumerate(lines, 1)))
