"""What a reader must know beside the comparison of years: one sentence each, said only where it applies."""

from collections.abc import Iterator, Sequence

from agglo.contract.language import _, in_language
from agglo.models.climate import inventory_notes
from agglo.models.climate.ex_post_figures import Total
from agglo.models.climate.ex_post_series import Hypotheses
from agglo.models.climate.inventory_table import Inventory
from agglo.models.climate.nomenclature import ALL, SECTORS

_INHABITANTS_MEAN_LITTLE = ("agriculture", "industry", "energy-industry", "other-transport")


def notes(held: Inventory, totals: Sequence[Total], territory: str, hypotheses: Hypotheses) -> list[str]:
    """The caveats of this answer, what it found first."""
    return [
        *_found(totals, territory),
        *inventory_notes.boundary(held),
        *inventory_notes.potentials(held),
        *_heating(totals, hypotheses),
        *_population(totals, hypotheses),
        *_no_energy(held),
        _(
            "What is attributed is all that changed apart from weather and population: the plan's actions, and also "
            "prices, technology, economic activity and changes of method of the inventory."
        ),
        *inventory_notes.missing_sectors(held),
        *inventory_notes.intervals(held, hypotheses.halfwidths),
    ]


def _found(totals: Sequence[Total], territory: str) -> Iterator[str]:
    last = max(totals, key=lambda one: (one.place == territory, one.sector == ALL, one.year), default=None)
    if last is None or not (territory or len({one.place for one in totals}) == 1):
        return
    first = next(o for o in totals if (o.place, o.sector, o.year) == (last.place, last.sector, last.since))
    yield _(
        "From {since} to {year} emissions changed by {observed:+.0f} tCO2e/yr; weather and population alone would have "
        "changed them by {expected:+.0f} tCO2e/yr; the rest, what changed apart from them, is {attributed:+.0f} "
        "tCO2e/yr (95 % interval: {low:+.0f} tCO2e/yr to {high:+.0f} tCO2e/yr)."
    ).format(
        since=last.since,
        year=last.year,
        observed=last.observed - first.observed,
        expected=last.counterfactual - first.observed,
        attributed=last.attributed,
        low=last.attributed - last.halfwidth,
        high=last.attributed + last.halfwidth,
    )


def _heating(totals: Sequence[Total], hypotheses: Hypotheses) -> Iterator[str]:
    held = {one.sector for one in totals}
    if "residential" in held:
        yield _("Heating is taken as {share:.0f} % of the emissions of housing in normal weather.").format(
            share=100 * hypotheses.heating["residential"].emissions
        )
    if "tertiary" in held:
        yield _("Assumed: heating is {share:.0f} % of the emissions of the tertiary sector in normal weather.").format(
            share=100 * hypotheses.heating["tertiary"].emissions
        )


def _population(totals: Sequence[Total], hypotheses: Hypotheses) -> Iterator[str]:
    held = {one.sector for one in totals}
    loose = [name for name in _INHABITANTS_MEAN_LITTLE if name in held and name not in hypotheses.without_population]
    fixed = [name for name in SECTORS if name in held and name in hypotheses.without_population]
    if loose:
        yield _(
            "By convention the counterfactual of {sectors} follows population, on which these sectors depend little; "
            "the parameter without_population takes them out."
        ).format(sectors=_sectors(loose))
    if fixed:
        yield _("The counterfactual of these sectors does not follow population: {sectors}.").format(
            sectors=_sectors(fixed)
        )


def _no_energy(held: Inventory) -> Iterator[str]:
    if not held.energy:
        yield _("No energy is held: the effects of energy use and of its carbon content are not told apart.")


def _sectors(names: Sequence[str]) -> str:
    return ", ".join(in_language(SECTORS[name]) for name in names)
