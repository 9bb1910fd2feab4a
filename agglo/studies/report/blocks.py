"""What a study report is made of, whatever it is written as: sections of sentences, boxes, tables, charts and maps.

Tables keep values as they are; :meth:`Column.said` writes one for a person. A page, a workbook and a PDF are then three
renderings of one :class:`Document`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Literal

from agglo.contract import numerals
from agglo.studies.report.maps import Drawing
from agglo.studies.report.pictures import Picture
from agglo.studies.report.pieces import Make

_SHORT = 90
"""Letters of a text that is cut."""

Value = str | float | int | None
Tone = Literal["plain", "warning"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, and for figures their unit and decimals.

    Without ``decimals`` each figure keeps three digits or more. ``year`` writes a number without its thousands;
    ``share`` writes one from 0 to 1 in percent. ``short`` cuts a long text, that the workbook holds whole.
    """

    title: str
    unit: str = ""
    figures: bool = False
    decimals: int | None = None
    signed: bool = False
    year: bool = False
    share: bool = False
    short: bool = False

    @property
    def header(self) -> str:
        """The title with its unit, as people write it."""
        label = numerals.unit_label(self.unit)
        return f"{self.title} [{label}]" if label else self.title

    def said(self, value: Value) -> str:
        """A value for a person."""
        if isinstance(value, str):
            return shorten(value, _SHORT, placeholder=" …") if self.short else value
        if value is None:
            return numerals.figure(None) if self.figures else ""
        if self.year:
            return str(int(value))
        if self.share:
            return share(value, signed=self.signed)
        return numerals.number(value, self._decimals(value), signed=self.signed)

    def _decimals(self, value: float) -> int:
        if not value or isinstance(value, int):
            return 0
        return numerals.decimals_for([value]) if self.decimals is None else self.decimals


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: one that is not ``shown`` is in the workbook only, one that is not ``printed`` not in a PDF.

    A ``strong`` one is a total or leads.
    """

    cells: tuple[Value, ...]
    shown: bool = True
    strong: bool = False
    printed: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; the first ``heads`` columns name the row."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    heads: int = 1

    @property
    def shown(self) -> tuple[Row, ...]:
        """The rows that pages show."""
        return tuple(row for row in self.rows if row.shown)

    @property
    def printed(self) -> tuple[Row, ...]:
        """The rows that a PDF shows."""
        return tuple(row for row in self.shown if row.printed)

    @property
    def hidden(self) -> int:
        """How many rows are in the workbook only."""
        return len(self.rows) - len(self.shown)

    def said(self, row: Row) -> list[str]:
        """The cells of a row for a person."""
        return [column.said(value) for column, value in zip(self.columns, row.cells, strict=True)]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences; ``code`` is a command shown under them."""

    text: str
    code: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """Sentences that stand out: a draft, what a probability rests on, what cannot be said."""

    title: str
    texts: tuple[str, ...]
    tone: Tone = "warning"
    code: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    texts: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms and what they are, under a title."""

    title: str
    pairs: tuple[tuple[str, str], ...]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A figure that leads the report, what it is of, and what bounds it."""

    title: str
    figure: str
    unit: str
    below: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Figures that lead the report."""

    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, named by ``title`` and ``description``, and the table that holds its figures.

    Where the libraries that draw it are not installed, the table stands alone. One that is not ``printed`` is left out
    of a PDF, with its table.
    """

    id: str
    title: str
    description: str
    make: Make
    table: Table
    printed: bool = True


@dataclass(frozen=True, slots=True)
class Map:
    """A map of the communes."""

    picture: Picture
    drawing: Drawing
    title: str


@dataclass(frozen=True, slots=True)
class Maps:
    """Maps of one indicator side by side, and the table that holds the same figures."""

    maps: tuple[Map, ...]
    table: Table
    reading: tuple[str, ...] = ()


Block = Paragraph | Box | Items | Facts | Keys | Chart | Maps | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report; ``sheet`` names it in a workbook."""

    id: str
    title: str
    sheet: str
    blocks: tuple[Block, ...]

    @property
    def tables(self) -> Iterator[Table]:
        """Every table of the section, those of charts and maps included."""
        for block in self.blocks:
            if isinstance(block, Table):
                yield block
            elif isinstance(block, Chart | Maps):
                yield block.table


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report."""

    title: str
    kind: str
    about: tuple[str, ...]
    sections: tuple[Section, ...]
    runs: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = field(default=())


def share(value: float, *, signed: bool = False) -> str:
    """A probability or a share, in percent; one that is almost nothing or almost all is not written as that.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> share(0.874), share(0.002), share(0.999), share(0.0)
    ('87%', '<\\xa01%', '>\\xa099%', '0%')
    """
    percent = value * 100
    if 0 < percent < 1:
        return f"<{numerals.NO_BREAK_SPACE}{numerals.quantity(1, '%')}"
    if 99 < percent < 100:
        return f">{numerals.NO_BREAK_SPACE}{numerals.quantity(99, '%')}"
    return numerals.quantity(percent, "%", signed=signed)
