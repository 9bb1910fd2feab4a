"""The form that asks a model: fields made from the JSON Schema of its parameters, and from its inputs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from agglo.contract import numerals
from agglo.contract.errors import Fault
from agglo.contract.language import _, in_language
from agglo.contract.model import Input, Model
from agglo.portal.questions import LARGEST_SEED
from agglo.store.workspace import Workspace
from agglo.trust.access import reading
from agglo.trust.access.people import Person

Kind = Literal["text", "number", "choice", "json"]

SEED, PROJECT, DRAFT = "seed", "project", "draft"
_INPUT, _PARAMETER = "in-", "p-"
_MOST_DATASETS = 500
_LONGEST_PROJECT = 80


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in the form, what it is called, what may be put there, and what is there at first."""

    name: str
    label: str
    kind: Kind
    hint: str
    first: str = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False


def fields(model: Model) -> list[Field]:
    """A field for each parameter, in the order the model gives them."""
    schema = model.parameters.json_schema
    needed = set(schema.get("required", []))
    return [_field(name, one, schema, name in needed) for name, one in schema.get("properties", {}).items()]


def input_fields(workspace: Workspace, person: Person, model: Model) -> list[Field]:
    """A choice for each input, among the datasets that the person may read; the latest first."""
    return [_input_field(workspace, person, one) for one in model.inputs]


def _input_field(workspace: Workspace, person: Person, one: Input) -> Field:
    rows = reading.datasets(workspace, person, schema=one.schema, all_versions=True, limit=_MOST_DATASETS).rows
    held = sorted((row for row in rows if row["schema"] == one.schema), key=lambda row: str(row["added"]), reverse=True)
    options = tuple(
        (f"{row['name']}@{row['version']}", f"{row['title']} ({row['name']}@{row['version']})") for row in held
    )
    label = sentence(in_language(one.title) or one.name)
    hint = _("A dataset of schema {schema}.").format(schema=one.schema)
    if not one.required:
        options = (("", _("none")), *options)
    elif not options:
        options = (("", _("no dataset to choose yet")),)
    first = options[0][0] if options else ""
    return Field(f"{_INPUT}{one.name}", label, "choice", hint, first, options, one.required)


def _field(name: str, described: Mapping[str, Any], schema: Mapping[str, Any], needed: bool) -> Field:
    whole = _whole(described, schema)
    kinds, allowed = _kinds(whole), whole.get("enum")
    nullable = "null" in kinds
    title = str(described.get("title", ""))
    label = sentence(_(title) if title else name)
    hints = [_unit(described), _range(whole), _length(whole), _nothing(nullable=nullable), _source(described)]
    first = _shown(described.get("default"))
    if allowed is not None or kinds in ({"boolean"}, {"boolean", "null"}):
        options = _options([True, False] if allowed is None else allowed)
        if nullable or first not in dict(options):
            options = (("", _("none") if nullable else _("to be chosen")), *options)
        return Field(f"{_PARAMETER}{name}", label, "choice", " ".join(filter(None, hints)), first, options, needed)
    kind: Kind = "json" if kinds & {"array", "object"} or not kinds else "text" if "string" in kinds else "number"
    hint = " ".join(filter(None, [_how(whole, kind), *hints]))
    return Field(f"{_PARAMETER}{name}", label, kind, hint, first, (), needed)


