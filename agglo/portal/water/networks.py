"""Networks of drinking water: kept answers of the water models that a visitor may read, put together by network.

Answers that read a dataset of the same name are about one network. Answers that read no readings (volumes, a model of
the network) join the only watched network whose data have the same source and owner; where several do, they stay apart.
"""

import datetime
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agglo.catalogue.datasets import Dataset
from agglo.contract.errors import AggloError, NotFound
from agglo.contract.language import in_language
from agglo.portal import outputs, tables
from agglo.portal.app import path_of
from agglo.portal.visits import Visit
from agglo.runs.run import Run
from agglo.trust.access import reading

LEAKS, ALARMS, READINGS = "water.leaks", "water.alarms", "water.readings"
NIGHTS, INDICATORS, WHAT_IF = "water.night-flow", "water.indicators", "water.what-if"
MODELS = (LEAKS, ALARMS, READINGS, NIGHTS, INDICATORS, WHAT_IF)
LOOKED = 30
"""Latest answers of each model that are looked at."""
NAMED_AFTER = ("readings", "network", "volumes", "measures")
"""Inputs that name a network, the first that it has."""
_OF_PEOPLE = "decisions"
"""An input that says nothing of which network it is: one table of decisions may serve several."""
_MADE_UP = re.compile(r"(ville|reseau|commune|territoire)s? (inventee?|fictive?|fictif)s?\b|made[- ]up (town|network)")
_MOST_ROWS = 20_000
_SHORTEST_TITLE = 4
_BETWEEN = " \u00a0:,;–-"
"""Signs that stand between the name of a network and what a dataset holds of it."""


@dataclass(frozen=True)
class Answer:
    """A kept answer and what it read; ``public``: everybody may read it."""

    run: Run
    public: bool

    @property
    def model(self) -> str:
        return str(self.run.content["model"]["id"])

    @property
    def inputs(self) -> Mapping[str, Mapping[str, str]]:
        found: Mapping[str, Mapping[str, str]] = self.run.content["inputs"]
        return found

    @property
    def href(self) -> str:
        return path_of("run", id=self.run.id)

    def output_href(self, output: str) -> str:
        """The page of one table."""
        return path_of("output", id=self.run.id, output=output)

    def has(self, output: str) -> bool:
        """Whether the answer holds an output of that name."""
        return output in (self.run.content["outcome"] or {"outputs": {}})["outputs"]

    def rows(self, output: str) -> Sequence[Mapping[str, Any]]:
        """The rows of a table; none where the answer has no such table."""
        return _rows(outputs.find(self.run, output).path) if self.has(output) else ()

    def parameter(self, name: str) -> tuple[float | None, bool]:
        """A parameter in force, and whether it is the model's own assumption."""
        value = self.run.content["parameters"].get(name)
        described = self.run.content["model"]["parameters"].get("properties", {}).get(name, {})
        return (None if value is None else float(value)), value == described.get("default")

    @property
    def zone(self) -> str:
        return str(self.run.content["parameters"].get("time_zone") or "Europe/Paris")


@lru_cache(maxsize=64)
def _rows(path: Path) -> tuple[dict[str, Any], ...]:
    found: list[dict[str, Any]] = []
    for piece in tables.pieces(path):
        found += piece.to_pylist()
        if len(found) >= _MOST_ROWS:
            break
    return tuple(found[:_MOST_ROWS])


@dataclass(frozen=True)
class Network:
    """A network: the latest answer of each model, and the latest public one; ``ends``: the last day of the readings
    behind each answer; ``made_up`` holds the words of its data that say that it is invented."""

    name: str
    title: str
    made_up: str
    latest: Mapping[str, Answer]
    published: Mapping[str, Answer]
    ends: Mapping[str, datetime.date]
    licence: str = ""
    owner: str = ""

    @property
    def until(self) -> datetime.date | None:
        """The last day of the readings that are watched."""
        return max(self.ends.values(), default=None)

    @property
    def inputs(self) -> Mapping[str, str]:
        """Names of the datasets by name of input, those of the latest answers."""
        found: dict[str, str] = {}
        for answer in sorted(self.latest.values(), key=lambda one: one.run.id):
            found |= {name: one["dataset"] for name, one in answer.inputs.items()}
        return found

    @property
    def decisions(self) -> str:
        """The name of the dataset that holds what people decided of its alarms."""
        return self.inputs.get(_OF_PEOPLE) or f"{self.name[:53]}-decisions"

    def watching(self) -> Answer | None:
        """The answer that the lines of the morning come from: that with the latest readings, leaks before alarms."""
        held = [self.latest[model] for model in (LEAKS, ALARMS) if model in self.latest]
        return max(held, key=lambda one: self.ends.get(one.model, datetime.date.min), default=None)


@dataclass(eq=False)
class _Group:
    answers: list[Answer]
    names: set[str] = field(default_factory=set)

    @property
    def watched(self) -> bool:
        return any("readings" in one.inputs for one in self.answers)


def found(visit: Visit) -> list[Network]:
    """Every network that has an answer the visitor may read, real ones first."""
    known = _Known(visit)
    groups = _joined(_groups(_answers(visit)), known)
    made = [_network(group, known) for group in groups]
    return sorted(made, key=lambda one: (bool(one.made_up), not one.ends, one.title))


def _answers(visit: Visit) -> Iterator[Answer]:
    for model in MODELS:
        for row in reading.runs(visit.workspace, visit.person, model=model, state="finished", limit=LOOKED).rows:
            try:
                run = reading.run(visit.workspace, visit.person, row["id"])
            except NotFound:
                continue
            yield Answer(run, row["visibility"] == "public")


