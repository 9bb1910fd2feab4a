"""The main question: what does the territory's land use do to its carbon, as observed and with land take halved?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from agglo.catalogue import bundles
from agglo.contract import scenario as scenarios
from agglo.contract.language import _
from agglo.contract.model import find
from agglo.contract.scenario import Scenario
from agglo.runs import asking, questions
from agglo.runs.asking import Asked
from agglo.runs.process import Progress
from agglo.store.workspace import Workspace
from agglo.territory import perimeters
from agglo.territory.communes import Territory

MODEL = "land.sinks"
MAIN_INDICATOR = "land.carbon-flux"
SCENARIO_FILE = "land-take-halved.yaml"
_INPUTS = {"land_cover": "land-cover", "changes": "land-cover-changes", "communes": "land-communes"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One way the question was asked, and the run that answers it."""

    label: str
    asked: Asked


def territory() -> Territory:
    """The territory of the bundled data: Paris-Saclay."""
    return perimeters.load()


def question(about: Territory) -> str:
    """The question, in a person's words."""
    return _("What does the land use of {territory} do to its carbon?").format(territory=about.name)


def ask_both(workspace: Workspace, progress: Callable[[str], Progress | None] = lambda _label: None) -> list[Answer]:
    """Ask ``land.sinks`` twice on the bundled data of Paris-Saclay; ``progress`` gives a reporter for each label."""
    datasets = bundles.add(workspace)
    inputs = {name: datasets[schema].reference for name, schema in _INPUTS.items()}
    model = find(MODEL)
    ways: list[tuple[str, Scenario | None]] = [
        (_("As observed, 2012-2018"), None),
        (_("Land take halved"), land_take_halved()),
    ]
    answers = []
    for label, scenario in ways:
        posed = questions.pose(workspace, model, inputs=inputs, scenario=scenario)
        answers.append(Answer(label, asking.ask(workspace, posed, progress=progress(label))))
    return answers


def land_take_halved() -> Scenario:
    """The bundled scenario."""
    return scenarios.read(Path(str(resources.files("agglo.studies"))) / "scenarios" / SCENARIO_FILE)


def write_report(workspace: Workspace, path: Path, answers: Sequence[Answer], about: Territory) -> Path:
    """Write the answers as a self-contained HTML page."""
    from agglo.contract import card
    from agglo.studies import report

    declared = card.of(find(MODEL), workspace.register)
    runs = [report.LabelledRun(one.label, one.asked.run, declared) for one in answers]
    return report.write(
        path,
        runs=runs,
        territory=about,
        question=question(about),
        datasets=report.descriptions(workspace, runs),
        main=MAIN_INDICATOR,
    )
