"""Measured night use, from household readings that were added up by sector before they were kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.models.water.night.leakage import Range
from agglo.models.water.night.nights import HOUR_S, Window, nights
from agglo.models.water.night.noise import FEWEST, student
from agglo.models.water.readings.series import Grid

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_COLUMNS = ("sector", "time", "volume_m3", "meters")


@dataclass(frozen=True, slots=True)
class Measured:
    """Night use of one meter [m3/h], with its 95 % interval, over ``nights`` nights of ``meters`` meters on average."""

    each: Range
    meters: float
    nights: int


def read_households(table: "pa.Table", window: Window, *, least_known: float) -> Mapping[str, Measured]:
    """Night use of a meter in each sector, from a table ``water-household-readings``.

    A volume is that of the step that begins at its instant; instants are UTC.

    Raises
    ------
    InvalidInput
        A column or value is missing, instants of a sector are not regular or more than an hour apart, or a sector has
        fewer than 14 nights.
    """
    import numpy as np

    faults = [
        Fault(_("households, column {name}").format(name=name), _("no such column, or an empty cell"))
        for name in _COLUMNS
        if name not in table.column_names or table[name].null_count
    ]
    if faults:
        raise InvalidInput(_("The household readings cannot be used."), faults)
    sectors = np.array(table["sector"].to_pylist(), dtype=object)
    times = np.array(table["time"].to_numpy(zero_copy_only=False), "datetime64[s]")
    each = np.array(table["volume_m3"].to_pylist(), float) / np.array(table["meters"].to_pylist(), float)
    meters = np.array(table["meters"].to_pylist(), float)
    found: dict[str, Measured] = {}
    for sector in dict.fromkeys(sectors.tolist()):
        those = sectors == sector
        try:
            found[sector] = _measured(times[those], each[those], meters[those], window, least_known)
        except InvalidInput as error:
            where = _("households, sector {sector}").format(sector=sector)
            faults += [Fault(where, one.got, one.expected, one.repair) for one in error.faults]
    if faults:
        raise InvalidInput(_("The household readings cannot be used."), faults)
    return found


def _measured(
    times: "np.ndarray", each: "np.ndarray", meters: "np.ndarray", window: Window, least_known: float
) -> Measured:
    import numpy as np

    order = np.argsort(times, kind="stable")
    times, each = times[order], each[order]
    gaps = np.diff(times).astype(np.int64)
    step = int(gaps.min()) if len(gaps) else 0
    if step <= 0 or (gaps % step).any():
        raise InvalidInput("", [Fault("", _("instants that repeat or do not follow a step"), _("a regular step"))])
    at = (times - times[0]).astype(np.int64) // step
    flow = np.full(int(at[-1]) + 1, np.nan)
    flow[at] = each * (HOUR_S / step)
    held = nights(flow, Grid(times[0], step, len(flow)), window, least_known=least_known)
    values = held.mean[held.used]
    if len(values) < FEWEST:
        got = _("{count} nights").format(count=len(values))
        raise InvalidInput("", [Fault("", got, _("at least {count} nights").format(count=FEWEST))])
    mean, half = float(values.mean()), student(len(values) - 1) * float(values.std(ddof=1)) / sqrt(len(values))
    return Measured(Range(max(mean - half, 0.0), mean, mean + half), float(meters.mean()), len(values))
