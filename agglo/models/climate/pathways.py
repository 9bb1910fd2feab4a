"""Tables of pathways: read and checked; every fault is said at once, with the cell it is in."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

from agglo.contract import units
from agglo.contract.errors import Fault, InvalidInput, NotFound, nearest
from agglo.contract.inputs import Handle
from agglo.contract.language import _
from agglo.models.climate.nomenclature import ALL, GROUPS, SECTORS
from agglo.models.climate.pathway import BASE_UNITS, KINDS, Key, Pivot, Series

if TYPE_CHECKING:
    import pyarrow as pa

MOST_CHANGE = 1.0
"""A quantity that more than doubles is taken for a mistake of unit [1]."""

MOST = {"emissions": 2e9, "energy": 5e9}
"""More in a year than France has ever emitted [tCO2e/yr] or used [MWh/yr]: taken for a mistake of unit."""

AGREEMENT = 0.005
"""Share by which two pivots of one year may differ: published figures are rounded."""

_TEXTS = ("pathway", "edition", "place", "quantity", "sector", "kind", "unit", "status", "source")
_NUMBERS = ("year", "value")
_OPTIONAL_NUMBERS = ("since", "reference_year")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Pathways:
    """All pivots of a table, in its order."""

    pivots: tuple[Pivot, ...]

    @cached_property
    def by_key(self) -> dict[Key, Series]:
        """The series, by pathway, edition, place, quantity and sector."""
        found: defaultdict[Key, list[Pivot]] = defaultdict(list)
        for one in self.pivots:
            found[one.key].append(one)
        return {key: Series(tuple(sorted(rows, key=lambda one: one.year))) for key, rows in found.items()}

    def series(
        self, pathway: str, edition: str, *, place: str, quantity: str = "emissions", sector: str = ALL
    ) -> Series:
        """The series of that name.

        Raises
        ------
        NotFound
            No such series; the nearest is named.
        """
        key = (pathway, edition, place, quantity, sector)
        if key not in self.by_key:
            known = [" ".join(one) for one in self.by_key]
            raise NotFound(_('No pathway "{name}".').format(name=" ".join(key)), repair=nearest(" ".join(key), known))
        return self.by_key[key]

    def of(self, *, kind: str = "", place: str = "", quantity: str = "") -> list[Pivot]:
        """The pivots of a kind, a place, a quantity; empty means all."""
        return [
            one
            for one in self.pivots
            if kind in ("", one.kind) and place in ("", one.place) and quantity in ("", one.quantity)
        ]


def read_pathways(handle: Handle) -> Pathways:
    """The pathways of a table of schema ``climate-pathways``, in its order.

    Raises
    ------
    InvalidInput
        Lists everything wrong, by row: a missing column, an unknown name, a pivot twice, a budget without a period or
        that overlaps another, a change without a reference year or against a level that is 0 or is not held, a unit
        that is not of the quantity, a value that cannot be, two pivots of one year that disagree.
    """
    table = handle.table()
    faults = list(_column_faults(table))
    pivots: list[Pivot] = []
    if not faults:
        rows = [dict.fromkeys(_OPTIONAL_NUMBERS) | row for row in table.to_pylist()]
        for number, row in enumerate(rows, 1):
            wrong = list(_row_faults(number, row))
            faults += wrong
            pivots += [] if wrong else [_pivot(number, row)]
        if not rows:
            faults.append(Fault("pathways", _("no row"), _("one row for each pivot")))
    if not faults:
        faults += _repeated(pivots)
    if not faults:
        faults += [fault for one in Pathways(tuple(pivots)).by_key.values() for fault in _series_faults(one)]
    if faults:
        raise InvalidInput(_("The table of pathways cannot be read."), faults)
    return Pathways(tuple(pivots))


def _column_faults(table: "pa.Table") -> Iterator[Fault]:
    import pyarrow.types as kinds

    for name in (*_TEXTS, *_NUMBERS, *_OPTIONAL_NUMBERS):
        where = _("column {name}").format(name=name)
        if name not in table.column_names:
            if name not in _OPTIONAL_NUMBERS:
                yield Fault(where, _("no such column"), repair=nearest(name, table.column_names))
            continue
        kind = table.schema.field(name).type
        number = kinds.is_integer(kind) or kinds.is_floating(kind)
        text = kinds.is_string(kind) or kinds.is_large_string(kind)
        if not (kinds.is_null(kind) or (text if name in _TEXTS else number)):
            yield Fault(where, str(kind), _("text") if name in _TEXTS else _("a number"))


def _row_faults(number: int, row: Row) -> Iterator[Fault]:
    where = _("pathways, row {row}, {pathway} {sector} {year}").format(
        row=number, pathway=row["pathway"] or "?", sector=row["sector"] or "?", year=row["year"] or "?"
    )
    empty = [name for name in (*_TEXTS, *_NUMBERS) if row[name] is None or row[name] == ""]
    yield from (Fault(f"{where}, {name}", _("nothing"), _("a value")) for name in empty)
    lists = {"quantity": [*BASE_UNITS], "sector": [ALL, *SECTORS, *GROUPS], "kind": [*KINDS], "unit": [*units.UNITS]}
    unknown = [name for name, known in lists.items() if name not in empty and row[name] not in known]
    yield from (
        Fault(f"{where}, {name}", row[name], _("a name of the list"), nearest(row[name], lists[name]))
        for name in unknown
    )
    if not empty and not unknown:
        yield from _year_faults(where, row)
        yield from _value_faults(f"{where}, value", row)


def _year_faults(where: str, row: Row) -> Iterator[Fault]:
    since, reference, year = row["since"], row["reference_year"], row["year"]
    for name in ("year", *_OPTIONAL_NUMBERS):
        if row[name] is not None and not float(row[name]).is_integer():
            yield Fault(f"{where}, {name}", str(row[name]), _("a year, as a whole number"))
    if row["kind"] == "budget" and since is None:
        yield Fault(f"{where}, since", _("nothing"), _("the first year of the budget's period"))
    if row["kind"] != "budget" and since is not None:
        yield Fault(f"{where}, since", str(since), _("nothing: only a budget has a period"))
    if row["kind"] == "change" and reference is None:
        yield Fault(f"{where}, reference_year", _("nothing"), _("the year the change is counted from"))
    if row["kind"] != "change" and reference is not None:
        yield Fault(f"{where}, reference_year", str(reference), _("nothing: only a change has a reference year"))
    if since is not None and since > year:
        yield Fault(f"{where}, since", str(since), _("{year} or before, the last year of the period").format(year=year))
    if reference is not None and reference >= year:
        yield Fault(f"{where}, reference_year", str(reference), _("a year before {year}").format(year=year))


def _value_faults(where: str, row: Row) -> Iterator[Fault]:
    value, quantity, is_change = row["value"], row["quantity"], row["kind"] == "change"
    wanted = "1" if is_change else BASE_UNITS[quantity]
    if units.unit(row["unit"]).kind != units.unit(wanted).kind:
        yield Fault(where.rpartition(",")[0] + ", unit", row["unit"], ", ".join(units.same_kind(wanted)))
        return
    if not isfinite(value):
        yield Fault(where, str(value), _("a finite number"))
        return
    shown, amount = f"{value:g} {row['unit']}", units.convert(float(value), row["unit"], wanted)
    if is_change and not -1 <= amount <= MOST_CHANGE:
        yield Fault(
            where, shown, _("a change from -100 % to +100 %"), _("Check the unit: -34 % is -0.34 [1] or -34 [%].")
        )
    elif not is_change and amount < 0:
        yield Fault(where, shown, _("0 or more"), _("A reduction is a change, with its reference year."))
    elif not is_change and quantity == "renewable-share" and amount > 1:
        yield Fault(where, shown, _("a share from 0 to 100 %"), _("Check the unit."))
    elif not is_change and amount > MOST.get(quantity, amount):
        most = f"{MOST[quantity]:g} {wanted}"
        yield Fault(
            where, shown, _("at most {most}, more than the whole of France").format(most=most), _("Check the unit.")
        )


def _pivot(number: int, row: Row) -> Pivot:
    wanted = "1" if row["kind"] == "change" else BASE_UNITS[row["quantity"]]
    whole = {name: None if row[name] is None else int(row[name]) for name in _OPTIONAL_NUMBERS}
    return Pivot(
        **{name: str(row[name]) for name in _TEXTS if name != "unit"},
        since=whole["since"],
        year=int(row["year"]),
        value=units.convert(float(row["value"]), row["unit"], wanted),
        reference_year=whole["reference_year"],
        row=number,
    )


def _repeated(pivots: Sequence[Pivot]) -> Iterator[Fault]:
    seen: dict[tuple[Key, str, int], int] = {}
    for one in pivots:
        first = seen.setdefault((one.key, one.kind, one.year), one.row)
        if first != one.row:
            yield Fault(one.where, _("the same pivot as in row {row}").format(row=first), _("each pivot once"))


def _series_faults(series: Series) -> Iterator[Fault]:
    """What is wrong between the pivots of one series."""
    levels = {one.year: one for one in series.pivots if one.kind == "level"}
    changes = [one for one in series.pivots if one.kind == "change"]
    references = sorted({one.reference_year for one in changes if one.reference_year})
    for one in changes:
        reference = levels.get(one.reference_year or 0)
        if reference and not reference.value:
            yield Fault(reference.where, "0", _("a reference value above 0: a change is a share of it"))
        elif reference and one.year in levels and not _agree(levels[one.year].value, reference.value * (1 + one.value)):
            expected = _("the level of the change of row {row}, within 0.5 %").format(row=one.row)
            yield Fault(levels[one.year].where, f"{levels[one.year].value:g}", expected)
        elif not reference and (series.unit != "%" or references != references[:1]):
            expected = _("the level of {year} in this pathway").format(year=one.reference_year)
            yield Fault(one.where, _("no level of that year"), expected, _("Add a row of kind level for that year."))
    budgets = [one for one in series.pivots if one.kind == "budget"]
    for before, after in pairwise(budgets):
        if (after.since or after.year) <= before.year:
            period = _("a period that starts after {year}").format(year=before.year)
            yield Fault(after.where.rpartition(",")[0] + ", since", str(after.since), period)


def _agree(one: float, other: float) -> bool:
    return abs(one - other) <= AGREEMENT * max(abs(one), abs(other))
