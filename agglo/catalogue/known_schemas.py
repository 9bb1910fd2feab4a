"""The schemas a file can be added under: the catalogue's own, and those each installed model brings."""

from importlib import resources
from pathlib import Path

from agglo.catalogue.schema import Schema
from agglo.contract.errors import NotFound, nearest
from agglo.contract.language import _
from agglo.contract.model import installed

SCHEMAS_FOLDER = "schemas"
_SUFFIX = ".json"


def find(name: str) -> Schema:
    """The schema of that name, or the one in a file whose name ends in ``.json``.

    Raises
    ------
    NotFound
        No such schema; the nearest is named.
    """
    if name.endswith(_SUFFIX):
        return Schema.load(Path(name))
    known = names()
    if name not in known:
        raise NotFound(_('No schema named "{name}".').format(name=name), repair=nearest(name, list(known)))
    return Schema.load(known[name])


def name_of(schema: str) -> str:
    """What a schema is called: a file is called by its stem, which is how models refer to it."""
    return Path(schema).stem if schema.endswith(_SUFFIX) else schema


def names() -> dict[str, Path]:
    """Where the descriptor of each known schema lies, by name."""
    own = Path(str(resources.files("agglo.catalogue"))) / SCHEMAS_FOLDER
    folders = [own]
    for load in installed().values():
        model = load()
        folders.append((model.code if model.code.is_dir() else model.code.parent) / SCHEMAS_FOLDER)
    return {path.stem: path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.json"))}
