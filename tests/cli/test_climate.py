"""``agglo climate``: as a climate officer uses it, from the empty workbook to the page."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest

from .conftest import ROOT, Agglo

SERIES = ROOT / "tests" / "published" / "strasbourg-cae.csv"
SAID = ("--title", "Series", "--licence", "MIT", "--source", "ADEME", "--owner", "Strasbourg")


def _fill(path: Path) -> Path:
    book = openpyxl.load_workbook(path)
    for line, text in enumerate(("An inventory", "The agency", "Licence Ouverte 2.0", "A survey"), 4):
        book["Read me"].cell(line, 2, text)
    energy, factors = book["Energy"], book["Factors"]
    for line in range(2, energy.max_row + 1):
        if (energy.cell(line, 3).value, energy.cell(line, 5).value) == ("Housing", "Gas"):
            for column, value in ((6, 1000), (7, "Gross (HHV)"), (8, 3), (9, "Measured")):
                energy.cell(line, column, value)
    for line in range(2, factors.max_row + 1):
        if factors.cell(line, 1).value == "Gas":
            content = ((3, 0.2), (5, "Scopes 1 and 2"), (6, "Gross (HHV)"), (7, "AR5"), (8, 2019), (9, 4))
            for column, value in (*content, (10, "Declared"), (11, "a test factor")):
                factors.cell(line, column, value)
    book.save(path)
    return path


@pytest.fixture
def workbook(agglo: Agglo, tmp_path: Path) -> Path:
    """A template written by the command, then filled."""
    assert agglo("climate", "template", "w.xlsx", "--place", "200056232", "--year", 2019).code == 0
    return _fill(tmp_path / "w.xlsx")


def test_from_the_template_to_the_page(agglo: Agglo, workbook: Path) -> None:
    said = agglo("climate", "report", workbook)
    assert said.code == 0, said.err
    # 1000 MWh at 0.2 t/MWh, give or take the 5 % of both halves together
    assert "All sectors    200  190   210  1,000  970  1,030" in said.out
    assert "agglo verify" in said.out
    page = Path("w.html").read_text(encoding="utf-8")
    for text in ("An inventory", "Paris-Saclay", "95 % interval: 190 to 210", "Licence Ouverte 2.0", "agglo verify"):
        assert text in page
    assert "No emissions are held for" in page
    assert "<script" not in page


def test_the_page_may_be_a_pdf(agglo: Agglo, workbook: Path) -> None:
    pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    assert agglo("climate", "report", workbook, "--output", "page.pdf").code == 0
    read = pypdf.PdfReader("page.pdf")
    assert len(read.pages) == 1
    assert "An inventory" in read.pages[0].extract_text()


def test_a_page_that_cannot_be_written_is_refused_before_anything_is_kept(agglo: Agglo, workbook: Path) -> None:
    said = agglo("climate", "report", workbook, "--output", "page.doc")
    assert said.code != 0
    assert ".html, .pdf" in said.err
    assert not Path("workspace").exists()


def test_a_moved_column_is_refused_with_its_cell(agglo: Agglo, workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    sheet = book["Energy"]
    for line in range(1, sheet.max_row + 1):
        sheet.cell(line, 3).value, sheet.cell(line, 5).value = sheet.cell(line, 5).value, sheet.cell(line, 3).value
    book.save(workbook)
    said = agglo("climate", "report", workbook)
    assert said.code != 0
    assert (
        'Energy!C1: found "Carrier *", expected "Sector *". This column was moved to Energy!E1: put it back.'
        in said.err
    )
    assert not Path("workspace").exists()


def test_a_workbook_that_does_not_say_what_it_is_names_the_cells(agglo: Agglo, workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    book["Read me"]["B6"] = None
    book.save(workbook)
    said = agglo("climate", "import", workbook)
    assert "Read me!B6 (Licence): found an empty cell" in said.err
    assert agglo("climate", "import", workbook, "--licence", "Licence Ouverte 2.0").code == 0


def test_the_series_of_strasbourg_go_in_and_out(agglo: Agglo) -> None:
    assert agglo("climate", "import", SERIES, "--place", "246700488", *SAID).code == 0
    said = agglo("climate", "export", "strasbourg-cae", "--format", "cae", "--output", "out.csv")
    assert said.code == 0, said.err
    with Path("out.csv").open(encoding="utf-8") as ours, SERIES.open(encoding="utf-8") as theirs:
        assert list(csv.reader(ours)) == list(csv.reader(theirs))
    described = json.loads(agglo("data", "show", "strasbourg-cae", "--json").out)
    assert described["rows"] == 1224
    assert "cae_1.k less cae_1.f" in described["caveats"][0]["en"]


def test_series_must_be_described(agglo: Agglo) -> None:
    said = agglo("climate", "import", SERIES)
    assert said.code != 0
    for option in ("--title", "--licence", "--source", "--owner", "--place"):
        assert option in said.err


@pytest.mark.parametrize("format", ["pcaet", "gpc", "com"])
def test_exports_say_what_they_changed(agglo: Agglo, workbook: Path, format: str) -> None:
    assert agglo("climate", "import", workbook).code == 0
    said = agglo("climate", "export", "w", "--format", format, "--output", "out.xlsx")
    assert said.code == 0, said.err
    assert openpyxl.load_workbook("out.xlsx").sheetnames == ["grid", "changes"]
    assert ("What changed:" in said.out) == (format != "com"), "the Covenant takes gas burnt in housing as it is"


def test_only_inventories_are_exported(agglo: Agglo, workbook: Path) -> None:
    said = agglo("climate", "export", "w", "--format", "gpc", "--output", "out.csv")
    assert said.code != 0
    assert 'No dataset named "w"' in said.err
    said = agglo("climate", "export", "w", "--format", "gcp", "--output", "out.csv")
    assert 'Did you mean "gpc"?' in said.err


def test_the_same_content_is_the_same_version(agglo: Agglo, workbook: Path) -> None:
    first = agglo("climate", "import", workbook, "--json")
    again = agglo("climate", "import", workbook, "--json")
    assert json.loads(first.out)["version"] == json.loads(again.out)["version"]
    assert (json.loads(first.out)["new"], json.loads(again.out)["new"]) == (True, False)


def test_a_workbook_says_its_own_place(agglo: Agglo, workbook: Path) -> None:
    assert "--place: found 91477, expected nothing" in agglo("climate", "import", workbook, "--place", "91477").err


def test_series_of_a_file_give_a_page_too(agglo: Agglo) -> None:
    said = agglo("climate", "report", SERIES, "--place", "246700488", *SAID)
    assert said.code == 0, said.err
    assert "246700488, 2050" in said.out
    assert "All sectors, by year" in Path("strasbourg-cae.html").read_text(encoding="utf-8")


def test_a_file_that_is_neither_a_workbook_nor_series_is_refused(agglo: Agglo, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Notes\n", encoding="utf-8")
    said = agglo("climate", "import", "notes.md", "--name", "x")
    assert (said.code, said.out) == (2, "")
    assert "notes.md: expected a filled workbook (XLSX, ODS), or series of the State's platform (CSV)" in said.err
