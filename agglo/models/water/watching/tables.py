"""The tables and indicators of the watch."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from agglo.contract.indicators import Indicator
from agglo.models.water.watching.evidence import Evidence, Rules
from agglo.models.water.watching.found import Alarm, doubtful, money, running
from agglo.models.water.watching.hours import DAY_H

if TYPE_CHECKING:
    import numpy as np

ALARMS = {
    **dict.fromkeys(("id", "state", "sector", "sensor"), "text"),
    **dict.fromkeys(("first_sign", "raised"), "text"),
    **{"certainty": "text", "false_per_year": "1/yr", "sensors_moved": "rank", "found_on": "text"},
    **dict.fromkeys(("flow_m3_h", "flow_low_m3_h", "flow_high_m3_h"), "m3/h"),
    **dict.fromkeys(("loss_eur_d", "loss_eur_d_low", "loss_eur_d_high"), "EUR/d"),
    **{"waiting_days": "d", "last_growth": "text", "ended": "text", "pipe": "text"},
}
BANDS = {
    **dict.fromkeys(("sector", "date", "day_type"), "text"),
    **dict.fromkeys(("seen_m3_h", "expected_m3_h", "low_m3_h", "high_m3_h"), "m3/h"),
    "hours_outside": "rank",
}
CHANGES = {
    **dict.fromkeys(("kind", "start", "told", "where", "neighbours"), "text"),
    **{"step_m3_h": "m3/h", "drop_m": "mH2O"},
}


def alarm_rows(found: Sequence[Alarm], evidence: Evidence, rules: Rules) -> Iterator[dict[str, Any]]:
    """One row for each alarm, the dearest first; hours are those of the local clock."""
    for one in found:
        flow = one.flow or (None, None, None)
        yield {
            **{"id": one.id, "state": one.state, "sector": one.sector or None, "sensor": one.sensor or None},
            **{"first_sign": _at(evidence, one.start), "raised": _at(evidence, one.raised)},
            **{"certainty": one.certainty, "false_per_year": one.false_per_year, "sensors_moved": one.moved},
            "found_on": "pressure+flow" if one.also_flow else one.kind,
            **{"flow_m3_h": flow[0], "flow_low_m3_h": flow[1], "flow_high_m3_h": flow[2]},
            **money(one, rules),
            **{"last_growth": _at(evidence, one.grew), "ended": _at(evidence, one.ended), "pipe": one.pipe or None},
        }


def band_rows(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """Each day of each sector: mean seen and expected, mean of the 99 % band of hours, hours outside it."""
    import numpy as np

    for sector, band in evidence.flows.bands.items():
        both = np.isfinite(band.seen) & np.isfinite(band.expected)
        outside = both & (np.abs(band.seen - band.expected) > np.nan_to_num(band.half))
        for day in range(evidence.hours.days):
            hours = slice(day * DAY_H, (day + 1) * DAY_H)
            kept = both[hours]
            row: dict[str, Any] = {"sector": sector, "date": str(evidence.hours.day(day))}
            row["day_type"] = "holiday" if evidence.special[day] else "ordinary"
            row["seen_m3_h"] = _mean(band.seen[hours], np.isfinite(band.seen[hours]))
            row["expected_m3_h"] = _mean(band.expected[hours], kept)
            row["low_m3_h"] = _mean((band.expected - band.half)[hours], kept)
            row["high_m3_h"] = _mean((band.expected + band.half)[hours], kept)
            yield row | {"hours_outside": int(outside[hours].sum()) if kept.any() else None}


def change_rows(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """What changed and is no alarm: shared by neighbours, a fall of inflow, a rise of pressure, a sensor in doubt."""
    import numpy as np

    day = evidence.hours.day
    for one in evidence.flows.found:
        if one.kind in ("common", "fall"):
            row = {"kind": one.kind, "start": str(day(one.start)), "told": str(day(one.raised)), "where": one.sector}
            yield row | {"neighbours": ", ".join(one.neighbours) or None, "step_m3_h": one.step_m3_h}
    for change in evidence.pressures.changes if evidence.pressures else []:
        doubt = doubtful(change, evidence)
        if change.kind == "rise" or (doubt and change.kind == "drop"):
            row = {"kind": f"sensor-{doubt}" if doubt else "rise", "where": evidence.sensors[change.sensor]}
            row |= {"start": str(_at(evidence, change.start)), "told": str(_at(evidence, change.raised))}
            drop = float(np.nan_to_num(change.drop)[change.sensor])
            yield row | {"drop_m": drop}


def indicators(found: Sequence[Alarm], evidence: Evidence, territory: str) -> list[Indicator]:
    """Open alarms and what they lose, of the year of the last day; none without a place."""
    if not territory:
        return []
    year = int(str(evidence.hours.day(evidence.hours.days - 1))[:4])
    still = [one for one in found if running(one)]
    about: dict[str, Any] = {"place": territory, "year": year, "quality": "modelled"}
    lost = losses(found)
    value = lost[0] if lost is not None else None if still else 0.0
    return [
        Indicator(name="water.open-alarms", value=float(len(still)), unit="count", **about),
        Indicator(name="water.loss-rate-open", value=value, unit="m3/d", **about),
    ]


def losses(found: Sequence[Alarm]) -> tuple[float, float, float] | None:
    """What alarms that are not over lose [m3/d], with the sum of their bounds; None where no flow is known."""
    flows = [one.flow for one in found if running(one) and one.flow is not None]
    if not flows:
        return None
    central, low, high = (24 * sum(flow[at] for flow in flows) for at in (0, 1, 2))
    return central, low, high


def _at(evidence: Evidence, hour: int | None) -> str | None:
    return None if hour is None else str(evidence.hours.at(hour)) + ":00"


def _mean(values: "np.ndarray", kept: "np.ndarray") -> float | None:
    return float(values[kept].mean()) if kept.any() else None
