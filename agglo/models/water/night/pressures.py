"""Pressures of a sector by hour of the day, from the surest source that there is, and its leakage exponent."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.indicators import Quality
from agglo.contract.language import _
from agglo.models.water.night.evidence import Evidence
from agglo.models.water.night.leakage import Pressures, Range
from agglo.models.water.night.nights import Window, inside
from agglo.models.water.readings.sectors import PRESSURE, Meter

if TYPE_CHECKING:
    import numpy as np

    from agglo.models.water.readings.series import Series

_HOURS = 24


def pressures_of(sector: str, meters: Sequence[Meter], evidence: Evidence) -> tuple[Pressures | None, Quality]:
    """Measured by the sector's sensors, else declared for it, else the parameters', which may be none."""
    known, hypotheses = evidence.known(sector), evidence.hypotheses
    measured = measured_pressures(evidence.series, meters, hypotheses.window)
    if measured is not None:
        return measured, "measured"
    if known.day_pressure_m is not None and known.night_pressure_m is not None:
        return Pressures([known.day_pressure_m], known.night_pressure_m), "declared"
    return hypotheses.pressures, "assumed"


def exponent_of(sector: str, evidence: Evidence) -> Range:
    """N1 of the sector: its own, as far from its bounds as that of all sectors, never under 0."""
    own, common = evidence.known(sector).leakage_exponent, evidence.hypotheses.exponent
    if own is None:
        return common
    shift = own - common.central
    return Range(max(common.low + shift, 0.0), own, common.high + shift)


def measured_pressures(series: "Series", meters: Sequence[Meter], window: Window) -> Pressures | None:
    """Mean pressure [mH2O] of each hour by the clock and of the night window, over the sensors of a sector.

    None where the sector has no pressure sensor, or one of them never reads at some hour.

    Raises
    ------
    InvalidInput
        The mean pressure of an hour is zero or less.
    """
    import numpy as np

    sensors = [meter.sensor for meter in meters if meter.kind == PRESSURE]
    if not sensors:
        return None
    local = series.grid.local(window.zone)
    hours = (local - local.astype("datetime64[D]")).astype("timedelta64[h]").astype(np.int64)
    night = inside(series.grid, window)
    masks = [*(hours == hour for hour in range(_HOURS)), night]
    means = np.array([[_mean(series.values[sensor], mask) for mask in masks] for sensor in sensors])
    if not np.isfinite(means).all():
        return None
    for sensor, least in zip(sensors, means.min(axis=1), strict=True):
        if least <= 0:
            where = _("pressure {sensor}").format(sensor=sensor)
            got = _("a mean of {pressure:.1f} mH2O at some hour").format(pressure=least)
            raise InvalidInput(_("The pressures cannot be used."), [Fault(where, got, _("more than 0"))])
    profile = means.mean(axis=0)
    return Pressures(profile[:_HOURS].tolist(), float(profile[_HOURS]))


def _mean(values: "np.ndarray", mask: "np.ndarray") -> float:
    import numpy as np

    held = values[mask]
    held = held[np.isfinite(held)]
    return float(held.mean()) if len(held) else float("nan")
