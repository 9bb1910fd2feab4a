"""Make a layer's SQLite file: ``python -m agglo.portal.layering`` reads what to make as JSON on its standard input.

The kept file is read in pieces, so that memory is bounded whatever its size; a reader sees the whole file or none.
A table by commune keeps each outline once: ``features`` is then a view that puts the outline into each feature.
"""

import json
import math
import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.catalogue.datasets import Dataset
from agglo.portal import layers
from agglo.portal.layers import Layer, Property
from agglo.runs.run import Run
from agglo.store.indexing import INDICATORS_FILE
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace, open_workspace
from agglo.territory.communes import Bounds, Commune

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

BATCH_ROWS = 2_000
DECIMALS = 7
"""Of a degree: 11 millimetres (RFC 7946, 11.2)."""
GEOMETRY = "geometry"
_LONGITUDE_LATITUDE = "OGC:CRS84"

_TABLES = """
PRAGMA page_size = 8192;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE about(name TEXT PRIMARY KEY, value);
CREATE TABLE properties(rank INTEGER PRIMARY KEY, name TEXT, field TEXT, type TEXT, unit TEXT, title TEXT);
CREATE VIRTUAL TABLE boxes USING rtree(id, minx, maxx, miny, maxy);
"""
_LAYER = """
CREATE TABLE features(id INTEGER PRIMARY KEY, key TEXT, minx REAL, miny REAL, maxx REAL, maxy REAL, geojson TEXT);
CREATE UNIQUE INDEX keys ON features(key);
"""
_BY_COMMUNE = """
CREATE TABLE shapes(insee TEXT PRIMARY KEY, minx REAL, miny REAL, maxx REAL, maxy REAL, geometry TEXT);
CREATE TABLE lines(id INTEGER PRIMARY KEY, key TEXT, insee TEXT, before TEXT, after TEXT);
CREATE UNIQUE INDEX keys ON lines(key);
CREATE VIEW features AS
  SELECT lines.id, key, minx, miny, maxx, maxy, before || geometry || after AS geojson
  FROM lines JOIN shapes USING (insee);
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One feature to be: ``key`` is its identifier, ``geometry`` is GeoJSON, ``box`` in degrees."""

    key: int | str
    values: Sequence[Any]
    geometry: str = "null"
    box: Bounds | None = None
    insee: str = ""


def main() -> None:
    job = json.load(sys.stdin)
    described = job["layer"]
    properties = tuple(Property(**one) for one in described.pop("properties"))
    make(open_workspace(Path(job["workspace"])), Layer(**described, properties=properties))


def make(workspace: Workspace, layer: Layer) -> None:
    """Make the file of a layer aside, then put it in its place."""
    path = layers.path_of(workspace, layer)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    connection = sqlite3.connect(aside, isolation_level=None)
    try:
        connection.executescript(_TABLES + (_LAYER if layer.kind == "layer" else _BY_COMMUNE))
        _fill(connection, workspace, layer)
        connection.execute("ANALYZE")
        connection.close()
        aside.replace(path)
    finally:
        connection.close()
        aside.unlink(missing_ok=True)


def _fill(connection: sqlite3.Connection, workspace: Workspace, layer: Layer) -> None:
    source = {"communes": _communes, "layer": _layer, "by-commune": _by_commune}[layer.kind]
    properties, rows = source(workspace, layer)
    fields = [f"f{rank}" for rank, _property in enumerate(properties)]
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO properties VALUES (?, ?, ?, ?, ?, ?)",
        [(rank, one.name, fields[rank], one.type, one.unit, one.title) for rank, one in enumerate(properties)],
    )
    connection.execute(f"CREATE TABLE attributes(id INTEGER PRIMARY KEY{''.join(f', {name}' for name in fields)})")
    if layer.kind != "layer":
        _put_shapes(connection, layers.territory(workspace).communes)
    count = _put(connection, [one.name for one in properties], rows, by_commune=layer.kind != "layer")
    box = connection.execute("SELECT min(minx), min(miny), max(maxx), max(maxy) FROM features").fetchone()
    about = {"count": count, "minx": box[0], "miny": box[1], "maxx": box[2], "maxy": box[3]}
    connection.executemany("INSERT INTO about VALUES (?, ?)", about.items())
    connection.execute("COMMIT")


