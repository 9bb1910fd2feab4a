"""Texts that no spreadsheet takes for a formula, wherever we write tables for others.

A cell that begins with ``= + - @``, a tab or a line break may be run when a CSV file is opened, and so may what follows
a comma, a semicolon, a tab or a line break, since spreadsheets of other countries cut there. In CSV such a place gets
an apostrophe, which :func:`restored` takes away again; in a workbook a text is a text and needs none.
Cases: OWASP, CSV Injection.
"""

import re
from typing import Any

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
"""Signs that begin a formula, and their full-width forms."""
_BEFORE = r"(^|[;,|\t\r\n])"
_BEGINS = f"'*[ \u00a0]*[{_SIGNS}]"
_START = re.compile(rf"^(?='*[\t\r\n])|{_BEFORE}(?={_BEGINS})")
_ESCAPED = re.compile(rf"^'(?='*[\t\r\n])|{_BEFORE}'(?={_BEGINS})")
_HARMLESS = re.compile(r"[+-]|[+-]?\d[\d .,\u00a0\u202f]*(?:[eE][+-]?\d+)?[ \u00a0\u202f]?%?")
"""A number as a text, or a lone sign."""


def neutral(text: str) -> str:
    """``text`` for a CSV file: an apostrophe before whatever would begin a formula.

    >>> neutral("=HYPERLINK(1)"), neutral("-12.5"), neutral("a;=1+1"), neutral("'=x")
    ("'=HYPERLINK(1)", '-12.5', "a;'=1+1", "''=x")
    """
    if _HARMLESS.fullmatch(text):
        return text
    return _START.sub(lambda found: f"{found[1] or ''}'", text)


def restored(text: str) -> str:
    """The text that :func:`neutral` was given.

    >>> restored(neutral("'=x")), restored("'tis")
    ("'=x", "'tis")
    """
    return _ESCAPED.sub(lambda found: found[1] or "", text)


def put(cell: Any, value: Any) -> None:
    """Write a value into a cell of a workbook (openpyxl): a text stays a text, whatever it begins with."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value != neutral(value)


def as_texts(sheet: Any) -> None:
    """Make every text of a sheet (openpyxl) a text, whatever it begins with."""
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                put(cell, cell.value)
