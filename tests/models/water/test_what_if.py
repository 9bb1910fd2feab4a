"""What measures bring, on a small network whose answers can be worked out, and on L-Town."""

import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agglo.contract import card, protocol
from agglo.contract.errors import InvalidInput
from agglo.contract.indicators import vocabulary
from agglo.contract.inputs import Handle, Inputs
from agglo.models.water.hydraulics import network as networks
from agglo.models.water.hydraulics.engine import Engine
from agglo.models.water.what_if import what_if
from tests.models.water import volume_scenes
from tests.models.water import what_if_scenes as scenes
from tests.models.water.hydraulics.scenes import written
from tests.models.water.what_if_scenes import ask, close, effect, lower, repair, rows

pytest.importorskip("wntr", reason="needs the extra water")

LTOWN = Path(__file__).parents[4] / "shared" / "data" / "l-town" / "L-TOWN.inp"
HOURS = 8760


def test_a_repair_saves_its_flow_and_a_little_less_since_pressure_rises(tmp_path: Path) -> None:
    found = ask(tmp_path, [repair(node="c", flow_m3_h=4.0)], background_leakage=2.0)
    one = effect(found, "repair")
    assert 0.9 * 4 * HOURS < one["saved_m3_yr"] < 4 * HOURS
    assert one["saved_m3_yr_low"] <= one["saved_m3_yr"] <= one["saved_m3_yr_high"]
    assert one["saved_eur_yr"] == pytest.approx(0.8 * one["saved_m3_yr"])
    assert one["leakage_m3_h"] == pytest.approx(6 - one["saved_m3_yr"] / HOURS)


def test_with_no_background_a_repair_saves_exactly_its_flow(tmp_path: Path) -> None:
    one = effect(ask(tmp_path, [repair(node="c", flow_m3_h=4.0)], background_leakage=0.0), "repair")
    assert [one[f"saved_m3_yr{end}"] for end in ("", "_low", "_high")] == pytest.approx([4 * HOURS] * 3, rel=1e-5)


def test_lower_pressure_saves_as_the_exponent_says(tmp_path: Path) -> None:
    """A leak at the valve's own outlet: 40 m become 30 m, whatever flows."""
    measures = [lower(30.0)]
    leaks = [{"leak": "L1", "node": "v", "flow_m3_h": 4.0}]
    one = effect(ask(tmp_path, measures, leaks=leaks, background_leakage=0.0), "lower")
    expected = [4 * HOURS * (1 - 0.75**exponent) for exponent in (0.5, 1.0, 1.5)]
    assert [one[f"saved_m3_yr{end}"] for end in ("_low", "", "_high")] == pytest.approx(expected, rel=1e-4)


def test_background_leakage_totals_what_is_given_at_each_exponent(tmp_path: Path) -> None:
    for spread in ("length", "nodes"):
        found = ask(tmp_path, [lower(40.0)], background_leakage=5.0, spread=spread)
        one = effect(found, "lower")
        ends = [one[f"leakage_m3_h{end}"] for end in ("", "_low", "_high")]
        assert ends == pytest.approx([5.0] * 3, rel=1e-5), "the same setting as now changes nothing"
        assert one["saved_m3_yr"] == pytest.approx(0.0, abs=0.5)


def test_what_is_simulated_is_the_whole_inflow(tmp_path: Path) -> None:
    """The leak is in the hydraulics, not only in the sums: EPANET's own inflow rises by it."""
    from agglo.models.water.scenarios.measures import Leak
    from agglo.models.water.scenarios.simulation import Leakage, Simulator, shares

    held = networks.read(written(tmp_path))
    leakage = Leakage(3.0, shares(held, "length"), {"x": Leak("x", "b", 2.0)})
    one = Simulator(held, leakage, exponent=1.0, days=1, scratch=tmp_path)
    with Engine(held, tmp_path) as engine:
        before = engine.simulate(86400, 900, [], ["p1", "back"]).flow_m3_h[:-1].mean(axis=0)
    with Engine(held, tmp_path) as engine:
        one._emit(engine, one._leaks, frozenset())
        after = engine.simulate(86400, 900, ["T"], ["p1", "back"]).flow_m3_h[:-1].mean(axis=0)
    fed = one.scenario().background["e"]
    assert after[1] - before[1] == pytest.approx(fed, rel=1e-3), "what leaks at e comes from the tank"
    assert one.scenario().leakage_m3_h() == pytest.approx(5.0)


