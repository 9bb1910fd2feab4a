"""``climate.inventory``: energy and emissions of a territory, each counted once, with their intervals."""

from typing import Annotated, Literal

from pydantic import Field

from agglo.contract.columns import table, units_of
from agglo.contract.context import Context
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, _
from agglo.contract.model import Input, Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import Parameters, parameter
from agglo.models.climate import inventory_figures as figures
from agglo.models.climate import inventory_notes as notes
from agglo.models.climate.inventory_index import indices
from agglo.models.climate.inventory_rows import is_territory
from agglo.models.climate.inventory_table import Inventory, read_inventory
from agglo.models.climate.uncertainty import ASSUMED_HALFWIDTHS

_ASSUMED = N_("assumed by agglo; used where a row states no uncertainty")

Code = Annotated[str, Field(pattern=r"^(\d{9})?$")]


class Intervals(Parameters):
    """How wide the interval of a figure is where its row does not say, and how errors go together."""

    measured_halfwidth: float = parameter(
        ASSUMED_HALFWIDTHS["measured"],
        unit="1",
        title=N_("Half of the 95 % interval of a measured figure"),
        source=_ASSUMED,
        ge=0,
        le=10,
    )
    modelled_halfwidth: float = parameter(
        ASSUMED_HALFWIDTHS["modelled"],
        unit="1",
        title=N_("Half of the 95 % interval of a modelled figure"),
        source=_ASSUMED,
        ge=0,
        le=10,
    )
    declared_halfwidth: float = parameter(
        ASSUMED_HALFWIDTHS["declared"],
        unit="1",
        title=N_("Half of the 95 % interval of a declared figure"),
        source=_ASSUMED,
        ge=0,
        le=10,
    )
    assumed_halfwidth: float = parameter(
        ASSUMED_HALFWIDTHS["assumed"],
        unit="1",
        title=N_("Half of the 95 % interval of an assumed figure"),
        source=_ASSUMED,
        ge=0,
        le=10,
    )
    errors: Literal["independent", "by-source"] = parameter(
        "independent",
        unit="1",
        title=N_("Whether the figures of one source err together"),
        source=N_("independent: IPCC 2006, volume 1, equation 3.2"),
    )

    @property
    def halfwidths(self) -> dict[str, float]:
        """Half-width [1] of a figure that states none, by quality."""
        return {quality: getattr(self, f"{quality}_halfwidth") for quality in ASSUMED_HALFWIDTHS}


class InventoryParameters(Intervals):
    """Warming potentials, the territory that communes belong to, and intervals."""

    gwp: Literal["as-stated", "AR4", "AR5", "AR6"] = parameter(
        "as-stated",
        unit="1",
        title=N_("IPCC report of the warming potentials that masses of gases are converted with"),
        source=N_("as-stated: CO2 equivalents as they are given, masses of gases are refused"),
    )
    territory: Code = parameter(
        "",
        unit="1",
        title=N_("SIREN code of the territory that the communes add up to"),
        source=N_("empty: the only territory of the table"),
    )


class CountParameters(InventoryParameters):
    """How an inventory is counted, and the year that an index of it is of."""

    reference_year: int | None = parameter(
        None,
        unit="1",
        title=N_("Year whose emissions are 100 % of the index"),
        source=N_("none by default: no index is given"),
    )


@model(
    id="climate.inventory",
    version="1.0.0",
    title={"fr": "Inventaire d'énergie et d'émissions", "en": "Inventory of energy and emissions"},
    headline={
        "fr": "périmètre de la table, sans stockage de carbone ; les secteurs absents ne sont pas comptés",
        "en": "the table's boundary, without carbon storage; sectors that are missing are not counted",
    },
    parameters=CountParameters,
    inputs=(Input("inventory", "climate-inventory", {"fr": "Inventaire", "en": "Inventory"}),),
    outputs=tuple(
        Output(name, title=title, columns=units_of(columns), compare=Numerical(absolute=1e-9, relative=1e-9))
        for name, columns, title in (
            ("totals", figures.TOTALS, {"fr": "Par lieu, année et secteur", "en": "By place, year and sector"}),
            ("lines", figures.LINES, {"fr": "Lignes comptées", "en": "Rows that are counted"}),
        )
    ),
    libraries=("pyarrow",),
)
def inventory(inputs: Inputs, *, parameters: CountParameters, context: Context) -> Outcome:
    """Emissions [tCO2e/yr] and energy [MWh/yr] by place, year and sector, with 95 % intervals.

    Goes in: a table of schema ``climate-inventory``. Comes out: totals, the rows they are made of, indicators (with a
    reference year, the index of emissions too), and notes on the boundary, the warming potentials and what is left out.
    What is not held is left empty, never 0.

    Equations: CO2 equivalent = mass x potential (:mod:`.gwp`); intervals by error propagation, IPCC 2006, volume 1,
    chapter 3, Approach 1 (:mod:`.uncertainty`).

    Raises
    ------
    InvalidInput
        The table cannot be trusted, or its communes belong to no territory; every fault is listed.
    """
    context.progress(0.0, _("Reading the inventory"))
    held = read_inventory(inputs.inventory, gwp=parameters.gwp)
    territory = territory_of(held, parameters.territory)
    context.progress(0.5, _("Adding up"))
    totals = figures.totals(held, territory, parameters.halfwidths, together=parameters.errors == "by-source")
    index = [] if parameters.reference_year is None else indices(totals, parameters.reference_year)
    context.progress(1.0)
    return Outcome(
        indicators=[*figures.indicators(totals), *index],
        tables={
            "totals": table(figures.TOTALS, [one.to_dict(held) for one in totals]),
            "lines": table(figures.LINES, figures.lines(held, parameters.halfwidths)),
        },
        notes=notes.notes(held, parameters.halfwidths),
    )


def territory_of(held: Inventory, wanted: str) -> str:
    """The code that all places add up to: ``wanted``, or the only territory of the table; empty for a single place.

    Raises
    ------
    InvalidInput
        Several places add up to a territory that is not named, or to another than the table's.
    """
    named = sorted({row.place for row in held.rows if is_territory(row.place)})
    communes = [place for place in held.places if not is_territory(place)]
    if wanted and len(named) == 1 and wanted not in named:
        raise _no_territory(wanted, _("{code}, the territory of the table").format(code=named[0]))
    if wanted and len(named) > 1 and wanted in named:
        raise _no_territory(
            wanted, _("a code other than these, for the whole they make up: {codes}").format(codes=", ".join(named))
        )
    if wanted or len(named) == 1:
        return wanted or named[0]
    if len(communes) > 1:
        raise _no_territory(_("nothing"), _("the SIREN code of the territory of these communes"))
    return ""


def _no_territory(got: str, expected: str) -> InvalidInput:
    return InvalidInput(_("The places of the inventory have no total."), [Fault("territory", got, expected)])
