"""Drawings: classes computed by hand, what holds for every map, bars of proportional lengths, broken lines."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.portal import drawings, html
from agglo.portal.drawings import Bar, Line
from agglo.territory.communes import Commune, Ring, Territory
from agglo.territory.perimeters import load

SQUARE = ((2.0, 48.0), (2.1, 48.0), (2.1, 48.1), (2.0, 48.1), (2.0, 48.0))
SVG = "{http://www.w3.org/2000/svg}"


def drawn(kind: str, content: object) -> str:
    module = html.environment().get_template("drawings.html.j2").make_module({})
    return str(getattr(module, kind)(content))


def parsed(markup: str) -> ET.Element:
    """Markup that must be well formed, as an element."""
    return ET.fromstring(markup)


def commune(insee: str, name: str, east: float = 0.0) -> Commune:
    points = tuple((x + east, y) for x, y in SQUARE)
    return Commune(insee, name, None, 10, 10, 2.05 + east, 48.05, (Ring(points),), "91", "11")


def test_classes_are_those_computed_by_hand() -> None:
    """Fisher's breaks of {1, 2, 40, 44, 95} in three groups are {1, 2}, {40, 44}, {95}; limits 20, 50, 100."""
    territory = load()
    values = dict(zip(territory.codes, [0.0, 1.0, 2.0, 40.0, 44.0, 95.0], strict=False))
    found = drawings.choropleth(territory, values, unit="ha", title="Land")
    assert [(key.label, key.count) for key in found.keys] == [
        ("0", 1), ("0 to 20", 2), ("20 to 50", 2), ("50 to 100", 1), ("no data", len(territory.communes) - 6),
    ]  # fmt: skip
    assert [key.css for key in found.keys] == ["k0", "p1", "p3", "p5", "kn"]
    assert "1: 0 (1)" in found.description


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6, allow_subnormal=False)), min_size=27, max_size=27))
def test_every_commune_is_drawn_once_and_counted_once(values: list[float | None]) -> None:
    territory = load()
    given_ = {
        code: None if value is None or abs(value) < 1e-6 else value
        for code, value in zip(territory.codes, values, strict=True)
    }
    found = drawings.choropleth(territory, given_, unit="ha", title="Land", link=lambda code: f"/x/{code}")
    assert sorted(one.insee for one in found.areas) == sorted(territory.codes)
    assert sum(key.count for key in found.keys) == len(territory.communes)
    marks = {key.mark: key.css for key in found.keys}
    for area in found.areas:
        assert marks[area.mark] == area.css
        assert (area.css == "kn") == (given_[area.insee] is None)
        assert area.css[0] in ("k" if not given_[area.insee] else "p" if (given_[area.insee] or 0) > 0 else "m")


@pytest.mark.parametrize("value", [0.0, 7.0, -7.0])
def test_one_value_and_all_the_same(value: float) -> None:
    territory = load()
    alone = drawings.choropleth(territory, {territory.codes[0]: value}, unit="", title="t")
    assert [key.count for key in alone.keys] == [1, len(territory.codes) - 1]
    same = drawings.choropleth(territory, dict.fromkeys(territory.codes, value), unit="", title="t")
    assert [key.count for key in same.keys] == [len(territory.codes)]
    assert same.keys[0].css[0] == {0.0: "k", 7.0: "p", -7.0: "m"}[value]


def test_no_value_at_all_is_no_data_and_never_zero() -> None:
    found = drawings.choropleth(load(), {}, unit="ha", title="t")
    assert [key.css for key in found.keys] == ["kn"]
    assert {one.said for one in found.areas} == {"no data"}


def test_differences_bear_their_sign_and_colours_say_what_is_good() -> None:
    territory = load()
    values = {territory.codes[0]: 3.0, territory.codes[1]: -3.0}
    higher = drawings.choropleth(territory, values, unit="ha", title="t", diverging=True, better="higher")
    lower = drawings.choropleth(territory, values, unit="ha", title="t", diverging=True, better="lower")
    by_code = [{one.insee: one for one in found.areas} for found in (higher, lower)]
    assert by_code[0][territory.codes[0]].said == "+3.00\u00a0ha"
    assert [one[territory.codes[0]].css[0] for one in by_code] == ["p", "m"]
    assert [one[territory.codes[1]].css[0] for one in by_code] == ["m", "p"]


def test_maps_of_one_comparison_share_their_classes() -> None:
    territory = load()
    low, high = {territory.codes[0]: 1.0}, {territory.codes[0]: 90.0}
    both = [1.0, 2.0, 80.0, 90.0]
    first, second = (drawings.choropleth(territory, one, unit="", title="t", among=both).areas for one in (low, high))
    marks = [{one.insee: one.mark for one in areas}[territory.codes[0]] for areas in (first, second)]
    assert marks == ["1", "2"]


def test_fewer_classes_when_asked() -> None:
    territory = load()
    values = {code: float(rank + 1) ** 3 for rank, code in enumerate(territory.codes)}
    assert len(drawings.choropleth(territory, values, unit="", title="t").keys) == 5
    assert len(drawings.choropleth(territory, values, unit="", title="t", classes=2).keys) == 2


