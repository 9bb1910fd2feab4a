"""Values: texts become an array of their field's type, with the cells that cannot be."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agglo.catalogue import instants
from agglo.catalogue.numbers import Convention, canonical, numbers
from agglo.catalogue.schema import Field
from agglo.contract.language import _

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Rejected:
    """Cells that are not what the field asks for."""

    mask: "np.ndarray"
    expected: str
    repair: str = ""


UNKNOWN = Convention()


@dataclass(frozen=True, slots=True)
class Habits:
    """How a file writes its values: numbers, dates, local time, missing cells."""

    numbers: Convention = UNKNOWN
    date_format: str | None = None
    time_format: str | None = None
    zone: str | None = None
    ambiguous: instants.Ambiguous | None = None
    forward: bool = False
    missing: tuple[str, ...] = ()
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    groups: "np.ndarray | None" = None


@dataclass(slots=True)
class Values:
    """The values of a field, what was rejected, and what a person should know about the reading."""

    array: "pa.ChunkedArray"
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def wrong(self) -> "np.ndarray":
        """Where a cell was rejected."""
        import numpy as np

        masks = [one.mask for one in self.rejected]
        return np.logical_or.reduce(masks) if masks else np.zeros(len(self.array), bool)


def trimmed(part: "pa.ChunkedArray", target: Field, habits: Habits) -> "pa.ChunkedArray":
    """The texts without spaces around them, null where they say that the value is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pc.utf8_trim_whitespace(part.cast(pa.string()))
    return pc.if_else(_says_missing(text, {*target.missing, *habits.missing, ""}), pa.scalar(None, pa.string()), text)


def _says_missing(text: "pa.ChunkedArray", words: set[str]) -> "pa.ChunkedArray":
    """Where a text is one of a few words, compared one by one: several times faster than a look-up."""
    import pyarrow.compute as pc

    found = [pc.equal(text, word) for word in sorted(words)]
    return functools.reduce(pc.or_, found)


def expected_of(target: Field) -> str:
    """What a cell of this field looks like, for a person."""
    return {
        "bool": _("true or false"),
        "int64": _("a whole number"),
        "float64": _("a number"),
        "decimal": _("a number"),
        "string": _("a text"),
        "date": _("a date such as 2024-12-31"),
        "instant": _("an instant such as 2024-12-31T23:00:00Z"),
        "wkb": _("a geometry"),
    }[target.logical]


def _text(part: "pa.ChunkedArray", target: Field, habits: Habits) -> Values:
    import pyarrow as pa
    import pyarrow.compute as pc

    part = part.cast(pa.string())
    given = {*target.missing, *habits.missing}
    missing = _says_missing(pc.utf8_trim_whitespace(part), given) if given else None
    if missing is None or not pc.any(missing).as_py():
        return Values(part)
    return Values(pc.if_else(missing, pa.scalar(None, pa.string()), part))


def _number_text(part: "pa.ChunkedArray", target: Field, habits: Habits) -> Values:
    how = Convention(target.decimal_sign) if target.decimal_sign else habits.numbers  # type: ignore[arg-type]
    array, wrong = numbers(trimmed(part, target, habits), how)
    return Values(array, [Rejected(wrong, _expected_number(how), _number_repair(how))])


def _expected_number(how: Convention) -> str:
    if how.decimal is None:
        return _("a number")
    return _('a number with "{sign}" as decimal sign').format(sign=how.decimal)


def _number_repair(how: Convention) -> str:
    if how.decimal is None or how.thousands:
        return ""
    other = "," if how.decimal == "." else "."
    return _('If "{sign}" sets thousands apart, say thousands: "{sign}" in the mapping.').format(sign=other)


