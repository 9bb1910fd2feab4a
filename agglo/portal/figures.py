"""Figures of kept answers as pages show them: what an answer leads with, what it says of a commune, what it cost."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract import numerals
from agglo.contract.errors import NotFound
from agglo.contract.indicators import Indicator, vocabulary
from agglo.contract.language import _, in_language
from agglo.portal.visits import Visit
from agglo.runs.run import Run
from agglo.store.indexing import INDICATORS_FILE
from agglo.studies.record import Kept
from agglo.studies.report import wording
from agglo.trust.access import reading

if TYPE_CHECKING:
    from sqlalchemy import Select

LEADS = ("climate.target-probability", "climate.emissions", "climate.required-effort", "land.carbon-flux")
"""Indicators that an answer leads with where it has them; else the first of the vocabulary."""


@dataclass(frozen=True, slots=True)
class Said:
    """A figure for a person: its name, value and unit, the year, how it was obtained, what its sign means."""

    title: str
    value: str
    unit: str
    period: str
    quality: str
    reading: str = ""

    @property
    def about(self) -> str:
        """Year, how it was obtained and what its sign means, as one line."""
        return ", ".join(filter(None, (self.period, self.quality, self.reading)))


@dataclass(frozen=True, slots=True)
class Answer:
    """A kept answer in a list: ``figure`` is None where it failed or says nothing of the whole territory."""

    id: str
    title: str
    scenario: str
    model: str
    finished: str
    failed: bool
    figure: Said | None
    energy: str
    carbon: str


def answers(visit: Visit, rows: Iterable[Mapping[str, Any]]) -> list[Answer]:
    """Rows of the list of runs as people read them; one that was removed meanwhile is left out."""
    names = Scenarios(visit)
    found = []
    for row in rows:
        try:
            run = reading.run(visit.workspace, visit.person, row["id"])
        except NotFound:
            continue
        found.append(_answer(visit, run, row, names))
    return found


def _answer(visit: Visit, run: Run, row: Mapping[str, Any], names: "Scenarios") -> Answer:
    lead = headline(run, visit.territory.siren) if run.state == "finished" else None
    return Answer(
        id=run.id,
        title=in_language(run.content["model"]["title"]) or row["model"],
        scenario=names.title(run),
        model=run.model,
        finished=row["finished"],
        failed=run.state != "finished",
        figure=said(lead) if lead else None,
        energy=numerals.scaled(row["energy_kwh"], "kWh"),
        carbon=numerals.scaled(row["carbon_g"], "gCO2e"),
    )


class Scenarios:
    """Titles of scenarios in the language in force, and which of a study is the reference, looked for once a page."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self._studies: dict[str, Kept | None] = {}

    def study(self, name: str) -> Kept | None:
        """The last content of a study that the reader may read."""
        if name not in self._studies:
            try:
                self._studies[name] = reading.study(self.visit.workspace, self.visit.person, name)[-1]
            except NotFound:
                self._studies[name] = None
        return self._studies[name]

    def title(self, run: Run) -> str:
        """What people call the scenario of a run; empty where it has none."""
        asked = run.content["scenario"]
        if not asked:
            return ""
        study, _slash, name = asked["name"].partition("/")
        kept = self.study(study)
        own = kept.study.scenarios.get(name) if kept else None
        return (in_language(own.title) if own else "") or asked["title"] or name

    def is_reference(self, scenario: str | None) -> bool:
        """Whether ``STUDY/SCENARIO`` is the one others are compared with; so is a run outside any study."""
        if not scenario:
            return True
        study, _slash, name = scenario.partition("/")
        kept = self.study(study)
        return kept is None or kept.study.compare_with == name


def headline(run: Run, siren: str) -> Indicator | None:
    """The figure of the whole territory that an answer leads with; of several years, the last."""
    own = {one.name: one for one in sorted(of_place(run, siren), key=lambda one: one.year)
           if not one.sector and one.value is not None}  # fmt: skip
    return next((own[name] for name in (*LEADS, *vocabulary()) if name in own), None)


