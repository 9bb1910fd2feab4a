"""``land.sinks``: the carbon that land use holds, and what land-use change does to it."""

from typing import Annotated

from pydantic import Field

from agglo.contract.context import Context
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, _
from agglo.contract.model import Input, Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import Parameters, parameter
from agglo.models.land import factors, figures, notes, results, tables
from agglo.models.land.stocks import LandClass, TemporaryGrassland

Hectares = Annotated[float, Field(ge=0)]


class SinksParameters(Parameters):
    """Hypotheses on land take and on how land is counted."""

    land_take_factor: float = parameter(
        1.0,
        unit="1",
        title=N_("Land take, as a multiple of that of 2012-2018"),
        source=N_("1 is what was observed; any other value is a hypothesis"),
        ge=0,
        le=2,
    )
    sealed_share: float = parameter(
        0.8, unit="1", title=N_("Share of new artificial land that is sealed"), source=N_("ADEME, Aldo"), ge=0, le=1
    )
    temporary_grassland: TemporaryGrassland = parameter(
        "cropland",
        unit="1",
        title=N_("What temporary grassland is counted as"),
        source=N_("assumed: temporary grassland rotates with crops"),
    )
    area_overrides: dict[str, dict[LandClass, Hectares]] = parameter(
        {},
        unit="ha",
        title=N_(
            "Areas that replace those of the land cover, by commune (INSEE code) and class; they change the stock"
        ),
        source=N_("none by default; any other value is a hypothesis"),
    )


@model(
    id="land.sinks",
    version="1.0.0",
    title={"fr": "Puits de carbone des sols et de la végétation", "en": "Carbon sinks of soils and plants"},
    headline={
        "fr": "changement d'affectation des sols, hors croissance des forêts, récoltes de bois et N2O",
        "en": "land-use change, excluding forest growth, felling and N2O",
    },
    parameters=SinksParameters,
    inputs=(
        Input("land_cover", "land-cover", {"fr": "Occupation du sol par commune", "en": "Land cover by commune"}),
        Input(
            "changes",
            "land-cover-changes",
            {"fr": "Changements d'occupation du sol 2012-2018", "en": "Land-cover changes 2012-2018"},
        ),
        Input("communes", "land-communes", {"fr": "Communes", "en": "Communes"}),
    ),
    outputs=tuple(
        Output(name, title=title, columns=columns, compare=Numerical(absolute=1e-9, relative=1e-9))
        for name, columns, title in (
            ("summary", figures.SUMMARY, {"fr": "Par lieu", "en": "By place"}),
            ("stocks", figures.STOCKS, {"fr": "Stocks par classe", "en": "Stocks by class"}),
            ("fluxes", figures.FLUXES, {"fr": "Flux par cause et réservoir", "en": "Fluxes by cause and reservoir"}),
            (
                "uncounted_cover",
                figures.UNCOUNTED_COVER,
                {"fr": "Surfaces sans facteur", "en": "Land without a factor"},
            ),
            (
                "uncounted_changes",
                figures.UNCOUNTED_CHANGES,
                {"fr": "Changements sans facteur", "en": "Changes without a factor"},
            ),
        )
    ),
    libraries=("pyarrow",),
)
def sinks(inputs: Inputs, *, parameters: SinksParameters, context: Context) -> Outcome:
    """Carbon held by land [tC], flux of land-use change [tCO2/yr] and land take [ha/yr], by commune and territory.

    Goes in: land cover by commune and class [ha], CORINE changes over six years [ha], communes with their area [ha],
    soil zone, region and forest group. Comes out: indicators, five tables, and notes on what they leave out. Forest
    growth, felling and N2O are not counted, which is why fluxes are in tCO2 and not in tCO2e.

    Equations: stock = area x (soil + plants + litter); flux = area a year x factor x multiplier (:mod:`.stocks`,
    :mod:`.aldo`). Source: ADEME, Aldo (incubateur-ademe/aldo, commit a8f42b23); factors in ``data/``.

    Raises
    ------
    InvalidInput
        A table or an override cannot be trusted; every fault is listed.
    """
    known = factors.load()
    context.progress(0.0, _("Reading the tables"))
    situation = tables.read(inputs, parameters.area_overrides, known)
    found = []
    for rank, commune in enumerate(situation.communes.values(), 1):
        found.append(
            results.of_commune(
                commune,
                situation,
                known,
                land_take_factor=parameters.land_take_factor,
                sealed_share=parameters.sealed_share,
                temporary_grassland=parameters.temporary_grassland,
            )
        )
        context.progress(rank / len(situation.communes), commune.name)
    places = figures.totals(found)
    return Outcome(
        indicators=figures.indicators(places), tables=figures.tables(found, places), notes=notes.notes(found, known)
    )
