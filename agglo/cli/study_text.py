"""A study in words: what each step gave, the figures of each scenario, what it cost and what kept answers saved."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.cli import answers, cost, places, show, words
from agglo.contract.indicators import vocabulary
from agglo.contract.language import _, in_language, ngettext
from agglo.contract.numerals import decimals_for, instant, number, significant, unit_label

if TYPE_CHECKING:
    from agglo.studies.comparison import ComparedStep
    from agglo.studies.record import Kept
    from agglo.studies.results import ScenarioResult, StepResult, StudyResult
    from agglo.studies.running import Ran
    from agglo.studies.study import Study

MOST_ROWS = 60


def state(word: str) -> str:
    """The state of a scenario."""
    return {
        "draft": _("draft"),
        "proposed": _("proposed"),
        "approved": _("approved"),
        "closed": _("closed"),
    }[word]


def content(result: "StudyResult") -> dict[str, Any]:
    """What a study found, as JSON: runs by their identifiers, headline figures, what it cost."""
    from agglo.studies.headlines import headlines
    from agglo.studies.results import carbon_of, spent

    computed, kept = spent(result)
    carbon = [carbon_of(run) for run in computed]
    saved = [one.saved_carbon_g for one in kept]
    return {
        "study": result.study.name,
        "title": dict(result.study.title),
        "question": dict(result.study.question),
        "scenarios": [
            {
                "name": one.name,
                "title": dict(one.title),
                "state": one.state,
                "version": one.version,
                "steps": {name: step.to_dict() for name, step in one.steps.items()},
            }
            for one in result.scenarios
        ],
        "headlines": [one.to_dict() for one in headlines(result)],
        "carbon_g": None if None in carbon else sum(one or 0.0 for one in carbon),
        "saved_carbon_g": None if None in saved else sum(one or 0.0 for one in saved),
    }


def ran(done: "Ran", study: "Study", folder: Path | None) -> str:
    """The end of ``agglo study run``."""
    result = done.result
    parts = [_about(study), "\n".join(_changes(done, study, folder)), _steps(result), _failures(result)]
    parts += [_figures(result), _spent(result), _next(result, folder)]
    return "\n\n".join(part for part in parts if part)


def shown(result: "StudyResult", held: "Sequence[Kept]", folder: Path | None) -> str:
    """A study that was run, with its older versions and what was decided of them."""
    parts = [_about(result.study), _scenarios(result), _steps(result), _failures(result), _figures(result)]
    parts += [_history(result, held), _next(result, folder)]
    return "\n\n".join(part for part in parts if part)


def not_run(study: "Study", name: str, folder: Path | None) -> str:
    """A study that was not run here yet: what it asks."""
    steps = [(one.name, one.model, ", ".join(f"{key}: {value}" for key, value in one.inputs.items()))
             for one in study.steps.values()]  # fmt: skip
    scenarios = [(one.name, in_language(one.title)) for one in study.scenarios.values()]
    parts = [
        _about(study),
        show.table((_("step"), _("model"), _("inputs")), steps, wrap=2),
        show.table((_("scenario"), _("title")), scenarios, wrap=1),
        _("Not run yet. To do so: {command}").format(command=show.command("study", "run", name, workspace=folder)),
    ]
    return "\n\n".join(parts)


def compared(result: "StudyResult", steps: "Sequence[ComparedStep]", *, every: bool = False) -> str:
    """The figures that differ between scenarios, step by step: those of the territory, or of ``every`` place."""
    legend = "\n".join(_legend(rank, one) for rank, one in enumerate(result.scenarios, 1))
    lines = [legend]
    for one in steps:
        differ = [row for row in one.rows if len(set(row.values)) > 1]
        own = [row for row in differ if row.place == result.study.territory.siren]
        text = [_("Step {step}").format(step=one.step)]
        if differ:
            text.append(_compared_rows(result, one.step, differ if every or not own else own))
        if own and not every and len(own) < len(differ):
            more = len(differ) - len(own)
            said = ngettext(
                "{count} more figure differs, in places of the territory; --all shows it.",
                "{count} more figures differ, in places of the territory; --all shows them.",
                more,
            )
            text.append(said.format(count=more))
        if same := len(one.rows) - len(differ):
            said = ngettext(
                "{count} figure is the same in every scenario.",
                "{count} figures are the same in every scenario.",
                same,
            )
            text.append(said.format(count=same))
        lines.append("\n".join(text))
    left = [one for one in result.study.steps if one not in {step.step for step in steps}]
    if left:
        lines.append(_("Not compared, without figures in every scenario: {steps}.").format(steps=", ".join(left)))
    return "\n\n".join(lines)


def _compared_rows(result: "StudyResult", step: str, rows: "Sequence[Any]") -> str:
    """Rows of a comparison; columns that say the same in every row are left out."""
    runs = [one.steps[step].run for one in result.scenarios]
    names = {code: name for run in runs if run for code, name in places.names(run).items()}
    count = len(result.scenarios)
    header = [_("indicator"), _("place"), _("cause"), _("year")]
    leads = [
        [vocabulary()[row.name].title, names.get(row.place, row.place), words.cause(row.sector), row.period]
        for row in rows
    ]
    told = [0, *(at for at in range(1, len(header)) if len({lead[at] for lead in leads}) > 1)]
    header = [header[at] for at in told] + [f"({rank})" for rank in range(1, count + 1)]
    header += [_("({rank}) less (1)").format(rank=rank) for rank in range(2, count + 1)] + [_("unit")]
    cells = []
    for lead, row in list(zip(leads, rows, strict=True))[:MOST_ROWS]:
        decimals = decimals_for(row.values)
        values = ["-" if value is None else number(value, decimals) for value in (*row.values, *row.differences[1:])]
        cells.append([*(lead[at] for at in told), *values, unit_label(row.unit)])
    first = len(told)
    text = show.table(header, cells, figures=range(first, first + 2 * count - 1), wrap=0)
    same = [leads[0][at] for at in (1, 2, 3) if at not in told and leads[0][at] != words.cause("")]
    return "\n".join([", ".join(same), text, *_more(len(rows))])


def _more(count: int) -> list[str]:
    """That there are more rows than are shown, if there are."""
    return [_("... and {count} more figures; --json shows all.").format(count=count - MOST_ROWS)] * (count > MOST_ROWS)


def _about(study: "Study") -> str:
    lines = [in_language(study.title) or study.name, in_language(study.question)]
    where = f"{study.territory.name} ({study.territory.siren})" if study.territory.name else study.territory.siren
    return "\n".join(show.paragraph(line) for line in [*filter(None, lines), where])


def _changes(done: "Ran", study: "Study", folder: Path | None) -> Iterable[str]:
    """What the person must know of versions and states."""
    for one in done.new:
        said = _("Scenario {name} has changed since it was run: it is version {version}, a draft; the one before stays "
                 "as it is ({state}).")  # fmt: skip
        yield show.paragraph(said.format(name=one.scenario, version=one.version, state=state(one.before)))
    for name in done.closed:
        yield show.paragraph(_("Scenario {name} is closed: it was not asked again.").format(name=name))
    for scenario in done.result.scenarios:
        wanted = study.scenarios[scenario.name].state
        if wanted not in ("draft", scenario.state):
            command = show.command("study", "state", study.name, scenario.name, wanted, workspace=folder)
            said = _("Scenario {name} is {state}; the file says {wanted}, which is decided with: {command}")
            yield show.paragraph(said.format(name=scenario.name, state=state(scenario.state), wanted=state(wanted),
                                             command=command))  # fmt: skip


def _legend(rank: int, one: "ScenarioResult") -> str:
    said = _("({rank}) {name}, version {version}, {state}: {title}").format(
        rank=rank, name=one.name, version=one.version, state=state(one.state), title=in_language(one.title)
    )
    return show.paragraph(said.rstrip(": "), lead="  ")


def _scenarios(result: "StudyResult") -> str:
    rows = [(one.name, str(one.version), state(one.state), in_language(one.title)) for one in result.scenarios]
    return show.table((_("scenario"), _("version"), _("state"), _("title")), rows, figures=(1,), wrap=3)


def _steps(result: "StudyResult") -> str:
    """What each step of each scenario gave."""
    rows = [
        (one.name, step.step, step.model, answers.short(step.run.id) if step.run else "-", _given(step), _carbon(step))
        for one in result.scenarios
        for step in one.steps.values()
    ]
    header = (_("scenario"), _("step"), _("model"), _("run"), _("answer"), "gCO2e")
    return show.table(header, rows, figures=(5,))


def _given(step: "StepResult") -> str:
    if step.failure:
        return _("failed") if step.run else _("no answer")
    return _("kept") if step.reused else _("computed")


def _carbon(step: "StepResult") -> str:
    from agglo.studies.results import carbon_of

    return significant(carbon_of(step.run), 2) if step.run else "-"


def _failures(result: "StudyResult") -> str:
    said = [f"{one.name}, {step.step}: {step.failure}" for one in result.scenarios for step in one.steps.values()
            if step.failure]  # fmt: skip
    return "\n".join([_("Without an answer:"), show.notes(said)]) if said else ""


def _figures(result: "StudyResult") -> str:
    """The territory's own figures, a column by scenario."""
    from agglo.studies.headlines import headlines

    found = headlines(result)
    if not found:
        return ""
    count = len(result.scenarios)
    rows = []
    for one in found[:MOST_ROWS]:
        decimals = decimals_for(one.values)
        cells = ["-" if value is None else number(value, decimals) for value in one.values]
        title = vocabulary()[one.name].title + (f" ({words.cause(one.sector)})" if one.sector else "")
        rows.append([one.step, title, one.period, *cells, unit_label(one.unit)])
    header = [_("step"), _("indicator"), _("year"), *(f"({rank})" for rank in range(1, count + 1)), _("unit")]
    legend = [_legend(rank, one) for rank, one in enumerate(result.scenarios, 1)]
    table = show.table(header, rows, figures=range(3, 3 + count), wrap=1)
    lines = [_("The territory, all sectors together:"), *legend, table, *_more(len(found))]
    if assumed := dict.fromkeys(vocabulary()[one.name].title for one in found if one.assumed):
        said = _("Conditional on assumptions: {figures}.").format(figures=", ".join(assumed))
        lines.append(show.paragraph(said))
    return "\n".join(lines)


