"""The calculator's form: what was typed as a computation, and an estimate with bounds under stated assumptions.

Low and high follow the rules of a run's own record (:mod:`agglo.footprint.record`), but for memory, which is declared
here: power of a core whose processor is looked up, half and twice its row within the span of the set; PUE of an own
machine room or one that is not known, 1 to 2.5; memory, none to what is declared. What is given is not varied.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import N_, _
from agglo.footprint.factors import ANY, DEFAULT_SET, FactorSet, gather, load, sets
from agglo.footprint.green_algorithms import Computation, Estimate, UsedFactor, estimate
from agglo.footprint.record import PUE_HIGH, PUE_LOW, TDP_HIGH_SHARE, TDP_LOW_SHARE
from agglo.footprint.scaling import Inference, Scaling, Training
from agglo.portal.fields import figure

NUMBERS = {
    "cores": 0.0, "cpu_usage": 1.0, "tdp_cpu": None, "gpus": 0.0, "gpu_usage": 1.0, "tdp_gpu": None, "memory": None,
    "hours": 0.0, "minutes": 0.0, "pue": None, "factor": 1.0,
}  # fmt: skip
WORDS = ("cpu", "gpu", "platform", "provider", "region", "location")
TRAINING = ("rd_factor", "retrainings", "retraining_factor")
INFERENCE = {"inference_runs": "runs", "inference_length": "per_length", "reporting_length": "reporting_length"}
INFERENCE_WORDS = {"inference_per": "per", "reporting_unit": "reporting_unit", "period_mode": "mode"}
COMPUTATION = (*NUMBERS, *WORDS)
EVERY = (*COMPUTATION, "factor_set", *TRAINING, *INFERENCE, *INFERENCE_WORDS)
RENAMED = {
    "memory_gb": "memory", "runs": "inference_runs", "per": "inference_per", "per_length": "inference_length",
    "mode": "period_mode", "scaling": "rd_factor",
}  # fmt: skip
"""Names of fields for places that faults call otherwise."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """An estimate and its bounds, each an estimate of its own."""

    low: Estimate
    central: Estimate
    high: Estimate
    why: tuple[str, ...]


def labels() -> dict[str, str]:
    """What each field is called."""
    return {
        "cores": _("Processor cores used"),
        "cpu": _("Processor"),
        "cpu_usage": _("Share of the cores used"),
        "tdp_cpu": _("Power of one core, if you know it (W)"),
        "gpus": _("Graphics processors (GPU) used"),
        "gpu": _("Graphics processor"),
        "gpu_usage": _("Share of the graphics processors used"),
        "tdp_gpu": _("Power of one graphics processor, if you know it (W)"),
        "memory": _("Memory allocated (GB)"),
        "hours": _("Run time, hours"),
        "minutes": _("Run time, minutes"),
        "pue": _("Overhead of the machine room (PUE), if you know it"),
        "factor": _("How many times it is run"),
        "platform": _("Where it runs"),
        "provider": _("Cloud provider"),
        "region": _("Data centre of the provider"),
        "location": _("Country of the electricity"),
        "factor_set": _("Factors"),
        "rd_factor": _("Training: trials before it, as a multiple of it"),
        "retrainings": _("Training: number of retrainings after it"),
        "retraining_factor": _("Training: cost of one retraining, as a share of it"),
        "inference_runs": _("Use: number of runs in a period"),
        "inference_per": _("Use: that period"),
        "inference_length": _("Use: length of that period"),
        "reporting_length": _("Use: length reported"),
        "reporting_unit": _("Use: unit reported"),
        "period_mode": _("Use: how months are counted"),
    }


def options() -> dict[str, list[tuple[str, str]]]:
    """Choices of the fields that have a list: values and what people read."""
    figures = load()
    known = {code: row.name for code, row in figures.pues.items()}
    clouds = [code for code in known if code not in ("personalComputer", "localServer", "unknown")]
    units = [("", _("Choose")), ("day", _("day")), ("week", _("week")), ("month", _("month")), ("year", _("year"))]
    return {
        "cpu": [("", _("I do not know (a typical one)")), *((one, one) for one in figures.cpus if one != ANY)],
        "gpu": [("", _("I do not know (a typical one)")), *((one, one) for one in figures.gpus if one != ANY)],
        "platform": [
            ("", _("I do not know (a machine room of one's own)")),
            ("personalComputer", _("A personal computer")),
            ("localServer", _("A machine room of one's own")),
            ("cloudComputing", _("The cloud")),
        ],
        "provider": [("", _("None")), *((one, known[one]) for one in clouds)],
        "location": [("", _("Choose")), *_places(figures)],
        "factor_set": [(one, one) for one in sorted(sets(), reverse=True)],
        "inference_per": units,
        "reporting_unit": units,
        "period_mode": [("", _("as published: months of 30 days or 4 weeks")), ("calendar", _("by the calendar"))],
    }


def _places(figures: FactorSet) -> list[tuple[str, str]]:
    """Places with electricity factors: France and the world first, then by name."""
    first = ("FR", "WORLD")
    others = sorted((code for code in figures.place_names if code not in first), key=figures.place_names.__getitem__)
    return [(code, f"{figures.place_names[code]} ({code})") for code in (*first, *others)]


def computation(typed: Mapping[str, str], faults: list[Fault]) -> Computation:
    """The computation that was typed; what is no number is added to ``faults``."""
    numbers: dict[str, Any] = {name: figure(typed, name, faults, default) for name, default in NUMBERS.items()}
    numbers["memory_gb"] = numbers.pop("memory")
    words: dict[str, Any] = {name: typed.get(name, "").strip() or None for name in WORDS}
    return Computation(**numbers, **words)


def scaling(typed: Mapping[str, str], faults: list[Fault]) -> Scaling | None:
    """The training or the use that was typed, if any."""
    training = {name: figure(typed, name, faults) for name in TRAINING}
    inference: dict[str, Any] = {own: figure(typed, name, faults) for name, own in INFERENCE.items()}
    inference |= {own: typed.get(name, "").strip() or None for name, own in INFERENCE_WORDS.items()}
    of_training: dict[str, Any] = {name: one for name, one in training.items() if one is not None}
    of_inference = {name: one for name, one in inference.items() if one is not None}
    if of_training and of_inference:
        repair = _("Estimate each apart: the computations differ.")
        faults.append(Fault("scaling", _("training and use"), _("one of them"), repair))
    if of_inference:
        return Inference(**({"per": ""} | of_inference))
    return Training(**of_training) if of_training else None


def once(typed_wrong: list[Fault], faults: list[Fault]) -> list[Fault]:
    """What was typed wrong, then what else is wrong with fields that could be read."""
    places = {fault.where for fault in typed_wrong}
    if places & {"cores", "gpus", "memory"}:
        places.add("cpu_usage")
    return typed_wrong + [fault for fault in faults if RENAMED.get(fault.where, fault.where) not in places]


def bounded(typed: Mapping[str, str]) -> Bounded:
    """What was typed, estimated with its bounds.

    Raises
    ------
    InvalidInput
        Something typed cannot be trusted; every fault is listed.
    """
    typed_wrong: list[Fault] = []
    asked, around = computation(typed, typed_wrong), scaling(typed, typed_wrong)
    name = typed.get("factor_set", "") or DEFAULT_SET
    faults: list[Fault] = []
    central = gather(faults, lambda: estimate(asked, scaling=around, factor_set=name))
    if typed_wrong or central is None:
        raise InvalidInput(_("This computation cannot be estimated."), once(typed_wrong, faults))
    figures = load(name)
    used = {factor.role: factor for factor in central.factors}
    low, high = (dataclasses.replace(asked, **_bound(asked, used, figures, one)) for one in ("low", "high"))
    low_estimate, high_estimate = (estimate(one, scaling=around, factor_set=name) for one in (low, high))
    return Bounded(low_estimate, central, high_estimate, tuple(_why(asked, used, figures)))


def _bound(asked: Computation, used: Mapping[str, UsedFactor], figures: FactorSet, which: str) -> dict[str, Any]:
    """What one bound takes in place of what was asked."""
    taken: dict[str, Any] = {}
    if "tdp_cpu" in used and used["tdp_cpu"].origin != "given":
        taken["tdp_cpu"] = _tdp(used["tdp_cpu"], figures)[which == "high"]
    if _pue_varies(asked, used):
        taken["pue"] = PUE_LOW if which == "low" else PUE_HIGH
    if which == "low" and (asked.cores * asked.cpu_usage or asked.gpus * asked.gpu_usage):
        taken["memory_gb"] = 0.0
    return taken


def _tdp(row: UsedFactor, figures: FactorSet) -> tuple[float, float]:
    """Lowest and highest power of one core [W/core]."""
    lowest, highest = figures.tdp_span()
    if row.name == ANY:
        return lowest, highest
    return max(lowest, row.value * TDP_LOW_SHARE), min(highest, row.value * TDP_HIGH_SHARE)


def _pue_varies(asked: Computation, used: Mapping[str, UsedFactor]) -> bool:
    return used["pue"].origin == "assumed" or (asked.platform == "localServer" and used["pue"].origin == "table")


def _why(asked: Computation, used: Mapping[str, UsedFactor], figures: FactorSet) -> list[str]:
    """What the bounds rest on, in words."""
    said = []
    if "tdp_cpu" in used and used["tdp_cpu"].origin != "given":
        low, high = _tdp(used["tdp_cpu"], figures)
        said.append(_("Power of a core: {low} W to {high} W.").format(low=f"{low:g}", high=f"{high:g}"))
    if "tdp_gpu" in used:
        said.append(_("Power of a graphics processor: not varied."))
    if _pue_varies(asked, used):
        said.append(_("Overhead of the machine room (PUE): {low} to {high}.").format(low=PUE_LOW, high=PUE_HIGH))
    else:
        said.append(_("Overhead of the machine room (PUE): not varied."))
    said.append(_("Memory: none at the low end (it is powered anyway), all that is declared at the high end."))
    return said


ROLES = {
    "tdp_cpu": N_("Power of a core"),
    "tdp_gpu": N_("Power of a graphics processor"),
    "memory_power": N_("Power of memory"),
    "pue": N_("Overhead of the machine room (PUE)"),
    "carbon_intensity": N_("Carbon intensity of electricity"),
}
ORIGINS = {"table": N_("from the factor set"), "given": N_("given by you"), "assumed": N_("assumed")}
PARTS = {
    "main": N_("Main training"),
    "rd": N_("Trials before it"),
    "retrainings": N_("Retrainings"),
    "inference": N_("Use"),
}
