"""``agglo footprint declare`` and ``agglo footprint report``."""

import datetime
from typing import Annotated

import typer

from agglo.cli import show
from agglo.cli.options import Json, WorkspaceFolder
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.footprint.declarations import Embodied, TokenUse, declaration
from agglo.footprint.green_algorithms import Computation
from agglo.runs import totals
from agglo.store.workspace import open_workspace


def register(app: typer.Typer) -> None:
    app.command("declare", help=_("Keep what a partner says a computation elsewhere cost."))(declare)
    app.command("report", help=_("What everything cost: runs and declarations, and how much of it is known."))(report)


def declare(
    *,
    project: Annotated[str, typer.Option(help=_("Project it belongs to."))],
    partner: Annotated[str, typer.Option(help=_("Who ran it."))],
    author: Annotated[str, typer.Option(help=_("Role of whoever declares it; no name, no address."))],
    date: Annotated[str | None, typer.Option(help=_("Day of the declaration, YYYY-MM-DD (else today)."))] = None,
    model: Annotated[str | None, typer.Option(help=_("Model or algorithm, if it has a card."))] = None,
    cores: Annotated[float, typer.Option(help=_("CPU cores used."))] = 0,
    cpu: Annotated[str | None, typer.Option(help=_('Processor, as in the factor set; "Any" if unknown.'))] = None,
    cpu_usage: Annotated[float, typer.Option(help=_("Share of the CPU cores used (0 to 1)."))] = 1,
    gpus: Annotated[float, typer.Option(help=_("GPUs used."))] = 0,
    gpu: Annotated[str | None, typer.Option(help=_('GPU model, as in the factor set; "Any" if unknown.'))] = None,
    gpu_usage: Annotated[float, typer.Option(help=_("Share of the GPUs used (0 to 1)."))] = 1,
    memory: Annotated[float | None, typer.Option(help=_("Memory allocated [GB]."))] = None,
    hours: Annotated[float, typer.Option(help=_("Run time, hours."))] = 0,
    minutes: Annotated[float, typer.Option(help=_("Run time, minutes on top of the hours (0 to 59)."))] = 0,
    pue: Annotated[float | None, typer.Option(help=_("Power usage effectiveness, if known."))] = None,
    platform: Annotated[str | None, typer.Option(help=_("personalComputer, localServer or cloudComputing."))] = None,
    provider: Annotated[str | None, typer.Option(help=_("Cloud provider: gcp, aws, azure..."))] = None,
    region: Annotated[str | None, typer.Option(help=_("The provider's data centre: europe-west1..."))] = None,
    location: Annotated[str | None, typer.Option(help=_("Where the electricity comes from: FR, GB, WORLD..."))] = None,
    factor: Annotated[float, typer.Option(help=_("Multiplicative factor: repeated identical runs."))] = 1,
    tokens_in: Annotated[int, typer.Option(help=_("Tokens sent to a remote language model."))] = 0,
    tokens_out: Annotated[int, typer.Option(help=_("Tokens it sent back."))] = 0,
    wh_per_1000_tokens: Annotated[float | None, typer.Option(help=_("Energy its supplier states [Wh]."))] = None,
    energy_kwh: Annotated[float | None, typer.Option(help=_("Energy its supplier states, in all [kWh]."))] = None,
    source: Annotated[str, typer.Option(help=_("Where that figure comes from."))] = "",
    embodied_g: Annotated[float | None, typer.Option(help=_("Making of the machines, declared apart [gCO2e]."))] = None,
    embodied_source: Annotated[str, typer.Option(help=_("Where that figure comes from."))] = "",
    note: Annotated[str, typer.Option(help=_("Anything a reader must know."))] = "",
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    here = open_workspace(workspace)
    tokens = None
    if tokens_in or tokens_out:
        tokens = TokenUse(
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            source=source,
            wh_per_1000_tokens=wh_per_1000_tokens,
            energy_kwh=energy_kwh,
        )
    elif wh_per_1000_tokens is not None or energy_kwh is not None:
        raise InvalidInput(
            _("This declaration cannot be kept."),
            [Fault("--tokens-in", _("nothing"), _("the tokens this energy was for"))],
        )
    compute = Computation(
        cores=cores, cpu=cpu, cpu_usage=cpu_usage, gpus=gpus, gpu=gpu, gpu_usage=gpu_usage, memory_gb=memory,
        hours=hours, minutes=minutes, pue=pue, platform=platform, provider=provider, region=region,
        location=location, factor=factor,
    )  # fmt: skip
    said = declaration(
        project=project,
        partner=partner,
        author=author,
        date=date or datetime.datetime.now(datetime.UTC).date().isoformat(),
        kind="tokens" if tokens else "compute",
        compute=None if tokens else compute,
        tokens=tokens,
        location=location if tokens else None,
        embodied=Embodied(embodied_g, embodied_source) if embodied_g is not None else None,
        model=model,
        territory=here.setting("territory"),
        note=note,
    )
    identifier = totals.declare(here, said)
    if as_json:
        show.as_json({"id": identifier, **said.to_dict()})
        return
    typer.echo(_("Declaration kept: {id}").format(id=identifier))
    typer.echo(
        show.pairs(
            {
                _("energy"): _figure(said.energy_kwh.central, "kWh"),
                _("carbon"): _figure(said.carbon_g.central if said.carbon_g else None, "gCO2e"),
            }
        )
    )


def report(
    by: Annotated[str, typer.Option(help=_("model, project, month or territory."))] = "model",
    workspace: WorkspaceFolder = None,
    as_json: Json = False,
) -> None:
    found = totals.report(open_workspace(workspace), by)
    if as_json:
        show.as_json([one.to_dict() for one in found])
        return
    words = {"measured": _("measured"), "partial": _("partial"), "declared": _("declared"), "unknown": _("unknown")}
    rows = [
        (
            one.group or _("total"),
            _figure(one.energy_kwh, ""),
            _figure(one.carbon_g, ""),
            _figure(one.embodied_g, ""),
            str(one.entries),
            str(one.checks),
            ", ".join(f"{count} {words[status]}" for status, count in one.coverage.items() if count) or "-",
        )
        for one in found
    ]
    header = (by, "kWh", "gCO2e", _("embodied gCO2e"), _("entries"), _("checks"), _("coverage"))
    typer.echo(show.table(header, rows, figures=[1, 2, 3, 4, 5]))
    typer.echo(_("Runs are estimated by Green Algorithms v3.0 (CC BY 4.0); sums leave out what is unknown."))


def _figure(value: float | None, unit: str) -> str:
    from agglo.cli.footprint import figure

    return "-" if value is None else f"{figure(value)} {unit}".strip()
