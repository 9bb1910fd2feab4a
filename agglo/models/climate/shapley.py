"""What each action brings, whatever the order they are taken in: Shapley values.

Source: L. S. Shapley, A value for n-person games, Contributions to the Theory of Games II, Annals of Mathematics
Studies 28, 307-317, 1953. The integral form is that of G. Owen, Multilinear extensions of games, Management Science 18,
1972, doi:10.1287/mnsc.18.5.64.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


def of_remainders(shares: "Floats") -> "Floats":
    """Contribution of each action to ``1 - prod(1 - f)``, the share that they take of a pot together.

    Let each action arrive at a time drawn evenly in [0, 1]. At time t an action j has arrived with probability t, and
    leaves 1 - f_j; so action i finds on average prod(1 - f_j t) and takes f_i of it::

        phi_i = f_i  integral_0^1  prod_{j != i} (1 - f_j t) dt

    Their sum is the integral of -d/dt prod(1 - f_j t), hence 1 - prod(1 - f_j). The integrand is a polynomial of degree
    n - 1 in t: Gauss-Legendre with ceil(n / 2) nodes is exact, up to rounding.

    Parameters
    ----------
    shares
        Shares f [1], at most 1, below zero where an action adds; shape (actions,) or (actions, draws).

    >>> import numpy as np
    >>> of_remainders(np.array([0.5, 0.5])).tolist()
    [0.375, 0.375]
    """
    import numpy as np

    found = np.zeros_like(shares)
    for node, weight in _nodes(max(1, -(-len(shares) // 2))):
        left = 1 - shares * node
        found += weight * np.prod(left, axis=0) / left
    return found * shares


@lru_cache(maxsize=64)
def _nodes(count: int) -> list[tuple[float, float]]:
    """Nodes in [0, 1] and weights of the Gauss-Legendre rule."""
    import numpy as np

    nodes, weights = np.polynomial.legendre.leggauss(count)
    return list(zip(((nodes + 1) / 2).tolist(), (weights / 2).tolist(), strict=True))


def sampled(
    effect: Callable[[Sequence[int]], float], players: int, *, orders: int, rng: "np.random.Generator"
) -> tuple["Floats", "Floats"]:
    """Shapley values of any game and their standard errors, from ``orders`` orders drawn evenly.

    For effects that are no product of remainders. Each order is taken forwards and backwards, which makes the error
    smaller; the error is that of the mean of such pairs. The sum of the values is exact.

    Parameters
    ----------
    effect
        Effect of a group of players, given by number; that of nobody is 0.
    orders
        Pairs of orders, at least 2.
    """
    import numpy as np

    drawn = [rng.permutation(players) for _pair in range(orders)]
    pairs = np.array([(_marginal(effect, order) + _marginal(effect, order[::-1])) / 2 for order in drawn])
    return pairs.mean(axis=0), pairs.std(axis=0, ddof=1) / np.sqrt(orders)


def _marginal(effect: Callable[[Sequence[int]], float], order: "npt.NDArray[np.intp]") -> "Floats":
    """What each player adds when they come in that order."""
    import numpy as np

    found, before, present = np.zeros(len(order)), 0.0, list[int]()
    for player in order.tolist():
        present.append(player)
        after = effect(present)
        found[player], before = after - before, after
    return found
