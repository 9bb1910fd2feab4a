"""The schemas a file can be added under: the catalogue's own, and those each installed model brings."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

from agglo.catalogue.schema import Schema
from agglo.contract.errors import NotFound, nearest
from agglo.contract.language import _
from agglo.contract.model import installed

SCHEMAS_FOLDER = "schemas"


def find(name: str) -> Schema:
    """The schema of that name.

    Raises
    ------
    NotFound
        No such schema; the nearest is named.
    """
    known = names()
    if name not in known:
        raise NotFound(_('No schema named "{name}".').format(name=name), repair=nearest(name, list(known)))
    descriptor: dict[str, Any] = json.loads(known[name].read_text(encoding="utf-8"))
    return Schema.from_dict(descriptor)


def names() -> dict[str, Path]:
    """Where the descriptor of each known schema lies, by name."""
    own = Path(str(resources.files("agglo.catalogue"))) / SCHEMAS_FOLDER
    folders = [own]
    for load in installed().values():
        model = load()
        folders.append((model.code if model.code.is_dir() else model.code.parent) / SCHEMAS_FOLDER)
    return {path.stem: path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.json"))}
