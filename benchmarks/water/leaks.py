"""The true leaks of a year: what each lost every five minutes, when it ran, and how it began."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from agglo.contract.errors import Fault, InvalidInput

STEP = np.timedelta64(300, "s")
STEPS_PER_HOUR = 12
TIME = "timestamp"
KINDS = ("abrupt", "incipient")
_ABRUPT_SHARE, _ABRUPT_WITHIN = 0.9, STEPS_PER_HOUR

Flow = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Leak:
    """One leak. ``start`` and ``end`` bound the times at which a detection counts, both included."""

    pipe: str
    kind: str
    start: np.datetime64
    end: np.datetime64
    flow_m3_h: Flow

    def volume_m3(self, first_step: int = 0) -> float:
        """Lost from a step of the year to its end [m3]."""
        return float(self.flow_m3_h[first_step:].sum()) / STEPS_PER_HOUR


@dataclass(frozen=True)
class Year:
    """A year of five-minute steps and its leaks."""

    start: np.datetime64
    steps: int
    leaks: tuple[Leak, ...]

    def step(self, time: np.datetime64) -> int:
        """Steps from the year's start, negative before it."""
        return int((time - self.start) // STEP)

    def inherited(self, leak: Leak) -> bool:
        """Already running when the year starts."""
        return bool(leak.start <= self.start)


def read(flows: Path, listed: Path | None = None) -> Year:
    """A year from a Parquet file of flows and, where there is one, a CSV list of leaks."""
    table = pq.read_table(flows)
    return year_of(table, None if listed is None else pa_csv.read_csv(listed))


def year_of(flows: pa.Table, listed: pa.Table | None = None) -> Year:
    """A year from ``timestamp`` and a column a leaking pipe [m3/h], one row every five minutes.

    ``listed`` has ``pipe``, ``start``, ``end`` and ``kind``. Without it a leak runs from its first to its last flow,
    and is abrupt when it reaches nine tenths of its peak within an hour.
    """
    times = _times(flows)
    columns = {name: _flow(flows, name) for name in flows.column_names if name != TIME}
    rows = None if listed is None else _rows(listed, columns)
    faults = [fault for name, flow in columns.items() for fault in _faults(name, flow)]
    if faults:
        raise InvalidInput("The leak flows cannot be used.", faults)
    if rows is None:
        leaks = [_found(name, flow, times) for name, flow in columns.items()]
    else:
        leaks = [Leak(name, *rows[name], flow_m3_h=columns[name]) for name in columns]
    return Year(times[0], len(times), tuple(leaks))


def _times(flows: pa.Table) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    if TIME not in flows.column_names:
        raise InvalidInput(
            "The leak flows have no times.", [Fault("columns", ", ".join(flows.column_names), TIME, "Add the column.")]
        )
    times: np.ndarray[Any, np.dtype[np.datetime64]] = flows[TIME].to_numpy().astype("datetime64[s]")
    if len(times) < 2 or (np.diff(times) != STEP).any():
        raise InvalidInput(
            "The leak flows are not a five-minute series.",
            [Fault(TIME, f"{len(times)} rows", "one row every 300 s, in order, none missing", "Complete the table.")],
        )
    return times


def _flow(flows: pa.Table, name: str) -> Flow:
    values: Flow = flows[name].to_numpy().astype(np.float64)
    return values


def _faults(name: str, flow: Flow) -> list[Fault]:
    wrong = ~np.isfinite(flow) | (flow < 0)
    if wrong.any():
        return [Fault(name, f"{flow[wrong][0]} in row {int(wrong.argmax())}", "a flow of 0 or more", "Correct it.")]
    if not flow.any():
        return [Fault(name, "no flow at all", "a pipe that leaks", "Leave the column out.")]
    return []


def _rows(listed: pa.Table, columns: Mapping[str, Flow]) -> dict[str, tuple[str, np.datetime64, np.datetime64]]:
    rows = {row["pipe"]: row for row in listed.to_pylist()}
    faults = [
        Fault("leak list", pipe, "one row a column of the flows", "Make both hold the same pipes.")
        for pipe in sorted(set(rows) ^ set(columns))
    ]
    faults += [
        Fault(f"leak list, {pipe}", str(row["kind"]), " or ".join(KINDS), "Correct the kind.")
        for pipe, row in rows.items()
        if row["kind"] not in KINDS
    ]
    if faults:
        raise InvalidInput("The leak list does not fit the flows.", faults)
    return {pipe: (row["kind"], _instant(row["start"]), _instant(row["end"])) for pipe, row in rows.items()}


def _instant(value: object) -> np.datetime64:
    return np.datetime64(str(value).replace(" ", "T"), "s")


def _found(name: str, flow: Flow, times: np.ndarray[Any, np.dtype[np.datetime64]]) -> Leak:
    running = np.flatnonzero(flow)
    soon = flow[running[0] : running[0] + _ABRUPT_WITHIN + 1].max()
    kind = KINDS[0] if soon >= _ABRUPT_SHARE * flow.max() else KINDS[1]
    return Leak(name, kind, times[running[0]], times[running[-1]], flow)


def tables(year: Year) -> tuple[pa.Table, pa.Table]:
    """The flows and the list, as :func:`year_of` reads them."""
    times = year.start + STEP * np.arange(year.steps)
    flows = {leak.pipe: leak.flow_m3_h.astype(np.float32) for leak in year.leaks}
    listed = {
        "pipe": [leak.pipe for leak in year.leaks],
        "start": [_text(leak.start) for leak in year.leaks],
        "end": [_text(leak.end) for leak in year.leaks],
        "kind": [leak.kind for leak in year.leaks],
        "peak_m3_h": [round(float(leak.flow_m3_h.max()), 2) for leak in year.leaks],
    }
    return pa.table(flows | {TIME: times.astype("datetime64[us]")}), pa.table(listed)


def _text(time: np.datetime64) -> str:
    return str(time.astype("datetime64[s]")).replace("T", " ")
