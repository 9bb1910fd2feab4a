"""The models that can be asked here, as their interfaces say, without any of their code in the server.

A short process imports them and prints their interfaces, which are kept in the cache of the workspace until an
installed package or a file of a model's code changes.
"""

import hashlib
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from agglo.contract.errors import AggloError, Fault, InvalidInput, NotFound, nearest
from agglo.contract.language import _
from agglo.contract.model import ENTRY_POINT_GROUP, Model, from_interface, installed
from agglo.runs import code as kept_code
from agglo.store import files
from agglo.store.workspace import Workspace

_LOOK_EVERY_S = 10.0
_LONGEST_S = 120.0
_RESOLVE = "resolve"

log = logging.getLogger("agglo.portal.askable")


@dataclass(frozen=True)
class Entry:
    """A model that can be asked. ``says_all``: its JSON Schema says every rule of its parameters."""

    model: Model
    says_all: bool

    def resolve(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Canonical values of parameters; where the schema does not say every rule, the model's own code is asked,
        in a process of its own. Errors as :meth:`agglo.contract.parameters.ParameterSchema.resolve`."""
        values = self.model.parameters.resolve(raw)
        if self.says_all:
            return values
        said = json.loads(_process([_RESOLVE, self.model.id], json.dumps(dict(raw))))
        if said["faults"]:
            raise InvalidInput(said["what"], [Fault(**one) for one in said["faults"]])
        return dict(said["values"])


_LOCK = threading.Lock()
_SEEN: dict[Path, tuple[float, dict[str, Entry]]] = {}


def entries(workspace: Workspace) -> dict[str, Entry]:
    """Every model by identifier, in order."""
    with _LOCK:
        seen = _SEEN.get(workspace.root)
        if seen is None or time.monotonic() - seen[0] > _LOOK_EVERY_S:
            seen = time.monotonic(), _entries(workspace)
            _SEEN[workspace.root] = seen
        return seen[1]


def find(workspace: Workspace, id: str) -> Entry:
    """The model of that identifier.

    Raises
    ------
    NotFound
        There is none; the nearest is named.
    """
    known = entries(workspace)
    if id not in known:
        raise NotFound(_('No model named "{name}".').format(name=id), repair=nearest(id, list(known)))
    return known[id]


def _entries(workspace: Workspace) -> dict[str, Entry]:
    path = workspace.cache / "portal" / f"models-{_offered()}.json"
    described = _kept(path)
    if described is None:
        described = json.loads(_process(["list"]))
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_atomically(path, files.to_json({"models": described, "stamps": _stamps(described)}))
    found = [Entry(from_interface(one["interface"], Path(one["code"])), one["says_all"]) for one in described]
    return {one.model.id: one for one in sorted(found, key=lambda one: one.model.id)}


def _offered() -> str:
    """A short digest of what the installed packages offer."""
    points = sorted(
        (one.name, one.value, one.dist.name if one.dist else "", one.dist.version if one.dist else "")
        for one in entry_points(group=ENTRY_POINT_GROUP)
    )
    return hashlib.sha256(repr(points).encode()).hexdigest()[:16]


def _kept(path: Path) -> list[dict[str, Any]] | None:
    """The interfaces that were kept, unless the code of a model has changed since."""
    try:
        content = files.read_json(path)
        described: list[dict[str, Any]] = content["models"]
        return described if content["stamps"] == _stamps(described) else None
    except (OSError, ValueError, KeyError, TypeError, AggloError):
        return None


def _stamps(described: list[dict[str, Any]]) -> dict[str, str]:
    """A short digest of the names, sizes and times of the files of each model's code."""
    stamps = {}
    for code in sorted({one["code"] for one in described}):
        stats = [(str(path), path.stat()) for path in kept_code.code_files(Path(code))]
        said = repr([(name, one.st_size, one.st_mtime_ns) for name, one in stats])
        stamps[code] = hashlib.sha256(said.encode()).hexdigest()[:16]
    return stamps


def _process(words: list[str], given: str = "") -> str:
    command = [sys.executable, "-m", "agglo.portal.askable", *words]
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
    if done.stderr:
        log.warning("%s", done.stderr.strip())
    done.check_returncode()
    return done.stdout


def main(words: list[str]) -> None:
    """In the short process: print every interface, or resolve the parameters of one model. What the code of a model
    prints is none of it."""
    with redirect_stdout(sys.stderr):
        said: object = (
            _resolved(words[1], json.load(sys.stdin))
            if words[0] == _RESOLVE
            else list(filter(None, (_described(name) for name in sorted(installed()))))
        )
    sys.stdout.write(json.dumps(said, ensure_ascii=False))


def _described(name: str) -> dict[str, Any] | None:
    try:
        model = installed()[name]()
    except (Exception, SystemExit) as error:
        sys.stderr.write(f"{name} cannot be offered: {type(error).__name__}: {error}\n")
        return None
    return {"interface": model.interface(), "code": str(model.code), "says_all": model.parameters.says_all}


def _resolved(name: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"values": installed()[name]().parameters.resolve(raw), "faults": []}
    except InvalidInput as error:
        return {"what": error.what, "faults": [fault.to_dict() for fault in error.faults]}


if __name__ == "__main__":
    main(sys.argv[1:])
