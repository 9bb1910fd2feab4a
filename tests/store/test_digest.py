import datetime as dt
import hashlib
import struct
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.contract.errors import InvalidInput
from agglo.store import digest
from agglo.store.digest import canonical_json, logical_type, of_json, of_parquet, of_table

UTC = pa.timestamp("us", tz="UTC")
NOON = dt.datetime(2024, 6, 1, 12, 0, 0, 123456, tzinfo=dt.UTC)
MIXED = pa.table(
    {
        "flag": pa.array([True, None, False]),
        "count": pa.array([1, None, -(2**62)], pa.int64()),
        "value": pa.array([0.1, float("nan"), None]),
        "cost": pa.array([Decimal("1.50"), None, Decimal("-0.05")], pa.decimal128(10, 2)),
        "name": pa.array(["Orsay", None, ""]),
        "day": pa.array([dt.date(2024, 1, 1), None, dt.date(1900, 2, 28)]),
        "at": pa.array([NOON, None, NOON], UTC),
        "code": pa.array([b"\x00\xff", None, b""]),
        "shape": pa.array([b"\x01\x02", None, b"\x03"]),
    }
)
FROZEN = "1decdb9b6e5435d8e2381d96a3c0bb88e7c824ed5c059bd8b53076c7fe88bcd1"


def one(values: Any, kind: pa.DataType | None = None) -> str:
    return of_table(pa.table({"a": pa.array(values, kind)}))


def refused(table: pa.Table, **crs: str) -> str:
    with pytest.raises(InvalidInput) as error:
        of_table(table, crs=crs)
    return str(error.value)


def test_the_algorithm_never_changes() -> None:
    """This value is in every workspace: a change of it makes all kept digests worthless."""
    assert of_table(MIXED, crs={"shape": "EPSG:2154"}) == FROZEN


def test_a_digest_can_be_computed_by_hand_as_the_documentation_says() -> None:
    def sha(content: bytes) -> bytes:
        return hashlib.sha256(content).digest()

    flags, lengths = b"\x01\x00\x01", struct.pack("<3q", 3, 0, 0)
    numbers = sha(sha(flags) + sha(struct.pack("<3d", 1.5, 0.0, 0.0)) + sha(b""))
    text = sha(sha(flags) + sha("éx".encode()) + sha(lengths))
    described = f'{{"columns":[["n","float64","{numbers.hex()}"],["t","string","{text.hex()}"]],"rows":3}}'
    table = pa.table({"t": pa.array(["éx", None, ""]), "n": pa.array([1.5, None, -0.0])})
    assert of_table(table) == sha(described.encode()).hex()


@pytest.mark.parametrize("sizes", [[3], [1, 1, 1], [0, 2, 0, 1], [1, 2]])
def test_chunks_are_not_content(sizes: list[int]) -> None:
    pieces, start = [], 0
    for size in sizes:
        pieces.append(MIXED.slice(start, size))
        start += size
    assert of_table(pa.concat_tables(pieces)) == of_table(MIXED)


def test_pieces_of_reading_are_not_content(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = of_table(MIXED)
    for rows in (1, 2):
        monkeypatch.setattr(digest, "BATCH_ROWS", rows)
        assert of_table(MIXED) == whole


def test_a_slice_of_a_longer_table_is_its_own_rows_only() -> None:
    around = pa.concat_tables([MIXED.slice(1, 2), MIXED, MIXED.slice(0, 1)]).combine_chunks()
    assert of_table(around.slice(2, 3)) == of_table(MIXED)


def test_order_of_columns_is_not_content_but_order_of_rows_is() -> None:
    assert of_table(MIXED.select(MIXED.column_names[::-1])) == of_table(MIXED)
    assert one([1, 2]) != one([2, 1])


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
@pytest.mark.parametrize("rows", [1, 2, 100])
@pytest.mark.parametrize("dictionary", [True, False])
def test_what_wrote_the_file_is_not_content(tmp_path: Path, compression: str, rows: int, dictionary: bool) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(MIXED, path, compression=compression, row_group_size=rows, use_dictionary=dictionary, version="2.6")
    assert of_parquet(path) == of_table(MIXED)


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ([1, None, 100], [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint32(), pa.uint64()]),
        ([0.5, None, -2.0], [pa.float16(), pa.float32(), pa.float64()]),
        (["a", None, ""], [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]),
        ([b"ab", None], [pa.binary(), pa.large_binary(), pa.binary(2), pa.binary_view()]),
        ([dt.date(2024, 1, 1), None], [pa.date32(), pa.date64()]),
        ([Decimal("1.25"), None], [pa.decimal32(5, 2), pa.decimal128(38, 2), pa.decimal256(60, 2)]),
        ([dt.datetime(2024, 1, 1, tzinfo=dt.UTC), None], [pa.timestamp(u, tz="UTC") for u in ("s", "ms", "us", "ns")]),
        ([None, None], [pa.string(), pa.large_string()]),
        ([], [pa.int8(), pa.int64()]),
    ],
)  # fmt: skip
def test_what_is_stored_in_another_type_of_the_same_logical_type_is_the_same(
    values: list[Any], kinds: list[pa.DataType]
) -> None:
    assert len({one(values, kind) for kind in kinds}) == 1


