"""Footprint records: what a kept run cost, as low, central and high figures with all they rest on.

Central: cores = CPU time / wall time, peak memory, power per core of the processor's row in the factor set, else that
of "Any", in the Green Algorithms v3.0 formula. Low and high are bounds under stated assumptions, not a confidence
interval; all three quantities move together:

=================  =====================================  ===========  ===========================================
quantity           low                                    central      high
=================  =====================================  ===========  ===========================================
power of a core,   half its row (two threads share a      its row      twice its row (makers' short-term limits
processor known    core and its power)                                 reach about twice the design power)
power of a core,   lowest of the set's processors         "Any"        highest of the set's processors
processor unknown
PUE, not given     1 (no building around a computer)      local        2.5 (average of the first survey of the
                                                          server       Uptime Institute, 2007)
PUE, given         as given                               as given     as given
memory             none (powered anyway, run or no run)   peak         twice the peak (what samples and files
                                                                       kept in memory may hide)
=================  =====================================  ===========  ===========================================

Knowing the processor never widens the bounds: its half and double are kept within the span of the set.
A figure that cannot be computed is null with the reason, never zero.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import N_, _
from agglo.footprint.factors import ANY, DEFAULT_SET, Factor, FactorSet, gather, load
from agglo.footprint.green_algorithms import METHOD, power_green_algorithms
from agglo.footprint.meter import Measurement
from agglo.footprint.scaling import number_fault
from agglo.footprint.statements import Statement

Status = Literal["measured", "partial", "declared", "unknown"]
STATUSES: tuple[Status, ...] = ("measured", "partial", "declared", "unknown")

PUE_LOW = 1.0
PUE_HIGH = 2.5
"""Average PUE of the Uptime Institute's first survey (2007): an old or small server room."""
TDP_LOW_SHARE = 0.5
TDP_HIGH_SHARE = 2.0
MEMORY_HIGH_SHARE = 2.0
BYTES_PER_GB = 1e9


