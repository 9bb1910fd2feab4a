"""Where programs start: the landing page, what is conformed to, the description of the API."""

from starlette.responses import Response

from agglo.contract.language import _
from agglo.portal.ogc import answers, openapi
from agglo.portal.visits import Visit

_SPEC = "http://www.opengis.net/spec"
CONFORMS_TO = (
    f"{_SPEC}/ogcapi-common-1/1.0/conf/core",
    f"{_SPEC}/ogcapi-common-1/1.0/conf/landing-page",
    f"{_SPEC}/ogcapi-common-1/1.0/conf/json",
    f"{_SPEC}/ogcapi-common-1/1.0/conf/oas30",
    f"{_SPEC}/ogcapi-common-2/1.0/conf/collections",
    f"{_SPEC}/ogcapi-features-1/1.0/conf/core",
    f"{_SPEC}/ogcapi-features-1/1.0/conf/geojson",
    f"{_SPEC}/ogcapi-features-1/1.0/conf/oas30",
    f"{_SPEC}/ogcapi-processes-1/1.0/conf/core",
    f"{_SPEC}/ogcapi-processes-1/1.0/conf/json",
    f"{_SPEC}/ogcapi-processes-1/1.0/conf/oas30",
    f"{_SPEC}/ogcapi-processes-1/1.0/conf/ogc-process-description",
    f"{_SPEC}/ogcapi-processes-1/1.0/conf/job-list",
    f"{_SPEC}/ogcapi-processes-1/1.0/conf/dismiss",
    f"{_SPEC}/ogcapi-records-1/1.0/conf/record-core",
    f"{_SPEC}/ogcapi-records-1/1.0/conf/record-collection",
    f"{_SPEC}/ogcapi-records-1/1.0/conf/record-core-query-parameters",
    f"{_SPEC}/ogcapi-records-1/1.0/conf/record-api",
    f"{_SPEC}/ogcapi-records-1/1.0/conf/searchable-catalog",
    f"{_SPEC}/ogcapi-records-1/1.0/conf/json",
)
"""What the tests under ``tests/portal/ogc`` cover, class by class."""


def show(visit: Visit) -> Response:
    """The landing page."""
    to = answers.address
    links = [
        *answers.itself(visit),
        answers.link(to(visit, "api"), "service-desc", _("Description of this API"), answers.OPENAPI),
        answers.link(answers.portal(visit, "api"), "service-doc", _("How to use this API"), answers.HTML),
        answers.link(to(visit, "conformance"), "conformance", _("Standards this API follows")),
        answers.link(to(visit, "collections"), "data", _("Layers and catalogues")),
        answers.link(to(visit, "processes"), "http://www.opengis.net/def/rel/ogc/1.0/processes", _("Models")),
        answers.link(to(visit, "jobs"), "http://www.opengis.net/def/rel/ogc/1.0/job-list", _("Questions asked")),
    ]
    title, description = words(visit)
    return answers.document(visit, {"title": title, "description": description, "links": links})


def words(visit: Visit) -> tuple[str, str]:
    """What the API is called, and what it gives."""
    title = _("{territory}: data, models and answers").format(territory=visit.territory.name)
    return title, _(
        "Layers as features, models as processes, datasets and runs as records, by the standards of OGC API."
    )


def conformance(visit: Visit) -> Response:
    """The standards and classes that this API follows."""
    return answers.document(visit, {"conformsTo": list(CONFORMS_TO), "links": answers.itself(visit)})


def api(visit: Visit) -> Response:
    """The description of this API: OpenAPI 3.0, all schemas in it."""
    title, description = words(visit)
    content = openapi.described(visit, title, description)
    return answers.document(visit, content, media=answers.OPENAPI)
