"""What is known of a zone before its readings: features, grid of states, errors of the model, noise of readings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agglo.models.water.locating.search.setting import Setting
from agglo.models.water.locating.search.world import Leak, World, ZoneView

if TYPE_CHECKING:
    import numpy as np

KNOTS = 8
BINS = 5
DRAWN_SIGNATURES = 16
SAMPLED_HOURS = 28
FIRST_H = 21 * 24
"""Hours of the readings that say in what range a zone works; what is told later rests on what was read before."""
BELOW, ABOVE = 0.6, 1.8
"""How far the range may widen afterwards, by seasons and leaks."""
SMALL_OUTFLOW = 0.05
"""Share of consumption under which what leaves for other zones changes nothing worth a feature [1]."""
FLOOR_M, FLOOR_M3_H = 0.002, 0.05
"""Least error of a feature of a pressure [m] and of a flow [m3/h]: what the networks drawn do not show."""
CONSTANT_M, CONSTANT_M3_H = 0.01, 0.2
"""Standard deviation of the constant error of a pressure sensor and of a flow meter; assumed."""
BEYOND = 1.7
"""Power with which noise grows with flow beyond what was seen."""


@dataclass
class Scale:
    """States of a zone: knots of its consumption and of what leaves it, and what both are divided by."""

    consumption: "np.ndarray"
    outflow: "np.ndarray"
    reference: tuple[float, float]

    @property
    def size(self) -> int:
        return len(self.consumption) * len(self.outflow)

    def weights(self, total: "np.ndarray", outflow: "np.ndarray") -> "np.ndarray":
        """Bilinear weights of the states of the grid in each hour, (hours, states)."""
        import numpy as np

        first, share = _between(self.consumption, total)
        second, part = _between(self.outflow, outflow)
        wide = len(self.outflow)
        found = np.zeros((len(total), len(self.consumption), wide))
        at = np.arange(len(total))
        for step, weight in ((0, 1 - share), (1, share)):
            for side, other in ((0, 1 - part), (1, part)):
                np.add.at(
                    found,
                    (at, np.minimum(first + step, len(self.consumption) - 1), np.minimum(second + side, wide - 1)),
                    weight * other,
                )
        return found.reshape(len(total), -1)

    def features(self, total: "np.ndarray", outflow: "np.ndarray") -> "np.ndarray":
        """What errors of the model grow with: losses of consumption, of transit, and both, (hours, features)."""
        import numpy as np

        own = np.maximum(total, 0.0) / self.reference[0]
        columns = [own**1.852, own, np.ones_like(own)]
        if self.reference[1]:
            through = np.maximum(outflow, 0.0) / self.reference[1]
            columns += [through * own**0.852, through**1.852]
        return np.stack(columns, axis=1)


def _between(knots: "np.ndarray", values: "np.ndarray") -> "tuple[np.ndarray, np.ndarray]":
    import numpy as np

    if len(knots) == 1:
        return np.zeros(len(values), dtype=int), np.zeros(len(values))
    inside = np.clip(values, knots[0], knots[-1])
    first = np.clip(np.searchsorted(knots, inside) - 1, 0, len(knots) - 2)
    return first, (inside - knots[first]) / (knots[first + 1] - knots[first])


def scale_of(total: "np.ndarray", outflow: "np.ndarray") -> Scale:
    """The grid of a zone from its consumption and outflow in known hours."""
    import numpy as np

    low, high = np.quantile(total, [0.005, 0.995])
    through = float(np.quantile(outflow, 0.98))
    transit = through > SMALL_OUTFLOW * float(total.mean())
    knots = np.linspace(max(low * BELOW, 0.1), high * ABOVE, KNOTS)
    ends = np.array([float(np.quantile(outflow, 0.02)), through]) if transit else np.zeros(1)
    if transit and ends[1] - ends[0] < SMALL_OUTFLOW * through:
        ends = ends[1:]
    return Scale(knots, ends, (float(total.mean()), through if transit else 0.0))


class ZoneModel:
    """A zone and what its readings may show. Sensors are pressures, splits, then the total of the zone."""

    def __init__(self, world: World, view: ZoneView, setting: Setting) -> None:
        import numpy as np

        driving = world.driving
        name = view.zone.name
        self.world, self.view, self.setting = world, view, setting
        self.usable = driving.usable[name]
        self.total, self.outflow = driving.smooth[name], driving.outflow[name]
        self._first = np.flatnonzero(self.usable[:FIRST_H])
        self.scale = scale_of(self.total[self._first], self.outflow[self._first])
        self.sensors = view.size + 1
        self.weights = self.scale.weights(self.total, self.outflow)
        self.features = self.scale.features(self.total, self.outflow)
        self._states = self._nearest_hours()
        self.signatures = self.library(())
        self.spread: np.ndarray = np.zeros(0)
        self.prior: np.ndarray = np.zeros(0)

    @property
    def count(self) -> int:
        """Features."""
        return int(self.features.shape[1])

    def _nearest_hours(self) -> "list[tuple[int, float]]":
        """For each state of the grid, the hour most like it and the consumption of the state."""
        hours = self._first
        through = self.scale.reference[1] or 1.0
        found = []
        for knot in self.scale.consumption:
            for end in self.scale.outflow:
                apart = ((self.total[hours] - knot) / self.scale.reference[0]) ** 2
                apart = apart + 4 * ((self.outflow[hours] - end) / through) ** 2 * (len(self.scale.outflow) > 1)
                found.append((int(hours[apart.argmin()]), float(knot)))
        return found

    def library(self, leaks: Sequence[Leak]) -> "np.ndarray":
        """Signatures at each state of the grid with some leaks, (states, pipes, sensors); those of the total are 1."""
        import numpy as np

        world, name = self.world, self.view.zone.name
        found = np.ones((self.scale.size, len(self.view.ends), self.sensors))
        taken = sum(flow for _pipe, flow in leaks)
        for rank, (hour, knot) in enumerate(self._states):
            state = world.state(hour, {name: leaks}, {name: max(knot, taken * 1.2)})
            world.solve(state)
            found[rank, :, :-1] = world.signatures(self.view, state)
        return found

    def learn_errors(self, drawn: "Drawn") -> None:
        """What networks near the model do to this zone's sensors and signatures."""
        rank = self.world.views.index(self.view)
        self.spread, self.prior = drawn.signatures[rank], self._covariance(drawn.said[rank], drawn.hours)

    def said(self, hour: int) -> "np.ndarray":
        """What the model says the zone's sensors read in an hour."""
        self.world.solve(self.world.state(hour, {}))
        return self.world.said(self.view)

    def _covariance(self, draws: "np.ndarray", hours: "np.ndarray") -> "np.ndarray":
        """Errors of networks (draws, hours, sensors) fitted by the features, as a covariance, with its floor."""
        import numpy as np

        features = self.scale.features(self.total[hours], self.outflow[hours])
        count, size = self.count, self.view.size
        flat = draws.transpose(1, 0, 2).reshape(len(hours), -1)
        fit = np.linalg.lstsq(features, flat, rcond=None)[0].reshape(count, len(draws), size).transpose(1, 0, 2)
        pressures = len(self.view.nodes)
        floor = np.where(np.arange(size) < pressures, FLOOR_M, FLOOR_M3_H)
        constant = np.where(np.arange(size) < pressures, CONSTANT_M, CONSTANT_M3_H)
        least = np.tile(floor, (count, 1))
        least[2] = constant
        found = np.zeros((count, self.sensors, count, self.sensors))
        cov = np.cov(fit.reshape(len(draws), -1).T) + np.diag(least.reshape(-1) ** 2)
        found[:, :-1, :, :-1] = cov.reshape(count, size, count, size)
        return found.reshape(count * self.sensors, count * self.sensors)


