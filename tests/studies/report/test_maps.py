import pytest

from agglo.studies.report import maps
from agglo.studies.report.maps import LETTER_WIDTH, TEXT_SIZE, drawing
from agglo.territory import perimeters
from agglo.territory.communes import Territory


def inside(point: tuple[float, float], path: str) -> bool:
    """Whether a point is inside an SVG path of straight lines, by the even-odd rule."""
    x, y = point
    crossings = 0
    for ring in path.split("Z")[:-1]:
        points = [tuple(map(float, pair.split(","))) for pair in ring.removeprefix("M").split("L")]
        for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True):
            crossings += (y1 <= y) != (y2 <= y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)
    return crossings % 2 == 1


def test_communes_are_numbered_by_name_whatever_the_accents(territory: Territory) -> None:
    assert [(one.number, one.commune.name) for one in drawing(territory).shapes][3] == (4, "Épône")


def test_names_and_numbers_stand_inside_their_commune() -> None:
    for shape in drawing(perimeters.load()).shapes:
        assert inside(shape.number_at, shape.path), shape.commune.name
        half = max(map(len, shape.lines), default=0) * LETTER_WIDTH * TEXT_SIZE / 2
        x, y = shape.name_at
        assert inside((x - half + 0.5, y), shape.path), shape.commune.name
        assert inside((x + half - 0.5, y), shape.path), shape.commune.name


def test_most_names_of_paris_saclay_fit_and_long_ones_take_two_lines() -> None:
    shapes = {shape.commune.name: shape for shape in drawing(perimeters.load()).shapes}
    assert sum(bool(shape.lines) for shape in shapes.values()) >= 20
    assert shapes["Verrières-le-Buisson"].lines == ("Verrières-", "le-Buisson")
    assert shapes["Massy"].lines == ("Massy",)


def test_a_name_without_room_is_left_out(territory: Territory) -> None:
    assert all(shape.lines == () for shape in drawing(territory, 60).shapes)


def test_the_bar_is_as_long_as_it_says(territory: Territory) -> None:
    whole = drawing(territory)
    west, _south, east, _north = territory.bounds
    across_km = (east - west) * 111.195 * 0.66044
    assert whole.bar_km in (1, 2, 5, 10)
    assert whole.bar / whole.bar_km == pytest.approx((whole.width - 2 * maps.MARGIN) / across_km, rel=0.01)


def test_the_drawing_is_as_high_as_the_territory_asks(territory: Territory) -> None:
    whole = drawing(territory)
    lowest = max(float(pair.split(",")[1]) for shape in whole.shapes for pair in shape.path.strip("MZ").split("L"))
    assert whole.height - 2 * maps.MARGIN <= lowest <= whole.height