def test_an_instant_is_the_same_in_any_zone() -> None:
    at = pa.array([NOON], UTC)
    assert (
        len({of_table(pa.table({"a": at.cast(pa.timestamp("us", tz=zone))})) for zone in ("UTC", "Europe/Paris")}) == 1
    )


def test_float32_keeps_the_value_it_has() -> None:
    assert one([0.1], pa.float32()) == one([float(np.float32(0.1))]) != one([0.1])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (one([None, 1.0]), one([float("nan"), 1.0])),
        (one([None], pa.float64()), one([0.0])),
        (one([None], pa.string()), one([""])),
        (one([1], pa.int64()), one([1.0])),
        (one(["1"]), one([1])),
        (one([b"a"]), one(["a"])),
        (one(["ab", "c"]), one(["a", "bc"])),
        (one(["ab"]), one(["a", "b"])),
        (one([True]), one([1])),
        (one([Decimal("1.0")], pa.decimal128(5, 1)), one([Decimal("1.00")], pa.decimal128(5, 2))),
        (one([Decimal(12), Decimal(3)], pa.decimal128(5, 0)), one([Decimal(1), Decimal(23)], pa.decimal128(5, 0))),
        (one([], pa.int64()), one([], pa.string())),
        (one([], pa.int64()), one([None], pa.int64())),
        (of_table(pa.table({"a": [1]})), of_table(pa.table({"b": [1]}))),
        (of_table(pa.table({"a": [1]})), of_table(pa.table({"a": [1], "b": [1]}))),
    ],
)
def test_another_content_has_another_digest(first: str, second: str) -> None:
    assert first != second


def test_every_nan_is_one_and_there_is_one_zero() -> None:
    payload = struct.unpack("<d", struct.pack("<Q", 0xFFF8000000000001))[0]
    assert one([payload]) == one([float("nan")])
    assert one([-0.0]) == one([0.0])


def test_what_lies_under_a_null_is_not_content() -> None:
    valid = pa.array([True, False, True]).buffers()[1]
    for values in ([1.0, 7.0, 3.0], [1.0, float("nan"), 3.0]):
        masked = pa.Array.from_buffers(pa.float64(), 3, [valid, pa.array(values).buffers()[1]])
        assert of_table(pa.table({"a": masked})) == one([1.0, None, 3.0])
    texts = pa.Array.from_buffers(pa.string(), 3, [valid, *pa.array(["a", "hidden", "c"]).buffers()[1:]])
    assert of_table(pa.table({"a": texts})) == one(["a", None, "c"])


def test_an_empty_table_has_the_digest_of_its_columns() -> None:
    empty = MIXED.slice(0, 0)
    assert of_table(empty) == of_table(pa.Table.from_batches([], schema=MIXED.schema))
    assert of_table(empty) != of_table(empty.drop_columns(["at"]))
    assert of_table(pa.table({})) == of_json({"rows": 0, "columns": []})


def test_a_geometry_is_its_bytes_and_its_reference_system() -> None:
    table = pa.table({"geometry": [b"\x01", None]})
    digests = {of_table(table, crs=crs) for crs in ({}, {"geometry": "EPSG:2154"}, {"geometry": "EPSG:4326"})}
    assert len(digests) == 3


@pytest.mark.parametrize(
    "kind",
    [
        pa.timestamp("us"), pa.time64("us"), pa.duration("s"), pa.list_(pa.int64()), pa.struct([("x", pa.int64())]),
        pa.null(), pa.map_(pa.string(), pa.int64()),
    ],
)  # fmt: skip
def test_a_type_outside_the_closed_set_is_refused(kind: pa.DataType) -> None:
    said = refused(pa.table({"a": pa.array([None], kind), "b": [1], "c": pa.array([None], kind)}))
    assert said.startswith("These columns have no logical type.")
    assert f"a: found {kind}, expected bool" in said
    assert f"c: found {kind}" in said


