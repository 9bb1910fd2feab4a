"""BoAmps footprint reports (Boavizta): one JSON document for each algorithm of which at least one run is known.

``measures`` sums the finished runs with a known footprint and what was declared of it. Quality follows BoAmps: high
within 10 % of the figure, medium within 25 %, low otherwise. Of the computer, kept runs say that it has a processor;
whether it stands in a cloud they do not say: ``other``, and told as lacking.
"""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from agglo.contract.card import choice_label
from agglo.contract.language import N_, _, in_language
from agglo.footprint.record import Bounds
from agglo.trust.register.exports import recording
from agglo.trust.register.exports.fields import FieldList, is_empty
from agglo.trust.register.exports.recording import is_link
from agglo.trust.register.exports.target import Exported, Lack, Subject, Target
from agglo.trust.register.use import Use

FORMAT_VERSION = "0.1"
"""As the example that Boavizta publishes says it; the schemas give none."""
_HIGH, _MEDIUM = 0.10, 0.25


def export(subjects: Sequence[Subject], *, today: datetime.date) -> Exported:
    """The report of the one card in ``subjects``.

    Raises
    ------
    ValueError
        There are none or several: a report is about one algorithm.
    """
    (subject,) = subjects
    report = _report(subject, today)
    flat = _flat(report)
    fields = FieldList.read("boamps")
    lacks = fields.lacks(flat)
    if report.get("measures"):
        why = _("where it ran is not declared: written as other")
        lacks.append(Lack("infrastructure.infraType", "", why, required=False))
    return Exported(recording.as_json(report), lacks, fields.wrong({name: flat.get(name, "") for name in fields.names}))


def _report(subject: Subject, today: datetime.date) -> dict[str, Any]:
    use = subject.use
    measure = _measure(use)
    report = {
        "header": _header(subject, today),
        "task": _task(subject),
        "measures": [measure] if measure else [],
        "infrastructure": {"infraType": "other", "components": [{"componentType": "cpu", "nbComponent": 1}]},
        "environment": _environment(use) if measure else {},
        "quality": _quality(use.energy_kwh) if measure else "",
    }
    return {name: value for name, value in report.items() if not is_empty(value)}


def _header(subject: Subject, today: datetime.date) -> dict[str, Any]:
    publisher = {
        "name": subject.authority.name,
        "division": subject.card.authority.service,
        "projectName": in_language(subject.card.maker.title),
    }
    return {
        "formatVersion": FORMAT_VERSION,
        "reportId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{subject.authority.siren} {subject.id} {today.isoformat()}")),
        "reportDatetime": f"{today.isoformat()} 00:00:00",
        "reportStatus": "final" if _measure(subject.use) else "draft",
        "publisher": {**_without_nothing(publisher), "confidentialityLevel": "public"},
    }


def _task(subject: Subject) -> dict[str, Any]:
    """What was computed: each run is one request; its inputs are the datasets it read, its output what it answered."""
    maker, use = subject.card.maker, subject.use
    algorithm = {
        "algorithmType": ", ".join(maker.techniques),
        "algorithmName": in_language(maker.title),
        "algorithmUri": maker.website if is_link(maker.website) else "",
    }
    inputs = [{"dataUsage": "input", "dataType": "tabular"} for _dataset in use.datasets]
    return _without_nothing(
        {
            "taskStage": "inference",
            "taskFamily": ", ".join(choice_label("techniques", one) for one in maker.techniques),
            "nbRequest": None if use.declared else use.known,
            "algorithms": [_without_nothing(algorithm)],
            "dataset": [*inputs, {"dataUsage": "output", "dataType": "other"}],
            "taskDescription": in_language(maker.purpose),
        }
    )


def _measure(use: Use) -> dict[str, Any]:
    """The energy over what is known; empty where nothing is."""
    if not use.energy_kwh or use.energy_kwh.central is None or use.known + use.declared == 0:
        return {}
    method = use.method or (_("declared by a partner") if use.declared else "")
    return _without_nothing(
        {
            "measurementMethod": f"{method}, {use.factor_set}" if method and use.factor_set else method,
            "powerConsumption": use.energy_kwh.central,
            "measurementDateTime": _moment(use.first),
        }
    )


def _moment(text: str) -> str:
    """An instant as BoAmps writes it; empty where the time is not said."""
    if not text:
        return ""
    try:
        return f"{datetime.datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return ""


def _environment(use: Use) -> dict[str, Any]:
    """Where the electricity is used, as a code of the factor set."""
    return _without_nothing({"country": use.location})


def _quality(bounds: Bounds | None) -> str:
    if not bounds or not bounds.central or bounds.low is None or bounds.high is None:
        return "low"
    error = round(max(bounds.central - bounds.low, bounds.high - bounds.central) / bounds.central, 6)
    return "high" if error <= _HIGH else "medium" if error <= _MEDIUM else "low"


def _without_nothing(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if not is_empty(value)}


def _flat(report: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Every value by its dotted name; of a list, that of its first item too."""
    found: dict[str, Any] = {}
    for name, value in report.items():
        found[f"{before}{name}"] = value
        inner = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        if isinstance(inner, dict):
            found |= _flat(inner, f"{before}{name}.")
    return found


TARGETS: tuple[Target, ...] = (
    Target(
        id="boamps",
        title=N_("Footprint report (BoAmps)"),
        about=N_("The energy that its runs used, in the format of Boavizta. It needs a run with a known footprint."),
        source=N_("Boavizta, BoAmps schemas, read on 24 November 2026"),
        media_type="application/json",
        extension="json",
        export=export,
        several=False,
    ),
)
