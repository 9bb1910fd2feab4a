"""The territory and its communes: who lives there, how large they are, and what the answers say of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from starlette.responses import RedirectResponse, Response

from agglo.contract import numerals
from agglo.contract.errors import AggloError
from agglo.contract.indicators import Indicator, vocabulary
from agglo.contract.language import N_, _
from agglo.portal import drawings, figures, html
from agglo.portal.app import path_of
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.runs.run import Run
from agglo.studies.report.maps import by_name
from agglo.territory.communes import Commune, Territory, fold
from agglo.trust.access import reading

HA_PER_KM2 = 100.0
LATEST = 100
"""How many of the latest answers are looked through for a commune."""
_NEAREST = 5

N_("Populations: official commune file of Etalab, in force in 2025 (INSEE). Outlines and centroids: IGN Admin Express "
   "2018, simplified.")  # fmt: skip


def show(visit: Visit) -> Response:
    """The whole territory: its figures, its map, its communes as a table."""
    territory = visit.territory
    return html.page(
        visit,
        "territory.html.j2",
        territory=territory,
        facts=_facts(territory),
        map=density_map(territory),
        columns=_columns(),
        communes=[_row(one) for one in by_name(territory)],
        total=_total(territory),
        perimeters=_perimeters(territory),
        source=_(territory.source),
    )


def density_map(territory: Territory) -> drawings.Choropleth:
    """Inhabitants per km² of each commune, each a link to its page."""
    return drawings.choropleth(
        territory,
        {one.insee: density(one.population_municipale, one.area_ha) for one in territory.communes},
        unit="",
        title=_("Inhabitants per square kilometre, {year}").format(year=_year(territory)),
        link=lambda insee: path_of("commune", insee=insee),
    )


def density(population: int | None, area_ha: float) -> float | None:
    """Inhabitants per km²; None where the population is not known."""
    return None if population is None else population / (area_ha / HA_PER_KM2)


def _year(territory: Territory) -> str:
    return str(territory.year) if territory.year else _("year not stated")


def _facts(territory: Territory) -> list[tuple[str, str, str, str]]:
    """The figures that lead: label, value, unit, and what they rest on."""
    population, area = territory.population_municipale, territory.area_ha
    people = numerals.figure(density(population, area))
    year = _year(territory)
    return [
        (_("Communes"), numerals.number(len(territory.communes)), "", year),
        (_("Residents"), numerals.figure(population), "", _("municipal population, {year}").format(year=year)),
        (_("Area"), numerals.number(area / HA_PER_KM2), "km²", _("computed from outlines")),
        (_("Density"), people, _("residents/km²"), _("computed")),
    ]


def _columns() -> list[dict[str, Any]]:
    heads = ((_("Commune"), ""), (_("INSEE code"), ""), (_("Residents"), ""), (_("Area"), "ha"),
             (_("Density"), _("residents/km²")))  # fmt: skip
    return [{"label": label, "unit": unit, "number": rank > 1} for rank, (label, unit) in enumerate(heads)]


def _row(one: Commune) -> list[Any]:
    link = {"text": one.name, "href": path_of("commune", insee=one.insee)}
    return [link, one.insee, *_sizes(one.population_municipale, one.area_ha)]


def _total(territory: Territory) -> list[str]:
    return [_("Whole territory"), "", *_sizes(territory.population_municipale, territory.area_ha)]


def _sizes(population: int | None, area_ha: float) -> list[str]:
    return [numerals.figure(population), numerals.number(area_ha), numerals.figure(density(population, area_ha))]


def _perimeters(territory: Territory) -> list[tuple[str, str]]:
    departments = sorted({one.department for one in territory.communes})
    regions = sorted({one.region for one in territory.communes})
    return [
        (_("Official number of the authority (SIREN)"), territory.siren),
        (_("Departments"), ", ".join(departments)),
        (_("Region code"), ", ".join(regions)),
    ]


def show_commune(visit: Visit) -> Response:
    """One commune; a name or an accent that is not quite right leads to it, an unknown one to the nearest names."""
    asked = str(visit.path["insee"])
    try:
        commune = visit.territory.commune(asked)
    except AggloError:
        return html.page(visit, "commune_unknown.html.j2", status=404, asked=asked, nearest=nearest(visit, asked))
    if commune.insee != asked:
        return RedirectResponse(path_of("commune", insee=commune.insee), 307)
    rows = reading.runs(visit.workspace, visit.person, state="finished", limit=LATEST).rows
    return html.page(
        visit,
        "commune.html.j2",
        commune=commune,
        facts=_commune_facts(visit.territory, commune),
        map=density_map(visit.territory),
        indicators=list(_indicators(visit, commune, rows)),
        source=_(visit.territory.source),
        looked=len(rows),
    )


def nearest(visit: Visit, asked: str) -> list[Commune]:
    """The communes whose code or name is nearest to what was asked."""
    wanted = fold(asked)
    close = get_close_matches(asked, visit.territory.codes, _NEAREST, 0.6) if asked.isdigit() else []

    def likeness(one: Commune) -> float:
        return (one.insee in close) + SequenceMatcher(None, wanted, fold(one.name)).ratio()

    return sorted(visit.territory.communes, key=likeness, reverse=True)[:_NEAREST]


def _commune_facts(territory: Territory, one: Commune) -> list[tuple[str, str, str, str]]:
    year = _year(territory)
    people = density(one.population_municipale, one.area_ha)
    whole = numerals.figure(density(territory.population_municipale, territory.area_ha))
    return [
        (_("Residents"), numerals.figure(one.population_municipale), "", _("municipal population, {year}").format(
            year=year)),
        (_("Area"), numerals.number(one.area_ha), "ha", _("computed from the outline")),
        (_("Density"), numerals.figure(people), _("residents/km²"), _("computed; whole territory: {value}").format(
            value=whole)),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator of a commune in one answer, and where it can be compared the figures that compare it."""

    title: str
    value: str
    unit: str
    period: str
    quality: str
    scenario: str
    model: str
    run: str
    finished: str
    compared: str
    reference: bool


