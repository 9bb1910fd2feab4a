"""Logical digests: the same content has the same digest, whatever wrote the file.

A table is its columns, by name, each cast to one of a closed set of logical types: ``bool``, ``int64``, ``float64``,
``decimal``, ``string``, ``date``, ``instant`` (UTC, microseconds), ``binary``, ``wkb:CRS``. The order of rows is
content; the order of columns, the chunks, the compression and the library's version are not. NaN and null are two
things; every NaN is the same NaN, and -0.0 is 0.0.

Digest of a column: SHA-256 over three SHA-256: which rows are set (one byte a row), values (little-endian, zero where
null; texts and binaries end to end; decimals in plain notation, each followed by a newline), and lengths in bytes
(int64) for texts and binaries. Digest of a table: SHA-256 over the RFC 8785 JSON of
``{"rows": n, "columns": [[name, type, digest], ...]}``, columns sorted by name.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _

if TYPE_CHECKING:
    import pyarrow as pa
    from typing_extensions import Buffer

BATCH_ROWS = 131_072


def canonical_json(content: Any) -> bytes:
    """Canonical JSON (RFC 8785).

    Raises
    ------
    InvalidInput
        A number is not finite or an integer is not exact as a 64-bit number.
    """
    import rfc8785

    try:
        return bytes(rfc8785.dumps(content))
    except rfc8785.CanonicalizationError as error:
        raise InvalidInput(
            _("This cannot be written as canonical JSON."),
            [Fault("JSON", str(error)[:200], _("texts, finite numbers, and integers below 2^53"))],
        ) from None


def of_json(content: Any) -> str:
    """SHA-256 [hex] of the canonical JSON (RFC 8785) of ``content``.

    >>> of_json({"b": 1, "a": 2.0}) == of_json({"a": 2, "b": 1})
    True
    """
    return hashlib.sha256(canonical_json(content)).hexdigest()


def of_table(table: "pa.Table", *, crs: Mapping[str, str] | None = None) -> str:
    """Logical digest [hex] of a table in memory; ``crs`` gives the reference system of each WKB column.

    Raises
    ------
    InvalidInput
        A column is of a type outside the closed set (a local time without a zone, a nested list...) or holds values
        outside its logical type (an instant finer than a microsecond, an integer above 2^63); or two have one name.
    """
    return _digest(table.schema, table.to_batches(max_chunksize=BATCH_ROWS), crs or {})


def of_parquet(path: Path, *, crs: Mapping[str, str] | None = None) -> str:
    """Logical digest [hex] of a Parquet file, read in pieces; errors as :func:`of_table`."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return _digest(file.schema_arrow, file.iter_batches(batch_size=BATCH_ROWS), crs or {})


def logical_type(kind: "pa.DataType", crs: str | None = None) -> str | None:
    """The logical type a stored type is cast to, or None if it has none."""
    import pyarrow.types as pt

    if pt.is_dictionary(kind):
        return logical_type(kind.value_type, crs)
    if pt.is_decimal(kind):
        return f"decimal({kind.scale})"
    if pt.is_timestamp(kind):
        return "instant" if kind.tz else None
    tests = {
        "bool": pt.is_boolean,
        "int64": pt.is_integer,
        "float64": pt.is_floating,
        "date": pt.is_date,
        "string": lambda k: pt.is_string(k) or pt.is_large_string(k) or pt.is_string_view(k),
        "binary": lambda k: (
            pt.is_binary(k) or pt.is_large_binary(k) or pt.is_fixed_size_binary(k) or pt.is_binary_view(k)
        ),
    }
    found = next((name for name, test in tests.items() if test(kind)), None)
    if crs is not None:
        return f"wkb:{crs}" if found == "binary" else None
    return found


