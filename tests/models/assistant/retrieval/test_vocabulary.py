"""Mistyped words are read as the words they look like; other words are not."""

import pytest

from agglo.models.assistant.retrieval import analysis
from agglo.models.assistant.retrieval.vocabulary import Vocabulary, distance


@pytest.fixture
def known() -> Vocabulary:
    found = Vocabulary()
    for word in ("déchèterie", "assurance", "logement", "vélo", "stationnement", "eau", "2024", "habitants"):
        found.rows(word)
    found.close()
    return found


def stem_of(known: Vocabulary, word: str) -> list[str]:
    names = list(known.stems)
    return [names[row] for row, _part in known.stem_rows(word)]


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("dechetrie", "déchèterie"),
        ("assurrance", "assurance"),
        ("assurnace", "assurance"),
        ("lgement", "logement"),
        ("statoinement", "stationnement"),
        ("habitans", "habitants"),
        ("DÉCHÈTERIE", "déchèterie"),
        ("vleo", "vélo"),
    ],
)
def test_two_letters_wrong_are_found(known: Vocabulary, typed: str, word: str) -> None:
    assert stem_of(known, typed) == [analysis.stem(word)]


@pytest.mark.parametrize("typed", ["ea", "2025", "parachute", "xxxx", "zut", "velib"])
def test_other_words_are_not_read_as_known_ones(known: Vocabulary, typed: str) -> None:
    found = known.stem_rows(typed)

    assert all(part < 1 for _row, part in found)
    assert typed == "velib" or not found


def test_a_word_of_the_texts_stands_for_itself(known: Vocabulary) -> None:
    assert known.stem_rows("logements") == [(known.stems[analysis.stem("logement")], 1.0)]


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [("", "", 0), ("a", "", 1), ("niche", "chien", 4), ("route", "ruote", 1), ("loyer", "loyre", 1), ("ca", "abc", 3)],
)
def test_distance_counts_changes_and_exchanges(one: str, other: str, steps: int) -> None:
    assert distance(one, other, 5) == steps == distance(other, one, 5)


def test_distance_stops_beyond_the_most() -> None:
    assert distance("logement", "assurance", 2) == 3