def _spent(result: "StudyResult") -> str:
    """What was computed and what it cost; what kept answers saved."""
    from agglo.studies.results import spent

    computed, kept = spent(result)
    lines = [cost.text([run.footprint for run in computed], _("cost of what was computed"))] if computed else []
    if not computed and kept:
        lines.append(_("Nothing was computed: every answer was kept."))
    if kept:
        saved = [one.saved_carbon_g for one in kept if one.saved_carbon_g is not None]
        said = ngettext(
            "{count} kept answer saved {carbon} gCO2e, which is what it cost when it was computed.",
            "{count} kept answers saved {carbon} gCO2e, which is what they cost when they were computed.",
            len(kept),
        )
        amount = significant(sum(saved), 2) if saved else _("an unknown amount of")
        lines.append(show.paragraph(said.format(count=len(kept), carbon=amount)))
    return "\n".join(lines)


def _history(result: "StudyResult", held: "Sequence[Kept]") -> str:
    """Older versions of the scenarios, and every decision."""
    from agglo.studies import record

    lines = []
    for one in result.scenarios:
        older = sorted({kept.versions[one.name] for kept in held if one.name in kept.versions} - {one.version})
        lines += [
            _("{name}@{version}: {state}").format(
                name=one.name, version=version, state=state(record.state_of(held, one.name, version))
            )
            for version in older
        ]
        for event in record.moves_of(held, one.name):
            said = _("{date}: {name}, version {version}, from {before} to {after}, by {actor}")
            lines.append(said.format(date=instant(event["at"]), name=one.name, version=event["version"],
                                     before=state(event["from"]), after=state(event["to"]),
                                     actor=event["actor"]))  # fmt: skip
    return "\n".join([_("Other versions and decisions:"), show.notes(lines)]) if lines else ""


def _next(result: "StudyResult", folder: Path | None) -> str:
    """The command to type next."""
    name = result.study.name
    if any(step.failure for one in result.scenarios for step in one.steps.values()):
        failed = next((step.run for one in result.scenarios for step in one.steps.values()
                       if step.failure and step.run), None)  # fmt: skip
        if failed:
            return _("Next: {command}").format(command=show.command("show", answers.short(failed.id), workspace=folder))
        return ""
    if len(result.scenarios) < 2:
        first = next((step.run for one in result.scenarios for step in one.steps.values() if step.run), None)
        words_ = ("verify", answers.short(first.id)) if first else ("study", "show", name)
        return _("Next: {command}").format(command=show.command(*words_, workspace=folder))
    names = ",".join(one.name for one in result.scenarios)
    command = show.command("study", "compare", name, "--scenarios", names, "--format", "html", workspace=folder)
    return _("Next: {command}").format(command=command)
