"""Relations between pressures, flows and levels, learnt from the past: what each pressure should be.

For a pair of sensors ``p_j = K0 + K1 p_i + Kd q``, with every metered flow and level as ``q`` (the pairs of LILA: I.
Daniel et al., Journal of Water Resources Planning and Management, 2022). All pairs are watched, and beside them each
sensor against all the others together and against the flows alone, so that no pair is chosen by hand. ``K0`` is one for
each hour of the day. All the relations come from one covariance matrix of past deviations, by least squares.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

RESOLUTION_M = 0.003
"""Least spread of a relation [m]: pressures are logged to the centimetre, 0.01 / sqrt(12)."""
_RIDGE = 1e-6
_LEAST_LATEST = 24
_FARTHEST = 2.0
"""Flows and levels further from their mean than twice what was ever seen: the hour is not judged."""
_BLOCKS_H = (3, 6, 12, 24)
_MOST_PARTNERS = 40


@dataclass(frozen=True, slots=True)
class Charts:
    """Which relations are watched over ``sensors`` pressures: pairs (i, j), then all the others, then flows alone."""

    sensors: int
    partner: "np.ndarray"
    target: "np.ndarray"

    @property
    def number(self) -> int:
        return len(self.partner) + 2 * self.sensors

    @property
    def of(self) -> "np.ndarray":
        """The sensor that each relation tells of (number,)."""
        import numpy as np

        each = np.arange(self.sensors)
        return np.concatenate([self.target, each, each])


@dataclass(frozen=True, slots=True)
class Relations:
    """What was learnt, over all sensors; zero or infinite spread where a sensor is not ``active`` (sensors,).

    ``on_flows`` (flows, sensors) [m per unit]; ``flows`` (flows,) those that count; ``reach``
    how far each may be from its mean for its hour to be judged; ``precision`` (sensors, sensors)
    [1/m2] of what flows leave; ``free`` (sensors, sensors) takes known patterns out of a drop; ``weights`` (sensors,
    charts) turn a drop of pressures into that of each relation; ``spread`` (charts,) [m]; ``freedom`` the hours beyond
    the number of unknowns.
    """

    active: "np.ndarray"
    flows: "np.ndarray"
    on_flows: "np.ndarray"
    reach: "np.ndarray"
    precision: "np.ndarray"
    free: "np.ndarray"
    weights: "np.ndarray"
    spread: "np.ndarray"
    freedom: int

    def without_flows(self, rows: "np.ndarray") -> "np.ndarray":
        """Pressures (hours, sensors) [m] of ``rows`` (hours, columns) less what flows and levels explain."""
        sensors = len(self.active)
        found: np.ndarray = rows[:, :sensors] - rows[:, sensors:][:, self.flows] @ self.on_flows
        return found

    def likely(self, drops: "np.ndarray") -> "np.ndarray":
        """``drops`` (hours, sensors) where a sensor that is not known has the mean that the known ones make likely."""
        import numpy as np

        found = np.where(self.active, drops, 0.0)
        for hour in np.flatnonzero(~np.isfinite(found).all(axis=1)):
            lost = ~np.isfinite(found[hour])
            known = self.active & ~lost
            across = self.precision[np.ix_(lost, known)] @ found[hour, known]
            found[hour, lost] = -np.linalg.solve(self.precision[np.ix_(lost, lost)], across)
        return found


def charts_of(deviations: "np.ndarray", sensors: int) -> Charts:
    """All pairs; with many sensors, for each the 40 whose pressures follow its own best in ``deviations`` (n,
    columns)."""
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        alike = np.abs(np.nan_to_num(np.corrcoef(deviations[:, :sensors].T))).reshape(sensors, sensors)
    np.fill_diagonal(alike, -1.0)
    kept = np.argsort(-alike, axis=1, kind="stable")[:, : min(sensors - 1, _MOST_PARTNERS)]
    target = np.repeat(np.arange(sensors), kept.shape[1])
    return Charts(sensors, kept.ravel().astype(np.int64), target)


def learn(
    rows: "np.ndarray",
    charts: Charts,
    directions: "np.ndarray",
    *,
    active: "np.ndarray",
    errors: "np.ndarray",
    latest: "np.ndarray | None" = None,
) -> Relations:
    """The relations that ``rows`` (hours, sensors then flows) of deviations from the mean of each hour of the day
    follow.

    ``directions`` (sensors, d) [m] are the patterns of leaks already known, whose flow may vary: the relations are made
    blind to them (oblique projection). ``active`` (columns,) are the columns that count; only hours where all of them
    are known are used. ``errors`` (flows,) are the variances of the meters' own errors. ``latest`` are the deviations
    since the last change: no relation is trusted more than they show. Spreads are widened for errors that last
    several hours, by the variance of block means.
    """
    import numpy as np

    number = charts.sensors
    here, flows = active[:number], active[number:]
    used = _complete(rows, active)
    hours, columns = used.shape
    covariance = used.T @ used / hours + np.diag(np.concatenate([np.full(int(here.sum()), _RIDGE), errors[flows]]))
    count = int(here.sum())
    on_flows = np.linalg.solve(covariance[count:, count:], covariance[count:, :count])
    left = covariance[:count, :count] - covariance[count:, :count].T @ on_flows
    precision = _spread_out(np.linalg.inv(left), here)
    free = blind_to(np.where(here[:, None], directions, 0.0), precision)
    weights = free.T @ _weights(_spread_out(left, here), precision, charts, here)
    beside = _spread_columns(on_flows, here)
    reach = _FARTHEST * np.abs(used[:, count:]).max(axis=0)
    freedom = max(hours - columns, 3 * 24)
    found = Relations(here, flows, beside, reach, precision, free, weights, np.zeros(charts.number), freedom)
    return _with_spread(found, used, latest, active, watched(charts, here))


def _with_spread(
    found: Relations,
    used: "np.ndarray",
    latest: "np.ndarray | None",
    active: "np.ndarray",
    watched: "np.ndarray",
) -> Relations:
    """The spread of each relation on the deviations it was learnt from, and on the latest ones."""
    import numpy as np

    hours, columns = used.shape
    left = _left_by_flows(found, used)
    weights = found.weights[found.active]
    variance = np.einsum("ic,ij,jc->c", weights, left.T @ left / hours, weights, optimize=True)
    wide = _lasting(left, weights, variance)
    variance = variance * hours / found.freedom * (1 + columns / hours)
    if latest is not None and len(now := _complete(latest, active)) >= _LEAST_LATEST:
        now_left = _left_by_flows(found, now)
        squares = np.mean((now_left @ weights) ** 2, axis=0)
        variance = np.maximum(variance, squares * (1 + columns / hours))
    spread = np.sqrt(np.maximum(variance * wide, RESOLUTION_M**2))
    return replace(found, spread=np.where(watched, spread, np.inf))


def _left_by_flows(found: Relations, used: "np.ndarray") -> "np.ndarray":
    """What flows leave (hours, active sensors) of complete deviations ``used`` (hours, active columns)."""
    count = int(found.active.sum())
    left: np.ndarray = used[:, :count] - used[:, count:] @ found.on_flows[:, found.active]
    return left


def _complete(rows: "np.ndarray", active: "np.ndarray") -> "np.ndarray":
    import numpy as np

    kept = rows[:, active]
    complete: np.ndarray = kept[np.isfinite(kept).all(axis=1)]
    return complete


def watched(charts: Charts, here: "np.ndarray") -> "np.ndarray":
    """Which relations (charts,) have all their sensors ``here`` (sensors,)."""
    import numpy as np

    return np.concatenate([here[charts.partner] & here[charts.target], here, here])


def _spread_out(matrix: "np.ndarray", here: "np.ndarray") -> "np.ndarray":
    import numpy as np

    full = np.zeros((len(here), len(here)))
    full[np.ix_(here, here)] = matrix
    return full


def _spread_columns(matrix: "np.ndarray", here: "np.ndarray") -> "np.ndarray":
    import numpy as np

    full = np.zeros((len(matrix), len(here)))
    full[:, here] = matrix
    return full


def blind_to(directions: "np.ndarray", precision: "np.ndarray") -> "np.ndarray":
    """Matrix (sensors, sensors) that removes the part of a drop along ``directions`` (sensors, d), in that metric."""
    import numpy as np

    identity: np.ndarray = np.eye(len(precision))
    if not directions.shape[1]:
        return identity
    across = directions.T @ precision
    inner = across @ directions
    inner += 1e-9 * np.trace(inner) * np.eye(len(inner))
    found: np.ndarray = identity - directions @ np.linalg.solve(inner, across)
    return found


def _weights(left: "np.ndarray", precision: "np.ndarray", charts: Charts, here: "np.ndarray") -> "np.ndarray":
    """Weights (sensors, charts) of each relation before known patterns are taken out; zero where one is not watched."""
    import numpy as np

    number, pairs = charts.sensors, len(charts.target)
    variance = np.where(here, np.diag(left), 1.0)
    stiffness = np.where(here, np.diag(precision), 1.0)
    weights = np.zeros((number, charts.number))
    each = np.arange(pairs)
    weights[charts.partner, each] = -left[charts.partner, charts.target] / variance[charts.partner]
    weights[charts.target, each] = 1.0
    weights[:, pairs : pairs + number] = precision / stiffness
    weights[:, pairs + number :] = np.eye(number)
    kept: np.ndarray = weights * watched(charts, here)
    return kept


def _lasting(left: "np.ndarray", weights: "np.ndarray", variance: "np.ndarray") -> "np.ndarray":
    """How much wider (charts,) the mean of a block of hours spreads than if hours were independent; at least 1."""
    import numpy as np

    wide = np.ones(len(variance))
    for block in _BLOCKS_H:
        whole = len(left) // block * block
        means = left[:whole].reshape(-1, block, left.shape[1]).mean(axis=1) @ weights
        np.maximum(wide, block * np.mean(means**2, axis=0) / (variance + 1e-12), out=wide)
    return wide
