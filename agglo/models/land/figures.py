"""Results laid out as indicators and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from agglo.contract.indicators import Indicator
from agglo.contract.units import carbon_to_co2
from agglo.models.land.aldo import CAUSES, cause
from agglo.models.land.results import Result

if TYPE_CHECKING:
    import pyarrow as pa

LAND_COVER_YEAR = 2023
CHANGES_SINCE, CHANGES_UNTIL = 2012, 2018
SOURCE = "ADEME, Aldo"


@dataclass(frozen=True, slots=True)
class Total:
    """Figures of one place: a commune, or the territory its communes belong to."""

    place: str
    name: str
    stock_tc: float
    flux_tco2_yr: Mapping[str, float]
    land_take_ha_yr: float
    uncounted_ha: float


def totals(results: Sequence[Result]) -> list[Total]:
    """Figures of each commune, then of each territory they name: the sum of its communes."""
    communes = [
        Total(
            one.commune.insee,
            one.commune.name,
            one.stock_tc,
            {sector: one.flux_tco2_yr(sector) for sector in ("", *CAUSES)},
            one.land_take_ha_yr,
            one.uncounted_ha,
        )
        for one in results
    ]
    territories = sorted({one.commune.epci for one in results} - {""})
    members = {
        epci: [total for total, one in zip(communes, results, strict=True) if one.commune.epci == epci]
        for epci in territories
    }
    return communes + [_sum(epci, parts) for epci, parts in members.items()]


def _sum(place: str, parts: Sequence[Total]) -> Total:
    return Total(
        place,
        "",
        fsum(one.stock_tc for one in parts),
        {sector: fsum(one.flux_tco2_yr[sector] for one in parts) for sector in ("", *CAUSES)},
        fsum(one.land_take_ha_yr for one in parts),
        fsum(one.uncounted_ha for one in parts),
    )


def indicators(places: Sequence[Total]) -> list[Indicator]:
    """Four indicators by place; the flux also by cause, as its sector."""
    found = []
    for one in places:
        found += [
            _of_land_cover("land.carbon-stock", one.stock_tc, "tC", one.place),
            _of_changes("land.take", one.land_take_ha_yr, "ha/yr", one.place),
            _of_land_cover("land.uncounted-area", one.uncounted_ha, "ha", one.place),
        ]
        found += [
            _of_changes("land.carbon-flux", value, "tCO2/yr", one.place, sector)
            for sector, value in one.flux_tco2_yr.items()
        ]
    return found


def _of_land_cover(name: str, value: float, unit: str, place: str) -> Indicator:
    return Indicator(name=name, value=value, unit=unit, place=place, year=LAND_COVER_YEAR, source=SOURCE)


def _of_changes(name: str, value: float, unit: str, place: str, sector: str = "") -> Indicator:
    return Indicator(
        name=name,
        value=value,
        unit=unit,
        place=place,
        year=CHANGES_UNTIL,
        since=CHANGES_SINCE,
        sector=sector,
        source=SOURCE,
    )


SUMMARY = {
    "place": "",
    "name": "",
    "stock_tc": "tC",
    "flux_tco2_yr": "tCO2/yr",
    "land_take_ha_yr": "ha/yr",
    "uncounted_ha": "ha",
}
STOCKS = {
    "insee": "",
    "class": "",
    "counted_as": "",
    "area_ha": "ha",
    "soil_tc": "tC",
    "biomass_tc": "tC",
    "litter_tc": "tC",
    "stock_tc": "tC",
}
FLUXES = {
    "insee": "",
    "cause": "",
    "origin": "",
    "destination": "",
    "reservoir": "",
    "area_ha_yr": "ha/yr",
    "flux_tc_yr": "tC/yr",
    "flux_tco2_yr": "tCO2/yr",
}
UNCOUNTED_COVER = {"insee": "", "class": "", "missing": "", "area_ha": "ha"}
UNCOUNTED_CHANGES = {"insee": "", "origin": "", "destination": "", "missing": "", "area_ha_yr": "ha/yr"}


def tables(results: Sequence[Result], places: Sequence[Total]) -> dict[str, "pa.Table"]:
    """The five tables of the answer; in each, a column without a unit holds text."""
    return {
        "summary": _table(
            SUMMARY,
            [(p.place, p.name, p.stock_tc, p.flux_tco2_yr[""], p.land_take_ha_yr, p.uncounted_ha) for p in places],
        ),
        "stocks": _table(
            STOCKS,
            [
                (
                    *(result.commune.insee, one.land, one.counted_as, one.area_ha),
                    *(one.soil_tc, one.biomass_tc, one.litter_tc, one.carbon_tc),
                )
                for result in results
                for one in result.stocks
            ],
        ),
        "fluxes": _table(
            FLUXES,
            [
                (
                    *(result.commune.insee, cause(one.destination), one.origin, one.destination, one.reservoir),
                    *(one.area_ha_yr, one.carbon_tc_yr, carbon_to_co2(one.carbon_tc_yr)),
                )
                for result in results
                for one in result.fluxes
            ],
        ),
        "uncounted_cover": _table(
            UNCOUNTED_COVER,
            [
                (result.commune.insee, one.land, one.missing, one.area_ha)
                for result in results
                for one in result.stocks
                if one.missing and one.area_ha
            ],
        ),
        "uncounted_changes": _table(
            UNCOUNTED_CHANGES,
            [
                (result.commune.insee, one.origin, one.destination, one.missing, one.area_ha_yr)
                for result in results
                for one in result.uncounted_changes
            ],
        ),
    }


def _table(columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> "pa.Table":
    import pyarrow as pa

    schema = pa.schema([(name, pa.float64() if unit else pa.string()) for name, unit in columns.items()])
    return pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows], schema=schema)
