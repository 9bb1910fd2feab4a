"""A study as its pages show it: scenarios, steps in words, what each gave to this reader, and the report laid out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agglo.contract import numerals
from agglo.contract.errors import NotFound
from agglo.contract.language import _, in_language, ngettext
from agglo.portal import drawings
from agglo.portal.app import path_of
from agglo.portal.visits import Visit
from agglo.runs.run import Run
from agglo.store import files
from agglo.studies import graph, record, states
from agglo.studies.record import Kept
from agglo.studies.report import costs
from agglo.studies.report.chapters import words
from agglo.studies.report.comparison import LabelledRun
from agglo.studies.study import Step, Study
from agglo.territory.communes import Territory
from agglo.trust.access import reading

FOLDED = ("communes", "assumptions", "sources", "footprint", "verify", "sensitivity")
"""Sections of the report that a page keeps folded: they are long, and read by few."""
ELSEWHERE = ("scenarios-about",)
"""Tables of the report that the page tells in its own way."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one step gave: the words, and the address of the answer where the reader may read it."""

    step: str
    said: str
    href: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """The latest version of a scenario: its hypotheses in words, its state, what it may become, what its steps gave."""

    name: str
    title: str
    description: str
    state: str
    said_state: str
    version: int
    hypotheses: tuple[str, ...]
    given: tuple[Given, ...]
    moves: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StepSaid:
    """A step in words: which model, what it reads and which step it waits for."""

    name: str
    title: str
    model: str
    href: str
    reads: tuple[tuple[str, str], ...]
    waits: tuple[str, ...]


@dataclass(frozen=True)
class Whole:
    """Everything a study's page says that is not in its report. ``readable`` are the runs that the reader may read."""

    name: str
    title: str
    question: str
    description: str
    territory: str
    held: Sequence[Kept]
    readable: frozenset[str]
    runs: Sequence[Run]
    hidden: int
    scenarios: tuple[Scenario, ...]
    steps: tuple[StepSaid, ...]
    moves: tuple[tuple[str, str], ...]
    last: str
    cost: str
    energy: str
    carbon: str


@dataclass(frozen=True, slots=True)
class Laid:
    """The report laid out: boxes, then sections of blocks; charts are drawn, maps too."""

    boxes: Sequence[Mapping[str, Any]]
    sections: Sequence[Mapping[str, Any]]
    folded: Sequence[Mapping[str, Any]] = field(default=())


def whole(visit: Visit, held: Sequence[Kept]) -> Whole:
    """A study for its page; answers that the reader may not read are counted and not named."""
    study = held[-1].study
    named = [name for name in study.scenarios if any(name in one.versions for one in held)]
    given = {name: _last(held, name) for name in named}
    every = {one["run"] for steps in given.values() for one in steps.values() if one["run"]}
    readable = frozenset(reading.readable_runs(visit.workspace, visit.person, every))
    runs = [reading.run(visit.workspace, visit.person, one) for one in sorted(readable)]
    energy, carbon = _sum(runs, "energy_kwh"), _sum(runs, "carbon_g")
    by_model = {run.content["model"]["id"]: run for run in runs}
    return Whole(
        name=study.name,
        title=in_language(study.title) or study.name,
        question=in_language(study.question),
        description=in_language(study.description),
        territory=study.territory.name or study.territory.siren,
        held=held,
        readable=readable,
        runs=runs,
        hidden=len(every) - len(readable),
        scenarios=tuple(_scenario(held, name, given[name], readable, by_model) for name in named),
        steps=tuple(_steps(visit, study, by_model)),
        moves=tuple(_moves(held, named)),
        last=max((str(event["at"]) for one in held for event in one.sealed.events(record.RAN)), default=""),
        cost=costs.in_all([LabelledRun(run.id, run) for run in runs]),
        energy=numerals.scaled(energy, "kWh"),
        carbon=numerals.scaled(carbon, "gCO2e"),
    )


