"""Legitimate night use of a sector, from the surest source that there is."""

from dataclasses import dataclass

from agglo.contract.indicators import Quality
from agglo.models.water.night.evidence import Evidence
from agglo.models.water.night.leakage import Range, night_use


@dataclass(frozen=True, slots=True)
class Use:
    """Legitimate night use of a sector [m3/h], how it is known, and from where."""

    flow: Range
    quality: Quality
    source: str = ""


def use_of(sector: str, evidence: Evidence) -> Use | None:
    """Measured by household meters, else declared for the sector or its connections, else assumed for each connection.

    Connections beyond the household meters that are read are taken to use as much as these. None where neither the
    night use nor the number of connections is known: it is never taken as zero.
    """
    known = evidence.known(sector)
    measured = evidence.households.get(sector)
    if measured is not None:
        return Use(measured.each.times(max(measured.meters, known.connections or 0.0)), "measured")
    if known.night_use is not None:
        return Use(known.night_use, "declared", known.night_use_source)
    if known.connections is None:
        return None
    if known.per_connection is not None:
        each = Range(known.per_connection, known.per_connection, known.per_connection)
        return Use(each.times(known.connections), "declared", known.night_use_source)
    litres = evidence.hypotheses.per_connection_l_h
    return Use(
        Range(*(night_use(known.connections, one) for one in (litres.low, litres.central, litres.high))), "assumed"
    )
