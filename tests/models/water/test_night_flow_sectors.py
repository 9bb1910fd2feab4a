"""Sectors as signed sums: mass balance, missing meters, tanks, and every fault of a table of meters."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from agglo.contract.errors import InvalidInput
from agglo.models.water.readings import sectors
from agglo.models.water.readings.sectors import Meter, net_inflow, read_meters

from .night_scenes import grid, inflow, meter, series

KINDS = {"in": "flow", "out": "flow", "tank": "level", "press": "pressure"}


def table(*rows: dict[str, Any]) -> pa.Table:
    types = {"sector": pa.string(), "sensor": pa.string(), "sign": pa.int64(), "tank_area_m2": pa.float64()}
    return pa.Table.from_pylist([*rows], schema=pa.schema([*types.items()]))


def refused(*rows: dict[str, Any]) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_meters(table(*rows), KINDS)
    return str(caught.value)


def test_what_enters_less_what_leaves_less_what_the_tank_takes() -> None:
    on = grid(1)
    level = 2.0 + 0.1 * np.arange(on.length)
    held = series(
        {"in": np.full(on.length, 100.0), "out": np.full(on.length, 30.0), "tank": level}, on, {"tank": "level"}
    )
    meters = (Meter("A", "in"), Meter("A", "out", "flow", -1), Meter("A", "tank", "level", 1, 50.0))
    found = net_inflow(held, meters)["A"]
    assert found[:-1] == pytest.approx(100.0 - 30.0 - 50.0 * 0.1 * 4)
    assert np.isnan(found[-1])


def test_water_is_neither_made_nor_lost_between_sectors() -> None:
    on = grid(2)
    flows = {"in": inflow(on), "between": inflow(on, leak=5.0, seed=2)}
    meters = (Meter("A", "in"), Meter("A", "between", "flow", -1), Meter("B", "between"))
    found = net_inflow(series(flows, on), meters)
    assert found["A"] + found["B"] == pytest.approx(flows["in"])


def test_a_tank_that_comes_back_to_its_level_takes_nothing() -> None:
    on = grid(2)
    level = 3.0 + np.sin(np.arange(on.length) / 96 * 2 * np.pi)
    held = series({"in": np.zeros(on.length), "tank": level}, on, {"tank": "level"})
    found = net_inflow(held, (Meter("A", "in"), Meter("A", "tank", "level", 1, 80.0)))["A"]
    assert found[:96].sum() == pytest.approx(0.0, abs=1e-9)


def test_a_missing_meter_is_not_a_zero() -> None:
    on = grid(1)
    holed = np.full(on.length, 20.0)
    holed[10:20] = np.nan
    held = series({"in": np.full(on.length, 100.0), "out": holed}, on)
    found = net_inflow(held, (Meter("A", "in"), Meter("A", "out", "flow", -1)))["A"]
    assert np.isnan(found[10:20]).all()
    assert found[20:] == pytest.approx(80.0)


def test_a_pressure_describes_the_sector_and_counts_no_water() -> None:
    on = grid(1)
    held = series({"in": np.ones(on.length), "press": np.full(on.length, 40.0)}, on, {"press": "pressure"})
    assert net_inflow(held, (Meter("A", "in"), Meter("A", "press", "pressure")))["A"] == pytest.approx(1.0)


def test_a_table_of_meters_is_read() -> None:
    found = read_meters(
        table(meter("A", "in"), meter("A", "out", -1), meter("B", "out"), meter("B", "tank", None, 201.0)), KINDS
    )
    assert found[1] == Meter("A", "out", "flow", -1, 0.0)
    assert found[3] == Meter("B", "tank", "level", 1, 201.0)
    assert [*sectors.sectors_of(found)] == ["A", "B"]
    assert sectors.without_outlet(found) == ["B"]


def test_every_fault_is_said_at_once() -> None:
    text = refused(
        meter("A", "inn"),
        meter("A", "out", None),
        meter("A", "tank"),
        meter("A", "in", 1, 50.0),
        meter("A", "press", -1),
    )
    assert "row 1 (A, inn): found a sensor without readings" in text
    assert 'Did you mean "in"?' in text
    assert "row 2 (A, out), sign: found nothing, expected 1 (enters) or -1 (leaves)" in text
    assert "row 3 (A, tank), tank_area_m2: found nothing, expected more than 0" in text
    assert "row 4 (A, in), tank_area_m2: found 50 (flow), expected nothing" in text
    assert "row 5 (A, press), sign: found -1, expected 1, or nothing" in text


def test_a_meter_twice_in_a_sector_is_refused_whatever_the_signs() -> None:
    assert "sector A, meter in: found 2 rows, signs 1, 1, expected one row" in refused(
        meter("A", "in"), meter("A", "in")
    )
    assert "signs 1, -1" in refused(meter("A", "in"), meter("A", "in", -1))


def test_a_sector_that_nothing_enters_is_refused() -> None:
    text = refused(meter("A", "in"), meter("B", "out", -1), meter("B", "tank", None, 10.0))
    assert "sector B: found no flow meter with sign 1, expected a meter that enters" in text
    assert "sector A" not in text


@pytest.mark.parametrize("sign", [0, 2])
def test_a_sign_is_one_or_minus_one(sign: int) -> None:
    assert f"found {sign}, expected 1 (enters) or -1 (leaves)" in refused(meter("A", "in", sign))


def test_a_tank_counts_with_no_other_sign() -> None:
    assert "A level that rises is always taken off" in refused(meter("A", "in"), meter("A", "tank", -1, 10.0))


@pytest.mark.parametrize("area", [0.0, -4.0, float("nan")])
def test_a_tank_has_an_area(area: float) -> None:
    assert "expected more than 0" in refused(meter("A", "in"), meter("A", "tank", 1, area))


def test_an_empty_table_and_a_missing_column_are_refused() -> None:
    assert "found no row" in refused()
    with pytest.raises(InvalidInput, match="column sign: found no such column"):
        read_meters(table(meter("A", "in")).drop_columns(["sign"]), KINDS)


def test_meters_of_no_sector_and_sectors_that_overlap_are_told() -> None:
    meters = (Meter("town", "in"), Meter("A", "in"), Meter("A", "out", "flow", -1))
    assert sectors.unused({**KINDS, "lost": "flow"}, meters) == ["lost"]
    assert sectors.overlaps(meters) == {"in": ["town", "A"]}
    assert sectors.overlaps((Meter("A", "out", "flow", -1), Meter("B", "out"))) == {}
