"""The exports of the two operators, each in its own format, and the mapping that reads both."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from agglo.models.water.town import demand
from agglo.models.water.town.sensors import REGIE, VAL, Sensor

if TYPE_CHECKING:
    import numpy as np

M_PER_BAR = 1e5 / 9806.65
"""One bar in metres of water [mH2O]."""
REGIE_FILE, VAL_FILE, MAPPING_FILE = "clairvane-regie.csv", "clairvane-eaux-du-val.csv", "clairvane.yaml"


def of_regie(held: Sequence[Sensor], values: "Mapping[str, np.ndarray]") -> Iterator[str]:
    """One column a sensor, decimal comma, the town's clock, pressures in bar."""
    from agglo.models.water.readings.clock import local_times

    own = [one for one in held if one.operator == REGIE]
    yield ";".join(["Date", *(one.tag for one in own)])
    columns = [[_french(one, value) for value in values[one.id].tolist()] for one in own]
    local = local_times(demand.times(), demand.ZONE).astype("datetime64[m]").tolist()
    for time, cells in zip(local, zip(*columns, strict=True), strict=True):
        yield ";".join([f"{time:%d/%m/%Y %H:%M}", *cells])


def _french(one: Sensor, value: float) -> str:
    if value != value:  # noqa: PLR0124
        return ""
    digits = {"flow": 1, "level": 2}.get(one.kind, 3)
    return f"{value / M_PER_BAR if one.kind == 'pressure' else value:.{digits}f}".replace(".", ",")


def of_val(held: Sequence[Sensor], values: "Mapping[str, np.ndarray]") -> Iterator[str]:
    """One row a reading, decimal point, universal time; three rows come twice, as a resent message does."""
    own = [one for one in held if one.operator == VAL]
    yield "utc,tag,index_m3,pressure_m"
    for at, time in enumerate(demand.times().astype("datetime64[m]").tolist()):
        for one in own:
            cell = f"{values[one.id][at]:.{1 if one.kind == 'index' else 2}f}"
            row = f"{time:%Y-%m-%dT%H:%MZ},{one.tag},{f'{cell},' if one.kind == 'index' else f',{cell}'}"
            yield row
            if at in (500, 501, 502) and one.tag == own[1].tag:
                yield row


def mapping(held: Sequence[Sensor]) -> Iterator[str]:
    """How both files become readings (schema ``water-readings``)."""
    yield "# Clairvane is a made-up town (ville inventée), not Paris-Saclay."
    yield "# Two operators, two formats, one dataset of the schema water-readings."
    yield "files:"
    yield f'  "{REGIE_FILE}":'
    yield '    separator: ";"'
    yield '    decimal: ","'
    yield '    time_format: "%d/%m/%Y %H:%M"'
    yield f"    time_zone: {demand.ZONE}"
    yield "    columns: {Date: time}"
    yield "    wide:"
    yield "      id: [Date]"
    yield "      columns:"
    fields = {"flow": ("flow_m3_h", "m3/h"), "level": ("level_m", "m"), "pressure": ("pressure_m", "bar")}
    for one in held:
        if one.operator == REGIE:
            field, unit = fields[one.kind]
            yield f"        {one.tag}: {{sensor: {one.id}, field: {field}, unit: {unit}}}"
    yield f'  "{VAL_FILE}":'
    yield '    separator: ","'
    yield '    decimal: "."'
    yield "    columns: {utc: time, tag: sensor, index_m3: index_m3, pressure_m: pressure_m}"
