"""Actions: measures as typed values, from a table of them; every fault is said at once.

An action acts on a pot, the emissions (or the energy) of one sector and one carrier. Its effect is per unit and per
year, and reduces where it is above zero.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.indicators import QUALITIES
from agglo.contract.inputs import Handle
from agglo.contract.language import Text, _
from agglo.models.climate.nomenclature import ALL, CARRIERS, SECTORS

if TYPE_CHECKING:
    import pyarrow as pa

_TEXTS = ("action", "title_fr", "title_en", "sector", "carrier", "unit_name", "quality", "source")
_NUMBERS = ("units", "start_year", "full_year", "emissions_central")
_OPTIONAL_NUMBERS = (
    "lifetime_yr",
    *("emissions_low", "emissions_high"),
    *("energy_low", "energy_central", "energy_high"),
    *("cost_low", "cost_central", "cost_high"),
)
_OPTIONAL_TEXTS = ("co_benefits",)

Row = Mapping[str, Any]
Units = float | Mapping[str, float]
"""Units in all, shared between places in proportion to their pots; or units of each place."""


@dataclass(frozen=True, slots=True)
class Range:
    """A value known as a range; where no range is known the three are equal."""

    low: float
    central: float
    high: float

    @property
    def is_known_as_range(self) -> bool:
        return self.low < self.high

    @property
    def is_zero(self) -> bool:
        return self.low == self.central == self.high == 0


@dataclass(frozen=True, slots=True)
class Action:
    """One measure. ``effects`` per unit are by quantity: ``emissions`` [tCO2e/yr], ``energy`` [MWh/yr]; ``cost`` [EUR].

    ``units`` is what is there at full effect, in all or by place.
    """

    id: str
    title: Text
    sector: str
    carrier: str
    unit_name: str
    units: Units
    start_year: int
    full_year: int
    lifetime_yr: float | None
    effects: Mapping[str, Range]
    cost: Range | None
    quality: str
    source: str
    co_benefits: str = ""
    pot: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pot", f"{self.sector}/{self.carrier}")

    @property
    def total_units(self) -> float:
        """Units at full effect, all places together."""
        return sum(self.units.values()) if isinstance(self.units, Mapping) else self.units

    def installed(self, year: float) -> float:
        """Share of the units installed by the end of ``year`` [0 to 1], whether or not they still work.

        Linear, from 0 in the year before the first of effect to 1 in the year of full effect.
        """
        before = self.start_year - 1
        return min(1.0, max(0.0, (year - before) / (self.full_year - before)))

    def ramp(self, year: int) -> float:
        """Share of the units that work in ``year`` [0 to 1]: those installed, less those that have reached their life.

        A unit of a life of n years works in n years, the first included; it is not renewed.
        """
        gone = 0.0 if self.lifetime_yr is None else self.installed(year - self.lifetime_yr)
        return self.installed(year) - gone


def read_actions(handle: Handle) -> list[Action]:
    """The actions of a table of schema ``climate-actions``, in its order.

    Raises
    ------
    InvalidInput
        Lists everything wrong: a missing column, an unknown sector or carrier, a range that is not low <= central <=
        high, a year of full effect before the first, negative units, an effect that is not given, an action twice.
    """
    table = handle.table()
    faults = list(_column_faults(table))
    if not faults:
        rows = _rows(table)
        faults = [fault for number, row in enumerate(rows, 1) for fault in _row_faults(number, row)]
        faults += _repeated(rows)
    if faults:
        raise InvalidInput(_("The table of actions cannot be read."), faults)
    return [_action(row) for row in rows]


def chosen(
    actions: Sequence[Action], units: Mapping[str, Units], without: Sequence[str], places: Sequence[str]
) -> list[Action]:
    """The actions of a scenario: units replaced by those of ``units``, the actions named in ``without`` left out.

    Raises
    ------
    InvalidInput
        Lists every action and every place that is not known.
    """
    known = [one.id for one in actions]
    asked = [*((f"actions.{name}", name) for name in units), *((f"without.{name}", name) for name in without)]
    faults = [
        Fault(where, expected=_("an action of the table"), repair=nearest(name, known))
        for where, name in asked
        if name not in known
    ]
    faults += [
        Fault(f"actions.{name}.{place}", expected=_("a place of the inventory"), repair=nearest(place, places))
        for name, given in units.items()
        if isinstance(given, Mapping)
        for place in given
        if place not in places
    ]
    if faults:
        raise InvalidInput(_("These hypotheses on actions cannot be used."), faults)
    kept = [one for one in actions if one.id not in without]
    return [replace(one, units=units[one.id]) if one.id in units else one for one in kept]


def _column_faults(table: "pa.Table") -> Iterator[Fault]:
    import pyarrow.types as kinds

    for name in (*_TEXTS, *_NUMBERS, *_OPTIONAL_TEXTS, *_OPTIONAL_NUMBERS):
        where = _("column {name}").format(name=name)
        if name not in table.column_names:
            if name in _TEXTS or name in _NUMBERS:
                yield Fault(where, _("no such column"), repair=nearest(name, table.column_names))
            continue
        kind = table.schema.field(name).type
        number = kinds.is_integer(kind) or kinds.is_floating(kind)
        text = kinds.is_string(kind) or kinds.is_large_string(kind)
        wanted_number = name in _NUMBERS or name in _OPTIONAL_NUMBERS
        if not (kinds.is_null(kind) or (number if wanted_number else text)):
            yield Fault(where, str(kind), _("a number") if wanted_number else _("text"))


def _rows(table: "pa.Table") -> list[Row]:
    empty = dict.fromkeys((*_OPTIONAL_TEXTS, *_OPTIONAL_NUMBERS))
    return [{**empty, **row} for row in table.to_pylist()]


def _row_faults(number: int, row: Row) -> Iterator[Fault]:
    where = _("actions, row {row}, {action}").format(row=number, action=row["action"] or "?")
    yield from (
        Fault(f"{where}, {name}", _("nothing"), _("a value"))
        for name in (*_TEXTS, *_NUMBERS)
        if row[name] is None or row[name] == ""
    )
    yield from _name_faults(where, row)
    yield from (
        Fault(f"{where}, {name}", str(row[name]), _("a finite number"))
        for name in (*_NUMBERS, *_OPTIONAL_NUMBERS)
        if row[name] is not None and not isfinite(row[name])
    )
    yield from _size_faults(where, row)
    for quantity in ("emissions", "energy", "cost"):
        yield from _range_faults(where, quantity, row)


def _name_faults(where: str, row: Row) -> Iterator[Fault]:
    lists = {
        "sector": (_("a regulatory sector"), [*SECTORS]),
        "carrier": (_("an energy carrier, or all"), [*CARRIERS, ALL]),
        "quality": (_("how the effect is known"), [*QUALITIES]),
    }
    for name, (expected, known) in lists.items():
        if row[name] and row[name] not in known:
            yield Fault(f"{where}, {name}", row[name], expected, nearest(row[name], known))


def _size_faults(where: str, row: Row) -> Iterator[Fault]:
    units, start, full, life = (row[name] for name in ("units", "start_year", "full_year", "lifetime_yr"))
    if units is not None and units < 0:
        yield Fault(f"{where}, units", str(units), _("0 or more"))
    if life is not None and life <= 0:
        yield Fault(f"{where}, lifetime_yr", str(life), _("more than 0"))
    for name, year in (("start_year", start), ("full_year", full)):
        if year is not None and isfinite(year) and year != int(year):
            yield Fault(f"{where}, {name}", str(year), _("a year, as a whole number"))
    if start is not None and full is not None and start > full:
        expected = _("{year} or later, the first year of effect").format(year=start)
        yield Fault(f"{where}, full_year", str(full), expected)


def _range_faults(where: str, quantity: str, row: Row) -> Iterator[Fault]:
    low, central, high = (row[f"{quantity}_{bound}"] for bound in ("low", "central", "high"))
    given = [one for one in (low, central, high) if one is not None]
    if not given or not all(isfinite(one) for one in given):
        return
    if central is None:
        if quantity != "emissions":
            yield Fault(f"{where}, {quantity}_central", _("nothing"), _("a central value where a range is given"))
        return
    if (low is None) != (high is None):
        missing = "low" if low is None else "high"
        yield Fault(f"{where}, {quantity}_{missing}", _("nothing"), _("both ends of the range, or none"))
    elif low is not None and not low <= central <= high:
        yield Fault(f"{where}, {quantity}", f"{low} / {central} / {high}", _("low <= central <= high"))
    if quantity == "cost" and min(given) < 0:
        yield Fault(f"{where}, cost", str(min(given)), _("0 or more"))


def _repeated(rows: Sequence[Row]) -> Iterator[Fault]:
    names = [row["action"] for row in rows]
    for name in sorted({one for one in names if one and names.count(one) > 1}):
        yield Fault(
            _("actions, {action}").format(action=name),
            _("this action {count} times").format(count=names.count(name)),
            _("each action once"),
        )


def _action(row: Row) -> Action:
    effects = {quantity: _range(row, quantity) for quantity in ("emissions", "energy")}
    return Action(
        id=row["action"],
        title={"fr": row["title_fr"], "en": row["title_en"]},
        sector=row["sector"],
        carrier=row["carrier"],
        unit_name=row["unit_name"],
        units=float(row["units"]),
        start_year=int(row["start_year"]),
        full_year=int(row["full_year"]),
        lifetime_yr=row["lifetime_yr"],
        effects={quantity: known for quantity, known in effects.items() if known},
        cost=_range(row, "cost"),
        quality=row["quality"],
        source=row["source"],
        co_benefits=row["co_benefits"] or "",
    )


def _range(row: Row, quantity: str) -> Range | None:
    central = row[f"{quantity}_central"]
    if central is None:
        return None
    low, high = row[f"{quantity}_low"], row[f"{quantity}_high"]
    return Range(*(float(central if one is None else one) for one in (low, central, high)))
