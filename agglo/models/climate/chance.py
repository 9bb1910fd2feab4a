"""Draws: each assumption has a stream of chance of its own, the same in every scenario.

The stream is keyed by the run's seed and the assumption's name. An assumption that two scenarios share therefore has
the same draws in both, whatever else differs, and their difference holds no noise of sampling (common random numbers).
"""

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING

from agglo.models.climate.actions import Range

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Uniforms = Callable[[str], "Floats"]
"""Values between 0 and 1, both left out, of the assumption of that name."""

NORMAL_95 = 1.959963984540054
"""Half of the 95 % interval of a normal distribution [standard deviations]."""


def streams(seed: int, draws: int) -> Uniforms:
    """Streams of ``draws`` uniform values, by the name of an assumption."""

    def uniforms(name: str) -> "Floats":
        import numpy as np

        words = np.frombuffer(sha256(name.encode()).digest(), dtype="<u4").tolist()
        generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *words])))
        return generator.random(draws) + 2.0**-54

    return uniforms


def triangular(uniforms: "Floats", known: Range) -> "Floats":
    """Values of a triangular distribution between ``low`` and ``high``, most likely ``central``.

    The shape is assumed: it is the simplest that knows only a range and a best guess. Inverse of the distribution
    function::

        x = low + sqrt(u (high - low) (central - low))              where u <= (central - low) / (high - low)
        x = high - sqrt((1 - u) (high - low) (high - central))      elsewhere

    A range of no width gives its value.
    """
    import numpy as np

    low, central, high = known.low, known.central, known.high
    if not known.is_known_as_range:
        return np.full_like(uniforms, central)
    rising = low + np.sqrt(uniforms * (high - low) * (central - low))
    falling = high - np.sqrt((1 - uniforms) * (high - low) * (high - central))
    return np.where(uniforms <= (central - low) / (high - low), rising, falling)


def certain(value: float) -> "Floats":
    """A value without doubt: an array of it alone, which stands for as many draws as wanted."""
    import numpy as np

    return np.array([value])


def normal(uniforms: "Floats") -> "Floats":
    """Values of the standard normal distribution."""
    from statistics import NormalDist

    import numpy as np

    inverse = NormalDist().inv_cdf
    return np.fromiter(map(inverse, uniforms.tolist()), float, len(uniforms))


def lognormal(normals: "Floats", halfwidth: float) -> "Floats":
    """Factors of median 1, never negative, whose 97.5 % quantile is ``1 + halfwidth``.

    A lognormal distribution, as the IPCC advises for large uncertainties of what cannot be negative (2006 Guidelines
    for National Greenhouse Gas Inventories, volume 1, chapter 3). For small ones it is the normal, 95 % of it within
    ``halfwidth`` of 1.
    """
    import numpy as np

    factors: Floats = np.exp(normals * (np.log1p(halfwidth) / NORMAL_95))
    return factors
