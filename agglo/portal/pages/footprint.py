"""What computations cost: totals by model, month and project, how much of it is known, and what it rests on."""

from starlette.responses import Response

from agglo.contract import numerals
from agglo.contract.language import _
from agglo.footprint.factors import load
from agglo.footprint.green_algorithms import METHOD
from agglo.portal import costs, drawings, html
from agglo.portal.costs import Cost
from agglo.portal.headings import heads
from agglo.portal.pages import calculator, declaring
from agglo.portal.routing import page
from agglo.portal.visits import Visit
from agglo.trust.access import rights
from agglo.trust.access.rights import Asset

_UNITS = (("tCO2e", 1e6), ("kgCO2e", 1e3), ("gCO2e", 1.0), ("mgCO2e", 1e-3), ("µgCO2e", 1e-6))


def footprint(visit: Visit) -> Response:
    """Totals, then the same by model, month and project."""
    tables = {by: costs.groups(visit.workspace, visit.person, by) for by in costs.GROUPS}
    whole = costs.total(tables["model"])
    figures = load()
    return html.page(
        visit,
        "footprint.html.j2",
        heads=heads,
        whole=whole,
        energy=numerals.scaled(whole.energy_kwh, "kWh"),
        carbon=numerals.scaled(whole.carbon_g, "gCO2e"),
        spread=costs.spread(whole),
        coverage=costs.coverage(whole),
        embodied=numerals.scaled(whole.embodied_g, "gCO2e") if whole.embodied_g is not None else "",
        everyday=costs.everyday(whole.carbon_g),
        tables=[(title, first, caption, costs.rows(tables[by])) for by, title, first, caption in _titles()],
        bars=_bars(tables["model"]),
        method=METHOD,
        figures=figures,
        may_declare=rights.may(visit.workspace, visit.person, "add", Asset("declaration")),
        declared=declaring.listing(visit.workspace),
    )


def _titles() -> list[tuple[str, str, str, str]]:
    return [
        ("model", _("By model"), _("Model"), _("Cost of the answers of each model")),
        ("month", _("By month"), _("Month"), _("Cost of the answers of each month")),
        ("project", _("By project"), _("Project"), _("Cost of the answers of each project")),
    ]


def _bars(found: list[Cost]) -> drawings.Bars | None:
    """Greenhouse gases by model as bars; nothing where nothing is known."""
    known = [one for one in found if one.carbon_g]
    if not known:
        return None
    most = max(one.high_g or one.carbon_g or 0.0 for one in known)
    unit, factor = next((step for step in _UNITS if most >= step[1]), _UNITS[-1])
    rows = [
        drawings.Bar(costs.name_of(one), _in(one.carbon_g, factor), _in(one.low_g, factor), _in(one.high_g, factor))
        for one in known
    ]
    return drawings.bars(rows, unit=unit, title=_("Greenhouse gases by model, low to high"))


def _in(value: float | None, factor: float) -> float | None:
    return None if value is None else value / factor


ROUTES = (
    page("/empreinte", footprint, name="footprint"),
    page("/empreinte/calculer", calculator.calculate, name="calculator"),
    page("/empreinte/declarer", declaring.form, name="declare", methods=("GET", "POST")),
    page("/empreinte/declarations/{id}", declaring.declaration, name="declaration"),
)
