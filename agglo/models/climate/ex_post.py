"""``climate.ex-post``: what changed in emissions apart from the weather and the population."""

from typing import Literal

from agglo.contract.columns import table, units_of
from agglo.contract.context import Context
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, _
from agglo.contract.model import Input, Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import parameter
from agglo.models.climate import ex_post_figures as figures
from agglo.models.climate import ex_post_notes as notes
from agglo.models.climate import ex_post_series as series
from agglo.models.climate.attribution import Share
from agglo.models.climate.inventory import InventoryParameters, territory_of
from agglo.models.climate.inventory_table import read_inventory
from agglo.models.climate.nomenclature import Sector
from agglo.models.climate.surroundings import read_surroundings

_ADEME = N_("ADEME, method of territorial trajectories, November 2024: France, 2015")
_ASSUMED = N_("assumed")


class ExPostParameters(InventoryParameters):
    """Heating shares, what follows population, years; and those of the inventory."""

    residential_heating_emissions: float = parameter(
        0.90, unit="1", title=N_("Share of heating in the emissions of housing"), source=_ADEME, ge=0, lt=1
    )
    residential_heating_energy: float = parameter(
        0.66, unit="1", title=N_("Share of heating in the energy of housing"), source=_ADEME, ge=0, lt=1
    )
    tertiary_heating_emissions: float = parameter(
        0.75,
        unit="1",
        title=N_("Share of heating in the emissions of the tertiary sector"),
        source=_ASSUMED,
        ge=0,
        lt=1,
    )
    tertiary_heating_energy: float = parameter(
        0.45, unit="1", title=N_("Share of heating in the energy of the tertiary sector"), source=_ASSUMED, ge=0, lt=1
    )
    without_population: list[Sector] = parameter(
        [],
        unit="1",
        title=N_("Sectors whose counterfactual does not follow population"),
        source=N_("none, by convention: emissions that no inhabitant causes follow population too"),
    )
    weather_of: str = parameter(
        "",
        unit="1",
        title=N_("Place whose degree-days serve for all places (INSEE or SIREN code)"),
        source=N_("empty: each place has its own"),
    )
    first_year: int | None = parameter(
        None,
        unit="1",
        title=N_("First year of the comparison"),
        source=N_("empty: the first of the inventory"),
        ge=1900,
        le=2200,
    )
    year_gaps: Literal["refused", "accepted"] = parameter(
        "refused",
        unit="1",
        title=N_("Whether years may be missing between two"),
        source=N_("refused: a missing year may hide a change of method"),
    )

    @property
    def heating(self) -> dict[str, Share]:
        """Share of heating by sector; a sector without heating follows no weather."""
        return {
            "residential": Share(self.residential_heating_emissions, self.residential_heating_energy),
            "tertiary": Share(self.tertiary_heating_emissions, self.tertiary_heating_energy),
        }


@model(
    id="climate.ex-post",
    version="1.0.0",
    title={
        "fr": "Évolution constatée, hors météo et population",
        "en": "Observed change, apart from weather and people",
    },
    headline={
        "fr": "écart à un contrefactuel corrigé des degrés-jours et de la population, sans distinguer les actions",
        "en": "against a counterfactual corrected for degree-days and population, without telling actions apart",
    },
    parameters=ExPostParameters,
    inputs=(
        Input(
            "inventory", "climate-inventory", {"fr": "Inventaire, plusieurs années", "en": "Inventory, several years"}
        ),
        Input("context", "climate-context", {"fr": "Population et degrés-jours", "en": "Population and degree-days"}),
    ),
    outputs=tuple(
        Output(name, title=title, columns=units_of(columns), compare=Numerical(absolute=1e-6, relative=1e-9))
        for name, columns, title in (
            ("observed", figures.OBSERVED, {"fr": "Observé et contrefactuel", "en": "Observed and counterfactual"}),
            ("decomposition", figures.DECOMPOSITION, {"fr": "Facteurs de l'évolution", "en": "Factors of the change"}),
        )
    ),
    libraries=("pyarrow",),
)
def ex_post(inputs: Inputs, *, parameters: ExPostParameters, context: Context) -> Outcome:
    """Emissions observed, at normal weather and without change of practices [tCO2e/yr], and the factors of the change.

    Goes in: an inventory of several years, population [inhabitant] and heating degree-days [Cel.d] of each place and
    year, and those of normal weather. Comes out: by place, sector and year, emissions observed, corrected and
    counterfactual, the change attributed to practices, and an exact decomposition (LMDI) since the first year.

    Equations: :mod:`.attribution`; decomposition: :mod:`.decomposition` (Ang 2005, doi:10.1016/j.enpol.2003.10.010).

    Raises
    ------
    InvalidInput
        A table cannot be trusted, a year or a sector is missing, a population or reference is missing or zero; every
        fault is listed.
    """
    context.progress(0.0, _("Reading the tables"))
    held = read_inventory(inputs.inventory, gwp=parameters.gwp, consecutive=parameters.year_gaps == "refused")
    around = read_surroundings(inputs.context)
    territory = territory_of(held, parameters.territory)
    context.progress(0.3, _("Comparing years"))
    found = series.build(held, around, parameters)
    totals = figures.totals(found, territory, together=parameters.errors == "by-source")
    context.progress(1.0)
    return Outcome(
        indicators=figures.indicators(totals),
        tables={
            "observed": table(figures.OBSERVED, figures.observed_rows(totals)),
            "decomposition": table(figures.DECOMPOSITION, figures.decomposition_rows(totals)),
        },
        notes=notes.notes(held, totals, territory, parameters),
    )
