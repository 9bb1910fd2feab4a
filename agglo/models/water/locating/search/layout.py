"""Zones: parts of the network whose consumption is known from meters and tanks, and what is measured in each.

A measured pump that fills a zone with a tank is replaced by what it was measured to pump; the level of a tank is
as measured. So a leak changes nothing outside its zone, and in it only what the balance leaves free.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agglo.models.water.hydraulics.network import Network
from agglo.models.water.locating.found import Place

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Zone:
    """One zone. ``inlets`` and ``outlets`` are (sensor, link, sign): its flow along the link is sign x reading.

    ``pressures`` are (sensor, node); ``splits`` the inlets whose flow the hydraulics tell, all but one.
    """

    name: str
    junctions: tuple[str, ...]
    pipes: tuple[str, ...]
    tanks: Mapping[str, str]
    inlets: tuple[tuple[str, str, int], ...]
    outlets: tuple[tuple[str, str, int], ...]
    pressures: tuple[tuple[str, str], ...]
    splits: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True)
class Layout:
    """All zones, the pumps replaced by their measured flow, as (sensor, link, sign), and why parts are not searched."""

    zones: tuple[Zone, ...]
    replaced: tuple[tuple[str, str, int], ...]
    levels: Mapping[str, str]
    unsearched: tuple[str, ...] = field(default=())


def layout_of(network: Network, places: Sequence[Place], signs: Mapping[str, int]) -> Layout:
    """The zones of a network cut at its measured links. ``signs`` is -1 for a meter read against its link."""
    flows = {one.link: one.sensor for one in places if one.kind == "flow" and one.link in network.links}
    levels = {one.node: one.sensor for one in places if one.kind == "level" and one.node in network.nodes}
    part = _parts(network, cut=set(flows))
    replaced = tuple(
        (sensor, link, signs.get(sensor, 1))
        for link, sensor in flows.items()
        if network.links[link].kind == "pump" and _has_source(network, part, network.links[link].end)
    )
    zones = []
    for rank in sorted(set(part.values())):
        zone = _zone(
            network,
            rank,
            part,
            flows=flows,
            levels=levels,
            places=places,
            signs=signs,
            replaced={one[1] for one in replaced},
        )
        if zone is not None and (zone.inlets or zone.tanks):
            zones.append(zone)
    inside = {sensor for zone in zones for sensor, _node in zone.pressures}
    left = (one.sensor for one in places if one.kind == "pressure" and one.sensor not in inside)
    return Layout(tuple(zones), replaced, levels, tuple(left))


def _parts(network: Network, cut: set[str]) -> dict[str, int]:
    """The part of each node once the cut links are away."""
    beside: dict[str, list[str]] = {name: [] for name in network.nodes}
    for name, link in network.links.items():
        if name not in cut:
            beside[link.start].append(link.end)
            beside[link.end].append(link.start)
    part: dict[str, int] = {}
    for first in network.nodes:
        if first not in part:
            part[first] = rank = len(set(part.values()))
            left = [first]
            while left:
                for node in beside[left.pop()]:
                    if node not in part:
                        part[node] = rank
                        left.append(node)
    return part


def _has_source(network: Network, part: Mapping[str, int], node: str) -> bool:
    return any(part[one] == part[node] for one in network.sources)


def _zone(
    network: Network,
    rank: int,
    part: Mapping[str, int],
    *,
    flows: Mapping[str, str],
    levels: Mapping[str, str],
    places: Sequence[Place],
    signs: Mapping[str, int],
    replaced: set[str],
) -> Zone | None:
    """One part as a zone; None where its balance cannot be told: a reservoir, a tank without level, no demand."""
    nodes = {name for name, one in part.items() if one == rank}
    sources = [network.nodes[name] for name in network.sources if name in nodes]
    if any(one.kind == "reservoir" or one.id not in levels for one in sources):
        return None
    inlets, outlets = [], []
    for link, sensor in flows.items():
        one, sign = network.links[link], signs.get(sensor, 1)
        if one.end in nodes and one.start not in nodes:
            inlets.append((sensor, link, sign))
        elif one.start in nodes and one.end not in nodes:
            outlets.append((sensor, link, sign))
    junctions = tuple(name for name in network.junctions if name in nodes)
    if not any(network.mean_demand_m3_h(name) > 0 for name in junctions):
        return None
    free = [one for one in inlets if one[1] not in replaced]
    return Zone(
        name=junctions[0],
        junctions=junctions,
        pipes=tuple(
            name
            for name, link in network.links.items()
            if link.kind == "pipe" and {link.start, link.end} <= nodes and not link.closed
        ),
        tanks={one.id: levels[one.id] for one in sources},
        inlets=tuple(inlets),
        outlets=tuple(outlets),
        pressures=tuple(
            (one.sensor, one.node)
            for one in places
            if one.kind == "pressure" and one.node in nodes and network.nodes[one.node].kind == "junction"
        ),
        splits=tuple(free[:-1]) if not sources else (),
    )


def balance_m3_h(zone: Zone, flow: "Mapping[str, np.ndarray]", storing: "Mapping[str, np.ndarray]") -> "np.ndarray":
    """Consumption and losses of a zone [m3/h], by hour: what enters less what leaves and what its tanks take."""
    import numpy as np

    none = np.zeros(len(next(iter(flow.values()))))
    entering = sum((sign * flow[sensor] for sensor, _link, sign in zone.inlets), none)
    leaving = sum((sign * flow[sensor] for sensor, _link, sign in zone.outlets), none)
    stored = sum((storing[sensor] for sensor in zone.tanks.values()), none)
    return np.asarray(entering - leaving - stored)
