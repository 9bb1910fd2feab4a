import math

import pytest

from agglo.territory.communes import Commune
from agglo.territory.geodesy import ring_area_m2
from agglo.territory.perimeters import load

GRS80_RADIUS_OF_SAME_SURFACE_M = 6_371_007.1810
"""R2, H. Moritz, Geodetic Reference System 1980, Journal of Geodesy 74, 2000, doi:10.1007/s001900050278."""


def box(west: float, south: float, east: float, north: float) -> list[tuple[float, float]]:
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def test_an_eighth_of_the_ellipsoid_has_the_published_surface() -> None:
    expected = 4 * math.pi * GRS80_RADIUS_OF_SAME_SURFACE_M**2 / 8
    assert ring_area_m2(box(0, 0, 90, 90)) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("commune", load().communes, ids=lambda commune: commune.insee)
def test_area_agrees_with_the_geodesic_area(commune: Commune) -> None:
    from pyproj import Geod

    ring = commune.rings[0].points
    area, _perimeter = Geod(ellps="GRS80").polygon_area_perimeter(*zip(*ring, strict=True))
    assert ring_area_m2(ring) == pytest.approx(abs(area), rel=1e-5)


def test_direction_and_start_do_not_matter() -> None:
    ring = box(2.1, 48.6, 2.3, 48.8)
    turned = [*ring[2:-1], *ring[:3]]
    assert ring_area_m2(ring[::-1]) == pytest.approx(ring_area_m2(ring), rel=1e-12)
    assert ring_area_m2(turned) == pytest.approx(ring_area_m2(ring), rel=1e-12)


def test_areas_add_up() -> None:
    whole, west, east = box(2, 48, 3, 49), box(2, 48, 2.4, 49), box(2.4, 48, 3, 49)
    assert ring_area_m2(west) + ring_area_m2(east) == pytest.approx(ring_area_m2(whole), rel=1e-12)


def test_a_line_has_no_area() -> None:
    assert ring_area_m2([(2, 48), (3, 48), (2, 48), (2, 48)]) == 0


def test_the_southern_hemisphere_mirrors_the_northern() -> None:
    assert ring_area_m2(box(55, -21, 55.5, -20)) == pytest.approx(ring_area_m2(box(55, 20, 55.5, 21)), rel=1e-12)
