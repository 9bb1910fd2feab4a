"""Sectors: what enters less what leaves, as signed sums of meters and the change of stored volume.

Mass balance of a sector (A. Lambert, International report: water losses management and techniques, Water Science and
Technology: Water Supply 2(4), 2002): sum(sign x flow) - tank area x d(level)/dt = demand + losses.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from agglo.models.water.readings.series import Series

FLOW, LEVEL, PRESSURE = "flow", "level", "pressure"
_COLUMNS = ("sector", "sensor", "sign", "tank_area_m2")


@dataclass(frozen=True, slots=True)
class Meter:
    """A sensor of a sector. ``kind`` is ``flow`` (``sign`` 1 enters, -1 leaves), ``level`` or ``pressure``.

    ``tank_area_m2`` is the area of the tank whose level is read; a pressure only describes the sector.
    """

    sector: str
    sensor: str
    kind: str = FLOW
    sign: int = 1
    tank_area_m2: float = 0.0


def read_meters(table: "pa.Table", kinds: Mapping[str, str]) -> tuple[Meter, ...]:
    """The meters of each sector, from a table ``water-meters``; ``kinds`` is the kind of each sensor that was read.

    Raises
    ------
    InvalidInput
        Lists everything wrong: a missing column or value, a sensor that was not read, a meter twice in a sector, a sign
        that is not 1 or -1, a tank without its area, a sector that no flow meter enters.
    """
    missing = [name for name in _COLUMNS if name not in table.column_names]
    faults = [Fault(_("column {name}").format(name=name), _("no such column")) for name in missing]
    rows = [] if faults else table.to_pylist()
    faults += [fault for number, row in enumerate(rows, 1) for fault in _row_faults(number, row, kinds)]
    if not faults:
        meters = tuple(_meter(row, kinds) for row in rows)
        faults = [*_repeated(meters), *_without_entry(meters)]
    if not faults and not rows:
        faults = [Fault("water-meters", _("no row"), _("the meters of at least one sector"))]
    if faults:
        raise InvalidInput(_("These sectors cannot be used."), faults)
    return meters


def net_inflow(series: "Series", meters: Sequence[Meter]) -> "Mapping[str, np.ndarray]":
    """What enters each sector less what leaves it and what its tanks take [m3/h], of shape (length,).

    Not a number where any of the sector's meters is not known: a missing meter is never counted as zero. The change of
    a tank is that from an instant to the next, so that sums over a window keep only the first and the last level; the
    last instant of a sector with a tank is therefore not known.
    """
    import numpy as np

    totals: dict[str, np.ndarray] = {}
    for meter in meters:
        if meter.kind != PRESSURE:
            none = np.zeros(series.grid.length)
            totals[meter.sector] = totals.get(meter.sector, none) + contribution(series, meter)
    return totals


def contribution(series: "Series", meter: Meter) -> "np.ndarray":
    """What a meter adds to the net inflow of its sector [m3/h], of shape (length,)."""
    import numpy as np

    values = series.values[meter.sensor]
    if meter.kind == FLOW:
        return meter.sign * values
    return -meter.tank_area_m2 * np.diff(values, append=np.nan) * (3600.0 / series.grid.step_s)


def sectors_of(meters: Sequence[Meter]) -> "dict[str, tuple[Meter, ...]]":
    """The meters of each sector, sectors in the order in which they come first."""
    found: defaultdict[str, list[Meter]] = defaultdict(list)
    for meter in meters:
        found[meter.sector].append(meter)
    return {sector: tuple(those) for sector, those in found.items()}


def unused(kinds: Mapping[str, str], meters: Sequence[Meter]) -> list[str]:
    """Flow meters that were read and belong to no sector."""
    used = {meter.sensor for meter in meters}
    return sorted(sensor for sensor, kind in kinds.items() if kind == FLOW and sensor not in used)


def overlaps(meters: Sequence[Meter]) -> dict[str, list[str]]:
    """Flow meters that count with the same sign in several sectors, and these: such sectors overlap."""
    found: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for meter in meters:
        if meter.kind == FLOW:
            found[meter.sensor, meter.sign].append(meter.sector)
    return {sensor: sectors for (sensor, _sign), sectors in found.items() if len(sectors) > 1}


def without_outlet(meters: Sequence[Meter]) -> list[str]:
    """Sectors that no flow meter leaves."""
    return [
        sector
        for sector, those in sectors_of(meters).items()
        if not any(meter.kind == FLOW and meter.sign < 0 for meter in those)
    ]


def _meter(row: Mapping[str, Any], kinds: Mapping[str, str]) -> Meter:
    kind = kinds[row["sensor"]]
    sign = int(row["sign"]) if kind == FLOW else 1
    return Meter(row["sector"], row["sensor"], kind, sign, float(row["tank_area_m2"] or 0.0))


def _row_faults(number: int, row: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[Fault]:
    sector, sensor = row["sector"], row["sensor"]
    where = _("meters, row {row} ({sector}, {sensor})").format(row=number, sector=sector, sensor=sensor)
    if not sector or not sensor:
        yield Fault(where, _("nothing"), _("a sector and a sensor"))
    elif sensor not in kinds:
        repair = nearest(sensor, list(kinds))
        yield Fault(where, _("a sensor without readings"), _("a sensor that was read"), repair)
    else:
        yield from _of_kind(where, kinds[sensor], row["sign"], row["tank_area_m2"])


def _of_kind(where: str, kind: str, sign: Any, area: float | None) -> Iterator[Fault]:
    """What is wrong with the sign and the area of a row, for a sensor of that kind."""
    got = _("nothing") if sign is None else str(sign)
    if kind == FLOW and sign not in (1, -1):
        yield Fault(f"{where}, sign", got, _("1 (enters) or -1 (leaves)"))
    if kind != FLOW and sign not in (None, 1):
        repair = _("A level that rises is always taken off what enters, whatever the sign.")
        yield Fault(f"{where}, sign", got, _("1, or nothing"), repair if kind == LEVEL else "")
    if kind == LEVEL and not (area is not None and isfinite(area) and area > 0):
        got = _("nothing") if area is None else f"{area:g}"
        repair = _("Volume is area times level: give the area of the tank.")
        yield Fault(f"{where}, tank_area_m2", got, _("more than 0"), repair)
    if kind != LEVEL and area is not None:
        repair = _("Only a level sensor has a tank.")
        yield Fault(f"{where}, tank_area_m2", f"{area:g} ({kind})", _("nothing"), repair)


def _repeated(meters: Sequence[Meter]) -> Iterator[Fault]:
    for sector, those in sectors_of(meters).items():
        for sensor in dict.fromkeys(meter.sensor for meter in those):
            signs = [meter.sign for meter in those if meter.sensor == sensor]
            if len(signs) > 1:
                where = _("sector {sector}, meter {sensor}").format(sector=sector, sensor=sensor)
                got = _("{count} rows, signs {signs}").format(count=len(signs), signs=", ".join(map(str, signs)))
                yield Fault(
                    where, got, _("one row"), _("A meter between two sectors has a row in each, signs opposed.")
                )


def _without_entry(meters: Sequence[Meter]) -> Iterator[Fault]:
    for sector, those in sectors_of(meters).items():
        if not any(meter.kind == FLOW and meter.sign > 0 for meter in those):
            where = _("sector {sector}").format(sector=sector)
            repair = _("Add the meter of each pipe that feeds it, with sign 1.")
            yield Fault(where, _("no flow meter with sign 1"), _("a meter that enters"), repair)
