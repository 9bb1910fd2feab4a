"""Scenarios: a named set of hypotheses, immutable once it has been run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agglo.contract.documents import read_yaml
from agglo.contract.errors import Fault, InvalidInput, nearest
from agglo.contract.language import _

_TEXTS = ("name", "title", "version", "description")
_KEYS = (*_TEXTS, "parameters")


@dataclass(frozen=True, slots=True)
class Scenario:
    """``parameters`` holds values by model identifier, then by parameter name."""

    name: str
    title: str = ""
    version: str = "1"
    description: str = ""
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def parameters_of(self, model_id: str) -> Mapping[str, Any]:
        """What this scenario sets for one model; nothing if it does not speak of it."""
        return self.parameters.get(model_id, {})

    def to_dict(self) -> dict[str, Any]:
        return {key: getattr(self, key) for key in _KEYS}


def from_dict(content: Any, where: str) -> Scenario:
    """The scenario a mapping describes.

    Raises
    ------
    InvalidInput
        Not a mapping, no name, a key that is not a scenario's (the nearest is named), parameters not by model.
    """
    if not isinstance(content, Mapping):
        raise InvalidInput(
            _("This is not a scenario."), [Fault(where, type(content).__name__, _("a mapping with a name"))]
        )
    found = [
        Fault(f"{where}: {key}", expected=_("a key of a scenario"), repair=nearest(str(key), _KEYS))
        for key in content
        if key not in _KEYS
    ]
    if not content.get("name"):
        found.append(Fault(f"{where}: name", _("nothing"), _("a short name")))
    given = {key: content[key] for key in _TEXTS if content.get(key) is not None}
    found += [
        Fault(f"{where}: {key}", str(value)[:80], _("a text"))
        for key, value in given.items()
        if not isinstance(value, str | int | float)
    ]
    parameters = {} if content.get("parameters") is None else content["parameters"]
    if not isinstance(parameters, Mapping) or not all(isinstance(v, Mapping) for v in parameters.values()):
        found.append(
            Fault(f"{where}: parameters", str(parameters)[:80], _("a mapping by model, then by name of parameter"))
        )
    if found:
        raise InvalidInput(_("This scenario cannot be used."), found)
    return Scenario(**{key: str(value) for key, value in given.items()}, parameters=parameters)


def read(path: Path) -> Scenario:
    """The scenario of a YAML file; errors as :func:`from_dict`."""
    return from_dict(read_yaml(path, _("This scenario cannot be read.")), path.name)
