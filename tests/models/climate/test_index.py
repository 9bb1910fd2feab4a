"""Yearly effort and conditions: by hand, and what must hold."""

from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.models.climate.index import conditions, yearly_effort

SHARES = {"transport": 0.39, "buildings": 0.46, "other": 0.15}


def test_the_targets_of_paris_saclay_by_hand() -> None:
    assert yearly_effort(100, 66, 18) == pytest.approx(2.282, abs=0.0005)
    assert yearly_effort(100, 76, 18) == pytest.approx(1.513, abs=0.0005)


@given(end=st.floats(0.1, 300), years=st.integers(1, 60))
def test_the_effort_leads_to_the_target(end: float, years: int) -> None:
    rate = yearly_effort(100, end, years)
    assert rate is not None
    assert 100 * (1 - rate / 100) ** years == pytest.approx(end, rel=1e-9)


def test_limits_of_the_effort() -> None:
    assert yearly_effort(100, 100, 7) == 0
    assert yearly_effort(100, 0, 7) is None
    rising = yearly_effort(100, 110, 1)
    assert rising == pytest.approx(-10)


def test_if_transport_does_nothing_by_hand() -> None:
    buildings, other = conditions(SHARES, -0.34, "transport", 0.0)
    assert (buildings.group, other.group) == ("buildings", "other")
    assert buildings.index_needed == other.index_needed == pytest.approx(100 * (0.66 - 0.39) / 0.61)
    assert buildings.index_alone == pytest.approx(100 * (0.46 - 0.34) / 0.46)
    assert other.index_alone == pytest.approx(100 * (0.15 - 0.34) / 0.15)
    assert buildings.missing == 0


def test_what_is_missing_where_the_others_cannot_do_it() -> None:
    for one in conditions(SHARES, -0.83, "transport", 0.0):
        assert one.index_needed < 0
        assert one.missing == pytest.approx(39 - 17)


def test_a_group_that_does_its_part_asks_no_more_of_the_others() -> None:
    for one in conditions(SHARES, -0.34, "buildings", -0.34):
        assert one.index_needed == pytest.approx(66)


@given(change=st.floats(-1, 0.5), held=st.floats(-1, 0.5), group=st.sampled_from([*SHARES]))
def test_the_sum_of_the_groups_meets_the_target(change: float, held: float, group: str) -> None:
    found = conditions(SHARES, change, group, held)
    done = SHARES[group] * (1 + held)
    together = done + fsum(SHARES[one.group] * one.index_needed / 100 for one in found)
    assert together == pytest.approx(1 + change, abs=1e-9)
    for one in found:
        rest = fsum(share for name, share in SHARES.items() if name not in (group, one.group))
        assert done + rest + SHARES[one.group] * one.index_alone / 100 == pytest.approx(1 + change, abs=1e-9)


def test_the_only_group_has_no_others() -> None:
    assert conditions({"transport": 1.0}, -0.34, "transport", 0.0) == []
