"""A leak as people see it, however it was found."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from agglo.models.water.locating.found import Candidate

Method = Literal["model", "sensors", "decisions"]
"""Found on the hydraulic model, from sensors alone, or known from decisions only."""
FLOWING = ("open", "confirmed", "not-back")


@dataclass(frozen=True, slots=True)
class Leak:
    """One leak: hours are texts of the local clock; ``flow`` is central, low and high [m3/h], None where not known.

    ``state`` is open, confirmed, repaired, false, ended (by itself) or not-back (repaired, and still seen). ``node`` is
    that of the nearest sensor where no pipe is told. ``probability`` is that it lies within reach of ``pipe`` [1];
    ``false_per_year`` how many alarms as strong chance alone gives. ``quality`` is that of the flow.
    """

    id: str
    method: Method
    state: str
    since: str
    found: str
    ended: str = ""
    flow: tuple[float, float, float] | None = None
    pipe: str = ""
    node: str = ""
    sector: str = ""
    sensor: str = ""
    sensor_distance_m: float | None = None
    probability: float | None = None
    evidence: float | None = None
    false_per_year: float | None = None
    candidates: tuple[Candidate, ...] = ()
    quality: str = "modelled"

    @property
    def flowing(self) -> bool:
        """Whether water may still be lost there."""
        return self.state in FLOWING

    def told(self, least: float) -> bool:
        """Whether its pipe is sure enough to be told: known from people, or at least that likely within reach."""
        return bool(self.pipe) and (self.probability is None or self.probability >= least)


def in_order(leaks: Iterable[Leak]) -> list[Leak]:
    """The dearest first, those that are over last."""
    return sorted(leaks, key=lambda one: (not one.flowing, -(one.flow or (-1.0,))[0], one.found, one.id))
