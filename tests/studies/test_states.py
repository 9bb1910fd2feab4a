"""Versions and states of scenarios."""

import shutil

import pytest
import yaml

from agglo.contract.errors import InvalidInput, NotFound
from agglo.studies import record, results, states
from tests import cards

from .conftest import figure, pebbles

STEPS = pebbles("p")


def weigh(weight: float) -> dict:
    return {"a": {"parameters": {"p": {"weight": weight}}}, "b": {}}


@pytest.fixture
def declare(workspace, models):
    """Complete both halves of the pebble's card."""

    def declared(**changes) -> None:
        (models / "pebble" / "card.yaml").write_text(yaml.safe_dump(cards.maker()), encoding="utf-8")
        said = yaml.safe_dump(cards.authority(**changes))
        (workspace.register / "test.pebble.yaml").write_text(said, encoding="utf-8")

    return declared


def test_a_changed_scenario_is_a_new_version_and_the_older_one_stays_readable(workspace, run) -> None:
    run(steps=STEPS, scenarios=weigh(2))
    states.move(workspace, "weights", "a", "proposed")
    ran = run(steps=STEPS, scenarios=weigh(3))
    [new] = ran.new
    assert (new.scenario, new.version, new.before) == ("a", 2, "proposed")
    assert [(one.name, one.version, one.state) for one in ran.result.scenarios] == [
        ("a", 2, "draft"),
        ("b", 1, "draft"),
    ]
    [older] = results.load(workspace, "weights", ["a@1"]).scenarios
    assert (older.version, older.state) == (1, "proposed")
    [indicator] = older.steps["p"].run.indicators
    assert (indicator.value, figure(ran, "a", "p")) == (2.0, 3.0)


def test_the_same_content_again_is_the_same_version(workspace, run) -> None:
    run(steps=STEPS, scenarios=weigh(2))
    assert run(steps=STEPS, scenarios=weigh(2)).new == ()
    assert len(record.history(workspace, "weights")) == 1
    run(steps=STEPS, scenarios=weigh(3))
    back = run(steps=STEPS, scenarios=weigh(2))
    assert back.new == ()
    assert [one.version for one in back.result.scenarios] == [1, 1]
    assert [one.version for one in results.load(workspace, "weights").scenarios] == [1, 1]


def test_a_unit_written_otherwise_is_the_same_content(run) -> None:
    run(steps=STEPS, scenarios=weigh(0.8))
    again = run(steps=STEPS, scenarios=weigh("80 %"))
    assert again.new == ()
    assert figure(again, "a", "p") == 0.8
    moved = run(steps=pebbles("p", weight=0.8), scenarios={"a": {}})
    assert moved.new == ()
    assert figure(moved, "a", "p") == 0.8


def test_a_record_that_was_lost_keeps_nobody_from_asking(workspace, run) -> None:
    """Versions are counted anew; what runs keep of a scenario names its content too."""
    run(steps=STEPS, scenarios=weigh(2))
    shutil.rmtree(workspace.studies / "weights")
    ran = run(steps=STEPS, scenarios=weigh(3))
    assert (ran.result.scenarios[0].version, figure(ran, "a", "p")) == (1, 3.0)


def test_new_data_under_the_same_name_are_a_new_version(run, add_gauges) -> None:
    steps = {"lake": {"model": "models/lake", "inputs": {"gauges": "own"}}}
    add_gauges(2.0)
    run(steps=steps, datasets={"own": "gauges"})
    add_gauges(3.0)
    assert run(steps=steps, datasets={"own": "gauges"}).new[0].version == 2


def test_the_life_of_a_scenario(workspace, run, declare) -> None:
    declare()
    run(steps=STEPS)
    for to in ("proposed", "draft", "proposed", "approved", "closed"):
        states.move(workspace, "weights", "reference", to)
    moves = record.moves_of(record.history(workspace, "weights"), "reference")
    assert [(one["from"], one["to"]) for one in moves] == [
        ("draft", "proposed"),
        ("proposed", "draft"),
        ("draft", "proposed"),
        ("proposed", "approved"),
        ("approved", "closed"),
    ]
    assert {one["actor"] for one in moves} == {workspace.actor}
    assert moves[-1]["steps"]["p"]["run"]
    ran = run(steps=STEPS)
    assert (ran.closed, ran.result.scenarios[0].state) == (("reference",), "closed")


@pytest.mark.parametrize("to", ["approved", "draft", "aproved"])
def test_moves_that_are_not_allowed(workspace, run, to) -> None:
    run(steps=STEPS)
    with pytest.raises(InvalidInput, match=f"reference: found from draft to {to}, expected proposed, closed"):
        states.move(workspace, "weights", "reference", to)


def test_a_draft_card_feeds_no_approved_scenario(workspace, run, declare, models) -> None:
    run(steps=STEPS)
    states.move(workspace, "weights", "reference", "proposed")
    with pytest.raises(InvalidInput, match=r"card of test.pebble: found a draft: maker.title.*authority.owner"):
        states.move(workspace, "weights", "reference", "approved")
    declare()
    with pytest.raises(InvalidInput, match=r"maker.licence"):
        states.move(workspace, "weights", "reference", "approved")
    run(steps=STEPS)
    states.move(workspace, "weights", "reference", "approved")
    assert run(steps=STEPS).result.scenarios[0].state == "approved"
    (workspace.register / "test.pebble.yaml").unlink()
    with pytest.raises(InvalidInput, match=r"(?s)Drafts feed no approved scenario \(reference\).*authority.owner"):
        run(steps=STEPS)


def test_a_scenario_without_an_answer_is_not_approved(workspace, run, declare) -> None:
    declare()
    run(steps=pebbles("p", weight=13))
    states.move(workspace, "weights", "reference", "proposed")
    with pytest.raises(InvalidInput, match="reference: p: found no answer, expected a finished run"):
        states.move(workspace, "weights", "reference", "approved")


def test_an_approved_scenario_that_changes_is_a_draft_again(workspace, run, declare) -> None:
    declare()
    run(steps=STEPS, scenarios=weigh(2))
    states.move(workspace, "weights", "a", "proposed")
    states.move(workspace, "weights", "a", "approved")
    [scenario, _other] = run(steps=STEPS, scenarios=weigh(3)).result.scenarios
    assert (scenario.version, scenario.state) == (2, "draft")


def test_unknown_names(workspace, run) -> None:
    with pytest.raises(NotFound, match="agglo study run"):
        states.move(workspace, "weights", "reference", "proposed")
    run(steps=STEPS)
    with pytest.raises(NotFound, match='Did you mean "reference"'):
        states.move(workspace, "weights", "referense", "proposed")


def test_what_a_card_stands_against_feeds_drafts_and_no_approved_scenario(workspace, run, declare) -> None:
    declare(review_due="2020-01-01")
    run(steps=STEPS)
    states.move(workspace, "weights", "reference", "proposed")
    with pytest.raises(InvalidInput, match="Its review was due on 2020-01-01"):
        states.move(workspace, "weights", "reference", "approved")
    declare()
    states.move(workspace, "weights", "reference", "approved")
    declare(review_due="2020-01-01")
    with pytest.raises(InvalidInput, match="Drafts feed no approved scenario"):
        run(steps=STEPS)
