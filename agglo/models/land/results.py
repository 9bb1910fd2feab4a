"""What is computed for each commune, before it is laid out as figures and notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from agglo.contract.units import carbon_to_co2
from agglo.models.land import aldo
from agglo.models.land.factors import Factors
from agglo.models.land.stocks import Stock, stock
from agglo.models.land.tables import Commune, Situation


@dataclass(frozen=True, slots=True)
class WithoutFactor:
    """Land that changes each year without a factor in ``missing``: ``all`` reservoirs, or ``soil`` only."""

    origin: str
    destination: str
    area_ha_yr: float
    missing: str


@dataclass(frozen=True, slots=True)
class Result:
    """Stocks, fluxes and land take of one commune, and what could not be counted.

    ``changes_are_recorded`` tells whether the inventory holds any change there, counted or not.
    """

    commune: Commune
    stocks: Sequence[Stock]
    fluxes: Sequence[aldo.Flux]
    land_take_ha_yr: float
    uncounted_changes: Sequence[WithoutFactor]
    leaves_artificial_ha_yr: float
    changes_are_recorded: bool

    @property
    def covered_ha(self) -> float:
        """Area of the land cover [ha]."""
        return fsum(one.area_ha for one in self.stocks)

    @property
    def uncounted_ha(self) -> float:
        """Land cover left out of the stock, its class having no factor [ha]."""
        return fsum(one.area_ha for one in self.stocks if one.missing == "all")

    @property
    def stock_tc(self) -> float:
        """Carbon held [tC]."""
        return fsum(one.carbon_tc for one in self.stocks)

    def flux_tco2_yr(self, cause: str = "") -> float:
        """CO2 stored each year by land-use change [tCO2/yr], in all or by one cause."""
        return carbon_to_co2(
            fsum(one.carbon_tc_yr for one in self.fluxes if cause in ("", aldo.cause(one.destination)))
        )


def of_commune(
    commune: Commune,
    situation: Situation,
    factors: Factors,
    *,
    land_take_factor: float,
    sealed_share: float,
    temporary_grassland: str,
) -> Result:
    """Stocks and fluxes of one commune."""
    place = commune.place
    areas = aldo.yearly_areas(situation.changes.get(commune.insee, ()), land_take_factor=land_take_factor)
    changes = aldo.category_changes(areas, sealed_share=sealed_share)
    return Result(
        commune,
        stocks=[
            stock(land, area, factors, place, temporary_grassland=temporary_grassland)
            for land, area in situation.cover[commune.insee].items()
        ],
        fluxes=aldo.fluxes(changes, factors, zone=place.zone, interregion=place.interregion),
        land_take_ha_yr=aldo.land_take(areas),
        uncounted_changes=[
            *(WithoutFactor(*pair, area, "all") for pair, area in areas.items() if aldo.has_no_category(*pair)),
            *(
                WithoutFactor(*pair, area, "soil")
                for pair, area in changes.items()
                if aldo.has_no_soil_factor(*pair, factors, place.zone)
            ),
        ],
        leaves_artificial_ha_yr=fsum(area for pair, area in areas.items() if aldo.is_land_take(*reversed(pair))),
        changes_are_recorded=bool(areas),
    )
