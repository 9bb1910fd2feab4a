"""Systems worked by hand: the class and the article that the questions must lead to."""

from pathlib import Path
from typing import Any

import pytest

from agglo.contract.documents import read_yaml
from agglo.trust.register.ai_act import tree, walk

SYSTEMS: dict[str, Any] = read_yaml(Path(__file__).parent / "systems.yaml", "The worked systems cannot be read.")


def conclusion(name: str) -> walk.Conclusion:
    found = walk.step(tree.load(), SYSTEMS[name]["answers"])
    assert isinstance(found, walk.Conclusion), f"{name} stops at the question {found.id}"
    return found


def owed(name: str) -> set[str]:
    return {one.obligation.id for one in conclusion(name).obligations}


def test_there_are_at_least_twenty() -> None:
    assert len(SYSTEMS) >= 20
    assert {one["class"] for one in SYSTEMS.values()} == set(tree.BINDING)


@pytest.mark.parametrize("name", SYSTEMS)
def test_class_and_article(name: str) -> None:
    found, said = conclusion(name), SYSTEMS[name]
    assert found.ai_act_class == said["class"]
    assert said["article"] in found.grounds
    assert found.ai_act_class == "transparency" or found.grounds[0] == said["article"]


@pytest.mark.parametrize("name", SYSTEMS)
def test_no_answer_is_idle(name: str) -> None:
    assert conclusion(name).answers == SYSTEMS[name]["answers"]


def test_a_public_deployer_of_a_listed_system_owes_the_assessment_the_registration_and_the_explanation() -> None:
    assert {"rights-assessment", "register-use", "explain", "inform-people", "human-oversight"} <= owed("hiring")
    assert "requirements" not in owed("hiring")
    assert "requirements" in {one.obligation.id for one in conclusion("hiring").others}


def test_whoever_made_it_owes_both_halves() -> None:
    found = conclusion("school-places")
    assert found.roles == ("provider", "deployer")
    assert {"requirements", "register-system", "human-oversight", "rights-assessment"} <= owed("school-places")
    assert found.others == ()


def test_infrastructure_is_registered_nationally_and_needs_no_assessment_of_rights() -> None:
    assert "register-nationally" in owed("pressure-guard")
    assert not {"rights-assessment", "register-use", "explain"} & owed("pressure-guard")


def test_transparency_adds_up_with_high_risk() -> None:
    assert "inform-exposed" in owed("fatigue-of-drivers")
    assert "inform-workers" in owed("fatigue-of-drivers")


def test_a_system_already_in_service_has_its_own_date() -> None:
    dates = {one.obligation.id: one.date for one in conclusion("traffic-lights").obligations}
    assert dates["legacy"].original == "2030-08-02"
    assert (dates["human-oversight"].original, dates["human-oversight"].amended) == ("2026-08-02", "2027-12-02")


def test_a_product_has_the_dates_of_annex_i() -> None:
    dates = {one.obligation.id: one.date.id for one in conclusion("door-of-the-lift").obligations}
    assert dates["requirements"] == dates["manufacturer-as-provider"] == "annex-i"


def test_an_exempted_system_asks_its_provider_for_the_proof() -> None:
    found = conclusion("sorting-of-applications-for-housing")
    assert found.grounds == ("annex III 5(a)", "6(3)(a)")
    assert {one.obligation.id for one in found.others} == {"document-exemption", "register-exemption"}
    assert owed("sorting-of-applications-for-housing") == {"literacy"}


def test_a_bought_chatbot_leaves_its_marking_to_its_provider() -> None:
    assert owed("residents-chatbot") == {"literacy", "how-to-inform"}
    others = {one.obligation.id for one in conclusion("residents-chatbot").others}
    assert others == {"inform-interaction", "mark-content"}


def test_outside_nothing_is_owed() -> None:
    assert owed("tree-inventory") == set()
    assert owed("trial-in-the-laboratory") == {"return-before-use"}


def test_an_open_model_is_spared_the_documentation() -> None:
    assert owed("language-model-of-the-authority") == {"literacy", "model-copyright", "model-summary"}


def test_whoever_changes_the_purpose_becomes_provider() -> None:
    answers = {**SYSTEMS["hiring"]["answers"], "change": "purpose"}
    found = walk.step(tree.load(), answers)
    assert isinstance(found, walk.Conclusion)
    assert found.roles == ("provider", "deployer")
    assert {"requirements", "new-provider"} <= {one.obligation.id for one in found.obligations}


def test_what_was_not_checked_is_told() -> None:
    assert conclusion("canteen-fees").unreviewed == ()
    assert conclusion("land-simulation").unreviewed == ("question.method",)
    assert {"question.legacy", "date.annex-iii", "obligation.register-use"} <= set(conclusion("hiring").unreviewed)
