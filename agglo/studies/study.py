"""A study: a question about a territory, the steps that answer it, and the scenarios it is answered for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from agglo.contract.documents import read_yaml
from agglo.contract.errors import InvalidInput
from agglo.contract.language import Text, _
from agglo.studies import graph

State = Literal["draft", "proposed", "approved", "closed"]
STATES: tuple[str, ...] = get_args(State)

REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Place:
    """A territory by its SIREN; ``name`` is empty where neither the file nor agglo knows it."""

    siren: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a dataset is found: ``NAME`` or ``NAME@VERSION`` in the workspace, once added from ``bundle`` if any."""

    dataset: str
    bundle: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A model and what it reads: each input is the name of a dataset, or ``STEP/OUTPUT``.

    ``model`` is the identifier of an installed model, or a folder with a ``model.json`` relative to the study's file.
    """

    name: str
    model: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one scenario changes: parameters by step, and datasets by their name in the study (None: left out)."""

    name: str
    title: Text = field(default_factory=dict)
    description: Text = field(default_factory=dict)
    state: State = "draft"
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    datasets: Mapping[str, Source | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """A study as its file says it. ``folder`` is where that file lies; ``models`` holds the interface and the digest of
    the code of each model that was a folder, for a study that is read from its record."""

    name: str
    territory: Place
    steps: Mapping[str, Step]
    scenarios: Mapping[str, Scenario]
    compare_with: str
    title: Text = field(default_factory=dict)
    description: Text = field(default_factory=dict)
    question: Text = field(default_factory=dict)
    datasets: Mapping[str, Source] = field(default_factory=dict)
    folder: Path | None = field(default=None, compare=False, repr=False)
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def needs(self) -> graph.Needs:
        """The steps that each step waits for."""
        return graph.needs({name: step.inputs for name, step in self.steps.items()})

    def source(self, scenario: Scenario, dataset: str) -> Source | None:
        """Where a dataset of the study is found in a scenario; None where the scenario leaves it out."""
        return scenario.datasets[dataset] if dataset in scenario.datasets else self.datasets[dataset]

    def parameters(self, scenario: Scenario, step: str) -> dict[str, Any]:
        """The parameters of a step in a scenario: its own, in place of which stand those of the scenario."""
        return {**self.steps[step].parameters, **scenario.parameters.get(step, {})}

    def to_dict(self) -> dict[str, Any]:
        """The study as JSON, as its record keeps it."""
        content = {name: getattr(self, name) for name in ("name", "title", "description", "question")}
        return {
            **{key: value if isinstance(value, str) else dict(value) for key, value in content.items()},
            "territory": asdict(self.territory),
            "datasets": {name: asdict(one) for name, one in self.datasets.items()},
            "steps": {name: asdict(one) for name, one in self.steps.items()},
            "scenarios": {name: asdict(one) for name, one in self.scenarios.items()},
            "compare_with": self.compare_with,
        }


def from_dict(content: Mapping[str, Any], models: Mapping[str, Mapping[str, Any]] | None = None) -> Study:
    """The study that :meth:`Study.to_dict` gave."""
    scenarios = {
        name: Scenario(
            **{**one, "datasets": {key: value and Source(**value) for key, value in one["datasets"].items()}}
        )
        for name, one in content["scenarios"].items()
    }
    return Study(
        **{key: content[key] for key in ("name", "title", "description", "question", "compare_with")},
        territory=Place(**content["territory"]),
        datasets={name: Source(**one) for name, one in content["datasets"].items()},
        steps={name: Step(**one) for name, one in content["steps"].items()},
        scenarios=scenarios,
        models=models or {},
    )


def read(path: Path) -> Study:
    """The study of a YAML file, checked against the models its steps name.

    Raises
    ------
    InvalidInput
        Everything wrong at once: unknown keys (with the nearest valid one), models, inputs, outputs, datasets, steps,
        parameters and scenarios that do not exist, an output of another schema than the input asks for, steps that wait
        for one another in a circle.
    """
    from agglo.studies import checks

    what = _("This study cannot be read.")
    content = read_yaml(path, what)
    found = checks.faults(content, path)
    if found:
        raise InvalidInput(what, found)
    return _made(content, path)


def _made(content: Mapping[str, Any], path: Path) -> Study:
    """The study of a file in which nothing is wrong."""
    given = {key: value for key, value in content.items() if value is not None}
    datasets = {name: source_of(one) for name, one in given.get("datasets", {}).items()}
    scenarios = {
        str(name): _scenario(str(name), one or {}, datasets)
        for name, one in (given.get("scenarios") or {REFERENCE: {}}).items()
    }
    first = REFERENCE if REFERENCE in scenarios else next(iter(scenarios))
    return Study(
        name=given["name"],
        territory=_place(given["territory"]),
        steps={name: _step(name, one) for name, one in given["steps"].items()},
        scenarios=scenarios,
        compare_with=given.get("compare_with", first),
        datasets=datasets,
        folder=path.absolute().parent,
        title=text_of(given.get("title")),
        description=text_of(given.get("description")),
        question=text_of(given.get("question")),
    )


def text_of(value: Any) -> dict[str, str]:
    """A text by language; a text alone is French."""
    if not value:
        return {}
    return dict(value) if isinstance(value, Mapping) else {"fr": str(value)}


def source_of(written: Any) -> Source:
    """Where a dataset is found, as a file writes it: ``NAME``, ``NAME@VERSION``, ``BUNDLE/NAME`` or a mapping."""
    if isinstance(written, Mapping):
        return Source(written["dataset"], written.get("bundle") or "")
    bundle, _slash, dataset = written.rpartition("/")
    return Source(dataset, bundle)


def _place(written: Any) -> Place:
    from agglo.territory.bundled import BUNDLED, bundled

    siren, name = (written["siren"], written.get("name")) if isinstance(written, Mapping) else (written, None)
    siren = str(siren)
    return Place(siren, name or (bundled(siren).name if siren in BUNDLED else ""))


def _step(name: str, written: Mapping[str, Any]) -> Step:
    given = {key: written.get(key) or {} for key in ("inputs", "parameters")}
    return Step(name, written["model"], seed=written.get("seed") or 0, **given)


def _scenario(name: str, written: Mapping[str, Any], datasets: Mapping[str, Source]) -> Scenario:
    chosen = {
        key: None if one is None else datasets[one] if isinstance(one, str) and one in datasets else source_of(one)
        for key, one in (written.get("datasets") or {}).items()
    }
    return Scenario(
        name,
        title=text_of(written.get("title")),
        description=text_of(written.get("description")),
        state=written.get("state") or "draft",
        parameters={step: values or {} for step, values in (written.get("parameters") or {}).items()},
        datasets=chosen,
    )
