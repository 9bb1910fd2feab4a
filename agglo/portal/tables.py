"""Pages of a kept table, read from the parts of its file that hold them: never the whole table."""

import datetime
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract import numerals
from agglo.contract.errors import Damaged
from agglo.contract.language import _

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROWS = 50
"""Rows of a page."""
_AT_ONCE = 4096
"""Rows that are read together on the way to a page."""
_BUFFER_BYTES = 1 << 16
_LONGEST = 300
"""Letters of a cell that a page shows."""
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Heading:
    """A column as a page heads it; ``unit`` as people write it."""

    label: str
    unit: str
    number: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a table as texts, from the row ``first`` (counted from 1), of ``total``.

    ``hidden`` are columns of geometries and other bytes, which are not shown. ``read`` counts the rows that were read.
    """

    headings: tuple[Heading, ...]
    rows: tuple[tuple[str, ...], ...]
    first: int
    total: int
    hidden: tuple[str, ...]
    read: int

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def count(path: Path) -> int:
    """Rows of a table, from what its file says of itself."""
    with _opened(path) as file:
        return int(file.metadata.num_rows)


def names(path: Path) -> list[str]:
    """Columns of a table."""
    with _opened(path) as file:
        return list(file.schema_arrow.names)


def page(path: Path, *, units: Mapping[str, str], start: int = 0, rows: int = ROWS) -> Page:
    """``rows`` rows of a table after the first ``start``; ``units`` are the columns' [symbols].

    Raises
    ------
    Damaged
        The file cannot be read.
    """
    with _opened(path) as file:
        schema = file.schema_arrow
        hidden = [field.name for field in schema if _is_bytes(field.type)]
        shown = [field for field in schema if field.name not in hidden]
        headings = tuple(
            Heading(field.name, numerals.unit_label(units.get(field.name, "")), _is_number(field.type))
            for field in shown
        )
        found, read = _rows(file, [field.name for field in shown], start, rows)
        columns = [_texts(found, field, units.get(field.name, "")) for field in shown]
        lines = tuple(zip(*columns, strict=True)) if columns else ()
        return Page(headings, lines, start + 1, int(file.metadata.num_rows), tuple(hidden), read)


def _opened(path: Path) -> "pq.ParquetFile":
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER_BYTES)
    except (pa.ArrowInvalid, OSError):
        raise Damaged(_("A kept file cannot be read.")) from None


def _rows(file: "pq.ParquetFile", columns: list[str], start: int, rows: int) -> tuple[list[dict[str, Any]], int]:
    """The rows asked for, and how many were read to come to them."""
    groups, before = _groups(file, start, rows)
    found: list[dict[str, Any]] = []
    read = 0
    if not groups or not columns:
        return found, read
    size = rows if start == before else _AT_ONCE
    for batch in file.iter_batches(batch_size=size, row_groups=groups, columns=columns, use_threads=False):
        begins = before + read
        read += batch.num_rows
        if begins + batch.num_rows > start:
            piece = batch.slice(max(0, start - begins), rows - len(found))
            found += piece.to_pylist()
        if len(found) >= rows:
            break
    return found, read


def _groups(file: "pq.ParquetFile", start: int, rows: int) -> tuple[list[int], int]:
    """The row groups that hold some rows, and how many rows are in those before."""
    groups, before, first = [], 0, None
    for rank in range(file.metadata.num_row_groups):
        size = file.metadata.row_group(rank).num_rows
        if before < start + rows and before + size > start:
            groups.append(rank)
            first = before if first is None else first
        before += size
    return groups, first or 0


def _texts(rows: list[dict[str, Any]], field: "pa.Field", unit: str) -> list[str]:
    """The cells of a column as people read them."""
    values = [row[field.name] for row in rows]
    numbers = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    decimals = numerals.decimals_for([_median(numbers)]) if unit and numbers else 0
    return [shown(value, decimals if unit else None) for value in values]


def _median(values: list[float]) -> float | None:
    """The size of a common value that is not zero."""
    sizes = sorted(abs(value) for value in values if value)
    return sizes[len(sizes) // 2] if sizes else None


def shown(value: Any, decimals: int | None = None) -> str:
    """One value for a person; numbers with a unit get ``decimals``, others the digits they need. Nothing is "-"."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return (
            numerals.significant(value, _DIGITS)
            if decimals is None
            else numerals.number(value, decimals if value else 0)
        )
    if isinstance(value, int):
        return str(value) if decimals is None else numerals.number(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _is_number(kind: "pa.DataType") -> bool:
    import pyarrow.types as pt

    return bool(pt.is_floating(kind) or pt.is_integer(kind) or pt.is_decimal(kind))


def _is_bytes(kind: "pa.DataType") -> bool:
    import pyarrow.types as pt

    return bool(pt.is_binary(kind) or pt.is_large_binary(kind) or pt.is_fixed_size_binary(kind))


def pieces(path: Path, *, rows: int = 16_384) -> "Iterator[pa.RecordBatch]":
    """A whole table, piece by piece."""
    with _opened(path) as file:
        yield from file.iter_batches(batch_size=rows, use_threads=False)
