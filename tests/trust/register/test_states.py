"""From idea to retired: which moves there are, what each needs, and what is kept of them."""

import datetime
import json
from typing import Any

import pytest

from agglo.contract.errors import Forbidden, InvalidInput, NotFound
from agglo.store.workspace import Workspace
from agglo.trust.register import registered, similar, states, writing
from agglo.trust.register.registered import Registered

from . import samples
from .conftest import CONTRIBUTOR, PUBLIC, STEWARD, USEFUL, card_of

TODAY = datetime.date(2026, 11, 24)

LIKE = [
    {"id": "aquavance", "why": "It names no network."},
    {"id": "water.leaks", "why": "There is no model of this network."},
    {"id": "water.alarms", "why": "It names no pipe."},
]
ANSWERED: dict[str, Any] = {**USEFUL, "similar": LIKE, "why_again": "Nothing is held yet."}
"""What the gate asks of the finder of leaks: a card of the programme and two models serve the same purpose."""


def move(workspace: Workspace, to: str, id: str = "leaks") -> str:
    return states.move(workspace, STEWARD, id, to, today=TODAY).authority.state


def keep(workspace: Workspace, id: str = "leaks", **told: object) -> None:
    with writing.hold(workspace):
        writing.put(workspace, {id: card_of(**told)})


def faults(workspace: Workspace, id: str = "leaks") -> list[str]:
    found = registered.find(workspace, STEWARD, id)
    return [one.where for one in states.against_leaving_idea(workspace, STEWARD, found)]


def test_an_idea_becomes_a_project_only_with_what_the_gate_asks(workspace: Workspace) -> None:
    keep(workspace)
    with pytest.raises(InvalidInput, match="yet") as told:
        move(workspace, "project")
    assert [one.where for one in told.value.faults][:5] == [f"authority.{name}" for name in states.USEFUL]
    assert registered.find(workspace, STEWARD, "leaks").card.authority.state == "idea"
    keep(workspace, **USEFUL)
    with pytest.raises(InvalidInput, match="aquavance"):
        move(workspace, "project")
    keep(workspace, **ANSWERED)
    assert move(workspace, "project") == "project"


def test_an_idea_that_was_dropped_comes_back_through_the_gate_too(workspace: Workspace) -> None:
    keep(workspace)
    assert move(workspace, "retired") == "retired"
    with pytest.raises(InvalidInput, match="yet") as told:
        move(workspace, "project")
    assert "authority.simple_baseline" in [one.where for one in told.value.faults]
    keep(workspace, **ANSWERED, state="retired")
    assert move(workspace, "project") == "project"


@pytest.mark.parametrize("name", states.USEFUL)
def test_each_answer_counts_by_its_substance(workspace: Workspace, name: str) -> None:
    empty: object = ["à définir"] if name == "consulted" else "To be defined"
    keep(workspace, **{**ANSWERED, name: empty})
    assert faults(workspace) == [f"authority.{name}"]


def test_what_is_already_held_must_be_answered(workspace: Workspace) -> None:
    keep(workspace, **ANSWERED)
    held = {"title": {"en": "Leak detection"}, "purpose": {"en": "Find leaks of drinking water in the network sooner."}}
    keep(workspace, "held", state="in-use", holding="bought", maker=held)
    found = registered.find(workspace, STEWARD, "leaks")
    (only,) = states.against_leaving_idea(workspace, STEWARD, found)
    assert (only.where, only.got) == ("authority.similar", "Leak detection (held) serves a like purpose")
    said = {**ANSWERED, "similar": [*LIKE, {"id": "held", "why": "unknown"}]}
    keep(workspace, **said)
    assert faults(workspace) == ["authority.similar"]
    said["similar"] = [*LIKE, {"id": "held", "why": "It only reads meters."}]
    keep(workspace, **{**said, "why_again": ""})
    assert faults(workspace) == ["authority.why_again"]
    keep(workspace, **said)
    assert faults(workspace) == []


def test_only_what_one_may_read_is_named_as_similar(workspace: Workspace) -> None:
    keep(workspace, "secret", **USEFUL)
    one = Registered("leaks", card_of(**USEFUL), "workspace")
    assert "secret" not in str(states.against_leaving_idea(workspace, PUBLIC, one))
    assert "secret" in str(states.against_leaving_idea(workspace, STEWARD, one))
    assert "secret" in [like.id for like in similar.nearest(one.card, similar.known(workspace, STEWARD))]


def test_a_month_is_filled_in_where_it_is_not_declared(workspace: Workspace) -> None:
    keep(workspace, state="project", **ANSWERED)
    moved = states.move(workspace, STEWARD, "leaks", "in-use", today=TODAY)
    assert (moved.authority.since, moved.authority.until) == ("2026-11", "")
    moved = states.move(workspace, STEWARD, "leaks", "retired", today=datetime.date(2027, 2, 1))
    assert (moved.authority.since, moved.authority.until) == ("2026-11", "2027-02")
    moved = states.move(workspace, STEWARD, "leaks", "project", today=TODAY)
    assert (moved.authority.since, moved.authority.until) == ("2026-11", "")
    keep(workspace, "old", state="project", since="2020-05")
    assert states.move(workspace, STEWARD, "old", "in-use", today=TODAY).authority.since == "2020-05"
    keep(workspace, "dropped")
    assert states.move(workspace, STEWARD, "dropped", "retired", today=TODAY).authority.until == ""


