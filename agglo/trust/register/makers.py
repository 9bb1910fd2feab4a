"""The maker's half of the cards of installed models, without importing any of their code.

An entry point says in which module a model is; the module is located, not executed. The card lies beside it.
"""

import sys
import threading
import time
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from agglo.contract.card import Card, reading
from agglo.contract.model import ENTRY_POINT_GROUP
from agglo.store.workspace import Workspace
from agglo.trust.register import cache
from agglo.trust.register.cache import Read

_LOOK_EVERY_S = 10.0
_LOCK = threading.Lock()
_SEEN: dict[str, tuple[float, dict[str, Path | None]]] = {}


def listing(workspace: Workspace) -> dict[str, Read]:
    """The maker's half for each installed model by its identifier; nothing is declared where no card is found."""
    folders = _folders()
    places = {
        name: path for name, folder in folders.items() if folder and (path := reading.beside(folder, name)).is_file()
    }
    read = cache.read_all(workspace, "makers", places, reading.of_maker)
    return {name: read.get(name, Read(Card())) for name in folders}


def _folders() -> dict[str, Path | None]:
    """The folder of each installed model; what is installed is looked at again every few seconds."""
    with _LOCK:
        seen = _SEEN.get(ENTRY_POINT_GROUP)
        if seen is None or time.monotonic() - seen[0] > _LOOK_EVERY_S:
            points = {point.name: point.module for point in entry_points(group=ENTRY_POINT_GROUP)}
            seen = time.monotonic(), {name: _folder(module) for name, module in points.items()}
            _SEEN[ENTRY_POINT_GROUP] = seen
        return seen[1]


def forget() -> None:
    """Look at what is installed again."""
    with _LOCK:
        _SEEN.clear()


def _folder(module: str) -> Path | None:
    """The folder of a module's file; None where it cannot be located."""
    try:
        spec = _spec(module)
    except (ImportError, ValueError, AttributeError):
        return None
    return Path(spec.origin).resolve().parent if spec and spec.origin and spec.has_location else None


def _spec(module: str) -> ModuleSpec | None:
    """Where a module is, found through its packages without importing them."""
    top, *inner = module.split(".")
    found = _loaded(top) or find_spec(top)
    name = top
    for one in inner:
        name = f"{name}.{one}"
        places: Sequence[str] | None = found.submodule_search_locations if found else None
        found = _loaded(name) or (PathFinder.find_spec(name, places) if places is not None else None)
    return found


def _loaded(name: str) -> ModuleSpec | None:
    return getattr(sys.modules.get(name), "__spec__", None)
