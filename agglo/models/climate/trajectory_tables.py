"""The trajectory's answer, laid out as tables and indicators."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agglo.contract.columns import Columns
from agglo.contract.indicators import QUALITIES, Indicator, Quality
from agglo.models.climate import targets
from agglo.models.climate.contributions import Contributions, total_cost
from agglo.models.climate.nomenclature import ALL, SECTORS
from agglo.models.climate.pathway import Pivot
from agglo.models.climate.pots import QUANTITIES, Row
from agglo.models.climate.scenario import Scenario
from agglo.models.climate.simulation import Followed, System

KEY_YEARS = (2030, 2036, 2050)
"""Years at which a climate plan states its targets, besides those of its own targets."""

SOURCE = "climate.trajectory"
SECTORS_AND_ALL = (*SECTORS, ALL)
_QUANTILES = ("central", "mean", "p05", "p50", "p95")

EMISSIONS: Columns = {"place": "text", "sector": "text", "year": "year", **dict.fromkeys(_QUANTILES, "tCO2e/yr")}
ENERGY: Columns = {"place": "text", "sector": "text", "year": "year", **dict.fromkeys(_QUANTILES, "MWh/yr")}
TARGETS: Columns = {
    **dict.fromkeys(("pathway", "edition", "status", "quantity", "kind", "place", "sector"), "text"),
    "year": "year",
    "reference_year": "year",
    "unit": "text",
    **dict.fromkeys(("target", "central", "p05", "p50", "p95", "probability"), "number"),
    "conditional": "text",
    "reason": "text",
}
CONTRIBUTIONS: Columns = {
    **dict.fromkeys(("place", "quantity", "action", "title_fr", "title_en", "sector"), "text"),
    "year": "year",
    "unit": "text",
    **dict.fromkeys(("effect", "error", "low", "high"), "number"),
    "quality": "text",
}
COSTS: Columns = {
    "action": "text",
    "unit_name": "text",
    "units": "number",
    **dict.fromkeys(("cost_low", "cost_central", "cost_high"), "EUR"),
    "avoided_t": "tCO2e",
    **dict.fromkeys(("cost_per_tonne", "cost_per_tonne_low", "cost_per_tonne_high"), "EUR/tCO2e"),
}
BUDGETS: Columns = {
    **dict.fromkeys(("pathway", "edition", "place", "sector"), "text"),
    **dict.fromkeys(("since", "until"), "year"),
    **dict.fromkeys(("budget", "p05", "p50", "p95"), "tCO2e"),
    "probability": "number",
    **{f"spent_year_{name}": "year" for name in ("p05", "p50", "p95")},
    "reason": "text",
}
TABLES: Mapping[str, Columns] = {
    "emissions": EMISSIONS,
    "energy": ENERGY,
    "targets": TARGETS,
    "contributions": CONTRIBUTIONS,
    "costs": COSTS,
    "budgets": BUDGETS,
}


def followed_rows(system: System, followed: Followed, found: Scenario) -> Iterable[dict[str, Any]]:
    """Each place, sector and year that the inventory holds; the territory's comes last."""
    for rank, place in places_of(system, found.territory):
        for column, sector in enumerate(SECTORS_AND_ALL):
            if not _rows_of(found, system.quantity, place, sector):
                continue
            for number, year in enumerate(system.years):
                where = rank, column, number
                yield {
                    "place": place,
                    "sector": sector,
                    "year": year,
                    "central": float(followed.central[where]),
                    "mean": float(followed.mean[where]),
                    **{
                        name: float(values[where])
                        for name, values in zip(("p05", "p50", "p95"), followed.quantiles, strict=True)
                    },
                }


def places_of(system: System, territory: str) -> list[tuple[int, str]]:
    """The places of the simulation's arrays, by rank, and the territory; what is of no commune is in the last alone."""
    communes = [(rank, place) for rank, place in enumerate(system.places) if place != territory]
    return [*communes, (len(system.places), territory)]


