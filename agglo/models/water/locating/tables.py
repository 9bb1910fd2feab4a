"""Leaks laid out as the model's tables, layer and indicators."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from agglo.contract.columns import Columns, table
from agglo.contract.indicators import Indicator
from agglo.contract.outcome import Layer
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.locating.leak import Leak
from agglo.models.water.locating.sentences import sentences
from agglo.models.water.locating.setting import Setting
from agglo.models.water.watching.found import cost

if TYPE_CHECKING:
    import numpy as np

_SOURCE = "water.leaks"

LEAKS: Columns = {
    **dict.fromkeys(("leak", "state", "pipe", "node", "sector", "nearest_sensor"), "text"),
    "sensor_distance_m": "m",
    **dict.fromkeys(("since", "found", "ended"), "text"),
    **dict.fromkeys(("flow_m3_h", "flow_low_m3_h", "flow_high_m3_h"), "m3/h"),
    "flow_quality": "text",
    **dict.fromkeys(("eur_d", "eur_d_low", "eur_d_high"), "EUR/d"),
    "days_until_visit_pays": "d",
    "probability": "1",
    "evidence": "number",
    "false_per_year": "1/yr",
    **dict.fromkeys(("method", "sentence_fr", "sentence_en"), "text"),
}
CANDIDATES: Columns = {
    "leak": "text",
    "rank": "rank",
    "pipe": "text",
    "probability": "1",
    **dict.fromkeys(("x", "y"), "number"),
}
FLOWS: Columns = {"leak": "text", "day": "text", "flow_m3_h": "m3/h"}
PIPES: Columns = {**dict.fromkeys(("pipe", "leak"), "text"), "probability": "1"}
NOWHERE = "OGC:CRS84"
"""Reference system of a layer that holds nothing."""


def leak_rows(leaks: Sequence[Leak], setting: Setting) -> Iterator[dict[str, Any]]:
    """One row for each leak. A flow estimated as zero is not known: its upper bound is kept."""
    for one in leaks:
        flow = one.flow or (None, None, None)
        (central, low, high), waiting = cost(one.flow, setting.rules)
        known = bool(flow[0])
        said = sentences(one, setting)
        yield {
            **{"leak": one.id, "state": one.state, "pipe": one.pipe or None, "node": one.node or None},
            **{"sector": one.sector or None, "nearest_sensor": one.sensor or None},
            "sensor_distance_m": one.sensor_distance_m,
            **{"since": one.since, "found": one.found, "ended": one.ended or None},
            **{"flow_m3_h": flow[0] if known else None, "flow_low_m3_h": flow[1], "flow_high_m3_h": flow[2]},
            "flow_quality": one.quality if one.flow else None,
            **{"eur_d": central if known else None, "eur_d_low": low, "eur_d_high": high},
            "days_until_visit_pays": waiting,
            **{"probability": one.probability, "evidence": one.evidence, "false_per_year": one.false_per_year},
            **{"method": one.method, "sentence_fr": said["fr"], "sentence_en": said["en"]},
        }


def candidate_rows(leaks: Sequence[Leak], network: Network | None) -> Iterator[dict[str, Any]]:
    """The pipes that may hold each leak, most likely first, with their middle in the coordinates of the network."""
    for one in leaks:
        for rank, candidate in enumerate(one.candidates, 1):
            x, y = middle(candidate.pipe, network) or (None, None)
            row = {"leak": one.id, "rank": rank, "pipe": candidate.pipe, "probability": candidate.probability}
            yield {**row, "x": x, "y": y}


def flow_rows(flows: "Mapping[str, tuple[np.ndarray, np.ndarray]]") -> Iterator[dict[str, Any]]:
    """The daily flow of each leak that the model follows; a day that is not known is empty."""
    for leak, (days, values) in flows.items():
        for day, value in zip(days.astype("datetime64[D]").astype(str).tolist(), values.tolist(), strict=True):
            yield {"leak": leak, "day": day, "flow_m3_h": value if isfinite(value) else None}


def masses(leaks: Sequence[Leak]) -> dict[str, tuple[float, Leak]]:
    """By pipe, the largest probability that a leak which flows is in it, and that leak.

    A pipe that people gave is certain.
    """
    found: dict[str, tuple[float, Leak]] = {}
    for one in (leak for leak in leaks if leak.flowing):
        given = [(one.pipe, 1.0)] if one.pipe and one.probability is None else []
        for pipe, mass in given or [(each.pipe, each.probability) for each in one.candidates]:
            if mass > found.get(pipe, (0.0, one))[0]:
                found[pipe] = (mass, one)
    return found


def pipes(leaks: Sequence[Leak], network: Network | None, crs: str) -> Layer:
    """Pipes that may hold a leak which flows, from end to end; nothing where no reference system is declared."""
    import pyarrow as pa

    rows, lines = [], []
    for pipe, (mass, leak) in masses(leaks).items() if crs and network else ():
        line = _line(pipe, network) if network else None
        if line is not None:
            rows.append({"pipe": pipe, "leak": leak.id, "probability": mass})
            lines.append(line)
    held = table(PIPES, rows).append_column("geometry", pa.array(lines, pa.binary()))
    return Layer(held, crs if rows else NOWHERE)


def middle(pipe: str, network: Network | None) -> tuple[float, float] | None:
    """The middle of a link between its ends, in the coordinates of the network; None where an end has none."""
    ends = ends_of(pipe, network)
    return None if ends is None else ((ends[0] + ends[2]) / 2, (ends[1] + ends[3]) / 2)


def ends_of(pipe: str, network: Network | None) -> tuple[float, float, float, float] | None:
    """x and y of the start and of the end of a link."""
    if network is None or pipe not in network.links:
        return None
    link = network.links[pipe]
    first, last = network.nodes[link.start], network.nodes[link.end]
    if first.x is None or first.y is None or last.x is None or last.y is None:
        return None
    return first.x, first.y, last.x, last.y


def _line(pipe: str, network: Network) -> bytes | None:
    """A line as well-known binary, little end first."""
    ends = ends_of(pipe, network)
    return None if ends is None else struct.pack("<BII4d", 1, 2, 2, *ends)


def indicators(leaks: Sequence[Leak], setting: Setting, territory: str) -> list[Indicator]:
    """Leaks that flow, those whose pipe is told, and what they lose, in the year of the last reading; none without a
    place."""
    if not territory:
        return []
    local = setting.series.grid.local(setting.rules.zone)
    about: dict[str, Any] = {"place": territory, "year": int(str(local[-1])[:4]), "source": _SOURCE}
    still = [one for one in leaks if one.flowing]
    flows = [one.flow[0] for one in still if one.flow]
    lost = 24 * sum(flows) if flows else None if still else 0.0
    located = sum(one.told(setting.least) for one in still)
    return [
        Indicator(name="water.open-alarms", value=float(len(still)), unit="count", **about),
        Indicator(name="water.leaks-located", value=float(located), unit="count", **about),
        Indicator(name="water.loss-rate-open", value=lost, unit="m3/d", **about),
    ]
