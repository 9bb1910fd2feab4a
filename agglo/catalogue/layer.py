"""Layers: GeoJSON, GeoPackage and GeoParquet as columns, geometries as WKB in the reference system they came in.

Longitude and latitude on WGS 84 are named ``OGC:CRS84`` whatever the file calls them, since WKB holds x before y.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.catalogue.schema import GEOMETRY
from agglo.catalogue.source import Column, Layout, Source, unreadable
from agglo.contract.errors import NotFound, nearest
from agglo.contract.language import _

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

LONGITUDE_LATITUDE = "OGC:CRS84"


def read_layer(path: Path, layout: Layout, kind: str) -> Source:
    """The columns of a GeoJSON file or of a layer of a GeoPackage; geometries are in the column ``geometry``.

    Raises
    ------
    InvalidInput
        The file cannot be opened as that format, has no feature, or has several layers and none is named.
    NotFound
        There is no layer of that name.
    """
    import pyogrio
    from pyogrio.errors import DataSourceError

    try:
        layer = _layer(path, layout, [str(name) for name, _geometry in pyogrio.list_layers(path)])
        details, table = pyogrio.read_arrow(path, layer=layer, datetime_as_string=False)
    except (DataSourceError, OSError) as error:
        raise unreadable(path.name, str(error)[:200], _("a layer ({kind})").format(kind=kind)) from None
    if not table.num_rows:
        raise unreadable(path.name, _("a layer without features"), _("at least one feature"))
    geometry = details["geometry_name"] or "wkb_geometry"
    names = [GEOMETRY if name == geometry else name for name in table.column_names]
    columns = {name: Column(name, (table.column(at),)) for at, name in enumerate(names)}
    crs = canonical_crs(details["crs"]) if GEOMETRY in columns else None
    return Source(kind, columns, table.num_rows, _feature, _notes(crs, layer, kind), crs)


def read_parquet(path: Path) -> Source:
    """The columns of a Parquet or GeoParquet file.

    Raises
    ------
    InvalidInput
        The file is not Parquet, or has no row.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise unreadable(path.name, str(error)[:200], _("a Parquet file")) from None
    if not table.num_rows:
        raise unreadable(path.name, _("a table without rows"), _("at least one row"))
    crs, geometry = _geoparquet(table.schema.metadata or {})
    names = [GEOMETRY if name == geometry else name for name in table.column_names]
    columns = {name: Column(name, (table.column(at),)) for at, name in enumerate(names)}
    return Source("parquet", columns, table.num_rows, _row, (), crs)


def canonical_crs(crs: str | None) -> str | None:
    """The reference system as AUTHORITY:CODE where it has one, longitude-latitude on WGS 84 always as ``OGC:CRS84``.

    >>> canonical_crs("EPSG:4326"), canonical_crs("epsg:2154")
    ('OGC:CRS84', 'EPSG:2154')
    """
    if not crs:
        return None
    if crs.upper() in ("EPSG:4326", "OGC:CRS84", "URN:OGC:DEF:CRS:OGC:1.3:CRS84"):
        return LONGITUDE_LATITUDE
    if len(crs) < 20 and ":" in crs:
        return crs.upper()
    import pyproj

    authority = pyproj.CRS.from_user_input(crs).to_authority()
    return canonical_crs(":".join(authority)) if authority else crs


def geometry_faults(wkb: "pa.ChunkedArray") -> "tuple[pa.ChunkedArray, dict[str, np.ndarray]]":
    """Geometries in ISO WKB, little-endian, and masks of those that cannot be used, by what is wrong.

    Raises nothing: a geometry that cannot be decoded is null in what comes back.
    """
    import numpy as np
    import pyarrow as pa
    import shapely

    given = wkb.to_numpy()
    there = np.array([one is not None for one in given], bool)
    shapes = shapely.from_wkb(given, on_invalid="ignore")
    undecoded = there & shapely.is_missing(shapes)
    empty = there & ~undecoded & shapely.is_empty(shapes)
    invalid = there & ~undecoded & ~empty & ~shapely.is_valid(shapes)
    reasons: dict[str, np.ndarray] = {}
    if invalid.any():
        words = np.array([text.partition("[")[0] for text in shapely.is_valid_reason(shapes[invalid])])
        rows = np.flatnonzero(invalid)
        for word in sorted(set(words.tolist())):
            reasons[word] = _mask(len(given), rows[words == word])
    masks = {_("bytes that are no geometry"): undecoded, _("an empty geometry"): empty, **reasons}
    array = pa.chunked_array([pa.array(shapely.to_wkb(shapes, flavor="iso", byte_order=1), pa.binary())])
    return array, {what: mask for what, mask in masks.items() if mask.any()}


def _mask(size: int, rows: "np.ndarray") -> "np.ndarray":
    import numpy as np

    mask = np.zeros(size, bool)
    mask[rows] = True
    return mask


def _layer(path: Path, layout: Layout, names: list[str]) -> str:
    if layout.layer is not None:
        if layout.layer not in names:
            raise NotFound(
                _('No layer "{layer}" in {name}.').format(layer=layout.layer, name=path.name),
                repair=nearest(layout.layer, names),
            )
        return layout.layer
    if len(names) != 1:
        got = ", ".join(names) or _("no layer")
        raise unreadable(path.name, got, _("one layer"), _("Say which in the mapping, with layer:."))
    return names[0]


def _notes(crs: str | None, layer: str, kind: str) -> tuple[str, ...]:
    notes = [_('read from the layer "{layer}"').format(layer=layer)] if kind == "gpkg" else []
    if crs:
        notes.append(_("geometries in {crs}").format(crs=crs))
    return tuple(notes)


def _geoparquet(metadata: dict[bytes, bytes]) -> tuple[str | None, str]:
    """Reference system and geometry column a GeoParquet file declares (https://geoparquet.org/releases/v1.1.0/)."""
    if b"geo" not in metadata:
        return None, GEOMETRY
    declared = json.loads(metadata[b"geo"])
    name = str(declared.get("primary_column", GEOMETRY))
    column: dict[str, Any] = declared.get("columns", {}).get(name, {})
    if "crs" not in column:
        return LONGITUDE_LATITUDE, name
    crs = column["crs"]
    if crs and "id" in crs:
        return canonical_crs(f"{crs['id']['authority']}:{crs['id']['code']}"), name
    return (canonical_crs(json.dumps(crs)) if crs else None), name


def _feature(row: int, column: str) -> str:
    return _('feature {row}, "{column}"').format(row=row + 1, column=column)


def _row(row: int, column: str) -> str:
    return _('row {row}, column "{column}"').format(row=row + 1, column=column)
