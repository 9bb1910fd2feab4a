"""Land carbon by commune, and the effort that targets ask for."""

from pathlib import Path

from agglo.contract.indicators import Indicator
from agglo.store.workspace import Workspace
from agglo.territory import perimeters

from .keeping import Place, Result, Scenario, Step, Study, keeper

SACLAY = "200056232"


def land(factor: float) -> list[Indicator]:
    whole = perimeters.load()
    found, total = [], {"land.carbon-flux": 0.0, "land.carbon-stock": 0.0, "land.take": 0.0}
    for rank, commune in enumerate(whole.communes):
        values = {
            "land.carbon-flux": -12.5 * ((rank * 7) % 11) * factor,
            "land.carbon-stock": 20_000.0 + 1_700.0 * rank,
            "land.take": 0.9 * ((rank * 5) % 7) * factor,
        }
        for name, value in values.items():
            total[name] += value
            found.append(_land(name, value, commune.insee))
    return [*found, *(_land(name, value, whole.siren) for name, value in total.items())]


def _land(name: str, value: float, place: str) -> Indicator:
    unit = {"land.carbon-flux": "tCO2/yr", "land.carbon-stock": "tC", "land.take": "ha/yr"}[name]
    stock = name == "land.carbon-stock"
    return Indicator(
        name=name,
        value=value,
        unit=unit,
        place=place,
        year=2023 if stock else 2018,
        since=None if stock else 2012,
        source="Aldo",
    )


def saclay(folder: Path, workspace: Workspace) -> Result:
    """Land carbon by commune and the effort that targets ask for: no inventory in tonnes."""
    kept = keeper(folder, workspace)
    groups = {"all": 1.0, "transport": 0.39, "buildings": 0.46, "other": 0.15}
    effort = [
        {
            "pathway": "pcaet",
            "edition": "2019-2024",
            "status": "plan 2019-2024",
            "quantity": quantity,
            "group": group,
            "reference_year": 2012,
            "year": 2030,
            "share": share,
            "index_then": 100.0 * share,
            "index_target": target * share,
            "yearly_effort": (1 - (target / 100) ** (1 / 18)) * 100,
            "yearly_effort_from_now": None,
        }
        for quantity, target in (("emissions", 66.0), ("energy", 76.0))
        for group, share in groups.items()
        if quantity == "emissions" or group == "all"
    ]
    conditions = [
        {
            "pathway": "pcaet",
            "edition": "2019-2024",
            "year": 2030,
            "held_group": "transport",
            "held_change": -0.1,
            "group": group,
            "index_needed": needed,
            "feasible": "yes" if needed > 0 else "no",
            "index_alone": needed - 40.0,
            "feasible_alone": "yes" if needed > 40 else "no",
            "missing": 0.0,
        }
        for group, needed in (("buildings", 42.0), ("other", -12.0))
    ]
    asked = kept.run("climate.effort", {"effort": effort, "conditions": conditions}, title="Effort")
    soils = [
        kept.run(
            "land.sinks",
            {},
            title="Puits",
            found=land(factor),
            headline="land-use change, excluding forest growth",
            notes=["No change is recorded in Orsay."],
        )
        for factor in (1.0, 0.5)
    ]
    study = Study(
        "local-green-deal",
        {"fr": "Local Green Deal de Paris-Saclay", "en": "Local Green Deal of Paris-Saclay"},
        {
            "fr": "Que demandent à Paris-Saclay ses engagements pour le climat, et que font ses sols ?",
            "en": "What do its commitments ask of Paris-Saclay?",
        },
        Place(SACLAY, ""),
    )
    return Result(
        study,
        [
            Scenario(
                name,
                title,
                {"soils": Step("soils", "land.sinks", run), "effort": Step("effort", "climate.effort", asked)},
            )
            for name, title, run in (
                ("reference", {"fr": "Comme observé", "en": "As observed"}, soils[0]),
                ("halved", {"fr": "Artificialisation divisée par deux", "en": "Land take halved"}, soils[1]),
            )
        ],
    )
