"""Columns of the tables that models answer with: each has a unit, or a word for what it holds."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Columns = Mapping[str, str]
"""Of a table: the unit of each column, or one of :data:`WITHOUT_UNIT` where it has none of its own."""

WITHOUT_UNIT = ("text", "year", "rank", "number", "instant")
"""A text, a year, a whole number that gives an order, a number whose unit another column names, an instant (UTC)."""


def units_of(columns: Columns) -> dict[str, str]:
    """The unit of each column as a model declares it, empty where it has none.

    >>> units_of({"place": "text", "energy_mwh": "MWh/yr"})
    {'place': '', 'energy_mwh': 'MWh/yr'}
    """
    return {name: "" if kind in WITHOUT_UNIT else kind for name, kind in columns.items()}


def table(columns: Columns, rows: Iterable[Mapping[str, Any]]) -> "pa.Table":
    """A table of ``rows``; a column that a row does not name is empty there."""
    import pyarrow as pa

    kinds = {"text": pa.string(), "year": pa.int64(), "rank": pa.int64(), "instant": pa.timestamp("us", "UTC")}
    schema = pa.schema([(name, kinds.get(kind, pa.float64())) for name, kind in columns.items()])
    return pa.Table.from_pylist(list(rows), schema=schema)
