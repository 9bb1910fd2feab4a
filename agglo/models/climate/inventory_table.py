"""An inventory, read and checked once: rows of a table of schema ``climate-inventory`` as typed values in common units.

Everything wrong is said at once. What is counted, once each part, is decided in :mod:`.inventory_counting`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.indicators import QUALITIES
from agglo.contract.inputs import Handle
from agglo.contract.language import _
from agglo.contract.units import convert
from agglo.models.climate import gwp as potentials
from agglo.models.climate import inventory_checks as checks
from agglo.models.climate import inventory_counting as counting
from agglo.models.climate.inventory_checks import AS_STATED
from agglo.models.climate.inventory_rows import Cell, Kept, Row, is_territory, named
from agglo.models.climate.nomenclature import ALL, BOUNDARIES, CARRIERS, CO2E, ENERGY, SECTORS, SUBSTANCES

if TYPE_CHECKING:
    import pyarrow as pa

LARGEST_UNCERTAINTY = 10
"""Half of a 95 % interval is at most ten times the value."""

_PLACE = re.compile(r"(\d{2}|2[AB])\d{3}|\d{9}")
_SUBSECTOR = re.compile(r"[a-z0-9-]+")
_TEXTS = ("place", "sector", "subsector", "carrier", "substance", "unit", "boundary", "gwp", "quality", "source")
_UNITS = {"MWh": ("MWh", "GWh", "kWh"), "tCO2e": ("tCO2e", "ktCO2e", "MtCO2e", "kgCO2e"), "t": ("t", "kg")}
_KEY = ("place", "year", "sector", "subsector", "carrier", "substance", "boundary")

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inventory:
    """What is counted: each tonne of ``emissions`` [tCO2e] and each MWh of ``energy`` [MWh] once, and all ``rows``.

    A place is a commune or the territory; a row of the territory is counted only where no commune's row is. ``gwp`` is
    the report of the CO2 equivalents, or ``not-stated``. ``rounding`` is the widest difference [1] that was found, and
    accepted, between a total and its details.
    """

    rows: tuple[Row, ...]
    emissions: tuple[Row, ...]
    energy: tuple[Row, ...]
    boundary: str
    gwp: str
    rounding: float

    @property
    def territory(self) -> str:
        """The only territory (SIREN code) that the table names, or nothing."""
        named = {row.place for row in self.rows if is_territory(row.place)}
        return named.pop() if len(named) == 1 else ""

    @property
    def places(self) -> list[str]:
        """Places that hold counted rows, in the order of their codes."""
        return sorted({row.place for row in (*self.emissions, *self.energy)})


def read_inventory(handle: Handle, *, gwp: str = AS_STATED, consecutive: bool = False) -> Inventory:
    """The inventory of a dataset.

    Parameters
    ----------
    gwp
        IPCC report that masses of gases are converted with (AR4, AR5, AR6), or ``as-stated``: none is.
    consecutive
        Whether a missing year between two held ones is a fault.

    Raises
    ------
    InvalidInput
        Lists everything wrong, as :func:`check_rows`; besides, potentials of two reports, masses of gases without a
        report to convert them, and figures that are given both as gases and as CO2 equivalent and do not agree.
    """
    rows, found = _checked(handle.table(), one_boundary=True)
    found.faults += [*checks.year_gaps(rows)] if consecutive else []
    unconverted = list(checks.report_faults(rows, gwp))
    found.faults += unconverted
    kept = _by_boundary(rows, found)
    emissions = [] if unconverted else counting.emissions(kept, gwp, found)
    if found.faults:
        raise InvalidInput(_("The inventory cannot be used."), found.faults)
    return Inventory(
        rows=tuple(rows),
        emissions=tuple(emissions),
        energy=tuple(counting.energy(kept)),
        boundary=rows[0].boundary,
        gwp=checks.report_of(rows, gwp),
        rounding=found.widest,
    )


def check_rows(table: "pa.Table", *, one_boundary: bool = True, consecutive: bool = False) -> tuple[Row, ...]:
    """The rows of a table, checked, in MWh, tCO2e and t; for what imports and exports inventories.

    Raises
    ------
    InvalidInput
        Lists everything wrong: a missing column or value, an unknown name (with the nearest), a negative value, a unit
        of another kind, a row twice, several boundaries (unless ``one_boundary`` is false), a year missing between two
        (where ``consecutive``), a total that its details, or a territory that its communes, do not add up to.
    """
    rows, found = _checked(table, one_boundary=one_boundary)
    found.faults += [*checks.year_gaps(rows)] if consecutive else []
    _by_boundary(rows, found)
    if found.faults:
        raise InvalidInput(_("The inventory cannot be used."), found.faults)
    return tuple(rows)


def _by_boundary(rows: Sequence[Row], found: counting.Comparisons) -> Kept:
    """The rows to count of the first boundary; each boundary is compared with itself only."""
    kept = [
        counting.without_double([row for row in rows if row.boundary == one], found)
        for one in dict.fromkeys(row.boundary for row in rows)
    ]
    return kept[0] if kept else {}


def _checked(table: "pa.Table", *, one_boundary: bool) -> tuple[list[Row], counting.Comparisons]:
    """The rows without fault, and the faults of rows and of the table; what a fault touches is not compared after."""
    missing = list(_column_faults(table))
    if missing:
        raise InvalidInput(_("The inventory cannot be used."), missing)
    raw = [{"uncertainty": None, **row} for row in table.to_pylist()]
    faults = [] if raw else [Fault("inventory", _("no row"), _("one row at least"))]
    rows: list[Row] = []
    doubtful: set[Cell] = set()
    for number, one in enumerate(raw, 1):
        found = list(_row_faults(_where(number, one), one))
        faults += found
        if found:
            doubtful.add((one["place"], one["year"], _meant(one["sector"])))
        else:
            rows.append(_row(number, one))
    for fault, cell in _repeated(raw):
        faults.append(fault)
        doubtful.add(cell)
    boundaries = list(checks.boundary_faults(rows)) if one_boundary else []
    return rows, counting.Comparisons(doubtful, faults + boundaries)


def _meant(sector: str | None) -> str:
    """The sector that a name is, or is close to; empty where it may be any."""
    return next(iter(get_close_matches(sector or "", [*SECTORS], n=1)), "")


def _column_faults(table: "pa.Table") -> Iterator[Fault]:
    import pyarrow.types as kinds

    for name in (*_TEXTS, "year", "value", "uncertainty"):
        where = _("column {name}").format(name=name)
        if name not in table.column_names:
            if name != "uncertainty":
                yield Fault(where, _("no such column"), repair=nearest(name, table.column_names))
            continue
        kind = table.schema.field(name).type
        if name in _TEXTS:
            fits = kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_dictionary(kind)
            expected = _("text")
        else:
            fits = kinds.is_integer(kind) or (name != "year" and (kinds.is_floating(kind) or kinds.is_null(kind)))
            expected = _("a year") if name == "year" else _("a number")
        if not fits and table.num_rows:
            yield Fault(where, str(kind), expected)


def _where(number: int, row: Raw) -> str:
    cell = named(*(row[name] for name in _KEY[:-1]))
    return _("inventory, row {row}, {cell}").format(row=number, cell=cell or "?")


def _row_faults(where: str, row: Raw) -> Iterator[Fault]:
    empty = [name for name in (*_TEXTS, "year", "value") if row[name] is None or row[name] == ""]
    yield from (Fault(f"{where}, {name}", _("nothing"), _("a value")) for name in empty)
    yield from _name_faults(where, {name: row[name] for name in _TEXTS if name not in empty})
    if "year" not in empty and not 1900 <= row["year"] <= 2200:
        yield Fault(f"{where}, year", str(row["year"]), _("a year from 1900 to 2200"))
    if "value" not in empty and not (isfinite(row["value"]) and row["value"] >= 0):
        repair = _("Carbon stored by land is not part of an inventory of emissions.") if row["value"] < 0 else ""
        yield Fault(f"{where}, value", f"{row['value']:g} {row['unit'] or ''}".strip(), _("0 or more"), repair)
    half = row["uncertainty"]
    if half is not None and not 0 <= half <= LARGEST_UNCERTAINTY:
        expected = _("a share of the value, 0 to {most}").format(most=LARGEST_UNCERTAINTY)
        yield Fault(f"{where}, uncertainty", f"{half:g}", expected, _("20 % is written 0.2."))
    yield from _unit_faults(where, row)


def _name_faults(where: str, row: Mapping[str, str]) -> Iterator[Fault]:
    known: dict[str, tuple[str, Sequence[str]]] = {
        "sector": (_("a regulatory sector"), [*SECTORS]),
        "carrier": (_("an energy carrier, or all"), [*CARRIERS, ALL]),
        "substance": (_("energy, a gas or a pollutant"), SUBSTANCES),
        "unit": (_("a unit of an inventory"), [symbol for symbols in _UNITS.values() for symbol in symbols]),
        "boundary": (_("a boundary"), [*BOUNDARIES]),
        "gwp": (_("a report of the IPCC"), [*potentials.STATED, potentials.NOT_APPLICABLE]),
        "quality": (_("how the figure is known"), QUALITIES),
    }
    for name, (expected, names) in known.items():
        if name in row and row[name] not in names:
            yield Fault(f"{where}, {name}", row[name], expected, nearest(row[name], names))
    if "place" in row and not _PLACE.fullmatch(row["place"]):
        yield Fault(f"{where}, place", row["place"], _("an INSEE code of a commune or a SIREN code of a territory"))
    if "subsector" in row and not _SUBSECTOR.fullmatch(row["subsector"]):
        yield Fault(f"{where}, subsector", row["subsector"], _("lower-case letters, digits and hyphens"))


def _unit_faults(where: str, row: Raw) -> Iterator[Fault]:
    substance, symbol = row["substance"], row["unit"]
    if substance not in SUBSTANCES or not any(symbol in symbols for symbols in _UNITS.values()):
        return
    common = common_unit(substance)
    if substance in potentials.FAMILIES and symbol in _UNITS["t"]:
        yield potentials.no_potential(f"{where}, unit", substance)
    elif symbol not in _UNITS[common]:
        expected = _("{substance} in {units}").format(substance=substance, units=", ".join(_UNITS[common]))
        yield Fault(f"{where}, unit", symbol, expected)
    if common == "tCO2e" and row["gwp"] == potentials.NOT_APPLICABLE:
        expected = ", ".join(potentials.STATED)
        yield Fault(f"{where}, gwp", row["gwp"], expected, _("Write not-stated where the source does not say."))


def common_unit(substance: str) -> str:
    """The unit that a substance is brought to: MWh of energy, tCO2e of equivalents and families of gases, t of others.

    >>> common_unit("energy"), common_unit("CO2e"), common_unit("HFC"), common_unit("CH4"), common_unit("NOx")
    ('MWh', 'tCO2e', 'tCO2e', 't', 't')
    """
    if substance == ENERGY:
        return "MWh"
    return "tCO2e" if substance in (CO2E, *potentials.FAMILIES) else "t"


def _row(number: int, raw: Raw) -> Row:
    unit = common_unit(raw["substance"])
    names = ("place", "year", "sector", "subsector", "carrier", "substance", "boundary", "gwp", "quality", "source")
    half = raw["uncertainty"]
    return Row(
        number=number,
        value=convert(float(raw["value"]), raw["unit"], unit),
        unit=unit,
        uncertainty=None if half is None else float(half),
        **{name: raw[name] for name in names},
    )


def _repeated(raw: Iterable[Raw]) -> Iterator[tuple[Fault, Cell]]:
    numbers: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number, row in enumerate(raw, 1):
        numbers[tuple(row[name] for name in _KEY)].append(number)
    for key, found in numbers.items():
        if len(found) > 1:
            rows = ", ".join(map(str, found))
            where = _("inventory, rows {rows}, {cell}").format(rows=rows, cell=named(*key))
            yield Fault(where, _("the same cell {count} times").format(count=len(found)), _("once")), key[:3]
