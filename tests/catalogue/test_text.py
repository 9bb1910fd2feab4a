import re

import pytest

from agglo.catalogue.source import Layout
from agglo.catalogue.text import read_text
from agglo.contract.errors import InvalidInput

KNOWN = frozenset({"code", "name", "area"})


@pytest.fixture
def read(tmp_path):
    def read(content, **layout):
        path = tmp_path / "areas.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_text(path, Layout(**({"known": KNOWN} | layout)))

    return read


def rows(source):
    columns = [column.parts[0].to_pylist() for column in source.columns.values()]
    return [list(source.columns), *map(list, zip(*columns, strict=True))]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_ends_of_lines(read, separator, end):
    text = end.join([f"code{separator}name", f"01004{separator}Ambérieu", f"01005{separator}X", ""])
    assert rows(read(text)) == [["code", "name"], ["01004", "Ambérieu"], ["01005", "X"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_are_found(read, encoding):
    source = read("code;name\n91228;Évry-Courcouronnes\n".encode(encoding))
    assert rows(source)[1] == ["91228", "Évry-Courcouronnes"]


def test_a_byte_that_windows_does_not_have_is_latin_1(read):
    source = read(b"code;name\n1;\xc9vry\x81\n")
    assert source.notes == ('read as iso8859-1, separated by ";" ("Évry\x81")',)


def test_the_note_shows_a_word_with_accents(read):
    assert read("code;name\n91477;Palaiseau\n91228;Évry\n".encode("cp1252")).notes == (
        'read as cp1252, separated by ";" ("Évry")',
    )


def test_an_encoding_that_does_not_fit_names_the_line(read):
    with pytest.raises(InvalidInput, match=r"areas\.csv, line 2: found bytes c9, expected text in utf-8"):
        read("code;name\n91228;Évry\n".encode("cp1252"), encoding="utf-8")


def test_the_header_with_known_names_decides_the_separator(read):
    assert rows(read("code;area\n01004;1,5\n01005;2,5\n"))[1] == ["01004", "1,5"]
    assert rows(read('code,area\n01004,"1;5"\n'))[1] == ["01004", "1;5"]


def test_quoted_line_ends_and_marks(read):
    source = read('code;name\n1;"two\nlines"\n\n2;"a ""b"" c;d"\n3;12" pipe\n')
    assert rows(source)[1:] == [["1", "two\nlines"], ["2", 'a "b" c;d'], ["3", '12" pipe']]
    assert [source.where(row, "name") for row in range(3)] == [
        'line 2, column "name"',
        'line 5, column "name"',
        'line 6, column "name"',
    ]


def test_lines_are_counted_as_in_the_file(read):
    source = read("Title\n\ncode;name\r\n(text);(text)\n1;a\n\n2;b\nTotal;\n", header_row=3, skip_rows=(4, 8))
    assert rows(source) == [["code", "name"], ["1", "a"], ["2", "b"]]
    assert [source.where(row, "code")[:6] for row in range(2)] == ["line 5", "line 7"]


def test_the_last_row_ends_the_table(read):
    assert rows(read("code;name\n1;a\nSource: Insee\n", last_row=2))[1:] == [["1", "a"]]


def test_the_hint_of_a_spreadsheet_keeps_line_numbers(read):
    source = read("sep=|\ncode|name\n1|a\n")
    assert rows(source)[1] == ["1", "a"]
    assert source.where(0, "code") == 'line 3, column "code"'


def test_empty_columns_at_the_end_are_left_out(read):
    assert rows(read("code;name;;\n1;a;;\n")) == [["code", "name"], ["1", "a"]]
    with pytest.raises(InvalidInput, match=r'line 2, column 3: found "x"'):
        read("code;name;\n1;a;x\n")


def test_a_cell_larger_than_a_block(read):
    long = "x" * 5_000_000
    assert rows(read(f"code;name\n1;{long}\n2;b\n"))[1:] == [["1", long], ["2", "b"]]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "an empty file"),
        (b"\n \n", "no header"),
        (b"code;name\n", "a header without rows"),
        (b"code;name\n\n\n", "a header without rows"),
        (b"code;name\n1;a;b\n", "line 2: found 3 cells, expected 2 cells"),
        (b"code;name\n1;a\n2\n", "line 3: found 1 cells"),
        (b"code,area\n1,2,5\n", 'If "," is also the decimal sign'),
        (b"code;code\n1;2\n", 'line 1, column 2: found "code", expected each column name once'),
        (b"code;;name\n1;2;3\n", "line 1, column 2: found an empty cell, expected a column name"),
        (b"Areas of communes;\n;\ncode;name\n1;a\n", "Row 3 looks like the header: say header_row: 3"),
        (b'code;name\n1;a\n2;"b\n3;c\n', "line 3: found a quotation mark that is never closed"),
        (b"code;name\n1;a\x00b\n", "zero bytes"),
    ],
)
def test_what_cannot_be_read_is_refused(read, content, match):
    with pytest.raises(InvalidInput, match=re.escape(match)):
        read(content)


def test_many_wrong_lines_are_counted(read):
    lines = "".join(f"{n};a{';b' if n % 2 else ''}\n" for n in range(100))
    with pytest.raises(InvalidInput) as caught:
        read(f"code;name\n{lines}")
    assert len(caught.value.faults) == 21
    assert caught.value.faults[0].where == "line 3"
    assert caught.value.faults[-1].where == "30 more lines"
