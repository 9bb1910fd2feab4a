import re
from datetime import datetime, time
from zipfile import ZipFile

import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P, S, Span, Tab
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from agglo.catalogue import workbook
from agglo.catalogue.source import Layout
from agglo.catalogue.spreadsheet import read_spreadsheet
from agglo.catalogue.workbook import sheets
from agglo.contract.errors import InvalidInput, NotFound

ROWS = [["code", "area"], ["01004", 12.5], ["01005", 7]]


@pytest.fixture
def xlsx(tmp_path):
    def write(rows, change=lambda sheet, book: None, name="Areas"):
        book = Workbook()
        sheet = book.active
        sheet.title = name
        for row in rows:
            sheet.append(row)
        change(sheet, book)
        book.save(tmp_path / "areas.xlsx")
        return tmp_path / "areas.xlsx"

    return write


def read(path, **layout):
    return read_spreadsheet(path, Layout(**layout), path.suffix[1:])


def cells(source):
    return {name: [column.cell(row) for row in range(source.rows)] for name, column in source.columns.items()}


def refused(path, **layout):
    with pytest.raises(InvalidInput) as caught:
        read(path, **layout)
    return [str(fault) for fault in caught.value.faults]


def test_values_keep_their_types(xlsx):
    path = xlsx([["a", "b", "c", "d", "e"], ["01004", 1.5, True, datetime(2024, 1, 2, 3, 5), None], ["x", 2, False]])
    assert cells(read(path)) == {
        "a": ["01004", "x"],
        "b": [1.5, 2.0],
        "c": [True, False],
        "d": [datetime(2024, 1, 2, 3, 5), None],
        "e": [None, None],
    }