def _last(held: Sequence[Kept], scenario: str) -> Mapping[str, Any]:
    """What the latest version of a scenario gave, by step; a step that was not asked has neither run nor failure."""
    kept = states.latest_with(list(held), scenario)
    ran = record.last_ran(held, scenario, kept.versions[scenario]) or {}
    return {step: ran.get(step, {"run": None, "failure": ""}) for step in kept.study.steps}


def _sum(runs: Sequence[Run], figure: str) -> float | None:
    """The central figures together; None where there is none."""
    bounds = [getattr(run.footprint, figure) for run in runs]
    known = [one.central for one in bounds if one is not None and one.central is not None]
    return sum(known) if known else None


def _scenario(
    held: Sequence[Kept], name: str, given: Mapping[str, Any], readable: frozenset[str], runs: Mapping[str, Run]
) -> Scenario:
    kept = states.latest_with(list(held), name)
    version = kept.versions[name]
    state = record.state_of(held, name, version)
    content = kept.scenario(name)["content"]
    return Scenario(
        name=name,
        title=in_language(content["title"]) or name,
        description=in_language(content["description"]),
        state=state,
        said_state=words.status(state),
        version=version,
        hypotheses=tuple(_hypotheses(kept.study, name, runs)),
        given=tuple(_given(step, one, readable) for step, one in given.items()),
        moves=tuple((to, _verb(to)) for to in states.MOVES[state]),
    )


def _verb(state: str) -> str:
    return {
        "draft": _("Back to draft"),
        "proposed": _("Propose"),
        "approved": _("Approve"),
        "closed": _("Close"),
    }[state]


def _hypotheses(study: Study, name: str, runs: Mapping[str, Run]) -> Iterator[str]:
    """What a scenario changes: parameters under their titles, where a readable answer says them, and data."""
    from agglo.studies.report.pages import value_of

    own = study.scenarios[name]
    for step, values in own.parameters.items():
        run = runs.get(study.steps[step].model)
        described = run.content["model"]["parameters"].get("properties", {}) if run else {}
        for parameter, value in values.items():
            schema = described.get(parameter, {})
            title = _(schema["title"]) if schema.get("title") else f"{step}, {parameter}"
            yield _("{parameter}: {value}").format(parameter=title, value=value_of(value, schema.get("unit", "1")))
    for dataset, source in own.datasets.items():
        if source is None:
            yield _("without {dataset}").format(dataset=dataset)
        else:
            yield _("{dataset}: {source}").format(dataset=dataset, source=source.dataset)


def _given(step: str, one: Mapping[str, Any], readable: frozenset[str]) -> Given:
    run = one["run"]
    if run and run not in readable:
        return Given(step, _("not public"), "")
    if one["failure"]:
        said = _("no answer: {why}").format(why=one["failure"])
        return Given(step, said, path_of("run", id=run) if run else "")
    if run:
        return Given(step, _("Read the answer of “{step}”").format(step=step), path_of("run", id=run))
    return Given(step, _("not asked yet"), "")


def _steps(visit: Visit, study: Study, runs: Mapping[str, Run]) -> Iterator[StepSaid]:
    """The steps in the order they are asked."""
    for name in graph.order(study.needs):
        step = study.steps[name]
        run = runs.get(step.model)
        title = in_language(run.content["model"]["title"]) if run else ""
        known = study.models.get(step.model)
        yield StepSaid(
            name=name,
            title=title or (in_language(known["interface"].get("title", {})) if known else "") or step.model,
            model=step.model,
            href="" if known else path_of("model", id=step.model),
            reads=tuple(_reads(visit, study, step)),
            waits=tuple(sorted(study.needs[name])),
        )


def _reads(visit: Visit, study: Study, step: Step) -> Iterator[tuple[str, str]]:
    """What a step reads: words, and the address of a dataset that the reader may read."""
    for written in step.inputs.values():
        source = graph.source_of(written)
        if source:
            yield _("“{output}” of the step “{step}”").format(step=source[0], output=source[1]), ""
            continue
        named = study.datasets[written].dataset
        try:
            found = reading.dataset(visit.workspace, visit.person, named)
        except NotFound:
            yield _("data: {name}").format(name=written), ""
            continue
        title = found.description["title"]
        yield (in_language(title) if isinstance(title, Mapping) else str(title)), path_of("dataset", name=found.name)


