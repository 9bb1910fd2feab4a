"""``agglo register``: from an empty workspace to a published card."""

import json
import re
from pathlib import Path

import pytest

from .conftest import Agglo


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return tmp_path / "workspace" / "register"


def fill(path: Path, **told: str) -> None:
    """Type texts under the entries of a card to fill, as a person does."""
    text = path.read_text(encoding="utf-8")
    for name, said in told.items():
        block, line = f"{name}: >-\n  \n", f'{name}: ""\n'
        assert text.count(f"\n{block}") + text.count(f"\n{line}") >= 1, name
        text = text.replace(f"\n{block}", f"\n{name}: >-\n  {said}\n").replace(f"\n{line}", f'\n{name}: "{said}"\n')
    path.write_text(text, encoding="utf-8")


def purpose(path: Path, said: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert "  purpose:\n    en: >-\n      \n" in text
    path.write_text(text.replace("en: >-\n      \n", f"en: >-\n      {said}\n", 1), encoding="utf-8")


@pytest.fixture
def filled(agglo: Agglo, register: Path) -> Agglo:
    """Commands on a workspace with a card of a school of dance, an idea that can be published."""
    assert agglo("register", "new", "dance", "--title", "Timetable of dance lessons").code == 0
    purpose(register / "dance.yaml", "To give every pupil a lesson: rooms are short.")
    fill(register / "dance.yaml", state="idea", holding="none", service="Culture", contact="dance@agglo.example")
    return agglo


def test_an_empty_register_shows_the_programme_and_the_models(agglo: Agglo) -> None:
    said = agglo("register", "list", "leaks", "water")
    assert said.code == 0
    assert "aquavance" in said.out
    assert "with agglo" in said.out
    assert {"aquavance", "water.alarms"} <= {line.split(" ")[0] for line in said.out.splitlines()}
    assert re.search(r"^\d+ cards$", said.out, re.MULTILINE)
    assert "None of the" in agglo("register", "list", "nothing-of-the-kind").out
    assert "No card in hand" in agglo("register", "check").out


def test_a_card_is_made_filled_checked_and_published(filled: Agglo, register: Path) -> None:
    said = filled("register", "check", "dance")
    assert said.code == 0
    assert "Nothing is against publishing it." in said.out
    assert "Before it leaves the state of idea:" in said.out
    assert "Need (need): nothing. What people cannot do today" in said.out
    assert "What it is good for: Need (need)" in said.out
    assert "Published: dance, version 1" in filled("register", "publish", "dance", "--why", "approved").out
    assert "Already published, the same text: dance, version 1" in filled("register", "publish", "dance").out
    fill(register / "dance.yaml", need="Lessons are full.")
    said = filled("register", "publish", "dance")
    assert said.out.splitlines() == ["Published: dance, version 2", "  changed: Need"]
    (row,) = json.loads(filled("register", "list", "dance", "--json").out)
    assert (row["id"], row["state"], row["published"], row["overdue"]) == ("dance", "idea", 2, False)
    assert 0 < row["declared"] < row["asked"]


def test_making_a_card_says_what_to_do_next(agglo: Agglo, register: Path) -> None:
    said = agglo("register", "new", "dance")
    assert said.out.splitlines()[0] == f"Written: {register / 'dance.yaml'}"
    assert "agglo register check dance" in said.out
    again = agglo("register", "new", "dance")
    assert again.code == 2
    assert "in the register already" in again.err
    assert agglo("register", "new", "exports").code == 2


def test_what_blocks_publication_is_told_with_the_exit_code(agglo: Agglo, register: Path) -> None:
    agglo("register", "new", "dance")
    said = agglo("register", "check")
    assert said.code == 1
    assert "Against publishing it:" in said.out
    assert "Direction (service): The direction that uses it is not declared." in said.out
    refused = agglo("register", "publish", "dance")
    assert refused.code == 2
    assert "  - Contact (contact): No contact is declared\n" in refused.err
    (row,) = json.loads(agglo("register", "check", "--json").out)
    assert row["can_be_published"] is False
    assert {one["field"] for one in row["refusals"]} >= {"maker.title", "authority.contact"}


def test_a_refusal_names_its_article(filled: Agglo, register: Path) -> None:
    path = register / "dance.yaml"
    text = path.read_text(encoding="utf-8").replace('holding: "none"', 'holding: "in-house"')
    path.write_text(text, encoding="utf-8")
    fill(path, personal_data="ordinary")
    said = filled("register", "check", "dance")
    assert said.code == 1
    assert "(GDPR, article 6(1))" in " ".join(said.out.split())


def test_a_file_that_cannot_be_read_is_told_and_takes_nothing_down(filled: Agglo, register: Path) -> None:
    (register / "bad.yaml").write_text("stat: idea\n", encoding="utf-8")
    said = filled("register", "check")
    assert said.code == 1
    assert 'Did you mean "state"?' in said.out
    assert "1 of 2 cards can be published." in said.out
    assert "cannot be read" in filled("register", "list").out
    assert filled("register", "show", "bad").code == 0
    assert filled("register", "publish", "bad").code == 2
    assert filled("register", "publish", "dance").code == 0


def test_a_card_is_shown_by_section(filled: Agglo) -> None:
    said = filled("register", "show", "dance")
    assert said.code == 0
    assert said.out.startswith("Timetable of dance lessons  (dance)\nCard of this workspace, not published\n")
    assert "WHAT IT IS\n  Title    Timetable of dance lessons\n" in said.out
    assert "To give every pupil a lesson: rooms are short." in said.out
    assert "no system held" in said.out
    assert "Not declared: Need, Who was consulted" in said.out
    assert "USE IN THIS WORKSPACE" not in said.out
    shown = json.loads(filled("register", "show", "dance", "--json").out)
    assert shown["card"]["maker"]["title"] == {"en": "Timetable of dance lessons"}
    assert (shown["use"]["runs"], shown["moves"], shown["can_be_published"]) == (0, [], True)
    model = filled("register", "show", "land.sinks")
    assert "Card of a model kept here, not published" in model.out
    assert "everybody reads it" in filled("register", "show", "aquavance").out
    unknown = filled("register", "show", "danse")
    assert unknown.code == 2
    assert 'Did you mean "dance"?' in unknown.err


def test_a_card_moves_through_the_gate(filled: Agglo, register: Path) -> None:
    refused = filled("register", "move", "dance", "project")
    assert refused.code == 2
    assert "Simple baseline it must beat (simple_baseline): nothing. A rule of thumb" in refused.err
    assert "authority." not in refused.err
    fill(register / "dance.yaml", need="Lessons are full.", benefit_measure="Pupils in a lesson: 60 % to 90 %.",
         simple_baseline="Last year's timetable.", alternative="A wall chart, which took a month.")  # fmt: skip
    path = register / "dance.yaml"
    path.write_text(path.read_text("utf-8").replace('consulted:\n  - ""', "consulted: [The teachers, in May]"), "utf-8")
    said = filled("register", "move", "dance", "project")
    assert said.code == 0
    assert said.out.startswith("dance: project\nNot declared yet: ")
    assert filled("register", "move", "dance", "in-use").code == 0
    shown = json.loads(filled("register", "show", "dance", "--json").out)
    assert [(one["from"], one["to"]) for one in shown["moves"]] == [("idea", "project"), ("project", "in-use")]
    assert shown["card"]["since"]
    assert 'expected one of idea, project, in-use (in use), retired. Did you mean "retired"?' in filled(
        "register", "move", "dance", "retird"
    ).err  # fmt: skip


def test_a_card_is_withdrawn_with_a_reason(filled: Agglo) -> None:
    filled("register", "publish", "dance")
    refused = filled("register", "publish", "dance", "--withdraw")
    assert refused.code == 2
    assert "why it is withdrawn" in refused.err
    assert "Withdrawn: dance" in filled("register", "publish", "dance", "--withdraw", "--why", "an error").out
    (row,) = json.loads(filled("register", "list", "dance", "--json").out)
    assert row["published"] is None


def test_cards_are_sought(filled: Agglo) -> None:
    def found(*words: str) -> list[str]:
        return [one["id"] for one in json.loads(filled("register", "list", *words, "--json").out)]

    assert found("--service", "culture") == ["dance"]
    assert "dance" in found("--state", "idea", "--holding", "none")
    assert "dance" not in found("--theme", "water")
    for option in ("--state", "--theme", "--holding"):
        said = filled("register", "list", option, "strange")
        assert said.code == 2
        assert option in said.err


def test_an_overdue_review_is_shown(filled: Agglo, register: Path) -> None:
    path = register / "dance.yaml"
    path.write_text(path.read_text("utf-8").replace('state: "idea"', 'state: "project"'), "utf-8")
    fill(path, review_due="2020-01-31")
    assert "overdue" in filled("register", "list", "dance").out
    assert "Its review is overdue: it was due on" in filled("register", "show", "dance").out


def test_the_use_of_a_model_is_shown(asked: Agglo) -> None:
    said = asked("register", "show", "land.sinks")
    assert said.code == 0
    assert "USE IN THIS WORKSPACE" in said.out
    assert "Runs" in said.out


def test_a_text_is_shown_as_it_was_written(filled: Agglo, register: Path) -> None:
    fill(register / "dance.yaml", owner="contract")
    said = filled("register", "show", "dance").out
    assert "contract" in said
    assert "article 6" not in said


def test_a_copy_of_a_card_that_comes_with_agglo_says_what_outsiders_read(agglo: Agglo) -> None:
    said = " ".join(agglo("register", "new", "olga").out.split())
    assert "It is a copy of the card that comes with agglo. Everybody else reads that one until this" in said
    assert "It is a copy" not in agglo("register", "new", "dance").out


def test_a_card_that_comes_with_agglo_can_be_withdrawn(agglo: Agglo) -> None:
    assert agglo("register", "publish", "olga", "--withdraw", "--why", "Not ours").code == 0
    assert "Card of the programme, withdrawn" in agglo("register", "show", "olga").out
    (row,) = json.loads(agglo("register", "list", "olga", "--json").out)
    assert (row["withdrawn"], row["published"]) == (True, None)


def test_a_withdrawal_without_a_reason_names_the_option(filled: Agglo) -> None:
    assert filled("register", "publish", "dance").code == 0
    said = filled("register", "publish", "dance", "--withdraw")
    assert said.code == 2
    assert "  - --why: found nothing, expected why it is withdrawn" in said.err
    assert filled("register", "publish", "dance", "--withdraw", "--why", "An error").code == 0


def test_options_take_the_words_that_files_take(filled: Agglo) -> None:
    said = filled("register", "list", "--state", "Idée", "--holding", "Aucun système détenu")
    assert said.code == 0
    assert "dance" in said.out
    refused = filled("register", "list", "--holding", "loue")
    assert "one of none (no system held), in-house (made here), bought" in refused.err
    assert 'Did you mean "retired"?' in filled("register", "move", "dance", "retird").err
    assert filled("register", "move", "dance", "Retiré").code == 0


def test_what_can_be_read_of_a_file_with_a_fault_is_shown(filled: Agglo, register: Path) -> None:
    path = register / "dance.yaml"
    path.write_text(path.read_text("utf-8").replace('theme: ""', 'theme: "dancing"'), "utf-8")
    assert "Timetable of dance lessons (a part" in filled("register", "list", "dance").out
    said = filled("register", "show", "dance").out
    assert "To give every pupil a lesson: rooms are short." in said
    assert "A part of this card cannot be read:" in said
    assert "theme" in said
    for words in (("check", "dance"), ("publish", "dance"), ("move", "dance", "retired")):
        assert filled("register", *words).code != 0, words


def test_what_is_written_and_does_not_count_is_told(filled: Agglo, register: Path) -> None:
    fill(register / "dance.yaml", need="unknown", owner="n/a")
    path = register / "dance.yaml"
    path.write_text(path.read_text("utf-8").replace("dance@agglo.example", "To be defined"), "utf-8")
    said = " ".join(filled("register", "check", "dance").out.split())
    assert 'Contact (contact): What is written there ("To be defined") does not count as an answer.' in said
    assert 'Need (need): "unknown", which does not count as an answer.' in said
    assert 'Who answers for it (owner) ["n/a" does not count]' in said


def test_answers_to_the_ai_act_are_counted_not_listed(filled: Agglo, register: Path) -> None:
    path = register / "dance.yaml"
    told = "ai_act_checked: 2026-10-12\nai_act_answers:\n  method: rules\n  purpose: other\n"
    path.write_text(path.read_text("utf-8") + told, "utf-8")
    said = filled("register", "show", "dance").out
    assert "2 answers, on 2026-10-12" in said
    assert "method: rules" not in said


def test_what_is_missing_is_named_as_it_stands_in_the_file(agglo: Agglo) -> None:
    agglo("register", "new", "dance")
    said = " ".join(agglo("register", "check").out.split())
    assert "Title (maker.title): Its title is not declared." in said
    assert "Purpose (maker.purpose)" in said
    assert "authority." not in said


def test_doubts_are_told_by_a_check_and_beside_a_publication(filled: Agglo, register: Path) -> None:
    assert "To look at again" not in filled("register", "check", "dance").out
    assert filled("register", "publish", "dance", "--why", "sound").err == ""
    card = register / "dance.yaml"
    card.write_text(card.read_text("utf-8").replace("dance@agglo", "anne.martin@agglo"), "utf-8")
    told = "Contact (contact): anne.martin@agglo.example looks like the address of a person: write that of a service."
    said = filled("register", "check", "dance")
    assert said.code == 0
    assert told in " ".join(said.out.split())
    [found] = json.loads(filled("register", "check", "dance", "--json").out)
    assert [one["path"] for one in found["doubts"]] == ["authority.contact"]
    said = filled("register", "publish", "dance", "--why", "all the same")
    assert (said.code, "To look at again" in said.out) == (0, False)
    assert told in " ".join(said.err.split())


def test_no_sentence_ends_twice(filled: Agglo, register: Path) -> None:
    fill(register / "dance.yaml", need="Lessons are full.")
    text = (register / "dance.yaml").read_text("utf-8").replace("holding: none", "holding: bought")
    (register / "dance.yaml").write_text(text.replace('holding: "none"', 'holding: "bought"'), "utf-8")
    said = filled("register", "show", "dance").out
    assert "Do residents meet it?" in said
    assert "?." not in said
