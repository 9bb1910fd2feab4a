"""Small tables of pathways and shares, as a model receives them."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from agglo.contract.inputs import Handle

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "tests" / "published"
BUNDLED = ROOT / "agglo" / "catalogue" / "bundled"
PLACE = "200056232"

Rows = Sequence[Mapping[str, Any]]

PATHWAYS = pa.schema(
    [
        *[(name, "string") for name in ("pathway", "edition", "place", "quantity", "sector", "kind")],
        *[("since", "int64"), ("year", "int64"), ("value", "double"), ("unit", "string"), ("reference_year", "int64")],
        *[("status", "string"), ("source", "string")],
    ]
)
SHARES = pa.schema(
    [
        *[("place", "string"), ("reference_year", "int64"), ("group", "string"), ("share", "double")],
        *[("quality", "string"), ("source", "string")],
    ]
)


def handle(folder: Path, name: str, schema: pa.Schema, rows: Rows) -> Handle:
    """A table of ``rows`` as the model sees it."""
    path = folder / f"{name}.parquet"
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema=schema), path)
    return Handle(name, path)


def pivot(kind: str, year: int, value: float, **changed: Any) -> dict[str, Any]:
    """A row of a pathway of a territory, in tonnes unless told otherwise."""
    unit = "1" if kind == "change" else "tCO2e/yr"
    usual = {"pathway": "plan", "edition": "1", "place": PLACE, "quantity": "emissions", "sector": "all"}
    named = {"unit": unit, "since": None, "reference_year": None, "status": "draft", "source": "test"}
    return {**usual, **named, "kind": kind, "year": year, "value": value, **changed}


def share(group: str, value: float | None, **changed: Any) -> dict[str, Any]:
    """A row of shares."""
    usual = {"place": PLACE, "reference_year": 2012, "quality": "declared", "source": "test"}
    return {**usual, "group": group, "share": value, **changed}


def bundled(name: str, schema: pa.Schema) -> list[dict[str, Any]]:
    """The rows of a bundled file, typed as ``schema``."""
    return typed(rows_of(BUNDLED / name), schema)


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, as texts."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def typed(rows: Sequence[Mapping[str, str]], schema: pa.Schema) -> list[dict[str, Any]]:
    """Texts as the columns of ``schema`` hold them; an empty one is nothing."""
    reads = {"string": str, "int64": int, "double": float}
    kinds = {field.name: reads[str(field.type)] for field in schema}
    return [{name: kind(row[name]) if row[name] else None for name, kind in kinds.items()} for row in rows]
