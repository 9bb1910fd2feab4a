"""``agglo register ai-act``: answers given on the line, in a file, or one by one in a terminal."""

import io
import json
import sys
from pathlib import Path

import pytest

from agglo.contract import card as cards

from .conftest import Agglo

CHATBOT = {
    "method": "generative",
    "exclusion": "none",
    "role": "uses",
    "people": "no",
    "product": "no",
    "infrastructure": "no",
    "conversation": "yes",
    "synthetic": "text",
    "public-text": "no",
}
CARD = "holding: bought\nmaker:\n  title: {en: Assistant}\n"


def _words(answers: dict[str, str]) -> list[str]:
    return [word for name, said in answers.items() for word in ("--answer", f"{name}={said}")]


@pytest.fixture
def card(agglo: Agglo, tmp_path: Path) -> Path:
    """A card in hand, in the workspace of the commands."""
    agglo("init")
    path = tmp_path / "workspace" / "register" / "assistant.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CARD, encoding="utf-8")
    return path


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _type(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", _Terminal("\n".join(lines) + "\n"))


def test_answers_on_the_line_tell_the_conclusion(agglo: Agglo) -> None:
    said = agglo("register", "ai-act", *_words(CHATBOT))
    assert said.code == 0
    assert "Class under the AI Act: transparency obligations (articles 50(1), 50(2))" in said.out
    assert "Role: deployer" in said.out
    assert "What its supplier owes" in said.out
    assert "not legal advice" in " ".join(said.out.split())


def test_a_file_of_answers_may_say_yes_and_no_as_yaml_reads_them(agglo: Agglo, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("".join(f"{name}: {said}\n" for name, said in CHATBOT.items()), encoding="utf-8")
    said = agglo("register", "ai-act", "--answers", file, "--json")
    assert said.code == 0
    told = json.loads(said.out)
    assert told["ai_act_class"] == "transparency"
    assert told["answers"] == CHATBOT
    assert "not legal advice" in told["caution"]


def test_an_answer_on_the_line_goes_before_that_of_the_file(agglo: Agglo, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("method: learned\n", encoding="utf-8")
    said = agglo("register", "ai-act", "--answers", file, "--answer", "method=rules", "--json")
    assert json.loads(said.out)["answers"] == {"method": "rules"}


def test_what_is_not_checked_is_told_in_sentences(agglo: Agglo) -> None:
    said = agglo("register", "ai-act", "--answer", "method=equations")
    assert "Not checked against the text of the regulation:\n- How does the system reach its result?" in said.out


def test_answers_that_stop_short_name_the_question_and_how_to_go_on(agglo: Agglo) -> None:
    said = agglo("register", "ai-act", "--answer", "method=learned")
    assert said.code != 0
    assert "exclusion" in said.err
    assert "none, defence, science, development, personal" in " ".join(said.err.split())
    assert "--questions" in said.err


def test_wrong_answers_are_refused_together(agglo: Agglo) -> None:
    said = agglo("register", "ai-act", "--answer", "method=magic", "--answer", "rolle=uses")
    assert said.code != 0
    assert "magic" in said.err
    assert 'Did you mean "role"?' in said.err


def test_a_file_that_is_no_list_of_answers_is_refused(agglo: Agglo, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("- method\n", encoding="utf-8")
    said = agglo("register", "ai-act", "--answers", file)
    assert said.code != 0
    assert "answers.yaml" in said.err


def test_the_questions_are_printed(agglo: Agglo) -> None:
    said = agglo("register", "ai-act", "--questions")
    assert said.code == 0
    assert said.out.startswith("method: How does the system reach its result?")
    assert "rules: It applies rules that people wrote" in said.out
    listed = json.loads(agglo("register", "ai-act", "--questions", "--json").out)
    assert listed[0]["id"] == "method"
    assert len(listed) >= 30


def test_answers_are_kept_with_a_card(agglo: Agglo, card: Path) -> None:
    said = agglo("register", "ai-act", "assistant", *_words(CHATBOT))
    assert said.code == 0
    assert "Kept with the card assistant." in said.out
    kept = cards.read(card).authority
    assert kept.ai_act_class == "transparency"
    assert kept.ai_act_roles == ["deployer"]
    assert kept.ai_act_answers == CHATBOT
    assert kept.ai_act_checked


def test_json_stays_json_when_a_card_keeps_the_answers(agglo: Agglo, card: Path) -> None:
    said = agglo("register", "ai-act", "assistant", "--answer", "method=rules", "--json")
    assert json.loads(said.out)["card"] == "assistant"
    assert cards.read(card).authority.ai_act_class == "outside"


def test_a_card_that_is_not_there_is_refused_before_the_questions(agglo: Agglo, card: Path) -> None:
    said = agglo("register", "ai-act", "asistant")
    assert said.code != 0
    assert 'Did you mean "assistant"?' in said.err


def test_in_a_terminal_questions_are_asked_one_by_one(agglo: Agglo, monkeypatch: pytest.MonkeyPatch) -> None:
    _type(monkeypatch, "4", "9", "b", "1")
    said = agglo("register", "ai-act")
    assert said.code == 0
    assert "A number from 1 to 5." in said.err
    assert said.err.count("How does the system reach its result?") == 2
    assert "outside the AI Act" in said.out


@pytest.mark.parametrize(("code", "colon"), [("en", "Number of the answer:"), ("fr", "réponse\u00a0:")])
def test_the_sign_after_what_is_asked_is_that_of_the_language(
    agglo: Agglo, monkeypatch: pytest.MonkeyPatch, code: str, colon: str
) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", code)
    _type(monkeypatch, "1")
    assert colon in agglo("register", "ai-act").err


def test_in_a_terminal_the_kept_answer_is_proposed(agglo: Agglo, card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agglo("register", "ai-act", "assistant", "--answer", "method=statistics")
    _type(monkeypatch, "")
    said = agglo("register", "ai-act", "assistant", "--json")
    assert said.code == 0
    assert json.loads(said.out)["answers"] == {"method": "statistics"}


def test_the_help_of_a_file_being_filled_stays(agglo: Agglo, tmp_path: Path) -> None:
    agglo("register", "new", "assistant", "--title", "Assistant")
    path = tmp_path / "workspace" / "register" / "assistant.yaml"
    before = path.read_text(encoding="utf-8").splitlines()
    assert agglo("register", "ai-act", "assistant", *_words(CHATBOT)).code == 0
    after = path.read_text(encoding="utf-8").splitlines()
    assert len(after) > 0.95 * len(before)
    assert 'ai_act_class: "transparency"' in after
    assert cards.read(path).authority.ai_act_answers == CHATBOT
