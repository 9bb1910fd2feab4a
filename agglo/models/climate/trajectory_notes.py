"""What a reader must know beside this very trajectory: one sentence each, said only where it applies."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum

from agglo.contract.indicators import QUALITIES
from agglo.contract.language import Text, _, in_language
from agglo.models.climate.actions import Action
from agglo.models.climate.nomenclature import SECTORS
from agglo.models.climate.pots import Row
from agglo.models.climate.scenario import Scenario
from agglo.models.climate.simulation import System
from agglo.models.climate.uncertainty import ASSUMED_HALFWIDTHS

QUALITY_NAMES: Mapping[str, Text] = {
    "measured": {"fr": "mesuré", "en": "measured"},
    "modelled": {"fr": "modélisé", "en": "modelled"},
    "declared": {"fr": "déclaré", "en": "declared"},
    "assumed": {"fr": "supposé", "en": "assumed"},
}


def general(found: Scenario, *, draws: int) -> list[str]:
    """Caveats on the whole: assumptions, what is left out, how sure the inventory and the effects are."""
    systems, rows = found.systems, found.rows
    emissions = systems["emissions"]
    return [
        *_trend(emissions),
        *_effects(emissions.actions),
        *_exceeded([*systems.values()]),
        *_energy(systems),
        *_qualities(rows["emissions"]),
        *_doubt(found),
        *_missing(found),
        _(
            "Intervals come from {draws} draws: effects and trends triangular in their range (an assumed shape), "
            "errors of the inventory lognormal and common to all rows of a sector. An assumption has the same draws "
            "in every scenario of one seed."
        ).format(draws=draws),
        _(
            "Left out: rebound, interactions of measures on different pots, energy that moves from one carrier to "
            "another, carbon stored by land, which is not subtracted."
        ),
    ]


def _trend(system: System) -> Iterator[str]:
    known = {sector: one for sector, one in system.trends.items() if sector in {pot.sector for pot in system.pots}}
    moving = {sector: one.central for sector, one in known.items() if one.central}
    if moving:
        said = ", ".join(f"{in_language(SECTORS[sector])} {value:+g} %/yr" for sector, value in moving.items())
        yield _(
            "Trend without actions, a hypothesis: {trends}; the other sectors stay at the base year's level."
        ).format(trends=said)
    else:
        yield _("Without actions, emissions stay at the level of {year}: no trend is given.").format(
            year=system.base_year
        )
    widths = {one.high - one.central for one in known.values() if one.is_known_as_range}
    if widths:
        yield _("Each sector's trend is uncertain by {width:g} %/yr on either side (assumed).").format(
            width=max(widths)
        )


def _effects(actions: Sequence[Action]) -> Iterator[str]:
    assumed = [one for one in actions if one.quality == "assumed"]
    if assumed:
        yield _("Actions whose effect is assumed, {count} of {total}: {names}.").format(
            count=len(assumed), total=len(actions), names=_names(assumed)
        )
    without_range = [one for one in actions if not one.effects["emissions"].is_known_as_range]
    if without_range:
        yield _(
            "Effects without a range, drawn without uncertainty, so that intervals are too narrow: {names}."
        ).format(names=_names(without_range))
    without_cost = [one for one in actions if one.cost is None]
    if without_cost:
        yield _("No cost is given for {names}: they are in no cost.").format(names=_names(without_cost))
    dying = [one for one in actions if one.lifetime_yr is not None]
    if dying:
        yield _("Units are not renewed at the end of their life: {names}.").format(names=_names(dying))


def _exceeded(systems: Sequence[System]) -> Iterator[str]:
    """Actions that would take more than their pot, on central values or at the high end of their range."""
    found = {"central": _beyond(systems, "central"), "high": _beyond(systems, "high")}
    only_high = {name: one for name, one in found["high"].items() if name not in found["central"]}
    if found["central"]:
        yield _(
            "Units times effect exceed what there is to act on: {names}. Each of these actions is held at the whole of "
            "its pot. Check its units and its effect."
        ).format(names=_with_pots(found["central"].values()))
    if only_high:
        yield _(
            "At the high end of the range, more than there is to act on: {names}; draws are held at the whole of the "
            "pot."
        ).format(names=_with_pots(only_high.values()))


def _beyond(systems: Iterable[System], end: str) -> dict[str, Action]:
    return {
        action.id: action
        for system in systems
        for pot in system.pots
        for number, units in pot.units
        if (action := system.actions[number])
        and units * getattr(action.effects[system.quantity], end) * max(map(action.ramp, system.years)) > 1
    }


def _with_pots(actions: Iterable[Action]) -> str:
    return ", ".join(f"{in_language(one.title)} ({one.pot})" for one in actions)


def _energy(systems: Mapping[str, System]) -> Iterator[str]:
    if "energy" not in systems:
        yield _("The inventory holds no energy for the base year: energy is not simulated.")
        return
    held = {pot.sector for pot in systems["energy"].pots}
    unknown = [one for one in systems["energy"].actions if "energy" not in one.effects and one.sector in held]
    if unknown:
        yield _("No effect on energy is given for {names}: their energy is counted as unchanged.").format(
            names=_names(unknown)
        )


def _qualities(rows: Sequence[Row]) -> Iterator[str]:
    by_quality: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        by_quality[row.quality].append(row.value)
    total = fsum(row.value for row in rows)
    if total:
        said = ", ".join(
            f"{in_language(QUALITY_NAMES[quality])} {fsum(by_quality[quality]) / total * 100:.0f} %"
            for quality in QUALITIES
            if quality in by_quality
        )
        yield _("Base-year emissions by quality of the inventory: {shares}.").format(shares=said)


def _doubt(found: Scenario) -> Iterator[str]:
    if found.held.doubt_is_assumed:
        said = ", ".join(
            f"{in_language(QUALITY_NAMES[quality])} {halfwidth * 100:.0f} %"
            for quality, halfwidth in ASSUMED_HALFWIDTHS.items()
        )
        yield _("Where the inventory states no uncertainty, it is assumed from the quality: {halfwidths}.").format(
            halfwidths=said
        )


def _missing(found: Scenario) -> Iterator[str]:
    """Sectors that the inventory does not hold, or not everywhere: totals are understated."""
    names = {"emissions": _("emissions"), "energy": _("energy")}
    for quantity, system in found.systems.items():
        held = {(row.place, row.sector) for row in found.rows[quantity]}
        missing = [
            in_language(title)
            for sector, title in SECTORS.items()
            if (
                (found.territory, sector) not in held
                and any((place, sector) not in held for place in system.places if place != found.territory)
            )
            or not any(sector == other for _place, other in held)
        ]
        if missing:
            yield _(
                "The inventory does not hold, at least somewhere, the {quantity} of {sectors}: totals leave them out."
            ).format(quantity=names[quantity], sectors=", ".join(missing))


def _names(actions: Sequence[Action]) -> str:
    return ", ".join(in_language(one.title) for one in actions)
