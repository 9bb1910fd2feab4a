"""What is wrong with a mapping, before it is used: unknown keys, values that are not what their key asks for."""

from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import replace
from typing import Any

from agglo.catalogue import instants
from agglo.contract.errors import Fault, nearest
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
    *("ambiguous", "nonexistent", "crs", "totals", "columns", "ignore", "constants", "wide", "aggregate", "files"),
)
WHOLE_KEYS = ("files", "aggregate")
"""Keys that speak of all files together, not of one of them."""
COLUMN_KEYS = ("field", "unit", "sign")
WIDE_KEYS = ("id", "variable", "value", "unit", "sign", "empty", "columns")
AGGREGATE_KEYS = ("by", "values", "at_least", "persons")
REST = "*"


def faults_of(content: AnyMapping[str, Any]) -> Iterator[Fault]:
    """Everything wrong with what a mapping file holds."""
    yield from _own_faults(content)
    if "files" in content:
        yield from _files_faults(content["files"])


def _own_faults(content: AnyMapping[str, Any]) -> Iterator[Fault]:
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


def _files_faults(files: Any) -> Iterator[Fault]:
    expected = _("name pattern: {keys of the mapping}")
    if not isinstance(files, dict) or not files:
        yield Fault("files", repr(files)[:40], expected)
        return
    for pattern, own in files.items():
        where = f"files.{pattern}"
        if own is not None and not isinstance(own, dict):
            yield Fault(where, repr(own)[:40], expected)
            continue
        for key in WHOLE_KEYS:
            if key in (own or {}):
                yield Fault(f"{where}.{key}", "", _("this key for all files together, not under files"))
        alone = {key: value for key, value in (own or {}).items() if key not in WHOLE_KEYS}
        yield from (replace(one, where=f"{where}.{one.where}") for one in _own_faults(alone))


def _wide_faults(wide: Any) -> Iterator[Fault]:
    yield from _group_faults(wide, WIDE_KEYS, ("id",) if _all_named(wide) else ("id", "value"), "wide")
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
            own = {key: value for key, value in given.items() if key in COLUMN_KEYS}
            yield from _entry_faults(own, COLUMN_KEYS, f"wide.columns.{name}.")
    if not columns and "variable" not in wide:
        yield Fault("wide.variable", "", _("the field that receives the name of each column"))


def _all_named(wide: Any) -> bool:
    """Whether every column of values names the field it fills."""
    columns = wide.get("columns") if isinstance(wide, dict) else None
    given = [*columns.values()] if isinstance(columns, dict) else []
    return bool(given) and all(isinstance(one, dict) and "field" in one for one in given)


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
