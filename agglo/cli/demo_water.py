"""What ``agglo demo`` asks of drinking water: its models, of Clairvane, a made-up town."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agglo.cli import show
from agglo.contract.errors import MissingExtra
from agglo.contract.language import _
from agglo.contract.numerals import figure, quantities, unit_label

if TYPE_CHECKING:
    from agglo.runs.asking import Asked
    from agglo.runs.process import Progress
    from agglo.store.workspace import Workspace

BUNDLE = "clairvane"
PLACE = "99999"
"""The code of no commune, under which the town's figures are kept."""

_READINGS = ("readings", "sensors", "meters")
QUESTIONS: Mapping[str, tuple[Sequence[str], Mapping[str, str]]] = {
    "water.readings": (_READINGS, {"territory": PLACE}),
    "water.indicators": (("volumes",), {}),
    "water.night-flow": ((*_READINGS, "sectors"), {"territory": PLACE}),
    "water.alarms": (_READINGS, {"territory": PLACE}),
    "water.what-if": (("network", "measures", "volumes"), {"territory": PLACE, "background_leakage": "5.6 m3/h"}),
}
"""What each model is asked: its inputs, and its parameters. The background leakage is what the volumes of 2024 lost,
49,056 m3, spread over the year: the leaks came later."""


@dataclass
class Answers:
    """What came of the questions, by model, and why some were not asked."""

    asked: dict[str, "Asked"] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    @property
    def failure(self) -> str:
        """Why the first model that gave no answer gave none; empty where all did."""
        failures = ((model, one.run.content["failure"]) for model, one in self.asked.items())
        return next((f"{model}: {failure['what']}" for model, failure in failures if failure), "")

    def rows(self, model: str, table: str) -> list[dict[str, Any]]:
        """The rows of a table of an answer; none where the model was not asked."""
        return self.asked[model].run.table(table).to_pylist() if model in self.asked else []


def ask(here: "Workspace", progress: "Progress") -> Answers:
    """Add the town's datasets and ask every model of water; one whose library is not installed is left out, and said.

    Raises
    ------
    InvalidInput
        A question cannot be asked.
    """
    from agglo.catalogue import bundles
    from agglo.contract.model import find
    from agglo.runs import asking, questions

    held = {name.removeprefix(f"{BUNDLE}-"): one for name, one in bundles.add(here, BUNDLE).items()}
    answers = Answers()
    for rank, (name, (inputs, parameters)) in enumerate(QUESTIONS.items()):
        progress(rank / len(QUESTIONS), name)
        references = {one: held[one].reference for one in inputs}
        try:
            question = questions.pose(here, find(name), inputs=references, parameters=parameters)
        except MissingExtra as error:
            answers.left_out.append(_("{model} is not asked. {why}").format(model=name, why=error))
            continue
        answers.asked[name] = asking.ask(here, question, project=BUNDLE)
    progress(1.0, "")
    return answers


def text(answers: Answers) -> str:
    """The answers in short: what readings and nights say, the alarms, what measures would bring."""
    parts = [
        show.paragraph(
            _("Drinking water, shown on Clairvane. It is a made-up town, not Paris-Saclay: no figure is real.")
        ),
        show.notes(quantities(one) for one in [*_said(answers), *answers.left_out]),
        _alarms(answers.rows("water.alarms", "alarms"), _titles(answers)),
        _measures(answers.rows("water.what-if", "measures")),
        show.paragraph(
            quantities(
                _(
                    "Modelled; a cubic metre lost costs 0.80 EUR and a visit 500 EUR (assumed). Bounds: at 95 % of "
                    "leakage and of alarms; of what-ifs, those of the leakage exponent alone. The two repairs are "
                    "those of the leaks that were put into the readings."
                )
            )
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _said(answers: Answers) -> list[str]:
    """A sentence of each of the first three models: quality of readings, yield, leakage of each sector."""
    told = [
        answers.asked[name].run.notes[0] for name in ("water.readings", "water.indicators") if name in answers.asked
    ]
    nights = answers.rows("water.night-flow", "sectors")
    named = [one.replace(f"{PLACE} ", f"{BUNDLE.capitalize()} ") for one in told]
    return [*named, *(f"{one['title']}: {one['sentence'].split('. ')[0].rstrip('.')}." for one in nights)]


def _titles(answers: Answers) -> dict[str, str]:
    """What sectors are called."""
    return {one["sector"]: one["title"] for one in answers.rows("water.night-flow", "sectors")}


def _alarms(rows: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> str:
    if not rows:
        return ""
    header = (
        _("leak alarm in"), _("since"), *_bounded(_("flow"), "m3/h"), _head(_("water lost"), "EUR/d"),
        _("days in which it loses\nthe cost of a visit"),
    )  # fmt: skip
    table = [
        [
            titles.get(one["sector"], one["sector"] or one["sensor"]),
            one["first_sign"][:10],
            *(figure(one[f"flow{bound}_m3_h"], 1) for bound in ("", "_low", "_high")),
            figure(one["loss_eur_d"]),
            figure(one["waiting_days"], 1),
        ]
        for one in rows
    ]
    return show.table(header, table, figures=range(2, 7))


def _measures(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return ""
    header = (
        _("what if"), *_bounded(_("money saved"), "EUR/yr"), _head(_("water saved"), "m3/yr"),
        _head(_("least pressure"), "m"),
    )  # fmt: skip
    table = [
        [
            one["title"],
            *(figure(one[f"saved_eur_yr{bound}"]) for bound in ("", "_low", "_high")),
            figure(one["saved_m3_yr"]),
            figure(one["lowest_pressure_m"], 1),
        ]
        for one in rows
    ]
    return show.table(header, table, figures=range(1, 6), wrap=0)


def _bounded(title: str, unit: str) -> tuple[str, str, str]:
    """The heads of three columns: a figure and its bounds."""
    return _head(title, unit), _("lower\nbound"), _("upper\nbound")


def _head(title: str, unit: str) -> str:
    return f"{title}\n{unit_label(unit)}"
