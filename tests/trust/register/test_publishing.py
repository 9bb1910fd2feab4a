"""A published version is sealed, says what changed, and can be withdrawn."""

import datetime
import json
from typing import Any

import pytest

from agglo.contract.card import Card
from agglo.contract.errors import Damaged, Forbidden, InvalidInput, NotFound
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace
from agglo.trust.register import publishing, registered, versions, writing

from . import samples
from .conftest import CONTRIBUTOR, PUBLIC, STEWARD, USEFUL, card_of

TODAY = datetime.date(2026, 11, 24)


@pytest.fixture
def kept(workspace: Workspace) -> Workspace:
    writing.save(workspace, STEWARD, "leaks", card_of())
    return workspace


def publish(workspace: Workspace, id: str = "leaks", why: str = "") -> int:
    return publishing.publish(workspace, STEWARD, id, why=why, today=TODAY)


def test_a_version_is_sealed_and_says_the_day(kept: Workspace) -> None:
    assert publish(kept, why="first") == 1
    folder = Sealed(kept.cards / "leaks" / "1")
    folder.check()
    told = json.loads((folder.folder / "card.json").read_text(encoding="utf-8"))
    assert (told["maker"]["title"], told["state"], told["updated"]) == ({"en": "Leak finder"}, "idea", "2026-11-24")
    assert {name: folder.manifest[name] for name in ("kind", "id", "version", "actor", "role", "why")} == {
        "kind": "card", "id": "leaks@1", "version": 1, "actor": "sue", "role": "steward", "why": "first"
    }  # fmt: skip
    assert registered.find(kept, STEWARD, "leaks").card.authority.updated == ""


def test_the_same_text_makes_no_new_version(kept: Workspace) -> None:
    assert publish(kept) == 1
    assert publishing.publish(kept, STEWARD, "leaks", today=TODAY + datetime.timedelta(days=9)) == 1
    writing.save(kept, STEWARD, "leaks", card_of(updated="2026-01-01"))
    assert publish(kept) == 1
    writing.save(kept, STEWARD, "leaks", card_of(need="Leaks are found late."))
    assert publish(kept) == 2
    assert [one.number for one in publishing.history(kept, "leaks")] == [1, 2]


def test_the_history_says_what_changed(kept: Workspace) -> None:
    publish(kept, why="first")
    writing.save(
        kept, STEWARD, "leaks", card_of(need="Leaks are found late.", theme="", maker={"title": {"en": "Leaks"}})
    )
    publish(kept, why="second")
    first, second = publishing.history(kept, "leaks")
    assert (first.changes, first.why, second.why, second.actor) == ((), "first", "second", "sue")
    assert {one.path: (one.before, one.after) for one in second.changes} == {
        "maker.title": ({"en": "Leak finder"}, {"en": "Leaks"}),
        "authority.theme": ("water", None),
        "authority.need": (None, "Leaks are found late."),
    }
    assert first.card.maker.title == {"en": "Leak finder"}
    assert first.at < second.at


def test_a_withdrawal_says_why_and_keeps_the_versions(kept: Workspace) -> None:
    publish(kept)
    with pytest.raises(InvalidInput, match="withdrawn"):
        publishing.withdraw(kept, STEWARD, "leaks", why=" ")
    publishing.withdraw(kept, STEWARD, "leaks", why="an error")
    (only,) = publishing.history(kept, "leaks")
    assert only.withdrawn is not None
    assert (only.withdrawn.why, only.withdrawn.actor) == ("an error", "sue")
    with pytest.raises(NotFound, match="published"):
        publishing.withdraw(kept, STEWARD, "leaks", why="again")
    assert publish(kept) == 2
    assert registered.find(kept, PUBLIC, "leaks").published == 2


def test_an_older_version_does_not_come_back_when_the_latest_is_withdrawn(kept: Workspace) -> None:
    publish(kept)
    writing.save(kept, STEWARD, "leaks", card_of(need="Leaks are found late."))
    publish(kept)
    publishing.withdraw(kept, STEWARD, "leaks", why="an error")
    with pytest.raises(NotFound):
        registered.find(kept, PUBLIC, "leaks")


@pytest.mark.parametrize("name", ["service", "contact", "state"])
def test_what_a_published_card_says_at_least(kept: Workspace, name: str) -> None:
    writing.save(kept, STEWARD, "other", card_of(**{name: ""}))
    with pytest.raises(InvalidInput, match="cannot be published") as told:
        publish(kept, "other")
    assert [one.where for one in told.value.faults] == [f"authority.{name}"]


def test_everything_against_it_is_told_at_once() -> None:
    said = {one.field: one for one in publishing.against(Card(), TODAY)}
    assert set(said) == set(publishing.NEEDED)
    assert not any(one.runs for one in said.values())
    blank = card_of(maker={"title": {"en": "n/a"}, "purpose": {"en": "To be defined"}})
    assert {one.field for one in publishing.against(blank, TODAY)} == {"maker.title", "maker.purpose"}


def test_the_gate_is_in_force(workspace: Workspace) -> None:
    card = samples.high_risk_card(human_oversight="", mention="", automation="full")
    writing.save(workspace, STEWARD, "schools", card)
    with pytest.raises(InvalidInput) as told:
        publishing.publish(workspace, STEWARD, "schools", today=datetime.date(2126, 1, 1))
    faults = {one.where: one for one in told.value.faults}
    assert {"authority.human_oversight", "authority.mention", "authority.review_due"} <= set(faults)
    assert "26(2)" in faults["authority.human_oversight"].repair
    assert versions.numbers(workspace, "schools") == []