def _indicators(visit: Visit, commune: Commune, rows: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """What the latest answers say of a commune, one row for each indicator, year and scenario: the latest answer's."""
    listed, names = {row["id"]: row for row in rows}, figures.Scenarios(visit)
    seen: set[tuple[Any, ...]] = set()
    for run in _speaking_of(visit, rows, commune.insee):
        whole = {(one.name, one.year): one for one in _in_order(figures.of_place(run, visit.territory.siren))}
        scenario = listed[run.id]["scenario"]
        for one in _in_order(figures.of_place(run, commune.insee)):
            key = (run.content["model"]["id"], one.name, one.year, scenario)
            if key not in seen:
                seen.add(key)
                compared = _compared(visit.territory, commune, one, whole.get((one.name, one.year)))
                yield _indicator_row(run, one, names, listed[run.id], compared)


def _speaking_of(visit: Visit, rows: Sequence[Mapping[str, Any]], insee: str) -> list[Run]:
    wanted = dict.fromkeys(one.run for one in figures.places(visit, rows, [insee]))
    return [reading.run(visit.workspace, visit.person, one) for one in wanted]


def _in_order(found: Sequence[Indicator]) -> list[Indicator]:
    """Indicators of all sectors together, in the vocabulary's order."""
    words = list(vocabulary())
    own = [one for one in found if not one.sector]
    return sorted(own, key=lambda one: (words.index(one.name) if one.name in words else len(words), one.year))


def _indicator_row(run: Run, one: Indicator, names: figures.Scenarios, listed: Mapping[str, Any], compared: str) -> Row:
    said = figures.said(one)
    return Row(
        title=said.title,
        value=said.value,
        unit=said.unit,
        period=said.period,
        quality=said.quality,
        scenario=names.title(run),
        model=run.model,
        run=run.id,
        finished=listed["finished"],
        compared=compared,
        reference=names.is_reference(listed["scenario"]),
    )


def _compared(territory: Territory, commune: Commune, one: Indicator, whole: Indicator | None) -> str:
    """A commune's figure and the territory's by hectare or by inhabitant, or as they are where they need no measure."""
    if whole is None or one.value is None or whole.value is None:
        return ""
    measure = figures.measure_of(one.name)
    if measure is None:
        return ""
    here = figures.size_of(measure, commune.area_ha, commune.population_municipale)
    there = figures.size_of(measure, territory.area_ha, territory.population_municipale)
    if here is None or there is None:
        return ""
    return _("{value} {unit}; whole territory: {whole}").format(
        value=figures.small(one.value / here),
        unit=measure.unit_of(one.unit),
        whole=figures.small(whole.value / there),
    )


ROUTES = (
    page("/territoire", show, name="territory"),
    page("/territoire/{insee}", show_commune, name="commune"),
)
