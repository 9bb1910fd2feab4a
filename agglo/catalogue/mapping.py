"""Mappings: how a file that was not made for a schema becomes a table of that schema, said in a YAML file.

::

    # where the table lies
    encoding: cp1252                 # else found from the bytes
    separator: ";"                   # ; , | or a tab; else found from the header
    sheet: Relevés                   # of a workbook with several filled sheets
    range: A3:F120                   # the cells to read
    layer: communes                  # of a GeoPackage with several layers
    header_row: 3                    # rows and lines count from 1, as a spreadsheet shows them
    last_row: 120
    skip_rows: [4, 57]               # rows that are no data: units, subtotals, remarks

    # how values are written
    decimal: ","
    thousands: "."                   # spaces never need saying
    missing: ["n.d.", "-"]
    true_values: [oui]
    false_values: [non]
    date_format: "%d/%m/%Y"
    time_format: "%d/%m/%Y %H:%M"
    time_zone: Europe/Paris          # IANA name of the clock local times were written by
    ambiguous: infer                 # the hour shown twice in autumn: first, second, infer (from the order of the rows)
    nonexistent: forward             # the hour skipped in spring: read as if the clock had not changed
    crs: EPSG:2154                   # of a layer that does not say
    totals: keep                     # a row named "Total" is data

    # which column is which field
    columns:
      Débit: flow_m3_h               # short for {field: flow_m3_h}
      Production: {field: inflow_m3_h, unit: L/s, sign: -1}
    ignore: [Remarque]               # columns to leave out, or "*" for all others
    constants: {sector: Plateau}     # fields that the file does not hold

    # one column a sensor becomes one row a sensor
    wide:
      id: [Horodate]                 # columns that stay
      variable: sensor               # field that receives the name of the column
      value: flow_m3_h               # field that receives the cell
      unit: L/s                      # unit and sign of every cell
      empty: drop                    # keep (default) or drop cells without a value
      columns:                       # else every other column
        DEB_01: {sensor: A1, sector: Nord, kind: inflow, sign: -1}

    # personal data grouped before anything is kept
    aggregate:
      by: [iris, year]
      values: {energy_kwh: sum, homes: count}    # sum, mean, min, max or count (rows)
      at_least: 11                   # smaller groups are dropped and counted
      persons: meter                 # column whose distinct values make the size of a group, else rows
"""

import dataclasses
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from agglo.catalogue import instants
from agglo.catalogue.numbers import Sign
from agglo.catalogue.source import Layout
from agglo.contract.errors import Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import _
from agglo.contract.units import UNITS

