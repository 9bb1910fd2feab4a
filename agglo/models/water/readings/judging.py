"""Judging: values that no water made (negative pressures, outliers, flat lines), each flagged and no longer trusted."""

from typing import TYPE_CHECKING

from agglo.contract.language import _
from agglo.models.water.readings.series import Flag, Grid
from agglo.models.water.readings.telling import runs, told

if TYPE_CHECKING:
    import numpy as np

LEAST_RANGE = {"flow": 1.0, "pressure": 5.0, "level": 0.5}
"""Least usual range [m3/h, m, m] by which a value is far (assumed): a calm sensor may still see an event."""
ISOLATED = 3
"""Readings in a row that may be a spike; a longer one may be an event."""
BEYOND, FAR_BEYOND = 1.0, 20.0
"""Usual ranges (1 % to 99 %, 10 % to 90 %) outside which a short spike, and any reading, is an outlier (assumed)."""
FLAT_S = {"flow": 6 * 3600, "pressure": 6 * 3600, "level": 24 * 3600}
"""Least time [s] a value must stay the same to be a flat line (assumed)."""
FLAT_READINGS, FLAT_TIMES, CONSTANT_READINGS = 8, 3.0, 12
"""Least readings of a flat line, how often the sensor's usual longest run it must last, least of a constant series."""
DAY_S = 86_400


def judged(
    sensor: str, kind: str, grid: Grid, values: "np.ndarray", *, counted: bool
) -> "tuple[np.ndarray, list[Flag]]":
    """Values (length,) with what is not trusted made NaN, and its flags; ``counted``: they come from an index."""
    import numpy as np

    at = np.flatnonzero(np.isfinite(values))
    if not len(at):
        return values, []
    times = grid.times[at].astype(np.int64)
    own, flags = values[at].copy(), []
    wrong = _constant(own)
    if wrong.any():
        flags += told(sensor, "flat", times, runs(wrong), lambda _a, _b, _n: _always(kind, float(own[0])))
        return _without(values, at[wrong]), flags
    negative = own < 0 if kind != "flow" else np.zeros(len(own), bool)
    flags += told(sensor, "negative", times, runs(negative), lambda a, b, _n: _negative(kind, own[a : b + 1]))
    trusted = ~negative
    outliers = trusted & (not counted)
    outliers[outliers] = _outliers(own[outliers], kind)
    flags += told(sensor, "outlier", times, runs(outliers), lambda a, b, _n: _outlier(own, trusted & ~outliers, a, b))
    trusted &= ~outliers
    spans = _flat(own, times, trusted, kind) if not counted else np.zeros((0, 2), np.int64)
    flags += told(sensor, "flat", times, spans, lambda a, b, n: _stuck(float(own[a]), int(times[b] - times[a]), n))
    for first, last in spans.tolist():
        trusted[first : last + 1] = False
    return _without(values, at[~trusted]), flags


def _without(values: "np.ndarray", rows: "np.ndarray") -> "np.ndarray":
    import numpy as np

    left = values.copy()
    left[rows] = np.nan
    return left


def _constant(own: "np.ndarray") -> "np.ndarray":
    """All readings where they are all the same, and enough of them to say so."""
    import numpy as np

    return np.full(len(own), len(own) >= CONSTANT_READINGS and own.min() == own.max())


def _outliers(own: "np.ndarray", kind: str) -> "np.ndarray":
    """Values far outside those of the sensor (n,): short spikes, and values that no sensor of this kind can have."""
    import numpy as np

    if len(own) < CONSTANT_READINGS:
        return np.zeros(len(own), bool)
    low, tenth, middle, ninth, high = np.quantile(own, [0.01, 0.1, 0.5, 0.9, 0.99])
    least = max(LEAST_RANGE[kind], 0.2 * abs(middle)) if kind == "flow" else LEAST_RANGE[kind]
    width = max(high - low, least)
    broad = FAR_BEYOND * max(ninth - tenth, least)
    found: np.ndarray = (own < tenth - broad) | (own > ninth + broad)
    for first, last in runs((own < low - BEYOND * width) | (own > high + BEYOND * width)).tolist():
        if last - first < ISOLATED:
            found[first : last + 1] = True
    return found


def _flat(own: "np.ndarray", times: "np.ndarray", trusted: "np.ndarray", kind: str) -> "np.ndarray":
    """First and last index (k, 2) of each time a value stays the same for too long; a flow of zero may."""
    import numpy as np

    same = (own[1:] == own[:-1]) & trusted[1:] & trusted[:-1]
    if kind == "flow":
        same &= own[1:] != 0
    spans = runs(same)
    spans[:, 1] += 1
    if not len(spans):
        return spans
    lasts, readings = times[spans[:, 1]] - times[spans[:, 0]], spans[:, 1] - spans[:, 0] + 1
    longest: dict[int, int] = {}
    for day, length in zip((times[spans[:, 0]] // DAY_S).tolist(), lasts.tolist(), strict=True):
        longest[day] = max(longest.get(day, 0), length)
    days = np.unique(times // DAY_S).tolist()
    usual = float(np.median([longest.get(day, 0) for day in days]))
    long: np.ndarray = spans[(lasts >= max(FLAT_S[kind], FLAT_TIMES * usual)) & (readings >= FLAT_READINGS)]
    return long


def _always(kind: str, value: float) -> str:
    if value == 0 and kind == "flow":
        return _(
            "Always 0: a stopped sensor, or a closed pipe. If it is closed, leave it out of the meters of its sector."
        )
    return _("Always {value}: this sensor measures nothing.").format(value=_shown(value))


def _negative(kind: str, values: "np.ndarray") -> str:
    text = _("Negative pressure, down to {least} m.") if kind == "pressure" else _("Negative level, down to {least} m.")
    return text.format(least=_shown(float(values.min())))


def _outlier(own: "np.ndarray", usual: "np.ndarray", first: int, last: int) -> str:
    import numpy as np

    values = own[first : last + 1]
    middle = np.median(own[usual]) if usual.any() else 0.0
    worst = values[np.abs(values - middle).argmax()]
    low, high = np.quantile(own[usual], [0.01, 0.99]) if usual.any() else (np.nan, np.nan)
    text = _("Far from all other values: {value}, usually between {low} and {high}.")
    return text.format(value=_shown(float(worst)), low=_shown(float(low)), high=_shown(float(high)))


def _stuck(value: float, seconds: int, count: int) -> str:
    text = _("The value stays at {value} for {hours} hours ({count} readings).")
    return text.format(value=_shown(value), hours=round(seconds / 3600), count=count)


def _shown(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
