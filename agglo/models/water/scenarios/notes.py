"""What a reader must know beside the effects of measures: one sentence each, said only where it applies."""

from collections.abc import Iterator, Sequence

from agglo.contract.language import _, ngettext
from agglo.models.water.hydraulics.network import Network
from agglo.models.water.performance.years import Year
from agglo.models.water.scenarios.effects import HOURS, Effect, Found, Hypotheses, excess, served
from agglo.models.water.scenarios.simulation import Scenario

_SHOWN = 8


def notes(
    found: Found, network: Network, hypotheses: Hypotheses, *, year: Year | None, assumed_background: bool
) -> list[str]:
    """The caveats of this answer, what it found first."""
    return [
        *_best(found),
        *_troubles(found, hypotheses),
        *_leakage(found, hypotheses, assumed_background=assumed_background),
        *_model(found, network, year),
        *_today(found.today, network, hypotheses),
        _("Consumption is taken as unchanged by pressure; where pressure falls, people may also draw less."),
        _(
            "Money is the water no longer lost times {cost:g} EUR/m3. Energy is that of the model's pumps, and "
            "{energy:g} kWh for each cubic metre no longer produced (assumed)."
        ).format(cost=hypotheses.water_cost_eur_m3, energy=hypotheses.energy_kwh_m3),
        *_indicators(year),
    ]


def left_out(over: Sequence[str], vague: Sequence[str]) -> Iterator[str]:
    """Leaks of an answer of ``water.leaks`` that do not enter: they are over, or have no flow or no place."""
    if over:
        yield _("Leaks that are over were left out: {names}.").format(names=_names(over))
    if vague:
        yield _("Leaks whose flow or place is not known were left out: {names}.").format(names=_names(vague))


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    more = len(names) - _SHOWN
    return _("{names} and {count} more").format(names=shown, count=more) if more > 0 else shown


def _best(found: Found) -> Iterator[str]:
    if not found.effects:
        return
    one = found.effects[-1]
    text = (
        _(
            "All together, the measures would save {saved:.0f} m3/yr (between {low:.0f} and {high:.0f}), {money:.0f} "
            "EUR/yr; what each saves alone does not add up to it."
        )
        if len(found.effects) > 1
        else _("The measure would save {saved:.0f} m3/yr (between {low:.0f} and {high:.0f}), {money:.0f} EUR/yr.")
    )
    saved = one.saved_m3_yr
    yield text.format(saved=saved.central, low=saved.low, high=saved.high, money=one.money_eur_yr.central)


def _troubles(found: Found, hypotheses: Hypotheses) -> Iterator[str]:
    for one in found.effects:
        yield from _closed(one)
        if one.under:
            yield ngettext(
                '"{measure}": {count} junction falls under {minimum:g} m of pressure: {names}.',
                '"{measure}": {count} junctions fall under {minimum:g} m of pressure: {names}.',
                len(one.under),
            ).format(
                measure=one.measure.title,
                count=len(one.under),
                minimum=hypotheses.minimum_pressure_m,
                names=_names(one.under),
            )
        if one.negative:
            yield _(
                '"{measure}": the model gives pressures under zero ({names}); it serves all demand whatever the '
                "pressure, so these figures do not hold: people there would lack water."
            ).format(measure=one.measure.title, names=_names(one.negative))


def _closed(one: Effect) -> Iterator[str]:
    if one.cut_off:
        yield ngettext(
            '"{measure}" leaves {count} junction without water: {names}. Neither its demand nor its leakage counts as '
            "saved.",
            '"{measure}" leaves {count} junctions without water: {names}. Neither their demand nor their leakage '
            "counts as saved.",
            len(one.cut_off),
        ).format(measure=one.measure.title, count=len(one.cut_off), names=_names(one.cut_off))


def _leakage(found: Found, hypotheses: Hypotheses, *, assumed_background: bool) -> Iterator[str]:
    leakage = found.leakage
    flow = sum(one.flow_m3_h for one in leakage.leaks.values())
    low, _central, high = hypotheses.exponents
    text = (
        _("Assumed: {background:.1f} m3/h of background leakage, spread over the network; {flow:.1f} m3/h of leaks.")
        if assumed_background
        else _(
            "Background leakage, the year's real losses less the leaks given, is {background:.1f} m3/h, spread over "
            "the network; leaks are {flow:.1f} m3/h."
        )
    )
    yield text.format(background=leakage.background_m3_h, flow=flow)
    yield _(
        "Leakage follows pressure with an exponent N1 between {low:g} and {high:g} (assumed): the bounds are those of "
        "that range alone. Errors of the model are not in them."
    ).format(low=low, high=high)


def _model(found: Found, network: Network, year: Year | None) -> Iterator[str]:
    if network.emitters:
        yield ngettext(
            "The leakage given takes the place of the emitter of the EPANET file.",
            "The leakage given takes the place of the {count} emitters of the EPANET file.",
            len(network.emitters),
        ).format(count=len(network.emitters))
    if year is None:
        return
    model = HOURS * sum(network.mean_demand_m3_h(node) for node in network.junctions)
    held = year.volumes.used
    if held and abs(model / held - 1) > 0.1:
        yield _(
            "The model's demand is {model:.0f} m3/yr, the consumption of the volumes {held:.0f} m3/yr: the two do not "
            "speak of the same network, or losses are among the model's demands."
        ).format(model=model, held=held)
    for title, saved in excess(found, year).items():
        yield _('"{measure}" would save more ({saved:.0f} m3/yr) than the losses of the volumes.').format(
            measure=title, saved=saved
        )


def _today(today: Scenario, network: Network, hypotheses: Hypotheses) -> Iterator[str]:
    """What is already wrong with the model before any measure."""
    pressures = {node: today.pressure_m[node] for node in served(network)}
    negative = [node for node, value in pressures.items() if value < 0]
    under = [node for node, value in pressures.items() if 0 <= value < hypotheses.minimum_pressure_m]
    if today.cut_off:
        yield _("Already without water in the model as it is: {names}.").format(names=_names(sorted(today.cut_off)))
    if negative:
        yield _(
            "Already now the model gives pressures under zero: {names}. It must be mended before its figures are used."
        ).format(names=_names(negative))
    if under:
        yield _("Already now under {minimum:g} m of pressure in the model: {names}.").format(
            minimum=hypotheses.minimum_pressure_m, names=_names(under)
        )
    for one in today.warnings.values():
        yield _('EPANET warned {count} times (code {code}): "{text}".').format(
            count=one.count, code=one.code, text=one.text
        )


def _indicators(year: Year | None) -> Iterator[str]:
    if year is None:
        yield _(
            "No yearly volumes are given: changes of P104.3 and P106.3 are not worked out, and no indicator is kept."
        )
    elif year.network_km is None:
        yield _("The volumes have no length of network: the change of P106.3 is not worked out.")
