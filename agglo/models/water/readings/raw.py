"""Raw readings: the instants and values of each sensor, as they came."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

COLUMNS = {"flow_m3_h": "flow", "index_m3": "index", "pressure_m": "pressure", "level_m": "level"}
"""What each column of ``water-readings`` holds."""
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Raw:
    """Readings of one sensor: instants [s since 1970, UTC] in order, some perhaps twice, and values; both (n,)."""

    sensor: str
    kind: str
    times: "np.ndarray"
    values: "np.ndarray"


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows that hold a value: the code of their sensor, their instant [s], their quantity and value; all (n,)."""

    names: list[str]
    codes: "np.ndarray"
    times: "np.ndarray"
    kinds: "np.ndarray"
    values: "np.ndarray"


def raw_of(readings: "pa.Table", sensors: "pa.Table | None" = None) -> list[Raw]:
    """The readings of each sensor, by its name; rows without a value are left out.

    Raises
    ------
    InvalidInput
        A row holds several quantities, a sensor measures several or not what ``sensors`` says, or there is no reading.
    """
    import numpy as np

    rows, faults = _rows(readings)
    kinds = [*COLUMNS.values()]
    order = np.lexsort((rows.times, rows.codes))
    codes, times, values = rows.codes[order], rows.times[order], rows.values[order]
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if len(codes) else np.zeros(0, np.int64)
    found = []
    for first, last in zip(starts, np.r_[starts, len(codes)][1:], strict=True):
        name, own = rows.names[codes[first]], np.unique(rows.kinds[order[first:last]])
        if len(own) > 1:
            got = ", ".join(kinds[one] for one in own)
            faults.append(Fault(_("readings, sensor {name}").format(name=name), got, _("one quantity a sensor")))
        found.append(Raw(name, kinds[own[0]], times[first:last], values[first:last]))
    faults += _kind_faults(found, kinds_of(sensors))
    if not found and not faults:
        faults.append(Fault(_("readings"), _("no value"), _("at least one reading")))
    if faults:
        raise InvalidInput(_("These readings cannot be used."), faults)
    return sorted(found, key=lambda one: one.sensor)


def kinds_of(sensors: "pa.Table | None") -> Mapping[str, str]:
    """What each sensor measures, by the table of sensors."""
    if sensors is None:
        return {}
    return dict(zip(sensors["sensor"].to_pylist(), sensors["kind"].to_pylist(), strict=True))


def _rows(readings: "pa.Table") -> tuple[_Rows, list[Fault]]:
    import numpy as np
    import pyarrow as pa

    size = readings.num_rows
    count, kinds, values = np.zeros(size, np.int8), np.zeros(size, np.int8), np.full(size, np.nan)
    for position, name in enumerate(COLUMNS):
        if name in readings.column_names:
            column = readings[name].to_numpy()
            there = np.isfinite(column)
            count += there
            kinds[there], values[there] = position, column[there]
    sensors = readings["sensor"].combine_chunks().dictionary_encode()
    times = readings["time"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy() // 1_000_000
    kept = count == 1
    codes = sensors.indices.to_numpy()
    rows = _Rows(sensors.dictionary.to_pylist(), codes[kept], times[kept], kinds[kept], values[kept])
    return rows, list(_several(readings, np.flatnonzero(count > 1)))


def _several(readings: "pa.Table", rows: "np.ndarray") -> Iterator[Fault]:
    """Rows that hold several quantities, of which one would have to be chosen."""
    for row in rows[:SHOWN].tolist():
        where = _("readings, {sensor} at {time}").format(
            sensor=readings["sensor"][row].as_py(), time=readings["time"][row].as_py().isoformat()
        )
        got = ", ".join(
            name for name in COLUMNS if name in readings.column_names and readings[name][row].as_py() is not None
        )
        yield Fault(
            where, got, _("one of these quantities"), _("Give one row for each quantity, under its own sensor.")
        )
    if len(rows) > SHOWN:
        yield Fault(_("readings"), _("{count} more rows like these").format(count=len(rows) - SHOWN))


def _kind_faults(found: list[Raw], declared: Mapping[str, str]) -> list[Fault]:
    return [
        Fault(
            _("readings, sensor {name}").format(name=raw.sensor),
            raw.kind,
            _("{kind}, as the table of sensors says").format(kind=declared[raw.sensor]),
            _("Correct the mapping or the table of sensors."),
        )
        for raw in found
        if declared.get(raw.sensor, raw.kind) != raw.kind
    ]
