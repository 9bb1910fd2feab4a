"""What is declared on a card and can hardly be right."""

import datetime
from typing import Any

import pytest
import yaml

from agglo.contract import card as cards
from agglo.contract.card import Card
from agglo.store.workspace import Workspace
from agglo.trust.register import checking, doubts, publishing, registered, writing
from agglo.trust.register.ai_act import tree, walk

from . import samples
from .conftest import STEWARD, card_of

TODAY = datetime.date(2026, 11, 24)


def answered(given: dict[str, str]) -> tuple[dict[str, str], str]:
    """Answers that end a path, the first of each question but for those given, and the class they lead to."""
    answers = dict(given)
    while not isinstance(found := walk.step(tree.load(), answers), walk.Conclusion):
        answers[found.id] = found.answers[-1].id
    return found.answers, found.ai_act_class


def said(card: Card) -> dict[str, str]:
    """The doubts but for the one about questions that nobody answered."""
    return {one.path: one.said for one in doubts.of(card, TODAY) if "no question was answered" not in one.said}


def sound(**told: Any) -> Card:
    return samples.complete_card(**told)


@pytest.mark.parametrize("card", [samples.complete_card(), samples.public_card(), samples.high_risk_card()])
def test_nothing_is_doubted_of_a_sound_card_but_questions_nobody_answered(card: Card) -> None:
    found = doubts.of(card, TODAY)
    assert [one.path for one in found] == ["authority.ai_act_answers"]
    assert "answer the questions of the AI Act" in found[0].said


def test_nothing_is_doubted_of_the_cards_that_come_with_agglo(workspace: Workspace) -> None:
    cards_here = [one for one in registered.listing(workspace, STEWARD) if one.origin == "programme"]
    assert cards_here
    assert {one.id: found for one in cards_here if (found := doubts.of(one.card, TODAY))} == {}


def test_an_empty_card_is_missing_everything_and_doubts_nothing() -> None:
    assert doubts.of(Card(), TODAY) == []
    assert doubts.of(card_of(contact="unknown"), TODAY) == []


class TestAIAct:
    def test_answers_that_lead_to_the_class_declared_raise_no_doubt(self) -> None:
        answers, found = answered({"method": "rules"})
        assert doubts.of(sound(ai_act_answers=answers, ai_act_class=found), TODAY) == []

    def test_answers_that_lead_elsewhere(self) -> None:
        answers, _found = answered({"method": "rules"})
        told = said(sound(ai_act_answers=answers, ai_act_class="minimal"))["authority.ai_act_class"]
        assert told == ('The answers lead to another class: "outside the AI Act", where "minimal risk" is declared.')

    def test_answers_that_do_not_fit_the_questions_any_more(self) -> None:
        told = said(sound(ai_act_answers={"no-such-question": "yes"}))
        assert "no longer fit" in told["authority.ai_act_answers"]

    def test_answers_that_stop_on_the_way(self) -> None:
        told = said(sound(ai_act_answers={"method": "learned"}))
        assert "stop on the way" in told["authority.ai_act_answers"]

    @pytest.mark.parametrize("technique", ["learning", "generative"])
    @pytest.mark.parametrize("declared", ["minimal", "outside"])
    def test_residents_who_meet_a_system_that_learns_are_told(self, technique: str, declared: str) -> None:
        card = samples.public_card(ai_act_class=declared)
        met = Card(maker=card.maker.model_copy(update={"techniques": [technique]}), authority=card.authority)
        assert "article 50" in said(met)["authority.ai_act_class"]
        unmet = Card(maker=met.maker, authority=met.authority.model_copy(update={"public_facing": "no"}))
        assert said(unmet) == {}

    def test_decisions_about_people_without_a_class(self) -> None:
        assert "no class is declared" in said(sound(ai_act_class=""))["authority.ai_act_class"]
        assert said(sound(ai_act_class="", individual_decisions="no")) == {}


class TestContacts:
    @pytest.mark.parametrize(
        "contact",
        ["eau@agglo.example", "https://agglo.example/eau", "01 00 00 00 00", "+33 1 00 00 00 00", "3975",
         "Accueil de l'eau, eau@agglo.example", "01.00.00.00.00 ou eau@agglo.example"],
    )  # fmt: skip
    def test_a_contact_that_can_be_used(self, contact: str) -> None:
        assert said(sound(contact=contact)) == {}

    @pytest.mark.parametrize("contact", ["Le service de l'eau", "eau@agglo", "http://agglo.example", "poste 4", "7"])
    def test_a_contact_nobody_can_use(self, contact: str) -> None:
        assert "authority.contact" in said(sound(contact=contact))

    def test_pages_that_are_no_addresses(self) -> None:
        card = sound(website="agglo.example/eau")
        maker = card.maker.model_copy(update={"website": "voir notre site", "contact": "par courrier"})
        assert set(said(Card(maker=maker, authority=card.authority))) == {
            "maker.contact", "maker.website", "authority.website",
        }  # fmt: skip
        assert said(sound(website="http://agglo.example/eau?x=1#y")) == {}

    @pytest.mark.parametrize(("telephone", "doubted"), [("3975", False), ("17", False), ("à venir", False),
                                                        ("standard", True), ("poste 4", True)])  # fmt: skip
    def test_telephones(self, telephone: str, doubted: bool) -> None:
        assert ("authority.human_telephone" in said(samples.public_card(human_telephone=telephone))) is doubted

    @pytest.mark.parametrize(
        "address",
        ["anne.martin@agglo.example", "a.martin@agglo.example", "Zoé.Du-Pont@agglo.example".replace("é", "e")],
    )
    def test_the_address_of_a_person_wherever_it_stands(self, address: str) -> None:
        assert address in said(sound(contact=address))["authority.contact"]
        told = said(sound(contest=f"Écrire à {address}, réponse sous un mois"))
        assert address in told["authority.contest"]

    @pytest.mark.parametrize(
        "address",
        ["service.eau@agglo.example", "petite.enfance@agglo.example", "dpo@agglo.example", "mairie.orsay@agglo.example",
         "eau@agglo.example", "etat-civil.orsay@agglo.example", "no-reply@agglo.example", "a.b.c@agglo.example"],
    )  # fmt: skip
    def test_a_shared_mailbox(self, address: str) -> None:
        assert said(sound(contact=address)) == {}


