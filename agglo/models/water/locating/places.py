"""Where sensors lie in the hydraulic model, from a table ``water-sensors``, checked against the network."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from agglo.contract.errors import Fault, nearest
from agglo.contract.language import _
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.locating.found import Place
from agglo.models.water.readings.sectors import FLOW, LEVEL, PRESSURE

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_PRESSURES = 2
"""Pressure sensors with a node under which no place is looked for on the model."""


def declared(table: "pa.Table | None", kinds: Mapping[str, str]) -> dict[str, Place]:
    """Places as the table gives them, of the sensors that were read; ``kinds`` is what each of these measures."""
    rows = [] if table is None else table.to_pylist()
    return {
        row["sensor"]: Place(row["sensor"], kinds[row["sensor"]], row.get("node") or "", row.get("link") or "")
        for row in rows
        if row["sensor"] in kinds
    }


def why_not(places: Mapping[str, Place]) -> str:
    """Why no search on the model can be made with these places; empty where it can."""
    placed = [one for one in places.values() if one.kind == PRESSURE and one.node]
    if len(placed) < LEAST_PRESSURES:
        return _("fewer than two pressure sensors have a node of the model")
    if not any(one.kind == FLOW and one.link for one in places.values()):
        return _("no flow meter has a link of the model")
    return ""


def faults(table: "pa.Table", network: Network, kinds: Mapping[str, str], *, all_placed: bool) -> Iterator[Fault]:
    """Nodes and links that are not in the network, levels that are not a tank's; pressures without a node, where
    ``all_placed`` says that each must have one.

    Sensors that no reading comes from are checked too: a name that is wrong now will be wrong once they are read.
    """
    rows = table.to_pylist()
    for number, row in enumerate(rows, 1):
        where = _("sensors, row {row} ({sensor})").format(row=number, sensor=row["sensor"])
        kind = kinds.get(row["sensor"], "")
        yield from _row_faults(where, row, network, kind)
        if all_placed and kind == PRESSURE and not row.get("node"):
            repair = _("Give the node of the model where this sensor lies.")
            yield Fault(f"{where}, node", _("nothing"), _("a node of the network"), repair)
    named = {row["sensor"] for row in rows}
    for sensor, kind in kinds.items():
        if all_placed and kind == PRESSURE and sensor not in named:
            where = _("sensors, {sensor}").format(sensor=sensor)
            yield Fault(where, _("no row"), _("a row with its node of the model"), nearest(sensor, sorted(named)))


def _row_faults(where: str, row: Mapping[str, Any], network: Network, kind: str) -> Iterator[Fault]:
    node, link = row.get("node"), row.get("link")
    if node and node not in network.nodes:
        yield Fault(f"{where}, node", str(node), _("a node of the network"), nearest(node, [*network.nodes]))
    elif kind == LEVEL and node and network.nodes[node].kind != "tank":
        tanks = [name for name, one in network.nodes.items() if one.kind == "tank"]
        yield Fault(f"{where}, node", str(node), _("a tank of the network"), nearest(node, tanks))
    if link and link not in network.links:
        yield Fault(f"{where}, link", str(link), _("a link of the network"), nearest(link, [*network.links]))
