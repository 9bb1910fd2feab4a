"""Dutch records made into cards: every defect is told, nothing is invented and nothing is lost."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.card import Card, Source
from agglo.contract.errors import InvalidInput
from agglo.trust.register.imports import Imported
from agglo.trust.register.imports.dutch import read

FOLDER = Path(__file__).parents[5] / "shared" / "data" / "governance" / "nl_filled_records"
FILLED = sorted(FOLDER.glob("*.json"))
shared = pytest.mark.skipif(not FILLED, reason="the filled Dutch records are not on this machine")

RECORD: dict[str, Any] = {
    "name": "Parkeerauto",
    "description_short": "Leest kentekens.",
    "organization": "Gemeente Voorbeeld",
    "category": ["Verkeer"],
    "status": "In gebruik",
    "begin_date": "2023-01",
    "contact_email": "algo@voorbeeld.example",
    "publication_category": "Impactvolle algoritmes",
    "goal": "Sneller weten wie er niet betaalde.",
    "lang": "nld",
    "standard_version": "1.0",
    "source_id": "parkeren-7",
}


def imported(**changed: Any) -> Imported:
    given = {name: value for name, value in {**RECORD, **changed}.items() if value != "absent"}
    (one,) = read(json.dumps([given]).encode())
    return one


def card(**changed: Any) -> Card:
    return imported(**changed).card


def repairs(**changed: Any) -> list[tuple[str, str, str]]:
    return [(one.where, one.found, one.made) for one in imported(**changed).repairs]


def whys(one: Imported, where: str) -> list[str]:
    return [repair.why for repair in one.repairs if repair.where == where]


def test_a_record_as_the_standard_asks_needs_no_repair() -> None:
    one = imported()
    assert one.repairs == ()
    assert one.id == "parkeren-7"
    assert one.card.maker.title == {"nl": "Parkeerauto"}
    assert one.card.maker.purpose == {"nl": "Leest kentekens."}
    said = one.card.authority
    assert (said.state, said.theme, said.since, said.contact) == (
        "in-use", "mobility", "2023-01", "algo@voorbeeld.example",
    )  # fmt: skip
    assert said.benefit == "Sneller weten wie er niet betaalde."
    assert "Algoritmeregister, organization: Gemeente Voorbeeld" in said.provenance
    assert said.need == said.ai_act_class == said.individual_decisions == ""


@pytest.mark.parametrize(
    "wrap", [lambda one: one, lambda one: [one], lambda one: {"algorithms": [one]}, lambda one: {"results": [one]}]
)
def test_one_object_a_list_or_an_object_with_the_list(wrap: Any) -> None:
    content = b"\xef\xbb\xbf" + json.dumps(wrap(RECORD), ensure_ascii=False).encode()
    assert [one.id for one in read(content)] == ["parkeren-7"]


@pytest.mark.parametrize(
    "content",
    [b"", b"name;goal", b"[]", b"\xff\xfe", b'"text"', b"[1, {}, null]", b"[" * 100_000, b'[{"name": "\\ud800"}]'],
)
def test_what_is_no_list_of_records_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="cannot be read") as caught:
        read(content)
    assert caught.value.faults


def test_every_item_that_is_no_record_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        read(b"[1, {}, null]")
    assert [fault.where for fault in caught.value.faults] == ["record 1", "record 3"]


def test_language_in_capitals() -> None:
    assert repairs(lang="NLD") == [("lang", "NLD", "nld")]
    assert card(lang="NLD").maker.title == {"nl": "Parkeerauto"}


def test_texts_in_another_language_go_under_it() -> None:
    assert card(lang="eng").maker.title == {"en": "Parkeerauto"}


@pytest.mark.parametrize("name", ["organization", "contact_email", "description_short", "status"])
@pytest.mark.parametrize("value", ["absent", None, "", []])
def test_required_and_empty_is_told(name: str, value: object) -> None:
    assert whys(imported(**{name: value}), name) == ["required, and empty"]


def test_html_is_taken_out() -> None:
    html = "<div><p>Eerst&nbsp;dit.</p><p><br></p><ul><li>Dan <b>dat</b></li></ul></div>"
    one = imported(goal=html)
    assert one.card.authority.benefit == "Eerst dit.\n- Dan dat"
    assert whys(one, "goal") == ["HTML taken out"]


def test_a_link_in_html_is_kept_behind_its_words() -> None:
    assert card(risks='<p>Zie <a href="https://a.example">het plan</a>.</p>').authority.risks == (
        "Zie het plan (https://a.example)."
    )


@pytest.mark.parametrize(
    ("written", "month"),
    [("01-2023", "2023-01"), ("2023-01-15", "2023-01"), ("15-01-2023", "2023-01"), ("1/2023", "2023-01"),
     ("maart 2023", "2023-03"), ("2023/11", "2023-11"), ("2023", ""), ("13-2023", ""), ("binnenkort", "")],
)  # fmt: skip
def test_dates_are_put_right_and_never_completed(written: str, month: str) -> None:
    one = imported(begin_date=written)
    assert one.card.authority.since == month
    assert [(repair.found, repair.made) for repair in one.repairs] == [(written, month)]
    assert (f"Algoritmeregister, begin_date: {written}" in one.card.authority.provenance) == (not month)


def test_an_area_that_is_not_permitted_is_kept() -> None:
    one = imported(category=["Parkeren", "Wonen", "recht"])
    assert one.card.authority.theme == "housing"
    assert "Algoritmeregister, area: Parkeren" in one.card.authority.provenance
    assert "Algoritmeregister, category: Wonen; Recht" in one.card.authority.provenance
    assert [repair.found for repair in one.repairs] == ["Parkeren"]


def test_an_area_as_a_text_is_read_as_one() -> None:
    assert card(category="Verkeer").authority.theme == "mobility"
    assert repairs(category="Verkeer") == [("category", "Verkeer", '["Verkeer"]')]


def test_a_status_written_otherwise_and_one_that_is_unknown() -> None:
    assert card(status="in ontwikkeling ").authority.state == "project"
    assert repairs(status="in ontwikkeling ") == [("status", "in ontwikkeling ", "In ontwikkeling")]
    assert card(status="Proef").authority.state == ""
    assert repairs(status="Proef") == [("status", "Proef", "")]


def test_high_risk_is_the_one_category_that_says_a_class() -> None:
    assert card(publication_category="Hoog-risico AI-systeem").authority.ai_act_class == "high-risk"


def test_what_is_too_long_is_kept_whole() -> None:
    one = imported(name="n" * 120)
    assert one.card.maker.title == {"nl": "n" * 120}
    assert whys(one, "name") == ["120 characters, 100 at most; kept whole"]


def test_links() -> None:
    one = imported(
        website="Team Voorbeeld",
        lawful_basis="Twee wetten.",
        lawful_basis_grouping=[
            {"title": "Wegenwet ", "link": " https://wet.example/a "},
            {"title": "https://wet.example/b", "link": "Parkeerwet"},
            {"title": "", "link": ""},
            {"title": "Gemeentewet", "link": ""},
        ],
    )
    assert one.card.authority.website == ""
    assert "Algoritmeregister, website: Team Voorbeeld" in one.card.authority.provenance
    assert one.card.authority.legal_basis == (
        "Twee wetten.\nWegenwet: https://wet.example/a\nParkeerwet: https://wet.example/b\nGemeentewet"
    )
    assert whys(one, "lawful_basis_grouping") == [
        "spaces around it", "title and link swapped", "empty; left out", "without a link; kept as a text",
    ]  # fmt: skip


def test_sources_are_the_text_then_each_link() -> None:
    one = card(
        source_data="<p>Kentekens</p>",
        source_data_grouping=[{"title": "RDW", "link": "https://rdw.example"}, {"title": "Eigen", "link": "intern"}],
        source_data_link="https://extra.example",
    )
    assert one.authority.sources == [
        Source(what="Kentekens"),
        Source(what="RDW", source="https://rdw.example"),
        Source(what="Eigen (intern)"),
        Source(what="https://extra.example", source="https://extra.example"),
    ]


def test_assessments_go_where_their_words_tell() -> None:
    said = card(
        impacttoetsen="De DPIA is klaar.",
        iama_description="Een IAMA volgt in mei.",
        impacttoetsen_grouping=[{"title": "Z-Inspection", "link": "https://z.example"}],
    ).authority
    assert said.data_protection_assessment == "De DPIA is klaar."
    assert said.impact_assessment == "Een IAMA volgt in mei."
    assert said.mitigations == "Z-Inspection: https://z.example"


def test_keys_outside_the_standard_are_told_and_kept() -> None:
    one = imported(type="Zelflerend", uuid=None, eigenaar="Team 4", iama_description=None)
    assert one.card.maker.techniques == ["learning"]
    assert "Algoritmeregister, eigenaar: Team 4" in one.card.authority.provenance
    assert {repair.where for repair in one.repairs} == {"type", "uuid", "eigenaar", "iama_description"}


def test_made_in_house() -> None:
    one = card(provider="Intern ontwikkeld")
    assert (one.authority.holding, one.maker.maker) == ("in-house", "")


def test_identifiers_stand_once_in_a_file() -> None:
    found = read(json.dumps([{"name": "Één naam"}, {"name": "Één naam"}, {"id": "Andere_Naam"}]).encode())
    assert [one.id for one in found] == ["een-naam", "een-naam-2", "andere-naam"]


def test_a_number_or_a_list_in_place_of_a_text() -> None:
    one = imported(name=42, goal=["a"])
    assert one.card.maker.title == {"nl": "42"}
    assert one.card.authority.benefit == ""
    assert {repair.where for repair in one.repairs} == {"name", "goal"}


def test_repairs_are_short_and_texts_are_whole() -> None:
    one = imported(goal=f"<p>{'woord ' * 300}</p>")
    assert len(one.card.authority.benefit.split()) == 300
    assert all(len(repair.found) <= 80 and len(repair.made) <= 80 for repair in one.repairs)


@pytest.mark.shared
@shared
def test_the_defects_of_the_filled_records_are_listed_by_name() -> None:
    """As measured on the files themselves: 16 records in 12 files."""
    found = [one for path in FILLED for one in read(path.read_bytes())]
    assert len(found) == len({one.id for one in found}) == 16
    told = Counter((repair.where, repair.why) for one in found for repair in one.repairs)
    outside = "not a field of standard 1.0"
    assert told["organization", "required, and empty"] == 16
    assert told["contact_email", "required, and empty"] == 14
    assert told["lang", "none of the permitted values"] == 16
    assert told["uuid", f"{outside}, and empty"] == told["iama_description", f"{outside}, and empty"] == 16
    assert told["id", outside] == 16
    assert told["type", outside] == 1
    assert told["type", f"{outside}; kept among the provenance"] == 2
    assert told["source_data_link", outside] == 1
    assert told["website", "not a link; kept among the provenance"] == 1
    assert told["lawful_basis_grouping", "title and link swapped"] == 1
    assert told["lawful_basis_grouping", "spaces around it"] == 1
    assert told["lawful_basis_grouping", "empty; left out"] == 1
    assert told["source_data_grouping", "not a link; kept as a text"] == 1
    given = [one for path in FILLED for one in json.loads(path.read_text(encoding="utf-8-sig"))]
    html = sum(isinstance(text, str) and bool(re.search(r"</?[a-z]+>", text)) for one in given for text in one.values())
    assert html > 90
    assert sum(count for (_where, why), count in told.items() if why == "HTML taken out") == html


@pytest.mark.shared
@shared
@pytest.mark.parametrize("path", FILLED, ids=lambda path: path.stem)
def test_a_filled_record_says_what_it_said(path: Path) -> None:
    given = json.loads(path.read_text(encoding="utf-8-sig"))
    for before, one in zip(given, read(path.read_bytes()), strict=True):
        assert one.card.maker.title["nl"] == before["name"].strip()
        assert one.card.maker.maker == before["provider"]
        assert one.card.authority.state in ("in-use", "project")
        assert "<p>" not in one.card.model_dump_json()


@pytest.mark.parametrize("category", [5, 1.5, True, {"a": 1}])
def test_areas_of_any_kind_are_told(category: object) -> None:
    (one,) = read(json.dumps({"name": "Lek", "category": category}).encode())
    assert next(each.why for each in one.repairs if each.where == "category") == "a list is asked for"


def test_an_address_of_a_page_is_no_identifier() -> None:
    assert [one.id for one in read(b'[{"id": "exports"}, {"id": "exports"}]')] == ["exports-2", "exports-3"]


def test_records_nested_without_end_are_refused() -> None:
    with pytest.raises(InvalidInput, match="nested without end"):
        read(b'{"name": "x", "tags": ' + b"[" * 800 + b"]" * 800 + b"}")
