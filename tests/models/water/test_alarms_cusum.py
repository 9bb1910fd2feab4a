"""Run lengths of cumulative sums: the published ones, and those of self-starting sums by simulation."""

import numpy as np
import pytest

from agglo.models.water.watching.cusum import (
    limit_for,
    normal_scores,
    odds_of_chance,
    run_length,
    run_length_siegmund,
    self_starting_scores,
    sums,
)


@pytest.mark.parametrize(
    ("limit", "shift", "published"),
    [(4.0, 0.0, 336.0), (5.0, 0.0, 930.0), (4.0, 1.0, 8.38), (5.0, 1.0, 10.4), (4.0, 2.0, 3.34), (5.0, 2.0, 4.01)],
)
def test_run_lengths_are_the_published_ones(limit: float, shift: float, published: float) -> None:
    """Montgomery, Introduction to Statistical Quality Control (two-sided, k = 0.5: 168 and 465 in control)."""
    assert run_length(limit, 0.5, shift) == pytest.approx(published, rel=0.005)


def test_limits_are_the_inverse_of_run_lengths() -> None:
    for allowance in (0.5, 1.0):
        limit = limit_for(1e5, allowance)
        assert run_length_siegmund(limit, allowance) == pytest.approx(1e5, rel=1e-6)
        assert run_length(limit, allowance) == pytest.approx(1e5, rel=0.1)
        assert odds_of_chance(limit, allowance) == pytest.approx(1e-5, rel=0.01)


def test_normal_scores_of_student_ratios() -> None:
    """Student's 97.5 % quantiles: 2.228 with 10 degrees of freedom, 2.042 with 30."""
    assert normal_scores(np.array([2.228, -2.228, 0.0]), 10).tolist() == pytest.approx([1.96, -1.96, 0.0], abs=0.005)
    assert normal_scores(np.array([2.042]), 30)[0] == pytest.approx(1.96, abs=0.002)


def test_self_starting_scores_are_standard_normal_and_their_run_length_is_the_nominal_one() -> None:
    rng = np.random.default_rng(3)
    lengths, heads = [], []
    for _run in range(400):
        scores = self_starting_scores(rng.normal(7.0, 3.0, 1000))
        heads.append(scores[2:20])
        over = np.flatnonzero(sums(scores[2:], 0.5) > 3.0)
        lengths.append(over[0] + 1 if len(over) else 1000)
    assert np.mean(heads) == pytest.approx(0.0, abs=0.05)
    assert np.std(heads) == pytest.approx(1.0, abs=0.03)
    assert np.mean(lengths) == pytest.approx(run_length(3.0, 0.5), rel=0.15)


def test_a_shift_is_told_and_none_is_not() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(0.0, 1.0, 300)
    quiet = sums(self_starting_scores(values), 0.5)
    values[200:] += 2.0
    moved = sums(self_starting_scores(values), 0.5)
    limit = limit_for(5000, 0.5)
    assert quiet.max() < limit
    assert (moved[:200] == quiet[:200]).all()
    assert 200 < np.flatnonzero(moved > limit)[0] < 215
