"""What is left of the pots year after year, on central values and over draws.

::

    E[place, sector, year] = sum over pots  base[place] x level x growth^(year - base year) x prod_a (1 - f_a)
    f_a = min(1, units / pot x ramp(year) x effect of one unit)

``level`` is the error of the inventory, ``growth`` the trend of the sector. Measures on one pot act on what the others
have left. Draws are never held for all places, years and sectors: one year at a time is reduced to its quantiles.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from agglo.models.climate import chance
from agglo.models.climate.actions import Action, Range
from agglo.models.climate.nomenclature import SECTORS
from agglo.models.climate.pots import Pot

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Bases = tuple[list[int], "Floats"]
"""Pots of a sector, by number, and their bases: (places and their sum) x pots."""

PROBABILITIES = (0.05, 0.5, 0.95)
BLOCK_VALUES = 2**17
"""Most draws of cells reduced at once in one thread: 1 MB, which a processor's cache holds."""

FEW_DRAWS = 64
"""Fewer draws than these are sorted whole."""


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """Pots of one quantity, what acts on them, and the years they are followed. ``trends`` are by sector [%/yr]."""

    quantity: str
    places: tuple[str, ...]
    pots: tuple[Pot, ...]
    actions: tuple[Action, ...]
    years: tuple[int, ...]
    trends: Mapping[str, Range]

    @property
    def base_year(self) -> int:
        return self.years[0]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Values of the assumptions: ``effects`` by action, ``growth`` by sector, ``levels`` by pot.

    Each is an array of draws, or of one value where there is no doubt.
    """

    effects: tuple["Floats", ...]
    growth: Mapping[str, "Floats"]
    levels: tuple["Floats", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Emissions [tCO2e/yr] or energy [MWh/yr] by place, sector and year, each array of that shape.

    After the last place comes their sum, after the last sector theirs. ``quantiles`` are those of ``PROBABILITIES``.
    """

    central: "Floats"
    mean: "Floats"
    quantiles: tuple["Floats", "Floats", "Floats"]


def central(system: System) -> Sample:
    """Each assumption at its central value."""
    import numpy as np

    return Sample(
        tuple(np.array([_effect(one, system.quantity).central]) for one in system.actions),
        {sector: np.array([1 + system.trends[sector].central / 100]) for sector in SECTORS},
        tuple(np.ones(1) for _pot in system.pots),
    )


def drawn(system: System, uniforms: chance.Uniforms) -> Sample:
    """Each assumption drawn: effects and trends are triangular, errors of the inventory lognormal by sector."""
    normals = {
        sector: chance.normal(uniforms(f"inventory {sector}"))
        for sector in {pot.sector for pot in system.pots if pot.halfwidth}
    }
    levels = {
        (sector, halfwidth): chance.lognormal(normals[sector], halfwidth) if halfwidth else chance.certain(1.0)
        for sector, halfwidth in {(pot.sector, pot.halfwidth) for pot in system.pots}
    }
    return Sample(
        tuple(_drawn(uniforms, f"effect {one.id}", _effect(one, system.quantity)) for one in system.actions),
        {sector: 1 + _drawn(uniforms, f"trend {sector}", system.trends[sector]) / 100 for sector in SECTORS},
        tuple(levels[pot.sector, pot.halfwidth] for pot in system.pots),
    )


def assumptions(system: System) -> list[str]:
    """Names of the assumptions that are in doubt, as their streams are keyed."""
    acting = {number for pot in system.pots for number, _units in pot.units}
    found = [
        f"effect {one.id}"
        for number, one in enumerate(system.actions)
        if number in acting and _effect(one, system.quantity).is_known_as_range
    ]
    held = {pot.sector for pot in system.pots}
    found += [f"trend {sector}" for sector in SECTORS if sector in held and system.trends[sector].is_known_as_range]
    uncertain = {pot.sector for pot in system.pots if pot.halfwidth}
    return found + [f"inventory {sector}" for sector in SECTORS if sector in uncertain]


def shares(system: System, sample: Sample, pot: Pot, year: int) -> list["Floats"]:
    """Share f of a pot that each of its actions takes in a year [1], at most all of it; by action of ``pot.units``."""
    import numpy as np

    return [
        np.minimum(sample.effects[number] * (units * system.actions[number].ramp(year)), 1.0)
        for number, units in pot.units
    ]


def remainder(system: System, sample: Sample, pot: Pot, year: int) -> "Floats":
    """What the actions leave of a pot in a year [1]."""
    import numpy as np

    left = np.ones(1)
    for share in shares(system, sample, pot, year):
        left = left * (1 - share)
    return left


def growth(system: System, sample: Sample, sector: str, year: int) -> "Floats":
    """What the trend has made of a sector since the base year [1]."""
    return sample.growth[sector] ** (year - system.base_year)


def draws(
    system: System, sample: Sample, year: int, *, place: int | None = None, sectors: Sequence[str] = tuple(SECTORS)
) -> "Floats":
    """Emissions or energy of some sectors in a year, by draw, at one place (by number) or in all."""
    import numpy as np

    total = np.zeros(1)
    for pot, level in zip(system.pots, sample.levels, strict=True):
        base = float(pot.base.sum() if place is None else pot.base[place])
        if base and pot.sector in sectors:
            left = remainder(system, sample, pot, year)
            total = total + base * level * growth(system, sample, pot.sector, year) * left
    return total


