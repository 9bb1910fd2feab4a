"""A study report as one HTML page that needs nothing else: no network, no script, no font, no agglo."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agglo.contract.language import language
from agglo.studies.report import charts, pages, pieces
from agglo.studies.report.blocks import Block, Chart, Document, Maps
from agglo.studies.report.maps import Drawing
from agglo.studies.report.typography import typeset

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATE = "study.html.j2"


def render(document: Document, cache: Path | None = None) -> str:
    """The page as text; ``cache`` is a folder of charts already drawn."""
    environment = pages.environment()
    environment.globals |= {
        "svg": partial(svg, cache=cache),
        "kind": kind,
        "drawings": drawings(document),
        "charts": charts.installed(),
    }
    environment.filters |= {"whole": _whole, "typeset": typeset}
    text: str = environment.get_template(TEMPLATE).render(lang=language(), document=document, weight=pages.WEIGHT)
    return pages.with_weight(text)


def _whole(text: str) -> "Markup":
    """Neither words with hyphens nor French spaces are cut at the end of a line; escaped."""
    return pages.whole(typeset(text))


def kind(block: Block) -> str:
    """What a block is, for the template: ``table``, ``chart``..."""
    return type(block).__name__.lower()


def svg(chart: Chart, width: str, cache: Path | None = None) -> "Markup":
    """The chart for a ``wide`` page or a ``narrow`` one."""
    from markupsafe import Markup

    size = pieces.WIDE if width == "wide" else pieces.NARROW
    said = {"title": chart.title, "description": chart.description}
    drawn = charts.svg(chart.make, size, id=f"{chart.id}-{width}", **said, cache=cache)
    return Markup(drawn)  # noqa: S704


def drawings(document: Document) -> list[Drawing]:
    """The drawing of the territory, whose outlines every map refers to; none where there is no map."""
    found = [
        one.drawing
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Maps)
        for one in block.maps
    ]
    return found[:1]
