from pathlib import Path

import pytest
import yaml

from agglo.contract import card
from agglo.contract.card import ENTRIES, SECTIONS, AuthorityPart, Card, MakerPart, choice_label
from agglo.contract.card.relevance import CONDITIONS
from agglo.contract.card.substance import plain, says_something
from agglo.contract.errors import InvalidInput
from agglo.contract.model import Model
from tests import cards


@pytest.fixture
def model(tmp_path: Path) -> Model:
    (tmp_path / "code").mkdir()
    return Model(id="test.lake", version="1.0.0", code=tmp_path / "code", command=("x",))


def write(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def made(**changes: object) -> Card:
    return card.parse({**cards.authority(), "maker": cards.maker(), **changes}, "test.yaml")


def test_a_card_is_complete_when_both_halves_are(model: Model, tmp_path: Path) -> None:
    write(model.code / "card.yaml", cards.maker())
    write(tmp_path / "register" / "test.lake.yaml", cards.authority())
    found = card.of(model, tmp_path / "register")
    assert found.missing() == []
    assert not found.is_draft
    assert found.maker.custody == "source"
    assert found == made()


def test_without_files_nothing_is_declared(model: Model, tmp_path: Path) -> None:
    for found in (card.of(model), card.of(model, tmp_path / "register"), Card()):
        assert found.is_draft
        assert found.missing() == found.asked()
        assert {"maker.title", "maker.reversibility", "authority.need", "authority.state"} <= set(found.missing())
        assert found.lacking() == set(ENTRIES)


@pytest.mark.parametrize("name", [one for one in cards.MAKER if one != "techniques"])
def test_one_empty_entry_of_the_maker_makes_a_draft(name: str) -> None:
    assert made(maker=cards.maker(**{name: None})).missing() == [f"maker.{name}"]


@pytest.mark.parametrize("name", ["need", "cost", "ai_act_class", "owner", "sources", "since", "review_due"])
@pytest.mark.parametrize("empty", [None, "unknown"])
def test_one_empty_entry_of_the_authority_makes_a_draft(name: str, empty: str | None) -> None:
    if empty and name in ("ai_act_class", "sources", "since", "review_due"):
        with pytest.raises(InvalidInput, match=name):
            made(**{name: empty})
    else:
        assert made(**{name: empty}).missing() == [f"authority.{name}"]


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"public_facing": "yes"}, {"left_out", "human_channel", "human_hours", "human_telephone", "plain_text",
                                    "minors", "synthetic_content", "contest"}),
        ({"individual_decisions": "yes"}, {"decisions_per_year", "mention", "contest"}),
        ({"personal_data": "sensitive"}, {"personal_data_basis", "retention", "data_protection_assessment"}),
        ({"holding": "bought"}, {"contract"}),
        ({"state": "retired"}, {"until"}),
        ({"ai_act_class": "high-risk"}, {"impact_assessment"}),
        ({"similar": [{"id": "pond"}]}, {"why_again"}),
    ],
)  # fmt: skip
def test_what_an_answer_makes_asked(changes: dict[str, object], asked: set[str]) -> None:
    assert set(made(**changes).missing()) == {f"authority.{name}" for name in asked}


def test_of_something_that_is_not_held_little_is_asked() -> None:
    idea = card.parse({"holding": "none", "state": "idea"}, "idea.yaml")
    assert set(idea.asked()) < set(Card().asked())
    assert not {"authority.cost", "maker.licence", "authority.since", "authority.review_due"} & set(idea.asked())
    assert {"maker.title", "authority.need", "authority.alternative"} <= set(idea.missing())


@pytest.mark.parametrize(
    "text", ["", " ", "?", "N/A", "Inconnu.", "à définir !", "TBD", "Onbekend", "n.v.t.", "- à compléter -", "..."]
)
def test_texts_that_say_nothing(text: str) -> None:
    assert not says_something(text)
    assert "authority.need" in made(need=text).missing()


