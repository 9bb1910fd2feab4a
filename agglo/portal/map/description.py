"""What the zoomable map is told: one JSON text in the page, which the script reads."""

import gzip
import json
from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from agglo.contract import numerals
from agglo.contract.language import _
from agglo.portal import assets, layers
from agglo.portal.drawings import Choropleth
from agglo.portal.map import tiles
from agglo.portal.map.legends import Step
from agglo.portal.map.sides import Side
from agglo.portal.visits import Visit
from agglo.territory.communes import Bounds

FILES = ("map/map.js", "map/map-worker.js", "map/map.css")
LARGEST_GEOJSON = 2_000
"""A layer with more features than this comes as tiles."""
_MOST_COMMUNES = 10_000
_CODE, _NAME = "insee", "name"
_ANY_COMMUNE = "CODE"


def built() -> bool:
    """Whether the map's files are there; a copy of the sources from which nobody has built them has none."""
    return all((assets.STATIC / name).is_file() for name in FILES)


@cache
def size_kb() -> int:
    """What the map's files weigh on the network, compressed [kB]."""
    return round(sum(len(gzip.compress((assets.STATIC / name).read_bytes(), 6)) for name in FILES) / 1000)


def background(visit: Visit) -> dict[str, str] | None:
    """The tiles behind the map and whose they are; None where the setting names none."""
    address = str(visit.workspace.setting("map_background"))
    if not address:
        return None
    return {"tiles": address, "source": str(visit.workspace.setting("map_background_source")) or _host(address)}


def policy(visit: Visit) -> str:
    """What the content policy of this page needs beyond that of others: the host of the background, nothing else."""
    address = str(visit.workspace.setting("map_background"))
    if not address:
        return ""
    parts = urlsplit(address)
    host = f"{parts.scheme}://{parts.netloc}"
    return f"img-src {host}; connect-src {host}"


def _host(address: str) -> str:
    return urlsplit(address).netloc


def text(visit: Visit, shown: Sequence[tuple[Side, Choropleth | None, Sequence[Step]]]) -> str:
    """The description of the map of those sides."""
    from agglo.portal.app import path_of

    content = {
        "worker": assets.address_of("map/map-worker.js"),
        "bounds": _together([visit.territory.bounds, *(one.features.bounds for one, *_rest in shown if one.features)]),
        "outlines": {"address": _items(layers.COMMUNES, _MOST_COMMUNES), "code": _CODE, "name": _NAME},
        "background": background(visit),
        "sides": [_side(*one) for one in shown],
        "commune": path_of("commune", insee=_ANY_COMMUNE),
        "words": _words(shown[0][0].label),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _together(boxes: Sequence[Bounds | None]) -> list[float]:
    wests, souths, easts, norths = zip(*(box for box in boxes if box), strict=True)
    return [min(wests), min(souths), max(easts), max(norths)]


def _items(layer: str, limit: int) -> str:
    return f"/ogc/collections/{quote(layer)}/items?f=json&limit={limit}"


def _side(side: Side, drawing: Choropleth | None, steps: Sequence[Step]) -> dict[str, Any]:
    if side.features is None:
        values = {one.insee: [one.css, one.said] for one in drawing.areas} if drawing else {}
        return {"kind": "communes", "title": side.name, "values": values}
    return {
        "kind": "features",
        "title": side.name,
        "source": _source(side),
        "shape": side.features.shape,
        "property": side.theme.id if side.theme else "",
        "steps": [[one.css, one.least] for one in steps],
        "properties": [
            {"name": one.name, "title": one.title or one.name, "unit": numerals.unit_label(one.unit)}
            for one in side.features.prepared.properties()
        ],
    }


def _source(side: Side) -> dict[str, str]:
    from agglo.portal.app import path_of

    if side.features and side.features.count > LARGEST_GEOJSON:
        return {"type": "tiles", "address": path_of("tiles", id=side.layer.id), "layer": tiles.LAYER_NAME}
    return {"type": "geojson", "address": _items(side.layer.id, LARGEST_GEOJSON)}


def _words(title: str) -> dict[str, Any]:
    return {
        "colon": _(":"),
        "unknown": _("no data"),
        "nothing": _("No commune here."),
        "page": _("Page of"),
        "maplibre": {
            "Map.Title": _("Zoomable map: {title}").format(title=title),
            "CooperativeGesturesHandler.WindowsHelpText": _("Hold Ctrl and scroll to zoom the map"),
            "CooperativeGesturesHandler.MacHelpText": _("Hold ⌘ and scroll to zoom the map"),
            "CooperativeGesturesHandler.MobileHelpText": _("Use two fingers to move the map"),
        },
    }
