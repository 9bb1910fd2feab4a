"""Parameters of a model: named values with a unit, a plausible range, a default and its source.

A Python model declares a :class:`Parameters` class; a program in another language declares a JSON Schema with the same
``unit`` and ``source`` keys. Both give a :class:`ParameterSchema`, which turns what a person typed (``"80 %"``) into
the canonical values that enter a run's fingerprint.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agglo.contract import units
from agglo.contract.errors import AggloError, Fault, InvalidInput, nearest
from agglo.contract.language import _

_SPACES = "\u00a0\u202f\u2009 "
_QUANTITY = re.compile(
    rf"\s*([-+\u2212]?(?:[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+|[0-9]+)(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?)\s*(\S.*?)?\s*"
)
_WHOLE = re.compile(r"[-+]?[0-9]{1,1000}")
LARGEST_INTEGER = 2**53 - 1
"""Largest integer that canonical JSON (RFC 8785) and every language keep exactly."""


class Parameters(BaseModel):
    """Base of a model's parameters: unknown names are refused, values never change once set."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def parameter(default: Any, *, unit: str, title: str, source: str, **constraints: Any) -> Any:
    """A field of :class:`Parameters`.

    Parameters
    ----------
    default
        Value when none is given; ``...`` if one must be given.
    unit
        Symbol of :mod:`agglo.contract.units`.
    title
        What it is, in a few plain words.
    source
        Where the default comes from, or ``"assumed"``.
    constraints
        pydantic's: ``ge``, ``gt``, ``le``, ``lt``, ``min_length``...
    """
    return Field(
        default, title=title, json_schema_extra={"unit": units.unit(unit).symbol, "source": source}, **constraints
    )