def _groups(answers: Iterable[Answer]) -> list[_Group]:
    """Answers that share the name of a dataset, directly or through others."""
    groups: list[_Group] = []
    for answer in answers:
        names = {one["dataset"] for name, one in answer.inputs.items() if name != _OF_PEOPLE}
        same = [one for one in groups if one.names & names]
        merged = _Group([one for group in same for one in group.answers] + [answer], names)
        merged.names.update(*(one.names for one in same))
        groups = [one for one in groups if one not in same] + [merged]
    return groups


def _joined(groups: Sequence[_Group], known: "_Known") -> list[_Group]:
    """Groups without readings joined to the only watched one that has their source and owner."""
    watched = [one for one in groups if one.watched]
    alone = []
    for group in (one for one in groups if not one.watched):
        said = known.described(group)
        same = [one for one in watched if known.described(one) & said]
        if len(same) == 1:
            same[0].answers += group.answers
        else:
            alone.append(group)
    return [*watched, *alone]


class _Known:
    """Datasets that were looked up while a page is made."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self._held: dict[str, Dataset | None] = {}

    def dataset(self, one: Mapping[str, str]) -> Dataset | None:
        """A dataset in the version that was read; None where it is not here any more."""
        reference = f"{one['dataset']}@{one['version']}"
        if reference not in self._held:
            try:
                self._held[reference] = reading.dataset(self.visit.workspace, self.visit.person, reference)
            except AggloError:
                self._held[reference] = None
        return self._held[reference]

    def all_of(self, answers: Iterable[Answer]) -> list[Dataset]:
        """What some answers read, decisions left out, each once."""
        read = [one for answer in answers for name, one in answer.inputs.items() if name != _OF_PEOPLE]
        held = {one["dataset"]: found for one in read if (found := self.dataset(one)) is not None}
        return list(held.values())

    def described(self, group: _Group) -> set[tuple[str, str]]:
        """Source and owner of each dataset of a group."""
        return {(_text(one, "source"), _text(one, "owner")) for one in self.all_of(group.answers)}


def _network(group: _Group, known: _Known) -> Network:
    ordered = sorted(group.answers, key=lambda one: one.run.id)
    latest = {one.model: one for one in ordered}
    named, main = _main(latest.values(), known)
    described = known.all_of(latest.values())
    return Network(
        name=named,
        title=_title([_text(one, "title") for one in described], main),
        made_up=next((words for one in described if (words := made_up(one.description))), ""),
        latest=latest,
        published={one.model: one for one in ordered if one.public},
        ends={model: end for model, one in latest.items() if (end := _end(one, known)) is not None},
        licence=_text(main, "licence") if main else "",
        owner=_text(main, "owner") if main else "",
    )


def _main(answers: Iterable[Answer], known: _Known) -> tuple[str, Dataset | None]:
    """The dataset that names a network, and its name."""
    held = list(answers)
    for name in NAMED_AFTER:
        for answer in held:
            if name in answer.inputs:
                return answer.inputs[name]["dataset"], known.dataset(answer.inputs[name])
    return held[0].model.replace(".", "-"), None


def _title(titles: Sequence[str], main: Dataset | None) -> str:
    """What the titles of several datasets have in common, else the title of the main one."""
    common = _beginning(titles).rstrip(_BETWEEN) if len(titles) > 1 else ""
    whole = all(not title[len(common) :][:1].isalnum() for title in titles)
    if len(common) >= _SHORTEST_TITLE and whole:
        return common
    return _text(main, "title") if main else ""


def _beginning(titles: Sequence[str]) -> str:
    """The letters that all titles begin with.

    >>> _beginning(["Clairvane: meters", "Clairvane: sensors"])
    'Clairvane: '
    """
    first, last = min(titles), max(titles)
    count = next((rank for rank, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), None)
    return first if count is None else first[:count]


def made_up(description: Mapping[str, Any]) -> str:
    """The words by which a dataset says that its town is invented: in its title, source or caveats; empty if none."""
    texts = [description.get("title", ""), description.get("source", ""), *description.get("caveats", ())]
    for text in texts:
        said = list(text.values()) if isinstance(text, Mapping) else [str(text)]
        if any(_MADE_UP.search(_folded(one)) for one in said):
            return in_language(text) if isinstance(text, Mapping) else str(text)
    return ""


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def _text(one: Dataset, key: str) -> str:
    said = one.description[key]
    return in_language(said) if isinstance(said, Mapping) else str(said)


def _end(answer: Answer, known: _Known) -> datetime.date | None:
    """The day of the last reading behind an answer, by the clock of the place."""
    read = answer.inputs.get("readings")
    held = known.dataset(read) if read else None
    last = _last(held.path) if held else None
    return None if last is None else last.astimezone(ZoneInfo(answer.zone)).date()


@lru_cache(maxsize=256)
def _last(path: Path) -> datetime.datetime | None:
    """The latest ``time`` of a table, from what its file says of itself: its rows are not read."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        if "time" not in names:
            return None
        groups = [file.metadata.row_group(rank) for rank in range(file.metadata.num_row_groups)]
        told = [one.column(names.index("time")).statistics for one in groups]
        found = [one.max for one in told if one is not None and one.has_min_max]
    last = max(found, default=None)
    if not isinstance(last, datetime.datetime):
        return None
    return last if last.tzinfo else last.replace(tzinfo=datetime.UTC)
