"""What a search for leaks on the hydraulic model is given, and what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

MOST_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sensor lies in the model: ``kind`` is flow, pressure or level; a ``node`` or a ``link``, empty where it
    has none."""

    sensor: str
    kind: str
    node: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A leak that people confirmed or repaired: known from ``since``, over at ``until`` (UTC, seconds; None: not yet).

    ``flow_m3_h`` is None where nobody measured it.
    """

    pipe: str
    since: "np.datetime64"
    until: "np.datetime64 | None"
    flow_m3_h: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pipe that may hold a leak: ``probability`` is the posterior mass of the pipe itself [1]."""

    pipe: str
    probability: float


@dataclass(frozen=True, slots=True)
class Found:
    """A leak: the pipe to go to, when it started, was raised and ended (UTC, seconds), its flow and 95 % interval.

    ``probability`` is that it lies within reach of ``pipe``, along pipes [1]; ``evidence`` the logarithm of the
    likelihood ratio; ``candidates`` at most :data:`MOST_CANDIDATES`, most likely first; ``raised_pipe`` the pipe that
    was named when it was raised.
    """

    pipe: str
    since: "np.datetime64"
    raised: "np.datetime64"
    flow_m3_h: float
    flow_low_m3_h: float
    flow_high_m3_h: float
    probability: float
    evidence: float
    candidates: tuple[Candidate, ...]
    ended: "np.datetime64 | None" = None
    zone: str = ""
    raised_pipe: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """All leaks found, one sentence for each thing to know, and the daily flow of each leak by its index in ``found``:
    days (n,) ``datetime64`` and flows (n,) [m3/h]."""

    found: tuple[Found, ...]
    notes: tuple[str, ...]
    flows: "Mapping[int, tuple[np.ndarray, np.ndarray]]"
