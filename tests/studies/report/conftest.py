"""A territory of six square communes, runs kept for it by hand, and two studies that are made up."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.card import Card
from agglo.contract.indicators import Indicator
from agglo.runs.outcomes import indicator_table, write_parquet
from agglo.runs.run import Run
from agglo.store.sealed import Sealed
from agglo.store.workspace import Workspace, open_workspace
from agglo.studies.report.comparison import LabelledRun
from agglo.studies.report.findings import Findings
from agglo.territory.communes import Commune, Ring, Territory

from . import fabricated

SIREN = "200056232"
NAMES = ("Alnay", "Bois-le-Comte", "Cormes", "Épône", "Saclay", "Zuy")
FLUXES = (-0.04, -12.0, 0.0, -100.0, 30.0, -500.25)
STOCKS = (10.0, 20.0, 30.0, 40.0, 50.0, 60.5)
DATASET = {
    "name": "land-cover",
    "version": "0123456789ab",
    "title": {"fr": "Occupation du sol", "en": "Land cover"},
    "licence": "Licence Ouverte 2.0",
    "owner": "An owner",
    "source": "A source",
    "caveats": [{"en": "Areas in hectares."}],
}

Keep = Callable[..., LabelledRun]


def _commune(rank: int, name: str) -> Commune:
    west, south = 2.0 + 0.06 * (rank % 3), 48.6 + 0.04 * (rank // 3)
    east, north = west + 0.06, south + 0.04
    square = ((west, south), (east, south), (east, north), (west, north), (west, south))
    centre = (west + 0.03, south + 0.02)
    return Commune(f"9100{rank + 1}", name, None, 1000, 1000, *centre, (Ring(square),), "91", "11")


@pytest.fixture
def territory() -> Territory:
    communes = tuple(_commune(rank, name) for rank, name in enumerate(NAMES))
    return Territory(SIREN, "Agglomération d'essai", communes, "Test outlines.", "Test licence", 2025)


def indicators(factor: float = 1.0) -> list[Indicator]:
    """Flux (times ``factor``), stock and an area, for each commune and the territory; the flux also by cause."""
    codes = [f"9100{rank + 1}" for rank in range(len(NAMES))]
    found = []
    for code, flux, stock in zip([*codes, SIREN], [*FLUXES, sum(FLUXES)], [*STOCKS, sum(STOCKS)], strict=True):
        change = Indicator(
            name="land.carbon-flux", value=flux * factor, unit="tCO2/yr", place=code, year=2018, since=2012
        )
        area = 1.25 if code in (codes[0], SIREN) else 0.0
        found += [
            replace(change, source="A method"),
            Indicator(name="land.carbon-stock", value=stock, unit="tC", place=code, year=2023),
            Indicator(name="land.uncounted-area", value=area, unit="ha", place=code, year=2023),
        ]
    for cause, share in (("land-take", 1.25), ("to-forest", -0.25), ("to-wetland", 0.0)):
        found.append(replace(change, sector=cause, value=sum(FLUXES) * factor * share))
    return found


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Keep a run: its label, its indicators, what of its ``run.json`` is not as usual, and its card."""
    kept: list[Path] = []

    def run(label: str, found: list[Indicator] | None = None, card: Card | None = None, **changed: Any) -> LabelledRun:
        folder = tmp_path / f"run-{len(kept)}"
        kept.append(folder)
        (folder / "outcome").mkdir(parents=True)
        whole = fabricated.content(len(kept), **changed)
        (folder / "run.json").write_text(json.dumps(whole), encoding="utf-8")
        rows = [one.to_dict() for one in (indicators() if found is None else found)]
        write_parquet(indicator_table(rows), folder / "outcome" / "indicators.parquet")
        return LabelledRun(label, Run(Sealed(folder)), card or Card())

    return run


@pytest.fixture
def runs(keep: Keep) -> list[LabelledRun]:
    return [keep("As observed"), keep("Halved", indicators(0.5))]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return open_workspace(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def strasbourg(tmp_path_factory: pytest.TempPathFactory, workspace: Workspace) -> Findings:
    return Findings(fabricated.strasbourg(tmp_path_factory.mktemp("strasbourg"), workspace), workspace)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def saclay(tmp_path_factory: pytest.TempPathFactory, workspace: Workspace) -> Findings:
    return Findings(fabricated.saclay(tmp_path_factory.mktemp("saclay"), workspace), workspace)  # type: ignore[arg-type]
