"""What an estimate rests on besides readings: window, night use, pressures, errors, price."""

from dataclasses import dataclass
from typing import Literal

from agglo.models.water.night.leakage import Pressures, Range
from agglo.models.water.night.nights import Window

Flow = Literal["mean", "minimum"]


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """Of every sector, unless the sector has its own.

    ``flow`` is which flow of a night is counted; ``per_connection_l_h`` the night use of a connection [L/h];
    ``exponent`` N1 [1]; ``meter_uncertainty`` half of the 95 % interval of a meter, as a share of its flow [1];
    ``leak_m3_h`` the size of a leak that one wants to see [m3/h]; ``cost_eur_m3`` what a lost cubic metre costs.
    """

    window: Window
    flow: Flow
    least_known: float
    per_connection_l_h: Range
    exponent: Range
    pressures: Pressures | None
    meter_uncertainty: float
    leak_m3_h: float
    cost_eur_m3: float
