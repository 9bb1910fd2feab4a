"""Pots: what the actions act on, and the share of it that each takes.

A row of the inventory belongs to the pot of its sector and carrier. An action of carrier ``all`` takes the same share
of every carrier of its sector. The share is that of the base year: units x effect of one unit / pot, so that where a
trend or an error of the inventory moves the pot, what a unit brings moves with it.

Rows that the same actions act on alike, and that are known alike, are one pot here: the factor that is left of them is
then the same, whatever their number.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _, in_language
from agglo.models.climate.actions import Action
from agglo.models.climate.nomenclature import ALL, QUANTITY_TITLES, SECTORS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

QUANTITIES = {"emissions": "tCO2e/yr", "energy": "MWh/yr"}
"""What is simulated, and its unit."""


@dataclass(frozen=True, slots=True)
class Row:
    """A part of the inventory: ``value`` [tCO2e or MWh in the year], ``halfwidth`` half of its 95 % interval [1]."""

    place: str
    sector: str
    carrier: str
    value: float
    halfwidth: float
    quality: str


@dataclass(frozen=True, slots=True, eq=False)
class Pot:
    """What is left of it is one factor for all its places: ``base`` is by place.

    ``units`` gives for each action, by number, the units at full effect over the pot: the share that it takes is that
    times the effect of one unit.
    """

    sector: str
    halfwidth: float
    units: tuple[tuple[int, float], ...]
    base: "npt.NDArray[np.float64]"


def pots_of(
    rows: Sequence[Row],
    actions: Sequence[Action],
    quantity: str,
    places: Sequence[str],
    *,
    sectors: Collection[str] = tuple(SECTORS),
) -> list[Pot]:
    """The pots of one quantity in one year, the ``actions`` on ``sectors`` being counted on them.

    Raises
    ------
    InvalidInput
        Lists every action on an empty pot, with the pot, and the place where units are given by place.
    """
    import numpy as np

    sizes = _sizes(rows)
    taken: defaultdict[tuple[str, str, str], list[tuple[int, float]]] = defaultdict(list)
    faults: list[Fault] = []
    for number, action in enumerate(actions):
        effect = action.effects.get(quantity)
        if effect is None or effect.is_zero or action.sector not in sectors:
            continue
        for where, units in _per_pot(action, rows, sizes, quantity, faults):
            taken[where].append((number, units))
    if faults:
        raise InvalidInput(_("These actions act on what the inventory does not hold."), faults)
    rank = {place: number for number, place in enumerate(places)}
    parts: defaultdict[tuple[str, float, tuple[tuple[int, float], ...]], list[Row]] = defaultdict(list)
    for row in rows:
        if row.value:
            parts[row.sector, row.halfwidth, tuple(taken[row.place, row.sector, row.carrier])].append(row)
    found = []
    for (sector, halfwidth, units_on), members in sorted(parts.items(), key=lambda part: part[0]):
        base = np.zeros(len(places))
        for row in members:
            base[rank[row.place]] += row.value
        found.append(Pot(sector, halfwidth, units_on, base))
    return found


def _sizes(rows: Iterable[Row]) -> dict[tuple[str, str, str], float]:
    """Size by place, sector and carrier; ``""`` is all places, ``all`` all carriers of the sector."""
    parts: defaultdict[tuple[str, str, str], list[float]] = defaultdict(list)
    for row in rows:
        for place in (row.place, ""):
            for carrier in {row.carrier, ALL}:
                parts[place, row.sector, carrier].append(row.value)
    return {where: fsum(values) for where, values in parts.items()}


def _per_pot(
    action: Action,
    rows: Sequence[Row],
    sizes: Mapping[tuple[str, str, str], float],
    quantity: str,
    faults: list[Fault],
) -> list[tuple[tuple[str, str, str], float]]:
    """Units of the action over the pot, for each place and carrier it acts on."""
    by_place = action.units if isinstance(action.units, Mapping) else {"": action.units}
    found = []
    for place, units in by_place.items():
        size = sizes.get((place, action.sector, action.carrier), 0.0)
        if units and not size:
            faults.append(_empty(action, place, quantity, sizes))
        if not units or not size:
            continue
        where = {
            (row.place, row.sector, row.carrier)
            for row in rows
            if row.sector == action.sector and action.carrier in (ALL, row.carrier) and place in ("", row.place)
        }
        found += [(one, units / size) for one in sorted(where)]
    return found


def _empty(action: Action, place: str, quantity: str, sizes: Mapping[tuple[str, str, str], float]) -> Fault:
    where = _("action {action}, pot {pot}, {quantity}").format(
        action=action.id, pot=action.pot, quantity=in_language(QUANTITY_TITLES[quantity])
    )
    held = sorted({carrier for (_place, sector, carrier), size in sizes.items() if sector == action.sector and size})
    if not held:
        repair = _("Import this sector, or leave the action out (parameter without).")
    elif held == [ALL]:
        repair = _("The inventory does not tell the carriers of this sector apart: import them, or use carrier all.")
    else:
        repair = nearest(action.carrier, held)
    return Fault(f"{where}, {place}" if place else where, _("an empty pot"), _("something to act on"), repair)
