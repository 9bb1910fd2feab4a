"""One sector put together: nights, noise, night use, night-day factor, leakage, and whether it can be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, Literal

from agglo.contract.indicators import Quality
from agglo.models.water.night import noise as noises
from agglo.models.water.night.balance import Balance, balance
from agglo.models.water.night.evidence import Evidence
from agglo.models.water.night.leakage import Pressures, Range, leakage_range, night_day_factor
from agglo.models.water.night.nights import Nights, inside, nights
from agglo.models.water.night.pressures import exponent_of, pressures_of
from agglo.models.water.night.use import Use, use_of
from agglo.models.water.readings.sectors import FLOW, Meter, net_inflow, sectors_of

if TYPE_CHECKING:
    import numpy as np

Verdict = Literal["told", "leak-not-told", "loss-not-told", "no-night-use", "too-few-nights", "no-variation"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the nights of a sector say.

    ``flows`` are the night flows that count, of shape (nights used,), with their ``dates`` [m3/h];
    ``pressures_quality`` says how pressures are known, where they are; ``leakage`` is in m3/d.
    """

    sector: str
    nights: Nights
    dates: "np.ndarray"
    flows: "np.ndarray"
    noise: noises.Noise | None
    use: Use | None
    pressures: Pressures | None
    pressures_quality: Quality
    exponent: Range
    leakage: Range | None
    verdict: Verdict
    balance: Balance

    @property
    def flow(self) -> float | None:
        """Mean night flow [m3/h]; None where there is no night."""
        return _mean(self.flows)

    @property
    def minimum(self) -> float | None:
        """Mean over the nights of the least flow over one hour [m3/h]; None where there is no night."""
        return _mean(self.nights.minimum)

    @property
    def factor(self) -> float:
        """Night-day factor [h/d]."""
        return night_day_factor(self.pressures, self.exponent.central)

    @property
    def quality(self) -> Quality:
        """The least sure of what the leakage rests on."""
        known = [self.use.quality if self.use else "modelled", self.pressures_quality if self.pressures else "modelled"]
        return "assumed" if "assumed" in known else "declared" if "declared" in known else "modelled"


def estimates(evidence: Evidence) -> list[Estimate]:
    """An estimate for each sector, in the order of the meters."""
    flows = net_inflow(evidence.series, evidence.meters)
    return [_estimate(sector, flows[sector], those, evidence) for sector, those in sectors_of(evidence.meters).items()]


def _estimate(sector: str, inflow: "np.ndarray", meters: Sequence[Meter], evidence: Evidence) -> Estimate:
    import numpy as np

    grid, hypotheses = evidence.series.grid, evidence.hypotheses
    held = nights(inflow, grid, hypotheses.window, least_known=hypotheses.least_known)
    of_night = held.mean if hypotheses.flow == "mean" else held.minimum
    counted = np.isfinite(of_night)
    dates, flows = held.dates[counted], of_night[counted]
    noise = None if _constant(inflow) else noises.noise(dates, flows)
    use, exponent = use_of(sector, evidence), exponent_of(sector, evidence)
    pressures, quality = pressures_of(sector, meters, evidence)
    leakage = None
    if noise is not None and use is not None:
        halves = [noise.of_mean, _meters_halfwidth(meters, evidence)]
        leakage = leakage_range(float(flows.mean()), halves, use.flow, pressures, exponent)
    verdict = "no-variation" if _constant(inflow) else _verdict(noise, leakage, hypotheses.leak_m3_h)
    volumes = balance(inflow, grid.step_s, leakage)
    return Estimate(sector, held, dates, flows, noise, use, pressures, quality, exponent, leakage, verdict, volumes)


def _constant(inflow: "np.ndarray") -> bool:
    """Whether a net inflow that is known never changes: no water network does that, zero included."""
    import numpy as np

    known = inflow[np.isfinite(inflow)]
    return len(known) > 0 and float(np.ptp(known)) <= 1e-9 * max(1.0, float(np.abs(known).max()))


def _verdict(noise: noises.Noise | None, leakage: Range | None, leak_m3_h: float) -> Verdict:
    if noise is None:
        return "too-few-nights"
    if leakage is None:
        return "no-night-use"
    if leakage.low <= 0 <= leakage.high:
        return "loss-not-told"
    return "leak-not-told" if noise.sigma > leak_m3_h else "told"


def _meters_halfwidth(meters: Sequence[Meter], evidence: Evidence) -> float:
    """Half of the 95 % interval that the meters give to the night flow [m3/h].

    The error of a meter lasts: it does not average out over nights. Those of two meters are independent.
    """
    night = inside(evidence.series.grid, evidence.hypotheses.window)
    flows = [_mean(evidence.series.values[meter.sensor][night]) or 0.0 for meter in meters if meter.kind == FLOW]
    return evidence.hypotheses.meter_uncertainty * hypot(*flows)


def _mean(values: "np.ndarray") -> float | None:
    import numpy as np

    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None
