"""The French schema of data catalogues: rows that its own Table Schema takes."""

import csv
import datetime
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from agglo.trust.register.exports import Exported, Subject, find
from agglo.trust.register.exports.fields import FieldList
from trust.register.samples import authority, complete_card, high_risk_card, public_card, subject

TODAY = datetime.date(2026, 11, 24)
SCHEMA = Path(__file__).parents[5] / "shared" / "data" / "governance" / "schema_catalogue_donnees_0.3.0.json"


def _made(*subjects: Subject) -> Exported:
    return find("catalogue").export(subjects, today=TODAY)


def _rows(made: Exported) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.content.decode("utf-8"), newline="")))


def _every() -> list[Subject]:
    return [subject(complete_card()), subject(high_risk_card(), "ecoles"), subject(public_card(), "assistant")]


def test_a_complete_card_is_a_valid_row() -> None:
    made = _made(subject(complete_card()))
    assert made.is_valid
    assert made.lacks == ()
    (row,) = _rows(made)
    assert row["titre"] == "Fiche d'algorithme : Repérage des fuites après compteur"
    assert row["mots_cles"].startswith("algorithme,eau,fuite,compteur")
    assert row["siret_orga"] == "20005623200016"
    assert row["contact_personne"] == row["contact_service"] == "eau@agglo.example"
    assert row["date_maj"] == "2026-10-12"
    assert row["url"] == "https://portail.example/register/fuites"
    assert row["licence"] == ""


def test_several_cards_have_a_row_for_the_register_before_them() -> None:
    whole, *cards = _rows(_made(*_every()))
    assert len(cards) == 3
    assert whole["titre"] == "Registre des algorithmes : Communauté d'agglomération Exemple"
    assert whole["service"] == "Direction de l'eau, Direction de l'éducation, Direction de la relation aux habitants"
    assert whole["description"].endswith("Nombre de fiches : 3.")
    assert whole["contact_personne"] == "registre@agglo.example"
    assert whole["date_maj"] == "2026-11-02"
    assert whole["url"] == "https://portail.example/register"


def test_a_contact_that_is_no_mailbox_is_lacking() -> None:
    card = complete_card(contact="https://agglo.example/contact")
    made = _made(subject(card, authority=authority(contact="01 00 00 00 00", siret="")))
    assert {one.target_field: (one.entry, one.required) for one in made.lacks} == {
        "siret_orga": ("", False), "contact_personne": ("authority.contact", True),
    }  # fmt: skip
    assert not made.is_valid


def test_the_register_lacks_a_mailbox_of_its_own() -> None:
    nobody = authority(contact="", requests="")
    made = _made(*[subject(one.card, one.id, authority=nobody) for one in _every()])
    (lack,) = made.lacks
    assert (lack.target_field, lack.entry) == ("contact_personne", "")
    assert "authority.yaml" in lack.why


def test_a_mailbox_is_found_within_a_contact() -> None:
    (row,) = _rows(_made(subject(complete_card(contact="Service de l'eau (eau@agglo.example), 01 00 00 00 00"))))
    assert row["contact_personne"] == "eau@agglo.example"


def test_a_card_that_says_nothing_lacks_what_the_schema_requires() -> None:
    card = complete_card(service="", tags=[], theme="")
    assert [one.target_field for one in _made(subject(card)).lacks] == ["mots_cles", "service"]


@pytest.mark.parametrize(
    ("siret", "fault"), [("20005623200010", "check digit"), ("2000", "siret_orga"), ("200 056 232 00016", "")]
)
def test_a_siret_is_checked(siret: str, fault: str) -> None:
    said = " ".join(_made(subject(complete_card(), authority=authority(siret=siret))).faults)
    assert (fault in said) if fault else not said


def _broken(row: dict[str, str], schema: dict[str, Any]) -> list[str]:
    """What a row breaks of a Table Schema: presence, dates, addresses."""
    formats = {"email": r"[^\s@]+@[^\s@]+\.[^\s@]+", "uri": r"https?://[^\s]+"}
    broken = []
    for field in schema["fields"]:
        value = row[field["name"]]
        if not value:
            broken += [field["name"]] * bool(field.get("constraints", {}).get("required"))
        elif field["type"] == "date":
            datetime.date.fromisoformat(value)
        elif field.get("format") in formats and not re.fullmatch(formats[field["format"]], value):
            broken.append(field["name"])
    return broken


@pytest.mark.shared
@pytest.mark.skipif(not SCHEMA.is_file(), reason="../shared/data/governance is not there")
def test_the_official_schema_takes_it() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    rows = _rows(_made(*_every()))
    assert [_broken(row, schema) for row in rows] == [[]] * 4
    assert list(rows[0]) == [one["name"] for one in schema["fields"]]
    assert _broken({**rows[0], "titre": "", "contact_personne": "nobody"}, schema) == ["titre", "contact_personne"]


@pytest.mark.shared
@pytest.mark.skipif(not SCHEMA.is_file(), reason="../shared/data/governance is not there")
def test_our_list_is_that_of_the_official_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    official = {one["name"]: bool(one.get("constraints", {}).get("required")) for one in schema["fields"]}
    assert {one.name: one.required for one in FieldList.read("catalogue").fields} == official