class _Column:
    """The three running digests of one column."""

    def __init__(self, logical: str) -> None:
        self.logical = logical
        self._set, self._values, self._lengths = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()

    def add(self, array: "pa.Array") -> None:
        import pyarrow as pa

        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        self._set.update(array.is_valid().to_numpy(zero_copy_only=False).astype("u1"))
        for piece in _pieces(array, self.logical):
            self._values.update(piece)
        if self.logical in ("string", "binary") or self.logical.startswith("wkb:"):
            self._lengths.update(_lengths(array))

    def hexdigest(self) -> str:
        parts = (self._set.digest(), self._values.digest(), self._lengths.digest())
        return hashlib.sha256(b"".join(parts)).hexdigest()


def _digest(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]", crs: Mapping[str, str]) -> str:
    columns = _columns(schema, crs)
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        for name, column in columns.items():
            _add(column, name, batch.column(name))
    described = [[name, columns[name].logical, columns[name].hexdigest()] for name in sorted(columns)]
    return of_json({"rows": rows, "columns": described})


def _columns(schema: "pa.Schema", crs: Mapping[str, str]) -> dict[str, _Column]:
    columns: dict[str, _Column] = {}
    faults = []
    for field in schema:
        logical = logical_type(field.type, crs.get(field.name))
        if logical is None:
            expected = _("WKB") if field.name in crs else _("bool, integer, number, decimal, text, date or UTC instant")
            faults.append(Fault(field.name, str(field.type), expected))
        elif field.name in columns:
            faults.append(Fault(field.name, _("several columns of this name"), _("one")))
        else:
            columns[field.name] = _Column(logical)
    if faults:
        raise InvalidInput(_("These columns have no logical type."), faults)
    return columns


def _add(column: _Column, name: str, array: "pa.Array") -> None:
    import pyarrow as pa

    try:
        column.add(array)
    except pa.ArrowInvalid as error:
        raise InvalidInput(
            _("A column holds values outside its logical type."), [Fault(name, str(error)[:200], column.logical)]
        ) from None


def _pieces(array: "pa.Array", logical: str) -> "Iterator[Buffer]":
    """The values as little-endian bytes, nulls as zeros or nothing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if logical == "bool":
        yield pc.fill_null(array, False).to_numpy(zero_copy_only=False).astype("u1")
    elif logical == "int64":
        yield pc.fill_null(array.cast(pa.int64()), 0).to_numpy().astype("<i8", copy=False)
    elif logical == "float64":
        yield _canonical_floats(pc.fill_null(array.cast(pa.float64()), 0.0).to_numpy())
    elif logical == "date":
        yield pc.fill_null(array.cast(pa.date32()).cast(pa.int32()), 0).to_numpy().astype("<i8")
    elif logical == "instant":
        instants = array.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
        yield pc.fill_null(instants, 0).to_numpy().astype("<i8", copy=False)
    elif logical.startswith("decimal"):
        yield "".join(f"{'' if value is None else format(value, 'f')}\n" for value in array.to_pylist()).encode()
    else:
        yield from _bytes_of(array)


def _canonical_floats(values: "Any") -> "Buffer":
    import numpy as np

    canonical: Any = values.astype("<f8") + 0.0
    canonical[np.isnan(canonical)] = np.nan
    return memoryview(canonical)


def _bytes_of(array: "pa.Array") -> "Iterator[Buffer]":
    import numpy as np
    import pyarrow as pa

    large = array.cast(pa.large_binary()).drop_null()
    offsets, values = large.buffers()[1:]
    if len(large) and values is not None:
        bounds = np.frombuffer(offsets, dtype="<i8")[large.offset : large.offset + len(large) + 1]
        yield memoryview(values)[int(bounds[0]) : int(bounds[-1])]


def _lengths(array: "pa.Array") -> "Buffer":
    import pyarrow as pa
    import pyarrow.compute as pc

    lengths: Buffer = pc.fill_null(pc.binary_length(array.cast(pa.large_binary())), 0).cast(pa.int64()).to_numpy()
    return lengths
