"""What is known of each sector: connections, night use, pressures, from a table ``water-sectors``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.models.water.night.leakage import Range

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBERS = (
    "connections",
    "night_use_m3_h",
    "night_use_low_m3_h",
    "night_use_high_m3_h",
    "night_use_m3_h_per_connection",
    "night_pressure_m",
    "day_pressure_m",
    "leakage_exponent",
)
_ABOVE_ZERO = ("night_pressure_m", "day_pressure_m", "leakage_exponent")


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a person gave about a sector; None where nothing was given.

    ``night_use`` is that of the whole sector [m3/h], ``per_connection`` that of one connection [m3/h]. Pressures are
    means [mH2O], of the night window and of the whole day.
    """

    sector: str
    title: str = ""
    connections: float | None = None
    night_use: Range | None = None
    per_connection: float | None = None
    night_use_source: str = ""
    night_pressure_m: float | None = None
    day_pressure_m: float | None = None
    leakage_exponent: float | None = None


def read_attributes(table: "pa.Table") -> dict[str, Attributes]:
    """Attributes by sector. Only the column ``sector`` must be there.

    Raises
    ------
    InvalidInput
        Lists everything wrong: a sector that comes twice, a figure below zero, one pressure without the other, bounds
        without their value or that do not hold it, two night uses.
    """
    if "sector" not in table.column_names:
        raise InvalidInput(
            _("The sectors cannot be used."), [Fault(_("column {name}").format(name="sector"), _("no such column"))]
        )
    rows = [{**dict.fromkeys(("title", "night_use_source", *_NUMBERS)), **row} for row in table.to_pylist()]
    faults = [fault for number, row in enumerate(rows, 1) for fault in _faults(number, row)]
    names = [row["sector"] for row in rows]
    for name in dict.fromkeys(names):
        if name and names.count(name) > 1:
            got = _("{count} rows").format(count=names.count(name))
            faults.append(Fault(_("sectors, {sector}").format(sector=name), got, _("one row")))
    if faults:
        raise InvalidInput(_("The sectors cannot be used."), faults)
    return {row["sector"]: _attributes(row) for row in rows}


def _attributes(row: Mapping[str, Any]) -> Attributes:
    use, low, high = row["night_use_m3_h"], row["night_use_low_m3_h"], row["night_use_high_m3_h"]
    return Attributes(
        sector=row["sector"],
        title=row["title"] or "",
        connections=row["connections"],
        night_use=None if use is None else Range(use if low is None else low, use, use if high is None else high),
        per_connection=row["night_use_m3_h_per_connection"],
        night_use_source=row["night_use_source"] or "",
        **{name: row[name] for name in _ABOVE_ZERO},
    )


def _faults(number: int, row: Mapping[str, Any]) -> Iterator[Fault]:
    where = _("sectors, row {row} ({sector})").format(row=number, sector=row["sector"])
    if not row["sector"]:
        yield Fault(where, _("nothing"), _("a sector"))
    for name in _NUMBERS:
        value = row[name]
        least = _("more than 0") if name in _ABOVE_ZERO else _("0 or more")
        wrong = value is not None and not (isfinite(value) and value >= 0 and (value > 0 or name not in _ABOVE_ZERO))
        if wrong:
            yield Fault(f"{where}, {name}", f"{value:g}", least)
    yield from _night_use_faults(where, row)
    if (row["night_pressure_m"] is None) != (row["day_pressure_m"] is None):
        yield Fault(where, _("one pressure"), _("the mean pressure of the night and that of the day, or neither"))


def _night_use_faults(where: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    use, low, high = row["night_use_m3_h"], row["night_use_low_m3_h"], row["night_use_high_m3_h"]
    if use is None and not (low is None and high is None):
        yield Fault(where, _("bounds of night use alone"), _("night_use_m3_h with them"))
    if use is not None and not (use if low is None else low) <= use <= (use if high is None else high):
        yield Fault(where, _("{use:g} m3/h outside its bounds").format(use=use), _("low <= night use <= high"))
    each = row["night_use_m3_h_per_connection"]
    if each is not None and use is not None:
        yield Fault(where, _("two night uses"), _("that of the sector or that of a connection"))
    if each is not None and row["connections"] is None:
        yield Fault(where, _("no number of connections"), _("connections, with the use of each"))
