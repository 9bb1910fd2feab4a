"""What is believed of a zone: errors of the model, season of consumption, and the leaks running, as one Kalman filter.

R. E. Kalman, A new approach to linear filtering and prediction problems, Journal of Basic Engineering 82(1), 1960,
doi:10.1115/1.3662552. A leak has a flow that wanders, and coefficients of how its signature may differ from the
model's.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

MODES = 4
"""Ways in which the signature of a leak may differ from the model's: those of place and network that matter most."""
WANDER_M3_H, WANDER = 0.05, 0.003
"""Standard deviation of the change of a leak's flow in an hour [m3/h], and as a share of it; assumed."""
MOST_FLOW_M3_H = 45.0
MOST_MODE = 3.0
SHOCK = 4.0
"""Squared distance for each sensor beyond which an hour counts less: a shock is not noise."""


@dataclass
class Leak:
    """A leak in the model: its pipe (rank), signature (states, sensors), modes (states, sensors, MODES), where it may
    be (pipes,).

    ``raised`` is the hour people were told, ``raised_pipe`` the pipe they were told or, where they knew already, would
    have been.
    """

    id: int
    pipe: int
    first_pipe: int
    since: int
    accepted: int
    evidence: float
    signature: "np.ndarray"
    modes: "np.ndarray"
    place: "np.ndarray"
    mass: float
    centre: int
    raised: int | None = None
    raised_pipe: int | None = None
    weak: int = 0
    since_then: float = 0.0
    flows: dict[int, float] = field(default_factory=dict)


class Belief:
    """Mean and covariance: features x sensors, season, then for each leak its flow and its modes."""

    def __init__(self, mean: "np.ndarray", covariance: "np.ndarray", sensors: int, features: int, error: float) -> None:
        self.mean, self.covariance = mean.copy(), covariance.copy()
        self.sensors, self.features, self.error = sensors, features, error
        self.leaks: list[Leak] = []

    @classmethod
    def start(cls, prior: "np.ndarray", sensors: int, features: int, season: float, error: float) -> "Belief":
        """Before any reading: no leak."""
        import numpy as np

        size = len(prior) + 1
        covariance = np.zeros((size, size))
        covariance[:-1, :-1] = prior
        covariance[-1, -1] = season**2
        return cls(np.zeros(size), covariance, sensors, features, error)

    def copy(self) -> "Belief":
        """The same belief; the leaks themselves are shared."""
        other = Belief(self.mean, self.covariance, self.sensors, self.features, self.error)
        other.leaks = list(self.leaks)
        return other

    @property
    def season_at(self) -> int:
        return self.features * self.sensors

    def at(self, rank: int) -> int:
        """Where the flow of a leak stands in the mean."""
        return self.season_at + 1 + rank * (1 + MODES)

    def flow(self, rank: int) -> float:
        """Flow of a leak [m3/h]."""
        return float(self.mean[self.at(rank)])

    def sees(self, features: "np.ndarray", weights: "np.ndarray") -> "np.ndarray":
        """How each part of the belief shows at the sensors (sensors, parts): mean features, mean weights of states."""
        import numpy as np

        found = np.zeros((self.sensors, len(self.mean)))
        sensor = np.arange(self.sensors)
        for rank, value in enumerate(features):
            found[sensor, rank * self.sensors + sensor] = value
        found[-1, self.season_at] = 1.0
        for rank, leak in enumerate(self.leaks):
            at = self.at(rank)
            found[:, at] = weights @ leak.signature
            found[:, at + 1 : at + 1 + MODES] = np.tensordot(weights, leak.modes, 1) * max(self.flow(rank), 0.0)
        return found

    def doubt(self, weights: "np.ndarray") -> "np.ndarray":
        """Variance at each sensor of what running leaks do beyond their modes, (sensors,)."""
        import numpy as np

        found = np.zeros(self.sensors)
        for rank, leak in enumerate(self.leaks):
            found += (self.error * self.flow(rank) * (weights @ leak.signature)) ** 2
        found[-1] = 0.0
        return found

    def step(
        self,
        seen: "np.ndarray",
        known: "np.ndarray",
        *,
        features: "np.ndarray",
        weights: "np.ndarray",
        noise: "np.ndarray",
        drift: float,
    ) -> "np.ndarray":
        """Takes in an hour, ``seen`` (sensors,) less the model without leaks; gives it back, unknown ones expected."""
        import numpy as np

        self._wander(drift)
        sees = self.sees(features, weights)
        seen = np.where(known, seen, sees @ self.mean)
        apart = seen - sees @ self.mean
        noise = noise + np.diag(self.doubt(weights) + np.where(known, 0.0, 1e6))
        crossed = self.covariance @ sees.T
        variance = sees @ crossed + noise
        solved = np.linalg.solve(variance, np.column_stack([apart, crossed.T]))
        shock = float(apart @ solved[:, 0]) / (SHOCK * max(int(known.sum()), 1))
        if shock > 1:
            variance = variance + noise * (shock - 1)
            solved = np.linalg.solve(variance, np.column_stack([apart, crossed.T]))
        self.mean = self.mean + crossed @ solved[:, 0]
        covariance = self.covariance - crossed @ solved[:, 1:]
        self.covariance = (covariance + covariance.T) / 2
        self._bound()
        return seen

    def _wander(self, drift: float) -> None:
        self.covariance[self.season_at, self.season_at] += drift**2
        for rank in range(len(self.leaks)):
            at = self.at(rank)
            self.covariance[at, at] += WANDER_M3_H**2 + (WANDER * self.mean[at]) ** 2

    def _bound(self) -> None:
        import numpy as np

        for rank in range(len(self.leaks)):
            at = self.at(rank)
            self.mean[at] = min(max(self.mean[at], 0.0), MOST_FLOW_M3_H)
            self.mean[at + 1 : at + 1 + MODES] = np.clip(self.mean[at + 1 : at + 1 + MODES], -MOST_MODE, MOST_MODE)

    def add(self, leak: Leak, flow_m3_h: float, variance: float) -> None:
        """A leak more."""
        import numpy as np

        size = len(self.mean)
        grown = np.zeros((size + 1 + MODES, size + 1 + MODES))
        grown[:size, :size] = self.covariance
        grown[size, size] = variance
        grown[range(size + 1, size + 1 + MODES), range(size + 1, size + 1 + MODES)] = 1.0
        self.covariance = grown
        self.mean = np.concatenate([self.mean, [flow_m3_h], np.zeros(MODES)])
        self.leaks.append(leak)

    def drop(self, rank: int) -> None:
        """A leak less."""
        import numpy as np

        gone = np.arange(self.at(rank), self.at(rank) + 1 + MODES)
        self.mean = np.delete(self.mean, gone)
        self.covariance = np.delete(np.delete(self.covariance, gone, 0), gone, 1)
        self.leaks.pop(rank)

    def forget_modes(self, rank: int) -> None:
        """A leak whose place moved: what was learnt of its signature is worth nothing."""
        import numpy as np

        modes = np.arange(self.at(rank) + 1, self.at(rank) + 1 + MODES)
        self.mean[modes] = 0.0
        self.covariance[modes, :] = 0.0
        self.covariance[:, modes] = 0.0
        self.covariance[modes, modes] = 1.0
