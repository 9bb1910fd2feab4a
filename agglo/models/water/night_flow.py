"""``water.night-flow``: what each sector loses, from what it takes at night."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from agglo.contract.columns import table, units_of
from agglo.contract.context import Context
from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, _
from agglo.contract.model import Input, Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import Parameters, parameter
from agglo.models.water.night import tables
from agglo.models.water.night.attributes import Attributes, read_attributes
from agglo.models.water.night.estimates import estimates
from agglo.models.water.night.evidence import Evidence
from agglo.models.water.night.households import Measured, read_households
from agglo.models.water.night.hypotheses import Hypotheses
from agglo.models.water.night.leakage import Pressures, Range
from agglo.models.water.night.nights import Window
from agglo.models.water.night.notes import notes
from agglo.models.water.readings import series as readings
from agglo.models.water.readings.clock import zone_faults
from agglo.models.water.readings.sectors import Meter, read_meters, sectors_of
from agglo.models.water.readings.units import unit_flags

_ASSUMED = N_("assumed")
_RESIDENTIAL = N_(
    "assumed; homes of three Italian districts used 1.3 to 2.5 L/h each (Mazzoni, Marsili, Creaco and Alvisi, 2025)"
)
_EXPONENT = N_("assumed; 0.5 for bursts, 1.5 for background leakage (McKenzie 1999)")
_BATTLEDIM = N_("assumed, as in the BattLeDIM competition of 2020")


class NightFlowParameters(Parameters):
    """Window, night use, pressures, errors and price."""

    time_zone: str = parameter(
        "Europe/Paris", unit="1", title=N_("Time zone whose clock tells the night"), source=_ASSUMED
    )
    window_start: float = parameter(
        2.0, unit="h", title=N_("Beginning of the night window, after midnight"), source=_ASSUMED, ge=0, lt=24
    )
    window_end: float = parameter(
        4.0, unit="h", title=N_("End of the night window, after midnight"), source=_ASSUMED, gt=0, le=24
    )
    night_flow: Literal["mean", "minimum"] = parameter(
        "mean",
        unit="1",
        title=N_("Flow of a night: mean of the window, or least mean over one hour of it"),
        source=N_("the mean follows true leakage one for one on the measured year of L-Town; the least hour by 1.03"),
    )
    known_share: float = parameter(
        0.9,
        unit="1",
        title=N_("Share of the window's readings under which a night is left out"),
        source=_ASSUMED,
        ge=0,
        le=1,
    )
    connection_use: float = parameter(
        1.7, unit="L/h", title=N_("Legitimate night use of a connection"), source=_RESIDENTIAL, ge=0
    )
    connection_use_low: float = parameter(
        1.3, unit="L/h", title=N_("Night use of a connection, lower bound"), source=_RESIDENTIAL, ge=0
    )
    connection_use_high: float = parameter(
        2.5, unit="L/h", title=N_("Night use of a connection, upper bound"), source=_RESIDENTIAL, ge=0
    )
    leakage_exponent: float = parameter(1.0, unit="1", title=N_("Leakage exponent N1"), source=_EXPONENT, ge=0, le=2.5)
    leakage_exponent_low: float = parameter(
        0.5, unit="1", title=N_("Leakage exponent N1, lower bound"), source=_EXPONENT, ge=0, le=2.5
    )
    leakage_exponent_high: float = parameter(
        1.5, unit="1", title=N_("Leakage exponent N1, upper bound"), source=_EXPONENT, ge=0, le=2.5
    )
    night_pressure: float | None = parameter(
        None,
        unit="mH2O",
        title=N_("Mean pressure in the night window, where a sector has none of its own"),
        source=N_("empty: pressure is taken as the same at all hours"),
        gt=0,
    )
    day_pressure: float | None = parameter(
        None,
        unit="mH2O",
        title=N_("Mean pressure of the whole day, where a sector has none of its own"),
        source=N_("empty: pressure is taken as the same at all hours"),
        gt=0,
    )
    meter_uncertainty: float = parameter(
        0.02, unit="1", title=N_("Error of a flow meter at 95 %, as a share of its flow"), source=_ASSUMED, ge=0, lt=1
    )
    leak_of_interest: float = parameter(
        5.0,
        unit="m3/h",
        title=N_("Size of a leak that one wants to see"),
        source=N_("assumed; leaks of L-Town in 2019 reach 5 to 28 m3/h"),
        gt=0,
    )
    water_cost: float = parameter(0.80, unit="EUR/m3", title=N_("Cost of a cubic metre lost"), source=_BATTLEDIM, ge=0)
    territory: str = parameter(
        "",
        unit="1",
        title=N_("Place of the indicators (INSEE or SIREN code)"),
        source=N_("empty: no indicator is kept"),
    )

    def hypotheses(self) -> Hypotheses:
        """The parameters in the terms of the method.

        Raises
        ------
        InvalidInput
            Lists what does not fit together: bounds, window, one pressure without the other, an unknown time zone.
        """
        faults = list(_faults(self))
        if faults:
            raise InvalidInput(_("These parameters cannot be used."), faults)
        both = self.day_pressure is not None and self.night_pressure is not None
        return Hypotheses(
            window=Window(self.window_start, self.window_end, self.time_zone),
            flow=self.night_flow,
            least_known=self.known_share,
            per_connection_l_h=Range(self.connection_use_low, self.connection_use, self.connection_use_high),
            exponent=Range(self.leakage_exponent_low, self.leakage_exponent, self.leakage_exponent_high),
            pressures=Pressures([self.day_pressure or 0.0], self.night_pressure or 0.0) if both else None,
            meter_uncertainty=self.meter_uncertainty,
            leak_m3_h=self.leak_of_interest,
            cost_eur_m3=self.water_cost,
        )


def _faults(given: NightFlowParameters) -> Iterator[Fault]:
    yield from zone_faults(given.time_zone)
    if given.window_end - given.window_start < 1:
        got = f"{given.window_start:g} h - {given.window_end:g} h"
        yield Fault("window_end", got, _("one hour at least, after window_start and before midnight"))
    for name in ("connection_use", "leakage_exponent"):
        low, central, high = (getattr(given, f"{name}{bound}") for bound in ("_low", "", "_high"))
        if not low <= central <= high:
            yield Fault(name, f"{low:g}, {central:g}, {high:g}", f"{name}_low <= {name} <= {name}_high")
    if (given.day_pressure is None) != (given.night_pressure is None):
        missing = "day_pressure" if given.day_pressure is None else "night_pressure"
        yield Fault(missing, _("nothing"), _("both pressures, or neither"))


@model(
    id="water.night-flow",
    version="1.0.0",
    title={"fr": "Débits de nuit et fuites par secteur", "en": "Night flow and leakage by sector"},
    headline={
        "fr": "fuites déduites du débit de nuit, avec leur intervalle ; ne dit pas où elles sont",
        "en": "leakage inferred from night flow, with its interval; does not say where it is",
    },
    parameters=NightFlowParameters,
    inputs=(
        Input("readings", "water-readings", {"fr": "Relevés du réseau", "en": "Readings of the network"}),
        Input("meters", "water-meters", {"fr": "Compteurs de chaque secteur", "en": "Meters of each sector"}),
        Input("sensors", "water-sensors", {"fr": "Capteurs", "en": "Sensors"}, required=False),
        Input("sectors", "water-sectors", {"fr": "Secteurs", "en": "Sectors"}, required=False),
        Input(
            "households",
            "water-household-readings",
            {"fr": "Relevés de foyers, additionnés par secteur", "en": "Household readings, added up by sector"},
            required=False,
        ),
    ),
    outputs=tuple(
        Output(name, title=title, columns=units_of(columns), compare=Numerical(absolute=1e-6, relative=1e-9))
        for name, columns, title in (
            ("sectors", tables.SECTORS, {"fr": "Secteurs", "en": "Sectors"}),
            ("nights", tables.NIGHTS, {"fr": "Nuits", "en": "Nights"}),
            ("balance", tables.BALANCE, {"fr": "Bilan des volumes", "en": "Balance of volumes"}),
        )
    ),
    libraries=("pyarrow", "numpy"),
)
def night_flow(inputs: Inputs, *, parameters: NightFlowParameters, context: Context) -> Outcome:
    """Night flow [m3/h] and leakage [m3/d] of each sector, with what the nights could not show.

    Goes in: readings of flow, index, level and pressure; the meters of each sector; optionally sensors, what is known
    of the sectors (connections, night use, pressures) and household readings added up by sector. Comes out: each
    night, each sector with its leakage, interval, noise and smallest visible change, and the balance of volumes.

    Equations: :mod:`.night.leakage`; noise and smallest visible change: :mod:`.night.noise`.

    Raises
    ------
    InvalidInput
        Readings, meters, sectors or parameters cannot be used; every fault of the first table that has any is listed.
    """
    hypotheses = parameters.hypotheses()
    context.progress(0.0, _("Reading the tables"))
    sensors = inputs.sensors.table() if "sensors" in inputs else None
    series = readings.read(inputs.readings.table(), sensors=sensors, zone=parameters.time_zone)
    meters = read_meters(inputs.meters.table(), series.kinds)
    series = replace(series, flags=(*series.flags, *unit_flags(series, inputs.meters.table())))
    known = read_attributes(inputs.sectors.table()) if "sectors" in inputs else {}
    households = _households(inputs, hypotheses, meters, known)
    context.progress(0.5, _("Counting nights"))
    evidence = Evidence(series, meters, hypotheses, known, households)
    found = estimates(evidence)
    local = series.grid.local(parameters.time_zone).astype("datetime64[m]")
    context.progress(1.0)
    return Outcome(
        indicators=tables.indicators(found, parameters.territory),
        tables={
            "sectors": table(tables.SECTORS, tables.sectors_rows(found, evidence)),
            "nights": table(tables.NIGHTS, tables.nights_rows(found, hypotheses)),
            "balance": table(tables.BALANCE, tables.balance_rows(found, str(local[0]), str(local[-1]))),
        },
        notes=notes(found, evidence, parameters.territory),
    )


def _households(
    inputs: Inputs, hypotheses: Hypotheses, meters: Sequence[Meter], known: Mapping[str, Attributes]
) -> Mapping[str, Measured]:
    """Measured night use by sector; refused for a sector without meters, or one whose night use is given too."""
    if "households" not in inputs:
        return {}
    held = inputs.households.table()
    measured = read_households(held, hypotheses.window, least_known=hypotheses.least_known)
    sectors = [*sectors_of(meters)]
    faults = []
    for sector in measured:
        where = _("households, sector {sector}").format(sector=sector)
        given = known.get(sector)
        if sector not in sectors:
            faults.append(Fault(where, _("no meter"), _("a sector of the meters"), nearest(sector, sectors)))
        elif given is not None and (given.night_use is not None or given.per_connection is not None):
            repair = _("Take the night use out of the sectors, or leave the household readings out.")
            faults.append(Fault(where, _("two night uses"), _("readings, or a figure in the sectors"), repair))
    if faults:
        raise InvalidInput(_("The household readings cannot be used."), faults)
    return measured
