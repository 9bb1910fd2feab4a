"""Several years of a service: three of them together, as the decree allows, and the change since the first."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import fsum, hypot
from typing import Any

from agglo.contract.columns import Columns
from agglo.models.water.performance import figures
from agglo.models.water.performance.figures import Figure, Scope
from agglo.models.water.performance.volumes import NAMES
from agglo.models.water.performance.years import Year

YEARS_TOGETHER = 3
"""Years that the decree 2012-97 lets a yield be calculated over where sales of water vary greatly."""

CHANGE: Columns = {
    **dict.fromkeys(("place", "sector", "indicator"), "text"),
    **dict.fromkeys(("since", "year"), "year"),
    **dict.fromkeys(("first", "last", "change", "low", "high"), "number"),
    **dict.fromkeys(("unit", "direction"), "text"),
}


def by_service(years: Sequence[Year]) -> list[list[Year]]:
    """The years of each place and sector, in order."""
    return [list(found) for _key, found in groupby(years, lambda one: (one.place, one.sector))]


def together(years: Sequence[Year]) -> Scope:
    """Years as one period: volumes add up, and so do lengths, so that an index is by day and km of all of them.

    The decree does not say how years are put together; this weights each by its water. The same meters err in the same
    way from year to year: half-widths add up. The withdrawal in a water-stress zone is the yearly mean.
    """
    first, *others = years
    volumes = first.volumes
    for one in others:
        volumes += one.volumes
    lengths = [one.network_km for one in years if one.network_km is not None]
    return Scope(
        volumes,
        {name: fsum(one.halfwidths[name] for one in years) for name in NAMES},
        fsum(lengths) if len(lengths) == len(years) else None,
        fsum(one.stress_withdrawal_m3 for one in years) / len(years),
    )


def three_years(service: Sequence[Year]) -> Iterator[tuple[Year, Figure]]:
    """Yield, threshold and gap over each three years that follow one another, with the last of them."""
    for end in range(YEARS_TOGETHER, len(service) + 1):
        window = service[end - YEARS_TOGETHER : end]
        if window[-1].year - window[0].year == YEARS_TOGETHER - 1:
            found = figures.of_yield(together(window))
            yield from ((window[-1], one) for one in found if one.name != "volume-to-save")


def change_rows(service: Sequence[Year]) -> Iterator[dict[str, Any]]:
    """Change of each figure from the first year to the last; the two years err independently."""
    if len(service) < 2:
        return
    first, last = service[0], service[-1]
    before = {one.name: one for one in figures.of_year(first)}
    for one in figures.of_year(last):
        other = before[one.name]
        if one.value is None or other.value is None or one.low is None or other.low is None:
            continue
        change, half = one.value - other.value, hypot(_half(one), _half(other))
        direction = "up" if change > half else "down" if change < -half else "unclear"
        named = {"place": last.place, "sector": last.sector, "indicator": one.name}
        period = {"since": first.year, "year": last.year, "first": other.value, "last": one.value}
        bounds = {"change": change, "low": change - half, "high": change + half}
        yield {**named, **period, **bounds, "unit": one.unit, "direction": direction}


def _half(figure: Figure) -> float:
    """Half-width of a figure; the greater side, where an interval ends at a bound."""
    value, low, high = figure.value or 0.0, figure.low or 0.0, figure.high or 0.0
    return max(high - value, value - low)
