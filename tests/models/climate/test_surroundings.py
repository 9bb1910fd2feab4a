from pathlib import Path
from typing import Any

import pytest

from agglo.contract.errors import InvalidInput
from agglo.models.climate.surroundings import Surroundings, read_surroundings

from .inventory_scenes import SIREN, Rows, around, written


def read(folder: Path, rows: Rows) -> Surroundings:
    return read_surroundings(written(folder, {"context": rows}).context)


def test_population_and_degree_days_by_year(tmp_path: Path) -> None:
    found = read(tmp_path, [*around(2019, people=900), *around(2020, days=1800.0)])
    assert found.values["population", SIREN, 2019] == 900
    assert found.values["heating-degree-days", SIREN, 2020] == 1800
    assert found.reference == {SIREN: 2000}
    assert not [*found.population_faults(SIREN, (2019, 2020)), *found.weather_faults(SIREN, (2019, 2020))]


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"quantity": "populaton"}, r"row 1, 200056232 2020 populaton, quantity.*Did you mean \"population\""),
        ({"unit": "Cel.d"}, "unit: found Cel.d, expected inhabitant"),
        ({"value": -1.0}, "value: found -1, expected 0 or more"),
        ({"value": None}, "value: found nothing"),
        ({"value": float("nan")}, "value: found nan"),
        ({"quality": "guessed"}, "quality: found guessed"),
        ({"source": ""}, "source: found nothing"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, changed: dict[str, Any], match: str) -> None:
    first, *rest = around(2020)
    with pytest.raises(InvalidInput, match=match):
        read(tmp_path, [{**first, **changed}, *rest])


def test_a_row_twice_and_a_moving_reference_are_refused(tmp_path: Path) -> None:
    moved = [{**one, "value": 1900.0} for one in around(2021) if one["quantity"].endswith("reference")]
    with pytest.raises(InvalidInput, match=r"rows 1, 4, 200056232 2020 population") as error:
        read(tmp_path, [*around(2020), around(2020)[0], *moved])
    assert "1900.0, 2000.0" in str(error.value)
    assert "one reference" in str(error.value)


def test_every_missing_or_zero_cell_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, [*around(2019, people=0.0), *around(2020, days=None)])
    people = [str(fault) for fault in found.population_faults(SIREN, (2018, 2019, 2020))]
    assert people == [
        "context 200056232 2018 population: found nothing, expected more than 0",
        "context 200056232 2019 population: found 0, expected more than 0",
    ]
    days = [fault.where for fault in found.weather_faults(SIREN, (2019, 2020))]
    assert days == ["context 200056232 2020 heating-degree-days"]
    (reference,) = found.weather_faults("91477", ())
    assert "reference: found nothing" in str(reference)


def test_columns_are_named(tmp_path: Path) -> None:
    inputs = written(tmp_path, {"inventory": []})
    with pytest.raises(InvalidInput, match="column quantity: found no such column"):
        read_surroundings(inputs.inventory)
