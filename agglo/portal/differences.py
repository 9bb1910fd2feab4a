"""Answers side by side as a page shows them: differences by indicator and by commune, what differs between the
questions, what each cost."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agglo.contract import numerals
from agglo.contract.language import _
from agglo.portal import drawings, run_document
from agglo.portal.drawings import Choropleth
from agglo.portal.run_figures import Grid
from agglo.runs.run import Run
from agglo.studies.report import comparison
from agglo.studies.report.comparison import Compared, LabelledRun
from agglo.territory.communes import Territory

LETTERS = "ABCDEFGH"


@dataclass(frozen=True, slots=True)
class View:
    """Runs compared on one indicator; ``maps`` are one by run after the first."""

    title: str
    about: str
    indicators: Sequence[tuple[str, str]]
    chosen: str
    summary: Grid
    places: Grid
    causes: Grid | None
    maps: Sequence[Choropleth]
    same: bool


def view(runs: Sequence[LabelledRun], territory: Territory, asked: str | None, commune: Callable[[str], str]) -> View:
    """The comparison, on the indicator asked for if they give it, else on the one that leads.

    Raises
    ------
    InvalidInput
        The runs cannot stand side by side: failed, other places, units, years, nothing in common; all is listed.
    """
    comparison.check(runs, territory)
    compared = comparison.compare(runs, territory)
    chosen = next((one for one in compared if one.term.id == asked), None) or comparison.main_of(compared)
    labels = [one.label for one in runs]
    return View(
        title=chosen.term.title,
        about=", ".join(filter(None, (numerals.unit_label(chosen.unit), chosen.period, *chosen.sources))),
        indicators=[(one.term.id, one.term.title) for one in compared],
        chosen=chosen.term.id,
        summary=_summary(compared, labels, territory),
        places=_places(chosen, labels, commune),
        causes=_causes(chosen, labels),
        maps=[_map(chosen, rank, label, territory, commune) for rank, label in enumerate(labels[1:])],
        same=not any(one.differ for one in compared),
    )


def _summary(compared: Sequence[Compared], labels: Sequence[str], territory: Territory) -> Grid:
    """The whole territory: a row by indicator."""
    rows = []
    for one in compared:
        if one.total is None:
            continue
        unit = numerals.unit_label(one.unit)
        name = f"{one.term.title} ({', '.join(filter(None, (unit, one.period)))})"
        rows.append([name, *_figures(one, one.total.values, one.total.differences)])
    caption = _("{territory}: every indicator of these answers").format(territory=territory.name)
    return Grid(caption, _columns(_("Indicator"), labels, ""), rows)


def _places(one: Compared, labels: Sequence[str], commune: Callable[[str], str]) -> Grid:
    """One indicator: a row by commune, the territory first."""
    rows: list[list[Any]] = []
    if one.total:
        rows.append([one.total.name, *_figures(one, one.total.values, one.total.differences)])
    for row in one.rows:
        if any(value is not None for value in row.values):
            rows.append([{"text": row.name, "href": commune(row.key)}, *_figures(one, row.values, row.differences)])
    caption = _("{title} by commune, {period}").format(title=one.term.title, period=one.period)
    return Grid(caption, _columns(_("Place"), labels, one.unit), rows)


def _causes(one: Compared, labels: Sequence[str]) -> Grid | None:
    """One indicator of the whole territory: a row by part, those that are zero everywhere left out."""
    rows = [[row.name, *_figures(one, row.values, row.differences)] for row in one.causes if not row.zero]
    caption = _("{title} by part, {period}").format(title=one.term.title, period=one.period)
    return Grid(caption, _columns(_("Part"), labels, one.unit), rows) if rows else None


def _figures(one: Compared, values: comparison.Values, differences: comparison.Values) -> list[str]:
    return [*map(one.figure, values), *(one.figure(value, signed=True) for value in differences)]


def _columns(first: str, labels: Sequence[str], unit: str) -> list[Mapping[str, Any]]:
    shown = numerals.unit_label(unit) if unit else ""
    given = [{"label": label, "unit": shown, "number": True} for label in labels]
    gaps = [
        {"label": _("{other} minus {first}").format(other=letter, first=LETTERS[0]), "unit": shown, "number": True}
        for letter in LETTERS[1 : len(labels)]
    ]
    return [{"label": first}, *given, *gaps]


def _map(one: Compared, rank: int, label: str, territory: Territory, commune: Callable[[str], str]) -> Choropleth:
    values = {row.key: row.differences[rank] for row in one.rows}
    title = _("{title}: {label}, minus {first}").format(title=one.term.title, label=label, first=LETTERS[0])
    return drawings.choropleth(
        territory, values, unit=one.unit, title=title, diverging=True, link=commune, better=one.term.better,
        among=one.differences,
    )  # fmt: skip


def questions(runs: Sequence[LabelledRun]) -> list[tuple[str, list[str]]]:
    """What differs between the questions: a line by thing that is not the same, with what each run says of it."""
    found = [(name, [one.get(name, _("none")) for one in held]) for held in [list(map(_question, runs))]
             for name in dict.fromkeys(name for one in held for name in one)]  # fmt: skip
    return [(name, said) for name, said in found if len(set(said)) > 1]


def _question(one: LabelledRun) -> dict[str, str]:
    """All that a run was asked with, by what people call it."""
    run = one.run
    said = {_("Model"): run.model}
    said |= {one.title: one.value for one in run_document.parameters(run)}
    said |= {
        _("Data: {name}").format(name=name): f"{given['dataset']}@{given['version']}"
        for name, given in run.content["inputs"].items()
    }
    said |= {
        _("Seed of random numbers"): str(run.content["seed"]),
        _("Code of the model"): str(run.content["model"]["code"])[:12],
        _("Libraries of the model"): ", ".join(f"{k} {v}" for k, v in run.content["libraries"].items()) or _("none"),
        _("Python"): str(run.content["environment"]["python"]),
    }
    return said


def costs(runs: Sequence[LabelledRun]) -> list[list[str]]:
    """What each run cost, central estimates: label, energy, carbon, how far it is known."""
    return [[one.label, *_cost(one.run)] for one in runs]


def _cost(run: Run) -> list[str]:
    cost = run_document.cost(run)
    energy, carbon = (bounds[1] if bounds else _("unknown") for bounds in (cost.energy, cost.carbon))
    return [energy, carbon, cost.status]
