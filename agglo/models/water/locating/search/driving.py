"""What drives the model in each hour: the consumption of each zone as measured, what pumps did, levels of tanks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.models.water.hydraulics.network import Network
from agglo.models.water.locating.search.hours import HOUR_S, Hours
from agglo.models.water.locating.search.layout import Layout, balance_m3_h

if TYPE_CHECKING:
    import numpy as np

LEAST_M3_H = 0.5
"""Least consumption a zone is given in the model [m3/h], where its meters say less."""
SMOOTHED_HOURS = 3
"""Hours over which the consumption of a zone with a tank is averaged for driving: levels are read to a centimetre."""


@dataclass(frozen=True)
class Shares:
    """Demands of the model, (junctions, patterns) [m3/h], and its patterns by hour, (patterns, hours of the cycle)."""

    base_m3_h: "np.ndarray"
    patterns: "np.ndarray"
    shift: int = 0

    def now(self, hour: int) -> "np.ndarray":
        """Multiplier of each pattern (patterns,) in an hour of the readings."""
        found: np.ndarray = self.patterns[:, (hour + self.shift) % self.patterns.shape[1]]
        return found


@dataclass(frozen=True)
class Driving:
    """By zone: total [m3/h] and outflow to other zones [m3/h]; by pump, its flow; by tank, its level [m]; (hours,).

    ``usable`` says in which hours all that drives a zone is known.
    """

    shares: Shares
    total: "Mapping[str, np.ndarray]"
    smooth: "Mapping[str, np.ndarray]"
    outflow: "Mapping[str, np.ndarray]"
    pumped: "Mapping[str, np.ndarray]"
    level: "Mapping[str, np.ndarray]"
    usable: "Mapping[str, np.ndarray]"


def shares_of(network: Network) -> Shares:
    """Demands and patterns of a model; constant demands follow a pattern of ones."""
    import numpy as np

    names = ["", *network.patterns]
    base = np.zeros((len(network.junctions), len(names)))
    for rank, junction in enumerate(network.junctions):
        for demand, pattern in network.nodes[junction].demands:
            base[rank, names.index(pattern) if pattern in network.patterns else 0] += demand * network.demand_multiplier
    cycles = [_by_hour(network.patterns[name], network.pattern_step_s) for name in names[1:]]
    length = max([24, *(len(one) for one in cycles)])
    length = length if all(length % len(one) == 0 for one in cycles) else 168
    rows = [np.ones(length), *(np.resize(one, length) for one in cycles)]
    return Shares(base, np.array(rows))


def _by_hour(values: "Sequence[float]", step_s: int) -> "np.ndarray":
    """Multipliers of a pattern as hourly means."""
    import numpy as np

    found = np.asarray(values, dtype=float)
    if step_s > HOUR_S:
        return np.repeat(found, step_s // HOUR_S)
    per_hour = HOUR_S // step_s
    whole = len(found) // per_hour * per_hour
    if whole == 0:
        return np.full(1, found.mean())
    return np.asarray(found[:whole].reshape(-1, per_hour).mean(1))


def driving_of(network: Network, layout: Layout, hours: Hours) -> Driving:
    """What drives the model in each hour of the readings."""
    import numpy as np

    total = {zone.name: balance_m3_h(zone, hours.mean, hours.storing) for zone in layout.zones}
    pumped = {sensor: sign * hours.mean[sensor] for sensor, _link, sign in layout.replaced}
    level = {tank: hours.mean[sensor] for tank, sensor in layout.levels.items() if network.nodes[tank].kind == "tank"}
    nothing = np.zeros(hours.length)
    outflow = {
        zone.name: sum((sign * hours.mean[sensor] for sensor, _link, sign in zone.outlets), nothing)
        for zone in layout.zones
    }
    usable = {zone.name: np.isfinite(total[zone.name]) & np.isfinite(outflow[zone.name]) for zone in layout.zones}
    smooth = {
        zone.name: np.maximum(_smoothed(total[zone.name]) if zone.tanks else total[zone.name], LEAST_M3_H)
        for zone in layout.zones
    }
    shares = shares_of(network)
    return Driving(
        _aligned(shares, network, layout, total),
        total,
        {name: _filled(values) for name, values in smooth.items()},
        {name: _filled(values) for name, values in outflow.items()},
        {name: _filled(values) for name, values in pumped.items()},
        {name: _filled(values) for name, values in level.items()},
        usable,
    )


def _aligned(shares: Shares, network: Network, layout: Layout, total: "Mapping[str, np.ndarray]") -> Shares:
    """The patterns, started at the hour of their cycle at which the model's consumption follows the measured one best.

    The first three weeks are looked at, or what there is.
    """
    import numpy as np

    length = shares.patterns.shape[1]
    inside = [rank for rank, name in enumerate(network.junctions) if any(name in one.junctions for one in layout.zones)]
    modelled = shares.base_m3_h[inside].sum(0) @ shares.patterns
    measured = np.sum([total[zone.name] for zone in layout.zones], axis=0)[: 3 * 168]
    known = np.isfinite(measured)
    if known.sum() < 24 or np.ptp(modelled) < 1e-9 or np.ptp(measured[known]) < 1e-9:
        return shares
    at = np.arange(len(measured))
    fits = [np.corrcoef(measured[known], modelled[(at[known] + shift) % length])[0, 1] for shift in range(length)]
    return Shares(shares.base_m3_h, shares.patterns, int(np.argmax(fits)))


def _smoothed(values: "np.ndarray") -> "np.ndarray":
    """Means of each hour and those before it, of what is known."""
    import numpy as np

    known = np.isfinite(values)
    kernel = np.ones(SMOOTHED_HOURS)
    weight = np.convolve(known.astype(float), kernel)[: len(values)]
    total = np.convolve(np.where(known, values, 0.0), kernel)[: len(values)]
    return np.where(weight > 0, total / np.maximum(weight, 1), np.nan)


def _filled(values: "np.ndarray") -> "np.ndarray":
    """Unknown hours take the value before them, for the model alone: they are not compared with readings."""
    import numpy as np

    known = np.isfinite(values)
    if not known.any():
        return np.full(len(values), LEAST_M3_H)
    last = np.maximum.accumulate(np.where(known, np.arange(len(values)), int(known.argmax())))
    return np.asarray(values[last])
