"""Yearly volumes as rows, and the answers of water.indicators to them."""

import csv
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from agglo.catalogue.schema import Schema
from agglo.contract.context import Context
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.outcome import Outcome
from agglo.models.water.indicators import indicators
from agglo.models.water.performance.volumes import NAMES, Volumes

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "tests" / "published"
SCHEMA = Schema.load(ROOT / "agglo" / "models" / "water" / "schemas" / "water-volumes.json")
SIREN = "200056232"
"""Code of a territory; the volumes are made up."""

Rows = Sequence[Mapping[str, Any]]

EMPTY: dict[str, Any] = dict.fromkeys(SCHEMA.names)


def row(**changed: Any) -> dict[str, Any]:
    """A year of the first published case, with what is changed."""
    volumes = (1_200_000.0, 150_000.0, 80_000.0, 930_000.0, 12_000.0, 18_000.0)
    named = {f"{name}_m3": value for name, value in zip(NAMES, volumes, strict=False)}
    told = {"place": SIREN, "sector": "all", "year": 2023, "network_km": 210.0, "quality": "declared", "source": "test"}
    return EMPTY | told | named | changed


def built(**changed: Any) -> dict[str, Any]:
    """The same with all that the leakage index, the class of losses and their cost need."""
    network = {"subscribers": 8000.0, "connections": 9000.0, "pressure_m": 45.0, "private_pipe_km": 0.0}
    return row(**network | {"cost_eur_m3": 0.25} | changed)


def published() -> dict[str, dict[str, Any]]:
    """The worked cases, by name; numbers as numbers."""
    with (PUBLISHED / "water-indicators.csv").open(encoding="utf-8", newline="") as file:
        return {
            one["case"]: {key: value if key in ("case", "verdict") else float(value) for key, value in one.items()}
            for one in csv.DictReader(file)
        }


def volumes_of(case: Mapping[str, Any]) -> Volumes:
    return Volumes(*(case[f"{name}_m3"] for name in NAMES[:6]))


def written(folder: Path, rows: Rows, columns: Sequence[str] | None = None) -> Inputs:
    schema = SCHEMA.arrow_schema()
    table = pa.Table.from_pylist([{**EMPTY, **one} for one in rows], schema=schema)
    pq.write_table(table if columns is None else table.select(list(columns)), folder / "volumes.parquet")
    return Inputs({"volumes": Handle("volumes", folder / "volumes.parquet")})


def ask(folder: Path, rows: Rows, columns: Sequence[str] | None = None, **parameters: Any) -> Outcome:
    """The model's answer to volumes given as rows, with some parameters."""
    values = indicators.parameters.instance(indicators.parameters.resolve(parameters))
    context = Context(folder, 0, logging.getLogger("test"), lambda fraction, text: None)
    return indicators(written(folder, rows, columns), parameters=values, context=context)


def rows_of(outcome: Outcome, name: str, **wanted: Any) -> list[dict[str, Any]]:
    """Rows of a table that have all the wanted values."""
    found: list[dict[str, Any]] = outcome.tables[name].to_pylist()  # type: ignore[union-attr]
    return [one for one in found if all(one[key] == value for key, value in wanted.items())]


def figure(outcome: Outcome, name: str, **wanted: Any) -> dict[str, Any]:
    """The one row of the table of figures that gives an indicator of a year alone."""
    (found,) = rows_of(outcome, "performance", **{"indicator": name, "since": None} | wanted)
    return found