def test_what_is_put_in_use_passes_the_gate(workspace: Workspace) -> None:
    with writing.hold(workspace):
        writing.put(workspace, {"schools": samples.high_risk_card(state="project", human_oversight="")})
    with pytest.raises(InvalidInput) as told:
        move(workspace, "in-use", "schools")
    assert [one.where for one in told.value.faults] == ["authority.human_oversight"]
    with writing.hold(workspace):
        writing.put(workspace, {"schools": samples.high_risk_card(state="project")})
    assert move(workspace, "in-use", "schools") == "in-use"


def test_an_incomplete_card_may_be_put_in_use(workspace: Workspace) -> None:
    keep(workspace, state="project", holding="in-house")
    assert states.move(workspace, STEWARD, "leaks", "in-use", today=TODAY).missing()


@pytest.mark.parametrize(
    ("before", "to"),
    [("idea", "in-use"), ("in-use", "idea"), ("in-use", "project"), ("retired", "in-use"), ("idea", "idea"),
     ("", "project"), ("project", "dreamt"), ("project", "")],
)  # fmt: skip
def test_other_moves_are_refused(workspace: Workspace, before: str, to: str) -> None:
    keep(workspace, state=before)
    with pytest.raises(InvalidInput, match="cannot be moved") as told:
        move(workspace, to)
    words = {"in-use": "in-use (in use)"}
    assert told.value.faults[0].expected == " or ".join(words.get(one, one) for one in states.MOVES[before])
    assert states.history(workspace, "leaks") == []


def test_every_move_is_noted_with_an_opaque_author(workspace: Workspace) -> None:
    keep(workspace, state="project")
    move(workspace, "idea")
    move(workspace, "retired")
    path = workspace.register / "history" / "leaks.jsonl"
    assert [set(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()] == [
        {"at", "actor", "from", "to"}
    ] * 2
    with path.open("a", encoding="utf-8") as file:
        file.write("{half a line")
    moves = states.history(workspace, "leaks")
    assert [(one.actor, one.before, one.after) for one in moves] == [
        ("sue", "project", "idea"),
        ("sue", "idea", "retired"),
    ]
    assert "leaks" in [one.id for one in registered.listing(workspace, STEWARD)]
    assert states.history(workspace, "nothing") == []


def test_only_who_may_approve_moves(workspace: Workspace) -> None:
    keep(workspace)
    with pytest.raises(NotFound):
        states.move(workspace, PUBLIC, "leaks", "retired", today=TODAY)
    folder = workspace.root / "rights"
    folder.mkdir()
    grant = "- {to: 'account:ann', right: read-restricted, on: 'card:leaks', by: sue, at: '2026'}\n"
    (folder / "grants.yaml").write_text(grant, encoding="utf-8")
    with pytest.raises(Forbidden, match='"approve"'):
        states.move(workspace, CONTRIBUTOR, "leaks", "retired", today=TODAY)
    with pytest.raises(NotFound, match="in hand"):
        states.move(workspace, STEWARD, "aquavance", "retired", today=TODAY)


def test_a_card_without_a_state_is_not_said_to_be_nothing(workspace: Workspace) -> None:
    keep(workspace, state="")
    with pytest.raises(InvalidInput, match='from "not declared" to "retired"'):
        move(workspace, "retired")


def test_an_empty_card_is_told_what_it_does_not_say_and_nothing_else(workspace: Workspace) -> None:
    keep(workspace, theme="water", maker={"title": {"en": "Leak detection"}, "purpose": {"en": "unknown"}})
    assert faults(workspace) == [f"authority.{name}" for name in states.USEFUL]


def test_what_is_barely_alike_is_not_asked_about(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(workspace, **USEFUL)
    keep(workspace, "other", **USEFUL)

    def near(score: float) -> list[str]:
        monkeypatch.setattr(similar, "nearest", lambda *_of, **_how: [similar.Like("other", score)])
        return faults(workspace)

    assert near(0.28) == []
    assert near(0.40) == ["authority.similar", "authority.why_again"]


def test_a_text_that_does_not_count_is_quoted(workspace: Workspace) -> None:
    keep(workspace, **{**ANSWERED, "need": "À définir"})
    (only,) = states.against_leaving_idea(workspace, STEWARD, registered.find(workspace, STEWARD, "leaks"))
    assert only.got == '"À définir", which does not count as an answer'


def test_a_text_that_does_not_count_is_quoted_where_it_is_put_in_use(workspace: Workspace) -> None:
    with writing.hold(workspace):
        writing.put(workspace, {"schools": samples.high_risk_card(state="project", human_oversight="To do")})
    with pytest.raises(InvalidInput) as told:
        move(workspace, "in-use", "schools")
    assert told.value.faults[0].got.endswith('("To do") does not count as an answer.')
