"""A quotation stands in its sheet, sign for sign, and is short."""

import pytest

from agglo.models.assistant.sheets import blocks
from agglo.models.assistant.sheets.quoting import MOST_WORDS, quote
from agglo.models.assistant.sheets.sheet import Place, Sheet

TEXT = """Premier paragraphe. Il a deux phrases.

## Pièces à fournir
Vous devez donner :
- une photo
- un justificatif
- 25 € en timbres

## Délai
"""


def sheet(text: str = TEXT) -> Sheet:
    return Sheet("s", "Titre", text, "Source")


def said(text: str, place: Place | None) -> list[str]:
    found = quote(sheet(text), place)
    return [one.text for one in found.lines] if found else []


def test_a_short_paragraph_is_quoted_whole() -> None:
    assert said(TEXT, Place(0, 1)) == ["Premier paragraphe. Il a deux phrases."]


@pytest.mark.parametrize("block", [2, 3, 5])
def test_a_short_list_is_quoted_with_what_begins_it_and_its_heading(block: int) -> None:
    found = quote(sheet(), Place(block, 0))

    assert found is not None
    assert found.heading == "Pièces à fournir"
    assert found.text == "Vous devez donner :\nune photo\nun justificatif\n25 € en timbres"
    assert [one.item for one in found.lines] == [False, True, True, True]


def test_a_heading_is_answered_by_what_follows_it() -> None:
    assert said(TEXT, Place(1, 0))[0] == "Vous devez donner :"


def test_a_heading_with_nothing_below_quotes_nothing() -> None:
    assert quote(sheet(), Place(6, 0)) is None


def test_without_a_place_the_beginning_is_quoted() -> None:
    assert said("## Titre\n\nDébut.\n\nSuite.", None) == ["Début."]


@pytest.mark.parametrize("text", ["", "## Seul titre"])
def test_an_empty_sheet_quotes_nothing(text: str) -> None:
    assert quote(sheet(text), None) is None


def test_a_long_paragraph_is_quoted_from_the_sentence_asked_for() -> None:
    text = " ".join(f"Phrase {number} qui dit une chose utile à savoir." for number in range(40))
    (line,) = said(text, Place(0, 20))

    assert line.startswith("Phrase 20 ")
    assert line in text
    assert len(line.split()) <= MOST_WORDS


def test_a_long_list_is_quoted_from_the_item_asked_for() -> None:
    text = "Voici :\n" + "\n".join(f"- élément {number} " + "mot " * 30 for number in range(9))
    lines = said(text, Place(6, 0))

    assert lines[0] == "Voici :"
    assert lines[1].startswith("élément 5 ")
    assert len(lines) == 3


def test_a_sentence_is_never_cut() -> None:
    text = "mot " * 300 + "fin."

    assert said(text, Place(0, 0)) == [text]


def test_every_line_stands_in_the_sheet_wherever_it_is_quoted_from() -> None:
    for number, block in enumerate(blocks.read(TEXT)):
        for place in range(len(blocks.sentences(block.text))):
            assert all(line in TEXT for line in said(TEXT, Place(number, place)))
