"""A study report as a workbook: a sheet a section, numbers as numbers, every row that a page leaves out."""

import datetime
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from agglo.contract import formulas
from agglo.contract.language import _
from agglo.contract.numerals import decimals_for
from agglo.studies.report.blocks import Box, Column, Document, Items, Keys, Paragraph, Section, Table, Value

_LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\\/*?:\[\]]")
_WIDEST, _NARROWEST = 60, 10
_EPOCH = datetime.datetime(2000, 1, 1)  # noqa: DTZ001
_ZIP_EPOCH = (2000, 1, 1, 0, 0, 0)


def render(document: Document, sources: Table) -> bytes:
    """The workbook: a sheet to begin with, the sections that hold tables, and the sources; it carries no date."""
    from openpyxl import Workbook

    book = Workbook()
    for sheet in book.worksheets:
        book.remove(sheet)
    _read_me(book, document)
    for section in document.sections:
        tables = list(section.tables)
        if section.id == "sources":
            _sheets(book, section.sheet, [sources])
        elif tables:
            _sheets(book, section.sheet, tables)
    book.properties.title = document.title
    book.properties.creator = "agglo"
    book.properties.created = book.properties.modified = _EPOCH
    held = io.BytesIO()
    book.save(held)
    return _undated(held.getvalue())


def _sheets(book: Any, name: str, tables: Sequence[Table]) -> None:
    """One sheet a table, so that a header row and frozen panes hold for each."""
    for rank, table in enumerate(tables, 1):
        title = name if len(tables) == 1 else f"{name} {rank}"
        sheet = book.create_sheet(_sheet_name(title, book.sheetnames))
        _fill(sheet, table)


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """A name that workbooks accept and that is not taken."""
    base = _FORBIDDEN.sub(" ", title)[:_LONGEST_NAME].strip()
    name, rank = base, 2
    while name.casefold() in {one.casefold() for one in taken}:
        name = f"{base[: _LONGEST_NAME - 4]} ({rank})"
        rank += 1
    return name


def _fill(sheet: Any, table: Table) -> None:
    """A header row, then every row; the caption and the note are in the first sheet."""
    from openpyxl.styles import Alignment, Font

    for place, column in enumerate(table.columns, 1):
        cell = sheet.cell(1, place)
        formulas.put(cell, column.header)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for line, row in enumerate(table.rows, 2):
        for place, (column, value) in enumerate(zip(table.columns, row.cells, strict=True), 1):
            cell = sheet.cell(line, place)
            _put(cell, column, value)
            if row.strong:
                cell.font = Font(bold=True)
    sheet.freeze_panes = sheet.cell(2, table.heads + 1)
    for place, column in enumerate(table.columns, 1):
        texts = [column.header[: _WIDEST // 2], *(str(row.cells[place - 1] or "") for row in table.rows)]
        width = min(_WIDEST, max(_NARROWEST, *(len(text) + 2 for text in texts)))
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = width


def _put(cell: Any, column: Column, value: Value) -> None:
    """A value as it is; a text is never read as a formula."""
    from openpyxl.styles import Alignment

    if value is None or value == "":
        return
    formulas.put(cell, value)
    if isinstance(value, str):
        cell.alignment = Alignment(wrap_text=len(value) > _WIDEST, vertical="top")
    elif column.share:
        cell.number_format = "0.0%"
    elif column.year or isinstance(value, int):
        cell.number_format = "0"
    else:
        cell.number_format = _number_format(column, value)


def _number_format(column: Column, value: float) -> str:
    """Thousands apart; as many decimals as a page shows."""
    places = column.decimals if column.decimals is not None else decimals_for([value])
    return "#,##0" + (f".{'0' * places}" if places else "")


def _read_me(book: Any, document: Document) -> None:
    """What the workbook is, what was answered, and what each sheet holds."""
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(_("Read me"))
    sheet.append([document.title])
    sheet["A1"].font = Font(bold=True, size=14)
    for text in _opening(document):
        sheet.append([text])
    sheet.append([])
    sheet.append([_("Table"), _("Sheet"), _("Note")])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for name, table in _contents(document):
        sheet.append([table.caption, name, table.note])
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    formulas.as_texts(sheet)
    for letter, width in zip("ABC", (90, 28, 70), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"


def _contents(document: Document) -> list[tuple[str, Table]]:
    found = []
    for section in document.sections:
        tables = list(section.tables)
        found += [
            (section.sheet if len(tables) == 1 else f"{section.sheet} {rank}", table)
            for rank, table in enumerate(tables, 1)
        ]
    return found


def _opening(document: Document) -> list[str]:
    """Sentences of the report that no table holds."""
    texts = [document.kind, *document.about]
    for box in document.boxes:
        texts += [box.title, *box.texts]
    for section in document.sections:
        texts += _sentences(section)
    texts.append(_("Values are those of the runs, not rounded; an empty cell means that nothing is known."))
    return texts


def _sentences(section: Section) -> list[str]:
    texts: list[str] = []
    for block in section.blocks:
        if isinstance(block, Paragraph):
            texts.append(block.text)
        elif isinstance(block, Box):
            texts += [block.title, *block.texts, *filter(None, block.code.split("\n"))]
        elif isinstance(block, Items):
            texts += [*filter(None, [block.title]), *block.texts]
        elif isinstance(block, Keys):
            texts += [f"{key.title}: {key.figure} {key.unit}, {key.below}" for key in block.keys]
    return [section.title, *texts] if texts else []


def _undated(content: bytes) -> bytes:
    """The workbook with no instant of its making in the archive, so that the same report gives the same bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", part)
            new.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), part, zipfile.ZIP_DEFLATED)
    return held.getvalue()
