"""The search from readings to pipes: on Clairvane, and on the simulated year of L-Town."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from agglo.catalogue.mapping import Mapping
from agglo.catalogue.preparation import prepare
from agglo.catalogue.schema import Schema
from agglo.contract.errors import InvalidInput
from agglo.models.water.hydraulics import network as networks
from agglo.models.water.locating.found import Known, Place, Watched
from agglo.models.water.locating.search import watch
from agglo.models.water.locating.search.setting import Setting
from agglo.models.water.readings import series as reading
from agglo.models.water.readings.series import Grid, Series
from agglo.models.water.town import exports, files

pytest.importorskip("wntr", reason="needs the extra water")
SCHEMAS = Path("agglo/models/water/schemas")
L_TOWN = Path("../shared/data/l-town")
QUICK = Setting(networks=40)


@lru_cache(maxsize=1)
def town() -> tuple[networks.Network, Series, dict[str, Place]]:
    both = [files.BUNDLED / exports.REGIE_FILE, files.BUNDLED / exports.VAL_FILE]
    mapping = Mapping.load(files.BUNDLED / exports.MAPPING_FILE)
    readings = prepare(both, schema=Schema.load(SCHEMAS / "water-readings.json"), mapping=mapping).table
    path = files.BUNDLED / "clairvane-sensors.csv"
    sensors = prepare(path, schema=Schema.load(SCHEMAS / "water-sensors.json"), mapping=None).table
    return networks.read(files.BUNDLED / files.INP_FILE), reading.read(readings, sensors=sensors), _places(sensors)


def _places(sensors: pa.Table) -> dict[str, Place]:
    return {
        row["sensor"]: Place(
            row["sensor"], "flow" if row["kind"] == "index" else row["kind"], row["node"] or "", row["link"] or ""
        )
        for row in sensors.to_pylist()
    }


def search(folder: Path, series: Series | None = None, *, known: tuple[Known, ...] = (), **more: object) -> Watched:
    network, held, places = town()
    return watch(
        network,
        series or held,
        more.get("places", places),  # type: ignore[arg-type]
        healthy=more.get("healthy"),  # type: ignore[arg-type]
        known=known,
        scratch=folder,
        progress=lambda _share, _text: None,
        setting=QUICK,
    )


def until(series: Series, day: str) -> Series:
    length = int((np.datetime64(day, "s") - series.grid.start).astype(int) // series.grid.step_s)
    grid = Grid(series.grid.start, series.grid.step_s, length)
    return replace(series, grid=grid, values={name: one[:length] for name, one in series.values.items()})


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    return search(tmp_path_factory.mktemp("search"))


def test_the_leak_that_was_put_in_is_found_where_and_when_it_is(found: Watched) -> None:
    """5 m3/h in C202 from 2 April, 03:00 UTC."""
    network, _series, _places = town()
    (one,) = found.found
    ends = [network.links["C202"].start, network.links["C202"].end]
    named = network.links[one.pipe]
    distance = network.distances_m(ends)[:, [network.index[named.start], network.index[named.end]]].min()
    assert distance <= 300
    assert np.datetime64("2025-04-02T03:00:00") < one.raised <= np.datetime64("2025-04-03T03:00:00")
    assert one.flow_low_m3_h <= 5.0 <= one.flow_high_m3_h
    assert one.probability > 0.6
    assert sum(each.probability for each in one.candidates) <= 1 + 1e-9


def test_nothing_is_found_before_there_is_a_leak(tmp_path: Path) -> None:
    _network, series, _places = town()
    assert search(tmp_path, until(series, "2025-03-23T20:00:00")).found == ()


def test_what_is_raised_does_not_depend_on_what_comes_after(found: Watched, tmp_path: Path) -> None:
    _network, series, _places = town()
    sooner = search(tmp_path, until(series, "2025-04-05T00:00:00"))
    assert [(one.raised_pipe, one.raised) for one in sooner.found] == [
        (one.raised_pipe, one.raised) for one in found.found if one.raised < np.datetime64("2025-04-05T00:00:00")
    ]


def test_the_same_readings_give_the_same_answer(found: Watched, tmp_path: Path) -> None:
    again = search(tmp_path)
    assert [(one.pipe, one.raised, one.flow_m3_h) for one in again.found] == [
        (one.pipe, one.raised, pytest.approx(one.flow_m3_h, rel=1e-6)) for one in found.found
    ]


def test_a_repaired_leak_ends(tmp_path: Path) -> None:
    repaired = Known("C202", np.datetime64("2025-04-02T10:00:00"), np.datetime64("2025-04-06T10:00:00"), 5.0)
    (one, *_others) = search(tmp_path, known=(repaired,)).found
    assert one.ended is not None
    assert one.ended <= np.datetime64("2025-04-06T11:00:00")


def test_a_meter_read_backwards_is_turned_and_said(tmp_path: Path) -> None:
    _network, series, _places = town()
    values = dict(until(series, "2025-03-10T00:00:00").values)
    values["Q_SOURCE"] = -values["Q_SOURCE"]
    turned = replace(until(series, "2025-03-10T00:00:00"), values=values)
    assert any("Q_SOURCE" in note for note in search(tmp_path, turned).notes)


def test_a_sensor_missing_for_weeks_is_done_without(tmp_path: Path) -> None:
    _network, series, _places = town()
    values = {name: one.copy() for name, one in series.values.items()}
    values["EV-P08"][400:] = np.nan
    assert [one.zone for one in search(tmp_path, replace(series, values=values)).found]


def test_without_meters_nothing_can_be_searched(tmp_path: Path) -> None:
    _network, _series, places = town()
    pressures = {name: place for name, place in places.items() if place.kind == "pressure"}
    with pytest.raises(InvalidInput, match="No part of this network"):
        search(tmp_path, places=pressures)


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not L_TOWN.is_dir(), reason="the data of L-Town lie outside the project")
class TestOfLTown:
    """Simulated years, not the data of the 2020 competition: no score on them compares with its entries."""

    def test_finds_the_leaks_of_the_simulated_year(self) -> None:
        from benchmarks.water import detector, evaluate, leaks, pipes, scoring

        network = L_TOWN / "L-TOWN.inp"
        asked = evaluate.Readings(
            network, L_TOWN / "surrogate_2019_leaky.parquet", L_TOWN / "surrogate_2019_healthy.parquet"
        )
        year = leaks.read(L_TOWN / "leak_flows_m3_h_2019.parquet", L_TOWN / "leaks_2019.csv")
        got = scoring.score(evaluate.detections_of(detector.search(asked)), year, pipes.read(network))
        assert got.score_eur >= 264_873
        assert got.false_positives <= 5
        assert got.true_positives >= 15
        assert (got.median_delay_h("abrupt") or 99) <= 4

    def test_raises_at_most_two_in_a_healthy_year(self) -> None:
        from benchmarks.water import detector, evaluate

        healthy = L_TOWN / "surrogate_2019_healthy.parquet"
        assert len(list(detector.search(evaluate.Readings(L_TOWN / "L-TOWN.inp", healthy, healthy)))) <= 2
