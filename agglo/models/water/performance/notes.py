"""What a reader must know beside the indicators of a network: one sentence each, said only where it applies."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from agglo.contract import numerals
from agglo.contract.language import _
from agglo.models.water.performance import leakage_index, regulatory
from agglo.models.water.performance.figures import NOT_REACHED, REACHED, Figure
from agglo.models.water.performance.years import Year

NATIONAL_MEAN_YIELD = 81.5
"""Mean of P104.3 in France [%], as the review L'Eau, l'Industrie, les Nuisances gives it, without its year."""

_MOST_SERVICES = 6
_MOST_NAMES = 6
"""Names that one sentence holds."""

Found = Sequence[tuple[Year, Mapping[str, Figure]]]


def notes(found: Found, together: Sequence[tuple[Year, Figure]], uncertainties: Mapping[str, float]) -> list[str]:
    """The caveats of this answer, its verdicts first; ``together`` are the figures of three years at a time."""
    years = [year for year, _figures in found]
    return [
        *_verdicts(found),
        *_together(found, together),
        *_not_given(found),
        *_leakage(found),
        *_leakage_given(found),
        *_parts(years),
        *_uncertainties(years, uncertainties),
        *_stress(years),
        *_reform(),
        _(
            "For context: the mean yield of French networks is about {mean} % (review L'Eau, l'Industrie, les "
            "Nuisances); it is not a target."
        ).format(mean=numerals.number(NATIONAL_MEAN_YIELD, 1)),
    ]


def _verdicts(found: Found) -> Iterator[str]:
    """The verdict of the last year of each service; of many services, those that miss their threshold, together."""
    latest = {(year.place, year.sector): (year, figures) for year, figures in found}
    if len(latest) <= _MOST_SERVICES:
        for year, figures in latest.values():
            yield from _verdict(year, figures)
        return
    missed = [year for year, figures in latest.values() if figures["network-yield"].verdict == NOT_REACHED]
    yield _("Threshold of the yield not reached by {count} of {all} services in their last year: {years}.").format(
        count=len(missed), all=len(latest), years=_names(missed) or _("none")
    )


def _verdict(year: Year, figures: Mapping[str, Figure]) -> Iterator[str]:
    found, limit, gap = figures["network-yield"], figures["yield-threshold"], figures["yield-gap"]
    if limit.value is None or found.value is None or gap.value is None:
        return
    shown = {
        "place": year.name,
        "found": numerals.quantity(found.value, "%", 1),
        "limit": numerals.quantity(limit.value, "%", 1),
        "points": numerals.number(abs(gap.value), 1),
        "volume": numerals.quantity(figures["volume-to-save"].value, "m3/yr"),
    }
    if found.verdict == REACHED:
        yield _("{place}: yield {found}, threshold {limit}: reached, {points} points above.").format(**shown)
    else:
        yield _(
            "{place}: yield {found}, threshold {limit}: not reached, {points} points below; losses must fall by "
            "{volume} to reach it, and the decree asks for a plan of action."
        ).format(**shown)
    if (gap.low or 0.0) < 0 < (gap.high or 0.0):
        yield _(
            "{place}: the errors of the volumes are wider than the gap; other meters could turn the verdict."
        ).format(place=year.name)


def _together(found: Found, together: Sequence[tuple[Year, Figure]]) -> Iterator[str]:
    """Services whose last three years together have another verdict than the last year alone."""
    latest = {(year.place, year.sector): (year, figures["network-yield"].verdict) for year, figures in found}
    for year, figure in together:
        last, alone = latest[year.place, year.sector]
        if figure.name != "network-yield" or year is not last or figure.verdict in ("", alone):
            continue
        sentence = (
            _("{place}: over three years together the threshold is reached (yield {found}).")
            if figure.verdict == REACHED
            else _("{place}: over three years together the threshold is not reached (yield {found}).")
        )
        yield sentence.format(place=year.name, found=numerals.quantity(figure.value, "%", 1))
        yield _("The decree allows three years together where sales of water vary greatly; it is for you to say.")


def _not_given(found: Found) -> Iterator[str]:
    without = [year for year, _figures in found if year.network_km is None]
    if without:
        yield _("No length of mains for {years}: no index by km and no threshold.").format(years=_names(without))
    for verdict, sentence in (
        (REACHED, _("{years}: the yield is 85 % or more, which no threshold exceeds.")),
        (NOT_REACHED, _("{years}: the yield is under the fixed term, below every threshold.")),
    ):
        sure = [year for year, figures in found if year in without and figures["network-yield"].verdict == verdict]
        if sure:
            yield sentence.format(years=_names(sure))
    no_cost = _of(found, lambda year, _figures: year.cost_eur_m3 is None)
    if no_cost:
        yield _("No variable cost of water for {years}: losses have no cost.").format(years=_names(no_cost))
    if any(year.subscribers is not None for year, _figures in found):
        yield _(
            "Losses are called acceptable up to {rural} (rural), {between} (intermediate) or {urban} m3/d/km (urban), "
            "the scale of the département of Seine-et-Marne; no scale is official."
        ).format(
            rural=numerals.significant(regulatory.ACCEPTABLE_LOSSES["rural"]),
            between=numerals.significant(regulatory.ACCEPTABLE_LOSSES["intermediate"]),
            urban=numerals.significant(regulatory.ACCEPTABLE_LOSSES["urban"]),
        )


def _leakage(found: Found) -> Iterator[str]:
    missing = _of(found, lambda _year, figures: figures["leakage-index"].reason == "no-build")
    if missing:
        yield _("No leakage index for {years}: it needs length, connections and mean pressure.").format(
            years=_names(missing)
        )
    outside = _of(found, lambda _year, figures: figures["leakage-index"].reason == "outside-domain")
    if outside:
        yield _(
            "No leakage index for {years}: its formula holds from {low} to {high} mH2O and for networks large enough "
            "(20 x km + connections of 3,000 at least); outside, a figure would look surer than it is."
        ).format(
            years=_names(outside),
            low=numerals.number(leakage_index.LOWEST_PRESSURE_M),
            high=numerals.number(leakage_index.HIGHEST_PRESSURE_M),
        )


def _leakage_given(found: Found) -> Iterator[str]:
    extended = _of(found, lambda _year, figures: figures["leakage-index"].verdict == "extended-domain")
    if extended:
        yield _(
            "Leakage index of {years}: inside the later, wider limits of its formula, outside the first ones (more "
            "than 5,000 connections and 20 a km): read it as an order of magnitude."
        ).format(years=_names(extended))
    given = [year for year, figures in found if figures["leakage-index"].value is not None]
    if given:
        yield _("The interval of the leakage index holds the errors of the volumes, not those of its formula.")
    bare = [year for year in given if year.private_pipe_km is None]
    if bare:
        yield _("No private pipes before the meter are stated for {years}: none are counted.").format(
            years=_names(bare)
        )


def _parts(years: Sequence[Year]) -> Iterator[str]:
    whole = [year for year in years if not year.parts & {"unauthorised", "under_registered"}]
    if whole:
        yield _(
            "No apparent losses (theft, meters that read low) are stated for {years}: all losses are taken as real, "
            "which real losses and the leakage index cannot exceed."
        ).format(years=_names(whole))
    billed = [year for year in years if not year.parts & {"unbilled_metered", "billed_unmetered"}]
    if billed:
        yield _(
            "Not stated for {years}: all metered water is taken as billed, unmetered and service water as not billed."
        ).format(years=_names(billed))


def _uncertainties(years: Sequence[Year], uncertainties: Mapping[str, float]) -> Iterator[str]:
    assumed = [name for name in uncertainties if any(name in year.assumed for year in years)]
    if assumed:
        shown = ", ".join(f"{name}_m3 ±{numerals.significant(uncertainties[name])} %" for name in assumed)
        yield _("Assumed, where the table states no uncertainty (95 % interval): {shown}.").format(shown=shown)
    yield _("Intervals suppose that volumes err independently; a meter that always reads low is not in them.")


def _stress(years: Sequence[Year]) -> Iterator[str]:
    silent = [year for year in years if not year.stress_stated]
    if silent:
        yield _(
            "Not stated for {years}: whether water is taken from a water-stress zone; above 2,000,000 m3/yr there, the "
            "threshold would be 5 points higher."
        ).format(years=_names(silent))


def _reform() -> Iterator[str]:
    yield _(
        "Since 2025 the fee for the performance of networks (code de l'environnement, L. 213-10-5) depends on yield "
        "and on knowledge of the network two years before; it is not computed here, and whether the doubled withdrawal "
        "fee for want of a plan of action still applies was not verified."
    )


def _of(found: Found, wanted: Callable[[Year, Mapping[str, Figure]], bool]) -> list[Year]:
    return [year for year, figures in found if wanted(year, figures)]


def _names(years: Sequence[Year]) -> str:
    shown, more = ", ".join(year.name for year in years[:_MOST_NAMES]), len(years) - _MOST_NAMES
    if more <= 0:
        return shown
    return _("{names} and {count} more").format(names=shown, count=more)