@pytest.mark.parametrize("kind", [pa.string(), pa.int64()])
def test_a_geometry_that_is_not_binary_is_refused(kind: pa.DataType) -> None:
    assert f"g: found {kind}, expected WKB" in refused(pa.table({"g": pa.array([None], kind)}), g="EPSG:2154")


def test_two_columns_of_one_name_are_refused() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    assert "a: found several columns of this name, expected one" in refused(table)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (pa.array([2**63], pa.uint64()), "a: found Integer value 9223372036854775808 not in range"),
        (pa.array([1], pa.int64()).cast(pa.timestamp("ns", tz="UTC")), "would lose data.*expected instant"),
        (pa.array([2**60], pa.int64()).cast(pa.timestamp("s", tz="UTC")), "out of bounds.*expected instant"),
        (pa.array([5], pa.int64()).cast(pa.date64()), "would lose data.*expected date"),
    ],
)
def test_a_value_outside_its_logical_type_is_refused(array: pa.Array, said: str) -> None:
    with pytest.raises(InvalidInput, match=f"(?s)holds values outside its logical type.*{said}"):
        of_table(pa.table({"a": array}))


def test_logical_types() -> None:
    assert logical_type(pa.dictionary(pa.int8(), pa.large_string())) == "string"
    assert logical_type(pa.decimal128(10, 3)) == "decimal(3)"
    assert logical_type(pa.binary(), "EPSG:2154") == "wkb:EPSG:2154"
    assert logical_type(pa.list_(pa.int8())) is None


VALUES = {
    pa.int64(): st.none() | st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.none() | st.floats(allow_nan=True),
    pa.string(): st.none() | st.text(st.characters(codec="utf-8"), max_size=4),
    pa.binary(): st.none() | st.binary(max_size=4),
    pa.bool_(): st.none() | st.booleans(),
    pa.decimal128(12, 2): st.none() | st.decimals(-999, 999, places=2),
}


def meaning(kind: pa.DataType, values: list[Any]) -> tuple[Any, ...]:
    """The content of a column as the design defines it."""
    if kind == pa.float64():
        return tuple("nan" if v is not None and v != v else v for v in values)
    return tuple(values)


@st.composite
def columns(draw: st.DrawFn) -> tuple[pa.DataType, list[Any]]:
    kind = draw(st.sampled_from(list(VALUES)))
    return kind, draw(st.lists(VALUES[kind], max_size=4))


@given(columns(), columns())
def test_digests_are_equal_if_and_only_if_contents_are(
    first: tuple[pa.DataType, list[Any]], second: tuple[pa.DataType, list[Any]]
) -> None:
    same = first[0] == second[0] and meaning(*first) == meaning(*second)
    assert (one(first[1], first[0]) == one(second[1], second[0])) == same


@given(columns(), st.integers(0, 4), st.integers(1, 3))
def test_the_layout_in_memory_is_never_content(column: tuple[pa.DataType, list[Any]], before: int, pieces: int) -> None:
    kind, values = column
    plain = one(values, kind)
    padded = pa.array([None] * before + values + [None], kind).slice(before, len(values))
    cut = len(values) // pieces
    chunked = pa.chunked_array([padded.slice(0, cut), padded.slice(cut)], type=kind)
    assert of_table(pa.table({"a": chunked})) == plain
    if kind in (pa.int64(), pa.string(), pa.binary(), pa.decimal128(12, 2)):
        assert of_table(pa.table({"a": chunked.dictionary_encode()})) == plain


def test_canonical_json_is_rfc_8785() -> None:
    """The example of RFC 8785, section 3.2.2 and 3.2.3 (https://www.rfc-editor.org/rfc/rfc8785)."""
    content = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical_json(content).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_two_spellings_of_one_json_have_one_digest() -> None:
    assert of_json({"b": [1.0, -0.0], "a": None}) == of_json({"a": None, "b": [1, 0]})
    assert of_json({"a": 1}) != of_json({"a": "1"})
    assert of_json({}) == hashlib.sha256(b"{}").hexdigest()


@pytest.mark.parametrize("content", [float("nan"), [float("inf")], 2**53, {1: 2}, {"a": b"x"}, "\ud800"])
def test_what_json_cannot_hold_exactly_is_refused(content: Any) -> None:
    with pytest.raises(InvalidInput, match="cannot be written as canonical JSON"):
        of_json(content)
