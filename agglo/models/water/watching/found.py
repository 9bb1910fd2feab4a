"""Alarms as people see them: where, since when, how sure, how much water and money, and what was decided."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from agglo.models.water.watching.cusum import odds_of_chance
from agglo.models.water.watching.decisions import Decision, by_alarm
from agglo.models.water.watching.evidence import Evidence, Rules, identifier
from agglo.models.water.watching.flows import ALLOWANCE as FLOW_ALLOWANCE
from agglo.models.water.watching.flows import Excess
from agglo.models.water.watching.hours import DAY_H
from agglo.models.water.watching.pressures import Change, Watch

if TYPE_CHECKING:
    import numpy as np

DOUBT = ("clock", "flat", "unit", "outlier", "negative", "backwards", "replacement", "rollover")
"""Flags of readings that explain a change better than a leak does."""
VERY_LIKELY = 0.1
_LEAST = 0.001
_HOURS_A_YEAR, _DAYS_A_YEAR = 8766, 365.25
_BEFORE_DAYS, _AFTER_DAYS, _BACK_DAYS = 14, 7, 3


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm. Hours count from the first midnight. ``false_per_year``: alarms as strong that chance alone would
    give.

    ``state`` is open, confirmed, repaired, false, ended (back to normal by itself) or not-back (repaired, and the
    change is still there); ``waiting_days`` after which what is lost costs more than a visit; None where flow is not
    known.
    """

    id: str
    kind: str
    sector: str
    sensor: str
    start: int
    raised: int
    false_per_year: float
    moved: int
    flow: tuple[float, float, float] | None = None
    state: str = "open"
    pipe: str = ""
    grew: int | None = None
    ended: int | None = None
    also_flow: bool = False

    @property
    def certainty(self) -> str:
        return "very-likely" if self.false_per_year <= VERY_LIKELY else "likely"


def alarms(evidence: Evidence) -> list[Alarm]:
    """All alarms ever raised, what was decided of them filled in, the dearest first and those that are over last."""
    found = [*_pressure_alarms(evidence)]
    found = [*_with_flows(found, evidence)]
    decided = by_alarm(evidence.decisions)
    found = [_decided(one, decided.get(one.id, []), evidence) for one in found]
    return sorted(found, key=lambda one: (not running(one), -(one.flow or (-1.0,))[0], one.raised))


def running(one: Alarm) -> bool:
    """Whether water may still be lost there."""
    return one.state in ("open", "confirmed", "not-back")


def doubtful(change: Change, evidence: Evidence) -> str:
    """The kind of the flag that explains a change of pressure; empty where none does."""
    import numpy as np

    sensor = evidence.sensors[change.sensor]
    day = np.timedelta64(24, "h")
    first, last = (evidence.hours.instants[hour] for hour in (change.start, change.raised))
    for flag in evidence.series.flags:
        if flag.sensor == sensor and flag.kind in DOUBT and flag.start <= last + day and flag.end >= first - day:
            return flag.kind
    return "clock" if change.clock else ""


def _pressure_alarms(evidence: Evidence) -> Iterator[Alarm]:
    watch = evidence.pressures
    for index, change in enumerate(watch.changes if watch else []):
        if watch is None or change.kind != "drop" or doubtful(change, evidence):
            continue
        sensor = evidence.sensors[change.sensor]
        name = identifier("pressure", sensor, evidence.hours.at(change.start))
        later = [one for one in watch.changes if one.known == index]
        grew = max((one.raised for one in later if one.kind == "growth"), default=None)
        ended = min((one.raised for one in later if one.kind == "return"), default=None)
        sector = evidence.sector_of[sensor]
        until = min((one.start for one in watch.changes[index + 1 :]), default=evidence.hours.days * DAY_H)
        flow = _step(evidence, sector, change.start, until)
        chance = _chance(watch, change)
        state = "ended" if ended is not None else "open"
        moved = max(change.moved, 1)
        yield Alarm(
            *(name, "pressure", sector, sensor, change.start, change.raised, chance, moved, flow, state),
            grew=grew,
            ended=ended,
        )


def _chance(watch: Watch, change: Change) -> float:
    """False alarms a year as strong as that, the stated number at most."""
    tail = NormalDist().cdf(-min(change.evidence, 8.0))
    return max(min(1 / watch.years, 2 * watch.history.charts.number * _HOURS_A_YEAR * tail), _LEAST)


def _with_flows(found: list[Alarm], evidence: Evidence) -> Iterator[Alarm]:
    """Alarms of pressures, those that the sector's inflow confirms said so, and inflows that no pressure explains."""
    alone = []
    confirmed: dict[str, Excess] = {}
    for excess in (one for one in evidence.flows.found if one.kind == "excess"):
        near = [one for one in found if one.sector == excess.sector and _explains(one, excess)]
        if near:
            confirmed[max(near, key=lambda one: one.start).id] = excess
        else:
            alone.append(_flow_alarm(excess, evidence))
    yield from (replace(one, also_flow=True) if one.id in confirmed else one for one in found)
    yield from alone


def _explains(one: Alarm, excess: Excess) -> bool:
    over = one.ended is not None and one.ended < excess.start * DAY_H
    return one.start <= (excess.raised + 1) * DAY_H and not over


