"""Validation: the constraints of a schema checked on whole columns, every fault named at once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agglo.catalogue.findings import Findings, quoted
from agglo.catalogue.frame import Frame
from agglo.catalogue.schema import Field, bound_value
from agglo.catalogue.source import Column
from agglo.contract.errors import Fault
from agglo.contract.language import _

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

TOTALS = (
    r"(?i)^\s*(?:(?:sous[- ]?tota(?:l|ux)|sub-?totals?|grand[- ]total)\b.*|tota(?:l|ux)"
    r"(?:\s*:.*|\s+(?:g[ée]n[ée]ral|of|de|du|des|pour|par|for|by)\b.*|\s*)"
    r"|(?:ensemble|somme|sum|moyenne|average)\s*:?\s*)$"
)
"""Words that head a row of totals in French and English files."""


def validate(frame: Frame, findings: Findings) -> None:
    """Check every constraint of the frame's schema; what breaks one is added to ``findings``."""
    for one in frame.schema.fields:
        for mask, expected, repair in _broken(one, frame.columns[one.name], frame.bad.get(one.name)):
            _report(frame, one, mask, findings, expected=expected, repair=repair)
    _empty_key(frame, frame.schema.primary_key, findings)
    for key in (frame.schema.primary_key, *frame.schema.unique_keys):
        if key and not any(name in frame.bad for name in key):
            _unique_key(frame, key, findings)


def refuse_totals(columns: list[Column], where: Callable[[int, str], str], findings: Findings) -> None:
    """Name the rows headed "Total", "Sous-total" and the like in columns of text."""
    import pyarrow as pa

    for column in columns:
        for part in column.parts:
            if pa.types.is_string(part.type):
                _refuse_totals(column.name, part, where, findings)


def _refuse_totals(name: str, part: "pa.ChunkedArray", where: Callable[[int, str], str], findings: Findings) -> None:
    import numpy as np
    import pyarrow.compute as pc

    findings.cells(
        np.flatnonzero(pc.fill_null(pc.match_substring_regex(part, TOTALS), False).to_numpy()),
        where=lambda row: where(row, name),
        got=lambda row: quoted(part[row].as_py()),
        expected=_("a row of data, not of totals"),
        repair=_("Remove the row or list it under skip_rows; if it is data, say totals: keep in the mapping."),
        rest=_('column "{name}"').format(name=name),
    )


def _report(
    frame: Frame, one: Field, mask: "np.ndarray", findings: Findings, *, expected: str, repair: str = ""
) -> None:
    import numpy as np

    column = frame.columns[one.name]

    def got(row: int) -> str:
        value = column[row].as_py()
        if value is None:
            return _("an empty cell")
        shown = quoted(value) if not isinstance(value, bytes) else _("a geometry")
        return f"{shown} {one.unit}" if one.unit else shown

    findings.cells(
        np.flatnonzero(mask),
        where=lambda row: frame.where(row, one.name),
        got=got,
        expected=expected,
        repair=repair,
        rest=_('column "{name}"').format(name=one.name),
    )


def _broken(one: Field, column: "pa.ChunkedArray", bad: "np.ndarray | None") -> "Iterator[tuple[np.ndarray, str, str]]":
    """Masks of cells that break a constraint, with what was expected and how to repair it."""
    import numpy as np
    import pyarrow.compute as pc

    rules = one.constraints
    if one.required and column.null_count:
        empty = pc.is_null(column).to_numpy()
        empty = empty if bad is None else empty & ~bad
        yield empty, _("a value, as this field is required"), ""
    if one.logical in ("string",) and {"enum", "pattern", "minLength", "maxLength"} & set(rules):
        yield from _broken_texts(one, column)
    elif "enum" in rules:
        allowed = [bound_value(value, one.logical) if one.logical != "bool" else value for value in rules["enum"]]
        yield _outside(pc.is_in(column, _values(allowed, column.type)), column), _one_of(rules["enum"]), ""
    unit = f" {one.unit}" if one.unit else ""
    for name, compare in COMPARISONS.items():
        if name in rules:
            limit = _values([bound_value(rules[name], one.logical)], column.type)[0]
            inside = getattr(pc, compare)(column, limit)
            yield _outside(inside, column), _limit_text(name).format(limit=f"{rules[name]}{unit}"), ""
    if rules.get("unique") and pc.count_distinct(column).as_py() < len(column) - column.null_count:
        _words, first, codes = _codes(column)
        again = first[codes] != np.arange(len(codes))
        yield again & pc.is_valid(column).to_numpy(), _("a value found once in this column"), ""


