"""An inventory laid out: totals by place, year and sector, the rows they are made of, and indicators."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from agglo.contract.columns import Columns
from agglo.contract.indicators import QUALITIES, Indicator, Quality
from agglo.models.climate import uncertainty
from agglo.models.climate.inventory_rows import EMISSIONS, Row
from agglo.models.climate.inventory_table import Inventory
from agglo.models.climate.nomenclature import ALL, ENERGY, SECTORS

TOTALS: Columns = {
    "place": "text",
    "year": "year",
    "sector": "text",
    **dict.fromkeys(("emissions_tco2e", "low_tco2e", "high_tco2e"), "tCO2e/yr"),
    **dict.fromkeys(("energy_mwh", "energy_low_mwh", "energy_high_mwh"), "MWh/yr"),
    **dict.fromkeys(("boundary", "gwp", "quality"), "text"),
}
LINES: Columns = {
    "place": "text",
    "year": "year",
    **dict.fromkeys(("sector", "subsector", "carrier", "substance"), "text"),
    "emissions_tco2e": "tCO2e/yr",
    "energy_mwh": "MWh/yr",
    "halfwidth": "1",
    **dict.fromkeys(("source", "quality"), "text"),
}
SOURCE = "climate.inventory"
UNITS = {EMISSIONS: "tCO2e/yr", ENERGY: "MWh/yr"}

Halfwidths = Mapping[str, float]
"""Half-width [1] of a figure that states none, by quality."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of rows, in tCO2e or MWh a year, with half of its 95 % interval in the same unit.

    ``source`` is that of the rows, or this model where they have several: its table ``lines`` has them.
    """

    value: float
    halfwidth: float
    quality: Quality
    source: str


@dataclass(frozen=True, slots=True)
class Total:
    """What a place emits and uses in a year in a sector (``all`` for all of them); None where nothing is held."""

    place: str
    year: int
    sector: str
    emissions: Amount | None
    energy: Amount | None

    def to_dict(self, held: Inventory) -> dict[str, Any]:
        """The row of the table of totals."""
        both = [one for one in (self.emissions, self.energy) if one]
        return {
            "place": self.place,
            "year": self.year,
            "sector": self.sector,
            **_bounded(self.emissions, ("emissions_tco2e", "low_tco2e", "high_tco2e")),
            **_bounded(self.energy, ("energy_mwh", "energy_low_mwh", "energy_high_mwh")),
            "boundary": held.boundary,
            "gwp": held.gwp,
            "quality": least_sure(one.quality for one in both),
        }


def totals(held: Inventory, territory: str, halfwidths: Halfwidths, *, together: bool) -> list[Total]:
    """Each place, year and sector that is held, then all sectors; the territory, the sum of all places, comes last.

    ``together`` says that the figures of one source err together.
    """
    places = [place for place in held.places if place != territory] + ([territory] if territory else [])
    parts: defaultdict[tuple[str, int, str, str], list[Row]] = defaultdict(list)
    for quantity, rows in ((EMISSIONS, held.emissions), (ENERGY, held.energy)):
        for row in rows:
            for place in {row.place, territory or row.place}:
                for sector in (row.sector, ALL):
                    parts[place, row.year, sector, quantity].append(row)
    return [
        Total(place, year, sector, *(amount(rows, halfwidths, together=together) for rows in both))
        for place in places
        for year in sorted({row.year for row in held.rows})
        for sector in (*SECTORS, ALL)
        if any(both := [parts.get((place, year, sector, quantity), []) for quantity in UNITS])
    ]


def amount(rows: Sequence[Row], halfwidths: Halfwidths, *, together: bool = False) -> Amount | None:
    """The sum of some rows, None where there are none."""
    if not rows:
        return None
    values = [row.value for row in rows]
    half = uncertainty.of_sum(
        values, [halfwidth(row, halfwidths) for row in rows], [row.source for row in rows] if together else None
    )
    sources = {row.source for row in rows}
    source = sources.pop() if len(sources) == 1 else SOURCE
    return Amount(fsum(values), half, least_sure(row.quality for row in rows), source)


def halfwidth(row: Row, halfwidths: Halfwidths) -> float:
    """Half of the 95 % interval of a row [1]: what it states, or what its quality is assumed to mean."""
    return halfwidths[row.quality] if row.uncertainty is None else row.uncertainty


def least_sure(qualities: Iterable[str]) -> Quality:
    """The least sure of some qualities."""
    found: Quality = QUALITIES[max(map(QUALITIES.index, qualities))]  # type: ignore[assignment]
    return found


def lines(held: Inventory, halfwidths: Halfwidths) -> Iterator[dict[str, Any]]:
    """The rows of the table of counted rows, in the order of places, years and sectors."""
    order = {sector: rank for rank, sector in enumerate(SECTORS)}
    for row in sorted((*held.emissions, *held.energy), key=lambda one: (one.place, one.year, order[one.sector])):
        yield {
            **{name: getattr(row, name) for name in ("place", "year", "sector", "subsector", "carrier", "substance")},
            "energy_mwh" if row.quantity == ENERGY else "emissions_tco2e": row.value,
            "halfwidth": halfwidth(row, halfwidths),
            "source": row.source,
            "quality": row.quality,
        }


def indicators(found: Sequence[Total]) -> list[Indicator]:
    """Emissions and energy of each total that is held; the sector of all sectors is empty."""
    return [
        Indicator(
            name=f"climate.{quantity}",
            value=one.value,
            unit=unit,
            place=total.place,
            year=total.year,
            sector="" if total.sector == ALL else total.sector,
            quality=one.quality,
            source=one.source,
        )
        for total in found
        for quantity, unit in UNITS.items()
        if (one := total.emissions if quantity == EMISSIONS else total.energy)
    ]


def _bounded(one: Amount | None, names: tuple[str, str, str]) -> dict[str, float | None]:
    if one is None:
        return dict.fromkeys(names)
    return dict(zip(names, (one.value, *uncertainty.interval(one.value, one.halfwidth)), strict=True))
