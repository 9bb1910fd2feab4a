"""Estimates laid out as the model's tables and indicators."""

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from agglo.contract.columns import Columns
from agglo.contract.indicators import Indicator
from agglo.models.water.night import noise as noises
from agglo.models.water.night.estimates import Estimate
from agglo.models.water.night.evidence import Evidence
from agglo.models.water.night.hypotheses import Hypotheses
from agglo.models.water.night.leakage import Range, daily_leakage
from agglo.models.water.night.sentences import sentence

_SOURCE = "water.night-flow"


def _names(name: str, unit: str) -> tuple[str, str, str]:
    """Names of the columns of a value and of its bounds: ``leakage_m3_d``, ``leakage_low_m3_d``..."""
    written = {"%": "percent"}.get(unit, unit.lower().replace("/", "_"))
    return (f"{name}_{written}", f"{name}_low_{written}", f"{name}_high_{written}")


def _bounded(name: str, unit: str) -> dict[str, str]:
    return dict.fromkeys(_names(name, unit), unit)


NIGHTS: Columns = {
    **dict.fromkeys(("sector", "night"), "text"),
    **dict.fromkeys(("mean_flow_m3_h", "minimum_flow_m3_h", "night_use_m3_h"), "m3/h"),
    "leakage_m3_d": "m3/d",
    "hours": "h",
    "known_share": "1",
    "quality": "text",
}
SECTORS: Columns = {
    **dict.fromkeys(("sector", "title"), "text"),
    "nights": "count",
    **dict.fromkeys(("night_flow_m3_h", "minimum_night_flow_m3_h"), "m3/h"),
    **_bounded("night_use", "m3/h"),
    "night_use_quality": "text",
    "night_day_factor_h": "h",
    "pressure_quality": "text",
    **_bounded("leakage", "m3/d"),
    **_bounded("cost", "EUR/d"),
    **dict.fromkeys(("noise_m3_h", "smallest_change_m3_h", "last_change_m3_h"), "m3/h"),
    **_bounded("trend", "m3/h/yr"),
    **dict.fromkeys(("verdict", "quality", "sentence"), "text"),
}
BALANCE: Columns = {
    **dict.fromkeys(("sector", "since", "until"), "text"),
    "known_share": "1",
    "inflow_m3": "m3",
    **_bounded("losses", "m3"),
    **_bounded("consumption", "m3"),
    **_bounded("efficiency", "%"),
    "quality": "text",
}


def nights_rows(found: Sequence[Estimate], hypotheses: Hypotheses) -> Iterator[dict[str, Any]]:
    """A row for each sector and night; empty where the night, or the night use, is not known."""
    for one in found:
        held = one.nights
        flows = held.mean if hypotheses.flow == "mean" else held.minimum
        use = one.use.flow.central if one.use and one.verdict != "no-variation" else None
        for rank, quality in enumerate(held.qualities(hypotheses.window)):
            yield {
                "sector": one.sector,
                "night": str(held.dates[rank]),
                "mean_flow_m3_h": _known(held.mean[rank]),
                "minimum_flow_m3_h": _known(held.minimum[rank]),
                "night_use_m3_h": use,
                "leakage_m3_d": None if use is None else _known(daily_leakage(flows[rank], use, one.factor)),
                "hours": float(held.hours[rank]),
                "known_share": float(held.known[rank]),
                "quality": quality,
            }


def sectors_rows(found: Sequence[Estimate], evidence: Evidence) -> Iterator[dict[str, Any]]:
    """A row for each sector."""
    hypotheses = evidence.hypotheses
    for one in found:
        yield {
            "sector": one.sector,
            "title": evidence.known(one.sector).title,
            "nights": float(len(one.flows)),
            "night_flow_m3_h": one.flow,
            "minimum_night_flow_m3_h": one.minimum,
            **_range("night_use", "m3/h", one.use.flow if one.use else None),
            "night_use_quality": one.use.quality if one.use else "",
            "night_day_factor_h": one.factor,
            "pressure_quality": one.pressures_quality if one.pressures else "",
            **_range("leakage", "m3/d", one.leakage),
            **_range("cost", "EUR/d", one.leakage and one.leakage.times(hypotheses.cost_eur_m3)),
            **_noise(one),
            "verdict": one.verdict,
            "quality": one.quality,
            "sentence": sentence(one, hypotheses),
        }


def balance_rows(found: Sequence[Estimate], since: str, until: str) -> Iterator[dict[str, Any]]:
    """A row for each sector, over the whole period of the readings, by the clock of the window."""
    for one in found:
        yield {
            "sector": one.sector,
            "since": since,
            "until": until,
            "known_share": one.balance.known,
            "inflow_m3": one.balance.inflow,
            **_range("losses", "m3", one.balance.losses),
            **_range("consumption", "m3", one.balance.consumption),
            **_range("efficiency", "%", one.balance.efficiency),
            "quality": one.quality if one.balance.losses else "measured",
        }


def indicators(found: Sequence[Estimate], place: str) -> list[Indicator]:
    """Night flow and leakage of each sector, in the year of its last night; none without a ``place``."""
    return [one for estimate in found if place and len(estimate.nights.dates) for one in _indicators(estimate, place)]


def _indicators(one: Estimate, place: str) -> Iterator[Indicator]:
    first, last = (int(str(date)[:4]) for date in one.nights.dates[[0, -1]])
    common: dict[str, Any] = {"place": place, "year": last, "since": first if first < last else None}
    common |= {"sector": one.sector, "source": _SOURCE}
    yield Indicator(name="water.minimum-night-flow", value=one.minimum, unit="m3/h", quality="measured", **common)
    leakage = one.leakage.central if one.leakage else None
    yield Indicator(name="water.night-leakage", value=leakage, unit="m3/d", quality=one.quality, **common)


def _noise(one: Estimate) -> dict[str, float | None]:
    if one.noise is None:
        return {}
    slope = noises.trend(one.dates, one.flows)
    bounds = None
    if slope is not None:
        bounds = Range(slope.slope - slope.halfwidth, slope.slope, slope.slope + slope.halfwidth)
    return {
        "noise_m3_h": one.noise.sigma,
        "smallest_change_m3_h": one.noise.smallest_change(),
        "last_change_m3_h": noises.change(one.dates, one.flows),
        **_range("trend", "m3/h/yr", bounds),
    }


def _range(name: str, unit: str, value: Range | None) -> dict[str, float | None]:
    held = (None, None, None) if value is None else (value.central, value.low, value.high)
    return dict(zip(_names(name, unit), held, strict=True))


def _known(value: float) -> float | None:
    return float(value) if isfinite(value) else None
