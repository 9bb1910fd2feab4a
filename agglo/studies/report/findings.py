"""What a study found, read from its runs by model and output, whatever its steps are called."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from agglo.contract.card import Card
from agglo.contract.errors import NotFound
from agglo.contract.language import _, in_language
from agglo.runs.run import Run
from agglo.store.workspace import Workspace
from agglo.studies.report.comparison import LabelledRun
from agglo.territory.bundled import BUNDLED, bundled
from agglo.territory.communes import Territory

if TYPE_CHECKING:
    from agglo.studies.results import ScenarioResult, StepResult, StudyResult

Rows = list[dict[str, Any]]

INVENTORY, EFFORT, TRAJECTORY = "climate.inventory", "climate.effort", "climate.trajectory"
SENSITIVITY, EX_POST = "climate.sensitivity", "climate.ex-post"


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of one output, and the labels of the scenarios that have them in common: they rest on the same run."""

    label: str
    scenarios: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True)
class Findings:
    """A study's result as a report reads it; the scenario that others are compared with comes first."""

    result: "StudyResult"
    workspace: Workspace

    @cached_property
    def scenarios(self) -> list["ScenarioResult"]:
        """The scenarios, the reference first."""
        reference = self.result.study.compare_with
        return sorted(self.result.scenarios, key=lambda one: one.name != reference)

    @property
    def siren(self) -> str:
        return str(self.result.study.territory.siren)

    @cached_property
    def place(self) -> str:
        """The territory's name; its SIREN where the study gives none."""
        name = str(self.result.study.territory.name or "")
        return name or (self.territory.name if self.territory else self.siren)

    @cached_property
    def territory(self) -> Territory | None:
        """The territory with its outlines; None where they are not held."""
        return bundled(self.siren) if self.siren in BUNDLED else None

    def label(self, scenario: "ScenarioResult") -> str:
        """A scenario's title in the language in force, its name where it has none; with its version where two agree."""
        title = _title(scenario)
        if sum(_title(one) == title for one in self.scenarios) == 1:
            return title
        return _("{title} (version {version})").format(title=title, version=scenario.version)

    def steps(self) -> Iterator[tuple["ScenarioResult", "StepResult"]]:
        """Every step of every scenario."""
        for scenario in self.scenarios:
            for step in scenario.steps.values():
                yield scenario, step

    def finished(self, *models: str) -> Iterator[tuple["ScenarioResult", "StepResult", Run]]:
        """Steps that have an answer, of these models or of all."""
        for scenario, step in self.steps():
            run = step.run
            if run is not None and run.state == "finished" and (not models or run.content["model"]["id"] in models):
                yield scenario, step, run

    def has(self, model: str) -> bool:
        """Whether any scenario has an answer of the model."""
        return any(True for _found in self.finished(model))

    def of(self, model: str, output: str) -> list[Found]:
        """Rows of one output by distinct run; those of a place are the territory's (see :func:`of_place`)."""
        runs: dict[str, Run] = {}
        labels: dict[str, dict[str, None]] = {}
        for scenario, _step, run in self.finished(model):
            if output in run.content["outcome"]["outputs"]:
                runs[run.id] = run
                labels.setdefault(run.id, {})[self.label(scenario)] = None
        return [
            Found(", ".join(labels[key]), tuple(labels[key]), of_place(run.table(output), self.siren))
            for key, run in runs.items()
        ]

    @cached_property
    def runs(self) -> list[LabelledRun]:
        """Every run once, with the scenarios and steps it answers, and its model's card."""
        found: dict[str, tuple[Run, list[str], list[str]]] = {}
        for scenario, step, run in self.finished():
            _run, names, steps = found.setdefault(run.id, (run, [], []))
            names.append(self.label(scenario))
            steps.append(step.step)
        whole = len(self.scenarios)
        return [
            LabelledRun(_run_label(names, steps, whole), run, self._card(run)) for run, names, steps in found.values()
        ]

    def _card(self, run: Run) -> Card:
        from agglo.contract import card
        from agglo.contract.model import find

        try:
            return card.of(find(run.content["model"]["id"]), self.workspace.register)
        except NotFound:
            return Card()

    @property
    def models(self) -> list[LabelledRun]:
        """The first run of each model."""
        return list({one.run.model: one for one in reversed(self.runs)}.values())[::-1]


def _title(scenario: "ScenarioResult") -> str:
    return in_language(scenario.title) or scenario.name


def of_place(table: Any, siren: str) -> Rows:
    """Rows of the territory itself; of the only place there is; none where there are several and none is the territory.

    A table without places is given whole.
    """
    if "place" not in table.column_names:
        rows: Rows = table.to_pylist()
        return rows
    import pyarrow.compute as pc

    places = pc.unique(table["place"]).to_pylist()
    wanted = siren if siren in places else places[0] if len(places) == 1 else None
    found: Rows = [] if wanted is None else table.filter(pc.equal(table["place"], wanted)).to_pylist()
    return found


def _run_label(names: Sequence[str], steps: Sequence[str], whole: int) -> str:
    """``Plan: trajectory``; only the step where every scenario has it in common."""
    titles = list(dict.fromkeys(names))
    step = ", ".join(dict.fromkeys(steps))
    return step if len(titles) == whole > 1 else f"{', '.join(titles)}: {step}"