def contribution_rows(system: System, found: Contributions, territory: str) -> Iterable[dict[str, Any]]:
    """Each action and year, in the whole territory; the closed form has no error of sampling."""
    acting = {number for pot in system.pots for number, _units in pot.units}
    for number, action in enumerate(system.actions):
        if number not in acting:
            continue
        for column, year in enumerate(system.years):
            yield {
                "place": territory,
                "quantity": system.quantity,
                "action": action.id,
                "title_fr": action.title["fr"],
                "title_en": action.title["en"],
                "sector": action.sector,
                "year": year,
                "unit": QUANTITIES[system.quantity],
                "effect": float(found.central[number, column]),
                "error": 0.0,
                "low": float(found.low[number, column]),
                "high": float(found.high[number, column]),
                "quality": action.quality,
            }


def followed_indicators(
    system: System, followed: Followed, found: Scenario, years: Iterable[int]
) -> Iterable[Indicator]:
    """Emissions or energy on central values, by place and sector, in some years; the sector of all of them is empty."""
    later: Quality = "assumed" if found.conditional else "modelled"
    for rank, place in places_of(system, found.territory):
        for column, sector in enumerate(SECTORS_AND_ALL):
            rows = _rows_of(found, system.quantity, place, sector)
            for year in sorted({system.base_year, *years} & set(system.years)) if rows else ():
                yield Indicator(
                    name=f"climate.{system.quantity}",
                    value=float(followed.central[rank, column, system.years.index(year)]),
                    unit=QUANTITIES[system.quantity],
                    place=place,
                    year=year,
                    sector="" if sector == ALL else sector,
                    quality=_worst(row.quality for row in rows) if year == system.base_year else later,
                    source=SOURCE,
                )


def target_indicators(goals: Sequence[Pivot], rows: Sequence[Mapping[str, Any]]) -> list[Indicator]:
    """Probability of each target that can be assessed, and the median gap to those of emissions.

    The sector of these indicators is the name of the target (:func:`.targets.labels`): a pathway.
    """
    found = []
    for label, row in zip(targets.labels(goals), rows, strict=True):
        if row["probability"] is None:
            continue
        quality: Quality = "assumed" if row["conditional"] == "yes" else "modelled"
        values = [("climate.target-probability", row["probability"], "1")]
        if row["quantity"] == "emissions":
            values.append(("climate.target-gap", row["p50"] - row["target"], "tCO2e/yr"))
        found += [
            Indicator(
                name=name,
                value=value,
                unit=symbol,
                place=row["place"],
                year=row["year"],
                sector=label,
                quality=quality,
                source=SOURCE,
            )
            for name, value, symbol in values
        ]
    return found


def cost_indicators(rows: Sequence[Mapping[str, Any]], found: Scenario) -> list[Indicator]:
    """Cost of the actions whose cost is known, and of the tonne they avoid, to the horizon."""
    system = found.systems["emissions"]
    spent, per_tonne = total_cost(rows)
    values = (("climate.cost", spent, "EUR"), ("climate.cost-per-tonne", per_tonne, "EUR/tCO2e"))
    return [
        Indicator(
            name=name,
            value=value,
            unit=symbol,
            place=found.territory,
            year=system.years[-1],
            since=system.base_year,
            quality=_worst(action.quality for action in system.actions if action.cost),
            source=SOURCE,
        )
        for name, value, symbol in values
        if value is not None
    ]


def _rows_of(found: Scenario, quantity: str, place: str, sector: str) -> list[Row]:
    """Rows of the base year's inventory that belong to a place and a sector, the territory and ``all`` included."""
    return [
        row for row in found.rows[quantity] if place in (row.place, found.territory) and sector in (row.sector, ALL)
    ]


def _worst(qualities: Iterable[str]) -> Quality:
    """The least sure of some qualities."""
    found: Quality = QUALITIES[max(map(QUALITIES.index, qualities), default=0)]  # type: ignore[assignment]
    return found