FUNCTIONS = ("sum", "mean", "min", "max", "count")
CHOICES: dict[str, tuple[Any, ...]] = {
    "separator": (";", ",", "\t", "|"),
    "decimal": (",", "."),
    "thousands": (",", "."),
    "ambiguous": ("first", "second", "infer"),
    "nonexistent": ("forward",),
    "totals": ("keep",),
    "empty": ("keep", "drop"),
    "sign": (1, -1),
    "unit": tuple(UNITS),
}
TEXTS = ("encoding", "sheet", "range", "layer", "crs", "field", "variable", "value", "persons", "time_zone")
NUMBERS = ("header_row", "last_row", "at_least")
LISTS = ("missing", "true_values", "false_values", "id", "by")
FORMATS = ("date_format", "time_format")
LAYOUT_KEYS = ("encoding", "separator", "sheet", "range", "layer", "header_row", "last_row", "skip_rows")
KEYS = (
    *LAYOUT_KEYS,
    *("decimal", "thousands", "missing", "true_values", "false_values", "date_format", "time_format", "time_zone"),
    *("ambiguous", "nonexistent", "crs", "totals", "columns", "ignore", "constants", "wide", "aggregate"),
)
COLUMN_KEYS = ("field", "unit", "sign")
WIDE_KEYS = ("id", "variable", "value", "unit", "sign", "empty", "columns")
AGGREGATE_KEYS = ("by", "values", "at_least", "persons")
REST = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """A column of the file: the field it fills, its unit there, and its sign."""

    source: str
    field: str
    unit: str | None = None
    sign: int = 1
    constants: AnyMapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wide:
    """Columns that are values of one variable; ``rules`` is empty where all other columns are."""

    id: tuple[str, ...]
    value: str
    variable: str | None = None
    unit: str | None = None
    sign: int = 1
    drop_empty: bool = False
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Rows grouped before anything is kept; groups smaller than ``at_least`` are dropped."""

    by: tuple[str, ...]
    values: AnyMapping[str, str]
    at_least: int = 1
    persons: str | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked mapping: where the table lies, how values are written, which column is which field.

    ``content`` is what was given, unchanged.
    """

    layout: Layout = dataclasses.field(default_factory=Layout)
    decimal: Sign | None = None
    thousands: Sign | None = None
    missing: tuple[str, ...] = ()
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    date_format: str | None = None
    time_format: str | None = None
    time_zone: str | None = None
    ambiguous: instants.Ambiguous | None = None
    nonexistent: Literal["forward"] | None = None
    crs: str | None = None
    totals: Literal["keep"] | None = None
    columns: tuple[Rule, ...] = ()
    ignore: tuple[str, ...] = ()
    constants: AnyMapping[str, Any] = dataclasses.field(default_factory=dict)
    wide: Wide | None = None
    aggregate: Aggregate | None = None
    content: AnyMapping[str, Any] = dataclasses.field(default_factory=dict, compare=False)

    @classmethod
    def load(cls, path: Path) -> "Mapping":
        """The mapping of a YAML file.

        Raises
        ------
        NotFound
            There is no such file.
        InvalidInput
            A key or a value is not one of those documented above; every fault is listed.
        """
        return cls.from_dict(_read(path))

    @classmethod
    def from_dict(cls, content: AnyMapping[str, Any]) -> "Mapping":
        """The mapping a YAML file would hold.

        >>> Mapping.from_dict({"columns": {"Surface (ha)": "area_ha"}}).columns[0].field
        'area_ha'

        Raises
        ------
        InvalidInput
            A key or a value is not one of those documented above; every fault is listed.
        """
        faults = list(_faults(content))
        if faults:
            raise InvalidInput(_("This mapping cannot be used."), faults)
        plain = {key: value for key, value in content.items() if key not in ("columns", "wide", "aggregate", "ignore")}
        for key in ("skip_rows", *LISTS[:3]):
            if key in plain:
                plain[key] = tuple(plain[key] if key == "skip_rows" else map(str, plain[key]))
        layout = Layout(**{key: plain.pop(key) for key in LAYOUT_KEYS if key in plain})
        return cls(
            layout=layout,
            **plain,
            columns=_rules(content.get("columns", {})),
            ignore=(REST,) if content.get("ignore") == REST else tuple(content.get("ignore", ())),
            wide=_wide(content["wide"]) if "wide" in content else None,
            aggregate=_aggregate(content["aggregate"]) if "aggregate" in content else None,
            content=content,
        )


