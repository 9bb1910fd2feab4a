"""French inventories read back: whatever their encoding, separator, names and words, and every repair told."""

import codecs
import datetime
from collections.abc import Sequence

import pytest

from agglo.contract.card import Card, Source
from agglo.contract.errors import InvalidInput
from agglo.trust.register.exports import find
from agglo.trust.register.exports.crpa import record
from agglo.trust.register.imports import Imported, Repair, crpa
from trust.register.samples import complete_card, high_risk_card, public_card, subject

HEADER = "Nom de l'algorithme;Finalité;Niveau d'automatisation"
COLUMNS = (
    "service", "contact", "updated", "context", "stage", "automation", "legal_basis", "website", "decisions_per_year",
    "reach", "people_concerned", "sources", "state", "individual_decisions",
)  # fmt: skip


def _read(text: str, encoding: str = "utf-8") -> list[Imported]:
    return crpa.read(text.encode(encoding))


def _one(text: str, encoding: str = "utf-8") -> Imported:
    (found,) = _read(text, encoding)
    return found


def _said(repairs: Sequence[Repair]) -> list[tuple[str, str, str]]:
    return [(one.where, one.found, one.made) for one in repairs]


@pytest.mark.parametrize("card", [complete_card(), high_risk_card(), public_card()])
def test_what_is_exported_comes_back(card: Card) -> None:
    made = find("crpa").export([subject(card, "a-card")], today=datetime.date(2026, 11, 24))
    (found,) = crpa.read(made.content)
    assert found.id == "a-card"
    bare = [one.model_copy(update={"kind": "", "amount": ""}) for one in card.authority.sources]
    assert {name: getattr(found.card.authority, name) for name in COLUMNS} == {
        name: getattr(card.authority, name) for name in COLUMNS
    } | {"sources": bare}
    for name in ("title", "purpose", "method"):
        assert getattr(found.card.maker, name) == {"fr": getattr(card.maker, name)["fr"]}
    assert (found.card.maker.techniques, found.card.maker.references) == (card.maker.techniques, card.maker.references)
    assert [one.found for one in found.repairs] == ["Administration", "Ressources sur l'impact"]
    assert record(subject(found.card, "a-card")) == record(subject(card, "a-card"))


def test_what_would_be_run_by_a_spreadsheet_comes_back_as_it_was() -> None:
    made = find("crpa").export([subject(complete_card(context="=1+1"))], today=datetime.date(2026, 11, 24))
    assert crpa.read(made.content)[0].card.authority.context == "=1+1"


def test_nothing_is_invented() -> None:
    found = _one(f"{HEADER}\nTaxe de séjour;Calculer la taxe due;\n")
    assert found.card.maker.model_dump(exclude_defaults=True) == {
        "title": {"fr": "Taxe de séjour"}, "purpose": {"fr": "Calculer la taxe due"},
    }  # fmt: skip
    assert found.card.authority.model_dump(exclude_defaults=True) == {}
    assert _said(found.repairs) == [("line 2, Identifiant", "", "taxe-de-sejour")]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", []), ("utf-8-sig", []), ("cp1252", ["Windows-1252"]), ("utf-16", ["UTF-16"])],
)
def test_encodings_are_known_and_told(encoding: str, told: list[str]) -> None:
    found = _one(f"{HEADER}\nAide à l'énergie;Décider d'une aide;\n", encoding)
    assert found.card.maker.title == {"fr": "Aide à l'énergie"}
    assert [one.found for one in found.repairs if one.where == "file"] == told


def test_accents_written_twice_over_are_repaired() -> None:
    scrambled = f"{HEADER}\nAide à l'énergie;Décider d'une aide;\n".encode().decode("cp1252")
    found = _one(scrambled)
    assert found.card.maker.title == {"fr": "Aide à l'énergie"}
    assert any(one.why == "accents were written twice over" for one in found.repairs)


@pytest.mark.parametrize(("separator", "told"), [(";", []), (",", [","]), ("\t", ["tab"]), ("|", ["|"])])
def test_separators_are_found_and_told(separator: str, told: list[str]) -> None:
    found = _one(separator.join(["Nom", "Finalité"]) + "\n" + separator.join(["Taxe", '"Calculer, dire; payer"']))
    assert found.card.maker.purpose == {"fr": "Calculer, dire; payer"}
    assert [one.found for one in found.repairs if one.why == "separator"] == told


