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
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.catalogue.findings import Findings
from agglo.catalogue.frame import Frame, frame_of, joined
from agglo.catalogue.groups import aggregated, grouping_faults
from agglo.catalogue.layer import LONGITUDE_LATITUDE, canonical_crs
from agglo.catalogue.mapping import Mapping
from agglo.catalogue.plan import Plan
from agglo.catalogue.reading import read_source
from agglo.catalogue.schema import Schema
from agglo.catalogue.source import Layout, Source, unreadable
from agglo.catalogue.validation import check_geometries, crs_faults, refuse_totals, validate
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _, ngettext

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Prepared:
    """A table that can be kept: columns in the schema's order and types, and how it was read.

    ``report`` is plain JSON: ``rows``, ``notes``, and for each of ``columns`` its name, nulls, minimum, maximum (null
    where values have no order) and number of distinct values. ``formats`` are those of several files, by name.
    """

    table: "pa.Table"
    source_format: str
    report: AnyMapping[str, Any]
    crs: str | None = None
    formats: AnyMapping[str, str] = dataclasses.field(default_factory=dict)


def prepare(path: Path | Sequence[Path], *, schema: Schema, mapping: Mapping | Path | None = None) -> Prepared:
    """The table in ``path`` as ``schema`` wants it, read as ``mapping`` (or the YAML file it names) says.

    Several files become one table, in the order of their names, each read as the mapping says under ``files``.

    Raises
    ------
    NotFound
        There is no such file, sheet or layer.
    InvalidInput
        The table cannot be trusted; every fault is listed with its place in the file, and the file where there are
        several.
    """
    how = Mapping.load(mapping) if isinstance(mapping, Path) else mapping or Mapping()
    if isinstance(path, Path):
        what, findings = _("{name} does not fit its schema.").format(name=path.name), Findings()
        parts = [_part(path, schema, how.of_file(path.name), findings, what)]
    else:
        what = ngettext("{count} file does not fit its schema.", "{count} files do not fit their schema.", len(path))
        what, findings = what.format(count=len(path)), Findings()
        parts = _parts(sorted(path, key=lambda one: one.name), schema, how, findings, what)
    return _prepared(parts, how, findings, what, several=not isinstance(path, Path))


@dataclass(frozen=True, slots=True)
class _Part:
    """One file read: its name, its plan, its rows, and the reference system of its geometries."""

    name: str
    plan: Plan
    frame: Frame
    crs: str | None


def _part(path: Path, schema: Schema, how: Mapping, findings: Findings, what: str) -> _Part:
    source = read_source(path, layout_of(schema, how))
    plan = Plan.of(schema, how, source)
    findings.add(*plan.faults)
    findings.stop(what)
    findings.add(*plan.gaps)
    crs = _crs(source, how) if schema.geometry else None
    if schema.geometry and schema.geometry.name not in plan.missing:
        findings.add(*crs_faults(crs, source.crs, canonical_crs(schema.crs)))
    if how.totals != "keep" and source.format != "inp":
        refuse_totals(plan.labels(), source.where, findings)
    return _Part(path.name, plan, check_geometries(frame_of(plan, findings), findings), crs)


def _parts(paths: Sequence[Path], schema: Schema, how: Mapping, findings: Findings, what: str) -> list[_Part]:
    """Each file read; what is wrong in any of them is added to ``findings`` under its name."""
    twice = sorted({one.name for one in paths if [other.name for other in paths].count(one.name) > 1})
    findings.add(*(Fault(name, _("two files of this name"), _("each name once")) for name in twice))
    parts = []
    for path in paths:
        own = Findings()
        try:
            part = _part(path, schema, how.of_file(path.name), own, what)
            parts.append(replace(part, frame=replace(part.frame, file=path.name)))
            own.stop(what)
        except InvalidInput as error:
            findings.add(*(_within(path.name, fault) for fault in error.faults))
    crs = sorted({str(part.crs) for part in parts})
    if len(crs) > 1:
        findings.add(Fault(_("reference system"), ", ".join(crs), _("the same in every file")))
    if len(parts) < len(paths):
        findings.stop(what)
    return parts


def _within(name: str, fault: Fault) -> Fault:
    return fault if fault.where.startswith(name) else replace(fault, where=f"{name}, {fault.where}")


def _prepared(parts: list[_Part], how: Mapping, findings: Findings, what: str, *, several: bool) -> Prepared:
    """The rows of all files checked together, grouped where the mapping asks for it."""
    schema = parts[0].plan.schema
    findings.add(*grouping_faults(schema, how, [part.plan for part in parts]))
    frame = joined([part.frame for part in parts]) if several else parts[0].frame
    if how.aggregate:
        findings.stop(what)
        frame = aggregated(frame, how.aggregate, findings if schema.grouping else None)
    if not len(frame):
        names = ", ".join(part.frame.file for part in parts) if several else what.split(" ", maxsplit=1)[0]
        raise unreadable(names, _("no row left after the mapping"), _("at least one row"))
    validate(frame, findings)
    findings.stop(what)
    table = frame.table()
    columns = list(_quality(schema, table))
    notes = _notes(parts, frame, several=several)
    report = {"rows": table.num_rows, "notes": notes, "columns": columns}
    formats = {part.name: part.plan.source.format for part in parts}
    return Prepared(table, ", ".join(sorted({*formats.values()})), report, parts[0].crs, formats if several else {})


def _notes(parts: list[_Part], frame: Frame, *, several: bool) -> list[str]:
    """How the files were read; what is said of every one of them is said once, without its name."""
    if not several:
        return [*frame.notes, *parts[0].plan.notes]
    said = {part.name: [*part.frame.notes, *part.plan.notes] for part in parts}
    common = [note for note in next(iter(said.values())) if all(note in notes for notes in said.values())]
    own = [
        _("{file}: {note}").format(file=file, note=note)
        for file, notes in said.items()
        for note in notes
        if note not in common
    ]
    return [*common, *own, *frame.notes]


def layout_of(schema: Schema, mapping: Mapping) -> Layout:
    """Where the mapping says the table lies, with the column names to expect."""
    known = {rule.source for rule in mapping.columns}
    known |= {name for name in schema.names if name not in {rule.field for rule in mapping.columns}} - set(
        mapping.constants
    )
    if mapping.wide:
        known -= {*mapping.wide.values, mapping.wide.variable or ""}
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
