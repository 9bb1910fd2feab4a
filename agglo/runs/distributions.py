"""Whether two samples come from one distribution: the two-sample Kolmogorov-Smirnov test.

p-value by the asymptotic distribution of Kolmogorov with the small-sample correction of M. A. Stephens (1970),
"Use of the Kolmogorov-Smirnov, Cramer-Von Mises and related statistics without extensive tables", Journal of the Royal
Statistical Society B 32(1), 115-122, doi:10.1111/j.2517-6161.1970.tb00821.x.
"""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_TERMS = 100
_SMALLEST = 0.2
"""Below this, the series gives 1 to more digits than it can be computed to."""


def kolmogorov_smirnov(first: "np.ndarray", second: "np.ndarray") -> float:
    """p-value of the hypothesis that two samples come from one distribution; 1 where they are equal.

    NaN counts as a value of its own, above all others. Two empty samples are alike; an empty one and another are not.

    >>> import numpy as np
    >>> kolmogorov_smirnov(np.arange(100.0), np.arange(100.0))
    1.0
    >>> kolmogorov_smirnov(np.arange(100.0), np.arange(100.0) + 1000) < 1e-9
    True
    """
    import numpy as np

    if not len(first) or not len(second):
        return float(len(first) == len(second))
    every = np.concatenate([first, second])
    shares = [np.searchsorted(np.sort(sample), every, side="right") / len(sample) for sample in (first, second)]
    distance = float(np.max(np.abs(shares[0] - shares[1])))
    size = math.sqrt(len(first) * len(second) / (len(first) + len(second)))
    return kolmogorov_survival((size + 0.12 + 0.11 / size) * distance)


def kolmogorov_survival(value: float) -> float:
    """Probability that Kolmogorov's limiting statistic is above ``value``: 2 sum (-1)^(k-1) exp(-2 k^2 x^2).

    >>> round(kolmogorov_survival(1.358), 3)
    0.05
    """
    if value < _SMALLEST:
        return 1.0
    total = math.fsum((-1.0) ** (k - 1) * math.exp(-2.0 * k * k * value * value) for k in range(1, _TERMS))
    return min(max(2.0 * total, 0.0), 1.0)
