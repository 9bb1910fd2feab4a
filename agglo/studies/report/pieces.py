"""What charts are made of: sizes, colours and dashes, texts at places given in pixels, layers and headings.

Colours: Okabe & Ito, Color universal design (2008), https://jfly.uni-koeln.de/color/.
"""

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import Any

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
DASHES = ((1, 0), (7, 3), (2, 3), (9, 3, 2, 3), (4, 4), (12, 4))
INK, QUIET, GRID, PAPER = "#16191d", "#4a525b", "#dfe3e6", "#ffffff"
WIDE, NARROW = 680, 330
"""Widths of a chart on a page and on a telephone [pixels]."""
TEXT = 12
"""Size of all texts [pixels]."""
LETTER = 6.4
"""Width a letter may take, on the safe side of the fonts in use [pixels]."""
LINE_STEP = 15
"""From one line of a text to the next [pixels]."""

Make = Callable[[int], Any]
"""A chart of a given width [pixels]. A value that says by its ``repr`` all that is drawn."""


def colour(rank: int) -> str:
    """The colour of the series of that rank."""
    return COLOURS[rank % len(COLOURS)]


def dash(rank: int) -> list[int]:
    """The dashes of the series of that rank [pixels]."""
    return list(DASHES[rank % len(DASHES)])


def lines_of(text: Sequence[str], x: float, y: float) -> list[dict[str, Any]]:
    """A text as one datum a line, the first at ``y``, for :func:`texts`."""
    return [{"px": x, "py": y + rank * LINE_STEP, "text": line} for rank, line in enumerate(text)]


def texts(rows: Sequence[dict[str, Any]], **style: Any) -> Any:
    """Texts at places given in pixels."""
    import altair as alt

    usual = {"align": "left", "baseline": "middle", "fontSize": TEXT, "color": INK}
    mark = alt.Chart(alt.Data(values=list(rows))).mark_text(**(usual | style))
    return mark.encode(
        x=alt.X("px:Q", scale=None, axis=None), y=alt.Y("py:Q", scale=None, axis=None), text=alt.Text("text:N")
    )


def layer(layers: Sequence[Any], width: int, height: float) -> Any:
    """Layers over each other in a space of that size [pixels]."""
    import altair as alt

    return alt.layer(*layers).properties(width=width, height=height, view=alt.ViewConfig(stroke=None))


def heading(label: str, width: int) -> Any:
    """What the figures are and their unit, above the chart."""
    import altair as alt

    text = wrap(label, round(width / LETTER)) or [""]
    return alt.TitleParams(
        text=text, anchor="start", fontSize=TEXT, fontWeight="normal", color=QUIET, frame="bounds", offset=8
    )
