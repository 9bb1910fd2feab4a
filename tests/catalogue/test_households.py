"""Readings of households: kept only in groups of so many meters, whatever the mapping says."""

from pathlib import Path

import pytest

from agglo.catalogue.mapping import Mapping
from agglo.catalogue.preparation import prepare
from agglo.catalogue.schema import Schema
from agglo.contract.errors import InvalidInput

SCHEMA = Schema.load(Path("agglo/models/water/schemas/water-household-readings.json"))
HOURS = [f"2024-01-01T{hour:02}:00:00Z" for hour in range(3)]
HOW = {
    "ignore": ["compteur"],
    "columns": {"litres": {"field": "volume_m3", "unit": "L"}},
    "aggregate": {
        "by": ["sector", "time"],
        "values": {"volume_m3": "sum", "meters": "count"},
        "at_least": 11,
        "persons": "compteur",
    },
}


def lines(sector: str, meters: range, hours: list[str] = HOURS) -> list[str]:
    return [f"{sector}-{meter};{sector};{hour};{10 + meter}" for hour in hours for meter in meters]


def prepared(folder: Path, *rows: str, how=HOW, name: str = "a.csv"):
    path = folder / name
    path.write_text("\n".join(["compteur;sector;time;litres", *rows]) + "\n", encoding="utf-8")
    return prepare(path, schema=SCHEMA, mapping=Mapping.from_dict(how))


def refused(*given, **more) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        prepared(*given, **more)
    return [str(fault) for fault in caught.value.faults]


def test_meters_of_a_sector_are_added_up_instant_by_instant(tmp_path):
    found = prepared(tmp_path, *lines("north", range(11)), *lines("south", range(20)))
    rows = found.table.to_pylist()
    assert [(row["sector"], row["meters"]) for row in rows] == [("north", 11)] * 3 + [("south", 20)] * 3
    assert rows[0]["volume_m3"] == pytest.approx(sum(10 + one for one in range(11)) / 1000)
    assert "compteur" not in found.table.column_names


def test_a_sector_of_one_meter_too_few_is_dropped_and_counted(tmp_path):
    found = prepared(tmp_path, *lines("north", range(11)), *lines("small", range(10)))
    assert set(found.table["sector"].to_pylist()) == {"north"}
    assert "3 groups smaller than 11 left out (30 rows)" in found.report["notes"]


def test_the_size_counts_at_each_instant(tmp_path):
    """A meter that is silent for an hour would show itself by difference where ten are left."""
    found = prepared(tmp_path, *lines("north", range(11), HOURS[:2]), *lines("north", range(10), HOURS[2:]))
    assert [str(one)[11:16] for one in found.table["time"].to_pylist()] == ["00:00", "01:00"]
    assert "1 groups smaller than 11 left out (10 rows)" in found.report["notes"]


def test_empty_readings_do_not_make_a_group_larger(tmp_path):
    rows = lines("north", range(11), HOURS[:1])
    assert "no row left after the mapping" in refused(tmp_path, *rows[:-1], "north-10;north;2024-01-01T00:00:00Z;")[0]


def test_single_households_are_refused_and_the_repair_is_given(tmp_path):
    how = {"ignore": ["compteur"], "columns": HOW["columns"], "constants": {"meters": 11}}
    (found,) = refused(tmp_path, *lines("north", range(1)), how=how)
    assert found == (
        "aggregate: found nothing, expected rows of one person grouped before anything is kept, at least 11 persons in "
        "each group. Say in the mapping, for instance: aggregate: {by: [sector, time], values: {volume_m3: sum, "
        "meters: count}, at_least: 11, persons: COLUMN}"
    )


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"at_least": 10}, "aggregate.at_least: found 10, expected at least 11"),
        ({"at_least": None}, "aggregate.at_least: found 1, expected at least 11"),
        ({"persons": None}, "aggregate.persons: found nothing, expected the column that tells persons"),
        ({"values": {"volume_m3": "sum", "meters": "max"}}, "aggregate.values.meters: found max, expected count"),
    ],
)
def test_a_weaker_grouping_is_refused(tmp_path, changed, fault):
    weak = {key: value for key, value in {**HOW["aggregate"], **changed}.items() if value is not None}
    assert any(
        one.startswith(fault) for one in refused(tmp_path, *lines("north", range(11)), how={**HOW, "aggregate": weak})
    )


def test_a_meter_that_comes_twice_at_an_instant_is_refused(tmp_path):
    rows = lines("north", range(12), HOURS[:1])
    (found,) = refused(tmp_path, *rows, rows[4])
    assert "found 13 rows of 12 persons, expected one row a person in each group" in found
    assert "line 2" in found


def test_what_is_grouped_already_says_how_many_it_holds(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"sector;time;volume_m3;meters\nnorth;{HOURS[0]};1,5;40\n", encoding="utf-8")
    assert prepare(path, schema=SCHEMA).table.num_rows == 1
    path.write_text(f"sector;time;volume_m3;meters\nnorth;{HOURS[0]};1,5;10\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match='column "meters": found 10, expected at least 11'):
        prepare(path, schema=SCHEMA)


def test_a_sector_spread_over_files_is_added_up_before_it_is_counted(tmp_path):
    paths = []
    for name, meters in (("a.csv", range(6)), ("b.csv", range(6, 12))):
        path = tmp_path / name
        path.write_text("\n".join(["compteur;sector;time;litres", *lines("north", meters)]) + "\n", encoding="utf-8")
        paths.append(path)
    rows = prepare(paths, schema=SCHEMA, mapping=Mapping.from_dict(HOW)).table.to_pylist()
    assert [row["meters"] for row in rows] == [12, 12, 12]
    paths[1].write_text("\n".join(["compteur;sector;time;litres", *lines("north", range(5, 12))]) + "\n", "utf-8")
    with pytest.raises(InvalidInput, match=r"group that begins at a\.csv, line .*found 13 rows of 12 persons"):
        prepare(paths, schema=SCHEMA, mapping=Mapping.from_dict(HOW))


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (3, "aggregate: found 3"),
        ({"at_least": 1, "count": "n"}, "aggregate.at_least: found 1"),
        ({"at_least": 11, "count": "x"}, "aggregate.count: found 'x'"),
        ({"at_least": 11, "count": "n", "most": 3}, 'aggregate: found "most"'),
    ],
)
def test_a_schema_that_asks_wrongly_is_refused(given, fault):
    fields = [{"name": "x"}, {"name": "n", "type": "integer"}]
    with pytest.raises(InvalidInput) as caught:
        Schema.from_dict({"fields": fields, "aggregate": given})
    assert str(caught.value.faults[0]).startswith(fault)
