"""One dataset from several files of several operators, each read its own way."""

import json
from pathlib import Path

import pyarrow.compute as pc
import pytest

from agglo.catalogue import datasets
from agglo.catalogue.mapping import Mapping
from agglo.catalogue.preparation import prepare
from agglo.catalogue.schema import Schema
from agglo.contract.errors import InvalidInput, NotFound
from agglo.store.workspace import open_workspace

FIELDS = [
    {"name": "time", "type": "datetime", "constraints": {"required": True}},
    {"name": "sensor", "constraints": {"required": True}},
    {"name": "flow_m3_h", "type": "number", "unit": "m3/h", "constraints": {"maximum": 1000}},
    {"name": "pressure_m", "type": "number", "unit": "mH2O"},
]
SCHEMA = {"fields": FIELDS, "fieldsMatch": "superset", "primaryKey": ["sensor", "time"]}
NORTH = "Horodate;DEB_1;PRES_1\n01/02/2024 00:00;1,5;4,5\n01/02/2024 00:05;2;\n"
SOUTH = "date,capteur,debit\n2024-02-01T00:00:00Z,S1,12.5\n2024-02-01T00:05:00Z,S1,13\n"
HOW = {
    "time_zone": "Europe/Paris",
    "files": {
        "north_*.csv": {
            "time_format": "%d/%m/%Y %H:%M",
            "columns": {"Horodate": "time"},
            "wide": {
                "id": ["Horodate"],
                "variable": "sensor",
                "empty": "drop",
                "columns": {
                    "DEB_1": {"field": "flow_m3_h", "unit": "L/s"},
                    "PRES_1": {"field": "pressure_m", "unit": "bar", "sensor": "P1"},
                },
            },
        },
        "south*.csv": {"columns": {"date": "time", "capteur": "sensor", "debit": "flow_m3_h"}},
    },
}


@pytest.fixture
def files(tmp_path) -> list[Path]:
    north, south = tmp_path / "north_1.csv", tmp_path / "south.csv"
    north.write_text(NORTH, encoding="cp1252")
    south.write_text(SOUTH, encoding="utf-8")
    return [south, north]


def prepared(paths, how=None):
    return prepare(paths, schema=Schema.from_dict(SCHEMA), mapping=Mapping.from_dict(how or HOW))


def refused(paths, how=None) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        prepared(paths, how)
    return [str(fault) for fault in caught.value.faults]


def test_files_of_two_operators_become_one_table_in_the_order_of_their_names(files):
    found = prepared(files)
    rows = [(row["sensor"], row["flow_m3_h"], row["pressure_m"]) for row in found.table.to_pylist()]
    assert rows == [
        ("DEB_1", pytest.approx(5.4), None),
        ("DEB_1", pytest.approx(7.2), None),
        ("P1", None, pytest.approx(4.5 * 1e5 / 9806.65)),
        ("S1", 12.5, None),
        ("S1", 13.0, None),
    ]
    assert found.table.equals(prepared(files[::-1]).table)
    assert found.formats == {"north_1.csv": "csv", "south.csv": "csv"}
    assert "north_1.csv: local times of Europe/Paris made UTC" in found.report["notes"]
    assert "north_1.csv: 1 cells without a value left out" in found.report["notes"]
    assert "south.csv: columns the file does not have: pressure_m" in found.report["notes"]


def test_faults_of_all_files_come_at_once_each_with_its_file(files):
    files[0].write_text(SOUTH.replace("13", "1300"), encoding="utf-8")
    files[1].write_text(NORTH.replace("1,5", "x").replace("DEB_1", "DEB_2"), encoding="utf-8")
    found = refused(files)
    assert found == [
        'north_1.csv, mapping: found "DEB_1", expected a column of the file. Did you mean "DEB_2"?',
    ]
    files[1].write_text(NORTH.replace("1,5", "x"), encoding="utf-8")
    found = refused(files)
    assert len(found) == 2
    assert found[0].startswith('north_1.csv, line 2, column "DEB_1": found "x"')
    assert found[1].startswith('south.csv, line 3, column "debit"') or found[1].startswith(
        'south.csv, line 3, column "flow_m3_h"'
    )


def test_a_file_that_no_pattern_names_or_that_two_name_is_refused(files, tmp_path):
    other = tmp_path / "west.csv"
    other.write_text(SOUTH, encoding="utf-8")
    (found,) = refused([*files, other])
    assert found == (
        "west.csv: found no pattern for this name, expected one pattern of the section files: north_*.csv, south*.csv"
    )
    both = {**HOW, "files": {**HOW["files"], "*.csv": None}}
    assert "north_1.csv: found north_*.csv, *.csv, expected one pattern" in refused(files, both)[0]


def test_a_key_found_in_two_files_is_refused_with_both_places(files, tmp_path):
    again = tmp_path / "south_2.csv"
    again.write_text("date,capteur,debit\n2024-02-01T00:05:00Z,S1,13\n", encoding="utf-8")
    (found,) = refused([*files, again])
    assert found.startswith("south_2.csv, line 2, column ")
    assert "as in south.csv, line 3, column " in found


def test_two_files_of_one_name_are_refused(files, tmp_path):
    (tmp_path / "again").mkdir()
    same = tmp_path / "again" / "south.csv"
    same.write_text(SOUTH, encoding="utf-8")
    assert "south.csv: found two files of this name, expected each name once" in refused([*files, same])


