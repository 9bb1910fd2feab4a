"""water.leaks without a model of the network: the alarms of sensors, told as leaks; and the chain to water.what-if."""

import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agglo.contract import card, protocol
from agglo.contract.errors import InvalidInput, MissingExtra
from agglo.contract.indicators import vocabulary
from agglo.contract.inputs import Handle, Inputs
from agglo.models.water.leaks import leaks
from agglo.models.water.town import files
from agglo.runs import outcomes
from tests.models.water import watch_scenes, what_if_scenes
from tests.models.water.leak_scenes import MADE_UP, SCHEMAS, ask, decisions, rows_of, town, without


@pytest.fixture
def alone(tmp_path: Path) -> list[dict[str, object]]:
    return rows_of(ask(tmp_path, without("network")))


def test_without_a_model_leaks_are_known_by_sector_and_it_is_said(tmp_path: Path) -> None:
    outcome = ask(tmp_path, without("network"), territory="91477", caption=MADE_UP)
    rows = rows_of(outcome)
    assert {row["sector"] for row in rows} == {"val", "haut"}, "where the two leaks were put"
    assert {row["method"] for row in rows} == {"sensors"}
    assert all(row["pipe"] is None and row["probability"] is None for row in rows)
    (valley,) = [row for row in rows if row["sector"] == "val"]
    assert valley["flow_low_m3_h"] <= 5.0 <= valley["flow_high_m3_h"]
    assert valley["eur_d"] == pytest.approx(24 * 0.8 * valley["flow_m3_h"])
    assert valley["days_until_visit_pays"] == pytest.approx(500 / valley["eur_d"])
    assert outcome.notes[0] == MADE_UP
    assert any("no model was given" in note for note in outcome.notes)
    assert rows_of(outcome, "candidates") == rows_of(outcome, "flows") == []
    assert outcome.layers["pipes"].table.num_rows == 0  # type: ignore[union-attr]


def test_rows_are_the_dearest_first_and_say_what_they_are_in_both_languages(alone: list[dict[str, object]]) -> None:
    flows = [row["flow_m3_h"] for row in alone]
    assert flows == sorted(flows, reverse=True)  # type: ignore[type-var]
    assert str(alone[0]["sentence_fr"]).startswith("Conduite inconnue")
    assert "Secteur Clairvane, le val." in str(alone[0]["sentence_fr"])
    assert "5,5 m³/h" in str(alone[0]["sentence_fr"])
    assert "5.5 m³/h" in str(alone[0]["sentence_en"])
    assert str(alone[0]["sentence_en"]).endswith("To be checked.")


def test_sentences_do_not_follow_the_language_in_force(
    tmp_path: Path, alone: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    again = ask(tmp_path, without("network"))
    assert rows_of(again) == alone
    monkeypatch.setenv("AGGLO_LANGUAGE", "en")
    maps = [
        Path(str(one.files["map"])).read_text(encoding="utf-8") for one in (again, ask(tmp_path, without("network")))
    ]
    assert maps[0] == maps[1]


def test_its_identifiers_are_those_of_the_alarms(alone: list[dict[str, object]], tmp_path: Path) -> None:
    tables = {name: town()[name] for name in ("readings", "meters", "sensors")}
    found = watch_scenes.rows_of(watch_scenes.ask(tmp_path, tables, time_zone="Europe/Paris"), "alarms")
    assert [row["leak"] for row in alone] == [row["id"] for row in found]
    assert [row["eur_d"] for row in alone] == [row["loss_eur_d"] for row in found]


def test_decisions_count_and_a_wrong_one_is_refused(alone: list[dict[str, object]], tmp_path: Path) -> None:
    name = str(alone[0]["leak"])
    known = {"id": name, "state": "confirmed", "date": "2025-04-10", "pipe": "C202", "flow_m3_h": 5.0}
    other = {"id": "model:C202:2025-04-02T05", "state": "false", "date": "2025-04-10"}
    outcome = ask(tmp_path, {**without("network"), "decisions": decisions(known, other)}, territory="91477")
    (row,) = [row for row in rows_of(outcome) if row["leak"] == name]
    assert (row["state"], row["pipe"], row["flow_m3_h"], row["flow_quality"]) == ("confirmed", "C202", 5.0, "measured")
    assert any("left to other models: model:C202" in note for note in outcome.notes)
    assert {one.name: one.value for one in outcome.indicators}["water.leaks-located"] == 1.0
    with pytest.raises(InvalidInput, match="no such alarm"):
        ask(tmp_path, {**without("network"), "decisions": decisions({**known, "id": "flow:val:2025-04-03"})})


def test_indicators_are_of_the_vocabulary(tmp_path: Path) -> None:
    outcome = ask(tmp_path, without("network"), territory="91477")
    for one in outcome.indicators:
        assert vocabulary()[one.name].unit == one.unit
    values = {one.name: one.value for one in outcome.indicators}
    assert values["water.open-alarms"] == 2.0
    assert values["water.leaks-located"] == 0.0
    assert values["water.loss-rate-open"] == pytest.approx(24 * sum(row["flow_m3_h"] for row in rows_of(outcome)))
    assert ask(tmp_path, without("network")).indicators == []


@pytest.mark.parametrize(
    ("sensors", "why"),
    [
        (None, "no table of sensors says where they lie"),
        ("nodes", "fewer than two pressure sensors have a node"),
        ("links", "no flow meter has a link"),
    ],
)
def test_with_a_model_but_no_places_it_falls_back(tmp_path: Path, sensors: str | None, why: str) -> None:
    pytest.importorskip("scipy", reason="needs the extra water")
    tables = without("sensors")
    if sensors:
        column = sensors.removesuffix("s")
        held = town()["sensors"]
        at = held.schema.get_field_index(column)
        tables["sensors"] = held.set_column(at, column, pa.nulls(held.num_rows, pa.string()))
    outcome = ask(tmp_path, tables)
    assert any(why in note for note in outcome.notes), outcome.notes
    assert {row["method"] for row in rows_of(outcome)} == {"sensors"}


def test_a_drop_of_pressure_names_its_sensor_and_its_node(tmp_path: Path) -> None:
    values = watch_scenes.network(70, watch_scenes.step(70, 40, 8.0))
    sensors = pa.Table.from_pylist(
        [{"sensor": name, "kind": "pressure" if name != "q" else "flow", "node": f"n-{name}"} for name in values]
    )
    tables = {"readings": watch_scenes.readings(values), "meters": watch_scenes.METERS, "sensors": sensors}
    (row,) = rows_of(ask(tmp_path, tables, time_zone="UTC", holidays="none"))
    assert (row["nearest_sensor"], row["node"], row["sector"]) == ("p1", "n-p1", "town")
    assert "nearest sensor: p1." in row["sentence_en"]
    assert row["false_per_year"] <= 1


def test_with_a_model_but_without_the_extra_it_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="wntr"):
        ask(tmp_path, town())
    assert rows_of(ask(tmp_path, without("network")))


