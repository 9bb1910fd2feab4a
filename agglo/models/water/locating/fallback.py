"""Leaks without a model of the network: the alarms of ``water.alarms``, each with its sector and nearest sensor."""

from collections.abc import Sequence

from agglo.contract.errors import InvalidInput
from agglo.contract.language import _
from agglo.models.water.locating.leak import Leak
from agglo.models.water.locating.setting import Setting
from agglo.models.water.watching.decisions import Decision, unknown
from agglo.models.water.watching.evidence import Evidence, watch
from agglo.models.water.watching.found import Alarm
from agglo.models.water.watching.found import alarms as found_in

ALARMS = ("pressure:", "flow:")
"""First words of the identifiers of alarms."""


def leaks(setting: Setting) -> list[Leak]:
    """Every alarm as a leak, with what people decided of it: the same identifiers as those of ``water.alarms``.

    Raises
    ------
    InvalidInput
        Decisions on alarms that do not exist, or taken before they were raised.
    """
    decisions = [one for name, those in setting.decided.items() if name.startswith(ALARMS) for one in those]
    evidence = watch(setting.series, setting.meters, decisions, setting.rules)
    found = found_in(evidence)
    _check(decisions, found, evidence)
    return [_leak(one, evidence, setting) for one in found]


def _check(decisions: Sequence[Decision], found: Sequence[Alarm], evidence: Evidence) -> None:
    faults = unknown(decisions, {one.id: evidence.hours.at(one.raised) for one in found})
    if faults:
        raise InvalidInput(_("These decisions cannot be used."), faults)


def _leak(one: Alarm, evidence: Evidence, setting: Setting) -> Leak:
    place = setting.places.get(one.sensor)
    node = place.node if place and not one.pipe else ""
    given = any(row.flow_m3_h is not None for row in setting.decided.get(one.id, ()))
    return Leak(
        id=one.id,
        method="sensors",
        state=one.state,
        since=_at(evidence, one.start),
        found=_at(evidence, one.raised),
        ended="" if one.ended is None else _at(evidence, one.ended),
        flow=one.flow,
        pipe=one.pipe,
        node=node,
        sector=one.sector or setting.sectors.get(node, ""),
        sensor=one.sensor,
        sensor_distance_m=None,
        false_per_year=one.false_per_year,
        quality="measured" if given else "modelled",
    )


def _at(evidence: Evidence, hour: int) -> str:
    return f"{evidence.hours.at(hour)}:00"
