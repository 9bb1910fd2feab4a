"""What changed apart from the weather and the population: factors of emissions, and the counterfactual.

Emissions of a place and sector in a year are a product, exactly::

    E = P  w  (E / (P w))                                    w = 1 - h + h D / D_normal
    E = P  w  (N / (P v))  (E v / (N w))                     v, as w with the share of heating in energy

P population, N energy, D heating degree-days, h the share of emissions (or energy) that heats buildings in normal
weather. Emissions at normal weather are E / w. The counterfactual keeps the practices of the first year::

    counterfactual = E_0 (P / P_0) (w / w_0)                 attributed = E - counterfactual

Correction by degree-days is that of the territorial trajectories of ADEME's method (November 2024), where heating is
scaled by the ratio of degree-days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, prod

from agglo.contract.language import Text
from agglo.models.climate import decomposition

FACTORS: dict[str, Text] = {
    "population": {"fr": "Population", "en": "Population"},
    "weather": {"fr": "Météo (degrés-jours)", "en": "Weather (degree-days)"},
    "energy-intensity": {
        "fr": "Énergie par habitant, à climat normal",
        "en": "Energy per inhabitant, in normal weather",
    },
    "carbon-intensity": {"fr": "Émissions par unité d'énergie", "en": "Emissions per unit of energy"},
    "emissions-intensity": {
        "fr": "Émissions par habitant, à climat normal",
        "en": "Emissions per inhabitant, in normal weather",
    },
}
"""What the change is shared between; a sector has either the two intensities of energy, or that of emissions."""

FROM_ENERGY = ("residential", "tertiary", "road-transport", "other-transport")
"""Sectors whose emissions come from the energy they use, so that emissions per unit of energy mean something."""


@dataclass(frozen=True, slots=True)
class Share:
    """Share of heating in normal weather [1], in emissions and in energy."""

    emissions: float = 0.0
    energy: float = 0.0


@dataclass(frozen=True, slots=True)
class State:
    """A place and sector in a year: emissions [tCO2e], energy [MWh] or None, and what drives them.

    ``population`` is 1 where the sector is not scaled by it; ``emissions_weather`` and ``energy_weather`` are w and v.
    """

    emissions: float
    energy: float | None
    population: float
    emissions_weather: float
    energy_weather: float

    @property
    def weather_corrected(self) -> float:
        """Emissions at normal weather [tCO2e]."""
        return self.emissions / self.emissions_weather


def weather_factor(share: float, degree_days: float) -> float:
    """How much more (above 1) or less is emitted than in normal weather, where ``share`` [1] is heating.

    ``degree_days`` are those of the year over those of normal weather [1].

    >>> round(weather_factor(0.9, 1.1), 9), weather_factor(0.0, 1.1)
    (1.09, 1.0)
    """
    return 1 - share + share * degree_days


def counterfactual(first: State, state: State) -> float:
    """Emissions [tCO2e] of a year with the practices of the first, its own population and its own weather."""
    return first.emissions * scale(first, state)


def scale(first: State, state: State) -> float:
    """What population and weather multiply the first year's emissions by [1]; exactly 1 where neither changes."""
    return (state.population / first.population) * (state.emissions_weather / first.emissions_weather)


def effects(first: State, state: State, sector: str, *, of_population: bool) -> Mapping[str, float]:
    """What each factor adds to the change of emissions since the first year [tCO2e]; they add up to it."""
    pair = (first, state)
    by_energy = sector in FROM_ENERGY and all(one.emissions > 0 and one.energy for one in pair)
    before, after = ((_by_energy if by_energy else _by_emissions)(one) for one in pair)
    found = decomposition.effects(before, after)
    return found if of_population else {name: value for name, value in found.items() if name != "population"}


def _by_emissions(state: State) -> dict[str, float]:
    drivers = {"population": state.population, "weather": state.emissions_weather}
    return {**drivers, "emissions-intensity": state.emissions / prod(drivers.values())}


def _by_energy(state: State) -> dict[str, float]:
    normal = (state.energy or 0.0) / state.energy_weather
    return {
        "population": state.population,
        "weather": state.emissions_weather,
        "energy-intensity": normal / state.population,
        "carbon-intensity": state.weather_corrected / normal,
    }


def added(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Effects of several places or sectors together, factor by factor, in the order of :data:`FACTORS`."""
    names = [name for name in FACTORS if any(name in part for part in parts)]
    return {name: fsum(part.get(name, 0.0) for part in parts) for name in names}
