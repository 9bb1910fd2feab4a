import json

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from shapely.geometry import Point, Polygon

from agglo.catalogue.layer import canonical_crs
from agglo.catalogue.mapping import Mapping
from agglo.catalogue.preparation import prepare
from agglo.catalogue.schema import Schema
from agglo.contract.errors import InvalidInput, NotFound

SCHEMA = Schema.from_dict(
    {
        "fields": [
            {"name": "insee", "constraints": {"required": True}},
            {"name": "geometry", "type": "geometry", "constraints": {"required": True}},
        ]
    }
)
SQUARE = Polygon([(2, 48), (3, 48), (3, 49), (2, 49)])
BOW = Polygon([(2, 48), (3, 49), (3, 48), (2, 49)])


def feature(insee, geometry):
    shape = None if geometry is None else shapely.geometry.mapping(geometry)
    return {"type": "Feature", "properties": {"insee": insee}, "geometry": shape}


@pytest.fixture
def geojson(tmp_path):
    def write(*features, **more):
        path = tmp_path / "outlines.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}))
        return path

    return write


def refused(path, mapping=None, schema=SCHEMA):
    with pytest.raises(InvalidInput) as caught:
        prepare(path, schema=schema, mapping=mapping)
    return [str(fault) for fault in caught.value.faults]


def test_geojson_becomes_wkb_in_longitude_latitude(geojson):
    prepared = prepare(geojson(feature("01004", SQUARE)), schema=SCHEMA)
    assert prepared.source_format == "geojson"
    assert prepared.crs == "OGC:CRS84"
    assert prepared.table["insee"].to_pylist() == ["01004"]
    assert shapely.from_wkb(prepared.table["geometry"][0].as_py()).equals(SQUARE)


def test_unusable_geometries_are_named_by_feature(geojson):
    path = geojson(feature("1", SQUARE), feature("2", BOW), feature("3", Polygon()), feature("4", None))
    faults = refused(path)
    assert [text[:44] for text in faults] == [
        'feature 3, "geometry": found an empty geomet',
        'feature 2, "geometry": found Self-intersecti',
        'feature 4, "geometry": found an empty cell, ',
    ]


def test_the_same_layer_in_three_formats_is_the_same_table(tmp_path, geojson):
    frame = gpd.GeoDataFrame({"insee": ["01004"]}, geometry=[SQUARE], crs="EPSG:4326")
    frame.to_file(tmp_path / "outlines.gpkg", layer="communes")
    frame.to_parquet(tmp_path / "outlines.parquet")
    paths = [tmp_path / "outlines.gpkg", tmp_path / "outlines.parquet", geojson(feature("01004", SQUARE))]
    prepared = [prepare(path, schema=SCHEMA) for path in paths]
    assert all(one.table == prepared[0].table for one in prepared)
    assert {one.crs for one in prepared} == {"OGC:CRS84"}


def test_another_reference_system_is_kept_or_refused(tmp_path):
    path = tmp_path / "outlines.gpkg"
    gpd.GeoDataFrame({"insee": ["1"]}, geometry=[Point(650_000, 6_860_000)], crs="EPSG:2154").to_file(path)
    assert prepare(path, schema=SCHEMA).crs == "EPSG:2154"
    schema = Schema.from_dict({**SCHEMA.descriptor, "crs": "EPSG:4326"})
    assert refused(path, schema=schema)[0].startswith("reference system: found EPSG:2154, expected OGC:CRS84")
    other = Mapping.from_dict({"crs": "EPSG:3857"})
    assert "as the file declares" in refused(path, other)[0]


def test_a_reference_system_that_is_not_said_is_asked_for(tmp_path):
    path = tmp_path / "outlines.parquet"
    pq.write_table(pa.table({"insee": ["1"], "geometry": [shapely.to_wkb(SQUARE)]}), path)
    assert refused(path) == [
        "reference system: found none, expected a reference system. Say it in the mapping, for instance crs: EPSG:2154."
    ]
    assert prepare(path, schema=SCHEMA, mapping=Mapping.from_dict({"crs": "EPSG:2154"})).crs == "EPSG:2154"


def test_several_layers_ask_which(tmp_path):
    path = tmp_path / "outlines.gpkg"
    frame = gpd.GeoDataFrame({"insee": ["1"]}, geometry=[SQUARE], crs="EPSG:4326")
    frame.to_file(path, layer="communes")
    frame.to_file(path, layer="sections")
    assert "found communes, sections, expected one layer" in refused(path)[0]
    prepared = prepare(path, schema=SCHEMA, mapping=Mapping.from_dict({"layer": "sections"}))
    assert 'read from the layer "sections"' in prepared.report["notes"]
    with pytest.raises(NotFound, match='Did you mean "communes"'):
        prepare(path, schema=SCHEMA, mapping=Mapping.from_dict({"layer": "commune"}))


def test_a_layer_without_features_and_a_broken_one(geojson, tmp_path):
    assert "a layer without features" in refused(geojson())[0]
    path = tmp_path / "cut.geojson"
    path.write_text('{"type": "FeatureCollection", "features": [{"type"')
    assert "expected a layer (geojson)" in refused(path)[0]


def test_geojson_in_the_cells_of_a_text(tmp_path):
    path = tmp_path / "outlines.csv"
    shape = shapely.to_geojson(SQUARE).replace('"', '""')
    path.write_text(f'insee;geometry\n1;"{shape}"\n')
    prepared = prepare(path, schema=SCHEMA)
    assert prepared.crs == "OGC:CRS84"
    assert shapely.from_wkb(prepared.table["geometry"][0].as_py()).equals(SQUARE)
    path.write_text("insee;geometry\n1;POINT (1 2)\n")
    assert 'found "POINT (1 2)", expected a geometry written as GeoJSON' in refused(path)[0]


def test_a_system_without_a_code_stays_as_it_is():
    assert canonical_crs(None) is None
    assert canonical_crs("+proj=lcc +lat_0=46 +lon_0=3 +lat_1=44 +lat_2=49 +ellps=GRS80") is not None
