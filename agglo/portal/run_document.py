"""A run as its page tells it: what was asked, with what, what it left out, how to check it and what it cost."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from agglo.contract import card, numerals
from agglo.contract.errors import AggloError, Fault
from agglo.contract.language import N_, _, in_language, ngettext
from agglo.contract.model import from_interface
from agglo.footprint.record import Bounds, FootprintRecord
from agglo.portal import datasets
from agglo.portal.html import instant
from agglo.portal.visits import Visit
from agglo.runs import code
from agglo.runs.run import Run
from agglo.store import blobs
from agglo.studies.report import wording
from agglo.trust.access import reading, visibility
from agglo.trust.access.rights import Asset

MOST_FAULTS = 20
LOG_LETTERS = 20_000
"""Letters of a log that a page shows, the last ones."""
BYTES_PER_MB = 1e6

_VISIBILITIES = {
    "public": N_("Public: everybody can read this answer."),
    "draft": N_("Draft: only whoever asked for it, and people who may read what is restricted, can read this answer."),
    "restricted": N_("Restricted: only people who may read what is restricted can read this answer."),
    "personal": N_("Personal data: only people named one by one can read this answer."),
}
_REASONS = {
    "raised": N_("The model met an error that its makers did not foresee."),
    "refused": N_("The model refused what it was given."),
    "killed": N_("The computation was stopped from outside, or took more memory than there is."),
    "dismissed": N_("Somebody called it off before it ended."),
    "interrupted": N_("The computation was interrupted."),
    "invalid": N_("The model gave an answer that is not what it promises: it was not kept."),
    "disk": N_("There was no room left to keep the answer."),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in force: its name for people, its value with its unit, whether it is the model's own value, and the
    source of that one."""

    name: str
    title: str
    value: str
    default: str
    changed: bool
    source: str


@dataclass(frozen=True, slots=True)
class Input:
    """A dataset that a run read; ``title`` is empty where it is no longer here."""

    name: str
    dataset: str
    version: str
    title: str
    source: str
    licence: str


@dataclass(frozen=True, slots=True)
class Check:
    """A verification: what it found, when, and where the answers differ."""

    said: str
    at: str
    good: bool
    what: str
    differences: Sequence[str]
    packages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run cost, as written: ``why`` tells why a figure is not known."""

    energy: Sequence[str]
    carbon: Sequence[str]
    status: str
    why: Sequence[str]
    facts: Sequence[tuple[str, str]]
    assumptions: Sequence[str]


def title(run: Run) -> str:
    """The name of a run's model for people."""
    return in_language(run.content["model"]["title"]) or str(run.content["model"]["id"])


def leaves_out(run: Run) -> str:
    """What the answer covers and what it does not, in one sentence of the model's makers."""
    return in_language(run.content["model"]["headline"])


def parameters(run: Run) -> list[Parameter]:
    """Every parameter in force, the changed ones first."""
    described: Mapping[str, Any] = run.content["model"]["parameters"].get("properties", {})
    found = [_parameter(name, value, described.get(name, {})) for name, value in run.content["parameters"].items()]
    return sorted(found, key=lambda one: not one.changed)


def _parameter(name: str, value: Any, described: Mapping[str, Any]) -> Parameter:
    unit = numerals.unit_label(str(described.get("unit", "1")))
    default = described.get("default")
    changed = "default" in described and value != default
    named = _(described["title"]) if described.get("title") else name
    source = _(described["source"]) if described.get("source") else _("not stated")
    return Parameter(name, named, _value(value, unit), _value(default, unit), changed, source)


def _value(value: Any, unit: str) -> str:
    """A value of a parameter with its unit; a nested one as JSON."""
    if value is None or value in ({}, [], ""):
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        said = numerals.significant(float(value), 6)
    elif isinstance(value, str):
        said = value
    elif isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        said = ", ".join(_value(one, "") for one in value)
    else:
        said = json.dumps(value, ensure_ascii=False)
    return f"{said}{numerals.NO_BREAK_SPACE}{unit}" if unit else said


def inputs(visit: Visit, run: Run) -> list[Input]:
    """The datasets that a run read, in the versions it read."""
    return [_input(visit, name, one) for name, one in run.content["inputs"].items()]


def _input(visit: Visit, name: str, one: Mapping[str, str]) -> Input:
    described: Mapping[str, Any] = {"title": "", "source": "", "licence": ""}
    with suppress(AggloError):
        reference = f"{one['dataset']}@{one['version']}"
        described = reading.dataset(visit.workspace, visit.person, reference).description
    texts = (str(described[key]) for key in ("title", "source", "licence"))
    return Input(name, one["dataset"], one["version"], *texts)


