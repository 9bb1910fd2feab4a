"""Items of collections: features of layers, and records."""

import json
from collections.abc import Sequence

from starlette.responses import Response

from agglo.contract.language import _
from agglo.portal import layers
from agglo.portal.layers import Layer
from agglo.portal.ogc import answers, collections, held, queries, records, refusals
from agglo.portal.visits import Visit
from agglo.store.identifiers import now

PARAMETERS = ("limit", "offset", "bbox", "bbox-crs", "datetime")
_CRS_HEADER = {"Content-Crs": f"<{queries.CRS84}>"}


def listing(visit: Visit) -> Response:
    """The items of a collection that match, a page of them."""
    catalogue = records.catalogue(str(visit.path["id"]))
    return records.listing(visit, catalogue) if catalogue else _features(visit, collections.found(visit))


def show(visit: Visit) -> Response:
    """One item of a collection."""
    catalogue = records.catalogue(str(visit.path["id"]))
    queries.check(visit.request.query_params, ())
    return records.show(visit, catalogue) if catalogue else _feature(visit, collections.found(visit))


def _features(visit: Visit, layer: Layer) -> Response:
    path = layers.prepared(visit.workspace, layer)
    columns = [one for one in held.columns(path) if one.name not in {*PARAMETERS, *queries.ALWAYS}]
    query = visit.request.query_params
    queries.check(query, [*PARAMETERS, *(one.name for one in columns)])
    asked = queries.page(query)
    queries.interval(query)
    equal = queries.equals(query, {one.name: one.type for one in columns})
    fields = {one.name: one.field for one in columns}
    wanted = held.Selection(
        asked.limit, asked.offset, queries.boxes(query), {fields[name]: value for name, value in equal.items()}
    )
    tag = answers.etag(layer.digest.encode(), answers.here(visit).encode(), visit.language.encode())
    if same := answers.unchanged(visit, tag):
        return same
    chosen = held.choose(path, wanted)
    links = [
        *answers.itself(visit, answers.GEOJSON, page=False),
        *answers.turning(visit, asked, chosen.matched, answers.GEOJSON),
        answers.link(answers.address(visit, "collections", layer.id), "collection", layer.title),
    ]
    headers = {**answers.headers(visit), **_CRS_HEADER, "ETag": tag}
    return Response(_collection(chosen, links), 200, headers, answers.GEOJSON)


def _collection(chosen: held.Chosen, links: Sequence[answers.Link]) -> bytes:
    """A feature collection: texts of features are joined, neither read nor written again."""
    head = json.dumps(
        {
            "type": "FeatureCollection",
            "numberMatched": chosen.matched,
            "numberReturned": len(chosen.texts),
            "timeStamp": now(),
            "links": links,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return f'{head[:-1]},"features":[{",".join(chosen.texts)}]}}'.encode("utf-8", "replace")


def _feature(visit: Visit, layer: Layer) -> Response:
    path = layers.prepared(visit.workspace, layer)
    key = str(visit.path["item"]).encode("utf-8", "replace").decode()
    text = held.one(path, key)
    if text is None:
        raise refusals.Wrong(_("There is no such feature in this collection."), status=404)
    links = [
        *answers.itself(visit, answers.GEOJSON, page=False),
        answers.link(answers.address(visit, "collections", layer.id), "collection", layer.title),
    ]
    body = f'{text[:-1]},"links":{json.dumps(links, ensure_ascii=False)}}}'.encode("utf-8", "replace")
    tag = answers.etag(body)
    headers = {**answers.headers(visit), **_CRS_HEADER, "ETag": tag}
    return answers.unchanged(visit, tag) or Response(body, 200, headers, answers.GEOJSON)
