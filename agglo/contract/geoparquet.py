"""GeoParquet 1.1 (https://geoparquet.org/releases/v1.1.0): tables whose geometries other tools recognise."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, ModelFailed
from agglo.contract.language import _

if TYPE_CHECKING:
    import pyarrow as pa

LONGITUDE_LATITUDE = "OGC:CRS84"
"""The reference system of geometries that do not say theirs, by the standard."""

GEOMETRY = "geometry"
_KEY = b"geo"


def described(table: "pa.Table", crs: str) -> "pa.Table":
    """``table`` with the metadata that say its column ``geometry`` holds WKB in the reference system ``crs``."""
    import pyproj

    column = {"encoding": "WKB", "geometry_types": [], "crs": pyproj.CRS.from_user_input(crs).to_json_dict()}
    content = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    return table.replace_schema_metadata({**(table.schema.metadata or {}), _KEY: json.dumps(content).encode()})


def crs_of(path: Path) -> str:
    """The reference system a GeoParquet file declares, as ``AUTHORITY:CODE``.

    Raises
    ------
    ModelFailed
        The file is not GeoParquet with a column ``geometry``, or its reference system has no code.
    """
    import pyarrow.parquet as pq

    content: dict[str, Any] = json.loads((pq.read_metadata(path).metadata or {}).get(_KEY, b"{}"))
    column: dict[str, Any] | None = content.get("columns", {}).get(GEOMETRY)
    if column is None:
        expected = _("a GeoParquet file with a column named geometry")
    elif "crs" not in column:
        return LONGITUDE_LATITUDE
    elif identifier := (column["crs"] or {}).get("id"):
        return f"{identifier['authority']}:{identifier['code']}"
    else:
        expected = _("a reference system with its code, such as EPSG:2154")
    raise ModelFailed(_("A layer cannot be placed."), [Fault(path.name, expected=expected)])
