"""The report itself: what is computed elsewhere, put into the template."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.contract import numerals
from agglo.contract.indicators import Term
from agglo.contract.language import _, in_language, language, ngettext
from agglo.store.files import write_atomically
from agglo.studies.report import comparison, costs, notes, pictures, sources, wording
from agglo.studies.report.comparison import Compared, LabelledRun
from agglo.studies.report.maps import Drawing, drawing
from agglo.studies.report.pictures import Chart, Picture
from agglo.territory.communes import Territory

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
SHORT_DIGEST = 12
_WEIGHT = "@@weight@@"
_KILOBYTE = 1000
_HYPHENATED = re.compile(r"((?<![\w-])[\w’']{1,12}(?:-[\w’']{1,12}){1,2}(?![\w-]))")


@dataclass(frozen=True, slots=True)
class Chapter:
    """An indicator with its pictures."""

    id: str
    compared: Compared
    maps: Sequence[Picture]
    bars: Chart | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One parameter: its title, a value by run, the source of its default, and whether runs differ."""

    title: str
    values: tuple[str, ...]
    source: str
    differs: bool


def write(
    path: Path,
    *,
    runs: Sequence[LabelledRun],
    territory: Territory,
    question: str,
    datasets: Sequence[Mapping[str, Any]],
    main: str | None = None,
) -> Path:
    """Write an answer as one HTML file that needs nothing else: no network, no script, no agglo.

    Parameters
    ----------
    runs
        Scenarios, the reference first; differences are with it.
    question
        What was asked, in a person's words: the title of the page.
    datasets
        A ``dataset.json`` for each input (see :func:`agglo.studies.report.sources.descriptions`), ``attribution`` being
        optional.
    main
        The indicator that comes first; by default the first one that differs between the runs.

    Raises
    ------
    InvalidInput
        The runs cannot stand side by side, an input is not described, or no run gives ``main``.
    """
    text = render(runs=runs, territory=territory, question=question, datasets=datasets, main=main)
    write_atomically(path, text.encode())
    return path


def render(
    *,
    runs: Sequence[LabelledRun],
    territory: Territory,
    question: str,
    datasets: Sequence[Mapping[str, Any]],
    main: str | None = None,
) -> str:
    """The page of :func:`write` as text. The same runs in the same language give the same text."""
    comparison.check(runs, territory)
    compared = comparison.compare(runs, territory)
    first = comparison.main_of(compared, main)
    drawn = drawing(territory)
    found = notes.gather(runs, territory)
    text = _environment().get_template("report.html.j2").render(
        lang=language(),
        question=question,
        territory=territory,
        runs=runs,
        models=_models(runs),
        chapters=_chapters([first, *(one for one in compared if one is not first)], runs, drawn),
        drawing=drawn,
        notes=found,
        marks=notes.marks(found),
        sources=sources.gather(runs, datasets),
        choices=_choices(runs),
        missing=_missing(runs),
        weight=_WEIGHT,
    )  # fmt: skip
    return _with_weight(text)


def _chapters(compared: Sequence[Compared], runs: Sequence[LabelledRun], drawn: Drawing) -> list[Chapter]:
    chapters = []
    for rank, one in enumerate(compared, 1):
        maps = pictures.maps_of(one, runs, drawn, f"map-{rank}")
        chapters.append(Chapter(f"indicator-{rank}", one, maps, pictures.bars_of(one, runs)))
    return chapters


def _models(runs: Sequence[LabelledRun]) -> list[LabelledRun]:
    """The first run of each model, for what the report says of models."""
    return list({one.run.model: one for one in reversed(runs)}.values())[::-1]


def _choices(runs: Sequence[LabelledRun]) -> list[Choice]:
    """Every parameter of the runs' models, those that differ first."""
    described: dict[str, Mapping[str, Any]] = {}
    for one in runs:
        described |= one.run.content["model"]["parameters"].get("properties", {})
    choices = []
    for name, schema in described.items():
        values = [one.run.content["parameters"].get(name) for one in runs]
        choices.append(
            Choice(
                _(schema.get("title") or name),
                tuple(_value(value, schema.get("unit", "1")) for value in values),
                _(schema["source"]) if schema.get("source") else "",
                any(value != values[0] for value in values),
            )
        )
    return sorted(choices, key=lambda choice: not choice.differs)


def _value(value: Any, unit: str) -> str:
    """A parameter's value for a person."""
    if value is None or value in ({}, [], ""):
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        decimals = len(repr(float(value)).partition(".")[2]) if value != int(value) else 0
        return numerals.quantity(value, unit, decimals)
    return str(value)


def _missing(runs: Sequence[LabelledRun]) -> dict[str, list[str]]:
    """What is not declared of each model that is a draft, in words, by model."""
    return {
        one.run.model: [wording.undeclared(field) for field in one.card.missing()]
        for one in _models(runs)
        if one.card.is_draft
    }


def _with_weight(text: str) -> str:
    """The page with its own weight written in it."""
    size = len(text.encode()) / _KILOBYTE
    return text.replace(_WEIGHT, numerals.number(size), 1)


def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "_": _,
        "ngettext": ngettext,
        "costs": costs,
        "wording": wording,
        "short": SHORT_DIGEST,
    }
    environment.filters |= {
        "number": numerals.number,
        "quantity": numerals.quantity,
        "unit": numerals.unit_label,
        "instant": numerals.instant,
        "said": said,
        "in_language": in_language,
        "explained": explained,
        "quality": wording.quality,
        "whole": whole,
    }
    return environment


def said(text: str) -> str:
    """A model's own sentence with its figures and formulas as people write them."""
    return re.sub(r"(CO|\bN)2(?![0-9])", r"\1₂", numerals.quantities(text))


def explained(term: Term) -> str:
    """What an indicator says, in plain words; the vocabulary's definition where we have none."""
    return wording.explanation(term.id) or said(term.definition)


def whole(text: str) -> "Markup":
    """``text`` whose words with hyphens (Paris-Saclay, 2012-2018) are not cut at the end of a line; escaped.

    >>> str(whole("Paris-Saclay & co"))
    '<span class="nb">Paris-Saclay</span> &amp; co'
    """
    from markupsafe import Markup, escape

    parts = _HYPHENATED.split(text)
    return Markup("").join(
        Markup('<span class="nb">{}</span>').format(part) if odd % 2 else escape(part) for odd, part in enumerate(parts)
    )
