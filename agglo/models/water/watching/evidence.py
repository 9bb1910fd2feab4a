"""Everything the alarms are made of: hours, sectors, both watches, decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from agglo.models.water.readings.sectors import FLOW, LEVEL, PRESSURE, Meter, net_inflow
from agglo.models.water.readings.series import Series
from agglo.models.water.watching.decisions import Decision, by_alarm
from agglo.models.water.watching.flows import FlowWatch, Known
from agglo.models.water.watching.holidays import french_holidays
from agglo.models.water.watching.hours import DAY_H, Hours, hourly
from agglo.models.water.watching.pressures import Verdict, Watch

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Rules:
    """What the person chose: zone, holidays, price [EUR/m3], visit [EUR], years between false alarms, season [1]."""

    zone: str = "Europe/Paris"
    holidays: Literal["france", "none"] = "france"
    water_eur_m3: float = 0.80
    visit_eur: float = 500.0
    years: float = 1.0
    seasonal_share: float = 0.05


@dataclass(frozen=True, slots=True)
class Evidence:
    """Both watches when they have gone through all the days; ``sensors`` are the pressures, in order."""

    series: Series
    hours: Hours
    sensors: tuple[str, ...]
    sector_of: Mapping[str, str]
    pressures: Watch | None
    flows: FlowWatch
    decisions: Sequence[Decision]
    special: "np.ndarray"


def watch(series: Series, meters: Sequence[Meter], decisions: Sequence[Decision], rules: Rules) -> Evidence:
    """Goes through all the days. Without ``meters`` each flow meter is a sector by itself.

    The yearly number of false alarms is shared by the watch on pressures and the watch on flows.
    """
    inflow = net_inflow(series, meters) if meters else _alone(series)
    hours = hourly(series, rules.zone, {_named(sector): values for sector, values in inflow.items()})
    sensors = tuple(name for name, kind in series.kinds.items() if kind == PRESSURE and _varies(hours.values[name]))
    others = [name for name, kind in series.kinds.items() if kind in (FLOW, LEVEL) and _varies(hours.values[name])]
    sector_of = _sectors(sensors, meters)
    special = _special(hours, rules)
    share = rules.years * (2 if len(sensors) > 1 and inflow else 1)
    pressures = None
    if len(sensors) > 1:
        import numpy as np

        table = np.stack([hours.values[name] for name in (*sensors, *others)], axis=1)
        pressures = Watch(table, len(sensors), _verdicts(decisions, sensors, hours), share)
        pressures.run()
    known = _known(decisions, sector_of, hours)
    of_sector = {sector: hours.values[_named(sector)] for sector in inflow}
    flows = FlowWatch(of_sector, special, known, share, rules.seasonal_share)
    flows.run()
    return Evidence(series, hours, sensors, sector_of, pressures, flows, decisions, special)


def identifier(kind: str, name: str, start: "np.datetime64") -> str:
    """Of an alarm: what it was found on, and the local hour or day of its first sign; the same however much is
    added."""
    return f"{kind}:{name}:{start}"


def parts(alarm: str) -> "tuple[str, str, np.datetime64]":
    """What it was found on, and the first sign, of an identifier made by :func:`identifier`."""
    import numpy as np

    kind, rest = alarm.split(":", 1)
    name, start = rest.rsplit(":", 1)
    return kind, name, np.datetime64(start)


def _named(sector: str) -> str:
    return f"sector {sector}"


def _alone(series: Series) -> "dict[str, np.ndarray]":
    return {name: series.values[name] for name, kind in series.kinds.items() if kind == FLOW}


def _varies(values: "np.ndarray") -> bool:
    import numpy as np

    known = values[np.isfinite(values)]
    return len(known) > 1 and float(np.ptp(known)) > 0


def _sectors(sensors: Sequence[str], meters: Sequence[Meter]) -> dict[str, str]:
    """The sector of each pressure sensor: the one it is declared in, or the only one there is."""
    sectors = list(dict.fromkeys(meter.sector for meter in meters))
    declared = {meter.sensor: meter.sector for meter in meters if meter.kind == PRESSURE}
    only = sectors[0] if len(sectors) == 1 else ""
    return {sensor: declared.get(sensor, only) for sensor in sensors}


def _special(hours: Hours, rules: Rules) -> "np.ndarray":
    import numpy as np

    dates = [hours.day(day).astype(object) for day in range(hours.days)]
    if rules.holidays == "none":
        return np.zeros(hours.days, bool)
    years = {date.year for date in dates}
    special = frozenset().union(*(french_holidays(year) for year in years))
    return np.array([date in special for date in dates])


def _verdicts(decisions: Sequence[Decision], sensors: Sequence[str], hours: Hours) -> list[Verdict]:
    found = []
    for one in decisions:
        kind, name, start = _parts(one.alarm)
        if kind == "pressure" and name in sensors and start is not None and one.state in ("repaired", "false"):
            state: Literal["repaired", "false"] = "repaired" if one.state == "repaired" else "false"
            after = hours.hour_of(one.day) + DAY_H
            found.append(Verdict(sensors.index(name), hours.hour_of(start), after, state))
    return found


def _parts(alarm: str) -> "tuple[str, str, np.datetime64 | None]":
    try:
        return parts(alarm)
    except ValueError:
        return "", "", None


def _known(decisions: Sequence[Decision], sector_of: Mapping[str, str], hours: Hours) -> list[Known]:
    """Losses that were confirmed with their flow."""
    found = []
    for alarm, those in by_alarm(decisions).items():
        kind, name, start = _parts(alarm)
        confirmed = next((one for one in those if one.state == "confirmed" and one.flow_m3_h), None)
        over = next((one for one in those if one.state in ("repaired", "false")), None)
        if confirmed is None or start is None:
            continue
        sector = sector_of.get(name, "") if kind == "pressure" else name
        first, told = hours.hour_of(start) // DAY_H, hours.hour_of(confirmed.day) // DAY_H
        after = hours.hour_of(over.day) // DAY_H if over else hours.days
        found.append(Known(sector, first, told, after, float(confirmed.flow_m3_h or 0.0)))
    return found
