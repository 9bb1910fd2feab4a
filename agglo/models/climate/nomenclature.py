"""The closed lists of the French climate plan (PCAET): sectors, energy carriers, greenhouse gases, pollutants.

Source: order of 4 August 2016 on the territorial climate, air and energy plan (NOR DEVR1622619A), article 2: eight
sectors, six pollutants; final energies as ADEME's method of territorial trajectories groups them (2024).
"""

from typing import Literal

from agglo.contract.language import Text

Sector = Literal[
    "residential",
    "tertiary",
    "road-transport",
    "other-transport",
    "agriculture",
    "waste",
    "industry",
    "energy-industry",
]

SECTORS: dict[str, Text] = {
    "residential": {"fr": "Résidentiel", "en": "Housing"},
    "tertiary": {"fr": "Tertiaire", "en": "Tertiary"},
    "road-transport": {"fr": "Transport routier", "en": "Road transport"},
    "other-transport": {"fr": "Autres transports", "en": "Other transport"},
    "agriculture": {"fr": "Agriculture", "en": "Agriculture"},
    "waste": {"fr": "Déchets", "en": "Waste"},
    "industry": {"fr": "Industrie hors branche énergie", "en": "Industry except energy"},
    "energy-industry": {"fr": "Branche énergie", "en": "Energy industry"},
}
"""The eight regulatory sectors, in the order's order."""

ALL = "all"
"""In a column of sectors, subsectors or carriers: all of them together."""

GROUPS: dict[str, tuple[str, ...]] = {
    "transport": ("road-transport", "other-transport"),
    "buildings": ("residential", "tertiary"),
    "other": ("agriculture", "waste", "industry", "energy-industry"),
}
"""Sectors that national budgets and published shares group together."""

GROUP_TITLES: dict[str, Text] = {
    "transport": {"fr": "Transports", "en": "Transport"},
    "buildings": {"fr": "Bâtiments (résidentiel et tertiaire)", "en": "Buildings (housing and tertiary)"},
    "other": {"fr": "Autres secteurs", "en": "Other sectors"},
}

CARRIERS: dict[str, Text] = {
    "oil": {"fr": "Produits pétroliers", "en": "Oil products"},
    "gas": {"fr": "Gaz", "en": "Gas"},
    "electricity": {"fr": "Électricité", "en": "Electricity"},
    "heat": {"fr": "Chaleur et froid urbains", "en": "District heating and cooling"},
    "renewable-heat": {"fr": "Énergies renouvelables thermiques", "en": "Renewable heat"},
    "coal": {"fr": "Combustibles minéraux solides", "en": "Solid mineral fuels"},
    "hydrogen": {"fr": "Hydrogène", "en": "Hydrogen"},
    "none": {"fr": "Hors énergie", "en": "Not from energy"},
}
"""Energy carriers; ``none`` is for emissions that no energy causes (livestock, soils, waste, processes)."""

GASES = ("CO2", "CH4", "N2O", "HFC", "PFC", "SF6", "NF3")
CO2E = "CO2e"
POLLUTANTS = ("NOx", "PM10", "PM2.5", "COVNM", "SO2", "NH3")
ENERGY = "energy"
"""In a column of substances: final energy rather than a gas or a pollutant."""
SUBSTANCES = (ENERGY, CO2E, *GASES, *POLLUTANTS)

QUANTITY_TITLES: dict[str, Text] = {
    "emissions": {"fr": "émissions", "en": "emissions"},
    "energy": {"fr": "énergie", "en": "energy"},
    "renewable-share": {"fr": "part d'énergie renouvelable", "en": "share of renewable energy"},
}
"""What pathways and trajectories speak of."""

BOUNDARIES: dict[str, Text] = {
    "scope-1-2": {
        "fr": "émissions directes, et celles de l'électricité, de la chaleur et du froid là où ils sont consommés",
        "en": "direct emissions, and those of electricity, heating and cooling where they are used",
    },
    "scope-1": {"fr": "émissions directes", "en": "direct emissions"},
    "life-cycle": {"fr": "cycle de vie (empreinte)", "en": "life cycle (footprint)"},
}
"""What is counted. The climate plan's boundary is ``scope-1-2``."""
