from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from agglo.contract.errors import InvalidInput, NotFound
from agglo.contract.inputs import Handle, Inputs

ROWS = 1000


@pytest.fixture
def handle(tmp_path: Path) -> Handle:
    table = pa.table({"insee": [f"{rank:05}" for rank in range(ROWS)], "area": pa.array(range(ROWS), pa.float64())})
    pq.write_table(table, tmp_path / "land.parquet", row_group_size=300)
    return Handle("land", tmp_path / "land.parquet", {"name": "land"})


def test_a_table_or_some_of_its_columns(handle: Handle) -> None:
    assert handle.table().column_names == ["insee", "area"]
    assert handle.table(["area"]).column_names == ["area"]
    assert handle.table([]).column_names == []
    assert handle.table().num_rows == ROWS


@pytest.mark.parametrize("rows", [1, 7, 300, 5000])
def test_batches_are_the_table_in_pieces_of_at_most_so_many_rows(handle: Handle, rows: int) -> None:
    batches = list(handle.batches(["area"], rows=rows))
    assert max(batch.num_rows for batch in batches) <= rows
    assert pa.Table.from_batches(batches).equals(handle.table(["area"]))


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    absent = Handle("absent", tmp_path / "absent.parquet")
    batches = absent.batches()
    with pytest.raises(FileNotFoundError):
        next(batches)
    with pytest.raises(FileNotFoundError):
        absent.table()


def test_a_layer_keeps_rows_geometries_nulls_and_reference_system(tmp_path: Path) -> None:
    points = [shapely.Point(1, 2).wkb, None, shapely.Point(3, 4).wkb]
    pq.write_table(pa.table({"name": ["a", "b", "c"], "geometry": points}), tmp_path / "x.parquet")
    layer = Handle("x", tmp_path / "x.parquet", crs="EPSG:2154").layer()
    assert layer.crs == "EPSG:2154"
    assert layer["name"].tolist() == ["a", "b", "c"]
    assert [None if one is None else (one.x, one.y) for one in layer.geometry] == [(1, 2), None, (3, 4)]


def test_a_table_is_not_a_layer(handle: Handle) -> None:
    with pytest.raises(InvalidInput, match="land: found insee, area, expected a column named geometry"):
        handle.layer()


def test_inputs_are_a_mapping_with_attributes(handle: Handle) -> None:
    inputs = Inputs({"land": handle, "other": handle})
    assert inputs["land"] is inputs.land is inputs.get("land") is handle
    assert "land" in inputs
    assert "lakes" not in inputs
    assert 3 not in inputs
    assert list(inputs) == ["land", "other"]
    assert len(inputs) == 2
    assert dict(inputs.items()) == {"land": handle, "other": handle}


def test_a_missing_input_is_found_absent_as_on_any_mapping_or_object(handle: Handle) -> None:
    inputs = Inputs({"land": handle})
    assert inputs.get("lakes") is None
    assert not hasattr(inputs, "lakes")
    assert getattr(inputs, "lakes", None) is None


def test_a_missing_input_names_the_nearest(handle: Handle) -> None:
    inputs = Inputs({"land_cover": handle})
    with pytest.raises(NotFound, match=r'(?s)No input named "land_cove".*Did you mean "land_cover"'):
        inputs["land_cove"]
    with pytest.raises(NotFound, match='Did you mean "land_cover"'):
        _ = inputs.land_cove
    with pytest.raises(AttributeError, match="_secret"):
        _ = inputs._secret
