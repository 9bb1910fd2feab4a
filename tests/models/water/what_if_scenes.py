"""Measures and leaks as rows, and the answers of water.what-if to them."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from agglo.contract.context import Context
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.outcome import Outcome
from agglo.models.water.what_if import what_if
from tests.models.water import volume_scenes
from tests.models.water.hydraulics import scenes

Rows = Sequence[Mapping[str, Any]]

_TEXTS = ("measure", "title", "kind", "link", "leak", "pipe", "node", "state")
_SCHEMA = pa.schema(
    [*((name, pa.string()) for name in _TEXTS), *((name, pa.float64()) for name in ("setting_m", "flow_m3_h"))]
)


def lower(setting: float = 30.0, measure: str = "lower") -> dict[str, Any]:
    return {"measure": measure, "kind": "pressure_setting", "link": "prv", "setting_m": setting}


def close(link: str, measure: str = "close") -> dict[str, Any]:
    return {"measure": measure, "kind": "close", "link": link}


def repair(measure: str = "repair", **told: Any) -> dict[str, Any]:
    return {"measure": measure, "kind": "repair", **told}


def _lines(path: Path) -> pa.Table:
    texts = path.read_text(encoding="utf-8").splitlines()
    return pa.table({"line": pa.array(range(1, len(texts) + 1), pa.int64()), "text": texts})


def ask(
    folder: Path,
    measures: Rows,
    *,
    leaks: Rows | None = None,
    volumes: Rows | None = None,
    network: Path | None = None,
    changes: Mapping[str, str] | None = None,
    **parameters: Any,
) -> Outcome:
    """The answer for the small network, or another one."""
    tables = {
        "network": _lines(network or scenes.written(folder, changes)),
        "measures": pa.Table.from_pylist([dict(row) for row in measures], schema=_SCHEMA),
    }
    if leaks is not None:
        tables["leaks"] = pa.Table.from_pylist([dict(row) for row in leaks], schema=_SCHEMA)
    handles = {}
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
        handles[name] = Handle(name, folder / f"{name}.parquet")
    if volumes is not None:
        handles["volumes"] = volume_scenes.written(folder, volumes)["volumes"]
    values = what_if.parameters.instance(what_if.parameters.resolve(parameters))
    scratch = folder / "scratch"
    context = Context(scratch, 0, logging.getLogger("test"), lambda fraction, text: None)
    return what_if(Inputs(handles), parameters=values, context=context)


def rows(outcome: Outcome, table: str = "measures") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = outcome.tables[table].to_pylist()  # type: ignore[union-attr]
    return found


def effect(outcome: Outcome, measure: str) -> dict[str, Any]:
    (found,) = [row for row in rows(outcome) if row["measure"] == measure]
    return found
