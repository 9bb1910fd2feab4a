"""What people confirmed or repaired, entered in what is believed of a zone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agglo.models.water.locating.found import Known
from agglo.models.water.locating.search.evidence import placed
from agglo.models.water.locating.search.filtering import Leak

if TYPE_CHECKING:
    from agglo.models.water.locating.search.watching import ZoneWatch

REPAIRED_WITHIN_M = 500.0
UNKNOWN_FLOW_M3_H = 5.0
"""Flow from which a confirmed leak that nobody measured is followed [m3/h]; its variance is large."""


def told(watch: "ZoneWatch", known: Sequence[Known], hour: int) -> None:
    """Enters what people knew at the end of this hour: a confirmed leak has its pipe, a repaired one is over."""
    start, end = watch.hours.time(hour - 1), watch.hours.time(hour)
    pipes = watch.model.view.zone.pipes
    for one in known:
        if one.pipe not in pipes:
            continue
        pipe = pipes.index(one.pipe)
        nearest = min(
            range(len(watch.belief.leaks)),
            key=lambda rank: watch.distance[watch.belief.leaks[rank].pipe, pipe],
            default=None,
        )
        if one.until is not None and start < one.until <= end:
            if nearest is not None and watch.distance[watch.belief.leaks[nearest].pipe, pipe] <= REPAIRED_WITHIN_M:
                watch.end(nearest, hour, hour)
        elif start < one.since <= end or (hour == 0 and one.since <= end):
            _confirm(watch, one, pipe, nearest, hour)


def _confirm(watch: "ZoneWatch", one: Known, pipe: int, nearest: int | None, hour: int) -> None:
    import numpy as np

    near = nearest is not None and watch.distance[watch.belief.leaks[nearest].pipe, pipe] <= watch.model.setting.reach_m
    sure = np.where(np.arange(len(watch.lengths)) == pipe, 50.0, 0.0)
    place, mass, centre = placed(sure, watch.lengths, watch.near)
    if near and nearest is not None:
        leak = watch.belief.leaks[nearest]
        leak.pipe = leak.first_pipe = pipe
        leak.place, leak.mass, leak.centre, leak.raised_pipe = place, mass, pipe, pipe
        leak.modes = watch.modes(pipe, place)
        watch.belief.forget_modes(nearest)
    else:
        flow = UNKNOWN_FLOW_M3_H if one.flow_m3_h is None else one.flow_m3_h
        leak = Leak(
            len(watch.leaks),
            pipe,
            pipe,
            hour,
            hour,
            50.0,
            watch.signatures[:, pipe],
            watch.modes(pipe, place),
            place,
            mass,
            centre,
            raised=hour,
            raised_pipe=pipe,
        )
        watch.leaks.append(leak)
        watch.belief.add(leak, flow, (0.5 * flow) ** 2 + 1)
    watch.refresh()
    watch.restart(hour + 1)
