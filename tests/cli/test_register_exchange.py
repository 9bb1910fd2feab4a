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
from agglo.trust.register import publishing, registered, writing

from .conftest import Agglo

CARDS = {"assistant": public_card(), "ecoles": high_risk_card(), "fuites": complete_card()}
INVENTORY = "Nom;Finalité;Degré d'automatisation\nTaxe de séjour;Calculer la taxe;Aide à la décision\n"


@pytest.fixture
def filled(agglo: Agglo, tmp_path: Path) -> Agglo:
    """Commands on a workspace with three published cards, and an authority of which everything is said."""
    here = open_workspace(tmp_path / "workspace")
    writing.add_all(here, operator(here), list(CARDS.items()))
    for name in CARDS:
        publishing.publish(here, operator(here), name)
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
    wanted = "1 card left out, not used to decide about a person or a business: assistant."
    assert wanted in said.err.splitlines()
    assert "cards left out, no system held: aquavance" in said.err
    assert "cards left out, how it is held is not declared: climate." in said.err
    assert "Required" not in said.err


def test_named_cards_are_exported_whatever_they_are_and_lacks_are_told_by_entry(filled: Agglo) -> None:
    said = filled("register", "export", "assistant", "hestia", "olga", "--to", "crpa")
    assert said.code == 0
    assert {"assistant", "hestia", "olga"} == {line.split(";")[-3] for line in said.out.splitlines()[1:]}
    lines = said.err.splitlines()
    assert lines[0] == "Required and not said; the document is not valid without it:"
    assert any(line.startswith("- Contact (contact): asked of 2 cards: hestia, olga. Whom to write") for line in lines)
    assert "authority." not in said.err
    assert lines[-1] == "Written, incomplete: what is required above is not there."
    assert any("optional" in line and "(--all names" in line for line in lines)
    assert len(lines) <= 21
    every = filled("register", "export", "assistant", "hestia", "olga", "--to", "crpa", "--all").err
    assert "Optional and not said:" in every


