"""Opinions: kept for good, on what is there, with replies owed by a date; hidden with what they are about."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.errors import Damaged, Forbidden, InvalidInput, NotFound
from agglo.portal.strategy import lines as strategy
from agglo.store.workspace import Workspace
from agglo.trust.access.people import PUBLIC, operator
from agglo.trust.deal import keeping, signing
from agglo.trust.governance import opinion, opinions
from trust.governance.conftest import ANN, STEWARD, elsewhere, told

TODAY = date(2026, 11, 24)
BUNDLED = "avis-codev-2023"
CONTENT: dict[str, Any] = {
    "id": "leaks",
    "from": {"fr": "Habitants", "en": "Residents"},
    "on": "card:aquavance",
    "given": "2026-03-01",
    "received": "2026-03-04",
    "reply_due": "2026-12-04",
    "title": {"fr": "Avis sur les fuites", "en": "Opinion on leaks"},
    "wording": "summary",
    "points": [{"fr": "Dire qui paie", "en": "Say who pays"}],
    "source": {"fr": "réunion publique", "en": "public meeting"},
}


def keep(workspace: Workspace, **change: Any) -> opinions.Kept:
    made = opinion.from_dict({**CONTENT, **change})
    return opinions.add(workspace, operator(workspace), made, today=TODAY)


def answer(workspace: Workspace, id: str = "leaks", day: str = "2026-11-20", **change: Any) -> opinions.Kept:
    given: dict[str, Any] = {"text": {"fr": "Oui."}, "by": "vice-présidence", "day": day, **change}
    return opinions.reply(workspace, operator(workspace), id, today=TODAY, **given)


def test_the_councils_opinion_comes_with_agglo_and_is_not_written_here(empty: Workspace) -> None:
    (found,) = opinions.listing(empty, PUBLIC, today=TODAY)
    assert (found.opinion.id, found.opinion.on, found.opinion.given) == (BUNDLED, "strategy", "2023-12-05")
    assert (found.opinion.received, found.opinion.reply_due, found.standing(TODAY)) == ("", "", "undated")
    assert opinions.giver(empty, found.opinion) == "Development council"
    assert not (empty.root / "opinions").exists()
    alerts = [dict(line.text) for group in strategy.strategy().alerts for line in group.lines]
    assert [dict(one) for one in found.opinion.points] == alerts
    assert found.opinion.source == {code: text.strip() for code, text in strategy.strategy().source.items()}


def test_elsewhere_no_opinion_comes_with_agglo(tmp_path: Path) -> None:
    assert opinions.listing(elsewhere(tmp_path), PUBLIC) == []


def test_a_reply_to_what_comes_with_agglo_keeps_it_here(empty: Workspace) -> None:
    kept = answer(empty, BUNDLED)
    assert kept.sealed
    assert (kept.standing(TODAY), kept.replies[0].text) == ("replied", {"fr": "Oui."})
    assert [one.opinion.id for one in opinions.listing(empty, PUBLIC)] == [BUNDLED]


def test_an_opinion_is_kept_as_it_was_given_and_public(empty: Workspace) -> None:
    keep(empty)
    found = opinions.find(empty, PUBLIC, "leaks")
    assert found.opinion.to_dict() == CONTENT
    assert found.target.title
    assert found.replies == ()
    (event_folder,) = [path for path in (empty.root / "opinions").iterdir() if path.name == "leaks"]
    assert (event_folder / "manifest.json").is_file()


@pytest.mark.parametrize(
    ("due", "replies", "expected"),
    [
        ("2026-12-04", [], "owed"),
        ("2026-11-24", [], "owed"),
        ("2026-11-23", [], "overdue"),
        ("2026-11-20", ["2026-11-20"], "replied"),
        ("2026-11-20", ["2026-11-21"], "replied late"),
        ("2026-11-20", ["2026-11-20", "2026-11-23"], "replied"),
        (None, [], "undated"),
        (None, ["2026-11-20"], "replied"),
    ],
)
def test_where_a_reply_stands(empty: Workspace, due: str | None, replies: list[str], expected: str) -> None:
    keep(empty, reply_due=due)
    for day in replies:
        answer(empty, day=day)
    assert opinions.find(empty, PUBLIC, "leaks").standing(TODAY) == expected


def test_what_is_overdue_comes_first_then_what_is_owed_soonest(empty: Workspace) -> None:
    for name, due in (
        ("late-owed", "2027-03-01"),
        ("owed", "2026-12-01"),
        ("overdue", "2026-11-01"),
        ("done", "2026-12-01"),
    ):
        keep(empty, id=name, reply_due=due)
    answer(empty, "done")
    found = [one.opinion.id for one in opinions.listing(empty, PUBLIC, today=TODAY)]
    assert found == ["overdue", "owed", "late-owed", BUNDLED, "done"]


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"received": "2026-02-01"}, ["received"]),
        ({"reply_due": "2026-03-02"}, ["reply_due"]),
        ({"given": "2026-13-01"}, ["given"]),
        ({"given": None}, ["given"]),
        ({"wording": "mine"}, ["wording"]),
        ({"points": []}, ["points"]),
        ({"points": [{"en": "only"}]}, ["points.1: fr"]),
        ({"points": [{"fr": "x" * 3000}]}, ["points.1: fr"]),
        ({"title": None}, ["title"]),
        ({"from": "Some residents"}, ["from"]),
        ({"from": {"en": "Residents"}}, ["from: fr"]),
        ({"source": ""}, ["source"]),
        ({"id": "A b"}, ["id"]),
        ({"autor": "x", "wording": "mine"}, ["autor", "wording"]),
    ],
    ids=str,
)
def test_a_file_that_is_refused(change: dict[str, Any], places: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        opinion.from_dict({**CONTENT, **change})
    assert [where for where, _got in told(caught.value)] == places


def test_a_bare_on_is_read_as_the_word_it_is(tmp_path: Path) -> None:
    (tmp_path / "o.yaml").write_text(
        "id: a\nfrom: conseil-de-developpement\non: strategy\ngiven: 2026-01-01\ntitle: Avis\nwording: verbatim\n"
        "points: [Oui]\nsource: le procès-verbal\n",
        encoding="utf-8",
    )
    found = opinion.read(tmp_path / "o.yaml")
    assert (found.on, found.body, found.points) == ("strategy", "conseil-de-developpement", ({"fr": "Oui"},))


def test_everything_that_is_not_there_is_told_at_once(empty: Workspace) -> None:
    keep(empty)
    with pytest.raises(InvalidInput) as caught:
        keep(
            empty,
            **{"from": "conseil", "on": "card:aquavanc", "given": "2027-01-01", "received": None, "reply_due": None},
        )
    assert [where for where, _got in told(caught.value)] == ["id", "from", "on", "given"]
    assert 'Did you mean "card:aquavance"?' in caught.value.faults[2].repair
    with pytest.raises(InvalidInput, match="an identifier that no opinion has yet"):
        keep(empty, id=BUNDLED)


@pytest.mark.parametrize(
    "on", ["study:none", "scenario:none/x", "deal:paris-saclay@1", "deal:paris-saclay", "run:1", "plan"]
)
def test_an_opinion_is_on_something_that_is_there(empty: Workspace, on: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        keep(empty, on=on)
    assert told(caught.value) == [("on", on)]


def test_an_opinion_on_a_draft_is_hidden_with_it(empty: Workspace) -> None:
    keeping.add(empty, keeping.bundled("paris-saclay").deal)
    keep(empty, on="deal:paris-saclay@1")
    assert opinions.find(empty, STEWARD, "leaks").target.part == "1"
    for reader in (PUBLIC, ANN):
        with pytest.raises(NotFound) as hidden:
            opinions.find(empty, reader, "leaks")
        with pytest.raises(NotFound) as absent:
            opinions.find(empty, reader, "lakes")
        assert str(hidden.value).replace("leaks", "lakes") == str(absent.value)
        assert [one.opinion.id for one in opinions.listing(empty, reader)] == [BUNDLED]
        with pytest.raises(NotFound):
            opinions.reply(empty, reader, "leaks", text={"fr": "x"}, by="x")
    keeping.open_for_signature(empty, "paris-saclay")
    keep(empty, id="second", on="deal:paris-saclay@2")
    signing.sign(empty, "paris-saclay", party="paris-saclay", by="Somebody, president")
    assert opinions.find(empty, PUBLIC, "second")
    found = opinions.of(empty, PUBLIC, "deal:paris-saclay")
    assert [one.opinion.id for one in found] == ["second"]
    assert len(opinions.of(empty, STEWARD, "deal:paris-saclay")) == 2


def test_opinions_of_an_asset_and_of_a_body(empty: Workspace) -> None:
    keep(empty)
    keep(empty, id="council", **{"from": "conseil-de-developpement"})
    assert {one.opinion.id for one in opinions.of(empty, PUBLIC, "card:aquavance")} == {"leaks", "council"}
    assert opinions.of(empty, PUBLIC, "card:aqua") == []
    assert [one.opinion.id for one in opinions.of(empty, PUBLIC, "strategy")] == [BUNDLED]
    given = opinions.by(empty, PUBLIC, "conseil-de-developpement")
    assert {one.opinion.id for one in given} == {"council", BUNDLED}


def test_who_may_add_and_who_may_reply(empty: Workspace) -> None:
    made = opinion.from_dict(CONTENT)
    with pytest.raises(Forbidden):
        opinions.add(empty, PUBLIC, made)
    assert opinions.add(empty, ANN, made, today=TODAY)
    for person in (PUBLIC, ANN):
        with pytest.raises(Forbidden):
            opinions.reply(empty, person, "leaks", text={"fr": "Oui"}, by="x")
    assert opinions.reply(empty, STEWARD, "leaks", text={"fr": "Oui"}, by="x", today=TODAY).replies


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"text": {"en": "Yes"}}, ["text"]),
        ({"text": {"fr": "  "}}, ["text"]),
        ({"text": {"fr": "x" * 30_000}}, ["text_fr"]),
        ({"by": " "}, ["by"]),
        ({"by": "x" * 300}, ["by"]),
        ({"day": "soon"}, ["day"]),
        ({"day": "2026-03-01"}, ["day"]),
        ({"day": "2026-11-25"}, ["day"]),
        ({"text": {}, "by": "", "day": "x"}, ["text", "by", "day"]),
    ],
    ids=str,
)
def test_a_reply_that_is_refused_keeps_nothing(empty: Workspace, change: dict[str, Any], places: list[str]) -> None:
    keep(empty)
    with pytest.raises(InvalidInput) as caught:
        answer(empty, **{"day": "2026-11-20", **change})
    assert [where for where, _got in told(caught.value)] == places
    assert opinions.find(empty, PUBLIC, "leaks").replies == ()


def test_the_same_reply_sent_twice_is_kept_once_and_another_follows(empty: Workspace) -> None:
    keep(empty)
    answer(empty)
    assert len(answer(empty).replies) == 1
    assert [one.text["fr"] for one in answer(empty, text={"fr": "Et voici."}).replies] == ["Oui.", "Et voici."]


def test_an_opinion_that_changed_is_told_and_left_out_of_the_list(empty: Workspace) -> None:
    keep(empty)
    path = empty.root / "opinions" / "leaks" / "opinion.json"
    path.write_text(path.read_text(encoding="utf-8").replace("qui paie", "qui gagne"), encoding="utf-8")
    assert opinions.damaged(empty) == ["leaks"]
    assert [one.opinion.id for one in opinions.listing(empty, PUBLIC)] == [BUNDLED]
    with pytest.raises(Damaged):
        opinions.find(empty, PUBLIC, "leaks")


@pytest.mark.parametrize("id", ["../opinions", "", ".", "a/b", "x" * 300])
def test_strange_identifiers_are_not_found(empty: Workspace, id: str) -> None:
    keep(empty)
    with pytest.raises(NotFound):
        opinions.find(empty, PUBLIC, id)
