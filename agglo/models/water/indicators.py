"""``water.indicators``: how well a drinking-water network holds its water, and the verdict of the regulation."""

from collections.abc import Sequence

from agglo.contract.columns import table, units_of
from agglo.contract.context import Context
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, _
from agglo.contract.model import Input, Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import Parameters, parameter
from agglo.models.water.performance import arithmetic, figures, periods
from agglo.models.water.performance.figures import Figure
from agglo.models.water.performance.notes import notes
from agglo.models.water.performance.volumes import NAMES
from agglo.models.water.performance.years import Year, read_years

_ASSUMED = N_("assumed")
_BULK = ("produced", "imported", "exported")
_CUSTOMERS = ("metered", "unbilled_metered")


class IndicatorsParameters(Parameters):
    """Uncertainties of volumes whose own is not stated."""

    bulk_uncertainty: float = parameter(
        2.0,
        unit="%",
        title=N_("Half of the 95 % interval of volumes produced, imported and exported"),
        source=_ASSUMED,
        ge=0,
        le=100,
    )
    customer_uncertainty: float = parameter(
        2.0,
        unit="%",
        title=N_("Half of the 95 % interval of customers' metered volumes"),
        source=_ASSUMED,
        ge=0,
        le=100,
    )
    estimate_uncertainty: float = parameter(
        50.0,
        unit="%",
        title=N_("Half of the 95 % interval of volumes that no meter counts"),
        source=_ASSUMED,
        ge=0,
        le=500,
    )

    @property
    def uncertainties(self) -> dict[str, float]:
        """Half of the 95 % interval of each volume, by name [%]."""
        metered = dict.fromkeys(_BULK, self.bulk_uncertainty) | dict.fromkeys(_CUSTOMERS, self.customer_uncertainty)
        return {name: metered.get(name, self.estimate_uncertainty) for name in NAMES}


@model(
    id="water.indicators",
    version="1.0.0",
    title={"fr": "Indicateurs réglementaires et bilan d'eau", "en": "Regulatory indicators and water balance"},
    headline={
        "fr": "rendement, indices linéaires, seuil du décret de 2012 et bilan IWA sur les volumes déclarés",
        "en": "yield, linear indices, threshold of the 2012 decree and IWA balance, from the volumes declared",
    },
    parameters=IndicatorsParameters,
    inputs=(Input("volumes", "water-volumes", {"fr": "Volumes par année", "en": "Volumes by year"}),),
    outputs=tuple(
        Output(name, title=title, columns=units_of(columns), compare=Numerical(absolute=1e-6, relative=1e-9))
        for name, columns, title in (
            ("performance", figures.PERFORMANCE, {"fr": "Indicateurs et verdicts", "en": "Indicators and verdicts"}),
            ("arithmetic", arithmetic.ARITHMETIC, {"fr": "Calculs posés", "en": "Worked arithmetic"}),
            ("balance", figures.BALANCE, {"fr": "Bilan d'eau (IWA)", "en": "Water balance (IWA)"}),
            ("change", periods.CHANGE, {"fr": "Évolution", "en": "Change"}),
        )
    ),
    libraries=("pyarrow",),
)
def indicators(inputs: Inputs, *, parameters: IndicatorsParameters, context: Context) -> Outcome:
    """P104.3 [%], P105.3, P106.3 and consumption index [m3/d/km], threshold [%] and verdict, IWA balance [m3/yr].

    Goes in: yearly volumes of a service, a sector or a commune [m3] with their uncertainty [%], length of mains [km],
    subscribers, connections, mean pressure [mH2O], variable cost [EUR/m3]. Comes out: each indicator with its 95 %
    interval and verdict, its arithmetic written out, the water balance, the leakage index where its formula holds, and
    the change since the first year.

    Equations and sources: :mod:`.performance.regulatory`, :mod:`.performance.balance`,
    :mod:`.performance.leakage_index`; intervals: :mod:`.performance.propagation`.

    Raises
    ------
    InvalidInput
        A table cannot be trusted: a missing volume, a year twice, more used than was put in, two units mixed; every
        fault is listed.
    """
    context.progress(0.0, _("Reading the tables"))
    years = read_years(inputs.volumes, parameters.uncertainties)
    found = [(year, figures.of_year(year)) for year in years]
    by_name = [(year, {one.name: one for one in ones}) for year, ones in found]
    services = periods.by_service(years)
    together = [one for service in services for one in periods.three_years(service)]
    context.progress(1.0)
    return Outcome(
        indicators=[one for year, ones in found for one in figures.indicators(year, ones)],
        tables={
            "performance": table(figures.PERFORMANCE, _performance(found, together)),
            "arithmetic": table(
                arithmetic.ARITHMETIC, (row for year, ones in by_name for row in arithmetic.rows(year, ones))
            ),
            "balance": table(figures.BALANCE, (row for year in years for row in figures.balance_rows(year))),
            "change": table(periods.CHANGE, (row for service in services for row in periods.change_rows(service))),
        },
        notes=notes(by_name, together, parameters.uncertainties),
    )


def _performance(
    found: Sequence[tuple[Year, Sequence[Figure]]], together: Sequence[tuple[Year, Figure]]
) -> list[dict[str, object]]:
    """Each year alone, then each three years together."""
    alone = [figures.performance_row(year, one) for year, ones in found for one in ones]
    before = periods.YEARS_TOGETHER - 1
    return [*alone, *(figures.performance_row(year, one, since=year.year - before) for year, one in together)]
