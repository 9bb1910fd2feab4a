"""The simulation: its invariants, its draws against the analytic case, chance shared between scenarios."""

from dataclasses import replace
from math import fsum, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agglo.models.climate import chance, simulation
from agglo.models.climate.actions import Range
from agglo.models.climate.contributions import contributions
from agglo.models.climate.nomenclature import SECTORS
from agglo.models.climate.simulation import System

from .scenes import BASE, CERTAIN, action, row, system

PLACES = ("91001", "91002", "91003")
CARRIERS = ("gas", "oil", "electricity")
DOUBTFUL = {sector: Range(-1.0, 0.2, 1.5) for sector in SECTORS}


@st.composite
def ranges(draw, *, adds: bool = False) -> tuple[float, float, float]:
    return tuple(sorted(draw(st.floats(-2.0 if adds else 0.0, 3.0)) for _bound in range(3)))  # type: ignore[return-value]


@st.composite
def systems(draw, *, adds: bool = False, least_actions: int = 0) -> System:
    """Some places, sectors and carriers, and actions on them that may exceed their pot, or add where ``adds``."""
    sectors = draw(st.lists(st.sampled_from(list(SECTORS)), min_size=1, max_size=3, unique=True))
    rows = [
        row(
            draw(st.floats(0.5, 1e4)),
            sector,
            place=place,
            carrier=carrier,
            halfwidth=draw(st.sampled_from([0.0, 0.1, 0.6])),
        )
        for sector in sectors
        for place in PLACES
        for carrier in CARRIERS[: draw(st.integers(1, 3))] or ["gas"]
    ]
    acting = []
    for number in range(draw(st.integers(least_actions, 6))):
        units = draw(st.one_of(st.floats(0, 2e4), st.dictionaries(st.sampled_from(PLACES), st.floats(0, 2e3))))
        acting.append(
            action(
                f"a{number}",
                units,
                *draw(ranges(adds=adds)),
                sector=draw(st.sampled_from(sectors)),
                carrier=draw(st.sampled_from(["all", "gas"])),
                lifetime_yr=draw(st.sampled_from([None, 7.0])),
            )
        )
    return system(rows, acting, years=12, trends=draw(st.sampled_from([CERTAIN, DOUBTFUL])))


def followed(of: System, *, draws: int = 200, seed: int = 0, threads: int | None = None) -> simulation.Followed:
    return simulation.follow(of, simulation.drawn(of, chance.streams(seed, draws)), threads=threads)


def all_of(found: simulation.Followed) -> np.ndarray:
    return np.stack([found.central, found.mean, *found.quantiles])


@given(systems())
@settings(max_examples=40)
def test_emissions_are_never_negative(of: System) -> None:
    assert (all_of(followed(of)) >= 0).all()


@given(systems(adds=True))
@settings(max_examples=40)
def test_sectors_sum_to_the_total_and_communes_to_the_territory(of: System) -> None:
    found = followed(of)
    for values in (found.central, found.mean):
        assert values[:, :-1].sum(axis=1) == pytest.approx(values[:, -1], rel=1e-9)
        assert values[:-1].sum(axis=0) == pytest.approx(values[-1], rel=1e-9)


@given(systems(), st.floats(-5, 5))
@settings(max_examples=30)
def test_no_action_means_no_change_exactly(of: System, rate: float) -> None:
    idle = replace(of, actions=(), pots=tuple(replace(pot, units=()) for pot in of.pots), trends=CERTAIN)
    still = simulation.follow_central(idle)
    assert (still == still[:, :, :1]).all()
    moving = replace(idle, trends={sector: Range(rate - 1, rate, rate + 1) for sector in SECTORS})
    found = simulation.follow_central(moving)
    for column, year in enumerate(of.years):
        trend = np.array([1 + rate / 100]) ** (year - BASE)
        assert (found[:, :-1, column] == still[:, :-1, 0] * trend).all()


@given(systems(least_actions=1))
@settings(max_examples=40)
def test_adding_a_measure_never_raises_emissions(of: System) -> None:
    fewer = _less_the_last_action(of)
    with_all, without = all_of(followed(of)), all_of(followed(fewer))
    assert (with_all <= without * (1 + 1e-12)).all()


def _less_the_last_action(of: System) -> System:
    last = len(of.actions) - 1
    pots = [replace(pot, units=tuple(one for one in pot.units if one[0] != last)) for pot in of.pots]
    return replace(of, pots=tuple(pots), actions=of.actions[:-1])


def test_a_measure_whose_range_says_so_may_raise_emissions() -> None:
    of = system([row(100.0)], [action("data-centre", 10, -3.0, -1.0, 2.0)])
    found = followed(of, draws=1000)
    assert found.central[-1, -1, -1] == pytest.approx(110)
    assert found.quantiles[0][-1, -1, -1] < 100 < found.quantiles[2][-1, -1, -1]


@given(systems(adds=True))
@settings(max_examples=40)
def test_contributions_sum_to_the_whole_effect(of: System) -> None:
    sample = simulation.drawn(of, chance.streams(0, 50))
    brought = contributions(of, sample)
    for column, year in enumerate(of.years):
        without = fsum(
            float(pot.base.sum() * simulation.growth(of, simulation.central(of), pot.sector, year)[0])
            for pot in of.pots
        )
        effect = without - simulation.follow_central(of)[-1, -1, column]
        assert fsum(brought.central[:, column]) == pytest.approx(effect, rel=1e-9, abs=1e-9 * without)


