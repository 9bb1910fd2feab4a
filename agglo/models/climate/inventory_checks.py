"""What is checked of an inventory as a whole: one boundary, one set of warming potentials, no year missing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from agglo.contract.errors import Fault, nearest
from agglo.contract.language import _
from agglo.models.climate import gwp as potentials
from agglo.models.climate.inventory_rows import Row

AS_STATED = "as-stated"
"""CO2 equivalents are taken as they are given, and no mass of gas is converted."""


def boundary_faults(rows: Iterable[Row]) -> Iterator[Fault]:
    """Figures of several boundaries, which are no one inventory."""
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(row.boundary, row.number)
    if len(first) > 1:
        repair = _("Figures of two boundaries cannot be added or compared: make an inventory of each.")
        yield Fault(_("inventory, boundary"), _first_rows(first), _("one boundary"), repair)


def report_faults(rows: Sequence[Row], gwp: str) -> Iterator[Fault]:
    """CO2 equivalents of several reports, and masses of gases without a report, or with another, to convert them.

    ``gwp`` is a report, or ``as-stated``.
    """
    stated: dict[str, int] = {}
    for row in rows:
        if row.unit == "tCO2e" and row.gwp in potentials.GWP100:
            stated.setdefault(row.gwp, row.number)
    if len(stated) > 1:
        repair = _("Equivalents cannot be taken from one report to another: take them from one, or give the gases.")
        yield Fault(_("inventory, gwp"), _first_rows(stated), _("one report"), repair)
    known = [AS_STATED, *potentials.GWP100]
    if gwp not in known:
        yield Fault("gwp", gwp, ", ".join(known), nearest(gwp, known))
    elif gwp == AS_STATED:
        yield from _unconverted(rows, next(iter(stated), ""))
    elif stated and gwp not in stated:
        one = next(iter(stated))
        repair = _("Equivalents cannot be taken from one report to another: set gwp to {report}.").format(report=one)
        yield Fault("gwp", gwp, _("{report}, that of row {row}").format(report=one, row=stated[one]), repair)


def _unconverted(rows: Iterable[Row], stated: str) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for row in rows:
        if row.mass_of_gas and row.substance != "CO2":
            first.setdefault(row.substance, row.number)
    if first:
        report = stated or ", ".join(potentials.GWP100)
        repair = _("Set the parameter gwp to the report to convert with: {report}.").format(report=report)
        yield Fault("gwp", _first_rows(first), _("a report for masses of gases"), repair)


def report_of(rows: Iterable[Row], gwp: str) -> str:
    """The report of an inventory's CO2 equivalents: ``not-stated`` if one of them does not say."""
    found = {row.gwp for row in rows if row.unit == "tCO2e"}
    found |= {gwp for row in rows if row.mass_of_gas and row.substance != "CO2"}
    if potentials.NOT_STATED in found:
        return potentials.NOT_STATED
    return next(iter(found), potentials.NOT_APPLICABLE)


def year_gaps(rows: Iterable[Row]) -> Iterator[Fault]:
    """Years without a figure between two that have one, for each place, sector and quantity."""
    years: defaultdict[tuple[str, str, str], set[int]] = defaultdict(set)
    for row in rows:
        years[row.place, row.sector, row.quantity].add(row.year)
    for series, held in years.items():
        missing = [str(year) for year in range(min(held), max(held)) if year not in held]
        if missing:
            expected = _("every year from {first} to {last}").format(first=min(held), last=max(held))
            repair = _("Complete the series, or accept the gap with the parameter year_gaps.")
            yield Fault(" ".join(series), _("no row for {years}").format(years=", ".join(missing)), expected, repair)


def _first_rows(first: dict[str, int]) -> str:
    return ", ".join(_("{name} (row {row})").format(name=name, row=row) for name, row in first.items())
