"""water.leaks with a model of the network: what the search is given, and how what it finds is told."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pyarrow as pa
import pytest

from agglo.contract.errors import InvalidInput
from agglo.contract.outcome import Layer
from agglo.models.water.hydraulics import network as networks
from agglo.models.water.locating.found import Candidate, Known
from agglo.models.water.town import files
from tests.models.water import what_if_scenes
from tests.models.water.leak_scenes import (
    MADE_UP,
    ask,
    between,
    changed,
    decisions,
    found,
    rows_of,
    told_by,
    town,
    without,
)

pytest.importorskip("wntr", reason="needs the extra water")
pytest.importorskip("scipy", reason="needs the extra water")

SVG = "{http://www.w3.org/2000/svg}"
LEAK = "model:C202:2025-04-02T05"
"""The first leak of Clairvane: 3 h UTC is 5 h there."""


def test_a_leak_is_told_with_its_pipe_sector_and_nearest_sensor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_by(monkeypatch, found())
    outcome = ask(tmp_path, town(), territory="91477")
    (row,) = rows_of(outcome)
    assert (row["leak"], row["pipe"], row["sector"], row["method"]) == (LEAK, "C202", "val", "model")
    assert (row["since"], row["found"], row["ended"]) == ("2025-04-02T05:00", "2025-04-02T10:00", None)
    assert row["nearest_sensor"].startswith("EV-P"), "those of the valley"
    assert 0 < row["sensor_distance_m"] < 1000
    assert (row["eur_d"], row["eur_d_low"]) == (pytest.approx(96.0), pytest.approx(76.8))
    assert row["days_until_visit_pays"] == pytest.approx(500 / 96)
    assert row["sentence_fr"].startswith("Conduite C202\u00a0: 80\u00a0% de chances que la fuite soit à moins de 300 m")
    assert row["sentence_en"].startswith("Pipe C202: 80% likely that the leak is within 300 m of it.")
    assert "The search says so." in outcome.notes
    assert {one.name: one.value for one in outcome.indicators} == {
        "water.open-alarms": 1.0, "water.leaks-located": 1.0, "water.loss-rate-open": pytest.approx(120.0),
    }  # fmt: skip


def test_candidates_have_their_place_and_flows_their_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_by(monkeypatch, found())
    outcome = ask(tmp_path, town())
    first, second = rows_of(outcome, "candidates")
    assert (first["leak"], first["rank"], first["pipe"], second["rank"]) == (LEAK, 1, "C202", 2)
    held = networks.read(files.BUNDLED / files.INP_FILE)
    ends = [held.nodes[name] for name in (held.links["C202"].start, held.links["C202"].end)]
    assert first["x"] == pytest.approx(sum(one.x or 0 for one in ends) / 2)
    assert rows_of(outcome, "flows") == [
        {"leak": LEAK, "day": "2025-04-02", "flow_m3_h": 4.5},
        {"leak": LEAK, "day": "2025-04-03", "flow_m3_h": None},
    ]


def test_a_pipe_that_is_not_likely_enough_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_by(monkeypatch, found(probability=0.3))
    outcome = ask(tmp_path, town(), territory="91477")
    assert rows_of(outcome)[0]["sentence_en"].startswith("Place not sure: pipe C202 is the least unlikely (30%")
    assert {one.name: one.value for one in outcome.indicators}["water.leaks-located"] == 0.0
    sure = ask(tmp_path, town(), least_probability="25 %")
    assert rows_of(sure)[0]["sentence_en"].startswith("Pipe C202: 30% likely")


def test_the_search_is_given_places_and_what_people_know(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = told_by(monkeypatch, found())
    rows = [
        {"id": LEAK, "state": "confirmed", "date": "2025-04-05", "pipe": "C201", "flow_m3_h": 4.2},
        {"id": LEAK, "state": "repaired", "date": "2025-04-08"},
        {"id": "pressure:P10:2025-04-01T12", "state": "confirmed", "date": "2025-04-02", "pipe": "C284"},
        {"id": "ours-7", "state": "confirmed", "date": "2025-04-03"},
        {"id": "model:C100:2025-03-20T01", "state": "false", "date": "2025-03-21"},
    ]
    healthy = between(town()["readings"], "2025-03-01", "2025-03-15", days=-28)
    outcome = ask(tmp_path, {**town(), "decisions": decisions(*rows), "healthy": healthy})
    place = fake.asked["sensors"]["EV-P06"]
    assert (place.kind, place.node) == ("pressure", "V0001")
    assert fake.asked["sensors"]["EV-IDX-01"].link == "PRV_VAL"
    assert fake.asked["known"] == (
        Known("C284", np.datetime64("2025-04-02T22:00:00"), None, None),
        Known("C201", np.datetime64("2025-04-05T22:00:00"), np.datetime64("2025-04-08T22:00:00"), 4.2),
    )
    assert fake.asked["setting"].reach_m == 300
    assert fake.asked["healthy"].grid.times[-1] < fake.asked["series"].grid.times[0]
    by_id = {row["leak"]: row for row in rows_of(outcome)}
    assert (by_id[LEAK]["state"], by_id[LEAK]["pipe"], by_id[LEAK]["flow_m3_h"]) == ("repaired", "C201", 4.2)
    assert by_id[LEAK]["probability"] is None
    kept = by_id["pressure:P10:2025-04-01T12"]
    assert (kept["method"], kept["state"], kept["sector"], kept["flow_m3_h"]) == (
        "decisions",
        "confirmed",
        "haut",
        None,
    )
    assert set(by_id) == {LEAK, "pressure:P10:2025-04-01T12"}
    assert any("not found any more" in note and "C100" in note for note in outcome.notes)
    assert any("ours-7" in note for note in outcome.notes)


def test_a_false_leak_is_over_and_a_known_one_that_is_not_found_again_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_by(monkeypatch, found())
    false = decisions({"id": LEAK, "state": "false", "date": "2025-04-05"})
    assert [row["state"] for row in rows_of(ask(tmp_path, {**town(), "decisions": false}))] == ["false"]
    told_by(monkeypatch)
    known = decisions({"id": LEAK, "state": "confirmed", "date": "2025-04-05", "flow_m3_h": 5.0})
    (row,) = rows_of(ask(tmp_path, {**town(), "decisions": known}))
    assert (row["leak"], row["method"], row["pipe"], row["since"]) == (LEAK, "decisions", "C202", "2025-04-02T05:00")


def test_a_leak_keeps_the_identifier_that_people_decided_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once its pipe is known the search names that pipe, for a leak of its own or of an alarm."""
    for name in (LEAK, "flow:val:2025-04-02"):
        told_by(monkeypatch, found("C201", raised_pipe="C201"))
        known = decisions({"id": name, "state": "confirmed", "date": "2025-04-05", "pipe": "C201"})
        outcome = ask(tmp_path, {**town(), "decisions": known})
        (row,) = rows_of(outcome)
        assert (row["leak"], row["pipe"], row["state"], row["method"]) == (name, "C201", "confirmed", "model")
        assert rows_of(outcome, "flows")[0]["leak"] == name
    later = found("C201", since="2025-04-07T03:00:00")
    told_by(monkeypatch, later)
    rows = rows_of(ask(tmp_path, {**town(), "decisions": known}))
    assert len(rows) == 2, "a leak of one pipe that starts later is another one"


