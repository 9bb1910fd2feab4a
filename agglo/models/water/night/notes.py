"""What a reader must know beside these nights: one sentence each, said only where it applies."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from agglo.contract.language import _, ngettext
from agglo.models.water.night.estimates import Estimate
from agglo.models.water.night.evidence import Evidence
from agglo.models.water.night.hypotheses import Hypotheses
from agglo.models.water.night.nights import MISSING
from agglo.models.water.night.sentences import sentence
from agglo.models.water.readings.clock import local_times
from agglo.models.water.readings.sectors import Meter, overlaps, sectors_of, unused, without_outlet

if TYPE_CHECKING:
    import numpy as np

    from agglo.models.water.readings.series import Series

_MOST_FLAGS = 12


def notes(found: Sequence[Estimate], evidence: Evidence, place: str) -> list[str]:
    """What was found first, then what it rests on, then what is missing."""
    series, meters, hypotheses = evidence.series, evidence.meters, evidence.hypotheses
    told = [one for one in found if one.leakage is not None]
    return [
        *(f"{one.sector}: {sentence(one, hypotheses)}" for one in found),
        *_method(hypotheses),
        *_night_use(told, hypotheses),
        *(_rates(told, hypotheses) if told else ()),
        *_sectors(series, meters),
        *_without_meters(evidence),
        *_values(evidence),
        *_gaps(found),
        *_below_zero(found),
        *_households(found, evidence),
        *([] if place else [_("No place was given: no indicator is kept. Give the territory's INSEE or SIREN code.")]),
    ]


def _method(hypotheses: Hypotheses) -> Iterator[str]:
    window = hypotheses.window
    which = (
        _("the mean of the window") if hypotheses.flow == "mean" else _("the least mean over one hour of the window")
    )
    yield _("Nights are counted from {start:g} h to {end:g} h by the clock of {zone}; night flow is {which}.").format(
        start=window.start_h, end=window.end_h, zone=window.zone, which=which
    )


def _night_use(told: Sequence[Estimate], hypotheses: Hypotheses) -> Iterator[str]:
    assumed = [one.sector for one in told if one.use and one.use.quality == "assumed"]
    each = hypotheses.per_connection_l_h
    if assumed:
        yield _("Assumed: night use of {use:g} L/h a connection ({low:g} to {high:g}) in {sectors}.").format(
            use=each.central, low=each.low, high=each.high, sectors=", ".join(assumed)
        )
    exact = [one.sector for one in told if one.use and one.use.flow.low == one.use.flow.high]
    if exact:
        yield _("Night use has no bounds in {sectors}: the interval leaves its error out.").format(
            sectors=", ".join(exact)
        )


def _rates(told: Sequence[Estimate], hypotheses: Hypotheses) -> Iterator[str]:
    flat = [one.sector for one in told if one.pressures is None]
    if flat:
        yield _(
            "No pressure is known in {sectors}: leakage is taken as the same at all hours, which overstates it where "
            "pressure is higher at night."
        ).format(sectors=", ".join(flat))
    exponent = hypotheses.exponent
    yield _("Assumed: leakage exponent N1 {exponent:g} ({low:g} to {high:g}), unless a sector has its own.").format(
        exponent=exponent.central, low=exponent.low, high=exponent.high
    )
    yield _("Assumed: a cubic metre lost costs {cost:.2f} EUR, and meters are true to {share:.1f} %.").format(
        cost=hypotheses.cost_eur_m3, share=100 * hypotheses.meter_uncertainty
    )


def _sectors(series: "Series", meters: Sequence[Meter]) -> Iterator[str]:
    loose = unused(series.kinds, meters)
    if loose:
        yield _("These flow meters belong to no sector and are not counted: {sensors}.").format(
            sensors=", ".join(loose)
        )
    for sensor, sectors in overlaps(meters).items():
        yield _(
            "{sensor} counts with the same sign in {sectors}: these sectors overlap, and their leakage does not add up."
        ).format(sensor=sensor, sectors=", ".join(sectors))
    closed = without_outlet(meters)
    if closed:
        yield _(
            "No meter leaves {sectors}: all that enters is counted as used or lost there. If water passes on to "
            "another sector, add that meter with sign -1."
        ).format(sectors=", ".join(closed))


def _without_meters(evidence: Evidence) -> Iterator[str]:
    bare = sorted(set(evidence.attributes) - set(sectors_of(evidence.meters)))
    if bare:
        yield _("These sectors have no meter and are not estimated: {sectors}.").format(sectors=", ".join(bare))


def _values(evidence: Evidence) -> Iterator[str]:
    """What is wrong with the readings of the meters of the sectors, first the longest."""
    series = evidence.series
    sensors = {meter.sensor for meter in evidence.meters}
    flags = sorted((flag for flag in series.flags if flag.sensor in sensors), key=lambda flag: -flag.count)
    for flag in flags[:_MOST_FLAGS]:
        start, end = (_clock(instant, evidence.hypotheses.window.zone) for instant in (flag.start, flag.end))
        yield _("{sensor}, from {start} to {end}: {detail}").format(
            sensor=flag.sensor, start=start, end=end, detail=flag.detail
        )
    if len(flags) > _MOST_FLAGS:
        kinds = Counter(flag.kind for flag in flags[_MOST_FLAGS:])
        listed = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        yield _("Other flags on readings of these meters: {flags}.").format(flags=listed)
    if flags:
        yield _("What is not trusted in readings is left out, not filled.")


def _clock(instant: "np.datetime64", zone: str) -> str:
    """An instant by the clock of a zone, to the minute."""
    import numpy as np

    (local,) = local_times(np.array([instant], "datetime64[s]"), zone)
    return str(local.astype("datetime64[m]")).replace("T", " ")


def _gaps(found: Sequence[Estimate]) -> Iterator[str]:
    for one in found:
        missing = int((~one.nights.used).sum())
        if missing:
            yield ngettext(
                "{sector}: {count} night is too incomplete and is left out ({quality} in the table).",
                "{sector}: {count} nights are too incomplete and are left out ({quality} in the table).",
                missing,
            ).format(sector=one.sector, count=missing, quality=MISSING)
        if one.balance.known < 0.999:
            yield _(
                "{sector}: every meter is known in {share:.1f} % of the hours; volumes are those of these hours alone."
            ).format(sector=one.sector, share=100 * one.balance.known)


def _below_zero(found: Sequence[Estimate]) -> Iterator[str]:
    for one in found:
        below = int((one.flows < 0).sum())
        if below:
            yield ngettext(
                "{sector}: more leaves than enters on {count} night: a meter is missing, reversed or in another unit.",
                "{sector}: more leaves than enters on {count} nights: a meter is missing, reversed or in another unit.",
                below,
            ).format(sector=one.sector, count=below)


def _households(found: Sequence[Estimate], evidence: Evidence) -> Iterator[str]:
    for one in found:
        measured, connections = evidence.households.get(one.sector), evidence.known(one.sector).connections
        if measured is None:
            continue
        yield _(
            "{sector}: night use is that of {meters:.0f} household meters over {nights} nights, {each:.2f} L/h each."
        ).format(sector=one.sector, meters=measured.meters, nights=measured.nights, each=1000 * measured.each.central)
        if connections is None:
            yield _(
                "{sector}: the number of connections is not known; meters that are not read are not counted."
            ).format(sector=one.sector)
        elif connections > measured.meters:
            yield _("{sector}: the {count:.0f} connections that are not read are taken to use as much.").format(
                sector=one.sector, count=connections - measured.meters
            )
