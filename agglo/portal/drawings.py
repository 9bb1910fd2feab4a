"""Drawings for pages: a map of communes, bars, lines. Plain values that ``drawings.html.j2`` lays out.

Colours are classes of the style sheet (light and dark); what a colour says, a mark or a word beside it says too. The
same figures always stand in a table next to a drawing.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from agglo.contract import numerals
from agglo.contract.language import _, ngettext
from agglo.portal.plots import Axis, axis_of, spot
from agglo.studies.report import classes as breaks
from agglo.studies.report import maps
from agglo.studies.report.wording import quality
from agglo.territory.communes import Territory
from agglo.territory.outlines import svg_paths

_UNKNOWN = ("kn", "?")
"""Colour and mark of what is not known."""
_LINE_KINDS = 4
"""Colours, dashes and marks that lines have before they come again."""
_PAIR = re.compile(r"(-?\d+),(-?\d+)")


@dataclass(frozen=True, slots=True)
class Area:
    """A commune on a map: its path, what it reads, the class of its colour and the mark of that class."""

    insee: str
    name: str
    path: str
    said: str
    css: str
    mark: str
    x: float
    y: float
    href: str


@dataclass(frozen=True, slots=True)
class Key:
    """A class in the legend: its colour, its mark, its bounds, and how many communes are in it."""

    css: str
    mark: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Choropleth:
    """A map of the communes in classes of colour, and its legend. ``unit`` is written as people read it."""

    id: str
    title: str
    description: str
    unit: str
    width: float
    height: float
    bar: float
    bar_km: str
    areas: tuple[Area, ...]
    keys: tuple[Key, ...]

    @property
    def linked(self) -> bool:
        """Whether communes are links."""
        return any(one.href for one in self.areas)


def choropleth(
    territory: Territory,
    values: Mapping[str, float | None],
    *,
    unit: str,
    title: str,
    classes: int = 5,
    diverging: bool = False,
    link: Callable[[str], str] | None = None,
    better: str = "none",
    among: Sequence[float | None] = (),
) -> Choropleth:
    """A map of one value by commune.

    Parameters
    ----------
    values
        By INSEE code [``unit``]; a commune that is not there, or is None, is drawn as not known, never as zero.
    unit
        A symbol of :mod:`agglo.contract.units`.
    diverging
        Values are differences: they bear their sign. ``better`` says which sign is good: higher, lower or none.
    link
        The address of a commune's page, by INSEE code.
    among
        Values of another map beside this one, which has the same classes then.
    """
    known = {one.insee: values.get(one.insee) for one in territory.communes}
    scale = breaks.scale_of([*known.values(), *among], signed=diverging, classes=classes)
    looks = {
        one: (css_of(one, diverging and better == "lower"), str(rank)) for rank, one in enumerate(scale.classes, 1)
    }
    decimals = numerals.decimals_for([*known.values(), *among])
    drawn, paths = maps.drawing(territory), _paths(territory)
    areas = []
    for shape in drawn.shapes:
        insee, value = shape.commune.insee, known[shape.commune.insee]
        look = _UNKNOWN if value is None else looks[scale.of(value)]
        said = numerals.quantity(value, unit, decimals if value else 0, signed=diverging)
        href = link(insee) if link else ""
        areas.append(Area(insee, shape.commune.name, paths[insee], said, *look, *shape.number_at, href))
    return _map(title, unit, drawn, areas, [(*look, one.label) for one, look in looks.items()])


def _map(
    title: str, unit: str, drawn: maps.Drawing, areas: Sequence[Area], looks: Sequence[tuple[str, str, str]]
) -> Choropleth:
    """The map and its legend; ``looks`` are colour, mark and bounds of each class."""
    every = [*looks, (*_UNKNOWN, _("no data"))]
    keys = [Key(css, mark, label, sum(one.mark == mark for one in areas)) for css, mark, label in every]
    return Choropleth(
        id=_identifier("map", title, *(f"{one.insee}{one.said}" for one in areas)),
        title=title,
        description=_map_in_words(len(areas), keys),
        unit=numerals.unit_label(unit),
        width=drawn.width,
        height=drawn.height,
        bar=drawn.bar,
        bar_km=numerals.quantity(drawn.bar_km, "km"),
        areas=tuple(areas),
        keys=tuple(one for one in keys if one.count),
    )


def css_of(one: breaks.Class, swapped: bool = False) -> str:
    """The style of a class: ``k0`` for zero, ``p1`` to ``p5`` on one side of it, ``m1`` to ``m5`` on the other."""
    if not one.sign:
        return "k0"
    palette = breaks.BLUES if one.colour in breaks.BLUES else breaks.ORANGES
    return f"{'p' if (one.sign > 0) != swapped else 'm'}{palette.index(one.colour) + 1}"


def _map_in_words(count: int, keys: Sequence[Key]) -> str:
    known = [one for one in keys if (one.css, one.mark) != _UNKNOWN and one.count]
    said = [_("{mark}: {label} ({count})").format(mark=one.mark, label=one.label, count=one.count) for one in known]
    unknown = count - sum(one.count for one in known)
    texts = [ngettext("Map of {count} commune.", "Map of {count} communes.", count).format(count=count)]
    if said:
        texts.append(_("Classes: {classes}.").format(classes="; ".join(said)))
    if unknown:
        texts.append(ngettext("{count} without data.", "{count} without data.", unknown).format(count=unknown))
    return " ".join([*texts, _("The same figures are in the table beside.")])


@lru_cache(maxsize=4)
def _paths(territory: Territory) -> dict[str, str]:
    """Outlines on whole pixels, each point told from the one before: a third of the bytes."""
    drawn = maps.drawing(territory)
    paths = svg_paths(territory, drawn.width, drawn.height, margin=maps.MARGIN, decimals=0)
    return {insee: "".join(_shorter(ring) for ring in path.split("Z") if ring) for insee, path in paths.items()}


def _shorter(ring: str) -> str:
    """A ring of absolute points as steps: ``M3,4L5,4`` becomes ``M3 4l2 0``."""
    points = [(int(x), int(y)) for x, y in _PAIR.findall(ring)]
    steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(points)]
    text = " ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-")
    return f"M{points[0][0]} {points[0][1]}l{text}z"


@dataclass(frozen=True, slots=True)
class Bar:
    """A value to draw as a bar, with what bounds it where that is known."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """A bar as drawn: places and lengths are shares of the whole width [%]."""

    label: str
    said: str
    interval: str
    href: str
    start: float
    length: float
    low: float | None
    spread: float
    css: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars from a common zero, whose place is ``zero`` [% of the width]."""

    title: str
    unit: str
    zero: float
    rows: tuple[DrawnBar, ...]


