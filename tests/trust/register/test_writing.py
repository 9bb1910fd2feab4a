"""Cards in hand are written whole or not at all, and as people can read and fill them."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from agglo.contract import card as cards
from agglo.contract.card import ENTRIES, SECTIONS, Card
from agglo.contract.errors import Forbidden, InvalidInput
from agglo.contract.language import speaking
from agglo.contract.model import from_folder
from agglo.runs import asking, questions
from agglo.store import files
from agglo.store.workspace import Workspace
from agglo.trust.access.people import Person
from agglo.trust.register import cache, layout, registered, template, writing

from . import samples
from .conftest import CONTRIBUTOR, PUBLIC, STEWARD, card_of

SAMPLES = Path(__file__).parents[2] / "samples"


def read(workspace: Workspace, id: str) -> Card:
    cache.forget()
    return registered.find(workspace, STEWARD, id).card


def test_a_card_to_fill_declares_nothing_and_can_be_read(workspace: Workspace) -> None:
    path = writing.new(workspace, STEWARD, "leak-finder")
    assert path == workspace.register / "leak-finder.yaml"
    found = registered.find(workspace, STEWARD, "leak-finder")
    assert (found.faults, found.card) == ((), Card())


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_card_to_fill_asks_every_entry_by_section_in_the_language(workspace: Workspace, code: str) -> None:
    with speaking(code):
        lines = writing.new(workspace, STEWARD, "a").read_text(encoding="utf-8").splitlines()
        labels = {path: cards.label(path) for path in ENTRIES}
    text = "\n".join(lines)
    for path, one in ENTRIES.items():
        assert f"{one.name}:" in text, path
        assert f"# {labels[path]}" in text, path
        assert all(value in text for value in one.choices), path
    assert sum(line.strip().startswith("# ====") for line in lines) == len(SECTIONS)
    assert max(map(len, lines)) <= 110


def test_what_is_asked_only_of_some_comes_last_in_its_section_and_says_when(workspace: Workspace) -> None:
    text = writing.new(workspace, STEWARD, "a").read_text(encoding="utf-8")
    order = [text.index(f"\n{name}: ") for name in ("automation", "human_oversight", "training", "mention", "contest")]
    assert order == sorted(order)
    assert text.index("Asked if it is used to decide about a person or a business.") < text.index("\nmention: ")
    assert set(template.WHEN) == {one.when for one in ENTRIES.values()}


def test_a_card_is_filled_by_typing_under_the_signs(workspace: Workspace) -> None:
    path = writing.new(workspace, STEWARD, "a", title={"en": "Leak finder", "fr": ""})
    lines = path.read_text(encoding="utf-8").splitlines()
    at = lines.index("need: >-")
    assert lines[at + 1] == "  "
    lines[at + 1 : at + 2] = ["  Leaks: found when the street is flooded, # too late,", '  and "nobody" knows where.']
    lines[lines.index('state: ""')] = 'state: "idea"'
    lines[lines.index("# tags:")] = "tags:"
    lines[lines.index("tags:") + 1] = '  - "water"'
    path.write_text("\n".join(lines), encoding="utf-8")
    card = registered.find(workspace, STEWARD, "a").card
    said = 'Leaks: found when the street is flooded, # too late, and "nobody" knows where.'
    assert (card.authority.need, card.authority.state, card.authority.tags) == (said, "idea", ["water"])
    assert card.maker.title == {"en": "Leak finder"}


def test_the_commented_entries_can_be_filled_too(workspace: Workspace) -> None:
    path = writing.new(workspace, STEWARD, "a")
    said = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.strip().startswith("# ===")]
    keys = tuple(f"# {one.name}:" for one in ENTRIES.values())
    shown = [
        line.replace("# ", "", 1) if line.strip().startswith((*keys, "#   - ", "#     why:")) else line for line in said
    ]
    path.write_text("\n".join(shown), encoding="utf-8")
    assert registered.find(workspace, STEWARD, "a").faults == ()


def test_a_card_begins_with_what_the_programme_says(workspace: Workspace) -> None:
    before = registered.find(workspace, PUBLIC, "olga").card
    writing.new(workspace, STEWARD, "olga")
    found = registered.find(workspace, STEWARD, "olga")
    assert (found.origin, found.card) == ("workspace", before)


def test_a_card_begins_with_what_the_maker_of_a_model_says_without_repeating_it(workspace: Workspace) -> None:
    before = registered.find(workspace, PUBLIC, "land.sinks").card
    path = writing.new(workspace, STEWARD, "land.sinks")
    assert "Its maker declares, with the model: Title, Purpose" in path.read_text(encoding="utf-8")
    assert "ADEME" not in path.read_text(encoding="utf-8")
    assert registered.find(workspace, STEWARD, "land.sinks").card == before
    told = before.model_copy(update={"authority": card_of().authority})
    assert yaml.safe_load(writing.save(workspace, STEWARD, "land.sinks", told).read_text("utf-8"))["maker"] is None
    assert registered.find(workspace, STEWARD, "land.sinks").card == told


def test_a_card_begins_with_the_one_that_is_given(workspace: Workspace) -> None:
    given_card = samples.complete_card()
    writing.new(workspace, STEWARD, "a", card=given_card, title={"en": "Another title"})
    found = read(workspace, "a")
    assert found.maker.title == {**given_card.maker.title, "en": "Another title"}
    assert found.authority == given_card.authority


def test_an_identifier_that_is_taken_or_cannot_be_is_refused(workspace: Workspace) -> None:
    writing.new(workspace, STEWARD, "a")
    with pytest.raises(InvalidInput, match="in the register already"):
        writing.new(workspace, STEWARD, "a")
    for name in ("exports", "nouvelle-fiche", "../a", "Leak", "é", "", "a" * 129, "a/b", ".a"):
        with pytest.raises(InvalidInput, match="identifier"):
            writing.new(workspace, STEWARD, name)
        with pytest.raises(InvalidInput, match="identifier"):
            writing.save(workspace, STEWARD, name, card_of())


def test_only_who_may_add_writes_and_only_who_may_read_writes_over(workspace: Workspace) -> None:
    with pytest.raises(Forbidden, match='"add"'):
        writing.new(workspace, PUBLIC, "a")
    with pytest.raises(Forbidden, match='"add"'):
        writing.add_all(workspace, PUBLIC, [("a", card_of())])
    writing.save(workspace, CONTRIBUTOR, "a", card_of())
    with pytest.raises(Forbidden, match="read-restricted"):
        writing.save(workspace, CONTRIBUTOR, "a", card_of(need="Another"))
    assert read(workspace, "a") == card_of()


@pytest.mark.parametrize("card", [samples.complete_card(), samples.public_card(), samples.high_risk_card(), Card()])
def test_a_card_that_was_saved_reads_as_it_was(workspace: Workspace, card: Card) -> None:
    path = writing.save(workspace, STEWARD, "a", card)
    assert registered.find(workspace, STEWARD, "a").card == read(workspace, "a") == cards.read(path) == card


def test_entries_that_are_empty_are_left_out(workspace: Workspace) -> None:
    card = card_of(need=" ", tags=["", "water"], why_again="unknown", maker={"purpose": {"fr": "", "en": "For this."}})
    told = yaml.safe_load(writing.save(workspace, STEWARD, "a", card).read_text(encoding="utf-8"))
    assert "need" not in told
    assert (told["tags"], told["why_again"], told["maker"]["purpose"]) == (["water"], "unknown", {"en": "For this."})


def test_a_card_leaves_the_state_of_idea_by_the_gate_alone(workspace: Workspace) -> None:
    writing.save(workspace, STEWARD, "a", card_of())
    for state in ("project", "in-use", ""):
        with pytest.raises(InvalidInput, match="usefulness gate") as told:
            writing.save(workspace, STEWARD, "a", card_of(state=state))
        assert told.value.faults[0].where == "a: state"
    writing.save(workspace, STEWARD, "a", card_of(state="retired"))
    with pytest.raises(InvalidInput, match="usefulness gate") as told:
        writing.save(workspace, STEWARD, "a", card_of(state="in-use"))
    assert told.value.faults[0].expected == "retired"
    writing.save(workspace, STEWARD, "b", card_of(state="in-use"))


def test_what_cannot_be_read_is_not_written_over(workspace: Workspace) -> None:
    path = registered.path_of(workspace, "a")
    path.write_text("state: idea\nned: what somebody typed\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="cannot be read"):
        writing.save(workspace, STEWARD, "a", card_of(state="in-use"))
    with pytest.raises(InvalidInput, match="cannot be read"):
        writing.add_all(workspace, STEWARD, [("b", card_of()), ("a", card_of())], replace=True)
    assert "what somebody typed" in path.read_text(encoding="utf-8")
    assert not registered.path_of(workspace, "b").exists()


def test_data_of_which_only_the_place_is_known_can_be_read_again(workspace: Workspace) -> None:
    card = card_of(sources=[{"source": "https://data.example"}])
    writing.save(workspace, STEWARD, "a", card)
    cache.forget()
    assert registered.find(workspace, STEWARD, "a").card == card


def test_many_cards_are_added_at_once(workspace: Workspace) -> None:
    many = [(f"card-{rank}", card_of(need=f"Need {rank}")) for rank in range(30)]
    writing.add_all(workspace, STEWARD, many)
    cache.forget()
    for name, card in many:
        assert registered.find(workspace, STEWARD, name).card == card


def test_many_cards_are_added_all_or_none(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    writing.save(workspace, STEWARD, "b", card_of(need="There before"))
    writing.save(workspace, STEWARD, "c", card_of())
    many = [(name, card_of(need="New")) for name in ("a", "b", "c", "d")]
    with pytest.raises(InvalidInput, match="already") as told:
        writing.add_all(workspace, STEWARD, many)
    assert [one.where for one in told.value.faults] == ["register/b.yaml", "register/c.yaml"]
    with pytest.raises(InvalidInput, match="together"):
        writing.add_all(workspace, STEWARD, [("x", card_of()), ("y", card_of()), ("x", card_of())])
    with pytest.raises(InvalidInput, match="identifier") as told:
        writing.add_all(workspace, STEWARD, [("X", card_of()), ("y", card_of()), ("exports", card_of())])
    assert len(told.value.faults) == 2
    names = sorted(path.name for path in workspace.register.iterdir())
    assert names == ["b.yaml", "c.yaml"]
    writing.add_all(workspace, STEWARD, many, replace=True)
    assert read(workspace, "b").authority.need == "New"
    monkeypatch.setattr(files, "sync_all", lambda _paths: (_ for _ in ()).throw(OSError("the disk is full")))
    with pytest.raises(OSError, match="full"):
        writing.add_all(workspace, STEWARD, [("e", card_of()), ("a", card_of(need="Newer"))], replace=True)
    assert sorted(path.name for path in workspace.register.iterdir()) == ["a.yaml", "b.yaml", "c.yaml", "d.yaml"]
    assert read(workspace, "a").authority.need == "New"


def test_nothing_is_added_where_nothing_is_given(workspace: Workspace) -> None:
    writing.add_all(workspace, STEWARD, [])
    assert list(workspace.register.iterdir()) == []


def test_a_long_text_is_a_block_and_a_choice_is_quoted(workspace: Workspace) -> None:
    text = writing.save(
        workspace, STEWARD, "a", card_of(need="word " * 60 + "end", individual_decisions="no")
    ).read_text()
    assert "need: >-\n  word word" in text
    assert 'individual_decisions: "no"' in text
    assert max(map(len, text.splitlines())) <= 104


_TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab #:-\n'\"\t\\é\u00a0\u202f\u2028\x85\ufeff{[&*!|>%@`?,😀"),
        st.characters(exclude_categories=["Cs"]),
    )
)


@given(_TEXT, st.booleans())
def test_whatever_text_is_written_is_read_again(text: str, long: bool) -> None:
    name = "need" if long else "service"
    for value in (text, [text, text], {"fr": text, "no": text}, [{"fr": text, "x": text}], {"a": [text]}):
        written = "\n".join([*layout.entry(name, value), 'last: "end"'])
        for loader in (yaml.SafeLoader, yaml.CSafeLoader):
            assert yaml.load(written, loader) == {name: value, "last": "end"}


def test_the_operator_writes(workspace: Workspace, operator: Person, tmp_path: Path) -> None:
    assert writing.new(workspace, operator, "a").is_relative_to(tmp_path)


def test_writing_over_many_does_not_get_round_the_gate_either(workspace: Workspace) -> None:
    writing.add_all(workspace, STEWARD, [("a", card_of()), ("b", card_of())])
    with pytest.raises(InvalidInput, match="usefulness gate") as told:
        writing.add_all(workspace, STEWARD, [("a", card_of(state="in-use")), ("b", card_of())], replace=True)
    assert [fault.where for fault in told.value.faults] == ["a: state"]
    assert read(workspace, "a") == card_of()


def test_a_new_card_of_a_model_says_what_its_runs_tell(workspace: Workspace, operator: Person) -> None:
    pebble = from_folder(SAMPLES / "pebble")
    asking.ask(workspace, questions.pose(workspace, pebble, inputs={}))
    writing.new(workspace, operator, pebble.id)
    assert registered.find(workspace, operator, pebble.id).card.maker.version == pebble.version


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_file_being_filled_keeps_its_help(workspace: Workspace, code: str) -> None:
    with speaking(code):
        path = writing.new(workspace, STEWARD, "a", title={"fr": "Fuites", "en": "Leaks"})
    before = [line for line in path.read_text(encoding="utf-8").splitlines() if line.lstrip().startswith("#")]
    card = samples.complete_card(state="idea")
    writing.save(workspace, STEWARD, "a", card)
    text = path.read_text(encoding="utf-8")
    assert registered.find(workspace, STEWARD, "a").card == read(workspace, "a") == cards.read(path) == card
    help_kept = [line for line in before if line in text.splitlines()]
    assert len(help_kept) > 0.8 * len(before)
    assert sum(line.strip().startswith("# ====") for line in text.splitlines()) == len(SECTIONS)
    assert all(f"# {label}" in text for label in _labels(code))
    writing.save(workspace, STEWARD, "a", card)
    assert path.read_text(encoding="utf-8") == text


def _labels(code: str) -> list[str]:
    with speaking(code):
        return [cards.label(path) for path in ENTRIES]


def test_a_file_without_help_stays_without(workspace: Workspace) -> None:
    path = writing.save(workspace, STEWARD, "a", card_of())
    path.write_text(f"# my own word\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    writing.save(workspace, STEWARD, "a", card_of(need="Leaks."))
    assert "#" not in path.read_text(encoding="utf-8")


def test_what_a_file_says_otherwise_than_the_model_is_not_lost_with_the_help(workspace: Workspace) -> None:
    path = writing.new(workspace, STEWARD, "land.sinks")
    told = card_of(maker={"title": {"en": "Another title"}})
    writing.save(workspace, STEWARD, "land.sinks", told)
    text = path.read_text(encoding="utf-8")
    assert "Another title" in text
    assert "# ====" in text
    assert cards.read(path).authority.state == "idea"


def test_comments_of_ones_own_are_kept_beside_the_history(workspace: Workspace) -> None:
    path = writing.new(workspace, STEWARD, "a")
    whole = path.read_text(encoding="utf-8")
    writing.save(workspace, STEWARD, "a", card_of())
    assert not (workspace.register / "history").exists()
    path.write_text(whole.replace('service: ""', 'service: ""\n# ask Claire'), encoding="utf-8")
    writing.save(workspace, STEWARD, "a", card_of())
    assert "# ask Claire" in (workspace.register / "history" / "a.yaml").read_text(encoding="utf-8")
    assert read(workspace, "a") == card_of()
