"""How much a small leak at each node moves the pressure at each sensor."""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING

from agglo.models.water.hydraulics import toolkit as codes
from agglo.models.water.hydraulics.engine import Engine
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.hydraulics.toolkit import Toolkit

if TYPE_CHECKING:
    import numpy as np

ACCURACY = 1e-4
"""Change of flows, over all flows, under which a solution is taken [1]; 1e-5 moves L-Town's by 7e-6 m/(m3/h)."""


def sensitivities(
    network: Network | Path | Engine,
    nodes: Sequence[str],
    hours: Sequence[float],
    sensors: Sequence[str],
    leak_m3_h: float = 1.0,
    *,
    scratch: Path | None = None,
) -> "np.ndarray":
    """Change of pressure at sensors for each m3/h of a leak at a node [m/(m3/h)], (hours, sensors, nodes).

    Parameters
    ----------
    network
        A network, or an engine open on one, with its demands, leaks and settings as they are set.
    nodes, sensors
        Junctions where the leak is put, one at a time; nodes whose pressure is read.
    hours
        Times since the start [h], in increasing order.
    leak_m3_h
        Flow of the leak, not above zero by accident: the change is divided by it [m3/h].
    scratch
        A folder for EPANET's files; needed with a network.

    The network is solved again at the same instant with each leak: tanks do not move, valves do.
    """
    if isinstance(network, Engine):
        return _of_engine(network, nodes, hours, sensors, leak_m3_h)
    if scratch is None:
        raise ValueError("a network needs a scratch folder")
    with Engine(network, scratch) as engine:
        return _of_engine(engine, nodes, hours, sensors, leak_m3_h)


def _of_engine(
    engine: Engine, nodes: Sequence[str], hours: Sequence[float], sensors: Sequence[str], leak_m3_h: float
) -> "np.ndarray":
    import numpy as np

    toolkit = engine.toolkit
    read = toolkit.reader("node", [engine.node_index(one) for one in sensors], codes.HEAD)
    heads = np.empty((len(hours), len(nodes) + 1, len(sensors)))

    def at_hour(rank: int, time_s: int) -> None:
        now = ctypes.c_long(time_s)
        for column, node in enumerate(nodes):
            engine.add_leak(node, leak_m3_h)
            toolkit.call("runH", ctypes.byref(now))
            engine.add_leak(node, 0.0)
            read(heads[rank, column])
        toolkit.call("runH", ctypes.byref(now))
        read(heads[rank, -1])

    for node in nodes:
        engine.add_leak(node, 0.0)
    with engine.running(), _finer(toolkit):
        _visit(toolkit, [round(3600 * hour) for hour in hours], at_hour)
    change = (heads[:, :-1] - heads[:, -1:]) * engine.network.m_per_length / leak_m3_h
    return np.ascontiguousarray(change.transpose(0, 2, 1))


@contextmanager
def _finer(toolkit: Toolkit) -> Iterator[None]:
    """The finest accuracy, then that of before."""
    held = toolkit.real("getoption", codes.ACCURACY)
    toolkit.set_option(codes.ACCURACY, ACCURACY)
    try:
        yield
    finally:
        toolkit.set_option(codes.ACCURACY, held)


def _visit(toolkit: Toolkit, times_s: Sequence[int], at_time: Callable[[int, int], None]) -> None:
    """Calls ``at_time`` with the rank and each of ``times_s`` once the network is solved there."""
    held = toolkit.long("gettimeparam", codes.HYDRAULIC_STEP)
    toolkit.call("settimeparam", codes.DURATION, ctypes.c_long(max(times_s)))
    toolkit.call("settimeparam", codes.HYDRAULIC_STEP, ctypes.c_long(gcd(held, *times_s)))
    toolkit.call("initH", codes.FROM_SCRATCH)
    now, left = ctypes.c_long(0), ctypes.c_long(1)
    while left.value > 0:
        toolkit.call("runH", ctypes.byref(now))
        if now.value in times_s:
            at_time(times_s.index(now.value), now.value)
        toolkit.call("nextH", ctypes.byref(left))
