"""Readings as hourly means, and the change of stored volume of tanks from hour to hour."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import TYPE_CHECKING

from agglo.models.water.hydraulics.network import Network
from agglo.models.water.locating.search.layout import Layout
from agglo.models.water.readings.series import Series

if TYPE_CHECKING:
    import numpy as np

HOUR_S = 3600
LEAST_SHARE = 0.5
"""Share of an hour's readings under which its mean is not known [1]; assumed."""


@dataclass(frozen=True)
class Hours:
    """Hourly means by sensor, (length,), NaN where not known; ``storing`` is what a tank takes in the hour [m3/h]."""

    start: "np.datetime64"
    length: int
    mean: "Mapping[str, np.ndarray]"
    storing: "Mapping[str, np.ndarray]"

    def time(self, hour: int) -> "np.datetime64":
        """The end of an hour, when its mean is known."""
        import numpy as np

        return self.start + np.timedelta64((hour + 1) * HOUR_S, "s")


def hours_of(series: Series, network: Network, layout: Layout) -> Hours:
    """Hourly means of a series; the last hour, if it is not whole, is left out."""
    step = series.grid.step_s
    per_hour = max(1, HOUR_S // step)
    length = series.grid.length // per_hour
    mean = {
        name: _mean(values[: length * per_hour].reshape(length, per_hour)) for name, values in series.values.items()
    }
    storing = {
        sensor: _storing(series.values[sensor], length, per_hour, network.nodes[tank].diameter_m)
        for tank, sensor in layout.levels.items()
        if network.nodes[tank].kind == "tank" and sensor in series.values
    }
    return Hours(series.grid.start, length, mean, storing)


def _mean(cells: "np.ndarray") -> "np.ndarray":
    import numpy as np

    known = np.isfinite(cells)
    count = known.sum(1)
    total = np.where(known, cells, 0.0).sum(1)
    return np.where(count >= LEAST_SHARE * cells.shape[1], total / np.maximum(count, 1), np.nan)


def _storing(level: "np.ndarray", length: int, per_hour: int, diameter_m: float) -> "np.ndarray":
    import numpy as np

    edges = level[: length * per_hour + 1 : per_hour]
    edges = np.append(edges, level[length * per_hour - 1]) if len(edges) == length else edges
    change: np.ndarray = np.diff(edges) * pi * diameter_m**2 / 4
    return change
