"""Horizontal bars with intervals; a hollow one stands for what is assumed."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from agglo.contract.numerals import unit_label
from agglo.studies.report import pieces

_ROW, _BAR = 12, 11


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with what bounds it, as written beside it; a hollow bar stands for what is assumed."""

    title: str
    value: float
    said: str
    low: float | None = None
    high: float | None = None
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of horizontal bars from a common zero, each under its name and value, with its interval as a line."""

    rows: tuple[Bar, ...]
    label: str
    below: str
    colour: str

    def __call__(self, width: int) -> Any:
        """The chart in Altair, for a page of that width [pixels]."""
        inner = width - 16
        texts: list[dict[str, Any]] = []
        values: list[dict[str, Any]] = []
        data: list[dict[str, Any]] = []
        top = 0.0
        for one in self.rows:
            letters = round((inner - len(one.said) * pieces.LETTER - 12) / pieces.LETTER)
            name = wrap(one.title, max(12, letters)) or [""]
            texts += pieces.lines_of(name, 0.0, top + 8)
            values += pieces.lines_of([one.said], inner, top + 8)
            middle = top + len(name) * pieces.LINE_STEP + 2 + _BAR / 2
            data.append({"value": one.value, "zero": 0, "low": one.low, "high": one.high, "py": middle})
            top = middle + _BAR / 2 + _ROW
        layers = [
            pieces.texts(texts),
            pieces.texts(values, align="right", fontWeight="bold"),
            *_bars(self.rows, data, self.colour),
        ]
        if self.below:
            said = wrap(self.below, round(inner / pieces.LETTER))
            layers.append(pieces.texts(pieces.lines_of(said, 0.0, top + 10), color=pieces.QUIET))
            top += len(said) * pieces.LINE_STEP + 6
        return pieces.layer(layers, inner, top).properties(title=pieces.heading(self.label, width))


def bars(rows: Sequence[Bar], *, unit: str, title: str = "", below: str = "", colour: str = pieces.COLOURS[0]) -> Bars:
    """The chart of ``rows``; ``below`` is written under them: what hollow bars stand for, what is left out."""
    return Bars(tuple(rows), title or unit_label(unit), below, colour)


def _bars(rows: Sequence[Bar], data: Sequence[dict[str, Any]], colour: str) -> list[Any]:
    """The bars, solid and hollow, their zero, and their intervals."""
    import altair as alt

    edge = [value for one in rows for value in (one.value, one.low, one.high) if value is not None]
    low, high = min(0.0, *edge), max(0.0, *edge)
    scale = alt.Scale(domain=[low, high or (1.0 if not low else 0.0)], nice=False)
    y = alt.Y("py:Q", scale=None, axis=None)

    def at(name: str) -> Any:
        return alt.X(f"{name}:Q", scale=scale, axis=None)

    made = []
    for hollow, style in (
        (False, {"fill": colour}),
        (True, {"fill": pieces.PAPER, "stroke": colour, "strokeWidth": 1.6}),
    ):
        kept = [datum for one, datum in zip(rows, data, strict=True) if one.hollow is hollow]
        if kept:
            bar = alt.Chart(alt.Data(values=kept)).mark_bar(orient="horizontal", height=_BAR, **style)
            made.append(bar.encode(x=at("value"), x2=alt.X2("zero:Q"), y=y))
    tick = {"color": pieces.INK, "orient": "vertical"}
    made.append(
        alt.Chart(alt.Data(values=list(data))).mark_tick(**tick, thickness=1, height=_BAR + 3).encode(x=at("zero"), y=y)
    )
    bounded = [datum for datum in data if datum["low"] is not None and datum["high"] is not None]
    if bounded:
        drawn = alt.Chart(alt.Data(values=bounded))
        made.append(drawn.mark_rule(color=pieces.INK, strokeWidth=1.5).encode(x=at("low"), x2=alt.X2("high:Q"), y=y))
        made += [drawn.mark_tick(**tick, thickness=1.5, height=9).encode(x=at(side), y=y) for side in ("low", "high")]
    return made
