"""Groups: rows of personal data become figures of groups before anything is kept."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agglo.catalogue.frame import Frame
from agglo.catalogue.mapping import Aggregate
from agglo.contract.language import _

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

ROW, PERSON = "#row", "#person"


def aggregated(frame: Frame, how: Aggregate) -> Frame:
    """Rows grouped by some fields; groups smaller than ``at_least`` are dropped, and counted in the notes.

    A group is as large as its rows, or its distinct persons where the mapping names their column; and never larger than
    the number of values any of its figures rests on.
    """
    import pyarrow as pa

    computed = [name for name, function in how.values.items() if function != "count"]
    groups = _groups(frame, how, computed)
    keep = _sizes(groups, how, computed) >= how.at_least
    kept = groups.filter(pa.array(keep))
    made = {name: kept[name] for name in how.by}
    for name, function in how.values.items():
        made[name] = kept[f"{ROW}_count"] if function == "count" else kept[f"{name}_{function}"]
    for one in frame.schema.arrow_schema():
        made.setdefault(one.name, pa.chunked_array([pa.nulls(len(kept), one.type)]))
    notes = (*frame.notes, *_notes(frame, groups, keep, how, computed))
    return replace(frame, columns=made, bad={}, rows=kept[f"{ROW}_min"].to_numpy(), notes=notes)


def _groups(frame: Frame, how: Aggregate, computed: list[str]) -> "pa.Table":
    """One row a group: its keys, its figures, the values each rests on, its rows and the first of them."""
    import numpy as np
    import pyarrow as pa

    rows = np.arange(len(frame)) if frame.rows is None else frame.rows
    columns: dict[str, Any] = {name: frame.columns[name] for name in (*how.by, *computed)} | {ROW: pa.array(rows)}
    wanted = [(name, how.values[name]) for name in computed] + [(name, "count") for name in computed]
    wanted += [(ROW, "min"), (ROW, "count")]
    if how.persons:
        columns[PERSON] = _persons(frame, how.persons).take(pa.array(rows % frame.source.rows))
        wanted.append((PERSON, "count_distinct"))
    return pa.table(columns).group_by(list(how.by), use_threads=False).aggregate(wanted)


def _sizes(groups: "pa.Table", how: Aggregate, computed: list[str]) -> "np.ndarray":
    import numpy as np

    sizes = [groups[f"{name}_count"].to_numpy() for name in (*computed, ROW)]
    if how.persons:
        sizes.append(groups[f"{PERSON}_count_distinct"].to_numpy())
    least: np.ndarray = np.minimum.reduce(sizes)
    return least


def _persons(frame: Frame, name: str) -> "pa.ChunkedArray":
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = [part.cast(pa.string()) for part in frame.source.columns[name].parts]
    return pc.coalesce(*texts) if len(texts) > 1 else texts[0]


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
