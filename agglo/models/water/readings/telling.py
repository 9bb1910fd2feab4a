"""Flags told from runs of readings, few enough to be read."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from agglo.contract.language import ngettext
from agglo.models.water.readings.series import Flag

if TYPE_CHECKING:
    import numpy as np

MOST_RUNS = 20
"""Runs of one kind on one sensor that are told one by one; shorter ones are then told together."""
LONG_S = 86_400
"""Runs at least this long [s] are always told one by one."""


def runs(mask: "np.ndarray") -> "np.ndarray":
    """First and last index (k, 2) of each run of true values.

    >>> import numpy as np
    >>> runs(np.array([True, True, False, True])).tolist()
    [[0, 1], [3, 3]]
    """
    import numpy as np

    edges = np.diff(np.r_[False, mask, False].astype(np.int8))
    return np.column_stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1])


def told(
    sensor: str,
    kind: str,
    times: "np.ndarray",
    spans: "np.ndarray",
    sentence: "Callable[[int, int, int], str]",
    *,
    counts: "np.ndarray | None" = None,
) -> list[Flag]:
    """One flag a span; many short ones become one flag.

    ``times`` are instants [s since 1970] (n,), ``spans`` first and last index (k, 2), ``counts`` the readings of each
    span (k,), else its length. ``sentence`` makes the detail from the first index, the last one and the count.
    """
    import numpy as np

    counts = spans[:, 1] - spans[:, 0] + 1 if counts is None else counts
    short = times[spans[:, 1]] - times[spans[:, 0]] < LONG_S if len(spans) else np.zeros(0, bool)
    together = short if np.count_nonzero(short) > MOST_RUNS else np.zeros(len(spans), bool)
    flags = [
        Flag(sensor, kind, _instant(times[first]), _instant(times[last]), int(count), sentence(first, last, int(count)))
        for (first, last), count in zip(spans[~together].tolist(), counts[~together], strict=True)
    ]
    if together.any():
        first, last, total = int(spans[together][0, 0]), int(spans[together][-1, 1]), int(counts[together].sum())
        places = int(np.count_nonzero(together))
        text = ngettext("{sentence} In {count} place.", "{sentence} In {count} places.", places)
        detail = text.format(sentence=sentence(first, last, total), count=places)
        flags.append(Flag(sensor, kind, _instant(times[first]), _instant(times[last]), total, detail))
    return flags


def _instant(second: int) -> "np.datetime64":
    import numpy as np

    return np.datetime64(int(second), "s")
