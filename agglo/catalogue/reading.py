"""Reading: a file and a schema become a table that can be kept, or one error that names everything wrong.

>>> from pathlib import Path
>>> from tempfile import TemporaryDirectory
>>> from agglo.catalogue.schema import Schema
>>> schema = Schema.load({"fields": [{"name": "code"}, {"name": "area", "type": "number", "unit": "ha"}]})
>>> with TemporaryDirectory() as folder:
...     path = Path(folder) / "areas.csv"
...     _size = path.write_text("code;area\\n01004;1 234,5\\n")
...     prepare(path, schema=schema).table.to_pylist()
[{'code': '01004', 'area': 1234.5}]
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from agglo.catalogue.findings import Findings
from agglo.catalogue.frame import aggregated, frame_of
from agglo.catalogue.layer import LONGITUDE_LATITUDE, canonical_crs, read_layer, read_parquet
from agglo.catalogue.mapping import Mapping
from agglo.catalogue.plan import Plan
from agglo.catalogue.schema import Schema
from agglo.catalogue.source import Layout, Source, unreadable
from agglo.catalogue.spreadsheet import read_spreadsheet
from agglo.catalogue.text import read_text
from agglo.catalogue.validation import check_geometries, crs_faults, refuse_totals, validate
from agglo.contract.errors import NotFound, nearest
from agglo.contract.language import _

if TYPE_CHECKING:
    import pyarrow as pa

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
}
NAMES = {
    "csv": "delimited text",
    "xlsx": "an XLSX workbook",
    "ods": "an ODS workbook",
    "parquet": "Parquet",
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
    "zip": "a zip archive",
    "xls": "an old or encrypted office document",
    "pdf": "a PDF document",
    "gzip": "a gzip archive",
    "html": "a web page",
}


@dataclass(frozen=True, slots=True)
class Quality:
    """What a column holds; ``minimum`` and ``maximum`` are None where its values have no order."""

    name: str
    nulls: int
    minimum: Any
    maximum: Any
    distinct: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a person should know about a reading."""

    rows: int
    notes: tuple[str, ...]
    columns: tuple[Quality, ...]

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON holds it: dates and instants as text, decimals as text."""
        columns = [{key: _plain(value) for key, value in asdict(one).items()} for one in self.columns]
        return {"rows": self.rows, "notes": list(self.notes), "columns": columns}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A table that can be kept: columns in the schema's order and types, and how it was read."""

    table: "pa.Table"
    source_format: str
    report: Report
    crs: str | None = None


def prepare(path: Path, *, schema: Schema, mapping: Mapping | None = None) -> Prepared:
    """The table in ``path`` as ``schema`` wants it, read as ``mapping`` says.

    Raises
    ------
    NotFound
        There is no such file, sheet or layer.
    InvalidInput
        The table cannot be trusted; every fault is listed with its place in the file.
    """
    mapping = mapping or Mapping()
    source = read_source(path, layout_of(schema, mapping))
    what = _("{name} does not fit its schema.").format(name=path.name)
    plan, findings = Plan.of(schema, mapping, source), Findings()
    findings.add(*plan.faults)
    findings.stop(what)
    findings.add(*plan.gaps)
    crs = _crs(source, mapping) if schema.geometry else None
    if schema.geometry and schema.geometry.name not in plan.missing:
        findings.add(*crs_faults(crs, source.crs, canonical_crs(schema.crs)))
    if mapping.totals != "keep":
        refuse_totals(plan.labels(), source.where, findings)
    frame = check_geometries(frame_of(plan, findings), findings)
    if mapping.aggregate:
        findings.stop(what)
        frame = aggregated(frame, mapping.aggregate)
    if not len(frame):
        raise unreadable(path.name, _("no row left after the mapping"), _("at least one row"))
    validate(frame, findings)
    findings.stop(what)
    table = frame.table()
    report = Report(table.num_rows, (*frame.notes, *plan.notes), tuple(_quality(frame.schema, table)))
    return Prepared(table, source.format, report, crs)


def layout_of(schema: Schema, mapping: Mapping) -> Layout:
    """Where the mapping says the table lies, with the column names to expect."""
    known = {rule.source for rule in mapping.columns}
    known |= {name for name in schema.names if name not in {rule.field for rule in mapping.columns}} - set(
        mapping.constants
    )
    if mapping.wide:
        known -= {mapping.wide.value, mapping.wide.variable or ""}
        known |= {*mapping.wide.id, *(rule.source for rule in mapping.wide.rules)}
    return Layout(
        encoding=mapping.encoding,
        separator=mapping.separator,
        sheet=mapping.sheet,
        range=mapping.range,
        layer=mapping.layer,
        header_row=mapping.header_row,
        last_row=mapping.last_row,
        skip_rows=mapping.skip_rows,
        known=frozenset(known),
    )


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
    if found is None and kind not in ("csv", "geojson"):
        raise unreadable(path.name, _("other content"), NAMES[kind], _("Check the file: it may be cut or damaged."))
    if found not in (None, kind):
        repair = _("Save it in the format its name says, or give it the extension of what it is.")
        raise unreadable(path.name, NAMES[str(found)], NAMES[kind], repair)
    if kind in ("xlsx", "ods"):
        return read_spreadsheet(path, layout, kind)
    if kind in ("geojson", "gpkg"):
        return read_layer(path, layout, kind)
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


def _crs(source: Source, mapping: Mapping) -> str | None:
    """The reference system of the geometries; those written as GeoJSON in cells have that of RFC 7946."""
    written = LONGITUDE_LATITUDE if source.format in ("csv", "xlsx", "ods") else None
    return canonical_crs(mapping.crs) or source.crs or written


def _quality(schema: Schema, table: "pa.Table") -> Iterator[Quality]:
    import pyarrow.compute as pc

    for one in schema.fields:
        column = table[one.name]
        least: dict[str, Any] = {"min": None, "max": None}
        if one.logical not in ("bool", "wkb"):
            least = pc.min_max(column).as_py()
        yield Quality(one.name, column.null_count, least["min"], least["max"], pc.count_distinct(column).as_py())


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str) else str(value)
