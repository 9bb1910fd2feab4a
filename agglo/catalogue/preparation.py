"""Preparation: a file and a schema become a table that can be kept, or one error that names everything wrong.

>>> from tempfile import TemporaryDirectory
>>> schema = Schema.from_dict({"fields": [{"name": "code"}, {"name": "area", "type": "number", "unit": "ha"}]})
>>> with TemporaryDirectory() as folder:
...     path = Path(folder) / "areas.csv"
...     _size = path.write_text("code;area\\n01004;1 234,5\\n")
...     prepare(path, schema=schema).table.to_pylist()
[{'code': '01004', 'area': 1234.5}]
"""

import dataclasses
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.catalogue.findings import Findings
from agglo.catalogue.frame import Frame, frame_of
from agglo.catalogue.groups import aggregated
from agglo.catalogue.layer import LONGITUDE_LATITUDE, canonical_crs
from agglo.catalogue.mapping import Mapping
from agglo.catalogue.plan import Plan
from agglo.catalogue.reading import read_source
from agglo.catalogue.schema import Schema
from agglo.catalogue.source import Layout, Source, unreadable
from agglo.catalogue.validation import check_geometries, crs_faults, refuse_totals, validate
from agglo.contract.language import _

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Prepared:
    """A table that can be kept: columns in the schema's order and types, and how it was read.

    ``report`` is plain JSON: ``rows``, ``notes``, and for each of ``columns`` its name, nulls, minimum, maximum (null
    where values have no order) and number of distinct values.
    """

    table: "pa.Table"
    source_format: str
    report: AnyMapping[str, Any]
    crs: str | None = None


def prepare(path: Path, *, schema: Schema, mapping: Mapping | Path | None = None) -> Prepared:
    """The table in ``path`` as ``schema`` wants it, read as ``mapping`` (or the YAML file it names) says.

    Raises
    ------
    NotFound
        There is no such file, sheet or layer.
    InvalidInput
        The table cannot be trusted; every fault is listed with its place in the file.
    """
    how = Mapping.load(mapping) if isinstance(mapping, Path) else mapping or Mapping()
    source = read_source(path, layout_of(schema, how))
    what = _("{name} does not fit its schema.").format(name=path.name)
    plan, findings = Plan.of(schema, how, source), Findings()
    findings.add(*plan.faults)
    findings.stop(what)
    findings.add(*plan.gaps)
    crs = _crs(source, how) if schema.geometry else None
    if schema.geometry and schema.geometry.name not in plan.missing:
        findings.add(*crs_faults(crs, source.crs, canonical_crs(schema.crs)))
    frame = _checked(plan, findings, what)
    if not len(frame):
        raise unreadable(path.name, _("no row left after the mapping"), _("at least one row"))
    validate(frame, findings)
    findings.stop(what)
    table = frame.table()
    columns = list(_quality(schema, table))
    report = {"rows": table.num_rows, "notes": [*frame.notes, *plan.notes], "columns": columns}
    return Prepared(table, source.format, report, crs)


def _checked(plan: Plan, findings: Findings, what: str) -> Frame:
    """The values of a plan, checked as cells, then grouped where the mapping asks for it."""
    if plan.mapping.totals != "keep":
        refuse_totals(plan.labels(), plan.source.where, findings)
    frame = check_geometries(frame_of(plan, findings), findings)
    if plan.mapping.aggregate:
        findings.stop(what)
        frame = aggregated(frame, plan.mapping.aggregate)
    return frame


def layout_of(schema: Schema, mapping: Mapping) -> Layout:
    """Where the mapping says the table lies, with the column names to expect."""
    known = {rule.source for rule in mapping.columns}
    known |= {name for name in schema.names if name not in {rule.field for rule in mapping.columns}} - set(
        mapping.constants
    )
    if mapping.wide:
        known -= {mapping.wide.value, mapping.wide.variable or ""}
        known |= {*mapping.wide.id, *(rule.source for rule in mapping.wide.rules)}
    return dataclasses.replace(mapping.layout, known=frozenset(known))


def _crs(source: Source, mapping: Mapping) -> str | None:
    """The reference system of the geometries; those written as GeoJSON in cells have that of RFC 7946."""
    written = LONGITUDE_LATITUDE if source.format in ("csv", "xlsx", "ods") else None
    return canonical_crs(mapping.crs) or source.crs or written


def _quality(schema: Schema, table: "pa.Table") -> Iterator[dict[str, Any]]:
    import pyarrow.compute as pc

    for one in schema.fields:
        column = table[one.name]
        least: dict[str, Any] = {"min": None, "max": None}
        if one.logical not in ("bool", "wkb"):
            least = pc.min_max(column).as_py()
        yield {
            "name": one.name,
            "nulls": column.null_count,
            "minimum": _plain(least["min"]),
            "maximum": _plain(least["max"]),
            "distinct": pc.count_distinct(column).as_py(),
        }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str) else str(value)
