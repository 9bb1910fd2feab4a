"""The parts of the search: linearised equations, zones, belief, evidence, each against what it must equal."""

from math import log
from pathlib import Path

import numpy as np
import pytest

from agglo.models.water.hydraulics import network as networks
from agglo.models.water.hydraulics.steady import steady
from agglo.models.water.locating.found import Place
from agglo.models.water.locating.search.driving import driving_of, shares_of
from agglo.models.water.locating.search.evidence import placed, weigh
from agglo.models.water.locating.search.filtering import MODES, Belief, Leak
from agglo.models.water.locating.search.hours import hours_of
from agglo.models.water.locating.search.layout import balance_m3_h, layout_of
from agglo.models.water.locating.search.setting import Setting
from agglo.models.water.locating.search.world import World
from agglo.models.water.locating.search.zone_model import ZoneModel, scale_of
from agglo.models.water.readings.series import Grid, Series
from agglo.models.water.town import files

wntr = pytest.importorskip("wntr", reason="needs the extra water")
HOURS = 24 * 8
START = np.datetime64("2025-01-06T00:00:00")


@pytest.fixture(scope="module")
def town():
    return networks.read(files.BUNDLED / files.INP_FILE)


PLACES = [
    Place("source", "flow", link="ADD"),
    Place("pump", "flow", link="POMPE"),
    Place("val", "flow", link="PRV_VAL"),
    Place("level", "level", node="CHATEAU"),
    Place("P1", "pressure", node="B0208"),
    Place("P2", "pressure", node="B0608"),
    Place("P6", "pressure", node="V0001"),
    Place("P7", "pressure", node="V0705"),
]


def series_of(**values: float) -> Series:
    level = np.full(HOURS, 3.0)
    held = {"source": 60.0, "pump": 15.0, "val": 15.0} | values
    filled = {name: np.full(HOURS, value) for name, value in held.items()}
    kinds = {place.sensor: place.kind for place in PLACES}
    pressures = {place.sensor: np.full(HOURS, 40.0) for place in PLACES if place.kind == "pressure"}
    return Series(Grid(START, 3600, HOURS), {**filled, "level": level, **pressures}, kinds, ())


@pytest.fixture
def world(town, tmp_path: Path):
    layout = layout_of(town, PLACES, {})
    hours = hours_of(series_of(), town, layout)
    closed = [link for _sensor, link, _sign in layout.replaced]
    with steady(town, tmp_path, closed, groups=len(layout.zones) + 1) as states:
        yield World(town, layout, driving_of(town, layout, hours), states)


def test_a_network_is_cut_at_its_meters(town) -> None:
    layout = layout_of(town, PLACES, {"val": -1})
    by_inlet = {zone.inlets[0][0]: zone for zone in layout.zones}
    assert set(by_inlet) == {"source", "val", "pump"}
    assert [one[0] for one in layout.replaced] == ["pump"]
    assert by_inlet["pump"].tanks == {"CHATEAU": "level"}
    assert by_inlet["val"].inlets == (("val", "PRV_VAL", -1),)
    assert sum(len(zone.junctions) for zone in layout.zones) == len(town.junctions)


def test_a_tank_without_level_leaves_its_zone_unsearched(town) -> None:
    pressure = Place("P10", "pressure", node="H0006")
    layout = layout_of(town, [*(one for one in PLACES if one.kind != "level"), pressure], {})
    assert layout.unsearched == ("P10",)


def test_the_balance_counts_what_a_tank_takes(town) -> None:
    layout = layout_of(town, PLACES, {})
    series = series_of()
    series.values["level"][:] = 3.0 + 0.01 * np.arange(HOURS)
    hours = hours_of(series, town, layout)
    zone = next(one for one in layout.zones if one.tanks)
    area = np.pi * town.nodes["CHATEAU"].diameter_m ** 2 / 4
    assert balance_m3_h(zone, hours.mean, hours.storing)[:-1] == pytest.approx(15.0 - 0.01 * area)


