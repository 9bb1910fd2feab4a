"""The volumes of a sector over a period: what came in, what was lost, what is left for consumption."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.models.water.night.leakage import HOURS, Range

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Balance:
    """Volumes over the hours that are known [m3]; ``losses`` is None where leakage is not."""

    hours: float
    hours_known: float
    inflow: float
    losses: Range | None

    @property
    def known(self) -> float:
        """Share of the period's hours that are known [1]."""
        return self.hours_known / self.hours if self.hours else 0.0

    @property
    def consumption(self) -> Range | None:
        """What came in and was not lost [m3]; low where losses are high."""
        if self.losses is None:
            return None
        return Range(self.inflow - self.losses.high, self.inflow - self.losses.central, self.inflow - self.losses.low)

    @property
    def efficiency(self) -> Range | None:
        """Share of the inflow that is not lost [%]: P104.3 if all of that is consumed and nothing is exported."""
        used = self.consumption
        return None if used is None or self.inflow <= 0 else used.times(100.0 / self.inflow)


def balance(flow: "np.ndarray", step_s: int, leakage: Range | None) -> Balance:
    """Volumes from net inflow [m3/h], of shape (instants,), and daily leakage [m3/d].

    Each instant stands for its step. Hours that are not known count neither as inflow nor as losses.
    """
    import numpy as np

    step_h = step_s / 3600.0
    known = np.isfinite(flow)
    hours_known = float(known.sum()) * step_h
    losses = None if leakage is None else leakage.times(hours_known / HOURS)
    return Balance(len(flow) * step_h, hours_known, float(flow[known].sum()) * step_h, losses)
