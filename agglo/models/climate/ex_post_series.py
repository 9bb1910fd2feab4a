"""Series of places and sectors by year, checked to be complete, with what surrounds them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Protocol

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.indicators import Quality
from agglo.contract.language import _
from agglo.models.climate import inventory_figures
from agglo.models.climate.attribution import Share, State, weather_factor
from agglo.models.climate.inventory_rows import Row
from agglo.models.climate.inventory_table import Inventory
from agglo.models.climate.nomenclature import SECTORS
from agglo.models.climate.surroundings import DEGREE_DAYS, POPULATION, Surroundings

Cell = tuple[str, str, int]
"""A place, a sector and a year."""

Filed = Mapping[Cell, Sequence[Row]]

Known = tuple[float, float, str]
"""A figure [tCO2e], half of its 95 % interval [1], and its source."""


class Hypotheses(Protocol):
    """What :func:`build` asks of the parameters."""

    @property
    def heating(self) -> Mapping[str, Share]: ...
    @property
    def halfwidths(self) -> Mapping[str, float]: ...
    @property
    def without_population(self) -> Sequence[str]: ...
    @property
    def weather_of(self) -> str: ...
    @property
    def first_year(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Series:
    """A place and sector over the years: ``states`` and the figures they are made of, by year."""

    place: str
    sector: str
    of_population: bool
    states: Mapping[int, State]
    known: Mapping[int, Sequence[Known]]
    quality: Quality


def build(held: Inventory, around: Surroundings, hypotheses: Hypotheses) -> list[Series]:
    """The series of an inventory from its first year (or that of the hypotheses) on.

    Raises
    ------
    InvalidInput
        Lists fewer than two years, a sector that some year lacks, and each population, degree-days and reference that
        is missing or zero.
    """
    rows, energy = _filed(held.emissions), _filed(held.energy)
    years = sorted({year for *_names, year in rows})
    first = hypotheses.first_year or min(years, default=0)
    years = [year for year in years if year >= first]
    names = sorted({key[:2] for key in rows if key[2] in years}, key=lambda one: (one[0], [*SECTORS].index(one[1])))
    faults = [
        *_year_faults(years, hypotheses.first_year),
        *_missing(names, years, rows),
        *_context_faults(names, years, around, hypotheses),
    ]
    if faults:
        raise InvalidInput(_("These years cannot be compared."), faults)
    return [
        Series(
            place,
            sector,
            sector not in hypotheses.without_population,
            {year: _state((place, sector, year), rows, energy, around, hypotheses) for year in years},
            {year: _known(rows[place, sector, year], hypotheses.halfwidths) for year in years},
            _quality([row for year in years for row in rows[place, sector, year]], around, hypotheses),
        )
        for place, sector in names
    ]


def _filed(rows: Iterable[Row]) -> Filed:
    found: defaultdict[Cell, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.place, row.sector, row.year].append(row)
    return dict(found)


def _year_faults(years: Sequence[int], first_year: int | None) -> Iterator[Fault]:
    if first_year is not None and first_year not in years:
        held = ", ".join(map(str, years)) or _("no later year")
        yield Fault("first_year", str(first_year), _("a year of the inventory: {years}").format(years=held))
    if len(years) < 2:
        got = ", ".join(map(str, years)) or _("no year")
        yield Fault(_("inventory, emissions"), got, _("two years at least"))


def _missing(names: Sequence[tuple[str, str]], years: Sequence[int], rows: Filed) -> Iterator[Fault]:
    for place, sector in names:
        lacking = [str(year) for year in years if (place, sector, year) not in rows]
        if lacking:
            yield Fault(
                f"inventory, {place} {sector}",
                _("no figure of emissions for {years}").format(years=", ".join(lacking)),
                _("emissions of each year, as other sectors or places have"),
                _("Where nothing was emitted, write 0."),
            )


def _context_faults(
    names: Sequence[tuple[str, str]], years: Sequence[int], around: Surroundings, hypotheses: Hypotheses
) -> Iterator[Fault]:
    followers = {place for place, sector in names if sector not in hypotheses.without_population}
    for place in sorted(followers):
        yield from around.population_faults(place, years)
    heated = {hypotheses.weather_of or place for place, sector in names if sector in hypotheses.heating}
    for place in sorted(heated):
        yield from around.weather_faults(place, years)


def _state(cell: Cell, rows: Filed, energy: Filed, around: Surroundings, hypotheses: Hypotheses) -> State:
    place, sector, year = cell
    share = hypotheses.heating.get(sector)
    weather = hypotheses.weather_of or place
    ratio = around.values[DEGREE_DAYS, weather, year] / around.reference[weather] if share else 1.0
    return State(
        emissions=fsum(row.value for row in rows[cell]),
        energy=fsum(row.value for row in energy[cell]) if cell in energy else None,
        population=around.values[POPULATION, place, year] if sector not in hypotheses.without_population else 1.0,
        emissions_weather=weather_factor(share.emissions, ratio) if share else 1.0,
        energy_weather=weather_factor(share.energy, ratio) if share else 1.0,
    )


def _known(rows: Iterable[Row], halfwidths: Mapping[str, float]) -> list[Known]:
    return [(row.value, inventory_figures.halfwidth(row, halfwidths), row.source) for row in rows]


def _quality(rows: Sequence[Row], around: Surroundings, hypotheses: Hypotheses) -> Quality:
    """The least sure of the figures, of what surrounds them, and of the share of heating."""
    found = {"modelled", *around.qualities, *(row.quality for row in rows)}
    assumed = any(row.sector == "tertiary" for row in rows) and hypotheses.heating["tertiary"].emissions > 0
    return inventory_figures.least_sure(found | ({"assumed"} if assumed else set()))
