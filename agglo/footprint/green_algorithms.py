"""The Green Algorithms v3.0 calculator: what a described computation costs in energy and greenhouse gases.

    run_time   = hours + minutes / 60                                                                     [h]
    power      = PUE * (cores * TDP * usage + GPUs * TDP * usage + memory * 0.3725)                       [W]
    energy     = run_time * power * factor / 1000                                                         [kWh]
    carbon     = energy * carbon intensity                                                                [gCO2e]

Memory is the memory allocated, whatever share of it is used. PUE, first that applies: given; personal computer 1; local
server; the data centre's own; its provider's; that of an unknown data centre.
Source: Lannelongue, Grealey and Inouye 2021, doi:10.1002/advs.202100707; figures CC BY 4.0.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import N_, _
from agglo.footprint.factors import ANY, DEFAULT_SET, Factor, FactorSet, Region, gather, load
from agglo.footprint.scaling import Scaling, Training, choice_fault, number_fault
from agglo.footprint.statements import Statement

METHOD = "Green Algorithms v3.0, doi:10.1002/advs.202100707"
Platform = Literal["personalComputer", "localServer", "cloudComputing"]
Origin = Literal["table", "given", "assumed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Computation:
    """What is asked of the calculator: every input of the published one, under its meaning.

    ``tdp_cpu`` [W/core] and ``tdp_gpu`` [W] stand in for the table's where given; ``memory_gb`` is the memory
    allocated; usages are shares (0 to 1); ``factor`` multiplies for repeated identical runs.
    """

    cores: float = 0.0
    cpu: str | None = None
    cpu_usage: float = 1.0
    tdp_cpu: float | None = None
    gpus: float = 0.0
    gpu: str | None = None
    gpu_usage: float = 1.0
    tdp_gpu: float | None = None
    memory_gb: float | None = None
    hours: float = 0.0
    minutes: float = 0.0
    platform: str | None = None
    provider: str | None = None
    region: str | None = None
    location: str | None = None
    pue: float | None = None
    factor: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """The inputs given, without those left to their default None."""
        return {key: value for key, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Computation":
        return cls(**kept)


@dataclass(frozen=True, slots=True)
class UsedFactor:
    """A figure an estimate rests on: its role, name, value, unit, source, and where it came from."""

    role: str
    name: str
    value: float
    unit: str
    source: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an estimate (main training, retrainings, ...)."""

    name: str
    energy_kwh: float
    carbon_g: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a described computation costs, and every figure this rests on."""

    energy_kwh: float
    carbon_g: float
    power_w: float
    run_time_h: float
    pue: float
    carbon_intensity_g_per_kwh: float
    tdp_cpu_w_per_core: float
    tdp_gpu_w: float
    parts: tuple[Part, ...]
    factors: tuple[UsedFactor, ...]
    assumptions: tuple[Statement, ...]
    equivalences: Mapping[str, float]
    inputs: Computation
    scaling: Scaling | None
    method: str
    factor_set: str
    factor_set_digest: str
    attribution: str

    def to_dict(self) -> dict[str, Any]:
        """A JSON object with every figure in full precision."""
        return {name: getattr(self, name) for name in _PLAIN} | {
            "parts": [asdict(part) for part in self.parts],
            "factors": [asdict(factor) for factor in self.factors],
            "assumptions": [assumption.to_dict() for assumption in self.assumptions],
            "equivalences": dict(self.equivalences),
            "inputs": self.inputs.to_dict(),
            "scaling": scaling_to_dict(self.scaling),
        }


_PLAIN = (
    *("energy_kwh", "carbon_g", "power_w", "run_time_h", "pue", "carbon_intensity_g_per_kwh", "tdp_cpu_w_per_core"),
    *("tdp_gpu_w", "method", "factor_set", "factor_set_digest", "attribution"),
)


def power_green_algorithms(
    *,
    cores: float,
    tdp_cpu_w_per_core: float,
    memory_gb: float,
    memory_w_per_gb: float,
    pue: float,
    cpu_usage: float = 1.0,
    gpus: float = 0.0,
    tdp_gpu_w: float = 0.0,
    gpu_usage: float = 1.0,
) -> float:
    """Power drawn while computing, the data centre's overhead included [W].

    >>> power_green_algorithms(cores=2, tdp_cpu_w_per_core=10, memory_gb=8, memory_w_per_gb=0.3725, pue=1.5)
    34.47
    """
    processors = cores * tdp_cpu_w_per_core * cpu_usage + gpus * tdp_gpu_w * gpu_usage
    return pue * (processors + memory_gb * memory_w_per_gb)


def estimate(computation: Computation, *, scaling: Scaling | None = None, factor_set: str = DEFAULT_SET) -> Estimate:
    """What ``computation`` costs, scaled to a training or to a period of inference where ``scaling`` says so.

    >>> asked = Computation(cores=12, cpu="Xeon E5-2683 v4", memory_gb=64, hours=12, location="FR")
    >>> answer = estimate(asked)
    >>> round(answer.energy_kwh, 6), round(answer.carbon_g, 4)
    (2.131085, 109.282)

    Raises
    ------
    InvalidInput
        Something given cannot be trusted; every fault is listed.
    """
    figures = load(factor_set)
    faults = _faults(computation) + (scaling.faults() if scaling else [])
    used, assumptions = _resolve(computation, figures, faults)
    if faults:
        raise InvalidInput(_("This computation cannot be estimated."), faults)
    return _estimate(computation, scaling, figures, {factor.role: factor for factor in used}, assumptions)


def equivalences(carbon_g: float, figures: FactorSet) -> dict[str, float]:
    """Everyday equivalents of an emission [gCO2e]: months and years of one tree, km of car, Paris-London flights."""
    tree_years = carbon_g / figures.reference["tree_year"].value
    return {
        "tree_months": tree_years * 12,
        "tree_years": tree_years,
        "car_km": carbon_g / figures.reference["car_km"].value,
        "flights_paris_london": carbon_g / figures.reference["flight_paris_london"].value,
    }


def scaling_to_dict(scaling: Scaling | None) -> dict[str, Any] | None:
    """A JSON object that says which scaling it is."""
    if scaling is None:
        return None
    return {"kind": "training" if isinstance(scaling, Training) else "inference", **asdict(scaling)}


def _estimate(
    asked: Computation,
    scaling: Scaling | None,
    figures: FactorSet,
    used: Mapping[str, UsedFactor],
    assumptions: list[Statement],
) -> Estimate:
    tdp_cpu = used["tdp_cpu"].value if "tdp_cpu" in used else 0.0
    tdp_gpu = used["tdp_gpu"].value if "tdp_gpu" in used else 0.0
    pue, intensity = used["pue"].value, used["carbon_intensity"].value
    run_time_h = asked.hours + asked.minutes / 60
    power_w = power_green_algorithms(
        cores=asked.cores,
        tdp_cpu_w_per_core=tdp_cpu,
        cpu_usage=asked.cpu_usage,
        gpus=asked.gpus,
        tdp_gpu_w=tdp_gpu,
        gpu_usage=asked.gpu_usage,
        memory_gb=asked.memory_gb or 0.0,
        memory_w_per_gb=used["memory_power"].value,
        pue=pue,
    )
    once_kwh = run_time_h * power_w * asked.factor / 1000
    multiples = scaling.parts() if scaling else {"main": 1.0}
    total = sum(multiples.values())
    return Estimate(
        energy_kwh=once_kwh * total,
        carbon_g=once_kwh * intensity * total,
        power_w=power_w,
        run_time_h=run_time_h,
        pue=pue,
        carbon_intensity_g_per_kwh=intensity,
        tdp_cpu_w_per_core=tdp_cpu,
        tdp_gpu_w=tdp_gpu,
        parts=tuple(Part(name, once_kwh * many, once_kwh * intensity * many) for name, many in multiples.items()),
        factors=tuple(used.values()),
        assumptions=tuple(assumptions),
        equivalences=equivalences(once_kwh * intensity * total, figures),
        inputs=asked,
        scaling=scaling,
        method=METHOD,
        factor_set=figures.id,
        factor_set_digest=figures.digest,
        attribution=figures.attribution,
    )


def _faults(asked: Computation) -> list[Fault]:
    """What is wrong with the numbers and words given, before anything is looked up."""
    found = [number_fault(name, getattr(asked, name), low=0.0) for name in ("cores", "gpus", "hours")]
    found += [number_fault(name, getattr(asked, name), low=0.0, high=1.0) for name in ("cpu_usage", "gpu_usage")]
    found += [
        number_fault(name, value, above=0.0)
        for name in ("tdp_cpu", "tdp_gpu")
        if (value := getattr(asked, name)) is not None
    ]
    found += [number_fault("factor", asked.factor, above=0.0), _minutes_fault(asked), _memory_fault(asked)]
    if asked.pue is not None:
        found.append(number_fault("pue", asked.pue, low=1.0))
    if asked.platform is not None:
        found.append(choice_fault("platform", asked.platform, get_args(Platform)))
    return [fault for fault in found if fault] + _missing(asked)


def _minutes_fault(asked: Computation) -> Fault | None:
    if 0 <= asked.minutes < 60:
        return None
    repair = _("Give whole hours as hours: 90 minutes is 1 hour and 30 minutes.")
    return Fault("minutes", f"{asked.minutes:g}", _("a number from 0 to less than 60"), repair)


def _memory_fault(asked: Computation) -> Fault | None:
    if asked.memory_gb is None:
        return Fault("memory", _("nothing"), _("the memory allocated, in GB"))
    return number_fault("memory", asked.memory_gb, low=0.0)


def _missing(asked: Computation) -> list[Fault]:
    """What is needed and not given, or given and not used."""
    faults = []
    if asked.cores == 0 and asked.gpus == 0:
        faults.append(Fault("cores", "0", _("a number of cores or of GPUs above 0")))
    if asked.hours == 0 and asked.minutes == 0:
        faults.append(Fault("hours", "0", _("a run time above 0, in hours and minutes")))
    if asked.cores == 0 and (asked.cpu or asked.tdp_cpu is not None):
        faults.append(Fault("cores", "0", _("the number of cores of the processor given")))
    if asked.gpus == 0 and (asked.gpu or asked.tdp_gpu is not None):
        faults.append(Fault("gpus", "0", _("the number of GPUs of the model given")))
    if not (asked.memory_gb or asked.cores * asked.cpu_usage or asked.gpus * asked.gpu_usage):
        faults.append(Fault("cpu_usage", "0", _("some usage or some memory: nothing here draws power")))
    return faults


def _resolve(asked: Computation, figures: FactorSet, faults: list[Fault]) -> tuple[list[UsedFactor], list[Statement]]:
    """The figures that apply to ``asked`` and the assumptions made; whatever cannot be found is added to ``faults``."""
    assumptions: list[Statement] = []
    provider, region = _data_centre(asked, figures, faults)
    used = [
        _cpu(asked, figures, faults, assumptions),
        _gpu(asked, figures, faults, assumptions),
        UsedFactor("memory_power", *_fields(figures.reference["memory_power"]), "table"),
        _pue(asked, figures, provider, region, assumptions),
        _intensity(asked, figures, region, faults),
    ]
    return [factor for factor in used if factor], assumptions


def _fields(factor: Factor) -> tuple[str, float, str, str]:
    return factor.name, factor.value, factor.unit, factor.source


def _cpu(
    asked: Computation, figures: FactorSet, faults: list[Fault], assumptions: list[Statement]
) -> UsedFactor | None:
    if not asked.cores:
        return None
    if asked.tdp_cpu is not None:
        return UsedFactor("tdp_cpu", asked.cpu or "", asked.tdp_cpu, "W/core", _GIVEN, "given")
    row = gather(faults, figures.cpu, asked.cpu or ANY)
    return _from_table("tdp_cpu", row, bool(asked.cpu), assumptions) if row else None


def _gpu(
    asked: Computation, figures: FactorSet, faults: list[Fault], assumptions: list[Statement]
) -> UsedFactor | None:
    if not asked.gpus:
        return None
    if asked.tdp_gpu is not None:
        return UsedFactor("tdp_gpu", asked.gpu or "", asked.tdp_gpu, "W", _GIVEN, "given")
    row = gather(faults, figures.gpu, asked.gpu or ANY)
    return _from_table("tdp_gpu", row, bool(asked.gpu), assumptions) if row else None


_GIVEN = "given by the user"


def _from_table(role: str, row: Factor, named: bool, assumptions: list[Statement]) -> UsedFactor:
    if not named:
        message = N_('No processor named: the table\'s "{name}" is assumed, {value} {unit}.')
        assumptions.append(Statement(message, {"name": row.name, "value": row.value, "unit": row.unit}))
    return UsedFactor(role, *_fields(row), "table" if named else "assumed")


def _data_centre(asked: Computation, figures: FactorSet, faults: list[Fault]) -> tuple[str | None, Region | None]:
    if asked.region and not asked.provider:
        faults.append(Fault("region", f'"{asked.region}"', _("a provider with the region"), _("Add the provider.")))
    if not asked.provider:
        return None, None
    if asked.platform not in (None, "cloudComputing"):
        repair = _("Leave out the provider, or give the platform cloudComputing.")
        faults.append(Fault("platform", f'"{asked.platform}"', _("cloudComputing, as a provider is given"), repair))
    provider = gather(faults, figures.provider, asked.provider)
    region = gather(faults, figures.region, provider, asked.region) if provider and asked.region else None
    return provider, region


def _pue(
    asked: Computation,
    figures: FactorSet,
    provider: str | None,
    region: Region | None,
    assumptions: list[Statement],
) -> UsedFactor:
    """The first PUE that applies, in the calculator's order."""
    if asked.pue is not None:
        return UsedFactor("pue", "", asked.pue, "1", _GIVEN, "given")
    platform = asked.platform or ("cloudComputing" if asked.provider else "localServer")
    if platform != "cloudComputing":
        row = figures.pues.get(platform, figures.pues["unknown"])
    elif region and region.pue:
        row = region.pue
    else:
        row = figures.pues.get(provider or "unknown", figures.pues["unknown"])
    known = asked.platform is not None or asked.provider is not None
    if not known or row is figures.pues["unknown"]:
        message = N_('PUE {value} ("{name}") is assumed: no better one is given or known.')
        assumptions.append(Statement(message, {"value": row.value, "name": row.name}))
        return UsedFactor("pue", *_fields(row), "assumed")
    return UsedFactor("pue", *_fields(row), "table")


def _intensity(asked: Computation, figures: FactorSet, region: Region | None, faults: list[Fault]) -> UsedFactor | None:
    code = (region.location if region else None) or asked.location
    if code is None:
        if not asked.region or region:
            repair = _("Give a location code such as FR, or WORLD.")
            faults.append(Fault("location", _("nothing"), _("where the electricity comes from"), repair))
        return None
    row = gather(faults, figures.carbon_intensity, code)
    if row and asked.location and row.name != asked.location.strip().upper():
        expected = _("{location}, where the region {region} is").format(location=row.name, region=asked.region)
        faults.append(Fault("location", f'"{asked.location}"', expected, _("Leave out the location.")))
    return UsedFactor("carbon_intensity", *_fields(row), "table") if row else None
