"""What a kept run says of a commitment: the one figure of its indicator, or why the run feeds no deal."""

from collections.abc import Sequence

from agglo.contract import card
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.indicators import Indicator
from agglo.contract.language import _
from agglo.contract.model import from_interface
from agglo.runs import code, gate
from agglo.runs.run import Run
from agglo.store.workspace import Workspace
from agglo.trust.deal.reading import unit_fault
from agglo.trust.deal.text import Commitment

MOST_SHOWN = 6


def refuse(faults: Sequence[Fault]) -> None:
    """Raise what stands against keeping a progress, if anything does."""
    if faults:
        raise InvalidInput(_("This progress cannot be kept."), faults)


def check(workspace: Workspace, held: Run) -> None:
    """Refuse a run that feeds no deal: failed, changed, verified to differ, of a draft card or one that is refused."""
    held.sealed.check()
    faults = []
    if held.state != "finished":
        faults.append(Fault(_("run {id}").format(id=held.id), _("failed"), _("a finished run")))
    elif held.certificates and held.certificates[-1]["verdict"] == "differs":
        faults.append(Fault(_("run {id}").format(id=held.id), _("verified: differs"), _("a run that can be trusted")))
    described = held.content["model"]
    model = from_interface(described, code.check_out(workspace, described["code"]))
    missing = card.of(model, workspace.register).missing()
    if missing:
        repair = _('"agglo model show {model}" says where to declare them.').format(model=model.id)
        faults.append(Fault(_("card of {model}").format(model=model.id), _("a draft, which feeds no deal"),
                            _("declared: {fields}").format(fields=", ".join(missing)), repair))  # fmt: skip
    refuse([*faults, *gate.faults(workspace, model)])


def find(held: Run, commitment: Commitment, place: str, year: int | None) -> Indicator:
    """The one figure of the run that the commitment is followed by."""
    gauge = commitment.gauge
    where = _("commitment {id}").format(id=commitment.id)
    if gauge is None or not gauge.id:
        got = _("no indicator") if gauge is None else _("an indicator of its own")
        raise InvalidInput(
            _("This progress cannot be kept."),
            [Fault(where, got, _("an indicator of the vocabulary"), _("Declare an observation instead."))],
        )
    if gauge.place and place != gauge.place:
        refuse([Fault("place", place, gauge.place, _("The commitment names its place."))])
    of_name = [one for one in held.indicators if one.name == gauge.id]
    if not of_name:
        given = sorted({one.name for one in held.indicators})
        got = ", ".join(given) or _("none")
        refuse([Fault(_("run {id}").format(id=held.id), got, gauge.id, _("It must give this indicator."))])
    one = _only(of_name, place, gauge.sector, year)
    if one.unit != gauge.unit:
        refuse([unit_fault(f"{where}: {gauge.id}", one.value or 0.0, one.unit, gauge.unit)])
    if one.value is None:
        refuse([Fault(f"{gauge.id} {one.place} {one.year}", _("not known"), _("a figure"))])
    return one


def _only(of_name: list[Indicator], place: str, sector: str, year: int | None) -> Indicator:
    """The one figure of a place, a sector and a year; what there is otherwise is named."""
    name = of_name[0].name
    of_place = [one for one in of_name if one.place == place and one.sector == sector]
    if not of_place:
        got = _shown(sorted({f"{one.place} {one.sector}".strip() for one in of_name}))
        repair = _("Give one of its places with --place.")
        refuse([Fault(name, got, f"{place} {sector}".strip(), repair)])
    matching = [one for one in of_place if year in (None, one.year)]
    if len(matching) != 1:
        years = _shown(sorted({str(one.year) for one in of_place}))
        repair = _("Give one of its years with --year.")
        refuse([Fault(name, years, _("one year") if year is None else str(year), repair)])
    return matching[0]


def _shown(names: list[str]) -> str:
    more = len(names) - MOST_SHOWN
    text = ", ".join(names[:MOST_SHOWN])
    return _("{names} and {count} more").format(names=text, count=more) if more > 0 else text
