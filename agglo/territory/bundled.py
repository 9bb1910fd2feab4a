"""Territories that come with agglo: compact tables under ``data/``, with a README that states sources and licences."""

import csv
import json
from functools import lru_cache
from pathlib import Path

from agglo.territory.communes import Commune, Ring, Territory
from agglo.territory.outlines import from_wkt

DATA_FOLDER = Path(__file__).parent / "data"
BUNDLED = {"200056232": "paris-saclay"}
"""Folder of each bundled territory, by SIREN. The first is the default."""


@lru_cache(maxsize=len(BUNDLED))
def bundled(siren: str) -> Territory:
    """The bundled territory of that SIREN, one of :data:`BUNDLED`."""
    return read_folder(DATA_FOLDER / BUNDLED[siren])


def read_folder(folder: Path) -> Territory:
    """The territory described by ``territory.json``, ``communes.csv`` and ``outlines.csv`` of a ``folder``."""
    about = json.loads((folder / "territory.json").read_text(encoding="utf-8"))
    outlines = {row["insee"]: from_wkt(row["outline"]) for row in _rows(folder / "outlines.csv")}
    communes = tuple(_commune(row, outlines[row["insee"]]) for row in _rows(folder / "communes.csv"))
    return Territory(about["siren"], about["name"], communes, about["source"], about["licence"], about["year"])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _commune(row: dict[str, str], rings: tuple[Ring, ...]) -> Commune:
    return Commune(
        insee=row["insee"],
        name=row["name"],
        siren=row["siren"],
        population_municipale=int(row["population_municipale"]),
        population_totale=int(row["population_totale"]),
        longitude=float(row["longitude"]),
        latitude=float(row["latitude"]),
        rings=rings,
        department=row["department"],
        region=row["region"],
    )