def _flow_alarm(excess: Excess, evidence: Evidence) -> Alarm:
    name = identifier("flow", excess.sector, evidence.hours.day(excess.start))
    back = [one for one in evidence.flows.found if one.kind == "return" and one.sector == excess.sector]
    ended = min((one.raised for one in back if one.raised > excess.raised), default=None)
    flow = _step(evidence, excess.sector, excess.start * DAY_H, evidence.hours.days * DAY_H)
    chance = 2 * len(evidence.flows.inflow) * _DAYS_A_YEAR * odds_of_chance(excess.evidence, FLOW_ALLOWANCE)
    state, over = ("open", None) if ended is None else ("ended", ended * DAY_H)
    return Alarm(
        *(name, "flow", excess.sector, "", excess.start * DAY_H, excess.raised * DAY_H + DAY_H - 1),
        *(max(min(1 / evidence.flows.years, chance), _LEAST), 0, flow, state),
        ended=over,
    )


def _step(evidence: Evidence, sector: str, start: int, until: int) -> tuple[float, float, float] | None:
    """By how much the sector's inflow rose [m3/h], and its 95 % interval: up to a week after against two before; None
    where it fell.

    Days are compared with the band where there is one, with the mean of the weekdays before otherwise; the interval
    rests on how much days differ among themselves. Not below zero.
    """
    import numpy as np

    days = _excess(evidence, sector)
    if days is None:
        return None
    first = start // DAY_H
    after = days[first + 1 : max(min(first + 1 + _AFTER_DAYS, until // DAY_H), first + 2)]
    before = days[max(first - _BEFORE_DAYS, 0) : first]
    after, before = after[np.isfinite(after)], before[np.isfinite(before)]
    if not len(after) or len(before) < _AFTER_DAYS:
        return None
    step = float(after.mean() - before.mean())
    half = 1.96 * float(np.std(before, ddof=1)) * sqrt(1 / len(after) + 1 / len(before))
    return (max(step, 0.0), max(step - half, 0.0), step + half) if step + half > 0 else None


def _excess(evidence: Evidence, sector: str) -> "np.ndarray | None":
    """Mean inflow of each day less what is expected (days,) [m3/h]; the mean itself where no day has a band."""
    import numpy as np

    band = evidence.flows.bands.get(sector)
    if band is None:
        return None
    seen = band.seen.reshape(-1, DAY_H)
    known = np.isfinite(seen).sum(axis=1)
    mean: np.ndarray = np.where(known == DAY_H, np.where(np.isfinite(seen), seen, 0.0).sum(axis=1) / DAY_H, np.nan)
    return mean


def _decided(one: Alarm, those: list[Decision], evidence: Evidence) -> Alarm:
    if not those:
        return one
    last = those[-1]
    pipe = next((row.pipe for row in reversed(those) if row.pipe), "")
    flow = next((row.flow_m3_h for row in reversed(those) if row.flow_m3_h is not None), None)
    state: str = last.state if last.state != "open" else one.state
    if state == "repaired" and _still_there(one, evidence.hours.hour_of(last.day) // DAY_H, evidence):
        state = "not-back"
    measured = one.flow if flow is None else (flow, flow, flow)
    return replace(one, state=state, pipe=pipe, flow=measured)


def _still_there(one: Alarm, day: int, evidence: Evidence) -> bool:
    """Whether less than half of the change went within three days of the repair; False while they are not over."""
    if day + 1 + _BACK_DAYS > evidence.hours.days:
        return False
    if one.kind == "pressure" and evidence.pressures is not None:
        return _pattern_left(one, day, evidence.pressures, evidence)
    days, step = _excess(evidence, one.sector), one.flow
    if days is None or step is None:
        return False
    import numpy as np

    change = np.nanmean(days[max(day - 7, 0) : day]) - np.nanmean(days[day + 1 : day + 1 + _BACK_DAYS])
    return bool(change < step[0] / 2)


def _pattern_left(one: Alarm, day: int, watch: Watch, evidence: Evidence) -> bool:
    import numpy as np

    change = next(
        each
        for each in watch.changes
        if (evidence.sensors[each.sensor], each.start, each.kind) == (one.sensor, one.start, "drop")
    )
    pattern = np.nan_to_num(change.drop)
    hours = {"before": slice(max(day - _BACK_DAYS, 0) * DAY_H, day * DAY_H)}
    hours["after"] = slice((day + 1) * DAY_H, (day + 1 + _BACK_DAYS) * DAY_H)
    means = {}
    for name, span in hours.items():
        left = change.relations.without_flows(watch.table[span])
        known = np.isfinite(left)
        means[name] = np.where(known, left, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    metric = change.relations.precision
    rise = (means["after"] - means["before"]) * change.relations.active
    return bool(float(pattern @ metric @ rise) < 0.5 * float(pattern @ metric @ pattern))


def money(one: Alarm, rules: Rules) -> Mapping[str, float | None]:
    """Euros a day lost with their interval, and the days after which waiting costs more than a visit."""
    losses, waiting = cost(one.flow, rules)
    names = ("loss_eur_d", "loss_eur_d_low", "loss_eur_d_high")
    return {**dict(zip(names, losses, strict=True)), "waiting_days": waiting}


def cost(
    flow: tuple[float, float, float] | None, rules: Rules
) -> tuple[tuple[float | None, float | None, float | None], float | None]:
    """What a flow and its bounds [m3/h] lose [EUR/d], and the days after which waiting costs more than a visit."""
    if flow is None:
        return (None, None, None), None
    central, low, high = (24 * one * rules.water_eur_m3 for one in flow)
    return (central, low, high), rules.visit_eur / central if central > 0 else None
