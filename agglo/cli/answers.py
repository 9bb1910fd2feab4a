"""A run in words: what was asked, the answer, what it leaves out, what it cost, how to check it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agglo.cli import cost, places, show, words
from agglo.contract.errors import AggloError, Fault
from agglo.contract.indicators import Indicator, vocabulary
from agglo.contract.language import _, in_language
from agglo.contract.numerals import decimals_for, instant, number, quantities, unit_label

if TYPE_CHECKING:
    from agglo.runs.run import Run
    from agglo.store.workspace import Workspace

MOST_PLACES = 40
LOG_LINES = 8
SHORT_ID = 12
"""Last characters of a run's identifier that name it in a list: those that are random."""


def short(run_id: str) -> str:
    """The end of a run's identifier, which every command takes for the whole."""
    return run_id[-SHORT_ID:]


def run_text(workspace: "Workspace", run: "Run", folder: Path | None = None) -> str:
    """Everything a person needs to read a run, in the order they need it; ``folder`` is the workspace they named."""
    failed = run.state == "failed"
    parts = [_question(workspace, run), _failure(run) if failed else _answer(run), _notes(run), _draft(workspace, run)]
    parts += [cost.text([run.footprint], _("cost")), cost.assumptions(run.footprint), _proof(run, folder)]
    return "\n\n".join(part for part in parts if part)


def _question(workspace: "Workspace", run: "Run") -> str:
    content = run.content
    ended = _("{id}, {state}, {date}").format(
        id=run.id, state=words.state(run.state), date=instant(content["finished"])
    )
    facts = [
        (_("run"), ended),
        (_("model"), f"{run.model}  {in_language(content['model']['title'])}"),
        (_("covers"), in_language(content["model"]["headline"])),
    ]
    if content["scenario"]:
        facts.append((_("scenario"), "{name} ({version})  {title}".format(**content["scenario"]).rstrip()))
    facts += [
        (name, f"{one['dataset']}@{one['version']}  {_title_of(workspace, one)}".rstrip())
        for name, one in content["inputs"].items()
    ]
    described = content["model"]["parameters"].get("properties", {})
    facts += [(name, _parameter(value, described.get(name, {}))) for name, value in content["parameters"].items()]
    return show.pairs(facts)


def _title_of(workspace: "Workspace", one: dict[str, str]) -> str:
    from agglo.catalogue import datasets

    try:
        return str(datasets.find(workspace, f"{one['dataset']}@{one['version']}").description["title"])
    except AggloError:
        return _("(no longer in this workspace)")


def _parameter(value: Any, described: dict[str, Any]) -> str:
    """A value, its unit, and what it is."""
    unit, title = described.get("unit", "1"), described.get("title", "")
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer():
        shown = str(int(value))
    shown = shown if unit == "1" else f"{shown} {unit}"
    if value is None or value in ({}, [], ""):
        shown = _("none")
    return f"{shown}  {_(title)}" if title else shown


def _failure(run: "Run") -> str:
    failure = run.content["failure"]
    lines = [show.paragraph(_("No answer: {what}").format(what=failure["what"]))]
    faults = show.faults([Fault(**fault) for fault in failure["faults"]])
    lines += [show.paragraph(fault, lead="  - ") for fault in faults]
    if failure["reason"] in ("raised", "killed") and run.log.strip():
        lines += [_("End of its log:"), *(f"  {line}" for line in run.log.strip().splitlines()[-LOG_LINES:])]
    return "\n".join(lines)


def _answer(run: "Run") -> str:
    """The indicators of all sectors together: a row by place, a column by indicator."""
    totals = [one for one in run.indicators if not one.sector]
    if not totals:
        return _("This run gives no indicator.")
    keys = {key: None for name in vocabulary() for one in totals if name == one.name for key in [_column(one)]}
    values = {(one.place, *_column(one)): one.value for one in totals}
    codes, names = list(dict.fromkeys(one.place for one in totals)), places.names(run)
    decimals = {key: _decimals([values.get((code, *key)) for code in codes]) for key in keys}
    rows = [
        [code, names.get(code, ""), *(_cell(values.get((code, *key)), decimals[key]) for key in keys)]
        for code in codes[:MOST_PLACES]
    ]
    legend = [f"  ({rank}) {vocabulary()[name].title}, {period} [{unit_label(unit)}]" for rank, (name, period, unit) in
              enumerate(keys, 1)]  # fmt: skip
    header = [_("code"), _("place"), *(f"({rank})" for rank in range(1, len(keys) + 1))]
    lines = [*legend, show.table(header, rows, figures=range(2, len(header)))]
    if len(codes) > MOST_PLACES:
        lines.append(_("... and {count} more places; --json shows all.").format(count=len(codes) - MOST_PLACES))
    return "\n".join([*lines, _qualities(totals)])


def _column(indicator: Indicator) -> tuple[str, str, str]:
    """Name, period and unit: what makes a column."""
    since = f"{indicator.since}-" if indicator.since else ""
    return indicator.name, f"{since}{indicator.year}", indicator.unit


def _decimals(values: list[float | None]) -> int:
    """Decimals that show three digits of a common value of a column: the median of those that are not zero."""
    from statistics import median

    sizes = [abs(value) for value in values if value]
    return decimals_for([median(sizes)] if sizes else [])


def _cell(value: float | None, decimals: int) -> str:
    return "-" if value is None else number(value, decimals)


def _qualities(indicators: list[Indicator]) -> str:
    """How the figures were obtained, and after whom."""
    known = {
        "measured": _("measured"),
        "modelled": _("modelled"),
        "declared": _("declared"),
        "assumed": _("assumed"),
    }
    said = ", ".join(known[one] for one in dict.fromkeys(one.quality for one in indicators))
    sources = ", ".join(dict.fromkeys(one.source for one in indicators if one.source))
    return _("These figures are: {qualities}.").format(qualities=f"{said} ({sources})" if sources else said)


def _notes(run: "Run") -> str:
    if not run.notes:
        return ""
    return "\n".join([_("To know beside these figures:"), show.notes(map(quantities, run.notes))])


def _draft(workspace: "Workspace", run: "Run") -> str:
    """That the model's card is incomplete, if it is."""
    from agglo.contract import card
    from agglo.contract.model import from_interface
    from agglo.runs import code

    try:
        model = from_interface(run.content["model"], code.check_out(workspace, run.content["model"]["code"]))
        missing = card.of(model, workspace.register).missing()
    except AggloError:
        return ""
    if not missing:
        return ""
    said = _("Draft: {count} entries of the model's card are not declared; see: {command}")
    return show.paragraph(said.format(count=len(missing), command=show.command("model", "show", model.id)))


def _proof(run: "Run", folder: Path | None) -> str:
    if run.certificates:
        last = run.certificates[-1]
        return _("Verified on {date}: {verdict}.").format(
            date=instant(last["at"]), verdict=words.verdict(last["verdict"])
        )
    if run.state == "failed":
        return ""
    return _("Never verified. To do so: {command}").format(
        command=show.command("verify", short(run.id), workspace=folder)
    )
