"""Search: what a question is about, how sure, and where it stands."""

import numpy as np
import pytest

from agglo.models.assistant.retrieval import index
from agglo.models.assistant.retrieval.index import Text

TEXTS = (
    Text("Population de la commune", ["Orsay compte 16 500 habitants.", "Le chiffre vient du recensement."]),
    Text("Qualité de l'eau", ["L'eau du robinet est analysée.", "Les fuites du réseau sont suivies chaque mois."]),
    Text("Piscine", ["Le bassin ouvre le matin.", "Les enfants nagent."], ["où nager avec mon fils"]),
    Text("Carte grise", ["Le certificat d'immatriculation suit la vente du véhicule."]),
    Text("Titre sans texte", []),
)


@pytest.fixture(scope="module")
def made() -> index.Index:
    return index.of(TEXTS)


@pytest.mark.parametrize(
    ("question", "text", "sentence"),
    [
        ("combien d'habitants à Orsay", 0, 0),
        ("fuite du reseau d'eau", 1, 1),
        ("fuittes du rezeau", 1, 1),
        ("où nager avec mon fils ?", 2, 1),
        ("carte grise", 3, None),
        ("papier pour vendre ma bagnole", 3, 0),
        ("titre sans texte", 4, None),
    ],
)
def test_the_text_and_the_sentence_are_found(made: index.Index, question: str, text: int, sentence: int | None) -> None:
    first = made.search(question)[0]

    assert first.text == text
    assert sentence is None or first.sentence == sentence


@pytest.mark.parametrize("question", ["", "???", "le la les de", "🙂", "qwzx"])
def test_nothing_asked_finds_nothing(made: index.Index, question: str) -> None:
    assert made.search(question) == []


def test_the_score_is_a_share_and_falls_with_words_that_no_text_holds(made: index.Index) -> None:
    sure = made.search("fuites du réseau d'eau")[0].score
    less = made.search("fuites du réseau ferroviaire ukrainien bombardé")[0].score

    assert 0 < less < sure < 1


def test_words_of_a_question_count_whatever_their_order_and_order_helps(made: index.Index) -> None:
    ordered = made.search("certificat d'immatriculation")[0]
    turned = made.search("immatriculation certificat")[0]

    assert ordered.text == turned.text == 3
    assert ordered.score == pytest.approx(turned.score)


def test_texts_left_out_are_not_found(made: index.Index) -> None:
    among = np.array([True, False, True, True, True])

    assert 1 not in [one.text for one in made.search("fuite du réseau d'eau", among=among)]


def test_limit_and_order(made: index.Index) -> None:
    found = made.search("eau habitants piscine véhicule", limit=3)

    assert len(found) == 3


def test_the_same_texts_make_the_same_index_and_others_do_not(made: index.Index) -> None:
    assert index.of(TEXTS).digest == made.digest
    assert index.of(TEXTS[:-1]).digest != made.digest
    assert index.of((*TEXTS[:-1], Text("Titre sans texte", ["mot"]))).digest != made.digest


def test_an_empty_library_answers_nothing() -> None:
    assert index.of([]).search("eau") == []


def test_a_very_long_question_is_no_error(made: index.Index) -> None:
    assert made.search("fuite " * 2_000)[0].text == 1
