"""The comparison laid out: series added up by place and sector, as tables and indicators."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from agglo.contract.columns import Columns
from agglo.contract.indicators import Indicator, Quality
from agglo.models.climate import attribution, inventory_figures, uncertainty
from agglo.models.climate.ex_post_series import Known, Series
from agglo.models.climate.nomenclature import ALL, SECTORS

_SOURCE = "climate.ex-post"

OBSERVED: Columns = {
    **dict.fromkeys(("place", "sector"), "text"),
    "year": "year",
    **dict.fromkeys(
        ("observed", "weather_corrected", "counterfactual", "attributed", "attributed_low", "attributed_high"),
        "tCO2e/yr",
    ),
    "quality": "text",
}
DECOMPOSITION: Columns = {
    **dict.fromkeys(("place", "sector"), "text"),
    **dict.fromkeys(("since", "year"), "year"),
    "factor": "text",
    "effect": "tCO2e/yr",
}


@dataclass(frozen=True, slots=True)
class Total:
    """Series of a place and a sector (``all`` for all of them) added up, in a year; amounts in tCO2e a year.

    ``halfwidth`` is half of the 95 % interval of ``attributed``; ``effects`` are by factor, empty in the first year.
    """

    place: str
    sector: str
    since: int
    year: int
    observed: float
    weather_corrected: float
    counterfactual: float
    attributed: float
    halfwidth: float
    effects: dict[str, float]
    quality: Quality


def totals(found: Sequence[Series], territory: str, *, together: bool) -> list[Total]:
    """Each place, sector and year, then all sectors; the territory, the sum of all places, comes last."""
    parts: defaultdict[tuple[str, str], list[Series]] = defaultdict(list)
    for one in found:
        for place in dict.fromkeys((one.place, territory or one.place)):
            for sector in (one.sector, ALL):
                parts[place, sector].append(one)
    places = [place for place in dict.fromkeys(one.place for one in found) if place != territory]
    return [
        _total(place, sector, members, year, together=together)
        for place in (*places, *([territory] if territory else []))
        for sector in (*SECTORS, ALL)
        if (members := parts.get((place, sector)))
        for year in members[0].states
    ]


def _total(place: str, sector: str, members: Sequence[Series], year: int, *, together: bool) -> Total:
    since = min(members[0].states)
    states = [(one, one.states[since], one.states[year]) for one in members]
    counter = [attribution.counterfactual(first, state) for _one, first, state in states]
    known = [
        part for one, first, state in states for part in _signed(one, since, year, attribution.scale(first, state))
    ]
    effects = [
        attribution.effects(first, state, one.sector, of_population=one.of_population) for one, first, state in states
    ]
    values, halves, sources = zip(*known, strict=True) if year > since else ((), (), ())
    return Total(
        place,
        sector,
        since,
        year,
        observed=fsum(state.emissions for _one, _first, state in states),
        weather_corrected=fsum(state.weather_corrected for _one, _first, state in states),
        counterfactual=fsum(counter),
        attributed=fsum(state.emissions - other for (_one, _first, state), other in zip(states, counter, strict=True)),
        halfwidth=uncertainty.of_sum(values, halves, sources if together else None),
        effects=attribution.added(effects) if year > since else {},
        quality=inventory_figures.least_sure(one.quality for one in members),
    )


def _signed(one: Series, since: int, year: int, scale: float) -> Iterator[Known]:
    """The figures that the attributed change is the sum of: those of the year, less those of the first year, scaled."""
    yield from one.known[year]
    yield from ((-scale * value, halfwidth, source) for value, halfwidth, source in one.known[since])


def observed_rows(found: Sequence[Total]) -> Iterator[dict[str, Any]]:
    """The rows of the table of observed emissions."""
    for one in found:
        names = ("place", "sector", "year", "observed", "weather_corrected", "counterfactual", "attributed", "quality")
        yield {
            **{name: getattr(one, name) for name in names},
            "attributed_low": one.attributed - one.halfwidth,
            "attributed_high": one.attributed + one.halfwidth,
        }


def decomposition_rows(found: Sequence[Total]) -> Iterator[dict[str, Any]]:
    """The rows of the table of factors: each year against the first."""
    for one in found:
        for factor, effect in one.effects.items():
            named = {name: getattr(one, name) for name in ("place", "sector", "since", "year")}
            yield {**named, "factor": factor, "effect": effect}


def indicators(found: Sequence[Total]) -> list[Indicator]:
    """Weather-corrected emissions of each year, and the attributed change since the first."""
    corrected = [("climate.weather-corrected-emissions", one, one.weather_corrected, None) for one in found]
    attributed = [
        ("climate.attributed-change", one, one.attributed, one.since) for one in found if one.year > one.since
    ]
    return [
        Indicator(
            name=name,
            value=value,
            unit="tCO2e/yr",
            place=one.place,
            year=one.year,
            since=since,
            sector="" if one.sector == ALL else one.sector,
            quality=one.quality,
            source=_SOURCE,
        )
        for name, one, value, since in (*corrected, *attributed)
    ]
