"""JSON Schema 2020-12, as models declare their parameters, in the older dialect of OpenAPI 3.0."""

from collections.abc import Mapping
from typing import Any

_DEPTH = 12
_KEPT = frozenset(
    (
        *("title", "description", "default", "enum", "format", "pattern", "multipleOf", "required", "minimum"),
        *("maximum", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties"),
        *("maxProperties", "nullable"),
    )
)
"""Keywords that mean the same in both."""


def inlined(schema: Any, whole: Mapping[str, Any], depth: int = 0) -> Any:
    """A schema in which every reference to ``$defs`` of ``whole`` is replaced by what it leads to.

    >>> inlined({"$ref": "#/$defs/a"}, {"$defs": {"a": {"type": "string"}}})
    {'type': 'string'}
    """
    if isinstance(schema, list):
        return [inlined(one, whole, depth) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        led = whole.get("$defs", {}).get(reference.rpartition("/")[2], {}) if depth < _DEPTH else {}
        rest = {name: one for name, one in schema.items() if name != "$ref"}
        return inlined({**led, **rest}, whole, depth + 1)
    return {name: inlined(one, whole, depth) for name, one in schema.items() if name != "$defs"}


def openapi(schema: Mapping[str, Any] | bool) -> dict[str, Any]:
    """An inlined schema for OpenAPI 3.0: what that version cannot say is left out, so that it allows a little more.

    >>> openapi({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "null"}]})
    {'anyOf': [{'minimum': 0, 'exclusiveMinimum': True, 'type': 'number'}], 'nullable': True}
    """
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    said = {name: one for name, one in schema.items() if name in _KEPT}
    if "const" in schema:
        said["enum"] = [schema["const"]]
    for name, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if name in schema:
            said |= {bound: schema[name], name: True}
    return said | _typed(schema) | _composed(schema)


def _typed(schema: Mapping[str, Any]) -> dict[str, Any]:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    said: dict[str, Any] = {"nullable": True} if "null" in kinds else {}
    plain = [kind for kind in kinds if kind != "null"]
    if len(plain) == 1:
        said["type"] = plain[0]
    elif plain:
        said["anyOf"] = [_of_kind(kind, schema) for kind in plain]
    if "array" in plain or "items" in schema:
        items = schema.get("items", {})
        said["items"] = openapi(items) if isinstance(items, Mapping | bool) else {}
    if "properties" in schema:
        said["properties"] = {name: openapi(one) for name, one in schema["properties"].items()}
    if "additionalProperties" in schema and "patternProperties" not in schema:
        others = schema["additionalProperties"]
        said["additionalProperties"] = others if isinstance(others, bool) else openapi(others)
    return said


def _of_kind(kind: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": kind, "items": openapi(schema.get("items", {}))} if kind == "array" else {"type": kind}


def _composed(schema: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name in ("anyOf", "oneOf", "allOf"):
        if name in schema:
            plain = [one for one in schema[name] if one != {"type": "null"}]
            said[name] = [openapi(one) for one in plain]
            if len(plain) < len(schema[name]):
                said["nullable"] = True
    return said
