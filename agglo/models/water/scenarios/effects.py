"""What each measure brings, with the interval that the leakage exponent gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from agglo.models.water.hydraulics.network import Network
from agglo.models.water.performance import regulatory
from agglo.models.water.performance.volumes import DAYS
from agglo.models.water.performance.years import Year
from agglo.models.water.scenarios.measures import Measure
from agglo.models.water.scenarios.simulation import Leakage, Scenario, Simulator

HOURS = 24 * DAYS
"""Hours of a year, as the regulatory indicators count its days."""


@dataclass(frozen=True, slots=True)
class Range:
    """A value and its bounds."""

    low: float
    central: float
    high: float

    def times(self, factor: float) -> "Range":
        ends = sorted((self.low * factor, self.high * factor))
        return Range(ends[0], self.central * factor, ends[1])


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """Exponents N1 (low, central, high), length of the simulation [d], prices, least pressure of service [m]."""

    exponents: tuple[float, float, float]
    days: int
    water_cost_eur_m3: float
    energy_kwh_m3: float
    minimum_pressure_m: float


@dataclass(frozen=True, slots=True)
class Effect:
    """One measure against today. ``saved_m3_yr`` counts the junctions that are still fed only.

    ``lowest`` is the junction of least pressure and that pressure [m]; ``under``, ``negative`` and ``cut_off`` are
    junctions under the least pressure of service, under zero, and without water. ``yield_change`` [points] and
    ``loss_index_change`` [m3/d/km] are None without volumes, or without a length.
    """

    measure: Measure
    saved_m3_yr: Range
    leakage_m3_h: Range
    money_eur_yr: Range
    energy_kwh_yr: Range
    lowest: tuple[str, float]
    under: tuple[str, ...]
    negative: tuple[str, ...]
    cut_off: tuple[str, ...]
    yield_change: Range | None
    loss_index_change: Range | None
    central: Scenario


@dataclass(frozen=True, slots=True)
class Found:
    """Today, and the effect of each measure, of all of them together last where there are several."""

    today: Scenario
    effects: Sequence[Effect]
    leakage: Leakage


def served(network: Network) -> tuple[str, ...]:
    """Junctions that people draw from; all junctions where the model has no demand."""
    drawing = tuple(node for node in network.junctions if network.mean_demand_m3_h(node) > 0)
    return drawing or network.junctions


def effects(
    network: Network,
    measures: Sequence[Measure],
    leakage: Leakage,
    hypotheses: Hypotheses,
    *,
    year: Year | None,
    simulator: Callable[[float], Simulator],
    progress: Callable[[float], None] = lambda _share: None,
) -> Found:
    """Each measure simulated with each exponent, against the network as it is now with the same exponent."""
    scenarios: list[list[Scenario]] = []
    rounds = len(hypotheses.exponents) * (len(measures) + 1)
    for exponent in hypotheses.exponents:
        one, found = simulator(exponent), []
        for measure in (None, *measures):
            found.append(one.scenario(measure))
            progress((len(scenarios) * (len(measures) + 1) + len(found)) / rounds)
        scenarios.append(found)
    by_measure = list(zip(*scenarios, strict=True))
    found_effects = [
        _effect(measure, by_measure[0], after, Context(network, leakage, hypotheses, year))
        for measure, after in zip(measures, by_measure[1:], strict=True)
    ]
    return Found(by_measure[0][1], found_effects, leakage)


@dataclass(frozen=True, slots=True)
class Context:
    """What every effect is worked out with."""

    network: Network
    leakage: Leakage
    hypotheses: Hypotheses
    year: Year | None


def _effect(measure: Measure, before: Sequence[Scenario], after: Sequence[Scenario], held: Context) -> Effect:
    low, central, high = (_saved(one, other, held) for one, other in zip(before, after, strict=True))
    saved = _range(low, central, high)
    assumed, now = held.hypotheses, after[1]
    pumps = [DAYS * (other.energy_kwh_d - one.energy_kwh_d) for one, other in zip(before, after, strict=True)]
    energy = [pump - assumed.energy_kwh_m3 * one for pump, one in zip(pumps, (low, central, high), strict=True)]
    fed = {node: now.pressure_m[node] for node in served(held.network) if node not in now.cut_off}
    lowest = min(fed, key=lambda node: fed[node], default="")
    return Effect(
        measure=measure,
        saved_m3_yr=saved,
        leakage_m3_h=_range(*(one.leakage_m3_h() for one in after)),
        money_eur_yr=saved.times(assumed.water_cost_eur_m3),
        energy_kwh_yr=_range(*energy),
        lowest=(lowest, fed.get(lowest, float("nan"))),
        under=tuple(node for node, value in fed.items() if value < assumed.minimum_pressure_m),
        negative=tuple(node for node, value in fed.items() if value < 0),
        cut_off=tuple(node for node in held.network.junctions if node in now.cut_off - before[1].cut_off),
        yield_change=_range(*(_yield_change(one, held.year) for one in (low, central, high))) if held.year else None,
        loss_index_change=_loss_index_change(saved, held.year),
        central=now,
    )


def _saved(before: Scenario, after: Scenario, held: Context) -> float:
    """Water no longer lost in a year at the junctions still fed [m3/yr]."""
    leaks = held.leakage.leaks
    return HOURS * (before.leakage_m3_h(after.cut_off, leaks) - after.leakage_m3_h(after.cut_off, leaks))


def _yield_change(saved_m3: float, year: Year | None) -> float:
    """Change of P104.3 [points], consumption unchanged: 100 x (consumption + exported) over less water put in."""
    if year is None:
        return 0.0
    after = year.volumes.moved("produced", -saved_m3)
    return regulatory.network_yield(after) - regulatory.network_yield(year.volumes)


def _loss_index_change(saved: Range, year: Year | None) -> Range | None:
    """Change of P106.3 [m3/d/km]."""
    if year is None or year.network_km is None:
        return None
    return saved.times(-1 / DAYS / year.network_km)


def _range(low: float, central: float, high: float) -> Range:
    return Range(min(low, central, high), central, max(low, central, high))


def excess(found: Found, year: Year | None) -> Mapping[str, float]:
    """Measures that would save more than the year's losses [m3/yr]: the model and the volumes do not agree."""
    if year is None:
        return {}
    saved = {one.measure.title: one.saved_m3_yr.central for one in found.effects}
    return {title: value for title, value in saved.items() if value > year.volumes.losses}
