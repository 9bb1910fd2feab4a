"""The first page: the territory on a map, where it stands against its commitments, what was asked and what it cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from agglo.contract import numerals
from agglo.contract.indicators import Indicator
from agglo.contract.language import _, ngettext
from agglo.footprint.factors import DEFAULT_SET, load
from agglo.portal import costs, drawings, figures, html
from agglo.portal.app import path_of
from agglo.portal.pages import search
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.runs.run import Run
from agglo.studies.report import pages
from agglo.studies.report.chapters import words
from agglo.studies.report.costs import J_PER_KWH, LAMP_W
from agglo.studies.report.maps import by_name
from agglo.trust.access import reading
from agglo.trust.deal import keeping, sheet

LOOKED, LATEST, COMMITMENTS = 60, 5, 4
"""How many of the latest answers are looked through for figures; how many are shown; how many commitments are."""
EFFORT, FLUX, TAKE = "climate.required-effort", "land.carbon-flux", "land.take"
Rows = Sequence[Mapping[str, Any]]


def show(visit: Visit) -> Response:
    """The first page; a search sent here goes to the results."""
    if "q" in visit.query:
        return RedirectResponse(f"{path_of('search')}?{urlencode({'q': visit.query['q'][: search.LONGEST]})}", 303)
    rows = reading.runs(visit.workspace, visit.person, limit=LOOKED).rows
    finished = [row for row in rows if row["state"] == "finished"]
    deals, spent = commitments(visit), in_all(visit)
    return html.page(
        visit,
        "home.html.j2",
        territory=visit.territory,
        map=mapped(visit, finished),
        deals=deals,
        targets=[] if deals else targets(visit, finished),
        answers=figures.answers(visit, rows[:LATEST]),
        spent=spent,
        spent_said=spent_in_words(spent) if spent else "",
    )


@dataclass(frozen=True, slots=True)
class Mapped:
    """The map of the first page: which figure, what it rests on, and the same figures as a table."""

    drawn: drawings.Choropleth
    said: str
    source: str
    run: str
    rows: Sequence[tuple[str, str, str]]


def mapped(visit: Visit, finished: Rows) -> Mapped | None:
    """The latest figures by commune; those of a reference scenario are taken before those of any other."""
    found = figures.places(visit, finished, visit.territory.codes)
    names, scenarios = figures.Scenarios(visit), {row["id"]: row["scenario"] for row in finished}
    wanted = next((one for one in found if names.is_reference(scenarios[one.run])), found[0] if found else None)
    if wanted is None:
        return None
    run = reading.run(visit.workspace, visit.person, wanted.run)
    given = {one.place: one for one in figures.of_name(run, wanted.name) if one.year == wanted.year and not one.sector}
    return _mapped(visit, run, given, names.title(run))


def _mapped(visit: Visit, run: Run, given: Mapping[str, Indicator], scenario: str) -> Mapped:
    communes = by_name(visit.territory)
    first = next(one for one in given.values() if one.place in visit.territory.codes)
    measure = figures.measure_of(first.name)
    values = {one.insee: _value(given.get(one.insee), measure, one.area_ha, one.population_municipale)
              for one in communes}  # fmt: skip
    term = figures.said(first)
    unit = measure.unit_of(first.unit) if measure else term.unit
    title = f"{term.title} {measure.label}" if measure else term.title
    drawn = drawings.choropleth(
        visit.territory,
        values,
        unit="",
        title=_("{title}, {period} ({unit})").format(title=title, period=term.period, unit=unit),
        link=lambda insee: path_of("commune", insee=insee),
    )
    parts = [term.quality, run.model, scenario, _("divided here by the size of each commune") if measure else ""]
    said = {area.insee: area.said for area in drawn.areas}
    return Mapped(
        drawn=drawn,
        said=", ".join(filter(None, parts)),
        source=pages.said(first.source),
        run=run.id,
        rows=[(one.name, path_of("commune", insee=one.insee), said[one.insee]) for one in communes],
    )


def _value(
    one: Indicator | None, measure: figures.Measure | None, area_ha: float, population: int | None
) -> float | None:
    if one is None or one.value is None:
        return None
    size = figures.size_of(measure, area_ha, population) if measure else 1.0
    return one.value / size if size else None


@dataclass(frozen=True, slots=True)
class Commitment:
    """A commitment of a kept deal: its target, and the latest figures kept for it."""

    title: str
    href: str
    target: str
    modelled: str
    declared: str
    nothing: str


def commitments(visit: Visit) -> list[Commitment]:
    """Some commitments of the deals kept here, those with a figure first; none as long as no deal is kept."""
    found = []
    for name in keeping.names(visit.workspace):
        told = sheet.of(visit.workspace, keeping.load(visit.workspace, name))
        items = [item for axis in told.axes for item in axis.commitments]
        items.sort(key=lambda item: (bool(item.nothing), not item.has_shares))
        found += [Commitment(item.title, path_of("deal", name=name), *item.short[1:], item.nothing) for item in items]
    return found[:COMMITMENTS]


@dataclass(frozen=True, slots=True)
class Target:
    """What a published target asks for, or a figure beside it: a value with its unit and what it rests on."""

    label: str
    value: str
    unit: str
    about: str
    source: str
    href: str


def targets(visit: Visit, finished: Rows) -> list[Target]:
    """What the targets that studies read ask for, and what the land does; the latest reference answers."""
    siren, names = visit.territory.siren, figures.Scenarios(visit)
    scenarios = {row["id"]: row["scenario"] for row in finished}
    found = [one for one in figures.places(visit, finished, [siren]) if names.is_reference(scenarios[one.run])]
    made: list[Target] = []
    for name, tell in ((EFFORT, _efforts), (FLUX, _plain), (TAKE, _plain)):
        first = next((one for one in found if one.name == name), None)
        if first:
            run = reading.run(visit.workspace, visit.person, first.run)
            made += tell(run, [one for one in figures.of_place(run, siren) if one.name == name])
    return made


def _efforts(run: Run, given: Sequence[Indicator]) -> Iterator[Target]:
    """The effort that each quantity asks for, all sectors together; the sector of an energy target is ``energy``."""
    quantities = {"": words.EMISSIONS, words.ENERGY: words.ENERGY}
    for one in given:
        if one.sector in quantities and one.value is not None and one.since:
            label = _("{quantity}: to cut every year, {period}").format(
                quantity=words.quantity(quantities[one.sector]), period=f"{one.since}–{one.year}"
            )
            left = 100 * (1 - one.value / 100) ** (one.year - one.since)
            about = _("target: {index} of the level of {since} in {year}").format(
                index=numerals.quantity(left, "%"), since=one.since, year=one.year
            )
            yield _target(run, one, label, about)


def _plain(run: Run, given: Sequence[Indicator]) -> Iterator[Target]:
    yield from (_target(run, one, figures.said(one).title, _("no target set")) for one in given if not one.sector)


def _target(run: Run, one: Indicator, label: str, about: str) -> Target:
    said = figures.said(one)
    told = ", ".join(filter(None, (about, said.reading, said.quality, "" if one.name == EFFORT else said.period)))
    source = pages.said(one.source.partition(" : ")[0])
    return Target(label, said.value, said.unit, told, source, path_of("run", id=run.id))


@dataclass(frozen=True, slots=True)
class Spent:
    """What everything computed here cost together, in words and in figures."""

    answers: int
    measured: int
    energy: str
    carbon: str
    lamp: str
    everyday: Sequence[str]
    source: str


def in_all(visit: Visit) -> Spent | None:
    """Every answer, verification and declared computation kept here, hidden ones included: sums name nothing."""
    whole = costs.total(costs.groups(visit.workspace, visit.person, "model"))
    if not whole.counts["entries"]:
        return None
    lamp_s = None if whole.energy_kwh is None else whole.energy_kwh * J_PER_KWH / LAMP_W
    return Spent(
        answers=whole.counts["entries"],
        measured=whole.counts["measured"],
        energy=numerals.scaled(whole.energy_kwh, "kWh"),
        carbon=numerals.scaled(whole.carbon_g, "gCO2e"),
        lamp="" if lamp_s is None else numerals.scaled(lamp_s, "s"),
        everyday=costs.everyday(whole.carbon_g),
        source=load(DEFAULT_SET).attribution,
    )


def spent_in_words(spent: Spent) -> str:
    """What all answers cost, as one sentence."""
    return ngettext(
        "{count} computation kept here took {energy} of electricity and {carbon} of greenhouse gases.",
        "The {count} computations kept here took {energy} of electricity and {carbon} of greenhouse gases in all.",
        spent.answers,
    ).format(count=numerals.number(spent.answers), energy=spent.energy, carbon=spent.carbon)


ROUTES = (page("/", show, name="home"), *search.ROUTES)
