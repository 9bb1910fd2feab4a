"""Dates and instants: local times made UTC, with the hours a change of clock makes ambiguous or impossible."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

Ambiguous = Literal["first", "second", "infer"]

DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})",
    "f": r"(?P<f>\d{1,6})",
    "z": r"(?P<z>Z|[+-]\d{2}:?\d{2})",
    "%": "%",
}
"""What a time format may hold, each with what it reads."""
ISO_DATE = r"(?P<Y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
ISO_INSTANT = (
    ISO_DATE + r"[ T](?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,6})\d*)?)?\s?(?P<z>Z|[+-]\d{2}:?\d{2})?"
)
SECOND_US = 1_000_000


def pattern_of(form: str) -> str:
    """The regular expression of a time format such as ``%d/%m/%Y %H:%M``.

    Raises
    ------
    ValueError
        The format holds a directive that is not read here; the error is that directive.
    """
    pieces = re.split(r"%(.)", form)
    for directive in pieces[1::2]:
        if directive not in DIRECTIVES:
            raise ValueError(f"%{directive}")
    return "".join(DIRECTIVES[piece] if odd % 2 else re.escape(piece) for odd, piece in enumerate(pieces))


@dataclass(frozen=True, slots=True)
class Clock:
    """Times read: microseconds since 1970 on the clock they were written by; ``known`` where that clock is UTC."""

    micros: "np.ndarray"
    known: "np.ndarray"
    wrong: "np.ndarray"


def clock_times(text: "pa.ChunkedArray", pattern: str) -> Clock:
    """Trimmed texts (null where missing) as times; ``wrong`` marks those that do not fit or do not exist."""
    import numpy as np
    import pyarrow.compute as pc

    parts = pc.extract_regex(text, f"^{pattern}$").combine_chunks()
    valid = pc.is_valid(parts).to_numpy(zero_copy_only=False)
    names = [parts.type.field(i).name for i in range(parts.type.num_fields)]

    def part(name: str, default: int) -> "np.ndarray":
        if name not in names:
            return np.full(len(valid), default, np.int64)
        return _whole(pc.struct_field(parts, name), default)

    short = part("y", 70)
    year = np.where(short < 69, 2000 + short, 1900 + short) if "y" in names else part("Y", 1970)
    days, fits = _days(year, part("m", 1), part("d", 1))
    hour, minute, second = part("H", 0), part("M", 0), part("S", 0)
    fits &= (hour < 24) & (minute < 60) & (second < 60)
    micros = (((days * 24 + hour) * 60 + minute) * 60 + second) * SECOND_US
    if "f" in names:
        micros += _whole(pc.utf8_rpad(pc.fill_null(pc.struct_field(parts, "f"), "0"), 6, "0"), 0)
    known = np.zeros(len(valid), bool)
    if "z" in names:
        shift, known = _offsets(pc.struct_field(parts, "z"))
        micros -= shift
    wrong = pc.is_valid(text).to_numpy() & ~(valid & fits)
    return Clock(micros, known & valid, wrong)


def _days(year: "np.ndarray", month: "np.ndarray", day: "np.ndarray") -> "tuple[np.ndarray, np.ndarray]":
    """Days since 1970, and where the date exists."""
    import numpy as np

    months = ((year - 1970) * 12 + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - first
    fits = (month >= 1) & (month <= 12) & (day >= 1) & (day <= length)
    return first + day - 1, fits


def _whole(text: "pa.Array", default: int) -> "np.ndarray":
    import pyarrow as pa
    import pyarrow.compute as pc

    empty = pc.fill_null(pc.equal(text, ""), True)
    whole: np.ndarray = pc.if_else(empty, str(default), text).cast(pa.int64()).to_numpy()
    return whole


def _offsets(text: "pa.Array") -> "tuple[np.ndarray, np.ndarray]":
    """Shift from UTC [µs], and where there is one."""
    import numpy as np
    import pyarrow.compute as pc

    coded = pc.fill_null(text, "").dictionary_encode()
    shifts, known = [], []
    for one in coded.dictionary.to_pylist():
        digits = re.sub(r"\D", "", one)
        size = (int(digits[:2]) * 60 + int(digits[2:])) * 60 * SECOND_US if digits else 0
        shifts.append(-size if one.startswith("-") else size)
        known.append(bool(one))
    codes = coded.indices.to_numpy()
    return np.array(shifts, np.int64)[codes], np.array(known, bool)[codes]


@dataclass(frozen=True, slots=True)
class Resolved:
    """Instants [µs since 1970, UTC], with what a change of clock does to the local times they were."""

    micros: "np.ndarray"
    ambiguous: "np.ndarray"
    impossible: "np.ndarray"
    settled: "np.ndarray"


def to_utc(
    local: "np.ndarray",
    zone: ZoneInfo,
    *,
    ambiguous: Ambiguous | None = None,
    forward: bool = False,
    groups: "np.ndarray | None" = None,
) -> Resolved:
    """Local times [µs on the zone's clock] as instants.

    An hour that the clock shows twice is the first one, the second one, or with ``infer`` the second once the times
    of its group, in the order of the rows, have gone back. An hour the clock skips is read with ``forward`` as if the
    clock had not changed. ``settled`` marks the ambiguous times that were given a reading.
    """
    import numpy as np

    shift = np.zeros(len(local), np.int64)
    twice, skipped, settled = (np.zeros(len(local), bool) for _count in range(3))
    if not len(local):
        return Resolved(local, twice, skipped, settled)
    changes = _changes(zone, int(local.min()), int(local.max()))
    shift += changes[0][1]
    for at, before, after in changes[1:]:
        low, high = at + min(before, after), at + max(before, after)
        inside = (local >= low) & (local < high)
        shift = np.where(local >= high, after, shift)
        if after > before:
            skipped |= inside
            shift = np.where(inside, before, shift)
        else:
            twice |= inside
            second, sure = _second(local, inside, ambiguous, groups)
            settled |= sure
            shift = np.where(inside, np.where(second, after, before), shift)
    return Resolved(local - shift, twice, skipped & (not forward), settled)


def _second(
    local: "np.ndarray", inside: "np.ndarray", ambiguous: Ambiguous | None, groups: "np.ndarray | None"
) -> "tuple[np.ndarray, np.ndarray]":
    """Of the times ``inside`` an hour shown twice, which are in its second showing, and which are settled."""
    import numpy as np

    second, sure = np.zeros(len(local), bool), np.zeros(len(local), bool)
    if ambiguous in ("first", "second"):
        return inside & (ambiguous == "second"), inside.copy()
    if ambiguous != "infer":
        return second, sure
    rows = np.flatnonzero(inside)
    of_row = groups[rows] if groups is not None else np.zeros(len(rows), np.int64)
    for group in np.unique(of_row):
        own = rows[of_row == group]
        back = np.flatnonzero(np.diff(local[own]) <= 0)
        if len(back) == 1:
            second[own[back[0] + 1 :]] = True
            sure[own] = True
    return second, sure


def _changes(zone: ZoneInfo, low: int, high: int) -> list[tuple[int, int, int]]:
    """Changes of the zone's clock between two local times: instant, shift before, shift after [µs].

    The first entry only carries the shift at the start.
    """
    day = timedelta(days=1)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=low) - 2 * day
    end = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=high) + 2 * day
    moment = moment.replace(microsecond=0)
    changes = [(0, _shift(zone, moment), 0)]
    changes[0] = (0, changes[0][1], changes[0][1])
    while moment < end:
        later = moment + day
        before, after = _shift(zone, moment), _shift(zone, later)
        if before != after:
            changes.append((_instant_of_change(zone, moment, later), before, after))
        moment = later
    return changes


def _shift(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds()) * SECOND_US


def _instant_of_change(zone: ZoneInfo, low: datetime, high: datetime) -> int:
    start = _shift(zone, low)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if _shift(zone, middle) == start else (low, middle)
    return int(high.timestamp()) * SECOND_US
