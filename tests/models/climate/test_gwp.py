import json

import pytest

from agglo.contract.errors import InvalidInput
from agglo.models.climate import gwp
from agglo.models.climate.nomenclature import GASES

from .inventory_scenes import PUBLISHED


def test_potentials_are_those_of_the_reports() -> None:
    published = json.loads((PUBLISHED / "gwp100.json").read_text(encoding="utf-8"))
    for report, potentials in gwp.GWP100.items():
        assert {gas: value for gas, value in potentials.items() if gas != "CO2"} == published[report]
        assert potentials["CO2"] == 1


def test_every_gas_has_a_potential_or_is_a_family() -> None:
    for potentials in gwp.GWP100.values():
        assert sorted([*potentials, *gwp.FAMILIES]) == sorted(GASES)


def test_a_mass_is_converted_with_the_report_that_is_chosen() -> None:
    assert [gwp.to_co2e(2.0, "N2O", report) for report in ("AR4", "AR5", "AR6")] == [596, 530, 546]
    assert gwp.to_co2e(0.0, "CH4", "AR6") == 0


@pytest.mark.parametrize(
    ("gas", "report", "match"),
    [
        ("HFC", "AR5", "a mass of HFC, a family of gases without one warming potential.*Give it in tCO2e"),
        ("PFC", "AR6", "a mass of PFC"),
        ("NOx", "AR5", "found NOx"),
        ("CH4", "AR7", "found AR7, expected AR4, AR5, AR6"),
    ],
)
def test_what_has_no_potential_is_refused(gas: str, report: str, match: str) -> None:
    with pytest.raises(InvalidInput, match=match):
        gwp.to_co2e(1.0, gas, report)
