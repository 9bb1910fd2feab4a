"""A year of a drinking-water service, read from a table ``water-volumes``."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.indicators import QUALITIES, Quality
from agglo.contract.inputs import Handle
from agglo.contract.language import _
from agglo.models.water.performance import boundary
from agglo.models.water.performance.leakage_index import Build
from agglo.models.water.performance.volumes import NAMES, REQUIRED, Halfwidths, Volumes

if TYPE_CHECKING:
    import pyarrow as pa

WHOLE = "all"
"""Sector of a row that speaks of the whole place."""

KEY = ("place", "sector", "year")
_TEXTS = ("place", "sector", "quality", "source")
BUILD = ("network_km", "subscribers", "connections", "pressure_m")
"""Numbers that are above zero where they are given."""
_AMOUNTS = ("private_pipe_km", "water_stress_withdrawal_m3", "cost_eur_m3")
"""Numbers that may be zero."""
_NUMBERS = (*(f"{name}_m3" for name in NAMES), *(f"{name}_uncertainty" for name in NAMES), *BUILD, *_AMOUNTS)
_NEEDED = (*_TEXTS, "year", *(f"{name}_m3" for name in REQUIRED))


@dataclass(frozen=True, slots=True)
class Year:
    """Volumes of a place (or of a sector of it) in a year, and what the network is made of, where it is stated.

    ``halfwidths`` are half of the 95 % intervals [m3], ``assumed`` the volumes whose own was not stated.
    ``stress_withdrawal_m3`` is zero where none is stated; ``stress_stated`` tells.
    """

    place: str
    sector: str
    year: int
    volumes: Volumes
    halfwidths: Halfwidths
    assumed: frozenset[str]
    parts: frozenset[str]
    network_km: float | None
    subscribers: float | None
    connections: float | None
    pressure_m: float | None
    private_pipe_km: float | None
    stress_withdrawal_m3: float
    stress_stated: bool
    cost_eur_m3: float | None
    quality: Quality

    @property
    def name(self) -> str:
        return named(self.place, self.sector, self.year)

    @property
    def build(self) -> Build | None:
        """What the leakage index needs, if all of it is stated; private pipes left empty are none."""
        if self.network_km is None or self.connections is None or self.pressure_m is None:
            return None
        return Build(self.network_km, self.connections, self.private_pipe_km or 0.0, self.pressure_m)


def named(*parts: object) -> str:
    """What a row speaks of, without the word for the whole place.

    >>> named("91477", "all", 2023)
    '91477 2023'
    """
    return " ".join(str(part) for part in parts if part not in (None, "", WHOLE))


def read_years(handle: Handle, uncertainties: Mapping[str, float]) -> list[Year]:
    """The years of a dataset, by place, sector and year.

    Parameters
    ----------
    handle
        A table ``water-volumes``.
    uncertainties
        Half of the 95 % interval of each volume that states none, by name [%].

    Raises
    ------
    InvalidInput
        Lists everything wrong: a missing column or value, a year twice, a length that is not above zero, more exported
        or used than was put in, volumes that seem to be in two units.
    """
    table = handle.table()
    faults = list(_column_faults(table))
    if not faults:
        rows = [dict.fromkeys(_NUMBERS) | {"water_stress": None} | row for row in table.to_pylist()]
        faults = [fault for number, row in enumerate(rows, 1) for fault in _row_faults(number, row)]
        faults += _repeated(rows)
        faults += [] if rows else [Fault(_("volumes"), _("no row"), _("one year at least"))]
    if faults:
        raise InvalidInput(_("The volumes cannot be used."), faults)
    return sorted((_year(row, uncertainties) for row in rows), key=lambda one: (one.place, one.sector, one.year))


def _column_faults(table: "pa.Table") -> Iterator[Fault]:
    import pyarrow.types as kinds

    for name in _NEEDED:
        if name not in table.column_names:
            yield Fault(
                _("column {name}").format(name=name), _("no such column"), repair=nearest(name, table.column_names)
            )
    for one in table.schema:
        text = kinds.is_string(one.type) or kinds.is_large_string(one.type)
        number = kinds.is_integer(one.type) or kinds.is_floating(one.type) or kinds.is_null(one.type)
        if one.name in _TEXTS and not text:
            yield Fault(_("column {name}").format(name=one.name), str(one.type), _("text"))
        if one.name in (*_NUMBERS, "year") and not number:
            yield Fault(_("column {name}").format(name=one.name), str(one.type), _("a number"))


def _row_faults(number: int, row: Mapping[str, Any]) -> Iterator[Fault]:
    where = _("volumes, row {row}, {cell}").format(row=number, cell=named(*(row[name] for name in KEY)))
    found = [*_empty(where, row), *_out_of_range(where, row)]
    if row["quality"] and row["quality"] not in QUALITIES:
        repair = nearest(row["quality"], QUALITIES)
        found.append(Fault(f"{where}, quality", row["quality"], _("how the figures are known"), repair))
    yield from found
    if not found:
        yield from boundary.faults(where, _volumes(row))
        yield from boundary.stress_faults(where, row["water_stress"], row["water_stress_withdrawal_m3"])


def _empty(where: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    for name in _NEEDED:
        if row[name] is None or row[name] == "":
            repair = _("Write 0 where there is none.") if name.endswith("_m3") else ""
            yield Fault(f"{where}, {name}", _("nothing"), _("a value"), repair)


def _out_of_range(where: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    for name in _NUMBERS:
        value = row[name]
        if value is None:
            continue
        above = name in BUILD
        if not isfinite(value) or value < 0 or (above and not value):
            repair = _("Leave it empty where it is not known.") if name not in _NEEDED else ""
            yield Fault(f"{where}, {name}", f"{value:g}", _("more than 0") if above else _("0 or more"), repair)


def _repeated(rows: Iterable[Mapping[str, Any]]) -> Iterator[Fault]:
    numbers: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)
    for number, row in enumerate(rows, 1):
        numbers[tuple(row[name] for name in KEY)].append(str(number))
    for key, found in numbers.items():
        if len(found) > 1:
            where = _("volumes, rows {rows}, {cell}").format(rows=", ".join(found), cell=named(*key))
            yield Fault(where, _("the same year {count} times").format(count=len(found)), _("once"))


def _volumes(row: Mapping[str, Any]) -> Volumes:
    return Volumes(**{name: float(row[f"{name}_m3"] or 0.0) for name in NAMES})


def _year(row: Mapping[str, Any], uncertainties: Mapping[str, float]) -> Year:
    volumes = _volumes(row)
    stated = {name: row[f"{name}_uncertainty"] for name in NAMES}
    own = {name: uncertainties[name] if value is None else value for name, value in stated.items()}
    return Year(
        volumes=volumes,
        halfwidths={name: share / 100 * getattr(volumes, name) for name, share in own.items()},
        assumed=frozenset(name for name, value in stated.items() if value is None and getattr(volumes, name)),
        parts=frozenset(name for name in NAMES if name not in REQUIRED and row[f"{name}_m3"] is not None),
        stress_withdrawal_m3=float(row["water_stress_withdrawal_m3"] or 0.0),
        stress_stated=row["water_stress"] is not None or row["water_stress_withdrawal_m3"] is not None,
        **{name: row[name] for name in (*KEY, *BUILD, "private_pipe_km", "cost_eur_m3", "quality")},
    )
