"""Simulated years: what is drawn, what flows, and that nothing but the leaks tells a leaky year from a healthy one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

pytest.importorskip("wntr", reason="WNTR comes with the extra water")

from agglo.contract.errors import ModelFailed
from agglo.models.water.hydraulics import network as networks
from benchmarks.water import drawn_leaks, leaks, leaky_years, towns
from benchmarks.water.leaks import STEP, TIME, Leak, Year
from benchmarks.water.leaky_years import Doubt, simulate
from benchmarks.water.towns import MAIN, PUMPED, Town

L_TOWN = Path(__file__).parents[3] / "shared" / "data" / "l-town"
without = pytest.mark.skipif(not L_TOWN.is_dir(), reason="L-Town's public files are kept outside the project")

STEPS = 288
NETWORK = """
[JUNCTIONS]
 j1  10  10  daily
 j2  10  20  daily
 j3  12  0
 j4  40  5   daily
[RESERVOIRS]
 r1  60
[TANKS]
 t1  60  2  0  4  10  0
[PIPES]
 p1  r1  j1  500  300  120  0  Open
 p2  j1  j2  400  250  120  0  Open
 p3  j2  j3  300  200  120  0  Open
 p4  t1  j4  200  150  120  0  Open
[PUMPS]
 u1  j3  t1  HEAD curve
[CURVES]
 curve  20  30
[PATTERNS]
 daily  0.5  1.0  1.5  1.0
[CONTROLS]
 LINK u1 CLOSED IF NODE t1 ABOVE 3.5
 LINK u1 OPEN IF NODE t1 BELOW 1.5
[TIMES]
 Duration  24:00
 Hydraulic Timestep  0:05
 Pattern Timestep  6:00
[OPTIONS]
 Units  CMH
 Headloss  H-W
[END]
"""


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Two junctions on the low zone, a pump, a tank and a junction behind it; one day."""
    file = tmp_path / "town.inp"
    file.write_text(NETWORK)
    return towns.of_model(networks.read(file), pressures=("j1", "j2", "j4"), flows=("p1", "u1"), steps=STEPS, seed=3)


def leaking(town: Town, first: int = 100, m3_h: float = 12.0) -> Year:
    flow = np.where(np.arange(STEPS) >= first, m3_h, 0.0)
    leak = Leak("p2", "abrupt", town.start + STEP * first, town.start + STEP * (STEPS - 1), flow)
    return Year(town.start, STEPS, (leak,))


def column(table: pa.Table, name: str) -> np.ndarray:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def test_what_a_pump_cuts_off_is_a_zone_of_its_own(town: Town) -> None:
    assert towns.zones(town.network) == {"j1": MAIN, "j2": MAIN, "j3": MAIN, "r1": MAIN, "j4": PUMPED, "t1": PUMPED}
    assert towns.pumped_pipes(town.network) == {"p4"}


def test_a_town_without_meters_drinks_what_its_model_says(town: Town) -> None:
    nominal = towns.nominal_m3_h(town.network, np.array([0, 71, 72, 150, 287]))
    assert nominal[MAIN] == pytest.approx(np.array([15, 15, 30, 45, 30]))
    assert nominal[PUMPED] == pytest.approx(np.array([2.5, 2.5, 5, 7.5, 5]))
    ratio = town.totals_m3_h[MAIN][[0, 71, 72, 150, 287]] / nominal[MAIN]
    assert (np.abs(ratio - 1) < 0.25).all()


def test_the_zone_takes_in_its_total_what_is_pumped_on_and_its_leaks(town: Town) -> None:
    year = leaking(town)
    readings = simulate(town, year, town_seed=1, noise_seed=2)
    expected = town.totals_m3_h[MAIN] + column(readings, "u1") + year.leaks[0].flow_m3_h
    assert column(readings, "p1") == pytest.approx(expected, abs=0.05)


def test_the_tank_keeps_what_is_pumped_and_not_drunk(town: Town) -> None:
    readings = simulate(town, leaky_years.no_leaks(town), town_seed=1, noise_seed=2)
    area_m2 = np.pi * 10**2 / 4
    balance = towns.balance_m3_h(column(readings, "u1"), column(readings, "t1"), area_m2, half_steps=24)
    assert balance.mean() == pytest.approx(town.totals_m3_h[PUMPED].mean(), rel=0.03)


