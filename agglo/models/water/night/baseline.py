"""The night-flow rule that leak detectors are compared with: LeakDB's baseline.

S. Vrachimis, M. Kyriakou, D. Eliades and M. Polycarpou, LeakDB: a benchmark dataset for leakage diagnosis in water
distribution networks, WDSA/CCWI Joint Conference, Kingston, 2018.
"""

from collections.abc import Sequence
from statistics import fmean

DAYS = 10


def baseline_flags(minimum_flows: Sequence[float], threshold: float, days: int = DAYS) -> list[bool]:
    """Days whose least flow exceeds the least of the last ``days`` unflagged days by more than a share of it.

    Parameters
    ----------
    minimum_flows
        Least flow of each day, in any one unit of flow, all known.
    threshold
        Share of the reference [1]: 0.1, 0.2 and 0.3 in the article.

    The first ``days`` days are the first reference and are never flagged. A flagged day does not enter the reference.

    >>> baseline_flags([10.0] * 10 + [10.5, 12.0, 12.0, 10.2], 0.1)[10:]
    [False, True, True, False]
    """
    reference = list(minimum_flows[:days])
    flags = [False] * len(reference)
    for flow in minimum_flows[days:]:
        least = min(reference)
        flags.append(flow - least > threshold * least)
        if not flags[-1]:
            reference = [*reference[1:], flow]
    return flags


def rates(flags: Sequence[bool], leaks: Sequence[bool]) -> tuple[float, float]:
    """Share of the leak days that are flagged, and share of the days without a leak that are not [1].

    Each of the two must come at least once.

    >>> rates([True, False, False, True], [True, True, False, False])
    (0.5, 0.5)
    """
    pairs = list(zip(flags, leaks, strict=True))
    return fmean(flag for flag, leak in pairs if leak), fmean(not flag for flag, leak in pairs if not leak)