def bars(rows: Sequence[Bar], *, unit: str, title: str) -> Bars:
    """Horizontal bars; lengths are proportional to values [``unit``], and what is not known has none."""
    known = [one for row in rows for one in (row.value, row.low, row.high) if one is not None]
    least, most = min([0.0, *known]), max([0.0, *known])
    decimals = numerals.decimals_for(row.value for row in rows)
    width = (most - least) or 1.0
    drawn = tuple(_bar(row, unit, decimals, least, width) for row in rows)
    return Bars(title, numerals.unit_label(unit), round(-least / width * 100, 2), drawn)


def _bar(row: Bar, unit: str, decimals: int, least: float, width: float) -> DrawnBar:
    def share(value: float) -> float:
        return round(value / width * 100, 2)

    value, interval, low, spread = row.value or 0.0, "", None, 0.0
    if row.low is not None and row.high is not None:
        low, spread = share(row.low - least), share(row.high - row.low)
        ends = (numerals.number(one, decimals) for one in (row.low, row.high))
        interval = _("{low} to {high}").format(**dict(zip(("low", "high"), ends, strict=True)))
    said = numerals.quantity(row.value, unit, decimals if row.value else 0)
    start, css = share(min(value, 0.0) - least), "bm" if value < 0 else "bp"
    return DrawnBar(row.label, said, interval, row.href, start, share(abs(value)), low, spread, css)


@dataclass(frozen=True, slots=True)
class Line:
    """A value by year; ``kind`` says how it was obtained: measured, modelled, declared, assumed or target."""

    label: str
    points: Sequence[tuple[int, float | None]]
    kind: str = "modelled"


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line as drawn: paths broken where a year is not known, and marks where it has a value."""

    label: str
    kind: str
    css: str
    path: str
    marks: tuple[tuple[str, str], ...]
    sample: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines over years with their axes: (place, words) of each tick [pixels]."""

    id: str
    title: str
    description: str
    unit: str
    axis: Axis
    lines: tuple[DrawnLine, ...]


def lines(series: Sequence[Line], *, unit: str, title: str) -> Lines:
    """Lines over years, told apart by colour, dashes and the shape of their marks; the axis of values holds zero."""
    axis = axis_of([point for one in series for point in one.points])
    drawn = tuple(_line(one, axis, rank % _LINE_KINDS, unit) for rank, one in enumerate(series))
    years = [year for one in series for year, _value in one.points]
    name = _identifier("lines", title, *(one.path + one.label for one in drawn))
    return Lines(name, title, _lines_in_words(series, years), numerals.unit_label(unit), axis, drawn)


def _line(one: Line, axis: Axis, shape: int, unit: str) -> DrawnLine:
    known = [(year, value) for year, value in one.points if value is not None]
    marks = tuple(
        (spot(shape, axis.x(year), axis.y(value)), f"{year}: {numerals.quantity(value, unit, axis.decimals)}")
        for year, value in known
    )
    kind = _("target") if one.kind == "target" else quality(one.kind)
    path = "" if one.kind == "target" else _broken(axis, one.points)
    return DrawnLine(one.label, kind, f"s{shape}", path, marks, spot(shape, 13, 6))


def _broken(axis: Axis, points: Sequence[tuple[int, float | None]]) -> str:
    """A path that stops where a value is not known, and goes on after it."""
    parts, pen = [], "M"
    for year, value in sorted(points):
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{axis.x(year):.1f} {axis.y(value):.1f}")
        pen = "L"
    return "".join(parts)


def _lines_in_words(series: Sequence[Line], years: Sequence[int]) -> str:
    if not years:
        return _("No data to draw.")
    said = _("{names}, from {first} to {last}.").format(
        names=", ".join(one.label for one in series), first=min(years), last=max(years)
    )
    return f"{said} {_('The same figures are in the table beside.')}"


def _identifier(kind: str, *texts: str) -> str:
    """An identifier for an element: the same for the same drawing, another for another."""
    return f"{kind}-{hashlib.sha256(chr(0).join(texts).encode()).hexdigest()[:8]}"
