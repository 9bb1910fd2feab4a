"""DCAT-AP 3.0 in JSON-LD: a catalogue, a dataset for each card, and what MLDCAT-AP 3.1 says of footprint and risks.

MLDCAT-AP ties footprint and risks to runs and learned models, which require facts that a card does not hold (a file, a
flow, the data trained on). Here the card's dataset is related to them (``dct:relation``), which DCAT-AP permits.
The context is in the document: no reader needs the network.
"""

import datetime
from collections.abc import Sequence
from typing import Any

from agglo.contract.card.substance import says_something
from agglo.contract.language import LANGUAGES, N_, Text, _, speaking
from agglo.footprint.record import Bounds
from agglo.trust.register.exports import recording
from agglo.trust.register.exports.fields import FieldList, is_empty
from agglo.trust.register.exports.recording import is_link
from agglo.trust.register.exports.target import Exported, Lack, Subject, Target
from agglo.trust.register.use import Use

_AUTHORITY = "http://publications.europa.eu/resource/authority"
_PUBLISHER = "_:publisher"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "it6": "http://data.europa.eu/it6/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Namespaces of the document: DCAT 3, Dublin Core, FOAF, MLDCAT-AP (it6), RDF Schema, vCard, XML Schema."""


def export(subjects: Sequence[Subject], *, today: datetime.date) -> Exported:
    """One catalogue with a dataset for each card, as JSON-LD."""
    lacks: list[Lack] = []
    fields = FieldList.read("dcat")
    name = subjects[0].authority.name if subjects else ""
    if not name:
        lacks += [one for one in fields.lacks({}) if one.target_field.startswith("dcat:Catalog")]
    datasets = []
    for one in subjects:
        node = _dataset(one)
        datasets.append(node)
        lacks += [recording.named(subjects, one, lack) for lack in _lacks(one, node)]
    content = {"@context": CONTEXT, **_catalogue(subjects, datasets, today)}
    return Exported(recording.as_json(content), lacks)


def _catalogue(subjects: Sequence[Subject], datasets: Sequence[Any], today: datetime.date) -> dict[str, Any]:
    authority = subjects[0].authority if subjects else None
    name = authority.name if authority else ""
    titles, about = {}, {}
    for code in LANGUAGES:
        with speaking(code):
            titles[code] = _("Register of algorithms: {authority}").format(authority=name)
            about[code] = _("The algorithms that {authority} uses, plans or has retired.").format(authority=name)
    publisher = {"@id": _PUBLISHER, "@type": "foaf:Agent", "foaf:name": name}
    website = authority.website if authority else ""
    return _without_nothing(
        {
            "@type": "dcat:Catalog",
            "dct:title": _literals(titles),
            "dct:description": _literals(about),
            "dct:publisher": publisher if name else "",
            "foaf:homepage": _link(website),
            "dct:modified": _date(today.isoformat()),
            "dct:language": _languages(titles),
            "dcat:themeTaxonomy": {"@id": f"{_AUTHORITY}/data-theme"},
            "dcat:dataset": list(datasets),
        }
    )


def _dataset(subject: Subject) -> dict[str, Any]:
    """The card as a dataset; what it does not say is left out."""
    maker, said = subject.card.maker, subject.card.authority
    theme = recording.values("dcat")["themes"].get(said.theme)
    name = f"{subject.page}#algorithm" if subject.page else f"_:card-{subject.id}"
    return _without_nothing(
        {
            "@id": name,
            "@type": "dcat:Dataset",
            "dct:identifier": subject.id,
            "dct:title": _literals(maker.title),
            "dct:description": _literals(maker.purpose),
            "dct:publisher": {"@id": _PUBLISHER} if subject.authority.name else "",
            "dcat:contactPoint": _contact(subject),
            "dcat:theme": {"@id": f"{_AUTHORITY}/data-theme/{theme}"} if theme else "",
            "dcat:keyword": said.tags,
            "dcat:landingPage": _link(said.website) or _link(subject.page),
            "dcat:version": maker.version,
            "dct:language": _languages(maker.purpose),
            "dct:modified": _date(said.updated),
            "dct:provenance": [{"@type": "dct:ProvenanceStatement", "rdfs:label": one} for one in said.provenance],
            "dcat:distribution": _distribution(subject),
            "dct:relation": [one for one in (_impact(subject.use), _risk(subject)) if one],
        }
    )


