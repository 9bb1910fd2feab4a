"""EPANET stepped through."""

from pathlib import Path

import numpy as np
import pytest

from agglo.contract.errors import InvalidInput, MissingExtra, ModelFailed, NotFound
from agglo.models.water.hydraulics import network
from agglo.models.water.hydraulics.engine import Engine
from agglo.models.water.hydraulics.schedule import Schedule
from agglo.models.water.hydraulics.sensitivity import sensitivities
from tests.models.water.hydraulics import scenes

pytest.importorskip("wntr", reason="needs the extra water")

LTOWN = Path(__file__).parents[5] / "shared" / "data" / "l-town" / "L-TOWN.inp"
DAY = 86400


@pytest.mark.parametrize(
    ("file", "node", "values"),
    [
        ("Net1.inp", "10", (89.717, 94.181, 88.611)),
        ("Net3.inp", "15", (28.594, 35.907, 29.257)),
        ("Net3.inp", "123", (47.082, 46.654, 47.719)),
    ],
)
def test_the_values_of_epanet_2_2_for_its_own_examples(
    tmp_path: Path, file: str, node: str, values: tuple[float, ...]
) -> None:
    with Engine(scenes.library(file), tmp_path) as engine:
        found = engine.simulate(DAY, None, [node])
    assert [round(float(one), 3) for one in found.pressure_of(node)[[0, 12, 24]]] == [*values]


@pytest.mark.shared
@pytest.mark.skipif(not LTOWN.exists(), reason="needs the public data kept outside the project (L-Town)")
def test_the_values_of_l_town(tmp_path: Path) -> None:
    with Engine(LTOWN, tmp_path) as engine:
        found = engine.simulate(DAY, 300, ["n506"], ["p227"])
    at = [0, 144, 288]
    assert [round(float(one), 3) for one in found.pressure_of("n506")[at]] == [53.537, 53.345, 53.521]
    assert [round(float(one), 3) for one in found.flow_of("p227")[at]] == [83.854, 102.023, 85.102]


def test_water_is_neither_made_nor_lost(tmp_path: Path) -> None:
    with Engine(scenes.written(tmp_path), tmp_path) as engine:
        found = engine.simulate(DAY, 60, ["T"], ["p1", "pump", "back"])
    pumped = found.flow_of("pump")[:-1].sum() / 60
    tank = pumped - found.flow_of("back")[:-1].sum() / 60
    assert pumped > 20
    assert tank == pytest.approx((found.pressure_of("T")[-1] - 2) * np.pi * 25, abs=0.4)
    demand = 12 * 23 * 0.5 + 12 * 23 * 1.5
    assert found.flow_of("p1")[:-1].sum() / 60 - pumped == pytest.approx(demand, abs=0.1)


def test_customary_units_give_the_same_physics(tmp_path: Path) -> None:
    """One litre a second of base demand, in three units of flow and two of length."""
    found = []
    for unit, flow, length, diameter in (("LPS", 1.0, 1.0, 1.0), ("CMH", 3.6, 1.0, 1.0), ("CFS", 1 / 28.316847, 3.2808399, 1 / 25.4)):  # noqa: E501  # fmt: skip
        text = (
            f"[JUNCTIONS]\n a {10 * length} {flow}\n[RESERVOIRS]\n R {50 * length}\n[PIPES]\n"
            f" p R a {1000 * length} {100 * diameter} 120\n[OPTIONS]\n Units {unit}\n Headloss H-W\n Accuracy 0.00001\n"
        )
        path = tmp_path / f"{unit}.inp"
        path.write_text(text, encoding="utf-8")
        with Engine(path, tmp_path) as engine:
            engine.set_emitter("a", 0.5)
            one = engine.simulate(3600, 3600, ["a", "R"], ["p"])
        found.append([*one.pressure_m[-1], *one.head_m[-1], *one.flow_m3_h[-1]])
    assert found[0] == pytest.approx(found[1], rel=1e-4, abs=1e-3)
    assert found[0] == pytest.approx(found[2], rel=1e-3, abs=1e-2)
    pressure, flow = found[0][0], found[0][-1]
    assert flow == pytest.approx(3.6 + 0.5 * pressure**0.5, rel=1e-4)


def test_leaks_are_pressure_to_the_exponent(tmp_path: Path) -> None:
    for exponent in (0.5, 1.0, 1.5):
        with Engine(scenes.written(tmp_path), tmp_path) as engine:
            engine.set_emitter_exponent(exponent)
            before = engine.simulate(0, 3600, ["a"], ["p1"])
            engine.set_emitter("a", 0.02)
            after = engine.simulate(0, 3600, ["a"], ["p1"])
        leak = after.flow_of("p1")[0] - before.flow_of("p1")[0]
        assert leak == pytest.approx(0.02 * after.pressure_of("a")[0] ** exponent, rel=2e-3)


