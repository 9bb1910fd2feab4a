"""British records made into cards: several versions and shapes in, every repair told."""

import json
from typing import Any

import pytest

from agglo.contract.card import Source
from agglo.contract.errors import InvalidInput
from agglo.trust.register.imports import Imported
from agglo.trust.register.imports.uk import read


def imported(given: Any) -> Imported:
    (one,) = read(json.dumps(given).encode())
    return one


def told(one: Imported) -> dict[str, tuple[str, str]]:
    return {repair.where: (repair.made, repair.why) for repair in one.repairs}


BASE = {"name": "Leak finder", "description": "Finds leaks."}


def test_attributes_by_their_name() -> None:
    one = imported(
        {
            **BASE,
            "standard_version": "v3.0",
            "team": "Water",
            "senior_responsible_owner": "Head of water",
            "external_supplier_involvement": "No",
            "phase": "Production",
            "tags": "water, leak; pipes",
            "scope": "One house.",
            "detailed_description": "Compares nights.",
            "datasets": "Readings of 2020",
            "source_data_name": "Readings",
            "data_description": "One an hour",
            "source_data_url": "https://data.example",
            "data_collection": "By radio",
            "impact_assessment": "A DPIA was done in May.",
        }
    )
    said, maker = one.card.authority, one.card.maker
    assert one.id == "leak-finder"
    assert (maker.title, maker.purpose, maker.method) == (
        {"en": "Leak finder"}, {"en": "Finds leaks."}, {"en": "Compares nights."},
    )  # fmt: skip
    assert (said.service, said.owner, said.state, said.holding) == ("Water", "Head of water", "in-use", "in-house")
    assert said.tags == ["water", "leak", "pipes"]
    assert (maker.limits, maker.data) == ([{"en": "One house."}], ["Readings of 2020"])
    assert said.sources == [Source(what="Readings\nOne an hour", source="https://data.example", collected="By radio")]
    assert said.data_protection_assessment == "A DPIA was done in May."
    assert said.ai_act_class == said.impact_assessment == ""


@pytest.mark.parametrize(
    "key",
    ["2.1.3", "2.1.3 - Senior responsible owner", "Senior Responsible Owner", "2.1.3 senior_responsible_owner",
     "senior responsible owner*"],
)  # fmt: skip
def test_keys_as_people_write_them(key: str) -> None:
    one = imported({**BASE, key: "Head of water"})
    assert one.card.authority.owner == "Head of water"
    assert told(one)[key] == ("senior_responsible_owner", "read as this attribute")


def test_the_very_name_of_an_attribute_needs_no_repair() -> None:
    assert set(told(imported({**BASE, "team": "Water"}))) == {"record"}


def test_sections_may_be_nested() -> None:
    given = {"Tier 1": {"1.1": "Leak finder", "1.2": "Finds leaks."}, "Tier 2": [{"2.1.2 - Team": "Water"}]}
    one = imported(given)
    assert one.card.maker.title == {"en": "Leak finder"}
    assert one.card.authority.service == "Water"


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("website", "website"),
        ("organisation", ""),
        ("third_party", "maker"),
        ("supplier", "maker"),
        ("appeals", "contest"),
    ],
)
def test_names_of_other_versions(key: str, path: str) -> None:
    value = "https://agglo.example/x"
    one = imported({**BASE, "standard_version": "v2.1", key: value})
    if path:
        half = one.card.maker if path == "maker" else one.card.authority
        assert getattr(half, path) == value
    else:
        assert "ATRS, organisation_or_department: https://agglo.example/x" in one.card.authority.provenance
    assert told(one)["standard_version"] == ("v3.0", "read as version 3.0")


def test_numbers_alone_are_not_read_under_another_version() -> None:
    one = imported({**BASE, "standard_version": "v4.0", "2.4.3.1": "Readings"})
    assert one.card.authority.sources == []
    assert told(one)["2.4.3.1"][1] == "no attribute of version 3.0; kept among the provenance"
    assert "ATRS, other: Readings" in one.card.authority.provenance


