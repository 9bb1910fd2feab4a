"""The French inventory: a table that spreadsheets set to French open, and what cards lack for it."""

import csv
import datetime
import io

from agglo.contract.card import Source
from agglo.trust.register.exports import Exported, Subject, find
from trust.register.samples import authority, complete_card, high_risk_card, public_card, subject

TODAY = datetime.date(2026, 11, 24)


def _made(*subjects: Subject) -> Exported:
    return find("crpa").export(subjects, today=TODAY)


def _rows(made: Exported) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_a_complete_card_is_one_line_with_every_field_of_etalab() -> None:
    made = _made(subject(complete_card()))
    assert made.is_valid
    assert made.lacks == ()
    (row,) = _rows(made)
    assert row["Administration"] == "Communauté d'agglomération Exemple"
    assert row["Nom de l'algorithme"] == "Repérage des fuites après compteur"
    assert row["Niveau d'automatisation"] == "Aide à la décision"
    assert row["Portée"] == "Externe"
    assert row["Décisions par an"] == "1200"
    assert row["Type d'algorithme"] == "Système de règles | Statistiques"
    assert row["Ressources sur l'impact"] == "https://portail.example/register/fuites"
    assert row["Identifiant"] == "fuites"
    assert [name for name, text in row.items() if not text] == []


def test_sources_stand_in_the_same_order_in_three_columns() -> None:
    sources = [Source(what="a|b", source="", collected=""), Source(what="Relevés", source="Un agent", collected="")]
    (row,) = _rows(_made(subject(complete_card(sources=sources))))
    assert row["Données traitées"] == "a/b | Relevés"
    assert row["Source des données"] == " | Un agent"
    assert row["Mode de collecte"] == ""


def test_it_opens_in_a_spreadsheet_and_runs_nothing() -> None:
    made = _made(subject(complete_card(context="=HYPERLINK(1)")))
    assert made.content.startswith(b"\xef\xbb\xbfAdministration;")
    assert made.content.count(b"\r\n") == 2
    (row,) = _rows(made)
    assert row["Contexte"] == "'=HYPERLINK(1)"


def test_what_a_card_does_not_say_is_lacking_and_left_empty() -> None:
    card = complete_card(context="n/a", contact="", legal_basis="à compléter")
    made = _made(subject(card, authority=authority(name=""), page=""))
    assert not made.is_valid
    assert {one.target_field: (one.entry, one.required) for one in made.lacks} == {
        "Administration": ("", True),
        "Contact": ("authority.contact", True),
        "Contexte": ("authority.context", False),
        "Fondements juridiques": ("authority.legal_basis", False),
    }
    (row,) = _rows(made)
    assert row["Contexte"] == row["Fondements juridiques"] == ""


def test_it_is_about_what_is_in_use_and_decides_about_somebody() -> None:
    applies = find("crpa").applies
    assert applies(complete_card())
    assert applies(high_risk_card())
    assert not applies(public_card())
    assert not applies(complete_card(state="project"))
    assert not applies(complete_card(state="retired"))
    assert not applies(complete_card(holding="none"))


def test_another_card_is_written_all_the_same_when_asked() -> None:
    made = _made(subject(complete_card()), subject(public_card(), "assistant"))
    assert [row["Décision individuelle"] for row in _rows(made)] == ["Oui", "Non"]
    assert made.lacks == ()