class TestLife:
    @pytest.mark.parametrize(
        ("told", "path"),
        [
            ({"since": "2027-01"}, "authority.since"),
            ({"since": "2025-04", "until": "2025-03"}, "authority.until"),
            ({"review_due": "2031-11-25"}, "authority.review_due"),
            ({"since": "2025-04", "state": "project"}, "authority.state"),
            ({"since": "2025-04", "state": "idea"}, "authority.state"),
            ({"state": "in-use", "holding": "none"}, "authority.holding"),
        ],
    )
    def test_what_cannot_be_so(self, told: dict[str, str], path: str) -> None:
        assert list(said(sound(**told))) == [path]

    @pytest.mark.parametrize(
        "told",
        [{"since": "2026-11"}, {"since": "2025-04", "until": "2025-04"}, {"review_due": "2031-11-24"},
         {"state": "project", "since": ""}, {"state": "idea", "holding": "none", "since": ""}],
    )  # fmt: skip
    def test_what_may_well_be(self, told: dict[str, str]) -> None:
        assert said(sound(**told)) == {}


@pytest.mark.parametrize(("words", "doubted"), [(19, True), (20, False), (200, False), (201, True)])
def test_plain_words_are_neither_few_nor_many(words: int, doubted: bool) -> None:
    text = {"fr": " ".join(f"mot{rank}" for rank in range(words))}
    assert ("authority.plain_text" in said(samples.public_card(plain_text=text))) is doubted


class TestPersonalData:
    @pytest.mark.parametrize(
        "words",
        ["Nom et prénom de l'abonné", "Fichier nominatif", "Adresses électroniques", "Noms des habitants",
         "Adresse et nom de l’abonné", "Date de naissance", "names of residents", "Residents' names and e-mail"],
    )  # fmt: skip
    def test_none_declared_and_some_named(self, words: str) -> None:
        found = said(sound(personal_data="none", sources=[{"what": words}]))
        assert list(found) == ["authority.sources"]
        assert list(said(sound(personal_data="none", sources=[], people_concerned=words))) == [
            "authority.people_concerned"
        ]
        assert said(sound(personal_data="ordinary", sources=[{"what": words}])) == {}

    @pytest.mark.parametrize(
        "words",
        ["Aucune donnée nominative", "Noms des rues", "Base adresse nationale", "Débits sans nom ni prénom",
         "Street names", "No names of residents", "Adresses anonymisées des habitants"],
    )  # fmt: skip
    def test_none_declared_and_none_named(self, words: str) -> None:
        assert said(sound(personal_data="none", sources=[{"what": words}])) == {}


def test_doubts_are_told_by_a_check_and_keep_nothing_from_being_published(workspace: Workspace) -> None:
    card = card_of(contact="anne.martin@agglo.example")
    writing.save(workspace, STEWARD, "leaks", card)
    told = checking.check(workspace, STEWARD, registered.find(workspace, STEWARD, "leaks"), today=TODAY)
    assert [one.path for one in told.doubts] == ["authority.contact"]
    assert not told.blocks
    assert publishing.publish(workspace, STEWARD, "leaks", why="approved", today=TODAY) == 1


def test_a_file_that_cannot_be_read_is_not_doubted(workspace: Workspace) -> None:
    (workspace.register / "bad.yaml").write_text("stat: idea\ncontact: someone\n", encoding="utf-8")
    told = checking.check(workspace, STEWARD, registered.find(workspace, STEWARD, "bad"), today=TODAY)
    assert told.faults
    assert told.doubts == ()


def test_a_card_written_by_hand_is_doubted_entry_by_entry_in_their_order() -> None:
    content = yaml.safe_load("{contact: x, since: 2030-01, maker: {website: x}}")
    assert [one.path for one in doubts.of(cards.parse(content, "card.yaml"), TODAY)] == [
        "maker.website", "authority.contact", "authority.since",
    ]  # fmt: skip
