"""Records for the Dutch register: strictly valid once a card is complete in Dutch, and honest where it is not."""

import datetime
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.card import AuthorityPart, Card, MakerPart
from agglo.trust.register.exports import dutch, find
from agglo.trust.register.exports.fields import FieldList
from agglo.trust.register.exports.target import Exported
from agglo.trust.register.imports import dutch as imports
from tests.trust.register.samples import authority, complete_card, public_card, subject

TODAY = datetime.date(2026, 11, 24)
GOVERNANCE = Path(__file__).parents[5] / "shared" / "data" / "governance"
FILLED = sorted((GOVERNANCE / "nl_filled_records").glob("*.json"))
shared = pytest.mark.skipif(not FILLED, reason="the filled Dutch records are not on this machine")

MAKER: dict[str, Any] = {
    "title": {"nl": "Lekken achter de meter opsporen"},
    "purpose": {"nl": "Zoekt verbruik dat niet klopt en waarschuwt de bewoner voor een lek."},
    "method": {"nl": "Vergelijkt de stroming van elke nacht met die van dertig nachten ervoor."},
    "maker": "Aquavigie SAS",
}
SAID: dict[str, Any] = {
    "state": "in-use",
    "holding": "bought",
    "contact": "water@agglo.example",
    "theme": "water",
    "since": "2025-03",
    "website": "https://agglo.example/lekken",
    "tags": ["water", "lek"],
    "benefit": "Er gaat minder water verloren en een rekening wordt niet te hoog.",
    "alternative": "Meters te voet aflezen, maar dat kan niet vaak genoeg.",
    "individual_decisions": "no",
    "human_oversight": "Een medewerker leest elke melding na en kan die afwijzen.",
    "sources": [
        {"what": "Uurstanden van de meters", "collected": "op afstand uitgelezen"},
        {"what": "Open waterdata", "source": "https://water.example/open"},
    ],
    "legal_basis": "De gemeente zorgt voor drinkwater.\nDrinkwaterwet: https://wet.example/drinkwater",
    "risks": "Een melding kan niet kloppen.",
    "mitigations": "Een medewerker kijkt het na voor de brief.\nZ-Inspection",
    "ai_act_class": "minimal",
    "impact_assessment": "Impact Assessment Mensenrechten en Algoritmes (IAMA): https://agglo.example/iama",
    "data_protection_assessment": "Een DPIA is uitgevoerd met een laag risico.",
}


def dutch_card(maker: Mapping[str, Any] | None = None, **changed: Any) -> Card:
    return Card(
        maker=MakerPart.model_validate({**MAKER, **(maker or {})}),
        authority=AuthorityPart.model_validate({**SAID, **changed}),
    )


def exported(card: Card, **changed: Any) -> Exported:
    return dutch.export([subject(card, **changed)], today=TODAY)


def record(card: Card, **changed: Any) -> dict[str, Any]:
    (found,) = json.loads(exported(card, **changed).content)
    return dict(found)


def required(export: Exported) -> set[str]:
    return {one.target_field for one in export.lacks if one.required}


def test_a_complete_card_in_dutch_is_valid_and_says_everything_under_its_name() -> None:
    export = exported(dutch_card())
    assert export.is_valid
    assert (export.lacks, export.faults) == ([], [])
    assert json.loads(export.content) == [
        {
            "name": "Lekken achter de meter opsporen",
            "description_short": "Zoekt verbruik dat niet klopt en waarschuwt de bewoner voor een lek.",
            "organization": "Communauté d'agglomération Exemple",
            "category": ["Natuur en milieu"],
            "status": "In gebruik",
            "begin_date": "2025-03",
            "contact_email": "water@agglo.example",
            "website": "https://agglo.example/lekken",
            "publication_category": "Overige algoritmes",
            "url": "https://portail.example/register/fuites",
            "goal": "Er gaat minder water verloren en een rekening wordt niet te hoog.",
            "proportionality": "Meters te voet aflezen, maar dat kan niet vaak genoeg.",
            "human_intervention": "Een medewerker leest elke melding na en kan die afwijzen.",
            "risks": "Een melding kan niet kloppen.\nEen medewerker kijkt het na voor de brief.",
            "lawful_basis": "De gemeente zorgt voor drinkwater.",
            "lawful_basis_grouping": [{"title": "Drinkwaterwet", "link": "https://wet.example/drinkwater"}],
            "impacttoetsen_grouping": [
                {"title": "Impact Assessment Mensenrechten en Algoritmes (IAMA)", "link": "https://agglo.example/iama"},
                {"title": "Z-Inspection"},
            ],
            "impacttoetsen": "Een DPIA is uitgevoerd met een laag risico.",
            "source_data": "Uurstanden van de meters (op afstand uitgelezen)",
            "source_data_grouping": [{"title": "Open waterdata", "link": "https://water.example/open"}],
            "methods_and_models": "Vergelijkt de stroming van elke nacht met die van dertig nachten ervoor.",
            "provider": "Aquavigie SAS",
            "lang": "nld",
            "standard_version": "1.0",
            "source_id": "fuites",
            "tags": "water, lek",
        }
    ]


