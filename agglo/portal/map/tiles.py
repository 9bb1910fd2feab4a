"""Large layers as vector tiles in one file (PMTiles), which browsers read a piece at a time.

The file is made once by a process of its own (``python -m agglo.portal.map.tiles``), from the prepared layer, into
``cache/tiles``; its name is the digest of the layer.
"""

import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

from starlette.responses import FileResponse, Response

from agglo.contract.errors import AggloError
from agglo.contract.language import _
from agglo.portal import apart, layers
from agglo.portal.layers import Layer
from agglo.portal.visits import Visit
from agglo.store.workspace import Workspace

LAYER_NAME = "shapes"
"""What the one layer inside the file is called."""
MEDIA_TYPE = "application/vnd.pmtiles"
_LOWEST_ZOOM, _HIGHEST_ZOOM = 6, 14
_TIMEOUT_S = 900


def show(visit: Visit) -> Response:
    """The tiles of a layer, whole or the range asked for; what may not be read is not there."""
    layer = layers.find(visit.workspace, visit.person, str(visit.path["id"]))
    return FileResponse(made(visit.workspace, layer), media_type=MEDIA_TYPE, headers={"Accept-Ranges": "bytes"})


def path_of(workspace: Workspace, layer: Layer) -> Path:
    """Where the tiles of a layer are, once they are made."""
    return workspace.cache / "tiles" / f"{layer.digest}.pmtiles"


def made(workspace: Workspace, layer: Layer) -> Path:
    """The tiles of a layer, made if they are not there; many may ask at once, one process makes them.

    Raises
    ------
    AggloError
        They cannot be made.
    """
    path = path_of(workspace, layer)
    if path.exists():
        return path
    source = layers.prepared(workspace, layer)
    return apart.once(workspace, path, lambda aside: _make_aside(source, aside))


def _make_aside(source: Path, target: Path) -> None:
    command = [sys.executable, "-m", "agglo.portal.map.tiles", str(source), str(target)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = (error.stderr or b"").decode(errors="replace")[-4000:]
        logging.getLogger("agglo.portal").exception("tiles %s: %s", target.name, said)
        raise AggloError(_("The tiles of this layer cannot be made."), repair=_("The table gives the same.")) from None


def make(source: Path, target: Path) -> None:
    """Write the tiles of a prepared layer aside, then put them in their place."""
    import pyogrio

    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        features, tiles = Path(folder) / "features.geojsonl", Path(folder) / target.name
        _write_features(source, features)
        with pyogrio.open_arrow(features, use_pyarrow=False) as (details, stream):
            pyogrio.write_arrow(
                stream,
                tiles,
                layer=LAYER_NAME,
                driver="PMTiles",
                geometry_type=details["geometry_type"],
                geometry_name=details["geometry_name"] or "wkb_geometry",
                crs=details["crs"],
                dataset_options={"MINZOOM": str(_LOWEST_ZOOM), "MAXZOOM": str(_HIGHEST_ZOOM)},
            )
        tiles.replace(target)


def _write_features(source: Path, target: Path) -> None:
    """The features of a prepared layer that have a geometry, one a line."""
    import sqlite3
    from contextlib import closing

    statement = "SELECT geojson FROM features WHERE minx IS NOT NULL ORDER BY id"
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as connection, target.open("w") as file:
        for (feature,) in connection.execute(statement):
            file.write(json.dumps(json.loads(feature)) + "\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