@dataclass(frozen=True)
class Drawn:
    """Networks drawn near the model: by zone, change of its sensors (networks, hours, sensors) and of its signatures
    (a few networks, states, pipes, sensors)."""

    hours: "np.ndarray"
    said: "list[np.ndarray]"
    signatures: "list[np.ndarray]"


def draw(models: Sequence[ZoneModel], setting: Setting, seed: int) -> Drawn:
    """Draws networks whose roughness and demands err as ``setting`` says, and solves them in hours of the readings."""
    import numpy as np

    rng = np.random.default_rng(seed)
    world = models[0].world
    hours = sample_hours(models, SAMPLED_HOURS)
    pipes = {pipe: world.network.links[pipe].roughness for pipe in world.network.of_kind("pipe")}
    nominal = _said_everywhere(world, hours)
    said: list[list[np.ndarray]] = [[] for _view in world.views]
    signatures: list[list[np.ndarray]] = [[] for _view in world.views]
    for rank in range(setting.networks):
        rough = np.clip(1 + setting.roughness_error * rng.standard_normal(len(pipes)), 0.6, 1.4)
        world.states.set_roughness({pipe: pipes[pipe] * one for pipe, one in zip(pipes, rough.tolist(), strict=True)})
        world.err(np.clip(1 + setting.demand_error * rng.standard_normal(len(world.network.junctions)), 0.4, 1.6))
        for at, those in enumerate(_said_everywhere(world, hours)):
            said[at].append(those - nominal[at])
        if rank < DRAWN_SIGNATURES:
            for model in models:
                signatures[world.views.index(model.view)].append(
                    (model.library(()) - model.signatures).astype(np.float32)
                )
    world.states.set_roughness(pipes)
    world.err(None)
    return Drawn(hours, [np.array(one) for one in said], [np.array(one) for one in signatures])


def sample_hours(models: Sequence[ZoneModel], count: int) -> "np.ndarray":
    """Some of the first hours, evenly spread, in which all that drives the zones is known."""
    import numpy as np

    hours = np.flatnonzero(np.all([model.usable[:FIRST_H] for model in models], axis=0))
    return np.asarray(hours[np.linspace(0, len(hours) - 1, count).astype(int)])


def _said_everywhere(world: World, hours: "np.ndarray") -> "list[np.ndarray]":
    """What the model says each zone's sensors read in some hours, by zone (hours, sensors)."""
    import numpy as np

    rows: list[list[np.ndarray]] = [[] for _view in world.views]
    for hour in hours:
        world.solve(world.state(int(hour), {}))
        for rank, view in enumerate(world.views):
            rows[rank].append(world.said(view))
    return [np.array(one) for one in rows]
