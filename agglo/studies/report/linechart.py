"""Lines over years, told apart by dashes and by words beside them, with intervals as bands and targets as diamonds."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from agglo.contract.numerals import unit_label
from agglo.studies.report import pieces

_GAP = 5
_HEIGHTS = {pieces.WIDE: 300, pieces.NARROW: 250}
_LABELS_A_SIDE = 26
_MARK_NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Line:
    """A value by year; ``low`` and ``high`` bound it where they are given, ``points`` marks each value."""

    title: str
    years: tuple[int, ...]
    values: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    points: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A target: where it is, and what it is."""

    year: int
    value: float
    title: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A chart of lines over years, their intervals as bands, and marks named A, B, C that a key below spells out."""

    series: tuple[Line, ...]
    label: str
    marks: tuple[Mark, ...]

    def __call__(self, width: int) -> Any:
        """The chart in Altair, for a page of that width [pixels]."""
        import altair as alt

        plot = Plot.of(self.series, self.marks, width)
        layers = [
            *(layer for rank, one in enumerate(self.series) for layer in _band(plot, rank, one)),
            *(layer for rank, one in enumerate(self.series) for layer in _line(plot, rank, one)),
            *_marks(plot, self.marks),
            *(_side_labels(plot, self.series) if plot.labels_aside else ()),
        ]
        heading = pieces.heading(self.label, width)
        drawn = alt.layer(*layers).properties(
            width=plot.width, height=plot.height, title=heading, view=alt.ViewConfig(stroke=None)
        )
        return alt.vconcat(drawn, *_key(plot, self.series, self.marks, width), spacing=8)


def lines(series: Sequence[Line], *, unit: str, marks: Sequence[Mark] = (), title: str = "") -> Lines:
    """The chart of ``series`` and ``marks``.

    ``unit`` is a symbol of :mod:`agglo.contract.units`; ``title`` says what the axis counts where the unit does not.
    """
    return Lines(tuple(series), title or unit_label(unit), tuple(marks))


@dataclass(frozen=True, slots=True)
class Plot:
    """The plot of a chart of lines: its size [pixels] and the ranges of its axes."""

    width: int
    height: int
    years: tuple[int, int]
    values: tuple[float, float]
    axis: int
    labels_aside: bool

    @classmethod
    def of(cls, series: Sequence[Line], marks: Sequence[Mark], width: int) -> "Plot":
        years = [year for one in series for year in one.years] + [one.year for one in marks]
        values = [value for one in series for value in (*one.values, *one.low, *one.high)]
        values += [one.value for one in marks]
        aside = width == pieces.WIDE
        longest = max((len(text) for one in series for text in wrap(one.title, _LABELS_A_SIDE)), default=0)
        room = round(longest * pieces.LETTER) + 20 if aside else 12
        axis = round(len(f"{max(values):,.0f}") * pieces.LETTER) + 16
        low, high = min(0.0, *values), max(0.0, *values) * 1.04
        high = high if high > low else 1.0
        size = width - room - axis, _HEIGHTS[width]
        return cls(*size, (min(years), max(years)), (low, high), axis, aside)

    def y(self, value: float) -> float:
        """Where a value lies, from the top [pixels]."""
        low, high = self.values
        return self.height * (1 - (value - low) / (high - low))

    def x(self, year: float) -> float:
        """Where a year lies, from the left [pixels]."""
        first, last = self.years
        return self.width * (year - first) / ((last - first) or 1)

    def axes(self, alt: Any) -> dict[str, Any]:
        """The two axes, as the channels of a layer."""
        count = max(2, self.width // 70)
        return {
            "x": alt.X(
                "year:Q",
                scale=alt.Scale(domain=list(self.years), nice=False, zero=False),
                axis=alt.Axis(format="d", title=None, tickCount=count, grid=False, labelOverlap=True),
            ),
            "y": alt.Y(
                "value:Q",
                scale=alt.Scale(domain=list(self.values), nice=False),
                axis=alt.Axis(title=None, tickCount=5, labelOverlap=True),
            ),
        }


def _band(plot: Plot, rank: int, one: Line) -> list[Any]:
    import altair as alt

    if not one.low:
        return []
    rows = [
        {"year": year, "value": low, "high": high} for year, low, high in zip(one.years, one.low, one.high, strict=True)
    ]
    data, axes = alt.Chart(alt.Data(values=rows)), plot.axes(alt)
    edge = data.mark_line(color=pieces.colour(rank), strokeWidth=0.8, strokeDash=pieces.dash(rank))
    return [
        data.mark_area(color=pieces.colour(rank), opacity=0.16).encode(**axes, y2=alt.Y2("high:Q")),
        edge.encode(**axes),
        edge.encode(x=axes["x"], y=alt.Y("high:Q")),
    ]


def _line(plot: Plot, rank: int, one: Line) -> list[Any]:
    import altair as alt

    rows = [{"year": year, "value": value} for year, value in zip(one.years, one.values, strict=True)]
    data = alt.Chart(alt.Data(values=rows))
    dash = pieces.dash(rank)
    made = [data.mark_line(color=pieces.colour(rank), strokeWidth=2.2, strokeDash=dash).encode(**plot.axes(alt))]
    if one.points:
        made.append(
            data.mark_point(color=pieces.colour(rank), filled=True, size=40, opacity=1).encode(**plot.axes(alt))
        )
    return made


def _marks(plot: Plot, marks: Sequence[Mark]) -> list[Any]:
    """Diamonds and their letters, each letter clear of the others."""
    import altair as alt

    if not marks:
        return []
    rows = [
        {"year": one.year, "value": one.value, "px": x, "py": y, "name": name}
        for one, (x, y), name in zip(marks, clear(plot, marks), _MARK_NAMES, strict=False)
    ]
    data = alt.Chart(alt.Data(values=rows))
    point = {"shape": "diamond", "filled": True, "size": 120, "color": pieces.INK, "stroke": pieces.PAPER, "opacity": 1}
    text = {"align": "center", "baseline": "middle", "fontWeight": "bold", "fontSize": pieces.TEXT}
    at = {
        "x": alt.X("px:Q", scale=None, axis=None),
        "y": alt.Y("py:Q", scale=None, axis=None),
        "text": alt.Text("name:N"),
    }
    return [
        data.mark_point(**point).encode(**plot.axes(alt)),
        data.mark_text(**text, color=pieces.PAPER, stroke=pieces.PAPER, strokeWidth=4).encode(**at),
        data.mark_text(**text, color=pieces.INK).encode(**at),
    ]


def clear(plot: Plot, marks: Sequence[Mark]) -> list[tuple[float, float]]:
    """A place for the letter of each mark, above it or as near as is free."""
    points = [(plot.x(one.year), plot.y(one.value)) for one in marks]
    taken: list[tuple[float, float]] = []
    offsets = [(0, -14), (0, 15), (-13, 0), (13, 0), (-13, -14), (13, -14), (-13, 15), (13, 15), (0, -28), (0, 29)]
    for x, y in points:
        options = [(x + dx, y + dy) for dx, dy in offsets]
        inside = [(px, py) for px, py in options if -4 <= px <= plot.width + 4 and 6 <= py <= plot.height - 6]
        free = [one for one in inside if all(far(one, other) for other in (*taken, *points))]
        taken.append((free or inside or options)[0])
    return taken


def far(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) >= 11 or abs(one[1] - other[1]) >= 12


def _side_labels(plot: Plot, series: Sequence[Line]) -> list[Any]:
    """The title of each line at its end, moved up or down where they would touch."""
    titles = [wrap(one.title, _LABELS_A_SIDE) for one in series]
    wanted = [plot.y(one.values[-1]) for one in series]
    middles = spread(wanted, [len(title) * pieces.LINE_STEP + _GAP for title in titles], plot.height)
    made, texts = [], []
    for rank, (title, middle) in enumerate(zip(titles, middles, strict=True)):
        made.append(_sample(rank, plot.width + 3, plot.width + 14, middle))
        texts += pieces.lines_of(title, plot.width + 18, middle - (len(title) - 1) * pieces.LINE_STEP / 2)
    return [*made, pieces.texts(texts, fontWeight="bold")]


def spread(wanted: Sequence[float], heights: Sequence[float], room: float) -> list[float]:
    """Centres as near ``wanted`` as they can be without touching, within ``room`` [pixels]."""
    order = sorted(range(len(wanted)), key=lambda rank: (wanted[rank], rank))
    centres = [0.0] * len(wanted)
    free = 0.0
    for rank in order:
        centres[rank] = max(wanted[rank], free + heights[rank] / 2)
        free = centres[rank] + heights[rank] / 2
    limit = max(room, sum(heights))
    for rank in reversed(order):
        centres[rank] = min(centres[rank], limit - heights[rank] / 2)
        limit = centres[rank] - heights[rank] / 2
    return centres


def _key(plot: Plot, series: Sequence[Line], marks: Sequence[Mark], width: int) -> list[Any]:
    """What the lines (where they bear no title) and the letters stand for, one under the other."""
    letters = round((width - 48) / pieces.LETTER)
    entries: list[tuple[int | str, list[str]]] = []
    if not plot.labels_aside:
        entries += [(rank, wrap(one.title, letters)) for rank, one in enumerate(series)]
    entries += [(name, wrap(one.title, letters)) for name, one in zip(_MARK_NAMES, marks, strict=False)]
    if not entries:
        return []
    made: list[Any] = []
    names: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    left, top = -plot.axis, 8.0
    for sign, text in entries:
        if isinstance(sign, int):
            made.append(_sample(sign, left, left + 26, top))
        else:
            names += pieces.lines_of([f"◆ {sign}"], left, top)
        texts += pieces.lines_of(text, left + 32, top)
        top += len(text) * pieces.LINE_STEP + 2
    bold = [pieces.texts(names, fontWeight="bold")] if names else []
    return [pieces.layer([*made, *bold, pieces.texts(texts)], plot.width, top)]


def _sample(rank: int, left: float, right: float, y: float) -> Any:
    """A piece of the line of that rank."""
    import altair as alt

    dash = pieces.dash(rank)
    rule = alt.Chart(alt.Data(values=[{}])).mark_rule(color=pieces.colour(rank), strokeWidth=2.4, strokeDash=dash)
    return rule.encode(x=alt.XValue(left), x2=alt.X2Value(right), y=alt.YValue(y))
