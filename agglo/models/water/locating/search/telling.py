"""What a zone's search found, as other parts of the model read it."""

from typing import TYPE_CHECKING

from agglo.models.water.locating.found import MOST_CANDIDATES, Candidate, Found
from agglo.models.water.locating.search.filtering import Leak
from agglo.models.water.locating.search.hours import HOUR_S
from agglo.models.water.locating.search.watching import ZoneWatch

if TYPE_CHECKING:
    import numpy as np


def found_of(watch: ZoneWatch) -> list[tuple[Found, Leak, ZoneWatch]]:
    """Leaks that were raised in a zone, in the order in which they were."""
    return [(_found(leak, watch), leak, watch) for leak in watch.leaks if leak.raised is not None]


def _found(leak: Leak, watch: ZoneWatch) -> Found:
    import numpy as np

    pipes = watch.model.view.zone.pipes
    flow, error = _flow(leak, watch)
    likely = np.argsort(-leak.place)[:MOST_CANDIDATES]
    ended = watch.ended.get(leak.id)
    return Found(
        pipe=pipes[leak.centre],
        since=watch.hours.start + np.timedelta64(leak.since * HOUR_S, "s"),
        raised=watch.hours.time(int(leak.raised or 0)),
        flow_m3_h=flow,
        flow_low_m3_h=max(flow - 1.96 * error, 0.0),
        flow_high_m3_h=flow + 1.96 * error,
        probability=min(leak.mass, 0.99),
        evidence=leak.evidence,
        candidates=tuple(Candidate(pipes[rank], float(leak.place[rank])) for rank in likely if leak.place[rank] > 1e-4),
        ended=None if ended is None else watch.hours.start + np.timedelta64(ended * HOUR_S, "s"),
        zone=watch.model.view.zone.name,
        raised_pipe=pipes[leak.centre if leak.raised_pipe is None else leak.raised_pipe],
    )


def _flow(leak: Leak, watch: ZoneWatch) -> tuple[float, float]:
    """Flow now, or the last one before it ended, and its standard deviation [m3/h]."""
    error = watch.model.setting.signature_error
    for rank, one in enumerate(watch.belief.leaks):
        if one.id == leak.id:
            at, flow = watch.belief.at(rank), watch.belief.flow(rank)
            return flow, float((watch.belief.covariance[at, at] + (error * flow) ** 2) ** 0.5)
    before = watch.ended.get(leak.id, watch.hours.length)
    flows = [flow for hour, flow in leak.flows.items() if hour < before][-24:]
    flow = sum(flows) / len(flows) if flows else 0.0
    return flow, max(error * flow, 0.5)


def daily(leak: Leak, watch: ZoneWatch) -> "tuple[np.ndarray, np.ndarray]":
    """Days (n,) ``datetime64[D]`` and mean flow of a leak in each [m3/h] (n,)."""
    import numpy as np

    hours = np.array(sorted(leak.flows), dtype=np.int64)
    if not len(hours):
        return np.array([], dtype="datetime64[D]"), np.array([])
    days = (watch.hours.start + (hours * HOUR_S).astype("timedelta64[s]")).astype("datetime64[D]")
    flows = np.array([leak.flows[int(hour)] for hour in hours])
    unique = np.unique(days)
    return unique, np.array([flows[days == day].mean() for day in unique])