@dataclass(frozen=True, slots=True)
class Bounds:
    """A figure as low, central and high; a bound nobody has stated is None."""

    low: float | None
    central: float | None
    high: float | None

    def to_dict(self) -> dict[str, float | None]:
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, float | None]) -> "Bounds":
        return cls(kept["low"], kept["central"], kept["high"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Every number one bound is computed from; enough to compute it again without the factor set."""

    cores: float
    run_time_h: float
    tdp_w_per_core: float
    memory_gb: float
    memory_w_per_gb: float
    pue: float
    carbon_intensity_g_per_kwh: float | None

    @property
    def energy_kwh(self) -> float:
        """Energy [kWh] by the Green Algorithms formula."""
        power_w = power_green_algorithms(
            cores=self.cores,
            tdp_cpu_w_per_core=self.tdp_w_per_core,
            memory_gb=self.memory_gb,
            memory_w_per_gb=self.memory_w_per_gb,
            pue=self.pue,
        )
        return self.run_time_h * power_w / 1000

    @property
    def carbon_g(self) -> float | None:
        """Greenhouse gases [gCO2e], or None where the location is unknown."""
        return None if self.carbon_intensity_g_per_kwh is None else self.energy_kwh * self.carbon_intensity_g_per_kwh


@dataclass(frozen=True, slots=True, kw_only=True)
class FootprintRecord:
    """What a run cost: figures, how they were obtained and what they rest on. ``why`` tells what is not measured."""

    status: Status
    why: tuple[Statement, ...]
    energy_kwh: Bounds | None
    carbon_g: Bounds | None
    method: str
    factor_set: str
    factor_set_digest: str
    attribution: str
    location: str | None
    processor: str | None
    processor_row: str | None
    measurement: Measurement
    basis: Mapping[str, Basis] | None
    assumptions: tuple[Statement, ...]

    def to_dict(self) -> dict[str, Any]:
        """A JSON object; ``energy_kwh`` and ``carbon_g`` hold low, central and high, or are null."""
        plain = ("status", "method", "factor_set", "factor_set_digest", "attribution", "location", "processor")
        return {name: getattr(self, name) for name in (*plain, "processor_row")} | {
            "why": [reason.to_dict() for reason in self.why],
            "energy_kwh": self.energy_kwh.to_dict() if self.energy_kwh else None,
            "carbon_g": self.carbon_g.to_dict() if self.carbon_g else None,
            "measurement": self.measurement.to_dict(),
            "basis": {name: asdict(basis) for name, basis in self.basis.items()} if self.basis else None,
            "assumptions": [assumption.to_dict() for assumption in self.assumptions],
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "FootprintRecord":
        """The record kept as a JSON object, its figures as they were kept."""
        basis = kept["basis"]
        return cls(
            **dict(kept)
            | {
                "why": tuple(Statement.from_dict(reason) for reason in kept["why"]),
                "energy_kwh": Bounds.from_dict(kept["energy_kwh"]) if kept["energy_kwh"] else None,
                "carbon_g": Bounds.from_dict(kept["carbon_g"]) if kept["carbon_g"] else None,
                "measurement": Measurement.from_dict(kept["measurement"]),
                "basis": {name: Basis(**values) for name, values in basis.items()} if basis else None,
                "assumptions": tuple(Statement.from_dict(assumption) for assumption in kept["assumptions"]),
            }
        )


def footprint_of(
    measurement: Measurement,
    *,
    location: str | None,
    pue: float | None = None,
    cpu_name: str | None = None,
    factor_set: str = DEFAULT_SET,
) -> FootprintRecord:
    """The footprint of a measured run.

    ``location`` is a code of the factor set (None leaves carbon null), ``pue`` the machine room's own if known,
    ``cpu_name`` the processor as the machine names it (see :func:`agglo.footprint.processors.machine_processor`).

    >>> run = Measurement(wall_s=3600.0, cpu_s=7200.0, peak_memory_bytes=2_000_000_000)
    >>> record = footprint_of(run, location="FR", pue=1.0, cpu_name="Intel(R) Xeon(R) CPU E5-2683 v4 @ 2.10GHz")
    >>> record.status, record.energy_kwh.central
    ('measured', 0.015745)

    Raises
    ------
    InvalidInput
        The location is unknown, or the PUE is not a number of 1 or more.
    """
    figures = load(factor_set)
    intensity = _intensity(location, pue, figures)
    row = figures.match_cpu(cpu_name)
    why = _why(measurement, location)
    assumptions = _assumptions(measurement, row, cpu_name, pue, figures)
    basis = _basis(measurement, row, pue, intensity, figures)
    status: Status = "unknown" if basis is None else "partial" if why else "measured"
    return FootprintRecord(
        status=status,
        why=why,
        energy_kwh=_bounds(basis, "energy_kwh") if basis else None,
        carbon_g=_bounds(basis, "carbon_g") if basis and intensity else None,
        method=METHOD,
        factor_set=figures.id,
        factor_set_digest=figures.digest,
        attribution=figures.attribution,
        location=intensity.name if intensity else None,
        processor=cpu_name,
        processor_row=(row or figures.cpus[ANY]).name,
        measurement=measurement,
        basis=basis,
        assumptions=assumptions if basis else (),
    )


def unmeasured(reason: Statement, *, factor_set: str = DEFAULT_SET) -> FootprintRecord:
    """The record of a run of which nothing was measured, with the reason.

    >>> unmeasured(Statement("The run was kept by an older version.")).energy_kwh is None
    True
    """
    nothing = Measurement(wall_s=None, cpu_s=None, peak_memory_bytes=None, missing=("wall_s", "cpu_s"))
    figures = load(factor_set)
    return FootprintRecord(
        status="unknown",
        why=(reason,),
        energy_kwh=None,
        carbon_g=None,
        method=METHOD,
        factor_set=figures.id,
        factor_set_digest=figures.digest,
        attribution=figures.attribution,
        location=None,
        processor=None,
        processor_row=None,
        measurement=nothing,
        basis=None,
        assumptions=(),
    )


def recompute(record: FootprintRecord) -> tuple[Bounds | None, Bounds | None]:
    """Energy [kWh] and carbon [gCO2e] computed again from the factors the record holds, with no factor set."""
    if record.basis is None:
        return None, None
    known = record.basis["central"].carbon_intensity_g_per_kwh is not None
    return _bounds(record.basis, "energy_kwh"), _bounds(record.basis, "carbon_g") if known else None


def _intensity(location: str | None, pue: float | None, figures: FactorSet) -> Factor | None:
    faults: list[Fault] = []
    found = gather(faults, figures.carbon_intensity, location) if location is not None else None
    if pue is not None and (fault := number_fault("pue", pue, low=1.0)):
        faults.append(fault)
    if faults:
        raise InvalidInput(_("The footprint cannot be computed with these settings."), faults)
    return found


def _why(measured: Measurement, location: str | None) -> tuple[Statement, ...]:
    """What keeps the record from being fully measured."""
    reasons = []
    if not measured.wall_s:
        reasons.append(Statement(N_("Its duration was not measured.")))
    if not measured.cpu_s:
        reasons.append(Statement(N_("Its CPU time was not measured.")))
    elif "cpu_s" in measured.missing:
        reasons.append(Statement(N_("Its CPU time was not measured to the end: the figures are too low.")))
    if not measured.peak_memory_bytes:
        reasons.append(Statement(N_("Its peak memory was not measured: the figures leave memory out.")))
    if location is None:
        reasons.append(Statement(N_("The location of the machine is not known: carbon is not computed.")))
    return tuple(reasons)


def _assumptions(
    measured: Measurement, row: Factor | None, cpu_name: str | None, pue: float | None, figures: FactorSet
) -> tuple[Statement, ...]:
    """Every assumption behind the figures, in plain words."""
    stated = [_processor_assumption(row, cpu_name, figures)]
    if pue is None:
        central = figures.pues["localServer"].value
        message = N_("PUE is assumed: {central} (local server); low {low}, high {high}.")
        stated.append(Statement(message, {"central": central, "low": PUE_LOW, "high": PUE_HIGH}))
    else:
        stated.append(Statement(N_("PUE {pue} is given and not varied."), {"pue": pue}))
    if measured.peak_memory_bytes:
        message = N_("Memory: the peak counts for the whole run; low leaves it out, high doubles it.")
        stated.append(Statement(message))
    stated.append(Statement(N_("Making and disposing of the machine is left out, and so are disks and network.")))
    if measured.machine_energy_j is not None:
        message = N_("The machine's own counters (RAPL) are of the whole machine; no part is attributed to this run.")
        stated.append(Statement(message))
    return tuple(stated)


def _processor_assumption(row: Factor | None, cpu_name: str | None, figures: FactorSet) -> Statement:
    low, central, high = _tdp(row, figures)
    values = {"low": low, "central": central, "high": high}
    if row:
        message = N_("Power of a core: that of {name}, {central} W at full load; low {low} W, high {high} W assumed.")
        return Statement(message, {"name": row.name, **values})
    message = N_(
        'Processor "{name}" is not in the factor set: {central} W a core ("Any") is assumed; '
        "low {low} W, high {high} W are the set's lowest and highest."
    )
    return Statement(message, {"name": cpu_name or "?", **values})


def _tdp(row: Factor | None, figures: FactorSet) -> tuple[float, float, float]:
    """Low, central and high power of one core [W/core]."""
    lowest, highest = figures.tdp_span()
    if row is None:
        return lowest, figures.cpus[ANY].value, highest
    return max(lowest, row.value * TDP_LOW_SHARE), row.value, min(highest, row.value * TDP_HIGH_SHARE)


def _basis(
    measured: Measurement, row: Factor | None, pue: float | None, intensity: Factor | None, figures: FactorSet
) -> dict[str, Basis] | None:
    """What each bound is computed from, or None where time was not measured."""
    if not measured.wall_s or not measured.cpu_s:
        return None
    peak_gb = (measured.peak_memory_bytes or 0) / BYTES_PER_GB
    pues = (PUE_LOW, figures.pues["localServer"].value, PUE_HIGH) if pue is None else (pue, pue, pue)
    memory = (0.0, peak_gb, peak_gb * MEMORY_HIGH_SHARE)
    bounds = zip(("low", "central", "high"), _tdp(row, figures), pues, memory, strict=True)
    return {
        name: Basis(
            cores=measured.cpu_s / measured.wall_s,
            run_time_h=measured.wall_s / 3600,
            tdp_w_per_core=tdp,
            memory_gb=memory_gb,
            memory_w_per_gb=figures.reference["memory_power"].value,
            pue=used_pue,
            carbon_intensity_g_per_kwh=intensity.value if intensity else None,
        )
        for name, tdp, used_pue, memory_gb in bounds
    }


def _bounds(basis: Mapping[str, Basis], figure: str) -> Bounds:
    return Bounds(*(getattr(basis[name], figure) for name in ("low", "central", "high")))
