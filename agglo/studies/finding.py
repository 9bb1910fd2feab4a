"""Studies by name: those in a file, those that come with agglo, and those that were run here."""

from importlib import resources
from pathlib import Path

from agglo.contract.errors import NotFound, nearest
from agglo.contract.language import _
from agglo.store.workspace import Workspace
from agglo.studies import record
from agglo.studies.study import Study, read

_SUFFIXES = (".yaml", ".yml")


def find(workspace: Workspace, file_or_name: str) -> Study:
    """The study of a file, else the bundled one of that name, else the one last run here under it.

    Raises
    ------
    NotFound
        There is no such file or study; the nearest name is given.
    InvalidInput
        The file is not a study; everything wrong is listed.
    """
    path = Path(file_or_name)
    if path.is_file() or path.suffix in _SUFFIXES:
        if not path.is_file():
            raise NotFound(_("No file {name}.").format(name=path), repair=_names(workspace, path.stem))
        return read(path)
    if file_or_name in bundled():
        return read(bundled()[file_or_name])
    held = record.history(workspace, file_or_name)
    if held:
        return held[-1].study
    raise NotFound(_('No study "{name}".').format(name=file_or_name), repair=_names(workspace, file_or_name))


def bundled() -> dict[str, Path]:
    """The files of the studies that come with agglo, by name."""
    folder = Path(str(resources.files("agglo.studies"))) / "bundled"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def _names(workspace: Workspace, name: str) -> str:
    return nearest(name, [*bundled(), *record.names(workspace)])
