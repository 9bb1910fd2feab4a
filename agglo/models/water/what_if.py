"""``water.what-if``: what lower pressure, closures and repairs would bring, on the model of the network."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from agglo.contract.columns import table, units_of
from agglo.contract.context import Context
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, _
from agglo.contract.model import Input, Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import Parameters, parameter
from agglo.models.water.hydraulics import network as networks
from agglo.models.water.performance.volumes import NAMES
from agglo.models.water.performance.years import WHOLE, Year, read_years
from agglo.models.water.scenarios import measures as acts
from agglo.models.water.scenarios import tables
from agglo.models.water.scenarios.effects import HOURS, Found, Hypotheses, effects
from agglo.models.water.scenarios.notes import left_out, notes
from agglo.models.water.scenarios.simulation import Leakage, Simulator, shares

if TYPE_CHECKING:
    import pyarrow as pa

_ASSUMED = N_("assumed")
_EXPONENT = N_("assumed; 0.5 for fixed holes, 1.5 for background leakage (Lambert 2001)")
_BATTLEDIM = N_("assumed, as in the BattLeDIM competition of 2020")


class WhatIfParameters(Parameters):
    """Leakage, exponents, prices and least pressure."""

    background_leakage: float | None = parameter(
        None,
        unit="m3/h",
        title=N_("Leakage spread over the whole network, besides the leaks given"),
        source=N_("empty: real losses of the volumes, less the leaks given"),
        ge=0,
    )
    spread: Literal["length", "nodes"] = parameter(
        "length",
        unit="1",
        title=N_("How background leakage is spread: by length of pipe, or the same at each junction"),
        source=_ASSUMED,
    )
    leakage_exponent: float = parameter(1.0, unit="1", title=N_("Leakage exponent N1"), source=_EXPONENT, gt=0, le=2.5)
    leakage_exponent_low: float = parameter(
        0.5, unit="1", title=N_("Leakage exponent N1, lower bound"), source=_EXPONENT, gt=0, le=2.5
    )
    leakage_exponent_high: float = parameter(
        1.5, unit="1", title=N_("Leakage exponent N1, upper bound"), source=_EXPONENT, gt=0, le=2.5
    )
    days: int = parameter(
        1, unit="d", title=N_("Days simulated, taken for the whole year"), source=_ASSUMED, ge=1, le=31
    )
    water_cost: float = parameter(0.80, unit="EUR/m3", title=N_("Cost of a cubic metre lost"), source=_BATTLEDIM, ge=0)
    production_energy: float = parameter(
        0.5,
        unit="kWh/m3",
        title=N_("Energy to produce a cubic metre, before the network of the model"),
        source=N_("assumed, no source: 0 leaves it out"),
        ge=0,
        le=20,
    )
    minimum_pressure: float = parameter(
        20.0, unit="mH2O", title=N_("Least pressure of service"), source=_ASSUMED, ge=0, le=100
    )
    territory: str = parameter(
        "",
        unit="1",
        title=N_("Place whose volumes are taken (INSEE or SIREN code)"),
        source=N_("empty: the only place of the volumes"),
    )
    sector: str = parameter(
        WHOLE, unit="1", title=N_("Sector whose volumes are taken"), source=N_("all: the whole place")
    )

    def hypotheses(self) -> Hypotheses:
        """The parameters in the terms of the method; InvalidInput where the exponents are not in order."""
        low, central, high = self.leakage_exponent_low, self.leakage_exponent, self.leakage_exponent_high
        if not low <= central <= high:
            got = f"{low:g}, {central:g}, {high:g}"
            expected = "leakage_exponent_low <= leakage_exponent <= leakage_exponent_high"
            raise InvalidInput(_("These parameters cannot be used."), [Fault("leakage_exponent", got, expected)])
        return Hypotheses(
            exponents=(low, central, high),
            days=self.days,
            water_cost_eur_m3=self.water_cost,
            energy_kwh_m3=self.production_energy,
            minimum_pressure_m=self.minimum_pressure,
        )


@model(
    id="water.what-if",
    version="1.0.0",
    title={"fr": "Pression, fermetures, réparations : ce qu'on y gagne", "en": "Pressure, closures, repairs: the gain"},
    headline={
        "fr": "eau, argent et énergie épargnés sur le modèle EPANET ; consommation supposée inchangée",
        "en": "water, money and energy saved on the EPANET model; consumption assumed unchanged",
    },
    parameters=WhatIfParameters,
    inputs=(
        Input("network", "water-network", {"fr": "Modèle EPANET du réseau", "en": "EPANET model of the network"}),
        Input("measures", "water-measures", {"fr": "Mesures envisagées", "en": "Measures considered"}),
        Input("leaks", "water-leaks", {"fr": "Fuites connues", "en": "Known leaks"}, required=False),
        Input("volumes", "water-volumes", {"fr": "Volumes par année", "en": "Volumes by year"}, required=False),
    ),
    outputs=tuple(
        Output(name, title=title, columns=units_of(columns), compare=Numerical(absolute=1e-3, relative=1e-6))
        for name, columns, title in (
            ("measures", tables.MEASURES, {"fr": "Effet de chaque mesure", "en": "Effect of each measure"}),
            ("nodes", tables.NODES, {"fr": "Nœuds en difficulté", "en": "Junctions in trouble"}),
            ("leakage", tables.LEAKAGE, {"fr": "Fuites prises en compte", "en": "Leakage taken into account"}),
        )
    ),
    libraries=("pyarrow", "numpy", "wntr"),
)
def what_if(inputs: Inputs, *, parameters: WhatIfParameters, context: Context) -> Outcome:
    """Water [m3/yr], money [EUR/yr] and energy [kWh/yr] saved by each measure and by all, and the pressures left [m].

    Goes in: the network, the measures, optionally the leaks that flow now [m3/h] and the yearly volumes [m3]. Comes
    out: each measure with its savings between the bounds of the leakage exponent, the least pressure, junctions under
    the least pressure of service or cut off, the change of P104.3 [points] and P106.3 [m3/d/km].

    Leakage and its law: :mod:`.scenarios.simulation`; indicators: :mod:`.performance.regulatory`.

    Raises
    ------
    InvalidInput
        The network, measures, leaks, volumes or parameters cannot be used; every fault of the first table that has any
        is listed.
    MissingExtra
        WNTR, which brings EPANET, is not installed.
    """
    hypotheses = parameters.hypotheses()
    context.progress(0.0, _("Reading the tables"))
    network = networks.read(inputs.network.table())
    held_leaks, over, vague = acts.flowing(inputs.leaks.table()) if "leaks" in inputs else (None, (), ())
    known = acts.read_leaks(held_leaks, network)
    held, added = acts.read_measures(inputs.measures.table(), network, known)
    year = _year(inputs, parameters)
    leaks = {**known, **added}
    leakage = Leakage(_background(parameters, year, leaks), shares(network, parameters.spread), leaks)
    every = [*held, acts.together(held, _("All together"))] if len(held) > 1 else held
    context.progress(0.1, _("Simulating the network"))
    found = effects(
        network,
        every,
        leakage,
        hypotheses,
        year=year,
        simulator=lambda n1: Simulator(network, leakage, exponent=n1, days=parameters.days, scratch=context.scratch),
        progress=lambda share: context.progress(0.1 + 0.9 * share),
    )
    said = notes(found, network, hypotheses, year=year, assumed_background=parameters.background_leakage is not None)
    return Outcome(
        indicators=tables.indicators(found, year),
        tables=_tables(found, network, hypotheses),
        notes=[*said, *left_out(over, vague)],
    )


def _tables(found: Found, network: networks.Network, hypotheses: Hypotheses) -> dict[str, "pa.Table"]:
    return {
        "measures": table(tables.MEASURES, tables.measures_rows(found)),
        "nodes": table(tables.NODES, tables.nodes_rows(found, network, hypotheses.minimum_pressure_m)),
        "leakage": table(tables.LEAKAGE, tables.leakage_rows(found)),
    }


def _year(inputs: Inputs, parameters: WhatIfParameters) -> Year | None:
    """The latest year of the place and sector asked for; refused where the volumes have none."""
    if "volumes" not in inputs:
        return None
    years = read_years(inputs.volumes, dict.fromkeys(NAMES, 0.0))
    places = sorted({one.place for one in years})
    place = parameters.territory or (places[0] if len(places) == 1 else "")
    found = [one for one in years if (one.place, one.sector) == (place, parameters.sector)]
    if not found:
        known = ", ".join(sorted({f"{one.place} {one.sector}" for one in years}))
        got = f"{place or _('nothing')} {parameters.sector}"
        faults = [Fault("territory, sector", got, _("a place and sector of the volumes: {known}").format(known=known))]
        raise InvalidInput(_("The volumes do not say which place is meant."), faults)
    return found[-1]


def _background(parameters: WhatIfParameters, year: Year | None, leaks: Mapping[str, acts.Leak]) -> float:
    """Background leakage [m3/h]: what is given, or the year's real losses less the leaks."""
    if parameters.background_leakage is not None:
        return parameters.background_leakage
    flow = sum(one.flow_m3_h for one in leaks.values())
    faults = [*_background_faults(year, flow)]
    if faults or year is None:
        raise InvalidInput(_("The background leakage is not known."), faults)
    return year.volumes.real_losses / HOURS - flow


def _background_faults(year: Year | None, flow: float) -> Iterator[Fault]:
    if year is None:
        repair = _("Give volumes, or the parameter background_leakage.")
        yield Fault("background_leakage", _("nothing, and no volumes"), _("a flow [m3/h]"), repair)
    elif year.volumes.real_losses / HOURS < flow:
        got = _("leaks of {flow:.1f} m3/h, real losses of {losses:.1f} m3/h").format(
            flow=flow, losses=year.volumes.real_losses / HOURS
        )
        expected = _("leaks within the losses of the year")
        yield Fault("background_leakage", got, expected, _("Give the parameter background_leakage."))
