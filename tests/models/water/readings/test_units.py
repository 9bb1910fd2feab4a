"""Units that cannot be right, found by the balance of sectors, their tanks, and pressures among themselves."""

import numpy as np
import pytest

from agglo.models.water.readings.series import Series, read
from agglo.models.water.readings.units import unit_flags

from .scenes import HOUR, instants, metered, of, rhythm, series, table

TIMES = instants(30, 3600)
DEMAND = rhythm(TIMES, 0, 20.0)
TRANSIT = rhythm(TIMES, 5, 60.0)


def flows(**factors: float) -> Series:
    """A sector fed by "in", that passes water on by "out"; each as if read under another unit."""
    true = {"in": DEMAND + TRANSIT, "out": TRANSIT}
    return read(table(**{name: ("flow", TIMES, factors.get(name, 1.0) * one) for name, one in true.items()}))


METERS = metered(("north", "in", 1), ("north", "out", -1), ("south", "out", 1))


def test_a_balance_that_holds_says_nothing() -> None:
    assert unit_flags(flows(), METERS) == ()


@pytest.mark.parametrize(
    ("sensor", "factor", "said"),
    [
        ("in", 1 / 3.6, "given in L/s and read as m3/h"),
        ("out", 24.0, "given in m3/d and read as m3/h"),
        ("out", 3.6, "given in m3/h and read as L/s"),
        ("in", -1.0, "counted in the other direction"),
    ],
)
def test_a_meter_under_a_wrong_unit_is_named_and_nothing_is_changed(sensor: str, factor: float, said: str) -> None:
    found = flows(**{sensor: factor})
    before = {name: one.copy() for name, one in found.values.items()}
    flags = unit_flags(found, METERS)
    assert any((one.sensor == sensor and said in one.detail) or f"{sensor}: {said}" in one.detail for one in flags)
    assert all(one.kind == "unit" and "sector north" in one.detail for one in flags)
    for name, one in found.values.items():
        np.testing.assert_array_equal(one, before[name])


def test_litres_a_second_read_as_cubic_metres_an_hour_are_the_first_thing_said() -> None:
    (flag,) = unit_flags(flows(**{"in": 1 / 3.6}), METERS)
    assert flag.sensor == "in"
    assert flag.detail.startswith("In 100 % of hours sector north gives back more water than it gets; it would balance")


def test_two_inlets_under_one_wrong_unit_are_both_named() -> None:
    true = {"one": 0.5 * (DEMAND + TRANSIT), "two": 0.5 * (DEMAND + TRANSIT)}
    sensors = {name: ("flow", TIMES, flow / 3.6) for name, flow in true.items()}
    found = read(table(**sensors, out=("flow", TIMES, TRANSIT)))
    meters = metered(("north", "one", 1), ("north", "two", 1), ("north", "out", -1))
    flags = unit_flags(found, meters)
    assert {one.sensor for one in flags} == {"one", "two"}
    assert all("given in L/s and read as m3/h" in one.detail and "Or: out" in one.detail for one in flags)


@pytest.mark.parametrize(("factor", "said"), [(1 / 3.6, "L/s"), (24.0, "m3/d"), (1.0, "")])
def test_a_tank_tells_the_unit_of_its_pump(factor: float, said: str) -> None:
    times = instants(20, 900)
    running = (times // (6 * HOUR)) % 2 == 0
    flow, demand = np.where(running, 44.0, 0.0), 22.0 + rhythm(times, 3, 1.0)
    level = 3 + np.r_[0.0, np.cumsum((flow - demand)[:-1] * 0.25)] / 200.0
    found = read(table(pump=("flow", times, flow * factor), tank=("level", times, np.round(level, 2))))
    flags = unit_flags(found, metered(("zone", "pump", 1), ("zone", "tank", None, 200.0)))
    assert [one.sensor for one in flags] == (["pump"] if said else [])
    assert all(f"given in {said} and read as m3/h" in one.detail for one in flags)


def test_what_no_unit_explains_is_said_too() -> None:
    both_ways = np.where(TIMES // 86_400 % 2 == 0, DEMAND, -DEMAND)
    found = read(table(**{"in": ("flow", TIMES, both_ways)}))
    (flag,) = unit_flags(found, metered(("north", "in", 1)))
    assert "no unit explains it: a missing meter, or a wrong direction?" in flag.detail


def test_a_sector_that_lacks_a_meter_is_left_alone() -> None:
    found = flows(**{"in": 1 / 3.6})
    assert unit_flags(found, metered(("north", "in", 1), ("north", "out", -1), ("north", "other", -1))) == ()
    assert unit_flags(found, metered(("north", "in", 1), ("north", "out", None))) == ()


def pressures(**means: float) -> Series:
    return series(**{name: ("pressure", TIMES, mean * (1 - rhythm(TIMES, 7) / 1000)) for name, mean in means.items()})


def test_bars_and_kilopascals_read_as_metres_are_said_and_kept() -> None:
    found = pressures(a=45.0, b=52.0, c=38.0, bar=4.6, kpa=440.0)
    said = {one.sensor: one.detail for one in of(found, "unit")}
    assert set(said) == {"bar", "kpa"}
    assert said["bar"].endswith("bars read as metres?")
    assert np.isfinite(found.values["bar"]).all()
    assert len(of(pressures(a=4.5, b=3.8), "unit")) == 2


def test_a_low_pressure_that_moves_as_much_as_the_others_is_no_unit() -> None:
    low = 6.0 - rhythm(TIMES, 7) / 25
    found = series(
        a=("pressure", TIMES, 45.0 - rhythm(TIMES, 7) / 25),
        b=("pressure", TIMES, 50.0 - rhythm(TIMES, 8) / 25),
        low=("pressure", TIMES, low),
    )
    assert not of(found, "unit")
