"""water.alarms on the simulated years of L-Town and on its real flows."""

import csv
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from agglo.models.water.readings.sectors import Meter
from agglo.models.water.readings.series import Grid, Series
from agglo.models.water.watching.evidence import Rules, watch
from agglo.models.water.watching.flows import FlowWatch
from agglo.models.water.watching.found import Alarm
from agglo.models.water.watching.found import alarms as found_in

L_TOWN = Path(__file__).parents[4] / "shared" / "data" / "l-town"
START = np.datetime64("2019-01-01T00:00:00")

pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.skipif(not L_TOWN.exists(), reason="the years of L-Town are kept outside the project"),
]


def raised(year: str) -> list[Alarm]:
    table = pq.read_table(L_TOWN / f"surrogate_2019_{year}.parquet")
    names = [name for name in table.column_names if not name.startswith("__")]
    kinds = {name: "pressure" if name.startswith("n") else "level" if name == "T1" else "flow" for name in names}
    values = {name: table[name].to_numpy().astype(float) for name in names}
    series = Series(Grid(START, 300, table.num_rows), values, kinds, ())
    meters = [Meter("town", "p227"), Meter("town", "p235")]
    return found_in(watch(series, meters, (), Rules(zone="UTC")))


def leaks() -> dict[str, tuple[int, int, str]]:
    """First and last hour and kind of each leak that starts in the year."""
    with (L_TOWN / "leaks_2019.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for row in rows:
        first, last = (
            int((np.datetime64(row[name].replace(" ", "T")) - START) / np.timedelta64(1, "h"))
            for name in ("start", "end")
        )
        found[row["pipe"]] = (first, last, row["kind"])
    return {pipe: one for pipe, one in found.items() if one[0] > 0}


def test_a_healthy_year_raises_two_alarms_at_most() -> None:
    assert len(raised("healthy")) <= 2


def test_a_leaky_year_is_told_within_hours() -> None:
    known = leaks()
    delays: dict[str, int] = {}
    false = 0
    for one in sorted(raised("leaky"), key=lambda alarm: alarm.raised):
        running = {pipe: first for pipe, (first, last, _kind) in known.items() if first <= one.raised <= last}
        fresh = {pipe: first for pipe, first in running.items() if pipe not in delays}
        if fresh:
            nearest = min(fresh, key=lambda pipe: one.raised - fresh[pipe])
            delays[nearest] = one.raised - fresh[nearest]
        else:
            false += 1
    abrupt = [delay for pipe, delay in delays.items() if known[pipe][2] == "abrupt"]
    assert false <= 2
    assert len(delays) >= 9
    assert len(abrupt) >= 7
    assert np.median(abrupt) <= 4


def test_real_flows_of_a_whole_town_raise_a_few_alarms_only() -> None:
    rows = (L_TOWN / "Flows_2019.csv").read_text(encoding="utf-8").replace(",", ".").splitlines()[1:]
    flows = np.array([[float(cell) for cell in row.split(";")[1:3]] for row in rows]).sum(axis=1)
    hours = flows.reshape(-1, 12).mean(axis=1)
    watch = FlowWatch({"town": hours}, np.zeros(365, bool))
    watch.run()
    assert 1 <= len([one for one in watch.found if one.kind == "excess"]) <= 6
