"""Models as processes (OGC API Processes Part 1): the list, and what each takes and gives."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from agglo.contract.errors import NotFound
from agglo.contract.language import _, in_language
from agglo.contract.model import Input, Model, Output
from agglo.portal.askable import Entry
from agglo.portal.ogc import answers, dialect, offered, queries, refusals
from agglo.portal.visits import Visit

PARAMETERS = ("limit", "offset")
INDICATORS, SEED = "indicators", "seed"
CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
_EXECUTE = "http://www.opengis.net/def/rel/ogc/1.0/execute"
_DATASET = r"^([a-z0-9][a-z0-9-]{0,63}(@[0-9a-f]{1,64})?|https?://.+)$"


def listing(visit: Visit) -> Response:
    """Every process, a part at a time."""
    asked = queries.page(visit.request.query_params)
    every = offered.entries(visit.workspace)
    links = [*answers.itself(visit), *answers.turning(visit, asked, len(every))]
    found = [summary(visit, one.model) for one in answers.sliced(every, asked)]
    return answers.document(visit, {"processes": found, "links": links})


def show(visit: Visit) -> Response:
    """What one process takes and gives."""
    known = found(visit).model
    own = summary(visit, known)
    links = [*answers.itself(visit), *(one for one in own["links"] if one["rel"] != "self")]
    described = {"inputs": inputs(known), "outputs": outputs(known)}
    return answers.document(visit, {**own, "id": str(visit.path["id"]), **described, "links": links})


def found(visit: Visit) -> Entry:
    """The model of the process that the address names.

    Raises
    ------
    Wrong
        There is none: no-such-process.
    """
    try:
        return offered.find(visit.workspace, str(visit.path["id"]))
    except NotFound as error:
        raise refusals.no_such(error, refusals.NO_SUCH_PROCESS) from None


def page(visit: Visit) -> str:
    """The path of the card of the model."""
    from agglo.portal.app import path_of

    return path_of("model", id=found(visit).model.id)


def summary(visit: Visit, known: Model) -> dict[str, Any]:
    """A process as a list shows it."""
    own = ("processes", offered.process_id(known))
    title = in_language(known.title) or known.id
    links = [
        answers.link(answers.address(visit, *own), "self", title),
        answers.link(answers.address(visit, *own, "execution"), _EXECUTE, _("Ask it")),
        answers.link(
            answers.address(visit, "collections", "models", "items", own[1]), "describedby", _("Its record"),
            answers.GEOJSON,
        ),
    ]  # fmt: skip
    return {
        "id": own[1],
        "title": title,
        "description": in_language(known.headline),
        "version": known.version,
        "keywords": [known.id.partition(".")[0]],
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["value", "reference"],
        "links": links,
    }


def inputs(known: Model) -> dict[str, Any]:
    """What a model takes: datasets, parameters, and the seed of chance."""
    schema = known.parameters.json_schema
    needed = set(schema.get("required", []))
    described = {one.name: _of_input(one) for one in known.inputs}
    for name, one in schema.get("properties", {}).items():
        described[name] = _of_parameter(name, one, schema, needed=name in needed)
    if SEED not in described:
        said = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1, "default": 0}
        described[SEED] = {"title": _("Seed of chance"), "schema": said, "minOccurs": 0, "maxOccurs": 1}
    return described


def _of_input(one: Input) -> dict[str, Any]:
    wanted = _("A dataset of schema {schema}: NAME, NAME@VERSION, or the address of its record.")
    return {
        "title": in_language(one.title) or one.name,
        "description": wanted.format(schema=one.schema),
        "schema": {"type": "string", "pattern": _DATASET, "maxLength": 1_000},
        "minOccurs": 1 if one.required else 0,
        "maxOccurs": 1,
        "keywords": ["dataset", one.schema],
    }


def _of_parameter(name: str, one: Mapping[str, Any], schema: Mapping[str, Any], *, needed: bool) -> dict[str, Any]:
    unit, source = one.get("unit", ""), one.get("source", "")
    about = [_("Unit: {unit}.").format(unit=unit) if unit not in ("", "1") else ""]
    about.append(_("Source of the default: {source}.").format(source=source) if source else "")
    return {
        "title": str(one.get("title", name)),
        "description": " ".join(part for part in (str(one.get("description", "")), *about) if part),
        "schema": dialect.inlined(one, schema),
        "minOccurs": 1 if needed else 0,
        "maxOccurs": 1,
    }


def outputs(known: Model) -> dict[str, Any]:
    """What a model gives: its indicators, then its tables, layers and files."""
    listed = {"type": "array", "items": {"type": "object"}, "contentMediaType": answers.JSON}
    described = {INDICATORS: {"title": _("Indicators"), "schema": listed}}
    return described | {one.name: _of_output(one) for one in known.outputs}


def _of_output(one: Output) -> dict[str, Any]:
    units = {name: {"x-ogc-unit": unit} if unit else {} for name, unit in one.columns.items()}
    rows = {"type": "array", "items": {"type": "object", "properties": units}, "contentMediaType": answers.JSON}
    binary = {"type": "string", "contentEncoding": "binary"}
    layer = {"type": "object", "format": "geojson-feature-collection", "contentMediaType": answers.GEOJSON}
    schemas: dict[str, dict[str, Any]] = {
        "table": {"oneOf": [rows, {**binary, "contentMediaType": CSV}, {**binary, "contentMediaType": PARQUET}]},
        "layer": {"oneOf": [layer, {**binary, "contentMediaType": PARQUET}]},
        "file": binary,
    }
    return {"title": in_language(one.title) or one.name, "schema": schemas[one.kind]}
