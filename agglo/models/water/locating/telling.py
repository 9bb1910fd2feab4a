"""What a reader must know beside the leaks: the few that matter first, then what the answer rests on."""

from collections.abc import Iterator, Sequence

from agglo.contract.language import _, language, ngettext
from agglo.models.water.locating.deciding import MODEL, lost
from agglo.models.water.locating.fallback import ALARMS
from agglo.models.water.locating.healthy import missing
from agglo.models.water.locating.leak import Leak
from agglo.models.water.locating.sentences import sentences
from agglo.models.water.locating.setting import Setting
from agglo.models.water.readings.series import Flag

WEEKS_S = 14 * 86_400
"""A sensor that is missing longer is told by name [s]."""


def notes(leaks: Sequence[Leak], setting: Setting, *, why_not: str, most: int, searched: Sequence[str]) -> list[str]:
    """The ``most`` dearest leaks, how they were found (``why_not``: on sensors alone, and why), what the search says,
    and the caveats."""
    still = [one for one in leaks if one.flowing]
    return [
        *([setting.caption] if setting.caption else []),
        *_summary(still, setting, most),
        *(sentences(one, setting)[language()] for one in still[:most]),
        *_method(setting, why_not),
        *searched,
        *_decisions(leaks, setting, why_not),
        *_sensors(setting),
        *_assumptions(setting, why_not),
    ]


def _summary(still: Sequence[Leak], setting: Setting, most: int) -> Iterator[str]:
    if not still:
        yield _("No leak is open.")
        return
    count = len(still)
    yield ngettext("{count} leak flows.", "{count} leaks flow.", count).format(count=count)
    flows = [one.flow for one in still if one.flow]
    if flows:
        low, high = (sum(flow[at] for flow in flows) for at in (1, 2))
        central = sum(flow[0] for flow in flows)
        yield _(
            "Together they lose {central:.1f} m3/h (95 % interval, bounds added up: {low:.1f} to {high:.1f}), "
            "{euros:.0f} EUR a day."
        ).format(central=central, low=low, high=high, euros=24 * central * setting.rules.water_eur_m3)
    told = sum(one.told(setting.least) for one in still)
    if told:
        yield ngettext(
            "The pipe of {count} leak is told.",
            "The pipes of {count} leaks are told.",
            told,
        ).format(count=told)
    else:
        yield _("The pipe of none of them is known well enough to be told.")
    if count > most:
        yield _("The {most} dearest come first below; the table has them all.").format(most=most)


def _method(setting: Setting, why_not: str) -> Iterator[str]:
    if why_not:
        yield _(
            "Leaks were looked for on sensors alone, without the model of the network: {why}. They are known by sector "
            "and nearest sensor only; where a node is given, it is that of the sensor, not that of the leak."
        ).format(why=why_not)
    else:
        yield _(
            "Leaks were looked for on the model of the network. A pipe is told where the leak is within {reach:.0f} m "
            "of it, along pipes, with a probability of {least:.0f} % at least."
        ).format(reach=setting.reach_m, least=100 * setting.least)


def _decisions(leaks: Sequence[Leak], setting: Setting, why_not: str) -> Iterator[str]:
    gone = [] if why_not else lost(leaks, setting.decided)
    if gone:
        yield _("Decided on, and not found any more with what is known now: {names}.").format(names=", ".join(gone))
    others = [
        name
        for name in setting.decided
        if not name.startswith(ALARMS if why_not else f"{MODEL}:") and name not in {one.id for one in leaks}
    ]
    if others:
        yield _("Decisions left to other models: {names}.").format(names=", ".join(others))
    unmeasured = [one.id for one in leaks if one.method == "decisions" and one.flow is None]
    if unmeasured:
        yield _("Known from your decisions without a flow: {names}.").format(names=", ".join(unmeasured))


def _sensors(setting: Setting) -> Iterator[str]:
    """Readings that were not used, by kind of fault."""
    flags = setting.series.flags
    for kind, text in (
        ("negative", _("Pressures or levels under zero were not used: {sensors}.")),
        ("clock", _("Clocks jumped; hours that are wrong for sure were not used: {sensors}.")),
        ("unit", _("The unit or the direction of these sensors is doubtful; they were not used: {sensors}.")),
    ):
        names = _names(flags, kind)
        if names:
            yield text.format(sensors=", ".join(names))
    missing = sorted({one.sensor for one in flags if one.kind == "gap" and _seconds(one) >= WEEKS_S})
    if missing:
        yield _("Missing for weeks, and not used then: {sensors}.").format(sensors=", ".join(missing))


def _names(flags: Sequence[Flag], kind: str) -> list[str]:
    return sorted({one.sensor for one in flags if one.kind == kind})


def _seconds(flag: Flag) -> int:
    import numpy as np

    return int((flag.end - flag.start) / np.timedelta64(1, "s"))


def _assumptions(setting: Setting, why_not: str) -> Iterator[str]:
    yield _(
        "Assumed: a cubic metre lost costs {price:.2f} EUR and a visit {visit:.0f} EUR, unless you gave them."
    ).format(price=setting.rules.water_eur_m3, visit=setting.rules.visit_eur)
    if not why_not and setting.healthy is None:
        yield _(
            "No healthy period was given: leaks older than the readings may be missed, and none is told "
            "in the first three weeks."
        )
    elif not why_not and setting.healthy is not None and (lacking := missing(setting.healthy, setting.series)):
        yield _("Not in the healthy period: {sensors}.").format(sensors=", ".join(lacking))
    if why_not and setting.healthy is not None:
        yield _("The healthy period was not used: sensors alone learn from the readings themselves.")
    if (
        not why_not
        and setting.network is not None
        and not any(one.x is not None for one in setting.network.nodes.values())
    ):
        yield _("The model has no coordinates: the map is empty.")
