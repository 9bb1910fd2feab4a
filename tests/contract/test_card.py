from pathlib import Path

import pytest
import yaml

from agglo.contract import card
from agglo.contract.card import AuthorityPart, Card, MakerPart
from agglo.contract.errors import InvalidInput
from agglo.contract.model import Model

MAKER = {
    "title": {"fr": "Lac"},
    "purpose": {"fr": "Dire le volume"},
    "method": {"fr": "Surface par hauteur"},
    "references": ["doi:10.0000/lake"],
    "data": ["IGN"],
    "limits": [{"fr": "Sans évaporation"}],
    "performance": "10 %",
    "maker": "Acme",
    "licence": "EUPL-1.2",
    "custody": "source",
    "hosting_country": "FR",
    "applicable_law": "FR",
    "subcontractors": "none",
}
AUTHORITY = dict.fromkeys(AuthorityPart.model_fields, "declared")


@pytest.fixture
def model(tmp_path: Path) -> Model:
    (tmp_path / "code").mkdir()
    return Model(id="test.lake", version="1.0.0", code=tmp_path / "code", command=("x",))


def write(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def test_a_card_is_complete_when_both_halves_are(model: Model, tmp_path: Path) -> None:
    write(model.code / "card.yaml", MAKER)
    write(tmp_path / "register" / "test.lake.yaml", AUTHORITY)
    found = card.of(model, tmp_path / "register")
    assert found.missing() == []
    assert not found.is_draft
    assert found.maker.custody == "source"


def test_without_files_nothing_is_declared(model: Model, tmp_path: Path) -> None:
    for found in (card.of(model), card.of(model, tmp_path / "register"), Card()):
        assert found.is_draft
        assert set(found.missing()) == {
            *(f"maker.{name}" for name in MakerPart.model_fields),
            *(f"authority.{name}" for name in AuthorityPart.model_fields),
        }


@pytest.mark.parametrize("empty", ["", "  ", None])
def test_one_empty_field_makes_a_draft(model: Model, tmp_path: Path, empty: str | None) -> None:
    write(model.code / "card.yaml", MAKER | {"custody": None} if empty is None else MAKER | {"licence": empty})
    write(tmp_path / "register" / "test.lake.yaml", AUTHORITY)
    found = card.of(model, tmp_path / "register")
    assert found.missing() == ["maker.custody" if empty is None else "maker.licence"]
    assert found.is_draft


@pytest.mark.parametrize(
    ("name", "empty"), [("title", {}), ("title", {"fr": " "}), ("limits", []), ("limits", [{"fr": ""}])]
)
def test_an_empty_text_inside_declares_nothing(model: Model, name: str, empty: object) -> None:
    write(model.code / "card.yaml", MAKER | {name: empty})
    assert f"maker.{name}" in card.of(model).missing()


def test_the_card_of_a_single_file_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "lake.py").write_text("", encoding="utf-8")
    write(tmp_path / "card.yaml", {"licence": "EUPL-1.2"})
    found = card.of(Model(id="lake", version="1.0.0", code=tmp_path / "lake.py", entry="lake:lake"))
    assert found.maker.licence == "EUPL-1.2"


def test_every_unknown_or_malformed_field_is_named(model: Model) -> None:
    write(model.code / "card.yaml", {"licens": "x", "custody": "mine", "references": "one", "limits": ["x"]})
    with pytest.raises(InvalidInput, match="This card cannot be read") as error:
        card.of(model)
    faults = {fault.where: fault for fault in error.value.faults}
    assert list(faults) == [
        "card.yaml: references",
        "card.yaml: limits.0",
        "card.yaml: custody",
        "card.yaml: licens",
    ]
    assert faults["card.yaml: licens"].repair == 'Did you mean "licence"?'
    assert faults["card.yaml: custody"].got == "'mine'"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("licence: [", "card.yaml: found .*expected a YAML file"),
        ("licence: a\nlicence: b", "card.yaml, line 2: found licence"),
        ("- a", r"card.yaml: found \['a'\]"),
        ("false", "card.yaml: found False"),
    ],
)
def test_what_is_not_a_card_is_refused(model: Model, content: str, said: str) -> None:
    (model.code / "card.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput, match=said):
        card.of(model)


def test_a_bad_register_names_its_own_file(model: Model, tmp_path: Path) -> None:
    write(tmp_path / "register" / "test.lake.yaml", {"owner": 3})
    with pytest.raises(InvalidInput, match=r"test.lake.yaml: owner: found 3"):
        card.of(model, tmp_path / "register")


def test_an_empty_card_file_declares_nothing(model: Model) -> None:
    (model.code / "card.yaml").write_text("# nothing yet\n", encoding="utf-8")
    assert card.of(model) == Card()


def test_a_folder_of_several_models_has_a_card_for_each(model: Model) -> None:
    write(model.code / "card.yaml", {"licence": "of the folder"})
    assert card.of(model).maker.licence == "of the folder"
    write(model.code / "cards" / "test.lake.yaml", {"licence": "of the lake"})
    write(model.code / "cards" / "test.river.yaml", {"licence": "of the river"})
    river, pond = (
        Model(id=f"test.{name}", version="1.0.0", code=model.code, command=("x",)) for name in ("river", "pond")
    )
    assert card.of(model).maker.licence == "of the lake"
    assert card.of(river).maker.licence == "of the river"
    assert card.of(pond).maker.licence == "of the folder"
    write(model.code / "cards" / "test.lake.yaml", {"licens": "x"})
    with pytest.raises(InvalidInput, match=r"test\.lake\.yaml: licens"):
        card.of(model)
