"""A study made ready to be asked: its models found, the datasets of each scenario resolved to their versions."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agglo.catalogue import bundles, datasets
from agglo.catalogue.datasets import Dataset
from agglo.contract import scenario as contract
from agglo.contract.errors import AggloError, Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import Text, _, in_language
from agglo.contract.model import Model, from_interface
from agglo.runs import code as kept_code
from agglo.runs import questions
from agglo.runs.questions import Question
from agglo.runs.run import Run
from agglo.store.workspace import Workspace
from agglo.studies import graph
from agglo.studies.model_checks import model_at
from agglo.studies.study import Scenario, Source, Step, Study

Held = Mapping[str, Dataset]
"""The datasets of a scenario by their name in the study; those it leaves out are not there."""


@dataclass(frozen=True)
class Plan:
    """A study whose every question can be posed, once the steps before it have answered."""

    workspace: Workspace
    study: Study
    models: Mapping[str, Model]
    held: Mapping[str, Held]

    @cached_property
    def scenarios(self) -> list[Scenario]:
        """The scenarios that were made ready."""
        return [self.study.scenarios[name] for name in self.held]

    def content(self, scenario: Scenario) -> dict[str, Any]:
        """Everything that decides a scenario's answers but the code: models, inputs by version, parameters in full."""
        return {
            "name": scenario.name,
            "title": dict(scenario.title),
            "description": dict(scenario.description),
            "steps": {name: self._asked(scenario, step) for name, step in self.study.steps.items()},
        }

    def _asked(self, scenario: Scenario, step: Step) -> dict[str, Any]:
        model, held = self.models[step.name], self.held[scenario.name]
        return {
            "model": model.name,
            "inputs": {
                name: held[written].reference if written in held else written
                for name, written in step.inputs.items()
                if written in held or graph.source_of(written)
            },
            "parameters": model.parameters.resolve(self.study.parameters(scenario, step.name)),
            "seed": step.seed,
        }

    def pose(self, scenario: Scenario, step: Step, answers: Mapping[str, Run], version: str) -> Question:
        """The question of a step, given the answers of the steps it waits for; ``version`` is that of the scenario.

        Raises
        ------
        InvalidInput
            An output does not follow its schema.
        MissingExtra
            A library that the model declares is not installed.
        """
        held = self.held[scenario.name]
        inputs = {}
        for name, written in step.inputs.items():
            source = graph.source_of(written)
            if source:
                inputs[name] = self._output(self.models[source[0]], answers[source[0]], source[1]).reference
            elif written in held:
                inputs[name] = held[written].reference
        question = questions.pose(
            self.workspace,
            self.models[step.name],
            inputs=inputs,
            parameters=self.study.parameters(scenario, step.name),
            seed=step.seed,
        )
        return dataclasses.replace(question, scenario=self._named(scenario, version))

    def _output(self, model: Model, run: Run, name: str) -> Dataset:
        output = model.output(name)
        return datasets.add_output(
            self.workspace,
            run.path_of(name),
            model=model.id,
            output=name,
            run=run.id,
            schema=_schema(model, output.schema),
            title=" - ".join(filter(None, [in_language(model.title), in_language(output.title)])),
        )

    def _named(self, scenario: Scenario, version: str) -> contract.Scenario:
        """The scenario as runs keep it; its texts do not depend on the language in force."""
        asked = {name: self._asked(scenario, step) for name, step in self.study.steps.items()}
        return contract.Scenario(
            name=f"{self.study.name}/{scenario.name}",
            title=_first(scenario.title),
            version=version,
            description=_first(scenario.description),
            parameters={name: one["parameters"] for name, one in asked.items() if one["parameters"]},
        )


def _first(text: Text) -> str:
    return text.get("fr") or next(iter(text.values()), "")


def _schema(model: Model, name: str) -> str:
    """The schema that a model brings, as a file; else its name, which the catalogue knows."""
    own = (model.code if model.code.is_dir() else model.code.parent) / "schemas" / f"{name}.json"
    return str(own) if own.is_file() else name


def prepare(workspace: Workspace, study: Study, only: Collection[str] = ()) -> Plan:
    """Make a study ready, or ``only`` some of its scenarios; bundled datasets are added to the workspace.

    Raises
    ------
    NotFound
        No scenario of a name that was given.
    InvalidInput
        Datasets that are not there or are of another schema than the model asks for; all are listed.
    """
    for name in only:
        if name not in study.scenarios:
            what = _('{study} has no scenario "{name}".').format(study=study.name, name=name)
            raise NotFound(what, repair=nearest(name, list(study.scenarios)))
    models = {name: model_of(workspace, study, step) for name, step in study.steps.items()}
    chosen = [one for name, one in study.scenarios.items() if not only or name in only]
    found: dict[Source, Dataset | Fault] = {}
    held = {one.name: _held(workspace, study, one, found) for one in chosen}
    faults = [fault for one in chosen for fault in _faults(study, one, models, found)]
    if faults:
        raise InvalidInput(_("This study cannot be run."), dict.fromkeys(faults))
    return Plan(workspace, study, models, held)


def model_of(workspace: Workspace, study: Study, step: Step) -> Model:
    """The model of a step; that of a study read from its record comes from the kept code where it was a folder."""
    kept = study.models.get(step.model)
    if kept is None:
        return model_at(step.model, study.folder)
    return from_interface(kept["interface"], kept_code.check_out(workspace, kept["code"]))


def _held(
    workspace: Workspace, study: Study, scenario: Scenario, found: dict[Source, Dataset | Fault]
) -> dict[str, Dataset]:
    """The datasets that a scenario's steps read, each looked for once; what is not there stays as its fault."""
    held = {}
    for name in dict.fromkeys(name for step in study.steps.values() for name in step.inputs.values()):
        source = study.source(scenario, name) if not graph.source_of(name) else None
        if source is None:
            continue
        if source not in found:
            found[source] = _found(workspace, source)
        one = found[source]
        if isinstance(one, Dataset):
            held[name] = one
    return held


def _found(workspace: Workspace, source: Source) -> Dataset | Fault:
    try:
        if source.bundle:
            return bundles.add(workspace, source.bundle, [source.dataset])[source.dataset]
        return datasets.find(workspace, source.dataset)
    except AggloError as error:
        return Fault(source.dataset, error.what, "; ".join(map(str, error.faults)), error.repair)


def _faults(
    study: Study, scenario: Scenario, models: Mapping[str, Model], found: Mapping[Source, Dataset | Fault]
) -> Iterator[Fault]:
    """Datasets that are missing or of another schema; a fault stands where the dataset is named."""
    for step in study.steps.values():
        for name, written in step.inputs.items():
            if graph.source_of(written):
                continue
            source, declared = study.source(scenario, written), models[step.name].input(name)
            where = f"scenarios.{scenario.name}.datasets" if written in scenario.datasets else "datasets"
            wanted = _("a dataset of schema {schema}").format(schema=declared.schema)
            one = found[source] if source else None
            if one is None and declared.required:
                yield Fault(f"{where}.{written}", _("nothing"), wanted)
            elif isinstance(one, Fault):
                yield Fault(f"{where}.{written}", one.got, one.expected or wanted, one.repair)
            elif isinstance(one, Dataset) and one.schema_name != declared.schema:
                got = _("{dataset}, of schema {schema}").format(dataset=one.reference, schema=one.schema_name)
                yield Fault(f"{where}.{written}", got, wanted)
