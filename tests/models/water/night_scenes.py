"""A small sector read every quarter of an hour, and the answers of water.night-flow to it."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from agglo.contract.context import Context
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.outcome import Outcome
from agglo.models.water.night_flow import night_flow
from agglo.models.water.readings.series import Grid, Series

STEP_S = 900
START = "2026-01-05T00:00:00"
"""A Monday, instants of UTC."""
DAYS = 42

_READINGS = pa.schema(
    [
        ("time", pa.timestamp("us", "UTC")),
        ("sensor", pa.string()),
        *((name, pa.float64()) for name in ("flow_m3_h", "index_m3", "pressure_m", "level_m")),
    ]
)
_METERS = pa.schema(
    [("sector", pa.string()), ("sensor", pa.string()), ("sign", pa.int64()), ("tank_area_m2", pa.float64())]
)
_SECTORS = pa.schema(
    [
        *((name, pa.string()) for name in ("sector", "title", "night_use_source")),
        *(
            (name, pa.float64())
            for name in (
                *("connections", "night_use_m3_h", "night_use_low_m3_h", "night_use_high_m3_h"),
                *("night_use_m3_h_per_connection", "night_pressure_m", "day_pressure_m", "leakage_exponent"),
            )
        ),
    ]
)
_HOUSEHOLDS = pa.schema(
    [("sector", pa.string()), ("time", pa.timestamp("us", "UTC")), ("volume_m3", pa.float64()), ("meters", pa.int64())]
)
_SCHEMAS = {"readings": _READINGS, "meters": _METERS, "sectors": _SECTORS, "households": _HOUSEHOLDS}
_FIELDS = {"flow": "flow_m3_h", "pressure": "pressure_m", "level": "level_m", "index": "index_m3"}

Rows = Sequence[Mapping[str, Any]]
Table = Rows | pa.Table


def grid(days: int = DAYS, *, start: str = START, step_s: int = STEP_S) -> Grid:
    return Grid(np.datetime64(start, "s"), step_s, days * 86_400 // step_s)


def inflow(on: Grid, *, leak: float = 30.0, noise: float = 0.5, seed: int = 1) -> np.ndarray:
    """Demand that is lowest at 3 h UTC, a leak that never changes, and a noise of each night [m3/h]."""
    hours = on.times.astype("datetime64[s]").astype(np.int64) % 86_400 / 3600
    days = on.times.astype("datetime64[D]").astype(np.int64)
    wavering = np.random.default_rng(seed).normal(0.0, noise, int(np.ptp(days)) + 1)
    return leak + 12.0 + 40.0 * (1 - np.cos((hours - 3.0) / 24 * 2 * np.pi)) / 2 + wavering[days - days[0]]


def series(values: Mapping[str, np.ndarray], on: Grid, kinds: Mapping[str, str] | None = None) -> Series:
    return Series(on, dict(values), dict.fromkeys(values, "flow") | dict(kinds or {}), ())


def readings(values: Mapping[str, np.ndarray], on: Grid, kinds: Mapping[str, str] | None = None) -> pa.Table:
    """A table of readings; what is not a number has no row."""
    parts = []
    for sensor, given in values.items():
        held = np.isfinite(given)
        columns: dict[str, Any] = {"time": on.times[held].astype("datetime64[us]"), "sensor": [sensor] * held.sum()}
        empty = pa.nulls(int(held.sum()), pa.float64())
        columns |= dict.fromkeys(_FIELDS.values(), empty)
        columns[_FIELDS[(kinds or {}).get(sensor, "flow")]] = given[held]
        parts.append(
            pa.table(
                [pa.array(columns[name]).cast(_READINGS.field(name).type) for name in _READINGS.names], schema=_READINGS
            )
        )
    return pa.concat_tables(parts)


def meter(sector: str, sensor: str, sign: int | None = 1, area: float | None = None) -> dict[str, Any]:
    return {"sector": sector, "sensor": sensor, "sign": sign, "tank_area_m2": area}


def written(folder: Path, tables: Mapping[str, Table]) -> Inputs:
    handles = {}
    for name, rows in tables.items():
        held = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist([*map(dict, rows)], schema=_SCHEMAS[name])
        pq.write_table(held, folder / f"{name}.parquet")
        handles[name] = Handle(name, folder / f"{name}.parquet")
    return Inputs(handles)


def ask(folder: Path, tables: Mapping[str, Table], **parameters: Any) -> Outcome:
    values = night_flow.parameters.instance(night_flow.parameters.resolve(parameters))
    context = Context(folder, 0, logging.getLogger("test"), lambda _fraction, _text: None)
    return night_flow(written(folder, tables), parameters=values, context=context)


def rows_of(outcome: Outcome, name: str, **wanted: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = outcome.tables[name].to_pylist()  # type: ignore[union-attr]
    return [row for row in rows if all(row[column] == value for column, value in wanted.items())]


def one(outcome: Outcome, name: str, **wanted: Any) -> dict[str, Any]:
    (row,) = rows_of(outcome, name, **wanted)
    return row