def failure(run: Run) -> tuple[str, str, Sequence[str]]:
    """Why there is no answer: the kind of failure in plain words, what was said, and each fault."""
    content = run.content["failure"] or {"reason": "", "what": "", "faults": []}
    faults = [str(Fault(**one)) for one in content["faults"]]
    more = len(faults) - MOST_FAULTS
    if more > 0:
        faults = [*faults[:MOST_FAULTS], ngettext("{count} more", "{count} more", more).format(count=more)]
    kind = _(_REASONS[content["reason"]]) if content["reason"] in _REASONS else ""
    return kind, str(content["what"]), faults


def missing_of_card(visit: Visit, run: Run) -> Sequence[str]:
    """What nobody has declared of the model, in words; nothing where its card cannot be read any more."""
    content = run.content["model"]
    try:
        model = from_interface(content, code.check_out(visit.workspace, content["code"]))
        missing = card.of(model, visit.workspace.register).missing()
    except AggloError:
        return []
    return [wording.undeclared(one) for one in missing]


def shown_to(visit: Visit, run: Run) -> tuple[str, str, bool]:
    """Who may read it: the word, the sentence, and whether it is an example of the demonstration."""
    asset = Asset("run", run.id)
    word = visibility.of(visit.workspace, asset)
    return datasets.visibility(word), _(_VISIBILITIES[word]), visibility.is_example(visit.workspace, asset)


def checks(run: Run) -> list[Check]:
    """Every verification of a run, the last first."""
    return [_check(one) for one in reversed(run.certificates)]


def _check(one: Mapping[str, Any]) -> Check:
    differences = [str(Fault(**fault)) for fault in one["differences"]]
    good = one["verdict"] in ("identical", "within tolerance")
    said = wording.certificate(str(one["verdict"]))
    return Check(said, instant(str(one["at"])), good, str(one["what"]), differences, list(one["packages"]))


def cost(run: Run) -> Cost:
    """What a run cost; what is not known is said with the reason, never as zero."""
    record = run.footprint
    facts = [*_spent(record), *_method(record)]
    return Cost(
        energy=_bounds(record.energy_kwh, "kWh"),
        carbon=_bounds(record.carbon_g, "gCO2e"),
        status=wording.status(record.status),
        why=[str(one) for one in record.why],
        facts=facts,
        assumptions=[str(one) for one in record.assumptions],
    )


def _bounds(found: Bounds | None, unit: str) -> Sequence[str]:
    """Low, central and high; nothing where none is known."""
    if found is None or found.central is None:
        return ()
    return [numerals.scaled(one, unit, like=found.central) for one in (found.low, found.central, found.high)]


def _spent(record: FootprintRecord) -> Iterator[tuple[str, str]]:
    measured = record.measurement
    yield _("Duration"), numerals.scaled(measured.wall_s, "s")
    yield _("Processor time"), numerals.scaled(measured.cpu_s, "s")
    peak = measured.peak_memory_bytes
    yield _("Memory at most"), numerals.scaled(None if peak is None else peak / 1e9, "GB")


def _method(record: FootprintRecord) -> Iterator[tuple[str, str]]:
    yield _("Method"), record.method
    yield _("Factor set"), f"{record.factor_set} ({record.factor_set_digest.removeprefix('sha256:')[:12]})"
    yield _("Country of the electricity"), record.location or _("not known")
    yield _("Processor"), record.processor or _("not known")
    if record.attribution:
        yield _("Source of the factors"), record.attribution


def environment(visit: Visit, run: Run) -> list[tuple[str, str]]:
    """What it was computed with: code, libraries, Python, system, the kept list of packages."""
    content, held = run.content, run.content["environment"]
    libraries = ", ".join(f"{name} {version}" for name, version in content["libraries"].items())
    facts = [
        (_("Seed of random numbers"), str(content["seed"])),
        (_("Digest of the code"), str(content["model"]["code"])),
        (_("Libraries of the model"), libraries or _("none")),
        (_("Python"), f"{held['implementation']} {held['python']}"),
        (_("System"), f"{held['system']} {held['machine']}"),
        (_("agglo"), str(held["agglo"])),
        (_("Installed packages"), _packages(visit, str(held["packages"]))),
        (_("Digest of the question"), str(content["fingerprint"])),
    ]
    if content["outcome"]:
        facts.append((_("Digest of the answer"), str(content["outcome"]["digest"])))
    return facts


def _packages(visit: Visit, digest: str) -> str:
    try:
        count = len(blobs.get(visit.workspace, digest).splitlines())
    except AggloError:
        return _("the list is no longer here")
    said = ngettext("{count} package, list {digest}", "{count} packages, list {digest}", count)
    return said.format(count=count, digest=digest[:12])


def askings(run: Run) -> int:
    """How many times it was asked for, the first time included."""
    return len(run.sealed.events("asked"))
