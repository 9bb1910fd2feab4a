"""What a study found: the last run of each step of each scenario, read from the study's record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agglo.contract.errors import Fault, InvalidInput, NotFound
from agglo.contract.language import Text, _
from agglo.runs import run as runs
from agglo.runs.run import Run
from agglo.store.workspace import Workspace
from agglo.studies import record, states
from agglo.studies.record import Kept
from agglo.studies.study import Study


@dataclass(frozen=True, slots=True)
class StepResult:
    """What came of one step. ``saved_carbon_g`` is what the kept run cost when it was computed [gCO2e]; None where it
    was computed now or where that is unknown. ``failure`` is empty where there is an answer."""

    step: str
    model: str
    run: Run | None
    reused: bool
    saved_carbon_g: float | None
    failure: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON, the run by its identifier."""
        content = {name: getattr(self, name) for name in self.__slots__}
        return {**content, "run": self.run.id if self.run else None}


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """One version of a scenario, and what each step gave."""

    name: str
    title: Text
    description: Text
    state: str
    version: int
    steps: Mapping[str, StepResult]


@dataclass(frozen=True)
class StudyResult:
    """A study, and what it found for each scenario."""

    study: Study
    scenarios: list[ScenarioResult]


def load(workspace: Workspace, name: str, scenarios: Sequence[str] | None = None) -> StudyResult:
    """What a study found, for all its scenarios or for some: ``NAME``, or ``NAME@VERSION`` for an older version.

    Raises
    ------
    NotFound
        No such study, scenario or version.
    Damaged
        What is kept has changed.
    """
    held = record.held(workspace, name)
    study = held[-1].study
    known = dict.fromkeys(name for one in held for name in one.versions)
    wanted = [name for name in study.scenarios if name in known] if scenarios is None else scenarios
    return StudyResult(study, [_scenario(workspace, held, one) for one in dict.fromkeys(wanted)])


def carbon_of(run: Run) -> float | None:
    """What a run cost when it was computed, central estimate [gCO2e]; None where that is unknown."""
    carbon = run.footprint.carbon_g
    return carbon.central if carbon else None


def spent(result: StudyResult) -> tuple[list[Run], list[StepResult]]:
    """The runs that were computed, failed ones included, and the steps that kept answers were given to."""
    steps = [step for scenario in result.scenarios for step in scenario.steps.values() if step.run]
    computed = {step.run.id: step.run for step in steps if step.run and not step.reused}
    return list(computed.values()), [step for step in steps if step.reused]


def _scenario(workspace: Workspace, held: list[Kept], wanted: str) -> ScenarioResult:
    name, _at, version = wanted.partition("@")
    kept = _kept(held, name, version)
    number = kept.versions[name]
    content = kept.scenario(name)["content"]
    given = record.last_ran(held, name, number) or {}
    return ScenarioResult(
        name,
        content["title"],
        content["description"],
        record.state_of(held, name, number),
        number,
        {step: _step(workspace, step, one["model"], given.get(step)) for step, one in content["steps"].items()},
    )


def _kept(held: list[Kept], name: str, version: str) -> Kept:
    """The last content of a study that holds a scenario, in the version asked for."""
    last = states.latest_with(held, name)
    matching = [one for one in held if version in ("", str(one.versions.get(name, "")))]
    if not version:
        return last
    if not matching:
        said = sorted({one.versions[name] for one in held if name in one.versions})
        raise NotFound(
            _("Scenario {name} has no version {version}.").format(name=name, version=version),
            repair=_("It has the versions: {names}").format(names=", ".join(map(str, said))),
        )
    return matching[-1]


def _step(workspace: Workspace, name: str, model: str, given: Mapping[str, Any] | None) -> StepResult:
    if given is None:
        return StepResult(name, model, None, False, None, _("not asked yet"))
    try:
        run = runs.load(workspace, given["run"]) if given["run"] else None
    except (NotFound, InvalidInput):
        return StepResult(name, model, None, False, None, _("its run is no longer in this workspace"))
    return StepResult(name, model, run, given["reused"], given["saved_carbon_g"], given["failure"])


def refuse(faults: Sequence[Fault]) -> None:
    """Raise what stands against comparing scenarios, if anything does."""
    if faults:
        raise InvalidInput(_("These scenarios cannot be compared."), faults)
