"""The tables of the index. They hold nothing that is not in a sealed folder or its events."""

import hashlib
from functools import cache

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("model", String, nullable=False),
    Column("version", String, nullable=False),
    Column("state", String, nullable=False),
    Column("fingerprint", String(64), nullable=False, index=True),
    Column("seed", Integer, nullable=False),
    Column("scenario", String),
    Column("project", String),
    Column("territory", String),
    Column("started", String, nullable=False),
    Column("finished", String, nullable=False),
    Column("wall_s", Float),
    Column("footprint_status", String, nullable=False),
    Column("energy_kwh", Float),
    Column("carbon_g", Float),
    Column("carbon_low_g", Float),
    Column("carbon_high_g", Float),
    Column("checks", Integer, nullable=False),
    Column("checks_energy_kwh", Float),
    Column("checks_carbon_g", Float),
    Column("outcome_digest", String(64)),
    Column("failure", Text),
    Column("certificate", String),
    Column("askings", Integer, nullable=False),
    Column("visibility", String),
    Index("runs_by_model", "model", "id"),
    Index("runs_by_state", "state", "id"),
    Index("runs_by_scenario", "scenario", "id"),
    Index("runs_by_visibility", "visibility", "id"),
)
"""``visibility`` is what was last decided, here as in ``datasets``; null where nobody has decided."""

run_askers = Table(
    "run_askers",
    metadata,
    Column("run", String(36), ForeignKey("runs.id"), primary_key=True),
    Column("actor", String, primary_key=True),
    Index("run_askers_by_actor", "actor", "run"),
)

run_parameters = Table(
    "run_parameters",
    metadata,
    Column("run", String(36), ForeignKey("runs.id"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
    Column("number", Float),
)

run_inputs = Table(
    "run_inputs",
    metadata,
    Column("run", String(36), ForeignKey("runs.id"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("dataset", String, nullable=False),
    Column("dataset_version", String, nullable=False),
    Index("run_inputs_by_dataset", "dataset", "dataset_version"),
)

run_indicators = Table(
    "run_indicators",
    metadata,
    Column("run", String(36), ForeignKey("runs.id"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("unit", String, nullable=False),
    Column("value", Float),
    Index("run_indicators_by_value", "name", "value", "run"),
    Index("run_indicators_by_place", "name", "place", "value"),
)

datasets = Table(
    "datasets",
    metadata,
    Column("name", String, primary_key=True),
    Column("version", String, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("schema", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("licence", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("source", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("added", String, nullable=False),
    Column("visibility", String),
)

dataset_adders = Table(
    "dataset_adders",
    metadata,
    Column("dataset", String, primary_key=True),
    Column("dataset_version", String, primary_key=True),
    Column("actor", String, primary_key=True),
    Index("dataset_adders_by_actor", "actor"),
)

declarations = Table(
    "declarations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("project", String, nullable=False, index=True),
    Column("partner", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("model", String),
    Column("territory", String),
    Column("month", String(7), nullable=False),
    Column("energy_kwh", Float),
    Column("carbon_g", Float),
    Column("embodied_g", Float),
)


@cache
def layout() -> str:
    """A short digest of these tables and their indexes: an index made with others is made again."""
    described = [
        (table.name, [(one.name, str(one.type), one.primary_key) for one in table.columns], _indexes(table))
        for table in metadata.sorted_tables
    ]
    return hashlib.sha256(repr(described).encode()).hexdigest()[:12]


def _indexes(table: Table) -> list[tuple[str, list[str]]]:
    return sorted((str(one.name), [column.name for column in one.columns]) for one in table.indexes)
