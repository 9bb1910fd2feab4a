"""Charts: named, in the language in force, the same bytes each time, asking for nothing, with texts apart."""

import re
import sys
from itertools import combinations, pairwise
from pathlib import Path

import pytest

pytest.importorskip("altair")
pytest.importorskip("vl_convert")

from agglo.contract.errors import MissingExtra
from agglo.studies.report import barchart, charts, linechart, pieces
from agglo.studies.report.barchart import Bar
from agglo.studies.report.linechart import Line, Mark

YEARS = tuple(range(2019, 2051))


def line(title: str, rate: float) -> Line:
    values = tuple(1_600_000.0 * (1 - rate) ** age for age in range(len(YEARS)))
    return Line(title, YEARS, values, tuple(0.9 * one for one in values), tuple(1.1 * one for one in values))


SERIES = [line("Reference", 0.01), line("A plan with a title of some length", 0.012), line("Plan & <more>", 0.03)]
MARKS = [Mark(2030, 1_100_000.0, "A target"), Mark(2030, 1_090_000.0, "Another"), Mark(2050, 300_000.0, "The last")]
BARS = [
    Bar("Retrofit of homes", 120_000.0, "120,000 (80,000 to 160,000)", 80_000.0, 160_000.0, hollow=True),
    Bar("An action whose title is so long that it takes several lines on a telephone", -5_000.0, "-5,000"),
]
LINES = linechart.lines(SERIES, unit="tCO2e/yr", marks=MARKS)
COLUMNS = barchart.bars(BARS, unit="tCO2e/yr", below="Hollow: assumed.")


def drawn(make: pieces.Make, width: int = pieces.WIDE) -> str:
    return charts.svg(make, width, id="one", title="Title & more", description="What it shows")


@pytest.mark.parametrize("make", [LINES, COLUMNS])
@pytest.mark.parametrize("width", [pieces.WIDE, pieces.NARROW])
def test_a_chart_bears_its_name_and_asks_for_nothing(make: pieces.Make, width: int) -> None:
    text = drawn(make, width)
    assert 'role="img" aria-labelledby="one-t one-d"' in text
    assert '<title id="one-t">Title &amp; more</title><desc id="one-d">What it shows</desc>' in text
    assert text.count("role=") == 1
    assert not re.search(r"<script|<image|href|@font-face|@import", text)
    assert set(re.findall(r'(?:https?:)?//[^" ]*', text)) == {"http://www.w3.org/2000/svg"}
    identifiers = re.findall(r'\bid="([^"]*)"', text)
    assert all(name.startswith("one-") for name in identifiers)
    assert set(re.findall(r"url\(#([^)]*)\)", text)) <= set(identifiers)
    wide = float(re.search(r'viewBox="0 0 (\S+)', text)[1])  # type: ignore[index]
    assert width - 90 <= wide <= width + 16


@pytest.mark.parametrize("make", [LINES, COLUMNS])
def test_the_same_figures_give_the_same_bytes(make: pieces.Make) -> None:
    assert drawn(make) == drawn(make)


def test_a_chart_drawn_before_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"id": "one", "title": "Emissions", "description": "By year."}
    first = charts.svg(LINES, pieces.WIDE, **said, cache=tmp_path)
    assert first == charts.svg(LINES, pieces.WIDE, **said)
    with monkeypatch.context() as patch:
        patch.setattr(charts, "_drawn", lambda *_given: pytest.fail("drawn twice"))
        assert charts.svg(LINES, pieces.WIDE, **said, cache=tmp_path) == first
    other = linechart.lines([Line("Other", (2012, 2030), (1.0, 0.5))], unit="tCO2e/yr")
    assert charts.svg(other, pieces.WIDE, **said, cache=tmp_path) != first
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    charts.svg(LINES, pieces.WIDE, **said, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_numbers_are_written_in_the_language_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ">1,500,000<" in drawn(LINES)
    monkeypatch.setenv("AGGLO_LANGUAGE", "fr")
    french = linechart.lines([Line("Indice", (2012, 2030), (0.5, 0.25))], unit="tCO2e/yr")
    assert ">1\u202f500\u202f000<" in drawn(LINES)
    assert ">tCO₂e/an<" in drawn(french)
    assert re.search(r">0,[1-5]<", drawn(french))


def test_lines_can_be_told_apart_without_colours() -> None:
    dashes = re.findall(r'stroke-width="2.2" stroke-dasharray="([^"]*)"', drawn(LINES))
    assert len(set(dashes)) == len(SERIES)
    assert len(set(pieces.DASHES)) == len(pieces.COLOURS)


def test_every_line_and_target_is_spelled_out_on_both_widths() -> None:
    for width in (pieces.WIDE, pieces.NARROW):
        texts = " ".join(re.findall(r">([^<>]+)</text>", drawn(LINES, width)))
        for said in ("Reference", "A plan with a title", "Plan &amp; &lt;more", "A target", "Another", "The last"):
            assert said in texts
        assert all(f"◆ {name}" in texts for name in "ABC")


def test_hollow_bars_say_what_they_are() -> None:
    text = drawn(COLUMNS)
    assert "Hollow: assumed." in text
    assert f'fill="{pieces.PAPER}" stroke="{pieces.COLOURS[0]}"' in text
    assert f'fill="{pieces.PAPER}" stroke' not in drawn(barchart.bars(BARS[1:], unit="tCO2e/yr"))


def test_labels_are_spread_without_touching_and_keep_their_order() -> None:
    heights = [20.0, 35.0, 20.0, 20.0]
    centres = linechart.spread([100.0, 101.0, 99.0, 290.0], heights, 300.0)
    edges = sorted((centre - height / 2, centre + height / 2) for centre, height in zip(centres, heights, strict=True))
    assert all(before[1] <= after[0] + 1e-9 for before, after in pairwise(edges))
    assert edges[-1][1] <= 300.0
    assert sorted(range(3), key=lambda rank: centres[rank]) == [2, 0, 1]


def test_letters_of_targets_that_nearly_coincide_are_apart() -> None:
    marks = [Mark(2030, 1_000_000.0 + 1_000.0 * rank, str(rank)) for rank in range(4)]
    plot = linechart.Plot.of(SERIES, marks, pieces.NARROW)
    places = linechart.clear(plot, marks)
    assert all(linechart.far(one, other) for one, other in combinations(places, 2))


def test_one_value_nothing_and_zero_can_be_drawn() -> None:
    assert "<svg" in drawn(linechart.lines([Line("One", (2020,), (0.0,))], unit="%"))
    assert "<svg" in drawn(barchart.bars([Bar("Nothing", 0.0, "0")], unit="%"))
    assert "<svg" in drawn(barchart.bars([Bar("Less", -2.0, "-2")], unit="%"))


def test_without_the_libraries_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingExtra, match="altair") as caught:
        drawn(LINES)
    assert 'pip install "agglo[report]"' in str(caught.value)
    assert 'pip install "agglo[report]"' in charts.absent()