def _decimal_text(part: "pa.ChunkedArray", target: Field, habits: Habits) -> Values:
    import pyarrow as pa
    import pyarrow.compute as pc

    how = Convention(target.decimal_sign) if target.decimal_sign else habits.numbers  # type: ignore[arg-type]
    text = trimmed(part, target, habits)
    plain = canonical(text, how)
    digits, most = target.precision or (38, 9)
    whole = rf"0*\d{{1,{digits - most}}}" if digits > most else "0+"
    fits = pc.match_substring_regex(plain, rf"^-?{whole}(\.\d{{0,{most}}}0*)?$")
    shorter = pc.replace_substring_regex(plain, rf"(\.\d{{0,{most}}})0*$", r"\1")
    plain = pc.if_else(fits, shorter, pa.scalar(None, pa.string()))
    wrong = pc.and_(pc.is_null(plain), pc.is_valid(text)).to_numpy()
    text_of = _("a number of at most {digits} digits, {count} of them decimals")
    expected = text_of.format(digits=digits, count=most)
    return Values(plain.cast(target.arrow_type()), [Rejected(wrong, expected, _number_repair(how))])


def _integer_text(part: "pa.ChunkedArray", target: Field, habits: Habits) -> Values:
    import pyarrow as pa
    import pyarrow.compute as pc

    text = trimmed(part, target, habits)
    try:
        return Values(text.cast(pa.int64()))
    except pa.ArrowInvalid:
        plain = canonical(text, habits.numbers)
        whole = pc.match_substring_regex(plain, r"^-?\d{1,18}$")
        plain = pc.if_else(whole, plain, pa.scalar(None, pa.string()))
        wrong = pc.and_(pc.is_null(plain), pc.is_valid(text)).to_numpy()
        return Values(plain.cast(pa.int64()), [Rejected(wrong, expected_of(target))])


def _bool_text(part: "pa.ChunkedArray", target: Field, habits: Habits) -> Values:
    import pyarrow as pa
    import pyarrow.compute as pc

    text = trimmed(part, target, habits)
    yes = pa.array([*(habits.true_values or target.true_values)], pa.string())
    no = pa.array([*(habits.false_values or target.false_values)], pa.string())
    true, false = pc.is_in(text, yes), pc.is_in(text, no)
    array = pc.if_else(true, True, pc.if_else(false, False, pa.scalar(None, pa.bool_())))
    wrong = pc.and_(pc.is_null(array), pc.is_valid(text)).to_numpy()
    expected = _("one of {values}").format(values=", ".join([*yes.to_pylist(), *no.to_pylist()]))
    return Values(array, [Rejected(wrong, expected, _("Say true_values and false_values in the mapping."))])


