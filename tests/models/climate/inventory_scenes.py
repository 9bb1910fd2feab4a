"""Rows of inventories and contexts, and the answers of climate.inventory and climate.ex-post to them."""

import csv
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from agglo.contract.context import Context
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.model import Model
from agglo.contract.outcome import Outcome

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "tests" / "published"
STRASBOURG = ROOT / "agglo" / "catalogue" / "bundled" / "strasbourg" / "strasbourg-inventory.csv"
SIREN = "200056232"
COMMUNES = ("91272", "91477", "91534")

Rows = Sequence[Mapping[str, Any]]

SCHEMAS = {
    "inventory": pa.schema(
        [
            *[("place", "string"), ("year", "int64")],
            *[(name, "string") for name in ("sector", "subsector", "carrier", "substance")],
            *[("value", "double"), ("unit", "string"), ("boundary", "string"), ("gwp", "string")],
            *[("uncertainty", "double"), ("quality", "string"), ("source", "string")],
        ]
    ),
    "context": pa.schema(
        [
            *[("place", "string"), ("year", "int64"), ("quantity", "string"), ("value", "double"), ("unit", "string")],
            *[("quality", "string"), ("source", "string")],
        ]
    ),
}


def row(value: float | None, sector: str | None = "residential", **changed: Any) -> dict[str, Any]:
    """A row of an inventory, of CO2e unless changed."""
    substance = changed.get("substance", "CO2e")
    unit = {"energy": "MWh", "CO2e": "tCO2e", "HFC": "tCO2e"}.get(substance, "t")
    gwp = "AR5" if unit == "tCO2e" else "not-applicable"
    named = {"place": SIREN, "year": 2020, "sector": sector, "subsector": "all", "carrier": "all"}
    figure = {"substance": substance, "value": value, "unit": unit, "boundary": "scope-1-2", "gwp": gwp}
    return named | figure | {"uncertainty": None, "quality": "modelled", "source": "test"} | changed


def around(year: int, *, place: str = SIREN, people: float | None = 1000.0, days: float | None = 2000.0) -> Rows:
    """The rows of a context for a place and year; normal weather has 2,000 degree-days."""
    values = {"population": people, "heating-degree-days": days, "heating-degree-days-reference": 2000.0}
    units = {"population": "inhabitant"}
    return [
        {"place": place, "year": year, "quantity": name, "value": value, "unit": units.get(name, "Cel.d")}
        | {"quality": "measured", "source": "test"}
        for name, value in values.items()
        if value is not None
    ]


def table(rows: Rows, name: str = "inventory") -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMAS[name])


def written(folder: Path, tables: Mapping[str, Rows]) -> Inputs:
    for name, rows in tables.items():
        pq.write_table(table(rows, name), folder / f"{name}.parquet")
    return Inputs({name: Handle(name, folder / f"{name}.parquet") for name in tables})


def ask(model: Model, folder: Path, tables: Mapping[str, Rows], **parameters: Any) -> Outcome:
    """The model's answer to tables given as rows, with some parameters."""
    values = model.parameters.instance(model.parameters.resolve(parameters))
    context = Context(folder, 0, logging.getLogger("test"), lambda fraction, text: None)
    return model(written(folder, tables), parameters=values, context=context)


def rows_of(outcome: Outcome, name: str, **wanted: Any) -> list[dict[str, Any]]:
    """Rows of a table that have all the wanted values."""
    found: list[dict[str, Any]] = outcome.tables[name].to_pylist()  # type: ignore[union-attr]
    return [one for one in found if all(one[key] == value for key, value in wanted.items())]


def strasbourg() -> list[dict[str, Any]]:
    """The bundled inventory of the Eurométropole de Strasbourg."""
    with STRASBOURG.open(encoding="utf-8", newline="") as file:
        return [
            {**one, "year": int(one["year"]), "value": float(one["value"]), "uncertainty": None}
            for one in csv.DictReader(file)
        ]
