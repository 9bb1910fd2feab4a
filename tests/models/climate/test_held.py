"""What the inventory holds: the base year, territories beside communes, and years that cannot be compared."""

from pathlib import Path

import pytest

from agglo.contract.errors import InvalidInput
from agglo.models.climate.held import Held, read_held
from agglo.models.climate.uncertainty import ASSUMED_HALFWIDTHS

from . import scenes
from .scenes import BASE, EPCI, held


def read(folder: Path, *rows, territory: str = "") -> Held:
    return read_held(scenes.write(folder, inventory=rows).inventory, gwp="as-stated", territory=territory)


def test_rows_are_in_common_units_with_a_doubt(tmp_path) -> None:
    found = read(
        tmp_path,
        held(2.0, unit="ktCO2e", uncertainty=None),
        held(3.0, substance="energy", unit="GWh", uncertainty=0.07),
    )
    (emissions,), (energy,) = found.rows["emissions", BASE], found.rows["energy", BASE]
    assert (emissions.value, emissions.halfwidth) == (2000, ASSUMED_HALFWIDTHS["modelled"])
    assert (energy.value, energy.halfwidth) == (3000, 0.07)
    assert found.doubt_is_assumed


def test_the_base_year_is_the_last_with_emissions_unless_asked(tmp_path) -> None:
    found = read(tmp_path, held(1.0, year=2015), held(1.0), held(1.0, year=2022, substance="energy"))
    assert found.base_year(None) == BASE
    assert found.base_year(2015) == 2015
    with pytest.raises(
        InvalidInput, match="base_year: found 2022, expected a year whose emissions are held: 2015, 2020"
    ):
        found.base_year(2022)


def test_a_base_year_without_what_another_year_holds_is_refused(tmp_path) -> None:
    found = read(tmp_path, held(1.0, year=2015), held(2.0, "waste", year=2015), held(1.0))
    with pytest.raises(InvalidInput, match="waste 2020: found no figure of emissions, though 2015 have one"):
        found.base_year(None)
    assert found.base_year(2015) == 2015


def test_communes_and_a_territory_stand_for_each_other(tmp_path) -> None:
    """In 2015 only the territory is known, in 2020 its communes: the whole can be compared, a commune cannot."""
    rows = [held(30.0, year=2015), held(10.0, place="91001"), held(18.0, place="91002")]
    found = read(tmp_path, *rows)
    assert found.territory == EPCI
    assert found.base_year(None) == BASE
    assert found.missing("emissions", 2015, BASE, EPCI) == []
    assert found.missing("emissions", 2015, BASE, "91001") == ["residential"]
    assert found.places(BASE) == ["91001", "91002"]


def test_a_territory_that_is_not_told_is_refused(tmp_path) -> None:
    rows = [held(10.0, place="91001"), held(18.0, place="91002")]
    assert read(tmp_path, *rows, territory=EPCI).territory == EPCI
    for given in ("", "91001"):
        with pytest.raises(InvalidInput, match="SIREN code of the territory that 2 places make up"):
            read(tmp_path, *rows, territory=given)
    assert read(tmp_path, rows[0]).territory == "91001"