@pytest.mark.parametrize("card", [samples.complete_card(), samples.public_card(), samples.high_risk_card()])
def test_a_complete_card_is_published_as_it_is(workspace: Workspace, card: Card) -> None:
    writing.save(workspace, STEWARD, "a", card)
    assert publish(workspace, "a") == 1
    (only,) = publishing.history(workspace, "a")
    assert only.card.maker == card.maker
    assert only.card.authority == card.authority.model_copy(update={"updated": "2026-11-24"})


def test_an_idea_that_was_written_over_is_not_published_as_a_project(kept: Workspace) -> None:
    publish(kept)
    path = registered.path_of(kept, "leaks")
    path.write_text(path.read_text(encoding="utf-8").replace('"idea"', '"project"'), encoding="utf-8")
    with pytest.raises(InvalidInput) as told:
        publish(kept)
    assert "authority.simple_baseline" in [one.where for one in told.value.faults]
    answered: dict[str, Any] = {
        "similar": [
            {"id": "aquavance", "why": "It names no network."},
            {"id": "water.leaks", "why": "There is no model of this network."},
            {"id": "water.alarms", "why": "It names no pipe."},
        ],
        "why_again": "Nothing is held yet.",
    }
    with writing.hold(kept):
        writing.put(kept, {"leaks": card_of(state="project", **USEFUL, **answered)})
    assert publish(kept) == 2


def test_only_who_may_approve_publishes(kept: Workspace) -> None:
    with pytest.raises(NotFound):
        publishing.publish(kept, CONTRIBUTOR, "leaks", today=TODAY)
    publish(kept)
    for person in (CONTRIBUTOR, PUBLIC):
        with pytest.raises(Forbidden, match='"approve"'):
            publishing.publish(kept, person, "leaks", today=TODAY)
        with pytest.raises(Forbidden, match='"approve"'):
            publishing.withdraw(kept, person, "leaks", why="an error")


def test_what_is_not_in_hand_is_not_published(kept: Workspace) -> None:
    for name in ("nothing", "aquavance", "land.sinks"):
        with pytest.raises(NotFound):
            publish(kept, name)
    (kept.register / "bad.yaml").write_text("stat: idea\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="cannot be read"):
        publish(kept, "bad")
    assert publishing.history(kept, "nothing") == publishing.history(kept, "../leaks") == []


def test_a_version_that_was_touched_is_not_read_as_kept(kept: Workspace) -> None:
    publish(kept)
    path = kept.cards / "leaks" / "1" / "card.json"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace("water", "waste"), encoding="utf-8")
    with pytest.raises(Damaged):
        publishing.history(kept, "leaks")


def test_a_version_of_another_card_is_not_read_as_its_own(kept: Workspace) -> None:
    publish(kept)
    (kept.cards / "leaks").rename(kept.cards / "thieves")
    with pytest.raises(Damaged, match="belongs"):
        versions.load(kept, "thieves", 1)


def test_pages_already_made_are_told_of_a_publication_and_a_withdrawal(kept: Workspace) -> None:
    from agglo.portal import made

    stamps = [made._folders(kept)]
    publish(kept)
    stamps.append(made._folders(kept))
    publishing.withdraw(kept, STEWARD, "leaks", why="an error")
    stamps.append(made._folders(kept))
    assert len(set(stamps)) == 3


def test_a_card_of_the_programme_is_withdrawn_for_good(workspace: Workspace) -> None:
    publishing.withdraw(workspace, STEWARD, "olga", why="Not ours any more")
    with pytest.raises(NotFound):
        registered.find(workspace, PUBLIC, "olga")
    assert registered.find(workspace, STEWARD, "olga").withdrawn
    (only,) = publishing.history(workspace, "olga")
    assert only.withdrawn is not None
    assert (only.number, only.withdrawn.why) == (1, "Not ours any more")
    assert only.card.maker.title["fr"].startswith("Assistant")
    with pytest.raises(NotFound, match="published"):
        publishing.withdraw(workspace, STEWARD, "olga", why="again")


def test_a_copy_in_hand_does_not_keep_a_card_of_the_programme_from_being_withdrawn(workspace: Workspace) -> None:
    writing.new(workspace, STEWARD, "olga")
    publishing.withdraw(workspace, STEWARD, "olga", why="Not ours")
    assert "olga" not in registered.public(workspace)
    assert registered.in_hand(workspace, STEWARD, "olga").withdrawn


def test_a_text_that_does_not_count_is_quoted() -> None:
    (only,) = publishing.against(card_of(contact="Unknown"), TODAY)
    assert only.reason == 'What is written there ("Unknown") does not count as an answer.'
    (only,) = publishing.against(card_of(contact=""), TODAY)
    assert only.reason == "No contact is declared."
    said = publishing.against(samples.high_risk_card(human_oversight="to do " * 1), TODAY)
    (oversight,) = (one for one in said if one.field == "authority.human_oversight")
    assert oversight.reason.startswith("High risk, without human oversight.")
    assert oversight.reason.endswith('("to do") does not count as an answer.')


def test_a_version_is_dated_where_the_workspace_is(kept: Workspace) -> None:
    days = set()
    for rank, zone in enumerate(("Pacific/Kiritimati", "Pacific/Niue")):
        (kept.root / "agglo.toml").write_text(f'time_zone = "{zone}"\n', encoding="utf-8")
        here = Workspace(kept.root)
        writing.save(here, STEWARD, "leaks", card_of(need=f"Need number {rank}."))
        publishing.publish(here, STEWARD, "leaks")
        days.add(publishing.history(here, "leaks")[-1].card.authority.updated)
    assert len(days) == 2
