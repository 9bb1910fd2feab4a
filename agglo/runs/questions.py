"""A question: a model, its inputs, its parameters and a seed. Its fingerprint says whether it was answered before."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from typing import Any

from agglo.catalogue import datasets
from agglo.catalogue.datasets import Dataset
from agglo.contract.errors import AggloError, Fault, InvalidInput, MissingExtra, nearest
from agglo.contract.language import _
from agglo.contract.model import Model, from_interface
from agglo.contract.scenario import Scenario
from agglo.runs import code as kept_code
from agglo.store import digest
from agglo.store.workspace import Workspace

FINGERPRINT_FORMAT = 1


@dataclass(frozen=True)
class Question:
    """Everything that decides the answer, resolved: code by digest, datasets by version, defaults filled in."""

    model: Model
    code: str
    inputs: Mapping[str, Dataset]
    parameters: Mapping[str, Any]
    seed: int
    libraries: Mapping[str, str]
    scenario: Scenario | None = None

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 [hex] of what decides the answer; the scenario counts only through the parameters it sets."""
        return fingerprint_of(self._decisive)

    @property
    def _decisive(self) -> dict[str, Any]:
        return {
            "model": {**self.model.interface(), "code": self.code},
            "inputs": {
                name: {"dataset": one.name, "version": one.version, "digest": one.digest}
                for name, one in self.inputs.items()
            },
            "parameters": dict(self.parameters),
            "seed": self.seed,
            "libraries": dict(self.libraries),
        }

    def to_dict(self) -> dict[str, Any]:
        """The question as JSON, as requests and runs keep it."""
        scenario = self.scenario.to_dict() if self.scenario else None
        return {**self._decisive, "scenario": scenario, "fingerprint": self.fingerprint}


def fingerprint_of(content: Mapping[str, Any]) -> str:
    """The fingerprint [hex] of a question as a request or a run keeps it, computed again."""
    model = content["model"]
    return digest.of_json(
        {
            "format": FINGERPRINT_FORMAT,
            "protocol": model["protocol"],
            "model": model["id"],
            "version": model["version"],
            "code": model["code"],
            "inputs": {name: one["digest"] for name, one in content["inputs"].items()},
            "parameters": content["parameters"],
            "seed": content["seed"],
            "libraries": content["libraries"],
        }
    )


def pose(
    workspace: Workspace,
    model: Model,
    *,
    inputs: Mapping[str, str],
    parameters: Mapping[str, Any] | None = None,
    scenario: Scenario | None = None,
    seed: int = 0,
) -> Question:
    """Resolve a question: datasets by reference, parameters as typed, and keep the model's code.

    Raises
    ------
    InvalidInput
        Lists every input that is missing, unknown or of another schema, and every parameter that cannot be used.
    MissingExtra
        A library the model declares is not installed.
    """
    found: list[Fault] = []
    held = _inputs(workspace, model, inputs, found)
    values: dict[str, Any] = {}
    try:
        values = model.parameters.resolve(_together(model, parameters or {}, scenario))
    except InvalidInput as error:
        found.extend(error.faults)
    if found:
        raise InvalidInput(_("{model} cannot be asked this.").format(model=model.id), found)
    return Question(
        model=model,
        code=kept_code.keep(workspace, model),
        inputs=held,
        parameters=values,
        seed=seed,
        libraries={name: library_version(name) for name in model.libraries},
        scenario=scenario,
    )


def from_dict(workspace: Workspace, content: Mapping[str, Any]) -> Question:
    """The question a request or a run keeps, with the libraries it was asked with.

    Raises
    ------
    NotFound, Damaged
        An input or the code is no longer there, or has changed.
    """
    described = content["model"]
    model = from_interface(described, kept_code.check_out(workspace, described["code"]))
    scenario = Scenario(**content["scenario"]) if content["scenario"] else None
    held = {
        name: datasets.find(workspace, f"{one['dataset']}@{one['version']}") for name, one in content["inputs"].items()
    }
    return Question(
        model=model,
        code=described["code"],
        inputs=held,
        parameters=content["parameters"],
        seed=content["seed"],
        libraries=content["libraries"],
        scenario=scenario,
    )


def library_version(name: str) -> str:
    """The version of an installed distribution; a missing one is an error that names it."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        raise MissingExtra(name) from None


def _inputs(
    workspace: Workspace, model: Model, references: Mapping[str, str], found: list[Fault]
) -> dict[str, Dataset]:
    """The datasets of the inputs; every one that cannot be used is added to ``found``."""
    declared = {one.name: one for one in model.inputs}
    held = {}
    for name, reference in references.items():
        if name not in declared:
            wanted = _("an input of {model}").format(model=model.id)
            found.append(Fault(name, reference, wanted, nearest(name, list(declared))))
            continue
        wanted = _("a dataset of schema {schema}").format(schema=declared[name].schema)
        try:
            held[name] = datasets.find(workspace, reference)
        except AggloError as error:
            versions = ", ".join(fault.expected for fault in error.faults)
            found.append(Fault(name, error.what, versions or wanted, error.repair))
            continue
        if held[name].schema_name != declared[name].schema:
            got = _("{dataset}, of schema {schema}").format(dataset=reference, schema=held[name].schema_name)
            found.append(Fault(name, got, wanted))
    for name, one in declared.items():
        if one.required and name not in references:
            repair = _("Add --input {name}=DATASET@VERSION").format(name=name)
            wanted = _("a dataset of schema {schema}").format(schema=one.schema)
            found.append(Fault(name, _("nothing"), wanted, repair))
    return held


def _together(model: Model, given: Mapping[str, Any], scenario: Scenario | None) -> dict[str, Any]:
    """Parameters given one by one and those of the scenario; a name in both is refused rather than guessed."""
    hypotheses = scenario.parameters_of(model.id) if scenario else {}
    twice = sorted(set(given) & set(hypotheses))
    if twice and scenario:
        raise InvalidInput(
            _("A scenario does not change."),
            [
                Fault(name, _("a second value"), _("the value of scenario {name}").format(name=scenario.name))
                for name in twice
            ],
        )
    return {**hypotheses, **given}
