"""A process of its own that makes a workbook or a GeoPackage of a table; see :mod:`agglo.portal.export`.

It reads what to make from its standard input, as JSON.
"""

import json
import math
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract import formulas
from agglo.contract.language import _
from agglo.portal import tables

if TYPE_CHECKING:
    import pyarrow as pa

GEOMETRY = "geometry"
_LONGEST_TEXT = 32_767
"""Letters that a cell of a workbook holds."""
_LONGITUDE_LATITUDE = "EPSG:4326"
_LARGEST_INTEGER = 2**53


def workbook(asked: Mapping[str, Any]) -> None:
    """Write a table as a workbook: its rows, then what its columns are. A text is never a formula."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Data"))
    sheet.append(list(_cells(sheet, tables.names(Path(asked["path"])))))
    for piece in tables.pieces(Path(asked["path"])):
        for row in zip(*(_values(column) for column in piece.columns), strict=True):
            sheet.append(list(_cells(sheet, row)))
    about = book.create_sheet(_("Columns"))
    about.append(list(_cells(about, [asked["title"]])))
    about.append(list(_cells(about, [_("Column"), _("Unit")])))
    for name in tables.names(Path(asked["path"])):
        about.append(list(_cells(about, [name, asked["columns"].get(name) or ""])))
    book.save(asked["target"])


def _values(column: "pa.Array") -> list[Any]:
    import pyarrow.types as pt

    if pt.is_binary(column.type) or pt.is_large_binary(column.type):
        import shapely

        found = shapely.from_wkb(column.to_numpy(zero_copy_only=False), on_invalid="ignore")
        return list(shapely.to_wkt(found, rounding_precision=6))
    values: list[Any] = column.to_pylist()
    return values


def _cells(sheet: Any, row: Any) -> Iterator[Any]:
    """The values of a row as cells: numbers as numbers, all the rest as texts."""
    from openpyxl.cell import WriteOnlyCell

    for value in row:
        if isinstance(value, float | int) and not isinstance(value, bool) and abs(value) <= _LARGEST_INTEGER:
            yield value
            continue
        if value is None or (isinstance(value, float) and math.isnan(value)):
            yield None
            continue
        cell = WriteOnlyCell(sheet)
        formulas.put(cell, _text(value)[:_LONGEST_TEXT])
        yield cell


def _text(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def geopackage(asked: Mapping[str, Any]) -> None:
    """Write a layer, or a table with the outline of the commune of each row, as a GeoPackage."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyogrio import write_arrow

    table = pq.read_table(asked["path"])
    if asked["kind"] == "layer":
        crs = _crs(table.schema.metadata or {})
    else:
        table, crs = _outlined(table, asked), _LONGITUDE_LATITUDE
    kept = [_known(table[name]) for name in table.column_names if name != GEOMETRY]
    names = [name for name in table.column_names if name != GEOMETRY]
    shapes, kind = _shapes(table[GEOMETRY])
    plain = pa.table([*kept, shapes], names=[*names, GEOMETRY])
    write_arrow(
        plain, asked["target"], layer=asked["name"], driver="GPKG", geometry_name=GEOMETRY, geometry_type=kind, crs=crs,
        dataset_options={"DATETIME_FORMAT": "UTC"},
    )  # fmt: skip


def _crs(metadata: Mapping[bytes, bytes]) -> str:
    """The reference system that a GeoParquet file states."""
    geo = json.loads(metadata.get(b"geo", b"{}"))
    stated = geo.get("columns", {}).get(geo.get("primary_column", GEOMETRY), {}).get("crs")
    if not stated:
        return "OGC:CRS84"
    identifier = stated.get("id", {})
    return f"{identifier['authority']}:{identifier['code']}" if identifier else json.dumps(stated)


def _outlined(table: "pa.Table", asked: Mapping[str, Any]) -> "pa.Table":
    """A table with the outline of each row's commune; none where the place is not a commune of the territory."""
    import pyarrow as pa

    from agglo.territory import perimeters
    from agglo.territory.outlines import to_wkb

    territory = perimeters.load(asked["territory"], cache=Path(asked["cache"]))
    known = {one.insee: to_wkb(one) for one in territory.communes}
    shapes = pa.array([known.get(code) for code in table[asked["code"]].to_pylist()], pa.binary())
    return table.append_column(GEOMETRY, shapes)


def _shapes(column: "pa.ChunkedArray") -> tuple["pa.Array", str]:
    """Geometries as GDAL takes them, and their kind: that of all of them, else any."""
    import pyarrow as pa
    import shapely

    found = shapely.from_wkb(column.to_numpy(), on_invalid="ignore")
    kinds = {one.geom_type for one in found if one is not None}
    field = pa.array(shapely.to_wkb(found), pa.binary())
    return field, kinds.pop() if len(kinds) == 1 else "Unknown"


def _known(column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """A column in a type that a GeoPackage has."""
    import pyarrow as pa
    import pyarrow.types as pt

    if pt.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pt.is_nested(column.type) or pt.is_null(column.type):
        return pa.chunked_array(
            [pa.array([None if one is None else _text(one) for one in column.to_pylist()], pa.string())]
        )
    return column


def main() -> None:
    asked = json.load(sys.stdin)
    {"xlsx": workbook, "gpkg": geopackage}[asked["form"]](asked)


if __name__ == "__main__":
    main()
