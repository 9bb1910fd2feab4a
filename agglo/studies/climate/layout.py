"""The workbook to fill in: its sheets, columns and words, as its writing and its reading both know them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from agglo.contract.language import Text
from agglo.models.climate.nomenclature import ALL, CARRIERS, CO2E, GASES, POLLUTANTS, SECTORS

VERSION = 1
MARK = "agglo climate-inventory template"
"""What cell B2 of the first sheet says, before the version and the language."""

NONE = "none"

Kind = Literal["place", "year", "choice", "number", "percent", "text", "subsector"]

READ_ME, ENERGY, EMISSIONS, FACTORS, LISTS = "read-me", "energy", "emissions", "factors", "lists"

SHEETS: Mapping[str, Text] = {
    READ_ME: {"fr": "Lisez-moi", "en": "Read me"},
    ENERGY: {"fr": "Énergie", "en": "Energy"},
    EMISSIONS: {"fr": "Émissions", "en": "Emissions"},
    FACTORS: {"fr": "Facteurs", "en": "Factors"},
    LISTS: {"fr": "Listes", "en": "Lists"},
}

Choices = Mapping[str, Text]


def _same(*names: str) -> Choices:
    return {name: {"fr": name, "en": name} for name in names}


FUELS: Choices = {name: text for name, text in CARRIERS.items() if name != NONE}
"""Carriers of energy."""

CHOICES: Mapping[str, Choices] = {
    "sector": SECTORS,
    "fuel": FUELS,
    "carrier": {ALL: {"fr": "Tous vecteurs", "en": "All carriers"}, **CARRIERS},
    "substance": _same(CO2E, *GASES, *POLLUTANTS),
    "unit": _same("tCO2e", "ktCO2e", "kgCO2e", "t", "kg"),
    "factor-unit": _same("kgCO2e/kWh", "tCO2e/MWh", "gCO2e/kWh"),
    "boundary": {
        "scope-1-2": {"fr": "Scopes 1 et 2", "en": "Scopes 1 and 2"},
        "scope-1": {"fr": "Scope 1", "en": "Scope 1"},
        "life-cycle": {"fr": "Cycle de vie", "en": "Life cycle"},
    },
    "gwp": {
        **_same("AR4", "AR5", "AR6"),
        "not-stated": {"fr": "Non précisé", "en": "Not stated"},
        "not-applicable": {"fr": "Sans objet", "en": "Not applicable"},
    },
    "heating": {
        "lower": {"fr": "PCI", "en": "Net (LHV)"},
        "higher": {"fr": "PCS", "en": "Gross (HHV)"},
        NONE: {"fr": "Sans objet", "en": "Not applicable"},
    },
    "quality": {
        "measured": {"fr": "Mesuré", "en": "Measured"},
        "modelled": {"fr": "Modélisé", "en": "Modelled"},
        "declared": {"fr": "Déclaré", "en": "Declared"},
        "assumed": {"fr": "Supposé", "en": "Assumed"},
    },
}
"""Names of each list, by the identifier an inventory keeps."""

LIST_TITLES: Mapping[str, Text] = {
    "sector": {"fr": "Secteurs", "en": "Sectors"},
    "fuel": {"fr": "Vecteurs d'énergie", "en": "Energy carriers"},
    "carrier": {"fr": "Vecteurs des émissions", "en": "Carriers of emissions"},
    "substance": {"fr": "Gaz et polluants", "en": "Gases and pollutants"},
    "unit": {"fr": "Unités", "en": "Units"},
    "factor-unit": {"fr": "Unités des facteurs", "en": "Units of factors"},
    "boundary": {"fr": "Périmètres", "en": "Boundaries"},
    "gwp": {"fr": "Rapports du GIEC", "en": "IPCC reports"},
    "heating": {"fr": "Pouvoir calorifique", "en": "Heating value"},
    "quality": {"fr": "Qualités", "en": "Qualities"},
}


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its name for programs, its title, what its cells hold, and of which list."""

    name: str
    title: Text
    kind: Kind
    choices: str = ""
    needed: bool = True

    def said(self, language: str) -> str:
        """The title as the header writes it; a star marks what a filled row needs."""
        return self.title[language] + (" *" if self.needed else "")


