"""``agglo register export`` and ``import``: documents out, records in."""

import csv
import json
from pathlib import Path

import pytest
import yaml
from trust.register.samples import complete_card, high_risk_card, public_card

from agglo.contract.card import Card
from agglo.store.workspace import open_workspace
from agglo.trust.access.people import operator
from agglo.trust.register import registered, writing

from .conftest import Agglo

CARDS = {"assistant": public_card(), "ecoles": high_risk_card(), "fuites": complete_card()}
INVENTORY = "Nom;Finalité;Degré d'automatisation\nTaxe de séjour;Calculer la taxe;Aide à la décision\n"


@pytest.fixture
def filled(agglo: Agglo, tmp_path: Path) -> Agglo:
    """Commands on a workspace with three cards, and an authority of which everything is said."""
    here = open_workspace(tmp_path / "workspace")
    writing.add_all(here, operator(here), list(CARDS.items()))
    folder = here.root / "governance"
    folder.mkdir(exist_ok=True)
    said = {"name": "Agglo", "address": "1 rue A, Orsay", "contact": "a@agglo.example", "requests": "r@agglo.example"}
    (folder / "authority.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    return agglo


def _card(tmp_path: Path, id: str) -> Card:
    here = open_workspace(tmp_path / "workspace")
    return registered.find(here, operator(here), id).card


def _file(tmp_path: Path, text: str = INVENTORY) -> Path:
    path = tmp_path / "inventory.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_inventory_holds_the_cards_it_is_about(filled: Agglo) -> None:
    said = filled("register", "export", "--to", "crpa")
    assert said.code == 0
    rows = list(csv.DictReader(said.out.removeprefix("\ufeff").splitlines(), delimiter=";"))
    assert [row["Identifiant"] for row in rows] == ["ecoles", "fuites"]
    assert said.err == ""


def test_named_cards_are_exported_whatever_they_are_and_lacks_are_told_on_a_line_each(filled: Agglo) -> None:
    said = filled("register", "export", "assistant", "hestia", "--to", "crpa")
    assert said.code == 0
    assert {"assistant", "hestia"} == {line.split(";")[-3] for line in said.out.splitlines()[1:]}
    lines = said.err.splitlines()
    assert all(line.startswith("hestia: ") for line in lines)
    wanted = 'hestia: Contact is required and not said: fill "Contact" (authority.contact): Whom to write to about'
    assert any(line.startswith(wanted) for line in lines)


def test_strict_writes_nothing_that_is_not_valid(filled: Agglo, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    said = filled("register", "export", "hestia", "--to", "crpa", "--output", path, "--strict")
    assert said.code == 2
    assert 'Nothing was written: "crpa" requires' in said.err
    assert not path.exists()
    assert filled("register", "export", "fuites", "--to", "crpa", "--output", path, "--strict").code == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbfAdministration;")


def test_the_portal_address_is_that_of_the_setting(filled: Agglo, tmp_path: Path) -> None:
    settings = tmp_path / "workspace" / "agglo.toml"
    written = settings.read_text(encoding="utf-8") if settings.exists() else ""
    settings.write_text(f'{written}\naddress = "https://agglo.example.fr"\n', encoding="utf-8")
    said = filled("register", "export", "fuites", "--to", "mention")
    assert "https://agglo.example.fr/registre/fuites" in said.out
    assert "r@agglo.example" in said.out


def test_a_folder_gets_one_file_a_card(filled: Agglo, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    said = filled("register", "export", "--to", "annex-viii-c", "--output", folder)
    assert [path.name for path in folder.iterdir()] == ["ecoles.json"]
    assert json.loads((folder / "ecoles.json").read_bytes())["section"] == "C"
    assert "ecoles.json" in said.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "annex-viii-b"), "Name a card to export it all the same."),
        (("--to", "crpx"), 'Did you mean "crpa"?'),
        ((), "--to: found nothing, expected one of crpa, mention,"),
        (("nobody", "--to", "crpa"), 'No card "nobody" in the register.'),
    ],
)
def test_what_cannot_be_exported_is_told(filled: Agglo, words: tuple[str, ...], said: str) -> None:
    answer = filled("register", "export", *words)
    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""


