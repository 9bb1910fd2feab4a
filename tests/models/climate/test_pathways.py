"""Pathways: published figures, interpolation, and everything that is refused with the cell named."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.contract.errors import InvalidInput, NotFound
from agglo.models.climate.pathway import Pivot, Series, lever_effect_kt
from agglo.models.climate.pathways import Pathways, read_pathways

from .pathway_scenes import PATHWAYS, PUBLISHED, bundled, handle, pivot, rows_of

STRASBOURG = "246700488"


@pytest.fixture
def read(tmp_path) -> Callable[..., Pathways]:
    def run(*rows: dict[str, Any]) -> Pathways:
        return read_pathways(handle(tmp_path, "pathways", PATHWAYS, rows))

    return run


@pytest.fixture
def refused(read) -> Callable[..., str]:
    """All that is wrong with some rows, in one text."""

    def run(*rows: dict[str, Any]) -> str:
        with pytest.raises(InvalidInput, match="table of pathways cannot be read") as caught:
            read(*rows)
        return str(caught.value)

    return run


@pytest.fixture
def national(read) -> Pathways:
    return read(*bundled("national/snbc-2-budgets.csv", PATHWAYS))


def series(national: Pathways, sector: str = "all") -> Series:
    return national.series("snbc-2", "2020", place="FR", sector=sector)


def test_levers_as_published() -> None:
    rows = rows_of(PUBLISHED / "climate-levers.csv")
    assert len(rows) == 2
    for row in rows:
        target, observed, part, effect = (
            float(row[name]) for name in ("target_2030_kt", "observed_2019_kt", "share", "effect_kt")
        )
        assert lever_effect_kt(target, observed, part) == pytest.approx(effect, abs=0.005)


@pytest.mark.parametrize(("given_", "where"), [((-1, 2, 0.5), "target_kt"), ((1, 2, 1.5), "share")])
def test_a_lever_that_cannot_be(given_, where: str) -> None:
    with pytest.raises(InvalidInput, match=where):
        lever_effect_kt(*given_)


def test_budgets_of_the_snbc_2_as_published(national: Pathways) -> None:
    rows = rows_of(PUBLISHED / "snbc-2-budgets.csv")
    assert len(rows) == 7
    for row in rows:
        found = {(one.kind, one.since, one.year): one.value for one in national.pivots if one.sector == row["sector"]}
        assert found == {
            ("level", None, 1990): float(row["mt_1990"]) * 1e6,
            ("level", None, 2015): float(row["mt_2015"]) * 1e6,
            ("budget", 2019, 2023): float(row["mt_2019_2023"]) * 1e6,
            ("budget", 2024, 2028): float(row["mt_2024_2028"]) * 1e6,
            ("budget", 2029, 2033): float(row["mt_2029_2033"]) * 1e6,
            ("change", None, 2050): pytest.approx(float(row["percent_2050_against_2015"]) / 100),
        }


def test_sectors_of_the_snbc_2_sum_to_the_total_within_rounding(national: Pathways) -> None:
    for kind, year in {(one.kind, one.year) for one in national.pivots if one.kind != "change"}:
        values = {one.sector: one.value for one in national.pivots if (one.kind, one.year) == (kind, year)}
        whole = values.pop("all")
        assert abs(sum(values.values()) - whole) <= 1e6


def test_a_budget_stands_at_the_median_year_of_its_period(national: Pathways) -> None:
    whole = series(national)
    assert whole.unit == "tCO2e/yr"
    assert [*whole.points] == [1990, 2015, 2021, 2026, 2031, 2050]
    assert whole.value_in(2026) == 359e6
    assert whole.value_in(2028) == pytest.approx(359e6 + (300e6 - 359e6) * 2 / 5)
    assert whole.value_in(2050) == pytest.approx(458e6 * 0.17)
    assert whole.pivots[2].budget_total == 422e6 * 5


def test_a_budget_gives_way_to_a_level_within_its_period(read) -> None:
    found = read(pivot("level", 2020, 10), pivot("budget", 2023, 8, since=2019), pivot("level", 2030, 5))
    assert found.series("plan", "1", place="200056232").points == {2020: 10, 2030: 5}


def test_index_of_road_transport_in_the_golden_series(read) -> None:
    row = next(one for one in rows_of(PUBLISHED / "strasbourg-cae.csv") if one["id"] == "cae_1.eb")
    found = read(*(pivot("level", int(year), float(value)) for year, value in row.items() if year.isdigit()))
    road = found.series("plan", "1", place="200056232")
    assert road.index(2015, 2015) == 1
    for year, expected in ((2019, 76.4 / 79.1), (2030, 0.701), (2036, 0.492), (2050, 0.005)):
        assert road.index(year, 2015) == pytest.approx(expected, abs=0.0005)


def test_the_trajectory_of_strasbourg_as_published(read) -> None:
    found = read(*bundled("strasbourg/strasbourg-snbc-2.csv", PATHWAYS))
    for row in rows_of(PUBLISHED / "strasbourg-trajectory.csv"):
        one = found.series("strasbourg-snbc-2", "2024", place=STRASBOURG, sector=row["sector"])
        for year in (2015, 2030, 2050):
            assert one.value_in(year) == pytest.approx(float(row[f"kt_{year}"]) * 1000, abs=5)


def test_changes_alone_are_an_index(read) -> None:
    found = read(pivot("change", 2030, -34, unit="%", reference_year=2012))
    one = found.series("plan", "1", place="200056232")
    assert one.unit == "%"
    assert one.points == {2012: 100, 2030: pytest.approx(66)}
    assert one.value_in(2021) == pytest.approx(83)


@given(
    values=st.lists(st.floats(0.1, 1e6), min_size=2, max_size=8),
    share=st.floats(0, 1),
)
def test_interpolation_stays_between_its_pivots(values: list[float], share: float) -> None:
    found = Series(tuple(_level(2000 + 7 * rank, value) for rank, value in enumerate(values)))
    year = 2000 + round(share * 7 * (len(values) - 1))
    left = min((year - 2000) // 7, len(values) - 2)
    low, high = sorted(values[left : left + 2])
    assert low * (1 - 1e-12) <= found.value_in(year) <= high * (1 + 1e-12)
    assert [found.value_in(2000 + 7 * rank) for rank in range(len(values))] == values


def _level(year: int, value: float) -> Pivot:
    return Pivot("plan", "1", "draft", "200056232", "emissions", "all", "level", None, year, value, None, "test", 1)


@pytest.mark.parametrize("year", [1989, 2051])
def test_nothing_is_extrapolated(national: Pathways, year: int) -> None:
    with pytest.raises(InvalidInput, match=f"found {year}, expected a year from 1990 to 2050"):
        series(national).value_in(year)


def test_an_index_against_zero_is_refused(read) -> None:
    found = read(pivot("level", 2015, 0), pivot("level", 2030, 0)).series("plan", "1", place="200056232")
    with pytest.raises(InvalidInput, match="plan 1, 200056232 emissions all 2015: found 0"):
        found.index(2030, 2015)


def test_an_unknown_pathway_is_named_with_the_nearest(national: Pathways) -> None:
    with pytest.raises(NotFound, match='Did you mean "snbc-2 2020 FR emissions waste"'):
        national.series("snbc-2", "2020", place="FR", sector="wastes")


BUDGET = pivot("budget", 2023, 10.0, since=2019)
CHANGE = pivot("change", 2030, -0.34, reference_year=2012)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "expected one row for each pivot"),
        ([CHANGE, CHANGE], "row 2, plan 200056232 all 2030, value: found the same pivot as in row 1"),
        ([{**BUDGET, "since": None}], "row 1, plan all 2023, since: found nothing, expected the first year"),
        ([{**BUDGET, "since": 2024}], "since: found 2024, expected 2023 or before"),
        ([{**CHANGE, "reference_year": None}], "reference_year: found nothing, expected the year the change is"),
        ([{**CHANGE, "reference_year": 2030}], "reference_year: found 2030, expected a year before 2030"),
        ([{**CHANGE, "unit": "tCO2e/yr"}], "row 1, plan all 2030, unit: found tCO2e/yr, expected 1, %"),
        ([{**CHANGE, "unit": "tCO2"}], "unit: found tCO2, expected 1, %"),
        ([{**CHANGE, "unit": "percent"}], "unit: found percent, expected a name of the list"),
        ([{**BUDGET, "quantity": "energy"}], "unit: found tCO2e/yr, expected MWh/yr, GWh/yr"),
        ([{**CHANGE, "value": -34.0}], "found -34 1, expected a change from -100 % to +100 %"),
        ([{**CHANGE, "value": float("nan")}], "found nan, expected a finite number"),
        ([{**BUDGET, "value": -1.0}], "found -1 tCO2e/yr, expected 0 or more"),
        ([{**BUDGET, "value": 3e9}], "more than the whole of France"),
        ([pivot("level", 2030, 20, quantity="renewable-share", unit="1")], "expected a share from 0 to 100 %"),
        ([{**BUDGET, "sector": "transports"}], 'Did you mean "transport"'),
        ([{**BUDGET, "kind": "budgets"}], 'Did you mean "budget"'),
        ([{**BUDGET, "reference_year": 2012}], "only a change has a reference year"),
        ([{**CHANGE, "since": 2012}], "only a budget has a period"),
        ([{**BUDGET, "source": None}], "source: found nothing, expected a value"),
        ([BUDGET, {**BUDGET, "since": 2022, "year": 2026}], "since: found 2022, expected a period that starts after"),
        ([pivot("level", 2012, 0), CHANGE], "row 1, plan 200056232 all 2012, value: found 0, expected a reference"),
        ([pivot("level", 2015, 10), CHANGE], "found no level of that year, expected the level of 2012 in this pathway"),
        ([CHANGE, {**CHANGE, "year": 2040, "reference_year": 2015}], "expected the level of 2015 in this pathway"),
        ([pivot("level", 2012, 10), pivot("level", 2030, 7), CHANGE], "found 7, expected the level of the change"),
    ],
)
def test_what_is_refused(refused, rows, said: str) -> None:
    assert said in refused(*rows)


def test_all_faults_are_said_at_once(refused) -> None:
    text = refused({**BUDGET, "since": None}, {**CHANGE, "reference_year": None}, {**BUDGET, "unit": "1"})
    assert [f"row {number}" in text for number in (1, 2, 3)] == [True] * 3


def test_a_column_that_is_missing_is_named(tmp_path) -> None:
    other = PATHWAYS.remove(PATHWAYS.get_field_index("status"))
    rows = [{name: value for name, value in CHANGE.items() if name != "status"}]
    with pytest.raises(InvalidInput, match="column status: found no such column"):
        read_pathways(handle(tmp_path, "pathways", other, rows))


def test_a_column_of_the_wrong_type_is_named(tmp_path) -> None:
    import pyarrow as pa

    other = PATHWAYS.set(PATHWAYS.get_field_index("value"), pa.field("value", "string"))
    with pytest.raises(InvalidInput, match="column value: found string, expected a number"):
        read_pathways(handle(tmp_path, "pathways", other, [{**CHANGE, "value": "-0.34"}]))