COMPARISONS = {
    "minimum": "greater_equal",
    "maximum": "less_equal",
    "exclusiveMinimum": "greater",
    "exclusiveMaximum": "less",
}


def _limit_text(name: str) -> str:
    return {
        "minimum": _("at least {limit}"),
        "maximum": _("at most {limit}"),
        "exclusiveMinimum": _("more than {limit}"),
        "exclusiveMaximum": _("less than {limit}"),
    }[name]


def _outside(inside: "pa.ChunkedArray", column: "pa.ChunkedArray") -> "np.ndarray":
    import pyarrow.compute as pc

    mask: np.ndarray = pc.and_(pc.is_valid(column), pc.invert(pc.fill_null(inside, False))).to_numpy()
    return mask


def _values(given: list[Any], kind: "pa.DataType") -> "pa.Array":
    import pyarrow as pa

    if pa.types.is_decimal(kind) or pa.types.is_integer(kind):
        return pa.array(given, pa.float64())
    return pa.array(given, kind)


def _broken_texts(one: Field, column: "pa.ChunkedArray") -> "Iterator[tuple[np.ndarray, str, str]]":
    """Constraints on texts, each checked once for every distinct text."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = column.combine_chunks().dictionary_encode()
    words, codes = coded.dictionary, coded.indices
    valid = pc.is_valid(codes).to_numpy(zero_copy_only=False)
    index = pc.fill_null(codes, 0).to_numpy()

    def cells(wrong: "pa.Array") -> "np.ndarray":
        mask = pc.fill_null(wrong, False).to_numpy(zero_copy_only=False)
        return valid & mask[index] if len(mask) else np.zeros(len(valid), bool)

    rules = one.constraints
    if "enum" in rules:
        enum = [str(value) for value in rules["enum"]]
        yield cells(pc.invert(pc.is_in(words, pa.array(enum)))), _one_of(enum), ""
    if "pattern" in rules:
        expected = _("a text like {pattern}").format(pattern=rules["pattern"])
        yield cells(pc.invert(_matches(words, rules["pattern"]))), expected, ""
    if "minLength" in rules:
        short = pc.less(pc.utf8_length(words), rules["minLength"])
        yield cells(short), _("at least {count} characters").format(count=rules["minLength"]), ""
    if "maxLength" in rules:
        long = pc.greater(pc.utf8_length(words), rules["maxLength"])
        yield cells(long), _("at most {count} characters").format(count=rules["maxLength"]), ""


def _matches(words: "pa.Array", pattern: str) -> "pa.Array":
    """Which words are matched whole, by RE2 or, for what RE2 lacks, by Python."""
    import re

    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return pc.match_substring_regex(words, rf"^(?:{pattern})$")
    except pa.ArrowInvalid:
        compiled = re.compile(pattern)
        return pa.array([None if word is None else bool(compiled.fullmatch(word)) for word in words.to_pylist()])


def _one_of(given: list[Any]) -> str:
    shown = ", ".join(str(value) for value in given[:8])
    return _("one of {values}").format(values=f"{shown}, …" if len(given) > 8 else shown)


def _codes(column: "pa.ChunkedArray") -> "tuple[pa.Array, np.ndarray, np.ndarray]":
    """Distinct values, the row each is first seen at, and the number of the value of every row."""
    import numpy as np

    coded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    codes = coded.indices.to_numpy()
    _unique, first = np.unique(codes, return_index=True)
    return coded.dictionary, first, codes


def _key_codes(frame: Frame, key: tuple[str, ...]) -> "np.ndarray":
    """A number for each row, the same where all values of the key are the same."""
    import numpy as np

    codes = np.zeros(len(frame), np.int64)
    for name in key:
        words, _first, own = _codes(frame.columns[name])
        if codes.max() > 1 << 40:
            _unique, codes = np.unique(codes, return_inverse=True)
        codes = codes * len(words) + own
    return codes


def _empty_key(frame: Frame, key: tuple[str, ...], findings: Findings) -> None:
    """Name the rows whose primary key is not whole."""
    import pyarrow.compute as pc

    expected = _("a value, as this field is part of the key")
    for name in key:
        if frame.columns[name].null_count and not frame.schema[name].required:
            empty = pc.is_null(frame.columns[name]).to_numpy()
            empty = empty & ~frame.bad[name] if name in frame.bad else empty
            _report(frame, frame.schema[name], empty, findings, expected=expected)


def _unique_key(frame: Frame, key: tuple[str, ...], findings: Findings) -> None:
    """Name the rows whose key another row before them has."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(key) == 1 and frame.schema[key[0]].constraints.get("unique"):
        return
    codes = _key_codes(frame, key)
    if pc.count_distinct(pa.array(codes)).as_py() == len(codes):
        return
    _unique, first, back = np.unique(codes, return_index=True, return_inverse=True)

    def got(row: int) -> str:
        shown = ", ".join(quoted(frame.columns[name][row].as_py()) for name in key)
        return _("{key}, as in {place}").format(key=shown, place=frame.where(int(first[back[row]]), key[0]))

    findings.cells(
        np.flatnonzero(first[back] != np.arange(len(codes))),
        where=lambda row: frame.where(row, key[0]),
        got=got,
        expected=_("a key ({names}) found once").format(names=", ".join(key)),
        repair=_("Remove one of the two rows."),
        rest=_("key ({names})").format(names=", ".join(key)),
    )