_PLACE = Head("place", {"fr": "Lieu (INSEE ou SIREN)", "en": "Place (INSEE or SIREN)"}, "place")
_YEAR = Head("year", {"fr": "Année", "en": "Year"}, "year")
_SECTOR = Head("sector", {"fr": "Secteur", "en": "Sector"}, "choice", "sector")
_SUBSECTOR = Head("subsector", {"fr": "Sous-secteur", "en": "Subsector"}, "subsector", needed=False)
_GWP = Head("gwp", {"fr": "Rapport du GIEC (PRG)", "en": "IPCC report (GWP)"}, "choice", "gwp")
_HEATING = Head("heating", {"fr": "PCI ou PCS", "en": "Heating value"}, "choice", "heating", needed=False)
_UNCERTAINTY = Head("uncertainty", {"fr": "Incertitude (± %)", "en": "Uncertainty (± %)"}, "percent", needed=False)
_QUALITY = Head("quality", {"fr": "Qualité", "en": "Quality"}, "choice", "quality")
_SOURCE = Head("source", {"fr": "Source", "en": "Source"}, "text", needed=False)
_BOUNDARY = Head("boundary", {"fr": "Périmètre", "en": "Boundary"}, "choice", "boundary")

HEADS: Mapping[str, tuple[Head, ...]] = {
    ENERGY: (
        _PLACE,
        _YEAR,
        _SECTOR,
        _SUBSECTOR,
        Head("carrier", {"fr": "Vecteur", "en": "Carrier"}, "choice", "fuel"),
        Head("value", {"fr": "Énergie finale (MWh)", "en": "Final energy (MWh)"}, "number"),
        _HEATING,
        _UNCERTAINTY,
        _QUALITY,
        _SOURCE,
    ),
    EMISSIONS: (
        _PLACE,
        _YEAR,
        _SECTOR,
        _SUBSECTOR,
        Head("carrier", {"fr": "Vecteur", "en": "Carrier"}, "choice", "carrier"),
        Head("substance", {"fr": "Gaz ou polluant", "en": "Gas or pollutant"}, "choice", "substance"),
        Head("value", {"fr": "Émissions", "en": "Emissions"}, "number"),
        Head("unit", {"fr": "Unité", "en": "Unit"}, "choice", "unit"),
        _BOUNDARY,
        _GWP,
        _UNCERTAINTY,
        _QUALITY,
        _SOURCE,
    ),
    FACTORS: (
        Head("carrier", {"fr": "Vecteur", "en": "Carrier"}, "choice", "fuel"),
        Head("sector", {"fr": "Secteur (vide : tous)", "en": "Sector (empty: all)"}, "choice", "sector", needed=False),
        Head("value", {"fr": "Facteur d'émission", "en": "Emission factor"}, "number"),
        Head("unit", {"fr": "Unité", "en": "Unit"}, "choice", "factor-unit"),
        Head("boundary", {"fr": "Périmètre du facteur", "en": "Boundary of the factor"}, "choice", "boundary"),
        _HEATING,
        _GWP,
        Head("vintage", {"fr": "Millésime", "en": "Vintage"}, "year"),
        _UNCERTAINTY,
        _QUALITY,
        Head("source", {"fr": "Source", "en": "Source"}, "text"),
    ),
}
"""The columns of each sheet to fill in, in their order."""

DESCRIBED: Mapping[str, Text] = {
    "title": {"fr": "Titre de l'inventaire", "en": "Title of the inventory"},
    "owner": {"fr": "Responsable des chiffres", "en": "Who answers for the figures"},
    "licence": {"fr": "Licence", "en": "Licence"},
    "source": {"fr": "Source générale", "en": "General source"},
}
"""What the first sheet asks for, one row each."""

DESCRIBED_ROW = 4
"""Row of the first of them; their content is in column B."""


@cache
def guidance() -> tuple[tuple[Text, Text], ...]:
    """Topics and texts of the first sheet, from ``data/guidance.yaml``."""
    import yaml

    text = (resources.files("agglo.studies.climate") / "data" / "guidance.yaml").read_text(encoding="utf-8")
    return tuple((one["topic"], one["text"]) for one in yaml.safe_load(text))
