"""The search of ``water.leaks`` as a detector: ``--detector benchmarks.water.detector:search`` of the evaluation.

Given the model as it is, the year's readings and a healthy period before; a pipe is named from past readings only.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow.parquet as pq

from agglo.models.water.hydraulics import network as networks
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.locating import search as searching
from agglo.models.water.locating.found import Place
from agglo.models.water.readings.series import Grid, Series
from benchmarks.water.evaluate import Readings

TIMES = ("timestamp", "__index_level_0__")


def search(readings: Readings) -> Iterator[tuple[str, np.datetime64]]:
    """The pipe named for each leak, and when."""
    network = networks.read(readings.network)
    series = read(readings.readings, network)
    healthy = None if readings.healthy is None else read(readings.healthy, network)
    with TemporaryDirectory() as folder:
        watched = searching.watch(
            network,
            series,
            places(series, network),
            healthy=healthy,
            scratch=Path(folder),
            progress=lambda _share, _text: None,
        )
    for found in watched.found:
        yield found.raised_pipe, found.raised


def read(path: Path, network: Network) -> Series:
    """A year's readings, one column a sensor that bears the name of its node or link."""
    table = pq.read_table(path)
    time = next(name for name in TIMES if name in table.column_names)
    times = table[time].to_numpy().astype("datetime64[s]")
    step_s = int((times[1] - times[0]).astype(np.int64))
    names = [name for name in table.column_names if name != time]
    values = {name: table[name].to_numpy().astype(float) for name in names}
    return Series(Grid(times[0], step_s, len(times)), values, {name: _kind(name, network) for name in names}, ())


def places(series: Series, network: Network) -> dict[str, Place]:
    """Where each sensor lies: its name says it."""
    return {
        name: Place(name, kind, node="" if kind == "flow" else name, link=name if kind == "flow" else "")
        for name, kind in series.kinds.items()
        if name in network.nodes or name in network.links
    }


def _kind(name: str, network: Network) -> str:
    if name in network.links:
        return "flow"
    return "level" if network.nodes[name].kind == "tank" else "pressure"