def _moves(held: Sequence[Kept], named: Sequence[str]) -> Iterator[tuple[str, str]]:
    """When each scenario was moved from one state to another, the last first; by whom is kept and not shown."""
    found = [event for name in named for event in record.moves_of(held, name)]
    for event in sorted(found, key=lambda event: str(event["id"]), reverse=True):
        yield (
            str(event["at"]),
            _("{scenario}, version {version}: from {now} to {to}").format(
                scenario=event["scenario"],
                version=event["version"],
                now=words.status(event["from"]),
                to=words.status(event["to"]),
            ),
        )


def laid_out(territory: Territory, path: Path) -> Laid:
    """A report made by :mod:`agglo.portal.study_document`, its charts and maps drawn."""
    content = files.read_json(path)
    sections = []
    for section in content["sections"]:
        blocks = [_laid(one, territory) for one in section["blocks"] if _told(one)]
        if blocks:
            sections.append({**section, "blocks": blocks})
    sections.sort(
        key=lambda one: ("summary", "left-out").index(one["id"]) if one["id"] in ("summary", "left-out") else 2
    )
    return Laid(
        content["boxes"],
        [one for one in sections if one["id"] not in FOLDED],
        [one for one in sections if one["id"] in FOLDED],
    )


def _told(block: Mapping[str, Any]) -> bool:
    return not (block["kind"] == "table" and block["table"]["id"] in ELSEWHERE)


def _laid(block: Mapping[str, Any], territory: Territory) -> dict[str, Any]:
    """A block with what is drawn of it."""
    laid = {**block, "map": None, "lines": None, "bars": None}
    if "table" in block:
        laid["table"] = _without_empty_columns(_with_note(block["table"]))
    if block["kind"] == "maps":
        laid["map"] = _map(block, territory)
    if block.get("lines"):
        series = [drawings.Line(one["label"], [tuple(point) for point in one["points"]]) for one in block["lines"]]
        laid["lines"] = _without_kinds(drawings.lines(series, unit="", title=block["unit"]))
    if block.get("bars"):
        rows = [drawings.Bar(one["label"], one["value"], one["low"], one["high"]) for one in block["bars"]]
        laid["bars"] = drawings.bars(rows, unit="", title=block["unit"])
    return laid


def _with_note(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """A table that says how many of its rows are in the workbook only."""
    hidden = table["hidden"]
    if not hidden:
        return table
    said = ngettext("{count} more row is in the workbook (XLSX).", "{count} more rows are in the workbook (XLSX).",
                    hidden)  # fmt: skip
    return {**table, "note": " ".join(filter(None, (table["note"], said.format(count=numerals.number(hidden)))))}


def _without_empty_columns(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """A table without the columns that hold nothing in any row."""
    rows, heads = table["rows"], table["heads"]
    kept = [place for place in range(len(table["columns"]))
            if place < heads or any(row["cells"][place] for row in rows)]  # fmt: skip
    return {
        **table,
        "columns": [table["columns"][place] for place in kept],
        "rows": [{**row, "cells": [row["cells"][place] for place in kept]} for row in rows],
    }


def _without_kinds(drawn: drawings.Lines) -> drawings.Lines:
    """Lines of a chart whose table says how each figure was obtained."""
    return replace(drawn, lines=tuple(replace(one, kind=_("see the table")) for one in drawn.lines))


def _map(block: Mapping[str, Any], territory: Territory) -> drawings.Choropleth | None:
    """A map of the first figures of a table of communes; none where they are not those of the portal's territory."""
    values, names = block["values"], {one.name: one.insee for one in territory.communes}
    by_insee = {names[name]: value for name, value in values["by_name"].items() if name in names}
    if not by_insee:
        return None
    return drawings.choropleth(
        territory,
        by_insee,
        unit=values["unit"],
        title=_("{title}: {scenario}").format(title=block["title"], scenario=values["label"]),
        link=lambda insee: path_of("commune", insee=insee),
    )
