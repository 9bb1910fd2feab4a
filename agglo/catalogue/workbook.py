"""Workbooks: the sheets of an XLSX or ODS file as cells, with what makes a cell impossible to trust.

Both formats are zipped XML (ECMA-376 part 1, section 18; OASIS OpenDocument 1.3 part 3, section 9) and are read in one
pass, formulas and merged cells included. A value is a number, a text, a truth value or a date; the last result a
spreadsheet kept is the value of a formula.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

from agglo.catalogue.source import unreadable
from agglo.contract.language import _

Cell = float | str | bool | datetime

MOST_BYTES = 1 << 31
"""Largest size of a workbook once unzipped [byte]."""
MOST_CELLS = 20_000_000
DIGITS = "0123456789"
DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
PERCENT_FORMATS = frozenset((9, 10))
"""Identifiers of the built-in number formats that show dates, and percentages (ECMA-376 part 1, 18.8.30)."""


@dataclass(slots=True)
class Sheet:
    """The filled cells of a sheet by row and column, both from 1."""

    name: str
    cells: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    broken: list[tuple[int, int, str]] = field(default_factory=list)
    percent: set[int] = field(default_factory=set)
    count: int = 0

    def put(self, row: int, column: int, value: Cell | None) -> None:
        if value is None or value == "":
            return
        self.cells.setdefault(row, {})[column] = value
        self.count += 1
        if self.count > MOST_CELLS:
            raise unreadable(self.name, _("more than {count} cells").format(count=MOST_CELLS), _("a smaller sheet"))


def letters(column: int) -> str:
    """The letters of a column.

    >>> letters(1), letters(28)
    ('A', 'AB')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def position(reference: str) -> tuple[int, int]:
    """Row and column of a cell reference.

    >>> position("AB7")
    (7, 28)
    """
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?(\d+)", reference.strip())
    if not found:
        raise ValueError(reference)
    column = 0
    for letter in found.group(1).upper():
        column = column * 26 + ord(letter) - 64
    return int(found.group(2)), column


def box(reference: str) -> tuple[int, int, int, int]:
    """First row, first column, last row and last column of a range.

    >>> box("B2:D9")
    (2, 2, 9, 4)
    """
    first, _colon, last = reference.partition(":")
    return *position(first), *position(last or first)


def sheets(path: Path, kind: str) -> list[Sheet]:
    """The visible sheets of a workbook.

    Raises
    ------
    InvalidInput
        The file is not a workbook of that kind, or is far larger once unzipped.
    """
    try:
        with ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > MOST_BYTES:
                raise unreadable(path.name, _("more than 2 GB once unzipped"), _("a smaller workbook"))
            return list(_xlsx(archive) if kind == "xlsx" else _ods(archive))
    except (BadZipFile, KeyError, ET.ParseError, IndexError, RuntimeError, EOFError) as error:
        repair = _("Open it in a spreadsheet and save it again, without a password.")
        raise unreadable(path.name, str(error), _("a workbook ({kind})").format(kind=kind), repair) from None


# XLSX


@lru_cache(maxsize=256)
def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]


def _local(element: ET.Element) -> str:
    """The tag without its name space."""
    return _bare(element.tag)


@lru_cache(maxsize=1 << 14)
def _column_of(letters_: str) -> int:
    return position(f"{letters_}1")[1]


def _children(element: ET.Element, name: str) -> Iterator[ET.Element]:
    return (child for child in element.iter() if _local(child) == name)


def _attribute(element: ET.Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _part(archive: ZipFile, name: str) -> ET.Element | None:
    return ET.fromstring(archive.read(name)) if name in archive.namelist() else None  # noqa: S314  # no entities resolved


def _xlsx(archive: ZipFile) -> Iterator[Sheet]:
    book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    relations = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {_attribute(one, "Id"): _attribute(one, "Target") for one in relations}
    epoch = datetime(1904, 1, 1) if _since_1904(book) else datetime(1899, 12, 30)  # noqa: DTZ001
    strings = _part(archive, "xl/sharedStrings.xml")
    reader = _XlsxReader(
        [_rich_text(one) for one in strings if _local(one) == "si"] if strings is not None else [],
        *_styles(_part(archive, "xl/styles.xml")),
        epoch,
    )
    for one in _children(book, "sheet"):
        if one.get("state", "visible") == "visible":
            relation = next(value for key, value in one.attrib.items() if key.endswith("}id"))
            target = targets[relation]
            name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if "worksheets/" in name:
                yield reader.sheet(archive, name, one.get("name", ""))


def _since_1904(book: ET.Element) -> bool:
    return any(_attribute(one, "date1904") in ("1", "true") for one in _children(book, "workbookPr"))


def _styles(root: ET.Element | None) -> tuple[list[bool], list[bool]]:
    """Which cell styles show a date, and which a percentage."""
    if root is None:
        return [], []
    own = {int(one.get("numFmtId", 0)): one.get("formatCode", "") for one in _children(root, "numFmt")}
    used = [
        int(xf.get("numFmtId", 0)) for group in root if _local(group) == "cellXfs" for xf in group if _local(xf) == "xf"
    ]
    plain = {
        number: re.sub(r'"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]', "", code, flags=re.I) for number, code in own.items()
    }
    dates = [
        bool(re.search("[dmyhs]", plain[number], re.I)) if number in plain else number in DATE_FORMATS
        for number in used
    ]
    percents = ["%" in plain[number] if number in plain else number in PERCENT_FORMATS for number in used]
    return dates, percents


def _rich_text(item: ET.Element) -> str:
    """The text of an item, without its phonetic guide."""
    pieces = []
    for child in item:
        if _local(child) == "t":
            pieces.append(child.text or "")
        elif _local(child) == "r":
            pieces += [one.text or "" for one in child if _local(one) == "t"]
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code.group(1), 16)), "".join(pieces))