def test_a_leak_lowers_pressures_and_changes_nothing_before(town: Town) -> None:
    healthy = simulate(town, leaky_years.no_leaks(town), town_seed=1, noise_seed=2)
    leaky = simulate(town, leaking(town), town_seed=1, noise_seed=2)
    for sensor in ("j1", "j2", "p1", "t1"):
        assert np.array_equal(column(healthy, sensor)[:100], column(leaky, sensor)[:100])
    assert (column(leaky, "j2")[100:] < column(healthy, "j2")[100:]).all()


def test_more_leaks_than_water_are_refused(town: Town) -> None:
    with pytest.raises(ModelFailed, match="negative"):
        simulate(town, leaking(town, m3_h=3000.0), town_seed=1, noise_seed=2)


def test_seeds_decide_and_one_town_lasts(town: Town) -> None:
    quiet = leaky_years.no_leaks(town)
    first = simulate(town, quiet, town_seed=1, noise_seed=2)
    assert simulate(town, quiet, town_seed=1, noise_seed=2).equals(first)
    assert not simulate(town, quiet, town_seed=1, noise_seed=3).equals(first)
    assert not simulate(town, quiet, town_seed=2, noise_seed=2).equals(first)
    still = Doubt(hourly_demand=0.0)
    lasting = [simulate(town, quiet, town_seed=1, noise_seed=seed, doubt=still) for seed in (2, 3)]
    assert lasting[0].equals(lasting[1])


def test_without_doubt_the_year_is_the_model_itself(town: Town) -> None:
    """The head that is lost over p1 is that of Hazen and Williams (EPANET 2.2 User Manual, table 3.1)."""
    sure = simulate(town, leaky_years.no_leaks(town), town_seed=1, noise_seed=2, doubt=Doubt(0, 0, 0))
    flow_m3_s = column(sure, "p1")[80] / 3600
    loss_m = 10.67 * 500 * flow_m3_s**1.852 / (120**1.852 * 0.3**4.871)
    assert column(sure, "j1")[80] == pytest.approx(50 - loss_m, abs=0.006)


def test_readings_are_rounded_and_complete(town: Town) -> None:
    readings = simulate(town, leaking(town), town_seed=1, noise_seed=2)
    assert readings.column_names == ["j1", "j2", "j4", "p1", "u1", "t1", TIME]
    assert readings.num_rows == STEPS
    for name in readings.column_names[:-1]:
        values = column(readings, name)
        assert np.isfinite(values).all()
        assert np.abs(values * 100 - np.round(values * 100)).max() < 1e-3
    assert readings[TIME].to_numpy()[-1] == np.datetime64("2019-01-01T23:55:00")


def test_a_balance_gives_the_outflow_back_through_a_pump_that_comes_and_goes() -> None:
    hours = np.arange(2000) / 12
    pumped = np.where(hours % 10 < 4, 44.0, 0.0)
    outflow = 18 + 5 * np.sin(hours / 24 * 2 * np.pi)
    volume = np.concatenate([[0.0], np.cumsum((pumped - outflow)[:-1] / 12)])
    level = np.round(2.5 + volume / towns.TANK_AREA_M2, 2)
    found = towns.balance_m3_h(pumped, level, towns.TANK_AREA_M2)
    assert np.abs(found[12:-12] - outflow[12:-12]).max() < 1.7  # 1 cm over two hours is 1.0 m3/h
    assert abs(found.mean() - outflow.mean()) < 0.05


def test_another_year_of_the_same_town_keeps_the_days_of_the_week(town: Town) -> None:
    longer = replace(town, totals_m3_h={MAIN: np.arange(3 * 7 * STEPS, dtype=float)})
    later = towns.shifted(longer, 1)
    assert later.totals_m3_h[MAIN][7 * STEPS] == 0
    assert later.totals_m3_h[MAIN][0] == 2 * 7 * STEPS


# What is drawn.