def _put(connection: sqlite3.Connection, names: Sequence[str], rows: Iterator[Row], *, by_commune: bool) -> int:
    """Insert features; the answer counts them."""
    attributes = f"INSERT INTO attributes VALUES (?{', ?' * len(names)})"  # noqa: S608 - question marks alone
    count = 0
    for count, row in enumerate(rows, start=1):
        before, after = _halves(row, names)
        if by_commune:
            connection.execute("INSERT INTO lines VALUES (?, ?, ?, ?, ?)", (count, row.key, row.insee, before, after))
        else:
            feature = f"{before}{row.geometry}{after}"
            box = row.box or (None,) * 4
            connection.execute("INSERT INTO features VALUES (?, ?, ?, ?, ?, ?, ?)", (count, row.key, *box, feature))
        if row.box:
            west, south, east, north = row.box
            connection.execute("INSERT INTO boxes VALUES (?, ?, ?, ?, ?)", (count, west, east, south, north))
        connection.execute(attributes, (count, *map(_stored, row.values)))
    return count


def _halves(row: Row, names: Sequence[str]) -> tuple[str, str]:
    """The GeoJSON text of a feature, before its geometry and after it."""
    before = f'{{"type":"Feature","id":{_json(row.key)},"geometry":'
    return before, f',"properties":{_json(dict(zip(names, row.values, strict=True)))}}}'


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _stored(value: Any) -> Any:
    """A value as a filter meets it: lists and objects are texts, truth is 0 or 1."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value)
    return _json(value) if isinstance(value, list | dict) else value


def plain(value: Any) -> Any:
    """A value as JSON can hold it: no infinity, dates and instants as ISO 8601 texts."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return None if isinstance(value, bytes) else _number(value)


def _number(value: Any) -> float | str | None:
    """A decimal as a number; anything else as a text."""
    try:
        return float(value) if math.isfinite(value) else None
    except (TypeError, ValueError):
        return str(value)


def _put_shapes(connection: sqlite3.Connection, communes: Sequence[Commune]) -> None:
    from agglo.territory.outlines import to_wkb

    texts, boxes = _geojson([to_wkb(one) for one in communes], _LONGITUDE_LATITUDE)
    rows = [
        (one.insee, *(box or (None,) * 4), text) for one, text, box in zip(communes, texts, boxes, strict=True)
    ]  # fmt: skip
    connection.executemany("INSERT INTO shapes VALUES (?, ?, ?, ?, ?, ?)", rows)


def _geojson(wkb: "Sequence[bytes | None]", crs: str) -> tuple[list[str], list[Bounds | None]]:
    """Geometries as GeoJSON texts and boxes [degrees], in longitude and latitude, outer rings counter-clockwise.

    What has no place there (no geometry, or one outside the area of use of its reference system) is ``null``.
    """
    import numpy as np
    import shapely

    shapes = shapely.from_wkb(np.array(wkb, dtype=object), on_invalid="ignore")
    for high in (False, True):
        chosen = (shapely.has_z(shapes) == high) & ~shapely.is_missing(shapes)
        if chosen.any():
            shapes[chosen] = _placed(shapes[chosen], crs, high=high)
    shapes = shapely.orient_polygons(shapes)
    texts = ["null" if text is None else text for text in shapely.to_geojson(shapes)]
    usable = [_box(one) for one in shapely.bounds(shapes).tolist()]
    points, places = shapely.get_coordinates(shapes, return_index=True)
    for place in np.unique(places[~np.isfinite(points).all(axis=1)]).tolist():
        usable[place] = None
    return [text if box else "null" for text, box in zip(texts, usable, strict=True)], usable


def _placed(shapes: "np.ndarray", crs: str, *, high: bool) -> "np.ndarray":
    """Geometries in longitude and latitude, rounded."""
    import numpy as np
    import shapely

    if crs != _LONGITUDE_LATITUDE:
        from pyproj import Transformer

        move = Transformer.from_crs(crs, _LONGITUDE_LATITUDE, always_xy=True)
        shapes = shapely.transform(shapes, move.transform, include_z=high, interleaved=False)
    placed: np.ndarray = shapely.transform(shapes, lambda points: np.round(points, DECIMALS), include_z=high)
    return placed


def _box(bounds: Sequence[float]) -> Bounds | None:
    west, south, east, north = bounds
    return (west, south, east, north) if all(map(math.isfinite, bounds)) else None


