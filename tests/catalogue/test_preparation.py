import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from agglo.catalogue.mapping import Mapping
from agglo.catalogue.preparation import prepare
from agglo.catalogue.schema import Schema
from agglo.contract.errors import InvalidInput, NotFound

FIELDS = [
    {"name": "code", "constraints": {"required": True}},
    {"name": "area", "type": "number", "unit": "ha"},
    {"name": "homes", "type": "integer"},
]
TEXT = "code;area;homes\n01004;1 234,5;3\n01005;;\n"


def rows(prepared):
    return [tuple(row.values()) for row in prepared.table.to_pylist()]


# French CSV is read as what it is


def test_codes_keep_their_zeros_and_numbers_their_comma(prepared):
    found = prepared(TEXT, FIELDS)
    assert rows(found) == [("01004", 1234.5, 3), ("01005", None, None)]
    assert found.source_format == "csv"
    assert found.table.schema.field("area").metadata == {b"unit": b"ha"}


def test_the_report_is_plain_json(prepared):
    assert prepared(TEXT, FIELDS).report == {
        "rows": 2,
        "notes": ['read as utf-8, separated by ";"', "decimal comma"],
        "columns": [
            {"name": "code", "nulls": 0, "minimum": "01004", "maximum": "01005", "distinct": 2},
            {"name": "area", "nulls": 1, "minimum": 1234.5, "maximum": 1234.5, "distinct": 1},
            {"name": "homes", "nulls": 1, "minimum": 3, "maximum": 3, "distinct": 1},
        ],
    }


def test_columns_are_matched_by_name_in_the_order_of_the_schema(prepared):
    assert rows(prepared("homes;code;area\n3;01004;1,5\n", FIELDS)) == [("01004", 1.5, 3)]


def test_an_ambiguous_number_is_refused_until_the_mapping_says(faults, prepared):
    text = "code;area;homes\n1;1,234;3\n"
    assert faults(text, FIELDS) == [
        'line 2, column "area": found "1,234", expected a number whose decimal sign is sure. '
        'Say decimal: "," or decimal: "." in the mapping.'
    ]
    assert rows(prepared(text, FIELDS, {"decimal": ","})) == [("1", 1.234, 3)]
    assert rows(prepared(text, FIELDS, {"decimal": ".", "thousands": ","})) == [("1", 1234.0, 3)]


def test_a_point_beside_decimal_commas_is_not_taken_for_thousands(faults):
    found = faults("code;area;homes\n1;0,5;3\n2;1.234;3\n", FIELDS)
    assert found == [
        'line 3, column "area": found "1.234", expected a number with "," as decimal sign. '
        'If "." sets thousands apart, say thousands: "." in the mapping.'
    ]


def test_two_decimal_signs_name_a_cell_of_each(faults):
    found = faults("code;area;homes\n1;0,5;3\n2;1.25;3\n", FIELDS)
    assert ['"0,5"' in found[0], '"1.25"' in found[1]] == [True, True]


def test_decimals_are_exact(prepared, faults):
    fields = [{"name": "cost", "type": "number", "decimal": {"precision": 12, "scale": 2}}, {"name": "n"}]
    assert rows(prepared("cost;n\n1 234,10;a\n0,1;b\n", fields))[0][0] == Decimal("1234.10")
    assert "at most 12 digits, 2 of them decimals" in faults("cost;n\n0,125;a\n0,1;b\n", fields)[0]


def test_booleans_missing_words_and_dates(prepared):
    fields = [{"name": "open", "type": "boolean"}, {"name": "day", "type": "date"}, {"name": "n", "type": "integer"}]
    mapping = {"true_values": ["oui"], "false_values": ["non"], "missing": ["n.d."], "date_format": "%d/%m/%Y"}
    found = prepared("open;day;n\noui;31/12/2024;n.d.\nnon;1/2/2024;4\n", fields, mapping)
    assert rows(found) == [(True, date(2024, 12, 31), None), (False, date(2024, 2, 1), 4)]


def test_a_french_date_asks_for_its_format(faults):
    found = faults("day;n\n31/12/2024;1\n", [{"name": "day", "type": "date"}, {"name": "n"}])
    assert 'date_format: "%d/%m/%Y"' in found[0]


# What does not fit


def test_a_missing_and_an_unknown_column_are_named_with_the_cells_that_are_wrong(faults):
    found = faults("code;aera;homes\n01004;1,5;x\n", FIELDS)
    assert found == [
        'column "area": found no such column, expected the field area in ha. Did you mean "aera"?',
        'column "aera": expected a field of the schema. Did you mean "area"? '
        "Map it to a field, or list it under ignore.",
        'line 2, column "homes": found "x", expected a whole number',
    ]


