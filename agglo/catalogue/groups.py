"""Groups: rows of personal data become figures of groups before anything is kept."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agglo.catalogue.findings import Findings
from agglo.catalogue.frame import Frame
from agglo.catalogue.mapping import Aggregate, Mapping
from agglo.catalogue.plan import Plan
from agglo.catalogue.schema import Grouping, Schema
from agglo.contract.errors import Fault
from agglo.contract.language import _

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

ROW, PERSON = "#row", "#person"


def grouping_faults(schema: Schema, mapping: Mapping, plans: "list[Plan]") -> Iterator[Fault]:
    """What a mapping lacks for a schema of personal data, which asks for groups of so many persons.

    A file that holds the size of each group in a column is grouped already.
    """
    asked, how = schema.grouping, mapping.aggregate
    if asked is None:
        return
    if how is None:
        if not all(any(rule.field == asked.count for rule in plan.rules) for plan in plans):
            expected = _("rows of one person grouped before anything is kept, at least {count} persons in each group")
            yield Fault("aggregate", _("nothing"), expected.format(count=asked.at_least), _example(schema, asked))
        return
    if how.at_least < asked.at_least:
        yield Fault("aggregate.at_least", str(how.at_least), _("at least {limit}").format(limit=asked.at_least))
    if not how.persons:
        yield Fault("aggregate.persons", _("nothing"), _("the column that tells persons, or meters, apart"))
    if how.values.get(asked.count) != "count":
        got = how.values.get(asked.count, _("nothing"))
        yield Fault(f"aggregate.values.{asked.count}", got, _("count, the size of each group"))


def _example(schema: Schema, asked: Grouping) -> str:
    by = ", ".join(schema.primary_key)
    sums = [f"{one.name}: sum" for one in schema.fields if one.logical == "float64"]
    values = ", ".join([*sums, f"{asked.count}: count"])
    text = _("Say in the mapping, for instance: {example}")
    example = f"aggregate: {{by: [{by}], values: {{{values}}}, at_least: {asked.at_least}, persons: COLUMN}}"
    return text.format(example=example)


def aggregated(frame: Frame, how: Aggregate, findings: Findings | None = None) -> Frame:
    """Rows grouped by some fields; groups smaller than ``at_least`` are dropped, and counted in the notes.

    A group is as large as its rows, or its distinct persons where the mapping names their column; and never larger than
    the number of values any of its figures rests on. With ``findings``, a person found twice in a group is a fault.
    """
    import pyarrow as pa

    computed = [name for name, function in how.values.items() if function != "count"]
    groups = _groups(frame, how, computed)
    keep = _sizes(groups, how, computed) >= how.at_least
    kept = groups.filter(pa.array(keep))
    if findings is not None:
        _refuse_repeated(frame, kept, how.by[0], findings)
    made = {name: kept[name] for name in how.by}
    for name, function in how.values.items():
        made[name] = kept[f"{ROW}_count"] if function == "count" else kept[f"{name}_{function}"]
    for one in frame.schema.arrow_schema():
        made.setdefault(one.name, pa.chunked_array([pa.nulls(len(kept), one.type)]))
    notes = (*frame.notes, *_notes(frame, groups, keep, how, computed))
    return replace(frame, columns=made, bad={}, rows=kept[f"{ROW}_min"].to_numpy(), notes=notes)


def _refuse_repeated(frame: Frame, kept: "pa.Table", name: str, findings: Findings) -> None:
    """Name the groups in which a person comes twice, whose sums would count it twice."""
    import numpy as np

    rows, persons = kept[f"{ROW}_count"].to_numpy(), kept[f"{PERSON}_count_distinct"].to_numpy()
    first = kept[f"{ROW}_min"].to_numpy()
    whole = replace(frame, rows=None)
    findings.cells(
        np.flatnonzero(rows != persons),
        where=lambda group: _("group that begins at {place}").format(place=whole.where(int(first[group]), name)),
        got=lambda group: _("{rows} rows of {persons} persons").format(rows=rows[group], persons=persons[group]),
        expected=_("one row a person in each group"),
        repair=_("Remove the rows that come twice."),
        rest="aggregate",
    )


def _groups(frame: Frame, how: Aggregate, computed: list[str]) -> "pa.Table":
    """One row a group: its keys, its figures, the values each rests on, its rows and the first of them."""
    import numpy as np
    import pyarrow as pa

    rows = np.arange(len(frame)) if frame.rows is None else frame.rows
    columns: dict[str, Any] = {name: frame.columns[name] for name in (*how.by, *computed)} | {ROW: pa.array(rows)}
    wanted = [(name, how.values[name]) for name in computed] + [(name, "count") for name in computed]
    wanted += [(ROW, "min"), (ROW, "count")]
    if how.persons:
        columns[PERSON] = frame.beside(how.persons)
        wanted.append((PERSON, "count_distinct"))
    return pa.table(columns).group_by(list(how.by), use_threads=False).aggregate(wanted)


def _sizes(groups: "pa.Table", how: Aggregate, computed: list[str]) -> "np.ndarray":
    import numpy as np

    sizes = [groups[f"{name}_count"].to_numpy() for name in (*computed, ROW)]
    if how.persons:
        sizes.append(groups[f"{PERSON}_count_distinct"].to_numpy())
    least: np.ndarray = np.minimum.reduce(sizes)
    return least


def _notes(frame: Frame, groups: "pa.Table", keep: "np.ndarray", how: Aggregate, computed: list[str]) -> list[str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    notes = [_("{rows} rows grouped into {groups}").format(rows=len(frame), groups=len(groups))]
    for name in computed:
        empty = pc.sum(pc.subtract(groups[f"{ROW}_count"], groups[f"{name}_count"])).as_py()
        if empty:
            notes.append(_("{field}: {count} empty cells left out of the groups").format(field=name, count=empty))
    lost = groups.filter(pa.array(~keep))[f"{ROW}_count"]
    if len(lost):
        text = _("{groups} groups smaller than {least} left out ({rows} rows)")
        notes.append(text.format(groups=len(lost), least=how.at_least, rows=pc.sum(lost).as_py()))
    return notes
