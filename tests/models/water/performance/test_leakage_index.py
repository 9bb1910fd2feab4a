"""Unavoidable losses, and where their formula holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.models.water.performance.leakage_index import Build, domain, unavoidable_losses_l_d
from agglo.models.water.performance.volumes import DAYS

from ..volume_scenes import published, volumes_of


def test_the_worked_case() -> None:
    """210 km, 9,000 connections, 45 m: 494.1 m3/d; 310,000 m3 a year of losses are 1.72 times that."""
    unavoidable = unavoidable_losses_l_d(Build(210, 9000, 0, 45)) / 1000
    assert round(unavoidable, 1) == 494.1
    assert round(volumes_of(published()["rural service"]).real_losses / DAYS / unavoidable, 2) == 1.72


def test_each_term_by_hand() -> None:
    assert unavoidable_losses_l_d(Build(1, 0, 0, 10)) == 180
    assert unavoidable_losses_l_d(Build(0, 1, 0, 10)) == 8
    assert unavoidable_losses_l_d(Build(0, 0, 1, 10)) == 250


@given(st.floats(0.1, 1e4), st.floats(1, 1e6), st.floats(0, 1e3), st.floats(1, 200), st.floats(0.1, 10))
def test_unavoidable_losses_go_with_pressure_and_with_the_network(
    length: float, connections: float, private: float, pressure: float, times: float
) -> None:
    one = unavoidable_losses_l_d(Build(length, connections, private, pressure))
    assert unavoidable_losses_l_d(Build(length, connections, private, times * pressure)) == pytest.approx(times * one)
    twice = Build(times * length, times * connections, times * private, pressure)
    assert unavoidable_losses_l_d(twice) == pytest.approx(times * one)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (Build(210, 9000, 0, 45), "in-domain"),
        (Build(210, 5001, 0, 25), "in-domain"),
        (Build(210, 5001, 0, 100), "in-domain"),
        (Build(210, 5000, 0, 45), "extended-domain"),
        (Build(300, 6000, 0, 45), "extended-domain"),
        (Build(50, 2000, 0, 45), "extended-domain"),
        (Build(50, 1999, 0, 45), "outside-domain"),
        (Build(210, 9000, 0, 24.9), "outside-domain"),
        (Build(210, 9000, 0, 100.1), "outside-domain"),
    ],
)
def test_limits_of_the_domain(build: Build, expected: str) -> None:
    assert domain(build) == expected
