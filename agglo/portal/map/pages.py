"""The map: a layer or two, drawn in the page and as a table; the zoomable map is loaded when it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from starlette.responses import Response

from agglo.contract import numerals
from agglo.contract.errors import NotFound
from agglo.contract.language import _
from agglo.portal import assets, drawings, html, layers
from agglo.portal.drawings import Choropleth
from agglo.portal.layers import Property
from agglo.portal.map import description, legends, sides, tiles
from agglo.portal.map.legends import Step
from agglo.portal.map.sides import MOST_ROWS, Side
from agglo.portal.map.themes import NO_YEAR
from agglo.portal.routing import endpoint, page
from agglo.portal.security import EXTRA_HEADER
from agglo.portal.visits import Visit
from agglo.studies.report.maps import by_name

MOST_SIDES = 2
_FILES = ("map.js", "map.css", "licences.txt")
MOST_CHOICES = 60
"""Layers that the form lists; any other is reached by its address."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A side as the page lays it out."""

    side: Side
    drawing: Choropleth | None
    steps: Sequence[Step]


def show(visit: Visit) -> Response:
    """The map of the layers asked for, of the latest answer by commune where none is."""
    chosen = _chosen(visit)
    theme, year = visit.query.get("indicateur", ""), _year(visit.query.get("annee", ""))
    found: list[Side] = []
    for layer in chosen:
        first = found[0] if found else None
        asked = (first.theme.id, first.year) if first and first.theme else (theme, year)
        found.append(sides.of(visit, layer, *asked))
    shown = _drawn(visit, found)
    answer = html.page(visit, "map.html.j2", **_values(visit, shown))
    if extra := description.policy(visit):
        answer.headers[EXTRA_HEADER] = extra
    return answer


def _values(visit: Visit, shown: Sequence[Shown]) -> dict[str, Any]:
    first = shown[0].side
    built = description.built()
    return {
        "shown": shown,
        "built": built,
        "size": numerals.number(description.size_kb()) if built else "",
        "loader": assets.address_of("map-loader.js"),
        "files": {name: assets.address_of(f"map/{name}") for name in _FILES} if built else {},
        "description": description.text(visit, [(one.side, one.drawing, one.steps) for one in shown]) if built else "",
        "keys": legends.keys([one.drawing.keys for one in shown if one.drawing], [one.steps for one in shown]),
        "choices": _choices(visit, [one.side.layer for one in shown]),
        "themes": list(first.themes.values()),
        "theme": first.theme,
        "unit": numerals.unit_label(first.unit),
        "years": sorted(year for year in (first.theme.years if first.theme else ()) if year != NO_YEAR),
        "year": first.year,
        "table": _table(visit, shown),
        "source": _(visit.territory.source),
        "background": description.background(visit),
    }  # fmt: skip


def _year(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= 4 else NO_YEAR


def _chosen(visit: Visit) -> list[layers.Layer]:
    asked = ",".join(visit.request.query_params.getlist("couches")).split(",")
    ids = list(dict.fromkeys(one for one in (text.strip() for text in asked) if one))[:MOST_SIDES]
    if ids:
        return [layers.find(visit.workspace, visit.person, one) for one in ids]
    found = layers.each(visit.workspace, visit.person)
    latest = next((one for one in islice(found, MOST_CHOICES) if one.output == layers.INDICATORS), None)
    return [latest or layers.communes(visit.workspace)]


def _choices(visit: Visit, chosen: Sequence[layers.Layer]) -> list[tuple[str, str]]:
    """Identifiers and titles of layers to choose from: those shown first of all, then the latest."""
    mappable = (
        one
        for one in layers.each(visit.workspace, visit.person)
        if one.kind != "by-commune" or one.output == layers.INDICATORS
    )
    every = {one.id: one for one in (*chosen, *islice(mappable, MOST_CHOICES))}
    return [(one.id, _named(one.title, one)) for one in every.values()]


def _named(title: str, layer: layers.Layer) -> str:
    """A title that tells a layer from those of other runs."""
    return _("{title} (answer {run})").format(title=title, run=layer.run[-6:]) if layer.run else title


def _drawn(visit: Visit, found: Sequence[Side]) -> list[Shown]:
    """Sides with their drawings; two sides of one unit have the same classes, so that they can be compared."""
    if len({one.name for one in found}) < len(found):
        found = [replace(one, name=_named(one.name, one.layer)) for one in found]
    every = [value for one in found for value in (*one.values.values(), *(one.features.sample if one.features else ()))]
    same = len({one.unit for one in found}) == 1
    shown = []
    for side in found:
        if side.features:
            steps = legends.steps(every if same else side.features.sample)
            shown.append(Shown(side, None, steps))
        else:
            shown.append(Shown(side, None if side.several else _choropleth(visit, side, every if same else ()), ()))
    return shown


def _choropleth(visit: Visit, side: Side, among: Sequence[float | None]) -> Choropleth:
    from agglo.portal.app import path_of

    return drawings.choropleth(
        visit.territory,
        side.values,
        unit=side.unit,
        title=side.label,
        link=lambda insee: path_of("commune", insee=insee),
        among=among,
    )


def _table(visit: Visit, shown: Sequence[Shown]) -> dict[str, Any]:
    """The same content as figures: communes, or the first features of each layer that has its own shapes."""
    own = [one.side for one in shown if one.side.features]
    communes = [one for one in shown if one.drawing]
    return {
        "communes": _by_commune(visit, communes) if communes else None,
        "features": [_by_feature(one) for one in own],
    }


def _by_commune(visit: Visit, shown: Sequence[Shown]) -> dict[str, Any]:
    from agglo.portal.app import path_of

    of_sides = [one.side for one in shown]
    decimals = numerals.decimals_for(value for one in of_sides for value in one.values.values())
    columns: list[dict[str, Any]] = [{"label": _("Commune")}]
    columns += [{"label": one.name, "unit": numerals.unit_label(one.unit), "number": True} for one in of_sides]
    rows: list[list[Any]] = [
        [
            {"text": one.name, "href": path_of("commune", insee=one.insee)},
            *(sides.written(of_side.values.get(one.insee), "", decimals) for of_side in of_sides),
        ]
        for one in by_name(visit.territory)
    ]
    return {"caption": shown[0].side.label, "columns": columns, "rows": rows}


def _by_feature(side: Side) -> dict[str, Any]:
    if side.features is None:
        raise NotFound(_("This layer has no shapes."))
    prepared = side.features.prepared
    properties = prepared.properties()
    rows = prepared.rows(MOST_ROWS)
    decimals = [numerals.decimals_for(_figures([row[at] for row in rows])) for at in range(len(properties))]
    columns = [_column(one) for one in properties]
    cells = [
        [sides.written(value, "", 0 if one.type == "integer" else decimals[at])
         for at, (one, value) in enumerate(zip(properties, row, strict=True))]
        for row in rows
    ]  # fmt: skip
    return {"caption": side.layer.title, "columns": columns, "rows": cells, "count": side.features.count}


def _column(one: Property) -> dict[str, Any]:
    number = one.type in {"number", "integer"}
    return {"label": one.title or one.name, "unit": numerals.unit_label(one.unit), "number": number}


def _figures(values: Sequence[Any]) -> list[float]:
    return [float(one) for one in values if isinstance(one, int | float) and not isinstance(one, bool)]


ROUTES = (
    page("/carte", show, name="map"),
    endpoint("/carte/tuiles/{id}.pmtiles", tiles.show, name="tiles"),
)
