"""``climate.sensitivity``: which assumption the emissions of a year, and the gap to its targets, depend on most."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agglo.contract.columns import table, units_of
from agglo.contract.context import Context
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, Text, _
from agglo.contract.model import Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import parameter
from agglo.models.climate import goals, scenario, simulation, sobol, targets
from agglo.models.climate.actions import Action
from agglo.models.climate.nomenclature import ALL, SECTORS
from agglo.models.climate.pathway import Pivot
from agglo.models.climate.scenario import INPUTS, Hypotheses, Scenario

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

INDICES = {
    **dict.fromkeys(("assumption", "title_fr", "title_en", "quantity", "target"), "text"),
    "year": "year",
    **dict.fromkeys(("first_order", "first_order_error", "total_order", "total_order_error"), "1"),
    "rank": "year",
}

KINDS: Mapping[str, Text] = {
    "trend": {"fr": "Tendance", "en": "Trend"},
    "inventory": {"fr": "Inventaire", "en": "Inventory"},
}


class SensitivityParameters(Hypotheses):
    """Hypotheses, the year looked at, and the budget of evaluations."""

    year: int = parameter(
        2030, unit="1", title=N_("Year looked at"), source=N_("first year of a climate plan's targets")
    )
    sample: int = parameter(
        1024,
        unit="1",
        title=N_("Base sample, a power of two: the model is evaluated (assumptions + 2) times this number"),
        source=N_("chosen by agglo"),
        ge=64,
        le=65_536,
    )


@model(
    id="climate.sensitivity",
    version="1.0.0",
    title={"fr": "Sensibilité de la trajectoire", "en": "Sensitivity of the trajectory"},
    headline={
        "fr": "part de la variance due à chaque hypothèse, dans la plage qui lui est donnée",
        "en": "share of the variance due to each assumption, within the range it is given",
    },
    parameters=SensitivityParameters,
    inputs=INPUTS,
    outputs=(
        Output(
            "indices",
            title={"fr": "Indices de Sobol", "en": "Sobol indices"},
            columns=units_of(INDICES),
            compare=Numerical(absolute=1e-9, relative=1e-9),
        ),
    ),
    libraries=("pyarrow", "numpy", "scipy", "SALib"),
)
def sensitivity(inputs: Inputs, *, parameters: SensitivityParameters, context: Context) -> Outcome:
    """Sobol indices [1] of the territory's emissions in a year, and of the gap to each target of that year.

    Goes in: what ``climate.trajectory`` reads. Comes out: for each assumption in doubt (the effect of an action, the
    trend or the inventory of a sector) the share of the variance that it brings alone (first order), and with all that
    it interacts with (total order). Source: :mod:`.sobol`.

    Raises
    ------
    InvalidInput
        A table or a hypothesis cannot be trusted, the sample is no power of two, or the year is not simulated.
    MissingExtra
        SALib is not installed.
    """
    context.progress(0.0, _("Reading the tables"))
    found = scenario.read(inputs, parameters)
    system = found.systems["emissions"]
    _check(parameters, system)
    wanted = _goals(inputs, found, parameters.year)
    names = _names(found, wanted)
    context.progress(0.1, _("Evaluating"))

    def results(uniforms: Mapping[str, "Floats"]) -> dict[str, "Floats"]:
        return _results(found, wanted, parameters.year, uniforms)

    indices = sobol.indices(results, names, size=parameters.sample, seed=context.seed) if names else {}
    rows = [row for result, by_name in indices.items() for row in _rows(by_name, result, parameters.year, system)]
    return Outcome(
        tables={"indices": table(INDICES, rows)},
        notes=_notes(names, indices, parameters.sample),
    )


def _check(parameters: SensitivityParameters, system: simulation.System) -> None:
    faults = []
    if parameters.sample & (parameters.sample - 1):
        faults.append(
            Fault("sample", str(parameters.sample), _("a power of two"), str(2 ** (parameters.sample.bit_length() - 1)))
        )
    if parameters.year not in system.years:
        expected = _("a year from {first} to {last}").format(first=system.years[0], last=system.years[-1])
        faults.append(Fault("year", str(parameters.year), expected))
    if faults:
        raise InvalidInput(_("These parameters cannot be used."), faults)


def _goals(inputs: Inputs, found: Scenario, year: int) -> list[Pivot]:
    """Targets of the whole territory's emissions in that year."""
    wanted, _aside = goals.to_come(goals.read(inputs), found.base_year)
    return [
        goal
        for goal in wanted
        if (goal.quantity, goal.sector, goal.place, goal.year) == ("emissions", ALL, found.territory, year)
        and goal.kind != "budget"
    ]


def _names(found: Scenario, wanted: Sequence[Pivot]) -> list[str]:
    """Assumptions in doubt: those of what is simulated, and the inventories of the reference years of the targets."""
    past = [
        name
        for system in goals.past_systems(found, wanted).values()
        for name in simulation.assumptions(system)
        if name.startswith("inventory ")
    ]
    return list(dict.fromkeys([*simulation.assumptions(found.systems["emissions"]), *past]))


def _results(
    found: Scenario, wanted: Sequence[Pivot], year: int, uniforms: Mapping[str, "Floats"]
) -> dict[str, "Floats"]:
    """Emissions of the year, and less each target that can be assessed, by evaluation."""
    import numpy as np

    system = found.systems["emissions"]

    def column(name: str) -> "Floats":
        return uniforms[name] if name in uniforms else np.full(len(next(iter(uniforms.values()))), 0.5)

    samples = {"emissions": simulation.drawn(system, column)}
    against = goals.situation(found, wanted, samples, column)
    emitted = against.draws("emissions", year, found.territory, ALL)
    results = {"": emitted}
    for label, goal in zip(targets.labels(wanted), wanted, strict=True):
        limit = targets.limit(goal, against)
        if not isinstance(limit, str):
            results[label] = emitted - limit[1]
    return results


def _rows(
    by_name: Mapping[str, sobol.Index], result: str, year: int, system: simulation.System
) -> list[dict[str, Any]]:
    """Assumptions of one result, the one with the largest total order first."""
    ordered = sorted(by_name.items(), key=lambda one: (-one[1].total, one[0]))
    titles = {f"effect {action.id}": action for action in system.actions}
    return [
        {
            "assumption": name,
            **{f"title_{code}": text for code, text in _title(name, titles).items()},
            "quantity": "gap" if result else "emissions",
            "target": result,
            "year": year,
            "first_order": index.first,
            "first_order_error": index.first_error,
            "total_order": index.total,
            "total_order_error": index.total_error,
            "rank": rank,
        }
        for rank, (name, index) in enumerate(ordered, 1)
    ]


def _title(name: str, actions: Mapping[str, Action]) -> Text:
    if name in actions:
        return actions[name].title
    kind, _space, sector = name.partition(" ")
    return {code: f"{KINDS[kind][code]}, {SECTORS[sector][code]}" for code in ("fr", "en")}


def _notes(names: Sequence[str], indices: Mapping[str, object], size: int) -> list[str]:
    if not indices:
        return [_("Nothing that matters here is given as a range: there is no variance to share.")]
    return [
        _(
            "Indices come from {count} evaluations ({size} x ({names} assumptions + 2), Saltelli's scheme); errors are "
            "half of the 95 % interval by bootstrap. An index within its error of 0 says nothing."
        ).format(count=size * (len(names) + 2), size=size, names=len(names)),
        _(
            "An index tells what matters within the ranges given: an assumption whose range is too narrow looks "
            "unimportant."
        ),
    ]
