"""What surrounds emissions: population and heating degree-days by place and year, from a table ``climate-context``."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.indicators import QUALITIES
from agglo.contract.inputs import Handle
from agglo.contract.language import _
from agglo.models.climate.inventory_rows import named

if TYPE_CHECKING:
    import pyarrow as pa

POPULATION = "population"
DEGREE_DAYS = "heating-degree-days"
REFERENCE = "heating-degree-days-reference"
UNITS = {POPULATION: "inhabitant", DEGREE_DAYS: "Cel.d", REFERENCE: "Cel.d"}

_TEXTS = ("place", "quantity", "unit", "quality", "source")
_KEY = ("place", "year", "quantity")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``values`` by quantity, place and year [inhabitant, Cel.d]; ``reference`` by place, one for all years [Cel.d]."""

    values: Mapping[tuple[str, str, int], float]
    reference: Mapping[str, float]
    qualities: frozenset[str]

    def population_faults(self, place: str, years: Iterable[int]) -> Iterator[Fault]:
        """Years without a population above zero."""
        yield from self._faults(POPULATION, place, years)

    def weather_faults(self, place: str, years: Iterable[int]) -> Iterator[Fault]:
        """Years without degree-days, and a reference that is missing or zero."""
        yield from self._faults(DEGREE_DAYS, place, years)
        reference = self.reference.get(place)
        if not reference:
            got = _("nothing") if reference is None else "0"
            repair = _("Degree-days are divided by it: give those of normal weather.")
            yield Fault(named("context", place, REFERENCE), got, _("more than 0"), repair)

    def _faults(self, quantity: str, place: str, years: Iterable[int]) -> Iterator[Fault]:
        for year in years:
            value = self.values.get((quantity, place, year))
            if not value:
                got = _("nothing") if value is None else "0"
                yield Fault(named("context", place, year, quantity), got, _("more than 0"))


def read_surroundings(handle: Handle) -> Surroundings:
    """The population and degree-days of a dataset.

    Raises
    ------
    InvalidInput
        Lists everything wrong: a missing column or value, an unknown quantity, another unit, a negative value, a row
        twice, a reference that changes with the year.
    """
    table = handle.table()
    faults = list(_column_faults(table))
    if not faults:
        rows = table.to_pylist()
        faults = [fault for number, row in enumerate(rows, 1) for fault in _row_faults(number, row)]
        faults += _repeated(rows)
        faults += _moving_references(rows)
    if faults:
        raise InvalidInput(_("The context cannot be used."), faults)
    return Surroundings(
        {(row["quantity"], row["place"], row["year"]): float(row["value"]) for row in rows},
        {row["place"]: float(row["value"]) for row in rows if row["quantity"] == REFERENCE},
        frozenset(row["quality"] for row in rows),
    )


def _column_faults(table: "pa.Table") -> Iterator[Fault]:
    import pyarrow.types as kinds

    for name in (*_TEXTS, "year", "value"):
        where = _("column {name}").format(name=name)
        if name not in table.column_names:
            yield Fault(where, _("no such column"), repair=nearest(name, table.column_names))
            continue
        kind = table.schema.field(name).type
        text = kinds.is_string(kind) or kinds.is_large_string(kind)
        number = kinds.is_integer(kind) or (name == "value" and kinds.is_floating(kind))
        if not (text if name in _TEXTS else number):
            yield Fault(where, str(kind), _("text") if name in _TEXTS else _("a number"))


def _row_faults(number: int, row: Mapping[str, Any]) -> Iterator[Fault]:
    where = _("context, row {row}, {cell}").format(row=number, cell=named(*(row[name] for name in _KEY)))
    empty = [name for name in (*_TEXTS, "year", "value") if row[name] is None or row[name] == ""]
    yield from (Fault(f"{where}, {name}", _("nothing"), _("a value")) for name in empty)
    quantity, value = row["quantity"], row["value"]
    if quantity and quantity not in UNITS:
        expected = _("population or heating degree-days")
        yield Fault(f"{where}, quantity", quantity, expected, nearest(quantity, [*UNITS]))
    elif quantity and row["unit"] and row["unit"] != UNITS[quantity]:
        yield Fault(f"{where}, unit", row["unit"], UNITS[quantity])
    if row["quality"] and row["quality"] not in QUALITIES:
        expected = _("how the figure is known")
        yield Fault(f"{where}, quality", row["quality"], expected, nearest(row["quality"], QUALITIES))
    if value is not None and not (isfinite(value) and value >= 0):
        yield Fault(f"{where}, value", f"{value:g}", _("0 or more"))


def _repeated(rows: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    numbers: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)
    for number, row in enumerate(rows, 1):
        numbers[tuple(row[name] for name in _KEY)].append(str(number))
    for key, found in numbers.items():
        if len(found) > 1:
            where = _("context, rows {rows}, {cell}").format(rows=", ".join(found), cell=named(*key))
            yield Fault(where, _("the same cell {count} times").format(count=len(found)), _("once"))


def _moving_references(rows: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    values: defaultdict[str, set[float]] = defaultdict(set)
    for row in rows:
        if row["quantity"] == REFERENCE:
            values[row["place"]].add(row["value"])
    for place, found in values.items():
        if len(found) > 1:
            got = ", ".join(sorted(str(one) for one in found))
            repair = _("Figures corrected to two references do not compare: give one for all years.")
            yield Fault(named("context", place, REFERENCE), got, _("one reference"), repair)
