"""The indicators of a run as its page shows them: figures of the whole, a map by commune, bars by cause, lines by year,
each beside a table with the same figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agglo.contract import numerals
from agglo.contract.indicators import Indicator, Term, vocabulary
from agglo.contract.language import _
from agglo.portal import drawings, figures, paging
from agglo.portal.drawings import Bar, Bars, Choropleth, Line, Lines
from agglo.portal.figures import Said
from agglo.portal.visits import Visit
from agglo.runs.run import Run
from agglo.store.indexing import INDICATORS_FILE
from agglo.studies.report import wording
from agglo.territory.communes import Commune, Territory, fold

PLACES = 50
"""Places of a page of the table."""
_FEWEST_ON_A_MAP = 2
_MOST_FIGURES = 12
_MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Select:
    """A choice of the form: its name in the address, its options as (value, words), and the one in force."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of a page: columns as ``pieces.table`` takes them, rows of cells, and which rows of how many."""

    caption: str
    columns: Sequence[Mapping[str, Any]]
    rows: Sequence[Sequence[Any]]
    first: int = 1
    total: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows of the indicators; drawings are None where there is nothing to draw."""

    totals: Sequence[Said]
    choices: Sequence[Select]
    title: str
    explanation: str
    about: str
    map: Choropleth | None
    places: Grid | None
    bars: Bars | None
    causes: Grid | None
    lines: Lines | None
    years: Grid | None


def view(visit: Visit, run: Run, commune: Callable[[str], str]) -> View | None:
    """The indicators of a run under the choices of the address; None where it gives none.

    ``commune`` gives the address of a commune's page.
    """
    known = names(run)
    if not known:
        return None
    return _Viewing(visit, run, known, commune).view()


def names(run: Run) -> list[str]:
    """The indicators that a run gives, in the order of the vocabulary."""
    path = run.sealed.folder / INDICATORS_FILE
    if not path.is_file():
        return []
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        held = {
            name
            for batch in file.iter_batches(columns=["name"], use_threads=False)
            for name in batch.column(0).to_pylist()
        }
    return [*(one for one in vocabulary() if one in held), *sorted(held - set(vocabulary()))]


def chosen(asked: str | None, options: Sequence[str], otherwise: str) -> str:
    """What was asked if it is one of the options, else ``otherwise``: an address never fails for a choice."""
    return asked if asked is not None and asked in options else otherwise


class _Viewing:
    """One page: the rows of one indicator, in one year and of one cause."""

    def __init__(self, visit: Visit, run: Run, known: Sequence[str], commune: Callable[[str], str]) -> None:
        self.visit, self.run, self.known, self.commune = visit, run, known, commune
        asked = visit.query
        self.name = chosen(asked.get("indicateur"), known, self._leading())
        self.rows = figures.of_name(run, self.name)
        self.years = sorted({one.year for one in self.rows})
        self.year = int(chosen(asked.get("annee"), list(map(str, self.years)), str(self.years[-1])))
        self.sectors = sorted({one.sector for one in self.rows if one.year == self.year})
        self.sector = chosen(asked.get("cause"), self.sectors, self.sectors[0])
        self.term: Term | None = vocabulary().get(self.name)
        self.unit = self.rows[0].unit
        self.here = {one.insee: one for one in visit.territory.communes}

    def _leading(self) -> str:
        lead = figures.headline(self.run, self.visit.territory.siren)
        return lead.name if lead and lead.name in self.known else self.known[0]

    @property
    def title(self) -> str:
        return self.term.title if self.term else self.name

    def view(self) -> View:
        selected = [one for one in self.rows if one.year == self.year and one.sector == self.sector]
        values = {one.place: one.value for one in selected}
        lined = self._lined()
        return View(
            totals=self._totals(),
            choices=self._choices(),
            title=self.title,
            explanation=wording.explanation(self.name),
            about=self._about(selected),
            map=self._map(values),
            places=self._places(selected, values),
            bars=self._bars(),
            causes=self._causes(),
            lines=drawings.lines(lined, unit=self.unit, title=self._line_title()) if lined else None,
            years=self._years(lined) if lined else None,
        )

    def _totals(self) -> list[Said]:
        """What is said of the whole territory, else of the only place there is; of several years, the last."""
        own = figures.of_place(self.run, self.visit.territory.siren)
        if not own and len({one.place for one in self.rows}) == 1:
            own = figures.of_place(self.run, self.rows[0].place)
        last = {one.name: one for one in sorted(own, key=lambda one: one.year) if not one.sector}
        return [figures.said(last[name]) for name in self.known if name in last][:_MOST_FIGURES]

    def _choices(self) -> list[Select]:
        titles = [(name, term.title if (term := vocabulary().get(name)) else name) for name in self.known]
        found = [
            Select("indicateur", _("Indicator"), titles, self.name),
            Select("annee", _("Year"), [(str(one), str(one)) for one in reversed(self.years)], str(self.year)),
            Select("cause", _("Part"), [(one, wording.cause(one)) for one in self.sectors], self.sector),
        ]
        return [one for one in found if len(one.options) > 1]

    def _about(self, selected: Sequence[Indicator]) -> str:
        """Unit, year, part, how it was obtained and after whom, in one line."""
        if not selected:
            return ""
        first = selected[0]
        period = _("yearly mean {since}-{year}").format(since=first.since, year=first.year) if first.since else ""
        qualities = ", ".join(dict.fromkeys(wording.quality(one.quality) for one in selected))
        sources = ", ".join(dict.fromkeys(one.source for one in selected if one.source))
        part = wording.cause(self.sector) if self.sector else ""
        unit = numerals.unit_label(self.unit)
        return ", ".join(filter(None, (unit, period or str(first.year), part, qualities, sources)))

    def _map(self, values: Mapping[str, float | None]) -> Choropleth | None:
        known = {code: value for code, value in values.items() if code in self.here}
        if sum(value is not None for value in known.values()) < _FEWEST_ON_A_MAP:
            return None
        unit, title = self.unit, f"{self.title}, {self.year}"
        if (measure := figures.measure_of(self.name)) is not None:
            known = {code: self._divided(self.here[code], value) for code, value in known.items()}
            unit, title = measure.unit_of(unit), f"{title}, {measure.label}"
        return drawings.choropleth(self.visit.territory, known, unit=unit, title=title, link=self.commune)

    def _divided(self, place: Commune | Territory, value: float | None) -> float | None:
        """A value by hectare or inhabitant, as its indicator asks."""
        measure = figures.measure_of(self.name)
        size = figures.size_of(measure, place.area_ha, place.population_municipale) if measure else None
        return None if value is None or size is None else value / size

    def _places(self, selected: Sequence[Indicator], values: Mapping[str, float | None]) -> Grid | None:
        """A row by place: the territory, its communes by name, then other places."""
        if not values:
            return None
        siren = self.visit.territory.siren
        ordered = sorted(values, key=lambda code: (code != siren, code not in self.here, self._label(code)))
        start = PLACES * (paging.asked(self.visit, paging.count(len(ordered), PLACES)) - 1)
        qualities = {one.place: wording.quality(one.quality) for one in selected}
        columns: list[Mapping[str, Any]] = [{"label": _("Place")}, self._column(_("Value"), self.unit)]
        cells: list[Mapping[str, str]] = [_figures(values)]
        if (measure := figures.measure_of(self.name)) is not None:
            columns.append({"label": measure.label.capitalize(), "unit": measure.unit_of(self.unit), "number": True})
            cells.append(_figures({code: self._by_size(code, value) for code, value in values.items()}))
        if len(set(qualities.values())) > 1:
            columns.append({"label": _("How it was obtained")})
            cells.append(qualities)
        rows = [[self._place(code), *(one[code] for one in cells)] for code in ordered[start : start + PLACES]]
        caption = _("{title} by place, {year}").format(title=self.title, year=self.year)
        return Grid(caption, columns, rows, start + 1, len(ordered))

    def _by_size(self, code: str, value: float | None) -> float | None:
        """A value by hectare or inhabitant, of a commune or of the whole territory."""
        place = self.here.get(code) or (self.visit.territory if code == self.visit.territory.siren else None)
        return self._divided(place, value) if place else None

    def _label(self, code: str) -> str:
        return fold(self.here[code].name) if code in self.here else code

    def _place(self, code: str) -> Any:
        if code in self.here:
            return {"text": self.here[code].name, "href": self.commune(code)}
        return self.visit.territory.name if code == self.visit.territory.siren else code

    def _column(self, label: str, unit: str) -> Mapping[str, Any]:
        return {"label": label, "unit": numerals.unit_label(unit), "number": True}

    def _by_cause(self) -> list[Indicator]:
        """The parts of the chosen year for the whole territory, the largest first."""
        siren = self.visit.territory.siren
        parts = [one for one in self.rows if one.place == siren and one.year == self.year and one.sector]
        return sorted(parts, key=lambda one: -abs(one.value or 0.0)) if len(parts) > 1 else []

    def _bars(self) -> Bars | None:
        rows = [Bar(wording.cause(one.sector), one.value) for one in self._by_cause()]
        return drawings.bars(rows, unit=self.unit, title=self._cause_title()) if rows else None

    def _causes(self) -> Grid | None:
        parts = self._by_cause()
        decimals = numerals.decimals_for(one.value for one in parts)
        rows = [
            [wording.cause(one.sector), numerals.figure(one.value, decimals if one.value else 0),
             wording.quality(one.quality)] for one in parts
        ]  # fmt: skip
        columns = [{"label": _("Part")}, self._column(_("Value"), self.unit), {"label": _("How it was obtained")}]
        return Grid(self._cause_title(), columns, rows) if rows else None

    def _cause_title(self) -> str:
        place = self.visit.territory.name
        return _("{title} by part, {place}, {year}").format(title=self.title, place=place, year=self.year)

    def _lined(self) -> list[Line]:
        """The years of the whole territory, else of the first place: the whole, else some parts of it."""
        places = list(dict.fromkeys(one.place for one in self.rows))
        place = self.visit.territory.siren if self.visit.territory.siren in places else places[0]
        found: dict[str, list[Indicator]] = {}
        for one in self.rows:
            if one.place == place:
                found.setdefault(one.sector, []).append(one)
        kept = [""] if "" in found else sorted(found)[:_MOST_LINES]
        lined = [
            Line(wording.cause(sector), [(one.year, one.value) for one in sorted(found[sector], key=_by_year)],
                 found[sector][-1].quality) for sector in kept
        ]  # fmt: skip
        return lined if any(len(one.points) > 1 for one in lined) else []

    def _line_title(self) -> str:
        return _("{title} over the years").format(title=self.title)

    def _years(self, lined: Sequence[Line]) -> Grid:
        held = [dict(one.points) for one in lined]
        decimals = numerals.decimals_for(value for one in held for value in one.values())
        rows = [
            [str(year), *(numerals.figure(one.get(year), decimals if one.get(year) else 0) for one in held)]
            for year in sorted({year for one in held for year in one})
        ]
        columns = [{"label": _("Year")}, *(self._column(one.label, self.unit) for one in lined)]
        return Grid(self._line_title(), columns, rows)


def _figures(values: Mapping[str, float | None]) -> dict[str, str]:
    """A column of figures by place; what is zero, and not nearly zero, reads ``0``."""
    decimals = numerals.decimals_for(values.values())
    return {code: numerals.figure(value, decimals if value else 0) for code, value in values.items()}


def _by_year(one: Indicator) -> int:
    return one.year
