"""The calculator: what a described computation costs. Its address holds all that was typed, and can be shared."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from agglo.contract import numerals
from agglo.contract.errors import InvalidInput
from agglo.contract.language import _
from agglo.footprint.factors import load
from agglo.footprint.green_algorithms import Estimate, UsedFactor
from agglo.portal import calculator, costs, html
from agglo.portal.app import path_of
from agglo.portal.calculator import Bounded
from agglo.portal.fields import Wrong, by_field, wrongs
from agglo.portal.headings import heads
from agglo.portal.visits import Visit

DIGITS = 4
_LONGEST = 200


def calculate(visit: Visit) -> Response:
    """The form; and where something was typed, the estimate, or everything that keeps it from being one."""
    pairs = visit.request.query_params.multi_items()
    if any(key in calculator.EVERY and not text.strip() for key, text in pairs):
        kept = [(key, text.strip()[:_LONGEST]) for key, text in pairs if text.strip()]
        return RedirectResponse(f"{path_of('calculator')}?{urlencode(kept)}", 303)
    typed = {key: text[:_LONGEST] for key, text in visit.query.items() if key in calculator.EVERY}
    if not typed:
        return _shown(visit, {"location": str(visit.workspace.setting("location"))})
    try:
        return _shown(visit, typed, answer=calculator.bounded(typed))
    except InvalidInput as error:
        found = wrongs(error.faults, calculator.labels(), calculator.RENAMED)
        return _shown(visit, typed, what=error.what, found=found)


def _shown(
    visit: Visit,
    typed: Mapping[str, str],
    *,
    answer: Bounded | None = None,
    what: str = "",
    found: list[Wrong] | None = None,
) -> Response:
    share = f"{visit.address}{path_of('calculator')}?{urlencode(dict(typed))}" if answer else ""
    return html.page(
        visit,
        "calculator.html.j2",
        status=422 if what else 200,
        heads=heads,
        typed=dict.fromkeys(calculator.EVERY, "") | dict(typed),
        labels=calculator.labels(),
        options=calculator.options(),
        advanced=_is_advanced(typed),
        what=what,
        found=found or [],
        wrong=by_field(found or []),
        answer=_answer(answer) if answer else None,
        share=share,
        figures=load(),
    )


def _is_advanced(typed: Mapping[str, str]) -> bool:
    """Whether something is typed in the part of the form that is folded."""
    plain = {"cores", "cpu", "memory", "hours", "minutes", "location", "platform"}
    return any(typed[name] for name in typed if name not in plain)


def _answer(made: Bounded) -> dict[str, Any]:
    """An estimate as the page lays it out."""
    one = made.central
    return {
        "headline": [
            (_("Energy"), numerals.significant(one.energy_kwh, DIGITS), "kWh", _range(made, "energy_kwh", "kWh")),
            (
                _("Greenhouse gases"),
                numerals.significant(one.carbon_g, DIGITS),
                numerals.unit_label("gCO2e"),
                _range(made, "carbon_g", "gCO2e"),
            ),
            (_("Power while it runs"), numerals.significant(one.power_w, DIGITS), "W", _range(made, "power_w", "W")),
            (_("Run time"), numerals.significant(one.run_time_h, DIGITS), "h", ""),
        ],
        "parts": _parts(one),
        "everyday": costs.everyday(one.carbon_g),
        "factors": [_factor(factor) for factor in one.factors],
        "sources": [(_(calculator.ROLES[factor.role]), factor.source) for factor in one.factors],
        "assumptions": [str(said) for said in one.assumptions],
        "bounds": made.why,
        "method": one.method,
        "factor_set": one.factor_set,
        "digest": one.factor_set_digest,
        "attribution": one.attribution,
    }


def _range(made: Bounded, name: str, unit: str) -> str:
    low, high = (numerals.significant(getattr(one, name), 2) for one in (made.low, made.high))
    label = numerals.unit_label(unit)
    return _("from {low} to {high} {unit}").format(low=low, high=high, unit=label)


def _parts(one: Estimate) -> list[list[str]]:
    if len(one.parts) < 2:
        return []
    return [
        [
            _(calculator.PARTS.get(part.name, part.name)),
            numerals.significant(part.energy_kwh, DIGITS),
            numerals.significant(part.carbon_g, DIGITS),
        ]
        for part in one.parts
    ]


def _factor(factor: UsedFactor) -> list[str]:
    unit = "" if factor.unit == "1" else numerals.unit_label(factor.unit)
    name = factor.name if factor.role != "memory_power" else ""
    value = numerals.significant(factor.value, DIGITS)
    return [
        _(calculator.ROLES[factor.role]),
        f"{value} {unit}".strip(),
        name or "–",
        _(calculator.ORIGINS[factor.origin]),
    ]