def _read(path: Path) -> AnyMapping[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound(_("No mapping file {name}.").format(name=path.name)) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInput(_("This mapping cannot be used."), [Fault(path.name, str(error), _("YAML"))]) from None
    if not isinstance(content, dict):
        raise InvalidInput(_("This mapping cannot be used."), [Fault(path.name, type(content).__name__, _("keys"))])
    return content


def _rules(columns: AnyMapping[str, Any]) -> tuple[Rule, ...]:
    full = {name: {"field": rule} if isinstance(rule, str) else rule for name, rule in columns.items()}
    return tuple(Rule(str(name), **rule) for name, rule in full.items())


def _wide(content: AnyMapping[str, Any]) -> Wide:
    value, unit, sign = content["value"], content.get("unit"), content.get("sign", 1)
    rules = []
    for name, given in content.get("columns", {}).items():
        constants = {key: one for key, one in (given or {}).items() if key not in ("unit", "sign")}
        rules.append(
            Rule(str(name), value, (given or {}).get("unit", unit), (given or {}).get("sign", sign), constants)
        )
    drop = content.get("empty") == "drop"
    return Wide(tuple(content["id"]), value, content.get("variable"), unit, sign, drop, tuple(rules))


def _aggregate(content: AnyMapping[str, Any]) -> Aggregate:
    return Aggregate(tuple(content["by"]), dict(content["values"]), content.get("at_least", 1), content.get("persons"))


def _faults(content: AnyMapping[str, Any]) -> Iterator[Fault]:
    yield from _entry_faults(content, KEYS, "")
    columns = content.get("columns", {})
    if not isinstance(columns, dict):
        yield Fault("columns", repr(columns)[:40], _("source column: field"))
        columns = {}
    for name, rule in columns.items():
        if not isinstance(rule, str):
            yield from _group_faults(rule, COLUMN_KEYS, ("field",), f"columns.{name}")
    if not isinstance(content.get("constants", {}), dict):
        yield Fault("constants", repr(content["constants"])[:40], _("field: value"))
    ignore = content.get("ignore", [])
    if ignore != REST and not _is_list(ignore, str):
        yield Fault("ignore", repr(ignore)[:40], _('a list of column names, or "*"'))
    if "wide" in content:
        yield from _wide_faults(content["wide"])
    if "aggregate" in content:
        yield from _aggregate_faults(content["aggregate"])


def _wide_faults(wide: Any) -> Iterator[Fault]:
    yield from _group_faults(wide, WIDE_KEYS, ("id", "value"), "wide")
    if not isinstance(wide, dict):
        return
    columns = wide.get("columns", {})
    if not isinstance(columns, dict):
        yield Fault("wide.columns", repr(columns)[:40], _("source column: {field: value}"))
        return
    for name, given in columns.items():
        if given is not None and not isinstance(given, dict):
            yield Fault(f"wide.columns.{name}", repr(given)[:40], _("{field: value}"))
        elif given:
            own = {key: value for key, value in given.items() if key in ("unit", "sign")}
            yield from _entry_faults(own, COLUMN_KEYS, f"wide.columns.{name}.")
    if not columns and "variable" not in wide:
        yield Fault("wide.variable", "", _("the field that receives the name of each column"))


def _aggregate_faults(aggregate: Any) -> Iterator[Fault]:
    yield from _group_faults(aggregate, AGGREGATE_KEYS, ("by", "values"), "aggregate")
    values = aggregate.get("values") if isinstance(aggregate, dict) else {}
    if not isinstance(values, dict):
        yield Fault("aggregate.values", repr(values)[:40], _("field: function"))
        return
    for name, function in values.items():
        if function not in FUNCTIONS:
            repair = nearest(str(function), FUNCTIONS)
            yield Fault(f"aggregate.values.{name}", repr(function), ", ".join(FUNCTIONS), repair)


def _group_faults(group: Any, keys: tuple[str, ...], needed: tuple[str, ...], where: str) -> Iterator[Fault]:
    if not isinstance(group, dict):
        yield Fault(where, repr(group)[:40], _("keys: {keys}").format(keys=", ".join(keys)))
        return
    for key in needed:
        if key not in group:
            yield Fault(where, "", _("the key {key}").format(key=key))
    yield from _entry_faults(group, keys, f"{where}.")


def _entry_faults(content: AnyMapping[str, Any], keys: tuple[str, ...], prefix: str) -> Iterator[Fault]:
    for key, value in content.items():
        expected = _expected(key, value)
        if key not in keys:
            yield Fault(f"{prefix}{key}", "", _("a known key"), nearest(str(key), keys))
        elif expected:
            repair = nearest(str(value), list(UNITS)) if key == "unit" else ""
            yield Fault(f"{prefix}{key}", repr(value)[:60], expected, repair)


def _expected(key: str, value: Any) -> str:
    """What the value of a key must be, empty where it is that."""
    if key in CHOICES and value not in CHOICES[key]:
        return _("a symbol of the table of units") if key == "unit" else _one_of(CHOICES[key])
    if key in TEXTS and not isinstance(value, str):
        return _("a text")
    if key in NUMBERS and not _is_count(value):
        return _("a whole number from 1")
    if key == "skip_rows" and not (isinstance(value, list) and all(map(_is_count, value))):
        return _("a list of row numbers")
    if key in LISTS and not (isinstance(value, list) and value):
        return _("a list")
    if key == "time_zone" and not _is_zone(value):
        return _("an IANA zone such as Europe/Paris")
    if key == "range" and not _is_range(value):
        return _("a range such as A3:F120")
    if key in FORMATS:
        return _format_expected(value)
    return ""


def _one_of(choices: tuple[Any, ...]) -> str:
    return _("one of {values}").format(values=", ".join(repr(one) for one in choices))


def _format_expected(value: Any) -> str:
    try:
        instants.pattern_of(str(value))
    except ValueError:
        known = " ".join(f"%{directive}" for directive in instants.DIRECTIVES)
        return _("a format made of {directives}").format(directives=known)
    return "" if isinstance(value, str) else _("a text")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(one, kind) for one in value)


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _is_range(text: str) -> bool:
    from agglo.catalogue.workbook import box

    try:
        box(text)
    except ValueError:
        return False
    return True
