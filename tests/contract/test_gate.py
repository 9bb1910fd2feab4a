"""The gate: what a card stands against."""

import datetime

import pytest

from agglo.contract import card
from agglo.contract.card import gate
from tests import cards

TODAY = datetime.date(2026, 11, 24)
SOVEREIGN = ("hosting_country", "applicable_law", "subcontractors", "reversibility")
HUMAN = {
    "left_out": "People without a phone", "human_channel": "Town hall", "human_hours": "9 to 5",
    "human_telephone": "01 23 45 67 89", "plain_text": {"fr": "Cela répond à vos questions."},
    "minors": "None meet it", "synthetic_content": "None", "contest": "By letter, in two months",
}  # fmt: skip


def refused(**changes: object) -> dict[str, str]:
    made = card.parse({**cards.authority(), "maker": cards.maker(), **changes}, "x.yaml")
    return {one.field: one.article for one in gate.refusals(made, TODAY)}


def test_a_complete_card_passes() -> None:
    assert refused() == {}


def test_an_empty_card_is_a_draft_and_not_refused() -> None:
    assert gate.refusals(card.Card(), TODAY) == ()
    assert card.Card().is_draft


@pytest.mark.parametrize("mention", ["", "n/a", "unknown"])
def test_an_automated_decision_about_a_person_needs_its_mention(mention: str) -> None:
    decision = {"automation": "full", "individual_decisions": "yes", "contest": "By letter"}
    found = refused(**decision, mention=mention)
    assert found == {"authority.mention": "CRPA, articles L.311-3-1, R.311-3-1-1; law 78-17, article 47"}
    assert refused(**decision, mention="At the foot of the letter") == {}
    assert refused(**decision | {"automation": "partial"}) == {}


def test_high_risk_needs_oversight_and_an_assessment() -> None:
    found = refused(ai_act_class="high-risk", human_oversight="", impact_assessment="")
    assert found == {
        "authority.human_oversight": "Regulation (EU) 2024/1689, article 26(2)",
        "authority.impact_assessment": "Regulation (EU) 2024/1689, article 27",
    }
    assert refused(ai_act_class="high-risk", impact_assessment="No risk left, see the file") == {}
    assert refused(ai_act_class="minimal", human_oversight="") == {}


def test_a_prohibited_practice_never_passes() -> None:
    assert refused(ai_act_class="prohibited") == {"authority.ai_act_class": "Regulation (EU) 2024/1689, article 5"}


@pytest.mark.parametrize("kind", ["ordinary", "sensitive"])
def test_personal_data_need_a_lawful_basis(kind: str) -> None:
    assert refused(personal_data=kind) == {"authority.personal_data_basis": "GDPR, article 6(1)"}
    assert refused(personal_data=kind, personal_data_basis="public-task") == {}


def test_a_review_is_overdue_the_day_after() -> None:
    assert refused(review_due="2026-11-24") == {}
    assert refused(review_due="2026-11-23") == {"authority.review_due": ""}
    assert refused(review_due="2026-11-23", state="retired", until="2026-10") == {}


@pytest.mark.parametrize("name", [*HUMAN, *SOVEREIGN])
def test_what_residents_meet_says_everything_they_need(name: str) -> None:
    assert refused(public_facing="yes", **HUMAN) == {}
    if name in SOVEREIGN:
        found = refused(public_facing="yes", **HUMAN, maker=cards.maker(**{name: "?"}))
        assert found == {f"maker.{name}": ""}
    else:
        assert refused(public_facing="yes", **HUMAN | {name: None}) == {f"authority.{name}": ""}


def test_the_human_side_stands_against_publishing_alone() -> None:
    made = card.parse({**cards.authority(public_facing="yes"), "maker": cards.maker()}, "x.yaml")
    assert len(gate.refusals(made, TODAY)) == len(HUMAN)
    assert gate.against_running(made, TODAY) == ()


def test_nothing_stands_against_what_is_not_held() -> None:
    bad = {"ai_act_class": "prohibited", "personal_data": "ordinary", "public_facing": "yes"}
    assert refused(**bad, holding="none") == {}
    assert len(refused(**bad)) == 2 + len(HUMAN)
