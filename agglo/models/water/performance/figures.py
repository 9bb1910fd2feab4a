"""The figures of a year: each with its 95 % interval, its verdict, or the reason why it is not given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any, Literal

from agglo.contract.columns import Columns
from agglo.contract.indicators import Indicator, Quality, vocabulary
from agglo.models.water.performance import leakage_index, regulatory
from agglo.models.water.performance.balance import ENTRIES, Amount
from agglo.models.water.performance.propagation import halfwidth
from agglo.models.water.performance.volumes import DAYS, Halfwidths, Volumes
from agglo.models.water.performance.years import WHOLE, Year

_SOURCE = "water.indicators"

PERFORMANCE: Columns = {
    **dict.fromkeys(("place", "sector"), "text"),
    **dict.fromkeys(("since", "year"), "year"),
    **dict.fromkeys(("indicator", "code"), "text"),
    **dict.fromkeys(("value", "low", "high"), "number"),
    **dict.fromkeys(("unit", "verdict", "reason", "quality"), "text"),
}
BALANCE: Columns = {
    **dict.fromkeys(("place", "sector"), "text"),
    "year": "year",
    **dict.fromkeys(("entry", "part_of"), "text"),
    **dict.fromkeys(("value", "low", "high"), "m3/yr"),
    "share_of_input": "%",
}

Bounds = tuple[float, float]
ANY: Bounds = (-inf, inf)
AMOUNT: Bounds = (0.0, inf)
SHARE: Bounds = (0.0, 100.0)

REACHED, NOT_REACHED = "reached", "not-reached"

CODES = {
    "network-yield": "P104.3",
    "non-counted-index": "P105.3",
    "loss-index": "P106.3",
    "consumption-index": "ILC",
    "unavoidable-losses": "UARL",
    "leakage-index": "ILI",
}
"""What an indicator is called in its regulation or standard, where it has a name there."""

_BY_LENGTH = {
    "non-counted-index": regulatory.non_counted_index,
    "loss-index": regulatory.loss_index,
    "consumption-index": regulatory.consumption_index,
}

Reason = Literal["", "no-network-km", "no-subscribers", "no-build", "no-cost", "outside-domain"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a place, ``low`` and ``high`` its 95 % interval; ``value`` is None where ``reason`` says why."""

    name: str
    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: str = ""
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What figures are computed from: volumes, half-widths [m3], length of mains [km] (of several years, their sum)."""

    volumes: Volumes
    halfwidths: Halfwidths
    network_km: float | None
    stress_withdrawal_m3: float

    def figure(self, name: str, amount: Amount, unit: str, verdict: str = "", *, between: Bounds = AMOUNT) -> Figure:
        """The figure that ``amount`` makes of the volumes, its value and interval kept ``between`` two bounds."""
        value, half = amount(self.volumes), halfwidth(amount, self.volumes, self.halfwidths)
        least, most = between
        value, low, high = (min(most, max(least, one)) for one in (value, value - half, value + half))
        return Figure(name, unit, value, low, high, verdict)


def of_year(year: Year) -> list[Figure]:
    """All figures of a year, in the order they are read."""
    scope = Scope(year.volumes, year.halfwidths, year.network_km, year.stress_withdrawal_m3)
    return [*of_yield(scope), *_indices(scope, year), *_losses(scope, year), *_leakage(scope, year)]


def of_yield(scope: Scope) -> Iterator[Figure]:
    """The yield, its threshold, the gap between them, and the volume to save."""
    yield scope.figure("network-yield", regulatory.network_yield, "%", _verdict(scope), between=SHARE)
    if scope.network_km is None:
        for name, unit in (("yield-threshold", "%"), ("yield-gap", "%"), ("volume-to-save", "m3/yr")):
            yield Figure(name, unit, reason="no-network-km")
        return
    yield scope.figure("yield-threshold", lambda one: threshold(scope, one), "%")
    yield scope.figure("yield-gap", lambda one: regulatory.network_yield(one) - threshold(scope, one), "%", between=ANY)
    yield scope.figure("volume-to-save", lambda one: regulatory.excess(one, threshold(scope, one)), "m3/yr")


def threshold(scope: Scope, volumes: Volumes) -> float:
    """Threshold of the yield [%] for other volumes of the same network, whose length is known."""
    index = regulatory.consumption_index(volumes, scope.network_km or 0.0)
    return regulatory.yield_threshold(index, scope.stress_withdrawal_m3)


def _verdict(scope: Scope) -> str:
    """Whether the threshold is reached; without a length, only where every network of that yield has one verdict."""
    found = regulatory.network_yield(scope.volumes)
    if scope.network_km is not None:
        return REACHED if found >= threshold(scope, scope.volumes) else NOT_REACHED
    if found >= regulatory.HIGHEST_THRESHOLD:
        return REACHED
    return NOT_REACHED if found < regulatory.fixed_term(scope.stress_withdrawal_m3) else ""


def _indices(scope: Scope, year: Year) -> Iterator[Figure]:
    if year.network_km is None:
        yield from (Figure(name, "m3/d/km", reason="no-network-km") for name in _BY_LENGTH)
        yield Figure("subscribers-per-km", "1/km", reason="no-network-km")
        return
    density = None if year.subscribers is None else year.subscribers / year.network_km
    kind = None if density is None else regulatory.density_class(density)
    for name, index in _BY_LENGTH.items():
        amount = partial(index, network_km=year.network_km)
        verdict = ""
        if name == "loss-index" and kind:
            acceptable = amount(year.volumes) <= regulatory.ACCEPTABLE_LOSSES[kind]
            verdict = "acceptable" if acceptable else "not-acceptable"
        yield scope.figure(name, amount, "m3/d/km", verdict)
    if kind is None:
        yield Figure("subscribers-per-km", "1/km", reason="no-subscribers")
    else:
        yield Figure("subscribers-per-km", "1/km", density, verdict=kind)


def _losses(scope: Scope, year: Year) -> Iterator[Figure]:
    yield scope.figure("real-losses", lambda one: one.real_losses, "m3/yr")
    yield scope.figure("non-revenue-water", lambda one: one.non_revenue, "m3/yr")
    cost = year.cost_eur_m3
    if cost is None:
        yield Figure("loss-cost", "EUR/yr", reason="no-cost")
    else:
        yield scope.figure("loss-cost", lambda one: one.real_losses * cost, "EUR/yr")


def _leakage(scope: Scope, year: Year) -> Iterator[Figure]:
    """Unavoidable losses and leakage index, withheld where nobody has shown that the formula holds."""
    build = year.build
    domain = leakage_index.domain(build) if build else "outside-domain"
    if build is None or domain == "outside-domain":
        reason: Reason = "outside-domain" if build else "no-build"
        yield Figure("unavoidable-losses", "m3/d", reason=reason)
        yield Figure("leakage-index", "1", reason=reason)
        return
    unavoidable = leakage_index.unavoidable_losses_l_d(build) / 1000
    yield Figure("unavoidable-losses", "m3/d", unavoidable, verdict=domain)
    yield scope.figure("leakage-index", lambda one: one.real_losses / DAYS / unavoidable, "1", domain)


def performance_row(year: Year, figure: Figure, *, since: int | None = None) -> dict[str, Any]:
    """A row of the table of figures."""
    named = {"place": year.place, "sector": year.sector, "since": since, "year": year.year}
    values = {"value": figure.value, "low": figure.low, "high": figure.high, "unit": figure.unit}
    said = {"verdict": figure.verdict, "reason": figure.reason, "quality": quality(year, figure)}
    return {**named, "indicator": figure.name, "code": CODES.get(figure.name, ""), **values, **said}


def balance_rows(year: Year) -> Iterator[dict[str, Any]]:
    """The rows of the water balance of a year."""
    scope = Scope(year.volumes, year.halfwidths, year.network_km, year.stress_withdrawal_m3)
    for entry in ENTRIES:
        found = scope.figure(entry.name, entry.amount, "m3/yr")
        share = 100 * (found.value or 0.0) / year.volumes.put_in
        named = {"place": year.place, "sector": year.sector, "year": year.year}
        values = {"value": found.value, "low": found.low, "high": found.high, "share_of_input": share}
        yield {**named, "entry": entry.name, "part_of": entry.part_of, **values}


def indicators(year: Year, found: Sequence[Figure]) -> list[Indicator]:
    """The figures that the vocabulary names; one that is not given is unknown there."""
    return [
        Indicator(
            name=f"water.{one.name}",
            value=one.value,
            unit=one.unit,
            place=year.place,
            year=year.year,
            sector="" if year.sector == WHOLE else year.sector,
            quality=quality(year, one),
            source=_SOURCE,
        )
        for one in found
        if f"water.{one.name}" in vocabulary()
    ]


def quality(year: Year, figure: Figure) -> Quality:
    """That of the volumes; the leakage index rests on a model of what cannot be avoided."""
    modelled = figure.name in ("leakage-index", "unavoidable-losses") and year.quality != "assumed"
    return "modelled" if modelled else year.quality