def check_geometries(frame: Frame, findings: Findings) -> Frame:
    """The frame with its geometries in one form of WKB; those that cannot be used are added to ``findings``."""
    import numpy as np

    from agglo.catalogue.layer import geometry_faults

    one = frame.schema.geometry
    if one is None:
        return frame
    column, masks = geometry_faults(frame.columns[one.name])
    for what, mask in masks.items():
        findings.cells(
            np.flatnonzero(mask),
            where=lambda row: frame.where(row, one.name),
            got=lambda _row: what,  # noqa: B023  # called before the loop goes on
            expected=_("a valid geometry"),
            repair=_("Repair it in a GIS, for instance with “make valid”."),
            rest=_('column "{name}"').format(name=one.name),
        )
    nothing = np.zeros(len(frame), bool)
    bad = {**frame.bad, one.name: np.logical_or.reduce([*masks.values(), frame.bad.get(one.name, nothing)])}
    return replace(frame, columns={**frame.columns, one.name: column}, bad=bad)


def crs_faults(crs: str | None, declared: str | None, wanted: str | None) -> Iterator[Fault]:
    """Geometries without reference system, in another than the file declares, or than the schema asks for."""
    where = _("reference system")
    if crs is None:
        repair = _("Say it in the mapping, for instance crs: EPSG:2154.")
        yield Fault(where, _("none"), wanted or _("a reference system"), repair)
    elif declared and crs != declared:
        yield Fault(where, crs, _("{crs}, as the file declares").format(crs=declared), _("Remove crs: of the mapping."))
    elif wanted and crs != wanted:
        yield Fault(where, crs, wanted, _("Reproject the layer before adding it."))
