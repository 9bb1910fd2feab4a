"""``agglo footprint``: what a computation costs."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, get_args

import typer

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.footprint.factors import DEFAULT_SET, gather
from agglo.footprint.green_algorithms import Computation, Estimate, UsedFactor, estimate
from agglo.footprint.scaling import Inference, PeriodMode, Scaling, Training, choice_fault

app = typer.Typer(no_args_is_help=True)

TRAINING = _("Training")
INFERENCE = _("Inference")


@app.callback(help=_("What computations cost: energy and greenhouse gases."))
def footprint() -> None:
    """Hold the commands of ``agglo footprint`` together."""


@app.command("estimate", help=_("Estimate what a computation costs, by the Green Algorithms v3.0 calculator."))
def estimate_command(
    *,
    cores: Annotated[float, typer.Option(help=_("CPU cores used."))] = 0,
    cpu: Annotated[str | None, typer.Option(help=_('Processor, as in the factor set; "Any" if unknown.'))] = None,
    memory: Annotated[float | None, typer.Option(help=_("Memory allocated [GB]."))] = None,
    hours: Annotated[float, typer.Option(help=_("Run time, hours."))] = 0,
    minutes: Annotated[float, typer.Option(help=_("Run time, minutes on top of the hours (0 to 59)."))] = 0,
    location: Annotated[str | None, typer.Option(help=_("Where the electricity comes from: FR, GB, WORLD..."))] = None,
    gpus: Annotated[float, typer.Option(help=_("GPUs used."))] = 0,
    gpu: Annotated[str | None, typer.Option(help=_('GPU model, as in the factor set; "Any" if unknown.'))] = None,
    cpu_usage: Annotated[float, typer.Option(help=_("Share of the CPU cores used (0 to 1)."))] = 1,
    gpu_usage: Annotated[float, typer.Option(help=_("Share of the GPUs used (0 to 1)."))] = 1,
    tdp_cpu: Annotated[float | None, typer.Option(help=_("Design power of one core, if known [W/core]."))] = None,
    tdp_gpu: Annotated[float | None, typer.Option(help=_("Design power of one GPU, if known [W]."))] = None,
    pue: Annotated[
        float | None, typer.Option(help=_("Power usage effectiveness of the data centre, if known."))
    ] = None,
    platform: Annotated[
        str | None, typer.Option(help=_("personalComputer, localServer (assumed otherwise) or cloudComputing."))
    ] = None,
    provider: Annotated[str | None, typer.Option(help=_("Cloud provider: gcp, aws, azure..."))] = None,
    region: Annotated[str | None, typer.Option(help=_("The provider's data centre: europe-west1..."))] = None,
    factor: Annotated[float, typer.Option(help=_("Multiplicative factor: repeated identical runs."))] = 1,
    factor_set: Annotated[str, typer.Option(help=_("Factor set."))] = DEFAULT_SET,
    rd_factor: Annotated[
        float | None,
        typer.Option(help=_("Research before the training, as a multiple of it."), rich_help_panel=TRAINING),
    ] = None,
    retrainings: Annotated[
        float | None, typer.Option(help=_("Number of retrainings after it."), rich_help_panel=TRAINING)
    ] = None,
    retraining_factor: Annotated[
        float | None,
        typer.Option(help=_("Cost of one retraining, as a share of the training."), rich_help_panel=TRAINING),
    ] = None,
    inference_runs: Annotated[
        float | None, typer.Option(help=_("Runs of this computation per period."), rich_help_panel=INFERENCE)
    ] = None,
    inference_per: Annotated[
        str | None, typer.Option(help=_("That period: day, week, month or year."), rich_help_panel=INFERENCE)
    ] = None,
    inference_length: Annotated[
        float | None, typer.Option(help=_("How many days, weeks... that period is (1)."), rich_help_panel=INFERENCE)
    ] = None,
    reporting_length: Annotated[
        float | None, typer.Option(help=_("How many reporting units are reported (1)."), rich_help_panel=INFERENCE)
    ] = None,
    reporting_unit: Annotated[
        str | None, typer.Option(help=_("Reporting unit: day, week, month or year (year)."), rich_help_panel=INFERENCE)
    ] = None,
    period_mode: Annotated[
        str,
        typer.Option(
            help=_("compat: months of 30 days or 4 weeks, as published; calendar: a year of 365.25 days."),
            rich_help_panel=INFERENCE,
        ),
    ] = "compat",
    as_json: Annotated[bool, typer.Option("--json", help=_("Print a JSON object, figures in full."))] = False,
) -> None:
    asked = Computation(
        cores=cores,
        cpu=cpu,
        cpu_usage=cpu_usage,
        tdp_cpu=tdp_cpu,
        gpus=gpus,
        gpu=gpu,
        gpu_usage=gpu_usage,
        tdp_gpu=tdp_gpu,
        memory_gb=memory,
        hours=hours,
        minutes=minutes,
        platform=platform,
        provider=provider,
        region=region,
        location=location,
        pue=pue,
        factor=factor,
    )
    faults: list[Fault] = []
    training = {"rd_factor": rd_factor, "retrainings": retrainings, "retraining_factor": retraining_factor}
    inference = {"runs": inference_runs, "per": inference_per, "per_length": inference_length}
    inference |= {"reporting_length": reporting_length, "reporting_unit": reporting_unit}
    scaling = _scaling(training, inference, period_mode, faults)
    answer = gather(faults, lambda: estimate(asked, scaling=scaling, factor_set=factor_set))
    if answer is None or faults:
        raise InvalidInput(_("This computation cannot be estimated."), faults)
    typer.echo(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2) if as_json else describe(answer))


def describe(answer: Estimate) -> str:
    """An estimate as people read it: figures with units, what they rest on, everyday equivalents, attribution."""
    lines = [_("Estimate by {method}").format(method=answer.method), ""]
    lines += _columns(_headline(answer))
    if len(answer.parts) > 1:
        lines += ["", _("Of which"), *_columns(_parts(answer))]
    lines += ["", _("Equivalent to"), *_columns(_equivalents(answer))]
    lines += ["", _("It rests on"), *_columns([_factor_row(factor) for factor in answer.factors])]
    lines += ["", _("Sources"), *(f"  {_role(factor)}: {factor.source}" for factor in answer.factors)]
    if answer.assumptions:
        lines += ["", _("Assumed"), *(f"  {assumption}" for assumption in answer.assumptions)]
    lines += ["", _("Modelled from declared inputs, in use only: making the machines is not counted.")]
    lines.append(_("Factor set {set}: {attribution}.").format(set=answer.factor_set, attribution=answer.attribution))
    return "\n".join(lines)


def _scaling(
    training: Mapping[str, float | None], inference: Mapping[str, Any], mode: str, faults: list[Fault]
) -> Scaling | None:
    """The scaling asked for by the options that were given, if any."""
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


def _headline(answer: Estimate) -> list[tuple[str, ...]]:
    return [
        (_("Energy"), figure(answer.energy_kwh), "kWh"),
        (_("Greenhouse gases"), figure(answer.carbon_g), "gCO2e"),
        (_("Power"), figure(answer.power_w), "W"),
        (_("Run time"), figure(answer.run_time_h), "h"),
    ]


def _parts(answer: Estimate) -> list[tuple[str, ...]]:
    names = {"main": _("Main training"), "rd": _("Research and development"), "retrainings": _("Retrainings")}
    return [(names[part.name], figure(part.energy_kwh), "kWh", figure(part.carbon_g), "gCO2e") for part in answer.parts]


def _equivalents(answer: Estimate) -> list[tuple[str, ...]]:
    same = answer.equivalences
    return [
        (
            _("A tree's absorption"),
            figure(same["tree_months"]),
            _("months"),
            f"({figure(same['tree_years'])} {_('years')})",
        ),
        (_("An average European car"), figure(same["car_km"]), "km"),
        (_("Paris-London by plane"), figure(same["flights_paris_london"]), _("flights of one passenger")),
    ]


def _role(factor: UsedFactor) -> str:
    return {
        "tdp_cpu": _("Power of a CPU core"),
        "tdp_gpu": _("Power of a GPU"),
        "memory_power": _("Power of memory"),
        "pue": _("PUE"),
        "carbon_intensity": _("Carbon intensity"),
    }[factor.role]


def _factor_row(factor: UsedFactor) -> tuple[str, ...]:
    origins = {"table": _("from the factor set"), "given": _("given"), "assumed": _("assumed")}
    unit = "" if factor.unit == "1" else factor.unit
    name = "" if factor.role == "memory_power" else factor.name
    return _role(factor), figure(factor.value), unit, name, origins[factor.origin]


def figure(value: float) -> str:
    """Four significant digits, in plain writing where that is readable.

    >>> figure(2.1310848), figure(0.000012345), figure(303827.8464), figure(0.0)
    ('2.131', '1.234e-05', '303,828', '0')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


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
