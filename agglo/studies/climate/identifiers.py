"""Identifiers of the State's platform (``cae_1.c``...): what each is in an inventory, from ``data/cae.csv``."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from agglo.contract.errors import nearest
from agglo.contract.language import Text
from agglo.models.climate.nomenclature import ALL, ENERGY

Use = Literal["row", "transport", "total", "outside"]

ROAD, OTHER_TRANSPORT = "road-transport", "other-transport"

FAMILIES_OUTSIDE = ("cae_3.", "cae_63.")
"""Families of which no identifier is an emission or a consumption: renewable production, carbon sinks."""

OUTSIDE_REASON: Text = {
    "fr": "ni émission ni consommation d'un secteur réglementaire (puits, captage, production, chantiers)",
    "en": "neither an emission nor a consumption of a regulatory sector (sinks, capture, production, worksites)",
}


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier: ``use`` says whether it is a row of an inventory, a sum of rows, or outside of it."""

    id: str
    substance: str
    sector: str
    subsector: str
    use: Use
    title: str
    seen: str


@cache
def known() -> Mapping[str, Identifier]:
    """Every identifier of the table, in its order."""
    text = (resources.files("agglo.studies.climate") / "data" / "cae.csv").read_text(encoding="utf-8")
    return {row["id"]: Identifier(**row) for row in csv.DictReader(text.splitlines())}  # type: ignore[arg-type]


def find(id: str) -> Identifier | None:
    """The identifier of that name; one of a family that is outside of inventories is made up as such."""
    if id in known():
        return known()[id]
    if id.startswith(FAMILIES_OUTSIDE):
        return Identifier(id, "", "", "", "outside", "", "family")
    return None


def closest(id: str) -> str:
    """A sentence that names the closest identifier."""
    return nearest(id, list(known()))


@cache
def by_row() -> Mapping[tuple[str, str, str], Identifier]:
    """Identifiers of rows by substance, sector and subsector."""
    return {(one.substance, one.sector, one.subsector): one for one in known().values() if one.use == "row"}


def of_sector(substance: str, sector: str) -> str:
    """The identifier of a whole sector, empty where there is none.

    >>> of_sector("CO2e", "residential"), of_sector("NOx", "waste"), of_sector("CH4", "waste")
    ('cae_1.c', 'cae_4.ad', '')
    """
    found = by_row().get((substance, sector, ALL))
    return found.id if found else ""


def of_total(substance: str) -> str:
    """The identifier of all sectors together, empty where there is none.

    >>> of_total("energy"), of_total("CO2e")
    ('cae_2.a', 'cae_1.a')
    """
    return next((one.id for one in known().values() if one.use == "total" and one.substance == substance), "")


def of_transport(substance: str) -> str:
    """The identifier of the two sectors of transport together, empty where there is none.

    >>> of_transport("CO2e"), of_transport("energy"), of_transport("NOx")
    ('cae_1.k', 'cae_2.m', '')
    """
    return next((one.id for one in known().values() if one.use == "transport" and one.substance == substance), "")


UNITS: Mapping[str, str] = {
    "teqco2": "tCO2e",
    "tco2e": "tCO2e",
    "tco2eq": "tCO2e",
    "kteqco2": "ktCO2e",
    "ktco2e": "ktCO2e",
    "gwh": "GWh",
    "mwh": "MWh",
    "kwh": "kWh",
    "t": "t",
    "tonnes": "t",
    "kg": "kg",
}
"""Symbols of an inventory by how the platform writes units, without spaces and in lower case."""

SAID = {"tCO2e": "teq CO2", "ktCO2e": "kteq CO2", "t": "tonnes"}
"""How the platform writes units that it does not write as we do."""


def unit_of(text: str, substance: str) -> str | None:
    """The symbol of a unit as the platform writes it, None where it is not one of that substance.

    >>> unit_of("kteq CO2", "CO2e"), unit_of("GWh", "energy"), unit_of("GWh", "CO2e")
    ('ktCO2e', 'GWh', None)
    """
    symbol = UNITS.get("".join(text.split()).lower().replace("₂", "2"))
    wanted = ("kWh", "MWh", "GWh") if substance == ENERGY else ("t", "kg")
    wanted = ("tCO2e", "ktCO2e") if substance == "CO2e" else wanted
    return symbol if symbol in wanted else None
