"""A territory of six square communes, and runs kept for it by hand."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agglo.contract.card import Card
from agglo.contract.indicators import Indicator
from agglo.footprint.meter import Measurement
from agglo.footprint.record import footprint_of
from agglo.runs.outcomes import indicator_table, write_parquet
from agglo.runs.run import Run
from agglo.store.sealed import Sealed
from agglo.studies.report import LabelledRun
from agglo.territory.communes import Commune, Ring, Territory

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


def content(number: int, **changed: Any) -> dict[str, Any]:
    """The ``run.json`` of a finished run, as :mod:`agglo.runs.execution` writes it, less what a report never reads."""
    footprint = footprint_of(
        Measurement(wall_s=1.0, cpu_s=0.8, peak_memory_bytes=120_000_000), location="FR", cpu_name="A processor"
    )
    whole = {
        "id": f"01a20860-0000-7000-8000-00000000000{number}",
        "state": "finished",
        "model": {
            "id": "land.sinks",
            "version": "1.0.0",
            "title": {"en": "Carbon sinks"},
            "headline": {"en": "land-use change, excluding forest growth, felling and N2O"},
            "parameters": {
                "properties": {
                    "sealed_share": {"title": "Sealed share", "unit": "1", "source": "ADEME"},
                    "factor": {"title": "Land take", "unit": "1", "source": "observed"},
                }
            },
            "code": "c0de" * 16,
        },
        "inputs": {"land_cover": {"dataset": "land-cover", "version": "0123456789ab", "digest": "d" * 64}},
        "parameters": {"sealed_share": 0.8, "factor": 1.0 / number},
        "scenario": None,
        "finished": "2026-11-23T12:27:52.398029Z",
        "environment": {"agglo": "0.1.0"},
        "notes": ["No change is recorded in Cormes and Saclay.", "653.25 ha are assumed."],
        "outcome": {"digest": "feed" * 16},
        "footprint": footprint.to_dict(),
    }
    return whole | changed


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Keep a run: its label, its indicators, what of its ``run.json`` is not as usual, and its card."""
    kept: list[Path] = []

    def run(label: str, found: list[Indicator] | None = None, card: Card | None = None, **changed: Any) -> LabelledRun:
        folder = tmp_path / f"run-{len(kept)}"
        kept.append(folder)
        (folder / "outcome").mkdir(parents=True)
        whole = content(len(kept), **changed)
        (folder / "run.json").write_text(json.dumps(whole), encoding="utf-8")
        rows = [one.to_dict() for one in (indicators() if found is None else found)]
        write_parquet(indicator_table(rows), folder / "outcome" / "indicators.parquet")
        return LabelledRun(label, Run(Sealed(folder)), card or Card())

    return run


@pytest.fixture
def runs(keep: Keep) -> list[LabelledRun]:
    return [keep("As observed"), keep("Halved", indicators(0.5))]
