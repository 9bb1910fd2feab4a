"""What an inventory counts: each part once, whichever way totals and details, gases and places are given.

Three kinds of figures may speak of the same tonnes: a total and its details (by subsector, by carrier), CO2 equivalents
and the masses of gases, a territory and its communes. They may stand side by side where they agree within
``TOLERANCE`` or the roundings of printed figures; then one of them is counted. Where they do not they are refused, with
both figures.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum

from agglo.contract import numerals
from agglo.contract.errors import Fault
from agglo.contract.language import _
from agglo.models.climate import gwp as potentials
from agglo.models.climate.inventory_rows import (
    EMISSIONS,
    Cell,
    Kept,
    Key,
    Row,
    difference,
    is_territory,
    named,
    printed_to,
    said,
)
from agglo.models.climate.nomenclature import ALL, CO2E, ENERGY, GASES

TOLERANCE = 0.005
"""Relative difference under which a total and its details agree [1]."""

ROUNDED_TOLERANCE = 0.006
"""The same where the last digits that are printed explain the difference: the State's own series differ by 0.51 %."""

_SHOWN = 12
"""Rows that a fault names."""

Namer = Callable[[Row], str]


@dataclass
class Comparisons:
    """What is found on the way: figures that do not agree, and the widest difference that is accepted [1].

    Cells in ``doubtful`` (a row there is already at fault) are not compared.
    """

    doubtful: set[Cell]
    faults: list[Fault]
    widest: float = 0.0

    def doubts(self, place: str, year: int, sector: str) -> bool:
        """Whether a row of that cell is at fault."""
        return (place, year, sector) in self.doubtful or (place, year, "") in self.doubtful

    def sure(self, year: int, sector: str) -> bool:
        """Whether no row of that year and sector is at fault, in any place."""
        return not any(one[1] == year and one[2] in (sector, "") for one in self.doubtful)

    def compare(self, where: str, unit: str, one: tuple[str, Sequence[Row]], other: tuple[str, Sequence[Row]]) -> None:
        """Note whether two sets of rows, each with its name, are one amount."""
        sums = [fsum(row.value for row in rows) for _name, rows in (one, other)]
        apart = difference(*sums)
        rounding = fsum(printed_to(row.value) / 2 for _name, rows in (one, other) for row in rows)
        if apart <= TOLERANCE or (apart <= ROUNDED_TOLERANCE and abs(sums[0] - sums[1]) <= rounding):
            self.widest = max(self.widest, apart)
            return
        numbers = sorted({row.number for _name, rows in (one, other) for row in rows})
        shown = ", ".join(map(str, numbers[:_SHOWN])) + (", ..." if len(numbers) > _SHOWN else "")
        self.faults.append(
            Fault(
                where,
                f"{one[0]} {said(sums[0], unit)}, {other[0]} {said(sums[1], unit)}",
                _("the same within {share} (rows {rows})").format(
                    share=numerals.quantity(100 * TOLERANCE, "%", 1), rows=shown
                ),
                _("They speak of the same thing and would count twice: keep one of them, or complete the details."),
            )
        )


def without_double(rows: Iterable[Row], found: Comparisons) -> Kept:
    """The rows to count of each place, year, sector and substance; what is given twice is noted in ``found``."""
    groups: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.place, row.year, row.sector, row.substance].append(row)
    kept = {}
    wrong = set()
    for key, members in groups.items():
        before = len(found.faults)
        kept[key] = _coarsest(members, Comparisons(set(), []) if found.doubts(*key[:3]) else found)
        wrong |= {key[:3]} if len(found.faults) > before else set()
    found.doubtful |= wrong
    territories = sorted({key[0] for key in kept if is_territory(key[0])})
    if len(territories) > 1 and any(not is_territory(key[0]) for key in kept):
        repair = _("Keep one territory with its communes in an inventory.")
        found.faults.append(Fault(_("inventory, place"), ", ".join(territories), _("one territory"), repair))
    else:
        _compare_communes(kept, found)
    return kept


