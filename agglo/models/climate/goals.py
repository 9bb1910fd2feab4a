"""The targets a trajectory is held against: read, brought to the territory where asked, and what to know of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agglo.contract.errors import InvalidInput
from agglo.contract.inputs import Inputs
from agglo.contract.language import _, in_language
from agglo.models.climate import chance, simulation
from agglo.models.climate.nomenclature import QUANTITY_TITLES
from agglo.models.climate.pathway import NATIONAL, Pivot
from agglo.models.climate.pathways import Pathways, read_pathways
from agglo.models.climate.pots import QUANTITIES, pots_of
from agglo.models.climate.scenario import Scenario
from agglo.models.climate.simulation import Sample, System
from agglo.models.climate.targets import Situation


def read(inputs: Inputs) -> Pathways:
    """The pathways of the scenario; without that input there is none."""
    return read_pathways(inputs.pathways) if "pathways" in inputs else Pathways(())


def to_come(pathways: Pathways, base_year: int) -> tuple[list[Pivot], list[str]]:
    """The targets and budgets to come, and notes on what is not assessed.

    A pivot before the base year says where a pathway comes from; it is no target.
    """
    pivots = pathways.pivots
    kept = [one for one in pivots if one.quantity in QUANTITIES and one.year >= base_year]
    aside = sorted(
        {
            f"{one.pathway} ({in_language(QUANTITY_TITLES[one.quantity])})"
            for one in pivots
            if one.quantity not in QUANTITIES
        }
    )
    notes = [_("Not simulated, hence not assessed: {names}.").format(names=", ".join(aside))] if aside else []
    return kept, notes


def situation(
    found: Scenario, goals: Sequence[Pivot], samples: Mapping[str, Sample], uniforms: chance.Uniforms
) -> Situation:
    """What the goals are held against: the quantities of ``samples``, and the inventory of the past years they name."""
    past = {where: (system, simulation.drawn(system, uniforms)) for where, system in past_systems(found, goals).items()}
    simulated = {quantity: (found.systems[quantity], sample) for quantity, sample in samples.items()}
    return Situation(found.held, simulated, past)


def past_systems(found: Scenario, goals: Sequence[Pivot]) -> dict[tuple[str, int], System]:
    """The inventory of the past years that goals name and that is held, by quantity and year; nothing acts there."""
    wanted = sorted({(goal.quantity, year) for goal in goals for year in _past_years(goal, found)})
    return {
        (quantity, year): _past(found, quantity, year)
        for quantity, year in wanted
        if (quantity, year) in found.held.rows
    }


def brought_home(
    goals: Sequence[Pivot], pathways: Pathways, held_against: Situation, *, scale: bool
) -> tuple[list[Pivot], list[str]]:
    """Goals of the territory and its places, and notes on national ones: left out, or scaled where asked."""
    kept = [goal for goal in goals if goal.place != NATIONAL]
    national = [goal for goal in goals if goal.place == NATIONAL]
    if not national:
        return kept, []
    if not scale:
        return kept, [
            _("National pathways are not applied to a territory's tonnes: {names} (parameter scale_national).").format(
                names=_names(national)
            )
        ]
    scaled = [(goal, _scaled(goal, pathways, held_against)) for goal in national]
    lost = [goal for goal, one in scaled if one is None]
    held = [one for _goal, one in scaled if one is not None]
    notes = []
    if held:
        notes.append(
            _("Assumed: the territory follows the national index from its own base year on: {names}.").format(
                names=_names(held)
            )
        )
    if lost:
        notes.append(
            _("The base year has no national value, and nothing is guessed: {names}.").format(names=_names(lost))
        )
    return kept + held, notes


def notes(goals: Sequence[Pivot], *, conditional: bool) -> list[str]:
    """What to know of the probabilities."""
    found = []
    if any(goal.kind == "change" for goal in goals):
        found.append(
            _(
                "A target against a reference year is held against the inventory of that year: an error of a sector's "
                "inventory moves both years alike."
            )
        )
    if goals and conditional:
        found.append(_("Probabilities are conditional on assumptions: effects or trends are assumed."))
    return found


def _past_years(goal: Pivot, found: Scenario) -> list[int]:
    """Years before the base year that a goal needs."""
    if goal.quantity not in found.systems:
        return []
    first = goal.since if goal.kind == "budget" and goal.since is not None else goal.year
    years = [*range(first, goal.year + 1), *([goal.reference_year] if goal.reference_year is not None else [])]
    return [year for year in years if year < found.systems[goal.quantity].base_year]


def _past(found: Scenario, quantity: str, year: int) -> System:
    """The inventory of a past year, where nothing acts; its errors are those of the base year's sectors."""
    rows = found.held.rows[quantity, year]
    places = tuple(sorted({row.place for row in rows}))
    pots = tuple(pots_of(rows, [], quantity, places))
    return replace(found.systems[quantity], places=places, pots=pots, actions=(), years=(year,))


def _scaled(goal: Pivot, pathways: Pathways, held_against: Situation) -> Pivot | None:
    """A national goal with the territory's base year times the national index; a change needs no index."""
    home = replace(goal, place=held_against.territory)
    if goal.kind == "change":
        return home
    if goal.quantity not in held_against.systems:
        return None
    year = held_against.systems[goal.quantity][0].base_year
    try:
        of_base_year = pathways.by_key[goal.key].value_in(year)
    except InvalidInput:
        return None
    if not of_base_year:
        return None
    base = held_against.central(goal.quantity, year, held_against.territory, goal.sector)
    return replace(home, value=goal.value * base / of_base_year)


def _names(goals: Sequence[Pivot]) -> str:
    return ", ".join(sorted({f"{goal.pathway} {goal.edition}" for goal in goals}))
