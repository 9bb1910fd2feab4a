"""Targets and carbon budgets against what is simulated: how likely they are met, and when a budget is spent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agglo.contract.language import _, in_language
from agglo.models.climate import simulation
from agglo.models.climate.chance import certain
from agglo.models.climate.held import Held
from agglo.models.climate.nomenclature import ALL, GROUPS, QUANTITY_TITLES, SECTORS
from agglo.models.climate.pathway import Pivot
from agglo.models.climate.pots import QUANTITIES
from agglo.models.climate.simulation import System

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Drawn = tuple[System, simulation.Sample]


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """What targets are held against.

    ``systems`` are by quantity, with their draws. ``past`` are by quantity and year: the inventory of that year without
    actions, with its draws.
    """

    held: Held
    systems: Mapping[str, Drawn]
    past: Mapping[tuple[str, int], Drawn]

    @property
    def territory(self) -> str:
        return self.held.territory

    def draws(self, quantity: str, year: int, place: str, sector: str) -> "Floats":
        """Emissions or energy of a year, by draw; the year is simulated, or one of the inventory's."""
        system, sample = self._of(quantity, year)
        return simulation.draws(system, sample, year, place=self._rank(place, system), sectors=sectors_of(sector))

    def central(self, quantity: str, year: int, place: str, sector: str) -> float:
        """The same on central values."""
        system, _sample = self._of(quantity, year)
        values, rank = simulation.central(system), self._rank(place, system)
        return float(simulation.draws(system, values, year, place=rank, sectors=sectors_of(sector))[0])

    def gap(self, quantity: str, year: int, place: str) -> str:
        """Why nothing can be said of that year at that place; empty where something can."""
        if quantity not in self.systems:
            return _("the inventory holds no {quantity}").format(quantity=in_language(QUANTITY_TITLES[quantity]))
        system, _sample = self.systems[quantity]
        if place not in (self.territory, *system.places):
            return _("the inventory does not hold {place}").format(place=place)
        if year > system.years[-1]:
            return _("{year} is after the horizon, {horizon}").format(year=year, horizon=system.years[-1])
        if year >= system.base_year:
            return ""
        if (quantity, year) not in self.past:
            return _("the inventory does not hold {year}").format(year=year)
        missing = self.held.missing(quantity, year, system.base_year, place)
        return (
            _("the inventory of {year} does not hold {names}").format(
                year=year, names=", ".join(in_language(SECTORS[name]) for name in missing)
            )
            if missing
            else ""
        )

    def _of(self, quantity: str, year: int) -> Drawn:
        simulated = self.systems[quantity]
        return simulated if year >= simulated[0].base_year else self.past[quantity, year]

    def _rank(self, place: str, system: System) -> int | None:
        return None if place == self.territory else system.places.index(place)


def sectors_of(name: str) -> tuple[str, ...]:
    """The regulatory sectors of a sector, a group of sectors or ``all``.

    >>> sectors_of("transport")
    ('road-transport', 'other-transport')
    """
    return tuple(SECTORS) if name == ALL else GROUPS.get(name, (name,))


def limit(goal: Pivot, situation: Situation) -> tuple[float, "Floats"] | str:
    """What a target allows [unit of its quantity], central and by draw; or why it cannot be assessed."""
    if reason := situation.gap(goal.quantity, goal.year, goal.place):
        return reason
    if goal.kind != "change":
        return goal.value, certain(goal.value)
    if goal.reference_year is None:
        return _("no reference year is given")
    if reason := situation.gap(goal.quantity, goal.reference_year, goal.place):
        return reason
    where = (goal.quantity, goal.reference_year, goal.place, goal.sector)
    reference = situation.central(*where)
    if not reference:
        return _("nothing was emitted or used in {year}").format(year=goal.reference_year)
    return (1 + goal.value) * reference, (1 + goal.value) * situation.draws(*where)


def target(goal: Pivot, situation: Situation, *, conditional: bool) -> dict[str, Any]:
    """A row of the table of targets; where it cannot be assessed ``reason`` says why, and nothing is guessed."""
    row: dict[str, Any] = {
        **_named(goal),
        "status": goal.status,
        "quantity": goal.quantity,
        "kind": goal.kind,
        "year": goal.year,
        "reference_year": goal.reference_year,
        "unit": QUANTITIES[goal.quantity],
        "conditional": "yes" if conditional else "no",
        "reason": "",
    }
    if not situation.gap(goal.quantity, goal.year, goal.place):
        where = (goal.quantity, goal.year, goal.place, goal.sector)
        values = situation.draws(*where)
        row |= {"central": situation.central(*where), **_quantiles(values)}
    allowed = limit(goal, situation)
    if isinstance(allowed, str):
        return row | {"target": None, "probability": None, "reason": allowed}
    return row | {"target": allowed[0], "probability": float((values <= allowed[1]).mean())}


def budget(goal: Pivot, situation: Situation) -> dict[str, Any]:
    """A row of the table of budgets: what is emitted from ``since`` to ``until``, and the year the budget is spent.

    A budget that is not spent by the horizon has no such year.
    """
    import numpy as np

    since, total = goal.since or goal.year, goal.budget_total
    row: dict[str, Any] = {
        **_named(goal),
        "since": since,
        "until": goal.year,
        "budget": total,
        **dict.fromkeys(("p05", "p50", "p95", "probability")),
        **{f"spent_year_{name}": None for name in ("p05", "p50", "p95")},
        "reason": "",
    }
    reasons = [situation.gap(goal.quantity, year, goal.place) for year in range(since, goal.year + 1)]
    if any(reasons):
        return row | {"reason": next(filter(None, reasons))}
    horizon = situation.systems[goal.quantity][0].years[-1]
    emitted, spent = np.zeros(1), np.full(1, np.inf)
    for year in range(since, horizon + 1):
        emitted = emitted + situation.draws(goal.quantity, year, goal.place, goal.sector)
        spent = np.where((emitted > total) & np.isinf(spent), float(year), spent)
        if year == goal.year:
            row |= {**_quantiles(emitted), "probability": float((emitted <= total).mean())}
    return row | {
        f"spent_year_{name}": int(year) if np.isfinite(year) else None
        for name, year in zip(("p05", "p50", "p95"), _quantiles(spent).values(), strict=True)
    }


def labels(goals: Sequence[Pivot]) -> list[str]:
    """A name for each goal among those of one place and year, as short as tells them apart.

    It is the pathway's; with the sector, the quantity, the kind or the edition where one of them is not the usual one.
    """
    editions = {goal.pathway: {one.edition for one in goals if one.pathway == goal.pathway} for goal in goals}
    found = []
    for goal in goals:
        parts = [goal.pathway]
        parts += [goal.edition] if len(editions[goal.pathway]) > 1 else []
        parts += [goal.sector] if goal.sector != ALL else []
        parts += [goal.quantity] if goal.quantity != "emissions" else []
        kinds = {one.kind for one in goals if _same(one, goal)}
        found.append(" ".join([*parts, goal.kind] if len(kinds) > 1 else parts))
    return found


def _same(one: Pivot, other: Pivot) -> bool:
    return (one.key, one.year) == (other.key, other.year)


def _named(goal: Pivot) -> dict[str, Any]:
    return {"pathway": goal.pathway, "edition": goal.edition, "place": goal.place, "sector": goal.sector}


def _quantiles(values: "Floats") -> dict[str, float]:
    return dict(zip(("p05", "p50", "p95"), simulation.quantiles_of(values), strict=True))
