"""The annual water balance of the International Water Association, each entry a function of the volumes.

Terms: A. Lambert and W. Hirner, Losses from water supply systems: standard terminology and recommended performance
measures, IWA Blue Pages, 2000; H. Alegre et al., Performance Indicators for Water Supply Services, IWA Publishing
(seen as works that others quote). Water exported is billed authorised consumption, as in the IWA's own table.
"""

from collections.abc import Callable
from dataclasses import dataclass

from agglo.models.water.performance.volumes import Volumes

Amount = Callable[[Volumes], float]


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell of the balance: ``part_of`` is the cell that it is a part of, with others that fill it exactly."""

    name: str
    part_of: str
    amount: Amount


ENTRIES: tuple[Entry, ...] = (
    Entry("system-input", "", lambda one: one.put_in),
    Entry("own-sources", "system-input", lambda one: one.produced),
    Entry("water-imported", "system-input", lambda one: one.imported),
    Entry("authorised-consumption", "", lambda one: one.used),
    Entry("billed-authorised", "authorised-consumption", lambda one: one.billed),
    Entry("billed-exported", "billed-authorised", lambda one: one.exported),
    Entry("billed-metered", "billed-authorised", lambda one: one.metered - one.unbilled_metered),
    Entry("billed-unmetered", "billed-authorised", lambda one: one.billed_unmetered),
    Entry("unbilled-authorised", "authorised-consumption", lambda one: one.used - one.billed),
    Entry("unbilled-metered", "unbilled-authorised", lambda one: one.unbilled_metered),
    Entry("unbilled-unmetered", "unbilled-authorised", lambda one: one.unmetered - one.billed_unmetered + one.service),
    Entry("water-losses", "", lambda one: one.losses),
    Entry("apparent-losses", "water-losses", lambda one: one.apparent_losses),
    Entry("unauthorised-consumption", "apparent-losses", lambda one: one.unauthorised),
    Entry("metering-inaccuracies", "apparent-losses", lambda one: one.under_registered),
    Entry("real-losses", "water-losses", lambda one: one.real_losses),
    Entry("non-revenue-water", "", lambda one: one.non_revenue),
)
"""System input is authorised consumption and water losses together; non-revenue water is what of it is not billed."""