def test_a_closure_that_cuts_off_is_said_and_does_not_count_as_saved(tmp_path: Path) -> None:
    leaks = [{"leak": "L1", "node": "b", "flow_m3_h": 4.0}]
    found = ask(tmp_path, [close("p2"), close("p3")], leaks=leaks, background_leakage=2.0)
    one = effect(found, "close")
    assert one["nodes_cut_off"] == 1
    assert one["saved_m3_yr"] < 0.1 * 4 * HOURS
    assert any("leaves 1 junction without water: b. Neither its demand nor its leakage" in note for note in found.notes)
    assert [row["node"] for row in rows(found, "nodes") if row["state"] == "cut-off"] == ["b"]


def test_a_closure_that_cuts_nothing_off_lowers_pressure_beyond_it(tmp_path: Path) -> None:
    found = ask(tmp_path, [close("p2")], background_leakage=2.0)
    one = effect(found, "close")
    assert one["nodes_cut_off"] == 0
    assert one["saved_m3_yr"] > 0
    assert one["lowest_pressure_m"] < effect(ask(tmp_path, [lower(40.0)], background_leakage=2.0), "lower")["lowest_pressure_m"]  # noqa: E501  # fmt: skip


def test_a_control_does_not_undo_a_closure(tmp_path: Path) -> None:
    found = ask(tmp_path, [close("pump")], background_leakage=0.0)
    assert effect(found, "close")["energy_change_kwh_yr"] < -1000


def test_junctions_under_the_least_pressure_are_named(tmp_path: Path) -> None:
    found = ask(tmp_path, [lower(22.0)], background_leakage=0.0, minimum_pressure=20)
    one = effect(found, "lower")
    under = {row["node"] for row in rows(found, "nodes") if row["measure"] == "lower"}
    assert under == {"b", "c"}
    assert one["nodes_under_minimum"] == 2
    assert (one["lowest_pressure_node"], one["lowest_pressure_m"] < 18) == ("c", True)
    assert any('"lower": 2 junctions fall under 20 m of pressure: b, c.' in note for note in found.notes)


def test_negative_pressures_are_said_before_any_saving_is_believed(tmp_path: Path) -> None:
    found = ask(tmp_path, [lower(0.0)], background_leakage=1.0)
    assert any(
        "the model gives pressures under zero (c)" in note or "under zero (b, c)" in note for note in found.notes
    )
    assert {row["state"] for row in rows(found, "nodes") if row["node"] == "c"} == {"negative"}
    bad = ask(tmp_path, [lower(30.0)], background_leakage=0.1, changes={" R   70": " R   13"})
    assert any("Already now the model gives pressures under zero" in note for note in bad.notes)
    assert any("EPANET warned" in note for note in bad.notes)


def test_all_together_is_not_the_sum_of_each(tmp_path: Path) -> None:
    measures = [lower(30.0), repair(node="v", flow_m3_h=4.0)]
    found = ask(tmp_path, measures, background_leakage=0.0)
    assert [row["measure"] for row in rows(found)] == ["lower", "repair", "all"]
    alone = sum(effect(found, name)["saved_m3_yr"] for name in ("lower", "repair"))
    assert effect(found, "all")["saved_m3_yr"] == pytest.approx(4 * HOURS, rel=1e-5)
    assert alone == pytest.approx(1.25 * 4 * HOURS, rel=1e-4)


def test_rows_of_one_measure_are_done_together(tmp_path: Path) -> None:
    measures = [lower(30.0, "both"), repair("both", node="v", flow_m3_h=4.0)]
    found = ask(tmp_path, measures, background_leakage=0.0)
    assert [(row["measure"], row["kind"]) for row in rows(found)] == [("both", "pressure_setting, repair")]


def test_volumes_give_the_background_and_the_change_of_the_indicators(tmp_path: Path) -> None:
    volumes = [volume_scenes.row(network_km=2.0)]
    found = ask(tmp_path, [repair(pipe="p2", flow_m3_h=5.0)], volumes=volumes)
    one = effect(found, "repair")
    background = 310_000 / HOURS - 5
    assert rows(found, "leakage")[0]["flow_m3_h"] == pytest.approx(background)
    assert rows(found, "leakage")[1]["node"] == "v"
    saved, used, put_in = one["saved_m3_yr"], 1_040_000, 1_350_000
    assert one["yield_change_points"] == pytest.approx(100 * used / (put_in - saved) - 100 * used / put_in)
    assert one["loss_index_change_m3_d_km"] == pytest.approx(-saved / 365 / 2.0)
    held = {one.name: one for one in found.indicators}
    assert held["water.saved-volume"].value == pytest.approx(saved)
    assert (held["water.yield-change"].place, held["water.yield-change"].year) == (volume_scenes.SIREN, 2023)
    assert any("The model's demand is" in note for note in found.notes)