def test_five_minute_times_come_back_to_the_millisecond(xlsx):
    times = [datetime(2024, 1, 1 + n // 288, n % 288 // 12, n % 12 * 5) for n in range(600)]
    assert cells(read(xlsx([["time"], *([time] for time in times)])))["time"] == times


def test_a_cell_is_named_as_a_spreadsheet_shows_it(xlsx):
    assert read(xlsx(ROWS)).where(1, "area") == 'Areas!B3 ("area")'


def test_dates_since_1904_rich_text_and_times_of_day(xlsx):
    def change(sheet, book):
        book.epoch = CALENDAR_MAC_1904
        sheet["A2"] = CellRichText("Pala", TextBlock(InlineFont(b=True), "iseau"))

    path = xlsx([["name", "day", "hour"], [None, datetime(2024, 1, 2), time(8, 30)]], change)
    assert cells(read(path)) == {"name": ["Palaiseau"], "day": [datetime(2024, 1, 2)], "hour": ["8:30:00"]}


def test_the_first_days_of_1900_are_those_a_spreadsheet_shows(xlsx):
    days = [datetime(1900, 1, 1), datetime(1900, 2, 28), datetime(1900, 3, 1)]
    assert cells(read(xlsx([["day"], *([day] for day in days)])))["day"] == days


def test_merged_cells_are_refused(xlsx):
    path = xlsx([*ROWS, ["01006", 3]], lambda sheet, book: sheet.merge_cells("A3:A4"))
    assert refused(path)[0].startswith("Areas!A3:A4: found merged cells")


def test_a_merged_title_above_the_header_is_not_read(xlsx):
    path = xlsx([["Areas of communes", None], *ROWS], lambda sheet, book: sheet.merge_cells("A1:B1"))
    assert cells(read(path, header_row=2))["code"] == ["01004", "01005"]
    assert "Areas!A1:B1" in refused(path)[0]


def test_a_title_is_not_taken_for_a_header(xlsx):
    path = xlsx([["Areas of communes", "2024"], *ROWS])
    assert "Row 2 looks like the header: say header_row: 2" in refused(path, known=frozenset({"code", "area"}))[0]


def test_a_formula_without_a_result_is_refused(xlsx):
    path = xlsx([*ROWS, ["01006", "=B2*2"]])
    assert refused(path)[0].startswith("Areas!B4: found a formula without a result")


@pytest.mark.parametrize("error", ["#VALUE!", "#REF!", "#N/A", "#DIV/0!"])
def test_an_error_value_is_refused(xlsx, error):
    assert refused(xlsx([*ROWS, ["01006", error]]))[0].startswith(f"Areas!B4: found {error}")


def test_the_kept_result_of_a_formula_is_read(xlsx, tmp_path):
    path, kept = xlsx([*ROWS, ["01006", "=B2*2"]]), tmp_path / "kept.xlsx"
    with ZipFile(path) as before, ZipFile(kept, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, re.sub(rb"(<f>B2\*2</f>)<v ?/?>(</v>)?", rb"\1<v>25</v>", content))
    assert cells(read(kept))["area"][2] == 25.0


def test_a_second_table_below_is_refused_and_can_be_left_out(xlsx):
    path = xlsx([*ROWS, [], ["Source", "Insee"]])
    assert refused(path) == [
        "Areas!A5: found cells after an empty row, expected one table on the sheet. Give it a sheet of its own; "
        "if the table ends above, say last_row: 3 in the mapping; if it starts here, header_row: 5."
    ]
    for layout in ({"last_row": 3}, {"skip_rows": (4, 5)}, {"range": "A1:B3"}):
        assert read(path, **layout).rows == 2


def test_a_second_table_beside_is_refused_and_can_be_left_out(xlsx):
    path = xlsx([[*row, None, "other"] for row in ROWS])
    assert refused(path)[0].startswith("Areas!D1: found cells after an empty column")
    assert list(read(path, range="A1:B3").columns) == ["code", "area"]


def test_a_column_without_a_name_is_refused(xlsx):
    assert refused(xlsx([["code", None], ["01004", 3]]))[0].startswith("Areas!B1: found an empty cell")


def test_several_filled_sheets_ask_which(xlsx):
    path = xlsx(ROWS, lambda sheet, book: book.create_sheet("Other").append(["x"]))
    assert refused(path)[0].startswith('areas.xlsx: found "Areas", "Other", expected one filled sheet')
    assert read(path, sheet="Areas").rows == 2
    with pytest.raises(NotFound, match='Did you mean "Areas"'):
        read(path, sheet="Area")


def test_empty_and_hidden_sheets_do_not_count(xlsx):
    def change(sheet, book):
        book.create_sheet("Empty")
        hidden = book.create_sheet("Lists")
        hidden.append(["x"])
        hidden.sheet_state = "hidden"

    assert read(xlsx(ROWS, change)).rows == 2


def test_percentages_are_told_apart(xlsx):
    def change(sheet, book):
        sheet["B2"].number_format = "0.0%"

    assert read(xlsx(ROWS, change)).percent == {"area"}


@pytest.mark.parametrize(("rows", "match"), [([], "no filled cell"), ([["code", "area"]], "a header without rows")])
def test_nothing_to_read(xlsx, rows, match):
    assert match in refused(xlsx(rows))[0]


def test_a_file_that_is_no_workbook(tmp_path):
    path = tmp_path / "areas.xlsx"
    path.write_bytes(b"PK\x03\x04 cut")
    assert "expected a workbook (xlsx)" in refused(path)[0]


def test_a_workbook_far_larger_once_unzipped_is_refused(xlsx, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_BYTES", 1000)
    assert "once unzipped" in refused(xlsx(ROWS))[0]


def test_a_sheet_with_too_many_cells_is_refused(ods, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_CELLS", 100)
    assert "more than 100 cells" in refused(ods([["a"], [cell(1.0, numbercolumnsrepeated=16_000)]]))[0]


# ODS


def cell(value, **more):
    if value is None:
        return TableCell(**more)
    if isinstance(value, float):
        return TableCell(valuetype="float", value=value, **more)
    if isinstance(value, datetime):
        return TableCell(valuetype="date", datevalue=value.isoformat(), **more)
    made = TableCell(valuetype="string", **more)
    for line in value.split("\n"):
        made.addElement(P(text=line))
    return made


@pytest.fixture
def ods(tmp_path):
    def write(rows):
        document = OpenDocumentSpreadsheet()
        table = Table(name="Areas")
        for row in rows:
            line = TableRow()
            for value in row:
                line.addElement(value if hasattr(value, "qname") else cell(value))
            table.addElement(line)
        table.addElement(TableRow(numberrowsrepeated=1_048_000))
        document.spreadsheet.addElement(table)
        document.save(str(tmp_path / "areas.ods"))
        return tmp_path / "areas.ods"

    return write


def test_ods_values_keep_their_types(ods):
    path = ods([["code", "area", "day"], ["01004", 12.5, datetime(2024, 1, 2)], ["two\nlines", None, None]])
    assert cells(read(path)) == {
        "code": ["01004", "two\nlines"],
        "area": [12.5, None],
        "day": [datetime(2024, 1, 2), None],
    }


def test_ods_text_keeps_its_spaces_and_loses_its_remarks(ods):
    paragraph = P(text="a")
    paragraph.addElement(S(c=3))
    paragraph.addElement(Span(text="b"))
    paragraph.addElement(Tab())
    paragraph.addText("c")
    rich = TableCell(valuetype="string")
    rich.addElement(paragraph)
    truth = TableCell(valuetype="boolean", booleanvalue="true")
    share = TableCell(valuetype="percentage", value=0.25)
    source = read(ods([["text", "truth", "share"], [rich, truth, share]]))
    assert cells(source) == {"text": ["a   b\tc"], "truth": [True], "share": [0.25]}
    assert source.percent == {"share"}


def test_ods_repeated_cells_are_all_there(ods):
    path = ods([["a", "b", "c"], [cell(3.0, numbercolumnsrepeated=3)], ["x", "y", "z"]])
    assert cells(read(path)) == {"a": [3.0, "x"], "b": [3.0, "y"], "c": [3.0, "z"]}


def test_ods_merged_cells_are_refused(ods):
    path = ods([["a", "b"], [cell("x", numbercolumnsspanned=2, numberrowsspanned=1), CoveredTableCell()], ["y", "z"]])
    assert refused(path)[0].startswith("Areas!A2:B2: found merged cells")


def test_ods_formulas_without_result_and_errors_are_refused(ods):
    failed = cell("#REF!", formula="of:=[.A9]")
    path = ods([["a", "b"], [TableCell(formula="of:=[.B2]"), 2.0], [3.0, failed]])
    assert [text.split(",")[0] for text in refused(path)] == [
        "Areas!A2: found a formula without a result",
        "Areas!B3: found #REF!",
    ]


def test_both_formats_give_the_same_cells(xlsx, ods):
    rows = [["code", "area"], ["01004", 12.5], ["01005", 7.0]]
    assert sheets(xlsx(rows), "xlsx")[0].cells == sheets(ods(rows), "ods")[0].cells
