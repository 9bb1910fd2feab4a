"""Sobol indices: the share of a result's variance that each assumption brings, alone and with the others.

Sampling and estimators are SALib's: Saltelli et al., Variance based sensitivity analysis of model output, Computer
Physics Communications 181, 259-270, 2010, doi:10.1016/j.cpc.2009.09.018.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.contract.errors import MissingExtra

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

SMALLEST = 2.0**-54
"""Values are kept this far from 0 and from 1, where a distribution may have no value."""


@dataclass(frozen=True, slots=True)
class Index:
    """First and total order of one assumption [1], each with half of its 95 % interval, by bootstrap."""

    first: float
    first_error: float
    total: float
    total_error: float


def indices(
    results: Callable[[Mapping[str, "Floats"]], Mapping[str, "Floats"]], names: Sequence[str], *, size: int, seed: int
) -> dict[str, dict[str, Index]]:
    """Indices of each result by assumption; a result that does not vary has none.

    Parameters
    ----------
    results
        Values of each result, from values of each assumption, even between 0 and 1: one for each evaluation.
    size
        Rows of the base sample, a power of two; there are ``size`` x (assumptions + 2) evaluations.

    Raises
    ------
    MissingExtra
        SALib is not installed.
    """
    import numpy as np

    try:
        from SALib.analyze import sobol as analysis
        from SALib.sample import sobol as sampling
    except ImportError:
        raise MissingExtra("SALib", "climate") from None
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    sample = sampling.sample(problem, size, calc_second_order=False, seed=seed).clip(SMALLEST, 1 - 2 * SMALLEST)
    found = {}
    for result, values in results(dict(zip(names, np.ascontiguousarray(sample.T), strict=True))).items():
        if np.ptp(values):
            # SALib draws its bootstrap from numpy's global generator where the seed is 0.
            of_all = analysis.analyze(problem, values, calc_second_order=False, seed=seed + 1)
            found[result] = {
                name: Index(*(float(of_all[key][rank]) for key in ("S1", "S1_conf", "ST", "ST_conf")))
                for rank, name in enumerate(names)
            }
    return found
