"""``agglo footprint declare`` and ``agglo footprint report``."""

import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agglo.cli import computation, show, words
from agglo.cli.footprint import DIGITS
from agglo.cli.options import Json, WorkspaceFolder, choice
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.contract.numerals import number, significant
from agglo.store.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agglo.footprint.declarations import Declaration, Embodied, TokenUse
    from agglo.runs.totals import Total


def register(app: typer.Typer) -> None:
    """Add the commands to ``agglo footprint``."""
    app.command("declare", help=_("Keep what a partner says a computation elsewhere cost."))(declare)
    app.command("report", help=_("What everything cost: runs and declarations, and how much of it is known."))(report)


def declare(
    *,
    project: Annotated[str, typer.Option(metavar="NAME", help=_("Project it belongs to."))],
    partner: Annotated[str, typer.Option(metavar="NAME", help=_("Who ran it."))],
    author: Annotated[str, typer.Option(metavar="ROLE", help=_("Role of whoever declares it; no name, no address."))],
    date: Annotated[
        str | None, typer.Option(metavar="DAY", help=_("Day of the declaration, YYYY-MM-DD (else today)."))
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="MODEL", help=_("Model or algorithm, if it has a card."))] = None,
    cores: computation.Cores = 0,
    cpu: computation.Cpu = None,
    cpu_usage: computation.CpuUsage = 1,
    gpus: computation.Gpus = 0,
    gpu: computation.Gpu = None,
    gpu_usage: computation.GpuUsage = 1,
    tdp_cpu: computation.TdpCpu = None,
    tdp_gpu: computation.TdpGpu = None,
    memory: computation.Memory = None,
    hours: computation.Hours = 0,
    minutes: computation.Minutes = 0,
    pue: computation.Pue = None,
    platform: computation.Platform = None,
    provider: computation.Provider = None,
    region: computation.Region = None,
    location: computation.Location = None,
    factor: computation.Factor = 1,
    tokens_in: Annotated[int, typer.Option(metavar="NUMBER", help=_("Tokens sent to a remote language model."))] = 0,
    tokens_out: Annotated[int, typer.Option(metavar="NUMBER", help=_("Tokens it sent back."))] = 0,
    wh_per_1000_tokens: Annotated[
        float | None,
        typer.Option(metavar="WH", help=_("Energy its supplier states for 1000 tokens, in and out together [Wh].")),
    ] = None,
    energy_kwh: Annotated[
        float | None, typer.Option(metavar="KWH", help=_("Energy its supplier states, in all [kWh]."))
    ] = None,
    source: Annotated[str, typer.Option(metavar="TEXT", help=_("Where the supplier's figure comes from."))] = "",
    embodied_g: Annotated[
        float | None, typer.Option(metavar="GRAMS", help=_("Making of the machines, declared apart [gCO2e]."))
    ] = None,
    embodied_source: Annotated[
        str, typer.Option(metavar="TEXT", help=_("Where the figure of the making comes from."))
    ] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help=_("Anything a reader must know."))] = "",
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.footprint.declarations import declaration
    from agglo.footprint.green_algorithms import Computation
    from agglo.runs import totals

    here = open_workspace(workspace)
    computed = Computation(
        cores=cores, cpu=cpu, cpu_usage=cpu_usage, tdp_cpu=tdp_cpu, gpus=gpus, gpu=gpu, gpu_usage=gpu_usage,
        tdp_gpu=tdp_gpu, memory_gb=memory, hours=hours, minutes=minutes, pue=pue, platform=platform,
        provider=provider, region=region, location=location, factor=factor,
    )  # fmt: skip
    tokens = _tokens(tokens_in, tokens_out, wh_per_1000_tokens, energy_kwh, source)
    said = declaration(
        project=project,
        partner=partner,
        author=author,
        date=date or datetime.datetime.now(datetime.UTC).date().isoformat(),
        kind="tokens" if tokens else "compute",
        compute=computed if not tokens or computed != Computation(location=location) else None,
        tokens=tokens,
        location=location if tokens else None,
        embodied=_embodied(embodied_g, embodied_source),
        model=model,
        territory=here.setting("territory"),
        note=note,
    )
    identifier = totals.declare(here, said)
    if as_json:
        show.as_json({"id": identifier, **said.to_dict()})
    else:
        typer.echo(_kept(identifier, said))