def test_an_hour_with_too_few_readings_is_not_known(town) -> None:
    layout = layout_of(town, PLACES, {})
    series = series_of()
    quarter = Series(
        Grid(START, 900, HOURS * 4), {name: np.repeat(one, 4) for name, one in series.values.items()}, series.kinds, ()
    )
    quarter.values["source"][4:7] = np.nan
    quarter.values["source"][9] = np.nan
    known = np.isfinite(hours_of(quarter, town, layout).mean["source"][:4])
    assert known.tolist() == [True, False, True, True]


def test_patterns_start_where_consumption_follows_them_best(town) -> None:
    layout = layout_of(town, PLACES, {})
    shares = shares_of(town)
    modelled = shares.base_m3_h.sum(0) @ shares.patterns
    series = series_of()
    moved = np.array([modelled[(hour + 5) % len(modelled)] for hour in range(HOURS)])
    series.values["source"][:] = moved
    series.values["val"][:] = 0.3 * moved
    series.values["pump"][:] = 0.25 * moved
    driving = driving_of(town, layout, hours_of(series, town, layout))
    assert driving.shares.shift % 24 == 5 % 24


def test_signatures_are_those_of_small_leaks_put_in(world: World) -> None:
    """Against two solutions by EPANET itself, consumption giving up what the leak takes."""
    view = next(view for view in world.views if view.zone.inlets[0][0] == "val")
    name = view.zone.name
    state = world.state(30, {})
    world.solve(state)
    before, said = world.said(view), world.signatures(view, state)
    for pipe in range(0, len(view.ends), 11):
        world.solve(world.state(30, {name: [(pipe, 0.2)]}))
        assert (world.said(view) - before) / 0.2 == pytest.approx(said[pipe], abs=4e-3)


def test_a_leak_changes_nothing_in_another_zone(world: World) -> None:
    val = next(view for view in world.views if view.zone.inlets[0][0] == "val")
    bourg = next(view for view in world.views if view.zone.inlets[0][0] == "source")
    world.solve(world.state(30, {}))
    before = world.said(bourg)
    world.solve(world.state(30, {val.zone.name: [(5, 3.0)]}))
    assert world.said(bourg) == pytest.approx(before, abs=2e-3)


def test_states_of_a_grid_are_weighed_to_one() -> None:
    rng = np.random.default_rng(1)
    total, outflow = rng.uniform(20, 80, 500), rng.choice([0.0, 30.0], 500)
    scale = scale_of(total, outflow)
    weights = scale.weights(total, outflow)
    assert weights.sum(1) == pytest.approx(1.0)
    assert (weights >= -1e-12).all()
    knots = np.repeat(scale.consumption, len(scale.outflow))
    inside = (total > scale.consumption[0]) & (total < scale.consumption[-1])
    assert (weights @ knots)[inside] == pytest.approx(total[inside])


def test_outflow_that_never_changes_is_no_dimension() -> None:
    assert len(scale_of(np.linspace(10, 20, 50), np.zeros(50)).outflow) == 1


class TestEvidence:
    def test_is_the_logarithm_of_the_likelihood_ratio(self) -> None:
        """One sensor: x^2 / (2 s^2) for a leak that shows as x, 0 for one that would show the other way."""
        evidence, flow, _inverse = weigh(np.array([3.0]), np.array([[4.0]]), np.array([[1.0], [2.0], [-1.0]]))
        assert evidence == pytest.approx([9 / 8, 9 / 8, 0.0])
        assert flow == pytest.approx([3.0, 1.5, -3.0])

    def test_agrees_with_the_normal_density(self) -> None:
        rng = np.random.default_rng(2)
        root = rng.standard_normal((3, 3))
        covariance, apart, shown = root @ root.T + np.eye(3), rng.standard_normal(3), rng.standard_normal(3)
        evidence, flow, _inverse = weigh(apart, covariance, shown[None])

        def density(mean: np.ndarray) -> float:
            left = apart - mean
            return float(-left @ np.linalg.solve(covariance, left) / 2)

        ratio = density(max(flow[0], 0) * shown) - density(0 * shown)
        assert evidence[0] == pytest.approx(ratio)

    def test_a_place_is_where_the_mass_within_reach_is_most(self) -> None:
        near = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]], dtype=float)
        place, mass, centre = placed(np.array([log(2), 0.0, log(2)]), np.ones(3), near)
        assert place == pytest.approx([0.4, 0.2, 0.4])
        assert (mass, centre) == (pytest.approx(1.0), 1)


