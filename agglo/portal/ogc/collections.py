"""Collections: layers as features, and the catalogues of datasets, models and runs as records."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from starlette.responses import Response

from agglo.contract.errors import NotFound
from agglo.contract.language import _
from agglo.portal import layers
from agglo.portal.layers import Layer
from agglo.portal.ogc import answers, held, queries, records, refusals
from agglo.portal.visits import Visit
from agglo.territory.communes import Bounds

PARAMETERS = ("limit", "offset")
DEFAULT_LIMIT = 1_000


def listing(visit: Visit) -> Response:
    """Every collection a person may read: catalogues, communes, datasets, then runs, latest first."""
    asked = queries.page(visit.request.query_params, default=DEFAULT_LIMIT)
    found = list(islice(_each(visit), asked.offset, asked.offset + asked.limit + 1))
    more = asked.offset + len(found)
    links = [*answers.itself(visit), *answers.turning(visit, asked, more)]
    content = {"links": links, "crs": [queries.CRS84], "collections": found[: asked.limit]}
    return answers.document(visit, content)


def _each(visit: Visit) -> Iterator[dict[str, Any]]:
    for catalogue in records.catalogues():
        yield _of_records(visit, catalogue)
    for layer in layers.each(visit.workspace, visit.person):
        yield of_layer(visit, layer, prepare=False)


def show(visit: Visit) -> Response:
    """One collection."""
    catalogue = records.catalogue(str(visit.path["id"]))
    described = _of_records(visit, catalogue) if catalogue else of_layer(visit, found(visit), prepare=True)
    links = [*answers.itself(visit), *(one for one in described["links"] if one["rel"] not in ("self", "alternate"))]
    return answers.document(visit, {**described, "links": links})


def found(visit: Visit) -> Layer:
    """The layer that the address names.

    Raises
    ------
    Wrong
        There is none, or the person may not read what it comes from (404).
    """
    try:
        return layers.find(visit.workspace, visit.person, str(visit.path["id"]))
    except NotFound:
        raise refusals.Wrong(_("There is no such collection."), status=404) from None


def of_layer(visit: Visit, layer: Layer, *, prepare: bool) -> dict[str, Any]:
    """A layer as a collection; its extent is told once it is prepared."""
    own = ("collections", layer.id)
    links = [
        answers.link(answers.address(visit, *own), "self", layer.title),
        answers.link(answers.address(visit, *own, "items"), "items", _("Features"), answers.GEOJSON),
        answers.link(
            answers.address(visit, *own, "queryables"),
            "http://www.opengis.net/def/rel/ogc/1.0/queryables",
            _("Properties to choose features by"),
            answers.SCHEMA,
        ),
        answers.link(f"{visit.address}{page_of(layer)}", "alternate", _("The same as a page"), answers.HTML),
    ]
    box = _box(visit, layer, prepare=prepare)
    return {
        "id": layer.id,
        "title": layer.title,
        "description": layer.description,
        "itemType": "feature",
        "crs": [queries.CRS84],
        **({"extent": extent(box)} if box else {}),
        "links": links,
    }


def _box(visit: Visit, layer: Layer, *, prepare: bool) -> Bounds | None:
    """The box around a layer: exact where it is prepared, that of the territory for communes that are not yet."""
    path = layers.path_of(visit.workspace, layer)
    if prepare or path.exists():
        return held.about(layers.prepared(visit.workspace, layer)).box
    return None if layer.kind == "layer" else layers.territory(visit.workspace).bounds


def extent(box: Bounds) -> dict[str, Any]:
    return {"spatial": {"bbox": [list(box)], "crs": queries.CRS84}}


def page_of(layer: Layer) -> str:
    """The path of the page where people read what a layer comes from."""
    from agglo.portal.app import path_of

    if layer.run:
        return path_of("run", id=layer.run)
    return path_of("dataset", name=layer.output) if layer.dataset else path_of("territory")


def page(visit: Visit) -> str:
    """The path of the page of the collection that the address names."""
    catalogue = records.catalogue(str(visit.path["id"]))
    return catalogue.page() if catalogue else page_of(found(visit))


def _of_records(visit: Visit, catalogue: "records.Catalogue") -> dict[str, Any]:
    own = ("collections", catalogue.id)
    title = catalogue.title()
    links = [
        answers.link(answers.address(visit, *own), "self", title),
        answers.link(answers.address(visit, *own, "items"), "items", _("Records"), answers.GEOJSON),
        answers.link(f"{visit.address}{catalogue.page()}", "alternate", _("The same as a page"), answers.HTML),
    ]
    return {
        "id": catalogue.id,
        "type": "Collection",
        "title": title,
        "description": catalogue.description(),
        "itemType": "record",
        "crs": [queries.CRS84],
        "extent": extent(layers.territory(visit.workspace).bounds),
        "links": links,
    }


def queryables(visit: Visit) -> Response:
    """What features of a layer can be chosen by, as a JSON Schema."""
    layer = found(visit)
    path = layers.prepared(visit.workspace, layer)
    known = {one.name: one for one in layer.properties}
    properties: dict[str, Any] = {}
    for column in held.columns(path):
        declared = known.get(column.name)
        properties[column.name] = {
            "title": (declared.title if declared else "") or column.name,
            "type": column.type,
            **({"x-ogc-unit": declared.unit} if declared and declared.unit else {}),
        }
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": answers.address(visit, "collections", layer.id, "queryables"),
        "type": "object",
        "title": layer.title,
        "properties": properties,
        "additionalProperties": False,
    }
    return answers.document(visit, content, media=answers.SCHEMA)
