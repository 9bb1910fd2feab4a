"""Effects laid out as the model's tables and indicators."""

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

from agglo.contract.columns import Columns
from agglo.contract.indicators import Indicator
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.performance.years import WHOLE, Year
from agglo.models.water.scenarios.effects import Effect, Found, Range, served
from agglo.models.water.scenarios.measures import Leak

_SOURCE = "water.what-if"
_BOUNDED = {
    "saved_m3_yr": "m3/yr",
    "saved_eur_yr": "EUR/yr",
    "leakage_m3_h": "m3/h",
    "energy_change_kwh_yr": "kWh/yr",
    "yield_change_points": "%",
    "loss_index_change_m3_d_km": "m3/d/km",
}


def _bounds(name: str) -> tuple[str, str, str]:
    return (name, f"{name}_low", f"{name}_high")


MEASURES: Columns = {
    **dict.fromkeys(("measure", "title", "kind"), "text"),
    **{column: unit for name, unit in _BOUNDED.items() for column in _bounds(name)},
    "lowest_pressure_m": "mH2O",
    "lowest_pressure_node": "text",
    **dict.fromkeys(("nodes_under_minimum", "nodes_cut_off"), "count"),
    "quality": "text",
}
NODES: Columns = {
    **dict.fromkeys(("measure", "node", "state"), "text"),
    **dict.fromkeys(("lowest_pressure_m", "lowest_pressure_now_m"), "mH2O"),
}
LEAKAGE: Columns = {"kind": "text", "name": "text", "node": "text", "flow_m3_h": "m3/h"}


def measures_rows(found: Found) -> Iterator[dict[str, Any]]:
    """One row for each measure, all together last."""
    for one in found.effects:
        node, pressure = one.lowest
        yield {
            "measure": one.measure.id,
            "title": one.measure.title,
            "kind": one.measure.kinds,
            **{column: value for name, held in _held(one).items() for column, value in _three(name, held).items()},
            "lowest_pressure_m": None if isnan(pressure) else pressure,
            "lowest_pressure_node": node or None,
            "nodes_under_minimum": len(one.under),
            "nodes_cut_off": len(one.cut_off),
            "quality": "modelled",
        }


def _held(one: Effect) -> dict[str, Range | None]:
    values = (one.saved_m3_yr, one.money_eur_yr, one.leakage_m3_h, one.energy_kwh_yr)
    return dict(zip(_BOUNDED, (*values, one.yield_change, one.loss_index_change), strict=True))


def _three(name: str, held: Range | None) -> dict[str, float | None]:
    values = (None, None, None) if held is None else (held.central, held.low, held.high)
    return dict(zip(_bounds(name), values, strict=True))


def nodes_rows(found: Found, network: Network, minimum_m: float) -> Iterator[dict[str, Any]]:
    """Junctions in trouble: now (measure left empty), then with each measure."""
    now = found.today
    names = served(network)
    under = [node for node in names if now.pressure_m[node] < minimum_m]
    for node in under:
        yield {"measure": "", **_node(node, now.pressure_m[node], now.pressure_m[node])}
    for one in found.effects:
        for node in one.under:
            yield {"measure": one.measure.id, **_node(node, one.central.pressure_m[node], now.pressure_m[node])}
        for node in one.cut_off:
            yield {"measure": one.measure.id, **_node(node, None, now.pressure_m[node])}


def _node(node: str, pressure: float | None, before: float) -> dict[str, Any]:
    state = "cut-off" if pressure is None else "negative" if pressure < 0 else "under-minimum"
    return {"node": node, "state": state, "lowest_pressure_m": pressure, "lowest_pressure_now_m": before}


def leakage_rows(found: Found) -> Iterator[dict[str, Any]]:
    """Leakage that the model was given: the background, then each leak."""
    yield {"kind": "background", "flow_m3_h": found.leakage.background_m3_h}
    leaks: Sequence[Leak] = [*found.leakage.leaks.values()]
    for one in leaks:
        yield {"kind": "leak", "name": one.id, "node": one.node, "flow_m3_h": one.flow_m3_h}


def indicators(found: Found, year: Year | None) -> list[Indicator]:
    """Of all measures together, for the place and year of the volumes; none without them."""
    if year is None or not found.effects:
        return []
    one = found.effects[-1]
    values = {
        "water.saved-volume": (one.saved_m3_yr, "m3/yr"),
        "water.saved-cost": (one.money_eur_yr, "EUR/yr"),
        "water.yield-change": (one.yield_change, "%"),
        "water.loss-index-change": (one.loss_index_change, "m3/d/km"),
        "water.energy-change": (one.energy_kwh_yr, "kWh/yr"),
        "water.lowest-pressure": (None if isnan(one.lowest[1]) else Range(*[one.lowest[1]] * 3), "mH2O"),
    }
    return [
        Indicator(
            name=name,
            value=None if value is None else value.central,
            unit=unit,
            place=year.place,
            year=year.year,
            sector="" if year.sector == WHOLE else year.sector,
            quality="modelled",
            source=_SOURCE,
        )
        for name, (value, unit) in values.items()
    ]
