"""``water.alarms``: a short list of likely leaks, the dearest first, from what sensors did before."""

from collections.abc import Sequence
from typing import Literal

from agglo.contract.columns import table, units_of
from agglo.contract.context import Context
from agglo.contract.errors import InvalidInput
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, _
from agglo.contract.model import Input, Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import Parameters, parameter
from agglo.models.water.readings import series as readings
from agglo.models.water.readings.clock import zone_faults
from agglo.models.water.readings.sectors import read_meters
from agglo.models.water.watching import tables
from agglo.models.water.watching.decisions import Decision, read_decisions, unknown
from agglo.models.water.watching.evidence import Evidence, Rules, watch
from agglo.models.water.watching.found import Alarm
from agglo.models.water.watching.found import alarms as found_in
from agglo.models.water.watching.notes import notes

_ASSUMED = N_("assumed")
_BATTLEDIM = N_("assumed, as in the BattLeDIM competition of 2020")


class AlarmsParameters(Parameters):
    """False alarms, money, clock and holidays."""

    years_between_false: float = parameter(
        1.0, unit="yr", title=N_("Years in which chance alone raises one alarm"), source=_ASSUMED, ge=0.1, le=100
    )
    water_cost: float = parameter(0.80, unit="EUR/m3", title=N_("Cost of a cubic metre lost"), source=_BATTLEDIM, ge=0)
    visit_cost: float = parameter(500.0, unit="EUR", title=N_("Cost of a visit"), source=_BATTLEDIM, ge=0)
    most_alarms: int = parameter(10, unit="count", title=N_("Alarms told in the notes"), source=_ASSUMED, ge=1, le=100)
    seasonal_share: float = parameter(
        0.05,
        unit="1",
        title=N_("Part of a sector's inflow that the season may change in twelve weeks"),
        source=_ASSUMED,
        ge=0,
        le=1,
    )
    time_zone: str = parameter(
        "Europe/Paris", unit="1", title=N_("Time zone whose clock tells days and weeks"), source=_ASSUMED
    )
    holidays: Literal["france", "none"] = parameter(
        "france",
        unit="1",
        title=N_("Public holidays"),
        source=N_("labour code, article L3133-1; days around the end of the year are assumed"),
    )
    territory: str = parameter(
        "",
        unit="1",
        title=N_("Place of the indicators (INSEE or SIREN code)"),
        source=N_("empty: no indicator is kept"),
    )

    def rules(self) -> Rules:
        """The parameters in the terms of the method.

        Raises
        ------
        InvalidInput
            The time zone is not known.
        """
        if faults := zone_faults(self.time_zone):
            raise InvalidInput(_("These parameters cannot be used."), faults)
        return Rules(
            zone=self.time_zone,
            holidays=self.holidays,
            water_eur_m3=self.water_cost,
            visit_eur=self.visit_cost,
            years=self.years_between_false,
            seasonal_share=self.seasonal_share,
        )


@model(
    id="water.alarms",
    version="1.0.0",
    title={"fr": "Alarmes de fuites", "en": "Leak alarms"},
    headline={
        "fr": "écarts durables à l'habitude, sans modèle du réseau : le secteur et le capteur le plus proche seulement",
        "en": "lasting departures from habit, without a model of the network: sector and nearest sensor only",
    },
    parameters=AlarmsParameters,
    inputs=(
        Input("readings", "water-readings", {"fr": "Relevés du réseau", "en": "Readings of the network"}),
        Input("sensors", "water-sensors", {"fr": "Capteurs", "en": "Sensors"}, required=False),
        Input(
            "meters",
            "water-meters",
            {"fr": "Compteurs de chaque secteur", "en": "Meters of each sector"},
            required=False,
        ),
        Input("decisions", "water-decisions", {"fr": "Décisions", "en": "Decisions"}, required=False),
    ),
    outputs=tuple(
        Output(name, title=title, columns=units_of(columns), compare=Numerical(absolute=1e-6, relative=1e-6))
        for name, columns, title in (
            ("alarms", tables.ALARMS, {"fr": "Alarmes", "en": "Alarms"}),
            ("bands", tables.BANDS, {"fr": "Débits attendus par jour", "en": "Expected inflow by day"}),
            ("common_changes", tables.CHANGES, {"fr": "Changements sans alarme", "en": "Changes that are no alarm"}),
        )
    ),
    libraries=("pyarrow", "numpy"),
)
def alarms(inputs: Inputs, *, parameters: AlarmsParameters, context: Context) -> Outcome:
    """Likely leaks, where, since when, how sure, m3/h and EUR/d, with what people decided of them.

    Goes in: readings of flow, index, level and pressure; optionally sensors, the meters of each sector and decisions.
    Comes out: every alarm ever raised, the dearest first; the band of each sector day by day; what changed and is no
    alarm. Each alarm rests on what was known before it.

    Method: :mod:`.watching.pressures` and :mod:`.watching.flows`.

    Raises
    ------
    InvalidInput
        Readings, meters, decisions or parameters cannot be used; every fault of the first that has any is listed.
    """
    rules = parameters.rules()
    context.progress(0.0, _("Reading the tables"))
    sensors = inputs.sensors.table() if "sensors" in inputs else None
    series = readings.read(inputs.readings.table(), sensors=sensors, zone=rules.zone)
    meters = read_meters(inputs.meters.table(), series.kinds) if "meters" in inputs else ()
    decisions, others = read_decisions(inputs.decisions.table()) if "decisions" in inputs else ((), ())
    context.progress(0.3, _("Watching the days"))
    evidence = watch(series, meters, decisions, rules)
    found = found_in(evidence)
    _check(decisions, found, evidence)
    context.progress(1.0)
    return Outcome(
        indicators=tables.indicators(found, evidence, parameters.territory),
        tables={
            "alarms": table(tables.ALARMS, tables.alarm_rows(found, evidence, rules)),
            "bands": table(tables.BANDS, tables.band_rows(evidence)),
            "common_changes": table(tables.CHANGES, tables.change_rows(evidence)),
        },
        notes=notes(found, evidence, rules, most=parameters.most_alarms, others=others, alone=not meters),
    )


def _check(decisions: Sequence[Decision], found: Sequence[Alarm], evidence: Evidence) -> None:
    """Refuses decisions on alarms that do not exist, or taken before they were raised."""
    faults = unknown(decisions, {one.id: evidence.hours.at(one.raised) for one in found})
    if faults:
        raise InvalidInput(_("These decisions cannot be used."), faults)
