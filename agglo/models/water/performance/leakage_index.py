"""Infrastructure leakage index: real losses over those that a well-kept network of the same build would still have.

Formula and domain: A. Lambert and W. Hirner, Losses from water supply systems: standard terminology and recommended
performance measures, IWA Blue Pages, 2000; H. Alegre et al., Performance Indicators for Water Supply Services, IWA
Publishing. The formula, and the domain of more than 5,000 connections, more than 20 connections a km and 25 to 100 m
of pressure, were checked in papers that quote them, not in these works. A. Lambert, Ten years experience in using the
UARL formula to calculate infrastructure leakage index, IWA Water Loss 2009, relaxes the limits; that the size became
20 x km + connections >= 3,000 (and density was left free) is from memory.
"""

from dataclasses import dataclass
from typing import Literal

L_PER_KM_M_D = 18.0
"""Unavoidable losses of mains [L/d] for each km and m of pressure."""
L_PER_CONNECTION_M_D = 0.8
"""Of connections, main to property line [L/d] for each connection and m of pressure."""
L_PER_PRIVATE_KM_M_D = 25.0
"""Of private pipes, property line to meter [L/d] for each km and m of pressure."""

FEWEST_CONNECTIONS = 5000
LOWEST_DENSITY_1_KM = 20.0
LOWEST_PRESSURE_M, HIGHEST_PRESSURE_M = 25.0, 100.0
SMALLEST_LATER_SIZE = 3000
"""Of 20 x km + connections, by the later rule."""

Domain = Literal["in-domain", "extended-domain", "outside-domain"]


@dataclass(frozen=True, slots=True)
class Build:
    """Length of mains [km], connections [count], private pipes in all [km], mean pressure [mH2O]."""

    network_km: float
    connections: float
    private_pipe_km: float
    pressure_m: float


def unavoidable_losses_l_d(build: Build) -> float:
    """UARL, unavoidable annual real losses [L/d].

    ::

        (18 Lm + 0.8 Nc + 25 Lp) P

    >>> round(unavoidable_losses_l_d(Build(210, 9000, 0, 45)))
    494100
    """
    return (
        L_PER_KM_M_D * build.network_km
        + L_PER_CONNECTION_M_D * build.connections
        + L_PER_PRIVATE_KM_M_D * build.private_pipe_km
    ) * build.pressure_m


def domain(build: Build) -> Domain:
    """Whether the formula holds: in the first published limits, in the later and wider ones, or in neither.

    >>> domain(Build(210, 9000, 0, 45)), domain(Build(60, 2500, 0, 45)), domain(Build(210, 9000, 0, 20))
    ('in-domain', 'extended-domain', 'outside-domain')
    """
    if not LOWEST_PRESSURE_M <= build.pressure_m <= HIGHEST_PRESSURE_M:
        return "outside-domain"
    dense = build.connections > LOWEST_DENSITY_1_KM * build.network_km
    if build.connections > FEWEST_CONNECTIONS and dense:
        return "in-domain"
    size = 20 * build.network_km + build.connections
    return "extended-domain" if size >= SMALLEST_LATER_SIZE else "outside-domain"
