"""Scaling of one computation: trainings before and after it, or repetitions over a reporting period.

Training (Green Algorithms v3.0): total = main * (1 + R&D factor + number of retrainings * retraining factor).
Inference: total = one run * runs in one known period * reporting period / known period, both expressed in months.
``compat`` counts as the published calculator does (30 days or 4 weeks a month, 12 months a year, so a year of 360 days
or of 48 weeks); ``calendar`` counts a mean year of 365.25 days, a twelfth of it a month, and weeks of 7 days.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from agglo.contract.errors import Fault, nearest
from agglo.contract.language import _

PeriodUnit = Literal["day", "week", "month", "year"]
PeriodMode = Literal["compat", "calendar"]

MONTHS_COMPAT: Mapping[str, float] = {"day": 1 / 30, "week": 1 / 4, "month": 1.0, "year": 12.0}
DAYS_CALENDAR: Mapping[str, float] = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """Trainings around a main one, as multiples of it.

    ``rd_factor``: research and development before it. ``retrainings``: how many after it, each costing
    ``retraining_factor`` times the main one.
    """

    rd_factor: float = 0.0
    retrainings: float = 0.0
    retraining_factor: float = 0.0

    def faults(self) -> list[Fault]:
        """All that is wrong with these values."""
        found = [
            number_fault(name, getattr(self, name), low=0.0)
            for name in ("rd_factor", "retrainings", "retraining_factor")
        ]
        if (self.retrainings > 0) != (self.retraining_factor > 0):
            got = f"retrainings {self.retrainings:g}, retraining_factor {self.retraining_factor:g}"
            repair = _("Give the cost of one retraining as a share of the main training (1 for the same cost).")
            found.append(Fault("retrainings", got, _("a number of retrainings and the factor of one"), repair))
        return [fault for fault in found if fault]

    def parts(self) -> dict[str, float]:
        """Each part as a multiple of the main training.

        >>> Training(rd_factor=2, retrainings=4, retraining_factor=0.5).parts()
        {'main': 1.0, 'rd': 2, 'retrainings': 2.0}
        """
        return {"main": 1.0, "rd": self.rd_factor, "retrainings": self.retrainings * self.retraining_factor}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """A computation made ``runs`` times in every ``per_length`` ``per``, reported over ``reporting_length`` units."""

    per: str
    runs: float = 1.0
    per_length: float = 1.0
    reporting_length: float = 1.0
    reporting_unit: str = "year"
    mode: str = "compat"

    def faults(self) -> list[Fault]:
        """All that is wrong with these values."""
        numbers = [
            number_fault(name, getattr(self, name), above=0.0) for name in ("runs", "per_length", "reporting_length")
        ]
        choices = [
            choice_fault("per", self.per, get_args(PeriodUnit)),
            choice_fault("reporting_unit", self.reporting_unit, get_args(PeriodUnit)),
            choice_fault("mode", self.mode, get_args(PeriodMode)),
        ]
        return [fault for fault in numbers + choices if fault]

    def parts(self) -> dict[str, float]:
        """The whole reporting period as a multiple of one run.

        >>> Inference(runs=10, per="day", mode="compat").parts(), Inference(runs=4, per="week", mode="compat").parts()
        ({'inference': 3600.0}, {'inference': 192.0})
        >>> Inference(runs=10, per="day", mode="calendar").parts()
        {'inference': 3652.5}
        """
        known = period_length(self.per_length, self.per, self.mode)
        reported = period_length(self.reporting_length, self.reporting_unit, self.mode)
        return {"inference": self.runs * reported / known}


Scaling = Training | Inference


def period_length(length: float, unit: str, mode: str) -> float:
    """``length`` ``unit`` in the common unit of the mode: months for ``compat``, days for ``calendar``."""
    return length * (MONTHS_COMPAT if mode == "compat" else DAYS_CALENDAR)[unit]


def scaling_from_dict(kept: Mapping[str, Any]) -> Scaling:
    """The scaling a kept estimate was made with, told apart by its ``kind``."""
    values = {key: value for key, value in kept.items() if key != "kind"}
    return cast("Scaling", {"training": Training, "inference": Inference}[kept["kind"]](**values))


def number_fault(
    where: str, value: float, *, low: float = -math.inf, high: float = math.inf, above: float | None = None
) -> Fault | None:
    """The fault of a number that is not finite, not within ``low`` to ``high``, or not above ``above``."""
    if math.isfinite(value) and low <= value <= high and (above is None or value > above):
        return None
    if above is not None:
        expected = _("a number above {low}").format(low=f"{above:g}")
    elif math.isinf(high):
        expected = _("a number of {low} or more").format(low=f"{low:g}")
    else:
        expected = _("a number from {low} to {high}").format(low=f"{low:g}", high=f"{high:g}")
    return Fault(where, f"{value:g}", expected)


def choice_fault(where: str, value: str, choices: tuple[str, ...]) -> Fault | None:
    """The fault of a word that is not among ``choices``."""
    if value in choices:
        return None
    return Fault(
        where, f'"{value}"', _("one of: {choices}").format(choices=", ".join(choices)), nearest(value, choices)
    )
