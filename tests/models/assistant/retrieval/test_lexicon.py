"""Words of residents lead to words of offices."""

import pytest

from agglo.models.assistant.retrieval import analysis, lexicon


@pytest.mark.parametrize(
    ("asked", "office"),
    [
        ("je me suis fait virer", "licenciement"),
        ("perdu ma carte grise", "immatriculation"),
        ("ma bagnole", "véhicule"),
        ("poubelle pleine", "déchets"),
        ("toubib", "médecin"),
        ("contester un PV", "amende"),
    ],
)
def test_the_word_of_the_office_is_looked_for(asked: str, office: str) -> None:
    assert analysis.stem(office) in set(lexicon.meant(analysis.words(asked)))


def test_a_word_asked_is_not_given_again() -> None:
    asked = analysis.words("voiture véhicule")

    assert not {"voitur", "véhicul", "vehicul"} & set(lexicon.meant(asked))


@pytest.mark.parametrize("words", [[], ["xyz"], ["comment"]])
def test_words_of_no_group_mean_themselves_only(words: list[str]) -> None:
    assert list(lexicon.meant(words)) == []


def test_every_group_has_two_members_at_least_and_none_twice() -> None:
    for phrase, others in lexicon._others().items():
        assert phrase not in others
        assert 0 < len(phrase) <= lexicon.LONGEST