class ParameterSchema:
    """The parameters a model takes, as JSON Schema 2020-12, and the way from raw values to canonical ones."""

    def __init__(self, declared: type[Parameters] | Mapping[str, Any]) -> None:
        self._declared = declared
        self.json_schema: dict[str, Any] = (
            dict(declared) if isinstance(declared, Mapping) else declared.model_json_schema()
        )

    @property
    def names(self) -> list[str]:
        return list(self.json_schema.get("properties", {}))

    @property
    def says_all(self) -> bool:
        """Whether the JSON Schema says every rule: the class, if there is one, has no check of its own."""
        if isinstance(self._declared, Mapping):
            return True
        own = self._declared.__pydantic_decorators__
        return not (own.validators or own.field_validators or own.root_validators or own.model_validators)

    def resolve(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Canonical values, defaults filled in, of what was given.

        A text value may carry a unit of the same kind as the parameter's (``"80 %"`` for a ratio). A comma is the
        decimal sign; spaces may separate thousands.

        Raises
        ------
        InvalidInput
            Lists every unknown name, wrong unit, missing value and value out of range at once.
        """
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        properties = self.json_schema.get("properties", {})
        for name, value in raw.items():
            if name not in properties:
                faults.append(Fault(name, repair=nearest(name, self.names), expected=_("a parameter of this model")))
                continue
            try:
                values[name] = _value(value, properties[name], self.json_schema)
            except AggloError as error:
                faults.extend(Fault(name, fault.got, fault.expected, fault.repair) for fault in error.faults)
        canonical, more = self._checked(values)
        seen = {fault.where for fault in faults}
        faults += [fault for fault in more if fault.where not in seen]
        if not faults:
            faults = [fault for name, value in canonical.items() for fault in _number_faults(name, value)]
        if faults:
            raise InvalidInput(_("These parameters cannot be used."), faults)
        return canonical

    def instance(self, canonical: Mapping[str, Any]) -> Any:
        """What the model receives: its own pydantic class, or the plain mapping."""
        return (
            dict(canonical) if isinstance(self._declared, Mapping) else self._declared.model_validate(dict(canonical))
        )

    def _checked(self, values: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
        if isinstance(self._declared, Mapping):
            return _checked_by_schema(values, self.json_schema)
        try:
            return self._declared.model_validate(values).model_dump(mode="json"), []
        except ValidationError as error:
            return {}, [_pydantic_fault(detail) for detail in error.errors()]


def _value(raw: Any, described: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """A raw value as the schema's type: text is read as a quantity, a JSON literal or itself."""
    kinds = _kinds(described, schema)
    value = _read(raw, kinds, described.get("unit", "1")) if isinstance(raw, str) else raw
    if isinstance(value, bool) and kinds & {"number", "integer"} and "boolean" not in kinds:
        raise InvalidInput(_("Not a number."), [Fault("", str(raw).lower(), _expected("number"))])
    return value


def _read(text: str, kinds: set[str], unit: str) -> Any:
    if kinds & {"number", "integer"}:
        quantity = _quantity(text, unit, whole="integer" in kinds)
        if quantity is not None:
            return quantity
    if "string" in kinds:
        return None if text == "null" and "null" in kinds else text
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        if isinstance(error, InvalidInput):
            raise
        return text


def _kinds(described: Mapping[str, Any], schema: Mapping[str, Any]) -> set[str]:
    """The JSON types a property may have, through references and alternatives."""
    found: set[str] = set()
    for option in [described, *(one for key in ("anyOf", "oneOf", "allOf") for one in described.get(key, []))]:
        if "$ref" in option:
            found |= _kinds(schema.get("$defs", {}).get(option["$ref"].rpartition("/")[2], {}), schema)
        kind = option.get("type", [])
        found |= {kind} if isinstance(kind, str) else set(kind)
        if not kind and any(isinstance(one, str) for one in option.get("enum", [option.get("const")])):
            found.add("string")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, refused where a name comes twice."""
    names = [name for name, _value_ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInput(_("A name comes twice."), [Fault("", ", ".join(twice), _("each name once"))])
    return dict(pairs)


def _quantity(text: str, wanted: str, *, whole: bool) -> float | None:
    """The number a text gives in the unit ``wanted``, or None; an integer where it is one and ``whole``."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    digits = re.sub(f"[{_SPACES}]", "", match[1]).replace(",", ".").replace("\u2212", "-")
    if whole and match[2] is None and _WHOLE.fullmatch(digits):
        return int(digits)
    number = float(digits)
    if match[2] is not None:
        number = units.convert(number, match[2], wanted)
    return int(number) if whole and number.is_integer() else number


def _number_faults(place: str, value: Any) -> list[Fault]:
    """Numbers that cannot be kept exactly, at any depth: not finite, or integers that JSON would round."""
    if isinstance(value, Mapping):
        return [fault for key, one in value.items() for fault in _number_faults(f"{place}.{key}", one)]
    if isinstance(value, list):
        return [fault for rank, one in enumerate(value) for fault in _number_faults(f"{place}.{rank}", one)]
    if isinstance(value, float) and not math.isfinite(value):
        return [Fault(place, str(value), _expected("finite"))]
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return [Fault(place, str(value)[:80], _expected("maximum", LARGEST_INTEGER))]
    return []


_PYDANTIC_RULES = {
    "greater_than_equal": ("minimum", "ge"),
    "greater_than": ("exclusiveMinimum", "gt"),
    "less_than_equal": ("maximum", "le"),
    "less_than": ("exclusiveMaximum", "lt"),
    "literal_error": ("enum", "expected"),
    "enum": ("enum", "expected"),
    "missing": ("missing", ""),
    "finite_number": ("finite", ""),
    "float_type": ("number", ""),
    "float_parsing": ("number", ""),
    "int_type": ("integer", ""),
    "int_parsing": ("integer", ""),
    "int_from_float": ("integer", ""),
    "bool_type": ("boolean", ""),
    "bool_parsing": ("boolean", ""),
    "string_type": ("string", ""),
    "list_type": ("array", ""),
    "dict_type": ("object", ""),
}


def _expected(rule: str, limit: Any = None, otherwise: str = "") -> str:
    """What a rule of JSON Schema asks for, in words; ``otherwise`` for the rules that have none."""
    words = {
        "minimum": _("at least {limit}"),
        "exclusiveMinimum": _("more than {limit}"),
        "maximum": _("at most {limit}"),
        "exclusiveMaximum": _("less than {limit}"),
        "enum": _("one of {limit}"),
        "missing": _("a value"),
        "finite": _("a finite number"),
        "number": _("a number"),
        "integer": _("a whole number"),
        "boolean": _("true or false"),
        "string": _("a text"),
        "array": _("a list"),
        "object": _("values by name"),
    }
    shown = ", ".join(map(str, limit)) if isinstance(limit, list) else limit
    return words[rule].format(limit=shown) if rule in words else otherwise


def _pydantic_fault(detail: Any) -> Fault:
    place = ".".join(str(part) for part in detail["loc"]) or _("parameters")
    got = "" if detail["type"] == "missing" else repr(detail["input"])[:80]
    rule, limit = _PYDANTIC_RULES.get(detail["type"], ("", ""))
    return Fault(place, got, _expected(rule, detail.get("ctx", {}).get(limit), detail["msg"]))


def _checked_by_schema(values: dict[str, Any], schema: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    import jsonschema

    filled = _with_defaults(values, schema)
    errors = jsonschema.Draft202012Validator(schema).iter_errors(filled)
    by_place = {fault.where: fault for error in errors for fault in _schema_faults(error)}
    return filled, list(by_place.values())


def _with_defaults(values: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """An object with the defaults of its properties, and of the objects in it."""
    properties = schema.get("properties", {})
    filled = {name: one["default"] for name, one in properties.items() if "default" in one} | dict(values)
    return {
        name: _with_defaults(value, properties[name])
        if isinstance(value, Mapping) and "properties" in properties.get(name, {})
        else value
        for name, value in filled.items()
    }


def _schema_faults(error: Any) -> list[Fault]:
    place = ".".join(map(str, error.absolute_path))
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return [Fault(f"{place}.{name}".lstrip("."), expected=_expected("missing")) for name in missing]
    rule = error.validator_value if error.validator == "type" else error.validator
    expected = _expected(rule if isinstance(rule, str) else "", error.validator_value, error.message)
    return [Fault(place or _("parameters"), repr(error.instance)[:80], expected)]
