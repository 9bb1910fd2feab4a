"""Each step of a calculation written out, in French and in English: the formula, then the numbers put in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agglo.contract import numerals
from agglo.contract.columns import Columns
from agglo.contract.language import LANGUAGES, speaking
from agglo.models.water.performance import leakage_index, regulatory
from agglo.models.water.performance.figures import Figure
from agglo.models.water.performance.volumes import DAYS, NAMES
from agglo.models.water.performance.years import Year

ARITHMETIC: Columns = {
    **dict.fromkeys(("place", "sector"), "text"),
    "year": "year",
    "step": "rank",
    "indicator": "text",
    **dict.fromkeys((f"{part}_{code}" for part in ("formula", "worked") for code in LANGUAGES), "text"),
    "value": "number",
    "unit": "text",
}
_DIGITS = 10
"""Significant digits of what is put in; closing zeros are not written."""


@dataclass(frozen=True, slots=True)
class Step:
    """A figure: its formula in words, and in ``numbers`` the same with the names of what is put in."""

    name: str
    unit: str
    decimals: int
    fr: str
    en: str
    numbers: str


STEPS = (
    Step(
        "supplied", "m3/yr", 0,
        "volume produit + volume importé − volume exporté",
        "produced + imported − exported",
        "{produced} + {imported} − {exported}",
    ),
    Step(
        "authorised-consumption", "m3/yr", 0,
        "comptabilisé + sans comptage + volume de service",
        "metered + unmetered + service water",
        "{metered} + {unmetered} + {service}",
    ),
    Step(
        "network-yield", "%", 3,
        "100 × (volume consommé autorisé + exporté) / (produit + importé)",
        "100 × (authorised consumption + exported) / (produced + imported)",
        "100 × ({authorised} + {exported}) / ({produced} + {imported})",
    ),
    Step(
        "non-counted-index", "m3/d/km", 4,
        "(volume mis en distribution − comptabilisé) / 365 / linéaire de réseau",
        "(supplied − metered) / 365 / length of mains",
        "({supplied} − {metered}) / {days} / {km}",
    ),
    Step(
        "loss-index", "m3/d/km", 4,
        "(volume mis en distribution − volume consommé autorisé) / 365 / linéaire de réseau",
        "(supplied − authorised consumption) / 365 / length of mains",
        "({supplied} − {authorised}) / {days} / {km}",
    ),
    Step(
        "consumption-index", "m3/d/km", 4,
        "(volume consommé autorisé + exporté) / 365 / linéaire de réseau",
        "(authorised consumption + exported) / 365 / length of mains",
        "({authorised} + {exported}) / {days} / {km}",
    ),
    Step(
        "yield-threshold", "%", 3,
        "la plus petite valeur de 85 et de (terme fixe + indice linéaire de consommation / 5)",
        "the smaller of 85 and (fixed term + linear consumption index / 5)",
        "min(85 ; {fixed} + {index} / 5)",
    ),
    Step("yield-gap", "%", 3, "rendement − seuil", "yield − threshold", "{yield} − {threshold}"),
    Step(
        "volume-to-save", "m3/yr", 0,
        "zéro, ou (produit + importé) − 100 × (volume consommé autorisé + exporté) / seuil",
        "zero, or (produced + imported) − 100 × (authorised consumption + exported) / threshold",
        "max(0 ; {put_in} − 100 × {used} / {threshold_in_full})",
    ),
    Step(
        "real-losses", "m3/yr", 0,
        "produit + importé − exporté − volume consommé autorisé − pertes apparentes",
        "produced + imported − exported − authorised consumption − apparent losses",
        "{supplied} − {authorised} − ({unauthorised} + {under_registered})",
    ),
    Step(
        "non-revenue-water", "m3/yr", 0,
        "produit + importé − consommation facturée et exportée",
        "produced + imported − billed consumption and exports",
        "{put_in} − ({metered} − {unbilled_metered} + {billed_unmetered} + {exported})",
    ),
    Step(
        "loss-cost", "EUR/yr", 0,
        "pertes réelles × coût variable",
        "real losses × variable cost",
        "{real_losses} × {cost}",
    ),
    Step(
        "unavoidable-losses", "m3/d", 1,
        "(18 × km de réseau + 0,8 × branchements + 25 × km de branchements privés) × pression / 1000",
        "(18 × km of mains + 0.8 × connections + 25 × km of private pipes) × pressure / 1000",
        "({l_km} × {km} + {l_connection} × {connections} + {l_private} × {private}) × {pressure} / 1000",
    ),
    Step(
        "leakage-index", "1", 2,
        "pertes réelles / 365 / pertes inévitables",
        "real losses / 365 / unavoidable losses",
        "{real_losses} / {days} / {unavoidable}",
    ),
)  # fmt: skip
"""In the order of a calculation by hand."""


def rows(year: Year, found: Mapping[str, Figure]) -> Iterator[dict[str, Any]]:
    """The steps of a year; one whose figure is not given is left out."""
    values = {name: one.value for name, one in found.items() if one.value is not None}
    values |= {"supplied": year.volumes.supplied, "authorised-consumption": year.volumes.authorised}
    written = {code: _written(year, values, code) for code in LANGUAGES}
    steps = [one for one in STEPS if one.name in values]
    for rank, step in enumerate(steps, 1):
        value = values[step.name]
        worked = {f"worked_{code}": _worked(step, value, written[code], code) for code in LANGUAGES}
        named = {"place": year.place, "sector": year.sector, "year": year.year, "step": rank, "indicator": step.name}
        yield {**named, "formula_fr": step.fr, "formula_en": step.en, **worked, "value": value, "unit": step.unit}


def _worked(step: Step, value: float, written: Mapping[str, str], code: str) -> str:
    with speaking(code):
        return f"{step.numbers.format_map(written)} = {numerals.quantity(value, step.unit, step.decimals)}"


def _written(year: Year, values: Mapping[str, float], code: str) -> dict[str, str]:
    """Every number that may be put in, as it is written in a language."""
    volumes = year.volumes
    sums = ("put_in", "supplied", "authorised", "used", "real_losses")
    given = {name: getattr(volumes, name) for name in (*NAMES, *sums)}
    given |= {"days": DAYS, "km": year.network_km, "connections": year.connections, "pressure": year.pressure_m}
    given |= {"private": year.private_pipe_km or 0.0, "cost": year.cost_eur_m3}
    given |= {"fixed": regulatory.fixed_term(year.stress_withdrawal_m3), "l_km": leakage_index.L_PER_KM_M_D}
    given |= {"l_connection": leakage_index.L_PER_CONNECTION_M_D, "l_private": leakage_index.L_PER_PRIVATE_KM_M_D}
    rounded = {"index": ("consumption-index", 4), "yield": ("network-yield", 3), "threshold": ("yield-threshold", 3)}
    rounded |= {"unavoidable": ("unavoidable-losses", 1), "threshold_in_full": ("yield-threshold", 6)}
    with speaking(code):
        written = {name: numerals.significant(value, _DIGITS) for name, value in given.items()}
        return written | {
            name: numerals.number(values[of], decimals) for name, (of, decimals) in rounded.items() if of in values
        }
