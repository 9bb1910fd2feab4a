"""Units that cannot be right: meters that do not balance, pressures a tenth of the others. Said, never mended."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log
from typing import TYPE_CHECKING

from agglo.contract.language import N_, _
from agglo.models.water.readings.hours import at_hours, hourly
from agglo.models.water.readings.series import Flag, Series

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

MISREAD = {
    3.6: N_("given in L/s and read as m3/h"),
    1 / 24: N_("given in m3/d and read as m3/h"),
    1 / 3.6: N_("given in m3/h and read as L/s"),
    24.0: N_("given in m3/h and read as m3/d"),
    0.001: N_("given in L/h and read as m3/h"),
    -1.0: N_("counted in the other direction"),
}
"""What the true flow is times the flow that was read, likeliest first, and how that comes."""
NOISE, LEVEL_NOISE_M = 0.05, 0.02
"""Of the water that passes, and of a level over an hour [m], what may be noise (assumed)."""
WRONG, RIGHT = 0.05, 0.01
"""Share of hours with less water than none at which a balance is wrong, and below which it is right again (assumed)."""
LEAST_HOURS, LEAST_STEPS = 24, 10
"""Hours without which a balance says nothing; changes of a flow without which its tank says nothing of it."""
NEAR = log(1.4)
"""How near (logarithm of the ratio) a measured factor must be to that of a unit."""
BAR_M = 10.197
"""Metres of water in a bar (1e5 Pa / 9806.65 N/m3)."""
LOW_M, USUAL_M, HIGH_M = 12.0, 15.0, 150.0
"""Pressures [m] of no distribution network all along (assumed): a median under the first, or over the last."""


@dataclass(frozen=True, slots=True)
class _Sector:
    """Hourly signed flows [m3/h] of the meters of a sector (h,), and what its tanks take [m3/h] (h,) with its noise."""

    name: str
    flows: "Mapping[str, np.ndarray]"
    stored: "np.ndarray"
    stored_noise: float

    def deficit(self, factors: Mapping[str, float]) -> float:
        """Share of hours in which the sector would give water back, its meters being multiplied by ``factors``."""
        import numpy as np

        parts = [factors.get(name, 1.0) * flow for name, flow in self.flows.items()]
        net = np.sum(parts, axis=0) - self.stored
        passing = np.sum(np.abs(parts), axis=0)
        known = np.isfinite(net)
        if np.count_nonzero(known) < LEAST_HOURS:
            return 0.0
        return float((net[known] < -NOISE * passing[known] - self.stored_noise).mean())


def unit_flags(series: Series, meters: "pa.Table") -> tuple[Flag, ...]:
    """Meters whose unit (or direction) the water balance of their sectors contradicts.

    ``meters`` is a table of the schema ``water-meters``. Inflow less what tanks take is demand and losses, which cannot
    be below zero for long: where it is, each meter is tried under each unit, and those that put every sector right are
    named, the likeliest first. Where a tank is filled by a pump, the level must also rise as fast as the meter counts.
    Nothing is changed.
    """
    sectors = list(_sectors(series, meters))
    flags, told = [], set()
    sure = {name: factor for one in sectors for name, factor in _by_tank(one).items()}
    for name, factor in sure.items():
        if factor != 1.0:
            flags.append(_flag(series, name, _tank_detail(factor)))
            told.add(name)
    wrong = [one for one in sectors if one.deficit({}) > WRONG and not told & set(one.flows)]
    for sector in wrong:
        flags += _of_sector(series, sector, sectors, [name for name in sector.flows if sure.get(name) != 1.0])
    return tuple({(one.sensor, one.detail): one for one in flags}.values())


def _of_sector(series: Series, sector: _Sector, sectors: Sequence[_Sector], doubted: Sequence[str]) -> Iterator[Flag]:
    """The meters that, under another unit, would put right this sector and every other one they count."""
    share = round(100 * sector.deficit({}))
    inlets = [name for name in doubted if float(_mean(sector.flows[name])) > 0]
    groups = [*((name,) for name in doubted), *([tuple(inlets)] if len(inlets) > 1 else [])]
    tries = [(names, factor) for factor in MISREAD for names in groups if factor > 0 or len(names) == 1]
    fits = [(names, factor) for names, factor in tries if _puts_right(sectors, names, factor)]
    if fits:
        names, factor = fits[0]
        also = [one for one in fits[1:] if one[0] != names][:2]
        for name in names:
            yield _flag(series, name, _balance_detail(sector.name, share, factor, also))
        return
    name = max(sector.flows, key=lambda one: abs(float(_mean(sector.flows[one]))))
    text = _(
        "In {percent} % of hours sector {sector} gives back more water than it gets, and no unit explains it: "
        "a missing meter, or a wrong direction?"
    )
    yield _flag(series, name, text.format(percent=share, sector=sector.name))


def _puts_right(sectors: Sequence[_Sector], names: Sequence[str], factor: float) -> bool:
    changed = dict.fromkeys(names, factor)
    concerned = [one for one in sectors if set(names) & set(one.flows)]
    return all(one.deficit(changed) <= RIGHT for one in concerned)


def _balance_detail(sector: str, share: int, factor: float, also: Sequence[tuple[tuple[str, ...], float]]) -> str:
    text = _(
        "In {percent} % of hours sector {sector} gives back more water than it gets; it would balance "
        "if this flow were {how}. Check its unit: nothing was changed."
    )
    detail = text.format(percent=share, sector=sector, how=_(MISREAD[factor]))
    others = "; ".join(f"{', '.join(names)}: {_(MISREAD[one])}" for names, one in also)
    return detail + (" " + _("Or: {others}.").format(others=others) if others else "")


def _tank_detail(factor: float) -> str:
    text = _(
        "The tank does not fill as fast as this meter counts; it would if this flow were {how}. "
        "Check its unit: nothing was changed."
    )
    return text.format(how=_(MISREAD[factor]))


def _flag(series: Series, sensor: str, detail: str) -> Flag:
    import numpy as np

    rows = np.flatnonzero(np.isfinite(series.values[sensor]))
    return Flag(sensor, "unit", series.grid.times[rows[0]], series.grid.times[rows[-1]], len(rows), detail)


def _sectors(series: Series, meters: "pa.Table") -> Iterator[_Sector]:
    """Sectors all of whose meters are in the series, with their sign or the area of their tank."""
    import numpy as np

    rows: dict[str, list[dict[str, object]]] = {}
    for row in meters.to_pylist():
        rows.setdefault(row["sector"], []).append(row)
    for name, own in rows.items():
        flows: dict[str, np.ndarray] = {}
        stored, noise = np.zeros(1), 0.0
        for row in own:
            sensor, kind = str(row["sensor"]), series.kinds.get(str(row["sensor"]), "")
            if kind == "flow" and row.get("sign") in (1, -1):
                flows[sensor] = float(str(row["sign"])) * hourly(series.grid, series.values[sensor])[0]
            elif kind == "level" and row.get("tank_area_m2"):
                area = float(str(row["tank_area_m2"]))
                stored = stored + area * np.diff(at_hours(series.grid, series.values[sensor]), append=np.nan)
                noise += area * LEVEL_NOISE_M
            else:
                break
        else:
            if any(np.isfinite(flow).any() for flow in flows.values()):
                yield _Sector(name, flows, stored, noise)


def _by_tank(sector: _Sector) -> dict[str, float]:
    """By how much each flow would have to be multiplied for its changes to be those of the tank, where that is sure."""
    import numpy as np

    found: dict[str, float] = {}
    if not sector.stored_noise:
        return found
    for name, flow in sector.flows.items():
        if not np.isfinite(flow).any():
            continue
        low, high = np.nanquantile(flow, [0.05, 0.95])
        change, kept = np.diff(flow), np.diff(sector.stored)
        with np.errstate(invalid="ignore"):
            large = (np.abs(change) > max(0.5 * (high - low), 1e-9)) & np.isfinite(kept)
        if np.count_nonzero(large) < LEAST_STEPS:
            continue
        ratio = float(np.median(kept[large] / change[large]))
        fits = [one for one in (1.0, *MISREAD) if ratio * one > 0 and abs(log(ratio / one)) < NEAR]
        if fits:
            found[name] = fits[0]
    return found


def _mean(values: "np.ndarray") -> "np.floating":
    import numpy as np

    there = values[np.isfinite(values)]
    return there.mean() if len(there) else np.float64(0.0)


def pressure_flags(series: Series) -> Iterator[Flag]:
    """Pressures that are probably bars, or kilopascals, read as metres of water. Nothing is changed."""
    import numpy as np

    held = {name: series.values[name] for name, kind in series.kinds.items() if kind == "pressure"}
    middle = {name: float(np.nanmedian(one)) for name, one in held.items() if np.isfinite(one).any()}
    usual = [value for value in middle.values() if USUAL_M <= value <= HIGH_M]
    for name, value in middle.items():
        if value > HIGH_M:
            text = _("Pressure of {value} m in the median, more than a water network has: kilopascals read as metres?")
            yield _flag(series, name, text.format(value=round(value)))
        elif 0 < value < LOW_M and _looks_like_bar(name, value, held, middle, usual):
            text = _(
                "Pressure of {value} m in the median, too low for a water network in service: bars read as metres?"
            )
            yield _flag(series, name, text.format(value=round(value, 1)))


def _looks_like_bar(
    name: str, value: float, held: "Mapping[str, np.ndarray]", middle: Mapping[str, float], usual: Sequence[float]
) -> bool:
    """Ten times as much would be like the other sensors, in its median and in its changes; or all are as low."""
    import numpy as np

    if not usual:
        return all(one < LOW_M for one in middle.values())
    others = [_spread(held[one]) for one, median in middle.items() if USUAL_M <= median <= HIGH_M]
    near = min(usual) / 1.3 <= BAR_M * value <= max(usual) * 1.3
    return near and _spread(held[name]) < float(np.median(list(chain(others)))) / 3


def _spread(values: "np.ndarray") -> float:
    import numpy as np

    low, high = np.nanquantile(values, [0.05, 0.95])
    return float(high - low)
