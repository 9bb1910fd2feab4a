"""What sectors, pathways and quantities are called, and how a figure is put into a sentence."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from agglo.contract import numerals
from agglo.contract.language import N_, _, in_language, language
from agglo.models.climate import nomenclature

ENERGY, EMISSIONS = "energy", "emissions"

_QUANTITIES = {
    EMISSIONS: N_("Greenhouse gas emissions"),
    ENERGY: N_("Final energy"),
    "renewable-share": N_("Share of renewable energy"),
}
_UNITS = {EMISSIONS: "tCO2e/yr", ENERGY: "MWh/yr", "renewable-share": "1"}
_STATUSES = {
    "adopted": N_("adopted"),
    "approved": N_("approved"),
    "closed": N_("closed"),
    "computed": N_("computed"),
    "draft": N_("draft"),
    "expired": N_("expired"),
    "project": N_("project"),
    "proposed": N_("proposed"),
    "superseded": N_("superseded"),
}


def sector(identifier: str) -> str:
    """A regulatory sector or a group of sectors, in words."""
    if identifier == nomenclature.ALL:
        return _("All sectors")
    text = nomenclature.SECTORS.get(identifier) or nomenclature.GROUP_TITLES.get(identifier)
    return in_language(text) if text else identifier


def quantity(identifier: str) -> str:
    """What is counted, in words."""
    return _(_QUANTITIES[identifier]) if identifier in _QUANTITIES else identifier


def unit(identifier: str) -> str:
    """The unit a quantity is counted in [symbol]."""
    return _UNITS.get(identifier, "")


def status(identifier: str) -> str:
    """The standing of a pathway or a scenario, in words."""
    return _(_STATUSES[identifier]) if identifier in _STATUSES else identifier


def pathway(row: dict[str, Any]) -> str:
    """A pathway and its edition: ``SNBC-2 (2020)``."""
    name = str(row["pathway"])
    shown = re.sub(r"\b(?:snbc|pcaet|cae)\b", lambda match: match[0].upper(), name)
    return f"{shown} ({row['edition']})" if row.get("edition") else shown


def title(row: dict[str, Any]) -> str:
    """The title of an action or an assumption."""
    return str(row.get(f"title_{language()}") or row.get("title_fr") or row.get("action") or row.get("assumption"))


def amount(value: float, symbol: str) -> str:
    """A figure of a sentence, with three significant digits and its unit.

    >>> amount(1483388.1, "tCO2e/yr")
    '1,480,000\\xa0tCO₂e/yr'
    """
    return f"{rounded(value)}{numerals.NO_BREAK_SPACE}{numerals.unit_label(symbol)}".rstrip(numerals.NO_BREAK_SPACE)


def rounded(value: float) -> str:
    """A figure with three significant digits."""
    return numerals.significant(float(f"{value:.2e}"))


def between(low: float, high: float) -> str:
    """An interval: ``1,200 to 1,500``."""
    return _("{low} to {high}").format(low=rounded(low), high=rounded(high))


def listed(names: Iterable[str]) -> str:
    """Names one after the other, once each."""
    return ", ".join(dict.fromkeys(names))


def years_shown(years: Iterable[int], *also: int) -> set[int]:
    """Years that a page shows: the first, the last, every fifth and those asked for.

    >>> sorted(years_shown(range(2018, 2027), 2024))
    [2018, 2020, 2024, 2025, 2026]
    """
    known = sorted(set(years))
    return {year for year in known if year % 5 == 0 or year in also} | set(known[:1]) | set(known[-1:])


def values(rows: Sequence[dict[str, Any]], *names: str) -> list[float | None]:
    """Values of some columns, for the decimals they share."""
    return [row[name] for row in rows for name in names]