def test_rows_of_an_index() -> None:
    table = (
        "\ufeffpublishing_body,tool_name,published,url\n"
        "Exampleshire,Leak finder,2025-06-26T07:39:09Z,https://example.org/leak-finder\n"
        ',"Access, care",2024-12-17,https://example.org/access\n'
        "Exampleshire,Leak finder,,not a page\n"
    )
    found = read(table.encode())
    assert [one.id for one in found] == ["leak-finder", "access-care", "leak-finder-2"]
    assert found[0].card.authority.website == "https://example.org/leak-finder"
    assert found[0].card.authority.provenance == [
        "ATRS, organisation_name: Exampleshire",
        "ATRS, date_of_completion: 2025-06-26T07:39:09Z",
    ]
    assert found[2].card.authority.website == ""
    assert "ATRS, website_url: not a page" in found[2].card.authority.provenance
    assert told(found[2])["website_url"] == ("", "not a link; kept among the provenance")


def test_semicolons_between_columns() -> None:
    (one,) = read(b"tool_name;description\nLeak finder;Finds, then tells\n")
    assert one.card.maker.purpose == {"en": "Finds, then tells"}


@pytest.mark.parametrize(
    ("phase", "state", "repaired"),
    [("Production", "in-use", False), ("beta/pilot", "project", True), ("Live", "in-use", True), ("Soon", "", True),
     ("Retired", "retired", False), ("idea", "idea", True)],
)  # fmt: skip
def test_phases(phase: str, state: str, repaired: bool) -> None:
    one = imported({**BASE, "phase": phase})
    assert one.card.authority.state == state
    assert ("phase" in told(one)) == repaired


def test_a_supplier_says_nothing_of_how_the_tool_is_held() -> None:
    one = imported({**BASE, "external_supplier_involvement": "Yes", "external_supplier": "Aquavigie"})
    assert (one.card.authority.holding, one.card.maker.maker) == ("", "Aquavigie")
    assert "ATRS, external_supplier_involvement: Yes" in one.card.authority.provenance


def test_what_says_nothing_is_left_out_and_told() -> None:
    one = imported({**BASE, "appeals_and_review": "N/A"})
    assert one.card.authority.contest == ""
    assert told(one)["appeals_and_review"] == ("", "says nothing; left out")


def test_html_lists_and_what_is_said_twice() -> None:
    one = imported({**BASE, "benefit": "<p>Less waste.</p>", "Benefits": ["Lower bills."], "name*": "Leak finder"})
    assert one.card.authority.benefit == "Less waste.\nLower bills."
    assert {why for _made, why in told(one).values()} >= {"HTML taken out", "said twice: put together"}


def test_what_no_entry_says_is_kept() -> None:
    one = imported({**BASE, "model_task": "Find leaks", "region": "Wales", "colour": "Blue"})
    assert set(one.card.authority.provenance) == {
        "ATRS, model_task: Find leaks", "ATRS, region: Wales", "ATRS, colour: Blue",
    }  # fmt: skip


def test_a_title_and_a_sentence_besides_are_kept() -> None:
    one = imported({**BASE, "title": "Exampleshire: leaks", "one_sentence_description": "It finds leaks."})
    assert one.card.maker.title == {"en": "Leak finder"}
    assert "ATRS, title: Exampleshire: leaks" in one.card.authority.provenance


def test_missing_attributes_are_told_once_with_their_count() -> None:
    one = imported(BASE)
    assert [repair.where for repair in one.repairs] == ["record"]
    assert one.repairs[0].why == "required by version 3.0, and empty: 50"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"{", b"[]", b"a,b\n", b'[{"colour": "blue"}]'])
def test_what_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="British") as caught:
        read(content)
    assert caught.value.faults
