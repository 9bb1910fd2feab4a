"""What a reader must know beside the alarms: the few that matter first, then what was not watched."""

from collections.abc import Iterator, Sequence

from agglo.contract.language import _, ngettext
from agglo.models.water.watching.bands import LEAST_WEEKS
from agglo.models.water.watching.evidence import Evidence, Rules
from agglo.models.water.watching.found import Alarm, money, running
from agglo.models.water.watching.hours import DAY_H
from agglo.models.water.watching.tables import losses


def notes(
    found: Sequence[Alarm], evidence: Evidence, rules: Rules, *, most: int, others: Sequence[str], alone: bool
) -> list[str]:
    """The ``most`` dearest alarms, then the caveats; ``others`` are decisions on what is not an alarm of this watch."""
    still = [one for one in found if running(one)]
    return [
        *_summary(still, most),
        *(_line(one, evidence, rules) for one in still[:most]),
        *_watched(evidence, rules),
        *_doubts(evidence),
        *_assumptions(evidence, rules, alone=alone),
        *(
            [_("Not alarms of this watch, left to other models: {names}.").format(names=", ".join(others))]
            if others
            else []
        ),
    ]


def _summary(still: Sequence[Alarm], most: int) -> Iterator[str]:
    if not still:
        yield _("No alarm is open.")
        return
    count = len(still)
    yield ngettext("{count} alarm is open.", "{count} alarms are open.", count).format(count=count)
    lost = losses(still)
    if lost is not None:
        yield _(
            "They lose {central:.0f} m3/d together (95 % interval, bounds added up: {low:.0f} to {high:.0f})."
        ).format(central=lost[0], low=lost[1], high=lost[2])
    if count > most:
        yield _("The {most} dearest come first below; the table has them all.").format(most=most)


def _line(one: Alarm, evidence: Evidence, rules: Rules) -> str:
    where = _("near sensor {sensor}").format(sensor=one.sensor) if one.sensor else ""
    place = ", ".join(part for part in (one.sector, where) if part)
    sure = _("very likely") if one.certainty == "very-likely" else _("likely")
    text = _("{place}: since {start}, {sure} (chance alone: {rate:.3g} a year).").format(
        place=place, start=str(evidence.hours.at(one.start)), sure=sure, rate=one.false_per_year
    )
    parts = [text, *_cost(one, rules), *_state(one)]
    return " ".join(parts)


def _cost(one: Alarm, rules: Rules) -> Iterator[str]:
    if one.flow is None:
        yield _("Its flow is not known.")
        return
    costs = money(one, rules)
    yield _("About {flow:.1f} m3/h (95 % interval: {low:.1f} to {high:.1f}), {euros:.0f} EUR/d.").format(
        flow=one.flow[0], low=one.flow[1], high=one.flow[2], euros=costs["loss_eur_d"] or 0.0
    )
    if costs["waiting_days"] is not None:
        yield _("After {days:.1f} days, waiting costs more than a visit.").format(days=costs["waiting_days"])


def _state(one: Alarm) -> Iterator[str]:
    if one.state == "confirmed":
        yield _("Confirmed.")
    if one.state == "not-back":
        yield _("Repaired, but not back to normal.")
    if one.kind == "pressure" and one.moved == 1:
        yield _("One sensor alone moves much: check it first.")


def _watched(evidence: Evidence, rules: Rules) -> Iterator[str]:
    watch = evidence.pressures
    if watch is None:
        yield _("Fewer than two pressure sensors can be used: only inflows were watched.")
    elif watch.first_hour is None:
        yield _(
            "Pressures were not watched: no stable stretch of {days} whole days was found to learn from; history is "
            "too short or has too many gaps."
        ).format(days=watch.history.least_days)
    else:
        yield _(
            "Pressures were watched from {start}, {days} days out of {all}; the others followed a change and served "
            "to learn anew, or lacked readings."
        ).format(start=str(evidence.hours.at(watch.first_hour))[:10], days=len(watch.watched), all=evidence.hours.days)
    if evidence.hours.days <= 7 * LEAST_WEEKS + 8:
        yield _(
            "History is too short to watch inflows: a band takes {weeks} weeks, and its spread eight days more."
        ).format(weeks=LEAST_WEEKS)
    yield _("Limits are set by computation so that chance alone raises one alarm in {years:g} years.").format(
        years=rules.years
    )


def _doubts(evidence: Evidence) -> Iterator[str]:
    """Sensors that were often unknown: constant, missing, or not trusted."""
    import numpy as np

    lost = []
    for sensor in evidence.series.values:
        days = np.isfinite(evidence.hours.values[sensor]).reshape(-1, DAY_H).any(axis=1)
        if (~days).sum() >= 7:
            lost.append(f"{sensor} ({int((~days).sum())})")
    constant = [
        name
        for name in evidence.series.values
        if evidence.series.kinds[name] == "pressure" and name not in evidence.sensors
    ]
    if lost:
        yield _("Days without readings that can be trusted: {sensors}.").format(sensors=", ".join(lost))
    if constant:
        yield _("Not watched, constant or without readings: {sensors}.").format(sensors=", ".join(constant))


def _assumptions(evidence: Evidence, rules: Rules, *, alone: bool) -> Iterator[str]:
    yield _(
        "Assumed: a cubic metre lost costs {price:.2f} EUR and a visit {visit:.0f} EUR, unless you gave them."
    ).format(price=rules.water_eur_m3, visit=rules.visit_eur)
    if alone and evidence.flows.inflow:
        yield _("No meters of sectors were given: each flow meter was watched by itself, and pressures have no flow.")
    if rules.holidays == "france" and evidence.special.any():
        yield _(
            "{count} public holidays, and days around the end of the year, teach nothing and raise nothing."
        ).format(count=int(evidence.special.sum()))
