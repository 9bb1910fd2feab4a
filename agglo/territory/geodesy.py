"""Areas on the ellipsoid, without a geodesy library.

An outline is carried to Lambert's cylindrical equal-area projection of the GRS 80 ellipsoid, where the area of a
polygon is the shoelace sum. The projection keeps areas exactly; the one approximation is that a side is straight on
that projection rather than a geodesic, which for the sides of a commune (under a few kilometres) changes its area by
less than one part in 100,000.

Source: J. P. Snyder, Map Projections: A Working Manual, US Geological Survey Professional Paper 1395, 1987, equations
3-12, 10-13 and 10-14, doi:10.3133/pp1395. Ellipsoid: H. Moritz, Geodetic Reference System 1980, Journal of Geodesy 74,
128-133, 2000, doi:10.1007/s001900050278.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]
"""Longitude and latitude, WGS 84 or RGF 93 [degrees]."""

SEMI_MAJOR_AXIS_M = 6_378_137.0
FLATTENING = 1 / 298.257222101
ECCENTRICITY = math.sqrt(FLATTENING * (2 - FLATTENING))
M2_PER_HA = 1e4


def authalic_q(latitude: float) -> float:
    """Snyder's q of a ``latitude`` [degrees]: the share of the ellipsoid's area below it, on a scale of its own [1].

    ``q = (1 - e2) (sin f / (1 - e2 sin2 f) - ln((1 - e sin f) / (1 + e sin f)) / 2e)``
    """
    sine = math.sin(math.radians(latitude))
    ratio = math.log((1 - ECCENTRICITY * sine) / (1 + ECCENTRICITY * sine)) / (2 * ECCENTRICITY)
    squared = ECCENTRICITY**2
    return (1 - squared) * (sine / (1 - squared * sine**2) - ratio)


def ring_area_m2(ring: Sequence[Point]) -> float:
    """Area inside a closed ``ring`` [m2], whatever its direction.

    >>> round(ring_area_m2([(2, 48), (2.1, 48), (2.1, 48.1), (2, 48.1), (2, 48)]) / 1e6, 2)
    82.9
    """
    west, south = ring[0]
    floor = authalic_q(south)
    plane = [(math.radians(longitude - west), authalic_q(latitude) - floor) for longitude, latitude in ring]
    twice = math.fsum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(plane))
    return abs(twice) * SEMI_MAJOR_AXIS_M**2 / 4