def said(one: Indicator) -> Said:
    """An indicator for a person."""
    term = vocabulary().get(one.name)
    return Said(
        title=term.title if term else one.name,
        value=small(one.value),
        unit=numerals.unit_label(one.unit),
        period=f"{one.since}–{one.year}" if one.since else str(one.year),
        quality=wording.quality(one.quality),
        reading=wording.reading(one.name, one.value),
    )


def of_place(run: Run, place: str) -> tuple[Indicator, ...]:
    """What an answer says of one place, every sector, without reading what it says of others."""
    return _filtered(run.sealed.folder, "place", place)


def of_name(run: Run, name: str) -> tuple[Indicator, ...]:
    """One indicator of an answer, in every place."""
    return _filtered(run.sealed.folder, "name", name)


@lru_cache(maxsize=256)
def _filtered(folder: Path, column: str, wanted: str) -> tuple[Indicator, ...]:
    """Indicators whose ``column`` is ``wanted``; what is sealed does not change, so they are kept in memory."""
    path = folder / INDICATORS_FILE
    if not path.is_file():
        return ()
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, pre_buffer=False) as file:
        batches = file.iter_batches(use_threads=False)
        return tuple(Indicator(**row) for batch in batches for row in _rows(batch, column, wanted))


def _rows(batch: Any, column: str, wanted: str) -> Iterator[dict[str, Any]]:
    """The rows of a batch whose ``column`` is ``wanted``. Arrow's own filter would bring pandas into the process."""
    start = 0
    for same, group in groupby(batch.column(column).to_pylist(), lambda value: value == wanted):
        size = sum(1 for _value in group)
        if same:
            yield from batch.slice(start, size).to_pylist()
        start += size


@dataclass(frozen=True, slots=True)
class Place:
    """An indicator that an answer gives for places: which run, which indicator and unit, which year."""

    run: str
    name: str
    year: int
    unit: str


def places(visit: Visit, rows: Sequence[Mapping[str, Any]], codes: Sequence[str]) -> list[Place]:
    """Indicators that some answers give for one of these places at least, latest answer first, in the vocabulary's
    order then by year, the last first."""
    from sqlalchemy import select

    from agglo.store.tables import run_indicators as table

    columns = (table.c.run, table.c.name, table.c.year, table.c.unit)
    ids = [row["id"] for row in rows]
    question: Select[Any] = select(*columns).where(table.c.run.in_(ids), table.c.place.in_(codes)).distinct()
    found = [Place(*(row[one] for one in ("run", "name", "year", "unit"))) for row in
             visit.workspace.index.rows(question)]  # fmt: skip
    rank, words = {one: order for order, one in enumerate(ids)}, {one: order for order, one in enumerate(vocabulary())}
    return sorted(found, key=lambda one: (rank[one.run], words.get(one.name, len(words)), -one.year))


@dataclass(frozen=True, slots=True)
class Measure:
    """What an amount is divided by so that places can be compared: "ha" or "inhabitant"."""

    unit: str

    @property
    def label(self) -> str:
        """What it is in words."""
        return _("per hectare") if self.unit == "ha" else _("per inhabitant")

    def unit_of(self, unit: str) -> str:
        """The unit of an amount in ``unit`` once divided, as people write it."""
        return f"{numerals.unit_label(unit)}/{numerals.unit_label(self.unit)}"


_MEASURES = {
    "land.carbon-stock": Measure("ha"),
    "land.carbon-flux": Measure("ha"),
    "climate.emissions": Measure("inhabitant"),
    "climate.energy": Measure("inhabitant"),
}


def measure_of(name: str) -> Measure | None:
    """What an indicator is divided by to compare places; None where that would mean nothing."""
    return _MEASURES.get(name)


def size_of(measure: Measure, area_ha: float, population: int | None) -> float | None:
    """The size of a place in a measure [ha or inhabitants]; None where it is not known or nothing."""
    size = area_ha if measure.unit == "ha" else population
    return float(size) if size else None


def small(value: float | None) -> str:
    """A figure with three significant digits at least, as people of the language write it.

    >>> import os; os.environ["AGGLO_LANGUAGE"] = "en"
    >>> small(2.2819), small(-1043.04), small(0.0), small(None)
    ('2.28', '\u22121,043', '0', 'no data')
    """
    if value is None:
        return _("no data")
    return numerals.number(value) if abs(value) >= 1000 else numerals.significant(value)
