"""The files of the made-up town, written in a folder; those of the usual seed are bundled with agglo."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from agglo.models.water.hydraulics import network as networks
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.town import exports, layout, model, truth
from agglo.models.water.town.sensors import Sensor, read, sensors
from agglo.models.water.town.tables import TABLES

if TYPE_CHECKING:
    import numpy as np

SEED = 2025
BUNDLED = Path(__file__).parent.parent / "data" / "town"
"""Where the files of the usual seed are."""
INP_FILE = "clairvane.inp"


def write(folder: Path, seed: int = SEED) -> list[Path]:
    """Every file of the town, in ``folder``: model, exports, mapping, tables, and what was put in.

    Raises
    ------
    MissingExtra
        WNTR, which brings EPANET, is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    town = layout.draw(seed)
    (folder / INP_FILE).write_text(model.inp(town), encoding="utf-8", newline="\n")
    network = networks.read(folder / INP_FILE)
    held = sensors(network)
    values = readings(network, held, seed)
    texts = {
        exports.REGIE_FILE: "\n".join(exports.of_regie(held, values)) + "\n",
        exports.VAL_FILE: "\n".join(exports.of_val(held, values)) + "\n",
        exports.MAPPING_FILE: "\n".join(exports.mapping(held)) + "\n",
        **{f"{name}.csv": _csv(rows(town, network, held)) for name, rows in TABLES.items()},
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / INP_FILE, *(folder / name for name in texts)]


def readings(network: Network, held: Sequence[Sensor], seed: int = SEED) -> "Mapping[str, np.ndarray]":
    """What the sensors read over the whole period, by sensor."""
    nodes = tuple(one.node for one in held if one.kind == "pressure")
    with TemporaryDirectory() as scratch:
        happened = truth.simulate(network, nodes, seed, Path(scratch))
    return read(happened, tuple(held), seed)


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