def test_an_added_leak_is_its_flow_whatever_the_factor_of_demands(tmp_path: Path) -> None:
    with Engine(scenes.written(tmp_path), tmp_path) as engine:
        engine.scale_demands(2.0)
        before = engine.simulate(0, 3600, [], ["p1"]).flow_of("p1")[0]
        engine.add_leak("b", 3.0)
        assert engine.simulate(0, 3600, [], ["p1"]).flow_of("p1")[0] == pytest.approx(before + 3.0, abs=0.05)
        engine.scale_demands(1.0)
        lower = engine.simulate(0, 3600, [], ["p1"]).flow_of("p1")[0]
        engine.add_leak("b", 0.0)
        assert lower - engine.simulate(0, 3600, [], ["p1"]).flow_of("p1")[0] == pytest.approx(3.0, abs=0.05)


def test_a_lower_setting_of_a_valve_is_a_lower_pressure(tmp_path: Path) -> None:
    with Engine(scenes.written(tmp_path), tmp_path) as engine:
        engine.set_setting("prv", 30.0)
        assert engine.simulate(0, 3600, ["v"]).pressure_of("v")[0] == pytest.approx(30.0, abs=1e-6)


def test_a_schedule_moves_what_it_names_and_leaves_the_rest(tmp_path: Path) -> None:
    hours = np.arange(25)
    moves = Schedule(
        3600,
        leaks={"b": np.where(hours >= 6, 4.0, 0.0)},
        settings={"prv": np.where(hours >= 12, 35.0, np.nan)},
        open={"pump": np.zeros(25)},
        levels={"T": np.full(25, 3.0), "R": np.full(25, 71.0)},
        factor=np.where(hours >= 18, 0.0, 1.0),
    )
    with Engine(scenes.written(tmp_path), tmp_path) as engine:
        engine.drop_controls()
        found = engine.simulate(DAY, 3600, ["T", "v", "R"], ["p1", "pump", "back"], schedule=moves)
    inflow = found.flow_of("p1")
    assert found.pressure_of("T")[:-1] == pytest.approx(3.0)
    assert found.head_m[:, 2] == pytest.approx(71.0)
    assert found.flow_of("pump") == pytest.approx(0.0, abs=1e-3)
    assert found.pressure_of("v")[[0, 11, 12, 17]] == pytest.approx([40, 40, 35, 35], abs=0.01)
    assert inflow[[0, 5, 6, 11, 12, 18]] == pytest.approx([11.5, 11.5, 15.5, 15.5, 38.5, 4.0], abs=0.05)


def test_demands_of_one_node_by_hour(tmp_path: Path) -> None:
    moves = Schedule(3600, demands={"b": np.array([20.0, 40.0])}, factors={"a": np.array([1.0, 3.0])})
    with Engine(scenes.written(tmp_path), tmp_path) as engine:
        found = engine.simulate(3600, 3600, [], ["p1", "pump"], schedule=moves)
    inflow = found.flow_of("p1") - found.flow_of("pump")
    assert inflow == pytest.approx([0.5 * (5 + 20 + 8), 0.5 * (15 + 40 + 8)], abs=0.01)


def test_a_pattern_of_a_finer_step(tmp_path: Path) -> None:
    with Engine(scenes.written(tmp_path), tmp_path) as engine:
        engine.set_pattern_step(3600)
        same = engine.simulate(DAY, 3600, ["b"], ["p1"])
        engine.new_pattern("own")
        engine.follow("b", "own")
        engine.set_pattern("own", np.arange(24))
        other = engine.simulate(DAY, 3600, ["b"], ["p2"])
        with pytest.raises(InvalidInput, match="does not divide"):
            engine.set_pattern_step(5000)
    with Engine(scenes.written(tmp_path), tmp_path) as engine:
        held = engine.simulate(DAY, 3600, ["b"], ["p1"])
    assert same.flow_m3_h == pytest.approx(held.flow_m3_h, abs=0.01)
    assert other.pressure_of("b")[23] < other.pressure_of("b")[0]


