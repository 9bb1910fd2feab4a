"""The cards of the programme: one for each named project, and nothing on them that its source does not say."""

import re
from pathlib import Path

import pytest

from agglo.contract import card as cards
from agglo.contract.card import Card
from agglo.contract.card.substance import says_something
from agglo.contract.documents import read_yaml
from agglo.contract.model import installed
from agglo.portal.strategy import lines
from agglo.store.workspace import open_workspace
from agglo.trust.access.people import PUBLIC
from agglo.trust.register import lint, registered

FOLDER = Path(registered.__file__).parent / "programme"
PATHS = sorted(FOLDER.glob("*.yaml"))
NAMES = {
    "aquavance", "decarbonized-city", "geovelo", "hestia", "mamob", "olga", "open-road", "pcaet", "plu", "simus",
    "smart-globe", "twin-environment", "twin-mobility",
}  # fmt: skip
FACTS = {
    "authority.state", "authority.holding", "authority.service", "authority.theme", "authority.models",
    "authority.tags", "authority.updated", "authority.provenance", "maker.title", "maker.purpose",
}  # fmt: skip
PLANNED = {"assistant.*", "water.*"}
"""Models that are planned and not there yet."""


def test_each_named_project_has_its_card_and_keeps_its_name() -> None:
    assert {path.stem for path in PATHS} == NAMES
    assert {one.id for one in lines.strategy().projects} - {"roadmap"} == NAMES


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def card(request: pytest.FixtureRequest) -> Card:
    return cards.read(request.param)


def test_it_is_a_project_and_no_system_is_held(card: Card) -> None:
    assert card.authority.state == "project"
    assert card.authority.holding == "none"


def test_it_says_where_its_facts_are_from_and_when_they_were_read(card: Card) -> None:
    assert card.authority.provenance
    for one in card.authority.provenance:
        assert "avis rendu le 5 décembre 2023" in one
        assert re.search(r"(section \d\.\d|encadré)", one)
        assert "lu le 24 novembre 2026" in one
    assert re.search("section 2.1", card.authority.provenance[0])


def test_nothing_stands_on_it_that_the_source_does_not_say(card: Card) -> None:
    said = {path for path in cards.ENTRIES if says_something(card.value(path))}
    assert said <= FACTS
    assert {"authority.theme", "authority.tags", "maker.title", "maker.purpose"} <= said


def test_what_nobody_declared_is_missing(card: Card) -> None:
    assert {"authority.need", "authority.consulted", "authority.benefit", "authority.owner"} <= set(card.missing())


def test_a_direction_is_named_only_with_the_place_that_names_it(card: Card) -> None:
    named = any("les directions sont celles que le tableau nomme" in one for one in card.authority.provenance)
    assert bool(card.authority.service) == named


def test_its_title_and_purpose_are_in_both_languages(card: Card) -> None:
    for text in (card.maker.title, card.maker.purpose):
        assert set(text) == {"fr", "en"}
        assert all(one.strip() for one in text.values())
    assert card.maker.purpose["fr"] != card.maker.purpose["en"]


def test_residents_read_it_without_effort(card: Card) -> None:
    assert lint.of_card(card) == []


def test_no_two_say_the_same() -> None:
    said = [cards.read(path).maker.purpose["fr"] for path in PATHS]
    assert len(set(said)) == len(said)


def test_models_are_there_or_planned(card: Card) -> None:
    systems = {f"{name.partition('.')[0]}.*" for name in installed()}
    assert set(card.authority.models) <= systems | PLANNED


def test_no_name_of_a_person_is_carried_over() -> None:
    assert not [path.name for path in PATHS if "munerot" in path.read_text(encoding="utf-8").lower()]


def test_a_key_of_the_files_is_an_entry_or_the_maker() -> None:
    for path in PATHS:
        assert set(read_yaml(path, path.name)) <= {one.partition(".")[2] for one in FACTS} | {"maker"}


def test_everybody_is_shown_them_in_an_empty_workspace(tmp_path: Path) -> None:
    listed = {one.id: one for one in registered.listing(open_workspace(tmp_path / "workspace"), PUBLIC)}
    assert set(listed) >= NAMES
    assert {listed[name].origin for name in NAMES} == {"programme"}
