"""``climate.effort``: what published targets ask for, where emissions are known as shares and an index only."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field

from agglo.contract.columns import table, units_of
from agglo.contract.context import Context
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, _, in_language
from agglo.contract.model import Input, Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import Parameters, parameter
from agglo.models.climate import effort_tables
from agglo.models.climate.effort_tables import CONDITIONS, EFFORT, condition_rows, effort_rows
from agglo.models.climate.index import HUNDRED
from agglo.models.climate.nomenclature import ALL, QUANTITY_TITLES
from agglo.models.climate.pathway import Pivot
from agglo.models.climate.pathways import Pathways, read_pathways
from agglo.models.climate.shares import Shares, read_shares

EXACT = 1e-9
"""Shares that add up to 1 within this are said to add up to 1."""

Group = Literal["transport", "buildings", "other"]
Part = Annotated[float, Field(ge=-10, le=10)]


class EffortParameters(Parameters):
    """Where things stand today, and the groups that are supposed to do less than their part."""

    since_year: int | None = parameter(
        None,
        unit="1",
        title=N_("Year from which the effort that is left is counted"),
        source=N_("none by default: an observed index is needed"),
        ge=1900,
        le=2200,
    )
    index_now: float | None = parameter(
        None,
        unit="%",
        title=N_("Observed index of that year, the reference year being 100 %"),
        source=N_("none by default: no observed emissions are held"),
        gt=0,
        le=1000,
    )
    held_groups: list[Group] = parameter(
        ["transport"],
        unit="1",
        title=N_("Groups of sectors that are assumed to do less than their part, one at a time"),
        source=N_("transport by default: a question, not a forecast"),
    )
    held_parts: list[Part] = parameter(
        [0.0, 0.5],
        unit="1",
        title=N_("What such a group does, as a part of the change that the target asks of the total"),
        source=N_("nothing, and half of it: questions, not forecasts"),
    )


@model(
    id="climate.effort",
    version="1.0.0",
    title={"fr": "Effort que demandent les objectifs", "en": "The effort that targets ask for"},
    headline={
        "fr": "indice et parts publiées, sans tonnes ; ni probabilité ni classement d'actions",
        "en": "index and published shares, without tonnes; neither a probability nor a ranking of actions",
    },
    parameters=EffortParameters,
    inputs=(
        Input("shares", "climate-shares", {"fr": "Parts des émissions", "en": "Shares of emissions"}),
        Input("pathways", "climate-pathways", {"fr": "Objectifs", "en": "Targets"}),
    ),
    outputs=(
        Output(
            "effort",
            title={"fr": "Effort nécessaire", "en": "Required effort"},
            columns=units_of(EFFORT),
            compare=Numerical(absolute=1e-9, relative=1e-9),
        ),
        Output(
            "conditions",
            title={"fr": "Ce qui devrait être vrai", "en": "What would have to be true"},
            columns=units_of(CONDITIONS),
            compare=Numerical(absolute=1e-9, relative=1e-9),
        ),
    ),
    libraries=("pyarrow",),
)
def effort(inputs: Inputs, *, parameters: EffortParameters, context: Context) -> Outcome:
    """The yearly effort [%/yr] that each target asks for, and what would have to be true if a group does less.

    Goes in: the shares [1] of a reference year by group of sectors, and targets as changes against that year. Comes
    out: for each target the constant compound yearly reduction, in all and by group if all groups reduce alike, in
    points of the total's index [%, reference year = 100]; for each group held back, the index the others must reach.
    A target of another reference year is given in all only. Equations: :mod:`.index`.

    Raises
    ------
    InvalidInput
        A table or a parameter cannot be trusted, or no target of the place is a change against a reference year.
    """
    shares, pathways = read_shares(inputs.shares), read_pathways(inputs.pathways)
    targets = _targets(shares, pathways)
    _check_years(parameters, targets)
    since, now = parameters.since_year, parameters.index_now
    rows = [row for one in targets for row in effort_rows(one, shares, since_year=since, index_now=now)]
    groups, parts = parameters.held_groups, parameters.held_parts
    context.progress(0.5, _("What would have to be true"))
    held = [row for one in targets for row in condition_rows(one, shares, groups, parts)]
    return Outcome(
        indicators=list(effort_tables.indicators(targets, rows, shares)),
        tables={"effort": table(EFFORT, rows), "conditions": table(CONDITIONS, held)},
        notes=list(_notes(targets, shares, pathways, parameters)),
    )


def _targets(shares: Shares, pathways: Pathways) -> list[Pivot]:
    """The changes that are asked of the place as a whole; a renewable share is no effort."""
    found = [
        one
        for one in pathways.of(kind="change", place=shares.place)
        if one.sector == ALL and one.quantity != "renewable-share"
    ]
    if not found:
        places = ", ".join(sorted({one.place for one in pathways.pivots}))
        expected = _("a change against a reference year, of all sectors of {place}").format(place=shares.place)
        raise InvalidInput(
            _("No target can be turned into an effort."),
            [Fault("pathways", _("places: {places}").format(places=places), expected)],
        )
    return found


def _check_years(parameters: EffortParameters, targets: Sequence[Pivot]) -> None:
    since, faults = parameters.since_year, []
    if parameters.index_now is not None and since is None:
        faults.append(Fault("since_year", _("nothing"), _("the year of index_now")))
    if since is not None and not any(effort_tables.is_under_way(one, since) for one in targets):
        periods = ", ".join(f"{one.reference_year}-{one.year - 1}" for one in targets)
        faults.append(Fault("since_year", str(since), _("a year of {periods}").format(periods=periods)))
    if faults:
        raise InvalidInput(_("The effort that is left cannot be counted."), faults)


def _notes(targets: Sequence[Pivot], shares: Shares, pathways: Pathways, parameters: EffortParameters) -> Iterator[str]:
    yield _(
        "No emissions in tonnes go in: what comes out is an index ({year} = 100) and a yearly rate. It says nothing of "
        "the probability of meeting a target, and ranks no action."
    ).format(year=shares.reference_year)
    yield _("Assumed: by group, all groups reduce by the same share. No published target says how to split the effort.")
    if abs(shares.total - 1) > EXACT:
        yield _("The published shares add up to {total:.1f} %; they were not brought to 100 %.").format(
            total=HUNDRED * shares.total
        )
    if parameters.index_now is None:
        yield _("No observed index is held: the effort is counted from the reference year, not from today.")
    else:
        yield _("The index of {year}, {index:g} %, is the one that was given; its source is not kept.").format(
            year=parameters.since_year, index=parameters.index_now
        )
    if unshared := _named(one for one in targets if not effort_tables.is_shared(one, shares)):
        yield _("Not split by group, the shares being of emissions in {year}: {names}.").format(
            year=shares.reference_year, names=unshared
        )
    if left_out := _named(one for one in pathways.pivots if one not in targets):
        yield _("Not turned into an effort, being no change of all sectors of {place}: {names}.").format(
            place=shares.place, names=left_out
        )
    if no_rate := _named(one for one in targets if one.value == -1):
        yield _("No constant yearly rate leads to zero: {names}.").format(names=no_rate)


def _named(pivots: Iterable[Pivot]) -> str:
    """Targets as a person tells them apart, each once."""
    return ", ".join(
        sorted(
            {f"{one.pathway} {one.edition} ({in_language(QUANTITY_TITLES[one.quantity])} {one.year})" for one in pivots}
        )
    )