def test_energy_is_that_of_the_pumps_and_of_the_water_saved(tmp_path: Path) -> None:
    measures = [repair(node="c", flow_m3_h=4.0)]
    without = effect(ask(tmp_path, measures, background_leakage=0.0, production_energy="0 kWh/m3"), "repair")
    found = effect(ask(tmp_path, measures, background_leakage=0.0, production_energy="0.5 kWh/m3"), "repair")
    assert without["energy_change_kwh_yr"] - found["energy_change_kwh_yr"] == pytest.approx(0.5 * 4 * HOURS, rel=1e-5)


def test_without_background_or_volumes_nothing_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="The background leakage is not known"):
        ask(tmp_path, [lower()])
    with pytest.raises(InvalidInput, match="leaks within the losses"):
        ask(tmp_path, [repair(node="c", flow_m3_h=400.0)], volumes=[volume_scenes.row()])


def test_a_leak_without_pressure_and_a_leakage_beyond_the_model_are_refused(tmp_path: Path) -> None:
    for flow in (100.0, 400.0, 3000.0):
        with pytest.raises(InvalidInput, match=r"less than 1 m of pressure at c|do not settle"):
            ask(tmp_path, [repair(node="c", flow_m3_h=flow)], background_leakage=0.0)


def test_the_exponents_are_in_order(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="leakage_exponent_low <= leakage_exponent"):
        ask(tmp_path, [lower()], background_leakage=1.0, leakage_exponent=0.4)


def test_every_row_that_cannot_be_done_is_listed(tmp_path: Path) -> None:
    measures = [
        {"measure": "a", "kind": "open"},
        {"measure": "b", "kind": "pressure_setting", "link": "prw", "setting_m": 30.0},
        {"measure": "c", "kind": "pressure_setting", "link": "prv"},
        {"measure": "d", "kind": "close", "link": "p22"},
        {"measure": "e", "kind": "repair", "leak": "L9"},
        {"measure": "f", "kind": "repair", "pipe": "p2"},
        {"measure": "g", "kind": "repair", "flow_m3_h": 3.0},
        {"measure": "all", "kind": "close", "link": "p2"},
        {"measure": "h", "kind": "repair", "leak": "L1", "flow_m3_h": 3.0},
    ]
    with pytest.raises(InvalidInput, match="These measures cannot be done on this network") as caught:
        ask(tmp_path, measures, leaks=[{"leak": "L1", "node": "b", "flow_m3_h": 2.0}], background_leakage=1.0)
    text = str(caught.value)
    for part in ("row 1, kind", "row 2, link", 'mean "prv"', "row 3, setting_m", "row 4, link", "row 5, leak"):
        assert part in text, part
    for part in ("row 6, flow_m3_h", "row 7: found no pipe and no node", "row 8, measure", "row 9: found a leak"):
        assert part in text, part


def test_one_valve_has_one_setting(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="measures, link prv: found 25, 30"):
        ask(tmp_path, [lower(30.0), lower(25.0, "again")], background_leakage=1.0)
    with pytest.raises(InvalidInput, match="prv twice"):
        ask(tmp_path, [lower(30.0), lower(30.0)], background_leakage=1.0)


def test_bad_leaks_are_listed(tmp_path: Path) -> None:
    leaks = [{"leak": "L1", "node": "zz", "flow_m3_h": 2.0}, {"leak": "L2", "pipe": "p2", "flow_m3_h": -1.0}]
    with pytest.raises(InvalidInput, match="row 1, node") as caught:
        ask(tmp_path, [lower()], leaks=leaks, background_leakage=1.0)
    assert "row 2, flow_m3_h" in str(caught.value)


def test_a_bad_epanet_file_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"line 29, section \[CURBS\]|line 28, section \[CURBS\]"):
        ask(tmp_path, [lower()], background_leakage=1.0, changes={"[CURVES]": "[CURBS]"})


