"""A climate plan: an inventory, a trajectory by scenario, and its sensitivity."""

from pathlib import Path
from typing import Any

from agglo.models.climate.nomenclature import SECTORS
from agglo.runs.run import Run
from agglo.store.workspace import Workspace

from .keeping import Keeper, Place, Result, Scenario, Step, Study, keeper

STRASBOURG = "246700488"
SHARES = (0.2, 0.13, 0.27, 0.03, 0.04, 0.05, 0.2, 0.08)
ACTIONS = {
    "retrofit": ("Rénovation performante de logements", "Deep retrofit of homes", "residential", 0.30, "assumed"),
    "heat-network": (
        "Raccordement au réseau de chaleur",
        "Connection to the heat network",
        "residential",
        0.22,
        "modelled",
    ),
    "cycling": (
        "Réseau cyclable continu et stationnement sécurisé",
        "Continuous cycle network",
        "road-transport",
        0.14,
        "assumed",
    ),
    "buses": ("Bus électriques et pôles d'échange", "Electric buses and hubs", "road-transport", 0.05, "assumed"),
    "lighting": ("Éclairage public", "Street lighting", "tertiary", 0.01, "modelled"),
}


def yearly(rate: float, start: float = 1_650_000.0, first: int = 2019) -> list[dict[str, Any]]:
    rows = []
    for sector, share in [*zip(SECTORS, SHARES, strict=True), ("all", 1.0)]:
        for year in range(first, 2051):
            age = year - first
            value = start * share * (1 - rate) ** age
            rows.append(
                {
                    "place": STRASBOURG,
                    "sector": sector,
                    "year": year,
                    "central": value,
                    "mean": value * 1.001,
                    "p05": value * (1 - 0.004 * age),
                    "p50": value,
                    "p95": value * (1 + 0.006 * age),
                }
            )
    return rows