@pytest.mark.parametrize("text", ["Aucun", "None", "no", "0", "Sans objet : personne ne le voit", "NAVIGO"])
def test_texts_that_say_something(text: str) -> None:
    assert says_something(text)


def test_lists_and_texts_by_language_say_as_much_as_their_texts() -> None:
    assert not says_something(["", "n/a"])
    assert not says_something({"fr": " ", "en": "unknown"})
    assert not says_something([{"fr": None}])
    assert says_something(["", {"fr": "eau"}])


def test_a_copied_text_does_not_count_twice() -> None:
    long = "Nobody knows how full the lake is today."
    assert made(need=long, benefit=long).missing() == ["authority.benefit"]
    assert made(need="As before", benefit="As before").missing() == []


def test_the_hint_of_an_entry_is_no_answer() -> None:
    hint = ENTRIES["authority.need"].hint
    assert made(need=hint).missing() == ["authority.need"]


def test_plain_texts_compare_without_accents_or_signs() -> None:
    assert plain("Été — n° 3 !") == "ete n 3"


def test_the_maker_is_filled_from_the_register_where_it_says_nothing(model: Model, tmp_path: Path) -> None:
    write(model.code / "card.yaml", cards.maker(licence="", maker="Acme"))
    declared = cards.authority(maker={"licence": "MIT", "maker": "Somebody else"})
    write(tmp_path / "register" / "test.lake.yaml", declared)
    found = card.of(model, tmp_path / "register").maker
    assert (found.licence, found.maker) == ("MIT", "Acme")


def test_yes_and_no_as_yaml_reads_them(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("public_facing: yes\nindividual_decisions: no\n", encoding="utf-8")
    said = card.read(tmp_path / "x.yaml").authority
    assert (said.public_facing, said.individual_decisions) == ("yes", "no")


def test_a_day_is_a_day_and_a_month_a_month() -> None:
    assert made(since="2025-01-31").authority.since == "2025-01"
    for wrong in ({"since": "2025"}, {"since": "2025-13"}, {"review_due": "30/02/2026"}, {"review_due": "2026-02-30"}):
        with pytest.raises(InvalidInput, match=next(iter(wrong))):
            made(**wrong)


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("state", "En usage", "in-use"),
        ("state", "in use", "in-use"),
        ("holding", "acheté", "bought"),
        ("holding", "Aucun système détenu", "none"),
        ("personal_data_basis", "mission d'intérêt public", "public-task"),
        ("personal_data_basis", "Consent", "consent"),
        ("public_facing", "Oui", "yes"),
        ("theme", "eau", "water"),
        ("ai_act_class", "Haut risque", "high-risk"),
        ("ai_act_roles", ["déployeur", "provider"], ["deployer", "provider"]),
        ("review_due", "31/12/2027", "2027-12-31"),
        ("review_due", " 1/2/2027 ", "2027-02-01"),
        ("since", "3/2025", "2025-03"),
        ("since", "15/03/2025", "2025-03"),
    ],
)
def test_answers_may_be_written_as_people_write_them(name: str, written: object, read: object) -> None:
    assert getattr(made(**{name: written}).authority, name) == read


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"state": "used"}, "expected one of idea, project, in-use (in use), retired"),
        ({"review_due": "12/31/2027"}, "found '12/31/2027', expected a day, such as 2026-01-31"),
        ({"since": "03-2025"}, "expected a month, such as 2026-01"),
        ({"need": ["a"]}, "expected a text"),
        ({"consulted": "anglers"}, "expected a list: a line for each, that begins with a hyphen"),
        ({"plain_text": "words"}, "expected a text for each language: fr, en"),
        ({"licence": "MIT"}, '"licence" stands under "maker"'),
        ({"authority.updated": "2026-01-01"}, 'Write "updated" alone, at the beginning of the line'),
    ],
)
def test_what_cannot_be_read_is_told_in_plain_words(content: dict[str, object], expected: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        card.parse(content, "x.yaml")
    assert expected in str(refused.value)
    assert "Input should" not in str(refused.value)


@pytest.mark.parametrize("content", [{"licens": "MIT"}, {"custody": "vault"}, {"references": "one"}, {"title": 3}])
def test_a_card_of_a_maker_with_faults_names_them(model: Model, content: dict[str, object]) -> None:
    write(model.code / "card.yaml", content)
    with pytest.raises(InvalidInput) as refused:
        card.of(model)
    assert f"card.yaml: {next(iter(content))}" in refused.value.faults[0].where


def test_every_fault_of_a_file_of_the_register_is_told(model: Model, tmp_path: Path) -> None:
    declared = {"ned": "x", "state": "used", "maker": {"custdy": "source"}}
    write(tmp_path / "register" / "test.lake.yaml", declared)
    with pytest.raises(InvalidInput) as refused:
        card.of(model, tmp_path / "register")
    said = {fault.where: fault.repair for fault in refused.value.faults}
    assert set(said) == {"test.lake.yaml: ned", "test.lake.yaml: state", "test.lake.yaml: maker.custdy"}
    assert said["test.lake.yaml: ned"] == 'Did you mean "need"?'


@pytest.mark.parametrize("content", ["- a\n- b\n", "just text", "a: [", "need: x\nneed: y\n"])
def test_what_is_not_a_card_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput, match="This card cannot be read"):
        card.read(tmp_path / "x.yaml")


