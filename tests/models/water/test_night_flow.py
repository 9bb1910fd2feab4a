"""water.night-flow as a whole: what is told, what is too noisy to tell, what is said, what is refused."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from agglo.contract import card, indicators, protocol
from agglo.contract.errors import InvalidInput
from agglo.contract.outcome import Outcome
from agglo.models.water.night.attributes import Attributes
from agglo.models.water.night.estimates import estimates
from agglo.models.water.night.evidence import Evidence
from agglo.models.water.night.nights import Window
from agglo.models.water.night.pressures import measured_pressures
from agglo.models.water.night.sentences import sentence
from agglo.models.water.night_flow import night_flow
from agglo.models.water.readings.sectors import Meter
from agglo.models.water.readings.series import Grid

from .night_scenes import DAYS, Table, grid, inflow, meter, one, readings, rows_of, series, written
from .night_scenes import ask as asked

Ask = Callable[..., Outcome]
ON = grid()
KINDS = {"tank": "level", "press": "pressure"}
UTC = {"time_zone": "UTC"}


def scene(**changed: Any) -> dict[str, Table]:
    """One sector of 1,000 connections that one meter feeds: night flow about 42.1 m3/h, of which 1.7 is used."""
    tables: dict[str, Table] = {
        "readings": readings({"in": inflow(ON)}, ON),
        "meters": [meter("A", "in")],
        "sectors": [{"sector": "A", "title": "Plateau", "connections": 1000.0}],
    }
    return tables | changed


def read(values: Mapping[str, np.ndarray], on: Grid = ON) -> pa.Table:
    return readings(values, on, KINDS)


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    def answer(tables: Mapping[str, Table] | None = None, **parameters: Any) -> Outcome:
        return asked(tmp_path, scene() if tables is None else tables, **(UTC | parameters))

    return answer


def said(outcome: Outcome) -> str:
    return "\n".join(outcome.notes)


def test_a_sector_by_hand(ask: Ask) -> None:
    """The mean of the demand curve from 2 h to 4 h, and a leak of 30 m3/h above 12 m3/h of use."""
    outcome = ask(scene(sectors=[{"sector": "A", "night_use_m3_h": 12.0}]))
    found = one(outcome, "sectors", sector="A")
    hours = np.arange(8) / 4 + 2.0
    curve = float(np.mean(40.0 * (1 - np.cos((hours - 3.0) / 24 * 2 * np.pi)) / 2))
    assert found["nights"] == DAYS
    assert found["night_flow_m3_h"] == pytest.approx(42.0 + curve, abs=0.3)
    assert found["leakage_m3_d"] == pytest.approx((found["night_flow_m3_h"] - 12.0) * 24)
    assert found["leakage_low_m3_d"] < found["leakage_m3_d"] < found["leakage_high_m3_d"]
    assert found["cost_eur_d"] == pytest.approx(0.8 * found["leakage_m3_d"])
    assert found["minimum_night_flow_m3_h"] < found["night_flow_m3_h"]
    assert (found["verdict"], found["quality"], found["night_use_quality"]) == ("told", "declared", "declared")


def test_night_use_is_that_of_the_connections_and_is_said_to_be_assumed(ask: Ask) -> None:
    outcome = ask()
    found = one(outcome, "sectors", sector="A")
    use = [found[f"night_use{bound}_m3_h"] for bound in ("_low", "", "_high")]
    assert use == pytest.approx([1.3, 1.7, 2.5])
    assert (found["quality"], found["night_use_quality"], found["title"]) == ("assumed", "assumed", "Plateau")
    assert "Assumed: night use of 1.7 L/h a connection (1.3 to 2.5) in A." in said(outcome)
    assert "No pressure is known in A" in said(outcome)


def test_without_connections_no_leakage_is_made_up(ask: Ask) -> None:
    outcome = ask({name: table for name, table in scene().items() if name != "sectors"}, territory="91477")
    found = one(outcome, "sectors", sector="A")
    assert found["verdict"] == "no-night-use"
    assert (found["leakage_m3_d"], found["night_use_m3_h"], found["cost_eur_d"]) == (None, None, None)
    assert found["night_flow_m3_h"] is not None
    assert "give the number of connections" in found["sentence"]
    assert [each.value for each in outcome.indicators][1] is None
    indicators.check(outcome.indicators)


def test_pressures_of_the_sector_of_its_sensors_or_of_all(ask: Ask) -> None:
    declared = scene(sectors=[{"sector": "A", "connections": 1000.0, "night_pressure_m": 52.0, "day_pressure_m": 45.0}])
    found = one(ask(declared), "sectors", sector="A")
    assert (found["night_day_factor_h"], found["pressure_quality"]) == (pytest.approx(24 * 45 / 52), "declared")
    common = one(ask(night_pressure="52 mH2O", day_pressure="45 mH2O"), "sectors", sector="A")
    assert (common["night_day_factor_h"], common["pressure_quality"]) == (pytest.approx(24 * 45 / 52), "assumed")
    hour = ON.times.astype(np.int64) % 86_400 // 3600
    pressure = np.where(hour < 12, 60.0, 30.0) + 0.01 * (ON.times.astype(np.int64) // 900 % 2)
    measured = scene(
        readings=read({"in": inflow(ON), "press": pressure}),
        meters=[meter("A", "in"), meter("A", "press", None)],
    )
    sensed = one(ask(measured), "sectors", sector="A")
    assert (sensed["night_day_factor_h"], sensed["pressure_quality"]) == (pytest.approx(18.0, abs=0.01), "measured")


def test_a_sector_has_its_own_exponent(ask: Ask) -> None:
    row = {"sector": "A", "connections": 1000.0, "night_pressure_m": 52.0, "day_pressure_m": 45.0}
    found = one(ask(scene(sectors=[row | {"leakage_exponent": 1.5}])), "sectors", sector="A")
    assert found["night_day_factor_h"] == pytest.approx(24 * (45 / 52) ** 1.5)


def test_a_sector_too_noisy_to_tell_says_so(ask: Ask) -> None:
    """Use that is as large as night flow: the interval includes zero."""
    noisy = scene(
        readings=read({"in": inflow(ON, leak=1.0, noise=6.0)}),
        sectors=[{"sector": "A", "night_use_m3_h": 13.0, "night_use_low_m3_h": 9.0, "night_use_high_m3_h": 17.0}],
    )
    found = one(ask(noisy), "sectors", sector="A")
    assert found["verdict"] == "loss-not-told"
    assert found["leakage_low_m3_d"] < 0 < found["leakage_high_m3_d"]
    assert found["sentence"].startswith("Too noisy to tell: leakage is between")
    assert "Too noisy to see a leak of 5 m3/h from one night to the next" in found["sentence"]


def test_a_leak_too_small_for_the_noise_is_said_not_to_be_seen(ask: Ask) -> None:
    noisy = scene(readings=read({"in": inflow(ON, noise=4.0)}))
    found = one(ask(noisy, leak_of_interest=2.0), "sectors", sector="A")
    assert found["verdict"] == "leak-not-told"
    assert found["noise_m3_h"] == pytest.approx(4.0, rel=0.25)
    assert found["sentence"].startswith("Leakage is")
    assert f"28 nights would show at 95 % is {found['smallest_change_m3_h']:.1f} m3/h" in found["sentence"]
    assert one(ask(noisy, leak_of_interest=9.0), "sectors", sector="A")["verdict"] == "told"


def test_a_new_leak_shows_in_the_last_change(ask: Ask) -> None:
    on = grid(70)
    flow = inflow(on)
    flow[on.times >= on.times[0] + np.timedelta64(42, "D")] += 6.0
    found = one(ask(scene(readings=read({"in": flow}, on))), "sectors", sector="A")
    assert found["last_change_m3_h"] == pytest.approx(6.0, abs=0.5)
    assert found["last_change_m3_h"] > found["smallest_change_m3_h"]
    assert found["trend_low_m3_h_yr"] > 0


def test_a_leak_that_grows_makes_a_slope(ask: Ask) -> None:
    flow = inflow(ON) + np.arange(ON.length) * 900 / 86_400 / 365.25 * 50.0
    found = one(ask(scene(readings=read({"in": flow}))), "sectors", sector="A")
    assert found["trend_low_m3_h_yr"] < 50.0 < found["trend_high_m3_h_yr"]


def test_volumes_add_up(ask: Ask) -> None:
    outcome = ask()
    volumes, sector = one(outcome, "balance", sector="A"), one(outcome, "sectors", sector="A")
    assert volumes["inflow_m3"] == pytest.approx(inflow(ON).sum() / 4)
    assert volumes["losses_m3"] == pytest.approx(sector["leakage_m3_d"] * DAYS)
    assert volumes["inflow_m3"] == pytest.approx(volumes["losses_m3"] + volumes["consumption_m3"])
    assert volumes["efficiency_percent"] == pytest.approx(100 * volumes["consumption_m3"] / volumes["inflow_m3"])
    assert volumes["efficiency_low_percent"] < volumes["efficiency_percent"] < volumes["efficiency_high_percent"]
    assert (volumes["since"], volumes["until"]) == ("2026-01-05T00:00", "2026-02-15T23:45")


def test_sectors_share_their_water(ask: Ask) -> None:
    """A meter between two sectors leaves one and enters the other; the tank of B takes what its level says."""
    hours = ON.times.astype(np.int64) / 3600
    between, level = inflow(ON, leak=10.0, seed=4), 3.0 + 0.5 * np.sin(hours / 24 * 2 * np.pi)
    flow = between + inflow(ON, seed=5)
    tables = scene(
        readings=read({"in": flow, "between": between, "tank": level}),
        meters=[meter("A", "in"), meter("A", "between", -1), meter("B", "between"), meter("B", "tank", None, 100.0)],
        sectors=[{"sector": name, "connections": 500.0} for name in "AB"],
    )
    outcome = ask(tables)
    assert one(outcome, "sectors", sector="A")["leakage_m3_d"] == pytest.approx(24 * (30 + 12 - 0.85), rel=0.03)
    night = [100.0 * (np.sin(4 / 24 * 2 * np.pi) - np.sin(2 / 24 * 2 * np.pi)) * 0.5 / 2]
    expected = float(between.reshape(DAYS, 96)[:, 8:16].mean() - night[0])
    assert one(outcome, "sectors", sector="B")["night_flow_m3_h"] == pytest.approx(expected)
    assert "No meter leaves B" in said(outcome)


def test_a_gap_is_left_out_and_said(ask: Ask) -> None:
    flow = inflow(ON)
    flow[96 * 20 : 96 * 30] = np.nan
    outcome = ask(scene(readings=read({"in": flow})))
    found = one(outcome, "sectors", sector="A")
    assert found["nights"] == DAYS - 10
    assert found["night_flow_m3_h"] > 40
    assert "A: 10 nights are too incomplete and are left out (missing in the table)." in outcome.notes
    assert "A: every meter is known in 76.2 % of the hours; volumes are those of these hours alone." in outcome.notes
    empty = rows_of(outcome, "nights", quality="missing")
    assert [(row["mean_flow_m3_h"], row["leakage_m3_d"]) for row in empty] == [(None, None)] * 10


def test_too_few_nights_tell_nothing(ask: Ask) -> None:
    on = grid(10)
    found = one(ask(scene(readings=read({"in": inflow(on)}, on))), "sectors", sector="A")
    assert (found["verdict"], found["leakage_m3_d"], found["noise_m3_h"]) == ("too-few-nights", None, None)
    assert "10 nights are known; it takes 14" in found["sentence"]


@pytest.mark.parametrize("value", [0.0, 12.5])
def test_a_series_that_never_changes_is_not_a_leakage(ask: Ask, value: float) -> None:
    outcome = ask(scene(readings=read({"in": np.full(ON.length, value)})))
    found = one(outcome, "sectors", sector="A")
    assert (found["leakage_m3_d"], found["cost_eur_d"], found["noise_m3_h"]) == (None, None, None)
    assert {row["leakage_m3_d"] for row in rows_of(outcome, "nights")} == {None}
    assert "No night is known" in found["sentence"]
    assert f"in, from 2026-01-05 00:00 to 2026-02-15 23:45: Always {value:g}" in said(outcome)


def test_meters_that_cancel_each_other_are_no_leakage() -> None:
    """A net inflow that never changes, of meters that do: the same flow read in and out."""
    flow = inflow(ON)
    held = series({"in": flow, "out": flow}, ON)
    meters = (Meter("A", "in"), Meter("A", "out", "flow", -1))
    hypotheses = night_flow.parameters.instance(night_flow.parameters.resolve(UTC)).hypotheses()
    evidence = Evidence(held, meters, hypotheses, {"A": Attributes("A", connections=100.0)})
    (found,) = estimates(evidence)
    assert (found.verdict, found.leakage) == ("no-variation", None)
    assert "Net inflow never changes" in sentence(found, hypotheses)


def test_more_that_leaves_than_enters_is_said(ask: Ask) -> None:
    tables = scene(
        readings=read({"in": inflow(ON), "out": 3.6 * inflow(ON)}), meters=[meter("A", "in"), meter("A", "out", -1)]
    )
    outcome = ask(tables)
    found = one(outcome, "sectors", sector="A")
    assert found["leakage_high_m3_d"] < 0
    assert "a meter that enters is missing or reversed" in found["sentence"]
    assert "A: more leaves than enters on 42 nights" in said(outcome)


def test_a_meter_in_another_unit_is_named(ask: Ask) -> None:
    """What enters was written in L/s and read as m3/h; half of it leaves."""
    tables = scene(
        readings=read({"in": inflow(ON) / 3.6, "out": 0.5 * inflow(ON, seed=8)}),
        meters=[meter("A", "in"), meter("A", "out", -1)],
    )
    assert "in, from" in said(ask(tables))
    assert "L/s" in said(ask(tables))


def test_what_belongs_to_no_sector_and_what_overlaps_is_said(ask: Ask) -> None:
    tables = scene(
        readings=read({"in": inflow(ON), "spare": inflow(ON, seed=9)}), meters=[meter("A", "in"), meter("town", "in")]
    )
    outcome = ask(tables)
    assert "These flow meters belong to no sector and are not counted: spare." in outcome.notes
    assert "in counts with the same sign in A, town" in said(outcome)


def test_a_sector_without_meters_is_said_not_to_be_estimated(ask: Ask) -> None:
    outcome = ask(scene(sectors=[{"sector": name, "connections": 100.0} for name in ("A", "B")]))
    assert [row["sector"] for row in rows_of(outcome, "sectors")] == ["A"]
    assert "These sectors have no meter and are not estimated: B." in outcome.notes


def test_meters_of_large_flows_leave_a_wide_interval(ask: Ask) -> None:
    """The difference of two large flows: 2 % of each, not of what is left."""
    large = inflow(ON, leak=1000.0, seed=3)
    tables = scene(
        readings=read({"in": large + inflow(ON), "out": large}), meters=[meter("A", "in"), meter("A", "out", -1)]
    )
    plain, between = one(ask(), "sectors", sector="A"), one(ask(tables), "sectors", sector="A")
    assert between["leakage_m3_d"] == pytest.approx(plain["leakage_m3_d"])
    width = between["leakage_high_m3_d"] - between["leakage_low_m3_d"]
    assert width > 20 * (plain["leakage_high_m3_d"] - plain["leakage_low_m3_d"]) / 2
    assert one(ask(tables, meter_uncertainty=0.0), "sectors", sector="A")["leakage_low_m3_d"] > 0


def test_nights_when_clocks_change(ask: Ask) -> None:
    on = grid(30, start="2026-03-15T00:00:00")
    outcome = ask(scene(readings=read({"in": inflow(on)}, on)), time_zone="Europe/Paris")
    (changed,) = rows_of(outcome, "nights", quality="clock-change")
    assert (changed["night"], changed["hours"], changed["known_share"]) == ("2026-03-29", 1.0, 1.0)
    assert changed["mean_flow_m3_h"] == pytest.approx(42.0, abs=2.5)
    assert "by the clock of Europe/Paris" in said(outcome)


def test_the_least_hour_can_be_the_night_flow(ask: Ask) -> None:
    outcome = ask(night_flow="minimum")
    row, found = rows_of(outcome, "nights")[3], one(outcome, "sectors", sector="A")
    assert row["leakage_m3_d"] == pytest.approx((row["minimum_flow_m3_h"] - 1.7) * 24)
    assert found["night_flow_m3_h"] == pytest.approx(found["minimum_night_flow_m3_h"])


def household_rows(each_m3_h: float, meters: int = 20, sector: str = "A", on: Grid = ON) -> list[dict[str, Any]]:
    times = on.times[::4].astype("datetime64[us]").tolist()
    return [
        {"sector": sector, "time": at, "volume_m3": each_m3_h * meters * (1 + 0.1 * (rank // 24 % 2)), "meters": meters}
        for rank, at in enumerate(times)
    ]


def test_night_use_that_households_measure(ask: Ask) -> None:
    """20 meters use 2.0 and 2.2 L/h on alternate nights; the other 980 connections as much."""
    outcome = ask(scene(households=household_rows(0.002)))
    found = one(outcome, "sectors", sector="A")
    assert (found["night_use_m3_h"], found["night_use_quality"]) == (pytest.approx(2.1, abs=1e-3), "measured")
    assert found["night_use_low_m3_h"] < 2.1 < found["night_use_high_m3_h"]
    assert "A: night use is that of 20 household meters over 42 nights, 2.10 L/h each." in outcome.notes
    assert "A: the 980 connections that are not read are taken to use as much." in outcome.notes


def test_household_readings_that_do_not_fit_are_refused(ask: Ask) -> None:
    with pytest.raises(InvalidInput, match=r"households, sector B: found no meter"):
        ask(scene(households=household_rows(0.002, sector="B")))
    declared = scene(households=household_rows(0.002), sectors=[{"sector": "A", "night_use_m3_h": 3.0}])
    with pytest.raises(InvalidInput, match="found two night uses"):
        ask(declared)
    with pytest.raises(InvalidInput, match=r"sector A: found 5 nights, expected at least 14 nights"):
        ask(scene(households=household_rows(0.002, on=grid(5))))
    twice = household_rows(0.002)
    with pytest.raises(InvalidInput, match="instants that repeat"):
        ask(scene(households=[*twice, twice[0]]))


def test_indicators_are_those_of_the_vocabulary(ask: Ask) -> None:
    outcome = ask(territory="200056232")
    indicators.check(outcome.indicators)
    flow, leakage = outcome.indicators
    assert (flow.name, flow.unit, flow.sector, flow.year, flow.quality) == (
        *("water.minimum-night-flow", "m3/h", "A"),
        *(2026, "measured"),
    )
    assert (leakage.name, leakage.unit, leakage.quality) == ("water.night-leakage", "m3/d", "assumed")
    assert leakage.value == one(outcome, "sectors", sector="A")["leakage_m3_d"]
    assert ask().indicators == []
    assert "No place was given" in said(ask())


def test_sectors_that_cannot_be_used_are_refused_with_every_fault(ask: Ask) -> None:
    rows = [
        {"sector": "A", "connections": -5.0, "night_use_low_m3_h": 2.0},
        {"sector": "Aa", "night_pressure_m": 50.0},
        {"sector": "A", "night_use_m3_h": 5.0, "night_use_low_m3_h": 6.0, "night_use_m3_h_per_connection": 0.002},
        {"sector": "A", "leakage_exponent": 0.0},
        {"sector": None},
    ]
    with pytest.raises(InvalidInput) as caught:
        ask(scene(sectors=rows))
    text = str(caught.value)
    for part in (
        "row 1 (A), connections: found -5, expected 0 or more",
        "row 1 (A): found bounds of night use alone",
        "row 5 (None): found nothing, expected a sector",
        "row 2 (Aa): found one pressure",
        "row 3 (A): found 5 m3/h outside its bounds",
        "row 3 (A): found two night uses",
        "row 3 (A): found no number of connections",
        "row 4 (A), leakage_exponent: found 0, expected more than 0",
        "sectors, A: found 3 rows, expected one row",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"time_zone": "Europe/Pariss"}, r'time_zone.*Did you mean "Europe/Paris"'),
        ({"window_start": 4.0, "window_end": 2.0}, "window_end: found 4 h - 2 h, expected one hour at least"),
        ({"connection_use": 3.0}, "connection_use: found 1.3, 3, 2.5"),
        ({"leakage_exponent_low": 1.2}, "leakage_exponent: found 1.2, 1, 1.5"),
        ({"night_pressure": 50.0}, "day_pressure: found nothing, expected both pressures, or neither"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(ask: Ask, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        ask(**parameters)


def test_a_negative_pressure_is_not_used(ask: Ask) -> None:
    pressure = np.where(ON.times.astype(np.int64) % 86_400 < 3600, -4.0, 40.0)
    pressure = pressure + 0.01 * (ON.times.astype(np.int64) // 900 % 2)
    tables = scene(
        readings=read({"in": inflow(ON), "press": pressure}), meters=[meter("A", "in"), meter("A", "press", None)]
    )
    outcome = ask(tables)
    assert one(outcome, "sectors", sector="A")["pressure_quality"] != "measured"
    assert "Negative pressure, down to -4 m" in said(outcome)
    sensor = Meter("A", "press", "pressure")
    with pytest.raises(InvalidInput, match=r"pressure press: found a mean of -4\.0 mH2O at some hour"):
        measured_pressures(series({"press": pressure}, ON, KINDS), [sensor], Window(zone="UTC"))


def test_the_card_is_complete_and_its_own() -> None:
    found = card.of(night_flow)
    assert not [one for one in found.missing() if one.startswith("maker.")]
    assert found.maker.title["fr"] == "Débits de nuit et fuites par secteur"
    assert night_flow.name == "water.night-flow@1.0.0"


def test_the_worker_gives_the_same_answer_from_a_copy_of_the_code(ask: Ask, tmp_path: Path) -> None:
    code, folder_in, folder_out = tmp_path / "code", tmp_path / "in", tmp_path / "out"
    shutil.copytree(night_flow.code, code, ignore=shutil.ignore_patterns("__pycache__"))
    folder_in.mkdir()
    folder_out.mkdir()
    parameters = night_flow.parameters.resolve(UTC)
    protocol.write_question(
        folder_in, protocol.Question("water.night-flow", "1.0.0", parameters, 0, written(folder_in, scene()))
    )
    words = ["run", "--in", str(folder_in), "--out", str(folder_out), "--entry", night_flow.entry, "--code", str(code)]
    done = subprocess.run(
        [sys.executable, "-m", "agglo.contract.worker", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer, expected = protocol.read_answer(folder_out), ask()
    for name in ("sectors", "nights", "balance"):
        assert pq.read_table(answer.tables[name]).equals(expected.tables[name])