def targets(emitted: list[dict[str, Any]], used: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    wanted = (
        ("snbc-2", "2020", "adopted", "emissions", 2030, 1_130_000.0),
        ("plan-2019-2024", "2019", "expired", "emissions", 2030, 1_090_000.0),
        ("snbc-2", "2020", "adopted", "emissions", 2050, 290_000.0),
        ("plan-2019-2024", "2019", "expired", "energy", 2030, 6_800_000.0),
    )
    for pathway, edition, status, quantity, year, target in wanted:
        row = next(
            one
            for one in (emitted if quantity == "emissions" else used)
            if (one["sector"], one["year"]) == ("all", year)
        )
        rows.append(
            {
                "pathway": pathway,
                "edition": edition,
                "status": status,
                "quantity": quantity,
                "kind": "level",
                "place": STRASBOURG,
                "sector": "all",
                "year": year,
                "unit": "tCO2e/yr" if quantity == "emissions" else "MWh/yr",
                "target": target,
                "central": row["central"],
                "p05": row["p05"],
                "p50": row["p50"],
                "p95": row["p95"],
                "probability": 0.0 if row["p05"] > target else 1.0 if row["p95"] < target else 0.37,
                "conditional": "yes",
                "reference_year": None,
                "reason": "",
            }
        )
    unassessed = rows[0] | dict.fromkeys(("target", "central", "p05", "p50", "p95", "probability"))
    rows.append(
        unassessed
        | {"pathway": "region", "quantity": "renewable-share", "conditional": "no", "reason": "Not simulated."}
    )
    return rows


def contributions(factor: float) -> list[dict[str, Any]]:
    return [
        {
            "place": STRASBOURG,
            "quantity": quantity,
            "action": action,
            "title_fr": fr,
            "title_en": en,
            "sector": sector,
            "year": year,
            "unit": unit,
            "effect": size * share * factor * age,
            "error": 0.0,
            "low": size * share * factor * age * 0.5,
            "high": size * share * factor * age * 1.6,
            "quality": quality,
        }
        for quantity, unit, size in (("emissions", "tCO2e/yr", 320_000.0), ("energy", "MWh/yr", 900_000.0))
        for year, age in ((2030, 1.0), (2050, 2.4))
        for action, (fr, en, sector, share, quality) in ACTIONS.items()
    ]


def trajectory(kept: Keeper, rate: float, factor: float) -> Run:
    emitted, used = yearly(rate), yearly(rate * 0.7, 9_800_000.0)
    costs = [
        {
            "action": action,
            "unit_name": "logement" if "re" in action else "unité",
            "units": 1000.0 * rank,
            "cost_low": 4e6 * rank,
            "cost_central": 6e6 * rank,
            "cost_high": 9e6 * rank,
            "avoided_t": 250_000.0 / rank,
            "cost_per_tonne": 6e6 * rank * rank / 250_000.0,
            "cost_per_tonne_low": 4e6 * rank * rank / 250_000.0,
            "cost_per_tonne_high": 9e6 * rank * rank / 250_000.0,
        }
        for rank, action in enumerate(ACTIONS, 1)
    ]
    budgets = [
        {
            "pathway": "snbc-2",
            "edition": "2020",
            "place": STRASBOURG,
            "sector": "all",
            "since": since,
            "until": since + 4,
            "budget": 6.4e6 - 1e5 * (since - 2019),
            "p05": 6.2e6,
            "p50": 6.6e6,
            "p95": 7.1e6,
            "probability": 0.31,
            "spent_year_p05": since + 3,
            "spent_year_p50": since + 4,
            "spent_year_p95": None,
            "reason": "",
        }
        for since in (2019, 2024, 2029)
    ]
    tables = {"emissions": emitted, "energy": used, "targets": targets(emitted, used), "budgets": budgets}
    if factor:
        tables |= {"contributions": contributions(factor), "costs": costs}
    return kept.run(
        "climate.trajectory",
        tables,
        title="Trajectoire",
        headline="émissions directes et de l'énergie consommée",
        notes=["Effects of 3 actions are assumed.", "653.25 ha are not counted, says a note."],
    )


def strasbourg(folder: Path, workspace: Workspace) -> Result:
    """An inventory, a trajectory by scenario and its sensitivity; outlines are not held."""
    kept = keeper(folder, workspace)
    totals = [
        {
            "place": STRASBOURG,
            "year": year,
            "sector": sector,
            "emissions_tco2e": 1_650_000.0 * share * (1 + (2019 - year) / 50),
            "low_tco2e": 1_650_000.0 * share * 0.9,
            "high_tco2e": 1_650_000.0 * share * 1.12,
            "energy_mwh": 9_800_000.0 * share,
            "energy_low_mwh": None,
            "energy_high_mwh": None,
            "boundary": "scope-1-2",
            "gwp": "AR5",
            "quality": "assumed" if sector == "waste" else "modelled",
        }
        for year in (2018, 2019)
        for sector, share in [*zip(SECTORS, SHARES, strict=True), ("all", 1.0)]
    ]
    indices = [
        {
            "assumption": f"a{rank}",
            "title_fr": fr,
            "title_en": en,
            "quantity": "emissions",
            "year": 2030,
            "first_order": 0.5 / rank,
            "first_order_error": 0.03,
            "total_order": 0.55 / rank,
            "total_order_error": 0.04,
            "rank": rank,
        }
        for rank, (fr, en) in enumerate(
            (
                ("Rythme des rénovations", "Pace of retrofits"),
                ("Effet du vélo", "Effect of cycling"),
                ("Facteur d'émission de l'électricité", "Emission factor of electricity"),
            ),
            1,
        )
    ]
    inventory = kept.run("climate.inventory", {"totals": totals}, title="Inventaire")
    none, some, more = (trajectory(kept, rate, factor) for rate, factor in ((0.008, 0.0), (0.026, 1.0), (0.036, 1.5)))
    weighed = kept.run("climate.sensitivity", {"indices": indices}, title="Sensibilité")

    def steps(run: Run, *others: Step) -> dict[str, Step]:
        found = (
            Step("stock", "climate.inventory", inventory, True, 0.002),
            Step("path", "climate.trajectory", run),
            *others,
        )
        return {one.step: one for one in found}

    study = Study(
        "climate-plan-strasbourg",
        {"fr": "Plan climat de Strasbourg", "en": "Climate plan of Strasbourg"},
        {
            "fr": "Avec ces actions, l'Eurométropole de Strasbourg tient-elle ses engagements climatiques ?",
            "en": "With these actions, does Strasbourg meet its climate commitments?",
        },
        Place(STRASBOURG, "Eurométropole de Strasbourg"),
    )
    return Result(
        study,
        [
            Scenario(
                "plan",
                {"fr": "Plan climat", "en": "Climate plan"},
                steps(some, Step("weight", "climate.sensitivity", weighed)),
                {"fr": "Les cinq actions du plan, au rythme annoncé.", "en": "The five actions of the plan."},
                "proposed",
            ),
            Scenario(
                "reference",
                {"fr": "Sans action nouvelle", "en": "No new action"},
                steps(none),
                {"fr": "La tendance, sans action nouvelle.", "en": "The trend."},
            ),
            Scenario(
                "bold",
                {"fr": "Plan climat renforcé avec toutes les actions", "en": "Bold climate plan"},
                steps(more, Step("weight", "climate.sensitivity", None, failure="SALib is not installed.")),
                {"fr": "Les actions du plan, moitié plus vite.", "en": "Half as fast again."},
            ),
        ],
    )