def test_a_card_that_cannot_be_read_is_told_where_it_is_named(filled: Agglo, tmp_path: Path) -> None:
    (tmp_path / "workspace" / "register" / "fuites.yaml").write_text("nede: x\n", encoding="utf-8")
    assert "nede" in filled("register", "export", "fuites", "--to", "crpa").err
    said = filled("register", "export", "--to", "crpa")
    assert said.code == 0
    assert "ecoles" in said.out


def test_targets_are_listed_with_their_sources(agglo: Agglo) -> None:
    said = agglo("register", "export", "--list")
    assert said.code == 0
    for one in ("crpa", "mention", "annex-viii-c", "annex-viii-a", "annex-viii-b", "catalogue", "dcat-ap", "dutch"):
        assert f"{one}: " in said.out
    assert "article L.312-1-3" in said.out
    assert max(map(len, said.out.splitlines())) <= 100


def test_an_inventory_becomes_cards_and_every_repair_is_told(agglo: Agglo, tmp_path: Path) -> None:
    said = agglo("register", "import", _file(tmp_path), "--from", "crpa", "--prefix", "x-")
    assert said.code == 0
    assert "1 card written to the register." in said.out
    assert 'header: "Nom" became "Nom de l\'algorithme" (name of a column)' in said.out
    assert 'Identifiant: "taxe-de-sejour" was put there' in said.out
    assert _card(tmp_path, "x-taxe-de-sejour").authority.automation == "support"


def test_a_dry_run_writes_nothing(agglo: Agglo, tmp_path: Path) -> None:
    said = agglo("register", "import", _file(tmp_path), "--from", "crpa", "--dry-run")
    assert said.code == 0
    assert "1 card would be made; nothing was written." in said.out
    assert not list((tmp_path / "workspace").glob("register/*"))


def test_what_is_there_is_only_changed_with_replace_and_keeps_what_a_record_leaves_out(
    filled: Agglo, tmp_path: Path
) -> None:
    path = _file(tmp_path, "Identifiant;Nom;Contexte;Portée\nfuites;Fuites;Eau potable;Interne\n")
    said = filled("register", "import", path, "--from", "crpa")
    assert said.code == 2
    assert "fuites.yaml" in said.err
    assert filled("register", "import", path, "--from", "crpa", "--replace").code == 0
    card, before = _card(tmp_path, "fuites"), CARDS["fuites"]
    assert card.maker.title == {"fr": "Fuites", "en": "Leaks behind the meter"}
    assert (card.authority.context, card.authority.reach) == ("Eau potable", "internal")
    assert (card.authority.need, card.authority.sources) == (before.authority.need, before.authority.sources)


def test_an_idea_stays_an_idea(filled: Agglo, tmp_path: Path) -> None:
    here = open_workspace(tmp_path / "workspace")
    writing.add_all(here, operator(here), [("reve", complete_card(state="idea"))])
    path = _file(tmp_path, "Identifiant;Nom;État\nreve;Rêve;En service\n")
    said = filled("register", "import", path, "--from", "crpa", "--replace")
    assert said.code == 0
    assert "agglo register move reve project" in " ".join(said.out.split())
    assert _card(tmp_path, "reve").authority.state == "idea"


def test_an_import_is_told_as_json(agglo: Agglo, tmp_path: Path) -> None:
    said = agglo("register", "import", _file(tmp_path), "--from", "crpa", "--dry-run", "--json")
    (card,) = json.loads(said.out)
    assert card["id"] == "taxe-de-sejour"
    assert {"where": "header", "found": "Nom", "made": "Nom de l'algorithme", "why": "name of a column"} in (
        card["repairs"]
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.csv", "--from", "crpa"), "No file nowhere.csv."),
        ((".", "--from", "crpa"), "is a folder"),
        (("inventory.csv", "--from", "crap"), 'Did you mean "crpa"?'),
        (("empty.csv", "--from", "crpa"), "columns such as Nom de l'algorithme, Finalité"),
    ],
)
def test_what_cannot_be_imported_is_told(agglo: Agglo, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    _file(tmp_path)
    (tmp_path / "empty.csv").write_bytes(b"")
    answer = agglo("register", "import", *words)
    assert answer.code == 2
    assert said in answer.err
