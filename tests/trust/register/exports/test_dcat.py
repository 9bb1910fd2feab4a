"""The European catalogue: read by RDF tools without the network, and valid under shapes of ours and of SEMIC."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.card import ENTRIES, Card
from agglo.contract.language import speaking
from agglo.trust.register.exports import dcat, find
from agglo.trust.register.exports.target import Exported, Subject
from tests.trust.register.exports.measured import USED
from tests.trust.register.samples import authority, complete_card, high_risk_card, public_card, subject

rdflib = pytest.importorskip("rdflib", reason="rdflib reads the catalogue in tests; it is not installed")
pyshacl = pytest.importorskip("pyshacl", reason="pyshacl checks the catalogue in tests; it is not installed")

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
"""rdflib's own reader of JSON-LD uses what rdflib deprecates."""

TODAY = datetime.date(2026, 11, 24)
OFFICIAL = Path(__file__).parents[5] / "shared" / "data" / "governance" / "dcat_ap_3_0_0_shapes.ttl"
DCAT, DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
IT6 = "http://data.europa.eu/it6/"

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix it6: <http://data.europa.eu/it6/> .
@prefix : <urn:shapes:> .

:catalogue a sh:NodeShape ; sh:targetClass dcat:Catalog ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ;
  sh:property [ sh:path dct:description ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ;
  sh:property [ sh:path dct:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:class foaf:Agent ] .
:dataset a sh:NodeShape ; sh:targetClass dcat:Dataset ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ;
  sh:property [ sh:path dct:description ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ;
  sh:property [ sh:path dcat:theme ; sh:nodeKind sh:IRI ] ;
  sh:property [ sh:path dcat:landingPage ; sh:nodeKind sh:BlankNodeOrIRI ] .
:distribution a sh:NodeShape ; sh:targetClass dcat:Distribution ;
  sh:property [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:BlankNodeOrIRI ] .
:agent a sh:NodeShape ; sh:targetClass foaf:Agent ;
  sh:property [ sh:path foaf:name ; sh:minCount 1 ; sh:nodeKind sh:Literal ] .
:impact a sh:NodeShape ; sh:targetClass it6:EnvironmentalImpact ;
  sh:property [ sh:path it6:powerConsumption ; sh:maxCount 1 ; sh:nodeKind sh:Literal ] ;
  sh:property [ sh:path it6:carbonEmitted ; sh:maxCount 1 ; sh:nodeKind sh:Literal ] ;
  sh:property [ sh:path it6:measurementMethodology ; sh:minCount 1 ; sh:nodeKind sh:Literal ] .
:risk a sh:NodeShape ; sh:targetClass it6:HarmRisk ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:maxCount 1 ] ;
  sh:property [ sh:path dct:description ; sh:minCount 1 ; sh:maxCount 1 ] .
"""
"""Written for these tests from the list of what DCAT-AP 3.0 and MLDCAT-AP 3.1 require."""


def export(*subjects: Subject) -> Exported:
    return dcat.export(subjects, today=TODAY)


def graph(content: bytes) -> Any:
    return rdflib.Graph().parse(data=content, format="json-ld")


def conforms(content: bytes, shapes: str) -> tuple[bool, str]:
    valid, _graph, text = pyshacl.validate(
        graph(content), shacl_graph=rdflib.Graph().parse(data=shapes, format="turtle"), advanced=False
    )
    return bool(valid), str(text)


def everything() -> list[Subject]:
    """A card of each kind: measured, declared by nobody, without a page, and one that says almost nothing."""
    return [
        subject(complete_card(), use=USED),
        subject(public_card(), "assistant", page=""),
        subject(high_risk_card(website="", contact="https://agglo.example/ecoles"), "ecoles", page=""),
    ]


def test_complete_cards_make_a_valid_catalogue() -> None:
    made = export(*everything())
    assert made.is_valid
    assert conforms(made.content, SHAPES) == (True, "Validation Report\nConforms: True\n")
    assert len(set(graph(made.content).subjects(rdflib.RDF.type, rdflib.URIRef(f"{DCAT}Dataset")))) == 3


@pytest.mark.parametrize(
    ("maker", "changed", "missing"),
    [
        ({"title": {}}, {}, "dcat:Dataset dct:title"),
        ({"purpose": {"fr": "inconnu"}}, {}, "dcat:Dataset dct:description"),
        ({}, {"authority": authority(name="")}, "dcat:Catalog dct:publisher"),
    ],
)
def test_what_is_required_and_not_said_is_lacking_and_not_valid(maker: Any, changed: Any, missing: str) -> None:
    card = complete_card()
    made = export(subject(card.model_copy(update={"maker": card.maker.model_copy(update=maker)}), **changed))
    assert [one.target_field for one in made.lacks if one.required] == [missing]
    assert not made.is_valid
    assert not conforms(made.content, SHAPES)[0]


def test_the_dataset_says_what_the_card_says() -> None:
    found = graph(export(subject(complete_card())).content)
    card = rdflib.URIRef("https://portail.example/register/fuites#algorithm")
    titles = {(str(one), one.language) for one in found.objects(card, rdflib.URIRef(f"{DCT}title"))}
    assert titles == {("Repérage des fuites après compteur", "fr"), ("Leaks behind the meter", "en")}
    assert {str(one) for one in found.objects(card, rdflib.URIRef(f"{DCAT}keyword"))} == {"eau", "fuite", "compteur"}
    (theme,) = found.objects(card, rdflib.URIRef(f"{DCAT}theme"))
    assert str(theme) == "http://publications.europa.eu/resource/authority/data-theme/ENVI"
    (page,) = found.objects(card, rdflib.URIRef(f"{DCAT}landingPage"))
    assert str(page) == "https://agglo.example/eau/fuites"
    assert {str(one) for one in found.objects(card, rdflib.URIRef(f"{DCT}identifier"))} == {"fuites"}
    (mail,) = found.objects(None, rdflib.URIRef("http://www.w3.org/2006/vcard/ns#hasEmail"))
    assert str(mail) == "mailto:eau@agglo.example"


def test_the_footprint_bears_units_method_and_bounds() -> None:
    found = graph(export(subject(complete_card(), use=USED)).content)
    (impact,) = found.subjects(rdflib.RDF.type, rdflib.URIRef(f"{IT6}EnvironmentalImpact"))
    (energy,) = found.objects(impact, rdflib.URIRef(f"{IT6}powerConsumption"))
    (carbon,) = found.objects(impact, rdflib.URIRef(f"{IT6}carbonEmitted"))
    assert (str(energy), str(carbon)) == ("0.25 kWh", "12 gCO2e")
    methods = {one.language: str(one) for one in found.objects(impact, rdflib.URIRef(f"{IT6}measurementMethodology"))}
    assert methods["en"] == (
        "Finished runs counted: 11 of 12, from 2025-04-02 to 2026-10-30. Method: Green Algorithms v3.0; "
        "factors: GA-3.0. Between 0.125 and 0.5 kWh. Between 6 and 24 gCO2e."
    )
    related = set(found.objects(None, rdflib.URIRef(f"{DCT}relation")))
    assert impact in related


def test_no_footprint_is_written_where_none_is_known() -> None:
    made = export(subject(complete_card()))
    assert b"EnvironmentalImpact" not in made.content
    assert "it6:EnvironmentalImpact" in {one.target_field for one in made.lacks}
    assert made.is_valid


def test_risks_and_what_is_done_about_them() -> None:
    found = graph(export(subject(complete_card())).content)
    (risk,) = found.subjects(rdflib.RDF.type, rdflib.URIRef(f"{IT6}HarmRisk"))
    (done,) = found.objects(risk, rdflib.URIRef(f"{IT6}mitigation"))
    assert str(done).startswith("Relecture par un agent")
    assert b"HarmRisk" not in export(subject(complete_card(risks="à définir"))).content


def test_a_learned_model_is_described_as_one_only_if_all_is_known() -> None:
    made = export(subject(public_card()))
    assert b"MachineLearningModel" not in made.content
    assert {one.target_field for one in made.lacks if "MachineLearningModel" in one.target_field} == {
        "it6:MachineLearningModel dct:created",
        "it6:MachineLearningModel it6:hasFile",
        "it6:MachineLearningModel it6:trainedOn",
    }
    assert made.is_valid
    assert not any("MachineLearningModel" in one.target_field for one in export(subject(complete_card())).lacks)


def test_without_any_page_there_is_no_distribution() -> None:
    made = export(subject(complete_card(website=""), page=""))
    assert b"dcat:Distribution" not in made.content
    assert "dcat:Distribution dcat:accessURL" in {one.target_field for one in made.lacks}
    assert conforms(made.content, SHAPES)[0]


def test_the_context_is_in_the_document() -> None:
    content = json.loads(export(subject(complete_card())).content)
    assert all(isinstance(one, str) and one.endswith(("#", "/")) for one in content["@context"].values())


@pytest.mark.parametrize("theme", ENTRIES["authority.theme"].choices)
def test_every_theme_has_its_code(theme: str) -> None:
    assert b"/data-theme/" in export(subject(complete_card(theme=theme))).content.replace(b'authority/data-theme"', b"")


def test_the_catalogue_is_in_both_languages_whatever_is_spoken() -> None:
    with speaking("en"):
        english = export(subject(complete_card()))
    titles = json.loads(english.content)["dct:title"]
    assert [one["@language"] for one in titles] == ["fr", "en"]


def test_an_empty_card_lists_what_it_lacks() -> None:
    made = export(subject(Card(), "vide", page=""))
    assert {one.target_field for one in made.lacks if one.required} == {
        "dcat:Dataset dct:title", "dcat:Dataset dct:description",
    }  # fmt: skip
    assert graph(made.content)


def test_no_card_at_all_is_no_catalogue() -> None:
    assert not dcat.export([], today=TODAY).is_valid


def test_it_is_a_target() -> None:
    target = find("dcat-ap")
    assert (target.media_type, target.extension, target.several) == ("application/ld+json", "jsonld", True)


@pytest.mark.shared
@pytest.mark.skipif(not OFFICIAL.is_file(), reason="the SHACL shapes of DCAT-AP 3.0.0 are not on this machine")
def test_complete_cards_pass_the_official_shapes() -> None:
    shapes = OFFICIAL.read_text(encoding="utf-8")
    valid, report = conforms(export(*everything()).content, shapes)
    assert valid, report
    assert not conforms(export(subject(Card(), "vide", page="")).content, shapes)[0]
