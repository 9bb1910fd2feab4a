"""Answers are kept with the card, by whoever may write it."""

import datetime
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.card import AuthorityPart, Card
from agglo.contract.errors import Forbidden, NotFound
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.access import people
from agglo.trust.access.people import PUBLIC, Person
from agglo.trust.register import publishing, registered, writing
from agglo.trust.register.ai_act import keeping, tree, walk

TODAY = datetime.date(2026, 11, 24)
CARD = """\
purpose: Sort letters
holding: bought
ai_act_class: high-risk
ai_act_roles: [provider]
maker:
  title: {en: Sorting of letters}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    here = open_workspace(tmp_path / "workspace")
    here.register.mkdir(parents=True, exist_ok=True)
    (here.register / "letters.yaml").write_text(CARD.replace("purpose: Sort letters\n", ""), encoding="utf-8")
    return here


def _conclusion(**answers: str) -> walk.Conclusion:
    found = walk.step(tree.load(), answers)
    assert isinstance(found, walk.Conclusion)
    return found


def test_answers_class_roles_and_day_are_kept_and_the_rest_stays(workspace: Workspace) -> None:
    operator = people.operator(workspace)
    keeping.keep(workspace, operator, "letters", _conclusion(method="rules"), today=TODAY)
    said = registered.find(workspace, operator, "letters").card
    assert said.authority.ai_act_answers == {"method": "rules"}
    assert said.authority.ai_act_class == "outside"
    assert said.authority.ai_act_roles == []
    assert said.authority.ai_act_checked == "2026-11-24"
    assert said.authority.holding == "bought"
    assert said.maker.title == {"en": "Sorting of letters"}


def test_kept_answers_lead_to_the_same_conclusion_again(workspace: Workspace) -> None:
    operator = people.operator(workspace)
    found = _conclusion(method="learned", exclusion="development")
    card = keeping.keep(workspace, operator, "letters", found, today=TODAY)
    again = walk.step(tree.load(), card.authority.ai_act_answers)
    assert again == found


def test_whoever_may_not_read_the_card_finds_none(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        keeping.keep(workspace, PUBLIC, "letters", _conclusion(method="rules"), today=TODAY)


def test_whoever_may_not_write_it_is_refused(workspace: Workspace) -> None:
    reader = Person("actor-0123456789ab", "reader")
    (workspace.root / "access").mkdir(exist_ok=True)
    before = (workspace.register / "letters.yaml").read_text(encoding="utf-8")
    with pytest.raises((Forbidden, NotFound)):
        keeping.keep(workspace, reader, "letters", _conclusion(method="rules"), today=TODAY)
    assert (workspace.register / "letters.yaml").read_text(encoding="utf-8") == before


def test_what_is_written_meanwhile_is_not_lost(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    operator, found, asked = people.operator(workspace), registered.find, []

    def find(*told: Any) -> registered.Registered:
        """The card; somebody else writes their answer right after it was first looked up."""
        answer = found(*told)
        if not asked:
            asked.append(told)
            writing.save(workspace, operator, "letters", Card(authority=AuthorityPart(need="Said meanwhile")))
        return answer

    monkeypatch.setattr(registered, "find", find)
    keeping.keep(workspace, operator, "letters", _conclusion(method="rules"), today=TODAY)
    said = found(workspace, operator, "letters").card.authority
    assert (said.need, said.ai_act_class) == ("Said meanwhile", "outside")


HIGH_RISK = {
    "method": "learned", "exclusion": "none", "role": "uses", "people": "yes", "manipulation": "no",
    "vulnerability": "no", "social-score": "no", "offence": "no", "body": "no", "product": "no", "infrastructure": "no",
    "area": "education", "education": "admission", "profiling": "yes", "change": "no", "public": "body",
    "workplace": "no", "decision": "yes", "legacy": "no", "conversation": "no", "synthetic": "no", "licence": "no",
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "found"), [("", "high-risk"), ("minimal", "high-risk"), ("high-risk", ""), ("prohibited", "")]
)
def test_a_class_that_binds_less_than_the_answers_is_not_published(said: str, found: str) -> None:
    assert _conclusion(**HIGH_RISK).ai_act_class == "high-risk"
    card = Card(authority=AuthorityPart.model_validate({"ai_act_class": said, "ai_act_answers": HIGH_RISK}))
    assert keeping.understated(card) == found
    against = [one.reason for one in publishing.against(card, TODAY) if "questions of the AI Act" in one.reason]
    assert len(against) == bool(found)


@pytest.mark.parametrize("answers", [{}, {"method": "learned"}, {"method": "strange"}])
def test_answers_that_lead_to_no_class_say_nothing_against_one(answers: dict[str, str]) -> None:
    assert keeping.understated(Card(authority=AuthorityPart(ai_act_answers=answers))) == ""
