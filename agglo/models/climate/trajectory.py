"""``climate.trajectory``: emissions and energy to come with a set of actions, how sure, and what each action brings."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from agglo.contract.columns import table, units_of
from agglo.contract.context import Context
from agglo.contract.indicators import Indicator
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, _
from agglo.contract.model import Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import parameter
from agglo.models.climate import chance, goals, scenario, simulation, targets, trajectory_notes, trajectory_tables
from agglo.models.climate.contributions import Contributions, contributions, cost
from agglo.models.climate.pathway import Pivot
from agglo.models.climate.scenario import INPUTS, Hypotheses, Scenario
from agglo.models.climate.simulation import Followed, Sample

FOLLOWED_SHARE = 0.7
"""Share of the work that following each quantity takes, as progress says it."""


class TrajectoryParameters(Hypotheses):
    """Hypotheses, and how many draws."""

    draws: int = parameter(
        10_000, unit="1", title=N_("Number of draws"), source=N_("chosen by agglo"), ge=100, le=1_000_000
    )
    scale_national: Literal["no", "index"] = parameter(
        "no",
        unit="1",
        title=N_("Whether national pathways are brought to the territory, as an index of its base year"),
        source=N_("no: a national budget is not a territory's; index is an assumption"),
    )


@model(
    id="climate.trajectory",
    version="1.0.0",
    title={"fr": "Trajectoire d'émissions et d'énergie", "en": "Trajectory of emissions and energy"},
    headline={
        "fr": "périmètre de l'inventaire, sans effet rebond ni stockage de carbone",
        "en": "within the inventory's boundary, without rebound or carbon storage",
    },
    parameters=TrajectoryParameters,
    inputs=INPUTS,
    outputs=tuple(
        Output(name, title=title, columns=units_of(columns), compare=Numerical(1e-6, 1e-9))
        for name, columns, title in (
            ("emissions", trajectory_tables.EMISSIONS, {"fr": "Émissions par an", "en": "Emissions by year"}),
            ("energy", trajectory_tables.ENERGY, {"fr": "Énergie par an", "en": "Energy by year"}),
            ("targets", trajectory_tables.TARGETS, {"fr": "Objectifs", "en": "Targets"}),
            (
                "contributions",
                trajectory_tables.CONTRIBUTIONS,
                {"fr": "Contribution de chaque action", "en": "Contribution of each action"},
            ),
            ("costs", trajectory_tables.COSTS, {"fr": "Coûts", "en": "Costs"}),
            ("budgets", trajectory_tables.BUDGETS, {"fr": "Budgets carbone", "en": "Carbon budgets"}),
        )
    ),
    libraries=("pyarrow", "numpy"),
)
def trajectory(inputs: Inputs, *, parameters: TrajectoryParameters, context: Context) -> Outcome:
    """Emissions [tCO2e/yr] and energy [MWh/yr] by place, sector and year, and what follows from them.

    Goes in: an inventory, actions with their effects as ranges, targets. Comes out: central values, means and quantiles
    of the draws, the probability of meeting each target, the contribution of each action, costs and carbon budgets.

    Equations: :mod:`.simulation`, :mod:`.shapley`; what each action acts on: :mod:`.pots`; draws: :mod:`.chance`.

    Raises
    ------
    InvalidInput
        A table or a hypothesis cannot be trusted; every fault is listed.
    """
    context.progress(0.0, _("Reading the tables"))
    found = scenario.read(inputs, parameters)
    pathways = goals.read(inputs)
    wanted, aside = goals.to_come(pathways, found.base_year)
    uniforms = chance.streams(context.seed, parameters.draws)
    samples = {quantity: simulation.drawn(system, uniforms) for quantity, system in found.systems.items()}
    followed = _follow(found, samples, context)
    context.progress(FOLLOWED_SHARE, _("Contributions of the actions"))
    brought = {quantity: contributions(system, samples[quantity]) for quantity, system in found.systems.items()}
    context.progress(0.9, _("Targets"))
    situation = goals.situation(found, wanted, samples, uniforms)
    wanted, not_applied = goals.brought_home(wanted, pathways, situation, scale=parameters.scale_national == "index")
    return _outcome(
        found,
        followed,
        brought,
        wanted,
        situation,
        notes=[
            *trajectory_notes.general(found, draws=parameters.draws),
            *goals.notes(wanted, conditional=found.conditional),
            *aside,
            *not_applied,
        ],
    )


def _follow(found: Scenario, samples: Mapping[str, Sample], context: Context) -> dict[str, Followed]:
    followed = {}
    for rank, (quantity, system) in enumerate(found.systems.items()):
        text = {"emissions": _("Emissions"), "energy": _("Energy")}[quantity]

        def progress(fraction: float, rank: int = rank, text: str = text) -> None:
            context.progress((rank + fraction) / len(found.systems) * FOLLOWED_SHARE, text)

        followed[quantity] = simulation.follow(system, samples[quantity], progress=progress)
    return followed


def _outcome(
    found: Scenario,
    followed: Mapping[str, Followed],
    brought: Mapping[str, Contributions],
    wanted: Sequence[Pivot],
    situation: targets.Situation,
    *,
    notes: list[str],
) -> Outcome:
    emissions = found.systems["emissions"]
    budgets = [goal for goal in wanted if goal.kind == "budget"]
    levels = [goal for goal in wanted if goal.kind != "budget"]
    target_rows = [targets.target(goal, situation, conditional=found.conditional) for goal in levels]
    acting = {number for pot in emissions.pots for number, _units in pot.units}
    cost_rows = [
        cost(action, emissions.years[-1], brought["emissions"].summed[:, number].tolist())
        for number, action in enumerate(emissions.actions)
        if number in acting or action.cost
    ]
    years = [*trajectory_tables.KEY_YEARS, *(goal.year for goal in levels)]
    indicators: list[Indicator] = [
        one
        for quantity, system in found.systems.items()
        for one in trajectory_tables.followed_indicators(system, followed[quantity], found, years)
    ]
    indicators += trajectory_tables.target_indicators(levels, target_rows)
    indicators += trajectory_tables.cost_indicators(cost_rows, found)
    rows: dict[str, list[Any]] = {
        "targets": target_rows,
        "budgets": [targets.budget(goal, situation) for goal in budgets],
        "costs": cost_rows,
        "contributions": [
            row
            for quantity, system in found.systems.items()
            for row in trajectory_tables.contribution_rows(system, brought[quantity], found.territory)
        ],
        **{
            quantity: list(trajectory_tables.followed_rows(system, followed[quantity], found))
            for quantity, system in found.systems.items()
        },
    }
    return Outcome(
        indicators=indicators,
        tables={name: table(columns, rows.get(name, ())) for name, columns in trajectory_tables.TABLES.items()},
        notes=notes,
    )