def test_optional_columns_may_be_absent_where_the_schema_says(prepared, faults):
    assert rows(prepared("code\n01004\n", FIELDS, fieldsMatch="superset")) == [("01004", None, None)]
    assert 'column "code"' in faults("area\n1,5\n", FIELDS, fieldsMatch="superset")[0]
    assert prepared("code;area;homes;x\n1;1;1;1\n", FIELDS, fieldsMatch="subset").table.num_columns == 3


def test_a_missing_column_of_the_key_is_named_once(faults):
    assert len(faults("area;homes\n1,5;3\n", FIELDS, primaryKey="code")) == 1


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("a.csv", b"", "found an empty file, expected delimited text"),
        ("a.parquet", b"", "found an empty file, expected Parquet"),
        ("a.parquet", b"code;area\n", "found other content, expected Parquet"),
        ("a.parquet", b"PAR1 cut", "expected a Parquet file"),
        ("a.csv", b"PK\x03\x04", "found a zip archive, expected delimited text"),
        ("a.csv", b"%PDF-1.7", "found a PDF document"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1", "an old or encrypted office document"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1", "an old or encrypted office document"),
        ("a.csv", b"<!DOCTYPE html><p>", "found a web page"),
        ("a.xlsx", b"code;area\n", "found other content, expected an XLSX workbook"),
        ("a.gpkg", b"PAR1", "found Parquet, expected GeoPackage"),
        ("a.xls", b"x", r"found \.xls, expected \.csv"),
        ("a.csv", b'{"type": "FeatureCollection"}', "found GeoJSON, expected delimited text"),
    ],
)
def test_a_file_that_is_not_what_its_name_says(tmp_path, name, content, match):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=match):
        prepare(tmp_path / name, schema=Schema.from_dict({"fields": FIELDS}))


def test_no_file(tmp_path):
    with pytest.raises(NotFound, match=r"No file a\.csv"):
        prepare(tmp_path / "a.csv", schema=Schema.from_dict({"fields": FIELDS}))


# Parquet and spreadsheets


def test_parquet_keeps_types_and_tells_nan_from_null(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"code": ["a", "b"], "area": [float("nan"), None], "homes": pa.array([1, 2], "int32")}), path
    )
    table = prepare(path, schema=Schema.from_dict({"fields": FIELDS})).table
    assert table["area"].null_count == 1
    assert str(table["area"][0].as_py()) == "nan"
    assert table.schema.types == [pa.string(), pa.float64(), pa.int64()]


def test_parquet_of_another_type_names_the_row(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"code": ["a", "b"], "area": [True, None], "homes": [1.0, 2.5]}), path)
    with pytest.raises(InvalidInput) as caught:
        prepare(path, schema=Schema.from_dict({"fields": FIELDS}))
    assert [str(fault)[:60] for fault in caught.value.faults] == [
        'row 1, column "area": found True, expected a number',
        'row 2, column "homes": found 2.5, expected a whole number',
    ]


def workbook(path: Path, *lines: list[object]) -> Path:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    book.save(path)
    return path


def test_a_sheet_with_numbers_and_texts_in_one_column(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["code", "area", "homes"], ["01004", 12.5, 3], [91477, "1 234,5", "4"])
    found = prepare(path, schema=Schema.from_dict({"fields": FIELDS}))
    assert rows(found) == [("01004", 12.5, 3), ("91477", 1234.5, 4)]
    assert "code: numbers read as text" in found.report["notes"]


def test_a_sheet_names_the_cell(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx", ["code", "area", "homes"], ["a", "x", 3.5], [datetime(2024, 3, 1), 1, 2], ["Total", 1, 2]
    )
    with pytest.raises(InvalidInput) as caught:
        prepare(path, schema=Schema.from_dict({"fields": FIELDS}))
    assert sorted(fault.where for fault in caught.value.faults) == [
        'Sheet!A3 ("code")',
        'Sheet!A4 ("code")',
        'Sheet!B2 ("area")',
        'Sheet!C2 ("homes")',
    ]


def test_percentages_ask_for_their_unit(tmp_path):
    book = Workbook()
    for line in (["share"], [0.25]):
        book.active.append(line)
    book.active["A2"].number_format = "0%"
    book.save(tmp_path / "a.xlsx")
    schema = Schema.from_dict({"fields": [{"name": "share", "type": "number", "unit": "%"}]})
    with pytest.raises(InvalidInput, match='say unit: "1" in the mapping'):
        prepare(tmp_path / "a.xlsx", schema=schema)
    mapping = Mapping.from_dict({"columns": {"share": {"field": "share", "unit": "1"}}})
    assert rows(prepare(tmp_path / "a.xlsx", schema=schema, mapping=mapping)) == [(25.0,)]


# The mapping