def test_the_pipe_a_leak_was_raised_at_stays_in_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_by(monkeypatch, found("C201", raised_pipe="C202"))
    (row,) = rows_of(ask(tmp_path, town()))
    assert (row["leak"], row["pipe"]) == (LEAK, "C201")


def test_what_is_over_comes_last_and_leaves_the_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    over = found(
        "C284", "2025-03-24T00:00:00", flow_m3_h=9.0, ended=np.datetime64("2025-03-30T00:00:00"), candidates=()
    )
    told_by(monkeypatch, over, found())
    outcome = ask(tmp_path, town())
    assert [row["state"] for row in rows_of(outcome)] == ["open", "ended"]
    assert ">2</text>" not in map_of(outcome)


@pytest.mark.parametrize(
    ("sensor", "cells", "said"),
    [
        ("P01", {"node": "B0288"}, 'node: found B0288, expected a node of the network. Did you mean "B'),
        ("P02", {"node": None}, "node: found nothing, expected a node of the network. Give the node"),
        ("N_CHATEAU", {"node": "B0208"}, "node: found B0208, expected a tank of the network. "),
        ("Q_POMPE", {"link": "POMPES"}, 'link: found POMPES, expected a link of the network. Did you mean "POMPE"'),
    ],
)
def test_places_that_are_wrong_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sensor: str, cells: dict[str, str], said: str
) -> None:
    told_by(monkeypatch)
    with pytest.raises(InvalidInput, match=rf"{sensor}\), {said}"):
        ask(tmp_path, {**town(), "sensors": changed(town()["sensors"], sensor, **cells)})