def follow(
    system: System,
    sample: Sample,
    *,
    threads: int | None = None,
    progress: Callable[[float], None] = lambda _fraction: None,
) -> Followed:
    """Every place, sector and year, on central values and over the draws of ``sample``.

    The answer does not depend on ``threads``: each year is reduced alone, in a fixed order.
    """
    import numpy as np

    shape = (len(system.places) + 1, len(SECTORS) + 1, len(system.years))
    mean, quantiles = np.zeros(shape), np.zeros((len(PROBABILITIES), *shape))
    bases = _bases(system)

    def reduce(number: int) -> None:
        factors = _factors(system, sample, system.years[number], bases)
        _reduce(bases, factors, mean[:, :, number], quantiles[:, :, :, number])

    with ThreadPoolExecutor(threads or available_threads()) as pool:
        for done, _nothing in enumerate(pool.map(reduce, range(len(system.years))), 1):
            progress(done / len(system.years))
    return Followed(follow_central(system), mean, (quantiles[0], quantiles[1], quantiles[2]))


def follow_central(system: System) -> "Floats":
    """Every place, sector and year on central values; where nothing acts, the base times its trend, to the bit."""
    import numpy as np

    sample, bases = central(system), _bases(system)
    found = np.zeros((len(system.places) + 1, len(SECTORS) + 1, len(system.years)))
    for column, year in enumerate(system.years):
        for rank, (sector, (pots, base)) in enumerate(bases.items()):
            for number, pot in enumerate(pots):
                found[:, rank, column] += base[:, number] * remainder(system, sample, system.pots[pot], year)
            found[:, rank, column] *= growth(system, sample, sector, year)
    found[:, -1] = found[:, :-1].sum(axis=1)
    return found


def available_threads() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _effect(action: Action, quantity: str) -> Range:
    return action.effects.get(quantity, Range(0.0, 0.0, 0.0))


def _drawn(uniforms: chance.Uniforms, name: str, known: Range) -> "Floats":
    return chance.triangular(uniforms(name), known) if known.is_known_as_range else chance.certain(known.central)


def _bases(system: System) -> dict[str, Bases]:
    """The pots of each sector."""
    import numpy as np

    found = {}
    for sector in SECTORS:
        pots = [number for number, pot in enumerate(system.pots) if pot.sector == sector]
        base = np.zeros((len(system.places) + 1, len(pots)))
        for column, number in enumerate(pots):
            base[:-1, column] = system.pots[number].base
        base[-1] = base[:-1].sum(axis=0)
        found[sector] = pots, base
    return found


def _factors(system: System, sample: Sample, year: int, bases: Mapping[str, Bases]) -> list["Floats"]:
    """For each sector what its pots have become in a year, as a share of their base: pots x draws."""
    found = []
    for sector, (pots, _base) in bases.items():
        trend = growth(system, sample, sector, year)
        found.append(
            stacked([sample.levels[pot] * trend * remainder(system, sample, system.pots[pot], year) for pot in pots])
        )
    return found


def _reduce(bases: Mapping[str, Bases], factors: Sequence["Floats"], mean: "Floats", quantiles: "Floats") -> None:
    """Mean (places x sectors) and quantiles (probabilities x places x sectors) of one year, written in place."""
    for rank, ((_pots, base), factor) in enumerate(zip(bases.values(), factors, strict=True)):
        mean[:, rank] = base @ factor.mean(axis=1)
    mean[:, -1] = mean[:, :-1].sum(axis=1)
    count = max(factor.shape[1] for factor in factors)
    rows = max(1, BLOCK_VALUES // count)
    for first in range(0, len(mean), rows):
        block = slice(first, first + rows)
        _reduce_block([base[block] for _pots, base in bases.values()], factors, count, quantiles[:, block])


def _reduce_block(bases: Sequence["Floats"], factors: Sequence["Floats"], count: int, quantiles: "Floats") -> None:
    """Quantiles of some places: of each sector, ``base @ factors`` (places x draws), then of all together.

    Products are summed in one fixed order, without the threads of a BLAS. The quantiles of one pot alone are its
    factor's, times the base.
    """
    import numpy as np

    total = np.zeros((len(bases[0]), count))
    for rank, (base, factor) in enumerate(zip(bases, factors, strict=True)):
        if not len(factor):
            continue
        values = np.einsum("pk,kd->pd", base, factor)
        total += values
        if len(factor) == 1:
            quantiles[:, :, rank] = order_statistics(factor.copy()) * base[:, 0]
        else:
            quantiles[:, :, rank] = order_statistics(values)
    quantiles[:, :, -1] = order_statistics(total)


def stacked(factors: Sequence["Floats"]) -> "Floats":
    """Factors of several pots as rows of one array, as long as the longest."""
    import numpy as np

    found = np.empty((len(factors), max(map(len, factors), default=1)))
    for row, factor in zip(found, factors, strict=True):
        row[:] = factor
    return found


def quantiles_of(values: "Floats") -> tuple[float, float, float]:
    """The quantiles of the draws of one thing."""
    low, middle, high = order_statistics(values.copy().reshape(1, -1))[:, 0].tolist()
    return low, middle, high


def order_statistics(values: "Floats") -> "Floats":
    """The quantiles of each row, which is put in another order: the smallest value that so large a share do not exceed.

    It is one of the values (definition 1 of Hyndman and Fan, 1996, doi:10.1080/00031305.1996.10473566).
    """
    import numpy as np

    count = values.shape[1]
    low, middle, high = (max(0, ceil(share * count) - 1) for share in PROBABILITIES)
    if count <= FEW_DRAWS:
        values.sort(axis=1)
    else:
        values.partition(middle, axis=1)
        values[:, :middle].partition(low, axis=1)
        values[:, middle + 1 :].partition(high - middle - 1, axis=1)
    return np.stack([values[:, low], values[:, middle], values[:, high]])
