"""Scenarios side by side: the same indicators step by step, refused where they do not speak of the same thing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agglo.catalogue import datasets
from agglo.contract.errors import AggloError, Fault, InvalidInput
from agglo.contract.language import _
from agglo.runs import comparison
from agglo.runs.comparison import Compared
from agglo.runs.run import Run
from agglo.store.workspace import Workspace
from agglo.studies.results import ScenarioResult, StudyResult, refuse

INVENTORY_SCHEMA, BOUNDARY = "climate-inventory", "boundary"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class ComparedStep:
    """A step that every scenario has an answer to, and its indicators in each; values are in their order."""

    step: str
    rows: tuple[Compared, ...]


def comparable(workspace: Workspace, result: StudyResult) -> list[Fault]:
    """Why scenarios cannot stand side by side: other units, years, places, or inventories of another boundary."""
    found: list[Fault] = []
    for step in _in_common(result.scenarios):
        runs = [_run(one, step) for one in result.scenarios]
        found += [Fault(f"{step}: {one.where}", one.got, one.expected, one.repair) for one in _not_same(runs)]
        for scenario, run in zip(result.scenarios[1:], runs[1:], strict=True):
            found += _other_places(step, result.scenarios[0].name, runs[0], scenario.name, run)
    return [*found, *_boundaries(workspace, result)]


def compare(workspace: Workspace, result: StudyResult) -> list[ComparedStep]:
    """The indicators of every step that all scenarios have an answer to.

    Raises
    ------
    InvalidInput
        Fewer than two scenarios, no step answered in all of them, or what :func:`comparable` finds.
    """
    if len(result.scenarios) < 2:
        names = ", ".join(one.name for one in result.scenarios) or _("none")
        refuse([Fault(_("scenarios"), names, _("two or more"))])
    steps = _in_common(result.scenarios)
    if not steps:
        failed = [f"{one.name}: {step.step}: {step.failure}" for one in result.scenarios for step in one.steps.values()
                  if step.failure]  # fmt: skip
        refuse([Fault(_("steps"), "; ".join(failed) or _("none in common"), _("a step answered in every scenario"))])
    refuse(comparable(workspace, result))
    runs = {step: [_run(one, step) for one in result.scenarios] for step in steps}
    return [ComparedStep(step, tuple(comparison.compare(given))) for step, given in runs.items()
            if any(one.indicators for one in given)]  # fmt: skip


def _in_common(scenarios: Sequence[ScenarioResult]) -> list[str]:
    """Steps with a finished run in every scenario."""
    answered = [{name for name, step in one.steps.items() if step.run and not step.failure} for one in scenarios]
    return [name for name in (scenarios[0].steps if scenarios else ()) if all(name in one for one in answered)]


def _run(scenario: ScenarioResult, step: str) -> Run:
    run = scenario.steps[step].run
    if run is None:
        raise LookupError(step)
    return run


def _not_same(runs: Sequence[Run]) -> tuple[Fault, ...]:
    """Indicators of another unit or year, as runs are compared anywhere."""
    if not any(one.indicators for one in runs):
        return ()
    try:
        comparison.compare(runs)
    except InvalidInput as error:
        return error.faults
    return ()


def _other_places(step: str, first: str, here: Run, other: str, there: Run) -> Iterator[Fault]:
    """Indicators that two scenarios both give, but not for the same places."""
    mine, theirs = _places(here), _places(there)
    for name in mine:
        if name in theirs and mine[name] != theirs[name]:
            got = _("{first}: {places}; {other}: {others}").format(
                first=first, places=_some(mine[name]), other=other, others=_some(theirs[name])
            )
            yield Fault(f"{step}: {name}", got, _("the same places"))


def _places(run: Run) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in run.indicators:
        found.setdefault(one.name, set()).add(one.place)
    return found


def _some(names: set[str]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:_NAMED]) + (", …" if len(shown) > _NAMED else "")


def _boundaries(workspace: Workspace, result: StudyResult) -> Iterator[Fault]:
    """Inventories that do not count within the same boundary."""
    found = {one.name: _boundaries_of(workspace, one) for one in result.scenarios}
    known = {name: one for name, one in found.items() if one}
    if len({frozenset(one) for one in known.values()}) > 1:
        said = "; ".join(f"{name}: {', '.join(sorted(one))}" for name, one in known.items())
        yield Fault(BOUNDARY, said, _("inventories of one boundary"), _("Export both with the same boundary."))


def _boundaries_of(workspace: Workspace, scenario: ScenarioResult) -> set[str]:
    """The boundaries of the inventories that a scenario's runs read."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    found: set[str] = set()
    inputs = [one for step in scenario.steps.values() if step.run for one in step.run.content["inputs"].values()]
    for reference in dict.fromkeys(f"{one['dataset']}@{one['version']}" for one in inputs):
        try:
            dataset = datasets.find(workspace, reference)
        except AggloError:
            continue
        if dataset.schema_name == INVENTORY_SCHEMA:
            column = pq.read_table(dataset.path, columns=[BOUNDARY])[BOUNDARY]
            found |= {str(one) for one in pc.unique(column).to_pylist()}
    return found
