from dataclasses import replace

import pytest

from agglo.contract.errors import InvalidInput
from agglo.contract.indicators import Indicator
from agglo.runs.comparison import compare
from agglo.runs.run import Run

TAKE = Indicator(name="land.take", value=10.0, unit="ha/yr", place="91272", year=2018, since=2012)


class Told(Run):
    """A run told in a test: its indicators and whether it failed."""

    def __init__(self, *indicators: Indicator, state: str = "finished") -> None:
        self.__dict__.update(indicators=list(indicators), content={"id": "told", "state": state})


def test_values_stand_side_by_side_with_the_difference_from_the_first() -> None:
    [row] = compare([Told(TAKE), Told(replace(TAKE, value=4.0)), Told(replace(TAKE, value=11.5))])
    assert (row.name, row.place, row.unit, row.since, row.year) == ("land.take", "91272", "ha/yr", 2012, 2018)
    assert row.values == (10.0, 4.0, 11.5)
    assert row.differences == (0.0, -6.0, 1.5)


def test_what_is_not_known_has_no_difference() -> None:
    elsewhere = replace(TAKE, place="91477")
    rows = compare([Told(TAKE), Told(replace(TAKE, value=None), elsewhere)])
    assert [(row.place, row.values, row.differences) for row in rows] == [
        ("91272", (10.0, None), (0.0, None)),
        ("91477", (None, 10.0), (None, None)),
    ]


def test_sectors_are_apart() -> None:
    part = replace(TAKE, sector="housing", value=3.0)
    assert [row.sector for row in compare([Told(TAKE, part), Told(part, TAKE)])] == ["", "housing"]


def test_another_unit_and_another_year_are_refused_with_both_named() -> None:
    stock = replace(TAKE, name="land.carbon-stock", unit="tC")
    first, second = Told(TAKE, stock), Told(replace(TAKE, year=2021, since=2018), replace(stock, unit="tCO2"))
    with pytest.raises(InvalidInput) as caught:
        compare([first, second])
    assert [(fault.where, fault.got) for fault in caught.value.faults] == [
        ("land.carbon-stock 91272", "tC, tCO2"),
        ("land.take 91272", "2012-2018, 2018-2021"),
    ]


def test_a_mean_over_years_is_not_compared_with_a_year() -> None:
    with pytest.raises(InvalidInput, match="2012-2018, 2018"):
        compare([Told(TAKE), Told(replace(TAKE, since=None))])


def test_several_years_of_one_indicator_stand_side_by_side() -> None:
    first, later = replace(TAKE, since=None, year=2030), replace(TAKE, since=None, year=2050, value=2.0)
    rows = compare([Told(first, later), Told(replace(later, value=1.0), first)])
    assert [(row.year, row.values) for row in rows] == [(2030, (10.0, 10.0)), (2050, (2.0, 1.0))]
    with pytest.raises(InvalidInput, match=r"found 2030, 2030 \+ 2050, expected one year or period"):
        compare([Told(first, later), Told(first)])


def test_a_failed_run_is_refused(workspace, ask, pebble, program) -> None:
    failed = ask(workspace, program("exit 1")).run
    with pytest.raises(InvalidInput, match=f"{failed.id}: found a failed run, expected a finished run"):
        compare([ask(workspace, pebble).run, failed])


def test_runs_with_nothing_in_common_are_refused() -> None:
    with pytest.raises(InvalidInput, match="none in common"):
        compare([Told(TAKE), Told(replace(TAKE, place="91477"))])


def test_kept_runs_of_two_models_are_compared_by_what_both_say(workspace, ask, pebble, program) -> None:
    text = '{"indicators": [{"name": "land.take", "value": 0.5, "unit": "ha/yr", "place": "01004", "year": 2024}]}'
    other = ask(workspace, program(f"printf '%s' '{text}' > \"$out/outputs.json\"")).run
    [row] = compare([ask(workspace, pebble, weight=2).run, other])
    assert (row.values, row.differences) == ((2.0, 0.5), (0.0, -1.5))
