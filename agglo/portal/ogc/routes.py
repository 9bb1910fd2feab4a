"""The addresses of the open API, below ``/ogc``."""

from starlette.responses import Response

from agglo.portal.ogc import (
    answers,
    collections,
    execution,
    items,
    jobs,
    landing,
    processes,
    results,
)
from agglo.portal.ogc.answers import operation
from agglo.portal.routing import endpoint
from agglo.portal.visits import Visit


def _page(name: str) -> answers.Place:
    """A page of the portal, as the place where people read the same."""

    def place(_visit: Visit) -> str:
        from agglo.portal.app import path_of

        return path_of(name)

    return place


def _job(visit: Visit) -> Response:
    return (_withdrawn if visit.request.method == "DELETE" else _standing)(visit)


_standing, _withdrawn = operation(jobs.show, page=jobs.page), operation(jobs.dismiss)
_landing = operation(landing.show, page=_page("api"))
_feature = operation(items.show, parameters=None, media=answers.GEOJSON)
_features = operation(items.listing, parameters=None, media=answers.GEOJSON)

ROUTES = (
    endpoint("/ogc", _landing, name="ogc"),
    endpoint("/ogc/", _landing, name="ogc_landing"),
    endpoint("/ogc/conformance", operation(landing.conformance, page=_page("api")), name="ogc_conformance"),
    endpoint("/ogc/api", operation(landing.api, media=answers.OPENAPI, page=_page("api")), name="ogc_api"),
    endpoint(
        "/ogc/collections",
        operation(collections.listing, parameters=collections.PARAMETERS, page=_page("data")),
        name="ogc_collections",
    ),
    endpoint("/ogc/collections/{id}", operation(collections.show, page=collections.page), name="ogc_collection"),
    endpoint(
        "/ogc/collections/{id}/queryables",
        operation(collections.queryables, media=answers.SCHEMA),
        name="ogc_queryables",
    ),
    endpoint("/ogc/collections/{id}/items", _features, name="ogc_items"),
    endpoint("/ogc/collections/{id}/items/{item}", _feature, name="ogc_item"),
    endpoint(
        "/ogc/processes",
        operation(processes.listing, parameters=processes.PARAMETERS, page=_page("models")),
        name="ogc_processes",
    ),
    endpoint("/ogc/processes/{id}", operation(processes.show, page=processes.page), name="ogc_process"),
    endpoint("/ogc/processes/{id}/execution", operation(execution.execute), name="ogc_execution", methods=("POST",)),
    endpoint(
        "/ogc/jobs",
        operation(jobs.listing, parameters=jobs.PARAMETERS, several=jobs.SEVERAL, page=_page("runs")),
        name="ogc_jobs",
    ),
    endpoint("/ogc/jobs/{id}", _job, name="ogc_job", methods=("GET", "DELETE")),
    endpoint(
        "/ogc/jobs/{id}/results",
        operation(results.show, parameters=results.PARAMETERS, page=jobs.page),
        name="ogc_results",
    ),
)
