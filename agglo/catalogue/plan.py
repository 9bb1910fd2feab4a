"""Plans: which column of a file fills which field of a schema, found before any cell is read."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from agglo.catalogue.findings import quoted
from agglo.catalogue.mapping import REST, Mapping, Rule, Wide
from agglo.catalogue.schema import Field, Schema
from agglo.catalogue.source import Column, Source
from agglo.contract.errors import Fault, nearest
from agglo.contract.language import _
from agglo.contract.units import UNITS, same_kind


@dataclass(frozen=True, slots=True)
class Plan:
    """Rules by which the fields of ``schema`` are filled from ``source``.

    ``faults`` are mistakes of the mapping, with which nothing can be filled; ``gaps`` are fields the file has no
    column for (``missing``) and columns that are no field. ``absent`` are optional fields a file may leave out.
    """

    schema: Schema
    mapping: Mapping
    source: Source
    rules: tuple[Rule, ...]
    wide: tuple[Rule, ...] = ()
    absent: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    gaps: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, schema: Schema, mapping: Mapping, source: Source) -> "Plan":
        """The plan for a source: columns are matched by name, those of the mapping first."""
        named = {rule.source: rule for rule in mapping.columns}
        wide = _wide_rules(mapping, source, set(named) | set(schema.names)) if mapping.wide else ()
        taken = {rule.source for rule in wide}
        rules = [rule for rule in mapping.columns if rule.source in source.columns]
        rules += [
            Rule(name, name)
            for name in source.columns
            if name in schema.names and name not in named and name not in taken and name not in mapping.ignore
        ]
        plan = cls(schema, mapping, source, tuple(rules), wide)
        empty = [one for one in schema.fields if one.name not in plan._filled()]
        optional = schema.fields_match in ("superset", "partial")
        absent = tuple(one.name for one in empty if optional and not one.required)
        plan = replace(plan, absent=absent, missing=tuple(one.name for one in empty if one.name not in absent))
        faults, gaps = tuple(plan._faults()), tuple(plan._gaps())
        return replace(plan, faults=faults, gaps=gaps, notes=tuple(plan._notes()))

    def target(self, rule: Rule) -> Field:
        """The field a rule fills."""
        return self.schema[rule.field]

    def unread(self) -> list[str]:
        """Columns of the file that fill no field."""
        read = {rule.source for rule in (*self.rules, *self.wide)}
        persons = self.mapping.aggregate.persons if self.mapping.aggregate else None
        return [name for name in self.source.columns if name not in read and name != persons]

    def _filled(self) -> list[str]:
        """Fields in the order they are filled, once for each time."""
        filled = [rule.field for rule in self.rules]
        filled += list(self.mapping.constants)
        if self.mapping.wide:
            of_columns = {name for rule in self.wide for name in rule.constants}
            variable = self.mapping.wide.variable
            filled += [*self.mapping.wide.values, *({*of_columns, variable} if variable else of_columns)]
        if self.mapping.aggregate:
            filled += [name for name, function in self.mapping.aggregate.values.items() if function == "count"]
        return filled

    def labels(self) -> list[Column]:
        """Columns in which a row of totals may say so: free text, and what is left out."""
        free = [rule.source for rule in self.rules if self._is_free_text(self.target(rule))]
        return [self.source.columns[name] for name in (*free, *self.unread())]

    def _is_free_text(self, one: Field) -> bool:
        return one.logical == "string" and "enum" not in one.constraints

    def _faults(self) -> Iterator[Fault]:
        yield from self._unknown_fields()
        yield from self._missing_columns()
        yield from self._units()
        yield from self._aggregate()

    def _unknown_fields(self) -> Iterator[Fault]:
        named = [*self._filled(), *(rule.field for rule in self.mapping.columns)]
        if self.mapping.aggregate:
            named += [*self.mapping.aggregate.by, *self.mapping.aggregate.values]
        for name in dict.fromkeys(named):
            if name not in self.schema.names:
                repair = nearest(name, self.schema.names)
                yield Fault(_("mapping"), quoted(name), _("a field of the schema"), repair)
        filled = self._filled()
        for name in sorted({name for name in filled if filled.count(name) > 1}):
            yield Fault(_("mapping"), quoted(name), _("a field filled once"), _("Ignore or map the other column."))

    def _missing_columns(self) -> Iterator[Fault]:
        """Columns the mapping names that the file does not have."""
        mapping = self.mapping
        named = [rule.source for rule in mapping.columns]
        if mapping.wide:
            named += [*mapping.wide.id, *(rule.source for rule in mapping.wide.rules)]
        if mapping.aggregate and mapping.aggregate.persons:
            named.append(mapping.aggregate.persons)
        for name in dict.fromkeys(named):
            if name not in self.source.columns:
                repair = nearest(name, list(self.source.columns))
                yield Fault(_("mapping"), quoted(name), _("a column of the file"), repair)
        if mapping.wide and not self.wide:
            yield Fault("wide", _("no column"), _("at least one column of values"))

    def _gaps(self) -> Iterator[Fault]:
        """Fields without a column, and columns without a field."""
        unread = self.unread()
        for name in self.missing:
            repair = nearest(name, unread) if unread else ""
            yield Fault(
                _('column "{name}"').format(name=name), _("no such column"), self._asked(self.schema[name]), repair
            )
        if self.schema.fields_match in ("subset", "partial") or REST in self.mapping.ignore:
            return
        for name in unread:
            if name not in self.mapping.ignore:
                close = nearest(name, self.schema.names)
                close = close if close.endswith("?") else f"{close}."
                repair = " ".join([close, _("Map it to a field, or list it under ignore.")])
                yield Fault(_('column "{name}"').format(name=name), "", _("a field of the schema"), repair)

    def _asked(self, one: Field) -> str:
        return _("the field {name} in {unit}").format(name=one.name, unit=one.unit) if one.unit else _("this field")

    def _units(self) -> Iterator[Fault]:
        for rule in (*self.rules, *self.wide):
            if rule.field not in self.schema.names:
                continue
            one = self.schema[rule.field]
            where = _('column "{name}"').format(name=rule.source)
            if rule.unit and not one.unit:
                yield Fault(where, rule.unit, _("no unit, as the field {name} has none").format(name=one.name))
            elif rule.unit and one.unit and UNITS[rule.unit].kind != UNITS[one.unit].kind:
                got = f"{rule.unit} ({UNITS[rule.unit].kind})"
                repair = _("Give the values in one of: {symbols}.").format(symbols=", ".join(same_kind(one.unit)))
                yield Fault(where, got, f"{one.unit} ({UNITS[one.unit].kind})", repair)
            elif rule.unit and rule.unit != one.unit and one.logical != "float64":
                yield Fault(where, rule.unit, _("{unit}, as the field is not a float").format(unit=one.unit))
            elif one.unit and not rule.unit and rule.source in self.source.percent:
                repair = _('Cells show 25 % and hold 0.25: say unit: "1" in the mapping.')
                yield Fault(where, _("numbers shown in percent"), one.unit, repair)
            if rule.sign != 1 and one.logical not in ("float64", "int64", "decimal"):
                yield Fault(where, f"sign: {rule.sign}", _("no sign, as the field is no number"))

    def _aggregate(self) -> Iterator[Fault]:
        aggregate = self.mapping.aggregate
        if not aggregate:
            return
        for name, function in aggregate.values.items():
            if name not in self.schema.names:
                continue
            logical = self.schema[name].logical
            if function == "count" and logical != "int64":
                yield Fault(f"aggregate.values.{name}", function, _("an integer field to count in"))
            elif function in ("sum", "mean") and logical not in ("float64", "decimal", "int64"):
                yield Fault(f"aggregate.values.{name}", function, _("a field of numbers"))
            elif function == "mean" and logical != "float64":
                yield Fault(f"aggregate.values.{name}", function, _("a field of type number for a mean"))
        for name in self.schema.names:
            if name not in (*aggregate.by, *aggregate.values, *self.absent, *self.missing):
                yield Fault("aggregate", quoted(name), _("every field either under by or under values"))

    def _wide_notes(self) -> Iterator[str]:
        """Columns of values whose unit nobody gave."""
        for name in self.mapping.wide.values if self.mapping.wide else ():
            unit = self.schema[name].unit if name in self.schema.names else None
            columns = [rule.source for rule in self.wide if rule.field == name and not rule.unit]
            if unit and columns:
                shown = '", "'.join([*columns[:3], *(["…"] if len(columns) > 3 else [])])
                yield _('"{name}" taken in {unit}, the unit of the schema').format(name=shown, unit=unit)

    def _notes(self) -> Iterator[str]:
        if self.unread():
            yield _("columns left out: {names}").format(names=", ".join(self.unread()))
        if self.absent:
            yield _("columns the file does not have: {names}").format(names=", ".join(self.absent))
        yield from self._wide_notes()
        for rule in self.mapping.columns:
            unit = self.schema[rule.field].unit if rule.field in self.schema.names else None
            if unit and not rule.unit:
                yield _('"{name}" taken in {unit}, the unit of the schema').format(name=rule.source, unit=unit)
            elif unit and rule.unit != unit:
                yield _('"{name}" converted from {source} to {unit}').format(
                    name=rule.source, source=rule.unit, unit=unit
                )


def _wide_rules(mapping: Mapping, source: Source, others: set[str]) -> tuple[Rule, ...]:
    """The columns to melt: those listed, else all that are not something else."""
    wide: Wide = mapping.wide  # type: ignore[assignment]
    if wide.rules:
        return tuple(rule for rule in wide.rules if rule.source in source.columns)
    kept = {*wide.id, *mapping.ignore, *others}
    return tuple(Rule(name, wide.value, wide.unit, wide.sign) for name in source.columns if name not in kept)
