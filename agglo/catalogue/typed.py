"""Typed columns: a column as found, whatever the types of its cells, becomes an array of its field's type."""

from typing import TYPE_CHECKING

from agglo.catalogue.numbers import Convention
from agglo.catalogue.schema import Field
from agglo.catalogue.source import Column
from agglo.catalogue.values import FROM_TEXT, Habits, Rejected, Values, expected_of, localised
from agglo.contract.language import _

if TYPE_CHECKING:
    import pyarrow as pa

LARGEST_EXACT = 2**53
"""Whole numbers above this are not exact in the floats of a spreadsheet."""


def values(column: Column, target: Field, habits: Habits) -> Values:
    """The cells of ``column`` as ``target`` wants them; a cell that cannot be is null and rejected."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = [_part(part, target, habits) for part in column.parts]
    array = found[0].array if len(found) == 1 else pc.coalesce(*(one.array for one in found))
    result = Values(array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array]))
    for one in found:
        result.rejected += [rejected for rejected in one.rejected if rejected.mask.any()]
        result.notes += [note for note in one.notes if note not in result.notes]
    return result


def _part(part: "pa.ChunkedArray", target: Field, habits: Habits) -> Values:
    import pyarrow as pa

    kind = part.type
    if pa.types.is_dictionary(kind):
        part, kind = part.cast(kind.value_type), kind.value_type
    if pa.types.is_null(kind):
        return Values(pa.chunked_array([pa.nulls(len(part), target.arrow_type())]))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return FROM_TEXT[target.logical](part, target, habits)
    if pa.types.is_boolean(kind):
        return _same(part, target, "bool")
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _from_number(part, target)
    if pa.types.is_timestamp(kind):
        return _from_time(part, target, habits)
    if pa.types.is_date(kind):
        return _same(part, target, "date")
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return _same(part, target, "wkb")
    return _all_wrong(part, target)


def _all_wrong(part: "pa.ChunkedArray", target: Field, repair: str = "") -> Values:
    import pyarrow as pa
    import pyarrow.compute as pc

    nothing = pa.chunked_array([pa.nulls(len(part), target.arrow_type())])
    return Values(nothing, [Rejected(pc.is_valid(part).to_numpy(), expected_of(target), repair)])


def _same(part: "pa.ChunkedArray", target: Field, logical: str) -> Values:
    return Values(part.cast(target.arrow_type())) if target.logical == logical else _all_wrong(part, target)


def _from_number(part: "pa.ChunkedArray", target: Field) -> Values:
    import pyarrow as pa
    import pyarrow.compute as pc

    if target.logical == "float64":
        return Values(part.cast(pa.float64(), safe=False))
    if target.logical == "decimal":
        return _fitting(part, target)
    if target.logical not in ("int64", "string"):
        return _all_wrong(part, target, _excel_date_repair(target))
    if pa.types.is_integer(part.type):
        return Values(part.cast(target.arrow_type()))
    floats = part.cast(pa.float64())
    whole = pc.fill_null(pc.and_(pc.equal(pc.round(floats), floats), pc.less(pc.abs(floats), LARGEST_EXACT)), False)
    whole_numbers = pc.if_else(whole, floats, pa.scalar(None, pa.float64())).cast(pa.int64())
    if target.logical == "int64":
        wrong = pc.and_(pc.is_valid(floats), pc.invert(whole)).to_numpy()
        return Values(whole_numbers, [Rejected(wrong, expected_of(target))])
    text = pc.coalesce(whole_numbers.cast(pa.string()), floats.cast(pa.string()))
    return Values(text, notes=[_("{field}: numbers read as text").format(field=target.name)])


def _excel_date_repair(target: Field) -> str:
    return _("Give the cells a date format.") if target.logical in ("date", "instant") else ""


def _fitting(part: "pa.ChunkedArray", target: Field) -> Values:
    """Numbers as decimals, by the digits they are shown with: what does not fit is rejected, never rounded."""
    import pyarrow as pa

    return FROM_TEXT["decimal"](part.cast(pa.string()), target, Habits(Convention(".")))


def _from_time(part: "pa.ChunkedArray", target: Field, habits: Habits) -> Values:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if target.logical not in ("date", "instant"):
        repair = _("A spreadsheet made a date of it: give the cell a text format and type it again.")
        return _all_wrong(part, target, repair if target.logical == "string" else "")
    if target.logical == "instant":
        zoned = part.type.tz is not None
        micros = part.cast(pa.timestamp("us", part.type.tz), safe=False)
        if zoned:
            return Values(micros.cast(target.arrow_type()))
        return localised(micros, np.zeros(len(part), bool), target, habits)
    days = part.cast(pa.date32(), safe=False)
    wrong = pc.fill_null(pc.not_equal(days.cast(part.type), part), False).to_numpy()
    return Values(
        pc.if_else(pa.array(wrong), pa.scalar(None, pa.date32()), days), [Rejected(wrong, expected_of(target))]
    )
