"""The real 2019 flows of L-Town against its true leaks, from the operator's CSV files to the nights.

Source: BattLeDIM 2020 (S. Vrachimis et al., doi:10.5281/zenodo.4017659), 365 days at 5 minutes. L-Town is a made-up
town whose readings and leaks were published for a competition; only its figures are used here.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from agglo.catalogue import datasets
from agglo.models.water.night import tables
from agglo.models.water.night.attributes import Attributes
from agglo.models.water.night.balance import balance
from agglo.models.water.night.estimates import Estimate, estimates
from agglo.models.water.night.evidence import Evidence
from agglo.models.water.night.leakage import Range
from agglo.models.water.night_flow import NightFlowParameters
from agglo.models.water.readings import series as readings
from agglo.models.water.readings.sectors import Meter, net_inflow
from agglo.models.water.readings.series import Series
from agglo.store.workspace import open_workspace

ROOT = Path(__file__).parents[3]
L_TOWN = ROOT.parent / "shared" / "data" / "l-town"
SCHEMA = ROOT / "agglo" / "models" / "water" / "schemas" / "water-readings.json"
MAPPING = """
separator: ";"
decimal: ","
time_zone: UTC
columns: {Timestamp: time}
wide: {id: [Timestamp], variable: sensor, value: flow_m3_h}
files:
  "Flows_*.csv": {}
  "Levels_*.csv": {wide: {id: [Timestamp], variable: sensor, value: level_m}}
"""
TANK_M2 = np.pi * 8.0**2
INLETS = (Meter("inlets", "p227"), Meter("inlets", "p235"))
SECTORS = (
    *INLETS,
    *(Meter("town", "p227"), Meter("town", "p235"), Meter("town", "T1", "level", 1, TANK_M2)),
    *(Meter("A and B", "p227"), Meter("A and B", "p235"), Meter("A and B", "PUMP_1", "flow", -1)),
    *(Meter("C", "PUMP_1"), Meter("C", "T1", "level", 1, TANK_M2)),
)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not L_TOWN.exists(), reason="the flows and leaks of L-Town are kept outside the project"),
]


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    folder = tmp_path_factory.mktemp("l-town")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    workspace = open_workspace(folder / "workspace")
    files = [L_TOWN / "Flows_2019.csv", L_TOWN / "Levels_2019.csv"]
    described = {"title": "L-Town 2019", "licence": "EUPL-1.2", "source": "BattLeDIM 2020", "owner": "KIOS"}
    mapping = folder / "mapping.yaml"
    added = datasets.add(workspace, files, name="l-town", schema=str(SCHEMA), mapping=mapping, **described)
    return readings.read(added.dataset.table(), zone="UTC")


@pytest.fixture(scope="module")
def leaks() -> np.ndarray:
    """True leakage of the whole town [m3/h], of shape (105120,)."""
    table = pq.read_table(L_TOWN / "leak_flows_m3_h_2019.parquet")
    pipes = [name for name in table.column_names if name != "timestamp"]
    return np.sum([table[name].to_numpy().astype(float) for name in pipes], axis=0)


def evidence(series: Series, meters: Sequence[Meter], uses: dict[str, float] | None = None) -> Evidence:
    known = {name: Attributes(name, night_use=Range(use, use, use)) for name, use in (uses or {}).items()}
    return Evidence(series, tuple(meters), NightFlowParameters(time_zone="UTC").hypotheses(), known)


def against(found: Estimate, leaks: np.ndarray) -> tuple[float, float, float]:
    """Slope, intercept and correlation of night flow on true leakage of the same hours."""
    nights = leaks.reshape(365, 288)[:, 24:48].mean(axis=1)[: len(found.flows)]
    slope, intercept = np.polyfit(nights, found.flows, 1)
    return float(slope), float(intercept), float(np.corrcoef(nights, found.flows)[0, 1])


def test_night_inflow_follows_true_leakage_one_for_one(series: Series, leaks: np.ndarray) -> None:
    """Published here: night inflow = 84.4 + 1.002 x leakage, r = 0.85, noise of about 17 m3/h."""
    (found,) = estimates(evidence(series, INLETS))
    slope, intercept, correlation = against(found, leaks)
    assert len(found.flows) == 365
    assert slope == pytest.approx(1.00, abs=0.02)
    assert (round(slope, 3), round(intercept, 1)) == (1.002, 84.4)
    assert correlation >= 0.85
    assert found.noise is not None
    assert found.noise.sigma == pytest.approx(17.0, abs=1.0)


def test_the_printed_balance_of_volumes(series: Series, leaks: np.ndarray) -> None:
    flow = net_inflow(series, INLETS)["inlets"]
    per_day = float(leaks.mean() * 24)
    found = balance(flow, series.grid.step_s, Range(per_day, per_day, per_day))
    assert found.losses is not None
    assert found.efficiency is not None
    assert f"{found.inflow:,.0f}" == "2,197,225"
    assert found.inflow == pytest.approx(2_197_224.96, abs=0.01)
    assert f"{found.losses.central:,.0f}" == "653,942"
    assert f"{found.efficiency.central:.3f}" == "70.238"


def test_the_tank_explains_half_of_the_noise(series: Series, leaks: np.ndarray) -> None:
    found = {one.sector: one for one in estimates(evidence(series, SECTORS))}
    (inlets, town, fed, raised) = (found[name].noise for name in ("inlets", "town", "A and B", "C"))
    assert inlets is not None and town is not None and fed is not None and raised is not None  # noqa: PT018
    assert town.sigma < 0.5 * inlets.sigma
    assert fed.sigma < 0.35 * inlets.sigma
    assert against(found["town"], leaks)[2] > 0.92
    assert against(found["town"], leaks)[0] == pytest.approx(1.05, abs=0.01)


def test_with_its_true_night_use_the_year_is_told_and_a_leak_is_not(series: Series, leaks: np.ndarray) -> None:
    """Given 84.4 m3/h of use, losses of the year come within their interval; a leak of 5 m3/h stays under the noise."""
    case = evidence(series, INLETS, {"inlets": 84.4})
    (found,) = estimates(case)
    assert found.leakage is not None
    assert found.balance.losses is not None
    assert found.leakage.low < leaks.mean() * 24 < found.leakage.high
    assert found.balance.losses.low < 653_942 < found.balance.losses.high
    assert found.verdict == "leak-not-told"
    (row,) = tables.sectors_rows([found], case)
    assert "Too noisy to see a leak of 5 m3/h from one night to the next" in row["sentence"]
    assert 5 < row["smallest_change_m3_h"] < 12
