"""``agglo footprint``: what a computation costs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from agglo.cli import computation, show
from agglo.cli.options import Json, LanguageFolder
from agglo.cli.usage import Commands
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.contract.numerals import significant

if TYPE_CHECKING:
    from agglo.footprint.green_algorithms import Estimate, UsedFactor
    from agglo.footprint.scaling import Scaling

DIGITS = 4
"""Significant digits shown; --json gives all."""

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help=_("What computations cost: energy and greenhouse gases."),
)


@app.command("estimate", help=_("Estimate what a computation costs, by the Green Algorithms v3.0 calculator."))
def estimate_command(
    *,
    cores: computation.Cores = 0,
    cpu: computation.Cpu = None,
    memory: computation.Memory = None,
    hours: computation.Hours = 0,
    minutes: computation.Minutes = 0,
    location: computation.Location = None,
    gpus: computation.Gpus = 0,
    gpu: computation.Gpu = None,
    cpu_usage: computation.CpuUsage = 1,
    gpu_usage: computation.GpuUsage = 1,
    tdp_cpu: computation.TdpCpu = None,
    tdp_gpu: computation.TdpGpu = None,
    pue: computation.Pue = None,
    platform: computation.Platform = None,
    provider: computation.Provider = None,
    region: computation.Region = None,
    factor: computation.Factor = 1,
    factor_set: Annotated[
        str | None, typer.Option(metavar="NAME", help=_("Factor set (green-algorithms-v3.0)."))
    ] = None,
    rd_factor: Annotated[
        float | None,
        typer.Option(metavar="NUMBER", help=_("Training: research before it, as a multiple of it.")),
    ] = None,
    retrainings: Annotated[
        float | None, typer.Option(metavar="NUMBER", help=_("Training: number of retrainings after it."))
    ] = None,
    retraining_factor: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help=_("Training: cost of one retraining, as a share of the training.")),
    ] = None,
    inference_runs: Annotated[
        float | None, typer.Option(metavar="NUMBER", help=_("Inference: runs of this computation in a period."))
    ] = None,
    inference_per: Annotated[
        str | None, typer.Option(metavar="PERIOD", help=_("Inference: that period: day, week, month or year."))
    ] = None,
    inference_length: Annotated[
        float | None, typer.Option(metavar="NUMBER", help=_("Inference: how many days, weeks... that period is (1)."))
    ] = None,
    reporting_length: Annotated[
        float | None, typer.Option(metavar="NUMBER", help=_("Inference: how many reporting units are reported (1)."))
    ] = None,
    reporting_unit: Annotated[
        str | None,
        typer.Option(metavar="PERIOD", help=_("Inference: reporting unit: day, week, month or year (year).")),
    ] = None,
    period_mode: Annotated[
        str,
        typer.Option(
            metavar="MODE",
            help=_("Inference: compat, months of 30 days or 4 weeks, as published; calendar, a year of 365.25 days."),
        ),
    ] = "compat",
    workspace: LanguageFolder = None,  # noqa: ARG001, agglo.cli.language reads it
    as_json: Json = False,
) -> None:
    from agglo.footprint.factors import DEFAULT_SET, gather
    from agglo.footprint.green_algorithms import Computation, estimate

    asked = Computation(
        cores=cores, cpu=cpu, cpu_usage=cpu_usage, tdp_cpu=tdp_cpu, gpus=gpus, gpu=gpu, gpu_usage=gpu_usage,
        tdp_gpu=tdp_gpu, memory_gb=memory, hours=hours, minutes=minutes, platform=platform, provider=provider,
        region=region, location=location, pue=pue, factor=factor,
    )  # fmt: skip
    faults: list[Fault] = []
    training = {"rd_factor": rd_factor, "retrainings": retrainings, "retraining_factor": retraining_factor}
    inference = {"runs": inference_runs, "per": inference_per, "per_length": inference_length}
    inference |= {"reporting_length": reporting_length, "reporting_unit": reporting_unit}
    scaling = _scaling(training, inference, period_mode, faults)
    answer = gather(faults, lambda: estimate(asked, scaling=scaling, factor_set=factor_set or DEFAULT_SET))
    if answer is None or faults:
        raise InvalidInput(_("This computation cannot be estimated."), faults)
    if as_json:
        show.as_json(answer.to_dict())
    else:
        typer.echo(describe(answer))


def describe(answer: "Estimate") -> str:
    """An estimate as people read it: figures with units, what they rest on, everyday equivalents, attribution."""
    lines = [_("Estimate by {method}").format(method=answer.method), ""]
    lines += _columns(_headline(answer))
    if len(answer.parts) > 1:
        lines += ["", _("Of which"), *_columns(_parts(answer))]
    lines += ["", _("Equivalent to"), *_columns(_equivalents(answer))]
    lines += ["", _("It rests on"), *_columns([_factor_row(factor) for factor in answer.factors])]
    sources = [_("{role}: {source}").format(role=_role(factor), source=factor.source) for factor in answer.factors]
    lines += ["", _("Sources"), *(show.paragraph(source, lead="  ") for source in sources)]
    if answer.assumptions:
        assumptions = (show.paragraph(str(one), lead="  ") for one in answer.assumptions)
        lines += ["", _("Assumed"), *assumptions]
    lines += ["", _("Modelled from declared inputs, in use only: making the machines is not counted.")]
    said = _("Factor set {set}: {attribution}.").format(set=answer.factor_set, attribution=answer.attribution)
    lines.append(show.paragraph(said))
    return "\n".join(lines)


def _scaling(
    training: Mapping[str, float | None], inference: Mapping[str, Any], mode: str, faults: list[Fault]
) -> "Scaling | None":
    """The scaling asked for by the options that were given, if any."""
    from agglo.footprint.scaling import Inference, PeriodMode, Training, choice_fault

    of_training = {name: value for name, value in training.items() if value is not None}
    of_inference = {name: value for name, value in inference.items() if value is not None}
    if of_training and of_inference:
        repair = _("Estimate each apart: the computations differ.")
        faults.append(Fault("scaling", _("training and inference"), _("one of them"), repair))
    if of_inference:
        return Inference(**({"per": ""} | of_inference), mode=mode)
    if wrong := choice_fault("period_mode", mode, get_args(PeriodMode)):
        faults.append(wrong)
    return Training(**of_training) if of_training else None


def _headline(answer: "Estimate") -> list[tuple[str, ...]]:
    return [
        (_("Energy"), _figure(answer.energy_kwh), "kWh"),
        (_("Greenhouse gases"), _figure(answer.carbon_g), "gCO2e"),
        (_("Power"), _figure(answer.power_w), "W"),
        (_("Run time"), _figure(answer.run_time_h), "h"),
    ]


def _parts(answer: "Estimate") -> list[tuple[str, ...]]:
    names = {"main": _("Main training"), "rd": _("Research and development"), "retrainings": _("Retrainings")}
    return [
        (names[part.name], _figure(part.energy_kwh), "kWh", _figure(part.carbon_g), "gCO2e") for part in answer.parts
    ]


def _equivalents(answer: "Estimate") -> list[tuple[str, ...]]:
    same = answer.equivalences
    return [
        (
            _("A tree's absorption"),
            _figure(same["tree_months"]),
            _("months"),
            "({figure} {unit})".format(figure=_figure(same["tree_years"]), unit=_("years")),
        ),
        (_("An average European car"), _figure(same["car_km"]), "km"),
        (_("Paris-London by plane"), _figure(same["flights_paris_london"]), _("flights of one passenger")),
    ]


def _role(factor: "UsedFactor") -> str:
    return {
        "tdp_cpu": _("Power of a CPU core"),
        "tdp_gpu": _("Power of a GPU"),
        "memory_power": _("Power of memory"),
        "pue": _("PUE"),
        "carbon_intensity": _("Carbon intensity"),
    }[factor.role]


def _factor_row(factor: "UsedFactor") -> tuple[str, ...]:
    origins = {"table": _("from the factor set"), "given": _("given"), "assumed": _("assumed")}
    unit = "" if factor.unit == "1" else factor.unit
    name = "" if factor.role == "memory_power" else factor.name
    return _role(factor), _figure(factor.value), unit, name, origins[factor.origin]


def _figure(value: float) -> str:
    return significant(value, DIGITS)


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    """Rows as aligned text, two spaces in; the second column is figures and is aligned to the right."""
    count = max(len(row) for row in rows)
    padded = [(*row, *[""] * (count - len(row))) for row in rows]
    widths = [max(len(row[i]) for row in padded) for i in range(count)]
    return [
        "  "
        + "  ".join(text.rjust(widths[i]) if i == 1 else text.ljust(widths[i]) for i, text in enumerate(row)).rstrip()
        for row in padded
    ]
