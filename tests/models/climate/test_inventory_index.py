"""The index of emissions: the ratio to a reference year, and what has none."""

from pathlib import Path
from typing import Any

import pytest

from agglo.contract.errors import InvalidInput
from agglo.contract.outcome import Outcome
from agglo.models.climate.inventory import inventory

from .inventory_scenes import SIREN, Rows, row
from .inventory_scenes import ask as asked

TWO_YEARS = [
    row(400.0, "residential", year=2012),
    row(600.0, "road-transport", year=2012, quality="declared"),
    row(300.0, "residential", year=2022),
    row(520.0, "road-transport", year=2022),
]


def ask(tmp_path: Path, rows: Rows, **parameters: Any) -> Outcome:
    return asked(inventory, tmp_path, {"inventory": rows}, **parameters)


def test_the_index_is_the_ratio_to_the_reference_year(tmp_path: Path) -> None:
    found = ask(tmp_path, TWO_YEARS, reference_year=2012).indicators
    index = {one.year: one for one in found if one.name == "climate.emissions-index"}
    assert {year: one.value for year, one in index.items()} == {2012: 100.0, 2022: 82.0}
    assert {(one.place, one.sector, one.unit, one.quality) for one in index.values()} == {(SIREN, "", "%", "declared")}


def test_without_a_reference_year_there_is_none(tmp_path: Path) -> None:
    assert not [one for one in ask(tmp_path, TWO_YEARS).indicators if one.name == "climate.emissions-index"]


@pytest.mark.parametrize(
    ("rows", "year", "said"),
    [
        (TWO_YEARS, 2015, f"reference_year, {SIREN}: found 2015, expected a year whose emissions are held: 2012, 2022"),
        ([*TWO_YEARS, row(5.0, "waste", year=2022)], 2012, f"{SIREN} 2022: found Waste, expected the same sectors"),
        ([row(0.0, "waste", year=2012), row(1.0, "waste", year=2022)], 2012, "2012: found 0 tCO2e, expected emissions"),
    ],
)
def test_unlike_years_have_no_index(rows: Rows, year: int, said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="There is no index of these emissions") as caught:
        ask(tmp_path, rows, reference_year=year)
    assert said in str(caught.value)
