"""Bad tables are refused, all faults at once, each naming its place."""

import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agglo.contract.errors import InvalidInput
from agglo.models.land import factors, tables

from .conftest import change, commune, cover, write_inputs


@pytest.mark.parametrize(
    ("table", "row", "match"),
    [
        ("land_cover", cover("91999", "water", 1.0), r"land_cover, row 4, 91999 water: found 91999, expected a code"),
        ("land_cover", cover("91001", "water", -1.0), r"row 4, 91001 water: found -1.0, expected an area"),
        ("land_cover", cover("91001", "water", math.nan), "row 4, 91001 water: found nan"),
        ("land_cover", cover("91001", "water", None), "row 4, 91001 water: found nothing"),
        (
            "land_cover",
            cover("91001", "water", 103.0),
            r"found 103.00 ha, expected at most 100.00 ha, the area of Amont",
        ),
        ("land_cover", cover("91001", "vineyards", 1.0), 'Did you mean "vineyard"'),
        ("land_cover", cover("91001", "cropland", 1.0), "row 4, 91001 cropland: found this class twice"),
        ("changes", change("91999", "211", "133", 1.0), "changes, row 4, 91999 211 to 133: found 91999"),
        ("changes", change("91001", "211", "133", -2.0), "row 4, 91001 211 to 133: found -2.0"),
        ("changes", change("91001", "211", "133", 500.0), "found 500.00 ha, expected at most 100.00 ha"),
        ("changes", change("91001", "999", "133", 1.0), "found 999, expected a CORINE Land Cover code"),
        ("changes", change("91001", "211", None, 1.0), "found nothing, expected a CORINE Land Cover code"),
        ("communes", commune("91001"), "communes, row 3, 91001: found this commune twice"),
        ("communes", commune("91003", soil_zone=None), "row 3, 91003, soil_zone: found nothing"),
        ("communes", commune("91003", soil_zone="9_9"), "row 3, 91003, soil_zone: found 9_9"),
        ("communes", commune("91003", region="01"), "row 3, 91003, region: found 01"),
        ("communes", commune("91003", area_ha=None), "row 3, 91003, area_ha: found nothing"),
        ("communes", commune("91003", area_ha=0.0), "row 3, 91003, area_ha: found 0.0"),
        ("communes", commune("91003"), "land_cover, 91003: found no row"),
    ],
)
def test_one_bad_row_is_refused(table: str, row: dict, match: str, ask, small) -> None:
    small[table].append(row)
    with pytest.raises(InvalidInput, match=match) as caught:
        ask(small)
    assert len(caught.value.faults) == 1


def test_areas_that_together_exceed_the_commune_are_refused(ask, small) -> None:
    small["land_cover"].append(cover("91001", "water", 3.0))
    with pytest.raises(InvalidInput, match=r"91001, all classes together: found 103.00 ha, expected at most 100.00 ha"):
        ask(small)


def test_changes_that_together_exceed_the_commune_are_refused(ask, small) -> None:
    small["changes"] += [change("91002", "211", "133", 60.0), change("91002", "311", "133", 60.0)]
    with pytest.raises(InvalidInput, match=r"91002, all changes together: found 121\.50 ha"):
        ask(small)


def test_a_gap_of_two_per_cent_is_accepted(ask, small) -> None:
    small["land_cover"].append(cover("91001", "water", 1.99))
    assert ask(small).tables["stocks"].num_rows == 4


def test_all_faults_are_said_at_once(ask, small) -> None:
    small["land_cover"].append(cover("91999", "marsh", -1.0))
    small["changes"].append(change("91001", "000", "999", 1.0))
    small["communes"].append(commune("91003", soil_zone="", region=None, area_ha=-5.0))
    with pytest.raises(InvalidInput) as caught:
        ask(small, area_overrides={"91998": {"cropland": 1}})
    assert len(caught.value.faults) == 8


@pytest.mark.parametrize(
    ("overrides", "match"),
    [
        ({"91999": {"cropland": 1}}, "area_overrides, 91999 cropland: found 91999"),
        ({"91001": {"cropland": 150}}, "area_overrides, 91001 cropland: found 150.00 ha, expected at most 100.00 ha"),
        ({"91001": {"wetland": 30}}, "91001, all classes together: found 130.00 ha"),
    ],
)
def test_overrides_that_do_not_fit_are_refused(overrides: dict, match: str, ask, small) -> None:
    with pytest.raises(InvalidInput, match=match):
        ask(small, area_overrides=overrides)


def test_an_empty_table_of_communes_is_refused(ask) -> None:
    with pytest.raises(InvalidInput, match="communes: found no row"):
        ask({"communes": [], "land_cover": [], "changes": []})


def test_a_missing_column_is_named(small, tmp_path) -> None:
    inputs = write_inputs(tmp_path, small)
    path = inputs["land_cover"].path
    pq.write_table(pq.read_table(path).rename_columns(["insee", "class", "area"]), path)
    with pytest.raises(InvalidInput, match=r"column area_ha: found no such column. Did you mean \"area\""):
        tables.read(inputs, {}, factors.load())


def test_a_column_of_another_type_is_named(small, tmp_path) -> None:
    inputs = write_inputs(tmp_path, small)
    rows = [one | {"insee": int(one["insee"])} for one in small["changes"]]
    pq.write_table(pa.Table.from_pylist(rows), inputs["changes"].path)
    with pytest.raises(InvalidInput, match="column insee: found int64, expected text"):
        tables.read(inputs, {}, factors.load())


def test_optional_columns_may_be_absent(small, tmp_path) -> None:
    inputs = write_inputs(tmp_path, small)
    path = inputs["communes"].path
    pq.write_table(pq.read_table(path).drop_columns(["epci_siren", "forest_group"]), path)
    found = tables.read(inputs, {}, factors.load())
    assert {one.epci for one in found.communes.values()} == {""}
    assert {one.place.forest_group for one in found.communes.values()} == {""}
