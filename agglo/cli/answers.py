"""A run in words: what was asked, the answer, what it leaves out, what it cost, how to check it."""

from agglo.catalogue import datasets
from agglo.cli import show
from agglo.contract import card as cards
from agglo.contract.errors import AggloError, Fault
from agglo.contract.indicators import Indicator, vocabulary
from agglo.contract.language import _, in_language
from agglo.contract.model import from_interface
from agglo.contract.numerals import number, significant
from agglo.footprint.record import FootprintRecord
from agglo.runs.run import Run
from agglo.store.workspace import Workspace

MOST_PLACES = 40
BYTES_PER_MB = 1e6


def run_text(workspace: Workspace, run: Run) -> str:
    """Everything a person needs to read a run, in the order they need it."""
    parts = [_question(workspace, run)]
    parts.append(_failure(run) if run.state == "failed" else _answer(run))
    parts += [_leaves_out(workspace, run), cost_text(run.footprint), _proof(run)]
    return "\n\n".join(part for part in parts if part)


def _question(workspace: Workspace, run: Run) -> str:
    content = run.content
    facts = {
        _("run"): run.id,
        _("model"): f"{run.model}  {in_language(content['model']['title'])}",
        _("covers"): in_language(content["model"]["headline"]),
    }
    if content["scenario"]:
        facts[_("scenario")] = f"{content['scenario']['name']} ({content['scenario']['version']})"
    for name, one in content["inputs"].items():
        facts[name] = f"{one['dataset']}@{one['version']}  {_title_of(workspace, one)}".rstrip()
    for name, value in content["parameters"].items():
        facts[name] = str(value)
    return show.pairs(facts)


def _title_of(workspace: Workspace, one: dict[str, str]) -> str:
    try:
        return str(datasets.find(workspace, f"{one['dataset']}@{one['version']}").description["title"])
    except AggloError:
        return _("(no longer in this workspace)")


def _failure(run: Run) -> str:
    failure = run.content["failure"]
    lines = [_("No answer: {what}").format(what=failure["what"])]
    lines += [f"  - {Fault(**fault)}" for fault in failure["faults"]]
    if failure["reason"] in ("raised", "killed") and run.log.strip():
        lines += [_("End of its log:"), *(f"  {line}" for line in run.log.strip().splitlines()[-8:])]
    return "\n".join(lines)


def _answer(run: Run) -> str:
    """The indicators of all sectors together: a row a place, a column an indicator."""
    totals = [one for one in run.indicators if not one.sector]
    names = [name for name in vocabulary() if any(one.name == name for one in totals)]
    columns = {(one.name, _period(one)): one.unit for name in names for one in totals if one.name == name}
    values = {(one.place, one.name, _period(one)): one.value for one in totals}
    places = list(dict.fromkeys(one.place for one in totals))
    header = [
        _("place"),
        *(f"{vocabulary()[name].title} {period} [{unit}]" for (name, period), unit in columns.items()),
    ]
    rows = [[place, *(_cell(values.get((place, *column))) for column in columns)] for place in places[:MOST_PLACES]]
    legend = [f"  ({rank}) {title}" for rank, title in enumerate(header[1:], 1)]
    short = [header[0], *(f"({rank})" for rank in range(1, len(header)))]
    more = (
        [_("... and {count} more places").format(count=len(places) - MOST_PLACES)] if len(places) > MOST_PLACES else []
    )
    return "\n".join([*legend, show.table(short, rows, figures=range(1, len(header))), *more])


def _cell(value: float | None) -> str:
    return "-" if value is None else number(value)


def _period(indicator: Indicator) -> str:
    return f"{indicator.since}-{indicator.year}" if indicator.since else str(indicator.year)


def _leaves_out(workspace: Workspace, run: Run) -> str:
    lines = [_("To know beside these figures:"), *(f"  - {note}" for note in run.notes)] if run.notes else []
    try:
        model = from_interface(run.content["model"], workspace.cache / "code" / run.content["model"]["code"] / "-")
        missing = cards.of(model, workspace.register).missing()
    except AggloError:
        missing = []
    if missing:
        lines.append(_("Draft: the authority's part of the model's card is not complete."))
    return "\n".join(lines)


def cost_text(footprint: FootprintRecord) -> str:
    """What a run cost, with its bounds and what they rest on."""
    if footprint.energy_kwh is None:
        return _("Cost: unknown. {why}").format(why=" ".join(map(str, footprint.why)))
    energy, carbon, measured = footprint.energy_kwh, footprint.carbon_g, footprint.measurement
    lines = [
        _("Cost: {central} kWh (low {low}, high {high})").format(
            **{bound: significant(getattr(energy, bound)) for bound in ("low", "central", "high")}
        )
    ]
    if carbon:
        values = {bound: significant(getattr(carbon, bound)) for bound in ("low", "central", "high")}
        lines.append(_("      {central} gCO2e (low {low}, high {high})").format(**values))
    lines.append(
        _("      {seconds} s, {memory} MB at most").format(
            seconds=number(measured.wall_s or 0.0, 1),
            memory=number((measured.peak_memory_bytes or 0) / BYTES_PER_MB, 0),
        )
    )
    lines.append(
        "      "
        + _("Estimated by {method}: {attribution}.").format(method=footprint.method, attribution=footprint.attribution)
    )
    return "\n".join(lines)


def _proof(run: Run) -> str:
    if run.certificates:
        last = run.certificates[-1]
        return _("Verified on {date}: {verdict}.").format(date=last["at"][:10], verdict=_(last["verdict"]))
    return _("Never verified. To do so: agglo verify {run}").format(run=run.id) if run.state == "finished" else ""