def test_names_of_columns_are_known_without_accents_or_capitals_by_synonym_or_nearly() -> None:
    found = _one("NOM DE L'ALGORITHME;finalite;Base légale;Publc concerné;Budget\nTaxe;Calculer;CGCT;Hôteliers;12 000")
    assert found.card.maker.purpose == {"fr": "Calculer"}
    assert found.card.authority.legal_basis == "CGCT"
    assert found.card.authority.people_concerned == "Hôteliers"
    assert _said(found.repairs)[:5] == [
        ("header", "NOM DE L'ALGORITHME", "Nom de l'algorithme"),
        ("header", "finalite", "Finalité"),
        ("header", "Base légale", "Fondements juridiques"),
        ("header", "Publc concerné", "Public concerné"),
        ("header", "Budget", ""),
    ]


def test_the_tables_of_etalab_name_three_columns_alike() -> None:
    header = "Nom de l'algorithme;Ressources connexes;Portée de la décision;Ressources connexes;Ressources connexes"
    found = _one(f"{header}\nTaxe;https://a.example;Externe;https://b.example;https://c.example | Notice")
    assert found.card.authority.website == "https://a.example"
    assert found.card.maker.references == ["https://c.example", "Notice"]
    assert "https://b.example" not in str(found.card)
    assert any(one.found == "Ressources connexes" and "no entry" in one.why for one in found.repairs)


def test_a_table_that_stands_upright_is_turned() -> None:
    found = _one("Nom de l'algorithme;Taxe de séjour\nFinalité;Calculer\nPortée;Externe\nSource des données;Hôtels")
    assert found.card.maker.title == {"fr": "Taxe de séjour"}
    assert found.card.authority.reach == "external"
    assert any(one.why == "table turned" for one in found.repairs)


def test_lines_above_the_header_and_empty_lines_say_nothing() -> None:
    found = _one(f"Inventaire 2026;;\n;;\n{HEADER}\n;;\nTaxe;Calculer;\n;;\n")
    assert ("header", "Inventaire 2026", "") in _said(found.repairs)
    assert ("line 5, Identifiant", "", "taxe") in _said(found.repairs)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Décision entièrement automatisée", "full"),
        ("décision TOTALEMENT automatisée", "full"),
        ("partiellement automatisé", "partial"),
        ("Il s'agit d'un outil d'aide à la décision.", "support"),
        ("Non automatisée", "none"),
        ("La décision n'est pas entièrement automatisée", ""),
        ("Entièrement automatisée ou aide à la décision selon les cas", ""),
        ("Oui", ""),
        ("inconnu", ""),
    ],
)
def test_words_of_automation_are_understood_or_left_out(text: str, made: str) -> None:
    found = _one(f"{HEADER}\nTaxe;Calculer;{text}\n")
    assert found.card.authority.automation == made
    told = [one for one in found.repairs if one.where == "line 2, Niveau d'automatisation"]
    assert [one.found for one in told] == ([] if text == "Décision entièrement automatisée" else [text])
    assert all(bool(one.made) == bool(made) for one in told)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("2026-10-12", "2026-10-12"), ("12/10/2026", "2026-10-12"), ("1.3.24", "2024-03-01"),
        ("1er février 2026", "2026-02-01"), ("12 août 2025", "2025-08-12"), ("2026-10-12T08:00:00", "2026-10-12"),
        ("octobre 2026", ""), ("31/02/2026", ""), ("10/25/2026", ""), ("46307", ""),
    ],
)  # fmt: skip
def test_days_are_read_as_the_french_write_them(text: str, made: str) -> None:
    found = _one(f"Nom;Finalité;Date de mise à jour\nTaxe;Calculer;{text}\n")
    assert found.card.authority.updated == made
    told = [(one.found, one.made) for one in found.repairs if one.where == "line 2, Date de mise à jour"]
    assert told == ([] if text == made else [(text, made)])