def test_strict_writes_nothing_that_is_not_valid(filled: Agglo, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    said = filled("register", "export", "hestia", "--to", "crpa", "--output", path, "--strict")
    assert said.code == 2
    assert 'Nothing was written: "crpa" requires' in said.err
    assert not path.exists()
    incomplete = filled("register", "export", "hestia", "--to", "crpa", "--output", path)
    assert incomplete.out == f"Written, incomplete: {path}\n"
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
        (("--to", "annex-viii-b"), "Publish the cards it is about, or add --drafts to take them"),
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
    assert "nede" in filled("register", "export", "fuites", "--to", "crpa", "--drafts").err
    assert ";fuites;En service" in filled("register", "export", "fuites", "--to", "crpa").out
    assert "1 card left out, the file cannot be read: fuites." in filled(
        "register", "export", "--to", "crpa", "--drafts"
    ).err  # fmt: skip
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


@pytest.mark.parametrize("target", ["dutch", "atrs", "dcat-ap", "crpa"])
def test_what_several_cards_lack_is_told_once_each(filled: Agglo, target: str) -> None:
    assert filled("register", "new", "vide").code == 0
    words = ("register", "export", "ecoles", "vide", "--to", target, "--drafts")
    said = filled(*words, "--all").err.splitlines()
    assert [line for line in said if "asked of 1 card: vide" in line]
    assert len(said) == len(set(said))
    assert len(filled(*words).err.splitlines()) <= 21


def test_a_card_that_cannot_be_read_is_not_replaced(filled: Agglo, tmp_path: Path) -> None:
    path = tmp_path / "workspace" / "register" / "taxe.yaml"
    path.write_text("ned: what somebody typed\n", encoding="utf-8")
    said = filled("register", "import", _file(tmp_path, "Identifiant;Nom\ntaxe;Taxe\n"), "--from", "crpa", "--replace")
    assert said.code == 2
    assert "ned" in said.err
    assert path.read_text(encoding="utf-8") == "ned: what somebody typed\n"


def test_what_is_not_published_is_left_out_unless_drafts_are_asked_for(filled: Agglo, tmp_path: Path) -> None:
    here = open_workspace(tmp_path / "workspace")
    writing.add_all(here, operator(here), [("plan", complete_card())])
    writing.save(here, operator(here), "fuites", complete_card(service="Another direction"))
    said = filled("register", "export", "--to", "crpa")
    assert "plan" not in said.out
    assert "Another direction" not in said.out
    wanted = "1 card left out, not published yet: plan. --drafts takes them as they are in hand."
    assert wanted in said.err.splitlines()
    drafts = filled("register", "export", "--to", "crpa", "--drafts")
    assert "plan" in drafts.out
    assert "Another direction" in drafts.out
    refused = filled("register", "export", "plan", "--to", "crpa")
    assert (refused.code, refused.out) == (2, "")
    assert "plan: not published yet. Publish it" in refused.err
    assert "add --drafts" in refused.err
    assert "Another direction" not in filled("register", "export", "fuites", "--to", "crpa").out
    publishing.withdraw(here, operator(here), "fuites", why="an error")
    assert "fuites" not in filled("register", "export", "--to", "crpa").out


def test_the_catalogue_of_complete_cards_is_valid(filled: Agglo, tmp_path: Path) -> None:
    path = tmp_path / "catalogue.csv"
    (tmp_path / "workspace" / "agglo.toml").write_text('address = "https://agglo.example.fr"\n', encoding="utf-8")
    said = filled("register", "export", "--to", "catalogue", "--output", path, "--strict")
    assert (said.code, said.out) == (0, f"Written: {path}\n")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 1 + len(CARDS)
    assert all(row["date_maj"] for row in rows)


def test_a_card_that_is_not_dated_is_to_be_published(filled: Agglo, tmp_path: Path) -> None:
    here = open_workspace(tmp_path / "workspace")
    writing.add_all(here, operator(here), [("plan", complete_card(updated=""))])
    said = filled("register", "export", "plan", "--to", "catalogue", "--drafts", "--all").err
    assert "Card updated (updated): asked of 1 card: plan. Publish the card: it is set then." in said


@pytest.mark.parametrize(
    ("card", "target", "why"),
    [
        ("assistant", "mention", "not used to decide about a person or a business"),
        ("hestia", "mention", "no system held"),
        ("land.sinks", "mention", "nothing says whether it is used to decide about a person or a business"),
        ("assistant", "annex-viii-c", "class under the AI Act: transparency obligations; roles: deployer"),
        ("ecoles", "annex-viii-a", "class under the AI Act: high risk; roles: deployer"),
    ],
)
def test_what_is_not_owed_is_refused_with_the_reason(
    filled: Agglo, tmp_path: Path, card: str, target: str, why: str
) -> None:
    path = tmp_path / "out"
    said = filled("register", "export", card, "--to", target, "--output", path)
    assert said.code == 2
    assert f"{card}: {why}" in said.err
    assert f'No document "{target}" is owed for this card.' in said.err
    assert not path.exists()


def test_a_dry_run_refuses_what_the_real_run_refuses(filled: Agglo, tmp_path: Path) -> None:
    path = _file(tmp_path, "Identifiant;Nom;Finalité\nfuites;Fuites;Trouver les fuites\nneuve;;Calculer\n")
    said = filled("register", "import", path, "--from", "crpa", "--dry-run")
    assert said.code == 2
    assert "register/fuites.yaml: found a card of this identifier" in said.err
    assert "would be made" not in said.out
    assert "neuve: this record has no title" in said.out
    (_first, second) = json.loads(filled("register", "import", path, "--from", "crpa", "--dry-run", "--json").out)
    assert (second["id"], second["title"]) == ("neuve", None)
    assert "2 cards would be made" in filled("register", "import", path, "--from", "crpa", "--dry-run", "--replace").out
