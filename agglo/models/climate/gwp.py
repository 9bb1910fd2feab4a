"""Global warming potentials over 100 years, by IPCC report: from masses of gases to CO2 equivalent.

Sources, each without climate-carbon feedback of the gas:

- AR4: Forster and others 2007, IPCC AR4 WG1, table 2.14.
- AR5: Myhre and others 2013, IPCC AR5 WG1, table 8.A.1, doi:10.1017/CBO9781107415324.018.
- AR6: Forster and others 2021, IPCC AR6 WG1, table 7.SM.7, doi:10.1017/9781009157896.009.

One value of methane by report: the IPCC also gives higher ones for fossil methane (its carbon becomes fossil CO2); an
inventory that counts fuels' CO2 from their carbon already counts it, and they are not used here. HFC and PFC are
families of gases whose potentials differ a hundredfold: no mass of them can be converted.
"""

from collections.abc import Mapping
from typing import Literal

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _

Report = Literal["AR4", "AR5", "AR6"]

GWP100: Mapping[str, Mapping[str, float]] = {
    "AR4": {"CO2": 1, "CH4": 25, "N2O": 298, "SF6": 22_800, "NF3": 17_200},
    "AR5": {"CO2": 1, "CH4": 28, "N2O": 265, "SF6": 23_500, "NF3": 16_100},
    "AR6": {"CO2": 1, "CH4": 27.9, "N2O": 273, "SF6": 25_200, "NF3": 17_400},
}
"""Potential of one tonne of gas, by report [tCO2e/t]."""

FAMILIES = ("HFC", "PFC")
"""Families without one potential: given in CO2 equivalent or not at all."""

NOT_STATED = "not-stated"
NOT_APPLICABLE = "not-applicable"
STATED = (*GWP100, NOT_STATED)
"""What a figure already in CO2 equivalent may say of its potentials."""


def to_co2e(mass_t: float, gas: str, report: str) -> float:
    """CO2 equivalent [tCO2e] of a mass of gas [t], with the potentials of a report.

    >>> to_co2e(10.0, "CH4", "AR5")
    280.0

    Raises
    ------
    InvalidInput
        The report is not known, or the gas has no single potential.
    """
    if report not in GWP100:
        raise InvalidInput(
            _("This cannot be converted to CO2 equivalent."),
            [Fault("gwp", report, ", ".join(GWP100), nearest(report, [*GWP100]))],
        )
    if gas not in GWP100[report]:
        raise InvalidInput(_("This cannot be converted to CO2 equivalent."), [no_potential(gas, gas)])
    return mass_t * GWP100[report][gas]


def no_potential(where: str, gas: str) -> Fault:
    """What is said of a mass of gas that has no single potential."""
    if gas in FAMILIES:
        return Fault(
            where,
            _("a mass of {gas}, a family of gases without one warming potential").format(gas=gas),
            _("CO2 equivalent"),
            _("Give it in tCO2e, with the report of its potentials."),
        )
    return Fault(where, gas, ", ".join(GWP100["AR6"]))
