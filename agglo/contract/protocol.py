"""The file protocol between agglo and a model's process, whatever its language.

``PROGRAM run --in DIR --out DIR``: the process reads ``DIR/inputs.json`` and the files it names, writes its files and
then ``outputs.json`` in the other folder, prints progress on standard output as JSON lines
(``{"progress": 0.4, "text": "..."}``), logs on standard error, and exits with 0. A process that refuses its inputs
writes ``error.json`` (``{"what": ..., "faults": [{"where", "got", "expected", "repair"}]}``) and exits with 2.
Paths in both files are relative to their folder.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from agglo.contract.errors import Fault, InvalidInput, ModelFailed
from agglo.contract.indicators import Indicator
from agglo.contract.inputs import Handle, Inputs
from agglo.contract.language import _
from agglo.contract.model import PROTOCOL

INPUTS_FILE = "inputs.json"
OUTPUTS_FILE = "outputs.json"
ERROR_FILE = "error.json"

EXIT_FAILED = 1
EXIT_REFUSED = 2


@dataclass(frozen=True, slots=True)
class Question:
    """What a model's process is asked."""

    model: str
    version: str
    parameters: Mapping[str, Any]
    seed: int
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model's process wrote: indicators, notes, and a path and its details for each table, layer and file."""

    indicators: list[Indicator] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tables: Mapping[str, Path] = field(default_factory=dict)
    layers: Mapping[str, tuple[Path, str]] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)


def write_question(folder: Path, question: Question) -> None:
    """Write ``inputs.json``; the inputs' files already lie in ``folder``."""
    content = {
        "protocol": PROTOCOL,
        "model": question.model,
        "version": question.version,
        "parameters": dict(question.parameters),
        "seed": question.seed,
        "inputs": {
            name: {"path": handle.path.name, "schema": handle.schema, "crs": handle.crs}
            for name, handle in question.inputs.items()
        },
    }
    (folder / INPUTS_FILE).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def read_question(folder: Path) -> Question:
    """What ``inputs.json`` asks.

    Raises
    ------
    InvalidInput
        The file speaks another version of the protocol.
    """
    content = json.loads((folder / INPUTS_FILE).read_text(encoding="utf-8"))
    if content["protocol"] != PROTOCOL:
        raise InvalidInput(
            _("This question is in another version of the protocol."),
            [Fault(INPUTS_FILE, str(content["protocol"]), str(PROTOCOL))],
        )
    handles = {
        name: Handle(name, folder / one["path"], one["schema"], one["crs"]) for name, one in content["inputs"].items()
    }
    return Question(content["model"], content["version"], content["parameters"], content["seed"], Inputs(handles))


def write_error(folder: Path, error: Mapping[str, object]) -> None:
    """Write ``error.json``: why the inputs are refused, or what went wrong."""
    (folder / ERROR_FILE).write_text(json.dumps(error, ensure_ascii=False, indent=1), encoding="utf-8")


def read_error(folder: Path) -> tuple[str, tuple[Fault, ...]] | None:
    """The sentence and the faults of ``error.json``, or None if there is none that can be read."""
    try:
        content = json.loads((folder / ERROR_FILE).read_text(encoding="utf-8"))
        return str(content["what"]), tuple(_fault(fault) for fault in content.get("faults", []))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _fault(said: Mapping[str, Any]) -> Fault:
    """A fault as a program in any language writes it: numbers and nulls are read as texts, other keys left out."""
    texts = {key: "" if said.get(key) is None else str(said[key]) for key in ("where", "got", "expected", "repair")}
    return Fault(**texts)


def read_answer(folder: Path) -> Answer:
    """What ``outputs.json`` holds.

    Raises
    ------
    ModelFailed
        There is no such file, it cannot be read, or it names a file that is missing or outside the folder.
    """
    try:
        return _answer(folder, json.loads((folder / OUTPUTS_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        missing = Path(str(error.filename or OUTPUTS_FILE)).name
        raise ModelFailed(_("The model's answer is incomplete."), [Fault(missing, _("no such file"))]) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        said = _("no {key}").format(key=error) if isinstance(error, KeyError) else str(error)
        raise ModelFailed(_("The model's answer cannot be read."), [Fault(OUTPUTS_FILE, said[:200])]) from None


def _answer(folder: Path, content: Mapping[str, Any]) -> Answer:
    tables = {name: _inside(folder, one["path"]) for name, one in content.get("tables", {}).items()}
    layers = {
        name: (_inside(folder, one["path"]), _text(one["crs"])) for name, one in content.get("layers", {}).items()
    }
    files = {name: _inside(folder, one["path"]) for name, one in content.get("files", {}).items()}
    paths = [*tables.values(), *(path for path, _crs in layers.values()), *files.values()]
    notes = content.get("notes", [])
    if not isinstance(notes, list):
        raise TypeError(_("{value} is not a list").format(value=repr(notes)[:80]))
    if len(set(paths)) < len(paths):
        raise ValueError(_("two outputs name one file"))
    return Answer(
        indicators=[Indicator(**one) for one in content.get("indicators", [])],
        notes=[str(note) for note in notes],
        tables=tables,
        layers=layers,
        files=files,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(_("{value} is not a text").format(value=value))
    return value


def _inside(folder: Path, name: str) -> Path:
    relative = PurePosixPath(name)
    path = folder / relative
    linked = any((folder / one).is_symlink() for one in [relative, *relative.parents][:-1])
    if relative.is_absolute() or ".." in relative.parts or linked:
        raise ValueError(_("{name} is not a file of the output folder").format(name=name))
    if not path.is_file():
        raise FileNotFoundError(2, "missing", name)
    return path
