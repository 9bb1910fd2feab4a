"""British records: keyed by attribute, checked against the sourced list, honest about what a card does not say."""

import datetime
import json
import re
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.card import Card
from agglo.contract.language import speaking
from agglo.trust.register.exports import atrs, find
from agglo.trust.register.exports.fields import FieldList
from agglo.trust.register.exports.recording import values
from agglo.trust.register.exports.target import Exported
from agglo.trust.register.imports import uk
from tests.trust.register.exports.measured import USED
from tests.trust.register.samples import complete_card, high_risk_card, public_card, subject

TODAY = datetime.date(2026, 11, 24)
TEMPLATE = Path(__file__).parents[5] / "shared" / "data" / "governance" / "atrs_v3_template_fields.md"


def export(card: Card, **changed: Any) -> Exported:
    return atrs.export([subject(card, **changed)], today=TODAY)


def record(card: Card, **changed: Any) -> dict[str, Any]:
    (found,) = json.loads(export(card, **changed).content)
    return dict(found)


@pytest.mark.parametrize("card", [complete_card(), public_card(), high_risk_card()])
def test_a_complete_card_whose_runs_are_kept_is_valid(card: Card) -> None:
    made = export(card, use=USED)
    assert ([one for one in made.lacks if one.required], made.faults) == ([], [])
    assert made.is_valid


def test_kind_and_amount_of_data_are_what_the_card_or_its_runs_say() -> None:
    silent = complete_card(sources=[{"what": "Index", "source": "Meters", "collected": "Each day"}])
    made = export(silent)
    assert {one.target_field for one in made.lacks if one.required} == {"data_modality", "data_quantities"}
    assert not {"data_modality", "data_quantities"} & set(record(silent))
    assert record(silent, use=USED)["data_quantities"] == "2 datasets read: night-flows@1, meters@3"
    assert export(complete_card()).is_valid


def test_attributes_say_what_the_card_says_in_english_where_it_does() -> None:
    with speaking("fr"):
        found = record(complete_card(), use=USED)
    assert found["name"] == found["title"] == "Leaks behind the meter"
    assert found["phase"] == "Production"
    assert found["external_supplier_involvement"] == "Yes"
    assert found["external_supplier"] == "Aquavigie SAS"
    assert found["model_architecture"] == "rules written by people, statistics"
    assert found["tags"] == "eau, fuite, compteur"
    assert found["sensitive_attributes"] == "personal data"
    assert found["maintenance"] == "Its record is reviewed by 2027-03-31."
    assert found["data_quantities"].splitlines()[0] == "3 000 compteurs, 24 index par jour"
    assert found["frequency_and_scale_of_usage"].splitlines()[0] == "Decisions a year: 1200"
    assert found["data_collection"] == "Télérelève quotidienne\nContrat d'abonnement signé"
    assert found["standard_version"] == "v3.0"


def test_a_tool_made_here_has_no_supplier() -> None:
    found = record(complete_card(holding="in-house"))
    assert found["external_supplier_involvement"] == "No"
    assert "external_supplier" not in found


def test_no_assessment_is_said_by_the_facts_that_ask_for_none() -> None:
    said = {"personal_data": "none", "data_protection_assessment": "", "impact_assessment": ""}
    found = record(complete_card(**said))
    assert found["impact_assessment"] == "Personal data: no personal data\nClass under the AI Act: minimal risk"
    assert "impact_assessment" not in record(complete_card(**said, ai_act_class="high-risk"))


def test_an_empty_card_says_only_what_is_known_of_the_authority() -> None:
    made = export(Card())
    (found,) = json.loads(made.content)
    assert set(found) == {
        "standard_version", "organisation_type", "organisation_name", "organisation_or_department", "region",
        "website_url",
    }  # fmt: skip
    assert not made.is_valid


def test_what_is_not_written_as_asked_is_a_fault() -> None:
    made = export(complete_card(contact="Guichet 2"), use=USED)
    assert len(made.faults) == 1
    assert made.faults[0].startswith('contact_email: "Guichet 2"')


def test_an_imported_record_goes_back_as_it_came() -> None:
    given = {
        "standard_version": "v3.0",
        "name": "Leak finder",
        "description": "Finds leaks.",
        "phase": "Production",
        "data_modality": "Time series",
        "data_quantities": "One million readings",
        "model_task": "Find leaks.",
        "frequency_and_scale_of_usage": "Each night",
        "organisation_name": "Exampleshire Council",
        "tags": "water, leak",
        "scope": "Meters of one house.",
    }
    (one,) = uk.read(json.dumps(given).encode())
    found = record(one.card, id=one.id, page="")
    ours = {name: value for name, value in given.items() if name != "organisation_name"}
    assert {name: found[name] for name in ours} == ours
    assert found["organisation_name"] == "Communauté d'agglomération Exemple"


def test_numbers_tiers_and_attributes_are_listed() -> None:
    listed = values("atrs")["attributes"]
    assert len(listed) == 65
    assert {name for _number, name, _tier in listed} == set(FieldList.read("atrs").names)
    assert {tier for _number, _name, tier in listed} == {"N/A", "1", "2"}


def test_it_is_a_target() -> None:
    assert (find("atrs").media_type, find("atrs").extension) == ("application/json", "json")


@pytest.mark.shared
@pytest.mark.skipif(not TEMPLATE.is_file(), reason="the template of ATRS 3.0 is not on this machine")
def test_our_list_is_that_of_the_template() -> None:
    rows = []
    for line in TEMPLATE.read_text(encoding="utf-8").splitlines():
        cells = [one.strip() for one in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and re.fullmatch(r"\d+(\.\d+)+", cells[0]):
            rows.append((cells[0], cells[1].replace("<br>", ""), cells[3], cells[-1] == "TRUE"))
    assert [list(row[:3]) for row in rows] == values("atrs")["attributes"]
    ours = FieldList.read("atrs")
    told = {name for _number, name, _tier, required in rows if required != ours[name].required}
    assert told == {"id", "date_archived"}
