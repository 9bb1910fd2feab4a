"""``agglo register similar``: what is held already, sought by a card or by a need in words."""

import json
from pathlib import Path

import pytest

from .conftest import Agglo

LEAKS = """
maker:
  title: {fr: Repérage des fuites, en: Finding leaks}
  purpose: {fr: Signaler les canalisations où une fuite est probable., en: Flag mains that probably leak.}
state: in-use
holding: bought
need: Le rendement du réseau d'eau stagne.
"""
LIGHTS = """
maker:
  title: {fr: Éclairage public adaptatif, en: Street lights that adapt}
  purpose: {fr: Moduler l'intensité des lampadaires., en: Dim street lights when nobody passes.}
"""


@pytest.fixture
def held(agglo: Agglo, tmp_path: Path) -> Agglo:
    """A register of two cards."""
    assert agglo("init").code == 0
    for name, content in (("leaks", LEAKS), ("lights", LIGHTS)):
        (tmp_path / "workspace" / "register" / f"{name}.yaml").write_text(content, encoding="utf-8")
    return agglo


def test_a_need_in_words_finds_what_is_held(held: Agglo) -> None:
    said = held("register", "similar", "trouver par où l'eau s'échappe des conduites")
    assert (said.code, said.err) == (0, "")
    first = said.out.split("\n\n")[0]
    assert first.startswith("leaks: Finding leaks\n")
    assert "in use, bought" in first
    assert "Flag mains that probably leak." in first
    assert "water leaks" in first
    assert "Read these before buying or building: one may already do." in said.out


def test_a_card_is_not_like_itself(held: Agglo) -> None:
    said = held("register", "similar", "leaks", "--json")
    content = json.loads(said.out)
    assert content["asked"] == "leaks"
    assert "leaks" not in [one["id"] for one in content["nearest"]]
    assert len(content["nearest"]) <= 3


def test_as_json_and_how_many(held: Agglo) -> None:
    said = held("register", "similar", "réduire l'intensité des lumières de la rue la nuit", "--count", 1, "--json")
    [one] = json.loads(said.out)["nearest"]
    assert one["id"] == "lights"
    assert one["title"]["fr"] == "Éclairage public adaptatif"
    assert one["state"] is None
    assert 0 < one["score"] <= 1
    assert "street lighting" in one["why"]


def test_a_card_that_there_is_none_of(held: Agglo) -> None:
    said = held("register", "similar", "leak")
    assert (said.code, said.out) == (2, "")
    assert 'No card "leak" in the register.' in said.err
    assert 'Did you mean "leaks"?' in said.err
    assert "A need is written in several words, in quotes." in held("register", "similar", "no-such-card").err


@pytest.mark.parametrize("word", ["éclairage", "lampadaires", "Fuites"])
def test_one_word_that_is_no_identifier_is_a_need(held: Agglo, word: str) -> None:
    said = held("register", "similar", word, "--json")
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out)["nearest"][0]["id"] == ("leaks" if word == "Fuites" else "lights")


def test_nothing_is_like_it(held: Agglo) -> None:
    said = held("register", "similar", "xyzzy plugh frotz")
    assert said.code == 0
    assert "Nothing that may be read here shares a word or a subject with it." in said.out


def test_nothing_is_asked(held: Agglo) -> None:
    said = held("register", "similar", " ")
    assert said.code == 2
    assert "expected a card, or a need in words" in said.err
