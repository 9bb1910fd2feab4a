"""How much a card says of what is asked of it."""

import pytest

from agglo.contract.card import SECTIONS, AuthorityPart, Card, MakerPart
from agglo.trust.register import completeness
from trust.register.samples import complete_card

LONG = "The crews look for leaks at night with listening rods and find fewer than half of them in a year."


def test_an_empty_card_says_nothing() -> None:
    score = completeness.of(Card())
    assert (score.declared, score.share) == (0, 0.0)
    assert score.asked == len(Card().asked()) > 0
    assert list(score.missing) == Card().missing()


def test_a_complete_card_says_everything() -> None:
    score = completeness.of(complete_card())
    assert (score.missing, score.share) == ((), 1.0)
    assert score.declared == score.asked


@pytest.mark.parametrize("said", ["unknown", "n/a", "Inconnu", "à compléter", "  "])
def test_what_says_nothing_does_not_count(said: str) -> None:
    card = complete_card(need=said)
    score = completeness.of(card)
    assert score.missing == ("authority.need",)
    assert score.declared == score.asked - 1


def test_sections_add_up_and_leave_out_those_without_a_question() -> None:
    score = completeness.of(complete_card(need=""))
    assert sum(said for said, _asked in score.by_section.values()) == score.declared
    assert sum(asked for _said, asked in score.by_section.values()) == score.asked
    said, asked = score.by_section["use"]
    assert said == asked - 1
    assert list(score.by_section) == [one for one in SECTIONS if one in score.by_section]
    assert "registration" not in score.by_section


def test_only_what_is_asked_counts() -> None:
    none_held = completeness.of(Card(authority=AuthorityPart(holding="none")))
    assert none_held.asked < completeness.of(Card()).asked


def cards_with(*needs: str) -> dict[str, Card]:
    return {f"card-{rank}": Card(authority=AuthorityPart(need=need)) for rank, need in enumerate(needs)}


def test_long_texts_of_another_card_do_not_count() -> None:
    cards = cards_with(LONG, LONG.upper().replace(".", " !"), LONG + " Truly.")
    copied = completeness.copied(cards)
    assert copied == {"card-0": {"authority.need"}, "card-1": {"authority.need"}}
    assert "authority.need" in completeness.of(cards["card-0"], copied["card-0"]).missing
    assert "authority.need" not in completeness.of(cards["card-2"], copied.get("card-2", set())).missing


def test_short_texts_may_well_be_the_same() -> None:
    assert completeness.copied(cards_with("Water is lost.", "Water is lost.")) == {}


def test_one_procedure_may_serve_several_cards() -> None:
    same = "Article 6 of the law of 6 January 1978 and the decree of 29 May 2019 that applies it, read together."
    cards = {name: Card(authority=AuthorityPart(legal_basis=same)) for name in ("a", "b")}
    assert completeness.copied(cards) == {}


def test_a_text_in_two_entries_of_two_cards_is_copied_in_both() -> None:
    one = Card(maker=MakerPart(purpose={"en": LONG}))
    other = Card(authority=AuthorityPart(benefit=LONG))
    assert completeness.copied({"one": one, "other": other}) == {
        "one": {"maker.purpose"},
        "other": {"authority.benefit"},
    }
