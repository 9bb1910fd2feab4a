"""95 % intervals of what is computed from volumes, from theirs.

Every volume errs independently and about normally; half-widths combine by the law of propagation, first order
(JCGM 100:2008, Guide to the expression of uncertainty in measurement, equation 10). For sums and differences this is
the variance calculation that the water balance of the IWA and the AWWA uses: Thornton, Sturm and Kunkel, Water Loss
Control, 2nd edition, McGraw-Hill 2008, section 7.8 and table 7.5, which the tests reproduce.
"""

from collections.abc import Callable
from math import hypot

from agglo.models.water.performance.volumes import Halfwidths, Volumes

_STEP = 0.01
"""Share of a half-width by which a volume is moved to measure its effect [1]: small, so that no input falls to zero."""


def halfwidth(figure: Callable[[Volumes], float], volumes: Volumes, halfwidths: Halfwidths) -> float:
    """Half of the 95 % interval of ``figure(volumes)``, in the unit of the figure.

    ::

        U = sqrt(sum((df/dx_i U_i)^2)),  the derivatives by central differences

    >>> volumes = Volumes(1000.0, 0.0, 0.0, 700.0, 0.0, 0.0)
    >>> round(halfwidth(lambda one: one.losses, volumes, {"produced": 30.0, "metered": 40.0}), 9)
    50.0
    """
    return hypot(
        *(
            (figure(volumes.moved(name, _STEP * half)) - figure(volumes.moved(name, -_STEP * half))) / (2 * _STEP)
            for name, half in halfwidths.items()
            if half
        )
    )