def test_french_texts_are_never_said_to_be_dutch() -> None:
    export = exported(complete_card())
    assert not export.is_valid
    assert required(export) == {"lang"}
    assert {one.entry for one in export.lacks} >= {"maker.title", "authority.benefit", "authority.sources"}
    assert "lang" not in record(complete_card())


def test_one_french_text_among_dutch_ones_is_enough() -> None:
    export = exported(dutch_card(benefit="Moins d'eau perdue pour les ménages et une facture qui est juste."))
    assert [one.entry for one in export.lacks] == ["authority.benefit"]
    assert not export.is_valid


@pytest.mark.parametrize(
    ("name", "maker", "said", "why"),
    [
        ("name", {"title": {"nl": "x" * 101}}, {}, "too long: 101 characters, 100 at most; left out"),
        ("description_short", {"purpose": {"nl": "y" * 401}}, {}, "too long: 401 characters, 400 at most; left out"),
        ("risks", {}, {"risks": "z" * 2501, "mitigations": ""}, "too long: 2501 characters, 2500 at most; left out"),
    ],
)
def test_what_is_too_long_is_told_and_never_cut(name: str, maker: Any, said: Any, why: str) -> None:
    card = dutch_card(maker, **said)
    (lack,) = [one for one in exported(card).lacks if one.target_field == name]
    assert lack.why == why
    assert lack.required == FieldList.read("dutch")[name].required
    assert name not in record(card)
    assert exported(card).is_valid == (not lack.required)


def test_a_text_of_the_longest_permitted_length_stands() -> None:
    assert len(record(dutch_card({"title": {"nl": "x" * 100}}))["name"]) == 100


def test_a_title_of_a_link_that_is_too_long_is_told() -> None:
    export = exported(dutch_card(legal_basis=f"{'w' * 101}: https://wet.example/a"))
    assert [(one.target_field, one.required) for one in export.lacks] == [("lawful_basis_grouping.title", False),
                                                                         ("lawful_basis", False)]  # fmt: skip
    assert export.is_valid


def test_a_page_that_is_no_link_is_left_out_and_told() -> None:
    (lack,) = exported(dutch_card(website="zie de gemeentegids")).lacks
    assert (lack.target_field, lack.required) == ("website", False)
    assert "left out" in lack.why


def test_a_contact_that_is_neither_address_nor_page_is_a_fault() -> None:
    export = exported(dutch_card(contact="Loket 3"))
    assert len(export.faults) == 1
    assert export.faults[0].startswith('contact_email: "Loket 3"')
    assert not export.is_valid


@pytest.mark.parametrize("text", ["onbekend", "N.v.t.", "Niet van toepassing"])
def test_a_text_that_says_nothing_is_lacking(text: str) -> None:
    assert [one.target_field for one in exported(dutch_card(human_oversight=text)).lacks] == ["human_intervention"]


def test_an_idea_has_no_status_there() -> None:
    assert required(exported(dutch_card(state="idea"))) == {"status"}


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ({"ai_act_class": "high-risk", "individual_decisions": "yes"}, "Hoog-risico AI-systeem"),
        ({"ai_act_class": "minimal", "individual_decisions": "yes"}, "Impactvolle algoritmes"),
        ({"ai_act_class": "transparency", "individual_decisions": "no"}, "Overige algoritmes"),
        ({"ai_act_class": "", "provenance": ["Algoritmeregister, publication_category: Impactvolle algoritmes"]},
         "Impactvolle algoritmes"),
    ],
)  # fmt: skip
def test_publication_category(said: dict[str, Any], category: str) -> None:
    assert record(dutch_card(**said))["publication_category"] == category


@pytest.mark.parametrize("said", [{"ai_act_class": ""}, {"ai_act_class": "prohibited"}, {"individual_decisions": ""}])
def test_a_publication_category_is_not_guessed(said: dict[str, Any]) -> None:
    assert required(exported(dutch_card(**said))) == {"publication_category"}


def test_every_theme_has_a_permitted_area() -> None:
    from agglo.contract.card import ENTRIES

    permitted = FieldList.read("dutch")["category"].permitted
    for theme in ENTRIES["authority.theme"].choices:
        assert record(dutch_card(theme=theme))["category"][0] in permitted


def test_made_here_without_a_maker_is_said_as_the_standard_asks() -> None:
    assert record(dutch_card({"maker": ""}, holding="in-house"))["provider"] == "Intern ontwikkeld"


def test_an_authority_without_a_name_is_lacking() -> None:
    assert required(exported(dutch_card(), authority=authority(name=""))) == {"organization"}


