"""Indicators: one number with a unit, a place, a year and a sector, named from a versioned vocabulary."""

import csv
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, get_args

from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _, language

VOCABULARY_VERSION = "1"

Quality = Literal["measured", "modelled", "declared", "assumed"]
QUALITIES: tuple[str, ...] = get_args(Quality)
LARGEST_INTEGER = 2**53
"""Integers up to this one are exact as 64-bit numbers."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the vocabulary. ``better`` says which way is good: ``higher``, ``lower`` or ``none``."""

    id: str
    unit: str
    better: str
    title_fr: str
    title_en: str
    definition: str

    @property
    def title(self) -> str:
        """Its name in the language in force."""
        return self.title_fr if language() == "fr" else self.title_en


@lru_cache(maxsize=1)
def vocabulary() -> Mapping[str, Term]:
    """Every term of the vocabulary in force, by identifier.

    >>> vocabulary()["land.carbon-flux"].unit
    'tCO2/yr'
    """
    with resources.files("agglo.contract").joinpath("vocabulary.csv").open(encoding="utf-8") as file:
        return {row["id"]: Term(**row) for row in csv.DictReader(file)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One number that can be compared across models.

    ``place`` is an official code (INSEE commune or EPCI SIREN), ``year`` the year it speaks of; ``since`` is the first
    year where the number is a mean over several. ``value`` is None where it is not known; zero means zero.
    """

    name: str
    value: float | None
    unit: str
    place: str
    year: int
    since: int | None = None
    sector: str = ""
    quality: Quality = "modelled"
    source: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


_TYPES: Mapping[str, tuple[type, ...]] = {
    "name": (str,),
    "value": (float, int, type(None)),
    "unit": (str,),
    "place": (str,),
    "year": (int,),
    "since": (int, type(None)),
    "sector": (str,),
    "quality": (str,),
    "source": (str,),
}


def _type_faults(indicator: Indicator, where: str) -> list[Fault]:
    """Fields that are not of their type: a model in any language may have written them."""
    expected = {str: _("a text"), int: _("a whole number"), float: _("a number, or nothing where unknown")}
    found = []
    for name, kinds in _TYPES.items():
        value = getattr(indicator, name)
        exact = not isinstance(value, int) or abs(value) <= LARGEST_INTEGER
        if not isinstance(value, kinds) or isinstance(value, bool) or not exact:
            found.append(Fault(f"{where} {name}", repr(value)[:80], expected[kinds[0]]))
    return found


def faults(indicator: Indicator, where: str) -> list[Fault]:
    """All that is wrong with one indicator: unknown name, other unit than the vocabulary's, not a number, no place."""
    found = _type_faults(indicator, where)
    if found:
        return found
    term = vocabulary().get(indicator.name)
    if term is None:
        found.append(
            Fault(where, indicator.name, _("a name of the vocabulary"), nearest(indicator.name, list(vocabulary())))
        )
    elif indicator.unit != term.unit:
        found.append(
            Fault(f"{where} {indicator.name}", indicator.unit, term.unit, _("Convert it before returning it."))
        )
    if indicator.value is not None and not math.isfinite(indicator.value):
        found.append(
            Fault(f"{where} {indicator.name}", str(indicator.value), _("a finite number, or nothing where unknown"))
        )
    if indicator.since is not None and indicator.since > indicator.year:
        found.append(Fault(f"{where} {indicator.name} since", str(indicator.since), f"<= {indicator.year}"))
    if not indicator.place:
        found.append(Fault(f"{where} {indicator.name}", _("no place"), _("an INSEE or SIREN code")))
    if indicator.quality not in QUALITIES:
        found.append(Fault(f"{where} {indicator.name}", indicator.quality, ", ".join(QUALITIES)))
    return found


def check(indicators: list[Indicator]) -> None:
    """Refuse indicators that others could not compare.

    Raises
    ------
    InvalidInput
        Lists every fault of every indicator, and any two that speak of the same thing.
    """
    found = [fault for rank, one in enumerate(indicators) for fault in faults(one, f"#{rank + 1}")]
    seen: set[tuple[str, ...]] = set()
    for rank, one in enumerate(indicators):
        key = tuple(map(repr, (one.name, one.place, one.year, one.sector)))
        if key in seen:
            found.append(
                Fault(f"#{rank + 1} {one.name}", f"{one.place} {one.year} {one.sector}".strip(), _("given once"))
            )
        seen.add(key)
    if found:
        raise InvalidInput(_("These indicators cannot be kept."), found)
