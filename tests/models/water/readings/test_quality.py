"""water.readings as a whole: its tables, indicators, notes and card; and real readings of L-Town."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agglo.catalogue.mapping import Mapping
from agglo.catalogue.preparation import prepare
from agglo.catalogue.schema import Schema
from agglo.contract import card, indicators, protocol
from agglo.contract.errors import InvalidInput
from agglo.models.water.quality import readings as model
from agglo.models.water.readings.series import read
from agglo.models.water.readings.units import unit_flags

from .scenes import ask, instants, metered, rhythm, table

SHARED = Path(__file__).parents[5] / "shared" / "data" / "l-town"
SCHEMAS = Path("agglo/models/water/schemas")
TIMES = instants(20)
FLOW = rhythm(TIMES)


def scene() -> dict[str, pa.Table]:
    broken = FLOW.copy()
    broken[200:203] = -9999.0
    there = np.arange(len(TIMES)) // 96 != 5
    sensors = pa.table({"sensor": ["in", "out", "press", "lost"], "kind": ["flow", "flow", "pressure", "level"]})
    readings = table(
        **{"in": ("flow", TIMES, broken), "out": ("flow", TIMES[there], FLOW[there] * 2)},
        press=("pressure", TIMES, 50 - FLOW / 20),
    )
    return {"readings": readings, "sensors": sensors, "meters": metered(("north", "in", 1), ("north", "out", -1))}


def test_tables_say_what_is_wrong_and_what_is_left(tmp_path) -> None:
    outcome = ask(tmp_path, scene(), territory="200056232")
    flags = outcome.tables["flags"].to_pylist()
    assert {(one["sensor"], one["kind"]) for one in flags} >= {("in", "outlier"), ("out", "gap"), ("lost", "gap")}
    assert any(one["kind"] == "unit" for one in flags)
    rows = {one["sensor"]: one for one in outcome.tables["sensors"].to_pylist()}
    assert sorted(rows) == ["in", "lost", "out", "press"]
    assert rows["out"]["present"] == pytest.approx(95.0)
    assert (rows["press"]["present"], rows["press"]["unit"], rows["press"]["step_s"]) == (100.0, "mH2O", 900.0)
    assert rows["press"]["median"] == pytest.approx(float(np.median(50 - FLOW / 20)))
    assert (rows["lost"]["present"], rows["lost"]["median"]) == (0.0, None)
    assert {one["name"]: one["worst"] for one in ({"name": k, **v} for k, v in rows.items())}["lost"] == "gap"


def test_hourly_means_are_those_of_what_is_trusted(tmp_path) -> None:
    hourly = ask(tmp_path, scene()).tables["hourly"]
    assert hourly.num_rows == 480 + 456 + 480
    own = {one["time"]: one["value"] for one in hourly.to_pylist() if one["sensor"] == "in"}
    first = own[hourly["time"][0].as_py()]
    assert first == pytest.approx(FLOW[:4].mean())
    fiftieth = sorted(own)[50]
    assert own[fiftieth] == pytest.approx(FLOW[203])


def test_indicators_are_of_the_vocabulary_and_need_a_place(tmp_path) -> None:
    outcome = ask(tmp_path, scene(), territory="200056232")
    indicators.check(outcome.indicators)
    present, flags = outcome.indicators
    assert present.value == pytest.approx((100 * (1920 - 3) / 1920 + 95 + 100 + 0) / 4)
    assert flags.value == outcome.tables["flags"].num_rows
    without = ask(tmp_path, scene())
    assert without.indicators == []
    assert any("No place was given" in note for note in without.notes)


def test_notes_say_what_a_reader_must_know(tmp_path) -> None:
    tables = scene()
    said = "\n".join(ask(tmp_path, tables).notes)
    assert "Nothing is corrected" in said
    assert "gives back more water than it gets" in said
    assert "household" not in said
    sound = {
        "readings": table(a=("flow", TIMES, FLOW / 1000), b=("flow", TIMES[::4], FLOW[::4]), c=("flow", TIMES, FLOW))
    }
    said = "\n".join(ask(tmp_path, sound).notes)
    assert "Nothing wrong was found." in said
    assert "1 sensor has the flow of a household" in said
    assert "units are not checked by water balance" in said
    assert "Read less often than the grid of 900 s: b." in said


def test_tables_have_the_columns_that_are_promised(tmp_path) -> None:
    promised = {one.name: list(one.columns) for one in model.outputs}
    assert promised == {name: found.column_names for name, found in ask(tmp_path, scene()).tables.items()}


def test_an_unknown_clock_or_step_is_refused(tmp_path) -> None:
    with pytest.raises(InvalidInput, match="time_zone: found Paris"):
        ask(tmp_path, scene(), time_zone="Paris")
    assert ask(tmp_path, scene(), step_min=60).tables["sensors"].to_pylist()[0]["step_s"] == 3600


def test_the_card_is_complete_and_its_own() -> None:
    found = card.of(model)
    assert not [one for one in found.missing() if one.startswith("maker.")]
    assert found.maker.title["en"] == "Quality of water readings"
    assert model.name == "water.readings@1.0.0"


def test_the_worker_gives_the_same_answer_from_a_copy_of_the_code(tmp_path: Path) -> None:
    code, folder_in, folder_out = tmp_path / "code", tmp_path / "in", tmp_path / "out"
    shutil.copytree(model.code, code, ignore=shutil.ignore_patterns("__pycache__"))
    folder_in.mkdir()
    folder_out.mkdir()
    expected = ask(folder_in, scene(), territory="200056232")
    from agglo.contract.inputs import Handle, Inputs

    inputs = Inputs({name: Handle(name, folder_in / f"{name}.parquet") for name in scene()})
    parameters = model.parameters.resolve({"territory": "200056232"})
    protocol.write_question(folder_in, protocol.Question("water.readings", "1.0.0", parameters, 0, inputs))
    words = ["run", "--in", str(folder_in), "--out", str(folder_out), "--entry", model.entry, "--code", str(code)]
    done = subprocess.run(
        [sys.executable, "-m", "agglo.contract.worker", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = protocol.read_answer(folder_out)
    assert answer.indicators == expected.indicators
    assert pq.read_table(answer.tables["flags"]).equals(expected.tables["flags"])


TOWN = {
    "time_zone": "Etc/GMT-1",
    "decimal": ",",
    "columns": {"Timestamp": "time"},
    "files": {
        "Flows*.csv": {"wide": {"id": ["Timestamp"], "variable": "sensor", "value": "flow_m3_h", "unit": "m3/h"}},
        "Levels*.csv": {"wide": {"id": ["Timestamp"], "variable": "sensor", "value": "level_m", "unit": "m"}},
    },
}
TANK_M2 = np.pi * 8**2
"""Area of the tank T1 of L-Town: a diameter of 16 m in its EPANET model."""


def town(files: list[Path]) -> pa.Table:
    return prepare(files, schema=Schema.load(SCHEMAS / "water-readings.json"), mapping=Mapping.from_dict(TOWN)).table


def test_two_files_of_a_town_become_series(tmp_path) -> None:
    lines = [f"2019-01-01 {hour:02}:{minute:02}:00" for hour in range(24) for minute in range(0, 60, 5)]
    flows, levels = tmp_path / "Flows_a.csv", tmp_path / "Levels_a.csv"
    flows.write_text("Timestamp;p1;p2\n" + "".join(f"{at};{one};88,14\n" for one, at in enumerate(lines)), "utf-8")
    levels.write_text("Timestamp;T1\n" + "".join(f"{at};3,{41 + one % 7}\n" for one, at in enumerate(lines)), "utf-8")
    found = read(town([levels, flows]))
    assert found.kinds == {"p1": "flow", "p2": "flow", "T1": "level"}
    assert str(found.grid.start) == "2018-12-31T23:00:00"
    assert found.values["p1"][5] == 5.0


@pytest.fixture(scope="module")
def real() -> pa.Table:
    if not (SHARED / "Flows_2019.csv").is_file():
        pytest.skip("the public data kept outside the project is not here")
    return town([SHARED / "Flows_2019.csv", SHARED / "Levels_2019.csv"])


@pytest.mark.shared
def test_the_real_flows_of_a_town_are_sound_but_for_what_is_there(real: pa.Table) -> None:
    found = read(real)
    assert (found.grid.step_s, found.grid.length, sorted(found.kinds)) == (
        300,
        105_120,
        ["PUMP_1", "T1", "p227", "p235"],
    )
    inflow = np.nansum(found.values["p227"] + found.values["p235"]) / 12
    assert inflow == pytest.approx(2_197_225, rel=2e-3)
    for name in found.values:
        assert np.isfinite(found.values[name]).mean() > 0.99, name
    meters = metered(
        ("AB", "p227", 1), ("AB", "p235", 1), ("AB", "PUMP_1", -1), ("C", "PUMP_1", 1), ("C", "T1", None, TANK_M2)
    )
    assert unit_flags(found, meters) == ()


@pytest.mark.shared
def test_a_pump_in_litres_a_second_is_found_in_the_real_town(real: pa.Table) -> None:
    rows = np.array(real["sensor"].to_pylist()) == "PUMP_1"
    flow = real["flow_m3_h"].to_numpy(zero_copy_only=False).copy()
    flow[rows] /= 3.6
    changed = real.set_column(real.column_names.index("flow_m3_h"), "flow_m3_h", pa.array(flow, from_pandas=True))
    meters = metered(("C", "PUMP_1", 1), ("C", "T1", None, TANK_M2))
    (flag,) = unit_flags(read(changed), meters)
    assert flag.sensor == "PUMP_1"
    assert "given in L/s and read as m3/h" in flag.detail