def test_without_a_section_all_files_are_read_alike(files, tmp_path):
    more = tmp_path / "south_2.csv"
    more.write_text(SOUTH.replace("S1", "S2"), encoding="utf-8")
    found = prepared([files[0], more], HOW["files"]["south*.csv"])
    assert pc.unique(found.table["sensor"]).to_pylist() == ["S1", "S2"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ({"files": []}, "files: found [], expected name pattern: {keys of the mapping}"),
        ({"files": {"a*": 3}}, "files.a*: found 3, expected name pattern: {keys of the mapping}"),
        ({"files": {"a*": {"decimel": ","}}}, "files.a*.decimel: expected a known key"),
        ({"files": {"a*": {"aggregate": {}}}}, "files.a*.aggregate: expected this key for all files together"),
        ({"files": {"a*": {"files": {}}}}, "files.a*.files: expected this key for all files together"),
    ],
)
def test_a_section_that_cannot_be_used_is_refused(content, fault):
    with pytest.raises(InvalidInput) as caught:
        Mapping.from_dict(content)
    assert str(caught.value.faults[0]).startswith(fault)


def test_own_keys_replace_the_common_ones_whole():
    how = Mapping.from_dict({"decimal": ",", "columns": {"a": "x"}, "files": {"b*": {"columns": {"c": "y"}}, "d*": {}}})
    assert [rule.field for rule in how.of_file("b1").columns] == ["y"]
    assert (how.of_file("b1").decimal, [rule.field for rule in how.of_file("d1").columns]) == (",", ["x"])


# Flows and pressures side by side


def test_columns_without_a_field_fill_the_common_one_and_units_stay_apart(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("time;F1;P1\n2024-02-01T00:00:00Z;10;3\n", encoding="utf-8")
    wide = {"id": ["time"], "variable": "sensor", "value": "flow_m3_h", "unit": "L/s", "sign": -1}
    wide |= {"columns": {"F1": None, "P1": {"field": "pressure_m"}}}
    rows = prepared(path, {"wide": wide}).table.to_pylist()
    assert [(row["flow_m3_h"], row["pressure_m"]) for row in rows] == [(-36.0, None), (None, 3.0)]


def test_a_column_of_another_unknown_field_or_unit_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("time;F1;P1\n2024-02-01T00:00:00Z;10;3\n", encoding="utf-8")
    wide = {"id": ["time"], "variable": "sensor", "columns": {"F1": {"field": "flow"}, "P1": {"field": "pressure_m"}}}
    assert 'mapping: found "flow", expected a field of the schema' in refused(path, {"wide": wide})[0]
    wide["columns"]["F1"] = {"field": "flow_m3_h", "unit": "bar"}
    assert "found bar (pressure), expected m3/h (flow)" in refused(path, {"wide": wide})[0]
    with pytest.raises(InvalidInput, match="wide: expected the key value"):
        Mapping.from_dict({"wide": {"id": ["time"], "variable": "sensor", "columns": {"F1": None}}})


# Kept


def added(workspace, paths, tmp_path, **more):
    schema, mapping = tmp_path / "readings.json", tmp_path / "how.yaml"
    schema.write_text(json.dumps(SCHEMA), encoding="utf-8")
    mapping.write_text(json.dumps(HOW), encoding="utf-8")
    what = {"name": "readings", "title": "t", "licence": "l", "source": "s", "owner": "o"} | more
    return datasets.add(workspace, paths, schema=str(schema), mapping=mapping, **what)


def test_each_file_is_recorded_and_the_same_files_are_not_read_again(files, tmp_path, monkeypatch):
    workspace = open_workspace(tmp_path / "workspace")
    first = added(workspace, files, tmp_path)
    kept = first.dataset.description
    assert [one["name"] for one in kept["files"]] == ["north_1.csv", "south.csv"]
    assert all(len(one["sha256"]) == 64 and one["format"] == "csv" for one in kept["files"])
    assert (kept["file"]["name"], kept["file"]["format"]) == ("north_1.csv, south.csv", "csv")
    monkeypatch.setattr("agglo.catalogue.preparation.prepare", None)
    again = added(workspace, files[::-1], tmp_path)
    assert (again.new, again.dataset.reference) == (False, first.dataset.reference)


def test_one_file_is_described_as_ever(tmp_path):
    workspace = open_workspace(tmp_path / "workspace")
    path, schema = tmp_path / "a.csv", tmp_path / "readings.json"
    path.write_text("time;sensor;flow_m3_h\n2024-02-01T00:00:00Z;a;1,5\n", encoding="utf-8")
    schema.write_text(json.dumps(SCHEMA), encoding="utf-8")
    what = {"name": "readings", "title": "t", "licence": "l", "source": "s", "owner": "o"}
    for paths in (path, [path]):
        kept = datasets.add(workspace, paths, schema=str(schema), **what).dataset.description
        assert "files" not in kept
        assert list(kept["file"]) == ["name", "sha256", "mapping_sha256", "schema_digest", "format"]


def test_a_file_that_is_not_there_or_none_at_all(files, tmp_path):
    workspace = open_workspace(tmp_path / "workspace")
    with pytest.raises(NotFound, match=r"No file .*nothing\.csv"):
        added(workspace, [*files, tmp_path / "nothing.csv"], tmp_path)
    with pytest.raises(InvalidInput, match="at least one file"):
        added(workspace, [], tmp_path)