@dataclass(frozen=True, slots=True)
class _XlsxReader:
    strings: list[str]
    dates: list[bool]
    percents: list[bool]
    epoch: datetime

    def sheet(self, archive: ZipFile, part: str, name: str) -> Sheet:
        found = Sheet(name)
        row = 0
        with archive.open(part) as stream:
            for _event, element in ET.iterparse(stream):  # noqa: S314
                tag = _local(element)
                if tag == "row":
                    row = int(element.get("r", row + 1))
                    self._row(element, row, found)
                    element.clear()
                elif tag == "mergeCell":
                    found.merged.append(box(element.get("ref", "A1")))
        return found

    def _row(self, element: ET.Element, row: int, found: Sheet) -> None:
        column = 0
        for cell in element:
            reference = cell.get("r")
            column = _column_of(reference.rstrip(DIGITS)) if reference else column + 1
            kind = cell.get("t", "n")
            parts = {_local(part): part for part in cell}
            text = parts["v"].text if "v" in parts else None
            if kind == "e":
                found.broken.append((row, column, text or "#"))
            elif "f" in parts and text is None and kind != "str":
                found.broken.append((row, column, _("a formula without a result")))
            elif kind == "inlineStr":
                found.put(row, column, _rich_text(parts["is"]) if "is" in parts else None)
            elif text is not None:
                style = int(cell.get("s", 0))
                found.put(row, column, self._value(kind, text, style))
                if kind == "n" and style < len(self.percents) and self.percents[style]:
                    found.percent.add(column)

    def _value(self, kind: str, text: str, style: int) -> Cell:
        if kind == "s":
            return self.strings[int(text)]
        if kind == "b":
            return text == "1"
        if kind == "d":
            return datetime.fromisoformat(text).replace(tzinfo=None)
        if kind == "str":
            return text
        number = float(text)
        return self._date(number) if style < len(self.dates) and self.dates[style] else number

    def _date(self, serial: float) -> Cell:
        """A date from days since the epoch, to the millisecond; a time of day or a duration stays a text."""
        if not 1 <= serial < 2_958_466:
            return str(timedelta(milliseconds=round(serial * 86_400_000)))
        lost = 1 if serial < 61 and self.epoch.year == 1899 else 0
        return self.epoch + timedelta(days=lost, milliseconds=round(serial * 86_400_000))


# ODS


def _ods(archive: ZipFile) -> Iterator[Sheet]:
    with archive.open("content.xml") as stream:
        current: Sheet | None = None
        row = 1
        for event, element in ET.iterparse(stream, ("start", "end")):  # noqa: S314
            tag = _local(element)
            if event == "start" and tag == "table":
                current, row = Sheet(_attribute(element, "name")), 1
            elif event == "end" and tag == "table-row" and current is not None:
                repeated = int(_attribute(element, "number-rows-repeated") or 1)
                _ods_row(element, row, repeated, current)
                row += repeated
                element.clear()
            elif event == "end" and tag == "table" and current is not None:
                yield current
                current = None
                element.clear()


def _ods_row(element: ET.Element, row: int, repeated: int, found: Sheet) -> None:
    column = 1
    for cell in element:
        if _local(cell) not in ("table-cell", "covered-table-cell"):
            continue
        names = {key.rpartition("}")[2]: value for key, value in cell.attrib.items()}
        wide = int(names.get("number-columns-repeated", 1))
        across, down = int(names.get("number-columns-spanned", 1)), int(names.get("number-rows-spanned", 1))
        if across * down > 1:
            found.merged.append((row, column, row + down - 1, column + across - 1))
        value, problem = _ods_value(cell, names)
        if problem:
            found.broken.append((row, column, problem))
        elif value not in (None, ""):
            for line in range(row, row + repeated):
                for place in range(column, column + wide):
                    found.put(line, place, value)
            if names.get("value-type") == "percentage":
                found.percent.add(column)
        column += wide


def _ods_value(cell: ET.Element, names: dict[str, Any]) -> tuple[Cell | None, str]:
    kind = names.get("value-type")
    text = _ods_text(cell)
    # the attribute value-type appears twice on an error: office: says string, calcext: says error
    failed = any(value == "error" for key, value in cell.attrib.items() if key.endswith("}value-type"))
    if failed or ("formula" in names and re.match(r"#|Err:\d", text)):
        return None, text or "#"
    if kind is None:
        return None, _("a formula without a result") if "formula" in names else ""
    if kind in ("float", "percentage", "currency"):
        return float(names["value"]), ""
    if kind == "boolean":
        return names["boolean-value"] == "true", ""
    if kind == "date":
        return datetime.fromisoformat(names["date-value"]).replace(tzinfo=None), ""
    return names.get("string-value", text), ""


def _ods_text(cell: ET.Element) -> str:
    return "\n".join(_ods_paragraph(one) for one in cell if _local(one) == "p")


def _ods_paragraph(element: ET.Element) -> str:
    pieces = [element.text or ""]
    for child in element:
        tag = _local(child)
        if tag == "s":
            pieces.append(" " * int(_attribute(child, "c") or 1))
        elif tag == "tab":
            pieces.append("\t")
        elif tag == "line-break":
            pieces.append("\n")
        elif tag != "annotation":
            pieces.append(_ods_paragraph(child))
        pieces.append(child.tail or "")
    return "".join(pieces)
