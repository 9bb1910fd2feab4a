"""The Dutch register of algorithms (Algoritmeregister), records of standard 1.0.

Which field is said by which entry of a card: ``fields/dutch.yaml``, used for imports too; their values:
``values/dutch.yaml``. What no entry says and an import found (areas, links to the code, to the register of processing)
stands among the card's provenance and goes back from there. The register takes texts in Dutch alone.
"""

import datetime
import re
from collections.abc import Iterator, Sequence
from typing import Any

from agglo.contract.card import Card, Source, label
from agglo.contract.language import N_, Text, _, in_language
from agglo.trust.register.exports import recording
from agglo.trust.register.exports.fields import FieldList
from agglo.trust.register.exports.recording import Written, checked, is_link, kept_facts, parted
from agglo.trust.register.exports.target import Exported, Lack, Subject, Target

LANGUAGE = "nl"
VERSION = "1.0"
_PLAIN = ("contact_email", "website", "goal", "proportionality", "human_intervention")
_BY_LANGUAGE = ("name", "description_short", "methods_and_models")
_KEPT = ("process_index_url", "publiccode")
_WRITTEN = ("goal", "proportionality", "human_intervention", "risks", "lawful_basis", "impacttoetsen", "source_data")
"""Texts of the record that entries in any language may say."""


def export(subjects: Sequence[Subject], *, today: datetime.date) -> Exported:  # noqa: ARG001
    """A JSON list of records of standard 1.0."""
    return recording.as_list(subjects, _write)


def _write(subject: Subject) -> Written:
    fields, card = FieldList.read("dutch"), subject.card
    record: dict[str, Any] = dict.fromkeys(fields.names, "")
    record |= {name: card.value(fields[name].entry) for name in _PLAIN}
    record |= {name: _dutch(card.value(fields[name].entry)) for name in _BY_LANGUAGE}
    record |= _around(subject) | _law(card) | _data(card.authority.sources)
    lacks: list[Lack] = []
    for name in recording.values("dutch")["groupings"]:
        record[name], left = _fitting(name, record.get(name, []))
        lacks += left
    foreign = _foreign(card, record)
    record["lang"] = "" if foreign else "nld"
    return checked(fields, record, [*lacks, *foreign])


def _dutch(text: Text) -> str:
    return text.get(LANGUAGE) or in_language(text)


def _around(subject: Subject) -> dict[str, Any]:
    """Whose it is, where it stands and where it is from."""
    said, known = subject.card.authority, recording.values("dutch")
    kept = kept_facts(said.provenance, known["register"])
    in_house = known["in_house"] if said.holding == "in-house" else ""
    return {
        "organization": subject.authority.name,
        "category": _categories(said.theme, kept.get("category", "")),
        "status": next((status for status, state in known["state"].items() if state == said.state), ""),
        "publication_category": _publication(subject.card, kept.get("publication_category", "")),
        "begin_date": said.since,
        "end_date": said.until,
        "url": subject.page or kept.get("url", ""),
        "provider": subject.card.maker.maker or in_house,
        "standard_version": VERSION,
        "source_id": subject.id,
        "tags": ", ".join(said.tags),
        **{name: kept.get(name, "") for name in _KEPT},
    }


def _categories(theme: str, kept: str) -> list[str]:
    """Areas that an import kept, where they say the theme of the card; else that of the theme before them."""
    known = recording.values("dutch")
    listed = [one for one in kept.split("; ") if one in known["category"]]
    if not theme or theme in (known["category"][one] for one in listed):
        return listed
    return list(dict.fromkeys([known["theme"][theme], *listed]))


def _publication(card: Card, kept: str) -> str:
    said, known = card.authority, recording.values("dutch")["publication"]
    if said.ai_act_class == "high-risk":
        return str(known["high-risk"])
    if said.individual_decisions == "yes":
        return str(known["individual"])
    if kept in (known["individual"], known["other"]):
        return kept
    settled = said.ai_act_class not in ("", "prohibited") and said.individual_decisions == "no"
    return str(known["other"]) if settled else ""


def _law(card: Card) -> dict[str, Any]:
    """Legal basis, risks and assessments: lines that are a title and a link become links."""
    said, titles = card.authority, recording.values("dutch")["assessments"]
    basis, texts = parted(said.legal_basis)
    parts = [parted(text, titles) for text in (said.impact_assessment, said.data_protection_assessment)]
    measures, others = parted(said.mitigations, titles)
    tests = [pair for _rest, pairs in parts for pair in pairs] + others
    return {
        "lawful_basis": basis,
        "lawful_basis_grouping": _links(texts),
        "impacttoetsen": "\n".join(rest for rest, _pairs in parts if rest),
        "impacttoetsen_grouping": _links(tests),
        "risks": "\n".join(one for one in (said.risks, measures) if one),
    }


def _data(sources: Sequence[Source]) -> dict[str, Any]:
    linked = [one for one in sources if is_link(one.source) and not one.collected]
    return {
        "source_data": "\n".join(_told(one) for one in sources if one not in linked),
        "source_data_grouping": _links([(one.what, one.source) for one in linked]),
    }


def _told(source: Source) -> str:
    more = ", ".join(one for one in (source.source, source.collected) if one)
    return f"{source.what} ({more})" if more else source.what


def _links(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"title": title, "link": link} if link else {"title": title} for title, link in pairs]


def _fitting(name: str, items: Sequence[dict[str, str]]) -> tuple[list[dict[str, str]], list[Lack]]:
    """The links of a list that fit, and the others as lacks."""
    kept, lacks, most = [], [], recording.values("dutch")["groupings"][name]
    for one in items:
        key = next((key for key in one if key in most and len(one[key]) > most[key]), "")
        if key:
            why = recording.too_long(len(one[key]), most[key])
            lacks.append(Lack(f"{name}.{key}", FieldList.read("dutch")[name].entry, why, required=False))
        else:
            kept.append(one)
    return kept, lacks


def _foreign(card: Card, record: dict[str, Any]) -> list[Lack]:
    """Why the record cannot be said to be in Dutch: one lack of its language for each entry that is not."""
    fields = FieldList.read("dutch")
    entries = {fields[name].entry: str(record[name]) for name in _BY_LANGUAGE}
    found = [path for path in entries if entries[path] and LANGUAGE not in card.value(path)]
    found += [fields[name].entry for name in _WRITTEN if not _reads_dutch(str(record.get(name, "")))]
    return [Lack("lang", path, why) for path, why in _reasons(dict.fromkeys(found))]


def _reasons(paths: dict[str, None]) -> Iterator[tuple[str, str]]:
    for path in paths:
        said = _("The Dutch register takes texts in Dutch alone, and this one is not: {entry}.")
        yield path, said.format(entry=label(path))


def _reads_dutch(text: str) -> bool:
    """Whether frequent words of Dutch are at least as many as those of French and English."""
    words, told = re.findall(r"[a-zà-ÿ]+", text.lower()), recording.values("dutch")["words"]
    return sum(one in told["nl"] for one in words) >= sum(one in told["other"] for one in words)


TARGETS: tuple[Target, ...] = (
    Target(
        id="dutch",
        title=N_("Dutch register of algorithms, standard 1.0"),
        about=N_("A list of records for the Algoritmeregister of the Netherlands. Its texts are in Dutch alone."),
        source=N_("Algoritmeregister, fields of standard 1.0, read on 24 November 2026"),
        media_type="application/json",
        extension="json",
        export=export,
    ),
)
