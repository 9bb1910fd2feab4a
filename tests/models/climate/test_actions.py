"""Actions: what is read, what is refused, all at once; ramps and lives."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.contract.errors import InvalidInput
from agglo.contract.inputs import Handle
from agglo.models.climate.actions import Range, chosen, read_actions
from agglo.models.climate.pots import pots_of

from . import scenes
from .scenes import EPCI, action, measure, row


def read(folder: Path, *rows: dict[str, Any]):
    return read_actions(scenes.write(folder, actions=rows).actions)


def refused(folder: Path, *rows: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read(folder, *rows)
    return [str(fault) for fault in caught.value.faults]


def test_a_row_becomes_an_action(tmp_path) -> None:
    (found,) = read(
        tmp_path, measure("retrofit", 100, 1, 2, 4, energy_central=5.0, cost_low=1.0, cost_central=2.0, cost_high=3.0)
    )
    assert found.effects == {"emissions": Range(1, 2, 4), "energy": Range(5, 5, 5)}
    assert (found.cost, found.pot, found.total_units) == (Range(1, 2, 3), "residential/all", 100)


def test_every_fault_is_said_at_once(tmp_path) -> None:
    said = refused(
        tmp_path,
        measure("a", -1, 3, 2, 4),
        measure("b", 1, 1, sector="residental", carrier="gaz"),
        measure("b", 1, 1, start_year=2031, full_year=2030, lifetime_yr=0.0),
        measure("c", 1, 1, emissions_central=None, quality="guessed", source=""),
        measure("d", 1, 1, energy_low=1.0, cost_central=-5.0, emissions_low=0.5),
        measure("e", float("nan"), 1),
    )
    for text in (
        "row 1, a, units: found -1",
        "row 1, a, emissions: found 3.0 / 2.0 / 4.0, expected low <= central <= high",
        'row 2, b, sector: found residental, expected a regulatory sector. Did you mean "residential"?',
        'row 2, b, carrier: found gaz, expected an energy carrier, or all. Did you mean "gas"?',
        "row 3, b, full_year: found 2030, expected 2031 or later",
        "row 3, b, lifetime_yr: found 0.0",
        "row 4, c, emissions_central: found nothing",
        "row 4, c, quality: found guessed",
        "row 4, c, source: found nothing",
        "row 5, d, emissions_high: found nothing, expected both ends of the range",
        "row 5, d, energy_central: found nothing",
        "row 5, d, cost: found -5",
        "row 6, e, units: found nan",
        "actions, b: found this action 2 times",
    ):
        assert any(text in one for one in said), (text, said)
    assert len(said) == 14


def test_a_missing_column_is_named_with_the_nearest(tmp_path) -> None:
    import pyarrow.parquet as pq

    inputs = scenes.write(tmp_path, actions=[measure("a", 1, 1)])
    table = inputs.actions.table().rename_columns({"units": "unit"}).drop_columns(["source"])
    pq.write_table(table, tmp_path / "other.parquet")
    with pytest.raises(InvalidInput, match=r'column units: found no such column. Did you mean "unit"?') as caught:
        read_actions(Handle("actions", tmp_path / "other.parquet"))
    assert len(caught.value.faults) == 2


def test_ramp_is_linear_from_the_year_before_the_first() -> None:
    one = action("a", 1, 1, start_year=2021, full_year=2025)
    assert [one.ramp(year) for year in (2019, 2020, 2021, 2023, 2025, 2050)] == [0, 0, 0.2, 0.6, 1, 1]
    at_once = action("a", 1, 1, start_year=2021, full_year=2021)
    assert [at_once.ramp(year) for year in (2020, 2021)] == [0, 1]


def test_a_unit_works_for_its_life_and_is_not_renewed() -> None:
    one = action("a", 1, 1, start_year=2021, full_year=2021, lifetime_yr=20.0)
    assert [one.ramp(year) for year in (2021, 2040, 2041)] == [1, 1, 0]
    slow = action("a", 1, 1, start_year=2021, full_year=2030, lifetime_yr=5.0)
    assert slow.ramp(2026) == pytest.approx(0.5)
    assert (slow.ramp(2035), slow.installed(2035)) == (0, 1)


@given(st.integers(2000, 2060), st.integers(0, 40), st.floats(0.5, 80), st.integers(1990, 2120))
def test_ramp_stays_between_none_and_all(start: int, span: int, life: float, year: int) -> None:
    assert 0 <= action("a", 1, 1, start_year=start, full_year=start + span, lifetime_yr=life).ramp(year) <= 1


def test_hypotheses_replace_units_and_leave_actions_out() -> None:
    known = [action("bus", 1, 1), action("bike", 2, 1)]
    (kept,) = chosen(known, {"bike": {EPCI: 7.0}}, ["bus"], [EPCI])
    assert (kept.id, kept.total_units) == ("bike", 7)
    with pytest.raises(InvalidInput, match=r'actions.bik.*Did you mean "bike"') as caught:
        chosen(known, {"bik": 1.0, "bus": {"99999": 1.0}}, ["buss"], [EPCI])
    assert len(caught.value.faults) == 3


def test_an_action_on_an_empty_pot_is_refused_with_both_named() -> None:
    rows = [row(10.0, carrier="gas"), row(0.0, carrier="oil"), row(5.0, "waste")]
    acting = [
        action("boilers", 1, 1, carrier="oil"),
        action("cows", 1, 1, sector="agriculture"),
        action("bins", 1, 1, sector="waste", carrier="gas"),
    ]
    with pytest.raises(InvalidInput) as caught:
        pots_of(rows, acting, "emissions", [EPCI])
    said = [str(fault) for fault in caught.value.faults]
    assert "action boilers, pot residential/oil, emissions: found an empty pot" in said[0]
    assert "action cows, pot agriculture/all" in said[1]
    assert "Import this sector" in said[1]
    assert "does not tell the carriers of this sector apart" in said[2]


def test_no_unit_acts_on_nothing() -> None:
    assert pots_of([row(1.0)], [action("cows", 0, 1, sector="agriculture")], "emissions", [EPCI])[0].units == ()


def test_units_given_by_place_are_held_against_the_pot_of_the_place() -> None:
    rows = [row(10.0, place="91001"), row(30.0, place="91002")]
    by_place = action("a", {"91001": 2.0}, 1)
    pots = pots_of(rows, [by_place, action("b", 4.0, 1)], "emissions", ["91001", "91002"])
    assert {pot.units: pot.base.tolist() for pot in pots} == {((0, 0.2), (1, 0.1)): [10, 0], ((1, 0.1),): [0, 30]}
    with pytest.raises(InvalidInput, match="pot waste/all, emissions, 91002: found an empty pot"):
        pots_of(
            [*rows, row(1.0, "waste", place="91001")],
            [action("c", {"91002": 1.0}, 1, sector="waste")],
            "emissions",
            ["91001", "91002"],
        )


def test_rows_that_are_acted_on_alike_are_one_pot() -> None:
    rows = [row(1.0, carrier="gas"), row(2.0, carrier="oil"), row(4.0, carrier="heat", halfwidth=0.1)]
    assert len(pots_of(rows, [action("a", 1, 1)], "emissions", [EPCI])) == 2
    assert len(pots_of(rows, [action("a", 1, 1), action("b", 1, 1, carrier="oil")], "emissions", [EPCI])) == 3