def _date_text(part: "pa.ChunkedArray", target: Field, habits: Habits) -> Values:
    import pyarrow as pa

    text = trimmed(part, target, habits)
    form = habits.date_format or (target.format if target.format != "default" else None)
    try:
        if not form:
            return Values(text.cast(pa.date32()))
    except pa.ArrowInvalid:
        pass
    read = instants.clock_times(text, instants.pattern_of(form) if form else instants.ISO_DATE)
    days = (read.micros // (86_400 * instants.SECOND_US)).astype("int32")
    array = pa.chunked_array([pa.array(days, pa.int32(), mask=_missing(text, read.wrong)).cast(pa.date32())])
    expected = _("a date written {format}").format(format=form or "%Y-%m-%d")
    return Values(array, [Rejected(read.wrong, expected, _format_repair("date_format", form))])


def _format_repair(key: str, form: str | None) -> str:
    if form:
        return ""
    return _('Say how it is written in the mapping, for instance {key}: "{example}".').format(
        key=key, example="%d/%m/%Y" if key == "date_format" else "%d/%m/%Y %H:%M"
    )


def _missing(part: "pa.ChunkedArray", wrong: "np.ndarray") -> "np.ndarray":
    import pyarrow.compute as pc

    missing: np.ndarray = pc.is_null(part).to_numpy() | wrong
    return missing


def _instant_text(part: "pa.ChunkedArray", target: Field, habits: Habits) -> Values:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    text = trimmed(part, target, habits)
    form = habits.time_format or (target.format if target.format != "default" else None)
    if not form and (pc.min(pc.utf8_length(text)).as_py() or 0) >= 16:
        for kind in (pa.timestamp("us", "UTC"), pa.timestamp("us")):
            try:
                read = text.cast(kind)
            except pa.ArrowInvalid:
                continue
            return Values(read) if kind.tz else localised(read, np.zeros(len(read), bool), target, habits)
    times = instants.clock_times(text, instants.pattern_of(form) if form else instants.ISO_INSTANT)
    array = pa.chunked_array([pa.array(times.micros, mask=_missing(text, times.wrong)).cast(pa.timestamp("us"))])
    expected = _("an instant written {format}").format(format=form or "2024-12-31T23:00:00Z")
    result = localised(array, times.known, target, habits)
    result.rejected.append(Rejected(times.wrong, expected, _format_repair("time_format", form)))
    return result


def localised(local: "pa.ChunkedArray", known: "np.ndarray", target: Field, habits: Habits) -> Values:
    """Times on the clock they were written by as instants; ``known`` are UTC already."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    valid = pc.is_valid(local).to_numpy()
    rows = np.flatnonzero(valid & ~known)
    micros = pc.fill_null(local.cast(pa.int64()), 0).to_numpy().copy()
    result = Values(local)
    nothing = np.zeros(len(micros), bool)
    if len(rows) and not habits.zone:
        wrong = nothing.copy()
        wrong[rows] = True
        repair = _("Say the clock in the mapping, for instance time_zone: Europe/Paris, or Etc/GMT-1 for winter time.")
        result.rejected.append(Rejected(wrong, _("an instant with its offset from UTC"), repair))
        rows, bad = rows[:0], wrong
    else:
        bad = nothing
    if len(rows) and habits.zone:
        bad = _settle(micros, rows, habits, result)
    array = pa.array(micros, mask=~valid | bad).cast(target.arrow_type())
    result.array = pa.chunked_array([array])
    return result


def _settle(micros: "np.ndarray", rows: "np.ndarray", habits: Habits, result: Values) -> "np.ndarray":
    """Make the times at ``rows`` UTC in place; note and reject what the change of clock leaves open."""
    import numpy as np

    zone = str(habits.zone)
    groups = habits.groups[rows] if habits.groups is not None else None
    found = instants.to_utc(
        micros[rows], ZoneInfo(zone), ambiguous=habits.ambiguous, forward=habits.forward, groups=groups
    )
    micros[rows] = found.micros
    result.notes.append(_("local times of {zone} made UTC").format(zone=zone))
    if found.ambiguous.any():
        count = int(found.ambiguous.sum())
        result.notes.append(_("{count} times fall in an hour the clock shows twice").format(count=count))
    open_, skipped = np.zeros(len(micros), bool), np.zeros(len(micros), bool)
    open_[rows[found.ambiguous & ~found.settled]] = True
    skipped[rows[found.impossible]] = True
    repair = _("Say ambiguous: first, second or infer (from the order of the rows) in the mapping.")
    result.rejected.append(Rejected(open_, _("a time the clock of {zone} shows once").format(zone=zone), repair))
    repair = _("Check the zone; or say nonexistent: forward to read it as if the clock had not changed.")
    result.rejected.append(Rejected(skipped, _("a time that exists in {zone}").format(zone=zone), repair))
    return open_ | skipped


def _geometry_text(part: "pa.ChunkedArray", target: Field, habits: Habits) -> Values:
    import numpy as np
    import pyarrow as pa
    import shapely

    text = trimmed(part, target, habits)
    given = text.to_numpy()
    shapes = shapely.from_geojson(given, on_invalid="ignore")
    wrong = np.array([one is not None for one in given]) & shapely.is_missing(shapes)
    array = pa.chunked_array([pa.array(shapely.to_wkb(shapes, flavor="iso", byte_order=1), pa.binary())])
    return Values(array, [Rejected(wrong, _("a geometry written as GeoJSON"))])


FROM_TEXT: dict[str, Callable[..., Values]] = {
    "bool": _bool_text,
    "int64": _integer_text,
    "float64": _number_text,
    "decimal": _decimal_text,
    "string": _text,
    "date": _date_text,
    "instant": _instant_text,
    "wkb": _geometry_text,
}
