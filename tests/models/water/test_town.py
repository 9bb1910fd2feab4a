"""The made-up town: the bundled files are the generator's, hold together, and say that the town is made up."""

import csv
from pathlib import Path

import numpy as np
import pytest

from agglo.catalogue.mapping import Mapping
from agglo.catalogue.preparation import prepare
from agglo.catalogue.schema import Schema
from agglo.models.water.hydraulics import network as networks
from agglo.models.water.readings import series
from agglo.models.water.town import demand, exports, files, layout, model, truth
from agglo.models.water.town.sensors import sensors

SCHEMAS = Path("agglo/models/water/schemas")
EXPORTS = [files.BUNDLED / exports.REGIE_FILE, files.BUNDLED / exports.VAL_FILE]


def _rows(name: str) -> list[dict[str, str]]:
    with (files.BUNDLED / f"clairvane-{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def read() -> series.Series:
    """The two exports as the readings of the network."""
    pytest.importorskip("scipy", reason="the sensors are spread with scipy, of the extra water")
    schema = Schema.load(SCHEMAS / "water-readings.json")
    found = prepare(EXPORTS, schema=schema, mapping=Mapping.load(files.BUNDLED / exports.MAPPING_FILE))
    return series.read(found.table, zone=demand.ZONE)


def test_a_seed_gives_one_town() -> None:
    assert layout.draw(3) == layout.draw(3)
    assert layout.draw(3) != layout.draw(4)
    assert layout.draw(files.SEED).crossings[1] == layout.Crossing("B0001", "bas", *_place("B0001"))


def _place(name: str) -> tuple[float, float, float, float, str]:
    found = networks.read(files.BUNDLED / files.INP_FILE).nodes[name]
    (base, pattern), *_rest = found.demands
    assert found.x is not None
    assert found.y is not None
    return (found.x, found.y, found.elevation_m, base, pattern)


@pytest.mark.parametrize("seed", [files.SEED, 1, 2])
def test_the_network_is_looped_and_fed_and_of_about_200_nodes(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "town.inp"
    path.write_text(model.inp(layout.draw(seed)), encoding="utf-8")
    held = networks.read(path)
    assert 190 <= len(held.nodes) <= 210
    assert len(held.links) - len(held.nodes) > 60, "loops"
    assert held.reached() == set(held.nodes)
    assert (held.of_kind("PRV"), held.of_kind("pump"), len(held.sources)) == ((layout.VALVE,), (layout.PUMP,), 2)
    assert sum(held.mean_demand_m3_h(node) for node in held.junctions) == pytest.approx(62, abs=6)


def test_the_bundled_model_and_tables_are_those_of_the_generator() -> None:
    pytest.importorskip("scipy", reason="the sensors are spread with scipy, of the extra water")
    from agglo.models.water.town.tables import TABLES

    town = layout.draw(files.SEED)
    path = files.BUNDLED / files.INP_FILE
    assert path.read_text(encoding="utf-8") == model.inp(town)
    held = networks.read(path)
    spread = sensors(held)
    for name, rows in TABLES.items():
        assert (files.BUNDLED / f"{name}.csv").read_text(encoding="utf-8") == files._csv(rows(town, held, spread)), name
    mapping = "\n".join(exports.mapping(spread)) + "\n"
    assert (files.BUNDLED / exports.MAPPING_FILE).read_text(encoding="utf-8") == mapping


def test_the_generator_gives_the_bundled_readings_again(tmp_path: Path) -> None:
    """Cell by cell; another machine may round a few cells the other way."""
    pytest.importorskip("wntr", reason="needs the extra water")
    written = files.write(tmp_path)
    assert sorted(one.name for one in written) == sorted(one.name for one in files.BUNDLED.iterdir())
    for path in EXPORTS:
        old = path.read_text(encoding="utf-8").splitlines()
        new = (tmp_path / path.name).read_text(encoding="utf-8").splitlines()
        assert len(old) == len(new)
        assert sum(one != other for one, other in zip(old, new, strict=True)) < 0.02 * len(old)


def test_it_is_small() -> None:
    assert sum(one.stat().st_size for one in files.BUNDLED.iterdir()) < 1_500_000


def test_it_says_that_it_is_made_up_in_french_and_in_english() -> None:
    title = " ".join(model.TITLE)
    assert "ville inventée (pas Paris-Saclay)" in title
    assert "made-up town (not Paris-Saclay)" in title
    for name in ("volumes", "leaks-put-in"):
        assert {row["source"] for row in _rows(name)} == {
            "Clairvane, ville inventée (pas Paris-Saclay) / made-up town (not Paris-Saclay)"
        }
    assert "made-up town (ville inventée), not Paris-Saclay" in (files.BUNDLED / exports.MAPPING_FILE).read_text(
        "utf-8"
    )
    places = networks.read(files.BUNDLED / files.INP_FILE).nodes.values()
    assert max(abs(value) for one in places for value in (one.x or 0, one.y or 0)) < 3000, "metres of no real place"


@pytest.mark.parametrize("table", ["sensors", "meters", "sectors", "volumes", "measures"])
def test_its_tables_fit_their_schemas(table: str) -> None:
    schema = Schema.load(SCHEMAS / f"water-{table}.json")
    found = prepare(files.BUNDLED / f"clairvane-{table}.csv", schema=schema, mapping=None)
    assert found.table.num_rows == len(_rows(table))


def test_readings_are_on_one_clock_across_the_change_of_hour(read: series.Series) -> None:
    assert read.grid.start == demand.times()[0]
    assert (read.grid.step_s, read.grid.length) == (900, 49 * 96)
    assert {name: kind for name, kind in read.kinds.items() if kind != "pressure"} == {
        "Q_SOURCE": "flow", "Q_POMPE": "flow", "N_CHATEAU": "level", "EV-IDX-01": "flow",
    }  # fmt: skip
    assert sum(kind == "pressure" for kind in read.kinds.values()) == 12
    assert 30 < np.nanmean(read.values["P12"]) < 60, "bars became metres"


def test_what_was_broken_on_purpose_is_flagged(read: series.Series) -> None:
    found = {(flag.sensor, flag.kind) for flag in read.flags}
    assert {("P03", "gap"), ("EV-P08", "flat"), ("EV-P06", "duplicate")} <= found
    assert {sensor for sensor, _kind in found} == {"P03", "EV-P08", "EV-P06"}, found


def test_sectors_balance_to_demand_and_leaks(read: series.Series) -> None:
    """Means over the healthy weeks: the network's inflow is demand and background; later the leaks come on top."""
    from agglo.models.water.town.sensors import TANK_AREA_M2

    week = 7 * 96
    source, valley, pump = (read.values[name] for name in ("Q_SOURCE", "EV-IDX-01", "Q_POMPE"))
    level = read.values["N_CHATEAU"]
    heights = pump[:-1] - TANK_AREA_M2 * np.diff(level) * 4
    healthy, leaking = slice(0, 4 * week), slice(-week, None)
    assert np.nanmean(source[healthy]) == pytest.approx(67, abs=4)
    assert np.nanmean(valley[leaking]) - np.nanmean(valley[healthy]) == pytest.approx(5.0, abs=1.5)
    assert np.nanmean(heights[leaking]) - np.nanmean(heights[healthy]) == pytest.approx(3.5, abs=1.5)


def test_the_leaks_come_after_four_healthy_weeks() -> None:
    rows = _rows("leaks-put-in")
    assert [row["leak"] for row in rows] == ["F1", "F2"]
    first = np.datetime64(min(row["start_utc"] for row in rows).rstrip("Z"))
    assert first - demand.times()[0] >= np.timedelta64(28, "D")
    held = networks.read(files.BUNDLED / files.INP_FILE)
    abrupt, growing = truth.leaks(held)
    hours = np.arange(demand.DAYS * 24)
    assert set(abrupt.flow(hours)) == {0.0, 5.0}
    assert (np.diff(growing.flow(hours)) >= 0).all()
    assert growing.flow(hours)[-1] == 4.0
    assert (abrupt.pipe, growing.pipe) == tuple(row["pipe"] for row in rows)
    assert {held.nodes[one.node].id[0] for one in (abrupt, growing)} == {"V", "H"}


def test_demand_follows_the_clock_of_the_town() -> None:
    assert demand.week("habitants").mean() == pytest.approx(1.0, abs=1e-4)
    means = demand.drawn("habitants", np.random.default_rng(1)).reshape(49, 96).mean(axis=0)
    assert means.argmin() // 4 in (2, 3), "the night of a town on winter time, one hour ahead of universal time"


def test_its_measures_can_be_tried(tmp_path: Path) -> None:
    pytest.importorskip("wntr", reason="needs the extra water")
    from tests.models.water import what_if_scenes as scenes

    numbers = ("setting_m", "flow_m3_h")
    measures = [
        {key: (float(value) if key in numbers else value) for key, value in row.items() if value}
        for row in _rows("measures")
    ]
    found = scenes.ask(tmp_path, measures, network=files.BUNDLED / files.INP_FILE, background_leakage=5.0)
    rows = {row["measure"]: row for row in scenes.rows(found)}
    assert rows["reparer-F1"]["saved_m3_yr"] == pytest.approx(5 * 8760, rel=0.05)
    assert rows["val-34"]["saved_m3_yr"] > 5_000
    assert rows["all"]["lowest_pressure_m"] > 20
