"""The tables of Clairvane, the made-up town, as datasets; a search on its model that finds what it is told to find."""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agglo.catalogue.mapping import Mapping as Columns
from agglo.catalogue.preparation import prepare
from agglo.catalogue.schema import Schema
from agglo.contract.context import Context
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.outcome import Outcome
from agglo.models.water.leaks import leaks
from agglo.models.water.locating import search
from agglo.models.water.locating.found import Candidate, Found, Watched
from agglo.models.water.town import exports, files

SCHEMAS = Path("agglo/models/water/schemas")
Rows = Sequence[Mapping[str, Any]]
MADE_UP = "Clairvane, ville inventée / made-up town"


@lru_cache(maxsize=1)
def town() -> dict[str, pa.Table]:
    """Readings, sensors, meters, sectors and network of Clairvane."""
    both = [files.BUNDLED / exports.REGIE_FILE, files.BUNDLED / exports.VAL_FILE]
    mapping = Columns.load(files.BUNDLED / exports.MAPPING_FILE)
    texts = (files.BUNDLED / files.INP_FILE).read_text(encoding="utf-8").splitlines()
    tables = {"readings": prepare(both, schema=_schema("readings"), mapping=mapping).table}
    for name in ("sensors", "meters", "sectors"):
        tables[name] = prepare(files.BUNDLED / f"clairvane-{name}.csv", schema=_schema(name), mapping=None).table
    return tables | {"network": pa.table({"line": pa.array(range(1, len(texts) + 1), pa.int64()), "text": texts})}


def _schema(name: str) -> Schema:
    return Schema.load(SCHEMAS / f"water-{name}.json")


def without(*names: str) -> dict[str, pa.Table]:
    return {name: table for name, table in town().items() if name not in names}


def changed(table: pa.Table, sensor: str, **cells: Any) -> pa.Table:
    """The table with some cells of a sensor's row replaced."""
    rows = [{**row, **(cells if row["sensor"] == sensor else {})} for row in table.to_pylist()]
    return pa.Table.from_pylist(rows, schema=table.schema)


def decisions(*rows: Mapping[str, Any]) -> pa.Table:
    texts = [(name, pa.string()) for name in ("id", "state", "date", "pipe", "note")]
    return pa.Table.from_pylist([dict(row) for row in rows], schema=pa.schema([*texts, ("flow_m3_h", pa.float64())]))


def between(table: pa.Table, start: str, end: str, *, days: int = 0) -> pa.Table:
    """Readings from one instant to before another, then moved by so many days."""
    times = table["time"].to_numpy().astype("datetime64[us]")
    kept = table.filter(pa.array((times >= np.datetime64(start)) & (times < np.datetime64(end))))
    moved = kept["time"].to_numpy().astype("datetime64[us]") + np.timedelta64(days, "D")
    at = kept.schema.get_field_index("time")
    return kept.set_column(at, kept.schema.field("time"), pa.array(moved, kept.schema.field("time").type))


def ask(folder: Path, tables: Mapping[str, pa.Table], **parameters: Any) -> Outcome:
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    handles = {}
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
        handles[name] = Handle(name, folder / f"{name}.parquet")
    context = Context(scratch, 0, logging.getLogger("test"), lambda _fraction, _text: None)
    values = leaks.parameters.instance(leaks.parameters.resolve(parameters))
    return leaks(Inputs(handles), parameters=values, context=context)


def rows_of(outcome: Outcome, name: str = "leaks") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = outcome.tables[name].to_pylist()  # type: ignore[union-attr]
    return found


def found(pipe: str = "C202", since: str = "2025-04-02T03:00:00", **changes: Any) -> Found:
    """A leak as the search tells it: the first that was put into Clairvane, unless changed."""
    told: dict[str, Any] = {
        "pipe": pipe,
        "since": np.datetime64(since),
        "raised": np.datetime64(since) + np.timedelta64(5, "h"),
        "flow_m3_h": 5.0,
        "flow_low_m3_h": 4.0,
        "flow_high_m3_h": 6.5,
        "probability": 0.8,
        "evidence": 31.5,
        "candidates": (Candidate(pipe, 0.55), Candidate("C201", 0.25)),
    }
    return Found(**told | changes)


class Search:
    """Stands for the search on the model: tells what it is given, and keeps what it was asked."""

    def __init__(self, *leaks: Found, notes: Sequence[str] = ("The search says so.",)) -> None:
        self.leaks, self.notes = leaks, tuple(notes)
        self.asked: dict[str, Any] = {}

    def __call__(self, network: Any, series: Any, sensors: Any, **more: Any) -> Watched:
        self.asked = {"network": network, "series": series, "sensors": sensors, **more}
        more["progress"](0.5, "halfway")
        days = np.array(["2025-04-02", "2025-04-03"], "datetime64[D]")
        flows = {0: (days, np.array([4.5, np.nan]))} if self.leaks else {}
        return Watched(self.leaks, self.notes, flows)


def told_by(monkeypatch: pytest.MonkeyPatch, *leaks: Found) -> Search:
    """Has the model find these leaks."""
    fake = Search(*leaks)
    monkeypatch.setattr(search, "watch", fake, raising=False)
    return fake
