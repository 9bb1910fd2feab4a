"""Schemas: what a table must look like, as a Table Schema descriptor.

The Data Package standard (https://datapackage.org/standard/table-schema/, versions 1 and 2) with keys of ours: ``unit``
(a symbol of :mod:`agglo.contract.units`) and ``decimal`` (``{"precision": 18, "scale": 2}``) on a field, ``crs`` and
``aggregate`` on the schema, and titles or descriptions that may be ``{"fr": …, "en": …}``. ``aggregate``
(``{"at_least": 11, "count": "meters", "source": …}``) is of personal data: rows are kept only in groups of so many
persons, counted in that field. Types map to a closed set of logical types; the
one field of type ``geometry`` is named ``geometry``.

``fieldsMatch`` says whether a file may lack optional columns (``superset``), bring others (``subset``) or both
(``partial``); columns are always found by name, in any order.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from agglo.contract.errors import Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import _, language
from agglo.contract.units import UNITS

if TYPE_CHECKING:
    import pyarrow as pa

LogicalType = Literal["bool", "int64", "float64", "decimal", "string", "date", "instant", "wkb"]
"""The types a kept table may have; an instant is UTC in microseconds, a geometry is WKB with the table's CRS."""

TYPES: dict[str, LogicalType] = {
    "boolean": "bool",
    "integer": "int64",
    "number": "float64",
    "string": "string",
    "date": "date",
    "datetime": "instant",
    "geojson": "wkb",
    "geometry": "wkb",
}
FIELD_KEYS = (
    *("name", "type", "format", "title", "description", "example", "constraints", "missingValues", "rdfType"),
    *("trueValues", "falseValues", "decimalChar", "groupChar", "bareNumber", "unit", "decimal"),
)
SCHEMA_KEYS = (
    *("$schema", "name", "title", "description", "version", "fields", "fieldsMatch", "missingValues"),
    *("primaryKey", "uniqueKeys", "foreignKeys", "crs", "aggregate"),
)
GROUP_KEYS = ("at_least", "count", "source")
CONSTRAINTS = (
    *("required", "unique", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("enum", "pattern", "minLength", "maxLength"),
)
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
FIELDS_MATCH = ("exact", "equal", "superset", "subset", "partial")
GEOMETRY = "geometry"
TRUE_VALUES = ("true", "True", "TRUE", "1")
FALSE_VALUES = ("false", "False", "FALSE", "0")


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name, logical type, unit and constraints."""

    name: str
    logical: LogicalType
    format: str = "default"
    unit: str | None = None
    constraints: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ("",)
    true_values: tuple[str, ...] = TRUE_VALUES
    false_values: tuple[str, ...] = FALSE_VALUES
    decimal_sign: str | None = None
    precision: tuple[int, int] | None = None
    title: str | Mapping[str, str] = ""

    @property
    def required(self) -> bool:
        """Whether an empty cell is a fault."""
        return bool(self.constraints.get("required", False))

    @property
    def label(self) -> str:
        """The title in the language in force, or the name."""
        return spoken(self.title) or self.name

    def arrow_type(self) -> "pa.DataType":
        """The type of the column in a kept table."""
        import pyarrow as pa

        if self.logical == "decimal":
            return pa.decimal128(*(self.precision or (38, 9)))
        return {
            "bool": pa.bool_(),
            "int64": pa.int64(),
            "float64": pa.float64(),
            "string": pa.string(),
            "date": pa.date32(),
            "instant": pa.timestamp("us", "UTC"),
            "wkb": pa.binary(),
        }[self.logical]


@dataclass(frozen=True, slots=True)
class Grouping:
    """What personal data must become before it is kept: groups of ``at_least`` persons, their number in ``count``."""

    at_least: int
    count: str


@dataclass(frozen=True, slots=True)
class Schema:
    """A checked Table Schema; ``descriptor`` is what was given, unchanged."""

    fields: tuple[Field, ...]
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    crs: str | None = None
    fields_match: str = "exact"
    name: str = ""
    grouping: Grouping | None = None
    descriptor: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __getitem__(self, name: str) -> Field:
        return next(one for one in self.fields if one.name == name)

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.fields]

    @property
    def geometry(self) -> Field | None:
        """The field that holds geometries, if there is one."""
        return next((one for one in self.fields if one.logical == "wkb"), None)

    @property
    def title(self) -> str:
        """The title in the language in force, or the name."""
        return spoken(self.descriptor.get("title", "")) or self.name

    def arrow_schema(self) -> "pa.Schema":
        """The columns of a kept table, in order, with each unit as metadata of its column."""
        import pyarrow as pa

        return pa.schema(
            [pa.field(f.name, f.arrow_type(), metadata={"unit": f.unit} if f.unit else None) for f in self.fields]
        )

    @classmethod
    def load(cls, path: Path) -> "Schema":
        """The schema of a JSON file.

        Raises
        ------
        NotFound
            There is no such file.
        InvalidInput
            The descriptor breaks the standard; every fault is listed.
        """
        return cls.from_dict(_read(path))

    @classmethod
    def from_dict(cls, descriptor: Mapping[str, Any]) -> "Schema":
        """The schema of a descriptor.

        >>> Schema.from_dict({"fields": [{"name": "area", "type": "number", "unit": "ha"}]}).names
        ['area']

        Raises
        ------
        InvalidInput
            The descriptor breaks the standard; every fault is listed.
        """
        faults = list(_schema_faults(descriptor))
        if faults:
            raise InvalidInput(_("This schema cannot be used."), faults)
        missing = _texts(descriptor.get("missingValues", [""]))
        match = descriptor.get("fieldsMatch", "exact")
        return cls(
            fields=tuple(_field(one, missing) for one in descriptor["fields"]),
            primary_key=_key(descriptor.get("primaryKey", [])),
            unique_keys=tuple(_key(one) for one in descriptor.get("uniqueKeys", [])),
            crs=descriptor.get("crs"),
            fields_match=match[0] if isinstance(match, list) else match,
            name=str(descriptor.get("name", "")),
            grouping=_grouping(descriptor.get("aggregate")),
            descriptor=descriptor,
        )


def spoken(text: str | Mapping[str, str]) -> str:
    """A text, or its version in the language in force, else any version."""
    if isinstance(text, str):
        return text
    return text.get(language()) or next(iter(text.values()), "")


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound(_("No schema file {name}.").format(name=path.name)) from None
    except ValueError as error:
        raise InvalidInput(
            _("This schema cannot be used."), [Fault(path.name, str(error), _("a JSON object"))]
        ) from None
    if not isinstance(content, dict):
        raise InvalidInput(
            _("This schema cannot be used."), [Fault(path.name, type(content).__name__, _("a JSON object"))]
        )
    return content


def _field(descriptor: Mapping[str, Any], missing: tuple[str, ...]) -> Field:
    logical = TYPES[descriptor.get("type", "string")]
    decimal = descriptor.get("decimal")
    return Field(
        name=descriptor["name"],
        logical="decimal" if decimal else logical,
        format=descriptor.get("format", "default"),
        unit=descriptor.get("unit"),
        constraints=descriptor.get("constraints", {}),
        missing=_texts(descriptor["missingValues"]) if "missingValues" in descriptor else missing,
        true_values=tuple(descriptor.get("trueValues", TRUE_VALUES)),
        false_values=tuple(descriptor.get("falseValues", FALSE_VALUES)),
        decimal_sign=descriptor.get("decimalChar"),
        precision=(decimal["precision"], decimal["scale"]) if decimal else None,
        title=descriptor.get("title", ""),
    )


def _grouping(descriptor: Mapping[str, Any] | None) -> Grouping | None:
    return Grouping(descriptor["at_least"], descriptor["count"]) if descriptor else None


def _texts(values: list[Any]) -> tuple[str, ...]:
    return tuple(one["value"] if isinstance(one, dict) else str(one) for one in values)


def _key(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _schema_faults(descriptor: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _unknown_keys(descriptor, SCHEMA_KEYS, "schema")
    fields = descriptor.get("fields")
    if not isinstance(fields, list) or not fields or not all(isinstance(one, dict) for one in fields):
        yield Fault("fields", repr(fields)[:40], _("a list of at least one field"))
        return
    seen: set[str] = set()
    for position, one in enumerate(fields, 1):
        name = one.get("name")
        if not isinstance(name, str) or not name:
            yield Fault(f"fields[{position}].name", repr(name), _("a name"))
            continue
        if name in seen:
            yield Fault(f"fields[{position}].name", f'"{name}"', _("a name used once"))
        seen.add(name)
        yield from _field_faults(one, name)
    for key in ("primaryKey", "uniqueKeys"):
        given = descriptor.get(key, [])
        groups = given if key == "uniqueKeys" else [given]
        for name in (name for group in groups for name in _key(group) if name not in seen):
            yield Fault(key, f'"{name}"', _("a field of this schema"), nearest(name, sorted(seen)))
    if "aggregate" in descriptor:
        yield from _grouping_faults(descriptor["aggregate"], [one for one in fields if one.get("type") == "integer"])
    match = descriptor.get("fieldsMatch", "exact")
    if (match[0] if isinstance(match, list) and match else match) not in FIELDS_MATCH:
        yield Fault("fieldsMatch", repr(match), ", ".join(FIELDS_MATCH))


def _grouping_faults(given: Any, integers: list[Mapping[str, Any]]) -> Iterator[Fault]:
    if not isinstance(given, dict):
        yield Fault("aggregate", repr(given)[:40], _("keys: {keys}").format(keys=", ".join(GROUP_KEYS)))
        return
    yield from _unknown_keys(given, GROUP_KEYS, "aggregate")
    least = given.get("at_least")
    if not isinstance(least, int) or isinstance(least, bool) or least < 2:
        yield Fault("aggregate.at_least", repr(least), _("a whole number from 2"))
    if given.get("count") not in [one.get("name") for one in integers]:
        yield Fault("aggregate.count", repr(given.get("count")), _("an integer field to count in"))


def _field_faults(one: Mapping[str, Any], name: str) -> Iterator[Fault]:
    yield from _unknown_keys(one, FIELD_KEYS, name)
    kind = one.get("type", "string")
    if kind not in TYPES:
        yield Fault(f"{name}.type", repr(kind), ", ".join(TYPES), nearest(str(kind), list(TYPES)))
        return
    if one.get("format", "default") != "default" and (
        TYPES[kind] not in ("date", "instant") or "%" not in one["format"]
    ):
        expected = _("no format, or for a date a pattern such as %d/%m/%Y")
        yield Fault(f"{name}.format", repr(one["format"]), expected)
    if "unit" in one and one["unit"] not in UNITS:
        repair = nearest(str(one["unit"]), list(UNITS))
        yield Fault(f"{name}.unit", repr(one["unit"]), _("a symbol of the table of units"), repair)
    if (TYPES[kind] == "wkb") != (name == GEOMETRY):
        yield Fault(f"{name}.type", repr(kind), _('the type geometry under the name "{name}"').format(name=GEOMETRY))
    if "unit" in one and kind not in ("number", "integer"):
        yield Fault(f"{name}.unit", repr(one["unit"]), _("a unit on a number or an integer only"))
    if one.get("decimalChar", ".") not in (".", ","):
        yield Fault(f"{name}.decimalChar", repr(one["decimalChar"]), '"." or ","')
    if one.get("bareNumber", True) is not True:
        yield Fault(f"{name}.bareNumber", "false", _("numbers without text around them"))
    if "decimal" in one and not _is_decimal(one["decimal"], kind):
        yield Fault(f"{name}.decimal", repr(one["decimal"]), _('{"precision": 18, "scale": 2} on a number'))
    yield from _constraint_faults(one.get("constraints", {}), name, kind)


def _constraint_faults(constraints: Mapping[str, Any], name: str, kind: str) -> Iterator[Fault]:
    yield from _unknown_keys(constraints, CONSTRAINTS, f"{name}.constraints")
    for bound in BOUNDS:
        if bound in constraints and bound_value(constraints[bound], TYPES[kind]) is None:
            yield Fault(f"{name}.{bound}", repr(constraints[bound]), _("a value of type {type}").format(type=kind))
    enum = constraints.get("enum", [0])
    if not isinstance(enum, list) or not enum:
        yield Fault(f"{name}.enum", repr(enum), _("a list of at least one value"))
    for key in ("pattern", "minLength", "maxLength"):
        if key in constraints and kind != "string":
            yield Fault(f"{name}.{key}", repr(constraints[key]), _("this constraint on a string only"))
    try:
        re.compile(constraints.get("pattern", ""))
    except re.error as error:
        yield Fault(f"{name}.pattern", repr(constraints["pattern"]), _("a regular expression"), str(error))


def _unknown_keys(given: Mapping[str, Any], known: tuple[str, ...], where: str) -> Iterator[Fault]:
    for key in given:
        if key not in known and not key.startswith("x-"):
            yield Fault(where, f'"{key}"', _("a key of Table Schema"), nearest(key, known))


def _is_decimal(value: Any, kind: str) -> bool:
    if kind != "number" or not isinstance(value, dict) or set(value) != {"precision", "scale"}:
        return False
    precision, scale = value["precision"], value["scale"]
    return isinstance(precision, int) and isinstance(scale, int) and 0 <= scale <= precision <= 38


def bound_value(value: Any, logical: LogicalType) -> Any:
    """The bound of a constraint as a Python value of the field's type, or None where it is not one."""
    from datetime import UTC, date, datetime

    try:
        if logical in ("int64", "float64", "decimal") and not isinstance(value, bool):
            return float(value)
        if logical == "date":
            return date.fromisoformat(value)
        if logical == "instant":
            instant = datetime.fromisoformat(value)
            return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError):
        return None
    return None
