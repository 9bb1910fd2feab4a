"""The regulatory formulas: worked cases to the printed digits, invariants, limits."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.models.water.performance import regulatory
from agglo.models.water.performance.volumes import Volumes

from ..volume_scenes import published, volumes_of

CASES = published()
AMOUNT = st.floats(0, 1e8)
INDEX = st.floats(0, 1e4)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_worked_cases_to_the_printed_digits(case: dict[str, Any]) -> None:
    volumes, length = volumes_of(case), case["network_km"]
    decimals = 3 if case["case"].startswith("L-Town") else 4
    index = regulatory.consumption_index(volumes, length)
    threshold = regulatory.yield_threshold(index, case["stress_withdrawal_m3"])
    found = regulatory.network_yield(volumes)
    assert round(found, 3) == case["network-yield"]
    assert round(regulatory.non_counted_index(volumes, length), decimals) == case["non-counted-index"]
    assert round(regulatory.loss_index(volumes, length), decimals) == case["loss-index"]
    assert round(index, decimals) == case["consumption-index"]
    assert round(threshold, 3) == case["yield-threshold"]
    assert ("reached" if found >= threshold else "not-reached") == case["verdict"]


@given(st.floats(1, 1e8), AMOUNT, st.floats(0, 1), st.floats(0.001, 1000))
def test_the_yield_does_not_depend_on_the_unit(produced: float, imported: float, share: float, scale: float) -> None:
    metered = share * (produced + imported)
    found = regulatory.network_yield(Volumes(produced, imported, 0.0, metered, 0.0, 0.0))
    scaled = regulatory.network_yield(Volumes(scale * produced, scale * imported, 0.0, scale * metered, 0.0, 0.0))
    assert scaled == pytest.approx(found, rel=1e-9)
    assert 0 <= found <= 100 + 1e-9


@given(INDEX, INDEX, AMOUNT, AMOUNT)
def test_the_threshold_never_falls_with_consumption_or_stress(
    one: float, other: float, withdrawal: float, greater: float
) -> None:
    low, high = sorted((one, other))
    dry, drier = sorted((withdrawal, greater))
    assert regulatory.yield_threshold(low, dry) <= regulatory.yield_threshold(high, dry)
    assert regulatory.yield_threshold(low, dry) <= regulatory.yield_threshold(low, drier)
    assert 65 <= regulatory.yield_threshold(low, dry) <= 85


@given(st.floats(1, 1e8), st.floats(0.01, 1), st.floats(65, 85))
def test_saving_the_excess_brings_the_yield_to_the_threshold(put_in: float, share: float, threshold: float) -> None:
    volumes = Volumes(put_in, 0.0, 0.0, share * put_in, 0.0, 0.0)
    saved = regulatory.excess(volumes, threshold)
    after = volumes.moved("produced", -saved)
    assert regulatory.network_yield(after) == pytest.approx(threshold, rel=1e-9)
    assert (saved > 0) == (regulatory.network_yield(volumes) < threshold) or saved == pytest.approx(0, abs=1e-6)


@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT, st.floats(0.1, 1e4))
def test_less_metered_counts_as_much_as_the_losses_and_the_rest(
    produced: float, metered: float, unmetered: float, service: float, length: float
) -> None:
    """P105.3 less P106.3 is what is used without a meter; losses and consumption add up to what is put in."""
    volumes = Volumes(produced, 0.0, 0.0, metered, unmetered, service)
    close = {"rel": 1e-9, "abs": 1e-9 * (produced + metered + unmetered + service) / length}
    apart = regulatory.non_counted_index(volumes, length) - regulatory.loss_index(volumes, length)
    assert apart == pytest.approx((unmetered + service) / 365 / length, **close)
    both = regulatory.loss_index(volumes, length) + regulatory.consumption_index(volumes, length)
    assert both == pytest.approx(produced / 365 / length, **close)


def test_the_greater_fixed_term_starts_over_two_million_cubic_metres() -> None:
    assert regulatory.yield_threshold(10.0, 2_000_000.0) == 67
    assert regulatory.yield_threshold(10.0, 2_000_000.1) == 72
    assert regulatory.yield_threshold(100.0) == regulatory.yield_threshold(75.0, 3e6) == 85


def test_classes_of_density_and_their_acceptable_losses() -> None:
    classes = [regulatory.density_class(one) for one in (0.1, 24.99, 25, 50, 50.01, 500)]
    assert classes == ["rural", "rural", "intermediate", "intermediate", "urban", "urban"]
    assert regulatory.ACCEPTABLE_LOSSES == {"rural": 2.5, "intermediate": 5.0, "urban": 10.0}
