"""Numbers as people write them: decimal comma or point, thousands apart, never guessed.

``1,234`` alone says nothing: it is read only once the file shows elsewhere which sign is the decimal one, or the
mapping says.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

Sign = Literal[",", "."]

SPACES = "\u0020\u00a0\u2009\u202f"
"""Spaces that set thousands apart: plain, no-break, thin, narrow no-break."""
SPECIAL = {"NaN": "nan", "INF": "inf", "-INF": "-inf"}
"""Numbers Table Schema writes as words."""
SAMPLE = 2000
FIRST = 20_000
"""Cells looked at to see how numbers are written: among so many first rows, then so many that hold a sign."""

_DECIMAL = re.compile(
    rf"[+-]?(?:\d{{1,3}}(?:[{SPACES}]\d{{3}})+(?P<a>[.,])\d+"  # 1 234,500
    r"|0(?P<b>[.,])\d+"  # 0,500
    r"|\d{4,}(?P<c>[.,])\d+"  # 1234,500
    r"|\d{1,3}(?P<d>[.,])(?:\d{1,2}|\d{4,})"  # 12,5
    r"|\d*(?P<e>[.,])\d*[eE][+-]?\d+"  # 1,234e5
    r"|(?P<f>[.,])\d+|\d+(?P<g>[.,]))"  # ,5  5,
)
_GROUPED = re.compile(
    r"[+-]?\d{1,3}(?:(?P<a>[.,])\d{3}(?:(?P=a)\d{3})+|(?P<b>[.,])\d{3}(?:(?P=b)\d{3})*(?!(?P=b))[.,]\d*)"
)
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a number was seen, and how it is written."""

    column: str
    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Convention:
    """How numbers are written in a file: what the mapping says, else what the cells show.

    ``decimal`` and ``thousands`` are None as long as nothing shows them. ``conflict`` are two cells that show opposite
    signs; ``ambiguous`` is a cell that would be read differently under each.
    """

    decimal: Sign | None = None
    thousands: Sign | None = None
    conflict: tuple[Cell, Cell] | None = None
    ambiguous: Cell | None = None


def convention(
    columns: "Iterable[tuple[str, pa.ChunkedArray]]", decimal: Sign | None = None, thousands: Sign | None = None
) -> Convention:
    """How numbers are written in these columns of text.

    >>> import pyarrow as pa
    >>> convention([("flow", pa.chunked_array([["1 234,5", "7"]]))]).decimal
    ','
    >>> convention([("flow", pa.chunked_array([["1,234"]]))]).ambiguous.text
    '1,234'
    """
    if decimal:
        return Convention(decimal, thousands)
    shown: dict[str, Cell] = {}
    grouping: Sign | None = None
    ambiguous: Cell | None = None
    for name, array in columns:
        for cell in _telling(name, array):
            sign, group = evidence(cell.text)
            grouping = grouping or group
            if sign:
                shown.setdefault(sign, cell)
            elif _AMBIGUOUS.fullmatch(cell.text):
                ambiguous = ambiguous or cell
    if len(shown) == 2:
        return Convention(conflict=(shown[","], shown["."]))
    if not shown:
        return Convention(ambiguous=ambiguous)
    return Convention("," if "," in shown else ".", thousands or grouping)


def evidence(text: str) -> tuple[Sign | None, Sign | None]:
    """The decimal sign and the thousands separator a number shows beyond doubt.

    >>> evidence("12,5"), evidence("1.234.567"), evidence("1,234")
    ((',', None), (',', '.'), (None, None))
    """
    found = _DECIMAL.fullmatch(text)
    if found:
        return ("," if "," in found.groupdict().values() else "."), None
    found = _GROUPED.fullmatch(text)
    if found:
        group = found.group("a") or found.group("b")
        return ("," if group == "." else "."), ("." if group == "." else ",")
    return None, None


def _telling(name: str, array: "pa.ChunkedArray") -> Iterable[Cell]:
    """Cells that hold a comma or a point: the first ones, then the first that are not of the ambiguous kind."""
    import numpy as np
    import pyarrow.compute as pc

    head = array.slice(0, FIRST)
    if pc.any(_signed(head)).as_py() and len(array) > FIRST:
        cells = list(_telling(name, head))
        if any(evidence(cell.text)[0] for cell in cells):
            return cells
    signed = _signed(array)
    rows = np.flatnonzero(pc.fill_null(signed, False).to_numpy())
    cells = [Cell(name, int(row), array[int(row)].as_py().strip()) for row in rows[:SAMPLE]]
    if len(rows) > SAMPLE and not any(evidence(cell.text)[0] for cell in cells):
        clear = pc.invert(pc.match_substring_regex(array, rf"^\s*{_AMBIGUOUS.pattern}\s*$"))
        others = np.flatnonzero(pc.fill_null(pc.and_kleene(signed, clear), False).to_numpy())
        cells += [Cell(name, int(row), array[int(row)].as_py().strip()) for row in others[:SAMPLE]]
    return cells


def _signed(array: "pa.ChunkedArray") -> "pa.ChunkedArray":
    import pyarrow.compute as pc

    return pc.or_kleene(pc.match_substring(array, ","), pc.match_substring(array, "."))


def numbers(text: "pa.ChunkedArray", how: Convention) -> "tuple[pa.ChunkedArray, np.ndarray]":
    """Trimmed texts (null where missing) as floats, and a mask of those that are no number under that convention.

    >>> import pyarrow as pa
    >>> numbers(pa.chunked_array([["1 234,5", "abc"]]), Convention(","))[0].to_pylist()
    [1234.5, None]
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    quick = _quick(text, how)
    if quick is not None:
        return quick, np.zeros(len(text), bool)
    plain = canonical(text, how)
    special = pc.is_in(text, pa.array(list(SPECIAL)))
    if pc.any(special).as_py():
        words = text
        for word, value in SPECIAL.items():
            words = pc.if_else(pc.equal(text, word), value, words)
        plain = pc.if_else(pc.fill_null(special, False), words, plain)
    wrong = pc.and_(pc.is_null(plain), pc.is_valid(text)).to_numpy()
    return plain.cast(pa.float64()), wrong


def canonical(text: "pa.ChunkedArray", how: Convention) -> "pa.ChunkedArray":
    """Numbers as digits with a decimal point and no grouping, null where the text is no number."""
    import pyarrow as pa
    import pyarrow.compute as pc

    decimal = how.decimal or "."
    group = f"[{SPACES}{how.thousands or ''}]"
    mark = re.escape(decimal)
    pattern = rf"^[+\-−]?(?:(?:\d+|\d{{1,3}}(?:{group}\d{{3}})+)(?:{mark}\d*)?|{mark}\d+)(?:[eE][+\-]?\d+)?$"
    valid = pc.match_substring_regex(text, pattern)
    bare = pc.replace_substring_regex(text, rf"^\+|{group}", "")
    bare = pc.replace_substring(pc.replace_substring(bare, "−", "-"), decimal, ".")
    return pc.if_else(valid, bare, pa.scalar(None, pa.string()))


def _quick(text: "pa.ChunkedArray", how: Convention) -> "pa.ChunkedArray | None":
    """The floats where every text is plain, which most files are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if how.decimal == ",":
        if pc.any(pc.match_substring(text, ".")).as_py():
            return None
        text = pc.replace_substring(text, ",", ".", max_replacements=1)
    try:
        found = text.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    return found if pc.all(pc.is_finite(found)).as_py() in (True, None) else None
