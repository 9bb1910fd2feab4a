"""Charts as SVG, by Altair through vl-convert: no browser, no network, no font but those of the reader's system.

Two kinds: lines over years (:mod:`.linechart`) and bars with intervals (:mod:`.barchart`). Both can be told apart
without colours (dashes, hollow bars, words beside each line); colours are those of Okabe and Ito, which stay apart in
the three kinds of colour blindness. Each is made for a wide page and for a narrow one, and the same figures give the
same bytes.

A chart stands beside a table that holds the same figures; where the extra ``report`` is not installed it is left out.
"""

import hashlib
import re
from functools import lru_cache
from html import escape
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from agglo.contract.errors import MissingExtra
from agglo.contract.language import _, language
from agglo.contract.numerals import NARROW_NO_BREAK_SPACE, NO_BREAK_SPACE
from agglo.store.files import write_atomically
from agglo.studies.report.pieces import GRID, INK, PAPER, QUIET, TEXT, Make

EXTRA = "report"
LIBRARIES = ("altair", "vl_convert")
DISTRIBUTIONS = ("altair", "vl-convert-python")

_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_VEGA_LITE = "6.1"
_LOCALES = {
    "fr": {
        "decimal": ",",
        "thousands": NARROW_NO_BREAK_SPACE,
        "grouping": [3],
        "currency": ["", f"{NO_BREAK_SPACE}€"],
        "percent": f"{NO_BREAK_SPACE}%",
    },
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]},
}


def installed() -> bool:
    """Whether charts can be drawn here."""
    return all(find_spec(name) for name in LIBRARIES)


def absent() -> str:
    """What to say where charts cannot be drawn."""
    return _("Charts need the extra “{extra}” ({command}); the tables hold the same figures.").format(
        extra=EXTRA, command=f'pip install "agglo[{EXTRA}]"'
    )


def svg(make: Make, width: int, *, id: str, title: str, description: str, cache: Path | None = None) -> str:
    """The chart of that width as an SVG that can stand in a page: it bears a name, and its identifiers are its own.

    ``cache`` is a folder where a drawn chart is found again: drawing takes longer than all the rest of a page.

    Raises
    ------
    MissingExtra
        The libraries that draw are not installed.
    """
    if cache is None or not installed():
        return _named(_drawn(make, width), id, title, description)
    versions = [metadata.version(name) for name in DISTRIBUTIONS]
    key = repr((make, width, language(), id, title, description, versions, _code()))
    kept = cache / f"{hashlib.sha256(key.encode()).hexdigest()}.svg"
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        write_atomically(kept, _named(_drawn(make, width), id, title, description).encode())
    return kept.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _code() -> str:
    """A digest of what draws, so that a chart drawn by other code is drawn anew."""
    names = ("charts.py", "pieces.py", "linechart.py", "barchart.py")
    return hashlib.sha256(b"".join((Path(__file__).parent / name).read_bytes() for name in names)).hexdigest()


def _drawn(make: Make, width: int) -> str:
    """The chart as vl-convert draws it."""
    try:
        import altair  # noqa: F401
        import vl_convert
    except ImportError:
        raise MissingExtra("altair, vl-convert-python", EXTRA) from None
    drawn: str = vl_convert.vegalite_to_svg(
        _specification(make, width),
        vl_version=_VEGA_LITE,
        format_locale=_LOCALES[language()],
        config=_config(),
        allowed_base_urls=[],
    )
    return drawn


def _specification(make: Make, width: int) -> dict[str, Any]:
    """The chart in Vega-Lite; Altair checks none of it again, which would take longer than drawing it."""
    from altair.utils import schemapi

    with schemapi.debug_mode(False):
        said: dict[str, Any] = make(width).to_dict(validate=False)
    return said


def _config() -> dict[str, Any]:
    axis = {
        "labelFont": _FONT,
        "labelFontSize": TEXT,
        "labelColor": INK,
        "gridColor": GRID,
        "domainColor": QUIET,
        "tickColor": QUIET,
    }
    return {"font": _FONT, "background": PAPER, "padding": 6, "axis": axis, "aria": False, "view": {"stroke": None}}


def _named(drawn: str, id: str, title: str, description: str) -> str:
    """The SVG with ``<title>`` and ``<desc>``, without what Vega leaves for scripts, its identifiers made unique."""
    head = re.match(r"<svg[^>]*?viewBox=\"([^\"]*)\"[^>]*>", drawn)
    if head is None:
        raise ValueError(drawn[:80])
    body = drawn[head.end() :]
    body = re.sub(r' (?:class|role|aria-[a-z]+|pointer-events)="[^"]*"', "", body)
    body = re.sub(r'\bid="', f'id="{id}-', body)
    body = re.sub(r"url\(#", f"url(#{id}-", body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{head[1]}" role="img" aria-labelledby="{id}-t {id}-d">'
        f'<title id="{id}-t">{escape(title)}</title><desc id="{id}-d">{escape(description)}</desc>{body}'
    )
