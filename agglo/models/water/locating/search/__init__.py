"""The search for leaks on the hydraulic model, hour after hour, zone by zone.

Readings are compared with the model driven by what was measured (inflow, pumps, tanks). What the model may get wrong is
drawn from many networks near it and learnt as readings come; a leak is a pattern that none of this explains. A leak
that is found enters the model, and what it takes leaves consumption, before the next is looked for.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from agglo.contract.errors import Fault, InvalidInput
from agglo.contract.language import _
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.hydraulics.steady import Steady, steady
from agglo.models.water.locating.found import Known, Place, Watched
from agglo.models.water.locating.search.driving import driving_of
from agglo.models.water.locating.search.hours import Hours, hours_of
from agglo.models.water.locating.search.layout import Layout, layout_of
from agglo.models.water.locating.search.noise import Noise, of_readings
from agglo.models.water.locating.search.people import told
from agglo.models.water.locating.search.setting import Setting
from agglo.models.water.locating.search.telling import daily, found_of
from agglo.models.water.locating.search.watching import ZoneWatch, distances_m, zones_running
from agglo.models.water.locating.search.world import World
from agglo.models.water.locating.search.zone_model import FIRST_H, ZoneModel, draw
from agglo.models.water.readings.series import Series

LEAST_SENSORS = 2
"""Pressure sensors without which a zone is not searched."""
LEAST_HOURS = 72
SEED = 20_120


def watch(
    network: Network,
    series: Series,
    sensors: Mapping[str, Place],
    *,
    healthy: Series | None,
    known: Sequence[Known] = (),
    scratch: Path,
    progress: Callable[[float, str], None],
    setting: Setting | None = None,
) -> Watched:
    """The leaks of a network from its readings; each is raised from what was read before.

    Parameters
    ----------
    network, sensors
        The model, and where each sensor lies in it.
    series, healthy
        Readings, and those of a period without leaks that says how noisy they are and what is consumed.
    known
        What people confirmed or repaired.
    scratch
        A folder for EPANET's files.

    Raises
    ------
    InvalidInput
        No zone can be searched: no meter closes its balance, or it has too few pressures or hours.
    MissingExtra
        WNTR or scipy is not installed.
    """
    setting = setting or Setting()
    places = [place for place in sensors.values() if place.sensor in series.values]
    with steady(network, scratch) as states:
        signs, notes = _signs(network, states, places, series)
    layout = layout_of(network, places, signs)
    if not layout.zones:
        raise InvalidInput(_("No part of this network can be searched for leaks."), _unsearched(layout))
    closed = [link for _sensor, link, _sign in layout.replaced]
    with steady(network, scratch, closed, groups=len(layout.zones) + 1) as states:
        watches, more = _watches(network, layout, states, series, healthy=healthy, setting=setting)
        if not watches:
            raise InvalidInput(_("No part of this network can be searched for leaks."), more)
        _run(watches, known, progress)
    found = [one for each in watches for one in found_of(each)]
    found.sort(key=lambda one: (one[0].raised, one[0].pipe))
    return Watched(
        tuple(one for one, _leak, _watch in found),
        (*notes, *(fault.where + ": " + fault.expected for fault in more)),
        {rank: daily(leak, each) for rank, (_one, leak, each) in enumerate(found)},
    )


def _signs(
    network: Network, states: Steady, places: Sequence[Place], series: Series
) -> tuple[dict[str, int], list[str]]:
    """Meters read against their link in the model have -1, and are said."""
    import numpy as np

    demand = np.array([network.mean_demand_m3_h(name) for name in network.junctions])
    states.solve(demand, {})
    flows = dict(zip(states.links, states.flows_m3_h(), strict=True))
    signs, notes = {}, []
    for place in places:
        if place.kind == "flow" and place.link in network.links:
            read, said = float(np.nanmean(series.values[place.sensor])), float(flows[place.link])
            signs[place.sensor] = -1 if read * said < 0 and abs(read) > 0.1 and abs(said) > 0.1 else 1
            if signs[place.sensor] < 0:
                text = _("{sensor} is counted against the direction of {link} in the model: its sign is changed here.")
                notes.append(text.format(sensor=place.sensor, link=place.link))
    return signs, notes


def _watches(
    network: Network, layout: Layout, states: Steady, series: Series, *, healthy: Series | None, setting: Setting
) -> tuple[list[ZoneWatch], list[Fault]]:
    """The zones that can be searched, ready; and what is said of the others."""
    hours = hours_of(series, network, layout)
    world = World(network, layout, driving_of(network, layout, hours), states)
    before = _before(network, layout, states, healthy)
    watches: list[ZoneWatch] = []
    faults = _unsearched(layout)

    def solve(hour: int) -> None:
        world.solve(world.state(hour, zones_running(watches)))

    models = []
    for view in world.views:
        if len(view.nodes) < LEAST_SENSORS or world.driving.usable[view.zone.name][:FIRST_H].sum() < LEAST_HOURS:
            faults.append(_too_little(view.zone.name, len(view.nodes)))
        else:
            models.append(ZoneModel(world, view, setting))
    if models:
        drawn = draw(models, setting, SEED)
    for model in models:
        model.learn_errors(drawn)
        noise, quiet = _noise(model, before, world, hours)
        watches.append(ZoneWatch(model, noise, hours, distance=distances_m(model), solve=solve, quiet=quiet))
    return watches, faults


def _noise(model: ZoneModel, before: tuple[World, Hours] | None, world: World, hours: Hours) -> tuple[Noise, int]:
    """The noise of the healthy period and 0, or that of the first weeks of the readings and the hour they end."""
    name = model.view.zone.name
    if before is not None and before[0].driving.usable[name].sum() >= FIRST_H // 2:
        return of_readings(model, *before), 0
    return of_readings(model, world, hours, FIRST_H), FIRST_H


def _before(network: Network, layout: Layout, states: Steady, healthy: Series | None) -> tuple[World, Hours] | None:
    if healthy is None or not all(
        sensor in healthy.values
        for zone in layout.zones
        for sensor, *_rest in (*zone.inlets, *zone.outlets, *zone.pressures)
    ):
        return None
    hours = hours_of(healthy, network, layout)
    return World(network, layout, driving_of(network, layout, hours), states), hours


def _run(watches: Sequence[ZoneWatch], known: Sequence[Known], progress: Callable[[float, str], None]) -> None:
    length = watches[0].hours.length
    for hour in range(length):
        watches[0].solve(hour)
        for each in watches:
            each.observe(hour)
        for each in watches:
            each.hour(hour)
            told(each, known, hour)
        if hour % 24 == 0:
            progress(hour / length, _("Day {day} of {days}").format(day=hour // 24 + 1, days=length // 24))


def _unsearched(layout: Layout) -> list[Fault]:
    expected = _("lies in a part whose consumption no meter tells: it is not searched")
    return [Fault(sensor, expected=expected) for sensor in layout.unsearched]


def _too_little(zone: str, pressures: int) -> Fault:
    text = _("zone of {node}: {count} pressures: at least {least}, and {hours} hours of all its meters, are needed")
    return Fault(zone, expected=text.format(node=zone, count=pressures, least=LEAST_SENSORS, hours=LEAST_HOURS))