def test_sensitivities_are_those_of_two_whole_simulations(tmp_path: Path) -> None:
    path = scenes.written(tmp_path)
    held = network.read(path)
    found = sensitivities(held, ["b", "c", "d"], [2, 13], ["b", "v", "a", "c"], 2.0, scratch=tmp_path)
    assert found.shape == (2, 4, 3)
    assert found[:, 1] == pytest.approx(0.0, abs=1e-6), "the valve holds v"
    assert (found[:, 0] < 0).all()
    with Engine(path, tmp_path) as engine:
        before = engine.simulate(DAY, 3600, ["b", "c"])
        engine.add_leak("c", 0.0)
        after = engine.simulate(
            DAY, 3600, ["b", "c"], before=lambda time: engine.add_leak("c", 2.0 if time == 46800 else 0)
        )
    expected = (after.pressure_m[13] - before.pressure_m[13]) / 2
    assert found[1, [0, 3], 1] == pytest.approx(expected, abs=2e-4)


def test_sensitivities_leave_the_engine_as_it_was(tmp_path: Path) -> None:
    with Engine(scenes.written(tmp_path), tmp_path) as engine:
        before = engine.simulate(DAY, 3600, ["b"]).pressure_m
        sensitivities(engine, ["b", "c"], [2], ["b"])
        assert engine.simulate(DAY, 3600, ["b"]).pressure_m == pytest.approx(before, abs=1e-4)


def test_the_energy_of_pumps_is_flow_times_head_over_efficiency(tmp_path: Path) -> None:
    with Engine(scenes.written(tmp_path), tmp_path) as engine:
        found = engine.simulate(DAY, 60, ["d", "T"], ["pump"])
    lift = found.head_m[:, 1] - found.head_m[:, 0]
    power_kw = 1000 * 9.81 * found.flow_of("pump") / 3600 * lift / 0.75 / 1000
    assert found.energy_kwh["pump"] == pytest.approx(power_kw[:-1].sum() / 60, rel=0.01)
    assert found.energy_kwh["pump"] > 0


def test_warnings_are_counted_and_said(tmp_path: Path) -> None:
    path = scenes.written(tmp_path, {" R   70": " R   12", " T   60    2": " T   5    2"})
    with Engine(path, tmp_path) as engine:
        found = engine.simulate(DAY, 3600, ["c"])
    assert found.pressure_of("c").min() < 0
    assert found.warnings[6].count >= 1
    assert "negative pressures" in found.warnings[6].text


def test_errors_carry_the_code_and_text_of_epanet(tmp_path: Path) -> None:
    with (
        Engine(scenes.written(tmp_path), tmp_path) as engine,
        pytest.raises(ModelFailed, match="error 205: undefined time"),
    ):
        engine.set_pattern("nothing", [1.0])
    after = scenes.written(tmp_path, {" d   11    0\n": "", "[PUMPS]": "[JUNCTIONS]\n d   11    0\n[PUMPS]"})
    with pytest.raises(InvalidInput, match=r"EPANET error 203: found undefined node d in \[PIPES\] section: p4"):
        Engine(after, tmp_path)
    with pytest.raises(InvalidInput, match="EPANET error 227"):
        Engine(scenes.written(tmp_path, {" curve 10 30": " curve 10 30\n curve 20 30\n curve 30 40"}), tmp_path)


def test_unknown_names_are_refused_before_epanet_sees_them(tmp_path: Path) -> None:
    with Engine(scenes.written(tmp_path), tmp_path) as engine:
        with pytest.raises(NotFound, match="no node"):
            engine.simulate(0, 3600, ["zz"])
        with pytest.raises(NotFound, match="no link"):
            engine.set_open("zz", False)


def test_nothing_can_be_added_while_it_runs(tmp_path: Path) -> None:
    with Engine(scenes.written(tmp_path), tmp_path) as engine:
        with pytest.raises(RuntimeError, match="while it is simulated"):
            engine.simulate(DAY, 3600, before=lambda _time: engine.add_leak("b", 1.0))
        assert engine.simulate(0, 3600, ["b"]).pressure_m.shape == (1, 1), "the engine is still usable"


def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "wntr.epanet.toolkit", None)
    with pytest.raises(MissingExtra, match=r"agglo\[water\]"):
        Engine(scenes.written(tmp_path), tmp_path)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux lists them")
def test_three_hundred_engines_leave_nothing_open(tmp_path: Path) -> None:
    held = network.read(scenes.written(tmp_path))
    scratch, counts = tmp_path / "scratch", []
    for _ in range(300):
        with Engine(held, scratch) as engine:
            engine.simulate(3600, 3600, ["b"])
        counts.append(len([*Path("/proc/self/fd").iterdir()]))
    assert counts[-1] == counts[0]
    assert not [*scratch.iterdir()]
