"""What the runs of a report cost, as a sentence, and what that rests on."""

from collections.abc import Sequence

from agglo.contract.language import _, ngettext
from agglo.contract.numerals import number, plain, scaled
from agglo.footprint.record import Bounds
from agglo.footprint.statements import Statement, Value
from agglo.studies.report.comparison import LabelledRun

LAMP_W = 10.0
"""Power of the lamp that energies are compared with [W]."""

J_PER_KWH = 3.6e6


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