def test_units_and_signs(prepared, faults):
    text = "code;Surface;homes\n1;1,5;3\n"
    how = {"columns": {"Surface": {"field": "area", "unit": "km2", "sign": -1}}}
    found = prepared(text, FIELDS, how)
    assert rows(found) == [("1", -150.0, 3)]
    assert '"Surface" converted from km2 to ha' in found.report["notes"]
    assert faults(text, FIELDS, {"columns": {"Surface": {"field": "area", "unit": "kg"}}}) == [
        'column "Surface": found kg (mass), expected ha (area). Give the values in one of: m2, ha, km2.'
    ]
    noted = prepared(text, FIELDS, {"columns": {"Surface": "area"}}).report["notes"]
    assert '"Surface" taken in ha, the unit of the schema' in noted


def test_a_mapping_that_does_not_fit_the_file_or_the_schema(faults):
    how = {"columns": {"Surfaces": "area", "code": "cod"}, "constants": {"homes": 3}}
    found = faults("code;Surface;homes\n1;1,5;3\n", FIELDS, how)
    assert len(found) == 3
    for text in ('"cod", expected a field', '"homes", expected a field filled once', '"Surfaces", expected a column'):
        assert any(text in fault for fault in found), text


def test_constants_fill_fields_the_file_does_not_hold(prepared, faults):
    assert rows(prepared("code;area\n1;1,5\n", FIELDS, {"constants": {"homes": 3}})) == [("1", 1.5, 3)]
    found = faults("code;area\n1;1,5\n", FIELDS, {"constants": {"homes": "many"}})
    assert found == ['mapping, constant homes: found "many", expected a whole number']


def test_ignored_columns_are_noted(prepared):
    text = "code;area;homes;x;y\n1;1,5;3;a;b\n"
    assert "columns left out: x, y" in prepared(text, FIELDS, {"ignore": "*"}).report["notes"]


READINGS = [
    {"name": "time", "type": "datetime", "constraints": {"required": True}},
    {"name": "sensor", "constraints": {"required": True}},
    {"name": "sector"},
    {"name": "flow", "type": "number", "unit": "m3/h", "constraints": {"minimum": -100}},
]
WIDE = "Horodate;DEB_1;DEB_2\n01/02/2024 00:00;1,5;10\n01/02/2024 00:05;;20\n"
HOW = {
    "time_format": "%d/%m/%Y %H:%M",
    "time_zone": "Europe/Paris",
    "columns": {"Horodate": "time"},
    "wide": {
        "id": ["Horodate"],
        "variable": "sensor",
        "value": "flow",
        "unit": "L/s",
        "columns": {"DEB_1": {"sector": "Nord"}, "DEB_2": {"sensor": "B", "sector": "Sud", "sign": -1}},
    },
}


def test_one_column_a_sensor_becomes_one_row_a_sensor(prepared):
    found = prepared(WIDE, READINGS, HOW, primaryKey=["sensor", "time"])
    first, second = datetime(2024, 1, 31, 23, 0, tzinfo=UTC), datetime(2024, 1, 31, 23, 5, tzinfo=UTC)
    assert rows(found) == [
        (first, "DEB_1", "Nord", pytest.approx(5.4)),
        (second, "DEB_1", "Nord", None),
        (first, "B", "Sud", pytest.approx(-36.0)),
        (second, "B", "Sud", pytest.approx(-72.0)),
    ]
    assert "local times of Europe/Paris made UTC" in found.report["notes"]


def test_melted_cells_are_named_by_their_own_column(faults):
    text = WIDE.replace(";20", ";50").replace("1,5", "x")
    assert [text[:29] for text in faults(text, READINGS, HOW)] == [
        'line 2, column "DEB_1": found',
        'line 3, column "DEB_2": found',
    ]


def test_empty_cells_are_kept_unless_the_mapping_drops_them(prepared):
    how = HOW | {"wide": HOW["wide"] | {"empty": "drop"}}
    found = prepared(WIDE, READINGS, how)
    assert found.table.num_rows == 3
    assert "1 cells without a value left out" in found.report["notes"]


def test_without_a_list_every_other_column_is_melted(prepared):
    fields = [one for one in READINGS if one["name"] != "sector"]
    how = HOW | {"wide": {"id": ["Horodate"], "variable": "sensor", "value": "flow"}}
    assert prepared(WIDE, fields, how).table["sensor"].to_pylist() == ["DEB_1", "DEB_1", "DEB_2", "DEB_2"]


LONG = [{"name": "time", "type": "datetime"}, {"name": "sensor"}, {"name": "n", "type": "integer"}]


def test_local_times_ask_for_their_clock(faults):
    found = faults("time;sensor;n\n2024-01-01 00:00;a;1\n2024-01-01 00:00Z;a;1\n", LONG)
    assert found == [
        'line 2, column "time": found "2024-01-01 00:00", expected an instant with its offset from UTC. '
        "Say the clock in the mapping, for instance time_zone: Europe/Paris, or Etc/GMT-1 for winter time."
    ]


