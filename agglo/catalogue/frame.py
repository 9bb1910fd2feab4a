"""Frames: the columns of a schema with their types, each cell still knowing its place in the file."""

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from agglo.catalogue.findings import Findings, quoted
from agglo.catalogue.mapping import Mapping, Rule
from agglo.catalogue.numbers import Convention, convention
from agglo.catalogue.plan import Plan
from agglo.catalogue.schema import Field, Schema
from agglo.catalogue.source import Column, Source
from agglo.catalogue.typed import values
from agglo.catalogue.values import Habits, Values
from agglo.contract.errors import Fault
from agglo.contract.language import _
from agglo.contract.units import UNITS

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Frame:
    """Typed columns by field; ``bad`` marks cells already found wrong, which are null.

    Of several files, ``parts`` are the frames of each, whose rows follow one another; ``file`` names that of a part.
    """

    schema: Schema
    source: Source
    columns: "AnyMapping[str, pa.ChunkedArray]"
    bad: "AnyMapping[str, np.ndarray]" = field(default_factory=dict)
    origin: AnyMapping[str, tuple[str, ...]] = field(default_factory=dict)
    rows: "np.ndarray | None" = None
    notes: tuple[str, ...] = ()
    parts: "tuple[Frame, ...]" = ()
    file: str = ""

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def where(self, row: int, name: str) -> str:
        """The place in the file of a cell; of a group, that of its first row."""
        if self.rows is not None:
            row = int(self.rows[row])
        for part in self.parts:
            if row < len(part):
                return f"{part.file}, {part.where(row, name)}"
            row -= len(part)
        block, line = divmod(row, self.source.rows)
        names = self.origin.get(name, (name,))
        return self.source.where(line, names[block] if len(names) > 1 else names[0])

    def table(self) -> "pa.Table":
        """The columns in the order of the schema, each in its type."""
        import pyarrow as pa

        schema = self.schema.arrow_schema()
        return pa.table([self.columns[one.name].cast(one.type) for one in schema], schema=schema)

    def beside(self, name: str) -> "pa.ChunkedArray":
        """A column of the file as text, a cell for each row."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.parts:
            return pa.chunked_array([chunk for part in self.parts for chunk in part.beside(name).chunks], pa.string())
        rows = np.arange(len(self)) if self.rows is None else self.rows
        texts = [part.cast(pa.string()) for part in self.source.columns[name].parts]
        whole = pc.coalesce(*texts) if len(texts) > 1 else texts[0]
        return whole.take(pa.array(rows % self.source.rows))

    def take(self, rows: "np.ndarray") -> "Frame":
        """Some of the rows."""
        import pyarrow as pa

        index = pa.array(rows)
        return replace(
            self,
            columns={name: column.take(index) for name, column in self.columns.items()},
            bad={name: mask[rows] for name, mask in self.bad.items()},
            rows=rows if self.rows is None else self.rows[rows],
        )


def joined(parts: "Sequence[Frame]") -> Frame:
    """The rows of several files, those of the first one first."""
    import numpy as np
    import pyarrow as pa

    columns, bad = {}, {}
    for name in parts[0].columns:
        chunks = [chunk for part in parts for chunk in part.columns[name].chunks]
        columns[name] = pa.chunked_array(chunks, parts[0].columns[name].type)
        if any(name in part.bad for part in parts):
            bad[name] = np.concatenate([part.bad.get(name, np.zeros(len(part), bool)) for part in parts])
    return Frame(parts[0].schema, parts[0].source, columns, bad, parts=tuple(parts))


def frame_of(plan: Plan, findings: Findings) -> Frame:
    """The fields of a plan filled with values; cells that cannot be are added to ``findings``."""
    found = _Filled(plan, findings).frame()
    if plan.mapping.wide and plan.mapping.wide.drop_empty:
        found = _without_empty(found, plan.mapping.wide.values)
    return found


class _Filled:
    """Fields being filled, column by column; instants last, since other columns may group them."""

    def __init__(self, plan: Plan, findings: Findings) -> None:
        self.plan, self.source, self.findings = plan, plan.source, findings
        self.columns: dict[str, Any] = {}
        self.bad: dict[str, Any] = {}
        self.origin: dict[str, tuple[str, ...]] = {}
        self.notes: list[str] = []
        self.blocks = max(len(plan.wide), 1)
        self.habits = self._habits(plan.mapping)

    def frame(self) -> Frame:
        rules = sorted(self.plan.rules, key=lambda rule: self.plan.target(rule).logical == "instant")
        for rule in rules:
            if self.plan.target(rule).logical == "instant" and self.habits.ambiguous == "infer":
                self.habits = replace(self.habits, groups=self._groups())
            read = self._read(rule)
            self._put(rule.field, [read] * self.blocks, (rule.source,))
        for name, value in self.plan.mapping.constants.items():
            self._constant(name, [value] * self.blocks)
        if self.plan.wide:
            self._melt()
        for name in (*self.plan.absent, *self.plan.missing):
            self._empty(name, bad=name in self.plan.missing)
        notes = (*self.source.notes, *self._number_note(), *self.notes)
        return Frame(
            self.plan.schema, self.source, self.columns, self.bad, self.origin, None, tuple(dict.fromkeys(notes))
        )

    def _habits(self, mapping: Mapping) -> Habits:
        return Habits(
            self._numbers(mapping),
            mapping.date_format,
            mapping.time_format,
            mapping.time_zone,
            mapping.ambiguous,
            mapping.nonexistent == "forward",
            mapping.missing,
            mapping.true_values,
            mapping.false_values,
        )

    def _numbers(self, mapping: Mapping) -> Convention:
        """How this file writes numbers; stops where that cannot be known."""
        texts: list[tuple[str, Any]] = []
        for rule in (*self.plan.rules, *self.plan.wide):
            target = self.plan.target(rule)
            if target.logical in ("float64", "decimal") and not target.decimal_sign:
                texts += [(rule.source, part) for part in self._text_parts(rule.source)]
        found = convention(texts, mapping.decimal, mapping.thousands)
        repair = _('Say decimal: "," or decimal: "." in the mapping.')
        for cell in found.conflict or ((found.ambiguous,) if found.ambiguous else ()):
            where = self.source.where(cell.row, cell.column)
            self.findings.add(Fault(where, quoted(cell.text), _("a number whose decimal sign is sure"), repair))
        if found.conflict or found.ambiguous:
            self.findings.stop(_("Numbers of this file could be read in two ways."))
        return found

    def _text_parts(self, name: str) -> "list[pa.ChunkedArray]":
        import pyarrow as pa

        return [part for part in self.source.columns[name].parts if pa.types.is_string(part.type)]

    def _number_note(self) -> list[str]:
        sign = self.habits.numbers.decimal
        return [_("decimal comma") if sign == "," else _("decimal point")] if sign else []

    def _read(self, rule: Rule) -> Values:
        """One column as its field wants it, in the field's unit."""
        import pyarrow as pa

        target, column = self.plan.target(rule), self.source.columns[rule.source]
        read = values(column, target, self.habits)
        for rejected in read.rejected:
            self._report(rejected.mask, column, rejected.expected, rejected.repair)
        self.notes += read.notes
        if rule.sign != 1 or (rule.unit and rule.unit != target.unit):
            read.array = _scaled(read.array, rule, target)
        return Values(pa.chunked_array(read.array, target.arrow_type()), read.rejected)

    def _report(self, mask: "np.ndarray", column: Column, expected: str, repair: str) -> None:
        import numpy as np

        self.findings.cells(
            np.flatnonzero(mask),
            where=lambda row: self.source.where(row, column.name),
            got=lambda row: quoted(column.cell(row)),
            expected=expected,
            repair=repair,
            rest=_('column "{name}"').format(name=column.name),
            misread=True,
        )

    def _put(self, name: str, blocks: list[Values], origin: tuple[str, ...]) -> None:
        import numpy as np
        import pyarrow as pa

        chunks = [chunk for block in blocks for chunk in block.array.chunks]
        self.columns[name] = pa.chunked_array(chunks, self.plan.schema[name].arrow_type())
        self.origin[name] = origin
        if any(block.rejected for block in blocks):
            self.bad[name] = np.concatenate([block.wrong() for block in blocks])

    def _constant(self, name: str, given: list[Any]) -> None:
        """A field with one value for each block of rows."""
        import numpy as np
        import pyarrow as pa

        target = self.plan.schema[name]
        habits = replace(self.habits, numbers=Convention("."))
        chunks, wrong = [], []
        for value in given:
            part = pa.chunked_array([pa.array([value if value is None else _plain(value)])])
            read = values(Column(name, (part,)), target, habits)
            if read.wrong().any():
                expected = read.rejected[0].expected
                self.findings.add(Fault(_("mapping, constant {name}").format(name=name), quoted(value), expected))
            chunks.append(pa.repeat(read.array[0], self.source.rows))
            wrong.append(np.full(self.source.rows, bool(read.wrong().any())))
        self.columns[name] = pa.chunked_array(chunks, target.arrow_type())
        self.origin[name] = tuple(rule.source for rule in self.plan.wide) or (name,)
        if any(mask.any() for mask in wrong):
            self.bad[name] = np.concatenate(wrong)

    def _empty(self, name: str, *, bad: bool) -> None:
        import numpy as np
        import pyarrow as pa

        size = self.blocks * self.source.rows
        self.columns[name] = pa.chunked_array([pa.nulls(size, self.plan.schema[name].arrow_type())])
        if bad:
            self.bad[name] = np.ones(size, bool)

    def _melt(self) -> None:
        """The columns of values below one another, beside what is constant for each."""
        wide = self.plan.mapping.wide
        if wide is None:
            return
        sources = tuple(rule.source for rule in self.plan.wide)
        for field_ in wide.values:
            blocks = [self._read(rule) if rule.field == field_ else self._nothing(field_) for rule in self.plan.wide]
            self._put(field_, blocks, sources)
        names = {name for rule in self.plan.wide for name in rule.constants}
        for name in sorted(names | {wide.variable} if wide.variable else names):
            given = [
                rule.constants.get(name, rule.source if name == wide.variable else None) for rule in self.plan.wide
            ]
            self._constant(name, given)

    def _nothing(self, name: str) -> Values:
        """A block of a field that another column of the file does not fill."""
        import pyarrow as pa

        return Values(pa.chunked_array([pa.nulls(self.source.rows, self.plan.schema[name].arrow_type())]))

    def _groups(self) -> "np.ndarray":
        """A number for each row, the same where all texts that are keys are the same."""
        import numpy as np

        keys = self.plan.schema.primary_key or tuple(self.plan.schema.names)
        codes = np.zeros(self.source.rows, np.int64)
        for name in keys:
            column = self.columns.get(name)
            if column is not None and self.plan.schema[name].logical in ("string", "int64", "bool"):
                if not self.plan.schema.primary_key and self.plan.schema[name].logical != "string":
                    continue
                own = column.slice(0, self.source.rows).combine_chunks().dictionary_encode(null_encoding="encode")
                _unique, codes = np.unique(
                    codes * (len(own.dictionary) + 1) + own.indices.to_numpy(), return_inverse=True
                )
        return codes


def _plain(value: Any) -> Any:
    """A constant as the mapping gives it: a whole number as a float, as a spreadsheet would hold it."""
    from datetime import date, datetime

    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return float(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _scaled(array: "pa.ChunkedArray", rule: Rule, target: Field) -> "pa.ChunkedArray":
    """Values in the unit of the field, with the sign of the rule."""
    import pyarrow.compute as pc

    if rule.sign != 1:
        array = pc.negate(array)
    if rule.unit and target.unit and rule.unit != target.unit:
        array = pc.divide(pc.multiply(array, UNITS[rule.unit].factor), UNITS[target.unit].factor)
    return array


def _without_empty(frame: Frame, names: tuple[str, ...]) -> Frame:
    """The rows of a melted frame that have a value or a cell found wrong."""
    import numpy as np
    import pyarrow.compute as pc

    keep = np.zeros(len(frame), bool)
    for name in names:
        keep |= pc.is_valid(frame.columns[name]).to_numpy()
        if name in frame.bad:
            keep |= frame.bad[name]
    if keep.all():
        return frame
    note = _("{count} cells without a value left out").format(count=int((~keep).sum()))
    return replace(frame.take(np.flatnonzero(keep)), notes=(*frame.notes, note))