STREET = {f"p{rank}": 3.0 + rank for rank in range(60)}
START = np.datetime64("2030-01-01T00:00:00", "s")


def drawn(seed: int, pumped: frozenset[str] = frozenset()) -> Year:
    demand = 150 + 50 * np.sin(np.arange(towns.YEAR_STEPS) / 288 * 2 * np.pi)
    return drawn_leaks.draw(STREET, demand, start=START, seed=seed, pumped=pumped)


def test_leaks_are_drawn_as_said() -> None:
    for seed in range(3):
        year = drawn(seed)
        inherited = [leak for leak in year.leaks if year.inherited(leak)]
        assert len({leak.pipe for leak in year.leaks}) == 23
        assert 3 <= len(inherited) <= 5
        assert not {"p0", "p1"} & {leak.pipe for leak in year.leaks}  # shorter than 5 m
        for leak in year.leaks:
            assert 4.0 < leak.flow_m3_h.max() < 29.5
            running = np.flatnonzero(leak.flow_m3_h)
            assert running[0] == max(0, year.step(leak.start))
            assert running[-1] == year.step(leak.end)
        assert any(year.step(leak.end) < year.steps - 1 for leak in year.leaks)


def test_an_abrupt_leak_starts_at_once_and_an_incipient_one_with_the_square_of_time() -> None:
    year = drawn(5)
    for leak in year.leaks:
        first = year.step(leak.start)
        if year.inherited(leak):
            assert leak.flow_m3_h[0] > 4
        elif leak.kind == "abrupt":
            assert leak.flow_m3_h[first] > 0.9 * leak.flow_m3_h.max()
        else:
            # Three and six days after the start (same hour, so same pressure): four times as much.
            three, six = leak.flow_m3_h[[first + 3 * 288 - 1, first + 6 * 288 - 1]]
            assert six / three == pytest.approx(4.0)


def test_the_same_seed_draws_the_same_leaks() -> None:
    one, same, other = drawn(1), drawn(1), drawn(2)
    assert (
        [leak.pipe for leak in one.leaks] == [leak.pipe for leak in same.leaks] != [leak.pipe for leak in other.leaks]
    )
    assert all(np.array_equal(a.flow_m3_h, b.flow_m3_h) for a, b in zip(one.leaks, same.leaks, strict=True))
    again = leaks.year_of(*leaks.tables(one))
    assert sum(leak.volume_m3() for leak in again.leaks) == pytest.approx(sum(leak.volume_m3() for leak in one.leaks))


def test_leaks_behind_a_pump_stay_within_what_it_brings() -> None:
    behind = frozenset(f"p{rank}" for rank in range(0, 60, 2))
    for seed in range(3):
        inside = [leak.flow_m3_h for leak in drawn(seed, behind).leaks if leak.pipe in behind]
        assert 0 < np.sum(inside, axis=0).max() <= drawn_leaks.USUAL.most_pumped_m3_h


def test_a_year_is_written_as_the_judge_reads_it(town: Town, tmp_path: Path) -> None:
    place = leaky_years.write(town, tmp_path, 4, healthy=True, habits=drawn_leaks.Habits(count=2, inherited=(1, 1)))
    assert {file.name for file in place.iterdir()} == {
        "readings.parquet", "healthy.parquet", "healthy_again.parquet", "leak_flows.parquet", "leaks.csv",
    }  # fmt: skip
    year = leaks.read(place / "leak_flows.parquet", place / "leaks.csv")
    assert [year.inherited(leak) for leak in year.leaks] == [True, False]


@pytest.mark.shared
@without
def test_l_town_drinks_what_its_meters_say() -> None:
    """Inflow of 2019: 2,197,225 m3, of which 653,942 m3 leaked (research on the public files)."""
    town = towns.l_town(L_TOWN)
    drunk = sum(total.sum() for total in town.totals_m3_h.values()) / 12
    assert drunk == pytest.approx(2_197_225 - 653_942, rel=0.002)
    assert (len(town.pressures), town.steps) == (33, 105_120)
    assert {name: round(float(total.mean())) for name, total in town.totals_m3_h.items()} == {MAIN: 157, PUMPED: 20}