def test_hours_a_change_of_clock_leaves_open_are_refused_then_settled(faults, prepared):
    text = "time;sensor;n\n" + "".join(f"2024-10-27 02:00;{sensor};{n}\n" for n in (1, 2) for sensor in ("a", "b"))
    how = {"time_zone": "Europe/Paris"}
    found = faults(text, LONG, how, primaryKey=["sensor", "time"])
    assert len(found) == 4
    assert "Say ambiguous: first, second or infer" in found[0]
    table = prepared(text, LONG, how | {"ambiguous": "infer"}, primaryKey=["sensor", "time"]).table
    assert [one.hour for one in table["time"].to_pylist()] == [0, 0, 1, 1]


def test_hours_that_do_not_exist_are_refused_then_read_forward(faults, prepared):
    text = "time;sensor;n\n2024-03-31 02:30;a;1\n"
    how = {"time_zone": "Europe/Paris"}
    assert "a time that exists in Europe/Paris" in faults(text, LONG, how)[0]
    table = prepared(text, LONG, how | {"nonexistent": "forward"}).table
    assert table["time"].to_pylist() == [datetime(2024, 3, 31, 1, 30, tzinfo=UTC)]


GROUPED = [
    {"name": "iris", "constraints": {"required": True}},
    {"name": "energy", "type": "number", "unit": "kWh"},
    {"name": "meters", "type": "integer"},
]
METERS = "meter;iris;energy\na;X;1,5\na;X;2\nb;X;3\nc;Y;4\nc;Y;5\nc;Y;6\nd;Z;1\ne;Z;\nf;Z;2\n"


def grouping(**more):
    return {"ignore": ["meter"], "aggregate": {"by": ["iris"], "values": {"energy": "sum", "meters": "count"}} | more}


def test_rows_are_grouped_before_anything_is_kept(prepared):
    assert rows(prepared(METERS, GROUPED, grouping())) == [("X", 6.5, 3), ("Y", 15.0, 3), ("Z", 3.0, 3)]


def test_small_groups_are_dropped_and_counted(prepared):
    found = prepared(METERS, GROUPED, grouping(at_least=3))
    assert [row[0] for row in rows(found)] == ["X", "Y"]
    assert "1 groups smaller than 3 left out (3 rows)" in found.report["notes"]


def test_a_group_is_as_large_as_its_persons(prepared):
    found = prepared(METERS, GROUPED, grouping(at_least=2, persons="meter"))
    assert [row[0] for row in rows(found)] == ["X", "Z"]


def test_constraints_hold_for_the_groups(faults):
    fields = [GROUPED[0], GROUPED[1] | {"constraints": {"maximum": 10}}, GROUPED[2]]
    assert faults(METERS, fields, grouping()) == ['line 5, column "energy": found 15.0 kWh, expected at most 10 kWh']


def test_nothing_left_is_refused(faults):
    assert "no row left after the mapping" in faults(METERS, GROUPED, grouping(at_least=9))[0]


def test_what_cannot_be_grouped_is_refused(faults):
    how = {"ignore": ["meter"], "aggregate": {"by": [], "values": {"iris": "sum", "meters": "mean"}}}
    how["aggregate"]["by"] = ["nothing"]
    found = "\n".join(faults(METERS, GROUPED, how))
    for text in ("a field of numbers", "a field of type number for a mean", '"nothing"', '"energy", expected every'):
        assert text in found, text


# Whatever wrote the file, the table is the same

CELLS = st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Cs")), min_size=1, max_size=8).filter(
    lambda text: text.strip() == text and not text.lower().startswith(("total", "sous", "sub", "sum", "somme", "grand"))
)
ROW = st.tuples(
    CELLS.map(lambda text: f"n{text}"),
    st.none() | st.integers(-(10**9), 10**9).map(lambda whole: whole / 1000),
    st.none() | st.integers(-(10**12), 10**12),
    st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
)


@given(
    st.lists(ROW, min_size=1, max_size=6),
    st.sampled_from(";,\t|"),
    st.sampled_from([",", "."]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_a_table_written_in_any_dialect_is_the_table_read(lines, separator, decimal, encoding, end, quoting):
    kinds = {"name": "string", "area": "number", "homes": "integer", "time": "datetime"}
    schema = Schema.from_dict({"fields": [{"name": name, "type": kind} for name, kind in kinds.items()]})
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerow(kinds)
    for name, area, homes, time in lines:
        number = "" if area is None else f"{area:.3f}".replace(".", decimal)
        writer.writerow([name, number, "" if homes is None else homes, "" if time is None else time.isoformat()])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(stream.getvalue().encode(encoding))
        mapping = Mapping.from_dict({"decimal": decimal, "encoding": encoding})
        assert rows(prepare(path, schema=schema, mapping=mapping)) == lines