def test_faults_of_all_tables_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_by(monkeypatch)
    sensors = changed(changed(town()["sensors"], "P01", node="nowhere"), "P02", node=None)
    sensors = sensors.filter(pa.array([name != "P03" for name in sensors["sensor"].to_pylist()]))
    wrong = decisions(
        {"id": LEAK, "state": "confirmed", "date": "2025-04-05", "pipe": "C2020"},
        {"id": "model:X1:2025-04-02T05", "state": "false", "date": "2025-04-05"},
        {"id": "model:nothing", "state": "false", "date": "2025-04-05"},
        {"id": "model:C201:2025-04-02T05", "state": "false", "date": "2025-04-01"},
    )
    healthy = between(town()["readings"], "2025-04-01", "2025-04-03")
    with pytest.raises(InvalidInput, match="do not fit together") as refused:
        ask(tmp_path, {**town(), "sensors": sensors, "decisions": wrong, "healthy": healthy})
    text = str(refused.value)
    for said in (
        "found nowhere",
        "P02), node",
        "sensors, P03",
        "C2020, expected a pipe of the network. Did you mean",
        "found X1",
        "cannot be read",
        "when the leak started, or later",
        "healthy: found it lasts until",
    ):
        assert said in text, said
    assert len(refused.value.faults) == 8


def test_a_healthy_period_of_other_sensors_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_by(monkeypatch)
    held = between(town()["readings"], "2025-03-01", "2025-03-08", days=-28)
    flows = held.filter(pa.array([name == "Q_SOURCE" for name in held["sensor"].to_pylist()]))
    with pytest.raises(InvalidInput, match="no pressure sensor of the readings"):
        ask(tmp_path, {**town(), "healthy": flows})


def test_a_broken_model_is_refused_with_its_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_by(monkeypatch)
    texts = [text.replace("[PIPES]", "[PIPSE]") for text in town()["network"]["text"].to_pylist()]
    network = pa.table({"line": town()["network"]["line"], "text": texts})
    with pytest.raises(InvalidInput, match="PIPSE"):
        ask(tmp_path, {**town(), "network": network})


def test_what_sensors_lack_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = told_by(monkeypatch)
    readings = town()["readings"]
    names, times = readings["sensor"].to_pylist(), readings["time"].to_numpy().astype("datetime64[us]")
    away = (times >= np.datetime64("2025-03-10")) & (times < np.datetime64("2025-03-28"))
    readings = readings.filter(pa.array([not (name == "P05" and gone) for name, gone in zip(names, away, strict=True)]))
    rows = [
        {**row, "pressure_m": -3.0} if row["sensor"] == "P01" and str(row["time"]).startswith("2025-03-07") else row
        for row in readings.to_pylist()
    ]
    notes = ask(tmp_path, {**town(), "readings": pa.Table.from_pylist(rows, schema=readings.schema)}).notes
    assert any(note == "Pressures or levels under zero were not used: P01." for note in notes), notes
    assert any(note == "Missing for weeks, and not used then: P05." for note in notes), notes
    assert np.nanmin(fake.asked["series"].values["P01"]) > 0
    assert any("No healthy period was given" in note for note in notes)


def map_of(outcome: object) -> str:
    return Path(str(outcome.files["map"])).read_text(encoding="utf-8")  # type: ignore[attr-defined]


