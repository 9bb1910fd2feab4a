"""What a reader is shown of readings: flags, sensors, hourly means, indicators and notes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from agglo.contract.columns import Columns, table
from agglo.contract.indicators import Indicator
from agglo.contract.language import N_, _, ngettext
from agglo.models.water.readings.hours import hourly, hours_of
from agglo.models.water.readings.series import Flag, Series

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

FLAGS: Columns = {
    **{"sensor": "text", "kind": "text", "start": "instant", "end": "instant", "readings": "number", "detail": "text"}
}
SENSORS: Columns = {
    **{"sensor": "text", "kind": "text", "unit": "text", "first": "instant", "last": "instant", "step_s": "s"},
    **{"present": "%", "minimum": "number", "median": "number", "mean": "number", "maximum": "number"},
    **{"flags": "number", "worst": "text"},
}
HOURLY: Columns = {"time": "instant", "sensor": "text", "value": "number"}
UNITS = {"flow": "m3/h", "pressure": "mH2O", "level": "m"}
HOUSEHOLD_M3_H = 0.1
"""Mean flow [m3/h] under which a meter may be that of a household (a French one uses about 120 m3/yr, 0.014 m3/h)."""
KINDS = {
    "gap": N_("missing readings"),
    "flat": N_("flat line"),
    "outlier": N_("outlier"),
    "duplicate": N_("duplicate"),
    "rollover": N_("counter roll-over"),
    "replacement": N_("meter replaced"),
    "backwards": N_("index going backwards"),
    "clock": N_("clock that jumped"),
    "negative": N_("negative value"),
    "unit": N_("doubtful unit"),
}


def flag_table(flags: Sequence[Flag]) -> "pa.Table":
    """One row a flag, by sensor then time."""
    ordered = sorted(flags, key=lambda one: (one.sensor, one.start, one.kind))
    return table(
        FLAGS,
        (
            {"sensor": one.sensor, "kind": one.kind, "start": _instant(one.start), "end": _instant(one.end)}
            | {"readings": one.count, "detail": one.detail}
            for one in ordered
        ),
    )


def sensor_table(series: Series, flags: Sequence[Flag]) -> "pa.Table":
    """One row a sensor; those without any reading have no figures."""
    counts = Counter(one.sensor for one in flags)
    names = sorted({*series.values, *counts})
    return table(SENSORS, (_sensor(series, name, [one for one in flags if one.sensor == name]) for name in names))


def _sensor(series: Series, name: str, flags: Sequence[Flag]) -> dict[str, Any]:
    import numpy as np

    worst = max(flags, key=lambda one: one.count).kind if flags else None
    row: dict[str, Any] = {"sensor": name, "kind": series.kinds.get(name), "flags": len(flags), "worst": worst}
    row |= {"unit": UNITS.get(series.kinds.get(name, "")), "present": 0.0}
    values = series.values.get(name)
    if values is None or not np.isfinite(values).any():
        return row
    there = np.flatnonzero(np.isfinite(values))
    own, step = values[there], step_of(series, name)
    present = min(len(there) * step / (series.grid.length * series.grid.step_s), 1.0)
    row |= {"first": _instant(series.grid.times[there[0]]), "last": _instant(series.grid.times[there[-1]])}
    row |= {"step_s": float(step), "present": 100 * present}
    row |= {"minimum": float(own.min()), "median": float(np.median(own)), "mean": float(own.mean())}
    return row | {"maximum": float(own.max())}


def step_of(series: Series, name: str) -> int:
    """The commonest time between trusted values of a sensor [s], that of the grid or a multiple of it."""
    import numpy as np

    there = np.flatnonzero(np.isfinite(series.values[name]))
    if len(there) < 2:
        return series.grid.step_s
    apart, counts = np.unique(np.diff(there), return_counts=True)
    return int(apart[counts.argmax()]) * series.grid.step_s


def hourly_table(series: Series) -> "pa.Table":
    """Mean of the trusted values of each hour (UTC) and sensor; hours without any are left out."""
    import numpy as np
    import pyarrow as pa

    hours, _number = hours_of(series.grid)
    instants, names, values = [], [], []
    for name in sorted(series.values):
        mean, count = hourly(series.grid, series.values[name])
        known = count > 0
        instants.append(hours[known])
        names += [name] * int(known.sum())
        values.append(mean[known])
    time = np.concatenate(instants).astype("datetime64[us]")
    return pa.table(
        {
            "time": pa.array(time, pa.timestamp("us")).cast(pa.timestamp("us", "UTC")),
            "sensor": pa.array(names, pa.string()),
            "value": pa.array(np.concatenate(values), pa.float64()),
        }
    )


def indicators(series: Series, flags: Sequence[Flag], place: str) -> list[Indicator]:
    """Share of readings that are there and trusted, and number of flags, over their years; none without a ``place``."""
    import numpy as np

    if not place:
        return []
    years = series.grid.times[[0, -1]].astype("datetime64[Y]").astype(np.int64) + 1970
    since = int(years[0]) if years[0] != years[1] else None
    common: dict[str, Any] = {"place": place, "year": int(years[1]), "since": since}
    names = {*series.values, *(one.sensor for one in flags)}
    present = sum(float(_sensor(series, name, [])["present"]) for name in names) / len(names)
    return [
        Indicator(name="water.readings-present", value=present, unit="%", quality="measured", **common),
        Indicator(name="water.reading-flags", value=float(len(flags)), unit="1", quality="modelled", **common),
    ]


def notes(series: Series, flags: Sequence[Flag], place: str, *, by_balance: bool) -> list[str]:
    """What a reader must know beside these figures."""
    return list(_notes(series, flags, place, by_balance=by_balance))


def _notes(series: Series, flags: Sequence[Flag], place: str, *, by_balance: bool) -> Iterator[str]:
    import numpy as np

    counts = Counter(one.kind for one in flags)
    told = ", ".join(f"{_(KINDS[kind])} {count}" for kind, count in counts.most_common())
    yield _("What is wrong, by kind: {kinds}.").format(kinds=told) if told else _("Nothing wrong was found.")
    yield _("Nothing is corrected: what is not trusted is left out of the means, and has its row under flags.")
    if not place:
        yield _("No place was given: no indicator is kept. Give the territory's INSEE or SIREN code.")
    yield from (f"{one.sensor}: {one.detail}" for one in flags if one.kind == "unit")
    if not by_balance:
        yield _("Without the meters of sectors, units are not checked by water balance.")
    low = [name for name, one in series.values.items() if _is_small(series.kinds[name], one)]
    if low:
        text = ngettext(
            "{count} sensor has the flow of a household: readings of households are personal data, to be added up by "
            "sector before they are kept (schema water-household-readings).",
            "{count} sensors have the flow of a household: readings of households are personal data, to be added up by "
            "sector before they are kept (schema water-household-readings).",
            len(low),
        )
        yield text.format(count=len(low))
    coarse = [name for name, one in series.values.items() if np.isfinite(one).any() and _coarse(series, name)]
    if coarse:
        text = _("Read less often than the grid of {step} s: {names}.")
        yield text.format(step=series.grid.step_s, names=", ".join(sorted(coarse)))


def _is_small(kind: str, values: "np.ndarray") -> bool:
    import numpy as np

    there = values[np.isfinite(values)]
    return bool(kind == "flow" and len(there) and 0 < np.abs(there).mean() < HOUSEHOLD_M3_H)


def _coarse(series: Series, name: str) -> bool:
    return step_of(series, name) > series.grid.step_s


def _instant(moment: "np.datetime64") -> Any:
    from datetime import UTC

    return moment.astype("datetime64[s]").item().replace(tzinfo=UTC)