def _coarsest(rows: Sequence[Row], found: Comparisons) -> list[Row]:
    """The rows to count among those of one place, year, sector and substance: the coarsest that tell carriers apart."""
    total = [row for row in rows if row.subsector == ALL and row.carrier == ALL]
    by_subsector = {row.subsector: row for row in rows if row.subsector != ALL and row.carrier == ALL}
    by_carrier = {row.carrier: row for row in rows if row.subsector == ALL and row.carrier != ALL}
    crossed = [row for row in rows if ALL not in (row.subsector, row.carrier)]
    carriers = [*by_carrier.values(), *(row for row in crossed if row.carrier not in by_carrier)]
    subsectors = [*by_subsector.values(), *(row for row in crossed if row.subsector not in by_subsector)]
    given = [(_("total"), total)] if total else []
    given += [(_("by carrier"), carriers)] if by_carrier or (crossed and not by_subsector) else []
    given += [(_("by subsector"), subsectors)] if by_subsector else []
    for other in given[1:]:
        found.compare(_cell(rows[0]), rows[0].unit, given[0], other)
    _compare_crossed(by_carrier, crossed, lambda row: row.carrier, found, whole=not by_subsector)
    _compare_crossed(by_subsector, crossed, lambda row: row.subsector, found, whole=not by_carrier)
    if by_carrier:
        return carriers
    if crossed:
        detailed = {row.subsector for row in crossed}
        return [*crossed, *(row for name, row in by_subsector.items() if name not in detailed)]
    return total or subsectors


def _compare_crossed(
    given: Mapping[str, Row], crossed: Sequence[Row], name: Namer, found: Comparisons, *, whole: bool
) -> None:
    """Rows by carrier (or by subsector) against those by both; where not ``whole``, details may be a part of them."""
    for one, row in given.items():
        details = [other for other in crossed if name(other) == one]
        if details and (whole or fsum(other.value for other in details) > row.value):
            found.compare(f"{_cell(row)} {one}", row.unit, (_("total"), [row]), (_("details"), details))


def emissions(kept: Kept, report: str, found: Comparisons) -> list[Row]:
    """The rows of emissions [tCO2e] to count, masses of gases converted with ``report``.

    ``report`` may be empty where no gas but CO2 is a mass.
    """
    counted = {}
    for cell in dict.fromkeys(key[:3] for key in kept):
        equivalents = list(kept.get((*cell, CO2E), ()))
        gases = [_converted(row, report) for gas in GASES for row in kept.get((*cell, gas), ())]
        common = [row for row in equivalents if any(_overlap(row, other) for other in gases)]
        repeated = [row for row in gases if any(_overlap(row, other) for other in equivalents)]
        if common and not found.doubts(*cell):
            found.compare(named(*cell), "tCO2e", (CO2E, common), (_("gases"), repeated))
        counted[(*cell, EMISSIONS)] = equivalents + [row for row in gases if row not in repeated]
    _compare_communes(counted, found)
    return _disjoint(counted)


def energy(kept: Kept) -> list[Row]:
    """The rows of energy [MWh] to count."""
    return _disjoint({key: rows for key, rows in kept.items() if key[3] == ENERGY})


def _converted(row: Row, report: str) -> Row:
    if not row.mass_of_gas:
        return row
    value = row.value if row.substance == "CO2" else potentials.to_co2e(row.value, row.substance, report)
    return replace(row, value=value, unit="tCO2e")


def _overlap(one: Row, other: Row) -> bool:
    same_subsector = one.subsector == other.subsector or ALL in (one.subsector, other.subsector)
    return same_subsector and (one.carrier == other.carrier or ALL in (one.carrier, other.carrier))


def _compare_communes(counted: Kept, found: Comparisons) -> None:
    """The territory against the sum of its communes, for each year, sector and substance that both give."""
    communes: defaultdict[tuple[int, str, str], list[Row]] = defaultdict(list)
    for (place, year, sector, name), rows in counted.items():
        if not is_territory(place):
            communes[year, sector, name] += rows
    wrong = set()
    for (place, year, sector, name), rows in counted.items():
        parts = communes.get((year, sector, name), [])
        if is_territory(place) and rows and parts and found.sure(year, sector):
            before = len(found.faults)
            found.compare(
                named(place, year, sector, name), rows[0].unit, (_("territory"), rows), (_("communes"), parts)
            )
            wrong |= {(place, year, sector)} if len(found.faults) > before else set()
    found.doubtful |= wrong


def _disjoint(counted: Kept) -> list[Row]:
    """Rows of communes, and those of the territory where no commune has any."""
    by_commune = {key[1:] for key, rows in counted.items() if rows and not is_territory(key[0])}
    return [
        row for key, rows in counted.items() if not (is_territory(key[0]) and key[1:] in by_commune) for row in rows
    ]


def _cell(row: Row) -> str:
    return named(row.place, row.year, row.sector, row.substance)
