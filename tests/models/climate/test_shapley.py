"""Shapley values: closed form against every order, sampled within its error."""

from itertools import combinations, permutations
from math import factorial, fsum, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agglo.models.climate import shapley

Shares = st.lists(st.floats(-0.5, 1.0), min_size=1, max_size=6)


def by_every_order(shares: list[float]) -> list[float]:
    found = [0.0] * len(shares)
    for order in permutations(range(len(shares))):
        left = 1.0
        for action in order:
            found[action] += left * shares[action] / factorial(len(shares))
            left *= 1 - shares[action]
    return found


@given(Shares)
@settings(max_examples=60)
def test_the_closed_form_is_the_mean_over_every_order(shares: list[float]) -> None:
    assert shapley.of_remainders(np.array(shares)).tolist() == pytest.approx(by_every_order(shares), abs=1e-12)


@given(st.lists(st.floats(-0.5, 1.0), min_size=1, max_size=40))
def test_contributions_sum_to_the_whole_effect(shares: list[float]) -> None:
    whole = 1 - prod(1 - share for share in shares)
    assert fsum(shapley.of_remainders(np.array(shares))) == pytest.approx(whole, rel=1e-9, abs=1e-9)


def test_symmetry_and_an_action_that_does_nothing() -> None:
    found = shapley.of_remainders(np.array([0.3, 0.3, 0.0]))
    assert found[0] == found[1]
    assert found[2] == 0


def test_one_action_takes_its_share_and_two_split_their_overlap() -> None:
    assert shapley.of_remainders(np.array([0.25])).tolist() == [0.25]
    first, second = shapley.of_remainders(np.array([0.2, 0.5]))
    assert (first, second) == (pytest.approx(0.2 - 0.05), pytest.approx(0.5 - 0.05))


def test_draws_are_taken_one_by_one() -> None:
    shares = np.array([[0.1, 0.9], [0.5, 1.0], [0.2, 0.0]])
    found = shapley.of_remainders(shares)
    for column in (0, 1):
        assert found[:, column] == pytest.approx(shapley.of_remainders(shares[:, column]))


def test_sampled_values_are_within_their_stated_error() -> None:
    weights = np.array([3.0, 1.0, 4.0, 1.0, 5.0])

    def effect(group) -> float:
        return float(weights[list(group)].sum() ** 0.5) if len(group) else 0.0

    exact = [0.0] * 5
    for player in range(5):
        others = [one for one in range(5) if one != player]
        for size in range(5):
            weight = factorial(size) * factorial(4 - size) / factorial(5)
            exact[player] += fsum(weight * (effect((*g, player)) - effect(g)) for g in combinations(others, size))
    found, error = shapley.sampled(effect, 5, orders=400, rng=np.random.default_rng(1))
    assert (np.abs(found - exact) < 4 * error).all()
    assert (error < 0.02).all()
    assert found.sum() == pytest.approx(effect(range(5)), abs=1e-12)
