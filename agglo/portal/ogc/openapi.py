"""The description of the open API (OpenAPI 3.0), made of what this workspace offers, with every schema in it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agglo import __version__
from agglo.contract.language import LANGUAGES, _, in_language
from agglo.contract.model import Model
from agglo.portal import layers
from agglo.portal.ogc import answers, collections, dialect, jobs, kinds, offered, processes, queries, records
from agglo.portal.ogc.schemas import Schema, array, components, ref, text, thing, whole
from agglo.portal.visits import Visit
from agglo.trust.access import reading

_PROBLEM = {"application/problem+json": {"schema": ref("problem")}}
_READING = (400, 401, 404, 406, 500)
_ASKING = (400, 401, 403, 404, 406, 408, 410, 413, 415, 422, 429, 500)


def described(visit: Visit, title: str, about: str) -> dict[str, Any]:
    """The whole description."""
    known = [one.model for one in offered.entries(visit.workspace)]
    return {
        "openapi": "3.0.3",
        "info": {
            "title": title,
            "description": about,
            "version": __version__,
            "contact": {"name": visit.workspace.setting("publisher") or visit.territory.name, "url": visit.address},
            "license": {"name": "EUPL-1.2"},
        },
        "servers": [{"url": f"{visit.address}{answers.ROOT}"}],
        "tags": [{"name": name} for name in ("API", "Features and records", "Processes", "Jobs")],
        "security": [{}, {"token": []}],
        "paths": {**_start(), **_collections(), **_processes(known), **_jobs()},
        "components": {
            "schemas": {**components(), **{_schema_name(one): _execute(visit, one) for one in known}},
            "parameters": {**_parameters(), **_paths(visit, known)},
            "responses": {str(status): _problem(status) for status in {*_READING, *_ASKING, 409}},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": _token_words()}},
        },
    }


def _token_words() -> str:
    return _("A token is made on the page of an account. Without one, what is public can be read.")


def _problem(status: int) -> dict[str, Any]:
    words = {
        400: _("Something that was sent cannot be used"),
        401: _("The token is not valid"),
        403: _("The right to do this is missing"),
        404: _("There is no such thing, or it may not be seen"),
        406: _("It cannot be had in that form"),
        408: _("Sending took too long"),
        409: _("It has been answered"),
        410: _("It was withdrawn"),
        413: _("What was sent is too large"),
        415: _("Only JSON is taken"),
        422: _("The model gave no answer"),
        429: _("Asked too often"),
        500: _("Something went wrong"),
    }
    return {"description": words[status], "content": _PROBLEM}


def _parameters() -> dict[str, Any]:
    lists = {"style": "form", "explode": False}
    number = {"type": "number"}
    box = {"oneOf": [array(number, minItems=4, maxItems=4), array(number, minItems=6, maxItems=6)]}
    crs = text(enum=[queries.CRS84, queries.CRS84H], default=queries.CRS84)
    limit = whole(minimum=1, maximum=queries.LARGEST_LIMIT, default=queries.DEFAULT_LIMIT)
    collections_limit = whole(minimum=1, maximum=queries.LARGEST_LIMIT, default=collections.DEFAULT_LIMIT)
    jobs_limit = whole(minimum=1, maximum=jobs.LARGEST_LIMIT, default=queries.DEFAULT_LIMIT)
    return {
        "form": _in_query("f", text(enum=["json", "html"])),
        "jsonForm": _in_query("f", text(enum=["json"])),
        "language": _in_query("lang", text(enum=list(LANGUAGES))),
        "limit": _in_query("limit", limit),
        "collectionsLimit": _in_query("limit", collections_limit),
        "jobsLimit": _in_query("limit", jobs_limit),
        "offset": _in_query("offset", whole(minimum=0, maximum=queries.LARGEST_OFFSET, default=0)),
        "bbox": {**_in_query("bbox", box), **lists},
        "bboxCrs": _in_query("bbox-crs", crs),
        "datetime": _in_query("datetime", text(example="2018-01-01/..")),
        "q": {**_in_query("q", array(text())), **lists},
        "ids": {**_in_query("ids", array(text())), **lists},
        "recordType": {**_in_query("type", array(text(maxLength=64))), **lists},
        "jobType": {**_in_query("type", array(text(enum=["process"]))), **lists},
        "processID": {**_in_query("processID", array(text())), **lists},
        "status": {**_in_query("status", array(text(enum=list(jobs.STATUSES)))), **lists},
        "minDuration": _in_query("minDuration", whole(minimum=0, maximum=10**9)),
        "maxDuration": _in_query("maxDuration", whole(minimum=0, maximum=10**9)),
        "outputs": {**_in_query("outputs", array(text())), **lists},
        "response": _in_query("response", text(enum=["raw", "document"])),
        "prefer": {"name": "Prefer", "in": "header", "required": False, "schema": text(),
                   "example": "respond-async"},
    }  # fmt: skip


def _in_query(name: str, schema: Schema) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _paths(visit: Visit, known: Sequence[Model]) -> dict[str, Any]:
    """The variable parts of addresses, with examples of what this workspace holds and whoever asks may read."""
    runs = [str(row["id"]) for row in reading.runs(visit.workspace, visit.person, state="finished", limit=3).rows]
    datasets = [one.id for one in kinds.datasets(visit, 3, 0)[0]]
    models = [offered.process_id(one) for one in known]
    communes = [one.insee for one in layers.territory(visit.workspace).communes[:3]]
    return {
        "collection": _in_path("collectionId", ["communes", "datasets", *(f"run-{one}.indicators" for one in runs)]),
        "layer": _in_path("collectionId", ["communes", *(f"run-{one}.indicators" for one in runs)]),
        "item": _in_path("itemId", communes),
        "item_datasets": _in_path("itemId", datasets),
        "item_models": _in_path("itemId", models),
        "item_runs": _in_path("itemId", runs),
        "process": _in_path("processId", [*models, *(one.id for one in known)]),
        "job": _in_path("jobId", runs),
    }


def _in_path(name: str, examples: Sequence[str]) -> dict[str, Any]:
    shown = {"examples": {f"example{rank}": {"value": one} for rank, one in enumerate(examples, 1)}} if examples else {}
    return {"name": name, "in": "path", "required": True, "schema": text(minLength=1, maxLength=200), **shown}


def _operation(
    id: str,
    tag: str,
    summary: str,
    schema: str,
    *,
    media: str = answers.JSON,
    parameters: Sequence[str] = (),
    page: bool = True,
    statuses: Iterable[int] = _READING,
) -> dict[str, Any]:
    """An operation that reads: what it takes, what it sends, how it can fail."""
    names = [*parameters, "form" if page else "jsonForm", "language"]
    sent = {"description": summary, "content": {media: {"schema": ref(schema)}}}
    moved = {"303": {"description": _("The page where people read the same")}} if page else {}
    return {
        "operationId": id,
        "tags": [tag],
        "summary": summary,
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in names],
        "responses": {"200": sent, "304": {"description": _("Nothing has changed")}, **moved, **_failures(statuses)},
    }


def _failures(statuses: Iterable[int]) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _start() -> dict[str, Any]:
    tag = "API"
    api = _operation("getApi", tag, _("This description"), "document", media=answers.OPENAPI)
    return {
        "/": {"get": _operation("getLandingPage", tag, _("Where to start"), "landingPage")},
        "/conformance": {"get": _operation("getConformance", tag, _("Standards this API follows"), "confClasses")},
        "/api": {"get": api},
    }


def _collections() -> dict[str, Any]:
    tag = "Features and records"
    listing = _operation("getCollections", tag, _("Layers and catalogues"), "collections",
                         parameters=("collectionsLimit", "offset"))  # fmt: skip
    one = _operation("getCollection", tag, _("One layer or catalogue"), "collection", parameters=("collection",))
    chosen = ("layer", "limit", "offset", "bbox", "bboxCrs", "datetime")
    items = _operation("getItems", tag, _("Features or records that match"), "items", media=answers.GEOJSON,
                       parameters=chosen, page=False)  # fmt: skip
    item = _operation("getItem", tag, _("One feature or record"), "feature", media=answers.GEOJSON,
                      parameters=("layer", "item"), page=False)  # fmt: skip
    queryables = _operation("getQueryables", tag, _("Properties to choose features by"), "queryables",
                            media=answers.SCHEMA, parameters=("layer",), page=False)  # fmt: skip
    return {
        "/collections": {"get": listing},
        "/collections/{collectionId}": {"get": one},
        "/collections/{collectionId}/queryables": {"get": queryables},
        "/collections/{collectionId}/items": {"get": items},
        "/collections/{collectionId}/items/{itemId}": {"get": item},
        **{f"/collections/{one.id}/items": {"get": _records(one)} for one in records.catalogues()},
        **{f"/collections/{one.id}/items/{{itemId}}": {"get": _record(one)} for one in records.catalogues()},
    }


def _records(known: records.Catalogue) -> dict[str, Any]:
    chosen = ("limit", "offset", "bbox", "bboxCrs", "datetime", "q", "recordType", "ids")
    return _operation(f"search_{known.id}", "Features and records", known.title(), "items", media=answers.GEOJSON,
                      parameters=chosen, page=False)  # fmt: skip


def _record(known: records.Catalogue) -> dict[str, Any]:
    return _operation(f"read_{known.id}", "Features and records", known.title(), "record", media=answers.GEOJSON,
                      parameters=(f"item_{known.id}",), page=False)  # fmt: skip


def _processes(known: Sequence[Model]) -> dict[str, Any]:
    tag = "Processes"
    listing = _operation("getProcesses", tag, _("Models"), "processList", parameters=("limit", "offset"))
    one = _operation("getProcess", tag, _("What a model takes and gives"), "process", parameters=("process",))
    own = {
        f"/processes/{offered.process_id(one)}/execution": {"post": _asking(one)} for one in known
    }  # fmt: skip
    return {
        "/processes": {"get": listing},
        "/processes/{processId}": {"get": one},
        "/processes/{processId}/execution": {"post": _asking()},
        **own,
    }


def _asking(known: Model | None = None) -> dict[str, Any]:
    """The operation that asks a model, or any."""
    names = [*([] if known else ["process"]), "prefer", "jsonForm", "language"]
    schema = ref(_schema_name(known) if known else "execute")
    accepted = {
        "description": _("Accepted: the job says where it stands"),
        "headers": {"Location": {"schema": text(), "required": True}, "Preference-Applied": {"schema": text()}},
        "content": {answers.JSON: {"schema": ref("statusInfo")}},
    }
    return {
        "operationId": f"execute_{_schema_name(known)}" if known else "execute",
        "tags": ["Processes"],
        "summary": (in_language(known.title) or known.id) if known else _("Ask a model"),
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in names],
        "requestBody": {"required": True, "content": {answers.JSON: {"schema": schema}}},
        "responses": {"200": _results(), "201": accepted, "204": _references(), **_failures(_ASKING)},
    }


def _results() -> dict[str, Any]:
    return {"description": _("The answer"), "content": {"*/*": {"schema": {}}}}


def _references() -> dict[str, Any]:
    said = _("The answer is where the header Link says")
    return {"description": said, "headers": {"Link": {"schema": text(), "required": True}}}


def _schema_name(known: Model) -> str:
    return f"execute.{offered.process_id(known).replace(':', '-')}"


def _execute(visit: Visit, known: Model) -> Schema:
    """What one model can be asked with."""
    given: dict[str, Any] = {}
    needed, datasets = [], {one.name: one.schema for one in known.inputs}
    for name, one in processes.inputs(known).items():
        schema = dialect.openapi(one["schema"])
        given[name] = {**schema, "title": one["title"]}
        if one["minOccurs"]:
            needed.append(name)
        if name in datasets:
            given[name] = {"oneOf": [schema, ref("reference")], **_example(visit, datasets[name])}
    outputs = {name: ref("output") for name in processes.outputs(known)}
    body: Mapping[str, Schema] = {
        "inputs": {**thing(" ".join(needed), **given), "additionalProperties": False},
        "outputs": {**thing("", **outputs), "additionalProperties": False},
        "response": text(enum=["raw", "document"], default="raw"),
    }
    return {**thing("inputs" if needed else "", **body), "additionalProperties": False}


def _example(visit: Visit, schema: str) -> dict[str, str]:
    """A dataset that can be given, if there is one that whoever asks may read."""
    rows = reading.datasets(visit.workspace, visit.person, schema=schema, limit=1).rows
    return {"example": f"{rows[0]['name']}@{rows[0]['version']}"} if rows else {}


def _jobs() -> dict[str, Any]:
    tag = "Jobs"
    chosen = ("jobsLimit", "offset", "jobType", "processID", "status", "datetime", "minDuration", "maxDuration")
    listing = _operation("getJobs", tag, _("Questions asked"), "jobList", parameters=chosen)
    one = _operation("getJob", tag, _("Where a question stands"), "statusInfo", parameters=("job",))
    gone = _operation("dismissJob", tag, _("Withdraw a question"), "statusInfo", parameters=("job",), page=False,
                      statuses=(*_READING, 403, 409, 410))  # fmt: skip
    results = _operation("getResults", tag, _("The answer to a question"), "results",
                         parameters=("job", "outputs", "response"), statuses=(*_READING, 410, 422))  # fmt: skip
    results["responses"] |= {"200": _results(), "204": _references()}
    return {
        "/jobs": {"get": listing},
        "/jobs/{jobId}": {"get": one, "delete": gone},
        "/jobs/{jobId}/results": {"get": results},
    }
