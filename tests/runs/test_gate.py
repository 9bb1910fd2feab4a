"""A model whose card stands against its use is asked as a draft only."""

import pytest
import yaml

from agglo.contract.errors import InvalidInput
from agglo.runs import asking, gate, questions
from tests import cards


@pytest.fixture
def declare(workspace):
    def declared(**changes) -> None:
        said = yaml.safe_dump({**cards.authority(**changes), "maker": cards.maker()})
        (workspace.register / "test.pebble.yaml").write_text(said, encoding="utf-8")

    return declared


def test_what_the_card_stands_against_is_not_asked(workspace, pebble, ask, declare) -> None:
    declare(personal_data="ordinary", ai_act_class="high-risk")
    with pytest.raises(InvalidInput, match=r"test\.pebble may be asked as a draft only") as refused:
        ask(workspace, pebble)
    assert [(fault.where, fault.repair) for fault in refused.value.faults] == [
        (
            "card of test.pebble: Fundamental rights impact assessment",
            "Regulation (EU) 2024/1689, article 27",
        ),
        ("card of test.pebble: Lawful basis (GDPR)", "GDPR, article 6(1)"),
    ]
    assert list(workspace.requests.iterdir()) == list(workspace.runs.iterdir()) == []


def test_a_kept_answer_is_not_given_either(workspace, pebble, ask, declare) -> None:
    first = ask(workspace, pebble)
    declare(review_due="2020-01-01")
    with pytest.raises(InvalidInput, match="Its review was due on 2020-01-01"):
        ask(workspace, pebble)
    declare()
    assert ask(workspace, pebble).run.id == first.run.id


def test_as_a_draft_it_is_asked_and_that_is_recorded(workspace, pebble, declare) -> None:
    declare(ai_act_class="prohibited")
    question = questions.pose(workspace, pebble, inputs={})
    run = asking.ask(workspace, question, draft=True).run
    assert [one.get("draft") for one in run.sealed.events("asked")] == [True]
    assert run.state == "finished"
    assert "prohibited" in str(next(gate.faults(workspace, pebble)))


def test_an_asking_that_is_no_draft_says_nothing_of_it(workspace, pebble, ask) -> None:
    assert "draft" not in ask(workspace, pebble).run.sealed.events("asked")[0]


def test_an_incomplete_card_is_asked_as_before(workspace, pebble, ask, declare) -> None:
    declare(need="", owner="unknown")
    assert ask(workspace, pebble).run.state == "finished"
    assert list(gate.faults(workspace, pebble)) == []


def test_a_card_that_cannot_be_read_lets_drafts_through_alone(workspace, pebble, ask) -> None:
    (workspace.register / "test.pebble.yaml").write_text("ned: x\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="This card cannot be read"):
        ask(workspace, pebble)
    assert asking.ask(workspace, questions.pose(workspace, pebble, inputs={}), draft=True).run.state == "finished"


def test_what_stands_against_publishing_alone_lets_questions_through(workspace, pebble, ask, declare) -> None:
    declare(public_facing="yes")
    assert ask(workspace, pebble).run.state == "finished"
    assert len(list(gate.faults(workspace, pebble))) == 8


def test_a_model_that_runs_here_is_no_system_that_is_not_held(workspace, pebble, ask, declare) -> None:
    declare(holding="none", ai_act_class="prohibited")
    with pytest.raises(InvalidInput, match="no system is held"):
        ask(workspace, pebble)
    assert [fault.where for fault in gate.faults(workspace, pebble)] == ["card of test.pebble: How it is held"]
