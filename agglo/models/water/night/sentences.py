"""What a sector's estimate says, in one or two sentences."""

from collections.abc import Iterator

from agglo.contract.language import _
from agglo.models.water.night.estimates import Estimate
from agglo.models.water.night.hypotheses import Hypotheses
from agglo.models.water.night.noise import FEWEST, SPAN


def sentence(one: Estimate, hypotheses: Hypotheses) -> str:
    """What is told, what is not, and the smallest leak that the nights could show."""
    return " ".join((*_leakage(one, hypotheses), *_smallest(one, hypotheses)))


def _leakage(one: Estimate, hypotheses: Hypotheses) -> Iterator[str]:
    if one.verdict == "no-variation":
        yield _("Net inflow never changes: a meter is stuck, shut or not connected. Nothing is estimated.")
    elif not len(one.flows):
        yield _("No night is known: see what is said of its meters. Nothing is estimated.")
    elif one.verdict == "too-few-nights":
        yield _("{count} nights are known; it takes {fewest} to tell leakage from noise.").format(
            count=len(one.flows), fewest=FEWEST
        )
    elif one.leakage is None:
        yield _("Night use is not known: give the number of connections, or the night use. Leakage is not estimated.")
    else:
        low, central, high = one.leakage.low, one.leakage.central, one.leakage.high
        if one.verdict == "loss-not-told":
            yield _(
                "Too noisy to tell: leakage is between {low:.0f} and {high:.0f} m3/d, and may be zero (estimate "
                "{leakage:.0f} m3/d)."
            ).format(low=low, high=high, leakage=central)
            return
        yield _("Leakage is {leakage:.0f} m3/d (between {low:.0f} and {high:.0f}), {cost:.0f} EUR/d.").format(
            leakage=central, low=low, high=high, cost=central * hypotheses.cost_eur_m3
        )
        if high < 0:
            yield _("Below zero: night use is too high, or a meter that enters is missing or reversed.")


def _smallest(one: Estimate, hypotheses: Hypotheses) -> Iterator[str]:
    if one.noise is None:
        return
    if one.noise.sigma > hypotheses.leak_m3_h:
        yield _(
            "Too noisy to see a leak of {leak:g} m3/h from one night to the next: nights waver by {sigma:.1f} m3/h."
        ).format(leak=hypotheses.leak_m3_h, sigma=one.noise.sigma)
    yield _("The smallest new leak that {nights} nights would show at 95 % is {change:.1f} m3/h.").format(
        nights=SPAN, change=one.noise.smallest_change()
    )
