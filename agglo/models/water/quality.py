"""``water.readings``: what the readings of a network are worth, sensor by sensor, and what is wrong with them."""

from agglo.contract.columns import units_of
from agglo.contract.context import Context
from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.inputs import Inputs
from agglo.contract.language import N_, _
from agglo.contract.model import Input, Output, model
from agglo.contract.outcome import Numerical, Outcome
from agglo.contract.parameters import Parameters, parameter
from agglo.models.water.readings import summary
from agglo.models.water.readings.series import read
from agglo.models.water.readings.units import unit_flags


class ReadingsParameters(Parameters):
    """The step of the grid, the clock of the place, and the code of the territory."""

    step_min: float = parameter(
        0.0, unit="min", title=N_("Step of the grid"), source=N_("0: the step that most sensors have"), ge=0, le=1440
    )
    time_zone: str = parameter(
        "Europe/Paris", unit="1", title=N_("Clock people live by (IANA zone)"), source=N_("France")
    )
    territory: str = parameter(
        "", unit="1", title=N_("Territory (INSEE or SIREN code)"), source=N_("empty: no indicator is kept")
    )


@model(
    id="water.readings",
    version="1.0.0",
    title={"fr": "Qualité des relevés d'eau", "en": "Quality of water readings"},
    headline={
        "fr": "anomalies signalées et jamais corrigées ; ce qui n'est pas fiable est mis de côté",
        "en": "faults are flagged and never corrected; what cannot be trusted is set aside",
    },
    parameters=ReadingsParameters,
    inputs=(
        Input("readings", "water-readings", {"fr": "Relevés du réseau", "en": "Readings of the network"}),
        Input("sensors", "water-sensors", {"fr": "Capteurs", "en": "Sensors"}, required=False),
        Input(
            "meters",
            "water-meters",
            {"fr": "Compteurs de chaque secteur", "en": "Meters of each sector"},
            required=False,
        ),
    ),
    outputs=tuple(
        Output(name, title=title, columns=units_of(columns), compare=Numerical(absolute=1e-6, relative=1e-9))
        for name, columns, title in (
            ("flags", summary.FLAGS, {"fr": "Anomalies", "en": "What is wrong"}),
            ("sensors", summary.SENSORS, {"fr": "Capteurs", "en": "Sensors"}),
            ("hourly", summary.HOURLY, {"fr": "Moyennes horaires", "en": "Hourly means"}),
        )
    ),
    libraries=("pyarrow", "numpy"),
)
def readings(inputs: Inputs, *, parameters: ReadingsParameters, context: Context) -> Outcome:
    """What is wrong with readings of flow [m3/h], index [m3], pressure and level [m], and what is left of them.

    Goes in: readings; optionally the table of sensors (a sensor without readings is told) and the meters of sectors
    (units are then checked by water balance). Comes out: each flag, each sensor, and hourly means of what is trusted.

    Methods: :mod:`.readings.indexes`, :mod:`.readings.judging`, :mod:`.readings.clocks`, :mod:`.readings.units`.

    Raises
    ------
    InvalidInput
        A row holds several quantities, a sensor measures several, the span or the clock cannot be used; every fault is
        listed.
    """
    context.progress(0.0, _("Reading the tables"))
    _check_zone(parameters.time_zone)
    series = read(
        inputs.readings.table(),
        sensors=inputs.sensors.table() if "sensors" in inputs else None,
        step_s=round(parameters.step_min * 60) or None,
        zone=parameters.time_zone,
    )
    context.progress(0.7, _("Looking at units"))
    units = unit_flags(series, inputs.meters.table()) if "meters" in inputs else ()
    flags = [*series.flags, *units]
    context.progress(1.0)
    return Outcome(
        indicators=summary.indicators(series, flags, parameters.territory),
        tables={
            "flags": summary.flag_table(flags),
            "sensors": summary.sensor_table(series, flags),
            "hourly": summary.hourly_table(series),
        },
        notes=summary.notes(series, flags, parameters.territory, by_balance="meters" in inputs),
    )


def _check_zone(name: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fault = Fault("time_zone", name or _("nothing"), _("an IANA zone such as Europe/Paris"))
        raise InvalidInput(_("The clock is not known."), [fault]) from None