def test_a_map_is_small_well_formed_and_says_what_it_shows() -> None:
    territory = load()
    values = {code: float(rank) for rank, code in enumerate(territory.codes)}
    markup = drawn(
        "choropleth", drawings.choropleth(territory, values, unit="ha", title="Land", link=lambda c: f"/{c}")
    )
    assert len(markup.encode()) < 14_000
    svg = parsed(markup).find("svg")
    assert svg is not None
    assert svg.get("role") == "group"
    ids = (svg.get("aria-labelledby") or "").split()
    assert [svg.find(f"*[@id='{one}']").tag for one in ids] == ["title", "desc"]  # type: ignore[union-attr]
    links = svg.findall("a")
    assert len(links) == len(territory.communes)
    for link in links:
        title = link.find("title")
        assert title is not None
        assert re.fullmatch(r"\D.+: [\d.]+\u00a0ha", title.text or "")
    assert "style=" not in markup
    unlinked = parsed(drawn("choropleth", drawings.choropleth(territory, values, unit="ha", title="Land"))).find("svg")
    assert unlinked is not None
    assert unlinked.get("role") == "img"


def test_paths_are_the_outlines_on_whole_pixels() -> None:
    from agglo.portal.drawings import _paths
    from agglo.territory.outlines import svg_paths

    territory = load()
    whole = svg_paths(territory, 560.0, _height(territory), margin=3.0, decimals=0)
    for insee, path in _paths(territory).items():
        assert _ends(path) == [tuple(map(int, pair)) for pair in re.findall(r"(-?\d+),(-?\d+)", whole[insee])], insee


def _height(territory: Territory) -> float:
    from agglo.studies.report.maps import drawing

    return drawing(territory).height


def _ends(path: str) -> list[tuple[int, int]]:
    """The points that the steps of a path come to."""
    points = []
    for ring in path.split("z")[:-1]:
        start, _l, steps = ring[1:].partition("l")
        x, y = map(int, start.split())
        points.append((x, y))
        numbers = list(map(int, re.findall(r"-?\d+", steps)))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
    return points


def test_lengths_of_bars_are_proportional_from_a_common_zero() -> None:
    found = drawings.bars([Bar("a", 30.0), Bar("b", -10.0), Bar("c", 0.0), Bar("d", None)], unit="ha", title="t")
    assert found.zero == 25.0
    assert [(one.start, one.length) for one in found.rows] == [(25.0, 75.0), (0.0, 25.0), (25.0, 0.0), (25.0, 0.0)]
    assert [one.said for one in found.rows] == ["30.0\u00a0ha", "\u221210.0\u00a0ha", "0\u00a0ha", "no data"]
    assert [one.css for one in found.rows][:2] == ["bp", "bm"]


@given(st.lists(st.floats(-1e9, 1e9, allow_subnormal=False), min_size=1, max_size=8))
def test_bars_never_leave_their_room(values: list[float]) -> None:
    found = drawings.bars([Bar(str(rank), value) for rank, value in enumerate(values)], unit="", title="t")
    for one in found.rows:
        assert -0.02 <= one.start <= 100.02
        assert one.start + one.length <= 100.02
    parsed(drawn("bars", found))


def test_intervals_are_drawn_and_said() -> None:
    (one,) = drawings.bars([Bar("a", 3.0, 2.0, 5.0)], unit="ha", title="t").rows
    assert (one.low, one.spread, one.interval) == (40.0, 60.0, "2.00 to 5.00")


def test_all_zero_bars_have_no_length() -> None:
    found = drawings.bars([Bar("a", 0.0), Bar("b", 0.0)], unit="", title="t")
    assert [one.length for one in found.rows] == [0.0, 0.0]
    assert drawings.bars([], unit="", title="t").rows == ()


def test_a_line_stops_where_nothing_is_known() -> None:
    found = drawings.lines([Line("a", [(2010, 1.0), (2011, 2.0), (2012, None), (2013, 4.0)])], unit="ha", title="t")
    (one,) = found.lines
    assert re.sub(r"[^ML]", "", one.path) == "MLM"
    assert len(one.marks) == 3
    assert [words for _place, words in found.axis.ticks_x] == ["2010", "2011", "2012", "2013"]


def test_the_axis_holds_zero_at_round_ticks() -> None:
    found = drawings.lines([Line("a", [(2010, 12.0), (2030, -3.0)])], unit="", title="t")
    assert [words for _place, words in found.axis.ticks_y] == ["\u22125", "0", "5", "10", "15"]
    assert found.axis.values == (-5.0, 15.0)


@pytest.mark.parametrize("points", [[], [(2010, None)], [(2010, 0.0)], [(2010, 0.0), (2020, 0.0)], [(2010, -4.0)]])
def test_lines_of_little(points: list[tuple[int, float | None]]) -> None:
    found = drawings.lines([Line("a", points)], unit="", title="t")
    parsed(drawn("lines", found))
    assert "nan" not in drawn("lines", found)


def test_lines_are_told_apart_without_colour() -> None:
    series = [Line(str(rank), [(2010, 1.0), (2020, rank)], kind) for rank, kind in
              enumerate(("measured", "modelled", "declared", "target"))]  # fmt: skip
    found = drawings.lines(series, unit="", title="t")
    assert len({one.sample for one in found.lines}) == 4
    assert [one.kind for one in found.lines] == ["measured", "modelled", "declared", "target"]
    assert found.lines[3].path == ""
    assert len(found.lines[3].marks) == 2


def test_hostile_names_are_texts() -> None:
    hostile = '"><script>alert(1)</script>'
    places = Territory("1", "t", (commune("91001", hostile), commune("91002", "b", 0.1)), "s", "l", None)
    for markup in (
        drawn(
            "choropleth", drawings.choropleth(places, {"91001": 1.0}, unit="", title=hostile, link=lambda c: f"/{c}")
        ),
        drawn("bars", drawings.bars([Bar(hostile, 1.0)], unit="", title=hostile)),
        drawn("lines", drawings.lines([Line(hostile, [(2010, 1.0), (2011, 2.0)])], unit="", title=hostile)),
    ):
        assert "<script" not in markup
        assert parsed(markup).tag == "figure"
