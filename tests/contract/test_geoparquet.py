from pathlib import Path

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from agglo.contract import geoparquet


@pytest.mark.parametrize("crs", ["EPSG:2154", "EPSG:4326", "OGC:CRS84"])
def test_other_tools_recognise_the_geometries(tmp_path: Path, crs: str) -> None:
    table = pa.table({"id": [1], "geometry": [shapely.Point(1, 2).wkb]})
    pq.write_table(geoparquet.described(table, crs), tmp_path / "x.parquet")
    frame = geopandas.read_parquet(tmp_path / "x.parquet")
    assert frame.crs == crs
    assert frame.geometry[0].equals(shapely.Point(1, 2))
    assert geoparquet.crs_of(tmp_path / "x.parquet") == crs


def test_other_metadata_stay() -> None:
    table = pa.table({"geometry": [b""]}).replace_schema_metadata({"maker": "Acme"})
    assert (geoparquet.described(table, "EPSG:2154").schema.metadata or {})[b"maker"] == b"Acme"
