"""water.alarms as a whole: what is raised, what is not, what people decided."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agglo.contract import card
from agglo.contract.errors import InvalidInput
from agglo.models.water.alarms import alarms
from agglo.models.water.readings.sectors import Meter
from agglo.models.water.readings.series import Flag
from agglo.models.water.watching.evidence import Evidence, Rules, watch
from agglo.models.water.watching.found import Alarm, money
from agglo.models.water.watching.found import alarms as found_in
from agglo.models.water.watching.tables import change_rows

from .watch_scenes import METERS, ask, decisions, network, readings, rows_of, series, step

DAYS = 70
RULES = Rules(zone="UTC", holidays="none")


def watched(values: dict[str, np.ndarray], flags: tuple[Flag, ...] = (), **rules: Any) -> tuple[Evidence, list[Alarm]]:
    given = Rules(**{"zone": "UTC", "holidays": "none", **rules})
    evidence = watch(series(values, flags), [Meter("town", "q")], (), given)
    return evidence, found_in(evidence)


def test_a_leak_is_raised_within_hours_at_its_sensor_once() -> None:
    evidence, found = watched(network(DAYS, step(DAYS, 40, 8.0)))
    (one,) = found
    assert one.sensor == "p1"
    assert 0 <= one.raised - (40 * 24 + 12) <= 6
    assert one.certainty == "very-likely"
    assert one.flow is not None
    assert one.flow[1] <= 8.0 <= one.flow[2]
    assert one.id == f"pressure:p1:{evidence.hours.at(one.start)}"


def test_a_quiet_network_raises_nothing() -> None:
    for seed in (1, 2, 3):
        assert watched(network(DAYS, seed=seed))[1] == []


def test_what_comes_later_changes_no_alarm() -> None:
    values = network(DAYS, step(DAYS, 40, 8.0))
    (first,) = watched({name: one[: 45 * 24] for name, one in values.items()})[1]
    (again,) = watched(values)[1]
    assert (first.id, first.raised, first.sensor) == (again.id, again.raised, again.sensor)


def test_a_leak_that_grows_is_raised_once_and_a_repair_ends_it() -> None:
    leak = step(DAYS, 35, 6.0, 60)
    leak[40 * 24 : 60 * 24 + 12] += np.linspace(0, 12, 20 * 24 + 12)
    (one,) = watched(network(DAYS, leak))[1]
    assert one.state == "ended"
    assert one.ended is not None
    assert 0 <= one.ended - (60 * 24 + 12) <= 7 * 24


def test_use_that_all_sensors_share_is_no_leak() -> None:
    values = network(DAYS)
    more = np.where(np.arange(DAYS * 24) >= 40 * 24, 8.0, 0.0)
    values["q"] = values["q"] + more
    for at in range(5):
        values[f"p{at + 1}"] = values[f"p{at + 1}"] - (0.03 + 0.004 * at) * more
    assert [one for one in watched(values)[1] if one.kind == "pressure"] == []


def test_money_is_the_rule_of_the_competition() -> None:
    (one,) = watched(network(DAYS, step(DAYS, 40, 8.0)))[1]
    assert one.flow is not None
    found = money(one, RULES)
    assert found["loss_eur_d"] == pytest.approx(one.flow[0] * 24 * 0.80)
    assert found["waiting_days"] == pytest.approx(500 / (one.flow[0] * 24 * 0.80))


def test_a_sensor_missing_for_weeks_or_constant_raises_nothing() -> None:
    values = network(DAYS)
    values["p2"][30 * 24 : 55 * 24] = np.nan
    values["p3"][:] = 47.0
    evidence, found = watched(values)
    assert found == []
    assert "p3" not in evidence.sensors


def test_a_sensor_in_doubt_is_told_as_such_not_as_a_leak() -> None:
    values = network(DAYS)
    values["p1"][40 * 24 :] -= 0.5
    (leak,) = [one for one in watched(values)[1] if one.kind == "pressure"]
    assert leak.sensor == "p1"
    start = np.datetime64("2025-01-06T00:00:00") + np.timedelta64(40 * 24, "h")
    flag = Flag("p1", "unit", start, start, 1, "")
    evidence, found = watched(values, (flag,))
    assert [one for one in found if one.kind == "pressure"] == []
    assert [row["kind"] for row in change_rows(evidence)] == ["sensor-unit"]


def test_a_clock_that_moves_by_an_hour_is_no_leak() -> None:
    values = network(DAYS)
    values["p1"][40 * 24 : -1] = values["p1"][40 * 24 + 1 :]
    evidence, found = watched(values)
    assert [one for one in found if one.kind == "pressure"] == []
    assert all(row["kind"].startswith("sensor-clock") for row in change_rows(evidence) if row["kind"] != "rise")


def test_days_when_clocks_change_raise_nothing() -> None:
    evidence = watch(
        series(network(DAYS), start="2025-02-24T00:00:00"), [Meter("town", "q")], (), Rules(holidays="none")
    )
    assert found_in(evidence) == []
    spring = evidence.hours.hour_of(np.datetime64("2025-03-30T02", "h"))
    assert np.isnat(evidence.hours.instants[spring])


def test_too_short_a_history_says_so(tmp_path: Path) -> None:
    outcome = ask(tmp_path, {"readings": readings(network(9)), "meters": METERS})
    assert rows_of(outcome, "alarms") == []
    assert any("no stable stretch of 14 whole days" in note for note in outcome.notes)
    assert any("too short to watch inflows" in note for note in outcome.notes)


def leaky(folder: Path, *rows: dict[str, Any], until: int | None = None) -> tuple[list[dict[str, Any]], list[str]]:
    values = network(DAYS, step(DAYS, 40, 8.0, until))
    tables = {"readings": readings(values), "meters": METERS}
    if rows:
        tables["decisions"] = decisions(*rows)
    outcome = ask(folder, tables, holidays="none", territory="91477")
    assert {one.name for one in outcome.indicators} == {"water.open-alarms", "water.loss-rate-open"}
    return rows_of(outcome, "alarms"), outcome.notes


def test_decisions_are_shown_and_a_repair_is_checked(tmp_path: Path) -> None:
    ((one,), notes) = leaky(tmp_path)
    assert one["state"] == "open"
    assert notes[0] == "1 alarm is open."
    known = {"id": one["id"], "state": "confirmed", "date": "2025-02-17", "pipe": "p12", "flow_m3_h": 8.0}
    ((confirmed,), _notes) = leaky(tmp_path, known)
    assert (confirmed["state"], confirmed["pipe"], confirmed["flow_m3_h"]) == ("confirmed", "p12", 8.0)
    repaired = {"id": one["id"], "state": "repaired", "date": "2025-02-25"}
    rows, _notes = leaky(tmp_path, known, repaired)
    assert rows[0]["state"] == "not-back"
    rows, _notes = leaky(tmp_path, known, repaired, until=50)
    assert [row["state"] for row in rows] == ["repaired"]


def test_a_false_alarm_is_over(tmp_path: Path) -> None:
    ((one,), _notes) = leaky(tmp_path)
    rows, notes = leaky(tmp_path, {"id": one["id"], "state": "false", "date": "2025-02-17"})
    assert [row["state"] for row in rows] == ["false"]
    assert notes[0] == "No alarm is open."


def test_decisions_that_cannot_be_are_refused_all_at_once(tmp_path: Path) -> None:
    ((one,), _notes) = leaky(tmp_path)
    bad = [
        {"id": one["id"], "state": "repaired", "date": "2025-02-20"},
        {"id": one["id"], "state": "confirmed", "date": "2025-02-19"},
    ]
    with pytest.raises(InvalidInput, match="confirmed after repaired") as refused:
        leaky(tmp_path, *bad)
    assert len(refused.value.faults) == 2
    with pytest.raises(InvalidInput, match="no such alarm"):
        leaky(tmp_path, {"id": "pressure:p9:2025-02-15T12", "state": "false", "date": "2025-02-20"})
    with pytest.raises(InvalidInput, match="when it was raised, or later"):
        leaky(tmp_path, {"id": one["id"], "state": "false", "date": "2025-02-01"})
    with pytest.raises(InvalidInput, match="state: found mended"):
        leaky(tmp_path, {"id": one["id"], "state": "mended", "date": "2025-02-20"})


def test_decisions_on_leaks_of_another_model_are_left_alone(tmp_path: Path) -> None:
    _rows, notes = leaky(tmp_path, {"id": "leak:p12", "state": "confirmed", "date": "2025-02-20"})
    assert any("leak:p12" in note for note in notes)


def test_an_unknown_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="time_zone"):
        ask(tmp_path, {"readings": readings(network(9))}, time_zone="Europe/Pari")


def test_the_card_says_all() -> None:
    found = card.of(alarms)
    assert [name for name in found.missing() if name.startswith("maker.")] == []
