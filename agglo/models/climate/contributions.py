"""What each action brings in each year, and what its tonnes cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Any

from agglo.models.climate import shapley, simulation
from agglo.models.climate.actions import Action
from agglo.models.climate.simulation import Sample, System

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """Effect of each action in the whole territory [unit of the quantity], above zero where it reduces.

    ``central``, ``low`` and ``high`` are (actions x years), the last two the 5 % and 95 % quantiles of the draws;
    ``summed`` holds the same three of the effect added up over the years (3 x actions).
    """

    central: "Floats"
    low: "Floats"
    high: "Floats"
    summed: "Floats"


def contributions(system: System, sample: Sample) -> Contributions:
    """Shapley values of the actions on the pots, on central values and over draws; they add up to the whole effect.

    What is left of a pot is a product of remainders, so the values have a closed form
    (:func:`.shapley.of_remainders`); those of several pots add up.
    """
    import numpy as np

    actions, years = len(system.actions), len(system.years)
    central, low, high = (np.zeros((actions, years)) for _bound in range(3))
    summed: list[Floats] = [np.zeros(1) for _action in range(actions)]
    certain = simulation.central(system)
    for column, year in enumerate(system.years):
        for number, value in _of_year(system, certain, year).items():
            central[number, column] = value[0]
        for number, values in _of_year(system, sample, year).items():
            low[number, column], _median, high[number, column] = simulation.quantiles_of(values)
            summed[number] = summed[number] + values
    bounds = [simulation.quantiles_of(values) for values in summed]
    total = np.array([central.sum(axis=1), [one[0] for one in bounds], [one[2] for one in bounds]])
    return Contributions(central, low, high, total.reshape(3, actions))


def _of_year(system: System, sample: Sample, year: int) -> dict[int, "Floats"]:
    """Effect of each action that acts in a year, by number, as draws."""
    found: dict[int, Floats] = {}
    for pot, level in zip(system.pots, sample.levels, strict=True):
        taken = simulation.shares(system, sample, pot, year)
        if not any(share.any() for share in taken):
            continue
        base = pot.base.sum() * level * simulation.growth(system, sample, pot.sector, year)
        parts = shapley.of_remainders(simulation.stacked(taken))
        for (number, _units), part in zip(pot.units, parts, strict=True):
            found[number] = found.get(number, 0.0) + base * part
    return found


def cost(action: Action, horizon: int, avoided_t: Sequence[float]) -> dict[str, Any]:
    """A row of the table of costs: money spent to the horizon [EUR], not discounted, and the cost of a tonne.

    ``avoided_t`` is central, low, high [tCO2e]. The range of a tonne's cost sets the low cost against the high effect
    and the high cost against the low one; it has no upper end where the low effect avoids nothing.
    """
    units = action.total_units * action.installed(horizon)
    row: dict[str, Any] = {
        "action": action.id,
        "unit_name": action.unit_name,
        "units": units,
        **dict.fromkeys(("cost_low", "cost_central", "cost_high")),
        "avoided_t": avoided_t[0],
        **dict.fromkeys(("cost_per_tonne", "cost_per_tonne_low", "cost_per_tonne_high")),
    }
    if action.cost is None:
        return row
    spent = {f"cost_{name}": units * getattr(action.cost, name) for name in ("low", "central", "high")}
    pairs = {
        "cost_per_tonne": (spent["cost_central"], avoided_t[0]),
        "cost_per_tonne_low": (spent["cost_low"], avoided_t[2]),
        "cost_per_tonne_high": (spent["cost_high"], avoided_t[1]),
    }
    return row | spent | {name: money / tonnes if tonnes > 0 else None for name, (money, tonnes) in pairs.items()}


def total_cost(rows: Sequence[Mapping[str, Any]]) -> tuple[float | None, float | None]:
    """Central cost of the actions whose cost is known [EUR], and of the tonne that they avoid [EUR/tCO2e]."""
    known = [row for row in rows if row["cost_central"] is not None]
    if not known:
        return None, None
    spent, avoided = fsum(row["cost_central"] for row in known), fsum(row["avoided_t"] for row in known)
    return spent, spent / avoided if avoided > 0 else None
