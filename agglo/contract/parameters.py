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

_QUANTITY = re.compile(r"\s*([-+]?\d[\d\u00a0\u202f ]*(?:[.,]\d+)?(?:[eE][-+]?\d+)?)\s*(\S.*?)?\s*$")


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

    def resolve(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Canonical values, defaults filled in, of what was given.

        A text value may carry a unit of the same kind as the parameter's (``"80 %"`` for a ratio).

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
                values[name] = _value(value, properties[name])
            except AggloError as error:
                faults.extend(Fault(name, fault.got, fault.expected, fault.repair) for fault in error.faults)
        canonical, more = self._checked(values)
        seen = {fault.where for fault in faults}
        faults += [fault for fault in more if fault.where not in seen]
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


def _value(value: Any, described: Mapping[str, Any]) -> Any:
    """A raw value as the schema's type: text is read as a quantity, a JSON literal or itself."""
    kinds = _kinds(described)
    if not isinstance(value, str) or kinds == {"string"}:
        return value
    if kinds & {"number", "integer"}:
        quantity = _quantity(value, described.get("unit", "1"))
        if quantity is not None:
            return int(quantity) if "integer" in kinds and quantity == int(quantity) else quantity
    try:
        return json.loads(value)
    except ValueError:
        return value


def _kinds(described: Mapping[str, Any]) -> set[str]:
    options = [described, *described.get("anyOf", [])]
    return {option["type"] for option in options if isinstance(option.get("type"), str)}


def _quantity(text: str, wanted: str) -> float | None:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    number = float(re.sub(r"[\u00a0\u202f ]", "", match[1]).replace(",", "."))
    if match[2] is None:
        return number
    return units.convert(number, match[2], wanted)


def _pydantic_fault(detail: Any) -> Fault:
    place = ".".join(str(part) for part in detail["loc"]) or _("parameters")
    got = "" if detail["type"] == "missing" else repr(detail["input"])[:80]
    return Fault(place, got, detail["msg"])


def _checked_by_schema(values: dict[str, Any], schema: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    import jsonschema

    filled = {n: d["default"] for n, d in schema.get("properties", {}).items() if "default" in d} | values
    faults = [
        Fault(".".join(map(str, e.absolute_path)) or _("parameters"), repr(e.instance)[:80], e.message)
        for e in jsonschema.Draft202012Validator(schema).iter_errors(filled)
    ]
    faults += [
        Fault(name, str(value), _("a finite number"))
        for name, value in filled.items()
        if isinstance(value, float) and not math.isfinite(value)
    ]
    return filled, faults
