"""Leaks found on the hydraulic model, as people see them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import TYPE_CHECKING

from agglo.models.water.hydraulics.network import Network
from agglo.models.water.locating.deciding import MODEL, same, with_decisions
from agglo.models.water.locating.found import Found, Place
from agglo.models.water.locating.leak import Leak
from agglo.models.water.locating.setting import Setting
from agglo.models.water.locating.zones import sector_of_pipe
from agglo.models.water.readings.clock import local_times
from agglo.models.water.readings.sectors import PRESSURE
from agglo.models.water.watching.evidence import identifier

if TYPE_CHECKING:
    import numpy as np


def identifiers(found: Sequence[Found], setting: Setting) -> list[str]:
    """The identifier of each leak, from the pipe it was raised at and the local hour of its start.

    One that people decided on, and gave another pipe, keeps the identifier they know; the same one twice gets a rank.
    """
    zone = setting.rules.zone
    pairs = [(one.raised_pipe or one.pipe, hour_of(one.since, zone)) for one in found]
    own = [identifier(MODEL, *pair) for pair in pairs]
    names: list[str] = []
    for one, first, (pipe, start) in zip(found, own, pairs, strict=True):
        decided = "" if first in setting.decided else same(setting.decided, one.pipe, one.since, [*own, *names], zone)
        others = (identifier(MODEL, f"{pipe}:{rank}", start) for rank in count(2))
        names.append(next(name for name in chain([decided or first], others) if name not in names))
    return names


def leaks(found: Sequence[Found], network: Network, setting: Setting) -> list[Leak]:
    """Every leak with its sector, its nearest sensor and what people decided of it."""
    zone = setting.rules.zone
    seen = [_leak(name, one, zone) for name, one in zip(identifiers(found, setting), found, strict=True)]
    decided = with_decisions(seen, setting.decided)
    near = nearest_sensors({one.pipe for one in decided}, network, setting.places)
    return [*_placed(decided, network, setting, near)]


def hour_of(instant: "np.datetime64", zone: str) -> "np.datetime64":
    """The hour of an instant (UTC) on the clock of ``zone``."""
    import numpy as np

    local: np.datetime64 = local_times(np.array([instant], "datetime64[s]"), zone)[0].astype("datetime64[h]")
    return local


def nearest_sensors(pipes: "set[str]", network: Network, places: Mapping[str, Place]) -> dict[str, tuple[str, float]]:
    """The pressure sensor nearest to the middle of each pipe, along pipes, and how far it is [m].

    Raises
    ------
    MissingExtra
        scipy is not installed.
    """
    import numpy as np

    placed = [one for one in places.values() if one.kind == PRESSURE and one.node in network.nodes]
    known = [pipe for pipe in pipes if pipe in network.links]
    if not placed or not known:
        return {}
    ways = network.distances_m([one.node for one in placed])
    found = {}
    for pipe in known:
        link = network.links[pipe]
        ends = ways[:, [network.index[link.start], network.index[link.end]]].min(axis=1) + link.length_m / 2
        best = int(np.argmin(ends))
        if np.isfinite(ends[best]):
            found[pipe] = (placed[best].sensor, float(ends[best]))
    return found


def _leak(name: str, one: Found, zone: str) -> Leak:
    return Leak(
        id=name,
        method="model",
        state="open" if one.ended is None else "ended",
        since=_text(one.since, zone),
        found=_text(one.raised, zone),
        ended="" if one.ended is None else _text(one.ended, zone),
        flow=(one.flow_m3_h, one.flow_low_m3_h, one.flow_high_m3_h),
        pipe=one.pipe,
        sector=one.zone,
        probability=one.probability,
        evidence=one.evidence,
        candidates=one.candidates,
    )


def _text(instant: "np.datetime64", zone: str) -> str:
    """An instant to the minute on the local clock."""
    import numpy as np

    return str(local_times(np.array([instant], "datetime64[s]"), zone)[0].astype("datetime64[m]"))


def _placed(
    leaks: Sequence[Leak], network: Network, setting: Setting, near: Mapping[str, tuple[str, float]]
) -> Iterator[Leak]:
    for one in leaks:
        sensor, distance = near.get(one.pipe, ("", None))
        sector = sector_of_pipe(one.pipe, network, setting.sectors) or one.sector
        yield replace(one, sector=sector, sensor=sensor, sensor_distance_m=distance)
