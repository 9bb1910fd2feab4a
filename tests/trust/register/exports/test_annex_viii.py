"""Annex VIII of the AI Act: as many items as it has, numbered as there, each said or lacking."""

import datetime
import json
from typing import Any

import pytest

from agglo.contract.card import Card
from agglo.contract.language import speaking
from agglo.trust.register.exports import Exported, Subject, find
from trust.register.samples import authority, complete_card, high_risk_card, subject

TODAY = datetime.date(2026, 11, 24)


def _made(section: str, *subjects: Subject) -> Exported:
    return find(f"annex-viii-{section}").export(subjects, today=TODAY)


def _items(made: Exported) -> dict[str, Any]:
    (system,) = json.loads(made.content)["systems"]
    return {f"{one['item']}{'.' + one['part'] if 'part' in one else ''}": one["value"] for one in system["items"]}


def _provided(**changed: object) -> Card:
    return high_risk_card(ai_act_roles=["provider"], holding="in-house", **changed)


@pytest.mark.parametrize(("section", "count"), [("c", 5), ("a", 13), ("b", 9)])
def test_every_item_of_the_annex_is_there_in_order(section: str, count: int) -> None:
    made = _made(section, subject(high_risk_card(), "ecoles"))
    numbers = [int(name.partition(".")[0]) for name in _items(made)]
    assert sorted(set(numbers)) == list(range(1, count + 1))
    assert numbers == sorted(numbers)


def test_a_public_deployer_says_its_five_items() -> None:
    made = _made("c", subject(high_risk_card(), "ecoles"))
    assert made.is_valid
    assert made.lacks == ()
    assert _items(made) == {
        "1.name": "Communauté d'agglomération Exemple",
        "1.address": "1 rue Jean Rostand, 91400 Orsay",
        "1.contact": "registre@agglo.example",
        "2": "Responsable des inscriptions scolaires, ecoles@agglo.example",
        "3": "https://base-ue.example/entries/4471",
        "4": "Analyse du 2 juin 2026 : risque d'écart par quartier, suivi chaque rentrée, document public.",
        "5": "Analyse du 20 mai 2026 : accès aux pièces de santé limité à deux agents.",
    }


def test_what_a_deployer_does_not_say_is_lacking() -> None:
    card = high_risk_card(eu_database="", impact_assessment="inconnu")
    made = _made("c", subject(card, "ecoles", authority=authority(address="")))
    assert not made.is_valid
    assert [(one.target_field, one.entry) for one in made.lacks] == [
        ("C.1.address", ""), ("C.3", "authority.eu_database"), ("C.4", "authority.impact_assessment"),
    ]  # fmt: skip
    assert "governance/authority.yaml" in made.lacks[0].why
    assert _items(made)["4"] is None
    assert json.loads(made.content)["systems"][0]["lacking"] == ["C.1.address", "C.3", "C.4"]


def test_no_data_protection_assessment_is_missed_where_no_personal_data_are() -> None:
    without = {"personal_data": "none", "data_protection_assessment": ""}
    assert _made("c", subject(high_risk_card(**without), "ecoles")).is_valid
    without["personal_data"] = "ordinary"
    assert not _made("c", subject(high_risk_card(**without), "ecoles")).is_valid


def test_the_provider_is_the_maker_unless_the_authority_is() -> None:
    bought, own = _items(_made("a", subject(high_risk_card()))), _items(_made("a", subject(_provided())))
    assert bought["1.name"] == "Cartable Numérique SA"
    assert own["1.name"] == "Communauté d'agglomération Exemple"
    assert own["4"] == "Allocation of school places, 7.1, fuites"
    assert own["6"].startswith("Data: Vœux et composition de la famille; Notification de handicap.\nRanks requests")
    assert own["10"] == ["FR", "BE"]


def test_a_copy_of_the_certificate_is_asked_for_where_there_is_one() -> None:
    assert [one.target_field for one in _made("a", subject(_provided())).lacks] == ["A.9"]
    lacks = _made("a", subject(_provided(certificate="", sources=[]))).lacks
    assert [(one.target_field, one.entry, one.required) for one in lacks] == [
        ("A.6", "authority.sources", True), ("A.8", "authority.certificate", False),
    ]  # fmt: skip


def test_an_exempted_system_says_condition_and_grounds_and_is_marked_unreviewed() -> None:
    said = {"exemption": "Article 6(3)(a)", "exemption_grounds": "Tâche procédurale étroite : il trie par date."}
    card = _provided(ai_act_class="exempted", **said)
    made = _made("b", subject(card))
    assert made.is_valid
    assert (_items(made)["6"], _items(made)["7"]) == tuple(said.values())
    assert all(one["unreviewed"] for one in json.loads(made.content)["systems"][0]["items"])
    assert [one.target_field for one in _made("b", subject(_provided(ai_act_class="exempted"))).lacks] == ["B.6", "B.7"]


@pytest.mark.parametrize(
    ("card", "targets"),
    [
        (complete_card(), []),
        (high_risk_card(), ["c"]),
        (high_risk_card(ai_act_roles=[]), ["c"]),
        (_provided(), ["a"]),
        (high_risk_card(ai_act_roles=["provider", "deployer"]), ["c", "a"]),
        (_provided(ai_act_class="exempted"), ["b"]),
        (high_risk_card(ai_act_class="exempted"), []),
        (high_risk_card(holding="none"), []),
    ],
)
def test_class_and_role_say_which_section_applies(card: Card, targets: list[str]) -> None:
    assert [one for one in ("c", "a", "b") if find(f"annex-viii-{one}").applies(card)] == targets


def test_items_are_asked_in_the_language_in_force() -> None:
    with speaking("fr"):
        content = json.loads(_made("c", subject(high_risk_card())).content)
    assert content["language"] == "fr"
    assert content["made"] == "2026-11-24"
    assert content["systems"][0]["items"][0]["asks"] == "Nom du déployeur."
    assert content["systems"][0]["title"] == "Affectation des places en école"