def _tokens(
    tokens_in: int, tokens_out: int, wh_per_1000_tokens: float | None, energy_kwh: float | None, source: str
) -> "TokenUse | None":
    """The tokens declared, if any; a figure about tokens that are not declared is refused."""
    from agglo.footprint.declarations import TokenUse

    about = {"--wh-per-1000-tokens": wh_per_1000_tokens, "--energy-kwh": energy_kwh, "--source": source or None}
    if tokens_in or tokens_out:
        return TokenUse(
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            source=source,
            wh_per_1000_tokens=wh_per_1000_tokens,
            energy_kwh=energy_kwh,
        )
    _refuse_alone(about, "--tokens-in", _("the tokens this is about"))
    return None


def _embodied(carbon_g: float | None, source: str) -> "Embodied | None":
    from agglo.footprint.declarations import Embodied

    if carbon_g is not None:
        return Embodied(carbon_g, source)
    _refuse_alone({"--embodied-source": source or None}, "--embodied-g", _("the figure this is the source of"))
    return None


def _refuse_alone(given: "Mapping[str, Any]", option: str, expected: str) -> None:
    """Refuse options that say nothing without another one."""
    if alone := ", ".join(name for name, value in given.items() if value is not None):
        fault = Fault(option, _("nothing, with {options}").format(options=alone), expected)
        raise InvalidInput(_("This declaration cannot be kept."), [fault])


def _kept(identifier: str, said: "Declaration") -> str:
    carbon = said.carbon_g.central if said.carbon_g else None
    facts = {
        _("energy"): f"{_figure(said.energy_kwh.central)} kWh",
        _("greenhouse gases"): _("unknown: give --location") if carbon is None else f"{_figure(carbon)} gCO2e",
    }
    if said.embodied:
        facts[_("making of the machines, apart")] = f"{_figure(said.embodied.carbon_g)} gCO2e"
    return "\n".join([_("Declaration kept: {id}").format(id=identifier), show.pairs(facts)])


def report(
    by: Annotated[
        str, typer.Option(metavar="GROUP", help=_("What to sum by: model, project, month or territory."))
    ] = "model",
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    from agglo.runs import totals

    choice("--by", by, totals.GROUPS)
    found = totals.report(open_workspace(workspace), by)
    if as_json:
        show.as_json([one.to_dict() for one in found])
        return
    titles = {"model": _("model"), "project": _("project"), "month": _("month"), "territory": _("territory")}
    header = (titles[by], "kWh", "gCO2e", _("embodied gCO2e"), _("entries"), _("checks"), _("coverage"))
    *groups, total = map(_row, found)
    typer.echo(show.table(header, [*groups, show.RULE, total], figures=(1, 2, 3, 4, 5), wrap=6))
    typer.echo(
        show.paragraph(
            _(
                "Entries are runs and declarations; checks are verifications of runs, counted in the sums. Sums leave "
                "out what is unknown, and what the making of machines cost. Green Algorithms v3.0 (CC BY 4.0)."
            )
        )
    )


def _row(total: "Total") -> tuple[str, ...]:
    known = [f"{number(count)} {words.status(status)}" for status, count in total.coverage.items() if count]
    return (
        total.group or _("total"),
        *(_figure(value) for value in (total.energy_kwh, total.carbon_g, total.embodied_g)),
        number(total.entries),
        number(total.checks),
        ", ".join(known) or "-",
    )


def _figure(value: float | None) -> str:
    return significant(value, DIGITS)
