"""Volumes that cannot be those of one network in one year: every reason at once."""

from collections.abc import Iterator

from agglo.contract import numerals
from agglo.contract.errors import Fault
from agglo.contract.language import _
from agglo.models.water.performance.regulatory import network_yield
from agglo.models.water.performance.volumes import Volumes

LOWEST_YIELD = 2.0
"""Yield [%] under which volumes are taken to be in two units: assumed, far under the worst services known."""
_THOUSANDS = 100.0
"""Ratio of use to input over which thousands of m3 are the likely cause."""


def faults(where: str, volumes: Volumes) -> Iterator[Fault]:
    """What contradicts the conservation of water, or says that two units were mixed."""
    if not volumes.put_in:
        yield Fault(
            _("{where}, produced and imported").format(where=where), _amount(0.0), _("water put into the network")
        )
        return
    if volumes.exported > volumes.put_in:
        yield _above(_("{where}, exported").format(where=where), volumes.exported, volumes)
    elif volumes.used > volumes.put_in:
        yield _above(_("{where}, consumption and exports").format(where=where), volumes.used, volumes)
    elif volumes.used and network_yield(volumes) < LOWEST_YIELD:
        expected = _("{low} % or more").format(low=numerals.number(LOWEST_YIELD))
        share = numerals.significant(network_yield(volumes))
        got = _("{share} % of what is put in").format(share=share)
        yield Fault(_("{where}, consumption and exports").format(where=where), got, expected, _thousands())
    yield from _part_faults(where, volumes)


def stress_faults(where: str, stress: bool | None, withdrawal_m3: float | None) -> Iterator[Fault]:
    """A water-stress zone without its withdrawal, or a withdrawal where there is no such zone."""
    if stress and withdrawal_m3 is None:
        repair = _("The threshold depends on whether it is over 2,000,000 m3/yr.")
        yield Fault(f"{where}, water_stress_withdrawal_m3", _("nothing"), _("the withdrawal in the zone"), repair)
    if stress is False and withdrawal_m3:
        yield Fault(f"{where}, water_stress_withdrawal_m3", _amount(withdrawal_m3), _("0, outside such a zone"))


def _above(where: str, found: float, volumes: Volumes) -> Fault:
    repair = (
        _thousands()
        if volumes.used > _THOUSANDS * volumes.put_in
        else _("Check that both are of the same twelve months and the same network.")
    )
    return Fault(
        where, _amount(found), _("at most what is put in, {put_in}").format(put_in=_amount(volumes.put_in)), repair
    )


def _part_faults(where: str, volumes: Volumes) -> Iterator[Fault]:
    for part, whole in (("unbilled_metered", "metered"), ("billed_unmetered", "unmetered")):
        if getattr(volumes, part) > getattr(volumes, whole):
            expected = _("at most {whole}, {amount}").format(
                whole=f"{whole}_m3", amount=_amount(getattr(volumes, whole))
            )
            yield Fault(f"{where}, {part}_m3", _amount(getattr(volumes, part)), expected)
    if volumes.apparent_losses > volumes.losses >= 0:
        expected = _("at most the losses, {amount}").format(amount=_amount(volumes.losses))
        got = _amount(volumes.apparent_losses)
        yield Fault(_("{where}, unauthorised and under-registered").format(where=where), got, expected)


def _thousands() -> str:
    return _("Some volumes seem to be in thousands of m3: give all in one unit, or say dam3 in the mapping.")


def _amount(volume_m3: float) -> str:
    return numerals.quantity(volume_m3, "m3")
