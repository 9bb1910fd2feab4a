"""Footprint reports: valid under the schemas of BoAmps where something was measured, lacking otherwise."""

import datetime
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agglo.footprint.record import Bounds
from agglo.trust.register.exports import boamps, find
from agglo.trust.register.exports.fields import FieldList
from agglo.trust.register.exports.target import Exported
from agglo.trust.register.use import Use
from tests.trust.register.exports.measured import USED
from tests.trust.register.samples import authority, complete_card, subject

TODAY = datetime.date(2026, 11, 24)
GOVERNANCE = Path(__file__).parents[5] / "shared" / "data" / "governance"
SCHEMAS = sorted(GOVERNANCE.glob("boamps_*_schema.json"))
shared = pytest.mark.skipif(not SCHEMAS, reason="the schemas of BoAmps are not on this machine")


def export(use: Use = USED, **changed: Any) -> Exported:
    return boamps.export([subject(complete_card(), use=use, **changed)], today=TODAY)


def report(use: Use = USED, **changed: Any) -> dict[str, Any]:
    return dict(json.loads(export(use, **changed).content))


def test_the_report_of_a_measured_algorithm() -> None:
    made = export()
    assert made.is_valid
    found = json.loads(made.content)
    assert found["header"] == {
        "formatVersion": "0.1",
        "reportId": found["header"]["reportId"],
        "reportDatetime": "2026-11-24 00:00:00",
        "reportStatus": "final",
        "publisher": {
            "name": "Communauté d'agglomération Exemple",
            "division": "Direction de l'eau",
            "projectName": "Leaks behind the meter",
            "confidentialityLevel": "public",
        },
    }
    assert found["measures"] == [
        {
            "measurementMethod": "Green Algorithms v3.0, GA-3.0",
            "powerConsumption": 0.25,
            "measurementDateTime": "2025-04-02 06:00:00",
        }
    ]
    assert found["task"]["nbRequest"] == 11
    assert found["task"]["dataset"] == [
        {"dataUsage": "input", "dataType": "tabular"},
        {"dataUsage": "input", "dataType": "tabular"},
        {"dataUsage": "output", "dataType": "other"},
    ]
    assert found["environment"] == {"country": "FR"}


def test_where_it_ran_is_told_as_lacking_and_not_invented() -> None:
    made = export()
    assert [(one.target_field, one.required) for one in made.lacks] == [("infrastructure.infraType", False)]
    assert json.loads(made.content)["infrastructure"]["infraType"] == "other"


@pytest.mark.parametrize("use", [Use(), replace(USED, known=0, energy_kwh=None), replace(USED, known=0)])
def test_without_a_known_footprint_there_is_no_report(use: Use) -> None:
    made = export(use)
    assert not made.is_valid
    assert {one.target_field for one in made.lacks if one.required} == {
        "measures.measurementMethod", "measures.powerConsumption",
    }  # fmt: skip
    found = json.loads(made.content)
    assert "measures" not in found
    assert found["header"]["reportStatus"] == "draft"


@pytest.mark.parametrize(
    ("bounds", "quality"),
    [
        (Bounds(0.95, 1.0, 1.1), "high"),
        (Bounds(0.8, 1.0, 1.05), "medium"),
        (Bounds(0.5, 1.0, 2.0), "low"),
        (Bounds(None, 1.0, None), "low"),
        (Bounds(0.0, 0.0, 0.0), "low"),
    ],
)
def test_quality_is_how_far_the_bounds_are(bounds: Bounds, quality: str) -> None:
    assert report(replace(USED, energy_kwh=bounds))["quality"] == quality


def test_what_a_partner_declared_is_a_measure_without_requests() -> None:
    use = Use(declared=2, energy_kwh=Bounds(None, 4.0, None))
    made = export(use)
    assert made.is_valid
    found = json.loads(made.content)
    assert found["measures"] == [{"measurementMethod": "declared by a partner", "powerConsumption": 4.0}]
    assert "nbRequest" not in found["task"]


def test_the_same_report_has_the_same_identifier() -> None:
    assert report()["header"]["reportId"] == report()["header"]["reportId"]
    assert report()["header"]["reportId"] != report(id="other")["header"]["reportId"]


def test_a_publisher_without_a_name_is_told() -> None:
    assert "header.publisher.name" in {one.target_field for one in export(authority=authority(name="")).lacks}


def test_a_report_is_about_one_algorithm() -> None:
    with pytest.raises(ValueError, match="expected 1"):
        boamps.export([subject(complete_card(), "a"), subject(complete_card(), "b")], today=TODAY)
    assert not find("boamps").several


def test_a_card_without_techniques_lacks_the_family_of_its_task() -> None:
    card = complete_card()
    bare = card.model_copy(update={"maker": card.maker.model_copy(update={"techniques": []})})
    made = boamps.export([subject(bare, use=USED)], today=TODAY)
    assert [one.target_field for one in made.lacks if one.required] == ["task.taskFamily"]


def official() -> Any:
    """The validator of a report, its references resolved among the files."""
    from jsonschema import Draft4Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT4

    found = [json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS]
    registry: Any = Registry().with_resources([(one["id"], DRAFT4.create_resource(one)) for one in found])
    (main,) = [one for one in found if one["title"] == "report"]
    return Draft4Validator(main, registry=registry)


@pytest.mark.shared
@shared
@pytest.mark.parametrize("use", [USED, Use(declared=1, energy_kwh=Bounds(None, 4.0, None))])
def test_reports_pass_the_official_schema(use: Use) -> None:
    assert [error.message for error in official().iter_errors(report(use))] == []


@pytest.mark.shared
@shared
def test_the_official_schema_refuses_what_we_call_lacking() -> None:
    assert list(official().iter_errors(report(Use())))
    broken = report() | {"measures": [{"powerConsumption": 1.0}]}
    assert list(official().iter_errors(broken))


@pytest.mark.shared
@shared
def test_our_list_of_fields_is_that_of_the_schemas() -> None:
    main = json.loads((GOVERNANCE / "boamps_report_schema.json").read_text(encoding="utf-8"))
    measure = json.loads((GOVERNANCE / "boamps_measure_schema.json").read_text(encoding="utf-8"))
    ours = {one.name: one for one in FieldList.read("boamps").fields}
    for part in ("task", "infrastructure"):
        for name in main["properties"][part]["required"]:
            assert ours[f"{part}.{name}"].required
    for name in measure["required"]:
        assert ours[f"measures.{name}"].required
    infrastructure = main["properties"]["infrastructure"]["properties"]["infraType"]["enum"]
    assert list(ours["infrastructure.infraType"].permitted) == infrastructure
    assert list(ours["quality"].permitted) == main["properties"]["quality"]["enum"]
