"""Texts that begin like a formula: kept harmless in CSV, kept as texts in workbooks, and read back as they were."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.contract import formulas

ATTACKS = (
    "=HYPERLINK(\"//x\")", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd", "\t=1", "\r=1", "\n=1",
    " =1", "'=1", "\uff1d1+1", "a;=1+1", "a,@x", "a\n=1", "x|=1",
)  # fmt: skip
SEPARATORS = (",", ";", "\t")


@pytest.mark.parametrize("text", ATTACKS)
@pytest.mark.parametrize("separator", SEPARATORS)
def test_no_cell_begins_a_formula_whatever_the_separator(text: str, separator: str) -> None:
    held = io.StringIO(newline="")
    csv.writer(held).writerow([formulas.neutral(text)])
    for line in csv.reader(io.StringIO(held.getvalue()), delimiter=separator):
        for cell in line:
            assert not cell.lstrip(' \u00a0"').startswith(("=", "+", "-", "@", "\uff1d"))


@given(st.text(alphabet="=+-@\t\r\n;,|' \u00a0a5.%\uff1d\"", max_size=9))
def test_what_was_neutralised_reads_as_it_was(text: str) -> None:
    assert formulas.restored(formulas.neutral(text)) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_as_texts_are_left_alone(value: float) -> None:
    for text in (repr(value), f"+{abs(value)!r}", f"{value:.2f} %"):
        assert formulas.neutral(text) == text


@pytest.mark.parametrize("text", [*ATTACKS, "#N/A", "plain", "\x07bell"])
def test_a_cell_of_a_workbook_holds_a_text(text: str) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    formulas.put(sheet["A1"], text)
    sheet["A2"] = text.replace("\x07", "")
    sheet["A3"] = -3.5
    formulas.as_texts(sheet)
    held = io.BytesIO()
    book.save(held)
    read: Any = openpyxl.load_workbook(io.BytesIO(held.getvalue())).active
    for cell in (read["A1"], read["A2"]):
        assert cell.data_type == "s"
    if "\r" not in text:  # XML reads it as a line feed
        assert read["A1"].value == text.replace("\x07", "\ufffd")
    assert (read["A3"].data_type, read["A3"].value) == ("n", -3.5)