def test_a_sensor_whose_unit_is_doubtful_is_not_used_and_named(tmp_path: Path) -> None:
    tables = without("network")
    rows = [
        {**row, "flow_m3_h": row["flow_m3_h"] / 3.6 if row["sensor"] == "Q_SOURCE" else row["flow_m3_h"]}
        if row["flow_m3_h"] is not None
        else row
        for row in tables["readings"].to_pylist()
    ]
    wrong = pa.Table.from_pylist(rows, schema=tables["readings"].schema)
    outcome = ask(tmp_path, {**tables, "readings": wrong})
    assert any("doubtful" in note and "Q_SOURCE" in note for note in outcome.notes), outcome.notes


def test_parameters_that_cannot_be_are_refused_together(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="These parameters cannot be used") as refused:
        ask(tmp_path, without("network"), time_zone="Europe/Pari", crs="EPSG:99999999")
    assert [one.where for one in refused.value.faults] == ["time_zone", "crs"]


def test_the_answer_can_be_asked_what_repairs_bring(alone: list[dict[str, object]], tmp_path: Path) -> None:
    """A leak without a place is left out, and said; one that people placed enters with its flow."""
    pytest.importorskip("wntr", reason="needs the extra water")
    inp = files.BUNDLED / files.INP_FILE
    measures = [what_if_scenes.repair(leak=str(alone[0]["leak"]))]
    known = {"id": alone[0]["leak"], "state": "confirmed", "date": "2025-04-10", "pipe": "C202", "flow_m3_h": 5.0}
    found = rows_of(ask(tmp_path, {**without("network"), "decisions": decisions(known)}))
    answer = what_if_scenes.ask(tmp_path, measures, leaks=found, network=inp, background_leakage=5.0)
    assert what_if_scenes.effect(answer, "repair")["saved_m3_yr"] == pytest.approx(5 * 8760, rel=0.05)
    assert any(str(alone[1]["leak"]) in note and "not known were left out" in note for note in answer.notes)
    with pytest.raises(InvalidInput, match="leak"):
        what_if_scenes.ask(tmp_path, measures, leaks=alone, network=inp, background_leakage=5.0)


def test_its_table_fits_the_schema_that_it_declares(alone: list[dict[str, object]]) -> None:
    from agglo.catalogue.schema import Schema

    schema = Schema.load(SCHEMAS / "water-leaks.json")
    held = {one.name for one in schema.fields}
    assert held <= set(leaks.output("leaks").columns)
    assert leaks.output("leaks").schema == "water-leaks"
    assert all(row["leak"] and (row["flow_m3_h"] is None or row["flow_m3_h"] > 0) for row in alone)  # type: ignore[operator]


def test_a_run_keeps_its_answer_from_a_copy_of_the_code(tmp_path: Path, alone: list[dict[str, object]]) -> None:
    pytest.importorskip("wntr", reason="needs the extra water")
    code, folder_in, folder_out, kept = (tmp_path / name for name in ("code", "in", "out", "kept"))
    shutil.copytree(leaks.code, code, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in (folder_in, folder_out, kept):
        folder.mkdir()
    handles = {}
    for name, table in without("network").items():
        pq.write_table(table, folder_in / f"{name}.parquet")
        handles[name] = Handle(name, folder_in / f"{name}.parquet")
    question = protocol.Question("water.leaks", "1.0.0", leaks.parameters.resolve({}), 0, Inputs(handles))
    protocol.write_question(folder_in, question)
    words = ["run", "--in", str(folder_in), "--out", str(folder_out), "--entry", leaks.entry, "--code", str(code)]
    done = subprocess.run(
        [sys.executable, "-m", "agglo.contract.worker", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    described = outcomes.keep(leaks, protocol.read_answer(folder_out), kept)
    assert set(described["outputs"]) == {"leaks", "candidates", "flows", "pipes", "map"}
    assert pq.read_table(kept / "outcome" / "leaks.parquet").to_pylist() == alone


def test_the_card_says_all() -> None:
    found = card.of(leaks)
    assert [name for name in found.missing() if name.startswith("maker.")] == []
