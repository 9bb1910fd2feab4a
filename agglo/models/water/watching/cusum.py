"""Cumulative sums of evidence: their run lengths, and the scores they add up.

Page's one-sided sum is ``C_t = max(0, C_{t-1} + z_t - k)`` and signals where it passes ``h``; ``z`` is a standard
normal score while nothing changes (E. S. Page, Biometrika 41, 100-115, 1954, doi:10.1093/biomet/41.1-2.100). Where
the mean is not known, each new value is compared with the mean of the earlier ones alone, which makes the sum
self-starting (D. M. Hawkins, Journal of the Royal Statistical Society, Series D 36, 299-315, 1987,
doi:10.2307/2348827; C. P. Quesenberry, Journal of Quality Technology 23, 213-224, 1991).
"""

from math import exp, expm1
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_OVERSHOOT = 1.166
"""Siegmund's correction of the limit for the overshoot of a sum of normal scores: 2 x 0.583."""


def run_length(limit: float, allowance: float, shift: float = 0.0, cells: int = 150) -> float:
    """Mean number of scores until a one-sided sum that starts at zero passes ``limit``, scores of mean ``shift``.

    Markov chain on ``cells`` states (D. Brook and D. A. Evans, Biometrika 59, 539-549, 1972,
    doi:10.1093/biomet/59.3.539), which published tables use.

    >>> round(run_length(5.0, 0.5)), round(run_length(4.0, 0.5, shift=1.0), 1)
    (931, 8.4)
    """
    import numpy as np

    width = 2 * limit / (2 * cells - 1)
    states = width * np.arange(cells)
    normal = NormalDist(shift - allowance)
    edges = np.arange(-cells + 1, cells + 1) * width - width / 2
    below = np.array([normal.cdf(edge) for edge in edges])
    step = np.arange(cells)[None, :] - np.arange(cells)[:, None] + cells - 1
    chance = below[np.minimum(step + 1, 2 * cells - 1)] - below[step]
    chance[:, 0] = [normal.cdf(width / 2 - state) for state in states]
    return float(np.linalg.solve(np.eye(cells) - chance, np.ones(cells))[0])


def run_length_siegmund(limit: float, allowance: float) -> float:
    """The same while nothing changes, by a closed formula (D. Siegmund, Sequential Analysis, Springer, 1985, 2.56).

    >>> round(run_length_siegmund(5.0, 0.5), 1)
    938.2
    """
    argument = 2 * allowance * (limit + _OVERSHOOT)
    return (expm1(argument) - argument) / (2 * allowance**2) if argument < 700 else float("inf")


def limit_for(length: float, allowance: float) -> float:
    """The limit at which a sum passes by mere chance once in ``length`` scores, by Siegmund's formula.

    >>> round(limit_for(938.2, 0.5), 3)
    5.0
    """
    low, high = 0.0, 1000.0
    for _step in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if run_length_siegmund(middle, allowance) < length else (low, middle)
    return (low + high) / 2


def normal_scores(ratios: "np.ndarray", freedom: "float | np.ndarray") -> "np.ndarray":
    """Standard normal scores of Student ratios with ``freedom`` degrees of freedom, of the shape given.

    D. L. Wallace, Annals of Mathematical Statistics 30, 1121-1130, 1959, doi:10.1214/aoms/1177706100.

    >>> import numpy as np
    >>> normal_scores(np.array([2.228]), 10).round(2).tolist()
    [1.96]
    """
    import numpy as np

    size = np.sqrt(freedom * np.log1p(ratios**2 / freedom)) * (8 * freedom + 1) / (8 * freedom + 3)
    found: np.ndarray = np.copysign(size, ratios)
    return found


def self_starting_scores(values: "np.ndarray") -> "np.ndarray":
    """Scores of ``values`` (n,), each against the mean and spread of the earlier ones; the first two are zero.

    ``T = (x_n - mean_{n-1}) / (s_{n-1} sqrt(n / (n-1)))`` is Student with n - 2 degrees of freedom; its normal scores
    are independent standard normal ones as long as nothing changes (Hawkins 1987, Quesenberry 1991).
    """
    import numpy as np

    count = np.arange(1, len(values) + 1)
    sums, squares = np.cumsum(values), np.cumsum(values**2)
    mean = sums / count
    spread = np.sqrt(np.maximum(squares - count * mean**2, 0) / np.maximum(count - 1, 1))
    scores = np.zeros(len(values))
    n = count[2:]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (values[2:] - mean[1:-1]) / (spread[1:-1] * np.sqrt(n / (n - 1)))
    scores[2:] = normal_scores(np.nan_to_num(ratio), np.maximum(n - 2, 1))
    return scores


def sums(scores: "np.ndarray", allowance: float) -> "np.ndarray":
    """Page's sums (n,) of ``scores`` (n,)."""
    import numpy as np

    total = np.empty(len(scores))
    current = 0.0
    for at, score in enumerate(scores):
        current = max(0.0, current + float(score) - allowance)
        total[at] = current
    return total


def odds_of_chance(evidence: float, allowance: float) -> float:
    """Part of scores at which a sum passes ``evidence`` by mere chance, the inverse of its run length."""
    return 2 * allowance**2 * exp(-min(2 * allowance * (evidence + _OVERSHOOT), 700.0)) if evidence > 0 else 1.0