def _whole(described: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """What a property may be, its references and alternatives laid together; ``type`` is a list."""
    found: dict[str, Any] = {}
    kinds: list[str] = []
    options = [described, *(one for key in ("anyOf", "oneOf", "allOf") for one in described.get(key, []))]
    for one in options:
        held = one
        if "$ref" in one:
            held = _whole(schema.get("$defs", {}).get(str(one["$ref"]).rpartition("/")[2], {}), schema)
        said = held.get("type", [])
        kinds += [said] if isinstance(said, str) else said
        found |= {key: value for key, value in held.items() if key not in ("type", "anyOf", "oneOf", "allOf", "$ref")}
        if "const" in held:
            found["enum"] = [*found.get("enum", []), held["const"]]
    return {**found, "type": list(dict.fromkeys(kinds))}


def _kinds(whole: Mapping[str, Any]) -> set[str]:
    return set(whole["type"])


def _shown(value: Any) -> str:
    """A value as it is typed."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _options(values: list[Any]) -> tuple[tuple[str, str], ...]:
    words = {True: _("yes"), False: _("no")}
    return tuple(
        (_shown(one), words[one] if isinstance(one, bool) else _shown(one)) for one in values if one is not None
    )


def _unit(described: Mapping[str, Any]) -> str:
    label = numerals.unit_label(str(described.get("unit", "1")))
    return _("In {unit}.").format(unit=label) if label else ""


def _range(whole: Mapping[str, Any]) -> str:
    least, most = (
        whole.get("minimum", whole.get("exclusiveMinimum")),
        whole.get("maximum", whole.get("exclusiveMaximum")),
    )
    if least is not None and most is not None:
        return _("From {least} to {most}.").format(least=_figure(least), most=_figure(most))
    if least is not None:
        return _("From {least} on.").format(least=_figure(least))
    return _("Up to {most}.").format(most=_figure(most)) if most is not None else ""


def _figure(value: float) -> str:
    """A bound as people read it; years stay as they are."""
    return str(value) if isinstance(value, int) and 1000 <= value <= 3000 else numerals.significant(float(value), 6)


def _length(whole: Mapping[str, Any]) -> str:
    if "maxItems" in whole and whole.get("minItems") == whole["maxItems"]:
        return _("{count} values.").format(count=whole["maxItems"])
    return ""


def _nothing(*, nullable: bool) -> str:
    return _("May be left empty.") if nullable else ""


def _source(described: Mapping[str, Any]) -> str:
    source = str(described.get("source", ""))
    return _("Source of the default value: {source}.").format(source=_(source).rstrip(".")) if source else ""


def _how(whole: Mapping[str, Any], kind: Kind) -> str:
    """How a value is typed, where that is not plain."""
    kinds = _kinds(whole)
    if kind != "json":
        return _("A whole number.") if kinds <= {"integer", "null"} and kind == "number" else ""
    if "object" not in kinds:
        texts = whole.get("items", {}).get("type") == "string"
        return _("A list, written so: {example}.").format(example='["a", "b"]' if texts else "[1, 2.5]")
    names = [str(one) for one in whole.get("propertyNames", {}).get("enum", [])]
    example = json.dumps({names[0] if names else "name": 1.5}, ensure_ascii=False)
    said = _("Values by name, written so: {example}.").format(example=example)
    return " ".join([said, _("Names: {names}.").format(names=", ".join(names))]) if names else said


def sentence(text: str) -> str:
    """A text that begins with a capital."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Given:
    """What was sent: references by input, raw values by parameter, seed, project, and whether a draft is enough."""

    inputs: Mapping[str, str]
    parameters: Mapping[str, Any]
    seed: int
    project: str | None
    draft: bool


def read(model: Model, form: Mapping[str, str], faults: list[Fault]) -> Given:
    """What was sent, as the model may be asked it; what cannot be read is added to ``faults``."""
    inputs = {one.name: form.get(f"{_INPUT}{one.name}", "").strip()[:300] for one in model.inputs}
    schema = model.parameters.json_schema
    parameters = {}
    for name, one in schema.get("properties", {}).items():
        sent = form.get(f"{_PARAMETER}{name}")
        if sent is not None:
            parameters[name] = _raw(sent, _kinds(_whole(one, schema)))
    held = {name: value for name, value in inputs.items() if value}
    return Given(held, parameters, _seed(form, faults), _project(form, faults), form.get(DRAFT) == "yes")


def _raw(sent: str, kinds: set[str]) -> Any:
    """What was typed in a field; an empty one that may be so is nothing."""
    text = sent.replace("\r\n", "\n")
    if "null" in kinds and not text.strip():
        return None
    return text if "string" in kinds else text.strip()


def _seed(form: Mapping[str, str], faults: list[Fault]) -> int:
    text = form.get(SEED, "").strip() or "0"
    if text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= LARGEST_SEED:
        return int(text)
    wanted = _("a whole number from {least} to {most}").format(least=0, most=numerals.number(LARGEST_SEED))
    faults.append(Fault(SEED, text[:40], wanted))
    return 0


def _project(form: Mapping[str, str], faults: list[Fault]) -> str | None:
    text = form.get(PROJECT, "").strip()
    if len(text) > _LONGEST_PROJECT or not text.isprintable():
        faults.append(
            Fault(PROJECT, text[:40], _("at most {count} letters, on one line").format(count=_LONGEST_PROJECT))
        )
        return None
    return text or None


def places(model: Model, faults: list[Fault]) -> dict[str, str]:
    """The field of the form that each fault is about, by the place the fault names."""
    inputs, names = {one.name for one in model.inputs}, set(model.parameters.names)
    found = {}
    for fault in faults:
        base = fault.where if fault.where in names else fault.where.partition(".")[0]
        if fault.where in inputs:
            found[fault.where] = f"{_INPUT}{fault.where}"
        elif base in names:
            found[fault.where] = f"{_PARAMETER}{base}"
    return found
