"""Readings made up sensor by sensor, with a daily rhythm and a known fault."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from agglo.contract.context import Context
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.outcome import Outcome
from agglo.models.water.quality import readings as model
from agglo.models.water.readings.clock import local_times
from agglo.models.water.readings.series import Flag, Series, read

COLUMNS = {"flow": "flow_m3_h", "index": "index_m3", "pressure": "pressure_m", "level": "level_m"}
HOUR = 3600
Sensor = tuple[str, np.ndarray, np.ndarray]
"""What it measures, instants [s], values."""


def instants(days: int, step_s: int = 900, start: str = "2024-01-01T00:00:00") -> np.ndarray:
    return np.datetime64(start, "s").astype(np.int64) + np.arange(days * 86_400 // step_s) * step_s


def rhythm(times: np.ndarray, seed: int = 0, mean: float = 50.0, zone: str = "Europe/Paris") -> np.ndarray:
    """A demand with peaks in the morning and the evening of local time, lower at night, and some noise."""
    hour = local_times(times.astype("datetime64[s]"), zone).astype(np.int64) % 86_400 / HOUR
    peaks = np.exp(-(((hour - 8) / 1.5) ** 2)) + 0.8 * np.exp(-(((hour - 19.5) / 2) ** 2))
    noise = np.random.default_rng(seed).normal(0, 0.03, len(times))
    return np.round(mean * (0.5 + peaks + noise), 2)


def table(**sensors: Sensor) -> pa.Table:
    parts = []
    for name, (kind, times, values) in sensors.items():
        columns: dict[str, Any] = {
            "time": pa.array(np.asarray(times) * 1_000_000, pa.timestamp("us", "UTC")),
            "sensor": pa.array([name] * len(times), pa.string()),
        }
        for one, column in COLUMNS.items():
            given = pa.array(np.asarray(values, float), pa.float64(), from_pandas=True)
            columns[column] = given if one == kind else pa.nulls(len(times), pa.float64())
        parts.append(pa.table(columns))
    return pa.concat_tables(parts)


def series(**sensors: Sensor) -> Series:
    return read(table(**sensors))


def of(found: Series, kind: str, sensor: str = "") -> list[Flag]:
    return [one for one in found.flags if one.kind == kind and one.sensor.startswith(sensor)]


def kinds(found: Series) -> list[str]:
    return [one.kind for one in found.flags]


def metered(*rows: tuple[Any, ...]) -> pa.Table:
    """Rows of water-meters: sector, sensor, sign, area of the tank [m2]."""
    names = ("sector", "sensor", "sign", "tank_area_m2")
    types = (pa.string(), pa.string(), pa.int64(), pa.float64())
    given = [dict(zip(names, (*row, None, None)[:4], strict=True)) for row in rows]
    return pa.Table.from_pylist(given, pa.schema(list(zip(names, types, strict=True))))


def ask(folder: Path, tables: Mapping[str, pa.Table], **parameters: Any) -> Outcome:
    for name, one in tables.items():
        pq.write_table(one, folder / f"{name}.parquet")
    inputs = Inputs({name: Handle(name, folder / f"{name}.parquet") for name in tables})
    values = model.parameters.instance(model.parameters.resolve(parameters))
    return model(inputs, parameters=values, context=Context(Path(), 0, logging.getLogger("test"), lambda _a, _b: None))
