"""Published shares of emissions by group of sectors: read and checked; every fault is said at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import fsum, isfinite
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.indicators import QUALITIES
from agglo.contract.inputs import Handle
from agglo.contract.language import _
from agglo.models.climate.nomenclature import GROUPS

if TYPE_CHECKING:
    import pyarrow as pa

TOLERANCE = 0.005
"""How far from 1 the shares may add up to: published shares are rounded [1]."""

_TEXTS = ("place", "group", "quality", "source")
_NUMBERS = ("reference_year", "share")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares [1] of the emissions of one place and year, by group of sectors, as published: not brought to 1."""

    place: str
    reference_year: int
    by_group: Mapping[str, float]
    quality: str
    source: str

    @property
    def total(self) -> float:
        """Their sum [1]."""
        return fsum(self.by_group.values())


def read_shares(handle: Handle) -> Shares:
    """The shares of a table of schema ``climate-shares``, of one place and one reference year.

    Raises
    ------
    InvalidInput
        Lists everything wrong: a missing column, an unknown group, a group twice, a share that is not above 0 and at
        most 1, several places or years, shares that do not add up to 1 within 0.5 %.
    """
    table = handle.table()
    faults = list(_column_faults(table))
    rows: list[Row] = []
    if not faults:
        rows = table.to_pylist()
        faults = [fault for number, row in enumerate(rows, 1) for fault in _row_faults(number, row)]
        faults += [] if faults else _table_faults(rows)
    if faults:
        raise InvalidInput(_("The table of shares cannot be read."), faults)
    return Shares(
        place=rows[0]["place"],
        reference_year=int(rows[0]["reference_year"]),
        by_group={name: row["share"] for name in GROUPS for row in rows if row["group"] == name},
        quality=max((row["quality"] for row in rows), key=QUALITIES.index),
        source="; ".join(dict.fromkeys(row["source"] for row in rows)),
    )


def _column_faults(table: "pa.Table") -> Iterator[Fault]:
    import pyarrow.types as kinds

    for name in (*_TEXTS, *_NUMBERS):
        where = _("column {name}").format(name=name)
        if name not in table.column_names:
            yield Fault(where, _("no such column"), repair=nearest(name, table.column_names))
            continue
        kind = table.schema.field(name).type
        number = kinds.is_integer(kind) or kinds.is_floating(kind)
        text = kinds.is_string(kind) or kinds.is_large_string(kind)
        if not (text if name in _TEXTS else number):
            yield Fault(where, str(kind), _("text") if name in _TEXTS else _("a number"))


def _row_faults(number: int, row: Row) -> Iterator[Fault]:
    where = _("shares, row {row}, {group}").format(row=number, group=row["group"] or "?")
    empty = [name for name in (*_TEXTS, *_NUMBERS) if row[name] is None or row[name] == ""]
    yield from (Fault(f"{where}, {name}", _("nothing"), _("a value")) for name in empty)
    if row["group"] and row["group"] not in GROUPS:
        yield Fault(where, row["group"], _("a group of sectors"), nearest(row["group"], [*GROUPS]))
    if row["quality"] and row["quality"] not in QUALITIES:
        yield Fault(
            f"{where}, quality", row["quality"], _("how the figure is known"), nearest(row["quality"], [*QUALITIES])
        )
    share = row["share"]
    if share is not None and not (isfinite(share) and 0 < share <= 1):
        repair = _("Give shares, not percentages; leave out a group that emits nothing: no effort can be asked of it.")
        yield Fault(f"{where}, share", f"{share:g}", _("a share above 0, at most 1"), repair)


def _table_faults(rows: list[Row]) -> Iterator[Fault]:
    if not rows:
        yield Fault("shares", _("no row"), _("one row for each group"))
        return
    for name, expected in (("place", _("one place")), ("reference_year", _("one reference year"))):
        found = sorted({str(row[name]) for row in rows})
        if len(found) > 1:
            yield Fault(_("shares, {name}").format(name=name), ", ".join(found), expected)
    groups = [row["group"] for row in rows]
    for name in sorted({one for one in groups if groups.count(one) > 1}):
        yield Fault(_("shares, {group}").format(group=name), _("this group twice"), _("each group once"))
    total = fsum(row["share"] for row in rows)
    if abs(total - 1) > TOLERANCE:
        yield Fault(
            _("shares, all groups together"),
            f"{total:g}",
            _("1, within 0.5 %"),
            _("Groups: {names}").format(names=", ".join(GROUPS)),
        )
