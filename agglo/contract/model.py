"""A model: a pure function from datasets and parameters to an outcome, or a command that speaks the file protocol."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

from agglo.contract.errors import Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import Text, _
from agglo.contract.outcome import (
    Bitwise,
    Comparison,
    Numerical,
    Outcome,
    comparison_from_dict,
    comparison_to_dict,
)
from agglo.contract.parameters import Parameters, ParameterSchema
from agglo.contract.units import UNITS

PROTOCOL = 1
"""Version of the file protocol between agglo and a model's process."""

ENTRY_POINT_GROUP = "agglo.models"
DESCRIPTION_FILE = "model.json"

Format = Literal["parquet", "csv"]
Kind = Literal["table", "layer", "file"]
FORMATS: tuple[str, ...] = get_args(Format)
KINDS: tuple[str, ...] = get_args(Kind)

_IDENTIFIER = re.compile(r"[a-z][a-z0-9]*([.-][a-z0-9]+)*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_RESERVED_OUTPUT = "indicators"
_VERSION = re.compile(r"\d+\.\d+\.\d+([-+][0-9A-Za-z.-]+)?")


@dataclass(frozen=True, slots=True)
class Input:
    """A dataset the model reads: ``schema`` names its Table Schema, ``format`` is what the model can open."""

    name: str
    schema: str
    title: Text = field(default_factory=dict)
    format: Format = "parquet"
    required: bool = True


@dataclass(frozen=True, slots=True)
class Output:
    """A table, layer or file the model returns, besides indicators.

    ``columns`` gives the unit of each column (empty for a text); ``compare`` says how a re-run is compared. ``schema``
    names the Table Schema it follows, where it follows one: it can then be the input of another model.
    """

    name: str
    kind: Kind = "table"
    title: Text = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    compare: Comparison = field(default_factory=Bitwise)
    schema: str = ""


@dataclass(frozen=True, kw_only=True)
class Model:
    """What a model promises.

    ``code`` is the folder (or the single file) that is kept with each run; ``entry`` is ``package.module:name`` for a
    Python function, ``command`` the words of a program in any language, relative to ``code``. ``headline`` says what
    the answer covers and leaves out. ``libraries`` are the distributions whose versions can change the answer.
    """

    id: str
    version: str
    code: Path
    title: Text = field(default_factory=dict)
    headline: Text = field(default_factory=dict)
    parameters: ParameterSchema = field(default_factory=lambda: ParameterSchema(Parameters))
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    indicators: Comparison = field(default_factory=lambda: Numerical(relative=1e-9))
    libraries: tuple[str, ...] = ()
    entry: str = ""
    command: tuple[str, ...] = ()
    function: Callable[..., Outcome] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        found = []
        if not _IDENTIFIER.fullmatch(self.id):
            found.append(Fault("id", self.id, _("lower-case words joined by dots or hyphens")))
        if not _VERSION.fullmatch(self.version):
            found.append(Fault("version", self.version, _("three numbers, such as 1.0.0")))
        if bool(self.entry) == bool(self.command):
            found.append(Fault("command", expected=_("either a Python function or a command")))
        found += self._faults_of_inputs() + self._faults_of_outputs()
        if found:
            raise InvalidInput(_("This model cannot be used."), found)

    def _faults_of_inputs(self) -> list[Fault]:
        found = _name_faults("inputs", [one.name for one in self.inputs])
        found += [
            Fault(f"inputs.{one.name}.format", str(one.format), ", ".join(FORMATS))
            for one in self.inputs
            if one.format not in FORMATS
        ]
        return found

    def _faults_of_outputs(self) -> list[Fault]:
        found = _name_faults("outputs", [one.name for one in self.outputs])
        for one in self.outputs:
            if one.name == _RESERVED_OUTPUT:
                found.append(Fault(f"outputs.{one.name}", expected=_("a name that indicators do not already have")))
            if one.kind not in KINDS:
                found.append(Fault(f"outputs.{one.name}.kind", str(one.kind), ", ".join(KINDS)))
            if one.schema and one.kind == "file":
                found.append(Fault(f"outputs.{one.name}.schema", one.schema, _("a schema of a table or layer alone")))
            found += [
                Fault(f"outputs.{one.name}.columns.{column}", symbol, _("a unit"), nearest(symbol, list(UNITS)))
                for column, symbol in one.columns.items()
                if symbol and symbol not in UNITS
            ]
        return found

    def __call__(self, *args: Any, **kwargs: Any) -> Outcome:
        """The Python function itself, for tests and notebooks; a run goes through the worker."""
        if self.function is None:
            raise TypeError(_("{model} is a program, not a Python function.").format(model=self.id))
        return self.function(*args, **kwargs)

    @cached_property
    def name(self) -> str:
        """Identifier and version: ``land.sinks@1.0.0``."""
        return f"{self.id}@{self.version}"

    def input(self, name: str) -> Input:
        """The declaration of one input; an unknown name is refused with the nearest one."""
        for one in self.inputs:
            if one.name == name:
                return one
        raise NotFound(
            _('{model} has no input named "{name}".').format(model=self.id, name=name),
            repair=nearest(name, [one.name for one in self.inputs]),
        )

    def output(self, name: str) -> Output:
        """The declaration of one output; an unknown name is refused with the nearest one."""
        for one in self.outputs:
            if one.name == name:
                return one
        raise NotFound(
            _('{model} has no output named "{name}".').format(model=self.id, name=name),
            repair=nearest(name, [one.name for one in self.outputs]),
        )

    def interface(self) -> dict[str, Any]:
        """Everything the model promises, as JSON."""
        return {
            "id": self.id,
            "version": self.version,
            "title": dict(self.title),
            "headline": dict(self.headline),
            "protocol": PROTOCOL,
            "entry": self.entry,
            "command": list(self.command),
            "parameters": self.parameters.json_schema,
            "inputs": {
                one.name: {
                    "schema": one.schema,
                    "title": dict(one.title),
                    "format": one.format,
                    "required": one.required,
                }
                for one in self.inputs
            },
            "outputs": {
                one.name: {
                    "kind": one.kind,
                    "title": dict(one.title),
                    "columns": dict(one.columns),
                    "compare": comparison_to_dict(one.compare),
                    **({"schema": one.schema} if one.schema else {}),
                }
                for one in self.outputs
            },
            "indicators": comparison_to_dict(self.indicators),
            "libraries": list(self.libraries),
        }


def _name_faults(where: str, names: list[str]) -> list[Fault]:
    """Names that cannot be those of a file or that come twice."""
    found = [
        Fault(where, name, _("a name of letters, digits, hyphens and underscores"))
        for name in names
        if not _NAME.fullmatch(name)
    ]
    return found + [Fault(where, name, _("each name once")) for name in sorted(set(names)) if names.count(name) > 1]


def model(
    *,
    id: str,
    version: str,
    parameters: type[Parameters] = Parameters,
    inputs: tuple[Input, ...] = (),
    outputs: tuple[Output, ...] = (),
    libraries: tuple[str, ...] = (),
    title: Text | None = None,
    headline: Text | None = None,
) -> Callable[[Callable[..., Outcome]], Model]:
    """Make a model of a function ``(inputs, *, parameters, context) -> Outcome``.

    The code kept with each run is the folder of the package that holds the function, or the function's file where it is
    not in a package.
    """

    def declare(function: Callable[..., Outcome]) -> Model:
        return Model(
            id=id,
            version=version,
            code=_code_of(function.__module__),
            title=title or {},
            headline=headline or {},
            parameters=ParameterSchema(parameters),
            inputs=inputs,
            outputs=outputs,
            libraries=libraries,
            entry=f"{function.__module__}:{function.__name__}",
            function=function,
        )

    return declare


def _code_of(module_name: str) -> Path:
    module = sys.modules[module_name]
    file = Path(str(module.__file__)).resolve()
    return file.parent if module.__package__ else file


def from_interface(content: Mapping[str, Any], code: Path) -> Model:
    """The model that :meth:`Model.interface` (or a ``model.json``) describes, its code being at ``code``.

    Raises
    ------
    InvalidInput
        A key is missing or cannot be read.
    """
    try:
        return Model(
            id=content["id"],
            version=content["version"],
            code=code,
            title=content.get("title", {}),
            headline=content.get("headline", {}),
            parameters=ParameterSchema(content.get("parameters", {"type": "object", "additionalProperties": False})),
            inputs=tuple(Input(name, **one) for name, one in content.get("inputs", {}).items()),
            outputs=tuple(
                Output(name, **{**one, "compare": comparison_from_dict(one.get("compare", {"kind": "bitwise"}))})
                for name, one in content.get("outputs", {}).items()
            ),
            indicators=comparison_from_dict(content.get("indicators", {"kind": "numerical"})),
            libraries=_texts(content, "libraries"),
            entry=content.get("entry", ""),
            command=_texts(content, "command"),
        )
    except KeyError as error:
        raise InvalidInput(
            _("This model's description cannot be read."),
            [Fault(f"{DESCRIPTION_FILE}: {error}", expected=_("a known key or value"))],
        ) from None
    except (TypeError, AttributeError) as error:
        raise InvalidInput(
            _("This model's description cannot be read."),
            [Fault(DESCRIPTION_FILE, str(error), _("a model's interface"))],
        ) from None


def _texts(content: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of texts; a text alone is refused, since Python would take it for a list of letters."""
    value = content.get(key, ())
    if isinstance(value, str) or not all(isinstance(one, str) for one in value):
        raise TypeError(_("{key} is not a list of texts: {value}").format(key=key, value=value))
    return tuple(value)


def from_folder(folder: Path) -> Model:
    """The model of a folder with a ``model.json`` and a program in any language.

    Raises
    ------
    InvalidInput
        As :func:`from_interface`; or a key, a version of the protocol, a JSON Schema or a unit agglo does not know.
    """
    path = folder / DESCRIPTION_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(
            _("This model's description cannot be read."), [Fault(DESCRIPTION_FILE, str(error), _("a JSON file"))]
        ) from None
    found = from_interface(content, folder.resolve())
    if faults := _description_faults(content, found):
        raise InvalidInput(_("This model's description cannot be read."), faults)
    return found


def _description_faults(content: Mapping[str, Any], described: Model) -> list[Fault]:
    """What would go unnoticed in a ``model.json``: misspelt keys, another protocol, parameters nobody can set."""
    import jsonschema

    known = list(described.interface())
    found = [
        Fault(f"{DESCRIPTION_FILE}: {key}", expected=_("a key of a model"), repair=nearest(key, known))
        for key in content
        if key not in known and not key.startswith("$")
    ]
    if content.get("protocol", PROTOCOL) != PROTOCOL:
        found.append(Fault(f"{DESCRIPTION_FILE}: protocol", str(content["protocol"]), str(PROTOCOL)))
    schema = described.parameters.json_schema
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        place = ".".join(map(str, ("parameters", *error.absolute_path)))
        return [*found, Fault(f"{DESCRIPTION_FILE}: {place}", repr(error.instance)[:80], error.message)]
    found += [
        Fault(
            f"{DESCRIPTION_FILE}: parameters.{name}.unit",
            str(one["unit"]),
            _("a unit"),
            nearest(str(one["unit"]), list(UNITS)),
        )
        for name, one in schema.get("properties", {}).items()
        if isinstance(one, Mapping) and one.get("unit", "1") not in UNITS
    ]
    return found


def installed() -> dict[str, Callable[[], Model]]:
    """A loader for each model that an installed package offers through the entry point group ``agglo.models``."""
    from importlib.metadata import entry_points

    return {point.name: point.load for point in entry_points(group=ENTRY_POINT_GROUP)}


def find(name: str) -> Model:
    """The installed model of that identifier, or the one in a folder with a ``model.json``.

    Raises
    ------
    NotFound
        No model of that name; the nearest is named.
    """
    if (Path(name) / DESCRIPTION_FILE).is_file():
        return from_folder(Path(name))
    known = installed()
    if name not in known:
        raise NotFound(_('No model named "{name}".').format(name=name), repair=nearest(name, list(known)))
    return known[name]()


def schema_of(model: Model, name: str) -> dict[str, Any] | None:
    """The Table Schema descriptor ``name`` that a model brings in its ``schemas`` folder, if it has one."""
    path = (model.code if model.code.is_dir() else model.code.parent) / "schemas" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
