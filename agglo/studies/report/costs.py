"""What the runs of a report cost, as lines of a table and a sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agglo.contract.language import _, ngettext
from agglo.contract.numerals import number, plain, scaled
from agglo.footprint.record import Bounds, FootprintRecord
from agglo.footprint.statements import Statement, Value
from agglo.studies.report import wording
from agglo.studies.report.comparison import LabelledRun

LAMP_W = 10.0
"""Power of the lamp that energies are compared with [W]."""

BYTES_PER_GB = 1e9
J_PER_KWH = 3.6e6


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table of costs: what it is, then a text by run."""

    title: str
    cells: tuple[str, ...]


def lines(runs: Sequence[LabelledRun]) -> list[Line]:
    """Energy and carbon as low, central and high, time, memory, and how they were obtained; a column by run."""
    records = [one.run.footprint for one in runs]

    def line(title: str, said: Callable[[FootprintRecord], str]) -> Line:
        return Line(title, tuple(said(record) for record in records))

    return [
        line(_("Electricity, central estimate"), lambda record: _bound(record.energy_kwh, "central", "kWh")),
        line(_("Electricity, low estimate"), lambda record: _bound(record.energy_kwh, "low", "kWh")),
        line(_("Electricity, high estimate"), lambda record: _bound(record.energy_kwh, "high", "kWh")),
        line(_("Greenhouse gases, central estimate"), lambda record: _bound(record.carbon_g, "central", "gCO2e")),
        line(_("Greenhouse gases, low estimate"), lambda record: _bound(record.carbon_g, "low", "gCO2e")),
        line(_("Greenhouse gases, high estimate"), lambda record: _bound(record.carbon_g, "high", "gCO2e")),
        line(_("Computing time"), lambda record: scaled(record.measurement.wall_s, "s")),
        line(_("Peak memory"), _peak_memory),
        line(_("How it was obtained"), lambda record: wording.status(record.status)),
        line(_("Electricity of"), lambda record: record.location or _("not known")),
        line(_("Processor"), lambda record: record.processor or _("not known")),
    ]


def _bound(bounds: Bounds | None, name: str, unit: str) -> str:
    """One bound, in the unit that suits the central one so that the three compare."""
    value: float | None = getattr(bounds, name) if bounds else None
    return scaled(value, unit, like=bounds.central if bounds else None)


def _peak_memory(record: FootprintRecord) -> str:
    peak = record.measurement.peak_memory_bytes
    return scaled(None if peak is None else peak / BYTES_PER_GB, "GB")


def in_all(runs: Sequence[LabelledRun]) -> str:
    """What the runs cost together, in kWh and gCO2e, and a comparison; empty where a figure is missing."""
    records = [one.run.footprint for one in runs]
    energy, carbon = _sum([one.energy_kwh for one in records]), _sum([one.carbon_g for one in records])
    if energy is None:
        return ""
    said = [
        ngettext(
            "This answer took {energy} kWh of electricity (between {low} and {high}): as much as a {power} W lamp lit "
            "for {time}.",
            "These {count} answers took {energy} kWh of electricity (between {low} and {high}): as much as a {power} W "
            "lamp lit for {time}.",
            len(runs),
        ).format(
            count=len(runs),
            energy=plain(energy[1]),
            low=plain(energy[0]),
            high=plain(energy[2]),
            power=number(LAMP_W),
            time=scaled(energy[1] * J_PER_KWH / LAMP_W, "s"),
        )
    ]
    if carbon is not None:
        values = {"carbon": plain(carbon[1]), "low": plain(carbon[0]), "high": plain(carbon[2])}
        said.append(_("That is {carbon} gCO₂e of greenhouse gases (between {low} and {high}).").format(**values))
    return " ".join(said)


def _sum(all_bounds: Sequence[Bounds | None]) -> tuple[float, float, float] | None:
    """Low, central and high of several together; None where any is not known."""
    known = [(one.low, one.central, one.high) for one in all_bounds if one]
    if len(known) < len(all_bounds) or any(value is None for bounds in known for value in bounds):
        return None
    low, central, high = (sum(value or 0.0 for value in side) for side in zip(*known, strict=True))
    return low, central, high


def methods(runs: Sequence[LabelledRun]) -> list[str]:
    """Method and attribution of the figures, once each."""
    records = [one.run.footprint for one in runs]
    return list(dict.fromkeys(f"{record.method}. {record.attribution}." for record in records))


def assumptions(runs: Sequence[LabelledRun]) -> list[str]:
    """What the figures rest on, and why some are missing, once each."""
    records = [one.run.footprint for one in runs]
    return list(dict.fromkeys(said(one) for record in records for one in (*record.why, *record.assumptions)))


def said(statement: Statement) -> str:
    """A statement in the language in force, its numbers included."""
    values: dict[str, Value] = {
        name: _number(value) if isinstance(value, int | float) else value for name, value in statement.values.items()
    }
    return str(Statement(statement.message, values))


def _number(value: float) -> str:
    decimals = 0 if value == int(value) else len(repr(float(value)).partition(".")[2])
    return number(value, min(decimals, 3))