def test_an_empty_file_declares_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("# need:\nmaker:\n", encoding="utf-8")
    assert card.read(tmp_path / "x.yaml") == card.read(tmp_path / "missing.yaml") == Card()


def test_a_folder_of_models_keeps_a_card_for_each(tmp_path: Path) -> None:
    folder = tmp_path / "water"
    (folder / "cards").mkdir(parents=True)
    write(folder / "card.yaml", {"licence": "of the folder"})
    write(folder / "cards" / "lake.yaml", {"licence": "of the lake"})
    (folder / "lake.py").touch()
    lake = Model(id="lake", version="1.0.0", code=folder / "lake.py", entry="lake:lake")
    pond = Model(id="pond", version="1.0.0", code=folder, entry="lake:pond")
    assert card.of(lake).maker.licence == "of the lake"
    assert card.of(pond).maker.licence == "of the folder"


def test_every_entry_has_a_section_a_label_and_a_known_condition() -> None:
    assert {one.section for one in ENTRIES.values()} == set(SECTIONS)
    assert {one.when for one in ENTRIES.values()} == set(CONDITIONS)
    assert all(one.label for one in ENTRIES.values())
    assert len({(one.half, one.label) for one in ENTRIES.values()}) == len(ENTRIES)
    assert list(ENTRIES) == [
        *(f"maker.{name}" for name in MakerPart.model_fields),
        *(f"authority.{name}" for name in AuthorityPart.model_fields),
    ]


def test_every_choice_has_words_of_its_own() -> None:
    for one in ENTRIES.values():
        said = [card.choice_label(one.name, value) for value in one.choices]
        assert len(set(said)) == len(said)
    assert ENTRIES["authority.state"].choices == ("idea", "project", "in-use", "retired")
    assert ENTRIES["authority.need"].choices == ()


@pytest.mark.parametrize("day", ["20260101", "2026-W01-1", "2026-02-30", "1 January 2026", "2026-1-1"])
def test_a_day_is_written_one_way_so_that_days_compare(day: str) -> None:
    with pytest.raises(InvalidInput, match="a day, such as 2026-01-31"):
        made(review_due=day)


def test_none_is_called_by_what_there_is_none_of() -> None:
    said = {field: choice_label(field, "none") for field in ("personal_data", "automation", "holding")}
    assert said == {
        "personal_data": "no personal data", "automation": "decides nothing", "holding": "no system held",
    }  # fmt: skip
