import math
import re
import xml.etree.ElementTree as ElementTree
from itertools import combinations, pairwise

import pytest

from agglo.contract.errors import InvalidInput
from agglo.territory.communes import Commune, Ring, Territory
from agglo.territory.outlines import frame, from_wkt, label_positions, parts, svg_paths, to_wkb
from agglo.territory.perimeters import load

NESTED = "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 1 2, 2 2, 2 1, 1 1)), ((5 5, 6 5, 6 6, 5 5)))"


def territory(wkt: str) -> Territory:
    one = Commune("91477", "Essai", None, 1, None, 0.5, 0.5, from_wkt(wkt), "91", "11")
    return Territory("200056232", "Essai", (one,), "made up", "none", None)


def points_of(path: str) -> list[list[tuple[float, float]]]:
    lines = [line for line in re.split("[MZ]", path) if line]
    return [[tuple(map(float, pair.split(","))) for pair in line.split("L")] for line in lines]  # type: ignore[misc]


def test_text_of_parts_and_holes() -> None:
    rings = from_wkt(NESTED)
    assert [(ring.part, ring.hole, len(ring.points)) for ring in rings] == [(0, False, 5), (0, True, 5), (1, False, 4)]
    assert [[ring.hole for ring in part] for part in parts(rings)] == [[False, True], [False]]


@pytest.mark.parametrize("text", ["POINT (1 2)", "", "LINESTRING (0 0, 1 1)"])
def test_another_geometry_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="expected POLYGON"):
        from_wkt(text)


@pytest.mark.parametrize(
    "wkt", [NESTED, "POLYGON((0 0,1 0,1 1,0 0))", "POLYGON ((0 0, 3 0, 3 3, 0 0), (1 0.5, 2 0.5, 2 1, 1 0.5))"]
)
def test_binary_is_what_shapely_reads(wkt: str) -> None:
    import shapely

    read = shapely.from_wkb(to_wkb(territory(wkt).communes[0]))
    assert read.geom_type == "MultiPolygon"
    assert read.symmetric_difference(shapely.from_wkt(wkt)).area == 0


def test_binary_keeps_every_vertex_of_the_bundled_outlines() -> None:
    import shapely

    for one in load().communes:
        read = shapely.from_wkb(to_wkb(one))
        assert read.is_valid
        assert list(read.geoms[0].exterior.coords) == list(one.rings[0].points)


def test_map_fits_its_frame_and_touches_two_sides() -> None:
    paths = svg_paths(load(), 600, 400, margin=10)
    everywhere = [point for path in paths.values() for line in points_of(path) for point in line]
    xs, ys = zip(*everywhere, strict=True)
    assert (min(ys), max(ys)) == (10, 390)
    assert 10 < min(xs) < max(xs) < 590
    assert min(xs) + max(xs) == pytest.approx(600, abs=0.1)


def test_map_has_each_commune_once_in_order_and_north_upwards() -> None:
    saclay = load()
    paths, labels = svg_paths(saclay, 600, 400), label_positions(saclay, 600, 400)
    assert tuple(paths) == tuple(labels) == saclay.codes
    assert labels["91645"][1] < labels["91339"][1], "Verrières-le-Buisson lies north of Linas"
    assert labels["91679"][0] < labels["91689"][0], "Villiers-le-Bâcle lies west of Wissous"


def test_map_is_deterministic_and_well_formed() -> None:
    paths = svg_paths(load(), 600, 400)
    assert paths == svg_paths(load(), 600, 400)
    assert all(re.fullmatch(r"M\d+\.\d,\d+\.\d(L\d+\.\d,\d+\.\d)+Z", path) for path in paths.values())
    drawing = "".join(f'<path d="{path}"/>' for path in paths.values())
    assert len(ElementTree.fromstring(f"<svg>{drawing}</svg>")) == 27


def test_neighbours_share_their_vertices() -> None:
    """No gap shows between two communes: most points of a path are also points of another."""
    points = {code: set(points_of(path)[0]) for code, path in svg_paths(load(), 600, 400).items()}
    shared = points["91477"] & set().union(*(points[code] for code in points if code != "91477"))
    assert len(shared) > 0.9 * len(points["91477"])


@pytest.mark.parametrize(("decimals", "form"), [(0, r"M\d+,\d+L"), (2, r"M\d+\.\d\d,\d+\.\d\dL")])
def test_decimals(decimals: int, form: str) -> None:
    path = svg_paths(load(), 600, 400, decimals=decimals)["91477"]
    assert re.match(form, path)
    assert all(one != other for one, other in pairwise(points_of(path)[0])), "no point is repeated"


def test_holes_and_parts_are_subpaths() -> None:
    path = svg_paths(territory(NESTED), 100, 100)["91477"]
    assert path.count("M") == path.count("Z") == 3


def test_map_distances_are_right_within_half_a_percent() -> None:
    from pyproj import Geod

    saclay, ellipsoid = load(), Geod(ellps="GRS80")
    drawing = frame(saclay, 600, 400)
    for one, other in combinations(saclay.communes, 2):
        metres = ellipsoid.inv(one.longitude, one.latitude, other.longitude, other.latitude)[2]
        drawn = math.dist(drawing.xy(one.longitude, one.latitude), drawing.xy(other.longitude, other.latitude))
        assert drawn * drawing.metres_per_pixel == pytest.approx(metres, rel=0.005)


def test_labels_lie_inside_their_commune() -> None:
    import shapely

    saclay = load()
    labels = label_positions(saclay, 600, 400)
    for code, path in svg_paths(saclay, 600, 400).items():
        assert shapely.Polygon(points_of(path)[0]).contains(shapely.Point(labels[code])), code


@pytest.mark.parametrize(
    "wkt",
    [
        "POLYGON ((0 0, 3 0, 3 1, 1 1, 1 3, 0 3, 0 0))",
        "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 1 8, 8 8, 8 1, 1 1))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((0 8, 3 8, 3 9, 0 9, 0 8)))",
    ],
)
def test_labels_avoid_hollows_holes_and_the_sea_between_islands(wkt: str) -> None:
    import shapely

    place = territory(wkt)
    drawing = frame(place, 1000, 1000)
    shape = shapely.transform(
        shapely.from_wkt(wkt), lambda pairs: [list(drawing.xy(*pair)) for pair in pairs.tolist()], include_z=False
    )
    assert shape.contains(shapely.Point(label_positions(place, 1000, 1000)["91477"]))


def test_rings_are_immutable_and_comparable() -> None:
    assert from_wkt(NESTED) == from_wkt(NESTED)
    assert isinstance(hash(from_wkt(NESTED)[0]), int)
    assert Ring(((0.0, 0.0),)) != Ring(((0.0, 0.0),), hole=True)
