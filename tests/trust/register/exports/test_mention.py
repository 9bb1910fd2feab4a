"""The explicit mention: what article R.311-3-1-1 wants told, ready to paste, in two languages."""

import datetime

import pytest

from agglo.contract.language import speaking
from agglo.trust.register.exports import Exported, Subject, find
from trust.register.samples import authority, complete_card, high_risk_card, public_card, subject

TODAY = datetime.date(2026, 11, 24)


def _made(*subjects: Subject) -> Exported:
    return find("mention").export(subjects, today=TODAY)


def test_it_says_who_what_for_the_right_how_and_where_to_turn() -> None:
    made = _made(subject(complete_card()))
    assert made.is_valid
    assert made.lacks == ()
    letter, short = made.content.decode().split("## For a web page or a form")
    assert "Communauté d'agglomération Exemple took this decision with the help of an algorithm" in letter
    assert "Find abnormal water consumption and tell the subscriber of a probable leak." in letter
    assert "the right to be told its rules, and the main features of how they were applied to your case" in letter
    assert "documents@agglo.example" in letter
    assert "one month" in letter
    assert "(CADA): www.cada.fr" in letter
    assert "https://portail.example/register/fuites" in letter
    assert "médiateur de l'eau." in letter
    assert "R.311-3-1-1" in letter
    assert len(short.strip()) < 500
    assert "documents@agglo.example" in short
    assert "CADA" in short


def test_what_decides_alone_says_so() -> None:
    made = _made(subject(complete_card(automation="full")))
    assert "took this decision by an algorithm alone" in made.content.decode()


def test_texts_of_the_card_are_in_the_language_in_force() -> None:
    with speaking("fr"):
        content = _made(subject(complete_card())).content.decode()
    assert "Repérer les consommations d'eau anormales et prévenir l'abonné d'une fuite probable." in content
    assert "Find abnormal" not in content


def test_what_is_missing_is_a_blank_to_fill_and_a_lack() -> None:
    nobody = authority(name="", requests="", contact="")
    made = _made(subject(complete_card(contact="", contest="", mention=""), authority=nobody, page=""))
    assert not made.is_valid
    assert {one.target_field: one.required for one in made.lacks} == {
        "administration": True, "contact": True, "règles": False, "recours": False, "emplacement": False,
    }  # fmt: skip
    content = made.content.decode()
    assert "[to fill: name of the authority] took this decision" in content
    assert "write to: [to fill: whom to write to]." in content
    assert "The algorithm is described here" not in content


def test_the_contact_of_the_card_serves_where_the_authority_names_none() -> None:
    made = _made(subject(complete_card(), authority=authority(requests="")))
    assert "write to: eau@agglo.example." in made.content.decode()


@pytest.mark.parametrize(("card", "due"), [(complete_card(), True), (high_risk_card(), True), (public_card(), False)])
def test_it_is_due_where_decisions_are_about_somebody(card: object, due: bool) -> None:
    assert find("mention").applies(card) is due  # type: ignore[arg-type]


def test_of_what_decides_about_nobody_it_is_a_fault() -> None:
    made = _made(subject(public_card(), "assistant"))
    assert made.faults == ("assistant: it is used to decide about nobody, so that no mention is due.",)


def test_several_cards_are_one_document() -> None:
    content = _made(subject(complete_card()), subject(high_risk_card(), "ecoles")).content.decode()
    assert content.count("# Explicit mention: ") == 2
