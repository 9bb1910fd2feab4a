"""Algorithmic Transparency Recording Standard of the United Kingdom, version 3.0: a JSON list keyed by attribute.

Attributes and what is required: ``fields/atrs.yaml``; reference numbers and tiers: ``values/atrs.yaml``. Texts are
English where the card says them in English. Several attributes ask for what one entry of a card says: they repeat it.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from agglo.contract.card import Card, choice_label
from agglo.contract.card.substance import says_something
from agglo.contract.language import N_, _, ngettext, speaking
from agglo.trust.register.exports import recording
from agglo.trust.register.exports.fields import FieldList
from agglo.trust.register.exports.recording import Written, checked, kept_facts
from agglo.trust.register.exports.saying import one_text
from agglo.trust.register.exports.target import Exported, Subject, Target
from agglo.trust.register.use import Use

LANGUAGE = "en"
_AS_SAID = (
    "title", "name", "description", "task", "model_name", "model_task", "contact_email", "team",
    "senior_responsible_owner", "procurement_procedure_type", "data_access_terms", "detailed_description", "scope",
    "benefit", "previous_process", "alternatives_considered", "process_integration", "provided_information",
    "human_decisions_and_review", "required_training", "appeals_and_review", "system_architecture", "model_version",
    "model_output", "model_performance", "datasets", "dataset_purposes", "data_sharing_agreements",
    "data_completeness_and_representativeness", "date_of_completion", "date_updated",
)  # fmt: skip
"""Attributes that are what their entry says, word for word."""


def export(subjects: Sequence[Subject], *, today: datetime.date) -> Exported:  # noqa: ARG001
    """A JSON list of records of version 3.0."""
    with speaking(LANGUAGE):
        words = {one.id: _worded(one) for one in subjects}
    return recording.as_list(subjects, lambda one: _write(one, words[one.id]))


def _write(subject: Subject, words: Mapping[str, str]) -> Written:
    fields, card, known = FieldList.read("atrs"), subject.card, recording.values("atrs")
    record: dict[str, Any] = dict.fromkeys(fields.names, "")
    kept = _kept(card)
    own = {name: one_text(card.value(fields[name].entry), LANGUAGE) for name in _AS_SAID}
    own |= {**words, **_around(subject), **{name: value for name, value in _data(card).items() if value}}
    read = (*known["imported"], *known["read_apart"])
    said = {name: value for name, value in own.items() if says_something(value)}
    record |= kept | said | {name: value for name, value in kept.items() if name not in read}
    return checked(fields, record)


def _kept(card: Card) -> dict[str, str]:
    """What an import found that no entry says: it stands before what another entry repeats."""
    known = recording.values("atrs")
    found = kept_facts(card.authority.provenance, known["register"])
    names = set(FieldList.read("atrs").names) - {*known["of_the_publisher"], "phase"}
    return {name: value for name, value in found.items() if name in names}


def _around(subject: Subject) -> dict[str, str]:
    """Whose it is and where it stands."""
    said, known, name = subject.card.authority, recording.values("atrs"), subject.authority.name
    supplied = {"bought": "Yes", "partner": "Yes", "in-house": "No"}.get(said.holding, "")
    purpose = one_text(subject.card.maker.purpose, LANGUAGE)
    return {
        "standard_version": known["version"],
        "organisation_type": known["organisation_type"],
        "organisation_name": name,
        "organisation_or_department": name,
        "region": name,
        "phase": next((phase for phase, state in known["state"].items() if state == said.state), ""),
        "date_archived": said.until if said.state == "retired" else "",
        "tags": ", ".join(said.tags),
        "one_sentence_description": re.split(r"(?<=[.!?])\s", purpose)[0],
        "website_url": said.website or subject.page,
        "external_supplier_involvement": supplied,
        "external_supplier": subject.card.maker.maker if supplied == "Yes" else "",
    }


def _data(card: Card) -> dict[str, str]:
    sources = card.authority.sources
    what = "\n".join(one.what for one in sources)
    return {
        "model_input": what,
        "source_data_name": what,
        "data_description": what,
        "source_data_url": "\n".join(one.source for one in sources if one.source),
        "data_collection": "\n".join(one.collected for one in sources if one.collected),
        "data_modality": "\n".join(dict.fromkeys(one.kind for one in sources if one.kind)),
        "data_quantities": "\n".join(one.amount for one in sources if one.amount),
    }


def _worded(subject: Subject) -> dict[str, str]:
    """Attributes that take words of ours, in the language in force."""
    maker, said, use = subject.card.maker, subject.card.authority, subject.use
    techniques = ", ".join(choice_label("techniques", one) for one in maker.techniques)
    return {
        "function": choice_label("theme", said.theme),
        "capability": techniques,
        "model_architecture": techniques,
        "frequency_and_scale_of_usage": _frequency(subject),
        "maintenance": _("Its record is reviewed by {day}.").format(day=said.review_due) if said.review_due else "",
        "models": _models(subject),
        "sensitive_attributes": choice_label("personal_data", said.personal_data),
        "data_access_and_storage": _lines(
            {_("How long data are kept"): said.retention, _("Hosting country"): maker.hosting_country}
        ),
        "impact_assessment": _assessments(subject.card),
        "risks_and_mitigations": _lines({_("Risks"): said.risks, _("What is done about the risks"): said.mitigations}),
        **_measured(use),
    }


def _frequency(subject: Subject) -> str:
    said, use = subject.card.authority, subject.use
    runs = _("{runs} from {first} to {last}").format(runs=use.runs, first=use.first[:10], last=use.last[:10])
    return _lines(
        {
            _("Decisions a year"): said.decisions_per_year,
            _("People concerned"): said.people_concerned,
            _("Finished runs kept"): runs if use.runs else "",
        }
    )


def _models(subject: Subject) -> str:
    maker, use = subject.card.maker, subject.use
    version = maker.version or ", ".join(use.versions)
    return ", ".join(use.models) or " ".join(one for one in (one_text(maker.title, LANGUAGE), version) if one)


def _assessments(card: Card) -> str:
    """What assessments found; where the card asks for none, the facts by which it does not."""
    said = card.authority
    found = _lines(
        {
            _("Fundamental rights impact assessment"): said.impact_assessment,
            _("Data protection impact assessment"): said.data_protection_assessment,
        }
    )
    if found or said.personal_data != "none" or said.ai_act_class in ("", "high-risk"):
        return found
    return _lines(
        {
            _("Personal data"): choice_label("personal_data", said.personal_data),
            _("Class under the AI Act"): choice_label("ai_act_class", said.ai_act_class),
        }
    )


def _measured(use: Use) -> dict[str, str]:
    """What kept runs tell of the data: the catalogue keeps tables."""
    if not use.datasets:
        return {}
    count, names = len(use.datasets), ", ".join(use.datasets)
    read = ngettext("{count} dataset read: {names}", "{count} datasets read: {names}", count)
    return {"data_modality": _("Tabular"), "data_quantities": read.format(count=count, names=names)}


def _lines(said: Mapping[str, str]) -> str:
    """Named texts, one a line; those that say nothing left out."""
    return "\n".join(f"{name}: {text}" for name, text in said.items() if says_something(text))


TARGETS: tuple[Target, ...] = (
    Target(
        id="atrs",
        title=N_("British record of algorithmic transparency (ATRS 3.0)"),
        about=N_("A list of records by attribute, for comparison with those of the United Kingdom."),
        source=N_("Algorithmic Transparency Recording Standard 3.0, March 2024, read on 24 November 2026"),
        media_type="application/json",
        extension="json",
        export=export,
    ),
)
