"""Tables of the made-up town: sensors, meters, sectors, volumes, measures to try, and the leaks that were put in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agglo.models.water.hydraulics.network import Network
from agglo.models.water.town import demand, layout, truth
from agglo.models.water.town.layout import Town
from agglo.models.water.town.sensors import TANK_AREA_M2, VAL_INDEX, Sensor

PLACE = "99999"
"""A code that no commune of France has."""
SOURCE = "Clairvane, ville inventée (pas Paris-Saclay) / made-up town (not Paris-Saclay)"
_CONNECTIONS_PER_M3_H = 48
_TITLES = {"bas": "Clairvane, le bourg", "val": "Clairvane, le val", "haut": "Clairvane, les hauts"}

Rows = Sequence[Mapping[str, Any]]


def _sensors(_town: Town, network: Network, held: Sequence[Sensor]) -> Rows:
    rows = []
    for one in held:
        node = network.nodes[one.node] if one.node else None
        rows.append(
            {
                **{name: getattr(one, name) for name in ("title", "kind", "operator", "node", "link")},
                "sensor": one.id,
                "x": node.x if node else "",
                "y": node.y if node else "",
                "elevation_m": node.elevation_m if node else "",
            }
        )
    return rows


def _meters(*_held: object) -> Rows:
    rows = [
        ("bas", "Q_SOURCE", 1, ""),
        ("bas", VAL_INDEX, -1, ""),
        ("bas", "Q_POMPE", -1, ""),
        ("val", VAL_INDEX, 1, ""),
        ("haut", "Q_POMPE", 1, ""),
        ("haut", "N_CHATEAU", 1, TANK_AREA_M2),
    ]
    return [dict(zip(("sector", "sensor", "sign", "tank_area_m2"), row, strict=True)) for row in rows]


def _sectors(town: Town, network: Network, _held: Sequence[Sensor]) -> Rows:
    letters = {zone.sector: zone.letter for zone in layout.ZONES}
    rows = []
    for sector, letter in letters.items():
        length = sum(pipe.length_m for pipe in town.pipes if pipe.start.startswith(letter))
        mean = sum(network.mean_demand_m3_h(one.name) for one in town.crossings if one.sector == sector)
        rows.append(
            {
                "sector": sector,
                "title": _TITLES[sector],
                "network_km": round(length / 1000, 2),
                "connections": round(mean * _CONNECTIONS_PER_M3_H),
                "subscribers": round(mean * _CONNECTIONS_PER_M3_H),
            }
        )
    return rows


def _volumes(_town: Town, network: Network, _held: Sequence[Sensor]) -> Rows:
    """Two years declared before the readings: one sound, one with an old leak of 3 m3/h that was repaired since."""
    metered = 8760 * sum(network.mean_demand_m3_h(node) for node in network.junctions)
    rows = []
    for year, leakage in ((2023, truth.BACKGROUND_M3_H + 3.0), (2024, truth.BACKGROUND_M3_H + 0.6)):
        unmetered, service = 4_000, 3_000
        rows.append(
            {
                **{"place": PLACE, "sector": "all", "year": year},
                "produced_m3": round(metered + unmetered + service + 8760 * leakage),
                **{"imported_m3": 0, "exported_m3": 0, "metered_m3": round(metered)},
                **{"unmetered_m3": unmetered, "service_m3": service},
                "network_km": round(network.length_m / 1000, 2),
                "subscribers": round(metered / 8760 * _CONNECTIONS_PER_M3_H),
                "connections": round(metered / 8760 * _CONNECTIONS_PER_M3_H),
                **{"quality": "assumed", "source": SOURCE},
            }
        )
    return rows


def _measures(_town: Town, network: Network, _held: Sequence[Sensor]) -> Rows:
    closed = next(name for name, link in network.links.items() if "B0404" in (link.start, link.end))
    names = ("measure", "title", "kind", "link", "setting_m", "pipe", "flow_m3_h")
    found = truth.leaks(network)
    rows = [
        ("val-34", "Val : consigne de 42 à 34 m", "pressure_setting", layout.VALVE, 34, "", ""),
        ("fermer", "Fermer une conduite du bourg", "close", closed, "", "", ""),
        *((f"reparer-{one.id}", f"Réparer {one.pipe}", "repair", "", "", one.pipe, one.flow_m3_h) for one in found),
    ]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _truth(_town: Town, network: Network, _held: Sequence[Sensor]) -> Rows:
    """What was put in, for tests and for readers: no model reads it."""
    start = demand.START.astimezone(ZoneInfo("UTC"))
    return [
        {
            "leak": one.id,
            "pipe": one.pipe,
            "node": one.node,
            "start_utc": f"{start + timedelta(hours=one.start_h):%Y-%m-%dT%H:%MZ}",
            "full_utc": f"{start + timedelta(hours=one.start_h + one.growing_h):%Y-%m-%dT%H:%MZ}",
            "flow_m3_h": one.flow_m3_h,
            "source": SOURCE,
        }
        for one in truth.leaks(network)
    ]


TABLES: Mapping[str, Callable[[Town, Network, Sequence[Sensor]], Rows]] = {
    "clairvane-sensors": _sensors,
    "clairvane-meters": _meters,
    "clairvane-sectors": _sectors,
    "clairvane-volumes": _volumes,
    "clairvane-measures": _measures,
    "clairvane-leaks-put-in": _truth,
}
"""Files by name, without their ending."""
