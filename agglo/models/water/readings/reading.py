"""From a table of readings to series on a grid: each sensor by itself, then their clocks against one another."""

from typing import TYPE_CHECKING

from agglo.contract.language import _
from agglo.models.water.readings import clocks, gridding, units
from agglo.models.water.readings.indexes import flow_of_index
from agglo.models.water.readings.judging import judged
from agglo.models.water.readings.raw import Raw, kinds_of, raw_of
from agglo.models.water.readings.series import Flag, Grid, Series

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


def assemble(readings: "pa.Table", sensors: "pa.Table | None", step_s: int | None, zone: str) -> Series:
    """See :func:`.series.read`."""
    raws = raw_of(readings, sensors)
    grid = gridding.grid_of(raws, step_s)
    values, kinds, flags = {}, {}, []
    for raw in raws:
        kinds[raw.sensor] = "flow" if raw.kind == "index" else raw.kind
        values[raw.sensor], own = _of_sensor(raw, grid)
        flags += own
    for name in sorted(set(kinds_of(sensors)) - set(kinds)):
        flags.append(_absent(name, grid))
    shifted = clocks.shifts(grid, values, kinds, zone)
    for one, rows in shifted:
        flags.append(one)
        values[one.sensor][rows] = float("nan")
    whole = Series(grid, values, kinds, ())
    flags += units.pressure_flags(whole)
    return Series(grid, values, kinds, tuple(sorted(flags, key=lambda one: (one.sensor, one.start, one.kind))))


def _of_sensor(raw: Raw, grid: Grid) -> "tuple[np.ndarray, list[Flag]]":
    step = gridding.own_step(raw.times)
    gaps = gridding.gap_flags(raw, grid, step)
    raw, twice = gridding.without_duplicates(raw)
    if raw.kind == "index":
        values, found = flow_of_index(raw, grid, step)
    else:
        values, found = gridding.placed(raw, grid, step), []
    kind = "flow" if raw.kind == "index" else raw.kind
    values, wrong = judged(raw.sensor, kind, grid, values, counted=raw.kind == "index")
    return values, [*gaps, *twice, *found, *wrong]


def _absent(sensor: str, grid: Grid) -> Flag:
    detail = _("The table of sensors names it, and there is no reading of it at all.")
    return Flag(sensor, "gap", grid.times[0], grid.times[-1], grid.length, detail)