def test_the_place_of_the_volumes_is_never_guessed(tmp_path: Path) -> None:
    volumes = [volume_scenes.row(), volume_scenes.row(place="91477")]
    with pytest.raises(InvalidInput, match="which place is meant"):
        ask(tmp_path, [lower()], volumes=volumes)
    assert ask(tmp_path, [lower()], volumes=volumes, territory="91477").indicators[0].place == "91477"


def test_emitters_of_the_file_are_replaced_and_said(tmp_path: Path) -> None:
    changes = {"[PATTERNS]": "[EMITTERS]\n b 0.5\n[PATTERNS]"}
    found = ask(tmp_path, [repair(node="c", flow_m3_h=2.0)], background_leakage=0.0, changes=changes)
    assert effect(found, "repair")["leakage_m3_h"] == pytest.approx(0.0, abs=1e-9)
    assert any("takes the place of the emitter" in note for note in found.notes)


def test_the_answer_has_the_columns_and_terms_that_are_declared(tmp_path: Path) -> None:
    found = ask(tmp_path, [lower()], volumes=[volume_scenes.row()])
    for output in what_if.outputs:
        assert found.tables[output.name].column_names == list(output.columns)  # type: ignore[union-attr]
    assert {one.name: one.unit for one in found.indicators}.items() <= {
        term.id: term.unit for term in vocabulary().values()
    }.items()


@pytest.mark.shared
@pytest.mark.skipif(not LTOWN.exists(), reason="needs the public data kept outside the project (L-Town)")
def test_l_town_with_five_metres_less_at_each_valve(tmp_path: Path) -> None:
    """Measured with EPANET alone: -4.9, -9.5, -13.9 % of 20 m3/h; lowest pressure 24.8 to 23.3 m, none under 20."""
    held = networks.read(LTOWN)
    valves = held.of_kind("PRV")
    measures = [
        {"measure": "prv", "kind": "pressure_setting", "link": name, "setting_m": held.links[name].setting - 5}
        for name in valves
    ]
    found = scenes.ask(tmp_path, measures, network=LTOWN, background_leakage=20.0, spread="nodes")
    one = effect(found, "prv")
    shares = [100 * one[f"saved_m3_yr{end}"] / HOURS / 20 for end in ("_low", "", "_high")]
    assert [round(share, 1) for share in shares] == [4.9, 9.5, 13.9]
    assert (round(one["lowest_pressure_m"], 1), one["nodes_under_minimum"]) == (23.3, 0)
    now = scenes.ask(
        tmp_path, [{**measures[0], "setting_m": 40.0}], network=LTOWN, background_leakage=20.0, spread="nodes"
    )
    assert round(effect(now, "prv")["lowest_pressure_m"], 1) == 24.8


def test_the_card_is_complete() -> None:
    found = card.of(what_if)
    assert not [one for one in found.missing() if one.startswith("maker.")]
    assert found.maker.title["en"] == what_if.title["en"]


def test_the_worker_gives_the_same_answer_from_a_copy_of_the_code(tmp_path: Path) -> None:
    measures, told = [lower(), repair(node="c", flow_m3_h=2.0)], {"background_leakage": 2.0}
    expected = ask(tmp_path, measures, volumes=[volume_scenes.row()], **told)
    code, folder_in, folder_out = tmp_path / "code", tmp_path / "in", tmp_path / "out"
    shutil.copytree(what_if.code, code, ignore=shutil.ignore_patterns("__pycache__", "data"))
    folder_in.mkdir()
    folder_out.mkdir()
    handles = {name: Handle(name, folder_in / f"{name}.parquet") for name in ("network", "measures", "volumes")}
    for name, handle in handles.items():
        shutil.copy(tmp_path / f"{name}.parquet", handle.path)
    parameters = what_if.parameters.resolve(told)
    protocol.write_question(folder_in, protocol.Question("water.what-if", "1.0.0", parameters, 0, Inputs(handles)))
    words = ["run", "--in", str(folder_in), "--out", str(folder_out), "--entry", what_if.entry, "--code", str(code)]
    done = subprocess.run(
        [sys.executable, "-m", "agglo.contract.worker", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = protocol.read_answer(folder_out)
    for name in ("measures", "nodes", "leakage"):
        assert pq.read_table(answer.tables[name]).equals(expected.tables[name])
    assert answer.notes == expected.notes
