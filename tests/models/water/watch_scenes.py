"""A small network read every hour: pressures that follow its inflow and each other, and leaks put into it."""

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
from agglo.models.water.alarms import alarms
from agglo.models.water.readings.series import Flag, Grid, Series

START = "2025-01-06T00:00:00"
"""A Monday."""
SENSITIVITY = {"p1": 0.010, "p2": 0.004, "p3": 0.002, "p4": 0.001, "p5": 0.0005}
"""Drop of each pressure for a leak near p1 [m per m3/h]."""
_FIELDS = ("flow_m3_h", "index_m3", "pressure_m", "level_m")


def demand(hours: np.ndarray, rng: np.random.Generator, noise: float = 2.0) -> np.ndarray:
    """Use of a sector [m3/h]: a daily shape, calmer weekends, and noise of each hour."""
    shape = 60 + 30 * np.sin((hours % 24 - 8) / 24 * 2 * np.pi) - 6.0 * (hours // 24 % 7 >= 5)
    found: np.ndarray = shape + rng.normal(0, noise, len(hours))
    return found


def network(days: int, leak: np.ndarray | None = None, *, seed: int = 1) -> dict[str, np.ndarray]:
    """Pressures p1 to p5 [m] and the inflow q [m3/h]; ``leak`` (hours,) [m3/h] is near p1."""
    rng = np.random.default_rng(seed)
    hours = np.arange(days * 24)
    leak = np.zeros(len(hours)) if leak is None else leak
    used = demand(hours, rng)
    values = {"q": used + leak}
    for at, (sensor, per_flow) in enumerate(SENSITIVITY.items()):
        local = rng.normal(0, 0.004, len(hours))
        values[sensor] = 50 - at - (0.03 + 0.004 * at) * (used + leak) - per_flow * 10 * leak + local
    return values


def kinds(values: Mapping[str, np.ndarray]) -> dict[str, str]:
    return {name: "pressure" if name.startswith("p") else "flow" for name in values}


def series(values: Mapping[str, np.ndarray], flags: tuple[Flag, ...] = (), start: str = START) -> Series:
    grid = Grid(np.datetime64(start, "s"), 3600, len(next(iter(values.values()))))
    return Series(grid, dict(values), kinds(values), flags)


def step(days: int, day: int, flow: float, until: int | None = None) -> np.ndarray:
    """A leak from noon of a day on to noon of another [m3/h]."""
    found = np.zeros(days * 24)
    found[day * 24 + 12 : None if until is None else until * 24 + 12] = flow
    return found


def readings(values: Mapping[str, np.ndarray], start: str = START) -> pa.Table:
    """A table of readings; what is not a number has no row."""
    parts = []
    for sensor, given in values.items():
        held = np.isfinite(given)
        times = np.datetime64(start, "us") + np.flatnonzero(held) * np.timedelta64(3600, "s")
        empty = pa.nulls(int(held.sum()), pa.float64())
        columns: dict[str, Any] = {
            "time": pa.array(times, pa.timestamp("us", "UTC")),
            "sensor": [sensor] * int(held.sum()),
        }
        columns |= dict.fromkeys(_FIELDS, empty)
        columns["pressure_m" if sensor.startswith("p") else "flow_m3_h"] = given[held]
        parts.append(pa.table(columns))
    return pa.concat_tables(parts)


METERS = pa.table(
    {"sector": ["town"], "sensor": ["q"], "sign": [1], "tank_area_m2": pa.nulls(1, pa.float64())},
)


def decisions(*rows: Mapping[str, Any]) -> pa.Table:
    schema = pa.schema(
        [
            *((name, pa.string()) for name in ("id", "state", "date", "pipe", "note")),
            ("flow_m3_h", pa.float64()),
        ]
    )
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def ask(folder: Path, tables: Mapping[str, pa.Table], **parameters: Any) -> Outcome:
    handles = {}
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
        handles[name] = Handle(name, folder / f"{name}.parquet")
    context = Context(folder, 0, logging.getLogger("test"), lambda _fraction, _text: None)
    values = alarms.parameters.instance(alarms.parameters.resolve({"time_zone": "UTC", **parameters}))
    return alarms(Inputs(handles), parameters=values, context=context)


def rows_of(outcome: Outcome, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = outcome.tables[name].to_pylist()  # type: ignore[union-attr]
    return found