def test_the_map_is_well_formed_named_and_reads_without_colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_by(monkeypatch, found(), found("C284", "2025-03-24T00:00:00", probability=0.2, flow_m3_h=2.0))
    text = map_of(ask(tmp_path, town(), caption=f"{MADE_UP} <&>"))
    root = ET.fromstring(text)
    assert (root.get("role"), root.get("lang")) == ("img", "fr")
    named = {str(one.get("id")): one for one in root.iter() if one.get("id")}
    title, description = (named[name].text or "" for name in str(root.get("aria-labelledby")).split())
    assert MADE_UP in title
    assert "1 : C202, Clairvane, le val" in description
    assert "2 : C284, Clairvane, les hauts" in description
    lines = [one for one in root.iter(f"{SVG}line") if one.get("stroke-width")]
    widths: dict[str, float] = {str(one.get("stroke")): float(str(one.get("stroke-width"))) for one in lines}
    shades = sorted((_luminance(colour), width) for colour, width in widths.items() if colour != "#7a7a7a")
    assert [width for _shade, width in shades] == sorted((width for _shade, width in shades), reverse=True)
    assert max(shade for shade, _width in shades) < 0.5, "seen on white"
    numbers = [one.text for one in root.iter(f"{SVG}text") if one.get("text-anchor")]
    assert numbers.count("1") >= 2, "on the map and in the legend"
    assert numbers.count("2") == 2
    assert len([*root.iter(f"{SVG}polygon")]) == 16 + 3, "every sensor, and the signs of the legend"
    assert root.find(f"{SVG}rect").get("fill") == "#fff"  # type: ignore[union-attr]
    assert "≈ 500 m" in text


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_nothing_on_the_map_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_by(monkeypatch, *(found(since=f"2025-04-02T{hour:02d}:00:00") for hour in range(24)))
    text = map_of(ask(tmp_path, town(), caption="x" * 200))
    root = ET.fromstring(text)
    width, height = (float(size) for size in str(root.get("viewBox")).split()[2:])
    for name, most in (("x", width), ("x1", width), ("cx", width), ("y", height), ("y1", height), ("cy", height)):
        values = [float(value) for value in re.findall(rf' {name}="([-0-9.]+)"', text)]
        assert min(values) >= 0
        assert max(values) <= most


def test_without_coordinates_the_map_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_by(monkeypatch, found())
    texts = town()["network"]["text"].to_pylist()
    start = texts.index("[COORDINATES]")
    bare = [*texts[:start], *[""] * (len(texts) - start)]
    outcome = ask(tmp_path, {**town(), "network": pa.table({"line": town()["network"]["line"], "text": bare})})
    assert "No map: no coordinates are known." in map_of(outcome)
    assert any("no coordinates" in note for note in outcome.notes)
    assert "No map" in map_of(ask(tmp_path, without("network")))


def test_the_layer_has_pipes_only_where_a_reference_system_is_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapely = pytest.importorskip("shapely")
    told_by(monkeypatch, found(candidates=(Candidate("C202", 0.55), Candidate("C201", 0.25))))
    layers: list[Layer] = [ask(tmp_path, town(), crs=crs).layers["pipes"] for crs in ("", "EPSG:2154")]  # type: ignore[misc]
    assert layers[0].table.num_rows == 0
    assert (layers[1].crs, layers[1].table["pipe"].to_pylist()) == ("EPSG:2154", ["C202", "C201"])
    held = networks.read(files.BUNDLED / files.INP_FILE)
    first = held.nodes[held.links["C202"].start]
    line = shapely.from_wkb(layers[1].table["geometry"][0].as_py())
    assert (line.geom_type, line.coords[0]) == ("LineString", (first.x, first.y))


def test_what_is_found_on_the_model_can_be_repaired_in_water_what_if(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = found("C284", "2025-03-24T00:00:00", ended=np.datetime64("2025-03-30T00:00:00"))
    told_by(monkeypatch, found(), over)
    rows = rows_of(ask(tmp_path, town()))
    measures = [what_if_scenes.repair(leak=LEAK)]
    inp = files.BUNDLED / files.INP_FILE
    answer = what_if_scenes.ask(tmp_path, measures, leaks=rows, network=inp, background_leakage=5.0)
    assert what_if_scenes.effect(answer, "repair")["saved_m3_yr"] == pytest.approx(5 * 8760, rel=0.05)
    assert any("over were left out" in note and "C284" in note for note in answer.notes)
