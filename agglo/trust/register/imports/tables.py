"""Tables that people hand in: whatever their encoding, separator and way up, and what was made of them."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.formulas import restored
from agglo.contract.language import _
from agglo.trust.register.imports import Repair

SEPARATORS = (";", ",", "\t", "|")
_HEADER_WITHIN = 20
"""Rows among which the header is looked for."""
_DOWN_WITHIN = 100
"""Rows among which names of columns are looked for where they stand below each other."""
_LEAST_KNOWN = 2
"""Columns by a known name that make a row a header."""

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A header, the rows under it with the number of each in the file, and what it took to read them."""

    header: Cells
    rows: Sequence[tuple[int, Cells]]
    repairs: Sequence[Repair]


def read(content: bytes, known: Callable[[str], bool], expected: Sequence[str]) -> Table:
    """The table of a file; ``known`` says whether a text names a column, ``expected`` names some in the error.

    Raises
    ------
    InvalidInput
        The file is no text, or no row of it names columns that are known.
    """
    text, repairs = _decoded(content)
    found = max((_candidate(text, one, known) for one in SEPARATORS), key=lambda one: one[0])
    score, separator, rows = found
    if score < _LEAST_KNOWN:
        first = (text.splitlines() or [""])[0][:80]
        fault = Fault(_("header"), f'"{first}"', _("columns such as {names}").format(names=", ".join(expected)))
        raise InvalidInput(_("This is no inventory of algorithms that can be read."), [fault])
    rows, turned = _upright(rows, known)
    start = max(range(min(len(rows), _HEADER_WITHIN)), key=lambda one: _score(rows[one][1], known))
    repairs += _told(separator, turned, [cells for _number, cells in rows[:start]])
    body = [(number, cells) for number, cells in rows[start + 1 :] if any(cells)]
    return Table(rows[start][1], body, repairs)


def _decoded(content: bytes) -> tuple[str, list[Repair]]:
    what = _("This is no inventory of algorithms that can be read.")
    if content.startswith(b"PK"):
        raise InvalidInput(
            what, [Fault(_("file"), _("a workbook"), "CSV", _("Save the sheet as CSV, then try again."))]
        )
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for one in encodings:
        try:
            text = content.decode(one)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return _unscrambled(text, _encoding_repairs(one))
    raise InvalidInput(what, [Fault(_("file"), repr(content[:20]), _("a text in UTF-8 or Windows-1252"))])


def _encoding_repairs(encoding: str) -> list[Repair]:
    if encoding == "utf-8-sig":
        return []
    return [Repair(_("file"), {"cp1252": "Windows-1252", "utf-16": "UTF-16"}[encoding], "UTF-8", _("encoding"))]


def _unscrambled(text: str, repairs: list[Repair]) -> tuple[str, list[Repair]]:
    """The text that was meant, where UTF-8 was once read as Windows-1252 (``Ã©`` for ``é``)."""
    if "Ã" not in text:
        return text, repairs
    try:
        meant = text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text, repairs
    at = text.index("Ã")
    found = text[max(0, at - 10) : at + 10].strip()
    return meant, [*repairs, Repair(_("file"), found, "UTF-8", _("accents were written twice over"))]


def _candidate(text: str, separator: str, known: Callable[[str], bool]) -> tuple[int, str, list[tuple[int, Cells]]]:
    """How many known columns a separator gives, either way up, the separator, and its rows."""
    rows = list(_rows(text, separator))
    across = max((_score(cells, known) for _number, cells in rows[:_HEADER_WITHIN]), default=0)
    down = _score([cells[0] for _number, cells in rows[:_DOWN_WITHIN] if len(cells) > 1], known)
    return max(across, down), separator, rows


def _rows(text: str, separator: str) -> Iterator[tuple[int, Cells]]:
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    for number, cells in enumerate(reader, 1):
        yield number, [restored(one).replace("\r\n", "\n").strip() for one in cells]


def _score(cells: Cells, known: Callable[[str], bool]) -> int:
    return sum(known(one) for one in cells)


def _upright(rows: list[tuple[int, Cells]], known: Callable[[str], bool]) -> tuple[list[tuple[int, Cells]], bool]:
    """Rows with the names of columns across; where they stand below each other, the table turned."""
    across = max(_score(cells, known) for _number, cells in rows[:_HEADER_WITHIN])
    labelled = [cells for _number, cells in rows[:_DOWN_WITHIN] if cells and known(cells[0])]
    if len(labelled) <= across:
        return rows, False
    width = max(map(len, labelled))
    turned = [[cells[at] if at < len(cells) else "" for cells in labelled] for at in range(width)]
    return list(enumerate(turned, 1)), True


def _told(separator: str, turned: bool, before: Sequence[Cells]) -> list[Repair]:
    repairs = []
    if separator != ";":
        shown = _("tab") if separator == "\t" else separator
        repairs.append(Repair(_("file"), shown, ";", _("separator")))
    if turned:
        repairs.append(
            Repair(_("file"), _("names in the first column"), _("names in the first row"), _("table turned"))
        )
    for cells in before:
        if text := " ".join(filter(None, cells)):
            repairs.append(Repair(_("header"), text[:80], "", _("a line above the header says nothing of a card")))
    return repairs
