"""Noise of readings about the model, by consumption: of a healthy period, or simulated where there is none."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from agglo.models.water.locating.search.hours import HOUR_S, Hours
from agglo.models.water.locating.search.world import World, ZoneView
from agglo.models.water.locating.search.zone_model import BEYOND, BINS, ZoneModel

if TYPE_CHECKING:
    import numpy as np

WEEK_H = 168
MOST_HOURS = 4000
"""Hours of a healthy period that are compared with the model, evenly spread."""
LASTING = 6.0
"""Consumption of a whole zone errs for hours together: its variance counts so many times; assumed."""
SEASON = 0.10
"""Standard deviation of a year's consumption about another's [1]; assumed."""
ROUNDING_M, ROUNDING_M3_H = 0.001, 0.03


@dataclass
class Noise:
    """Covariances at knots of consumption, (knots, sensors, sensors), and the consumption expected by hour of the week.

    ``drift`` is the standard deviation of the change of the season in an hour, ``season`` that at the start [m3/h].
    """

    knots: "np.ndarray"
    covariances: "np.ndarray"
    expected: "np.ndarray | None"
    drift: float
    season: float

    def weights(self, total: "np.ndarray") -> "np.ndarray":
        """Weights of the covariances in each hour, (hours, knots)."""
        import numpy as np

        inside = np.clip(np.searchsorted(self.knots, total) - 1, 0, len(self.knots) - 2)
        share = np.clip((total - self.knots[inside]) / (self.knots[inside + 1] - self.knots[inside]), 0.0, 1.0)
        found = np.zeros((len(total), len(self.knots)))
        at = np.arange(len(total))
        found[at, inside], found[at, inside + 1] = 1 - share, share
        return np.asarray(found * (np.maximum(1.0, total / self.knots[-1]) ** BEYOND)[:, None])

    def precision(self, total: "np.ndarray") -> "np.ndarray":
        """How much an hour counts, against one of middling consumption (hours,)."""
        import numpy as np

        middle = np.linalg.inv(self.covariances[len(self.knots) // 2][:-1, :-1])
        relative = [np.trace(middle @ one[:-1, :-1]) / max(len(middle), 1) for one in self.covariances]
        return np.asarray(1.0 / np.interp(total, self.knots, relative))

    def expect(self, hours: Hours) -> "np.ndarray":
        """Consumption expected in each hour (hours.length,), not a number where nothing is."""
        import numpy as np

        if self.expected is None:
            return np.full(hours.length, np.nan)
        first = int(hours.start.astype("datetime64[s]").astype(np.int64)) // HOUR_S
        return np.asarray(self.expected[(first + np.arange(hours.length)) % WEEK_H])


def of_readings(model: ZoneModel, world: World, hours: Hours, until: int | None = None) -> Noise:
    """The noise of a period, to the hour ``until``: what the features do not explain. ``world`` is driven by it."""
    import numpy as np

    view, name = model.view, model.view.zone.name
    driving = world.driving
    total = driving.smooth[name]
    known = np.flatnonzero(driving.usable[name][:until])
    chosen = known[:: max(1, len(known) // MOST_HOURS)]
    apart = np.array([compare(world, view, hours, int(hour)) for hour in chosen])
    features = model.scale.features(total[chosen], driving.outflow[name][chosen])
    whole = np.isfinite(apart).all(1)
    fit = np.linalg.lstsq(features[whole], apart[whole], rcond=None)[0]
    left = apart[whole] - features[whole] @ fit
    knots, covariances = _by_consumption(left, total[chosen][whole], len(view.nodes))
    return _with_total(knots, covariances, driving.total[name][:until], hours)


def compare(world: World, view: ZoneView, hours: Hours, hour: int) -> "np.ndarray":
    """Readings less what the model says without leaks, (pressures and splits,)."""
    world.solve(world.state(hour, {}))
    found: np.ndarray = read(view, hours, hour) - world.said(view)
    return found


def read(view: ZoneView, hours: Hours, hour: int) -> "np.ndarray":
    """What the sensors of a zone read in an hour, splits counted along their links."""
    import numpy as np

    pressures = [hours.mean[sensor][hour] for sensor, _node in view.zone.pressures]
    return np.array([*pressures, *(sign * hours.mean[sensor][hour] for sensor, _link, sign in view.zone.splits)])


def _by_consumption(
    left: "np.ndarray", total: "np.ndarray", pressures: int, bins: int = BINS
) -> "tuple[np.ndarray, np.ndarray]":
    """Covariances of what is left, in bins of consumption; the wildest thousandth is drawn in."""
    import numpy as np

    edges = np.quantile(total, np.linspace(0, 1, bins + 1))
    knots = np.array([np.median(total[(total >= low) & (total <= high)]) for low, high in pairwise(edges)])
    floor = np.where(np.arange(left.shape[1]) < pressures, ROUNDING_M, ROUNDING_M3_H) ** 2
    found = []
    for low, high in pairwise(edges):
        rows = left[(total >= low) & (total <= high)]
        most = np.quantile(np.abs(rows), 0.999, axis=0)
        found.append(np.atleast_2d(np.cov(np.clip(rows, -most, most).T)) + np.diag(floor))
    return np.maximum.accumulate(knots + 1e-6 * np.arange(len(knots))), np.array(found)


def _with_total(knots: "np.ndarray", covariances: "np.ndarray", total: "np.ndarray", hours: Hours) -> Noise:
    """The same with the zone's total: expected by hour of the week, its noise, its season."""
    import numpy as np

    first = int(hours.start.astype("datetime64[s]").astype(np.int64)) // HOUR_S
    slot = (first + np.arange(len(total))) % WEEK_H
    expected = np.array([np.nanmean(total[slot == one]) if (slot == one).any() else np.nan for one in range(WEEK_H)])
    expected = np.where(np.isfinite(expected), expected, np.nanmean(total))
    left = total - expected[slot]
    weeks = np.array([np.nanmean(left[at : at + WEEK_H]) for at in range(0, len(left) - WEEK_H + 1, WEEK_H)])
    drift = float(np.nanstd(np.diff(weeks))) / WEEK_H**0.5 if len(weeks) > 2 else SEASON * float(np.nanmean(total)) / 40
    quick = (
        left - np.interp(np.arange(len(left)), WEEK_H / 2 + WEEK_H * np.arange(len(weeks)), weeks)
        if len(weeks)
        else left
    )
    size = covariances.shape[1]
    padded = np.zeros((len(knots), size + 1, size + 1))
    padded[:, :-1, :-1] = covariances
    padded[:, -1, -1] = LASTING * float(np.nanvar(quick))
    season = max(SEASON * float(np.nanmean(total)), float(np.nanstd(weeks)) if len(weeks) else 0.0)
    return Noise(knots, padded, expected, max(drift, 1e-3), season)
