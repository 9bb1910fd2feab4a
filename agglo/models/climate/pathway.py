"""One pathway: its pivots (budgets, levels, changes), its value in a year, and what a lever does of the way to it.

Between two pivots the value is interpolated linearly; outside them there is none. A budget is the yearly mean of its
period and stands at the median year of it, as the targets of a climate plan stand at those of the carbon budgets,
unless a level or a change stands within the period. A change stands for the level that it makes of the level of its
reference year; in a pathway that holds no level it stands for an index [%].
"""

from dataclasses import dataclass
from functools import cached_property
from math import isfinite

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _

NATIONAL = "FR"
BASE_UNITS = {"emissions": "tCO2e/yr", "energy": "MWh/yr", "renewable-share": "1"}
"""What the values of each quantity are read in; a change is a share [1] of its reference."""

KINDS = ("budget", "level", "change")

Key = tuple[str, str, str, str, str]
"""Pathway, edition, place, quantity and sector."""


@dataclass(frozen=True, slots=True)
class Pivot:
    """A row of a pathway. ``value`` is in the quantity's base unit; of a ``change``, a share [1], below zero to reduce.

    ``since`` is the first year of the period of a ``budget``, whose ``value`` is the yearly mean of the period.
    """

    pathway: str
    edition: str
    status: str
    place: str
    quantity: str
    sector: str
    kind: str
    since: int | None
    year: int
    value: float
    reference_year: int | None
    source: str
    row: int

    @property
    def key(self) -> Key:
        return self.pathway, self.edition, self.place, self.quantity, self.sector

    @property
    def where(self) -> str:
        """The cell, in words a person can find it by."""
        return _("pathways, row {row}, {pathway} {place} {sector} {year}, value").format(
            row=self.row, pathway=self.pathway, place=self.place, sector=self.sector, year=self.year
        )

    @property
    def budget_total(self) -> float:
        """What a budget allows over its whole period [tCO2e, MWh]."""
        return self.value * (self.year - (self.since or self.year) + 1)


@dataclass(frozen=True)
class Series:
    """The pivots of one pathway, edition, place, quantity and sector, in order of years."""

    pivots: tuple[Pivot, ...]

    @property
    def name(self) -> str:
        one = self.pivots[0]
        return f"{one.pathway} {one.edition}, {one.place} {one.quantity} {one.sector}"

    @cached_property
    def unit(self) -> str:
        """Unit of the values: the quantity's, or [%] of the reference year where no level is held."""
        return "%" if all(one.kind == "change" for one in self.pivots) else BASE_UNITS[self.pivots[0].quantity]

    @cached_property
    def points(self) -> dict[float, float]:
        """The value [:attr:`unit`] by year; a budget stands at the median year of its period."""
        levels = {float(one.year): one.value for one in self.pivots if one.kind == "level"}
        changes = [one for one in self.pivots if one.kind == "change"]
        if self.unit == "%":
            levels = {float(one.reference_year or one.year): 100.0 for one in changes}
        levels |= {float(one.year): levels[one.reference_year or one.year] * (1 + one.value) for one in changes}
        budgets = [one for one in self.pivots if one.kind == "budget"]
        found = levels | {
            ((one.since or one.year) + one.year) / 2: one.value
            for one in budgets
            if not any((one.since or one.year) <= year <= one.year for year in levels)
        }
        return dict(sorted(found.items()))

    def value_in(self, year: int) -> float:
        """The value of a year [:attr:`unit`], interpolated linearly between the two pivots around it.

        Raises
        ------
        InvalidInput
            The year is before the first pivot or after the last: nothing is extrapolated.
        """
        years = [*self.points]
        if not years[0] <= year <= years[-1]:
            expected = _("a year from {first:g} to {last:g}, the pivots it holds").format(
                first=years[0], last=years[-1]
            )
            raise InvalidInput(
                _("The pathway says nothing of that year."),
                [Fault(self.name, str(year), expected, _("Add a pivot; nothing is extrapolated."))],
            )
        after = next(one for one in years if one >= year)
        if after == year:
            return self.points[after]
        before = max(one for one in years if one < year)
        share = (year - before) / (after - before)
        return self.points[before] * (1 - share) + self.points[after] * share

    def index(self, year: int, reference_year: int) -> float:
        """The value of a year over that of a reference year [1].

        Raises
        ------
        InvalidInput
            A year is outside the pivots, or the reference value is 0.
        """
        reference, value = self.value_in(reference_year), self.value_in(year)
        if not reference:
            raise InvalidInput(
                _("An index cannot be computed against zero."),
                [Fault(f"{self.name} {reference_year}", "0", _("a reference value above 0"))],
            )
        return value / reference


def lever_effect_kt(target_kt: float, observed_kt: float, share: float) -> float:
    """What a lever does of the way from what is observed to the target [ktCO2e], below zero to reduce.

    ``share`` [1] is the lever's part of the way. Equation: (target - observed) x share. Source: ADEME,
    incubateur-ademe/territoires-en-transitions, commit dbb36dc3, levers of the territorial SNBC trajectory.

    >>> round(lever_effect_kt(489.8, 663.7, 0.04), 2)
    -6.96

    Raises
    ------
    InvalidInput
        The share is not between 0 and 1, or a quantity is negative or not finite.
    """
    faults = [
        Fault(name, str(value), _("a finite number, 0 or more"))
        for name, value in (("target_kt", target_kt), ("observed_kt", observed_kt))
        if not isfinite(value) or value < 0
    ]
    if not 0 <= share <= 1:
        faults.append(Fault("share", str(share), _("a share from 0 to 1")))
    if faults:
        raise InvalidInput(_("The effect of this lever cannot be computed."), faults)
    return (target_kt - observed_kt) * share
