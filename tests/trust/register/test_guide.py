"""The plain guide: every technique in words a resident knows, and which cards here use it."""

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from agglo.contract.card.entries import Technique
from agglo.contract.language import LANGUAGES
from agglo.footprint.record import Bounds
from agglo.store.workspace import Workspace, open_workspace
from agglo.trust.access.people import operator
from agglo.trust.register import guide, lint, use
from agglo.trust.register.use import Use

LONGEST_SENTENCE = 20
"""Words."""
FIVE_MINUTES = 1000
"""Words that people read in five minutes, at 200 a minute."""
JARGON = re.compile(
    r"\b(algorithm\w*|machine learning|réseaux? de neurones|neural|LLM|transformer|prompt|token|stochasti\w+|API|"
    r"paramètres?|parameters?|inférence|inference|hyper\w+)\b",
    re.IGNORECASE,
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


def texts(one: guide.Technique) -> list[dict[str, str]]:
    return [dict(text) for text in (*one.what, one.like, *one.good, *one.wrong, *one.ask, one.energy, one.title)]


def test_every_technique_of_a_card_is_explained() -> None:
    assert [one.id for one in guide.techniques()] == list(get_args(Technique))


@pytest.mark.parametrize("one", guide.techniques(), ids=lambda one: one.id)
def test_it_is_short_plain_and_in_both_languages(one: guide.Technique) -> None:
    assert len(one.what) == 3
    assert one.good
    assert one.wrong
    assert one.ask
    for text in texts(one):
        assert set(text) == set(LANGUAGES)
        for said in text.values():
            assert len(said.split()) <= LONGEST_SENTENCE, said
            assert not JARGON.search(said), said


@pytest.mark.parametrize("one", guide.techniques(), ids=lambda one: one.id)
def test_residents_read_it_without_effort(one: guide.Technique) -> None:
    for text in texts(one):
        assert [finding for language, said in text.items() for finding in lint.findings(said, language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_read_in_five_minutes(language: str) -> None:
    said = [text[language] for one in guide.techniques() for text in texts(one)]
    assert len(" ".join(said).split()) < FIVE_MINUTES


@pytest.mark.parametrize("one", guide.techniques(), ids=lambda one: one.id)
def test_no_figure_of_energy_is_told_without_a_source(one: guide.Technique) -> None:
    assert not any(re.search(r"\d", said) for said in one.energy.values())


def test_the_cards_that_use_it_are_named(workspace: Workspace) -> None:
    own = {"maker": {"title": {"en": "Lake"}, "techniques": ["learning", "rules"]}}
    (workspace.register / "lake.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    (workspace.register / "pond.yaml").write_text("state: in-use\n", encoding="utf-8")
    found = guide.of(workspace, operator(workspace))
    used = {one.technique.id: [card.id for card in one.cards] for one in found.chapters}
    assert "land.sinks" in used["rules"]
    assert "lake" in used["rules"]
    assert used["learning"] == ["lake"]
    assert used["generative"] == []
    assert [one.id for one in found.unsaid] == ["pond"]


def test_projects_without_a_system_are_not_asked_for_a_technique(workspace: Workspace) -> None:
    found = guide.of(workspace, operator(workspace))
    assert "olga" not in [one.id for one in found.unsaid]


def test_what_models_cost_is_added_up(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {
        "land.sinks": Use(runs=3, known=2, energy_kwh=Bounds(1.0, 2.0, 3.0)),
        "climate.effort": Use(runs=1, known=1, declared=1, energy_kwh=Bounds(0.5, 0.5, None)),
        "climate.ex-post": Use(runs=2),
    }
    monkeypatch.setattr(use, "of", lambda _workspace, _person, name, _card: kept.get(name, Use()))
    found = {one.technique.id: one.measured for one in guide.of(workspace, operator(workspace)).chapters}
    assert found["rules"] == guide.Measured(4, 3, 1, Bounds(1.5, 2.5, None))
    assert found["statistics"] == guide.Measured(runs=2)
    assert found["learning"] == guide.Measured()
