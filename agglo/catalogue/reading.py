"""Reading: the columns of a file, by the format its name says and its content confirms."""

from pathlib import Path
from zipfile import BadZipFile, ZipFile

from agglo.catalogue.layer import read_layer, read_parquet
from agglo.catalogue.lines import read_lines
from agglo.catalogue.source import Layout, Source, unreadable
from agglo.catalogue.spreadsheet import read_spreadsheet
from agglo.catalogue.text import read_text
from agglo.contract.errors import NotFound, nearest
from agglo.contract.language import _

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".ods": "ods",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".geojson": "geojson",
    ".json": "geojson",
    ".gpkg": "gpkg",
    ".inp": "inp",
}
NAMES = {
    "csv": "delimited text",
    "xlsx": "an XLSX workbook",
    "ods": "an ODS workbook",
    "parquet": "Parquet",
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
    "inp": "an EPANET model",
    "zip": "a zip archive",
    "xls": "an old or encrypted office document",
    "pdf": "a PDF document",
    "gzip": "a gzip archive",
    "html": "a web page",
}


def read_source(path: Path, layout: Layout) -> Source:
    """The columns of a file, by the format its name says and its content is.

    Raises
    ------
    NotFound
        There is no such file.
    InvalidInput
        The format is not read here, or the content is not what the name says.
    """
    if not path.is_file():
        raise NotFound(_("No file {name}.").format(name=path.name))
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(FORMATS)
        raise unreadable(path.name, path.suffix or _("no extension"), known, nearest(path.suffix, list(FORMATS)))
    if not path.stat().st_size:
        raise unreadable(path.name, _("an empty file"), NAMES[kind])
    found = content_kind(path)
    if found is None and kind not in ("csv", "geojson", "inp"):
        raise unreadable(path.name, _("other content"), NAMES[kind], _("Check the file: it may be cut or damaged."))
    if found not in (None, kind):
        repair = _("Save it in the format its name says, or give it the extension of what it is.")
        raise unreadable(path.name, NAMES[str(found)], NAMES[kind], repair)
    if kind in ("xlsx", "ods"):
        return read_spreadsheet(path, layout, kind)
    if kind in ("geojson", "gpkg"):
        return read_layer(path, layout, kind)
    if kind == "inp":
        return read_lines(path, layout)
    return read_text(path, layout) if kind == "csv" else read_parquet(path)


MARKS = {
    b"PAR1": "parquet",
    b"SQLite format 3\x00": "gpkg",
    b"\xd0\xcf\x11\xe0": "xls",
    b"%PDF": "pdf",
    b"\x1f\x8b": "gzip",
}


def content_kind(path: Path) -> str | None:
    """The format the first bytes of a file give away, None where they give none away."""
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith(b"PK"):
        return _zipped_kind(path)
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "html"
    if text.startswith(b"{") and b'"type"' in text:
        return "geojson"
    return next((kind for mark, kind in MARKS.items() if start.startswith(mark)), None)


def _zipped_kind(path: Path) -> str:
    try:
        with ZipFile(path) as archive:
            names = set(archive.namelist())
    except BadZipFile:
        return "zip"
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "ods" if "content.xml" in names else "zip"
