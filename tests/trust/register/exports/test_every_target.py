"""One complete card goes to every target, and is valid there as that target asks."""

import datetime
import json

import pytest

from agglo.contract.card import Card
from agglo.trust.register.exports import targets
from agglo.trust.register.exports.target import Exported
from tests.trust.register.exports import test_boamps, test_dcat, test_dutch
from tests.trust.register.exports.measured import USED
from tests.trust.register.samples import high_risk_card, subject

TODAY = datetime.date(2026, 11, 24)
pytestmark = test_dcat.pytestmark
shared = pytest.mark.skipif(not test_dcat.OFFICIAL.is_file(), reason="the official schemas are not on this machine")


@pytest.fixture(scope="module")
def card() -> Card:
    """The school places, told in Dutch too, since the Dutch register takes no other language."""
    whole = high_risk_card(
        ai_act_roles=["provider", "deployer"],
        exemption="Article 6(3)(a)",
        exemption_grounds="Een smalle procedurele taak.",
        benefit="Dezelfde regels voor iedereen, vooraf bekend.",
        alternative="Een commissie die elk dossier bekijkt, twee maanden werk per jaar.",
        human_oversight="De commissie bekijkt elk voorstel dat wordt betwist en kan het wijzigen.",
        sources=[{"what": "Wensen en samenstelling van het gezin", "source": "https://agglo.example/wensen",
                  "collected": "Formulier op de site", "kind": "tabel", "amount": "3 100 dossiers per jaar"}],
        legal_basis="Wetboek van onderwijs, artikelen L.131-5 en L.212-7",
        risks="Gezinnen die het formulier slecht invullen krijgen een school die ver weg is.",
        mitigations="Hulp bij het invullen en controle van verschillen per wijk.",
        impact_assessment="Analyse van 2 juni 2026: een risico per wijk, elk jaar gevolgd.",
        data_protection_assessment="Analyse van 20 mei 2026: alleen twee medewerkers zien de stukken.",
    )  # fmt: skip
    told = {
        "title": {"nl": "Schoolplaatsen toewijzen"},
        "purpose": {"nl": "Wijst elk kind een school toe volgens regels die vooraf bekend zijn."},
        "method": {"nl": "Telt de punten van elk verzoek op en wijst de plaatsen in die volgorde toe."},
    }
    changed = {name: {**getattr(whole.maker, name), **more} for name, more in told.items()}
    return Card(maker=whole.maker.model_copy(update=changed), authority=whole.authority)


def made(card: Card, target: str) -> Exported:
    return targets()[target].export([subject(card, "ecoles", use=USED)], today=TODAY)


def test_the_card_is_complete(card: Card) -> None:
    assert card.missing() == []


@pytest.mark.parametrize("target", list(targets()))
def test_it_is_valid_in_every_target(card: Card, target: str) -> None:
    found = made(card, target)
    assert [str(one) for one in found.lacks if one.required] == []
    assert list(found.faults) == []
    assert found.is_valid
    assert len(found.content) > 200


@pytest.mark.parametrize("target", list(targets()))
def test_an_empty_card_is_valid_in_none(target: str) -> None:
    assert not made(Card(), target).is_valid


@pytest.mark.shared
@shared
def test_the_official_rules_take_it(card: Card) -> None:
    (record,) = json.loads(made(card, "dutch").content)
    assert test_dutch.against(test_dutch.configuration(), record) == []
    valid, report = test_dcat.conforms(made(card, "dcat-ap").content, test_dcat.OFFICIAL.read_text(encoding="utf-8"))
    assert valid, report
    assert list(test_boamps.official().iter_errors(json.loads(made(card, "boamps").content))) == []
