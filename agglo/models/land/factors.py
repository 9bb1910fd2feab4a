"""Carbon per hectare by soil zone, interregion and forest group: the tables in ``data/``, whose README says whence."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Factors:
    """Factors [tC/ha]; a key that is not there has no factor, which is not zero.

    ``soil_stock`` and ``soil_flux`` are by soil zone, ``biomass_stock`` and ``biomass_flux`` by interregion,
    ``forest_biomass`` (live and dead wood together) by forest group; ``interregion`` is by INSEE region.
    """

    soil_stock: Mapping[tuple[str, str], float]
    soil_flux: Mapping[tuple[str, str, str], float]
    biomass_stock: Mapping[tuple[str, str], float]
    biomass_flux: Mapping[tuple[str, str, str], float]
    forest_biomass: Mapping[tuple[str, str], float]
    interregion: Mapping[str, str]

    @property
    def zones(self) -> list[str]:
        """Soil zones that have factors."""
        return sorted({zone for zone, _soil in self.soil_stock})


@lru_cache(maxsize=1)
def load() -> Factors:
    """The factors of Aldo.

    >>> load().soil_stock["1_2", "forest"]
    47.0
    """
    return Factors(
        soil_stock={(r["soil_zone"], r["soil"]): float(r["stock_tc_ha"]) for r in _rows("soil-stocks")},
        soil_flux={
            (r["soil_zone"], r["origin"], r["destination"]): float(r["flux_tc_ha"]) for r in _rows("soil-fluxes")
        },
        biomass_stock={(r["interregion"], r["category"]): float(r["stock_tc_ha"]) for r in _rows("biomass-stocks")},
        biomass_flux={
            (r["interregion"], r["origin"], r["destination"]): float(r["flux_tc_ha"]) for r in _rows("biomass-fluxes")
        },
        forest_biomass={
            (r["forest_group"], r["class"]): float(r["live_tc_ha"]) + float(r["dead_tc_ha"])
            for r in _rows("forest-biomass")
        },
        interregion={r["region"]: r["interregion"] for r in _rows("interregions")},
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
