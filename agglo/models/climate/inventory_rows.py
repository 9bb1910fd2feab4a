"""Rows of an inventory, and the words that name them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agglo.contract import numerals
from agglo.models.climate.nomenclature import ALL, CO2E, GASES

EMISSIONS = "emissions"

_TERRITORY = re.compile(r"\d{9}")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: ``value`` in ``unit`` (MWh, tCO2e or t), ``uncertainty`` half of its 95 % interval [1] if stated.

    ``number`` is its row in the table, from 1.
    """

    number: int
    place: str
    year: int
    sector: str
    subsector: str
    carrier: str
    substance: str
    value: float
    unit: str
    boundary: str
    gwp: str
    uncertainty: float | None
    quality: str
    source: str

    @property
    def quantity(self) -> str:
        """``energy``, ``emissions`` or the name of the pollutant."""
        return EMISSIONS if self.substance in (CO2E, *GASES) else self.substance

    @property
    def mass_of_gas(self) -> bool:
        """Whether it is a mass of a greenhouse gas, which takes a warming potential to be counted."""
        return self.substance in GASES and self.unit == "t"


Cell = tuple[str, int, str]
"""A place, a year and a sector; an empty sector stands for all of them."""

Key = tuple[str, int, str, str]
"""A place, a year, a sector and a substance (or a quantity)."""

Kept = Mapping[Key, Sequence[Row]]
"""The rows that are counted, by what they speak of."""


def is_territory(place: str) -> bool:
    """Whether a place's code is that of a territory (SIREN, nine digits) and not of a commune.

    >>> is_territory("200056232"), is_territory("91477")
    (True, False)
    """
    return bool(_TERRITORY.fullmatch(place))


def difference(one: float, other: float) -> float:
    """Relative difference of two amounts [1], of the greater one.

    >>> difference(100.0, 99.0), difference(0.0, 0.0)
    (0.01, 0.0)
    """
    return abs(one - other) / max(one, other) if one != other else 0.0


def printed_to(value: float) -> float:
    """Unit of the last digit that is not zero, the precision that a figure seems printed to.

    >>> printed_to(5900.0), printed_to(12.5), printed_to(0.0)
    (100.0, 0.1, 0.0)
    """
    if not value:
        return 0.0
    return float(10.0 ** int(Decimal(f"{value:.9g}").normalize().as_tuple().exponent))


def said(value: float, unit: str) -> str:
    """A figure as an error says it, to six significant digits."""
    return f"{numerals.significant(value, 6)}{numerals.NO_BREAK_SPACE}{numerals.unit_label(unit)}"


def named(*parts: object) -> str:
    """What a figure speaks of, without the words for all together.

    >>> named("91477", 2020, "residential", "all", "CO2e")
    '91477 2020 residential CO2e'
    """
    return " ".join(str(part) for part in parts if part not in ("", ALL, None))
