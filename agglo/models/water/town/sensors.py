"""Sensors of the made-up town, and what they read: errors of measure, rounding, and what goes wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.models.water.hydraulics.network import Network
from agglo.models.water.town import layout
from agglo.models.water.town.truth import Truth

if TYPE_CHECKING:
    import numpy as np

REGIE, VAL = "Régie de Clairvane", "Eaux du Val"
"""The two operators, invented like the town."""
VAL_INDEX = "EV-IDX-01"
INDEX_START_M3 = 84210.0
TANK_AREA_M2 = round(3.141592653589793 * layout.TANK_DIAMETER_M**2 / 4, 2)
_PRESSURES = {"bas": 5, "val": 4, "haut": 3}


@dataclass(frozen=True, slots=True)
class Sensor:
    """``tag`` is how the operator names it in its exports: the second names its sensors as everyone does."""

    id: str
    title: str
    kind: str
    operator: str
    node: str
    link: str
    tag: str


def sensors(network: Network) -> tuple[Sensor, ...]:
    """One flow meter on the source, one on the pump, one index on the valley, one level, and twelve pressures."""
    held = [
        Sensor("Q_SOURCE", "Compteur de la source", "flow", REGIE, "", layout.INLET, "DEBIT ADDUCTION"),
        Sensor("Q_POMPE", "Compteur du pompage", "flow", REGIE, "", layout.PUMP, "DEBIT POMPAGE"),
        Sensor("N_CHATEAU", "Niveau du château d'eau", "level", REGIE, layout.TANK, "", "NIVEAU CHATEAU"),
        Sensor(VAL_INDEX, "Compteur du val (index)", "index", VAL, "", layout.VALVE, VAL_INDEX),
    ]
    number = 0
    for sector, count in _PRESSURES.items():
        for node in _spread(network, sector, count):
            number += 1
            name = f"EV-P{number:02d}" if sector == "val" else f"P{number:02d}"
            operator, tag = (VAL, name) if sector == "val" else (REGIE, f"PRESSION {number:02d}")
            held.append(Sensor(name, f"Pression {node}", "pressure", operator, node, "", tag))
    return tuple(held)


def _spread(network: Network, sector: str, count: int) -> list[str]:
    """Junctions far from each other along the pipes, the first far from where water enters."""
    letter = next(zone.letter for zone in layout.ZONES if zone.sector == sector)
    nodes = [name for name in network.junctions if name.startswith(letter) and name != "V_ENTREE"]
    starts = {"bas": "B0004", "val": "V0400", "haut": "H0303"}
    ways, places = network.distances_m(nodes), [network.index[name] for name in nodes]
    among = ways[:, places]
    chosen: list[int] = []
    nearest = among[nodes.index(starts[sector])]
    for _rank in range(count):
        chosen.append(int(nearest.argmax()))
        nearest = nearest.clip(max=among[chosen[-1]])
    return [nodes[at] for at in sorted(chosen)]


def read(truth: Truth, held: tuple[Sensor, ...], seed: int) -> "Mapping[str, np.ndarray]":
    """Readings by sensor: flow [m3/h, 0.1], index [m3, 0.1], pressure [m, 0.01], level [m, 0.01]; NaN where missing.

    P03 is silent for 30 hours, EV-P08 shows one value for 14 hours, both in the first weeks.
    """
    import numpy as np

    chance = np.random.default_rng([seed, 1])
    found: dict[str, np.ndarray] = {}
    for one in held:
        if one.kind == "pressure":
            values = truth.pressure_m[one.node]
            found[one.id] = np.round(values + chance.normal(0.0, 0.02, len(values)), 2)
        elif one.kind == "level":
            found[one.id] = np.round(truth.level_m + chance.normal(0.0, 0.003, len(truth.level_m)), 2)
        else:
            flow = truth.flow_m3_h[one.link]
            read_flow = (flow * chance.normal(1.0, 0.005, len(flow))).clip(0.0)
            counted = INDEX_START_M3 + np.concatenate([[0.0], np.cumsum(read_flow)[:-1] / 4])
            found[one.id] = np.round(read_flow if one.kind == "flow" else counted, 1)
    found["P03"][850:970] = np.nan
    found["EV-P08"][1300:1356] = found["EV-P08"][1300]
    return found
