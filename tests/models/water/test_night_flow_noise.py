"""Noise of nights and the smallest visible change: limits, invariants, and draws that check what 95 % means."""

from math import sqrt

import numpy as np
import pytest

from agglo.models.water.night.noise import Noise, change, noise, student, trend, week


def dates(count: int) -> np.ndarray:
    return np.datetime64("2026-01-05", "D") + np.arange(count)


def drawn(count: int, *, sigma: float = 2.0, seed: int = 0) -> np.ndarray:
    return 50.0 + np.random.default_rng(seed).normal(0.0, sigma, count)


@pytest.mark.parametrize(("freedom", "published"), [(10, 2.228), (30, 2.042), (60, 2.000), (120, 1.980)])
def test_quantiles_of_student(freedom: int, published: float) -> None:
    """Table of any textbook: two-sided 5 %."""
    assert student(freedom) == pytest.approx(published, abs=1.5e-3)


def test_noise_is_that_of_the_draws() -> None:
    sigmas = [found.sigma for seed in range(60) if (found := noise(dates(90), drawn(90, seed=seed)))]
    assert np.mean(sigmas) == pytest.approx(2.0, rel=0.03)
    short = [found.sigma for seed in range(200) if (found := noise(dates(21), drawn(21, seed=seed)))]
    assert np.mean(short) == pytest.approx(2.0, rel=0.1)


def test_days_of_the_week_and_slow_growth_are_not_noise() -> None:
    when = dates(84)
    weekly = np.array([0.0, 1.0, 2.0, 1.0, 0.0, 9.0, 12.0])[np.arange(84) % 7]
    plain, dressed = noise(when, drawn(84)), noise(when, drawn(84) + weekly + np.linspace(0, 40, 84))
    assert plain is not None
    assert dressed is not None
    assert dressed.sigma == pytest.approx(plain.sigma, rel=0.05)


def test_a_flow_without_noise_shows_any_leak() -> None:
    found = noise(dates(40), np.full(40, 12.0))
    assert found == Noise(0.0, 0.0, 40)
    assert found.smallest_change() == found.of_mean == 0.0


def test_too_few_nights_tell_nothing() -> None:
    assert noise(dates(13), drawn(13)) is None
    assert trend(dates(13), drawn(13)) is None
    assert noise(dates(14), drawn(14)) is not None


def test_missing_nights_are_only_missing() -> None:
    keep = np.random.default_rng(3).random(200) < 0.7
    whole, holed = noise(dates(200), drawn(200)), noise(dates(200)[keep], drawn(200)[keep])
    assert whole is not None
    assert holed is not None
    assert holed.sigma == pytest.approx(whole.sigma, rel=0.15)


def test_the_smallest_change_by_hand() -> None:
    """Two periods of 28 nights: t(54) = 2.005, 2.005 x 3 x sqrt(2/28)."""
    assert Noise(3.0, 0.0, 100).smallest_change() == pytest.approx(2.005 * 3 * sqrt(2 / 28), abs=1e-3)
    assert Noise(3.0, 0.5, 100).smallest_change() == pytest.approx(2.005 * 3 * sqrt(2 / 28) * sqrt(3), abs=2e-3)


def test_more_nights_and_less_noise_show_smaller_leaks() -> None:
    one = Noise(3.0, 0.2, 100)
    assert one.smallest_change(56) < one.smallest_change(28)
    assert Noise(1.5, 0.2, 100).smallest_change() == pytest.approx(one.smallest_change() / 2)


def test_95_percent_of_the_periods_without_a_leak_stay_under_the_smallest_change() -> None:
    when, means = dates(56), []
    for seed in range(400):
        flows = drawn(56, seed=seed)
        found, moved = noise(when, flows), change(when, flows)
        assert found is not None
        assert moved is not None
        means.append((abs(moved) > found.smallest_change(), moved))
    assert np.mean([outside for outside, _moved in means]) == pytest.approx(0.05, abs=0.03)


def test_a_leak_of_the_smallest_size_is_seen_every_other_time_and_twice_that_always() -> None:
    when, seen = dates(56), {1.0: 0, 2.0: 0}
    size = Noise(2.0, 0.0, 56).smallest_change()
    for seed in range(200):
        for times in seen:
            flows = drawn(56, seed=seed)
            flows[28:] += times * size
            moved = change(when, flows)
            assert moved is not None
            seen[times] += moved > size
    assert 0.35 < seen[1.0] / 200 < 0.65
    assert seen[2.0] / 200 > 0.93


def test_the_trend_is_that_of_the_line() -> None:
    when = dates(365)
    exact = trend(when, 10.0 + np.arange(365) * 20.0 / 365.25)
    assert exact is not None
    assert exact.slope == pytest.approx(20.0)
    assert exact.halfwidth == pytest.approx(0.0, abs=1e-9)


def test_the_interval_of_the_trend_holds_the_truth() -> None:
    when, line = dates(180), np.arange(180) * 20.0 / 365.25
    held = 0
    for seed in range(200):
        found = trend(when, drawn(180, seed=seed) + line)
        assert found is not None
        held += abs(found.slope - 20.0) <= found.halfwidth
    assert held / 200 > 0.91


def test_the_last_change_needs_two_periods() -> None:
    assert change(dates(0), drawn(0)) is None
    assert change(dates(30), drawn(30)) is None
    flows = np.concatenate([np.full(28, 5.0), np.full(28, 9.0)])
    assert change(dates(56), flows) == pytest.approx(4.0)


def test_a_day_that_comes_once_is_not_taken_out() -> None:
    assert not week(dates(13), drawn(13)).any()
    assert week(dates(14), np.arange(14.0)).sum() == pytest.approx(0.0)