def test_yes_no_states_and_kinds_are_understood() -> None:
    found = _one("Nom;Décision individuelle;Statut;Type d'algorithme;Portée\nTaxe;OUI;en production;Machine learning;x")
    ours = found.card.authority
    assert (ours.individual_decisions, ours.state, ours.reach) == ("yes", "in-use", "")
    assert found.card.maker.techniques == ["learning"]
    assert ("line 2, Portée", "x", "") in _said(found.repairs)
    assert _one("Nom;Statut\nTaxe;N'est plus utilisé").card.authority.state == "retired"


def test_data_are_told_by_bars_by_numbered_columns_or_by_lines_below() -> None:
    wanted = [Source(what="Nuitées", source="Hôtels", collected="Portail"), Source(what="Tarifs", source="Conseil")]
    bars = _one(
        "Nom;Données traitées;Source des données;Mode de collecte\nTaxe;Nuitées|Tarifs;Hôtels | Conseil;Portail|"
    )
    numbered = _one(
        "Nom;Données traitées 1;Source des données 1;Mode de collecte 1;Données traitées 2;Source des données 2\n"
        "Taxe;Nuitées;Hôtels;Portail;Tarifs;Conseil"
    )
    below = _one(
        "Nom;Données traitées;Source des données;Mode de collecte\nTaxe;Nuitées;Hôtels;Portail\n;Tarifs;Conseil;"
    )
    assert bars.card.authority.sources == numbered.card.authority.sources == below.card.authority.sources == wanted
    assert any(one.why == "a line without a name" for one in below.repairs)


def test_data_that_do_not_go_together_are_told() -> None:
    found = _one("Nom;Données traitées;Source des données\nTaxe;Nuitées|Tarifs|Adresses;Hôtels|Conseil")
    assert [one.source for one in found.card.authority.sources] == ["Hôtels", "Conseil", ""]
    assert any(one.found == "3 / 2 / 0" for one in found.repairs)


def test_texts_that_say_nothing_are_left_out_and_told() -> None:
    found = _one("Nom;Contexte;Données traitées\nTaxe;à compléter;NC\n")
    assert found.card.authority.context == ""
    assert found.card.authority.sources == []
    assert ("line 2, Contexte", "à compléter", "") in _said(found.repairs)
    assert ("line 2, Données traitées", "NC", "") in _said(found.repairs)


def test_cells_beyond_the_last_column_are_told() -> None:
    assert ("line 2", "de trop", "") in _said(_one(f"{HEADER}\nTaxe;Calculer;;de trop\n").repairs)


def test_identifiers_are_made_of_names_and_never_twice() -> None:
    found = _read(
        "Identifiant;Nom;Finalité\n;Taxe de séjour;a\n;Taxe de séjour;b\nÀ revoir;c;d\ntaxe;e;f\n;exports;g\n"
    )
    assert [one.id for one in found] == ["taxe-de-sejour", "taxe-de-sejour-2", "a-revoir", "taxe", "exports-2"]
    assert [one.why for one in found[1].repairs] == ["identifier taken already"]
    assert found[3].repairs == ()


def test_a_very_long_cell_is_read() -> None:
    text = "mot " * 50_000
    assert _one(f"{HEADER}\nTaxe;{text};\n").card.maker.purpose == {"fr": text.strip()}


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "no inventory"),
        (b"a;b;c\n1;2;3\n", "no inventory"),
        (b"PK\x03\x04rest", "no inventory"),
        (b"\x00\x01\x02", "no inventory"),
        (codecs.BOM_UTF16_LE + b"\x00", "no inventory"),
        (b'{"title": "a"}', "no inventory"),
    ],
)
def test_what_is_no_inventory_is_refused(content: bytes, match: str) -> None:
    with pytest.raises(InvalidInput, match=match) as caught:
        crpa.read(content)
    assert caught.value.faults


def test_a_header_alone_is_no_card() -> None:
    assert _read(f"{HEADER}\n") == []


def test_a_name_in_any_alphabet_makes_an_identifier_that_a_card_may_have() -> None:
    found = _read("Nom de l'algorithme;Finalité\nAide au cœur de ville;Aider\nΕλλάδα;Aider\n")
    assert [one.id for one in found] == ["aide-au-coeur-de-ville", "line-3"]
