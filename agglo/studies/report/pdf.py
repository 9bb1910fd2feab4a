"""A PDF made from Typst source, tagged and accessible (PDF/UA-1), without a browser, a font of the system or a network.

Typst brings its own fonts (Libertinus Serif, DejaVu Sans Mono, New Computer Modern). The file carries no date, so that
the same source gives the same bytes.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from agglo.contract.errors import MissingExtra
from agglo.contract.language import language
from agglo.store.files import write_atomically

EXTRA = "report"
STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1 (ISO 14289-1): Typst refuses a document without a title, or an image without ``alt``."""

_MAIN = "main.typ"
_PREAMBLE = '#set document(date: none)\n#set text(lang: "{lang}", region: "{region}")\n'
_REGIONS = {"fr": "FR", "en": "GB"}


def write(path: Path, source: str, files: Mapping[str, bytes]) -> None:
    """Compile Typst ``source`` to the PDF ``path``; the document's language is the one in force.

    ``source`` sets the title (``#set document(title: "...")``) and gives each image an ``alt``. ``files`` are what it
    reads (``json("data.json")``, ``image("chart.svg", alt: "...")``), by relative name.

    Raises
    ------
    MissingExtra
        Typst is not installed.
    typst.TypstError
        The source cannot be compiled, or is not accessible.
    """
    write_atomically(path, compiled(source, files))


def compiled(source: str, files: Mapping[str, bytes]) -> bytes:
    """The PDF of :func:`write` in memory; errors as there."""
    try:
        import typst
    except ImportError:
        raise MissingExtra("typst", EXTRA) from None
    lang = language()
    with TemporaryDirectory(prefix="agglo-pdf-") as name:
        folder = Path(name)
        for relative, content in files.items():
            target = folder / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        main = folder / _MAIN
        main.write_text(_PREAMBLE.format(lang=lang, region=_REGIONS[lang]) + source, encoding="utf-8")
        made: bytes = typst.compile(main, root=folder, ignore_system_fonts=True, format="pdf", pdf_standards=STANDARD)
        return made