def _communes(workspace: Workspace, layer: Layer) -> tuple[Sequence[Property], Iterator[Row]]:
    known = layers.territory(workspace).communes
    rows = (
        Row(one.insee, (one.insee, one.name, one.population_municipale, round(one.area_ha, 2)), box=one.bounds,
            insee=one.insee)
        for one in known
    )  # fmt: skip
    return layer.properties, rows


def _by_commune(workspace: Workspace, layer: Layer) -> tuple[Sequence[Property], Iterator[Row]]:
    run = Run(Sealed(workspace.runs / str(layer.run)))
    communes = {one.insee: one for one in layers.territory(workspace).communes}
    if layer.output == layers.INDICATORS:
        return layer.properties, _indicator_rows(run, layer, communes)
    path = run.path_of(layer.output)
    properties = _typed(path, layer.properties)
    place = layers.place_column(run.content["outcome"]["outputs"][layer.output]["columns"])
    return properties, _table_rows(path, properties, place, communes)


def _indicator_rows(run: Run, layer: Layer, communes: Mapping[str, Commune]) -> Iterator[Row]:
    """One feature a commune: its indicators of all sectors together, by name and year."""
    held: dict[str, dict[str, Any]] = {}
    for batch in _batches(run.sealed.folder / INDICATORS_FILE, ["name", "place", "year", "sector", "value"]):
        for one in batch.to_pylist():
            if one["place"] in communes and one["sector"] == "":
                held.setdefault(one["place"], {})[layers.indicator_property(one["name"], one["year"])] = one["value"]
    for insee in communes:
        if insee in held:
            values = {**held[insee], "insee": insee, "commune": communes[insee].name}
            cells = [plain(values.get(one.name)) for one in layer.properties]
            yield Row(insee, cells, box=communes[insee].bounds, insee=insee)


def _table_rows(
    path: Path, properties: Sequence[Property], place: str, communes: Mapping[str, Commune]
) -> Iterator[Row]:
    """One feature a row whose place is a commune of the territory; its identifier is the number of the row."""
    number = 0
    for batch in _batches(path, [one.name for one in properties]):
        for one in batch.to_pylist():
            number += 1
            if one[place] in communes:
                cells = [plain(one[each.name]) for each in properties]
                yield Row(number, cells, box=communes[one[place]].bounds, insee=one[place])


def _layer(workspace: Workspace, layer: Layer) -> tuple[Sequence[Property], Iterator[Row]]:
    """One feature a row; its identifier is the number of the row."""
    if layer.dataset:
        name, _at, version = layer.dataset.partition("@")
        dataset = Dataset(Sealed(workspace.datasets / name / version))
        path, crs = dataset.path, str(dataset.crs)
    else:
        run = Run(Sealed(workspace.runs / str(layer.run)))
        path, crs = run.path_of(layer.output), str(run.content["outcome"]["outputs"][layer.output]["crs"])
    properties = _typed(path, layer.properties)
    return properties, _layer_rows(path, properties, crs)


def _layer_rows(path: Path, properties: Sequence[Property], crs: str) -> Iterator[Row]:
    names = [one.name for one in properties]
    number = 0
    for batch in _batches(path, [*names, GEOMETRY]):
        texts, boxes = _geojson(batch.column(GEOMETRY).to_pylist(), crs)
        for one, text, box in zip(batch.select(names).to_pylist(), texts, boxes, strict=True):
            number += 1
            yield Row(number, [plain(one[name]) for name in names], text, box)


def _batches(path: Path, columns: Sequence[str]) -> "Iterator[pa.RecordBatch]":
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=BATCH_ROWS, columns=list(columns))


def _typed(path: Path, declared: Sequence[Property]) -> list[Property]:
    """The columns of a file as properties: their types are those of the file; binaries are left out."""
    import pyarrow.parquet as pq

    known = {one.name: one for one in declared}
    found = []
    for field in pq.read_schema(path):
        kind = _kind(field.type)
        if kind and field.name != GEOMETRY:
            found.append(replace(known.get(field.name, Property(field.name, kind)), type=kind))
    return found


def _kind(held: "pa.DataType") -> str:
    import pyarrow.types as pt

    if pt.is_binary(held) or pt.is_large_binary(held) or pt.is_fixed_size_binary(held):
        return ""
    kinds = ((pt.is_boolean, "boolean"), (pt.is_integer, "integer"), (pt.is_floating, "number"),
             (pt.is_decimal, "number"))  # fmt: skip
    return next((kind for test, kind in kinds if test(held)), "string")


if __name__ == "__main__":
    main()
