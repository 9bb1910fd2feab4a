"""Cards of one purpose are found however they are worded; and words, stems and concepts that they are compared by."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from agglo.contract.card import ENTRIES, AuthorityPart, Card, MakerPart
from agglo.contract.language import speaking
from agglo.store.workspace import Workspace
from agglo.trust.access.people import operator
from agglo.trust.register import concepts, similar
from agglo.trust.register.stems import form, stem, words

PAIRS, APART = (
    yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    for name in ("pairs.yaml", "pairs_apart.yaml")
)


def card_of(told: dict[str, str]) -> Card:
    return Card(
        maker=MakerPart(title={"fr": told["title"]}, purpose={"fr": told["purpose"]}),
        authority=AuthorityPart(need=told.get("need", "")),
    )


def cards_of(told: dict[str, Any]) -> dict[str, Card]:
    return {one["id"]: card_of(one) for one in [*(pair["held"] for pair in told["pairs"]), *told["others"]]}


HELD = cards_of(PAIRS)


def first(title: str, others: dict[str, str] | None = None) -> list[str]:
    cards = {name: card_of({"title": name, "purpose": text}) for name, text in (others or {}).items()}
    return [one.id for one in similar.nearest(card_of({"title": title, "purpose": ""}), cards or HELD)]


# ---- a duplicate purchase is caught


@pytest.mark.parametrize("pair", PAIRS["pairs"], ids=lambda pair: pair["held"]["id"])
def test_what_is_held_is_among_the_first_three(pair: dict[str, Any]) -> None:
    found = similar.nearest(card_of(pair["new"]), HELD)
    assert pair["held"]["id"] in [one.id for one in found]
    assert len(found) <= similar.COUNT


@pytest.mark.parametrize("pair", PAIRS["pairs"], ids=lambda pair: pair["held"]["id"])
def test_it_is_found_among_a_thousand_others_as_well(pair: dict[str, Any]) -> None:
    """A register with many cards of one kind changes what is rare; what is held is found all the same."""
    crowd = {f"crowd-{number}": card for number, card in enumerate(list(HELD.values())[10:] * 40)}
    del crowd["crowd-0"]
    alone = {pair["held"]["id"]: HELD[pair["held"]["id"]]}
    assert pair["held"]["id"] in [one.id for one in similar.nearest(card_of(pair["new"]), alone)]
    found = similar.nearest(card_of(pair["new"]), {**crowd, **alone}, count=130)
    assert pair["held"]["id"] in [one.id for one in found]


@pytest.mark.parametrize("pair", APART["pairs"], ids=lambda pair: pair["held"]["id"])
def test_so_is_what_the_list_of_concepts_was_never_widened_for(pair: dict[str, Any]) -> None:
    found = similar.nearest(card_of(pair["new"]), cards_of(APART))
    assert pair["held"]["id"] in [one.id for one in found]


def test_pairs_share_hardly_a_word() -> None:
    """They would prove nothing if comparing words were enough."""
    for pair in PAIRS["pairs"]:
        held, new = (
            {stem(word) for word in words(f"{told['title']} {told['purpose']}")} for told in (pair["held"], pair["new"])
        )
        assert len(held & new) <= 2, pair["held"]["id"]


# ---- the answer


def test_nearest_first_and_no_more_than_asked() -> None:
    found = similar.nearest(HELD["sante-arbres"], HELD, count=5)
    assert [one.id for one in found][:1] == ["sante-arbres"]
    assert found[0].score == pytest.approx(1.0)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert len(found) == 5


def test_nothing_shared_is_nothing_found() -> None:
    assert similar.nearest(card_of({"title": "Xyzzy plugh", "purpose": ""}), HELD) == []
    assert similar.nearest(card_of({"title": "Fuites d'eau", "purpose": ""}), {}) == []
    assert similar.nearest(Card(), HELD) == []
    assert similar.nearest(card_of({"title": "Fuites d'eau", "purpose": ""}), {"empty": Card()}) == []


def test_why_says_it_in_the_language_in_force() -> None:
    sought = card_of({"title": "Pertes d'eau", "purpose": "Trouver par où l'eau s'échappe."})
    with speaking("fr"):
        assert similar.nearest(sought, HELD)[0].why[0] == "fuites d'eau"
    with speaking("en"):
        found = similar.nearest(sought, HELD)[0]
    assert found.id == "fuites-eau"
    assert found.why[0] == "water leaks"


def test_why_tells_words_as_they_are_written_and_no_word_twice() -> None:
    cards = {"a": card_of({"title": "Étude des zébrures", "purpose": "Étudier les zébrures."})}
    [found] = similar.nearest(card_of({"title": "zebrure", "purpose": "une zébrure"}), cards)
    assert found.why == ["zébrures"]


def test_the_theme_alone_is_a_weak_sign() -> None:
    themed = {name: Card(authority=AuthorityPart(theme=name)) for name in ("water", "waste")}
    [found] = similar.nearest(Card(authority=AuthorityPart(theme="water", need="xyzzy")), themed)
    assert (found.id, found.why) == ("water", ["water"])


def test_a_need_in_words_before_there_is_a_card() -> None:
    found = similar.nearest(similar.card_of("on perd trop d'eau dans les canalisations la nuit"), HELD)
    assert found[0].id == "fuites-eau"


def test_languages_meet() -> None:
    leak = Card(maker=MakerPart(title={"en": "Finding water leaks"}, purpose={"en": "Find bursts at night."}))
    assert similar.nearest(leak, HELD)[0].id == "fuites-eau"


def test_the_order_of_the_cards_changes_nothing() -> None:
    asked = card_of(PAIRS["pairs"][0]["new"])
    backwards = dict(reversed(HELD.items()))
    assert similar.nearest(asked, HELD) == similar.nearest(asked, backwards)


def test_an_index_answers_as_one_question_does() -> None:
    index = similar.Index(HELD)
    for pair in PAIRS["pairs"]:
        assert index.nearest(card_of(pair["new"])) == similar.nearest(card_of(pair["new"]), HELD)


def test_known_are_the_cards_that_a_person_may_read(tmp_path: Path) -> None:
    from agglo.store.workspace import open_workspace

    here: Workspace = open_workspace(tmp_path / "workspace")
    (here.register / "leaks.yaml").write_text("need: Water is lost.\n", encoding="utf-8")
    found = similar.known(here, operator(here))
    assert found["leaks"].authority.need == "Water is lost."
    assert "land.sinks" in found


# ---- words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fuite", "fuites"), ("détecter", "détection"), ("collecte", "collecteurs"), ("local", "locaux"),
        ("signaler", "signalements"), ("eau", "eaux"), ("distribuer", "distribution"), ("lights", "lighting"),
    ],
)  # fmt: skip
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert [stem(word) for word in words(one)] == [stem(word) for word in words(other)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("équipes", "équipage"), ("compter", "comptable"), ("tombe", "tombée"), ("route", "routage")],
)
def test_words_of_one_family_that_mean_other_things_stay_apart(one: str, other: str) -> None:
    assert [form(word) for word in words(one)] != [form(word) for word in words(other)]


def test_words_are_folded_and_compounds_kept() -> None:
    assert words("L'Œuvre d'été : ParkPredict, sans-abri et porte-à-porte à 12 %") == [
        "oeuvre", "ete", "park", "predict", "sansabri", "porteaporte",
    ]  # fmt: skip


# ---- concepts


def test_the_list_is_broad_and_whole() -> None:
    listed = concepts.listing()
    assert len(listed) >= 120
    themes = set(ENTRIES["authority.theme"].choices)
    for one in listed.values():
        assert one.title.keys() == {"fr", "en"}
        assert one.kind in ("object", "action")
        assert (one.theme in themes) == (one.kind == "object" or bool(one.theme)), one.id
        assert set(one.within) <= listed.keys()
        assert all(words(term) for term in one.terms), one.id
        assert len(one.terms) >= 5, one.id
    assert {one.theme for one in listed.values() if one.kind == "object"} >= themes - {"residents"}


def test_names_of_concepts_are_told_apart() -> None:
    for code in ("fr", "en"):
        names = Counter(one.title[code] for one in concepts.listing().values())
        assert names.most_common(1)[0][1] == 1


def test_a_concept_is_named_by_each_of_its_terms() -> None:
    for one in concepts.listing().values():
        for term in one.terms:
            assert one.id in concepts.named(words(term.rstrip("*"))), (one.id, term)


def test_words_of_an_expression_name_nothing_else() -> None:
    assert "school" not in concepts.named(words("une assistante maternelle"))
    assert "school" in concepts.named(words("une école maternelle"))


def test_words_of_an_expression_stand_near_each_other_in_any_order() -> None:
    assert "water-leak" in concepts.named(words("là où s'échappe chaque nuit l'eau"))
    far = "l'eau " + "qualité secteur jour mairie plan " * 3 + "s'échappe"
    assert frozenset([0, len(words(far)) - 1]) not in concepts.named(words(far)).get("water-leak", set())