@given(systems(adds=True), st.integers(0, 2**32))
@settings(max_examples=15)
def test_same_seed_same_numbers_whatever_the_threads(of: System, seed: int) -> None:
    assert (all_of(followed(of, seed=seed, threads=1)) == all_of(followed(of, seed=seed, threads=3))).all()


def test_another_seed_gives_other_numbers() -> None:
    of = system([row(100.0)], [action("a", 10, 1, 2, 3)])
    assert (followed(of, seed=1).mean != followed(of, seed=2).mean).any()


def test_quantiles_of_one_action_are_those_of_the_triangular_distribution() -> None:
    low, central, high = 1.0, 2.0, 4.0
    of = system([row(1000.0)], [action("a", 100, low, central, high, full_year=BASE + 1)])
    found = followed(of, draws=200_000)
    for quantile, probability in zip(found.quantiles, (0.95, 0.5, 0.05), strict=True):
        split = (central - low) / (high - low)
        effect = (
            low + (probability * (high - low) * (central - low)) ** 0.5
            if probability <= split
            else high - ((1 - probability) * (high - low) * (high - central)) ** 0.5
        )
        assert quantile[-1, -1, -1] == pytest.approx(1000 - 100 * effect, abs=1.5)
    assert found.mean[-1, -1, -1] == pytest.approx(1000 - 100 * (low + central + high) / 3, abs=1)


def test_the_inventory_is_drawn_around_its_median() -> None:
    found = followed(system([row(1000.0, halfwidth=0.2)]), draws=100_000)
    assert found.quantiles[1][-1, -1, 0] == pytest.approx(1000, rel=2e-3)
    sample = simulation.drawn(system([row(1000.0, halfwidth=0.2)]), chance.streams(0, 100_000))
    assert np.quantile(sample.levels[0], [0.025, 0.975]) == pytest.approx([1 / 1.2, 1.2], rel=5e-3)


def test_scenarios_that_share_assumptions_differ_without_noise() -> None:
    """With a common action, a second one on another sector takes exactly its own effect from every draw."""
    rows = [row(1000.0, halfwidth=0.3), row(500.0, "tertiary")]
    shared, extra = action("shared", 100, 1, 2, 4), action("extra", 10, 5, sector="tertiary")
    streams = chance.streams(7, 1000)
    alone, both = system(rows, [shared], trends=DOUBTFUL), system(rows, [extra, shared], trends=DOUBTFUL)
    values = [
        simulation.draws(of, simulation.drawn(of, streams), 2040, sectors=["residential"]) for of in (alone, both)
    ]
    assert (values[0] == values[1]).all()
    assert values[0].std() > 0
    certain = [system(rows, acting, trends=CERTAIN) for acting in ([shared], [shared, extra])]
    first, second = (simulation.draws(of, simulation.drawn(of, streams), 2040) for of in certain)
    assert (first - second) == pytest.approx(np.full(1000, 50.0), abs=1e-9)


def test_measures_act_on_what_the_others_leave() -> None:
    acting = [action(f"a{number}", 30, 1) for number in range(5)]
    found = simulation.follow_central(system([row(100.0)], acting))
    assert found[-1, -1, -1] == pytest.approx(100 * prod([0.7] * 5))
    assert found[-1, -1, -1] > 0
    over = simulation.follow_central(system([row(100.0)], [action("too-much", 150, 1), *acting]))
    assert over[-1, -1, -1] == 0


def test_streamed_quantiles_are_those_of_all_draws_at_once() -> None:
    rows = [
        row(100.0 * (1 + rank), place=p, carrier=c, halfwidth=0.1) for rank, p in enumerate(PLACES) for c in CARRIERS
    ]
    rows += [row(50.0, "waste", place=p) for p in PLACES]
    acting = [
        action("a", 100, 1, 2, 4),
        action("b", 50, 1, 1.5, 2, carrier="gas"),
        action("c", {"91002": 20.0}, 0, 1, 2),
    ]
    of = system(rows, acting, years=3, trends=DOUBTFUL)
    sample = simulation.drawn(of, chance.streams(3, 999))
    found = simulation.follow(of, sample)
    for rank in range(3):
        for sector in ("residential", "waste"):
            whole = np.sort(simulation.draws(of, sample, BASE + 3, place=rank, sectors=[sector]))
            column = list(SECTORS).index(sector)
            assert [q[rank, column, 3] for q in found.quantiles] == pytest.approx(whole[[49, 499, 949]].tolist())
            assert found.mean[rank, column, 3] == pytest.approx(whole.mean())
    whole = np.sort(simulation.draws(of, sample, BASE + 3))
    assert [q[-1, -1, 3] for q in found.quantiles] == pytest.approx(whole[[49, 499, 949]].tolist())


def test_a_territory_without_pots_stays_at_zero() -> None:
    found = followed(system([row(0.0)]))
    assert (all_of(found) == 0).all()


@pytest.mark.parametrize("draws", [1, 2, 64, 65, 100])
def test_few_draws(draws: int) -> None:
    values = np.random.default_rng(0).random(draws)
    low, middle, high = simulation.quantiles_of(values)
    ordered = sorted(values)
    assert (low, middle, high) == tuple(ordered[max(0, -(-draws * share // 100) - 1)] for share in (5, 50, 95))
