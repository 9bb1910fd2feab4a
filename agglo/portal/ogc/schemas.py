"""The schemas of what the open API sends and takes, in the dialect of OpenAPI 3.0, all of them here."""

from typing import Any

from agglo.contract.language import LANGUAGES
from agglo.portal.ogc import jobs

Schema = dict[str, Any]

DATASET_ADDRESS = r"^(https?://[^/?#]+)?/ogc/collections/datasets/items/[a-z0-9-]+(@[0-9a-f]+)?$"


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def text(**more: Any) -> Schema:
    return {"type": "string", **more}


def whole(**more: Any) -> Schema:
    return {"type": "integer", **more}


def array(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def thing(needed: str = "", /, **properties: Schema) -> Schema:
    """An object; ``needed`` lists, separated by spaces, the properties it always has."""
    said: Schema = {"type": "object", "properties": properties}
    return {**said, "required": needed.split()} if needed else said


_MOMENT = text(format="date-time")
_URI = text(format="uri")
_COORDINATES = {
    "Point": array({"type": "number"}),
    "MultiPoint": array(array({"type": "number"})),
    "LineString": array(array({"type": "number"})),
    "MultiLineString": array(array(array({"type": "number"}))),
    "Polygon": array(array(array({"type": "number"}))),
    "MultiPolygon": array(array(array(array({"type": "number"})))),
}


def _geometry() -> Schema:
    simple = [
        thing("type coordinates", type=text(enum=[kind]), coordinates=coordinates)
        for kind, coordinates in _COORDINATES.items()
    ]
    several = thing("type geometries", type=text(enum=["GeometryCollection"]), geometries=array({"type": "object"}))
    return {"nullable": True, "oneOf": [*simple, several]}


def _common() -> dict[str, Schema]:
    return {
        "link": thing("href rel", href=text(), rel=text(), type=text(), title=text(), hreflang=text()),
        "links": array(ref("link")),
        "fault": thing("where", where=text(), got=text(), expected=text(), repair=text()),
        "problem": thing(
            "type title status",
            type=text(),
            title=text(),
            status=whole(),
            detail=text(),
            faults=array(ref("fault")),
        ),
        "landingPage": thing("title links", title=text(), description=text(), links=ref("links")),
        "confClasses": thing("conformsTo", conformsTo=array(text()), links=ref("links")),
        "document": thing("openapi info paths", openapi=text(), info={"type": "object"}, paths={"type": "object"}),
        "extent": thing(
            "spatial",
            spatial=thing(
                "bbox", bbox=array(array({"type": "number"}, minItems=4, maxItems=6), minItems=1), crs=text()
            ),
        ),
        "language": thing("code", code=text(enum=list(LANGUAGES)), name=text()),
    }


def _features() -> dict[str, Schema]:
    counted = {
        "type": text(enum=["FeatureCollection"]),
        "numberMatched": whole(minimum=0),
        "numberReturned": whole(minimum=0),
        "timeStamp": _MOMENT,
        "links": ref("links"),
    }
    needed = "type numberMatched numberReturned timeStamp links features"
    return {
        "collection": thing(
            "id itemType links",
            id=text(),
            type=text(enum=["Collection"]),
            title=text(),
            description=text(),
            itemType=text(enum=["feature", "record"]),
            crs=array(text()),
            extent=ref("extent"),
            links=ref("links"),
        ),
        "collections": thing("links collections", links=ref("links"), crs=array(text()),
                             collections=array(ref("collection"))),
        "geometry": _geometry(),
        "feature": thing(
            "type id geometry properties",
            type=text(enum=["Feature"]),
            id={"oneOf": [text(), whole()]},
            geometry=ref("geometry"),
            properties={"type": "object"},
            links=ref("links"),
        ),
        "items": thing(needed, **counted, features=array({"anyOf": [ref("feature"), ref("record")]})),
        "record": thing(
            "type id geometry properties links",
            type=text(enum=["Feature"]),
            id=text(),
            conformsTo=array(text()),
            geometry=ref("geometry"),
            time={"type": "object", "nullable": True},
            properties=ref("recordProperties"),
            links=ref("links"),
        ),
        "recordProperties": _record_properties(),
        "queryables": thing("$schema $id type properties", **{
            "$schema": text(), "$id": _URI, "type": text(enum=["object"]), "title": text(),
            "properties": {"type": "object"}, "additionalProperties": {"type": "boolean"},
        }),
    }  # fmt: skip


def _record_properties() -> Schema:
    return thing(
        "type title",
        type=text(enum=["dataset", "model", "run"]),
        title=text(),
        description=text(),
        created=_MOMENT,
        updated=_MOMENT,
        keywords=array(text()),
        language=ref("language"),
        languages=array(ref("language")),
        license=text(),
        contacts=array(thing("organization", organization=text(), roles=array(text()))),
        providers=array(thing("name", name=text(), roles=array(text()))),
        formats=array(thing("name", name=text(), mediaType=text())),
        themes=array(thing("concepts scheme", concepts=array(thing("id", id=text())), scheme=text())),
        externalIds=array(thing("value", value=text())),
        version=text(),
    )


def _processes() -> dict[str, Schema]:
    summary = {
        "id": text(),
        "title": text(),
        "description": text(),
        "version": text(),
        "keywords": array(text()),
        "jobControlOptions": array(text(enum=["sync-execute", "async-execute", "dismiss"])),
        "outputTransmission": array(text(enum=["value", "reference"])),
        "links": ref("links"),
    }
    described = thing(
        "schema",
        title=text(),
        description=text(),
        schema={"type": "object"},
        minOccurs=whole(minimum=0),
        maxOccurs=whole(minimum=1),
        keywords=array(text()),
    )
    return {
        "processSummary": thing("id version", **summary),
        "processList": thing("processes links", processes=array(ref("processSummary")), links=ref("links")),
        "description": described,
        "process": thing(
            "id version inputs outputs",
            **summary,
            inputs={"type": "object", "additionalProperties": ref("description")},
            outputs={"type": "object", "additionalProperties": ref("description")},
        ),
        "reference": {
            **thing("href", href=text(pattern=DATASET_ADDRESS), rel=text(), type=text(), title=text()),
            "additionalProperties": False,
        },
        "output": thing("", transmissionMode=text(enum=["value", "reference"], default="value")),
        "execute": thing(
            "",
            inputs={"type": "object"},
            outputs={"type": "object", "additionalProperties": ref("output")},
            response=text(enum=["raw", "document"], default="raw"),
        ),
        "results": {"type": "object"},
        "statusInfo": thing(
            "jobID status type links",
            jobID=text(),
            processID=text(),
            type=text(enum=["process"]),
            status=text(enum=list(jobs.STATUSES)),
            message=text(),
            created=_MOMENT,
            started=_MOMENT,
            finished=_MOMENT,
            progress=whole(minimum=0, maximum=100),
            links=ref("links"),
        ),
        "jobList": thing(
            "jobs links",
            jobs=array(ref("statusInfo")),
            numberMatched=whole(minimum=0),
            numberReturned=whole(minimum=0),
            links=ref("links"),
        ),
    }


def components() -> dict[str, Schema]:
    """Every schema that is the same whatever the workspace holds."""
    return {**_common(), **_features(), **_processes()}