class TestBelief:
    def leak(self, states: int = 1, sensors: int = 3) -> Leak:
        return Leak(
            0, 0, 0, 0, 0, 0.0, np.ones((states, sensors)), np.zeros((states, sensors, MODES)), np.ones(1), 1.0, 0
        )

    def step(self, belief: Belief, seen: np.ndarray, noise: float = 1.0) -> None:
        known = np.ones(len(seen), dtype=bool)
        belief.step(seen, known, features=np.ones(1), weights=np.ones(1), noise=noise * np.eye(len(seen)), drift=0.0)

    def test_without_leaks_is_the_mean_of_what_was_seen(self) -> None:
        """Two sensors with a constant error of variance 1 and noise 1: after n readings, mean x n / (n + 1)."""
        belief = Belief.start(np.diag([1.0, 1.0, 0.0]), 3, 1, 0.0, 0.0)
        for _hour in range(9):
            self.step(belief, np.array([2.0, -1.0, 0.0]))
        assert belief.mean[:2] == pytest.approx([1.8, -0.9])
        assert np.diag(belief.covariance)[:2] == pytest.approx([0.1, 0.1])

    def test_a_flow_is_never_below_zero(self) -> None:
        belief = Belief.start(np.zeros((3, 3)), 3, 1, 0.0, 0.0)
        belief.add(self.leak(), 1.0, 4.0)
        self.step(belief, np.full(3, -5.0))
        assert belief.flow(0) == 0.0

    def test_covariance_stays_one(self) -> None:
        rng = np.random.default_rng(3)
        belief = Belief.start(np.eye(3), 3, 1, 2.0, 0.06)
        belief.add(self.leak(), 5.0, 4.0)
        for _hour in range(300):
            self.step(belief, 5 + rng.standard_normal(3))
        assert np.linalg.eigvalsh(belief.covariance).min() > -1e-9
        assert belief.covariance == pytest.approx(belief.covariance.T)

    def test_a_sensor_that_is_silent_changes_nothing(self) -> None:
        belief = Belief.start(np.diag([1.0, 1.0, 0.0]), 3, 1, 0.0, 0.0)
        known = np.array([False, True, True])
        said = belief.step(
            np.array([99.0, 1.0, 0.0]), known, features=np.ones(1), weights=np.ones(1), noise=np.eye(3), drift=0.0
        )
        assert said[0] == 0.0
        assert belief.mean[0] == pytest.approx(0.0, abs=1e-9)

    def test_adding_and_dropping_a_leak_leaves_what_was(self) -> None:
        belief = Belief.start(np.eye(3), 3, 1, 1.0, 0.0)
        self.step(belief, np.array([1.0, 2.0, 3.0]))
        mean, covariance = belief.mean.copy(), belief.covariance.copy()
        belief.add(self.leak(), 5.0, 4.0)
        belief.drop(0)
        assert belief.mean == pytest.approx(mean)
        assert belief.covariance == pytest.approx(covariance)


def test_a_zone_knows_what_its_model_may_get_wrong(world: World) -> None:
    from agglo.models.water.locating.search.zone_model import draw

    setting = Setting(networks=6)
    view = next(view for view in world.views if view.zone.inlets[0][0] == "val")
    model = ZoneModel(world, view, setting)
    model.learn_errors(draw([model], setting, 1))
    assert model.prior == pytest.approx(model.prior.T)
    assert np.linalg.eigvalsh(model.prior).min() > -1e-9
    assert model.spread.shape == (6, model.scale.size, len(view.ends), 3)
    assert np.abs(model.spread).max() > 0
