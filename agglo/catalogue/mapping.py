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
        PRES_1: {sensor: P1, field: pressure_m, unit: bar}    # a field of its own; the others stay empty in its rows

    # personal data grouped before anything is kept
    aggregate:
      by: [iris, year]
      values: {energy_kwh: sum, homes: count}    # sum, mean, min, max or count (rows)
      at_least: 11                   # smaller groups are dropped and counted
      persons: meter                 # column whose distinct values make the size of a group, else rows

    # several files of several operators: keys laid over those above, by the name of the file
    files:
      "sedif_*.csv": {time_zone: Etc/GMT-1, decimal: "."}
      "suez*.xlsx": {sheet: Relevés, columns: {Date: time, Capteur: sensor, Débit: flow_m3_h}}

A key under ``files`` replaces the one above whole. Each file must be named by one pattern (``*`` any text, ``?`` any
sign), and no two; ``aggregate`` speaks of all files together.
"""

import dataclasses
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from agglo.catalogue import instants
from agglo.catalogue.mapping_faults import COLUMN_KEYS, LAYOUT_KEYS, LISTS, REST, faults_of
from agglo.catalogue.numbers import Sign
from agglo.catalogue.source import Layout
from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import _

__all__ = ["REST", "Aggregate", "Mapping", "Rule", "Wide"]


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
    """Columns that are values of one variable; ``rules`` is empty where all other columns are.

    ``value`` is the field of columns that name none.
    """

    id: tuple[str, ...]
    value: str
    variable: str | None = None
    unit: str | None = None
    sign: int = 1
    drop_empty: bool = False
    rules: tuple[Rule, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """The fields that receive cells."""
        return tuple(dict.fromkeys(rule.field for rule in self.rules)) or (self.value,)


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
    files: "AnyMapping[str, Mapping]" = dataclasses.field(default_factory=dict)
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
        faults = list(faults_of(content))
        if faults:
            raise InvalidInput(_("This mapping cannot be used."), faults)
        apart = ("columns", "wide", "aggregate", "ignore", "files")
        plain = {key: value for key, value in content.items() if key not in apart}
        common = {key: value for key, value in content.items() if key != "files"}
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
            files={
                str(pattern): cls.from_dict({**common, **(own or {})})
                for pattern, own in content.get("files", {}).items()
            },
            content=content,
        )

    def of_file(self, name: str) -> "Mapping":
        """How a file of that name is read: as the one pattern that it matches says, else as all are.

        >>> both = {"decimal": ",", "files": {"a_*.csv": {"decimal": "."}, "b.csv": None}}
        >>> Mapping.from_dict(both).of_file("a_2024.csv").decimal, Mapping.from_dict(both).of_file("b.csv").decimal
        ('.', ',')

        Raises
        ------
        InvalidInput
            There are patterns, and the name matches none of them or several.
        """
        if not self.files:
            return self
        matched = [pattern for pattern in self.files if fnmatchcase(name, pattern)]
        if len(matched) == 1:
            return self.files[matched[0]]
        got = ", ".join(matched) or _("no pattern for this name")
        expected = _("one pattern of the section files: {patterns}").format(patterns=", ".join(self.files))
        raise InvalidInput(_("The mapping does not say how to read this file."), [Fault(name, got, expected)])


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
    value, unit, sign = content.get("value", ""), content.get("unit"), content.get("sign", 1)
    rules = []
    for name, own in content.get("columns", {}).items():
        given = own or {}
        constants = {key: one for key, one in given.items() if key not in COLUMN_KEYS}
        field = given.get("field", value)
        usual = (unit, sign) if field == value else (None, 1)
        rules.append(Rule(str(name), field, given.get("unit", usual[0]), given.get("sign", usual[1]), constants))
    drop = content.get("empty") == "drop"
    return Wide(tuple(content["id"]), value, content.get("variable"), unit, sign, drop, tuple(rules))


def _aggregate(content: AnyMapping[str, Any]) -> Aggregate:
    return Aggregate(tuple(content["by"]), dict(content["values"]), content.get("at_least", 1), content.get("persons"))
