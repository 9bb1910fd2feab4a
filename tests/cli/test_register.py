"""``agglo register``: from an empty workspace to a published card."""

import json
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
    assert "1 card" in said.out
    assert "None of the" in agglo("register", "list", "nothing-of-the-kind").out
    assert "No card in hand" in agglo("register", "check").out


def test_a_card_is_made_filled_checked_and_published(filled: Agglo, register: Path) -> None:
    said = filled("register", "check", "dance")
    assert said.code == 0
    assert "Nothing is against publishing it." in said.out
    assert "Before it leaves the state of idea:" in said.out
    assert "Need: nothing. What people cannot do today" in said.out
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
    assert "Direction: The direction that uses it is not declared." in said.out
    refused = agglo("register", "publish", "dance")
    assert refused.code == 2
    assert "  - Contact: No contact is declared\n" in refused.err
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
    assert "(GDPR, article 6(1))" in said.out


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
    assert "Simple baseline it must beat: nothing. A rule of thumb" in refused.err
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
    assert 'expected one of idea, project, in-use, retired. Did you mean "retired"?' in filled(
        "register", "move", "dance", "retire"
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