def _lacks(subject: Subject, node: dict[str, Any]) -> list[Lack]:
    """What a dataset lacks, then what a learned model would need that the card does not say."""
    said: dict[str, object] = {
        f"dcat:Dataset {name}": node.get(name, "") for name in ("dct:title", "dct:description", "dcat:contactPoint")
    }
    said |= {f"dcat:Dataset {name}": node.get(name, "") for name in ("dcat:theme", "dcat:keyword")}
    said["dcat:Distribution dcat:accessURL"] = node.get("dcat:distribution", "")
    said["it6:EnvironmentalImpact"] = "known" if _impact(subject.use) else ""
    said["dcat:Catalog dct:publisher"] = "said of the catalogue"
    lacks = FieldList.read("dcat").lacks(said)
    if {"learning", "generative"} & set(subject.card.maker.techniques):
        why = _("needed to describe it as a learned model too; it is described as a dataset alone")
        needed = recording.values("dcat")["learned_model"]
        lacks += [Lack(name, entry, why, required=False) for name, entry in needed.items() if not _said(subject, entry)]
    return lacks


def _said(subject: Subject, entry: str) -> bool:
    return bool(entry) and not is_empty(subject.card.value(entry))


def _contact(subject: Subject) -> dict[str, Any] | str:
    said = subject.card.authority
    reach = _link(said.contact)
    if not reach and "@" in said.contact and " " not in said.contact:
        reach = {"@id": f"mailto:{said.contact}"}
    if not reach:
        return ""
    key = "vcard:hasURL" if is_link(said.contact) else "vcard:hasEmail"
    return {"@type": "vcard:Kind", "vcard:fn": said.service or subject.authority.name or subject.id, key: reach}


def _distribution(subject: Subject) -> dict[str, Any] | str:
    access = _link(subject.page) or _link(subject.card.authority.website)
    if not access:
        return ""
    kind = {"@id": f"{_AUTHORITY}/file-type/HTML"}
    return {"@type": "dcat:Distribution", "dcat:accessURL": access, "dct:format": kind}


def _impact(use: Use) -> dict[str, Any] | None:
    """The footprint of the kept runs and declarations, in figures with their unit; None where none is known."""
    energy, carbon = _figure(use.energy_kwh, "kWh"), _figure(use.carbon_g, "gCO2e")
    if not energy and not carbon:
        return None
    method = {}
    for code in LANGUAGES:
        with speaking(code):
            method[code] = _methodology(use)
    impact = {"it6:powerConsumption": energy, "it6:carbonEmitted": carbon}
    return _without_nothing(
        {"@type": "it6:EnvironmentalImpact", **impact, "it6:measurementMethodology": _literals(method)}
    )


def _figure(bounds: Bounds | None, unit: str) -> str:
    return f"{bounds.central:.6g} {unit}" if bounds and bounds.central is not None else ""


def _methodology(use: Use) -> str:
    """How the footprint was obtained, in the language in force."""
    parts = []
    if use.runs:
        said = _("Finished runs counted: {known} of {runs}, from {first} to {last}.")
        parts.append(said.format(known=use.known, runs=use.runs, first=use.first[:10], last=use.last[:10]))
    if use.declared:
        parts.append(_("Declarations counted: {declared}.").format(declared=use.declared))
    if use.method:
        parts.append(
            _("Method: {method}; factors: {factors}.").format(method=use.method, factors=use.factor_set or "?")
        )
    for bounds, unit in ((use.energy_kwh, "kWh"), (use.carbon_g, "gCO2e")):
        if bounds and bounds.low is not None and bounds.high is not None:
            span = _("Between {low} and {high} {unit}.")
            parts.append(span.format(low=f"{bounds.low:.6g}", high=f"{bounds.high:.6g}", unit=unit))
    return " ".join(parts)


def _risk(subject: Subject) -> dict[str, Any] | None:
    """The risks that the authority declares, as one risk of harm; None where it declares none."""
    said = subject.card.authority
    if not says_something(said.risks):
        return None
    return _without_nothing(
        {
            "@type": "it6:HarmRisk",
            "dct:title": _("Declared risks"),
            "dct:description": said.risks,
            "it6:mitigation": said.mitigations,
        }
    )


def _literals(text: Text) -> list[dict[str, str]]:
    return [{"@value": value, "@language": code} for code, value in text.items() if says_something(value)]


def _languages(text: Text) -> list[dict[str, str]]:
    codes = recording.values("dcat")["languages"]
    return [{"@id": f"{_AUTHORITY}/language/{codes[code]}"} for code in text if code in codes]


def _link(text: str) -> dict[str, str] | str:
    return {"@id": text} if is_link(text) else ""


def _date(day: str) -> dict[str, str] | str:
    return {"@value": day, "@type": "xsd:date"} if day else ""


def _without_nothing(node: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in node.items() if not is_empty(value)}


TARGETS: tuple[Target, ...] = (
    Target(
        id="dcat-ap",
        title=N_("European catalogue of data (DCAT-AP 3.0)"),
        about=N_(
            "A catalogue in JSON-LD that European data portals harvest, with footprint and risks (MLDCAT-AP 3.1)."
        ),
        source=N_("SEMIC, DCAT-AP 3.0.0 and MLDCAT-AP 3.1.0, read on 24 November 2026"),
        media_type="application/ld+json",
        extension="jsonld",
        export=export,
    ),
)
