"""Evidence of one more leak in a window of hours: the likelihood ratio of a leak on each pipe against none.

Generalised likelihood ratio of A. S. Willsky and H. L. Jones, IEEE Transactions on Automatic Control 21(1), 1976,
doi:10.1109/TAC.1976.1101146, on what was believed before the window: nothing in it can hide the leak. What is believed
with doubt (errors of the model, flows and signatures of known leaks) counts as noise.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.models.water.locating.search.filtering import MODES, WANDER, WANDER_M3_H, Belief

if TYPE_CHECKING:
    import numpy as np

MISFIT = 0.0015
"""Share of an hour's noise that no length of window takes away: what features do not follow over weeks; measured on
healthy years."""


@dataclass(frozen=True)
class Change:
    """A known leak whose flow changed: ``ended`` is the evidence that it is over."""

    rank: int
    evidence: float
    by_m3_h: float
    ended: float


@dataclass(frozen=True)
class Window:
    """What the hours from ``start`` to ``end`` say: evidence and flow of a leak on each pipe (pipes,), changes."""

    start: int
    end: int
    evidence: "np.ndarray"
    flow: "np.ndarray"
    changes: tuple[Change, ...]

    @property
    def best(self) -> int:
        return int(self.evidence.argmax())

    @property
    def hours(self) -> int:
        return self.end - self.start


class Sums:
    """Running sums over hours, so that any window's mean costs the same. ``count`` weighs an hour (hours,)."""

    def __init__(
        self, count: "np.ndarray", features: "np.ndarray", weights: "np.ndarray", bins: "np.ndarray", sensors: int
    ):
        import numpy as np

        def running(values: "np.ndarray") -> "np.ndarray":
            return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, 0)])

        self.count = count
        self._count = running(count)
        self._features = running(count[:, None] * features)
        self._weights = running(count[:, None] * weights)
        self._bins = running((count**2)[:, None] * bins)
        self._seen = np.zeros((len(count) + 1, sensors))

    def put(self, hour: int, seen: "np.ndarray") -> None:
        """What an hour's sensors read less the model without leaks."""
        self._seen[hour + 1] = self._seen[hour] + self.count[hour] * seen

    def mean(self, start: int, end: int) -> "tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None":
        """Means of features, weights and readings over a window, and weights of its noise; None if no hour counts."""
        total = self._count[end] - self._count[start]
        if total <= 0:
            return None
        return (
            (self._features[end] - self._features[start]) / total,
            (self._weights[end] - self._weights[start]) / total,
            (self._seen[end] - self._seen[start]) / total,
            (self._bins[end] - self._bins[start]) / total**2,
        )


class Judge:
    """Compares windows with what was believed before them."""

    def __init__(self, sums: Sums, covariances: "np.ndarray", drift: float) -> None:
        self.sums, self.covariances, self.drift = sums, covariances, drift
        self._misfit = MISFIT * covariances[len(covariances) // 2]

    def residual(
        self, belief: Belief, start: int, end: int, *, without: int | None = None, loose: float = 0.02
    ) -> "tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None":
        """What a window shows beyond a belief (sensors,), its covariance, how parts show, and mean weights of states.

        ``without`` leaves one leak out of the belief; ``loose`` is how much the others may have changed [1].
        """
        import numpy as np

        means = self.sums.mean(start, end)
        if means is None:
            return None
        features, weights, seen, bins = means
        sees = belief.sees(features, weights)
        mean, covariance = belief.mean.copy(), belief.covariance.copy()
        hours = end - start
        covariance[belief.season_at, belief.season_at] += self.drift**2 * hours / 3
        for rank in range(len(belief.leaks)):
            at = belief.at(rank)
            if rank == without:
                own = slice(at, at + 1 + MODES)
                mean[own], covariance[own, :], covariance[:, own] = 0.0, 0.0, 0.0
                continue
            wander = WANDER_M3_H**2 + (WANDER * mean[at]) ** 2
            covariance[at, at] += wander * hours / 3 + (loose * mean[at]) ** 2 * min(1.0, hours / 24)
        noise = np.tensordot(bins, self.covariances, 1) + self._misfit + np.diag(belief.doubt(weights))
        return seen - sees @ mean, noise + sees @ covariance @ sees.T, sees, weights

    def window(self, belief: Belief, start: int, end: int, signatures: "np.ndarray") -> Window | None:
        """Evidence of one more leak on each pipe, and of changes of the known ones."""
        import numpy as np

        found = self.residual(belief, start, end)
        if found is None:
            return None
        apart, covariance, sees, weights = found
        shown = np.tensordot(weights, signatures, 1)
        evidence, flow, inverse = weigh(apart, covariance, shown)
        best = int(evidence.argmax())
        if evidence[best] > 12:
            doubt = (belief.error * flow[best] * shown[best]) ** 2
            doubt[-1] = 0.0
            evidence, flow, inverse = weigh(apart, covariance + np.diag(doubt), shown)
        return Window(start, end, evidence, flow, tuple(_changes(belief, apart, sees, inverse)))


def weigh(
    apart: "np.ndarray", covariance: "np.ndarray", shown: "np.ndarray"
) -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
    """Evidence and flow (pipes,) of a leak that shows as ``shown`` (pipes, sensors), and what whitens sensors."""
    import numpy as np

    inverse = np.linalg.inv(np.linalg.cholesky(covariance))
    white = shown @ inverse.T
    along, square = white @ (inverse @ apart), (white * white).sum(1)
    return np.maximum(along, 0.0) ** 2 / (2 * square), along / square, inverse


def _changes(belief: Belief, apart: "np.ndarray", sees: "np.ndarray", inverse: "np.ndarray") -> "list[Change]":
    white = inverse @ apart
    found = []
    for rank in range(len(belief.leaks)):
        own = inverse @ sees[:, belief.at(rank)]
        square, along, flow = float(own @ own), float(own @ white), belief.flow(rank)
        found.append(Change(rank, along**2 / (2 * square), along / square, -along * flow - flow**2 * square / 2))
    return found


def placed(
    evidence: "np.ndarray", lengths: "np.ndarray", near: "np.ndarray", sure: float = 1.0
) -> "tuple[np.ndarray, float, int]":
    """Where a leak may be (pipes,), the most that lies within reach of one pipe, and that pipe."""
    import numpy as np

    place = lengths * np.exp((evidence - evidence.max()) * sure)
    place = place / place.sum()
    mass = near @ place
    return place, float(mass.max()), int(mass.argmax())