def test_lacks_name_the_card_where_there_are_several() -> None:
    cards = [subject(dutch_card(), "een"), subject(dutch_card(state="idea"), "twee")]
    export = dutch.export(cards, today=TODAY)
    assert [one.target_field for one in export.lacks] == ["twee: status"]
    assert [one["source_id"] for one in json.loads(export.content)] == ["een", "twee"]


def test_it_is_a_target() -> None:
    target = find("dutch")
    assert (target.media_type, target.extension, target.several) == ("application/json", "json", True)
    assert target.applies(public_card())


def against(config: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Everything against a record under the configuration of fields of the register itself, read strictly."""
    faults = [f"{name}: not a field" for name in found if name not in config]
    for name, rules in config.items():
        value = found.get(name)
        if value is None:
            faults += [f"{name}: required"] if rules.get("required") is True else []
            continue
        texts = value if rules["type"] == "array" and "items" not in rules else [value]
        if rules["type"] == "array" and not isinstance(value, list):
            faults.append(f"{name}: not a list")
        elif "items" in rules:
            faults += [fault for one in value for fault in against_item(name, rules["items"], one)]
        else:
            faults += [fault for one in texts for fault in against_text(name, rules, one)]
    return faults


def against_text(name: str, rules: Mapping[str, Any], text: object) -> list[str]:
    if not isinstance(text, str) or not text.strip():
        return [f"{name}: not a text"]
    checks = {
        "too long": len(text) > rules.get("max_length", len(text)),
        "not permitted": text not in rules.get("permitted_values", [text]),
        "HTML": bool(re.search(r"</?[a-zA-Z][^<>]*>", text)),
        "not a month": name in ("begin_date", "end_date") and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text),
        "not a link": name in ("website", "url", "publiccode", "link") and not re.fullmatch(r"https?://\S+", text),
    }
    return [f"{name}: {what}" for what, wrong in checks.items() if wrong]


def against_item(name: str, rules: Mapping[str, Any], item: Mapping[str, Any]) -> list[str]:
    faults = [f"{name}.{key}: not a field" for key in item if key not in rules]
    for key, rule in rules.items():
        if key in item:
            faults += against_text(key, rule, item[key])
        elif rule.get("required") is True:
            faults.append(f"{name}.{key}: required")
    return faults


def configuration() -> dict[str, Any]:
    text = (GOVERNANCE / "nl_register_v1_0.json").read_text(encoding="utf-8")
    return dict(json.loads(text)["properties"])


@pytest.mark.shared
@shared
def test_our_list_of_fields_is_that_of_the_register() -> None:
    config = configuration()
    ours = FieldList.read("dutch")
    assert ours.names == list(config)
    for one in ours.fields:
        rules = config[one.name]
        assert one.required == (rules.get("required") is True), one.name
        assert one.most == rules.get("max_length"), one.name
        assert set(one.permitted) == set(rules.get("permitted_values", [])), one.name


@pytest.mark.shared
@shared
def test_a_complete_card_is_valid_by_the_configuration_itself() -> None:
    assert against(configuration(), record(dutch_card())) == []


@pytest.mark.shared
@shared
@pytest.mark.parametrize("path", FILLED, ids=lambda path: path.stem)
def test_every_filled_record_comes_back_strictly_valid_once_completed(path: Path) -> None:
    config = configuration()
    given = json.loads(path.read_text(encoding="utf-8-sig"))
    for one, before in zip(imports.read(path.read_bytes()), given, strict=True):
        assert against(config, before)
        lacking = exported(one.card, id=one.id, page="")
        assert {lack.target_field for lack in lacking.lacks if lack.required} <= {"contact_email", "lang"}
        said = one.card.authority.model_copy(update={"contact": one.card.authority.contact or "algo@agglo.example"})
        completed = one.card.model_copy(update={"authority": said})
        export = exported(completed, id=one.id, page="")
        assert export.is_valid, (one.id, export.lacks, export.faults)
        (after,) = json.loads(export.content)
        assert against(config, after) == [], one.id
        assert_texts_came_back(before, after)


def assert_texts_came_back(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Word for word, HTML and blanks apart; what was no link in a list of links stands below the text on data."""
    texts = (
        *("name", "description_short", "goal", "proportionality", "human_intervention", "risks", "source_data"),
        *("methods_and_models", "provider", "impacttoetsen", "status", "publication_category", "begin_date", "tags"),
    )
    for name in texts:
        expected, found = words(before.get(name)), words(after.get(name))
        assert found[: len(expected)] == expected, name
        assert len(found) == len(expected) or name == "source_data", name
    assert (before.get("category") or []) == after.get("category", [])


def words(text: object) -> list[str]:
    return re.sub(r"<[^<>]*>", " ", str(text or "")).replace("\u00a0", " ").split()
