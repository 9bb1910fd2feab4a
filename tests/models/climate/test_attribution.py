from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agglo.models.climate import attribution
from agglo.models.climate.attribution import State

AMOUNT = st.floats(1e-3, 1e9)
STATES = st.builds(
    State,
    emissions=AMOUNT | st.just(0.0),
    energy=st.none() | AMOUNT | st.just(0.0),
    population=st.floats(1, 1e7),
    emissions_weather=st.floats(0.2, 3),
    energy_weather=st.floats(0.2, 3),
)
SECTORS = st.sampled_from(["residential", "industry"])


def test_heating_follows_degree_days() -> None:
    assert attribution.weather_factor(0.9, 1.2) == pytest.approx(1.18)
    assert attribution.weather_factor(0.5, 0.0) == 0.5
    state = State(118.0, None, 1.0, attribution.weather_factor(0.9, 1.2), 1.0)
    assert state.weather_corrected == pytest.approx(100)


@given(STATES, STATES, SECTORS)
def test_effects_add_up_to_the_change(first: State, state: State, sector: str) -> None:
    found = attribution.effects(first, state, sector, of_population=True)
    scale = max(first.emissions, state.emissions)
    assert fsum(found.values()) == pytest.approx(state.emissions - first.emissions, rel=1e-9, abs=1e-9 * scale)


@given(STATES, SECTORS)
def test_no_change_is_nothing_exactly(state: State, sector: str) -> None:
    assert attribution.counterfactual(state, state) == state.emissions
    assert set(attribution.effects(state, state, sector, of_population=True).values()) == {0.0}


@given(STATES, STATES)
def test_the_counterfactual_is_the_first_years_practices_never_below_zero(first: State, state: State) -> None:
    found = attribution.counterfactual(first, state)
    assert found >= 0
    per_head = first.weather_corrected / first.population
    assert found == pytest.approx(per_head * state.population * state.emissions_weather, rel=1e-9)


def test_the_carbon_of_energy_is_told_apart_where_energy_is_held() -> None:
    first, last = State(100.0, 400.0, 10.0, 1.0, 1.0), State(90.0, 450.0, 10.0, 1.0, 1.0)
    found = attribution.effects(first, last, "residential", of_population=True)
    assert list(found) == ["population", "weather", "energy-intensity", "carbon-intensity"]
    assert found["energy-intensity"] > 0 > found["carbon-intensity"]
    without = State(90.0, None, 10.0, 1.0, 1.0)
    for after, sector in ((without, "residential"), (last, "agriculture")):
        found = attribution.effects(first, after, sector, of_population=False)
        assert list(found) == ["weather", "emissions-intensity"]


def test_what_is_added_keeps_every_factor() -> None:
    parts = [{"weather": 1.0, "population": 2.0}, {"weather": 3.0, "emissions-intensity": 4.0}]
    assert attribution.added(parts) == {"population": 2.0, "weather": 4.0, "emissions-intensity": 4.0}
    assert attribution.added([]) == {}
