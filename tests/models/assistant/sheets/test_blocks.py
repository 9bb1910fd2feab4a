"""Blocks and sentences of a sheet: nothing of its words is lost, nothing is added."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agglo.models.assistant.sheets import blocks
from agglo.models.assistant.sheets.blocks import Block


def test_the_subset_is_read() -> None:
    text = "Premier\nparagraphe.\n\n## Titre\nSuite :\n- un\n  deux\n* trois\n\nFin"

    assert blocks.read(text) == [
        Block("paragraph", "Premier paragraphe."),
        Block("heading", "Titre", 2),
        Block("paragraph", "Suite :"),
        Block("item", "un deux"),
        Block("item", "trois"),
        Block("paragraph", "Fin"),
    ]


@pytest.mark.parametrize(
    "text", ["# Un seul dièse", "##sans espace", "-sans espace", "<b>gras</b>", "**fort**", "| a |"]
)
def test_anything_else_is_text(text: str) -> None:
    assert blocks.read(text) == [Block("paragraph", text)]


@pytest.mark.parametrize("text", ["", "   \n\n  "])
def test_nothing_is_no_block(text: str) -> None:
    assert blocks.read(text) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Un. Deux ! Trois ?", ["Un.", "Deux !", "Trois ?"]),
        ("M. Dupont et Mme. Durand.", ["M. Dupont et Mme. Durand."]),
        ("Le prix est de 1.5 euro. Et après.", ["Le prix est de 1.5 euro.", "Et après."]),
        ("Depuis 2024. Puis rien.", ["Depuis 2024.", "Puis rien."]),
        ("1. Remplir. 2. Envoyer.", ["1. Remplir.", "2. Envoyer."]),
        ("Deux cas : le premier ; le second.", ["Deux cas :", "le premier ;", "le second."]),
        ("Sans point", ["Sans point"]),
        ("", []),
    ],
)
def test_sentences_of_french(text: str, parts: list[str]) -> None:
    assert blocks.sentences(text) == parts


@given(st.text(alphabet="aé .!?;:,\n1«»)M", max_size=200))
@settings(max_examples=200)
def test_sentences_lose_no_sign(text: str) -> None:
    assert "".join("".join(blocks.sentences(text)).split()) == "".join(text.split())


def test_a_link_is_its_words() -> None:
    assert blocks.plain("Voir [le site](https://a.fr/x) et [faux](espace ici)") == "Voir le site et [faux](espace ici)"
