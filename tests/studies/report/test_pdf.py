"""PDF from Typst source: titled, tagged, in the language in force, with fonts of its own, the same bytes each time."""

import io
import sys
from pathlib import Path

import pytest

pytest.importorskip("typst")
pypdf = pytest.importorskip("pypdf")

from agglo.contract.errors import MissingExtra  # noqa: E402
from agglo.studies.report import pdf  # noqa: E402

SOURCE = """#set document(title: "A title")
#title()
= A heading
#json("data.json").text
#image("drawings/one.svg", alt: "A square", width: 2cm)
"""
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text y="8">S</text></svg>'
FILES = {"data.json": '{"text": "1\u202f234,5 tCO\u2082e/an \u2212 \u2248"}'.encode(), "drawings/one.svg": SVG}


def test_the_file_has_its_title_its_text_and_its_structure(tmp_path: Path) -> None:
    pdf.write(tmp_path / "a.pdf", SOURCE, FILES)
    found = pypdf.PdfReader(tmp_path / "a.pdf")
    assert found.metadata.title == "A title"
    assert "/ModDate" not in found.metadata
    text = found.pages[0].extract_text()
    assert "A heading" in text
    assert "1\u202f234,5 tCO\u2082e/an \u2212 \u2248" in text
    root = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_language_is_the_one_in_force(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", language)
    made = pypdf.PdfReader(io.BytesIO(pdf.compiled(SOURCE, FILES)))
    assert made.trailer["/Root"]["/Lang"].startswith(language)


def test_fonts_are_those_of_typst_and_all_are_embedded(tmp_path: Path) -> None:
    pdf.write(tmp_path / "a.pdf", SOURCE, FILES)
    fonts = pypdf.PdfReader(tmp_path / "a.pdf").pages[0]["/Resources"]["/Font"]
    names = {font.get_object()["/BaseFont"] for font in fonts.values()}
    assert names
    assert all("Libertinus" in name or "NewCM" in name or "DejaVu" in name for name in names)
    assert all("+" in name for name in names)


def test_the_same_source_gives_the_same_bytes() -> None:
    assert pdf.compiled(SOURCE, FILES) == pdf.compiled(SOURCE, FILES)


def test_what_is_not_accessible_is_refused() -> None:
    import typst

    with pytest.raises(typst.TypstError, match="title"):
        pdf.compiled("= Heading", {})
    with pytest.raises(typst.TypstError, match="alt"):
        pdf.compiled(SOURCE.replace(', alt: "A square"', ""), FILES)


def test_without_typst_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingExtra, match="typst") as caught:
        pdf.write(tmp_path / "a.pdf", SOURCE, FILES)
    assert 'pip install "agglo[report]"' in str(caught.value)
    assert not (tmp_path / "a.pdf").exists()
