"""Which sector each node of the model is in: what is left in one piece once the metered links are cut."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from agglo.models.water.hydraulics.network import Network
from agglo.models.water.locating.found import Place
from agglo.models.water.readings.sectors import FLOW, Meter, sectors_of


def sectors_of_nodes(network: Network, places: Mapping[str, Place], meters: Sequence[Meter]) -> dict[str, str]:
    """The sector of each node that is in one; a sector is the zone bounded by exactly the links of its meters.

    Where two zones have the same bounds (a town and its source), the one with more pipe is meant. A sector whose meters
    have no link, or that no zone fits, has no node.
    """
    cut = {one.link for one in places.values() if one.kind == FLOW and one.link in network.links}
    zone_of = _zones(network, cut)
    bounds: defaultdict[int, set[str]] = defaultdict(set)
    pipes: defaultdict[int, float] = defaultdict(float)
    for name, link in network.links.items():
        for end in (link.start, link.end):
            if name in cut:
                bounds[zone_of[end]].add(name)
            pipes[zone_of[end]] += link.length_m / 2
    found: dict[int, str] = {}
    for sector, those in sectors_of(meters).items():
        wanted = {places[one.sensor].link for one in those if one.kind == FLOW and one.sensor in places}
        fitting = [zone for zone, links in bounds.items() if links == wanted and zone not in found]
        if fitting:
            found[max(fitting, key=lambda zone: pipes[zone])] = sector
    return {node: found[zone] for node, zone in zone_of.items() if zone in found}


def sector_of_pipe(pipe: str, network: Network, sectors: Mapping[str, str]) -> str:
    """The sector of a pipe: that of its ends, empty where they are in two or in none."""
    if pipe not in network.links:
        return ""
    ends = {sectors.get(end, "") for end in (network.links[pipe].start, network.links[pipe].end)}
    return ends.pop() if len(ends) == 1 else ""


def _zones(network: Network, cut: set[str]) -> dict[str, int]:
    """The number of the zone of each node, the links ``cut`` left out."""
    beside: defaultdict[str, list[str]] = defaultdict(list)
    for name, link in network.links.items():
        if name not in cut:
            beside[link.start].append(link.end)
            beside[link.end].append(link.start)
    zone_of: dict[str, int] = {}
    for first in network.nodes:
        if first in zone_of:
            continue
        number, left = len(set(zone_of.values())), [first]
        zone_of[first] = number
        while left:
            for other in beside[left.pop()]:
                if other not in zone_of:
                    zone_of[other] = number
                    left.append(other)
    return zone_of
